"""The sentence of every action in the audit log, by how it ended.

``{object}`` is what it was done to, ``{file}`` the last part of a path; other names are details of the record. A name
is strong unless it ends in ``:plain``. Templates are tried in order; the last needs no name.
"""

from __future__ import annotations

from kvault_gui.engine.api import Category, Outcome

from .kinds import QT_TRANSLATE_NOOP


def _n(text: str) -> str:
    return QT_TRANSLATE_NOOP("Audit", text)


_Told = dict[Outcome, tuple[str, ...]]


def _done(*templates: str, **others: tuple[str, ...]) -> _Told:
    return {Outcome.DONE: templates, **{Outcome(name): told for name, told in others.items()}}


_UNLOCK = {
    "unlock.opened": _done(_n("Opened {object}"), _n("Opened the vault")),
    "unlock.failed": _done(
        _n("Tried to unlock with the {method:plain}, which was wrong"),
        _n("Tried to unlock and failed"),
        failed=(_n("Wrong {method:plain}"), _n("Tried to unlock and failed")),
    ),
    "unlock.accepted": _done(
        _n("Opened {object} although something was found"), _n("Opened the vault although something was found")
    ),
    "vault.created": _done(_n("Made the vault {object}"), _n("Made this vault")),
    "vault.locked": _done(_n("Locked {object}"), _n("Locked the vault")),
    "vault.unlocked": _done(
        _n("Opened {object} although {missing:plain} acknowledged changes were missing"),
        _n("Opened {object} although its file {head:plain} did not verify"),
        _n("Unlocked {object} with the {method:plain}, after {failures:plain} failed tries"),
        _n("Unlocked {object} with the {method:plain}"),
        _n("Unlocked {object}"),
        _n("Unlocked the vault"),
    ),
    "session.begun": _done(_n("Began a session in {object}"), _n("Began a session")),
    "session.ended": _done(_n("Ended the session in {object}"), _n("Ended the session")),
    "quick.remembered": _done(_n("Set up quick unlock of {object}"), _n("Set up quick unlock")),
    "quick.forgotten": _done(_n("Switched off quick unlock of {object}"), _n("Switched off quick unlock")),
}
_READ = {
    "secret.revealed": _done(
        _n("Showed {field:plain} of {object}"), _n("Showed a value of {object}"), _n("Showed a value")
    ),
    "secret.copied": _done(
        _n("Copied {field:plain} of {object}"), _n("Copied a value of {object}"), _n("Copied a value")
    ),
    "secret.used": _done(_n("Used {object}"), _n("Used a value")),
    "secret.code": _done(_n("Made a one-time code of {object}"), _n("Made a one-time code")),
    "secrets.listed": _done(_n("Listed the entries of {object}"), _n("Listed entries")),
    "secret.read": _done(_n("Read {field:plain} of {object}"), _n("Read the value of {object}"), _n("Read a value")),
    "secret.edited": _done(
        _n("Opened {field:plain} of {object} to edit it"), _n("Opened {object} to edit it"), _n("Opened a value")
    ),
    "secret.viewed": _done(_n("Looked at {object}"), _n("Looked at an entry")),
}
_CHANGE = {
    "secret.created": _done(_n("Stored {object} in {namespace:plain}"), _n("Stored {object}"), _n("Stored an entry")),
    "secret.changed": _done(_n("Changed {object}"), _n("Changed an entry")),
    "secret.reverted": _done(
        _n("Brought back version {version:plain} of {object}"),
        _n("Brought back an earlier version of {object}"),
        _n("Brought back an earlier version"),
    ),
    "secret.marked": _done(_n("Marked {object} as a favourite"), _n("Marked a favourite")),
    "secret.unmarked": _done(_n("Took {object} off the favourites"), _n("Took a favourite's mark away")),
    "secret.moved": _done(_n("Moved {object} to {to}"), _n("Moved {object}"), _n("Moved an entry")),
    "secret.trashed": _done(_n("Moved {object} to the trash"), _n("Moved an entry to the trash")),
    "secret.restored": _done(_n("Brought {object} back from the trash"), _n("Brought an entry back from the trash")),
    "secret.deleted": _done(_n("Deleted {object} for ever"), _n("Deleted an entry for ever")),
    "namespace.created": _done(_n("Made the namespace {object}"), _n("Made a namespace")),
    "namespace.renamed": _done(
        _n("Renamed the namespace {object} to {to}"), _n("Renamed the namespace {object}"), _n("Renamed a namespace")
    ),
    "namespace.moved": _done(
        _n("Moved the namespace {object} to {to}"), _n("Moved the namespace {object}"), _n("Moved a namespace")
    ),
    "namespace.removed": _done(_n("Removed the namespace {object}"), _n("Removed a namespace")),
    "change.undone": _done(_n("Took back the change to {object}"), _n("Took back a change")),
}
_TRUST = {
    "access.refused": _done(
        _n("Refused to {act:plain}"),
        _n("Refused what was asked for"),
        refused=(
            _n("Refused to {act:plain}: {object}"),
            _n("Refused to {act:plain}"),
            _n("Refused what was asked for"),
        ),
    ),
    "grant.given": _done(_n("Gave a right to {object}"), _n("Gave a right")),
    "grant.taken": _done(_n("Took a right from {object}"), _n("Took a right away")),
    "principal.created": _done(_n("Took in {object}"), _n("Took in somebody new")),
    "principal.changed": _done(_n("Changed what is known of {object}"), _n("Changed what is known of somebody")),
    "key.created": _done(_n("Made the key {object}"), _n("Made a key")),
    "key.rotating": _done(
        _n("Made a new {object}"),
        _n("Made a new key"),
        begun=(_n("Began to make a new {object}"), _n("Began to make a new key")),
    ),
    "key.rotated": _done(_n("Made a new {object}"), _n("Made a new key")),
    "key.kept": _done(_n("Stopped making a new {object} and kept the old one"), _n("Stopped making a new key")),
    "slot.added": _done(
        _n("Added the way in {object}"),
        _n("Added a way in"),
        begun=(_n("Began to add the way in {object}"), _n("Began to add a way in")),
    ),
    "slot.changed": _done(_n("Changed the way in {object}"), _n("Changed a way in")),
    "slot.replaced": _done(
        _n("Replaced the way in {object} by {to}"),
        _n("Renewed the way in {object}"),
        _n("Renewed a way in"),
        begun=(_n("Began to renew the way in {object}"), _n("Began to renew a way in")),
    ),
    "slot.removed": _done(
        _n("Removed the way in {object}"),
        _n("Removed a way in"),
        begun=(_n("Began to remove the way in {object}"), _n("Began to remove a way in")),
    ),
    "slot.renamed": _done(
        _n("Renamed the way in {object} to {to}"),
        _n("Renamed a way in"),
        begun=(_n("Began to rename the way in {object}"), _n("Began to rename a way in")),
    ),
    "slot.limited": _done(
        _n("Set how long the way in {object} is good for"),
        _n("Set how long a way in is good for"),
        begun=(
            _n("Began to set how long the way in {object} is good for"),
            _n("Began to set how long a way in is good for"),
        ),
    ),
    "slot.tested": _done(
        _n("Tested the way in {object}: it opens this vault"),
        _n("Tested a way in"),
        failed=(_n("Tested the way in {object}: it did not open"), _n("Tested a way in, which did not open")),
    ),
    "slot.resealed": _done(
        _n("Sealed the way in {object} again"),
        _n("Sealed a way in again"),
        begun=(_n("Began to seal the way in {object} again"), _n("Began to seal a way in again")),
    ),
}
_EXPORT = {
    "secret.exported": _done(_n("Exported {field:plain} of {object}"), _n("Exported {object}"), _n("Exported a value")),
    "export.begun": _done(
        _n("Began to export everything"),
        begun=(
            _n("Began to export everything to {file} as {format:plain}"),
            _n("Began to export everything to {file}"),
            _n("Began to export everything"),
        ),
    ),
    "export.done": _done(
        _n("Exported {entries:plain} entries to {file}"),
        _n("Exported everything to {file}"),
        _n("Exported everything"),
        failed=(_n("The export to {file} was stopped"), _n("The export was stopped")),
    ),
    "import.begun": _done(
        _n("Began to import {object}"),
        _n("Began an import"),
        begun=(_n("Began to import {object}"), _n("Began an import")),
    ),
    "import.running": _done(_n("Imported a part of {object}"), _n("Imported a part of a file")),
    "import.done": _done(
        _n("Imported {object}: {added:plain} entries new, {replaced:plain} replaced"),
        _n("Imported {object}: {added:plain} entries"),
        _n("Imported {object}"),
        _n("Imported a file"),
    ),
    "import.undone": _done(
        _n("Took back the import of {object}: {entries:plain} entries"),
        _n("Took back the import of {object}"),
        _n("Took back an import"),
    ),
    "secrets.imported": _done(
        _n("Stored {entries:plain} entries of {object}"),
        _n("Made {namespaces:plain} namespaces of {object}"),
        _n("Stored entries of {object}"),
        _n("Stored imported entries"),
    ),
    "import.interrupted": _done(
        _n("Found the import of {object} interrupted"),
        _n("Found an import interrupted"),
        failed=(_n("The import of {object} was interrupted"), _n("An import was interrupted")),
    ),
    "audit.exported": _done(
        _n("Exported this log to {file}"),
        _n("Exported this log"),
        begun=(_n("Exported this log to {file}"), _n("Exported this log")),
    ),
    "backup.made": _done(_n("Made the backup {file}"), _n("Made a backup")),
    "backup.restored": _done(_n("Restored the backup {file}"), _n("Restored a backup")),
}
_SYSTEM = {
    "audit.verified": _done(
        _n("Checked this log: {records:plain} records fit together"),
        _n("Checked this log"),
        failed=(
            _n("Checked this log: only {records:plain} records fit together"),
            _n("Checked this log: it does not fit together"),
        ),
    ),
    "draft.saved": _done(_n("Kept a draft of {object}"), _n("Kept a draft")),
    "draft.discarded": _done(_n("Let go of the draft of {object}"), _n("Let go of a draft")),
    "audit.signed": _done(_n("Signed this log up to record {number:plain}"), _n("Signed this log")),
    "audit.indexed": _done(
        _n("Built the index of this log anew"),
    ),
    "header.changed": _done(_n("Changed the vault's header")),
    "check.begun": _done(_n("Began to check the vault"), begun=(_n("Began to check the vault"),)),
    "check.done": _done(_n("Checked the whole vault")),
    "vault.checked": _done(
        _n("Checked the whole vault and found {problems} problems"), _n("Checked the whole vault: everything fits")
    ),
    "vault.check": _done(_n("Began to check the vault"), begun=(_n("Began to check the vault"),)),
    "damage.found": _done(
        _n("Found damage: {what:plain}"),
        _n("Found damage"),
        failed=(_n("Found damage: {what:plain}"), _n("Found damage")),
    ),
    "index.rebuilt": _done(_n("Built the index {object} anew"), _n("Built the indexes anew")),
}

