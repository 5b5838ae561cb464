"""ls, get, read: looking."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.api import PAGE, Entry, Field, FieldType, Kind, Place, Row, Secret, Use, View
from kvault_gui.engine.errors import NotFoundError

from . import output, refs, vaults
from .options import kind, number

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from kvault_gui.engine.facade import Engine

    from .options import Commands

SEARCH_LIMIT = 1_000  # hits
DOTS = "••••••••••••••••"


def register(commands: Commands) -> None:
    """Add the commands."""
    made = commands.add(
        "ls",
        "list entries",
        ls,
        "WHAT is a namespace, a reference, or the beginnings of words of title, user name, address or tags.",
    )
    made.add_argument("what", metavar="PATH|QUERY", nargs="?", help="a namespace or a search")
    made.add_argument("--tag", help="only entries with this tag")
    made.add_argument("--type", type=kind, help="only entries of this type")
    made.add_argument("--trash", action="store_true", help="what is in the trash")
    made.add_argument("--limit", type=number(1, 10_000_000), help="at most so many")
    made = commands.add("get", "show an entry", get)
    made.add_argument("ref", metavar="REF")
    made.add_argument("--reveal", action="store_true", help="show protected values as well")
    made = commands.add(
        "read",
        "print one value",
        read,
        "Prints the bytes of the value alone; a line end is added only on a terminal.",
    )
    made.add_argument("address", metavar="kv://NAMESPACE/TITLE/FIELD")
    made.add_argument("--code", action="store_true", help="print the current one-time code of the field instead")


def ls(options: Namespace) -> int:
    """List a namespace or the hits of a search."""
    with vaults.unlocked(options, "list entries", options.what or "") as engine:
        rows = _limited(_listed(engine, options), options.limit)
        if getattr(options, "json", False):
            output.json_rows(rows)
            return 0
        for row in rows:
            detail = f"\t{row['detail']}" if row["detail"] else ""
            output.line(f"{row['ref']}{detail}")
    return 0


def _limited(rows: Iterator[dict[str, Any]], limit: int | None) -> Iterator[dict[str, Any]]:
    for position, row in enumerate(rows):
        if limit is not None and position >= limit:
            return
        yield row


def _listed(engine: Engine, options: Namespace) -> Iterator[dict[str, Any]]:

    spaces = engine.secrets.overview().namespaces
    paths = {space.id: space.path for space in spaces}
    wanted: str = (options.what or "").strip("/")
    below = next((space.id for space in spaces if wanted and space.path == wanted), None)
    view = View(
        namespace=below, tag=options.tag, kind=Kind(options.type) if options.type else None, trash=options.trash
    )
    if not wanted or below is not None:
        named = _all(engine, view, paths)
    elif "/" in wanted and (one := _one(engine, wanted, trashed=options.trash)) is not None:
        named = iter([one])
    else:
        hits = engine.secrets.search(options.what, view, options.limit or SEARCH_LIMIT)
        named = iter(refs.unique(hits, paths))
    for ref, row in named:
        yield _row(ref, row, paths)


def _all(engine: Engine, view: View, paths: dict[int, str]) -> Iterator[tuple[str, Row]]:
    """Every row of a view, page by page. Rows that sort alike come together, so doubles are found among them."""
    for _, alike in groupby(_pages(engine, view), key=lambda row: row.key):
        yield from refs.unique(list(alike), paths)


def _pages(engine: Engine, view: View) -> Iterator[Row]:

    start = None
    while True:
        page = engine.secrets.page(view, start, PAGE + 1)
        yield from page[:PAGE]
        if len(page) <= PAGE:
            return
        start = Place(page[PAGE].key, page[PAGE].id)


def _one(engine: Engine, ref: str, *, trashed: bool) -> tuple[str, Row] | None:
    """The entry that a reference names, as a row."""
    try:
        found = engine.secrets.get(engine.secrets.find(ref, trashed))
    except NotFoundError:
        return None
    fields = {field.name: field.value or "" for field in found.fields}
    detail = next((fields[name] for name in ("username", "service", "subject") if fields.get(name)), "")
    row = Row(
        id=found.id,
        kind=found.kind,
        title=found.title,
        detail=detail,
        namespace=found.namespace,
        changed=found.changed,
        expires=found.expires,
        favourite=found.favourite,
        files=False,
        trashed=found.trashed,
        key=b"",
    )
    return ref, row


def _row(ref: str, row: Row, paths: dict[int, str]) -> dict[str, Any]:

    return {
        "ref": ref,
        "id": row.id,
        "title": row.title,
        "namespace": paths.get(row.namespace, ""),
        "type": row.kind.value,
        "detail": row.detail,
        "changed": output.iso(row.changed),
        "expires": output.iso(row.expires),
        "favourite": row.favourite,
        "trashed": row.trashed,
    }


def get(options: Namespace) -> int:
    """Show one entry."""
    with vaults.unlocked(options, "show entries", options.ref) as engine:
        entry = engine.secrets.get(engine.secrets.find(options.ref))
        fields = [_field(engine, entry, field, reveal=options.reveal) for field in entry.fields]
        if getattr(options, "json", False):
            output.json(_entry(entry, fields))
        else:
            _print(entry, fields)
    return 0


def _field(engine: Engine, entry: Entry, field: Field, *, reveal: bool) -> dict[str, Any]:
    """A field for printing; a file's bytes as base64, and only when revealed."""
    shown: dict[str, Any] = {
        "name": field.name,
        "type": field.type.value,
        "protected": field.protected,
        "value": field.value,
        "size": field.size,
    }
    if reveal and field.value is None and field.size:
        secret: Secret = engine.secrets.reveal(entry.id, field.name, Use.READ)
        if field.type is FieldType.FILE:
            import base64  # noqa: PLC0415 files alone need it

            shown["base64"] = base64.b64encode(secret.value).decode()
        else:
            shown["value"] = secret.text()
    return shown


