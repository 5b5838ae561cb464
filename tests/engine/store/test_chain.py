"""A record has one encoding; everything else breaks the chain at its number."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.errors import AuditBrokenError, InvalidInputError
from kvault_gui.engine.store import chain
from kvault_gui.engine.store.chain import Link
from kvault_gui.engine.store.records import Walker

LINKS = st.builds(
    Link,
    number=st.integers(1, 1 << 60),
    previous=st.binary(min_size=32, max_size=32),
    commit=st.integers(1, 1 << 60),
    total=st.none() | st.binary(min_size=64, max_size=64),
    content=st.binary(max_size=300),
)
GOOD = Link(7, bytes(32), 3, None, b"content")


@given(LINKS)
def test_a_record_reads_back(link: Link) -> None:
    assert chain.decode(link.number, chain.encode(link)) == link


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\xff",
        chain.encode(GOOD) + b"\0",
        chain.encode(GOOD)[:-1],
        chain.encode(GOOD).replace(b"\x07", b"\x18\x07", 1),  # the number in a longer form
        b"\x9f" + chain.encode(GOOD)[1:] + b"\xff",  # a list of indefinite length
        b"\xd9\xd9\xf7" + chain.encode(GOOD),  # tagged
        cbor2.dumps([8, bytes(32), 3, None, b"content"]),
        cbor2.dumps([7, bytes(31), 3, None, b"content"]),
        cbor2.dumps([7, bytes(32), 3, bytes(63), b"content"]),
        cbor2.dumps([7, bytes(32), 3, None, "content"]),
        cbor2.dumps([7, bytes(32), 3.0, None, b"content"]),
        cbor2.dumps([7, bytes(32), 3, None, b"content", 1]),
        cbor2.dumps([7, bytes(32), 3, None]),
        b"\x85" * 200_000,
        b"\x9a\xff\xff\xff\xff",
        b"x" * (1 << 20),
    ],
)
def test_another_encoding_is_broken(record: bytes) -> None:
    with pytest.raises(AuditBrokenError, match="record 7"):
        chain.decode(7, record)


@given(st.binary(max_size=200))
def test_any_bytes_are_broken_or_a_record(record: bytes) -> None:
    try:
        link = chain.decode(7, record)
    except AuditBrokenError:
        return
    assert chain.encode(link) == record


def test_a_content_has_a_limit() -> None:
    chain.encode(GOOD._replace(content=bytes(chain.MAX_CONTENT)))
    with pytest.raises(InvalidInputError, match="too large"):
        chain.encode(GOOD._replace(content=bytes(chain.MAX_CONTENT + 1)))


def test_totals_end_commits_and_commits_follow_each_other() -> None:
    total = bytes(64)
    fits = [Link(1, b"", 1, None, b""), Link(2, b"", 1, total, b""), Link(3, b"", 2, total, b"")]
    assert _walk(fits) == 3
    for bad in (
        [fits[0], fits[1]._replace(total=None), fits[2]],  # commit 1 never ended
        [fits[0]._replace(total=total), fits[1], fits[2]],  # commit 1 ended twice
        [fits[0], fits[1], fits[2]._replace(commit=3)],
        [fits[0]._replace(commit=2)],
        [fits[0]._replace(number=2)],
    ):
        with pytest.raises(AuditBrokenError):
            _walk(bad)


def _walk(links: list[Link]) -> int:
    walker = Walker()
    for link in links:
        walker.step(link.number, chain.encode(link._replace(previous=walker.hash)))
    return walker.number
