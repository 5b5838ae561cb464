"""Argon2 (RFC 9106) by libsodium and by the reference implementation. Only ``kdf`` calls this, after its checks.

Both read the secret where it lies: a ``bytearray`` that the caller wipes leaves no copy here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kdf import Argon2Cost

_MEMORY_ERROR = -22  # ARGON2_MEMORY_ALLOCATION_ERROR


def libsodium(secret: bytes | bytearray, salt: bytes, cost: Argon2Cost, length: int) -> bytes:
    """Argon2id 0x13 with one lane, a salt of 16 bytes and at least 16 bytes of output."""
    # PyNaCl's own wrapper takes bytes alone, which would copy the password.
    bound: Any = import_module("nacl.bindings.crypto_pwhash")
    ffi, lib = bound.ffi, bound.lib
    out = ffi.new("unsigned char[]", length)
    status = lib.crypto_pwhash(
        out,
        length,
        ffi.from_buffer("char[]", secret),
        len(secret),
        salt,
        cost.iterations,
        cost.memory_kib * 1024,
        lib.crypto_pwhash_alg_argon2id13(),
    )
    if status != 0:
        raise MemoryError("Argon2id")
    return bytes(ffi.buffer(out, length))


def reference(  # noqa: PLR0913 the parameters of Argon2
    kind: str,
    secret: bytes | bytearray,
    salt: bytes,
    cost: Argon2Cost,
    length: int,
    *,
    version: int = 0x13,
    key: bytes = b"",
    associated: bytes = b"",
) -> bytes:
    """Argon2d ("d") or Argon2id ("id"), any number of lanes, through argon2-cffi's low level."""
    from argon2.low_level import Type, core, error_to_str, ffi  # noqa: PLC0415 one of the two libraries, not both

    out = ffi.new("uint8_t[]", length)
    borrowed = {
        "pwd": ffi.from_buffer("uint8_t[]", secret),
        "salt": ffi.from_buffer("uint8_t[]", salt),
        "secret": ffi.from_buffer("uint8_t[]", key) if key else ffi.NULL,
        "ad": ffi.from_buffer("uint8_t[]", associated) if associated else ffi.NULL,
    }
    context = ffi.new(
        "argon2_context *",
        {
            **borrowed,
            "version": version,
            "out": out,
            "outlen": length,
            "pwdlen": len(secret),
            "saltlen": len(salt),
            "secretlen": len(key),
            "adlen": len(associated),
            "t_cost": cost.iterations,
            "m_cost": cost.memory_kib,
            "lanes": cost.lanes,
            "threads": cost.lanes,
            "allocate_cbk": ffi.NULL,
            "free_cbk": ffi.NULL,
            "flags": 0,
        },
    )
    status = core(context, (Type.D if kind == "d" else Type.ID).value)
    if status == _MEMORY_ERROR:
        raise MemoryError("Argon2")
    if status != 0:
        raise RuntimeError(error_to_str(status))
    return bytes(ffi.buffer(out, length))
