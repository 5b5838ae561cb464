"""The one error hierarchy of kvault.

A class per cause. Each carries data in ``fields`` and three templates in words: what happened, what it means for the
person, what to do. The window shows them translated, the command line prints them with ``exit_code``, the border
between the processes carries ``code`` and ``fields`` alone. Fields never hold a secret.
"""

from __future__ import annotations

from typing import ClassVar

FieldValue = str | int


class KvaultError(Exception):
    """Base of every error that kvault raises on purpose.

    Args:
        **fields: values for the templates; plain text and numbers, never a secret.
    """

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1
    what: ClassVar[str] = "That did not work"
    what_one: ClassVar[str] = ""  # instead of ``what`` where ``count`` is 1
    meaning: ClassVar[str] = "Nothing was changed."
    advice: ClassVar[str] = "Try again."

    def __init__(self, **fields: FieldValue) -> None:
        self.fields: dict[str, FieldValue] = fields
        super().__init__(self.say(self.headline))

    @property
    def headline(self) -> str:
        """The template of what happened, for one or for several."""
        return self.what_one if self.what_one and self.fields.get("count") == 1 else self.what

    @property
    def brief(self) -> str:
        """What happened and what to do, in one line."""
        return f"{self.say(self.headline)}. {self.say(self.advice)}"

    def say(self, template: str) -> str:
        """Fill ``template`` (one of this class's, or its translation) with the fields."""
        return template.format(**self.fields)


class InternalError(KvaultError):
    """A fault in kvault itself; ``kind`` is the name of the exception, without its text."""

    code = "internal"
    what = "kvault made a mistake ({kind})"
    meaning = "The action was stopped. What was stored before is untouched."
    advice = "Lock, unlock and try again; please report it if it comes back."


class InvalidInputError(KvaultError):
    """A value from a person, a program or a file does not have the form it must have."""

    code = "invalid-input"
    what = "{reason}"
    meaning = "Nothing was changed."
    advice = "Correct it and try again."


class TooLargeError(KvaultError):
    """One request or answer is larger than the engine process takes at once; sizes in MiB."""

    code = "too-large"
    what = "That is too large to handle at once ({size} MiB, the limit is {limit} MiB)"
    advice = "Store large files one at a time."


class UsageError(KvaultError):
    """The command line's words do not fit together."""

    code = "usage"
    exit_code = 2
    what = "{reason}"
    advice = "See “kvault --help”."


class CancelledError(KvaultError):
    """The person stopped it."""

    code = "cancelled"
    what = "Cancelled"
    advice = "Start it again when you like."


# --- not found -------------------------------------------------------------------------------------------------------


class NotFoundError(KvaultError):
    """Base of everything that is not there."""

    code = "not-found"
    exit_code = 3
    what = "There is no {name}"
    advice = "Check the spelling, or list what there is."


class VaultNotFoundError(NotFoundError):
    """No vault in that folder."""

    code = "vault-not-found"
    what = "There is no vault in {path}"
    meaning = "The folder is missing, or holds no vault.json."
    advice = "Choose another folder, or make a vault there."


class EntryNotFoundError(NotFoundError):
    """No entry under that reference or id."""

    code = "entry-not-found"
    what = "There is no entry {name}"


class AmbiguousNameError(NotFoundError):
    """Several entries bear that name."""

    code = "ambiguous-name"
    what = "{count} entries are called {name}"
    advice = "Name it by its id: “{name}#ID”; “kvault ls --json” lists the ids."


class FieldNotFoundError(NotFoundError):
    """The entry has no such field."""

    code = "field-not-found"
    what = "{entry} has no field {name}"


class NamespaceNotFoundError(NotFoundError):
    """No such namespace."""

    code = "namespace-not-found"
    what = "There is no namespace {name}"


class VersionNotFoundError(NotFoundError):
    """The entry has no such version."""

    code = "version-not-found"
    what = "There is no version {number} of this entry"


# --- locked, credentials ---------------------------------------------------------------------------------------------


class LockedError(KvaultError):
    """The vault is locked."""

    code = "locked"
    exit_code = 4
    what = "The vault is locked"
    advice = "Unlock it first."


class WrongCredentialsError(KvaultError):
    """No slot opens with what was given. Says nothing about which check failed."""

    code = "wrong-credentials"
    exit_code = 4
    what = "Wrong password or code"
    meaning = "The vault itself is fine."
    advice = "Check Caps Lock and the keyboard layout and type it again."


class WrongCodeError(WrongCredentialsError):
    """A recovery code that cannot be one; ``hint`` says what does not fit. Told before any slot is tried."""

    code = "wrong-code"
    what = "This is not a recovery code: {hint}"
    advice = "Compare it with the recovery sheet, group by group."


class NotMineError(KvaultError):
    """One slot does not open with this credential: try the next one. Every other error of a slot is fatal."""

    code = "not-mine"
    exit_code = 4
    what = "This does not fit"


class SessionEndedError(LockedError):
    """The session ran out."""

    code = "session-ended"
    what = "This session has ended"
    advice = "Unlock again."


