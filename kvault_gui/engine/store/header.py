"""The header: what must be known before the vault can be opened. Pure; the files are in headers.py.

Three lines: the header as JSON; "sha256" and the SHA-256 of exactly that line, which tells accidents before any key
is known; "hmac-sha256" and its HMAC, which tells malice once the vault key is known.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

import msgspec

from ..crypto import hashes, mac
from ..errors import HeaderDamagedError, NewerFormatError

FORMAT = 2  # 1 had slots of one factor, without a name of their own, use limits and sealed keys; it is read
SUITE = 1  # AEGIS-256 pages; 2 is reserved for ChaCha20-Poly1305
MAX_BYTES = 256 << 10
MAX_SLOTS = 64
MAX_FACTORS = 8  # a slot
MAX_PARAMS = 32  # a factor
_NUMBER_LIMIT = 1 << 63
_LATEST = 1 << 53  # seconds: what every calendar and a real number can hold
_DIGEST = 64  # hex digits
_LINES = 4  # the last one is empty
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Factor(msgspec.Struct, frozen=True):
    """One of the things that a slot asks for."""

    method: str
    params: dict[str, str | int]


class Slot(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way in. Bytes are hex; ``wrapped_uk`` None: opens the file but reads no values.

    ``label`` is the name at enrolment, which the key is bound to; ``name`` the one it was given since.
    """

    id: str
    method: str  # of the first factor
    label: str
    created: int  # seconds since 1970
    salt: str
    params: dict[str, str | int]
    commitment: str
    wrapped_vk: str  # "": see sealed
    wrapped_uk: str | None
    more: list[Factor] = []  # the other factors; all are needed, in this order
    name: str = ""
    once: bool = False
    expires: int = 0  # seconds since 1970; 0: never
    sealed: str = ""  # both keys, encrypted to the slot's own public key by a rotation that had not its factors

    @property
    def factors(self) -> list[Factor]:
        """Everything it asks for, in order."""
        return [Factor(self.method, self.params), *self.more]

    @property
    def title(self) -> str:
        """What it is called now."""
        return self.name or self.label


class Header(msgspec.Struct, frozen=True):
    """The whole header. ``database_salt``: the first 16 bytes of the database file, hex."""

    format: int
    vault: str  # 32 hex digits
    suite: int
    generation: int
    database: str  # file name
    database_salt: str
    created: int
    slots: list[Slot]


class Written(msgspec.Struct, frozen=True):
    """A header as it stands in a file: its line, and the MAC that stands below."""

    header: Header
    line: bytes
    mac: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the line; the head names it."""
        return hashes.sha256(self.line)

    @property
    def data(self) -> bytes:
        """The whole file's bytes."""
        checksum = self.digest.hex().encode()
        return b"%s\nsha256 %s\nhmac-sha256 %s\n" % (self.line, checksum, self.mac.hex().encode())

    def verifies(self, key: bytes) -> bool:
        """Whether the MAC is that of the line under the header MAC key."""
        return mac.same(mac.sign(key, self.line), self.mac)


def following(changed: Header, old: Header) -> Header:
    """``changed`` as the header after ``old``: the next generation, everything that binds it unchanged."""
    kept = {name: getattr(old, name) for name in ("vault", "suite", "database", "database_salt", "created")}
    return msgspec.structs.replace(changed, format=FORMAT, generation=old.generation + 1, **kept)


def encode(header: Header, key: bytes) -> Written:
    """The header ready to be written. Raises HeaderDamagedError for a header that could not be read again.

    Two slots of the same id are refused here alone: in a header that is read they are the work of somebody without
    the key, which the MAC tells, and must not keep the other slots from opening.
    """
    if len({slot.id for slot in header.slots}) != len(header.slots):
        _damaged("two slots have the same id")
    line = _line(header)
    return parse(Written(header, line, mac.sign(key, line)).data)


