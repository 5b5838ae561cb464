"""Adding, replacing, renaming, limiting, testing and removing ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import (
    AskSecret,
    Given,
    Loss,
    Method,
    NewFactor,
    NewSlot,
    OnToken,
    Outcome,
    Secret,
    ShareGroup,
    Use,
)
from kvault_gui.engine.errors import (
    CancelledError,
    InvalidInputError,
    KeyFileError,
    KvaultError,
    LastWayError,
    LockedError,
    NoSecondWayError,
    NotAloneError,
    NotFoundError,
    NotPermittedError,
    SlotNameTakenError,
    SlotNotFoundError,
    TooManySlotsError,
    WrongCodeError,
    WrongCredentialsError,
)
from kvault_gui.engine.store.header import MAX_SLOTS
from tests.engine.vault.kit import START, Desk, desk, login
from tests.engine.ways_kit import (
    CODE,
    SHARES,
    add,
    code,
    header_of,
    key_file,
    labels,
    opens,
    password,
    shares,
    unlock,
)
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ON, OFF = True, False


@pytest.fixture(name="vault")
def _vault(tmp_path: Path) -> Iterator[Desk]:
    made = desk(tmp_path)
    yield made
    made.engine.vaults.close()


def only(desk: Desk, label: str) -> str:
    """The id of the way in of that name."""
    return next(slot.id for slot in desk.engine.slots.all() if slot.label == label)


# --- adding ----------------------------------------------------------------------------------------------------------


def test_a_way_in_that_was_added_opens_and_says_what_it_is(vault: Desk) -> None:
    added = add(vault.engine, "  Spare  ")
    slot = added.slot
    assert (slot.label, slot.method, slot.reads_values, slot.carried) == ("Spare", Method.RECOVERY_CODE, True, True)
    assert slot.detail == "160 random bits"
    assert slot.created == START
    vault.engine.vaults.close()
    opened = opens(vault.folder, Method.RECOVERY_CODE, code(added))
    assert opened.slot == slot.id
    assert opened.reads_values


def test_adding_rewrites_nothing_but_the_header(vault: Desk) -> None:
    vault.engine.secrets.create(login())
    vault.engine.vaults.close()
    before = (vault.folder / "vault.db").read_bytes()
    vault = vault.open()
    add(vault.engine, "Spare")
    vault.engine.vaults.close()
    after = (vault.folder / "vault.db").read_bytes()
    pages = [n for n in range(0, len(before), 4096) if before[n : n + 4096] != after[n : n + 4096]]
    assert len(pages) < 25, "a record and a row, not the database"
    vault.open()


def test_all_factors_of_a_way_in_are_needed(vault: Desk, tmp_path: Path) -> None:
    factor = key_file(tmp_path / "key")
    added = add(vault.engine, "Two things", CODE, factor)
    assert [each.method for each in added.slot.factors] == [Method.RECOVERY_CODE, Method.KEY_FILE]
    assert added.slot.detail == " + ".join(each.detail for each in added.slot.factors)
    vault.engine.vaults.close()
    file = Given(Method.KEY_FILE, file=factor.file)
    assert opens(vault.folder, Method.RECOVERY_CODE, code(added), more=[file]).slot == added.slot.id
    with pytest.raises(CancelledError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added), slot=added.slot.id)
    (tmp_path / "key").write_bytes(b"\x08" * 32)
    with pytest.raises(WrongCredentialsError, match="Wrong password or wrong key file"):
        opens(vault.folder, Method.RECOVERY_CODE, code(added), more=[file], slot=added.slot.id)
    (tmp_path / "key").unlink()
    with pytest.raises(KeyFileError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added), more=[file], slot=added.slot.id)
    vault.open()


def test_what_was_enrolled_is_tried_before_it_is_written(vault: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from kvault_gui.engine.unlock.key_file import KeyFile  # noqa: PLC0415 patched for this test

    monkeypatch.setattr(KeyFile, "unlock", lambda *_: b"another answer each time".ljust(32))
    (vault.folder.parent / "key").write_bytes(b"\x07" * 32)
    before = (vault.folder / "vault.json").read_bytes()
    with pytest.raises(KvaultError, match="another answer"):
        add(vault.engine, "Odd", CODE, NewFactor(Method.KEY_FILE, file=str(vault.folder.parent / "key")))
    assert (vault.folder / "vault.json").read_bytes() == before


def test_shares_open_and_are_told_once(vault: Desk) -> None:
    added = add(vault.engine, "Sheets", SHARES)
    assert [len(group) for group in added.shares] == [3]
    assert added.set
    assert added.slot.factors[0].need == 2
    vault.engine.vaults.close()
    assert opens(vault.folder, Method.SHARES, shares(added)).slot == added.slot.id
    with pytest.raises(WrongCredentialsError, match="more share is needed"):
        opens(vault.folder, Method.SHARES, shares(added, 1))
    vault.open()


def test_a_new_password_that_is_asked_for_is_asked_for_twice(vault: Desk) -> None:
    vault.person.answers = {AskSecret: ["new one", "new won"]}
    with pytest.raises(InvalidInputError, match="not the same"):
        add(vault.engine, "Mine", NewFactor(Method.PASSWORD))
    vault.person.answers = {AskSecret: ["new one", "new one"]}
    add(vault.engine, "Mine", NewFactor(Method.PASSWORD))
    vault.engine.vaults.close()
    opens(vault.folder, Method.PASSWORD, "new one")
    vault.open()


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (NewSlot("", [CODE]), InvalidInputError),
        (NewSlot("x" * 101, [CODE]), InvalidInputError),
        (NewSlot("a\nb", [CODE]), InvalidInputError),
        (NewSlot("recovery CODE", [CODE]), SlotNameTakenError),
        (NewSlot("New", []), InvalidInputError),
        (NewSlot("New", [CODE, CODE]), InvalidInputError),
        (NewSlot("New", [CODE] * 9), InvalidInputError),
        (NewSlot("New", [NewFactor(Method.KEY_FILE, file="/dev/null")]), NotAloneError),
        (NewSlot("New", [NewFactor(Method.CHALLENGE_RESPONSE)]), NotAloneError),
        (NewSlot("New", [NewFactor(Method.KEY_FILE), NewFactor(Method.CHALLENGE_RESPONSE)]), NotAloneError),
        (NewSlot("New", [NewFactor(Method.QUICK)]), InvalidInputError),
        (NewSlot("New", [CODE], expires=START), InvalidInputError),
        (NewSlot("New", [CODE], expires=float("inf")), InvalidInputError),
        (NewSlot("New", [CODE], expires=float("nan")), InvalidInputError),
        (NewSlot("New", [NewFactor(Method.SHARES, groups=[ShareGroup(3, 2)])]), InvalidInputError),
        (NewSlot("New", [password("")]), InvalidInputError),
    ],
    ids=lambda value: getattr(value, "__name__", getattr(value, "label", None)),
)
def test_what_may_not_be_added_is_refused_and_leaves_the_header(
    vault: Desk, wanted: NewSlot, error: type[KvaultError]
) -> None:
    before = (vault.folder / "vault.json").read_bytes()
    actions = vault.actions()
    with pytest.raises(error):
        finish(vault.engine.slots.add(wanted))
    assert (vault.folder / "vault.json").read_bytes() == before
    assert vault.actions() == actions


def test_a_vault_has_a_limited_number_of_ways_in(vault: Desk) -> None:
    for number in range(MAX_SLOTS - 2):
        add(vault.engine, f"Number {number}")
    with pytest.raises(TooManySlotsError):
        add(vault.engine, "One more")
    finish(vault.engine.slots.replace(only(vault, "Number 3"), NewSlot("Instead", [CODE])))


def test_cancelling_while_it_asks_adds_nothing(vault: Desk) -> None:
    before = (vault.folder / "vault.json").read_bytes()
    with pytest.raises(CancelledError):
        add(vault.engine, "Mine", NewFactor(Method.PASSWORD))
    job = vault.engine.slots.add(NewSlot("Mine", [CODE, password("x")]))
    next(job)
    job.close()
    assert (vault.folder / "vault.json").read_bytes() == before


def test_two_that_are_added_at_once_under_one_name_are_not_both_written(vault: Desk) -> None:
    job = vault.engine.slots.add(NewSlot("Same", [CODE]))
    step = next(job)
    add(vault.engine, "Same")
    assert isinstance(step, OnToken)
    step = job.send(step.work())  # the same again, to try it
    assert isinstance(step, OnToken)
    with pytest.raises(SlotNameTakenError):
        job.send(step.work())
    assert labels(vault).count("Same") == 1


@pytest.mark.parametrize("meanwhile", ["removed", "replaced"])
def test_what_takes_the_place_of_a_way_in_that_is_gone_by_then_is_refused(vault: Desk, meanwhile: str) -> None:
    """Else its owner would hold a recovery code that opens nothing."""
    old = add(vault.engine, "Old").slot.id
    job = vault.engine.slots.replace(old, NewSlot("New", [CODE]))
    step = next(job)
    if meanwhile == "removed":
        vault.engine.slots.remove(old, True)
    else:
        finish(vault.engine.slots.replace(old, NewSlot("Another", [CODE])))
    before = labels(vault)
    assert isinstance(step, OnToken)
    step = job.send(step.work())  # the same again, to try it
    assert isinstance(step, OnToken)
    with pytest.raises(SlotNotFoundError, match="Old"):
        job.send(step.work())
    assert labels(vault) == before


def test_limits_that_were_set_while_a_way_in_is_sealed_again_stay(vault: Desk) -> None:
    slot = add(vault.engine, "Mine", password("x")).slot.id
    vault.person.answers = ["x"] * 4
    job = vault.engine.slots.reseal(slot)
    step = next(job)
    vault.engine.slots.limit(slot, ON, START + 60)
    vault.engine.slots.rename(slot, "Yours")
    try:
        while True:
            assert isinstance(step, OnToken)
            step = job.send(step.work())
    except StopIteration as end:
        sealed = end.value
    assert (sealed.label, sealed.once, sealed.expires) == ("Yours", True, START + 60)


# --- browsing only ---------------------------------------------------------------------------------------------------


def test_a_way_in_without_the_user_key_lists_and_reads_no_value(vault: Desk) -> None:
    entry = vault.engine.secrets.create(login())
    added = add(vault.engine, "Browse", reads_values=False)
    assert not added.slot.reads_values
    vault.engine.vaults.close()
    engine, opened = unlock(vault.folder, Method.RECOVERY_CODE, code(added))
    assert not opened.reads_values
    assert engine.secrets.get(entry).title == "GitHub"
    with pytest.raises(NotPermittedError):
        engine.secrets.reveal(entry, "password", Use.SHOW)
    with pytest.raises(NotPermittedError):
        add(engine, "More for me")
    assert not add(engine, "As much as I have", reads_values=False).slot.reads_values
    with pytest.raises(NotPermittedError):
        finish(engine.slots.reseal(engine.slots.all()[1].id))
    engine.vaults.close()
    vault.open()


def test_who_reads_no_value_takes_none_of_the_ways_in_away_that_do(vault: Desk) -> None:
    entry = vault.engine.secrets.create(login())
    vault.engine.secrets.trash([entry])
    added = add(vault.engine, "Browse", reads_values=False)
    other = add(vault.engine, "Browse too", reads_values=False)
    vault.engine.vaults.close()
    engine, _ = unlock(vault.folder, Method.RECOVERY_CODE, code(added))
    before = header_of(vault.folder)
    mine = next(slot.id for slot in engine.slots.all() if slot.label == "Password")
    for act in (
        lambda: engine.slots.remove(mine, True),
        lambda: engine.slots.rename(mine, "Gone"),
        lambda: engine.slots.limit(mine, ON, None),
        lambda: finish(engine.slots.replace(mine, NewSlot("Mine", [CODE], reads_values=False))),
        lambda: engine.secrets.delete([entry]),
    ):
        with pytest.raises(NotPermittedError):
            act()
    assert header_of(vault.folder) == before
    engine.slots.remove(other.slot.id)
    engine.vaults.close()
    vault.open()


# --- replacing, renaming ---------------------------------------------------------------------------------------------


def test_replacing_is_one_change_of_the_header(vault: Desk) -> None:
    old = add(vault.engine, "Spare")
    generation = header_of(vault.folder)["generation"]
    assert isinstance(generation, int)
    new = finish(vault.engine.slots.replace(old.slot.id, NewSlot("Spare", [CODE])))
    assert header_of(vault.folder)["generation"] == generation + 1
    assert labels(vault) == ["Password", "Recovery code", "Spare"]
    vault.engine.vaults.close()
    with pytest.raises(WrongCredentialsError):
        opens(vault.folder, Method.RECOVERY_CODE, code(old))
    opens(vault.folder, Method.RECOVERY_CODE, code(new))
    vault.open()


def test_the_last_lasting_way_in_is_not_replaced_by_a_lesser_one(vault: Desk) -> None:
    vault.engine.slots.remove(only(vault, "Password"), True)
    last = only(vault, "Recovery code")
    for wanted in (
        NewSlot("New", [CODE], reads_values=False),
        NewSlot("New", [CODE], once=True),
        NewSlot("New", [CODE], expires=START + 9),
    ):
        with pytest.raises(LastWayError):
            finish(vault.engine.slots.replace(last, wanted))
    assert labels(vault) == ["Recovery code"]


def test_a_renamed_way_in_opens_and_is_found_by_its_new_name(vault: Desk) -> None:
    slot = only(vault, "Recovery code")
    vault.engine.slots.rename(slot, " The sheet ")
    vault.engine.vaults.close()
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code, slot="The sheet").slot == slot
    vault.open()
    assert labels(vault) == ["Password", "The sheet"]
    vault.engine.slots.rename(slot, "Recovery code")
    assert "name" not in str(header_of(vault.folder)["slots"])
    with pytest.raises(SlotNameTakenError):
        vault.engine.slots.rename(slot, "password")
    with pytest.raises(InvalidInputError):
        vault.engine.slots.rename(slot, " ")
    with pytest.raises(SlotNotFoundError):
        vault.engine.slots.rename("nothing", "Name")


# --- removing --------------------------------------------------------------------------------------------------------


def test_what_was_removed_opens_no_more_and_the_others_do(vault: Desk) -> None:
    spare = add(vault.engine, "Spare")
    vault.engine.slots.remove(spare.slot.id)
    vault.engine.vaults.close()
    with pytest.raises(WrongCredentialsError):
        opens(vault.folder, Method.RECOVERY_CODE, code(spare))
    vault.open()


def test_the_last_way_in_cannot_go_and_the_last_but_one_only_when_told_twice(vault: Desk) -> None:
    first, second = (slot.id for slot in vault.engine.slots.all())
    with pytest.raises(NoSecondWayError, match="Recovery code is the only way"):
        vault.engine.slots.remove(first)
    vault.engine.slots.remove(first, True)
    for sure in (False, True):
        with pytest.raises(LastWayError):
            vault.engine.slots.remove(second, sure)
    assert labels(vault) == ["Recovery code"]
    with pytest.raises(NotFoundError):
        vault.engine.slots.remove(first)


def test_ways_in_that_end_or_read_nothing_do_not_count_as_ways_left(vault: Desk) -> None:
    add(vault.engine, "Once", once=True)
    add(vault.engine, "Until", expires=START + 1000)
    add(vault.engine, "Browse", reads_values=False)
    vault.engine.slots.remove(only(vault, "Password"), True)
    with pytest.raises(LastWayError):
        vault.engine.slots.remove(only(vault, "Recovery code"), True)
    for label in ("Once", "Until", "Browse"):
        vault.engine.slots.remove(only(vault, label))


def test_two_ways_in_that_hang_on_one_thing_are_no_second_way(vault: Desk) -> None:
    add(vault.engine, "Another password", password("other"))
    with pytest.raises(NoSecondWayError, match="The password is the only way"):
        vault.engine.slots.remove(only(vault, "Recovery code"))


def test_limits_are_set_and_lifted_but_not_for_the_last_way_in(vault: Desk) -> None:
    slot = only(vault, "Password")
    vault.engine.slots.limit(slot, ON, START + 5)
    info = vault.engine.slots.all()[0]
    assert (info.once, info.expires) == (True, START + 5)
    with pytest.raises(LastWayError):
        vault.engine.slots.limit(only(vault, "Recovery code"), ON, None)
    vault.engine.slots.limit(slot, OFF, None)
    assert not vault.engine.slots.all()[0].once
    with pytest.raises(InvalidInputError):
        vault.engine.slots.limit(slot, OFF, START - 1)


# --- testing, sealing again ------------------------------------------------------------------------------------------


def test_testing_goes_the_whole_way_and_changes_nothing(vault: Desk) -> None:
    added = add(vault.engine, "Sheets", SHARES)
    before = (vault.folder / "vault.json").read_bytes()
    tested = finish(vault.engine.slots.test(added.slot.id, [Given(Method.SHARES, Secret.of(shares(added)))]))
    assert tested.slot.id == added.slot.id
    assert tested.seconds >= 0
    with pytest.raises(WrongCodeError):
        finish(vault.engine.slots.test("Recovery code", [Given(Method.RECOVERY_CODE, Secret.of("wrong"))]))
    assert (vault.folder / "vault.json").read_bytes() == before
    records = [r for r in vault.engine.vault.log.read(1, 1000) if r.action == "slot.tested"]
    assert [record.outcome for record in records] == [Outcome.DONE, Outcome.FAILED]


def test_sealing_again_asks_for_the_secret_once_and_keeps_the_way_in(vault: Desk) -> None:
    add(vault.engine, "Mine", password("mine"), key_file(vault.folder.parent / "key"))
    vault.person.answers = ["mine", str(vault.folder.parent / "key")]
    before = next(slot for slot in header_of(vault.folder)["slots"] if slot["label"] == "Mine")  # type: ignore[attr-defined]
    info = finish(vault.engine.slots.reseal("Mine"))
    assert vault.person.answers == []
    assert labels(vault) == ["Password", "Recovery code", "Mine"]
    after = next(slot for slot in header_of(vault.folder)["slots"] if slot["label"] == "Mine")  # type: ignore[attr-defined]
    assert before["params"]["salt"] != after["params"]["salt"]
    vault.engine.vaults.close()
    file = Given(Method.KEY_FILE, file=str(vault.folder.parent / "key"))
    assert opens(vault.folder, Method.PASSWORD, "mine", more=[file]).slot == info.id
    vault.open()


def test_sealing_again_with_the_wrong_secret_changes_nothing(vault: Desk) -> None:
    before = (vault.folder / "vault.json").read_bytes()
    vault.person.answers = ["wrong", "wrong"]
    with pytest.raises(WrongCredentialsError):
        finish(vault.engine.slots.reseal("Password"))
    assert (vault.folder / "vault.json").read_bytes() == before


# --- losses ----------------------------------------------------------------------------------------------------------


def lost(vault: Desk) -> dict[str, Loss]:
    return {loss.thing: loss for loss in vault.engine.slots.losses()}


def test_what_happens_if_i_lose_names_what_is_left(vault: Desk) -> None:
    add(vault.engine, "Both", password("x"), key_file(vault.folder.parent / "key"))
    add(vault.engine, "Sheets", SHARES)
    found = lost(vault)
    assert list(found) == ["The password", "The recovery sheet", "The key file", "The recovery shares"]
    ids = {slot.label: slot.id for slot in vault.engine.slots.all()}
    assert found["The password"].lost == [ids["Password"], ids["Both"]]
    assert found["The password"].left == [ids["Recovery code"], ids["Sheets"]]
    words = found["The password"].words
    assert words.startswith("You still get in with Recovery code, or with 2 of 3 recovery shares")
    vault.engine.slots.remove(ids["Sheets"])
    vault.engine.slots.remove(ids["Both"])
    vault.engine.slots.remove(ids["Password"], True)
    assert lost(vault)["The recovery sheet"].words == "Nothing is left: everything in this vault would be lost."


# --- rights and records ----------------------------------------------------------------------------------------------


def test_every_change_is_recorded_before_and_after(vault: Desk) -> None:
    slot = add(vault.engine, "Spare").slot.id
    vault.engine.slots.rename(slot, "Other")
    vault.engine.slots.limit(slot, ON, None)
    vault.engine.slots.remove(slot)
    records = [record for record in vault.engine.vault.log.read(1, 1000) if record.action.startswith("slot.")]
    expected = [
        (action, outcome)
        for action in ("slot.added", "slot.renamed", "slot.limited", "slot.removed")
        for outcome in ("begun", "done")
    ]
    assert [(record.action, record.outcome.value) for record in records] == expected
    assert {record.object for record in records} == {"Spare", "Other"}
    assert finish(vault.engine.vaults.check()).problems == []


def test_nothing_can_be_done_while_it_is_locked(vault: Desk) -> None:
    vault.engine.vaults.close()
    slots = vault.engine.slots
    for act in (
        slots.all,
        slots.losses,
        lambda: slots.remove("x"),
        lambda: slots.rename("x", "y"),
        lambda: finish(slots.add(NewSlot("x", [CODE]))),
        lambda: finish(slots.test("x", [])),
        lambda: finish(slots.reseal("x")),
    ):
        with pytest.raises(LockedError):
            act()
    vault.open()


def test_public_keys_are_kept_for_ways_in_that_exist_alone(vault: Desk) -> None:
    slot = add(vault.engine, "Spare").slot.id
    rows = "select slot from slot_key"
    kept = {row[0] for row in vault.engine.vault.store.read(rows)}
    assert kept == {each.id for each in vault.engine.slots.all()}
    vault.engine.slots.remove(slot)
    assert {row[0] for row in vault.engine.vault.store.read(rows)} == kept - {slot}
