"""Deterministic CBOR (RFC 8949, section 4.2.1): one value, one encoding, whoever writes it.

Values are None, bool, int (64 bits and the sign), str, bytes, list and dict with str or int keys. Floats, tags and
everything else are refused, so that what is hashed, signed or bound as associated data has no second form.
"""

from __future__ import annotations

from typing import TypeAlias

import cbor2

from ..errors import InvalidInputError

Value: TypeAlias = "bool | int | str | bytes | list[Value] | dict[str, Value] | dict[int, Value] | None"

MAX_BYTES = 1 << 20  # of one encoded value, unless the caller says otherwise
MAX_DEPTH = 16  # containers within containers
_INT_LIMIT = 1 << 64
_PLAIN = frozenset({bytes, str, bool, type(None)})


def encode(value: object) -> bytes:
    """The one encoding of ``value``. Tuples count as lists, bytearray and memoryview as bytes.

    Raises:
        InvalidInputError: a type, an integer or a nesting that has no place here, or text that is not Unicode.
    """
    try:
        return cbor2.dumps(_checked(value, 0))
    except UnicodeEncodeError:  # it carries the text, which may be a secret
        raise InvalidInputError(reason="A text holds half a surrogate pair and cannot be stored") from None


def encode_ordered(value: object) -> bytes:
    """The same for a value that the caller built of plain types alone, with its keys in canonical order.

    Nothing is checked: for what is written thousands of times. Raises InvalidInputError for text that is not Unicode.
    """
    try:
        return cbor2.dumps(value)
    except UnicodeEncodeError:  # it carries the text, which may be a secret
        raise InvalidInputError(reason="A text holds half a surrogate pair and cannot be stored") from None


def decode(data: bytes | bytearray | memoryview, max_bytes: int = MAX_BYTES) -> Value:
    """The value that ``data`` encodes, and nothing else: any other spelling of it is refused.

    Args:
        data: the encoding, whole.
        max_bytes: refuse anything longer before looking at it.

    Raises:
        InvalidInputError: too long, too deep, cut, followed by something, or not the deterministic encoding.
    """
    if len(data) > max_bytes:
        raise InvalidInputError(reason=f"The record is {len(data)} bytes long; at most {max_bytes} are allowed")
    exact = bytes(data)
    try:
        value: Value = cbor2.loads(
            exact,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            semantic_decoders=_REFUSED_TAGS,
            tag_hook=_no_tag,
        )
        again = encode(value)
    except InvalidInputError:
        raise
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise InvalidInputError(reason="The record is not well-formed CBOR") from None
    if again != exact:
        raise InvalidInputError(reason="The record is not in its one deterministic encoding")
    return value


def _no_tag(*_: object) -> object:
    raise InvalidInputError(reason="The record holds a CBOR tag")


# Tags that cbor2 would turn into dates, patterns, mail messages, shared references: never run on what is not verified.
_REFUSED_TAGS = dict.fromkeys(
    (*range(6), 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43_000, 55_799), _no_tag
)


def _checked(value: object, depth: int) -> object:
    """``value`` with its dicts in canonical order; cbor2's own canonical mode still follows RFC 7049."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, int):
        if not -_INT_LIMIT <= value < _INT_LIMIT:
            raise InvalidInputError(reason="A number is larger than 64 bits")
        return int(value)
    if isinstance(value, (list, tuple)):
        _deeper(depth)
        # Most items are plain: they are told here, without a call for each.
        return [item if type(item) in _PLAIN else _checked(item, depth + 1) for item in value]
    if isinstance(value, dict):
        _deeper(depth)
        return _sorted(value, depth + 1)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise InvalidInputError(reason=f"A value of type {kind.__name__} has no canonical encoding")


def _deeper(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise InvalidInputError(reason=f"The value is nested more than {MAX_DEPTH} deep")


def _sorted(value: dict[object, object], depth: int) -> dict[object, object]:
    """Keys in the bytewise order of their encodings (RFC 8949, section 4.2.1)."""
    keyed: list[tuple[bytes, object, object]] = []
    for key, item in value.items():
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise InvalidInputError(reason="A key is neither text nor a number")
        plain = _checked(key, depth)
        keyed.append((cbor2.dumps(plain), plain, item))
    keyed.sort(key=lambda entry: entry[0])
    return {plain: _checked(item, depth) for _, plain, item in keyed}
