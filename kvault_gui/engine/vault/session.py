"""Sessions: who is there, in which role, for what and until when."""

from __future__ import annotations

import enum

import msgspec

from ..crypto.rng import random_bytes


class Role(enum.StrEnum):
    """What a principal is to the vault."""

    OWNER = "owner"
    READER = "reader"  # may browse and read, change nothing
    AGENT = "agent"  # may do what grants say


class Scope(msgspec.Struct, frozen=True):
    """Part of a vault: a namespace with what is below it, or what bears a tag, or both."""

    namespace: int | None = None
    tag: str | None = None


class Session(msgspec.Struct):
    """An unlock or an accepted connection. Times in seconds since 1970."""

    principal: int
    who: str
    role: Role
    scopes: tuple[Scope, ...] = ()  # empty: everywhere
    expires: float | None = None
    idle: float | None = None  # seconds without use after which it ends
    last_use: float = 0.0
    id: str = msgspec.field(default_factory=lambda: random_bytes(8).hex())
    ended: bool = False