SENTENCES: dict[str, _Told] = {**_UNLOCK, **_READ, **_CHANGE, **_TRUST, **_EXPORT, **_SYSTEM}

ONE: dict[str, tuple[str, str]] = {  # a sentence with a count: the count's name, and the sentence for 1
    "Opened {object} although {missing:plain} acknowledged changes were missing": (
        "missing",
        _n("Opened {object} although {missing:plain} acknowledged change was missing"),
    ),
    "Unlocked {object} with the {method:plain}, after {failures:plain} failed tries": (
        "failures",
        _n("Unlocked {object} with the {method:plain}, after {failures:plain} failed try"),
    ),
    "Exported {entries:plain} entries to {file}": ("entries", _n("Exported {entries:plain} entry to {file}")),
    "Imported {object}: {added:plain} entries new, {replaced:plain} replaced": (
        "added",
        _n("Imported {object}: {added:plain} entry new, {replaced:plain} replaced"),
    ),
    "Imported {object}: {added:plain} entries": ("added", _n("Imported {object}: {added:plain} entry")),
    "Took back the import of {object}: {entries:plain} entries": (
        "entries",
        _n("Took back the import of {object}: {entries:plain} entry"),
    ),
    "Stored {entries:plain} entries of {object}": ("entries", _n("Stored {entries:plain} entry of {object}")),
    "Made {namespaces:plain} namespaces of {object}": (
        "namespaces",
        _n("Made {namespaces:plain} namespace of {object}"),
    ),
    "Checked the whole vault and found {problems} problems": (
        "problems",
        _n("Checked the whole vault and found {problems} problem"),
    ),
}

