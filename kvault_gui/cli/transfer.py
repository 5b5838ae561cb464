"""import, export: other programs' files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Duplicates, ImportOptions, ImportSummary, Preview, Secret, Source, SourceFormat
from kvault_gui.engine.errors import NotFoundError, UsageError

from . import jobs, output, passwords, terminal, vaults
from .options import MAX_DIGITS, secret_source

if TYPE_CHECKING:
    from argparse import Namespace

    from .options import Commands

FORMATS = ("kdbx", "csv")
KDBX_SIGNATURE = bytes.fromhex("03d9a29a")
SHOWN = 20  # rows of a preview


def register(commands: Commands) -> None:
    """Add the commands."""
    made = commands.add(
        "import",
        "bring over another program's file",
        load,
        "Reads KDBX 3.0 to 4.1 (KeePass, KeePassXC) and CSV.",
    )
    add = made.add_argument
    add("file", metavar="FILE", nargs="?")
    add("--format", choices=FORMATS, help="else told by the file's content")
    secret_source(made, "source-password", "the file's own password")
    add("--source-key-file", metavar="FILE", help="the file's own key file")
    add("--dry-run", action="store_true", help="say what would be imported and change nothing")
    add("--into", metavar="NAMESPACE", default="", help="put everything below this namespace")
    add(
        "--duplicates",
        choices=("skip", "both", "replace"),
        default="skip",
        help="entries that are there already (skip)",
    )
    add("--map", metavar="NAME=COLUMN,...", help="CSV: which column is what, counted from 0: title=0,password=3")
    add("--no-history", action="store_true", help="without earlier versions")
    add("--no-recycle-bin", action="store_true", help="without what was deleted there")
    add("--undo", metavar="BATCH", help="take back an import instead; BATCH was printed after it")
    made = commands.add("export", "write everything to a file of another program", save)
    made.add_argument("file", metavar="FILE")
    made.add_argument("--format", choices=FORMATS, required=True)
    secret_source(made, "export-password", "the new file's password (KDBX)")


def load(options: Namespace) -> int:
    """Import, or say what an import would do, or take one back."""
    if options.undo is not None:
        return _undo(options)
    if options.file is None:
        raise UsageError(reason="import takes a FILE")

    if not Path(options.file).exists():
        raise NotFoundError(name=options.file)
    source = Source(
        str(Path(options.file).absolute()),
        SourceFormat(options.format) if options.format else None,
        key_file=str(Path(options.source_key_file).absolute()) if options.source_key_file else None,
        columns=_columns(options.map) if options.map else None,
    )
    how = ImportOptions(
        options.into, Duplicates(options.duplicates), not options.no_history, not options.no_recycle_bin
    )
    with vaults.unlocked(options, "import", Path(options.file).name) as engine:
        source.password = _source_password(options, source)
        if options.dry_run:
            _print_preview(options, jobs.run(engine.formats.preview(source, how), "Reading"))
        else:
            _print_summary(options, jobs.run(engine.formats.load(source, how), "Importing"))
    return 0


def _source_password(options: Namespace, source: Source) -> Secret | None:

    given = passwords.from_options(options, "source-password")
    if given is not None or not terminal.present():
        return given
    try:
        with Path(source.path).open("rb") as file:
            locked = file.read(len(KDBX_SIGNATURE)) == KDBX_SIGNATURE
    except OSError:
        return None  # the engine says what is wrong with the file
    if not locked:
        return None
    answer = terminal.ask_secret(f"Password of {Path(source.path).name}: ")
    return answer if answer.value or source.key_file is None else None


def _columns(text: str) -> dict[int, str]:
    """The words title=0,password=3 as column number and field name. Raises UsageError."""
    found: dict[int, str] = {}
    for part in text.split(","):
        name, _, column = part.partition("=")
        number = int(column) if column.isascii() and column.isdigit() and len(column) <= MAX_DIGITS else -1
        if number < 0 or number in found:
            raise UsageError(reason="--map takes NAME=COLUMN,... with each column once, like title=0,password=3")
        found[number] = name.strip()
    return found


def _undo(options: Namespace) -> int:

    with vaults.unlocked(options, "take back an import") as engine:
        gone = jobs.run(engine.formats.undo(options.undo), "Taking back")
    if getattr(options, "json", False):
        output.json({"removed": gone})
    else:
        output.line(f"Took back {output.count(gone, 'entry', 'entries')}.")
    return 0


def _print_preview(options: Namespace, found: Preview) -> None:

    if getattr(options, "json", False):
        output.json(found)
        return
    output.line(
        f"{found.format}: {output.count(found.entries, 'entry', 'entries')} in "
        f"{output.count(found.namespaces, 'namespace')}, {output.count(found.files, 'file')}, "
        f"{output.count(found.versions, 'earlier version')}, {output.count(found.duplicates, 'duplicate')}."
    )
    if found.columns:
        for column, header in enumerate(found.columns):
            output.line(f"  column {column} ({header}): {found.mapping.get(column) or 'left out'}")
    for row in found.rows[:SHOWN]:
        double = "  (there already)" if row.duplicate else ""
        output.line(f"  {row.namespace + '/' if row.namespace else ''}{row.title}{double}")
    if found.entries > SHOWN:
        output.line(f"  and {output.count(found.entries - SHOWN, 'more entry', 'more entries')}")
    _print_dropped(found.dropped, "Would not be carried:")
    output.line("Nothing was changed.")


def _print_summary(options: Namespace, done: ImportSummary) -> None:

    if getattr(options, "json", False):
        output.json(done)
        return
    added = output.count(done.added, "entry", "entries")
    output.line(
        f"Imported {added}, replaced {done.replaced:,}, skipped {done.skipped:,}; "
        f"{output.count(done.files, 'file')}, {output.count(done.versions, 'earlier version')}."
    )
    _print_dropped(done.dropped, "Was not carried:")
    output.line(f"“kvault import --undo {done.batch}” takes it back.")


def _print_dropped(dropped: list[str], head: str) -> None:

    if dropped:
        output.line(head)
    for sentence in dropped:
        output.line(f"  {sentence}")


def save(options: Namespace) -> int:
    """Export everything, after the owner's unlock method was given again."""
    form = SourceFormat(options.format)
    path = output.new_file(options.file)
    with vaults.unlocked(options, "export the vault", path.name) as engine:
        password = None
        if form is SourceFormat.KDBX:
            password = passwords.new_password(options, "export-password", f"New password for {path.name}")
        elif hasattr(options, "export_password_fd") or hasattr(options, "export_password_file"):
            raise UsageError(reason="A CSV file cannot have a password")
        else:
            terminal.note("A CSV file holds every password in clear. Delete it as soon as you can.")
        done = jobs.run(engine.formats.save(str(path), form, password), "Exporting")
    if getattr(options, "json", False):
        output.json(done)
    else:
        output.line(f"Wrote {output.count(done.entries, 'entry', 'entries')} to {done.path}.")
        _print_dropped(done.dropped, "Was not carried:")
    return 0