def parse(data: bytes) -> Written:
    """Read a header file's bytes strictly: one header has one spelling.

    Raises:
        HeaderDamagedError: cut, altered, too large, or not a header.
        NewerFormatError: made by a newer kvault.
    """
    if len(data) > MAX_BYTES:
        _damaged("it is too large")
    lines = data.split(b"\n")
    if len(lines) != _LINES or lines[3]:
        _damaged("it is cut or has lines that do not belong there")
    line, tag = lines[0], _hex_line(lines[2], b"hmac-sha256 ")
    if _hex_line(lines[1], b"sha256 ") != hashes.sha256(line):
        _damaged("its checksum does not fit")
    found = _json(line)
    _known(found)
    try:
        header = msgspec.convert(found, Header, strict=True)
    except msgspec.ValidationError:
        _damaged("a part is missing or has another type")
    _check(header)
    if _line(header) != line:
        _damaged("it is not spelled as kvault spells it")
    return Written(header, line, tag)


def _damaged(reason: str) -> NoReturn:
    raise HeaderDamagedError(reason=reason)


def _line(header: Header) -> bytes:
    return json.dumps(msgspec.to_builtins(header), separators=(",", ":"), allow_nan=False).encode()


def _hex_line(line: bytes, name: bytes) -> bytes:
    digits = line[len(name) :]
    if not line.startswith(name) or len(digits) != _DIGEST or not _HEX.fullmatch(digits.decode("latin-1")):
        _damaged("a line is altered")
    return bytes.fromhex(digits.decode())


def _json(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError):
        _damaged("it is not JSON")
    if not isinstance(found, dict):
        _damaged("it is not a header")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(_text: str) -> NoReturn:
    raise ValueError("a number is not whole")


def _known(found: dict[str, object]) -> None:
    """Refuse what a newer kvault wrote, before looking at what may have changed its shape."""
    version, suite = found.get("format"), found.get("suite")
    if type(version) is int and version > FORMAT:
        raise NewerFormatError(found=version, known=FORMAT)
    if type(version) is int and 0 < version <= FORMAT and type(suite) is int and suite != SUITE:
        raise NewerFormatError(found=f"{version}, suite {suite}", known=f"{FORMAT}, suite {SUITE}")


def _check(header: Header) -> None:
    identifiers = [slot.id for slot in header.slots]
    if not 0 < header.format <= FORMAT or not 0 < header.generation < _NUMBER_LIMIT or not _number(header.created):
        _damaged("a number is out of range")
    if not _hex(header.vault, 16) or not _hex(header.database_salt, 16):
        _damaged("an id is malformed")
    if not _NAME.fullmatch(header.database):
        _damaged("the database's name is not allowed")
    if not identifiers or len(identifiers) > MAX_SLOTS:
        _damaged("the number of slots is out of range")
    for slot in header.slots:
        _check_slot(slot)
        if header.format == 1 and (slot.more or slot.name or slot.once or slot.expires or slot.sealed):
            _damaged("a slot has parts that its format does not know")


def _check_slot(slot: Slot) -> None:
    texts = [slot.salt, slot.commitment, slot.wrapped_vk, slot.wrapped_uk or "", slot.sealed]
    if not all(_HEX.fullmatch(text) for text in texts) or not slot.id or not _number(slot.created):
        _damaged("a slot is malformed")
    if len(slot.more) >= MAX_FACTORS or any(len(factor.params) > MAX_PARAMS for factor in slot.factors):
        _damaged("a slot asks for too much")
    numbers = [value for factor in slot.factors for value in factor.params.values() if isinstance(value, int)]
    if not all(_number(value) for value in numbers) or not 0 <= slot.expires < _LATEST:
        _damaged("a number is out of range")
    try:
        json.dumps(msgspec.to_builtins(slot), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        _damaged("a text is not Unicode")


def _number(value: int) -> bool:
    return -_NUMBER_LIMIT <= value < _NUMBER_LIMIT


def _hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and _HEX.fullmatch(text) is not None
