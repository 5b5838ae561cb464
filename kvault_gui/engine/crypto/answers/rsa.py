"""Known answers of RSA: opening a known ciphertext, verifying a known signature, and one's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...errors import AuthenticationError
from .. import registry, rsa, signing, wrap
from .rsa_data import DATA, KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWERS: dict[str, bytes] = dict(DATA)

_OPENED = {2048: bytes(20), 3072: b"123400", 4096: b"123400"}


def _pss(name: str, bits: int) -> bool:
    public = rsa.public_key(name, KEYS[bits])
    signing.verify(name, public, b"abc", ANSWERS[name])
    if "sign" in registry.ALGORITHMS[name].uses:
        signing.verify(name, public, b"abd", signing.sign(name, KEYS[bits], b"abd"))
    try:
        signing.verify(name, public, b"abd", ANSWERS[name])
    except AuthenticationError:
        return True
    return False


def _oaep(name: str, bits: int) -> bool:
    opened = wrap.unwrap(name, KEYS[bits], ANSWERS[name])
    if "wrap" in registry.ALGORITHMS[name].uses:
        sealed = wrap.wrap(name, rsa.public_key(name, KEYS[bits]), b"abc")
        return opened == _OPENED[bits] and wrap.unwrap(name, KEYS[bits], sealed) == b"abc"
    return opened == _OPENED[bits]


TESTS: dict[str, Callable[[], bool]] = {
    name: partial(_oaep if "OAEP" in name else _pss, name, int(name.split("-")[1])) for name in DATA
}
