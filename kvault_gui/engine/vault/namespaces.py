"""Making, renaming, moving and removing namespaces. Values name the namespace whose key sealed them, so none moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import Namespace
from ..crypto.rng import random_bytes
from ..errors import ConflictError, InvalidInputError
from . import counts, text
from .access import Action, check
from .reading import number
from .schema import NAMESPACE, NAMESPACE_KEY, ROOT, NamespaceRow, to_micros

if TYPE_CHECKING:
    from ..store.transaction import Tx
    from .context import Vault
    from .schema import GrantRow


def nearest(vault: Vault, names: list[str]) -> int:
    """The deepest namespace of a path that exists: what a right to make the rest is measured by."""
    current = ROOT
    for name in names:
        below = vault.tree.child(current, name)
        if below is None:
            break
        current = below
    return current


def add(vault: Vault, tx: Tx, parent: int | None, name: str, batch: int | None = None) -> NamespaceRow:
    """Make one namespace and its key."""
    uid, sort = random_bytes(16), text.sort_key(name)
    made = tx.insert(NAMESPACE, {"uid": uid, "parent": parent, "name": name, "sort": sort, "batch": batch})
    wrapped = vault.keys.wrap_namespace_key(uid, 1, random_bytes(32))
    tx.insert(NAMESPACE_KEY, {"namespace": uid, "epoch": 1, "wrapped": wrapped, "created": to_micros(vault.clock())})
    row = NamespaceRow(made, uid, parent, name, sort, batch)
    vault.tree.put(row)
    return row


def ensure(vault: Vault, tx: Tx, names: list[str], batch: int | None = None) -> NamespaceRow:
    """The namespace at the end of a path, with what is missing above it made."""
    current = vault.tree.get(ROOT)
    for name in names:
        below = vault.tree.child(current.id, name)
        current = vault.tree.get(below) if below is not None else add(vault, tx, current.id, name, batch)
    return current


def epoch(vault: Vault, namespace: bytes) -> int:
    """The newest epoch of a namespace's key."""
    known = vault.epochs.get(namespace)
    if known is None:
        sql = "select max(epoch) from namespace_key where namespace = ?"
        known = vault.epochs[namespace] = number(vault.store, sql, namespace)
    return known


def create(vault: Vault, path: str) -> int:
    """Make a namespace and what is missing above it; an existing one is returned as it is."""
    names = text.split_path(path)
    grant = check(vault, Action.WRITE, namespace=nearest(vault, names))
    known = vault.tree.find(names)
    if known is not None:
        return known
    with vault.change("namespace.created", object=path, grants=[grant]) as work:
        return ensure(vault, work.tx, names).id


def _place(vault: Vault, row: NamespaceRow, parent: int | None, name: str, grant: GrantRow | None) -> None:
    action = "namespace.renamed" if parent == row.parent else "namespace.moved"
    path = vault.tree.path(row.id)
    if parent is not None:
        other = vault.tree.child(parent, name)
        if other is not None and other != row.id:
            raise InvalidInputError(reason=f"There is already a namespace named {name} there", field="name")
    with vault.change(action, object=path, grants=[grant]) as work:
        work.tx.update(NAMESPACE, row.id, {"name": name, "sort": text.sort_key(name), "parent": parent})
        vault.tree.put(row._replace(parent=parent, name=name, sort=text.sort_key(name)))
        work.details["to"] = vault.tree.path(row.id)
    vault.undo.push(action, path, lambda: _back(vault, row))


def _back(vault: Vault, row: NamespaceRow) -> int:
    current = vault.tree.get(row.id)
    _place(vault, current, row.parent, row.name, check(vault, Action.WRITE, namespace=row.id))
    return 1


def _movable(vault: Vault, namespace: int) -> tuple[NamespaceRow, GrantRow | None]:
    row = vault.tree.get(namespace)
    grant = check(vault, Action.WRITE, namespace=namespace)
    if namespace == ROOT:
        raise InvalidInputError(reason="The top of the tree cannot be changed", field="namespace")
    return row, grant


def rename(vault: Vault, namespace: int, name: str) -> None:
    """Give it another name."""
    row, grant = _movable(vault, namespace)
    text.check_name(name)
    if name != row.name:
        _place(vault, row, row.parent, name, grant)


def move(vault: Vault, namespace: int, parent: int | None) -> None:
    """Put it under another one; None: at the top."""
    row, grant = _movable(vault, namespace)
    target = ROOT if parent is None else vault.tree.get(parent).id
    check(vault, Action.WRITE, namespace=target)
    if vault.tree.is_below(target, namespace):
        raise InvalidInputError(reason="A namespace cannot be moved below itself", field="parent")
    if target != row.parent:
        _place(vault, row, target, row.name, grant)


def remove(vault: Vault, namespace: int) -> None:
    """Remove an empty one. Its key stays: values sealed under it may lie elsewhere now, or in a backup."""
    row, grant = _movable(vault, namespace)
    path = vault.tree.path(namespace)
    if vault.tree.children(namespace):
        raise InvalidInputError(reason=f"{path} has namespaces below it", field="namespace")
    if vault.store.read("select 1 from entry where namespace = ? limit 1", namespace):
        raise InvalidInputError(reason=f"{path} has entries in it, or in the trash", field="namespace")
    with vault.change("namespace.removed", object=path, grants=[grant]) as work:
        work.tx.delete(NAMESPACE, namespace)
        vault.tree.drop(namespace)
    vault.undo.push("namespace.removed", path, lambda: _again(vault, row))


def _again(vault: Vault, row: NamespaceRow) -> int:
    """Bring back a removed namespace as it was; its key was kept."""
    above = vault.tree.get(row.parent or ROOT)
    grant = check(vault, Action.WRITE, namespace=above.id)
    if vault.tree.child(above.id, row.name) is not None:
        raise ConflictError
    path = text.join_path([*vault.tree.names(above.id), row.name])
    with vault.change("namespace.created", object=path, grants=[grant]) as work:
        work.tx.insert(NAMESPACE, row._asdict())
        vault.tree.put(row)
    return 1


def listing(vault: Vault) -> list[Namespace]:
    """The tree, parents before children, each level in order, with counts that include what is below."""
    own = counts.spaces(vault.store)
    rows = vault.tree.rows()
    sums = dict.fromkeys(rows, 0)
    for space in rows:
        current: int | None = space
        while current is not None:
            sums[current] += own.get(space, 0)
            current = rows[current].parent
    found: list[Namespace] = []
    waiting = [(ROOT, "")]
    while waiting:
        space, path = waiting.pop()
        row = rows[space]
        if space != ROOT:
            parent = None if row.parent == ROOT else row.parent
            found.append(Namespace(space, parent, row.name, path, sums[space]))
        below = sorted(vault.tree.children(space), key=lambda child: (rows[child].sort, child), reverse=True)
        prefix = f"{path}/" if path else ""
        waiting.extend((child, prefix + text.encode_part(rows[child].name)) for child in below)
    return found
