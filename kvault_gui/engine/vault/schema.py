"""The tables of a vault: what lies under the store's set hash, and what is derived from it and can be rebuilt.

Times are whole microseconds since 1970 UTC, ids are row ids, uids 16 random bytes, bodies canonical CBOR.
"""

from __future__ import annotations

from typing import NamedTuple

from ..store.tables import Derived, Table

FORMAT = 1  # of bodies and sealed values; bound into every sealed value
ROOT = 1  # row id of the namespace above all others; its path is ""
OWNER = 1  # row id of the owner's principal
INLINE = 4096  # bytes: larger sealed values go to blobs, so that a bucket of versions stays small

_ID = "integer primary key"

NAMESPACE = Table(
    1,
    "namespace",
    {
        "id": _ID,
        "uid": "blob not null",
        "parent": "integer",
        "name": "text not null",
        "sort": "blob not null",
        "batch": "integer",
    },  # the import that made it
    ("create unique index namespace_name on namespace(parent, name)",),
)
ENTRY = Table(
    2,
    "entry",
    {
        "id": _ID,
        "uid": "blob not null",
        "namespace": "integer not null",
        "kind": "text not null",
        "title": "text not null",
        "sort": "blob not null",
        "detail": "text not null",
        "created": "integer not null",
        "changed": "integer not null",
        "expires": "integer",
        "favourite": "integer not null",
        "trashed": "integer not null",
        "files": "integer not null",
        "version": "integer not null",  # number of the current version
        "batch": "integer",  # the last import that touched it
        "batch_version": "integer",  # its version after that import
        "batch_before": "integer",  # the version it had before; null: the import made it
    },
    (
        "create unique index entry_uid on entry(uid)",
        "create index entry_title on entry(trashed, sort, id, namespace)",
        "create index entry_changed on entry(trashed, changed, id, namespace)",
        "create index entry_space_title on entry(namespace, trashed, sort, id)",
        "create index entry_space_changed on entry(namespace, trashed, changed, id)",
        "create index entry_kind_title on entry(kind, trashed, sort, id)",
        "create index entry_kind_changed on entry(kind, trashed, changed, id)",
        "create index entry_star_title on entry(trashed, sort, id) where favourite = 1",
        "create index entry_star_changed on entry(trashed, changed, id) where favourite = 1",
        "create index entry_expires on entry(trashed, expires, id) where expires is not null",
        "create index entry_batch on entry(batch) where batch is not null",
    ),
)
VERSION = Table(
    3,
    "version",
    {
        "id": _ID,
        "entry": "integer not null",
        "number": "integer not null",
        "time": "integer not null",
        "who": "text not null",
        "body": "blob not null",  # records.State
    },
    ("create unique index version_number on version(entry, number)",),
)
BLOB = Table(
    4,
    "blob",
    {
        "id": _ID,
        "uid": "blob not null",
        "entry": "blob not null",  # uid
        "size": "integer not null",  # bytes of the value
        "digest": "blob not null",  # SHA-256 over the sealed chunks
        "salt": "blob not null",
        "namespace": "blob not null",  # uid under whose key it is sealed
        "epoch": "integer not null",
        "version": "integer not null",  # of the entry, for which it was sealed
        "type": "text not null",
    },
    ("create index blob_entry on blob(entry)",),
)
DRAFT = Table(
    5,
    "draft",
    {
        "id": _ID,
        "entry": "integer",
        "base": "integer not null",
        "time": "integer not null",
        "body": "blob not null",
    },
    (),
)
PRINCIPAL = Table(
    6,
    "principal",
    {
        "id": _ID,
        "uid": "blob not null",
        "name": "text not null",
        "role": "text not null",
        "key": "blob",  # Ed25519 public key
        "created": "integer not null",
        "expires": "integer",
    },
    (),
)
GRANT = Table(
    7,
    "grant_",
    {
        "id": _ID,
        "subject": "integer not null",  # principal
        "action": "text not null",
        "namespace": "integer",  # with what is below it; null: any
        "tag": "text",  # null: any
        "remaining": "integer",  # uses left; null: not limited
        "expires": "integer",
        "created": "integer not null",
    },
    ("create index grant_subject on grant_(subject, action)",),
)
IDENTITY = Table(
    8,
    "identity",
    {
        "id": _ID,
        "name": "text not null unique",
        "algorithm": "text not null",
        "public": "blob not null",
        "private": "blob not null",  # sealed; see identity.py
        "certificate": "blob",
        "created": "integer not null",
    },
    (),
)
NAMESPACE_KEY = Table(
    9,
    "namespace_key",
    {
        "id": _ID,
        "namespace": "blob not null",  # uid; the key outlives its namespace's row
        "epoch": "integer not null",
        "wrapped": "blob not null",
        "created": "integer not null",
    },
    ("create unique index namespace_key_epoch on namespace_key(namespace, epoch)",),
)
BATCH = Table(
    10,
    "batch",
    {
        "id": _ID,
        "uid": "blob not null unique",
        "time": "integer not null",
        "title": "text not null",
        "state": "text not null",  # "running", "done", "interrupted", "undone"
    },
    (),
)

