"""Hash functions: SHA-256, SHA-512, SHA-3-256, BLAKE2b."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from ..errors import AlgorithmNotAllowedError
from . import selftest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .data import Bytes


class Hash(Protocol):
    """A running hash."""

    def update(self, data: Bytes, /) -> None:
        """Take in more."""
        ...

    def digest(self) -> bytes:
        """The hash of everything so far."""
        ...

    def hexdigest(self) -> str:
        """The same in hexadecimal."""
        ...


def new(algorithm: str) -> Hash:
    """A running hash of "SHA-256" (FIPS 180-4), "SHA-512", "SHA-3-256" (FIPS 202) or "BLAKE2b" (RFC 7693, 64 bytes).

    Raises:
        AlgorithmNotAllowedError: another name.
        SelfTestError: the module is in its error state.
    """
    make = _MAKERS.get(algorithm)
    if make is None:
        raise AlgorithmNotAllowedError(name=algorithm, use="digest")
    selftest.ensure(algorithm)
    return make()


def digest(algorithm: str, data: Bytes) -> bytes:
    """The hash of ``data``; see ``new``."""
    running = new(algorithm)
    running.update(data)
    return running.digest()


def sha256(data: Bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    selftest.ensure("SHA-256")
    return hashlib.sha256(data).digest()


def blake2b_keyed(data: Bytes, key: bytes, *, length: int = 64, person: bytes = b"") -> bytes:
    """Keyed BLAKE2b (RFC 7693), ``length`` bytes; ``key`` up to 64 bytes, ``person`` up to 16."""
    selftest.ensure("BLAKE2b")
    return hashlib.blake2b(data, key=key, digest_size=length, person=person).digest()


_MAKERS: dict[str, Callable[[], Hash]] = {
    "SHA-256": hashlib.sha256,
    "SHA-512": hashlib.sha512,
    "SHA-3-256": hashlib.sha3_256,
    "BLAKE2b": hashlib.blake2b,
}