def _entry(entry: Entry, fields: list[dict[str, Any]]) -> dict[str, Any]:

    return {
        "ref": refs.join(entry.path, entry.title),
        "id": entry.id,
        "uid": entry.uid,
        "title": entry.title,
        "namespace": entry.path,
        "type": entry.kind.value,
        "tags": entry.tags,
        "scope": entry.scope,
        "favourite": entry.favourite,
        "created": output.iso(entry.created),
        "changed": output.iso(entry.changed),
        "expires": output.iso(entry.expires),
        "trashed": entry.trashed,
        "version": entry.version,
        "fields": fields,
    }


def _print(entry: Entry, fields: list[dict[str, Any]]) -> None:

    rows = [("type", entry.kind.value)]
    rows += [("tags", ", ".join(entry.tags))] if entry.tags else []
    rows += [("meant for", ", ".join(entry.scope))] if entry.scope else []
    rows += [("changed", output.local(entry.changed))]
    rows += [("expires", output.local(entry.expires))] if entry.expires is not None else []
    rows += [(str(field["name"]), _shown(field)) for field in fields]
    output.line(refs.join(entry.path, entry.title))
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        first, *more = text.split("\n")
        output.line(f"  {name.ljust(width)}  {first}".rstrip())
        for other in more:
            output.line(f"  {' ' * width}  {other}".rstrip())


def _shown(field: dict[str, Any]) -> str:
    if not field["size"]:
        return "(not set)"
    if field["type"] == "file":
        return f"(file, {field['size']:,} bytes; “kvault read” prints it)"
    return DOTS if field["value"] is None else str(field["value"])


def read(options: Namespace) -> int:
    """Print one value."""
    ref, name = refs.split_value(options.address)
    with vaults.unlocked(options, "read values", ref) as engine:
        entry = engine.secrets.find(ref)
        secret = engine.secrets.code(entry, name).code if options.code else engine.secrets.reveal(entry, name, Use.READ)
    if not getattr(options, "json", False):
        output.value(secret.value)
        return 0
    try:
        output.json({"ref": ref, "field": name, "value": secret.text()})
    except UnicodeDecodeError:
        import base64  # noqa: PLC0415 as above

        output.json({"ref": ref, "field": name, "base64": base64.b64encode(secret.value).decode()})
    return 0
