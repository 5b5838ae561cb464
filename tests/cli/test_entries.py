"""ls, get, read, put, rm, restore, as scripts use them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Credential, EntryInput, FieldInput, FieldType, Kind, Method, Secret
from kvault_gui.engine.facade import Engine
from tests.cli.command import GITHUB, PASSWORD, Kvault
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine(kvault: Kvault) -> Iterator[Engine]:
    """The same vault in this process; closed before the command runs."""
    opened = Engine(ScriptedPrompter(), "tests", kdf_seconds=0)
    opened.vaults.unlock(str(kvault.vault), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    yield opened
    opened.vaults.close()


def test_ls_prints_a_reference_a_line_and_json_prints_refs_with_titles_and_types(kvault: Kvault) -> None:
    assert kvault.ok("ls").text == "a%2Fb\nwork/github\toctocat\n"
    rows = kvault.ok("ls", "--json").json
    assert [(row["ref"], row["title"], row["type"], row["namespace"]) for row in rows] == [
        ("a%2Fb", "a/b", "note", ""),
        ("work/github", "github", "credential", "work"),
    ]
    assert set(rows[0]) == {
        *("ref", "id", "title", "namespace", "type", "detail", "changed", "expires", "favourite", "trashed")
    }


@pytest.mark.parametrize(
    ("words", "refs"),
    [
        (["work"], ["work/github"]),
        (["work/"], ["work/github"]),
        (["work/github"], ["work/github"]),
        (["a%2Fb"], []),
        (["git"], ["work/github"]),
        (["octo"], ["work/github"]),
        (["nothing"], []),
        (["--tag", "dev"], ["work/github"]),
        (["--type", "note"], ["a%2Fb"]),
        (["--trash"], []),
        (["--limit", "1"], ["a%2Fb"]),
    ],
)
def test_ls_takes_a_namespace_a_reference_or_a_search(kvault: Kvault, words: list[str], refs: list[str]) -> None:
    assert [row["ref"] for row in kvault.ok("ls", "--json", *words).json] == refs


def test_get_hides_protected_values_until_revealed(kvault: Kvault) -> None:
    hidden = kvault.ok("get", "work/github", "--json")
    assert GITHUB not in hidden.text
    fields = {field["name"]: field for field in hidden.json["fields"]}
    assert fields["username"] == {
        "name": "username",
        "type": "text",
        "protected": False,
        "value": "octocat",
        "size": 7,
    }
    assert fields["password"]["protected"] is True
    assert fields["password"]["value"] is None
    assert {key: hidden.json[key] for key in ("ref", "title", "type", "tags", "version")} == {
        "ref": "work/github",
        "title": "github",
        "type": "credential",
        "tags": ["dev"],
        "version": 1,
    }
    shown = kvault.ok("get", "work/github", "--json", "--reveal")
    assert {field["name"]: field["value"] for field in shown.json["fields"]}["password"] == GITHUB
    assert GITHUB not in kvault.ok("get", "work/github").text
    assert GITHUB in kvault.ok("get", "work/github", "--reveal").text


def test_read_prints_the_bare_value(kvault: Kvault) -> None:
    assert kvault.ok("read", "kv://work/github/password").out == GITHUB.encode()
    assert kvault.ok("read", "kv://work/github/password", "--json").json == {
        "ref": "work/github",
        "field": "password",
        "value": GITHUB,
    }


def test_put_creates_changes_and_keeps_what_is_not_named(kvault: Kvault) -> None:
    made = kvault.ok(
        *("put", "home/router", "--json", "--tag", "a", "--tag", "b", "--expires", "2030-01-02T00:00+00:00"),
        *("--field", "username=admin", "--field", "url=https://r.example", "--field", "password=-"),
        given="s3cret ü\n".encode(),
    ).json
    assert made["created"] is True
    assert made["ref"] == "home/router"
    changed = kvault.ok(
        *("put", "home/router", "--json", "--untag", "a", "--field", "username=root", "--remove-field", "url"),
        *("--expires", "never"),
    ).json
    assert (changed["created"], changed["id"], changed["version"]) == (False, made["id"], 2)
    entry = kvault.ok("get", "home/router", "--json", "--reveal").json
    assert {field["name"]: field["value"] for field in entry["fields"]} == {"username": "root", "password": "s3cret ü"}
    assert entry["tags"] == ["b"]
    assert entry["expires"] is None


def test_one_line_end_is_taken_off_standard_input_and_the_rest_is_kept(kvault: Kvault) -> None:
    kvault.ok("put", "x", "--field", "password=-", given=b" a \n\r\n")
    assert kvault.ok("read", "kv://x/password").out == b" a \n"


def test_a_field_of_ones_own_is_protected_when_it_came_from_standard_input(kvault: Kvault) -> None:
    kvault.ok("put", "x", "--field", "colour=blue", "--field", "door code=-", given=b"4711")
    fields = {field["name"]: field for field in kvault.ok("get", "x", "--json").json["fields"]}
    assert (fields["colour"]["protected"], fields["colour"]["value"]) == (False, "blue")
    assert (fields["door code"]["protected"], fields["door code"]["value"]) == (True, None)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--field", "password=topsecret"], "password"),
        (["--field", "Token=topsecret"], "Token"),
        (["--field", "colour=topsecret", "--protect", "colour"], "colour"),
        (["--type", "api-key", "--field", "key=topsecret"], "key"),
        (["--field", "x=topsecret", "--field-type", "x=secret"], "x"),
    ],
)
def test_a_protected_value_on_the_command_line_is_refused_and_not_repeated(
    kvault: Kvault, words: list[str], name: str
) -> None:
    done = kvault.run("put", "work/new", *words)
    assert done.code == 2
    assert f"--field {name}=-" in done.err
    assert "topsecret" not in done.err + done.text
    assert kvault.run("get", "work/new").code == 3


def test_a_field_that_is_protected_in_the_vault_is_refused_on_the_command_line(kvault: Kvault) -> None:
    kvault.ok("put", "x", "--field", "door code=-", given=b"4711")
    done = kvault.run("put", "x", "--field", "door code=topsecret")
    assert done.code == 2
    assert "topsecret" not in done.err
    assert kvault.ok("read", "kv://x/door code").out == b"4711"


def test_only_one_value_comes_from_standard_input(kvault: Kvault) -> None:
    assert kvault.run("put", "x", "--field", "password=-", "--field", "otp=-").code == 2
    done = kvault.bare("put", "x", "--field", "password=-", "--password-fd", "0", given=PASSWORD.encode())
    assert done.code == 2
    assert "Standard input" in done.err


def test_rm_moves_to_the_trash_and_restore_brings_back(kvault: Kvault) -> None:
    kvault.ok("rm", "work/github", "a%2Fb")
    assert kvault.ok("ls", "--json").out == b"[]\n"
    assert [row["ref"] for row in kvault.ok("ls", "--trash", "--json").json] == ["a%2Fb", "work/github"]
    assert kvault.run("get", "work/github").code == 3
    kvault.ok("restore", "work/github")
    assert kvault.ok("ls").text == "work/github\toctocat\n"


def test_deleting_for_ever_wants_the_trash_first_and_a_yes(kvault: Kvault) -> None:
    assert kvault.run("rm", "--forever", "--yes", "work/github").code == 3
    kvault.ok("rm", "work/github")
    assert kvault.run("rm", "--forever", "work/github").code == 2
    done = kvault.ok("rm", "--forever", "--yes", "--json", "work/github").json
    assert done["deleted"][0]["ref"] == "work/github"
    assert kvault.run("restore", "work/github").code == 3


def test_two_entries_of_one_name_are_told_apart_by_their_ids(kvault: Kvault, engine: Engine) -> None:
    second = engine.secrets.create(EntryInput(Kind.CREDENTIAL, "github", "work", []))
    engine.vaults.close()
    rows = kvault.ok("ls", "work", "--json").json
    assert [row["ref"] for row in rows] == [f"work/github#{row['id']}" for row in rows]
    ambiguous = kvault.run("get", "work/github", "--json")
    assert ambiguous.code == 3
    assert ambiguous.error["error"] == "ambiguous-name"
    assert kvault.ok("get", f"work/github#{second}", "--json").json["id"] == second
    kvault.ok("put", f"work/github#{second}", "--field", "username=two")
    assert kvault.ok("get", f"work/github#{second}", "--json").json["title"] == "github"


def test_a_long_list_comes_whole_and_in_order(kvault: Kvault, engine: Engine) -> None:
    for number in range(600):
        engine.secrets.create(EntryInput(Kind.NOTE, f"note {number:04}", "many", []))
    engine.vaults.close()
    titles = [row["title"] for row in kvault.ok("ls", "many", "--json").json]
    assert titles == [f"note {number:04}" for number in range(600)]


def test_titles_cannot_drive_a_terminal_and_json_has_them_as_they_are(kvault: Kvault, engine: Engine) -> None:
    title = "bank\u202etxt.exe \u200bname"
    engine.secrets.create(
        EntryInput(
            Kind.CREDENTIAL,
            title,
            "",
            [FieldInput("notes", FieldType.LONG, protected=False, value=Secret.of("a\x1b]0;gotcha\x07\nb"))],
        )
    )
    engine.vaults.close()
    assert "bank\\u202etxt.exe \\u200bname" in kvault.ok("ls").text
    assert title in [row["title"] for row in kvault.ok("ls", "--json").json]
    shown = kvault.ok("get", title).text
    assert "\x1b" not in shown
    assert "a\\x1b]0;gotcha\\x07" in shown
    assert kvault.ok("read", f"kv://{title}/notes").out == b"a\x1b]0;gotcha\x07\nb"


def test_a_file_comes_out_as_its_bytes(kvault: Kvault, engine: Engine) -> None:
    content = bytes(range(256))
    engine.secrets.create(
        EntryInput(
            Kind.NOTE,
            "papers",
            "",
            [FieldInput("scan.png", FieldType.FILE, protected=True, value=Secret(bytearray(content)))],
        )
    )
    engine.vaults.close()
    assert kvault.ok("read", "kv://papers/scan.png").out == content
    (field,) = kvault.ok("get", "papers", "--reveal", "--json").json["fields"]
    assert base64.b64decode(field["base64"]) == content
    assert "256 bytes" in kvault.ok("get", "papers", "--reveal").text


def test_a_one_time_code_is_computed(kvault: Kvault) -> None:
    kvault.ok("put", "x", "--field", "otp=-", given=b"JBSWY3DPEHPK3PXP")
    assert kvault.ok("read", "--code", "kv://x/otp").text.isdigit()
