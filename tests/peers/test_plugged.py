"""The watch over readers, cards and USB ports, over the real pcscd."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.tokens.plugged import _PNP, Watch, hid_tokens
from tests.peers.cards.fixtures import cards
from tests.peers.cards.vicc import Card

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kvault_gui.engine.api import Plugged
    from tests.peers.cards.daemon import Service

pytestmark = pytest.mark.peer
__all__ = ["cards"]

FIDO = bytes.fromhex("06d0f1 0901 a101 0920 1500 26ff00 7508 9540 8102 0921 9540 9102 c0")
KEYBOARD = bytes.fromhex("0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 c0")


def plug_hid(folder: Path, name: str, report: bytes = FIDO) -> None:
    device = folder / name / "device"
    device.mkdir(parents=True)
    (device / "report_descriptor").write_bytes(report)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "hidraw") as made:
        yield made


def timed(watch: Watch, act: Callable[[], object]) -> tuple[Plugged | None, float]:
    """Do ``act`` while the watch waits on a thread of its own; what it told, and after how many seconds."""
    told: list[Plugged | None] = []
    at: list[float] = []

    def wait() -> None:
        told.append(watch.wait(5))
        at.append(time.monotonic())

    thread = threading.Thread(target=wait)
    thread.start()
    began = time.monotonic()
    act()
    thread.join()
    return told[0], at[0] - began


def test_a_card_that_comes_and_goes_is_told_within_a_second(cards: Service, watch: Watch) -> None:
    first = watch.wait(1)
    assert first is not None
    assert (first.present, first.service) == ([], True)
    assert watch.wait(0) is None
    told, seconds = timed(watch, lambda: cards.slots[0].put(Card([])))
    assert told is not None
    assert told.present == [f"pcsc:{cards.names[0]}"]
    assert seconds < 1
    told, seconds = timed(watch, cards.slots[0].pull)
    assert told is not None
    assert told.present == []
    assert seconds < 1


def test_a_fido_token_in_a_usb_port_is_told_within_a_second_and_a_keyboard_is_not(
    cards: Service, watch: Watch, tmp_path: Path
) -> None:
    assert cards.running
    watch.wait(1)
    told, seconds = timed(watch, lambda: plug_hid(tmp_path / "hidraw", "hidraw3"))
    assert told is not None
    assert told.present == ["hid:/dev/hidraw3"]
    assert seconds < 1
    plug_hid(tmp_path / "hidraw", "hidraw4", KEYBOARD)
    assert watch.wait(0.6) is None
    assert hid_tokens(tmp_path / "nothing") == []


def test_a_reader_that_came_or_went_is_noticed(cards: Service, watch: Watch) -> None:
    """The readers of the tests are there for good; so the watch is made to believe otherwise."""
    watch.wait(1)
    came = cards.names[2]
    del watch._states[came]
    watch._states[_PNP] -= 1 << 16
    told, seconds = timed(watch, lambda: cards.slots[2].put(Card([])))
    assert told is not None
    assert told.present == [f"pcsc:{came}"]
    assert seconds < 1
    watch._states["A reader that is gone 00 00"] = 16
    told, seconds = timed(watch, cards.slots[2].pull)
    assert told is not None
    assert (told.present, told.service) == ([], True)
    assert seconds < 1


def test_a_daemon_that_goes_away_and_comes_back_is_told_and_watched_again(cards: Service, watch: Watch) -> None:
    service = cards
    watch.wait(1)
    try:
        told, seconds = timed(watch, service.stop)
        assert told is not None
        assert (told.present, told.service) == ([], False)
        assert seconds < 2  # its end included
    finally:
        service.start()
    told = watch.wait(1)
    assert told is not None
    assert told.service
    told, seconds = timed(watch, lambda: service.slots[2].put(Card([])))
    assert told is not None
    assert told.present == [f"pcsc:{service.names[2]}"]
    assert seconds < 1
    service.remove(2)


def test_waiting_for_nothing_takes_its_time_and_no_processor(cards: Service, watch: Watch) -> None:
    assert cards.running
    watch.wait(1)
    began, used = time.monotonic(), time.thread_time()
    assert watch.wait(1.2) is None
    assert 1.1 < time.monotonic() - began < 2
    assert time.thread_time() - used < 0.1
