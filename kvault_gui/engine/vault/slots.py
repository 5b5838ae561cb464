"""Key slots: how the output of unlock methods wraps VK and UK.

KEK = HKDF-SHA256(slot salt, each factor's output with type and length, in the slot's order; label | vault | slot |
digest of the parameters). One commitment over KEK is compared, in constant time, before anything is decrypted, never
one per factor: that would be an oracle for the password (AES-GCM alone does not commit to its key; Len, Grubbs,
Ristenpart 2021). A slot also has a key pair of its own (HPKE with X-Wing), derived from KEK: a rotation encrypts new
keys to its public key without asking for the factors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..crypto import aead, canonical, hashes, hpke, mac
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import AuthenticationError, HeaderDamagedError, InvalidInputError, NotMineError
from ..store.header import Factor, Slot
from .sealing import AES, context

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEK = b"kvault slot kek v1"
_COMMIT = b"kvault slot commitment v1"
_WRAP = b"kvault slot wrap v1"
_PAIR = b"kvault slot key pair v1"
_SEALED = b"kvault slot sealed v1"
_FORMAT = 1
_KEY = 32
_NONCE = 12
_TAG = 16


class Keys:
    """What a slot wraps. ``uk`` None: a slot that opens the file but reads no values."""

    __slots__ = ("uk", "vk")

    def __init__(self, vk: bytes, uk: bytes | None) -> None:
        self.vk = vk
        self.uk = uk

    def __repr__(self) -> str:
        return "Keys(…)"


class Fit(NamedTuple):
    """A slot that opened: its keys, and its public key for a rotation."""

    keys: Keys
    public: bytes


class Terms(NamedTuple):
    """What a new slot is called and how long it is good for."""

    label: str
    created: float
    once: bool = False
    expires: float | None = None


def new_keys() -> Keys:
    """Fresh VK and UK, 256 random bits each."""
    return Keys(random_bytes(_KEY), random_bytes(_KEY))


def _kek(vault: str, slot: Slot, outputs: Sequence[bytes]) -> bytes:
    factors = slot.factors
    if len(outputs) != len(factors):
        raise ValueError("one output for each factor")
    material = b"".join(
        context(factor.method.encode(), output) for factor, output in zip(factors, outputs, strict=True)
    )
    # Method, creation time and label are bound too: whoever edits a header can turn nothing into something else.
    bound: list[object] = [slot.method, slot.label, slot.created, dict(slot.params)]
    if slot.more:
        bound.append([[factor.method, dict(factor.params)] for factor in slot.more])
    info = context(_KEK, bytes.fromhex(vault), slot.id.encode(), hashes.sha256(canonical.encode(bound)))
    return derive_hkdf(material, salt=bytes.fromhex(slot.salt), info=info)


def _commitment(kek: bytes) -> bytes:
    return derive_hkdf(kek, salt=b"", info=_COMMIT)


def _wrap(kek: bytes, key: bytes, aad: bytes) -> str:
    nonce = random_bytes(_NONCE)
    return (nonce + aead.seal(AES, derive_hkdf(kek, salt=b"", info=_WRAP), nonce, key, aad)).hex()


def _unwrap(kek: bytes, wrapped: str, aad: bytes) -> bytes:
    box = bytes.fromhex(wrapped)
    if len(box) != _NONCE + _KEY + _TAG:
        raise AuthenticationError
    return aead.open_sealed(AES, derive_hkdf(kek, salt=b"", info=_WRAP), box[:_NONCE], box[_NONCE:], aad)


def _aad(vault: str, slot: Slot, what: str) -> bytes:
    return canonical.encode([_FORMAT, vault, slot.id, slot.method, dict(slot.params), what])


def _seed(kek: bytes) -> bytes:
    return derive_hkdf(kek, salt=b"", info=_PAIR, length=hpke.SEED_BYTES)


def make(
    vault: str, terms: Terms, factors: Sequence[Factor], outputs: Sequence[bytes], keys: Keys
) -> tuple[Slot, bytes]:
    """Build a slot that wraps ``keys``, and its public key for a rotation.

    Args:
        vault: the vault's id, 32 hex digits.
        terms: its name and limits.
        factors: at least one, in the order in which they are asked for.
        outputs: one for each factor.
        keys: what it opens.
    """
    slot = Slot(
        id=random_bytes(16).hex(),
        method=factors[0].method,
        label=terms.label,
        created=int(terms.created),
        salt=random_bytes(32).hex(),
        params=factors[0].params,
        commitment="",
        wrapped_vk="",
        wrapped_uk=None,
        more=list(factors[1:]),
        once=terms.once,
        expires=int(terms.expires or 0),
    )
    kek = _kek(vault, slot, outputs)
    made = msgspec.structs.replace(
        slot,
        commitment=_commitment(kek).hex(),
        wrapped_vk=_wrap(kek, keys.vk, _aad(vault, slot, "vk")),
        wrapped_uk=None if keys.uk is None else _wrap(kek, keys.uk, _aad(vault, slot, "uk")),
    )
    return made, hpke.public_key(hpke.PREFERRED, _seed(kek))


def open_slot(vault: str, slot: Slot, outputs: Sequence[bytes]) -> Fit:
    """The keys of a slot.

    Raises NotMineError if the outputs are not its, HeaderDamagedError if its wraps are altered.
    """
    kek = _kek(vault, slot, outputs)
    if not mac.same(_commitment(kek), bytes.fromhex(slot.commitment)):
        raise NotMineError
    try:
        keys = _open_sealed(vault, slot, kek) if slot.sealed else _open_wrapped(vault, slot, kek)
    except (AuthenticationError, InvalidInputError) as error:
        raise HeaderDamagedError(reason="the keys in a way in do not open, though it got what it asks for") from error
    return Fit(keys, hpke.public_key(hpke.PREFERRED, _seed(kek)))


def _open_wrapped(vault: str, slot: Slot, kek: bytes) -> Keys:
    vk = _unwrap(kek, slot.wrapped_vk, _aad(vault, slot, "vk"))
    return Keys(vk, None if slot.wrapped_uk is None else _unwrap(kek, slot.wrapped_uk, _aad(vault, slot, "uk")))


def _open_sealed(vault: str, slot: Slot, kek: bytes) -> Keys:
    both = hpke.open_sealed(hpke.PREFERRED, _seed(kek), bytes.fromhex(slot.sealed), info=_sealed_info(vault, slot))
    if len(both) != (_KEY if slot.wrapped_uk is None else 2 * _KEY):
        raise AuthenticationError
    return Keys(both[:_KEY], both[_KEY:] or None)


def _sealed_info(vault: str, slot: Slot) -> bytes:
    reads = b"uk" if slot.wrapped_uk is not None else b""
    return context(_SEALED, bytes.fromhex(vault), slot.id.encode(), reads)


def carry(vault: str, slot: Slot, public: bytes, keys: Keys) -> Slot:
    """The slot with new keys, encrypted to its own public key: nobody needs to give its factors.

    Raises InvalidInputError for what is no public key.
    """
    reads = slot.wrapped_uk is not None
    if reads and keys.uk is None:
        raise ValueError("a slot that reads values needs UK")
    bare = msgspec.structs.replace(slot, wrapped_vk="", wrapped_uk="" if reads else None)
    both = keys.vk + (keys.uk or b"" if reads else b"")
    sealed = hpke.seal(hpke.PREFERRED, public, both, info=_sealed_info(vault, bare))
    return msgspec.structs.replace(bare, sealed=sealed.hex())