# The public key of each way in, so that a rotation can carry it over without its factors (see ways.py).
SLOT_KEY = Table(
    11,
    "slot_key",
    {"id": _ID, "slot": "text not null", "public": "blob not null", "created": "integer not null"},
    ("create unique index slot_key_slot on slot_key(slot)",),
    later=True,
)
# A rotation of UK that is under way: each of the two keys wrapped under the other, so that whichever one the header
# gives at the next opening leads to the other one.
USER_KEY_LINK = Table(
    12,
    "user_key_link",
    {"id": _ID, "old": "blob not null", "new": "blob not null", "created": "integer not null"},
    later=True,
)
# Vault keys of earlier files, for backups that were made with them; wrapped under the backup key.
OLD_VAULT_KEY = Table(
    13,
    "old_vault_key",
    {"id": _ID, "generation": "integer not null", "wrapped": "blob not null", "ended": "integer not null"},
    later=True,
)

TABLES = (
    NAMESPACE,
    ENTRY,
    VERSION,
    BLOB,
    DRAFT,
    PRINCIPAL,
    GRANT,
    IDENTITY,
    NAMESPACE_KEY,
    BATCH,
    SLOT_KEY,
    USER_KEY_LINK,
    OLD_VAULT_KEY,
)
VERIFIED_AT_OPENING = (
    NAMESPACE,
    PRINCIPAL,
    GRANT,
    IDENTITY,
    NAMESPACE_KEY,
    BATCH,
    SLOT_KEY,
    USER_KEY_LINK,
    OLD_VAULT_KEY,
)

SEARCH = Derived(
    "search",
    (
        """create virtual table search using fts5(title, user, address, tags, content='', contentless_delete=1,
        tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', detail=none)""",
    ),
)
# A blob's chunks are bound to its row by the digest there, so they need no place under the set hash, and a bucket
# of blobs is verified without reading gigabytes.
CHUNKS = Derived(
    "chunk",
    (
        """create table chunk(blob integer not null, number integer not null, data blob not null,
        primary key(blob, number))""",
    ),
)
TAGS = Derived(
    "tag",
    (
        "create table tag(id integer primary key, name text not null unique, count integer not null)",
        """create table entry_tag(tag integer not null, trashed integer not null, sort blob not null,
        entry integer not null, primary key(tag, trashed, sort, entry)) without rowid""",
        """create table entry_tag_changed(tag integer not null, trashed integer not null, changed integer not null,
        entry integer not null, primary key(tag, trashed, changed, entry)) without rowid""",
    ),
)
COUNTS = Derived(
    "tally",
    (
        # name: "total", "favourites", "trashed", "kind:<kind>", "space:<namespace id>"
        "create table tally(name text primary key, count integer not null) without rowid",
    ),
)
# When each way in was last used, for people to see; from the audit log.
SLOT_USE = Derived(
    "slot_use",
    ("create table slot_use(slot text primary key, used integer not null, count integer not null) without rowid",),
)
DERIVED = (SEARCH, CHUNKS, TAGS, COUNTS, SLOT_USE)


class NamespaceRow(NamedTuple):
    """A row of ``namespace``."""

    id: int
    uid: bytes
    parent: int | None
    name: str
    sort: bytes
    batch: int | None = None


class EntryRow(NamedTuple):
    """A row of ``entry``."""

    id: int
    uid: bytes
    namespace: int
    kind: str
    title: str
    sort: bytes
    detail: str
    created: int
    changed: int
    expires: int | None
    favourite: int
    trashed: int
    files: int
    version: int
    batch: int | None
    batch_version: int | None
    batch_before: int | None


class VersionRow(NamedTuple):
    """A row of ``version``."""

    id: int
    entry: int
    number: int
    time: int
    who: str
    body: bytes


class BlobRow(NamedTuple):
    """A row of ``blob``."""

    id: int
    uid: bytes
    entry: bytes
    size: int
    digest: bytes
    salt: bytes
    namespace: bytes
    epoch: int
    version: int
    type: str


class PrincipalRow(NamedTuple):
    """A row of ``principal``."""

    id: int
    uid: bytes
    name: str
    role: str
    key: bytes | None
    created: int
    expires: int | None


class GrantRow(NamedTuple):
    """A row of ``grant_``."""

    id: int
    subject: int
    action: str
    namespace: int | None
    tag: str | None
    remaining: int | None
    expires: int | None
    created: int


def to_micros(seconds: float) -> int:
    """Seconds since 1970 as stored."""
    return round(seconds * 1_000_000)


def from_micros(micros: int) -> float:
    """A stored time in seconds."""
    return micros / 1_000_000
