"""The parts of the engine, each as api.py shapes it. They find the open vault and hand on; the work is in vault/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..api import MAX_TITLE, PAGE, Category, Outcome
from ..crypto import selftest
from ..vault import drafts, entries, lifecycle, namespaces, search, views
from ..vault.access import Action, check
from . import confirming

if TYPE_CHECKING:
    from collections.abc import Generator

    from .. import api
    from ..api import (
        Draft,
        Entry,
        EntryInput,
        OneTimeCode,
        Overview,
        Place,
        Progress,
        Recipe,
        Record,
        Row,
        Secret,
        ShareState,
        Strength,
        TestResult,
        Undone,
        Use,
        Verdict,
        Version,
        View,
    )
    from ..vault.context import Details
    from .engine import Engine


class Tools:
    """See api.Tools."""

    def generate(self, recipe: Recipe) -> Secret:
        """A random password or passphrase."""
        from ..vault import generate  # noqa: PLC0415 few sessions use the tools

        return generate.generate(recipe)

    def strength(self, secret: Secret) -> Strength:
        """How hard it is to guess."""
        from ..vault import strength  # noqa: PLC0415 few sessions use the tools

        return strength.strength(secret)

    def selftest(self) -> list[TestResult]:
        """Run every known-answer test."""
        return selftest.run_all()

    def scan(self, path: str) -> list[Secret]:
        """The texts of the QR codes in a picture file."""
        from ..vault import scan  # noqa: PLC0415 few sessions use the tools

        return scan.scan(path)

    def share_words(self, prefix: str) -> list[str]:
        """The words of recovery shares that begin so."""
        from ..vault import slip39  # noqa: PLC0415 few sessions use the tools

        return slip39.words_beginning(prefix)

    def check_share(self, share: Secret, given: list[Secret]) -> ShareState:
        """Read one share and compare it with those given before."""
        from ..unlock import shares  # noqa: PLC0415 few sessions use the tools

        return shares.check(share, given)


class Secrets:
    """See api.Secrets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def overview(self) -> Overview:
        """Counts, namespaces and tags."""
        return views.overview(self._engine.vault)

    def count(self, view: View) -> int:
        """How many entries the view has."""
        return views.count(self._engine.vault, view)

    def places(self, view: View, step: int = PAGE) -> list[Place]:
        """The place of every ``step``-th entry."""
        return views.places(self._engine.vault, view, step)

    def page(self, view: View, start: Place | None, limit: int = PAGE) -> list[Row]:
        """Rows from ``start`` on."""
        return views.page(self._engine.vault, view, start, limit)

    def search(self, query: str, view: View, limit: int = 50) -> list[Row]:
        """Entries whose words begin with the query's words."""
        return search.search(self._engine.vault, query, view, limit)

    def get(self, entry: int) -> Entry:
        """One entry."""
        return entries.get(self._engine.vault, entry)

    def find(self, ref: str, trashed: bool = False) -> int:  # noqa: FBT001, FBT002 as the Protocol has it
        """The id of a reference; ``trashed``: of one in the trash."""
        return entries.find(self._engine.vault, ref, trashed=trashed)

    def reveal(self, entry: int, field: str, use: Use, version: int | None = None) -> Secret:
        """One value; audited."""
        return entries.reveal(self._engine.vault, entry, field, use, version)

    def code(self, entry: int, field: str) -> OneTimeCode:
        """The current one-time code."""
        from ..vault import codes  # noqa: PLC0415 few sessions compute a code

        return codes.code(self._engine.vault, entry, field)

    def create(self, entry: EntryInput) -> int:
        """Store a new entry."""
        return entries.create(self._engine.vault, entry)

    def update(self, entry: int, base_version: int, new: EntryInput) -> int:
        """Store a new version."""
        return entries.update(self._engine.vault, entry, base_version, new)

    def favourite(self, entry: int, on: bool) -> None:  # noqa: FBT001 as the Protocol has it
        """Mark or unmark."""
        lifecycle.favourite(self._engine.vault, entry, on=on)

    def move(self, entries: list[int], namespace: str) -> None:
        """Put entries into another namespace."""
        lifecycle.move(self._engine.vault, entries, namespace)

    def trash(self, entries: list[int]) -> None:
        """Move to the trash."""
        lifecycle.trash(self._engine.vault, entries)

    def restore(self, entries: list[int]) -> None:
        """Bring back from the trash."""
        lifecycle.restore(self._engine.vault, entries)

    def delete(self, entries: list[int]) -> None:
        """Delete for ever."""
        lifecycle.delete(self._engine.vault, entries)

    def versions(self, entry: int) -> list[Version]:
        """The stored states, newest first."""
        return lifecycle.versions(self._engine.vault, entry)

    def revert(self, entry: int, version: int) -> int:
        """Make an earlier version the current one again."""
        return lifecycle.revert(self._engine.vault, entry, version)

    def undo(self) -> Undone:
        """Take back this session's last change."""
        return self._engine.vault.undo.undo()


