"""Flipped bits: every one in both headers and in the head, random ones in the database and its log. None is silent."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Accept
from kvault_gui.engine.errors import (
    ChangesMissingError,
    DamagedError,
    DatabaseDamagedError,
    HeadDamagedError,
    HeaderDamagedError,
    HeaderForgedError,
    NewerFormatError,
)
from kvault_gui.engine.store import head, headers
from kvault_gui.engine.store.files import Files
from kvault_gui.engine.store.keys import StoreKeys
from tests.faults import world
from tests.faults.kill import zero_of
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

KEYS = StoreKeys.derive(world.VK, bytes.fromhex("ab" * 16))


class InMemory(Files):
    """Two header files that are only looked at."""

    def __init__(self, first: bytes, second: bytes) -> None:
        self._data = {"vault.json": first, "vault.json.2": second}

    def read(self, path: Path, limit: int) -> bytes | None:  # noqa: ARG002 as large as it is
        return self._data[path.name]


def flipped(data: bytes, bit: int) -> bytes:
    """``data`` with one bit turned."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A closed vault with a history."""
    store = world.make(tmp_path / "vault")
    world.run(store, 40, random.Random(3))
    store.close()
    return tmp_path / "vault"


@pytest.mark.parametrize("turned", [0, 1])
def test_every_flipped_bit_of_one_header_is_mended_from_its_twin_and_told(vault: Path, turned: int) -> None:
    good = (vault / "vault.json").read_bytes()
    for bit in range(8 * len(good)):
        pair = [good, good]
        pair[turned] = flipped(good, bit)
        try:
            found = headers.read(vault, InMemory(*pair))
            written = found.verified(found.newest(None), KEYS.header_mac)
        except NewerFormatError:  # pragma: no cover
            pytest.fail("a flipped bit made a newer format")
        assert written.data == good
        assert len(found.findings(written, mended=True)) == 1


def test_every_flipped_bit_of_both_headers_is_refused(vault: Path) -> None:
    good = (vault / "vault.json").read_bytes()
    causes: Counter[str] = Counter()
    for bit in range(8 * len(good)):
        bad = flipped(good, bit)
        with pytest.raises((HeaderDamagedError, HeaderForgedError)) as caught:
            _read_both(vault, bad)
        causes[type(caught.value).__name__] += 1
    assert causes["HeaderForgedError"] < 300  # only the digits of the MAC itself
    print(len(good) * 8, "bits", dict(causes))  # noqa: T201 shown with -s


def _read_both(vault: Path, data: bytes) -> None:
    found = headers.read(vault, InMemory(data, data))
    found.verified(found.newest(None), KEYS.header_mac)


def test_every_flipped_bit_of_the_head_is_mended_from_its_twin_and_told(vault: Path) -> None:
    good = (vault / "head").read_bytes()
    expected = head.read(KEYS.head, good)
    assert expected.record is not None
    assert not expected.mend
    for bit in range(8 * len(good)):
        found = head.read(KEYS.head, flipped(good, bit))
        assert found.record == expected.record, bit
        assert found.mend, bit
        assert "damaged" in found.finding, bit
    print(len(good) * 8, "bits of head")  # noqa: T201 shown with -s


@pytest.mark.parametrize("copies", [(0,), (4096,), (0, 4096)])
def test_a_flipped_head_is_mended_at_opening_unless_both_copies_are_bad(vault: Path, copies: tuple[int, ...]) -> None:
    good = (vault / "head").read_bytes()
    bad = good
    for copy in copies:
        bad = flipped(bad, 8 * (copy + 20))
    (vault / "head").write_bytes(bad)
    if len(copies) == 2:
        with pytest.raises(HeadDamagedError, match="damaged"):
            world.reopen(vault)
        assert (vault / "head").read_bytes() == bad
        world.reopen(vault, [Accept.HEAD]).close()
    else:
        store = world.reopen(vault)
        assert any("head was damaged" in line or "copy in the file head" in line for line in store.findings)
        store.close()
    assert (vault / "head").read_bytes() == good


@pytest.mark.parametrize("data", [None, b"", b"\0" * 8192, b"x" * 100])
def test_a_missing_or_cut_head_is_said_and_accepted_only_after_verifying_everything(
    vault: Path, data: bytes | None
) -> None:
    good = (vault / "head").read_bytes()
    (vault / "head").unlink()
    if data is not None:
        (vault / "head").write_bytes(data)
    with pytest.raises(HeadDamagedError, match="missing" if data is None else "damaged"):
        world.reopen(vault)
    store = world.reopen(vault, [Accept.HEAD])
    assert store.accepted == {Accept.HEAD}
    store.close()
    assert (vault / "head").read_bytes() == good
    assert world.reopen(vault).findings == []


def test_random_flips_of_the_database_are_all_reported(vault: Path, tmp_path: Path) -> None:
    chance, good = random.Random(5), (vault / "vault.db").read_bytes()
    causes: Counter[str] = Counter()
    bits = [*range(24 * 8), *(chance.randrange(8 * len(good)) for _ in range(250))]
    for bit in bits:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(vault, copy)
        (copy / "vault.db").write_bytes(flipped(good, bit))
        causes[_opening(copy)] += 1
    assert causes["silent"] == 0, causes
    print(dict(causes), zero_of(len(bits)))  # noqa: T201 shown with -s


def _opening(folder: Path) -> str:
    """The error's name at opening, or "check" if only the full check finds it."""
    try:
        store = world.reopen(folder)
    except DatabaseDamagedError as error:
        return type(error).__name__
    try:
        return "check" if finish(store.check()).problems else "silent"
    finally:
        store.close()


def _crashed(folder: Path, tmp_path: Path) -> Path:
    """A copy of a vault that was killed with writes in its log."""
    store = world.reopen(folder)
    for number in range(12):
        with store.transaction() as tx:
            tx.insert(world.ITEM, {"name": f"late {number}", "body": b"x" * 300})
            tx.append(b"late")
    copy = tmp_path / "crashed"
    shutil.copytree(folder, copy)
    store.close()
    return copy


def test_random_flips_of_the_log_are_all_reported(vault: Path, tmp_path: Path) -> None:
    crashed, chance = _crashed(vault, tmp_path), random.Random(6)
    good = (crashed / "vault.db-wal").read_bytes()
    store = world.reopen(shutil.copytree(crashed, tmp_path / "whole"))
    used = store.commit_number
    store.close()
    causes: Counter[str] = Counter()
    for _ in range(150):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(crashed, copy)
        bad = flipped(good, chance.randrange(8 * len(good)))
        (copy / "vault.db-wal").write_bytes(bad)
        database = (copy / "vault.db").read_bytes()
        try:
            store = world.reopen(copy)
        except DamagedError as error:
            causes[type(error).__name__] += 1
            assert (copy / "vault.db-wal").read_bytes() == bad
            assert (copy / "vault.db").read_bytes() == database
        else:
            assert store.commit_number == used  # the bit lies in what a log does not use
            causes["unused bit"] += 1
            world.verify(store)
            store.close()
    assert causes[ChangesMissingError.__name__] > 100, causes
    assert causes["unused bit"] < 20, causes
    print(dict(causes), zero_of(150))  # noqa: T201 shown with -s
