"""What travels between window and engine: a 4-byte big-endian length, then one MessagePack struct.

Everything is validated on arrival. A frame that is not exactly one of these structs, or is too long for its kind, ends
the connection: both ends are kvault, so a bad frame means a fault or an attack, never something to work around.
``resources/docs/engine-process.md`` describes the protocol.
"""

from __future__ import annotations

import re

import msgspec

from kvault_gui.engine import api
from kvault_gui.engine.errors import FieldValue, InvalidInputError, TooLargeError

HEAD = 4  # bytes of the length
MAX_FRAME = 16 << 20  # bytes of one frame
MAX_LARGE_FRAME = 96 << 20  # of a Call or a Result: an attached file of api.MAX_FILE bytes with all that surrounds it
WORKSPACE = 64 << 10  # bytes; a message up to this size is never moved by the allocator, which would leave a copy
WIPE_STEP = 1 << 20  # bytes
ARRAY = 0x90  # MessagePack "fixarray", plus the number of its members
PREFIX = 2  # bytes that tell a frame's kind: the array and the tag
VALIDATION_ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeError)


class Call(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=0):
    """Run facade method ``method`` ("secrets.get"); ``arguments`` is the struct that ``shapes`` makes of it."""

    id: int
    method: str
    arguments: msgspec.Raw


class Cancel(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """The caller does not wait for call ``id`` any more."""

    id: int


class Answer(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    """The answer to question ``id``; None: the person cancelled."""

    id: int
    value: api.Secret | None


class Result(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3):
    """What call ``id`` returned."""

    id: int
    value: msgspec.Raw


class Failed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=4):
    """Call ``id`` raised the error with this code and these fields; 0: the engine could not start."""

    id: int
    code: str
    fields: dict[str, FieldValue]


class Step(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=5):
    """How far job ``id`` is."""

    id: int
    progress: api.Progress


class Question(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=6):
    """Question ``id``, asked while ``call`` runs; the lane that asks waits for its Answer, or sends Withdrawn."""

    id: int
    call: int
    what: api.Question


class Event(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=7):
    """Something happened in the engine."""

    what: api.Event


class Ready(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=8):
    """The engine is hardened and built; ``version`` is kvault's. Nothing is sent to it before."""

    version: str


class Withdrawn(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=9):
    """Question ``id`` (for a touch, or to plug something in) is over: it needs no answer."""

    id: int


ToEngine = Call | Cancel | Answer
ToWindow = Result | Failed | Step | Question | Event | Ready | Withdrawn
LARGE = frozenset({bytes((ARRAY + 4, 0)), bytes((ARRAY + 3, 3))})  # how a Call and a Result begin

# A Result as an array of three: 3, the number, and a Secret whose value is longer than 64 KiB ("bin 32").
_LARGE_SECRET = re.compile(rb"\x93\x03(?P<number>.{1,9}?)\x81\xa5value\xc6(?P<size>.{4})", re.DOTALL)
_encoder = msgspec.msgpack.Encoder()
_to_engine: msgspec.msgpack.Decoder[ToEngine] = msgspec.msgpack.Decoder(ToEngine)
_to_window: msgspec.msgpack.Decoder[ToWindow] = msgspec.msgpack.Decoder(ToWindow)


class FrameError(Exception):
    """The other end sent something that is no frame."""


def wipe(buffer: bytearray, start: int = 0, stop: int | None = None) -> None:
    """Overwrite ``buffer`` (from ``start`` to before ``stop``) in place; its size stays, so views of it stay valid."""
    end = len(buffer) if stop is None else stop
    for begin in range(start, end, WIPE_STEP):
        upto = min(begin + WIPE_STEP, end)
        buffer[begin:upto] = bytes(upto - begin)


def pack(frame: ToEngine | ToWindow) -> bytearray:
    """A frame as it is sent, length first; whoever sends it wipes it."""
    return _pack(frame, MAX_FRAME)


def pack_call(number: int, method: str, arguments: msgspec.Struct) -> bytearray:
    """A Call, encoded in one pass so that no second copy of its secrets is made.

    Raises TooLargeError, and InvalidInputError for text that is not Unicode (a file name in another encoding).
    """
    return _pack((0, number, method, arguments), MAX_LARGE_FRAME)


def pack_result(number: int, value: object) -> bytearray:
    """A Result, encoded in one pass. Raises TooLargeError, InvalidInputError."""
    return _pack((3, number, value), MAX_LARGE_FRAME)


def _pack(frame: object, limit: int) -> bytearray:
    buffer = bytearray(WORKSPACE)
    try:
        _encoder.encode_into(frame, buffer, HEAD)
    except UnicodeEncodeError:
        wipe(buffer)
        # The cause is left out: its text quotes what was encoded.
        raise InvalidInputError(reason="A text or file name holds characters that are not Unicode") from None
    size = len(buffer) - HEAD
    if size > limit:
        wipe(buffer)
        raise TooLargeError(size=-(-size >> 20), limit=limit >> 20)
    buffer[:HEAD] = size.to_bytes(HEAD, "big")
    return buffer


def read_for_engine(body: bytearray) -> ToEngine:
    """Decode what the engine received. Raises FrameError."""
    try:
        return _to_engine.decode(body)
    except VALIDATION_ERRORS:
        raise FrameError from None


def read_for_window(body: bytearray) -> ToWindow:
    """Decode what the window received. Raises FrameError."""
    try:
        return _to_window.decode(body)
    except VALIDATION_ERRORS:
        raise FrameError from None


def take_large_secret(body: bytearray) -> tuple[int, api.Secret] | None:
    """The call's number and the secret, if ``body`` is a Result of one large secret; made of ``body`` without a copy.

    Copying and overwriting an attached file of the largest size would hold up the window for over 50 ms.
    """
    if len(body) <= WORKSPACE:
        return None
    found = _LARGE_SECRET.match(body)
    if found is None or int.from_bytes(found["size"], "big") != len(body) - found.end():
        return None
    try:
        number = msgspec.msgpack.decode(found["number"], type=int)
    except VALIDATION_ERRORS:
        return None
    head = found.end()
    del body[:head]
    return number, api.Secret(body)


class Assembler:
    """Puts bodies together from whatever pieces arrive; does no input or output itself.

    Write what arrived to the beginning of ``room()``, then tell ``took()`` how many bytes that were.
    """

    def __init__(self) -> None:
        self._head = bytearray(HEAD)
        self._body: bytearray | None = None
        self._filled = 0  # bytes of the head, or of the body once there is one

    def room(self) -> memoryview:
        """Where the next bytes belong; never longer than what the present frame still lacks, never empty."""
        return memoryview(self._head if self._body is None else self._body)[self._filled :]

    def took(self, count: int) -> bytearray | None:
        """Count ``count`` bytes in; the body if it is complete now. Raises FrameError for a wrong length."""
        self._filled += count
        if self._body is None:
            if self._filled == HEAD:
                self._begin(int.from_bytes(self._head, "big"))
            return None
        if len(self._body) > MAX_FRAME and self._filled >= PREFIX and bytes(self._body[:PREFIX]) not in LARGE:
            raise FrameError
        if self._filled < len(self._body):
            return None
        whole, self._body, self._filled = self._body, None, 0
        return whole

    def _begin(self, size: int) -> None:
        if not 0 < size <= MAX_LARGE_FRAME:
            raise FrameError
        self._body, self._filled = bytearray(size), 0
