"""Key derivation: HKDF-SHA256, Argon2id and PBKDF2-SHA256 of our own, Argon2 and AES-KDF of foreign files.

Every cost is compared with its floor and ceiling before any memory is taken or any work is done: the parameters come
from a header that nobody has verified yet.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Literal, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import InvalidInputError, KdfCostError
from . import selftest

if TYPE_CHECKING:
    from .data import Bytes

ARGON2_MEMORY_KIB = 64 << 10  # the floor: RFC 9106, section 4, second choice, with one lane
ARGON2_ITERATIONS = 3
ARGON2_LANES = 1
ARGON2_SALT_BYTES = 16
MAX_ITERATIONS = 1_000
MAX_LANES = 16
MAX_CALIBRATED_KIB = 512 << 10  # a vault must open on a computer with 2 GiB as well
PBKDF2_ITERATIONS = 100_000  # the floor for reading
MAX_PBKDF2_ITERATIONS = 10_000_000
MAX_WORK_KIB = 64 << 20  # memory times iterations: about a minute
FOREIGN_MEMORY_KIB = 1 << 20
FOREIGN_LANES = 64
MAX_AES_ROUNDS = 1 << 28  # about 8 s

_SHA256 = SHA256()
_STEP_KIB = 16 << 10


class Argon2Cost(NamedTuple):
    """The cost of one derivation; ``memory_kib`` in KiB."""

    memory_kib: int
    iterations: int
    lanes: int


def derive_hkdf(key: Bytes, *, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869): ``length`` bytes (at most 8,160) from ``key``.

    Raises:
        InvalidInputError: a length that HKDF cannot give.
        SelfTestError: the module is in its error state.
    """
    if not 1 <= length <= 255 * 32:
        raise InvalidInputError(reason=f"HKDF-SHA256 gives 1 to 8160 bytes, not {length}")
    selftest.ensure("HKDF-SHA256")
    return HKDF(_SHA256, length, salt, info).derive(key)


def derive_argon2id(
    secret: bytes | bytearray, *, salt: bytes, memory_kib: int, iterations: int, lanes: int, length: int = 32
) -> bytes:
    """Argon2id version 0x13 (RFC 9106): ``length`` bytes from a password.

    Args:
        secret: the password; read where it lies, not copied.
        salt: 16 to 64 bytes; with 16 and one lane libsodium does it in half the time.
        memory_kib: 65,536 KiB at least, a quarter of this computer's memory at most.
        iterations: 3 to 1,000; memory times iterations is bounded to 64 GiB, about a minute.
        lanes: 1 to 16.
        length: 16 to 64 bytes.

    Raises:
        KdfCostError: a cost outside these bounds.
        InvalidInputError: a salt or length outside these bounds.
        MemoryError: the operating system refuses the memory.
        SelfTestError: the module is in its error state.
    """
    check_argon2id(memory_kib, iterations, lanes)
    _between(len(salt), 16, 64, "The salt", "bytes", InvalidInputError)
    _between(length, 16, 64, "The derived key", "bytes", InvalidInputError)
    return _argon2id(secret, salt, Argon2Cost(memory_kib, iterations, lanes), length)


def check_argon2id(memory_kib: int, iterations: int, lanes: int) -> None:
    """Whether ``derive_argon2id`` would do that work; takes no memory.

    Raises:
        KdfCostError: below the floor or above the ceiling.
    """
    _between(memory_kib, ARGON2_MEMORY_KIB, max_memory_kib(), "Argon2id memory", "KiB", KdfCostError)
    most = _max_iterations(memory_kib)
    _between(iterations, ARGON2_ITERATIONS, most, "Argon2id with that memory", "iterations", KdfCostError)
    _between(lanes, ARGON2_LANES, MAX_LANES, "Argon2id", "lanes", KdfCostError)