WORDS: dict[Outcome, str] = {  # behind the sentence, for an outcome that an action usually does not have
    Outcome.DONE: "",
    Outcome.REFUSED: _n(", refused"),
    Outcome.FAILED: _n(", failed"),
    Outcome.BEGUN: _n(", begun"),
}

METHODS: dict[str, str] = {
    "password": _n("password"),
    "recovery_code": _n("recovery code"),
    "key_file": _n("key file"),
    "fido2": _n("FIDO2 token"),
    "challenge_response": _n("YubiKey"),
    "piv": _n("smart card"),
    "openpgp": _n("OpenPGP card"),
    "pkcs11": _n("smart card or HSM"),
    "tpm": _n("TPM"),
    "device": _n("desktop keyring"),
    "shares": _n("recovery shares"),
    "quick": _n("quick unlock PIN"),
    "export": _n("password"),
}

DETAILS: dict[str, str] = {
    "field": _n("Field"),
    "fields": _n("Fields"),
    "version": _n("Version"),
    "kind": _n("Kind"),
    "namespace": _n("Namespace"),
    "to": _n("To"),
    "entries": _n("Entries"),
    "method": _n("With"),
    "slot": _n("Way in"),
    "slot id": _n("Its number"),
    "asks for": _n("Asks for"),
    "reads values": _n("Reads values"),
    "once": _n("For one use"),
    "expires": _n("Ends, seconds since 1970"),
    "why": _n("Why"),
    "where": _n("Kept in"),
    "seconds": _n("For so many seconds"),
    "now": _n("Now"),
    "act": _n("What was asked for"),
    "format": _n("Format"),
    "batch": _n("Import number"),
    "added": _n("New"),
    "replaced": _n("Replaced"),
    "stayed": _n("Stayed, changed since"),
    "namespaces": _n("Namespaces"),
    "records": _n("Records that fit"),
    "number": _n("Up to record"),
    "hash": _n("Its hash"),
    "signature": _n("Signature"),
    "values": _n("Values"),
    "problems": _n("Problems"),
    "what": _n("What was found"),
    "counter": _n("Counter"),
    "failed before, unverified": _n("Failed tries before, as far as known"),
    "accepted missing": _n("Missing changes that were accepted"),
    "accepted head": _n("Damaged head accepted"),
}

