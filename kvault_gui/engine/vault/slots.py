"""Key slots: how an unlock method's output wraps VK and UK. The methods themselves are in unlock/.

KEK = HKDF-SHA256(slot salt, each factor's output with type and length, label | vault | slot | digest of parameters).
One commitment over KEK is compared, in constant time, before anything is decrypted (AES-GCM alone does not commit to
its key; Len, Grubbs, Ristenpart 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..crypto import aead, canonical, hashes, mac
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import AuthenticationError, HeaderDamagedError, NotMineError
from ..store.header import Slot
from .sealing import AES, context

if TYPE_CHECKING:
    from ..api import Method, Secret

_KEK = b"kvault slot kek v1"
_COMMIT = b"kvault slot commitment v1"
_WRAP = b"kvault slot wrap v1"
_FORMAT = 1
_KEY = 32
_NONCE = 12
_TAG = 16


class UnlockMethod(Protocol):
    """One way in: four steps, one file each in unlock/."""

    method: Method

    def probe(self) -> bool:
        """Whether it can be used on this computer now."""
        ...

    def enrol(self, secret: Secret, kdf_seconds: float) -> tuple[dict[str, str | int], bytes]:
        """Choose parameters for a new slot and derive the factor's output. Raises InvalidInputError."""
        ...

    def unlock(self, params: dict[str, str | int], secret: Secret) -> bytes:
        """The factor's output for a slot's parameters.

        Raises NotMineError for what cannot be of this slot (try the next one); every other error is fatal.
        """
        ...

    def describe(self, params: dict[str, str | int]) -> str:
        """The parameters in words, e.g. "Argon2id, 64 MiB, 3 passes"."""
        ...

    def outdated(self, params: dict[str, str | int]) -> bool:
        """Whether a slot with these parameters is to be replaced once it has unlocked."""
        ...


class Keys:
    """What a slot wraps. ``uk`` None: a slot that opens the file but reads no values."""

    __slots__ = ("uk", "vk")

    def __init__(self, vk: bytes, uk: bytes | None) -> None:
        self.vk = vk
        self.uk = uk

    def __repr__(self) -> str:
        return "Keys(…)"


def new_keys() -> Keys:
    """Fresh VK and UK, 256 random bits each."""
    return Keys(random_bytes(_KEY), random_bytes(_KEY))


def _kek(vault: str, slot: Slot, factors: list[tuple[str, bytes]]) -> bytes:
    material = b"".join(context(kind.encode(), output) for kind, output in factors)
    # Method, creation time and label are bound too: whoever edits a header can turn nothing into something else.
    digest = hashes.sha256(canonical.encode([slot.method, slot.label, slot.created, dict(slot.params)]))
    info = context(_KEK, bytes.fromhex(vault), slot.id.encode(), digest)
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


def make(
    vault: str, method: Method, label: str, created: float, params: dict[str, str | int], output: bytes, keys: Keys
) -> Slot:
    """Build a slot that wraps ``keys``; ``output`` is the factor's, of the method's type."""
    slot = Slot(
        id=random_bytes(16).hex(),
        method=method.value,
        label=label,
        created=int(created),
        salt=random_bytes(32).hex(),
        params=params,
        commitment="",
        wrapped_vk="",
        wrapped_uk=None,
    )
    kek = _kek(vault, slot, [(method.value, output)])
    return Slot(
        id=slot.id,
        method=slot.method,
        label=slot.label,
        created=slot.created,
        salt=slot.salt,
        params=params,
        commitment=_commitment(kek).hex(),
        wrapped_vk=_wrap(kek, keys.vk, _aad(vault, slot, "vk")),
        wrapped_uk=None if keys.uk is None else _wrap(kek, keys.uk, _aad(vault, slot, "uk")),
    )


def open_slot(vault: str, slot: Slot, output: bytes) -> Keys:
    """The keys of a slot. Raises NotMineError if the output is not its, HeaderDamagedError if its wraps are altered."""
    kek = _kek(vault, slot, [(slot.method, output)])
    if not mac.same(_commitment(kek), bytes.fromhex(slot.commitment)):
        raise NotMineError
    try:
        vk = _unwrap(kek, slot.wrapped_vk, _aad(vault, slot, "vk"))
        uk = None if slot.wrapped_uk is None else _unwrap(kek, slot.wrapped_uk, _aad(vault, slot, "uk"))
    except AuthenticationError as error:
        raise HeaderDamagedError(reason="the keys in a slot do not open, though the password is right") from error
    return Keys(vk, uk)
