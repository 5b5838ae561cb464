"""The vault's own identity: a root key that certifies, and an audit key that signs the log's heads.

The root's private key is sealed under UK, the audit key's under a key derived from VK, so that a session which reads
no values can still sign what it did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..crypto import canonical, signing
from ..errors import AuthenticationError, DamagedError, ValueDamagedError
from .reading import numbers
from .schema import IDENTITY, OWNER, PRINCIPAL, to_micros
from .sealing import open_under, seal_under
from .session import Role

if TYPE_CHECKING:
    from ..store.store import Store
    from ..store.transaction import Tx
    from .sealing import Keyring

ALGORITHM = "Ed25519"
_ROOT = "root"
_AUDIT = "audit"
_LABEL = b"kvault audit key v1"
_STATEMENT = "kvault: this key signs the audit log"


def certificate_body(vault: bytes, algorithm: str, public: bytes) -> bytes:
    """What the root signs: canonical CBOR of (statement, vault, algorithm, public key)."""
    return canonical.encode([_STATEMENT, vault, algorithm, public])


def create(tx: Tx, keys: Keyring, audit_key: bytes, uid: bytes, now: float) -> None:
    """Make the owner, the root key and the audit key in a new vault.

    ``audit_key`` is the store's key for what the log needs (StoreKeys.audit), ``uid`` the owner's id (16 bytes),
    ``now`` in seconds since 1970.
    """
    root, audit = signing.generate(ALGORITHM), signing.generate(ALGORITHM)
    created = to_micros(now)
    tx.insert(
        PRINCIPAL,
        {"id": OWNER, "uid": uid, "name": "owner", "role": Role.OWNER.value, "key": root.public, "created": created},
    )
    certificate = signing.sign(ALGORITHM, root.private, certificate_body(keys.vault, ALGORITHM, audit.public))
    tx.insert(
        IDENTITY,
        {
            "name": _ROOT,
            "algorithm": ALGORITHM,
            "public": root.public,
            "private": keys.seal_private(root.private, _ROOT),
            "created": created,
        },
    )
    tx.insert(
        IDENTITY,
        {
            "name": _AUDIT,
            "algorithm": ALGORITHM,
            "public": audit.public,
            "private": seal_under(audit_key, keys.vault, _LABEL, audit.private, _AUDIT),
            "certificate": certificate,
            "created": created,
        },
    )


def is_current(store: Store, keys: Keyring) -> bool:
    """Whether the user key is the vault's of today: the root's private key is sealed under that one alone.

    Raises OldRowsError, NotPermittedError for a session without a user key.
    """
    for row in _named(store, _ROOT):
        try:
            keys.open_private(row[4], _ROOT)
        except ValueDamagedError:
            return False
    return True


def reseal_root(tx: Tx, old: Keyring, new: Keyring) -> None:
    """Seal the root's private key under another user key."""
    for row in _named(tx, _ROOT):
        tx.update(IDENTITY, row[0], {"private": new.seal_private(old.open_private(row[4], _ROOT), _ROOT)})


def reseal_audit(tx: Tx, vault: bytes, old: bytes, new: bytes) -> None:
    """Seal the audit key's private part under another key of the store (StoreKeys.audit)."""
    for row in _named(tx, _AUDIT):
        private = open_under(old, vault, _LABEL, row[4], _AUDIT)
        tx.update(IDENTITY, row[0], {"private": seal_under(new, vault, _LABEL, private, _AUDIT)})


def _named(source: Store | Tx, name: str) -> list[tuple[Any, ...]]:
    return [*source.rows(IDENTITY, numbers(source, "select id from identity where name = ?", name))]


class Signer:
    """Signs heads of the log with the vault's audit key."""

    def __init__(self, store: Store, vault: bytes, audit_key: bytes) -> None:
        stored: list[tuple[Any, ...]] = [*store.rows(IDENTITY, numbers(store, "select id from identity"))]
        rows = {row[1]: row for row in stored}
        if not {_ROOT, _AUDIT} <= rows.keys():
            raise DamagedError(reason="the vault's identity is missing")
        self.algorithm: str = rows[_AUDIT][2]
        self.public: bytes = rows[_AUDIT][3]
        self._sealed: bytes = rows[_AUDIT][4]
        certificate: bytes = rows[_AUDIT][5] or b""
        self.root: bytes = rows[_ROOT][3]
        self._vault, self._key = vault, audit_key
        try:
            body = certificate_body(vault, self.algorithm, self.public)
            signing.verify(rows[_ROOT][2], self.root, body, certificate)
        except AuthenticationError as error:
            raise DamagedError(reason="the audit key is not certified by the vault's identity") from error

    def sign(self, message: bytes) -> bytes:
        """A signature by the audit key."""
        private = open_under(self._key, self._vault, _LABEL, self._sealed, _AUDIT)
        return signing.sign(self.algorithm, private, message)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises AuthenticationError."""
        signing.verify(self.algorithm, self.public, message, signature)
