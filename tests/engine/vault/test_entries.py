"""Entries through the facade."""

from __future__ import annotations

import pytest

from kvault_gui.engine.api import (
    MAX_FIELDS,
    MAX_TITLE,
    MAX_VALUE,
    EntryInput,
    Field,
    FieldInput,
    FieldType,
    Kind,
    Secret,
    Use,
    View,
)
from kvault_gui.engine.errors import (
    AmbiguousNameError,
    ConflictError,
    EntryNotFoundError,
    FieldNotFoundError,
    InvalidInputError,
    NothingToUndoError,
    VersionNotFoundError,
)
from tests.engine.vault.kit import START, Desk, field, login, password


def revealed(desk: Desk, entry: int, name: str = "password", version: int | None = None) -> str:
    return desk.engine.secrets.reveal(entry, name, Use.SHOW, version).text()


def test_what_was_stored_comes_back_after_a_lock(desk: Desk) -> None:
    given = login(
        namespace="work/infra", tags=["git", "ci"], scope=["module:deploy"], favourite=True, expires=START + 5
    )
    entry = desk.engine.secrets.create(given)
    again = desk.again()
    found = again.engine.secrets.get(entry)
    assert (found.title, found.path, found.tags, found.scope) == (
        "GitHub",
        "work/infra",
        ["git", "ci"],
        ["module:deploy"],
    )
    assert (found.favourite, found.expires, found.created, found.changed) == (True, START + 5, START, START)
    assert (found.version, found.versions, found.trashed, len(found.uid)) == (1, 1, False, 32)
    assert found.fields == [
        Field("username", FieldType.TEXT, protected=False, value="octocat", size=7),
        Field("password", FieldType.SECRET, protected=True, value=None, size=7),
    ]
    assert revealed(again, entry) == "hunter2"
    again.engine.vaults.close()


def test_protected_values_never_leave_by_get_and_notes_are_shown(desk: Desk) -> None:
    given = login()
    given.fields += [
        field("notes", "several\nlines", FieldType.LONG),
        field("pin", "1234", FieldType.TEXT, protected=True),
        field("seed", "JBSWY3DPEHPK3PXP", FieldType.OTP),
        field("certificate", "-----BEGIN CERTIFICATE-----", FieldType.PEM),
        field("scan.pdf", b"%PDF", FieldType.FILE),
    ]
    entry = desk.engine.secrets.create(given)
    shown = {found.name: found.value for found in desk.engine.secrets.get(entry).fields}
    assert shown["notes"] == "several\nlines"
    assert shown["certificate"] == "-----BEGIN CERTIFICATE-----"
    assert [shown[name] for name in ("password", "pin", "seed", "scan.pdf")] == [None] * 4
    assert desk.engine.secrets.get(entry).fields[4].protected  # a seed is, whatever the input said


def test_opened_notes_are_recorded_once_a_session_and_version(desk: Desk) -> None:
    given = login()
    given.fields.append(field("notes", "several\nlines", FieldType.LONG))
    entry = desk.engine.secrets.create(given)
    for _ in range(3):
        desk.engine.secrets.get(entry)
    assert desk.actions().count("secret.viewed") == 1
    desk.engine.secrets.update(entry, 1, login("other", secret=None))
    desk.engine.secrets.get(entry)
    assert desk.actions().count("secret.viewed") == 1  # the notes are gone, nothing is opened


