"""Import into and export from a real vault: what is carried, what is said, what is taken back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import (
    Credential,
    Duplicates,
    EntryInput,
    FieldInput,
    FieldType,
    ImportOptions,
    Kind,
    Method,
    Secret,
    Source,
    SourceFormat,
    Use,
)
from kvault_gui.engine.errors import (
    CancelledError,
    FormatDamagedError,
    FormatUnknownError,
    InvalidInputError,
    NotFoundError,
    WrongCredentialsError,
    WrongSourceCredentialsError,
)
from kvault_gui.engine.formats.kdbx.keys import composite
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from kvault_gui.engine.formats.model import (
    ForeignDatabase,
    ForeignEntry,
    ForeignField,
    ForeignFile,
    ForeignGroup,
    ForeignState,
    Role,
)
from tests.engine.formats.jobs import PASSWORD, entries_of, new_engine, value_of
from tests.engine.formats.kdbx_build import written
from tests.engine.unlock.script import ScriptedPrompter
from tests.jobs import finish
from tests.shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kvault_gui.engine.facade import Engine

_USUAL = "secret"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = new_engine(tmp_path / "vault")
    yield found
    found.vaults.close()


def field(name: str, value: str, *, protected: bool = False, role: Role = Role.CUSTOM) -> ForeignField:
    return ForeignField(name, value.encode(), protected, role)


def state(title: str, password: str = _USUAL, *more: ForeignField) -> ForeignState:
    fields = [
        field("UserName", "ann", role=Role.USERNAME),
        field("Password", password, protected=True, role=Role.PASSWORD),
        *more,
    ]
    return ForeignState(title, fields=fields, created=1_000_000_000.0, changed=1_100_000_000.0)


def database(*entries: tuple[str, ForeignState], history: tuple[ForeignState, ...] = ()) -> ForeignDatabase:
    """A file with these entries, each in the group named ("" for the root, "Bin" for the recycle bin)."""
    root = ForeignGroup("aa" * 16, "Root", created=0.0, changed=0.0)
    groups: dict[str, ForeignGroup] = {"": root}
    for name, _ in entries:
        if name not in groups:
            uid = f"{len(groups):032x}"
            groups[name] = ForeignGroup(uid, name, root, created=0.0, changed=0.0, recycle_bin=name == "Bin")
    found = [
        ForeignEntry(f"{number:032x}", groups[name], present, list(history))
        for number, (name, present) in enumerate(entries, 1)
    ]
    return ForeignDatabase("file", root, [group for name, group in groups.items() if name], found)


def source(tmp_path: Path, content: ForeignDatabase, name: str = "other.kdbx") -> Source:
    path = tmp_path / name
    path.write_bytes(written(content))
    return Source(str(path), password=Secret.of("pw"))


# --- what is carried -------------------------------------------------------------------------------------------------


def test_an_entry_arrives_with_everything(engine: Engine, tmp_path: Path) -> None:
    present = state(
        "Git", "new", field("URL", "https://git.example", role=Role.URL), field("pin", "12", protected=True)
    )
    present.files = [ForeignFile("key.bin", b"\0\1\2")]
    present.tags = ["work", "Favorite"]
    present.expires = 2_000_000_000.0
    present.fields.append(field("otp", f"otpauth://totp/Git:ann?secret={SEED}"))
    present.fields.append(field("Notes", "line\nline", role=Role.NOTES))
    old = state("Git", "old")
    summary = finish(
        engine.formats.load(
            source(tmp_path, database(("Team", present), history=(old,))), ImportOptions(into="from/there")
        )
    )
    assert (summary.added, summary.namespaces, summary.files, summary.versions) == (1, 3, 1, 1)
    entry = entries_of(engine)["from/there/Team/Git"]
    assert (entry.uid, entry.kind, entry.tags, entry.favourite) == (f"{1:032x}", Kind.CREDENTIAL, ["work"], True)
    assert (entry.created, entry.changed, entry.expires) == (1_000_000_000.0, 1_100_000_000.0, 2_000_000_000.0)
    shown = {found.name: (found.type, found.protected) for found in entry.fields}
    assert shown == {
        "username": (FieldType.TEXT, False),
        "password": (FieldType.SECRET, True),
        "url": (FieldType.URL, False),
        "otp": (FieldType.OTP, True),
        "pin": (FieldType.SECRET, True),
        "notes": (FieldType.LONG, False),
        "key.bin": (FieldType.FILE, False),
    }
    assert value_of(engine, entry, "password") == "new"
    assert value_of(engine, entry, "password", 1) == "old"
    assert engine.secrets.reveal(entry.id, "key.bin", Use.READ).value == b"\0\1\2"
    assert len(engine.secrets.code(entry.id, "otp").code.text()) == 6


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"otp": f"key={SEED}&size=8&step=60"}, "period=60&digits=8"),
        ({"TOTP Seed": SEED, "TOTP Settings": "60;8"}, "period=60&digits=8"),
        ({"TOTP Seed": SEED.lower()}, "period=30&digits=6"),
        ({"TimeOtp-Secret-Base32": SEED, "TimeOtp-Algorithm": "HMAC-SHA-512"}, "algorithm=SHA512"),
        ({"TimeOtp-Secret": "12345678901234567890", "TimeOtp-Length": "8"}, "digits=8"),
        ({"TimeOtp-Secret-Hex": b"12345678901234567890".hex()}, f"secret={SEED}"),
        ({"TimeOtp-Secret-Base64": "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="}, f"secret={SEED}"),
        ({"HmacOtp-Secret": "12345678901234567890", "HmacOtp-Counter": "7"}, "counter=7"),
    ],
)
def test_one_time_codes_of_every_make_become_one_field(
    engine: Engine, tmp_path: Path, fields: dict[str, str], expected: str
) -> None:
    more = [field(name, value, protected=True) for name, value in fields.items()]
    finish(engine.formats.load(source(tmp_path, database(("", state("x", "p", *more)))), ImportOptions()))
    entry = entries_of(engine)["x"]
    assert [found.name for found in entry.fields] == ["username", "password", "otp"]
    uri = value_of(engine, entry, "otp")
    assert uri.startswith("otpauth://")
    assert SEED in uri
    assert expected in uri
    engine.secrets.code(entry.id, "otp")


def test_a_seed_that_gives_no_code_stays_as_it_is(engine: Engine, tmp_path: Path) -> None:
    more = [field("TOTP Seed", "not base32!", protected=True), field("TOTP Settings", "30;S")]
    finish(engine.formats.load(source(tmp_path, database(("", state("x", "p", *more)))), ImportOptions()))
    entry = entries_of(engine)["x"]
    assert value_of(engine, entry, "TOTP Seed") == "not base32!"
    assert value_of(engine, entry, "TOTP Settings") == "30;S"


def test_what_does_not_fit_is_changed_as_little_as_possible_and_said(engine: Engine, tmp_path: Path) -> None:
    long_title = "t" * 1500
    present = state(
        long_title, "p", field("big", "x" * (2 << 20)), field("a\nb", "1"), field("a b", "2"), field("", "3")
    )
    bare = ForeignState("", created=0.0, changed=-5.0)
    summary = finish(
        engine.formats.load(source(tmp_path, database(("Two\nlines", present), ("", bare))), ImportOptions())
    )
    found = entries_of(engine)
    entry = found[f"Two lines/{'t' * 1000}"]
    assert value_of(engine, entry, "whole title") == long_title
    assert value_of(engine, entry, "big.txt") == "x" * (2 << 20)
    assert (value_of(engine, entry, "a b"), value_of(engine, entry, "a b (2)")) == ("1", "2")
    assert value_of(engine, entry, "unnamed") == "3"
    assert "Untitled" in found
    said = " ".join(summary.dropped)
    assert "Titles with line breaks" in said
    assert "Values over 1 MiB" in said
    assert "Times before 1970: 1" in said


def test_hostile_text_arrives_exactly(engine: Engine, tmp_path: Path) -> None:
    titles = ["<img src=file:///etc/passwd>", "abc\u202egpj.exe", "pay\u200bpal", "=cmd|' /C calc'!A0"]
    content = database(*[("", state(title, "ä" * 15_000)) for title in titles])
    finish(engine.formats.load(source(tmp_path, content), ImportOptions()))
    found = entries_of(engine)
    assert sorted(found) == sorted(titles)
    assert value_of(engine, found[titles[1]], "password") == "ä" * 15_000


def test_notes_and_api_keys_are_told_by_their_fields(engine: Engine, tmp_path: Path) -> None:
    note = ForeignState("note", fields=[field("Notes", "x", role=Role.NOTES)], created=0.0, changed=0.0)
    key = ForeignState("key", fields=[field("API key", "x", protected=True)], created=0.0, changed=0.0)
    pem = state("pem", "p", field("private", "-----BEGIN PRIVATE KEY-----\nx\n", protected=True))
    finish(engine.formats.load(source(tmp_path, database(("g", note), ("g", key), ("g", pem))), ImportOptions()))
    found = entries_of(engine)
    assert [found[f"g/{name}"].kind for name in ("note", "key", "pem")] == [Kind.NOTE, Kind.API_KEY, Kind.CREDENTIAL]
    assert found["g/pem"].fields[-1].type is FieldType.PEM


def test_groups_deeper_than_a_path_may_be_are_put_together(engine: Engine, tmp_path: Path) -> None:
    root = ForeignGroup("aa" * 16, "Root", created=0.0, changed=0.0)
    groups, parent = [], root
    for number in range(40):
        parent = ForeignGroup(f"{number:032x}", f"g{number}", parent, created=0.0, changed=0.0)
        groups.append(parent)
    content = ForeignDatabase("", root, groups, [ForeignEntry("bb" * 16, parent, state("deep"))])
    summary = finish(engine.formats.load(source(tmp_path, content), ImportOptions()))
    (path,) = entries_of(engine)
    assert path.count("/") == 32
    assert path.endswith("/deep")
    assert any("deeper" in line for line in summary.dropped)


# --- recycle bin, duplicates, options --------------------------------------------------------------------------------


def test_the_recycle_bin_becomes_the_trash_or_stays_away(engine: Engine, tmp_path: Path) -> None:
    given = source(tmp_path, database(("", state("kept")), ("Bin", state("thrown away"))))
    preview = finish(engine.formats.preview(given, ImportOptions(recycle_bin=False)))
    assert (preview.entries, preview.dropped) == (1, ["Entries of the recycle bin: 1"])
    finish(engine.formats.load(given, ImportOptions()))
    assert list(entries_of(engine)) == ["kept"]
    assert list(entries_of(engine, trash=True)) == ["thrown away"]
    assert [space.name for space in engine.secrets.overview().namespaces] == []


def test_history_can_stay_away(engine: Engine, tmp_path: Path) -> None:
    given = source(tmp_path, database(("", state("x")), history=(state("x", "old"),)))
    summary = finish(engine.formats.load(given, ImportOptions(history=False)))
    assert summary.versions == 0
    assert summary.dropped == ["Earlier versions: 1"]
    assert entries_of(engine)["x"].versions == 1


@pytest.mark.parametrize("how", list(Duplicates))
def test_duplicates_are_skipped_kept_or_replaced(engine: Engine, tmp_path: Path, how: Duplicates) -> None:
    finish(engine.formats.load(source(tmp_path, database(("g", state("same", "one")))), ImportOptions()))
    again = source(tmp_path, database(("g", state("same", "two")), ("g", state("fresh"))))
    preview = finish(engine.formats.preview(again, ImportOptions(duplicates=how)))
    assert [(row.title, row.duplicate) for row in preview.rows] == [("same", True), ("fresh", False)]
    assert preview.duplicates == 1
    summary = finish(engine.formats.load(again, ImportOptions(duplicates=how)))
    counts = (summary.added, summary.replaced, summary.skipped)
    entry = entries_of(engine)["g/same"]
    if how is Duplicates.SKIP:
        assert (counts, value_of(engine, entry, "password")) == ((1, 0, 1), "one")
    elif how is Duplicates.BOTH:
        assert counts == (2, 0, 0)
        assert engine.secrets.overview().total == 3
    else:
        assert (counts, value_of(engine, entry, "password"), entry.version) == ((1, 1, 0), "two", 2)
        assert value_of(engine, entry, "password", 1) == "one"
    finish(engine.formats.undo(summary.batch))
    assert list(entries_of(engine)) == ["g/same"]
    assert value_of(engine, entries_of(engine)["g/same"], "password") == "one"


def test_an_entry_that_moved_over_there_is_known_by_its_identifier(engine: Engine, tmp_path: Path) -> None:
    finish(engine.formats.load(source(tmp_path, database(("old place", state("title")))), ImportOptions()))
    moved = source(tmp_path, database(("new place", state("new title"))))
    assert finish(engine.formats.preview(moved, ImportOptions())).duplicates == 1


def test_two_equal_entries_of_one_file_both_arrive(engine: Engine, tmp_path: Path) -> None:
    summary = finish(
        engine.formats.load(source(tmp_path, database(("", state("x")), ("", state("x")))), ImportOptions())
    )
    assert (summary.added, summary.skipped) == (2, 0)


# --- undo, cancel, damage --------------------------------------------------------------------------------------------


def many(count: int) -> ForeignDatabase:
    return database(*[(f"group {number % 7}", state(f"entry {number}")) for number in range(count)])


def test_one_undo_takes_an_import_back_but_leaves_what_was_changed_since(engine: Engine, tmp_path: Path) -> None:
    summary = finish(engine.formats.load(source(tmp_path, many(30)), ImportOptions()))
    changed = entries_of(engine)["group 3/entry 3"]
    new = EntryInput(Kind.CREDENTIAL, "mine now", "group 3", [FieldInput("a", FieldType.TEXT, False, Secret.of("b"))])  # noqa: FBT003
    engine.secrets.update(changed.id, changed.version, new)
    assert finish(engine.formats.undo(summary.batch)) == 29
    assert list(entries_of(engine)) == ["group 3/mine now"]
    assert [space.name for space in engine.secrets.overview().namespaces] == ["group 3"]
    with pytest.raises(NotFoundError):
        finish(engine.formats.undo(summary.batch))


def test_the_sessions_undo_takes_an_import_back_too(engine: Engine, tmp_path: Path) -> None:
    finish(engine.formats.load(source(tmp_path, many(5)), ImportOptions()))
    engine.secrets.undo()
    assert entries_of(engine) == {}
    assert engine.secrets.overview().namespaces == []


def test_closing_the_job_takes_back_what_it_stored(engine: Engine, tmp_path: Path) -> None:
    job = engine.formats.load(source(tmp_path, many(1_500)), ImportOptions())
    while engine.secrets.overview().total == 0:
        next(job)
    job.close()
    assert entries_of(engine) == {}
    assert engine.secrets.overview().namespaces == []
    assert not finish(engine.vaults.check()).problems


def test_damage_behind_good_entries_takes_back_what_it_stored(engine: Engine, tmp_path: Path) -> None:
    given = source(tmp_path, many(5_000))
    path = Path(given.path)
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    with pytest.raises(FormatDamagedError):
        finish(engine.formats.load(given, ImportOptions()))
    assert engine.secrets.overview().total == 0
    assert engine.secrets.overview().namespaces == []


def test_an_import_that_was_killed_is_offered_back_at_opening(tmp_path: Path) -> None:
    engine = new_engine(tmp_path / "vault")
    job = engine.formats.load(source(tmp_path, many(1_500)), ImportOptions())
    while engine.secrets.overview().total == 0:
        next(job)
    engine.vault.store.close()  # as a kill would leave it: the batch is still running
    again = type(engine)(engine.prompter, "test", kdf_seconds=0)
    opened = again.vaults.unlock(str(tmp_path / "vault"), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    assert any("interrupted" in note for note in opened.notes)
    again.secrets.undo()
    assert again.secrets.overview().total == 0
    again.vaults.close()


def test_progress_is_told_and_grows(engine: Engine, tmp_path: Path) -> None:
    told = []
    job = engine.formats.load(source(tmp_path, many(2_500)), ImportOptions())
    try:
        while True:
            told.append(next(job))
    except StopIteration:
        pass
    done = [step.done for step in told if step.total]
    assert len(done) > 10
    assert done == sorted(done)
    assert any("entries" in step.what for step in told)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("vectors/vault-1password/1PasswordExport.1pux", FormatUnknownError),
        ("vectors/vault-kdbx-keepassxc/BrokenHeaderHash.kdbx", FormatDamagedError),
        ("vectors/vault-kdbx-keepassxc/Format400.kdbx", WrongSourceCredentialsError),
    ],
)
def test_what_cannot_be_imported_changes_nothing(engine: Engine, path: str, error: type[Exception]) -> None:
    for job in (engine.formats.preview, engine.formats.load):
        with pytest.raises(error):
            finish(job(Source(str(shared(path))), ImportOptions()))
    assert engine.secrets.overview().total == 0


def test_a_missing_file_and_a_folder_are_told_apart(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        finish(engine.formats.preview(Source(str(tmp_path / "absent")), ImportOptions()))
    with pytest.raises(FormatUnknownError, match="A folder"):
        finish(engine.formats.preview(Source(str(tmp_path)), ImportOptions()))


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_a_csv_file_is_previewed_mapped_and_imported(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "folder,name,login_uri,login_username,login_password,login_totp\nA/B,x,https://x,u,p," + SEED + "\n"
    )
    preview = finish(engine.formats.preview(Source(str(path)), ImportOptions()))
    assert preview.columns[1] == "name"
    assert preview.mapping == {0: "namespace", 1: "title", 2: "url", 3: "username", 4: "password", 5: "otp"}
    summary = finish(engine.formats.load(Source(str(path)), ImportOptions()))
    assert (summary.added, summary.namespaces) == (1, 2)
    entry = entries_of(engine)["A/B/x"]
    assert value_of(engine, entry, "password") == "p"
    assert len(engine.secrets.code(entry.id, "otp").code.text()) == 6


def test_a_csv_file_without_headings_waits_for_columns(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("mail.example,ann,secret\n")
    assert finish(engine.formats.preview(Source(str(path)), ImportOptions())).mapping == {}
    with pytest.raises(InvalidInputError, match="columns"):
        finish(engine.formats.load(Source(str(path)), ImportOptions()))
    columns = {0: "title", 1: "username", 2: "password"}
    finish(engine.formats.load(Source(str(path), columns=columns), ImportOptions()))
    assert value_of(engine, entries_of(engine)["mail.example"], "password") == "secret"


# --- export ----------------------------------------------------------------------------------------------------------


def exported(path: Path, password: str) -> ForeignDatabase:
    reader = KdbxReader(io.BytesIO(path.read_bytes()), path.name)
    reader.unlock([composite(password.encode(), None)])
    return read_database(reader)


def test_a_vault_exported_and_imported_is_the_same_vault(engine: Engine, tmp_path: Path) -> None:
    first = shared("vectors/vault-kdbx-pykeepass/test4.kdbx")
    key = str(shared("vectors/vault-kdbx-pykeepass/test4.key"))
    finish(engine.formats.load(Source(str(first), password=Secret.of("password"), key_file=key), ImportOptions()))
    out = tmp_path / "out.kdbx"
    summary = finish(engine.formats.save(str(out), SourceFormat.KDBX, Secret.of("export me")))
    assert (summary.entries, out.stat().st_mode & 0o777) == (15, 0o600)
    other = new_engine(tmp_path / "second")
    finish(other.formats.load(Source(str(out), password=Secret.of("export me")), ImportOptions()))
    ours, theirs = entries_of(engine), entries_of(other)
    assert sorted(ours) == sorted(theirs)
    for name, entry in ours.items():
        copy = theirs[name]
        assert (entry.uid, entry.tags, entry.kind, entry.expires, entry.versions) == (
            copy.uid,
            copy.tags,
            copy.kind,
            copy.expires,
            copy.versions,
        )
        assert [(each.name, each.type, each.protected) for each in entry.fields] == [
            (each.name, each.type, each.protected) for each in copy.fields
        ]
        for each in entry.fields:
            assert engine.secrets.reveal(entry.id, each.name, Use.READ) == other.secrets.reveal(
                copy.id, each.name, Use.READ
            )
    other.vaults.close()


def test_the_trash_is_exported_as_the_recycle_bin_and_marks_as_a_tag(engine: Engine, tmp_path: Path) -> None:
    fields = [FieldInput("password", FieldType.SECRET, True, Secret.of("p"))]  # noqa: FBT003 a field of the struct
    engine.secrets.create(EntryInput(Kind.CREDENTIAL, "star", "a/b", fields, favourite=True))
    gone = engine.secrets.create(EntryInput(Kind.SIGNING_KEY, "gone", "a", fields, scope=["agent:x"]))
    engine.secrets.trash([gone])
    out = tmp_path / "out.kdbx"
    summary = finish(engine.formats.save(str(out), SourceFormat.KDBX, Secret.of("pw")))
    found = exported(out, "pw")
    by_title = {entry.state.title: entry for entry in found.entries}
    assert by_title["star"].group.path() == ("a", "b")
    assert by_title["star"].state.tags == ["Favorite"]
    assert by_title["gone"].group.recycle_bin
    assert summary.dropped == [
        "Kinds (certificates, keys): they are plain entries there: 1",
        "Meanings (“meant for …”): 1",
    ]


def test_an_export_replaces_nothing_and_leaves_nothing_when_it_is_closed(engine: Engine, tmp_path: Path) -> None:
    finish(engine.formats.load(source(tmp_path, many(200)), ImportOptions()))
    folder = tmp_path / "out"
    folder.mkdir()
    job = engine.formats.save(str(folder / "x.kdbx"), SourceFormat.KDBX, Secret.of("pw"))
    next(job)
    job.close()
    assert list(folder.iterdir()) == []
    (folder / "x.csv").write_text("mine")
    with pytest.raises(InvalidInputError, match="already something"):
        finish(engine.formats.save(str(folder / "x.csv"), SourceFormat.CSV, None))
    assert (folder / "x.csv").read_text() == "mine"
    with pytest.raises(InvalidInputError, match="password"):
        finish(engine.formats.save(str(folder / "y.kdbx"), SourceFormat.KDBX, None))


def test_an_export_needs_the_owner(engine: Engine, tmp_path: Path) -> None:
    for answers, error in ((["guess"], WrongCredentialsError), ([], CancelledError)):
        engine.prompter = ScriptedPrompter(answers)
        with pytest.raises(error):
            finish(engine.formats.save(str(tmp_path / "x.csv"), SourceFormat.CSV, None))
    assert not (tmp_path / "x.csv").exists()


def test_a_csv_export_marks_formulas_and_comes_back(engine: Engine, tmp_path: Path) -> None:
    fields = [
        FieldInput("username", FieldType.TEXT, False, Secret.of("@ann")),  # noqa: FBT003 a field of the struct
        FieldInput("password", FieldType.SECRET, True, Secret.of("=1+1")),  # noqa: FBT003 a field of the struct
    ]
    engine.secrets.create(EntryInput(Kind.CREDENTIAL, "-title", "a/b%2Fc", fields, tags=["t"]))
    out = tmp_path / "out.csv"
    summary = finish(engine.formats.save(str(out), SourceFormat.CSV, None))
    assert any("formulas: 3" in line for line in summary.dropped)
    assert ",'-title,'@ann,'=1+1," in out.read_text()
    other = new_engine(tmp_path / "second")
    finish(other.formats.load(Source(str(out)), ImportOptions()))
    entry = entries_of(other)["a/b%2Fc/-title"]
    assert (value_of(other, entry, "password"), value_of(other, entry, "username")) == ("=1+1", "@ann")
    other.vaults.close()
