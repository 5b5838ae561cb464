"""The engine's parts as the other process sees them: the same methods, async.

Generated from engine/api.py by generate_proxy.py: do not edit.
"""

from __future__ import annotations

from kvault_gui.engine import api
from kvault_gui.runtime.calls import Calls, OnProgress


class Vaults:
    """Making, opening and closing a vault. The other parts raise LockedError before and after."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def create(self, path: str, password: api.Secret) -> api.Opened:
        """Make a vault in a new folder, with a password slot and a recovery-code slot, and open it.

        Raises VaultExistsError, FolderPermissionError, DiskFullError, InvalidInputError.
        """
        return await self._calls.call(api.Vaults.create, path, password)

    async def probe(self, path: str) -> api.Probe:
        """What can be known without opening. Raises VaultNotFoundError, HeaderDamagedError, NewerFormatError."""
        return await self._calls.call(api.Vaults.probe, path)

    async def unlock(self, path: str, credential: api.Credential, accept: list[api.Accept]) -> api.Opened:
        """Open a vault; raises WrongCredentialsError, VaultHeldError, DamagedError and its kinds."""
        return await self._calls.call(api.Vaults.unlock, path, credential, accept)

    async def close(self) -> None:
        """Finish, sign the log's head, checkpoint, let go. Idempotent."""
        return await self._calls.call(api.Vaults.close)

    async def check(self, *, on_progress: OnProgress | None = None) -> api.CheckReport:
        """Verify every row, record and sealed value, and the pages."""
        return await self._calls.job(on_progress, api.Vaults.check)


class Tools:
    """What needs no vault."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def generate(self, recipe: api.Recipe) -> api.Secret:
        """A random password or passphrase. Raises InvalidInputError for an impossible recipe."""
        return await self._calls.call(api.Tools.generate, recipe)

    async def strength(self, secret: api.Secret) -> api.Strength:
        """How hard it is to guess."""
        return await self._calls.call(api.Tools.strength, secret)

    async def selftest(self) -> list[api.TestResult]:
        """Run every known-answer test."""
        return await self._calls.call(api.Tools.selftest)

    async def scan(self, path: str) -> list[api.Secret]:
        """The texts of the QR codes in a picture file. Raises ImageError."""
        return await self._calls.call(api.Tools.scan, path)

    async def share_words(self, prefix: str) -> list[str]:
        """The words of recovery shares that begin so (SLIP-39; at most 1,024)."""
        return await self._calls.call(api.Tools.share_words, prefix)

    async def check_share(self, share: api.Secret, given: list[api.Secret]) -> api.ShareState:
        """Read one share and compare it with those given before. Raises ShareError and its kinds."""
        return await self._calls.call(api.Tools.check_share, share, given)


class Secrets:
    """Entries."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def overview(self) -> api.Overview:
        """Counts, namespaces and tags."""
        return await self._calls.call(api.Secrets.overview)

    async def count(self, view: api.View) -> int:
        """How many entries the view has."""
        return await self._calls.call(api.Secrets.count, view)

    async def places(self, view: api.View, step: int = api.PAGE) -> list[api.Place]:
        """The place of every ``step``-th entry in the view's order, beginning with the first."""
        return await self._calls.call(api.Secrets.places, view, step)

    async def page(self, view: api.View, start: api.Place | None, limit: int = api.PAGE) -> list[api.Row]:
        """Rows from ``start`` on (inclusive; None: from the first)."""
        return await self._calls.call(api.Secrets.page, view, start, limit)

    async def search(self, query: str, view: api.View, limit: int = 50) -> list[api.Row]:
        """Entries whose title, user name, address or tags have words that begin with the query's words."""
        return await self._calls.call(api.Secrets.search, query, view, limit)

    async def get(self, entry: int) -> api.Entry:
        """One entry. Raises EntryNotFoundError."""
        return await self._calls.call(api.Secrets.get, entry)

    async def find(self, ref: str, trashed: bool = False) -> int:
        """The id of "namespace/title" (or "namespace/title#ID"), outside the trash or, to restore it, in it.

        Raises EntryNotFoundError, AmbiguousNameError.
        """
        return await self._calls.call(api.Secrets.find, ref, trashed)

    async def reveal(self, entry: int, field: str, use: api.Use, version: int | None = None) -> api.Secret:
        """One value; audited. Raises FieldNotFoundError, ValueDamagedError, OldRowsError."""
        return await self._calls.call(api.Secrets.reveal, entry, field, use, version)

    async def code(self, entry: int, field: str) -> api.OneTimeCode:
        """The current one-time code of an OTP field (RFC 6238; RFC 4226 for a counter); audited once a session."""
        return await self._calls.call(api.Secrets.code, entry, field)

    async def create(self, entry: api.EntryInput) -> int:
        """Store a new entry and return its id."""
        return await self._calls.call(api.Secrets.create, entry)

    async def update(self, entry: int, base_version: int, new: api.EntryInput) -> int:
        """Store a new version and return its number. Raises ConflictError if ``base_version`` is not current."""
        return await self._calls.call(api.Secrets.update, entry, base_version, new)

    async def favourite(self, entry: int, on: bool) -> None:
        """Mark or unmark; makes no version."""
        return await self._calls.call(api.Secrets.favourite, entry, on)

    async def move(self, entries: list[int], namespace: str) -> None:
        """Put entries into another namespace."""
        return await self._calls.call(api.Secrets.move, entries, namespace)

    async def trash(self, entries: list[int]) -> None:
        """Move to the trash."""
        return await self._calls.call(api.Secrets.trash, entries)

    async def restore(self, entries: list[int]) -> None:
        """Bring back from the trash."""
        return await self._calls.call(api.Secrets.restore, entries)

    async def delete(self, entries: list[int]) -> None:
        """Delete for ever; only from the trash."""
        return await self._calls.call(api.Secrets.delete, entries)

    async def versions(self, entry: int) -> list[api.Version]:
        """The stored states, newest first."""
        return await self._calls.call(api.Secrets.versions, entry)

    async def revert(self, entry: int, version: int) -> int:
        """Make an earlier version the current one again, as a new version; returns its number."""
        return await self._calls.call(api.Secrets.revert, entry, version)

    async def undo(self) -> api.Undone:
        """Take back this session's last change. Raises NothingToUndoError."""
        return await self._calls.call(api.Secrets.undo)