def test_each_reveal_is_recorded_with_its_use(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    for use in (Use.SHOW, Use.COPY, Use.EDIT, Use.READ):
        desk.engine.secrets.reveal(entry, "password", use)
    assert desk.actions()[-4:] == ["secret.revealed", "secret.copied", "secret.edited", "secret.read"]
    last = desk.engine.vault.log.read(desk.engine.vault.store.record_number, 1)[0]
    assert (last.who, last.object, last.where) == ("owner", "GitHub", "test")
    assert last.details == {"field": "password", "version": 1}


def test_updating_makes_a_version_and_carries_on_what_is_not_given(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    desk.clock.now += 10
    assert desk.engine.secrets.update(entry, 1, login("GitLab", secret=None)) == 2
    assert revealed(desk, entry) == "hunter2"
    assert desk.engine.secrets.update(entry, 2, login("GitLab", secret="new")) == 3
    assert [revealed(desk, entry, version=number) for number in (1, 2, 3)] == ["hunter2", "hunter2", "new"]
    listed = desk.engine.secrets.versions(entry)
    assert [(each.number, each.changed, each.current) for each in listed] == [
        (3, ["password"], True),
        (2, ["title"], False),
        (1, ["username", "password"], False),
    ]
    assert [each.time for each in listed] == [START + 10, START + 10, START]
    assert [each.who for each in listed] == ["owner"] * 3


def test_an_unchanged_note_is_no_change(desk: Desk) -> None:
    given = login()
    given.fields.append(field("notes", "several\nlines", FieldType.LONG))
    entry = desk.engine.secrets.create(given)
    again = login(secret=None)
    again.fields.append(field("notes", "several\nlines", FieldType.LONG))
    desk.engine.secrets.update(entry, 1, again)
    assert desk.engine.secrets.versions(entry)[0].changed == []


def test_an_edit_of_an_old_version_is_a_conflict_and_stores_nothing(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    desk.engine.secrets.update(entry, 1, login("second"))
    with pytest.raises(ConflictError):
        desk.engine.secrets.update(entry, 1, login("third"))
    assert desk.engine.secrets.get(entry).title == "second"


def test_reverting_makes_a_new_version_with_the_old_values(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login(tags=["old"]))
    desk.engine.secrets.update(entry, 1, login("changed", secret="new", tags=["new"]))
    assert desk.engine.secrets.revert(entry, 1) == 3
    found = desk.engine.secrets.get(entry)
    assert (found.title, found.tags, revealed(desk, entry)) == ("GitHub", ["old"], "hunter2")
    assert [tag.name for tag in desk.engine.secrets.overview().tags] == ["old"]
    with pytest.raises(VersionNotFoundError):
        desk.engine.secrets.revert(entry, 9)


def test_a_field_can_be_protected_and_opened_up_again(desk: Desk) -> None:
    entry = desk.engine.secrets.create(EntryInput(Kind.CREDENTIAL, "x", "", [field("pin", "1234")]))
    desk.engine.secrets.update(entry, 1, EntryInput(Kind.CREDENTIAL, "x", "", [field("pin", None, protected=True)]))
    assert desk.engine.secrets.get(entry).fields[0].value is None
    assert revealed(desk, entry, "pin") == "1234"
    desk.engine.secrets.update(entry, 2, EntryInput(Kind.CREDENTIAL, "x", "", [field("pin", None)]))
    assert desk.engine.secrets.get(entry).fields[0].value == "1234"


@pytest.mark.parametrize("size", [0, 1, 4096, 4097, 1 << 20, (1 << 20) + 1, (2 << 20) + 17])
def test_files_of_every_size_come_back(desk: Desk, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    given = EntryInput(Kind.NOTE, "file", "", [field("data", data[:size], FieldType.FILE)])
    entry = desk.engine.secrets.create(given)
    assert bytes(desk.engine.secrets.reveal(entry, "data", Use.SHOW).value) == data[:size]
    assert desk.engine.secrets.page(View(), None)[0].files
    desk.engine.secrets.update(entry, 1, EntryInput(Kind.NOTE, "f2", "", [field("data", None, FieldType.FILE)]))
    assert bytes(desk.engine.secrets.reveal(entry, "data", Use.SHOW).value) == data[:size]


def _many(count: int) -> EntryInput:
    return EntryInput(Kind.NOTE, "x", "", [field(f"f{number}", "v") for number in range(count)])


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (login(""), "The title"),
        (login("   "), "The title"),
        (login("x" * (MAX_TITLE + 1)), "The title"),
        (login("a\nb"), "The title"),
        (login("a\x00b"), "The title"),
        (login("a\u2028b"), "The title"),
        (login("a\ud800b"), "The title"),
        (login(namespace="a//b"), "The name of the namespace"),
        (login(namespace="/".join("x" * 33)), "namespace"),
        (login(tags=["ok", "with\tcontrol"]), "A tag"),
        (login(tags=[f"t{number}" for number in range(101)]), "tags"),
        (login(scope=["everybody"]), "scope"),
        (login(scope=["agent:"]), "scope"),
        (login(expires=float("nan")), "expires"),
        (login(expires=-1.0), "expires"),
        (login(expires=1e300), "expires"),
        (_many(MAX_FIELDS + 1), "fields"),
        (EntryInput(Kind.NOTE, "x", "", [field("a", "1"), field("a", "2")]), "a"),
        (EntryInput(Kind.NOTE, "x", "", [field("", "1")]), "The name of a field"),
        (EntryInput(Kind.NOTE, "x", "", [field("big", b"x" * (MAX_VALUE + 1))]), "big"),
        (EntryInput(Kind.NOTE, "x", "", [field("raw", b"\xff")]), "raw"),
        (EntryInput(Kind.NOTE, "x", "", [field("day", "31.12.2026", FieldType.DATE)]), "day"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(desk: Desk, given: EntryInput, part: str) -> None:
    before = desk.actions()
    with pytest.raises(InvalidInputError) as caught:
        desk.engine.secrets.create(given)
    assert caught.value.fields["field"] == part
    assert desk.engine.secrets.overview().total == 0
    assert desk.engine.secrets.overview().namespaces == []
    assert desk.actions() == before


def test_a_refused_value_is_not_quoted(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as caught:
        desk.engine.secrets.create(EntryInput(Kind.NOTE, "x", "", [field("raw", b"hunter2\xff", protected=True)]))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "title",
    [
        "<img src=file:///etc/passwd>",
        "\u202egnp.exe",
        "zero\u200bwidth",
        "👩\u200d👩\u200d👧",
        "a/b%2Fc",
        "100%25#7",
        "'; drop table entry; --",
        "x" * MAX_TITLE,
    ],
)
def test_odd_titles_are_data(desk: Desk, title: str) -> None:
    entry = desk.engine.secrets.create(login(title, "a/b"))
    assert desk.engine.secrets.get(entry).title == title
    ref = title.replace("%2F", "%252F").replace("%25#", "%2525#").replace("/", "%2F")
    assert desk.engine.secrets.find(f"a/b/{ref}") == entry


def test_api_keys_get_a_namespace_and_a_key_for_each_service(desk: Desk) -> None:
    def api_key(service: str | None) -> EntryInput:
        fields = [field("key", "k", FieldType.SECRET)]
        return EntryInput(Kind.API_KEY, "deploy", "", fields + ([field("service", service)] if service else []))

    paths = [
        desk.engine.secrets.get(desk.engine.secrets.create(api_key(name))).path for name in ("aws", "aws", "a/b", None)
    ]
    assert paths == ["services/aws", "services/aws", "services/a%2Fb", "services/deploy"]
    entry = desk.engine.secrets.create(api_key("aws"))
    changed = api_key(None)
    changed.title = "renamed"
    desk.engine.secrets.update(entry, 1, changed)
    assert desk.engine.secrets.get(entry).path == "services/aws"
    placed = api_key("aws")
    placed.namespace = "work"
    assert desk.engine.secrets.get(desk.engine.secrets.create(placed)).path == "work"


# --- finding by reference --------------------------------------------------------------------------------------------


def test_references_name_one_entry(desk: Desk) -> None:
    secrets = desk.engine.secrets
    top, work = secrets.create(login("mail")), secrets.create(login("mail", "work"))
    assert (secrets.find("mail"), secrets.find("work/mail")) == (top, work)
    twin = secrets.create(login("mail", "work"))
    with pytest.raises(AmbiguousNameError) as caught:
        secrets.find("work/mail")
    assert caught.value.fields["count"] == 2
    assert secrets.find(f"work/mail#{twin}") == twin
    for missing in ("work/other", "nowhere/mail", f"mail#{twin}", "Mail", "", "/"):
        with pytest.raises(EntryNotFoundError):
            secrets.find(missing)


def test_a_title_that_ends_like_an_id_is_found_by_itself(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login("ticket #12"))
    assert desk.engine.secrets.find("ticket #12") == entry
    assert desk.engine.secrets.find(f"ticket #12#{entry}") == entry


def test_what_is_in_the_trash_is_found_only_to_restore_it(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login("mail"))
    desk.engine.secrets.trash([entry])
    with pytest.raises(EntryNotFoundError):
        desk.engine.secrets.find("mail")
    assert desk.engine.secrets.find("mail", trashed=True) == entry


def test_composed_and_decomposed_references_are_the_same(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login("Caf\u00e9"))
    assert desk.engine.secrets.find("Cafe\u0301") == entry


# --- trash, deletion, undo -------------------------------------------------------------------------------------------


def test_deletion_for_ever_is_only_from_the_trash_and_leaves_nothing(desk: Desk) -> None:
    given = login(tags=["t"])
    given.fields.append(field("file", b"x" * 10_000, FieldType.FILE))
    entry = desk.engine.secrets.create(given)
    desk.engine.secrets.update(entry, 1, login("second", tags=["t"]))
    with pytest.raises(InvalidInputError):
        desk.engine.secrets.delete([entry])
    desk.engine.secrets.trash([entry])
    desk.engine.secrets.delete([entry])
    with pytest.raises(EntryNotFoundError):
        desk.engine.secrets.get(entry)
    store = desk.engine.vault.store
    for table in ("entry", "version", "blob", "chunk", "entry_tag", "search_docsize"):
        assert store.read(f"select count(*) from {table}") == [(0,)], table  # noqa: S608
    overview = desk.engine.secrets.overview()
    assert (overview.total, overview.trashed, overview.tags) == (0, 0, [])


def test_undo_takes_back_step_by_step(desk: Desk) -> None:
    secrets = desk.engine.secrets
    entry = secrets.create(login())
    secrets.update(entry, 1, login("second", "work", secret="new", favourite=True))
    secrets.favourite(entry, on=False)
    secrets.move([entry], "home")
    secrets.trash([entry])
    acts = []
    states = []
    for _ in range(5):
        undone = secrets.undo()
        acts.append(undone.act)
        found = secrets.get(entry)
        states.append((found.title, found.path, found.favourite, found.trashed))
    assert acts == ["secret.trashed", "secret.moved", "secret.marked", "secret.changed", "secret.created"]
    assert states == [
        ("second", "home", False, False),
        ("second", "work", False, False),
        ("second", "work", True, False),
        ("GitHub", "", False, False),
        ("GitHub", "", False, True),
    ]
    assert revealed(desk, entry) == "hunter2"
    with pytest.raises(NothingToUndoError):
        secrets.undo()


def test_undo_goes_on_past_what_an_undo_put_back(desk: Desk) -> None:
    secrets = desk.engine.secrets
    entry = secrets.create(login("one"))
    secrets.update(entry, 1, login("two"))
    secrets.revert(entry, 1)
    acts = [secrets.undo().act for _ in range(3)]
    assert acts == ["secret.reverted", "secret.changed", "secret.created"]
    assert [version.number for version in secrets.versions(entry)] == [5, 4, 3, 2, 1]
    assert secrets.get(entry).title == "one"


def test_undo_skips_what_was_deleted_for_ever(desk: Desk) -> None:
    secrets = desk.engine.secrets
    first, second = secrets.create(login("first")), secrets.create(login("second"))
    secrets.trash([second])
    secrets.delete([second])
    undone = secrets.undo()
    assert (undone.act, undone.title) == ("secret.created", "first")
    assert secrets.get(first).trashed


def test_many_entries_go_at_once_with_one_record(desk: Desk) -> None:
    secrets = desk.engine.secrets
    ids = [secrets.create(login(f"e{number}")) for number in range(5)]
    secrets.trash([ids[0]])
    before = len(desk.actions())
    secrets.trash([*ids, ids[1]])
    assert len(desk.actions()) == before + 1
    assert secrets.undo().count == 4  # the first was in the trash before
    assert secrets.overview().trashed == 1
    with pytest.raises(EntryNotFoundError):
        secrets.trash([ids[1], 999])
    assert not secrets.get(ids[1]).trashed


def test_missing_fields_are_named(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    with pytest.raises(FieldNotFoundError) as caught:
        desk.engine.secrets.reveal(entry, "pin", Use.SHOW)
    assert caught.value.fields == {"entry": "GitHub", "name": "pin"}


def test_ids_are_not_given_again(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    desk.engine.secrets.trash([entry])
    desk.engine.secrets.delete([entry])
    assert desk.engine.secrets.create(login()) != entry


def test_an_empty_value_is_stored_as_one(desk: Desk) -> None:
    entry = desk.engine.secrets.create(EntryInput(Kind.CREDENTIAL, "x", "", [password(""), password_none()]))
    assert revealed(desk, entry) == ""
    assert revealed(desk, entry, "later") == ""


def password_none() -> FieldInput:
    made = password(None)
    made.name = "later"
    return made


def test_secrets_have_a_mute_repr(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    assert "hunter2" not in repr(desk.engine.secrets.reveal(entry, "password", Use.SHOW))
    assert "hunter2" not in repr(login())
    assert repr(Secret.of("x")) == "Secret(…)"
