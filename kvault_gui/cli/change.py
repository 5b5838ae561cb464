"""put, rm, restore: changing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.api import Entry, EntryInput, FieldInput, FieldType, Kind, Secret
from kvault_gui.engine.errors import CancelledError, EntryNotFoundError, InvalidInputError, UsageError

from . import dates, output, passwords, refs, terminal, vaults
from .kinds import SECRET_NAMES, form_of
from .options import kind

if TYPE_CHECKING:
    from argparse import Namespace

    from kvault_gui.engine.facade import Engine

    from .options import Commands

TYPES = ("text", "secret", "url", "email", "date", "otp", "long", "pem", "file")


def register(commands: Commands) -> None:
    """Add the commands."""
    made = commands.add(
        "put",
        "create or change an entry",
        put,
        "A protected field (password, key, ...) takes its value from standard input: --field password=-",
    )
    made.add_argument("ref", metavar="REF")
    add = made.add_argument
    add("--field", action="append", default=[], metavar="NAME=VALUE", help="set a field; VALUE - is standard input")
    add("--field-type", action="append", default=[], metavar="NAME=TYPE", help=f"one of {', '.join(TYPES)}")
    add("--protect", action="append", default=[], metavar="NAME", help="make a field a protected one")
    add("--remove-field", action="append", default=[], metavar="NAME", help="remove a field")
    add("--type", type=kind, help="the entry's type (a new one is a credential)")
    add("--tag", action="append", default=[], help="add a tag")
    add("--untag", action="append", default=[], metavar="TAG", help="take a tag off")
    add("--expires", metavar="DATE", help="2026-11-30, 2026-11-30T12:00+01:00, or never")
    made = commands.add("rm", "move entries to the trash", remove)
    made.add_argument("ref", metavar="REF", nargs="+")
    made.add_argument("--forever", action="store_true", help="delete for ever what is in the trash already")
    made.add_argument("--yes", action="store_true", help="do not ask before deleting for ever")
    made = commands.add("restore", "bring entries back from the trash", restore)
    made.add_argument("ref", metavar="REF", nargs="+")


def put(options: Namespace) -> int:
    """Create or change one entry."""
    given = _pairs(options.field, "--field")
    types = _pairs(options.field_type, "--field-type")
    _check(options, given, types)
    namespace, title = refs.split(options.ref)
    expires = dates.expiry(options.expires) if options.expires is not None else None
    with vaults.unlocked(options, "change entries", options.ref) as engine:
        old = _find(engine, options.ref)
        sort = Kind(options.type) if options.type else old.kind if old else Kind.CREDENTIAL
        new = EntryInput(
            sort,
            old.title if old else title,
            old.path if old else namespace,
            _fields(options, sort, old, given, types),
            tags=_tags(options, old),
            scope=old.scope if old else [],
            favourite=old.favourite if old else False,
            expires=expires if options.expires is not None else old.expires if old else None,
        )
        entry, version = _store(engine, old, new)
        path = engine.secrets.get(entry).path
    ref = refs.join(path, new.title)
    if getattr(options, "json", False):
        output.json({"ref": ref, "id": entry, "version": version, "created": old is None})
    else:
        output.line(f"Created {ref}." if old is None else f"Changed {ref} (version {version}).")
    return 0


def _find(engine: Engine, ref: str) -> Entry | None:
    try:
        return engine.secrets.get(engine.secrets.find(ref))
    except EntryNotFoundError:
        return None


def _store(engine: Engine, old: Entry | None, new: EntryInput) -> tuple[int, int]:
    if old is None:
        return engine.secrets.create(new), 1
    return old.id, engine.secrets.update(old.id, old.version, new)


def _pairs(words: list[str], option: str) -> dict[str, str]:
    """NAME=VALUE words; messages name the option, never the value."""
    found: dict[str, str] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark or not name:
            raise UsageError(reason=f"{option} takes NAME=VALUE")
        if name in found:
            raise UsageError(reason=f"{option} names {name} twice")
        found[name] = value
    return found


def _check(options: Namespace, given: dict[str, str], types: dict[str, str]) -> None:
    """What can be said before any password is asked for."""
    for name, value in given.items():
        if value != "-" and (
            name.lower() in SECRET_NAMES or name in options.protect or types.get(name) in {"secret", "otp"}
        ):
            raise _refuse(name)
    piped = [name for name, value in given.items() if value == "-"]
    if len(piped) > 1:
        raise UsageError(reason=f"Only one field can come from standard input, not {' and '.join(piped)}")
    if piped and 0 in {getattr(options, "password_fd", None), getattr(options, "recovery_code_fd", None)}:
        raise UsageError(reason=f"Standard input cannot give both the password and {piped[0]}")
    if unknown := sorted(set(types.values()) - set(TYPES)):
        raise UsageError(reason=f"--field-type knows {', '.join(TYPES)}, not {len(unknown)} of those given")


def _refuse(name: str) -> UsageError:
    reason = f"{name} is protected, and any program can read a command line: use --field {name}=- and standard input"
    return UsageError(reason=reason)


def _fields(
    options: Namespace, sort: Kind, old: Entry | None, given: dict[str, str], types: dict[str, str]
) -> list[FieldInput]:
    """All fields of the new state: the old ones in their order, then new ones; ``value`` None keeps a value."""
    fields = (
        {field.name: FieldInput(field.name, field.type, field.protected, None) for field in old.fields} if old else {}
    )
    for name in options.remove_field:
        if fields.pop(name, None) is None:
            raise UsageError(reason=f"--remove-field: there is no field {name}")
    for name, value in given.items():
        usual = form_of(sort, name)
        # A name of the person's own: what came by standard input was not for everybody to see.
        form = usual or ((FieldType.SECRET, True) if value == "-" else (FieldType.TEXT, False))
        field = fields.setdefault(name, FieldInput(name, form[0], form[1], None))
        if name in types:
            field.type = FieldType(types[name])
        field.protected = field.protected or name in options.protect or field.type in {FieldType.SECRET, FieldType.OTP}
        if field.protected and value != "-":
            raise _refuse(name)
        field.value = _value(name, value)
    for name in set(options.protect) | set(types):
        if name not in fields:
            raise UsageError(reason=f"--protect and --field-type: there is no field {name}")
        fields[name].protected = fields[name].protected or name in options.protect
        fields[name].type = FieldType(types.get(name, fields[name].type))
    return list(fields.values())


def _value(name: str, text: str) -> Secret:

    if text == "-":
        return passwords.standard_input(name)
    try:
        return Secret.of(text)
    except UnicodeEncodeError:
        raise InvalidInputError(reason=f"{name} is not valid Unicode (UTF-8)") from None


def _tags(options: Namespace, old: Entry | None) -> list[str]:
    kept = [tag for tag in (old.tags if old else []) if tag not in options.untag]
    return list(dict.fromkeys([*kept, *options.tag]))


def remove(options: Namespace) -> int:
    """Move to the trash, or delete for ever what lies there."""
    act = "delete entries" if options.forever else "move entries to the trash"
    with vaults.unlocked(options, act, options.ref[0]) as engine:
        found = [engine.secrets.find(ref, options.forever) for ref in options.ref]
        if options.forever:
            what = options.ref[0] if len(found) == 1 else f"{len(found)} entries"
            if not options.yes:
                if not terminal.present():
                    raise UsageError(reason="Deleting for ever asks first: give --yes, or run kvault in a terminal")
                if not terminal.confirm(f"Delete {what} for ever, with all earlier versions?"):
                    raise CancelledError
            engine.secrets.delete(found)
        else:
            engine.secrets.trash(found)
    done = "deleted" if options.forever else "trashed"
    if getattr(options, "json", False):
        output.json({done: [{"ref": ref, "id": entry} for ref, entry in zip(options.ref, found, strict=True)]})
    else:
        for ref in options.ref:
            output.line(
                f"Deleted {ref} for ever."
                if options.forever
                else f"Moved {ref} to the trash; “kvault restore” brings it back."
            )
    return 0


def restore(options: Namespace) -> int:
    """Bring back from the trash."""
    with vaults.unlocked(options, "restore entries", options.ref[0]) as engine:
        found = [engine.secrets.find(ref, True) for ref in options.ref]  # noqa: FBT003 the Protocol's order
        engine.secrets.restore(found)
    if getattr(options, "json", False):
        output.json({"restored": [{"ref": ref, "id": entry} for ref, entry in zip(options.ref, found, strict=True)]})
    else:
        for ref in options.ref:
            output.line(f"Restored {ref}.")
    return 0
