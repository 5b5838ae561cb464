"""CSV: what other programs write is understood, what means harm is refused, what kvault writes is safe to open."""

from __future__ import annotations

import csv
import io
import resource
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.errors import FormatDamagedError, FormatLimitError, KvaultError
from kvault_gui.engine.formats.csv_file.reader import MAX_COLUMNS, MAX_ROW, CsvReader
from kvault_gui.engine.formats.csv_file.values import guard, without_guard
from kvault_gui.engine.formats.csv_file.writer import CsvWriter
from kvault_gui.engine.formats.model import ForeignEntry, ForeignField, ForeignGroup, ForeignState, Role
from tests.shared import shared

HEADER = "Title,Username,Password,URL,Notes\r\n"


def opened(data: bytes | str, columns: dict[int, str] | None = None) -> tuple[CsvReader, list[ForeignEntry]]:
    raw = data.encode() if isinstance(data, str) else data
    reader = CsvReader(io.BytesIO(raw), columns)
    return reader, list(reader.items())


def plain(entry: ForeignEntry) -> dict[str, str]:
    found = {field.name: field.value.decode() for field in entry.state.fields}
    return {"title": entry.state.title, "path": "/".join(entry.group.path()), **found}


# --- what other programs write ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("keepassx2.csv", {"title": "dpbx@klivak.xb", "path": "Emails", "username": "dpbx"}),
        ("keepass.csv", {"title": "mastodon.social", "username": "ostqxi", "url": "https://mastodon.social/"}),
        ("bitwarden.csv", {"title": "aib", "path": "Bank", "url": "https://onlinebanking.aib.ie"}),
        ("chrome.csv", {"title": "mastodon.social", "username": "ostqxi", "url": "https://mastodon.social/"}),
        ("firefox.csv", {"title": "mastodon.social", "username": "ostqxi", "url": "mastodon.social"}),
        ("lastpass.csv", {"title": "mastodon.social", "path": "Social", "username": "ostqxi"}),
        ("1password8.csv", {"title": "dpbx@afoqwdr.tx", "username": "dpbx", "url": "https://afoqwdr.tx"}),
        ("nordpass.csv", {"title": "CornerCases"}),
    ],
)
def test_columns_of_other_programs_are_proposed(name: str, first: dict[str, str]) -> None:
    reader, entries = opened(shared(f"vectors/export-pass-import/{name}").read_bytes())
    assert reader.has_header
    assert first.items() <= plain(entries[0]).items()
    with_password = [entry for entry in entries if "password" in plain(entry)]
    assert all(field.protected for entry in with_password for field in entry.state.fields if field.name == "password")
    assert with_password or name == "nordpass.csv"


def test_bitwardens_column_of_hidden_fields_is_protected() -> None:
    _, entries = opened(shared("vectors/export-pass-import/bitwarden.csv").read_bytes())
    held = [field for entry in entries for field in entry.state.fields if field.name == "fields"]
    assert held
    assert all(field.protected for field in held)


def test_every_row_of_a_published_file_comes_through_exactly() -> None:
    path = shared("vectors/export-pass-import/keepassx2.csv")
    _, entries = opened(path.read_bytes())
    with path.open(newline="") as file:
        expected = [row for row in csv.DictReader(file) if any(row.values())]
    assert len(entries) == len(expected)
    for entry, row in zip(entries, expected, strict=True):
        found = plain(entry)
        for ours, theirs in (("username", "Username"), ("password", "Password"), ("url", "URL"), ("notes", "Notes")):
            assert found.get(ours, "") == row[theirs]
        assert found["title"] == row["Title"] or not row["Title"]


def test_a_file_without_known_headings_loses_no_row() -> None:
    reader, entries = opened("one,two\r\nthree,four\r\n")
    assert not reader.has_header
    assert reader.mapping == {}
    assert len(entries) == 2


def test_a_person_says_what_columns_hold() -> None:
    _, entries = opened("a,b,c\r\n", {0: "title", 1: "password", 2: ""})
    assert plain(entries[0]) == {"title": "a", "path": "", "password": "b"}


def test_unknown_headings_become_fields_and_dropped_columns_are_said() -> None:
    reader, entries = opened("name,password,PIN,icon\r\nx,y,1234,7\r\n")
    assert plain(entries[0])["PIN"] == "1234"
    assert next(field for field in entries[0].state.fields if field.name == "PIN").protected
    assert reader.dropped.words() == ["Column “icon”: 1"]


def test_firefox_times_are_milliseconds() -> None:
    _, entries = opened("url,username,password,timeCreated\r\nhttps://a.example,u,p,1600000000000\r\n")
    assert entries[0].state.created == 1_600_000_000.0


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_found(encoding: str, words: str) -> None:
    reader, entries = opened((HEADER + "Zoë “x”,müller,pä,,\r\n").encode(encoding))
    assert plain(entries[0]) == {"title": "Zoë “x”", "path": "", "username": "müller", "password": "pä"}
    assert words in reader.words()
    assert bool(reader.notes) == (encoding == "cp1252")


