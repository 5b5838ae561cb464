"""The same faults met by a person: through the engine's facade, on a vault with entries."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kvault_gui.engine.api import (
    Accept,
    AuditFilter,
    Credential,
    EntryInput,
    FieldInput,
    FieldType,
    Kind,
    Method,
    Opened,
    Secret,
    Use,
    View,
)
from kvault_gui.engine.errors import (
    ChangesMissingError,
    DamagedError,
    HeadDamagedError,
    KvaultError,
)
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter
from tests.jobs import finish

PASSWORD = "correct horse battery"
PAGE = 4096


def unlock(folder: Path, *accept: Accept) -> tuple[Engine, Opened]:
    """A new engine with this vault open."""
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    opened = engine.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), list(accept))
    return engine, opened


def entry(number: int, password: str) -> EntryInput:
    """An entry with a secret."""
    fields = [
        FieldInput("username", FieldType.TEXT, protected=False, value=Secret.of(f"user{number}")),
        FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of(password)),
    ]
    return EntryInput(Kind.CREDENTIAL, f"Entry {number}", "work", fields, tags=["all"])


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A closed vault as it was, and as it is after some entries were changed and one went to the trash."""
    base = tmp_path_factory.mktemp("whole")
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.create(str(base / "new"), Secret.of(PASSWORD))
    for number in range(1, 301):
        assert engine.secrets.create(entry(number, f"old {number}")) == number
    engine.vaults.close()
    shutil.copytree(base / "new", base / "old")
    engine, _ = unlock(base / "new")
    changed = entry(150, "NEW")
    changed.title, changed.tags = "Renamed", ["all", "changed"]  # so that the search index and the tags differ as well
    engine.secrets.update(150, 1, changed)
    engine.secrets.trash([151])
    for number in range(201, 211):
        renamed = entry(number, f"old {number}")
        renamed.title = f"Another {number}"
        engine.secrets.update(number, 1, renamed)
    engine.vaults.close()
    return base / "old", base / "new"


@pytest.fixture
def vault(states: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the newer state to break."""
    return Path(shutil.copytree(states[1], tmp_path / "vault"))


def owners(folder: Path, target: Path) -> dict[int, str]:
    """Which table or index each page belongs to."""
    engine, _ = unlock(Path(shutil.copytree(folder, target)))
    found = {int(str(page)): str(name) for name, page in engine.vault.store.read("select name, pageno from dbstat")}
    engine.vaults.close()
    return found


def contents(folder: Path, target: Path) -> dict[str, list[object]] | None:
    """Every table's rows, however they can be read; None if they cannot."""
    try:
        engine, _ = unlock(Path(shutil.copytree(folder, target)))
    except KvaultError:
        return None
    store = engine.vault.store
    names = [str(name) for (name,) in store.read("select name from sqlite_master where type = 'table'")]
    try:
        return {name: list(store.read(f"select * from {name}")) for name in names if "record" not in name}  # noqa: S608
    except KvaultError:
        return None
    finally:
        engine.vaults.close()


def reported(folder: Path) -> list[str]:
    """What a person is told: by unlocking, by revealing the changed password, or by the full check."""
    try:
        engine, opened = unlock(folder)
    except DamagedError as error:
        return [str(error)]
    told = list(opened.notes)
    try:
        assert engine.secrets.reveal(150, "password", Use.SHOW).text() == "NEW", "an old value was given out"
    except DamagedError as error:
        told.append(str(error))
    told += finish(engine.vaults.check()).problems
    engine.vaults.close()
    return told


def test_no_single_page_of_an_older_copy_is_silent_or_gives_an_old_value(
    states: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = ((folder / "vault.db").read_bytes() for folder in states)
    whose = owners(states[1], tmp_path / "owners")
    told = 0
    for page in range(len(old) // PAGE):
        place = slice(page * PAGE, (page + 1) * PAGE)
        if new[place] == old[place]:
            continue
        mixed = Path(shutil.copytree(states[1], tmp_path / f"page{page}"))
        (mixed / "vault.db").write_bytes(new[: place.start] + old[place] + new[place.stop :])
        found = reported(Path(shutil.copytree(mixed, tmp_path / f"told{page}")))
        told += bool(found)
        assert found or same(states[1], mixed, tmp_path / f"look{page}"), (page + 1, whose.get(page + 1))
    assert told > 8


def same(one: Path, two: Path, target: Path) -> bool:
    """Whether both hold the same rows: a page can be written again without a change."""
    first, second = contents(one, target.with_suffix(".1")), contents(two, target.with_suffix(".2"))
    return first is not None and first == second


def test_a_missing_log_is_said_with_the_number_of_changes_and_accepted_on_the_record(
    vault: Path, tmp_path: Path
) -> None:
    engine, _ = unlock(vault)
    for number in range(301, 306):
        engine.secrets.create(entry(number, "late"))
    killed = Path(shutil.copytree(vault, tmp_path / "killed"))
    engine.vaults.close()
    (killed / "vault.db-wal").unlink()
    with pytest.raises(ChangesMissingError) as caught:
        unlock(killed)
    missing = int(str(caught.value.fields["count"]))
    assert missing >= 5
    engine, _ = unlock(killed, Accept.MISSING)
    assert engine.secrets.overview().total == 299  # and one in the trash
    records = [record for record in engine.audit.page(AuditFilter(), None) if record.action == "vault.unlocked"]
    assert records[0].details["accepted missing"] == missing
    engine.vaults.close()
    unlock(killed)[0].vaults.close()


@pytest.mark.parametrize("name", ["vault.json", "vault.json.2", "head"])
def test_one_flipped_bit_of_header_or_head_is_told_and_mended(vault: Path, name: str) -> None:
    good = (vault / name).read_bytes()
    (vault / name).write_bytes(good[:50] + bytes([good[50] ^ 4]) + good[51:])
    engine, opened = unlock(vault)
    assert any("damaged" in note and "its twin" in note for note in opened.notes), opened.notes
    engine.vaults.close()
    engine, opened = unlock(vault)
    assert opened.notes == []
    engine.vaults.close()


def test_a_missing_head_is_said_and_accepted(vault: Path) -> None:
    (vault / "head").unlink()
    with pytest.raises(HeadDamagedError, match="missing"):
        unlock(vault)
    engine, _ = unlock(vault, Accept.HEAD)
    engine.vaults.close()
    unlock(vault)[0].vaults.close()


def test_an_older_search_index_in_one_piece_is_reported_and_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of(PASSWORD))
    for number in range(1, 31):
        engine.secrets.create(entry(number, "old"))
    engine.vaults.close()
    before = (folder / "vault.db").read_bytes()
    engine, _ = unlock(folder)
    for number in range(1, 11):
        renamed = entry(number, "old")
        renamed.title = f"Another {number}"
        engine.secrets.update(number, 1, renamed)
    engine.vaults.close()
    whose = owners(folder, tmp_path / "owners")
    after = bytearray((folder / "vault.db").read_bytes())
    for page in (page for page, name in whose.items() if name.startswith("search_data")):
        place = slice((page - 1) * PAGE, page * PAGE)
        after[place] = before[place] or after[place]
    (folder / "vault.db").write_bytes(after)
    engine, opened = unlock(folder)
    told = opened.notes + finish(engine.vaults.check()).problems
    assert any("search index" in line for line in told), told
    assert len(engine.secrets.search("another", View())) == 10
    assert finish(engine.vaults.check()).problems == []
    engine.vaults.close()
