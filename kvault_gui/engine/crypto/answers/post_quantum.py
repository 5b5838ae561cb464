"""Known answers of ML-KEM, ML-DSA and HPKE."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...errors import AuthenticationError
from .. import hpke, kem, signing
from .post_quantum_data import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

# ML-KEM: the shared secret; ML-DSA: the signature; HPKE: encapsulated key and ciphertext.
ANSWERS: dict[str, bytes] = {name: parts[-1] for name, parts in DATA.items()}


def _kem(name: str) -> bool:
    """The known ciphertext opens to the known secret, a fresh one to its own, and an altered one to neither."""
    seed, ciphertext, _ = DATA[name]
    answer = kem.decapsulate(name, seed, ciphertext)
    altered = kem.decapsulate(name, seed, bytes([ciphertext[0] ^ 1]) + ciphertext[1:])
    fresh = kem.encapsulate(name, kem.public_key(name, seed))
    again = kem.decapsulate(name, seed, fresh.ciphertext)
    return answer == ANSWERS[name] != altered and again == fresh.secret != answer


def _mldsa(name: str) -> bool:
    """The known signature verifies under the key of the known seed, so does a new one, and not for another message."""
    seed, message, *rest = DATA[name]
    context = rest[0] if len(rest) > 1 else b""
    public = signing.public_key(name, seed)
    signing.verify(name, public, message, ANSWERS[name], context=context)
    signing.verify(name, public, b"abc", signing.sign(name, seed, b"abc"))
    try:
        signing.verify(name, public, message + b"\0", ANSWERS[name], context=context)
    except AuthenticationError:
        return True
    return False


def _hpke(name: str) -> bool:
    return hpke.open_sealed(name, bytes(range(32)), ANSWERS[name], info=b"kvault self-test") == b"abc"


TESTS: dict[str, Callable[[], bool]] = {
    **{name: partial(_kem, name) for name in DATA if name.startswith("ML-KEM")},
    **{name: partial(_mldsa, name) for name in DATA if name.startswith("ML-DSA")},
    **{name: partial(_hpke, name) for name in DATA if name.startswith("HPKE")},
}