class Namespaces:
    """The tree in which entries lie. Paths are names joined by "/" ("/" in a name is written %2F)."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def create(self, path: str) -> int:
        """Make a namespace and what is missing above it; returns its id."""
        return await self._calls.call(api.Namespaces.create, path)

    async def rename(self, namespace: int, name: str) -> None:
        """Give it another name. Re-seals nothing."""
        return await self._calls.call(api.Namespaces.rename, namespace, name)

    async def move(self, namespace: int, parent: int | None) -> None:
        """Put it elsewhere. Raises InvalidInputError if that would close a circle."""
        return await self._calls.call(api.Namespaces.move, namespace, parent)

    async def remove(self, namespace: int) -> None:
        """Remove it when it is empty, trash included. Raises InvalidInputError otherwise."""
        return await self._calls.call(api.Namespaces.remove, namespace)


class Drafts:
    """Edits that were not stored."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def save(self, draft: api.Draft) -> None:
        """Keep it, sealed; replaces the draft of the same entry."""
        return await self._calls.call(api.Drafts.save, draft)

    async def all(self) -> list[api.Draft]:
        """What waits."""
        return await self._calls.call(api.Drafts.all)

    async def discard(self, entry: int | None) -> None:
        """Forget the draft of that entry."""
        return await self._calls.call(api.Drafts.discard, entry)