class VaultHeldError(KvaultError):
    """Another program holds the vault."""

    code = "vault-held"
    what = "{holder} has this vault open"
    meaning = "Only one program at a time may change a vault."
    advice = "Lock it there, or ask it to lock: “kvault lock”."


# --- damaged ---------------------------------------------------------------------------------------------------------


class DamagedError(KvaultError):
    """Base of everything that was altered, cut or mixed up."""

    code = "damaged"
    exit_code = 5
    what = "The vault is damaged: {reason}"
    meaning = "Nothing was changed; what is readable stays readable."
    advice = "Keep a copy of the folder as it is, then open a backup."


class HeaderDamagedError(DamagedError):
    """Neither copy of the header is whole."""

    code = "header-damaged"
    what = "The header vault.json is damaged: {reason}"
    meaning = "Without it the password cannot be checked. The database is untouched."
    advice = "Put back vault.json from a backup or a copy of the folder."


class HeaderForgedError(DamagedError):
    """The header opens but its MAC does not fit: somebody changed it without the key."""

    code = "header-forged"
    what = "The header vault.json was changed by somebody who could not open the vault"
    advice = "Put back vault.json from a backup, and ask who can write to this folder."


class HeaderOldError(DamagedError):
    """An older header was put back."""

    code = "header-old"
    what = "The header is older than the vault: change {found} instead of {expected}"
    meaning = "Somebody put back an old vault.json; ways in that were removed may be in it."
    advice = "Put back the newest vault.json. Do not use this copy."


class HeaderOtherError(DamagedError):
    """A header of the same age that is not the one the vault was written with: of a copy that went its own way."""

    code = "header-other"
    what = "The header vault.json belongs to another copy of this vault (change {number})"
    meaning = "This vault was copied, and the two copies were changed separately."
    advice = "Put back the vault.json that belongs to this folder."


class DatabaseForeignError(DamagedError):
    """Header and database come from different vaults."""

    code = "database-foreign"
    what = "vault.json and vault.db do not belong together"
    meaning = "They come from different vaults, or from different times of one."
    advice = "Put back the files that belong together."


class DatabaseDamagedError(DamagedError):
    """A page of the database does not verify."""

    code = "database-damaged"
    what = "The database vault.db is damaged: {reason}"


class ChangesMissingError(DamagedError):
    """Acknowledged commits are not in the database (write-ahead log cut, flipped, removed, or an old copy)."""

    code = "changes-missing"
    what = "{count} acknowledged changes are missing from this copy"
    what_one = "1 acknowledged change is missing from this copy"
    meaning = "The newest part of the database was cut, damaged or replaced. What is left of it: {kept}."
    advice = "Open a backup, or open what is there and accept the loss."


class HistoryForkedError(DamagedError):
    """Same commit number, another history."""

    code = "history-forked"
    what = "This vault has two histories: change {number} is not the one that was acknowledged"
    meaning = "The database was replaced by a copy that went its own way."
    advice = "Put back the newest copy of the whole folder."


class HeadDamagedError(DamagedError):
    """Both copies of ``head`` are missing or do not verify."""

    code = "head-damaged"
    what = "The file head is {reason}"
    meaning = "It proves that no change is missing. Without it, missing changes cannot be seen."
    advice = "Put head back, or have everything verified and accept it once."


class HeadOldError(DamagedError):
    """The database is more than one commit ahead of ``head``."""

    code = "head-old"
    what = "The file head is {count} changes older than the database"
    meaning = "The folder was copied while it was written, or head was replaced."
    advice = "Have everything verified and accept it once."


class OldRowsError(DamagedError):
    """Rows do not match the set hash: pages of an older copy were put back, or rows were altered."""

    code = "old-rows"
    what = "Part of the database is from another time: {reason}"
    meaning = "Old values or removed rights may have been put back. Nothing of that part is used."
    advice = "Open a backup."


class AuditBrokenError(DamagedError):
    """The chain of audit records has a first record that does not fit."""

    code = "audit-broken"
    what = "The audit log does not fit together from record {number} on"
    meaning = "Records before it are proven; from it on they were changed or are missing."
    advice = "Compare with an exported log or a backup."


class ValueDamagedError(DamagedError):
    """A sealed value does not open with its own key."""

    code = "value-damaged"
    what = "The value of {field} cannot be decrypted"
    meaning = "It was altered or belongs elsewhere. Other values are not concerned."
    advice = "Restore an earlier version of the entry or a backup."


# --- not permitted ---------------------------------------------------------------------------------------------------


class NotPermittedError(KvaultError):
    """The principal has no right to do this."""

    code = "not-permitted"
    exit_code = 6
    what = "{who} may not {act}"
    meaning = "Being the same user gives no right; the owner's unlock method or a grant does."
    advice = "Give the owner's password with --password-fd or --password-file."


class FolderPermissionError(KvaultError):
    """The operating system refuses access to the vault's folder."""

    code = "folder-permission"
    what = "{path} may not be written"
    meaning = "The folder or the medium is read-only, or belongs to somebody else."
    advice = "Make it writable, or copy the vault elsewhere."


# --- versions, medium ------------------------------------------------------------------------------------------------


