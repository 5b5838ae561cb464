"""Whether the vault has an entry already: the same identifier, or title, user name and namespace alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...api import EntryInput, FieldType
from ...vault import index, text
from ...vault.records import FieldRecord, State

if TYPE_CHECKING:
    from ...vault.bulk import NewEntry
    from ...vault.context import Vault

_PLAIN = frozenset({FieldType.TEXT, FieldType.URL, FieldType.EMAIL})


def detail_of(given: EntryInput) -> str:
    """The second line that a list would show for an input."""
    records = tuple(
        FieldRecord(field.name, field.type, field.protected, len(field.value.value), plain=field.value.text())
        for field in given.fields
        if field.value is not None and field.type in _PLAIN and not field.protected
    )
    return index.detail(State(given.kind, given.title, records))


class Lookup:
    """Looks in the vault, without what the running import ``batch`` (a row id) has stored."""

    def __init__(self, vault: Vault, batch: int = 0) -> None:
        self._vault = vault
        self._batch = batch

    def duplicate(self, uid: str, new: NewEntry, names: list[str]) -> int | None:
        """The id of the entry that is the same one, or None."""
        read = self._vault.store.read
        if uid:
            same = read(
                "select id from entry where uid = ? and trashed = 0 and (batch is null or batch <> ?)",
                bytes.fromhex(uid),
                self._batch,
            )
            if same:
                return cast("int", same[0][0])
        space = self._vault.tree.find(names)
        if space is None or (self._batch and self._vault.tree.get(space).batch == self._batch):
            return None  # a namespace that this import made holds nothing from before
        # The batch is compared here: in the statement it would have SQLite plan anew for each row.
        found = read(
            "select id, title, detail, batch from entry where namespace = ? and trashed = 0 and sort = ?"
            " order by id limit 50",
            space,
            text.sort_key(new.input.title),
        )
        if not found:
            return None
        wanted = (new.input.title, detail_of(new.input))
        return next(
            (cast("int", number) for number, *named, batch in found if tuple(named) == wanted and self._foreign(batch)),
            None,
        )

    def _foreign(self, batch: object) -> bool:
        return batch is None or batch != self._batch

    def free_uid(self, uid: str) -> bytes | None:
        """The identifier's bytes, unless an entry bears it or there is none."""
        if not uid:
            return None
        value = bytes.fromhex(uid)
        return None if self._vault.store.read("select 1 from entry where uid = ?", value) else value