class Namespaces:
    """See api.Namespaces."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, path: str) -> int:
        """Make a namespace and what is missing above it."""
        return namespaces.create(self._engine.vault, path)

    def rename(self, namespace: int, name: str) -> None:
        """Give it another name."""
        namespaces.rename(self._engine.vault, namespace, name)

    def move(self, namespace: int, parent: int | None) -> None:
        """Put it elsewhere."""
        namespaces.move(self._engine.vault, namespace, parent)

    def remove(self, namespace: int) -> None:
        """Remove it when it is empty."""
        namespaces.remove(self._engine.vault, namespace)


class Drafts:
    """See api.Drafts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, draft: Draft) -> None:
        """Keep it, sealed."""
        drafts.save(self._engine.vault, draft)

    def all(self) -> list[Draft]:
        """What waits."""
        return drafts.listing(self._engine.vault)

    def discard(self, entry: int | None) -> None:
        """Forget the draft of that entry."""
        drafts.discard(self._engine.vault, entry)


class Audit:
    """See api.Audit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: api.AuditFilter, before: int | None, limit: int = PAGE) -> list[Record]:
        """Records newest first."""
        vault = self._engine.vault
        check(vault, Action.LOG)
        return vault.log.page(wanted, before, limit)

    def summary(self) -> api.AuditSummary:
        """Counts for the pane."""
        vault = self._engine.vault
        check(vault, Action.LOG)
        return vault.log.summary()

    def verify(self) -> Generator[Progress, None, Verdict]:
        """Verify the chain and its signatures."""
        vault = self._engine.vault
        check(vault, Action.LOG)
        verdict = yield from vault.log.verify(vault.signer.verify)
        if not vault.store.read_only:
            outcome = Outcome.DONE if verdict.broken is None else Outcome.FAILED
            vault.record("audit.verified", Category.SYSTEM, outcome=outcome, details={"records": verdict.records})
        return verdict

    def export(self, path: str) -> Generator[Progress, None, int]:
        """Write every record as JSON lines into a new file."""
        vault = self._engine.vault
        check(vault, Action.LOG)
        vault.record("audit.exported", Category.EXPORT, object=path, outcome=Outcome.BEGUN)
        return vault.log.export(Path(path))

    def refused(self, program: str, act: str, object: str) -> None:  # noqa: A002 the record's word
        """Record that another program asked and got nothing."""
        vault = self._engine.vault
        check(vault, Action.LOG)
        if not vault.store.read_only:
            vault.record_refused(program[:MAX_TITLE], {"act": act[:MAX_TITLE]}, object[:MAX_TITLE])


class Formats:
    """See api.Formats."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def preview(self, source: api.Source, options: api.ImportOptions) -> Generator[Progress, None, api.Preview]:
        """Read everything, change nothing."""
        from ..formats import transfer  # noqa: PLC0415 parsers load when they are needed

        return transfer.preview(self._engine.vault, source, options)

    def load(self, source: api.Source, options: api.ImportOptions) -> Generator[Progress, None, api.ImportSummary]:
        """Import."""
        from ..formats import transfer  # noqa: PLC0415 parsers load when they are needed

        return transfer.load(self._engine.vault, source, options)

    def undo(self, batch: str) -> Generator[Progress, None, int]:
        """Take back an import; returns how many entries went."""
        from ..vault import bulk  # noqa: PLC0415 few sessions import

        result = yield from bulk.take_back(self._engine.vault, batch)
        return result.gone

    def save(self, path: str, form: api.SourceFormat, password: Secret | None) -> api.Steps[api.ExportSummary]:
        """Export everything into a new file, after the owner's unlock method was given again."""
        from ..formats import transfer  # noqa: PLC0415 writers load when they are needed

        vault = self._engine.vault
        check(vault, Action.EXPORT)
        yield from confirming.confirm(vault, self._engine.around)
        details: Details = {"format": form.value}
        vault.record("export.begun", Category.EXPORT, object=path, outcome=Outcome.BEGUN, details=details)
        try:
            summary = yield from transfer.save(vault, path, form, password)
        except BaseException:
            vault.record("export.done", Category.EXPORT, object=path, outcome=Outcome.FAILED, details=details)
            raise
        details["entries"] = summary.entries
        vault.record("export.done", Category.EXPORT, object=path, details=details)
        return summary