def _max_iterations(memory_kib: int) -> int:
    return max(ARGON2_ITERATIONS, min(MAX_ITERATIONS, MAX_WORK_KIB // memory_kib))


def max_memory_kib() -> int:
    """The most that one derivation may take here: a quarter of the computer's memory, in KiB."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(memory // 4 // 1024, ARGON2_MEMORY_KIB)


def calibrate_argon2id(seconds: float = 0.5) -> Argon2Cost:
    """The cost that takes about ``seconds`` here: more memory first, then more iterations, never below the floor.

    Measures for a little longer than that. Memory stays at or below 512 MiB and a quarter of the computer's.
    """
    floor = Argon2Cost(ARGON2_MEMORY_KIB, ARGON2_ITERATIONS, ARGON2_LANES)
    first = _scaled(floor, seconds / min(_timed(floor), _timed(floor)))
    if first == floor:
        return floor
    took = _timed(first)  # fresh pages cost more than a floor's worth of work tells
    return _scaled(first, seconds / took) if took > seconds else first


def derive_pbkdf2_sha256(secret: Bytes, *, salt: bytes, iterations: int, length: int = 32) -> bytes:
    """PBKDF2 with HMAC-SHA256 (RFC 8018): for reading what was made with it; new slots take Argon2id.

    Args:
        secret: the password.
        salt: 16 to 64 bytes.
        iterations: 100,000 to 10,000,000.
        length: 16 to 64 bytes.

    Raises:
        KdfCostError: iterations outside these bounds.
        InvalidInputError: a salt or length outside these bounds.
        SelfTestError: the module is in its error state.
    """
    _between(iterations, PBKDF2_ITERATIONS, MAX_PBKDF2_ITERATIONS, "PBKDF2", "iterations", KdfCostError)
    _between(len(salt), 16, 64, "The salt", "bytes", InvalidInputError)
    _between(length, 16, 64, "The derived key", "bytes", InvalidInputError)
    return _pbkdf2_sha256(secret, salt, iterations, length)


def derive_argon2_foreign(  # noqa: PLR0913 the parameters of Argon2, by name
    kind: Literal["d", "id"],
    secret: bytes | bytearray,
    *,
    salt: bytes,
    memory_kib: int,
    iterations: int,
    lanes: int,
    version: int,
    key: bytes = b"",
    associated: bytes = b"",
    length: int = 32,
) -> bytes:
    """Argon2d or Argon2id as a foreign file asks for it (KDBX 4): with ceilings, without our floor.

    Args:
        kind: "d" or "id".
        secret: the composite key.
        salt: 8 to 1,024 bytes.
        memory_kib: 8 KiB a lane to 1 GiB, and half of the computer's memory.
        iterations: 1 and more; memory times iterations is bounded to 64 GiB, about a minute.
        lanes: 1 to 64.
        version: 0x10 or 0x13.
        key: Argon2's optional secret key.
        associated: Argon2's optional associated data.
        length: 4 to 64 bytes.

    Raises:
        KdfCostError: a cost outside these bounds.
        InvalidInputError: another kind or version, a salt or length outside these bounds.
        MemoryError: the operating system refuses the memory.
        SelfTestError: the module is in its error state.
    """
    if kind not in {"d", "id"} or version not in {0x10, 0x13}:
        raise InvalidInputError(reason=f"Argon2{kind} version {version:#x} is not known")
    most = min(FOREIGN_MEMORY_KIB, max_memory_kib() * 2)
    _between(lanes, 1, FOREIGN_LANES, "Argon2", "lanes", KdfCostError)
    _between(memory_kib, 8 * lanes, most, "Argon2 memory", "KiB", KdfCostError)
    _between(iterations, 1, MAX_WORK_KIB // memory_kib, "Argon2 with that memory", "iterations", KdfCostError)
    _between(len(salt), 8, 1024, "The salt", "bytes", InvalidInputError)
    _between(length, 4, 64, "The derived key", "bytes", InvalidInputError)
    cost = Argon2Cost(memory_kib, iterations, lanes)
    if kind == "id" and version == 0x13 and not key and not associated and length >= 16:  # noqa: PLR2004 libsodium's least
        return _argon2id(secret, salt, cost, length)
    from . import argon2_backends  # noqa: PLC0415 argon2-cffi costs a start 9 ms

    selftest.ensure("Argon2 (lanes)")
    return argon2_backends.reference(kind, secret, salt, cost, length, version=version, key=key, associated=associated)


def derive_aes_kdf(key: Bytes, seed: Bytes, rounds: int) -> bytes:
    """AES-KDF of KDBX: the 32-byte composite ``key``, encrypted ``rounds`` times with AES-256 under ``seed``, hashed.

    The final SHA-256 is part of it, as in KeePass: the result is the transformed key.

    Raises:
        KdfCostError: no round, or more than 2^28.
        InvalidInputError: a key or seed that is not 32 bytes.
        SelfTestError: the module is in its error state.
    """
    _between(rounds, 1, MAX_AES_ROUNDS, "AES-KDF", "rounds", KdfCostError)
    _between(len(key), 32, 32, "The key", "bytes", InvalidInputError)
    _between(len(seed), 32, 32, "The seed", "bytes", InvalidInputError)
    from . import aes_kdf  # noqa: PLC0415 foreign files alone need it

    selftest.ensure("AES-KDF")
    return hashlib.sha256(aes_kdf.transform(key, seed, rounds)).digest()


def _argon2id(secret: bytes | bytearray, salt: bytes, cost: Argon2Cost, length: int) -> bytes:
    """Use libsodium where it can (one lane, 16 bytes of salt): the same bytes in half the time."""
    from . import argon2_backends  # noqa: PLC0415 PyNaCl and argon2-cffi cost a start 10 ms each

    if cost.lanes == 1 and len(salt) == ARGON2_SALT_BYTES:
        selftest.ensure("Argon2id")
        return argon2_backends.libsodium(secret, salt, cost, length)
    selftest.ensure("Argon2 (lanes)")
    return argon2_backends.reference("id", secret, salt, cost, length)


def _pbkdf2_sha256(secret: Bytes, salt: bytes, iterations: int, length: int) -> bytes:
    selftest.ensure("PBKDF2-SHA256")
    return hashlib.pbkdf2_hmac("sha256", secret, salt, iterations, length)


def _scaled(cost: Argon2Cost, factor: float) -> Argon2Cost:
    """``factor`` times the work of ``cost``, as memory up to the ceiling and as iterations beyond."""
    work = int(cost.memory_kib * cost.iterations * factor)
    ceiling = min(MAX_CALIBRATED_KIB, max_memory_kib())
    memory_kib = min(work // ARGON2_ITERATIONS, ceiling) // _STEP_KIB * _STEP_KIB
    memory_kib = max(memory_kib, ARGON2_MEMORY_KIB)
    iterations = min(max(work // memory_kib, ARGON2_ITERATIONS), _max_iterations(memory_kib))
    return Argon2Cost(memory_kib, iterations, ARGON2_LANES)


def _timed(cost: Argon2Cost) -> float:
    began = time.perf_counter()
    _argon2id(b"", bytes(ARGON2_SALT_BYTES), cost, 32)
    return time.perf_counter() - began


def _between(
    value: int, least: int, most: int, what: str, unit: str, error: type[InvalidInputError | KdfCostError]
) -> None:
    if not least <= value <= most:
        raise error(reason=f"{what}: {value} {unit}, where {least} to {most} are allowed")
