"""Values of every type that crosses the border, for hypothesis."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from kvault_gui.engine import api

SCALARS: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(-(1 << 63), (1 << 63) - 1),
    float: st.floats(allow_nan=False),
    str: st.text(max_size=20),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    bytearray: st.binary(max_size=20).map(bytearray),
    types.NoneType: st.none(),
}
STRUCTS = [each for each in vars(api).values() if inspect.isclass(each) and issubclass(each, msgspec.Struct)]


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of type ``kind``, as annotated in ``engine.api``."""
    if kind in SCALARS:
        return SCALARS[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return st.one_of([values(each) for each in inner])
    if origin is list:
        return st.lists(values(inner[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    return st.builds(kind, **{name: values(hint) for name, hint in typing.get_type_hints(kind).items()})