CATEGORY_ICONS: dict[Category, str] = {
    Category.UNLOCK: "lock-open",
    Category.READ: "eye",
    Category.CHANGE: "pencil",
    Category.TRUST: "users",
    Category.EXPORT: "export",
    Category.SYSTEM: "gear",
}

ICONS: dict[str, tuple[str, str]] = {  # icon, tone; what hands a value over is amber with the open eye
    "vault.created": ("safe", "text2"),
    "vault.locked": ("lock", "text2"),
    "session.ended": ("lock", "text2"),
    "unlock.accepted": ("warning-filled", "wait"),
    "secret.revealed": ("eye-filled", "wait"),
    "secret.read": ("eye-filled", "wait"),
    "secret.exported": ("eye-filled", "wait"),
    "secret.copied": ("copy", "text2"),
    "secret.used": ("send", "text2"),
    "secret.code": ("clock", "text2"),
    "secrets.listed": ("list", "text2"),
    "secret.viewed": ("list", "text2"),
    "secret.edited": ("pencil", "text2"),
    "secret.created": ("plus", "text2"),
    "secret.reverted": ("history", "text2"),
    "secret.marked": ("star", "text2"),
    "secret.unmarked": ("star", "text2"),
    "secret.moved": ("move", "text2"),
    "secret.trashed": ("trash", "text2"),
    "secret.restored": ("restore", "text2"),
    "secret.deleted": ("trash", "bad"),
    "namespace.created": ("folder-plus", "text2"),
    "namespace.renamed": ("folder", "text2"),
    "namespace.moved": ("folder", "text2"),
    "namespace.removed": ("folder", "text2"),
    "change.undone": ("restore", "text2"),
    "key.created": ("key", "text2"),
    "key.rotating": ("refresh", "text2"),
    "key.rotated": ("refresh", "text2"),
    "key.kept": ("key", "text2"),
    "slot.added": ("key", "text2"),
    "slot.changed": ("key", "text2"),
    "slot.replaced": ("refresh", "text2"),
    "slot.removed": ("key", "text2"),
    "import.begun": ("import", "text2"),
    "import.running": ("import", "text2"),
    "import.done": ("import", "text2"),
    "secrets.imported": ("import", "text2"),
    "import.undone": ("restore", "text2"),
    "backup.made": ("archive", "text2"),
    "backup.restored": ("archive", "text2"),
    "audit.verified": ("check-circle", "text2"),
    "audit.signed": ("pen", "text2"),
    "audit.indexed": ("refresh", "text2"),
    "index.rebuilt": ("refresh", "text2"),
    "draft.saved": ("note", "text2"),
    "draft.discarded": ("note", "text2"),
    "check.begun": ("check-circle", "text2"),
    "check.done": ("check-circle", "text2"),
    "vault.check": ("check-circle", "text2"),
    "vault.checked": ("check-circle", "text2"),
}