def test_bytes_of_no_western_encoding_are_read_as_latin_1_and_said() -> None:
    reader, entries = opened(HEADER.encode() + b"a\x81,b,c,,\r\n")
    assert entries[0].state.title == "a\x81"
    assert reader.notes


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends_are_found(mark: str, end: str) -> None:
    text = end.join([mark.join(["Title", "Username", "Password"]), mark.join(["a", '"x, y; z"', "c"]), ""])
    _, entries = opened(text)
    assert plain(entries[0]) == {"title": "a", "path": "", "username": "x, y; z", "password": "c"}


def test_the_delimiter_line_of_a_spreadsheet_is_understood() -> None:
    _, entries = opened("sep=;\r\nTitle;Password\r\na,b;c\r\n")
    assert plain(entries[0]) == {"title": "a,b", "path": "", "password": "c"}


def test_quotes_lines_and_commas_inside_cells_are_content() -> None:
    _, entries = opened(HEADER + '"a ""b"", c",u,"p\r\nq",,"line\nline"\r\n')
    assert plain(entries[0]) == {
        "title": 'a "b", c',
        "path": "",
        "username": "u",
        "password": "p\r\nq",
        "notes": "line\nline",
    }


# --- what means harm -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (HEADER.encode() + b'"open', FormatDamagedError, "quotation mark"),
        (HEADER.encode() + b'"a"b,c\r\n', FormatDamagedError, "quotation mark"),
        (HEADER.encode() + b"a\0b,c\r\n", FormatDamagedError, "NUL"),
        (HEADER.encode("utf-16-le"), FormatDamagedError, "NUL"),
        (b"\xff\xfe" + b"a\0b", FormatDamagedError, "UTF-16"),
        (b"Title,Password" + b",x" * MAX_COLUMNS + b"\r\n", FormatLimitError, "columns"),
        (b"," * (MAX_ROW + 10), FormatLimitError, "row is longer"),
        (HEADER.encode() + b'"' + b"x\n" * (MAX_ROW // 2) + b'"\r\n', FormatLimitError, "row is longer"),
        (HEADER.encode() + b"x" * (MAX_ROW + 10), FormatLimitError, "row is longer"),
    ],
    ids=[
        "open quote",
        "text after quote",
        "NUL",
        "UTF-16 unmarked",
        "half UTF-16",
        "columns",
        "commas",
        "cell",
        "line",
    ],
)
def test_a_file_that_means_harm_is_refused(data: bytes, error: type[KvaultError], reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(error) as caught:
        opened(data)
    assert type(caught.value) is error
    assert reason in str(caught.value)
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1 << 20


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_an_error_of_ours(data: bytes) -> None:
    try:
        opened(data)
    except KvaultError as error:
        assert error.fields["reason"]  # noqa: PT017 which error it is does not matter here


# --- what kvault writes ----------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1"])
def test_a_formula_gets_a_mark_before_it(cell: str) -> None:
    assert guard(cell) == "'" + cell


@given(TEXT)
def test_the_mark_comes_off_again(cell: str) -> None:
    assert without_guard(guard(cell)) == cell
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(TEXT.filter(str.strip), TEXT, TEXT, TEXT, TEXT, st.lists(NAMES, max_size=2), st.booleans()),
        max_size=5,
    )
)
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str, str, str, list[str], bool]]) -> None:
    out = io.BytesIO()
    writer = CsvWriter(out)
    for title, user, password, url, notes, path, favourite in rows:
        group = ForeignGroup()
        for name in path:
            group = ForeignGroup(name=name, parent=group)
        fields = [
            ForeignField("UserName", user.encode(), role=Role.USERNAME),
            ForeignField("Password", password.encode(), protected=True, role=Role.PASSWORD),
            ForeignField("URL", url.encode(), role=Role.URL),
            ForeignField("Notes", notes.encode(), role=Role.NOTES),
        ]
        state = ForeignState(title, fields=fields, created=1.0, changed=2.0, expires=3.0)
        writer.entry(ForeignEntry("", group, state, favourite=favourite, kind="credential"))
    reader, entries = opened(out.getvalue())
    assert reader.has_header
    assert len(entries) == len(rows)
    for entry, (title, user, password, url, notes, path, favourite) in zip(entries, rows, strict=True):
        found = plain(entry)
        assert (found["title"], entry.group.path(), entry.favourite) == (title, tuple(path), favourite)
        written = {"username": user, "password": password, "url": url, "notes": notes}
        assert {name: found.get(name, "") for name in written} == written
        assert (entry.state.created, entry.state.changed, entry.state.expires) == (1.0, 2.0, 3.0)


def test_what_a_row_cannot_hold_is_said() -> None:
    out = io.BytesIO()
    writer = CsvWriter(out)
    state = ForeignState("=x", fields=[ForeignField("custom", b"1")])
    writer.entry(ForeignEntry("", ForeignGroup(), state, [state]))
    assert writer.dropped.words() == [
        "Cells begin with “'” now, because a spreadsheet would take them for formulas: 1",
        "Custom fields: 1",
        "Earlier versions: 1",
    ]
    assert out.getvalue().splitlines()[1].startswith(b",'=x,")
