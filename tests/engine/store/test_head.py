"""The head's two copies, and how database and header stand to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.store import head
from kvault_gui.engine.store.head import DatabaseTail, HeadRecord, Verdict

KEY = b"h" * 32


def chain(number: int) -> bytes:
    """The chain head after a commit."""
    return number.to_bytes(32, "big")


def record(commit: int, generation: int = 5) -> HeadRecord:
    """The head after a commit."""
    return HeadRecord(commit, chain(commit), generation, chain(1000 + generation))


def file_of(first: bytes, second: bytes) -> bytes:
    """The 8,192 bytes."""
    return first.ljust(4096, b"\0") + second.ljust(4096, b"\0")


def test_a_record_is_128_bytes_and_reads_back() -> None:
    data = head.encode(KEY, record(7))
    assert len(data) == 128
    assert head.read(KEY, file_of(data, data)) == head.Found(record(7), mend=False, finding="")


@pytest.mark.parametrize("lag", [(0, 0), (1, 0), (2, 0), (0, 1), (0, 2), (1, 1)])
def test_the_second_copy_may_lag_by_two(lag: tuple[int, int]) -> None:
    older = record(10 - lag[0], 5 - lag[1])
    found = head.read(KEY, file_of(head.encode(KEY, record(10)), head.encode(KEY, older)))
    assert found.record == record(10)
    assert found.finding == ""
    assert found.mend == (lag != (0, 0))


@pytest.mark.parametrize("older", [record(7), record(10, 2), record(9, 3), record(11), record(10, 6), record(9, 6)])
def test_any_other_difference_is_damage(older: HeadRecord) -> None:
    found = head.read(KEY, file_of(head.encode(KEY, record(10)), head.encode(KEY, older)))
    assert found.mend
    assert "repaired" in found.finding
    assert found.record == max(record(10), older)


@given(st.binary(max_size=9000))
def test_bytes_without_the_key_are_no_head(data: bytes) -> None:
    assert head.read(KEY, data).record is None
    assert head.read(KEY, file_of(head.encode(b"x" * 32, record(1)), b"")).record is None


@pytest.mark.parametrize("size", [8191, 8193, 4096, 4224])
def test_another_size_is_damage(size: int) -> None:
    one = head.encode(KEY, record(3))
    found = head.read(KEY, file_of(one, one)[:size].ljust(size, b"\0"))
    assert found.record == record(3)
    assert found.mend
    assert found.finding


@pytest.mark.parametrize(
    ("tail", "verdict"),
    [
        (DatabaseTail(10, chain(10), chain(9)), Verdict.GOOD),
        (DatabaseTail(10, chain(99), chain(9)), Verdict.OTHER),
        (DatabaseTail(11, chain(11), chain(10)), Verdict.NEXT),
        (DatabaseTail(11, chain(11), chain(99)), Verdict.OTHER),
        (DatabaseTail(12, chain(12), chain(11)), Verdict.AHEAD),
        (DatabaseTail(9, chain(9), chain(8)), Verdict.MISSING),
        (DatabaseTail(1, chain(1), chain(0)), Verdict.MISSING),
    ],
)
def test_the_database_is_judged_by_number_and_chain(tail: DatabaseTail, verdict: Verdict) -> None:
    assert head.judge_database(record(10), tail) is verdict


@pytest.mark.parametrize(
    ("generation", "digest", "verdict"),
    [
        (5, chain(1005), Verdict.GOOD),
        (5, chain(0), Verdict.OTHER),
        (6, chain(0), Verdict.NEXT),
        (7, chain(0), Verdict.AHEAD),
        (4, chain(1004), Verdict.MISSING),
    ],
)
def test_the_header_is_judged_by_generation_and_digest(generation: int, digest: bytes, verdict: Verdict) -> None:
    assert head.judge_header(record(10), generation, digest) is verdict
