"""Fingers on the real fprintd, whose reader is libfprint's virtual one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.errors import BiometricsError, CancelledError, FingerUnknownError
from kvault_gui.engine.tokens import biometrics
from tests.peers.fprintd import Reader, fprintd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.peer


@pytest.fixture(name="reader")
def _reader() -> Iterator[Reader]:
    with fprintd() as reader:
        reader.enrol("mine")
        yield reader


def told(reader: Reader, *commands: str) -> Callable[[], bool]:
    """Somebody who does one thing with the reader each time kvault looks whether they have cancelled."""
    waiting = list(commands)

    def act() -> bool:
        if waiting:
            reader.tell(waiting.pop(0))
        return False

    return act


def test_an_enrolled_finger_is_taken(reader: Reader) -> None:
    assert biometrics.problem() == ""
    biometrics.verify(told(reader, "SCAN mine"))
    biometrics.verify(told(reader, "SCAN mine"))  # the reader was put down properly


def test_another_finger_is_not(reader: Reader) -> None:
    with pytest.raises(FingerUnknownError):
        biometrics.verify(told(reader, "SCAN other"))


def test_nobody_but_fprintd_says_that_it_was_the_right_finger(reader: Reader) -> None:
    """Every user may send signals on the system bus, and one that is sent to a name needs no subscription."""

    def lie() -> bool:
        reader.claim("VerifyStatus", "sb", ("verify-match", True))
        return False

    with pytest.raises(BiometricsError, match="in time"):
        biometrics.verify(lie, 1.0)
    biometrics.verify(told(reader, "SCAN mine"))


def test_a_scan_that_was_no_good_is_repeated_by_the_reader(reader: Reader) -> None:
    biometrics.verify(told(reader, "RETRY 0", "RETRY 1", "RETRY 2", "SCAN mine"))


def test_no_finger_in_time_and_a_person_who_cancels_end_it(reader: Reader) -> None:
    with pytest.raises(BiometricsError, match="in time"):
        biometrics.verify(lambda: False, 0.1)
    with pytest.raises(CancelledError):
        biometrics.verify(lambda: True)
    biometrics.verify(told(reader, "SCAN mine"))


def test_a_reader_that_fails_or_goes_away_is_a_sentence(reader: Reader) -> None:
    with pytest.raises(BiometricsError, match="reader"):
        biometrics.verify(told(reader, "ERROR 0"))
    with pytest.raises(BiometricsError, match=r"ended meanwhile|unplugged|reader"):
        biometrics.verify(told(reader, "UNPLUG"), 10)


def test_what_is_missing_is_named(reader: Reader) -> None:
    reader.allow(yes=False)
    assert biometrics.problem() == "this login may not use the reader"
    reader.allow(yes=True)
    reader.stop()
    assert "fprintd" in biometrics.problem()
    reader.start(reader=False)
    assert biometrics.problem() == "this computer has no fingerprint reader that fprintd knows"


def test_without_an_enrolled_finger_it_says_how_to_enrol_one() -> None:
    with fprintd():
        assert "fprintd-enroll" in biometrics.problem()
        with pytest.raises(BiometricsError, match="no finger is enrolled"):
            biometrics.verify(lambda: False)


def test_another_program_at_the_reader_is_named(reader: Reader) -> None:
    def second() -> bool:
        with pytest.raises(BiometricsError, match="another program"):
            biometrics.verify(lambda: False)
        reader.tell("SCAN mine")
        return False

    biometrics.verify(second)


def test_without_a_system_bus_it_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    assert biometrics.problem() == "the fingerprint service (fprintd) is not installed"
