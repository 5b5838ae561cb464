"""Message authentication: HMAC-SHA256."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from ..errors import AuthenticationError
from . import selftest

if TYPE_CHECKING:
    from .data import Bytes
    from .hashes import Hash


def sign(key: Bytes, message: Bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104, FIPS 198-1) of ``message``, 32 bytes.

    Raises:
        SelfTestError: the module is in its error state.
    """
    selftest.ensure("HMAC-SHA256")
    return hmac.digest(bytes(key), bytes(message), "sha256")


def new(key: Bytes) -> Hash:
    """A running HMAC-SHA256, for a message in pieces that are not to be copied together.

    Raises:
        SelfTestError: the module is in its error state.
    """
    selftest.ensure("HMAC-SHA256")
    return hmac.new(bytes(key), digestmod="sha256")


def verify(key: Bytes, message: Bytes, tag: Bytes) -> None:
    """Compare ``tag``, all 32 bytes of it, in constant time.

    Raises:
        AuthenticationError: it is not the tag of ``message`` under ``key``.
        SelfTestError: the module is in its error state.
    """
    if not hmac.compare_digest(sign(key, message), tag):
        raise AuthenticationError


def same(one: Bytes, other: Bytes) -> bool:
    """Whether two values are equal, in time that depends on their lengths alone."""
    return hmac.compare_digest(one, other)
