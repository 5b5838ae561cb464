"""The outer header of a KDBX file (keepass.info/help/kb/kdbx.html, "Header")."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import BinaryIO

from ...crypto.hashes import sha256
from ...errors import FormatDamagedError, FormatUnknownError
from . import variant
from .limits import LIMITS, Limits, refuse

SIGNATURE = bytes.fromhex("03d9a29a67fb4bb5")
SIGNATURE_BETA = bytes.fromhex("03d9a29a66fb4bb5")
SIGNATURE_KDB = bytes.fromhex("03d9a29a65fb4bb5")

_END, _CIPHER, _COMPRESSION, _SEED, _TRANSFORM_SEED, _ROUNDS, _IV = 0, 2, 3, 4, 5, 6, 7
_STREAM_KEY, _START_BYTES, _STREAM, _KDF = 8, 9, 10, 11
_COMMENT = 1

OLDEST, NEWEST = 2, 4  # major versions
AUTHENTICATED = 4  # from here on the header has a MAC, and the blocks as well


class Cipher(enum.Enum):
    """Outer ciphers by their UUID."""

    AES = bytes.fromhex("31c1f2e6bf714350be5805216afc5aff")
    TWOFISH = bytes.fromhex("ad68f29f576f4bb9a36ad47af965346c")
    CHACHA20 = bytes.fromhex("d6038a2b8b6f4cb5a524339a31dbb59a")

    def words(self) -> str:
        """Its usual name."""
        return {Cipher.AES: "AES-256", Cipher.TWOFISH: "Twofish", Cipher.CHACHA20: "ChaCha20"}[self]

    def iv_size(self) -> int:
        """Bytes of its initialisation vector."""
        return 12 if self is Cipher.CHACHA20 else 16


class Kdf(enum.Enum):
    """Key derivations by their UUID."""

    AES = bytes.fromhex("c9d9f39a628a4460bf740d08c18a4fea")
    AES_KDBX4 = bytes.fromhex("7c02bb8279a74ac0927d114a00648238")
    ARGON2D = bytes.fromhex("ef636ddf8c29444b91f7a9a403e30a0c")
    ARGON2ID = bytes.fromhex("9e298b1956db4773b23dfc3ec6f0a1e6")

    def words(self) -> str:
        """Its usual name."""
        return {Kdf.ARGON2D: "Argon2d", Kdf.ARGON2ID: "Argon2id"}.get(self, "AES-KDF")


@dataclass(frozen=True)
class KdfParameters:
    """How the key is derived. ``memory`` in KiB; ``rounds`` are Argon2's iterations or AES-KDF's rounds."""

    kdf: Kdf
    salt: bytes
    rounds: int
    memory: int = 0
    lanes: int = 1
    version: int = 0x13
    secret: bytes = field(default=b"", repr=False)
    associated: bytes = b""


@dataclass(frozen=True)
class Header:
    """What the outer header says. The last three are of versions before 4, where the header holds them."""

    major: int
    minor: int
    cipher: Cipher
    compressed: bool
    seed: bytes
    iv: bytes
    kdf: KdfParameters
    raw: bytes = b""
    stream: int = 0
    stream_key: bytes = field(default=b"", repr=False)
    start_bytes: bytes = field(default=b"", repr=False)

    def words(self) -> str:
        """For a person: "KDBX 4.0, ChaCha20, Argon2d"."""
        return f"KDBX {self.major}.{self.minor}, {self.cipher.words()}, {self.kdf.kdf.words()}"

    def digest(self) -> bytes:
        """SHA-256 of the header's bytes."""
        return sha256(self.raw)


class _Taker:
    """Reads exact numbers of bytes and keeps what it read."""

    def __init__(self, source: BinaryIO, limit: int) -> None:
        self.raw = bytearray()
        self._source = source
        self._limit = limit

    def take(self, size: int) -> bytes:
        if len(self.raw) + size > self._limit:
            raise refuse("its header is larger than any program writes")
        data = self._source.read(size)
        if len(data) != size:
            raise FormatDamagedError(reason="it ends inside its header")
        self.raw += data
        return data


def read_header(source: BinaryIO, limits: Limits = LIMITS) -> Header:
    """Read the header; ``source`` stands behind it afterwards.

    Raises FormatUnknownError for other formats and versions, FormatDamagedError, FormatLimitError.
    """
    taker = _Taker(source, limits.header)
    signature = taker.take(8)
    if signature == SIGNATURE_KDB:
        raise FormatUnknownError(name="KDB, the format of KeePass 1,")
    if signature == SIGNATURE_BETA:
        raise FormatUnknownError(name="KDBX 1, the format of KeePass 2 before its release,")
    if signature != SIGNATURE:
        raise FormatDamagedError(reason="it does not begin like a KDBX file")
    minor = int.from_bytes(taker.take(2), "little")
    major = int.from_bytes(taker.take(2), "little")
    if not OLDEST <= major <= NEWEST:
        raise FormatUnknownError(name=f"KDBX {major}.{minor}")
    fields = _read_fields(taker, 2 if major < AUTHENTICATED else 4)
    return _build(major, minor, fields, bytes(taker.raw))


