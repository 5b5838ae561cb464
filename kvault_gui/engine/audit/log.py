"""The audit log: writing, paging, verifying, signing, exporting. The chain itself is the store's."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ..api import AuditSummary, Category, Outcome, Progress, Record, Verdict
from ..crypto import canonical
from ..errors import AuditBrokenError, AuthenticationError, InvalidInputError
from ..store.faults import told
from ..store.records import Walker
from . import index
from .actions import CATEGORIES
from .content import MICROS, Content, Details, decode, encode, to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from ..api import AuditFilter
    from ..store.store import Store
    from ..store.transaction import Tx

    Sign: TypeAlias = "Callable[[bytes], bytes]"
    Check: TypeAlias = "Callable[[bytes, bytes], None]"  # message, signature; raises AuthenticationError

DERIVED = index.DERIVED
SIGN_EVERY = 1_000  # records
MAX_PAGE = 10_000
_SLICE = 250
_HEAD = "kvault audit head v1"
_SIGNED = b"audit.signed"


def head_message(vault: str, number: int, head: bytes) -> bytes:
    """What a signed head signs: canonical CBOR of [label, vault id as text, number of the record, its hash]."""
    return canonical.encode([_HEAD, vault, number, head])


class AuditLog:
    """The log of an open vault.

    Args:
        store: the open vault; its derived tables include ``DERIVED``.
        clock: seconds since 1970 UTC.
        where: from where this program acts, e.g. "window".
    """

    def __init__(self, store: Store, clock: Callable[[], float], where: str) -> None:
        self._store = store
        self._clock = clock
        self._where = where
        store.derived_checks.append(self._check_index)

    # --- writing ---

    def write(  # noqa: PLR0913 a record has these parts
        self,
        tx: Tx,
        *,
        action: str,
        who: str,
        session: str,
        object: str = "",  # noqa: A002 the record's own word
        outcome: Outcome = Outcome.DONE,
        category: Category | None = None,
        details: Details | None = None,
        where: str | None = None,
    ) -> int:
        """Append a record to a transaction and return its number.

        ``action`` is one of ``actions.CATEGORIES``, which knows its category. Raises ValueError for another one,
        InvalidInputError for text that is not Unicode.
        """
        place = self._where if where is None else where
        found = (_category(action, category), action, outcome, who, session, object, place, details or {})
        return _append(tx, Content(round(self._clock() * MICROS), *found))

    @staticmethod
    def first(
        tx: Tx, *, clock: Callable[[], float], where: str, action: str, who: str, session: str, name: str = ""
    ) -> int:
        """Like ``write``, for the first record of a vault that is being made; ``name`` is its object."""
        parts = (_category(action, None), action, Outcome.DONE, who, session, name, where)
        return _append(tx, Content(round(clock() * MICROS), *parts, {}))

    @property
    def due(self) -> bool:
        """Whether so many records came since the last signed head that it is time for another."""
        return self._store.record_number - index.count(self._store, "signed", "") > SIGN_EVERY

    def seal(self, sign: Sign, *, who: str = "kvault", session: str = "") -> int:
        """Sign the newest head and write the signature as the next record; returns that record's number."""
        with self._store.transaction() as tx:
            return self.seal_in(tx, sign, who=who, session=session)

    def seal_in(self, tx: Tx, sign: Sign, *, who: str = "kvault", session: str = "") -> int:
        """The same at the end of a running transaction, whose own records are signed with all before."""
        number, head = tx.settle()
        signature = sign(head_message(self._store.header.vault, number, head))
        details: Details = {"number": number, "hash": head.hex(), "signature": signature.hex()}
        return self.write(tx, action="audit.signed", who=who, session=session, details=details)

    # --- reading ---

    def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[Record]:
        """Records newest first, from below number ``before``, at most ``limit``. Raises AuditBrokenError."""
        found: list[Record] = []
        while len(found) < limit:
            more, before = self.scan(wanted, before, min(limit, MAX_PAGE) - len(found))
            found += more
            if before is None or len(found) >= MAX_PAGE:
                break
        return found

    def scan(self, wanted: AuditFilter, before: int | None, limit: int) -> tuple[list[Record], int | None]:
        """Like ``page``, but looks at a bounded number of records; also returns the ``before`` to go on with."""
        if wanted == type(wanted)():
            rows = self._store.records(before, limit, back=True)
            return [to_record(*row) for row in rows], rows[-1][0] if len(rows) == limit else None
        numbers, following = index.scan(self._store, wanted, before, limit)
        return [record for number in numbers for record in self.read(number, 1)], following

    def read(self, first: int, limit: int) -> list[Record]:
        """At most ``limit`` records from number ``first`` on, oldest first. Raises AuditBrokenError."""
        return [to_record(*row) for row in self._store.records(first, limit)]

    def summary(self) -> AuditSummary:
        """Counts for the pane."""
        store = self._store
        oldest = self.read(1, 1)
        midnight = time.mktime((*time.localtime(self._clock())[:3], 0, 0, 0, 0, 0, -1))
        today = store.read("select count(*) from audit_index where time >= ?", round(midnight * MICROS))[0][0]
        return AuditSummary(
            records=store.record_number,
            first=oldest[0].time if oldest else 0.0,
            today=today if isinstance(today, int) else 0,
            refused=index.count(store, "outcome", Outcome.REFUSED.value),
            people=index.people(store),
            signed=index.count(store, "signed", ""),
            failed=index.count(store, "outcome", Outcome.FAILED.value),
        )

    # --- verifying ---

    def verify(self, check: Check | None = None) -> Generator[Progress, None, Verdict]:
        """Verify the whole chain; with ``check`` also every signed head. Names the first record that does not fit."""
        began, walker, signatures = time.monotonic(), Walker(), 0
        broken, reason = None, ""
        store = self._store
        while broken is None and walker.number < store.record_number:
            rows = store.records(walker.number + 1, _SLICE)
            try:
                for row in rows:
                    signatures += self._step(walker, *row, check)
                if not rows:
                    raise AuditBrokenError(number=walker.number + 1)  # noqa: TRY301 one place tells what is broken
            except AuditBrokenError as error:
                broken, reason = int(error.fields["number"]), str(error)
            except AuthenticationError:
                broken, reason = walker.number, f"The signature in audit record {walker.number} does not verify"
            yield Progress(walker.number, store.record_number, "records")
        if broken is None and walker.hash != store.chain_head:
            broken, reason = walker.number, "The newest audit record is not the one that was stored last"
        return Verdict(walker.number, time.monotonic() - began, broken, reason, signatures)

    def _step(self, walker: Walker, number: int, data: bytes, check: Check | None) -> int:
        """Verify one record; 1 if it holds a signed head that was verified."""
        before, previous = walker.number, walker.hash
        link = walker.step(number, data)
        if _SIGNED not in link.content:
            return 0
        content = decode(number, link.content)
        if content.action != _SIGNED.decode():
            return 0
        signed = content.details
        if signed.get("number") != before or signed.get("hash") != previous.hex():
            raise AuditBrokenError(number=number)
        if check is None:
            return 0
        check(head_message(self._store.header.vault, before, previous), _bytes(number, signed.get("signature")))
        return 1

    def index_fits(self) -> bool:
        """Whether the index for filtering reaches as far as the records."""
        return index.fits(self._store)

    def _check_index(self) -> Generator[Progress, None, list[str]]:
        """Part of the store's full check: an index that does not fit is made anew."""
        if (yield from index.check(self._store)):
            return []
        if self._store.read_only:
            return ["The index of the audit log does not fit the records; filters may leave some out"]
        self.rebuild_index(who="kvault", session="")
        return ["The index of the audit log did not fit the records and was made anew"]

    def rebuild_index(self, *, who: str, session: str) -> None:
        """Make the index for filtering anew. Raises AuditBrokenError."""
        with self._store.transaction() as tx:
            index.rebuild(tx, self._store)
            self.write(tx, action="audit.indexed", who=who, session=session)

    # --- exporting ---

    def export(self, path: Path) -> Generator[Progress, None, int]:
        """Write every record as one JSON object a line into a new file; returns how many. Closing it removes the file.

        Each line has the record's parts, its hash and its exact bytes ("cbor", hex), so that others can verify.
        Raises FolderPermissionError, DiskFullError, InvalidInputError, AuditBrokenError.
        """
        with told(path):
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                raise InvalidInputError(reason=f"There is already something in {path}", field="path") from None
            done = 0
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    while rows := self._store.records(done + 1, _SLICE):
                        stream.writelines(map(_line, rows))
                        done = rows[-1][0]
                        yield Progress(done, self._store.record_number, "records")
                    stream.flush()
                    os.fsync(stream.fileno())
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return done


def _category(action: str, given: Category | None) -> Category:
    known = CATEGORIES.get(action)
    if known is None or given not in (None, known):
        raise ValueError(f"{action} is no action of category {given}")
    return known


def _append(tx: Tx, content: Content) -> int:
    number = tx.append(encode(content))
    index.add(tx, number, content)
    return number


def _line(row: tuple[int, bytes]) -> bytes:
    shown = msgspec.to_builtins(to_record(*row))
    return msgspec.json.encode({**shown, "cbor": row[1].hex()}) + b"\n"


def _bytes(number: int, text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError as error:
        raise AuditBrokenError(number=number) from error
