"""An open vault: what every part of the engine works with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from ..api import Category, Changed, Event, Found, Outcome, Recorded
from ..audit.log import AuditLog
from ..errors import DiskFullError, FolderPermissionError, NotPermittedError
from ..store.store import Store
from ..store.transaction import Tx
from .counts import Tally
from .identity import Signer
from .schema import GRANT
from .sealing import Keyring
from .session import Session
from .slots import Keys
from .tree import Tree
from .undo import UndoList

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .schema import GrantRow

Details = dict[str, str | int]


class Pending(msgspec.Struct):
    """An audit record that is to be written."""

    action: str
    category: Category
    outcome: Outcome
    object: str
    details: Details
    who: str = ""  # somebody else than the session's principal


class Work(msgspec.Struct):
    """A running change: its transaction, the counts it moves, and what its audit record will say."""

    tx: Tx
    tally: Tally
    object: str
    details: Details
    entry: int | None = None  # the one entry concerned, for the event


class Vault(msgspec.Struct):
    """One unlocked vault and the session that works with it."""

    path: str
    id: bytes
    store: Store
    log: AuditLog
    keys: Keyring
    session: Session
    tree: Tree
    undo: UndoList
    clock: Callable[[], float]
    emit: Callable[[Event], None]
    signer: Signer
    opened_by: Keys  # VK and UK, for new ways in and rotations
    way: str = ""  # id of the way in that opened it; "": it was just made, or quick unlock did
    rotating: bool = False  # a new key is being made
    waiting: list[Pending] = msgspec.field(default_factory=list)  # records of reads that could not be written yet
    epochs: dict[bytes, int] = msgspec.field(default_factory=dict)  # of namespaces' keys, the newest
    seen: set[tuple[str, int, str]] = msgspec.field(default_factory=set)  # what was recorded once for this session

    @contextmanager
    def change(
        self,
        action: str,
        *,
        category: Category = Category.CHANGE,
        object: str = "",  # noqa: A002 the record's word
        outcome: Outcome = Outcome.DONE,
        grants: Sequence[GrantRow | None] = (),
        quiet: bool = False,
        sign: bool = False,
    ) -> Iterator[Work]:
        """One transaction with its audit record. Anything raised inside leaves the vault as it was.

        ``quiet``: one slice of many; whoever runs them tells the lists when it is done. ``sign``: with a signature of
        the log's head, in the same transaction.
        """
        try:
            with self.store.transaction() as tx:
                work = Work(tx, Tally(), object, {})
                yield work
                work.tally.flush(tx)
                consume(tx, self.session.who, grants)
                self._write_waiting(tx)
                number = self._write(tx, Pending(action, category, outcome, work.object, work.details))
                number = self.log.seal_in(tx, self.signer.sign) if sign else number
        except BaseException:
            self.tree.forget()
            self.epochs.clear()
            raise
        self.waiting.clear()
        if quiet:
            return
        self.emit(Recorded(number))
        if category is Category.CHANGE:
            self.emit(Changed(work.entry))

    def record(
        self,
        action: str,
        category: Category,
        *,
        object: str = "",  # noqa: A002 the record's word
        outcome: Outcome = Outcome.DONE,
        details: Details | None = None,
        grant: GrantRow | None = None,
    ) -> None:
        """Write one audit record in a transaction of its own."""
        with self.change(action, category=category, object=object, outcome=outcome, grants=[grant]) as work:
            work.details.update(details or {})

    def record_refused(self, who: str, details: Details, title: str) -> None:
        """Record that somebody without rights asked for something and got nothing."""
        with self.store.transaction() as tx:
            refused = Pending("access.refused", Category.TRUST, Outcome.REFUSED, title, details, who)
            number = self._write(tx, refused)
        self.emit(Recorded(number))

    def record_read(self, action: str, title: str, details: Details, grant: GrantRow | None = None) -> None:
        """Write the record of a read before the value leaves.

        The owner may read when the disk is full or read-only: the window is told and the record waits. Whoever reads
        by a grant may not.
        """
        try:
            self.record(action, Category.READ, object=title, details=details, grant=grant)
        except (DiskFullError, FolderPermissionError) as error:
            if grant is not None or self.session.role != "owner":
                raise
            self.waiting.append(Pending(action, Category.READ, Outcome.DONE, title, details))
            self.emit(Found(error.code, {**error.fields, "waiting": len(self.waiting)}))

    def sign_if_due(self) -> None:
        """Sign the log's head when 1,000 records came since the last signature."""
        if not self.store.read_only and self.log.due:
            self.log.seal(self.signer.sign, session=self.session.id)

    def _write_waiting(self, tx: Tx) -> None:
        for pending in self.waiting:
            self._write(tx, pending)

    def write_into(self, tx: Tx, action: str, category: Category, title: str) -> int:
        """Write a record into a transaction that runs elsewhere; returns its number."""
        return self._write(tx, Pending(action, category, Outcome.DONE, title, {}))

    def _write(self, tx: Tx, pending: Pending) -> int:
        return self.log.write(
            tx,
            category=pending.category,
            action=pending.action,
            outcome=pending.outcome,
            who=pending.who or self.session.who,
            session=self.session.id,
            object=pending.object,
            details=pending.details,
        )


def consume(tx: Tx, who: str, grants: Sequence[GrantRow | None]) -> None:
    """Count the uses of grants, one for each time that one is listed. Raises NotPermittedError if they are used up."""
    limited = {grant.id: grant for grant in grants if grant is not None and grant.remaining is not None}
    uses = Counter(grant.id for grant in grants if grant is not None)
    for number, grant in limited.items():
        left = (grant.remaining or 0) - uses[number]
        if left < 0:
            raise NotPermittedError(who=who, act=f"do this for {uses[number]} entries")
        tx.update(GRANT, number, {"remaining": left})