def _read_fields(taker: _Taker, size_bytes: int) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    while True:
        kind = taker.take(1)[0]
        data = taker.take(int.from_bytes(taker.take(size_bytes), "little"))
        if kind == _END:
            return fields
        if kind in fields and kind != _COMMENT:
            raise FormatDamagedError(reason=f"its header has field {kind} twice")
        fields[kind] = data


def _need(fields: dict[int, bytes], kind: int, sizes: tuple[int, ...]) -> bytes:
    data = fields.get(kind)
    if data is None:
        raise FormatDamagedError(reason=f"its header lacks field {kind}")
    if sizes and len(data) not in sizes:
        raise FormatDamagedError(reason=f"field {kind} of its header has the wrong size")
    return data


def _build(major: int, minor: int, fields: dict[int, bytes], raw: bytes) -> Header:
    try:
        cipher = Cipher(_need(fields, _CIPHER, (16,)))
    except ValueError:
        raise FormatUnknownError(name="A KDBX file with a cipher of its own") from None
    compression = int.from_bytes(_need(fields, _COMPRESSION, (4,)), "little")
    if compression > 1:
        raise FormatUnknownError(name="A KDBX file with a compression of its own")
    old = major < AUTHENTICATED
    return Header(
        major=major,
        minor=minor,
        cipher=cipher,
        compressed=compression == 1,
        seed=_need(fields, _SEED, (32,)),
        iv=_need(fields, _IV, (cipher.iv_size(),)),
        kdf=_kdf_old(fields) if old else _kdf_new(variant.decode(_need(fields, _KDF, ()))),
        raw=raw,
        stream=int.from_bytes(_need(fields, _STREAM, (4,)), "little") if old else 0,
        stream_key=_need(fields, _STREAM_KEY, ()) if old else b"",
        start_bytes=_need(fields, _START_BYTES, (32,)) if old else b"",
    )


def _kdf_old(fields: dict[int, bytes]) -> KdfParameters:
    rounds = int.from_bytes(_need(fields, _ROUNDS, (8,)), "little")
    return KdfParameters(Kdf.AES, _need(fields, _TRANSFORM_SEED, (32,)), rounds)


def _kdf_new(items: dict[str, variant.Value]) -> KdfParameters:
    def octets(name: str) -> bytes:
        value = items.get(name)
        if not isinstance(value, bytes):
            raise FormatDamagedError(reason=f"its key derivation lacks {name}")
        return value

    def number(name: str) -> int:
        value = items.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise FormatDamagedError(reason=f"its key derivation lacks {name}")
        return value

    try:
        kdf = Kdf(octets("$UUID"))
    except ValueError:
        raise FormatUnknownError(name="A KDBX file with a key derivation of its own") from None
    if kdf in (Kdf.AES, Kdf.AES_KDBX4):
        return KdfParameters(kdf, _salt(octets("S"), (32,)), number("R"))
    memory, version = number("M"), number("V")
    if version not in (0x10, 0x13):
        raise FormatDamagedError(reason=f"it names the unknown version {version:#x} of Argon2")
    if memory % 1024:
        raise FormatDamagedError(reason="the memory of its key derivation is not a multiple of 1 KiB")
    salt = _salt(octets("S"), tuple(range(8, 129)))
    secret = octets("K") if "K" in items else b""
    associated = octets("A") if "A" in items else b""
    return KdfParameters(kdf, salt, number("I"), memory // 1024, number("P"), version, secret, associated)


def _salt(salt: bytes, sizes: tuple[int, ...]) -> bytes:
    if len(salt) not in sizes:
        raise FormatDamagedError(reason="the salt of its key derivation has the wrong size")
    return salt


def write_header(header: Header) -> bytes:
    """The bytes of a KDBX 4 header, with its end field; SHA-256 and HMAC follow it in the file."""
    if header.kdf.kdf in (Kdf.AES, Kdf.AES_KDBX4):
        items: dict[str, tuple[int, variant.Value]] = {
            "$UUID": (variant.BYTES, header.kdf.kdf.value),
            "R": (variant.U64, header.kdf.rounds),
            "S": (variant.BYTES, header.kdf.salt),
        }
    else:
        items = {
            "$UUID": (variant.BYTES, header.kdf.kdf.value),
            "I": (variant.U64, header.kdf.rounds),
            "M": (variant.U64, header.kdf.memory * 1024),
            "P": (variant.U32, header.kdf.lanes),
            "S": (variant.BYTES, header.kdf.salt),
            "V": (variant.U32, header.kdf.version),
        }
    fields = [
        (_CIPHER, header.cipher.value),
        (_COMPRESSION, int(header.compressed).to_bytes(4, "little")),
        (_SEED, header.seed),
        (_IV, header.iv),
        (_KDF, variant.encode(items)),
        (_END, b"\r\n\r\n"),
    ]
    start = SIGNATURE + header.minor.to_bytes(2, "little") + header.major.to_bytes(2, "little")
    return start + b"".join(bytes([kind]) + len(data).to_bytes(4, "little") + data for kind, data in fields)
