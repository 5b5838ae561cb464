"""The one place that seals and opens values.

UK ──HKDF, row salt──► wraps NK (one random key a namespace and epoch)
NK ──HKDF, value salt, label | vault | namespace | secret──► AES-256-GCM key of one value
AAD: canonical CBOR of (format, vault, namespace, epoch, secret, version, field, type): ids only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..crypto import aead, canonical
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import AuthenticationError, DamagedError, NotPermittedError, ValueDamagedError
from .records import Sealed
from .schema import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

AES = "AES-256-GCM"


class BlobPlace(NamedTuple):
    """All that an attachment is bound to, beside the vault."""

    namespace: bytes
    epoch: int
    secret: bytes
    version: int
    name: str
    form: str
    blob: bytes
    size: int


_SALT = 32
_NONCE = 12
_VALUE = b"kvault value v1"
_BLOB = b"kvault blob v1"
_NAMESPACE = b"kvault namespace key v1"
_PRIVATE = b"kvault sealed under user key v1"


def context(*parts: bytes) -> bytes:
    """Bind parts of any length into one string, unambiguously (32-bit length before each)."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Keyring:
    """UK and the namespace keys of one open vault, unwrapped when first used.

    Args:
        vault: the vault's id, 16 bytes.
        uk: the user key, or None for a session that may browse but not read values.
        wrapped: finds the wrapped key of (namespace uid, epoch); None if there is none.
    """

    def __init__(self, vault: bytes, uk: bytes | None, wrapped: Callable[[bytes, int], bytes | None]) -> None:
        self.vault = vault
        self._uk = uk
        self._wrapped = wrapped
        self._known: dict[tuple[bytes, int], bytes] = {}

    @property
    def reads_values(self) -> bool:
        """Whether the user key is here."""
        return self._uk is not None

    def drop_user_key(self) -> None:
        """Forget UK and every namespace key; the vault stays browsable."""
        self._uk = None
        self._known.clear()

    def _user_key(self) -> bytes:
        if self._uk is None:
            raise NotPermittedError(who="this session", act="read values")
        return self._uk

    def wrap_namespace_key(self, namespace: bytes, epoch: int, key: bytes) -> bytes:
        """Wrap NK under UK: salt, nonce, ciphertext."""
        salt, nonce = random_bytes(_SALT), random_bytes(_NONCE)
        kek = derive_hkdf(self._user_key(), salt=salt, info=context(_NAMESPACE, self.vault, namespace))
        aad = canonical.encode([FORMAT, self.vault, namespace, epoch])
        self._known[namespace, epoch] = key
        return salt + nonce + aead.seal(AES, kek, nonce, key, aad)

    def _namespace_key(self, namespace: bytes, epoch: int) -> bytes:
        key = self._known.get((namespace, epoch))
        if key is None:
            user_key = self._user_key()
            wrapped = self._wrapped(namespace, epoch)
            if wrapped is None:
                raise DamagedError(reason="the key of a namespace is missing")
            salt, nonce, sealed = wrapped[:_SALT], wrapped[_SALT : _SALT + _NONCE], wrapped[_SALT + _NONCE :]
            kek = derive_hkdf(user_key, salt=salt, info=context(_NAMESPACE, self.vault, namespace))
            try:
                key = aead.open_sealed(
                    AES, kek, nonce, sealed, canonical.encode([FORMAT, self.vault, namespace, epoch])
                )
            except AuthenticationError as error:
                raise DamagedError(reason="the key of a namespace cannot be opened") from error
            self._known[namespace, epoch] = key
        return key

    def rewrapped(self, namespace: bytes, epoch: int, under: Keyring) -> bytes:
        """NK as the user key of another keyring wraps it. Raises DamagedError, NotPermittedError."""
        return under.wrap_namespace_key(namespace, epoch, self._namespace_key(namespace, epoch))

    def with_user_key(self, uk: bytes) -> Keyring:
        """A keyring of the same vault with another user key."""
        return Keyring(self.vault, uk, self._wrapped)

    def _aad(self, namespace: bytes, epoch: int, secret: bytes, version: int, name: str, form: str) -> bytes:
        return canonical.encode_ordered([FORMAT, self.vault, namespace, epoch, secret, version, name, form])

    def seal(
        self,
        value: bytes | bytearray,
        *,
        namespace: bytes,
        epoch: int,
        secret: bytes,
        version: int,
        name: str,
        form: str,
    ) -> Sealed:
        """Seal a field's value for one place in one vault."""
        salt, nonce = random_bytes(_SALT), random_bytes(_NONCE)
        nk = self._namespace_key(namespace, epoch)
        key = derive_hkdf(nk, salt=salt, info=context(_VALUE, self.vault, namespace, secret))
        aad = self._aad(namespace, epoch, secret, version, name, form)
        return Sealed(namespace, epoch, version, form, salt, nonce, aead.seal(AES, key, nonce, bytes(value), aad))

    def open(self, sealed: Sealed, *, secret: bytes, name: str) -> bytes:
        """Open a field's value. Raises ValueDamagedError, NotPermittedError."""
        nk = self._namespace_key(sealed.namespace, sealed.epoch)
        key = derive_hkdf(nk, salt=sealed.salt, info=context(_VALUE, self.vault, sealed.namespace, secret))
        aad = self._aad(sealed.namespace, sealed.epoch, secret, sealed.version, name, sealed.type)
        try:
            return aead.open_sealed(AES, key, sealed.nonce, sealed.ciphertext, aad)
        except AuthenticationError as error:
            raise ValueDamagedError(field=name) from error

    def blob_key(self, *, namespace: bytes, epoch: int, blob: bytes, salt: bytes) -> bytes:
        """The STREAM key of one attachment."""
        nk = self._namespace_key(namespace, epoch)
        return derive_hkdf(nk, salt=salt, info=context(_BLOB, self.vault, namespace, blob))

    def blob_aad(self, place: BlobPlace) -> bytes:
        """What an attachment's chunks are bound to."""
        return canonical.encode([FORMAT, self.vault, *place])

    def seal_private(self, value: bytes, name: str) -> bytes:
        """Seal what belongs to the user and to no namespace (drafts, the root key) under UK."""
        return seal_under(self._user_key(), self.vault, _PRIVATE, value, name)

    def open_private(self, box: bytes, name: str) -> bytes:
        """Inverse of ``seal_private``. Raises ValueDamagedError, NotPermittedError."""
        return open_under(self._user_key(), self.vault, _PRIVATE, box, name)


def seal_under(key: bytes, vault: bytes, label: bytes, value: bytes, name: str) -> bytes:
    """Seal ``value`` under a key derived from ``key`` and a fresh salt, bound to vault and name."""
    salt, nonce = random_bytes(_SALT), random_bytes(_NONCE)
    derived = derive_hkdf(key, salt=salt, info=context(label, vault, name.encode()))
    return salt + nonce + aead.seal(AES, derived, nonce, value, canonical.encode([FORMAT, vault, name]))


def open_under(key: bytes, vault: bytes, label: bytes, box: bytes, name: str) -> bytes:
    """Inverse of ``seal_under``. Raises ValueDamagedError."""
    salt, nonce, sealed = box[:_SALT], box[_SALT : _SALT + _NONCE], box[_SALT + _NONCE :]
    derived = derive_hkdf(key, salt=salt, info=context(label, vault, name.encode()))
    try:
        return aead.open_sealed(AES, derived, nonce, sealed, canonical.encode([FORMAT, vault, name]))
    except AuthenticationError as error:
        raise ValueDamagedError(field=name) from error
