"""The namespaces of an open vault in memory: they are few, and every path is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NamespaceNotFoundError
from . import text
from .schema import ROOT, NamespaceRow

if TYPE_CHECKING:
    from ..store.store import Store


class Tree:
    """Read from the table when first asked (it is verified wholly at opening), then kept with the changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[int, NamespaceRow] | None = None
        self._children: dict[int | None, dict[str, int]] = {}

    def forget(self) -> None:
        """Read again next time: a transaction was rolled back."""
        self._rows = None
        self._children = {}

    def rows(self) -> dict[int, NamespaceRow]:
        """All of them by id."""
        if self._rows is None:
            self._rows = {}
            self._children = {}
            for row in self._store.read("select id, uid, parent, name, sort, batch from namespace"):
                self.put(NamespaceRow._make(row))
        return self._rows

    def put(self, row: NamespaceRow) -> None:
        """Add or replace one."""
        rows = self._rows if self._rows is not None else self.rows()
        old = rows.get(row.id)
        if old is not None:
            self._children.get(old.parent, {}).pop(old.name, None)
        rows[row.id] = row
        self._children.setdefault(row.parent, {})[row.name] = row.id

    def drop(self, namespace: int) -> None:
        """Take one out."""
        row = self.rows().pop(namespace)
        self._children[row.parent].pop(row.name, None)

    def get(self, namespace: int) -> NamespaceRow:
        """One row. Raises NamespaceNotFoundError."""
        row = self.rows().get(namespace)
        if row is None:
            raise NamespaceNotFoundError(name=str(namespace))
        return row

    def children(self, namespace: int) -> list[int]:
        """Ids right below, in no order."""
        self.rows()
        return list(self._children.get(namespace, {}).values())

    def child(self, parent: int, name: str) -> int | None:
        """The namespace of that name right below ``parent``."""
        self.rows()
        return self._children.get(parent, {}).get(name)

    def find(self, names: list[str]) -> int | None:
        """The namespace at the end of these names; ROOT for none."""
        current: int | None = ROOT
        for name in names:
            if current is None:
                return None
            current = self.child(current, name)
        return current

    def path(self, namespace: int) -> str:
        """Names joined by "/" ("" for the top)."""
        return text.join_path(self.names(namespace))

    def names(self, namespace: int) -> list[str]:
        """The names from the top down to it."""
        names = []
        row = self.get(namespace)
        while row.parent is not None:
            names.append(row.name)
            row = self.get(row.parent)
        return names[::-1]

    def below(self, namespace: int) -> list[int]:
        """The namespace itself and everything under it."""
        self.get(namespace)
        found = [namespace]
        for current in found:
            found.extend(self.children(current))
        return found

    def is_below(self, namespace: int, above: int) -> bool:
        """Whether ``namespace`` is ``above`` or lies under it."""
        current: int | None = namespace
        while current is not None:
            if current == above:
                return True
            current = self.get(current).parent
        return False