class NewerFormatError(KvaultError):
    """Made by a newer kvault."""

    code = "newer-format"
    what = "This vault was made by a newer kvault (format {found}, this one knows {known})"
    meaning = "It was not touched."
    advice = "Install the newer kvault."


class KdfCostError(KvaultError):
    """Key derivation parameters outside the allowed range; refused before any memory is taken."""

    code = "kdf-cost"
    exit_code = 5
    what = "The cost of the key derivation is not acceptable: {reason}"
    meaning = "It was refused before any memory was taken."
    advice = "Take an unaltered copy of the file."


class DiskFullError(KvaultError):
    """No space left."""

    code = "disk-full"
    what = "The disk is full"
    meaning = "The change was not stored; everything stored before is safe."
    advice = "Free some space and do it again."


class OutcomeUnknownError(KvaultError):
    """COMMIT or sync failed: the vault must be closed and reopened."""

    code = "outcome-unknown"
    what = "The disk reported an error while a change was stored"
    meaning = "Whether the last change was stored is known after reopening. Nothing else is concerned."
    advice = "Unlock again and look at the last change."


class DiskFailedError(KvaultError):
    """The medium failed to read or write, and nothing was stored: ``reason`` names the failed call."""

    code = "disk-failed"
    what = "The disk reported an error ({reason})"
    meaning = "The change was not stored; everything stored before is untouched."
    advice = "Check the disk and its cable, and make a copy of the vault's folder."


class VaultExistsError(KvaultError):
    """There is a vault already."""

    code = "vault-exists"
    what = "There is already something in {path}"
    advice = "Choose another name or an empty folder."


class ConflictError(KvaultError):
    """The entry changed since it was read."""

    code = "conflict"
    what = "This entry was changed in the meantime"
    meaning = "Your change was not stored, the other one is."
    advice = "Look at the newer version and repeat your change."


class EngineGoneError(KvaultError):
    """The engine process ended."""

    code = "engine-gone"
    exit_code = 4
    what = "The vault's engine has ended"
    meaning = "The vault is locked. Everything acknowledged is stored."
    advice = "Unlock again."


class NothingToUndoError(KvaultError):
    """The undo list is empty."""

    code = "nothing-to-undo"
    what = "There is nothing to undo"
    advice = "Earlier states are in an entry's history and in the trash."


# --- cryptography ----------------------------------------------------------------------------------------------------


class AuthenticationError(KvaultError):
    """A ciphertext, MAC or signature does not verify. Never tells which check failed."""

    code = "authentication"
    exit_code = 5
    what = "The data does not verify"
    meaning = "It was altered, or made with another key."
    advice = "Take an unaltered copy."


class AlgorithmNotAllowedError(KvaultError):
    """The registry does not allow this algorithm for this use."""

    code = "algorithm-not-allowed"
    what = "{name} is not allowed for {use}"
    advice = "Use one of the preferred algorithms."


class SelfTestError(KvaultError):
    """A known-answer test failed: the module gives no output any more."""

    code = "self-test"
    what = "The self-test of {name} failed"
    meaning = "No cryptographic output is given by this process any more."
    advice = "Install kvault again and check the computer's memory."


# --- foreign files ---------------------------------------------------------------------------------------------------


class FormatUnknownError(KvaultError):
    """No reader for this kind of file."""

    code = "format-unknown"
    what = "{name} cannot be read yet"
    meaning = "kvault reads KDBX 3.0 to 4.1 and CSV."
    advice = "Export a KDBX or CSV file from the other program."


class FormatDamagedError(KvaultError):
    """A foreign file is cut, altered or not what it says."""

    code = "format-damaged"
    exit_code = 5
    what = "The file is damaged: {reason}"
    meaning = "Nothing was imported."
    advice = "Take another copy of the file."


class FormatLimitError(KvaultError):
    """A foreign file exceeds a limit that keeps hostile files harmless."""

    code = "format-limit"
    exit_code = 5
    what = "The file is refused: {reason}"
    meaning = "Files like this can fill memory or disk. Nothing was imported."
    advice = "Take another copy, or split the file."


class WrongSourceCredentialsError(KvaultError):
    """The foreign file does not open with what was given."""

    code = "wrong-source-credentials"
    exit_code = 4
    what = "The password or key file does not open {name}"
    meaning = "The file itself looks whole."
    advice = "Check the password, and whether a key file belongs to it."


class ChallengeResponseNeededError(KvaultError):
    """The foreign file needs a hardware token for challenge-response."""

    code = "challenge-response-needed"
    exit_code = 4
    what = "{name} also needs its hardware token"
    meaning = "It is protected by challenge-response, which this import cannot do."
    advice = "Save a copy without the token in the other program and import that."


def all_errors() -> dict[str, type[KvaultError]]:
    """Every error class by its code; the border uses it to raise again what the engine raised."""
    found: dict[str, type[KvaultError]] = {}
    waiting: list[type[KvaultError]] = [KvaultError]
    while waiting:
        kind = waiting.pop()
        if found.setdefault(kind.code, kind) is not kind:
            raise AssertionError(f"two errors share the code {kind.code}")
        waiting.extend(kind.__subclasses__())
    return found
