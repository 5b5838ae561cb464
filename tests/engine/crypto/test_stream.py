"""STREAM: what comes out is what went in, whole and in order, or nothing that was altered."""

from __future__ import annotations

import hashlib
import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.crypto import stream
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = bytes(range(32))
SIZE = stream.MIN_SEGMENT
SEALED_SIZE = SIZE + 16


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """``data`` in pieces, some of them empty."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def opened(sealed: bytes, aad: bytes = b"") -> bytes | None:
    try:
        return stream.open_sealed(KEY, sealed, aad)
    except AuthenticationError:
        return None


@settings(deadline=None)
@given(st.integers(0, 4 * SIZE + 1), st.lists(st.integers(0, 1 << 20)), st.lists(st.integers(0, 1 << 20)))
def test_any_cutting_of_input_and_output_gives_the_same(size: int, before: list[int], after: list[int]) -> None:
    plaintext = hashlib.shake_128(b"x").digest(size)
    sealed = b"".join(stream.seal_chunks(KEY, cut(plaintext, before), b"aad", segment=SIZE))
    assert len(sealed) == stream.sealed_size(size, SIZE)
    assert b"".join(stream.open_chunks(KEY, cut(sealed, after), b"aad")) == plaintext


@pytest.mark.parametrize("size", [0, 1, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE + 1])
def test_every_truncation_is_refused(size: int) -> None:
    sealed = stream.seal(KEY, b"p" * size, segment=SIZE)
    assert opened(sealed) == b"p" * size
    near = {at + off for at in range(stream.HEADER_BYTES, len(sealed), SEALED_SIZE) for off in (-1, 0, 1)}
    for length in near | {0, 1, 4, 35, len(sealed) - 1, len(sealed) - 16, len(sealed) - 17}:
        if 0 <= length < len(sealed):
            assert opened(sealed[:length]) is None, length


def segments(sealed: bytes) -> tuple[bytes, list[bytes]]:
    body = sealed[stream.HEADER_BYTES :]
    return sealed[: stream.HEADER_BYTES], [body[at : at + SEALED_SIZE] for at in range(0, len(body), SEALED_SIZE)]


@settings(deadline=None)
@given(st.permutations(range(4)))
def test_segments_in_another_order_are_refused(order: list[int]) -> None:
    plaintext = b"".join(bytes([number]) * SIZE for number in range(4))
    header, parts = segments(stream.seal(KEY, plaintext, segment=SIZE))
    same = order == [0, 1, 2, 3]
    assert (opened(header + b"".join(parts[number] for number in order)) == plaintext) == same


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), max_size=8).filter(lambda chosen: chosen != [0, 1, 2, 3]))
def test_segments_left_out_or_repeated_are_refused(chosen: list[int]) -> None:
    header, parts = segments(stream.seal(KEY, bytes(4 * SIZE), segment=SIZE))
    assert opened(header + b"".join(parts[number] for number in chosen)) is None


@settings(deadline=None)
@given(st.integers(0, 2 * SIZE + 5), st.integers(0, 1 << 30), st.integers(0, 7))
def test_every_flipped_bit_is_refused(size: int, where: int, bit: int) -> None:
    sealed = bytearray(stream.seal(KEY, bytes(size), segment=SIZE))
    sealed[where % len(sealed)] ^= 1 << bit
    assert opened(bytes(sealed)) is None


def test_segments_of_another_stream_under_the_same_key_are_refused() -> None:
    header, parts = segments(stream.seal(KEY, bytes(2 * SIZE), segment=SIZE))
    other, others = segments(stream.seal(KEY, bytes(2 * SIZE), segment=SIZE))
    assert header != other
    assert opened(header + parts[0] + others[1]) is None
    assert opened(other + parts[0] + parts[1]) is None


def test_another_key_or_other_associated_data_is_refused() -> None:
    sealed = stream.seal(KEY, b"text", b"one")
    assert opened(sealed, b"one") == b"text"
    assert opened(sealed, b"two") is None
    with pytest.raises(AuthenticationError):
        stream.open_sealed(bytes(32), sealed, b"one")


def test_an_empty_last_segment_after_full_ones_is_refused_although_its_key_made_it() -> None:
    """Only an empty stream has one: otherwise two streams would open to the same text."""
    header = SIZE.to_bytes(4, "big") + bytes(32)
    maker = stream._Segments(KEY, header)
    forged = header + maker.seal(bytes(SIZE), b"", last=False) + maker.seal(b"", b"", last=True)
    assert opened(forged) is None


@pytest.mark.parametrize("size", [0, 1, stream.MIN_SEGMENT - 1, stream.MAX_SEGMENT + 1, (1 << 32) - 1])
def test_an_absurd_segment_size_is_refused_before_anything_is_read(size: int) -> None:
    def endless() -> Iterator[bytes]:
        yield size.to_bytes(4, "big") + bytes(32)
        pytest.fail("more was read")

    with pytest.raises(AuthenticationError):
        list(stream.open_chunks(KEY, endless()))
    if size < 1 << 31:
        with pytest.raises(InvalidInputError):
            stream.seal(KEY, b"", segment=size)


def test_a_key_of_another_length_is_refused() -> None:
    for key in (b"", bytes(16), bytes(31), bytes(33)):
        with pytest.raises(InvalidInputError):
            stream.seal(key, b"")
        with pytest.raises(InvalidInputError):
            stream.open_sealed(key, bytes(100))


def test_the_page_of_the_format_is_enough_to_open_a_stream() -> None:
    """Composed from the module's description alone."""
    plaintext = bytes(range(256)) * 9
    sealed = stream.seal(KEY, plaintext, b"aad", segment=SIZE)
    size, salt, at = sealed[:4], sealed[4:36], 36
    derived = HKDF(SHA256(), 39, salt, b"kvault stream 1" + size).derive(KEY)
    out, number = b"", 0
    while at < len(sealed):
        piece = sealed[at : at + int.from_bytes(size, "big") + 16]
        at += len(piece)
        nonce = derived[32:] + number.to_bytes(4, "big") + bytes([at == len(sealed)])
        out += AESGCM(derived[:32]).decrypt(nonce, piece, b"aad")
        number += 1
    assert out == plaintext


def test_memory_does_not_grow_with_the_data() -> None:
    def source() -> Iterator[bytes]:
        for _ in range(48):
            yield bytes(1 << 20)

    tracemalloc.start()
    try:
        total = sum(len(piece) for piece in stream.open_chunks(KEY, stream.seal_chunks(KEY, source())))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 48 << 20
    assert peak < 12 << 20