class Audit:
    """The tamper-evident log."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def page(self, wanted: api.AuditFilter, before: int | None, limit: int = api.PAGE) -> list[api.Record]:
        """Records newest first, from below number ``before``."""
        return await self._calls.call(api.Audit.page, wanted, before, limit)

    async def summary(self) -> api.AuditSummary:
        """Counts for the pane."""
        return await self._calls.call(api.Audit.summary)

    async def verify(self, *, on_progress: OnProgress | None = None) -> api.Verdict:
        """Verify the whole chain and its signatures."""
        return await self._calls.job(on_progress, api.Audit.verify)

    async def export(self, path: str, *, on_progress: OnProgress | None = None) -> int:
        """Write every record as JSON lines into a new file; returns how many."""
        return await self._calls.job(on_progress, api.Audit.export, path)

    async def refused(self, program: str, act: str, object: str) -> None:
        """Record that another program asked for an act and got nothing. ``program`` is shown as who asked."""
        return await self._calls.call(api.Audit.refused, program, act, object)


class Slots:
    """Ways in. What changes one never rewrites the database."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def all(self) -> list[api.SlotInfo]:
        """What is enrolled."""
        return await self._calls.call(api.Slots.all)

    async def methods(self) -> list[api.Availability]:
        """Every method, and whether it can be enrolled on this computer now."""
        return await self._calls.call(api.Slots.methods)

    async def add(self, wanted: api.NewSlot, *, on_progress: OnProgress | None = None) -> api.Added:
        """Enrol and try it once, then write it. Asks for PIN, touch and what else it needs.

        Raises TokenError and its kinds, NotAloneError, SlotNameTakenError, TooManySlotsError, InvalidInputError.
        """
        return await self._calls.job(on_progress, api.Slots.add, wanted)

    async def replace(self, slot: str, wanted: api.NewSlot, *, on_progress: OnProgress | None = None) -> api.Added:
        """Add ``wanted`` and remove ``slot`` in one header change."""
        return await self._calls.job(on_progress, api.Slots.replace, slot, wanted)

    async def remove(self, slot: str, sure: bool = False) -> None:
        """Remove a way in. Raises LastWayError always, NoSecondWayError unless ``sure``, SlotNotFoundError."""
        return await self._calls.call(api.Slots.remove, slot, sure)

    async def rename(self, slot: str, label: str) -> None:
        """Give it another name. Raises SlotNameTakenError, SlotNotFoundError."""
        return await self._calls.call(api.Slots.rename, slot, label)

    async def limit(self, slot: str, once: bool, expires: float | None) -> None:
        """Let it be used once, or until a time; binds the honest program only. Raises LastWayError."""
        return await self._calls.call(api.Slots.limit, slot, once, expires)

    async def test(self, slot: str, given: list[api.Given], *, on_progress: OnProgress | None = None) -> api.Tested:
        """Go through the whole way in as an unlock does, and compare what it opens with this vault."""
        return await self._calls.job(on_progress, api.Slots.test, slot, given)

    async def reseal(self, slot: str, *, on_progress: OnProgress | None = None) -> api.SlotInfo:
        """Enrol the same factors anew with the same tokens: after a firmware update, or with a new challenge."""
        return await self._calls.job(on_progress, api.Slots.reseal, slot)

    async def losses(self) -> list[api.Loss]:
        """What happens if I lose ..."""
        return await self._calls.call(api.Slots.losses)

    async def rotate_user_key(self, sure: bool = False, *, on_progress: OnProgress | None = None) -> list[str]:
        """A new user key; every way in is carried over. Returns notes. Raises WaysNotCarriedError unless ``sure``."""
        return await self._calls.job(on_progress, api.Slots.rotate_user_key, sure)

    async def rotate_vault_key(self, sure: bool = False, *, on_progress: OnProgress | None = None) -> list[str]:
        """A new vault key in a new file, switched by one header replacement; closing the job changes nothing."""
        return await self._calls.job(on_progress, api.Slots.rotate_vault_key, sure)


class Tokens:
    """What is plugged in. Needs no open vault."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def all(self, *, on_progress: OnProgress | None = None) -> list[api.TokenInfo]:
        """Every token, card and chip that can be found now."""
        return await self._calls.job(on_progress, api.Tokens.all)

    async def ways(self, path: str, others: list[str], *, on_progress: OnProgress | None = None) -> api.Ways:
        """How the ways into a vault stand, without a touch or a PIN; ``others``: paths of other vaults, for notices."""
        return await self._calls.job(on_progress, api.Tokens.ways, path, others)

    async def module(self, path: str, *, on_progress: OnProgress | None = None) -> list[api.TokenInfo]:
        """The tokens that a PKCS#11 module shows. Raises ModuleError."""
        return await self._calls.job(on_progress, api.Tokens.module, path)


class Quick:
    """Quick unlock in this login session. The vault must be open to set it up; asking and forgetting need no vault."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def state(self, path: str) -> api.QuickState:
        """Whether a PIN or a finger opens the vault at ``path`` now."""
        return await self._calls.call(api.Quick.state, path)

    async def remember(self, pin: api.Secret | None, seconds: int, biometrics: bool) -> api.QuickState:
        """Keep the open vault's keys for ``seconds``, sealed to the TPM or in the desktop's keyring.

        ``pin`` None: none. Raises InvalidInputError for a PIN that is too short or none without ``biometrics``,
        KeyringError and TpmError and their kinds.
        """
        return await self._calls.call(api.Quick.remember, pin, seconds, biometrics)

    async def forget(self, path: str) -> None:
        """Forget what is kept for that vault. Idempotent."""
        return await self._calls.call(api.Quick.forget, path)


class Formats:
    """Import and export."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def preview(self, source: api.Source, options: api.ImportOptions, *, on_progress: OnProgress | None = None) -> api.Preview:
        """Read everything, change nothing."""
        return await self._calls.job(on_progress, api.Formats.preview, source, options)

    async def load(self, source: api.Source, options: api.ImportOptions, *, on_progress: OnProgress | None = None) -> api.ImportSummary:
        """Import. Closing the job takes back what it stored."""
        return await self._calls.job(on_progress, api.Formats.load, source, options)

    async def undo(self, batch: str, *, on_progress: OnProgress | None = None) -> int:
        """Take back an import; returns how many entries went. Entries changed since then stay, in words."""
        return await self._calls.job(on_progress, api.Formats.undo, batch)

    async def save(self, path: str, form: api.SourceFormat, password: api.Secret | None, *, on_progress: OnProgress | None = None) -> api.ExportSummary:
        """Export everything into a new file; asks for the owner's unlock method through the Prompter."""
        return await self._calls.job(on_progress, api.Formats.save, path, form, password)
