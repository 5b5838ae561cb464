"""The facade's methods as data: the arguments of each as one struct, and the type of its result.

Made from the signatures of the Protocols in ``engine.api``, which are thus the only description of what crosses the
border. Only methods named there can be called from outside.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Generator

import msgspec

from kvault_gui.engine import api


class Shape(typing.NamedTuple):
    """One facade method."""

    name: str  # "secrets.get"
    arguments: type[msgspec.Struct]
    names: tuple[str, ...]  # of the arguments, in order
    result: msgspec.msgpack.Decoder[typing.Any]
    job: bool  # yields Progress, and steps for tokens, which stay in the engine's process
    secret: bool  # the result is one Secret


@functools.cache
def parts() -> dict[str, type]:
    """The facade's parts: attribute of the engine -> its Protocol."""
    return typing.get_type_hints(api.Engine)


@functools.cache
def methods() -> dict[str, Callable[..., object]]:
    """Every method that can be called: "part.method" -> its declaration."""
    return {
        f"{part}.{name}": method
        for part, protocol in parts().items()
        for name, method in vars(protocol).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


@functools.cache
def shape_of(method: Callable[..., object]) -> Shape:
    """The shape of a method declared in ``engine.api``. Raises KeyError for any other function."""
    return shape(_names()[method])


@functools.cache
def shape(name: str) -> Shape:
    """The shape of the method called ``name``. Raises KeyError if there is none."""
    method = methods()[name]
    hints = typing.get_type_hints(method)
    result = hints.pop("return")
    parameters = list(inspect.signature(method).parameters.values())[1:]  # without self
    fields = [
        (p.name, hints[p.name]) if p.default is p.empty else (p.name, hints[p.name], p.default) for p in parameters
    ]
    job = typing.get_origin(result) is Generator
    return Shape(
        name=name,
        arguments=msgspec.defstruct(
            name.replace(".", "_"), fields, array_like=True, forbid_unknown_fields=True, module=__name__
        ),
        names=tuple(p.name for p in parameters),
        result=msgspec.msgpack.Decoder(typing.get_args(result)[2] if job else result),
        job=job,
        secret=result is api.Secret,
    )


@functools.cache
def _names() -> dict[Callable[..., object], str]:
    return {method: name for name, method in methods().items()}
