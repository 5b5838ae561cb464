"""Ways in over a real engine, driven by hand: added, used to unlock, tested, replaced, removed; keys made anew."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import AskPlug, AskTouch, Credential, Given, Method, Secret
from kvault_gui.engine.errors import SlotExpiredError, WrongCredentialsError
from kvault_gui.gui.dialogs.ways import KEYS, LOSSES, WaysDialog
from kvault_gui.gui.dialogs.ways.add import CHOOSE, CODE, DETAILS, DONE, RUN, SHARES, TERMS, AddDialog
from kvault_gui.gui.dialogs.ways.form_shares import SharesForm
from kvault_gui.gui.dialogs.ways.forms_soft import KeyFileForm, PasswordForm
from tests.gui.audit_stage import AuditStage, run
from tests.gui.inprocess import PASSWORD, InProcess
from tests.gui.stage import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kvault_gui.engine.api import Opened

pytestmark = pytest.mark.usefixtures("look")
NEW = "another long password"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[AuditStage, WaysDialog]]:
    """The dialog over the main window, opened as the menu does."""
    async with AuditStage(folder, empty=True) as stage:
        QTest.keyClick(
            stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        await until(lambda: isinstance(stage.window.ask.current, WaysDialog), "it did not open")
        dialog = stage.window.ask.current
        assert isinstance(dialog, WaysDialog)
        await until(lambda: dialog.slots and not dialog.is_busy(), "it never read")
        yield stage, dialog
        dialog.accept()
        await until(lambda: stage.window.ask.current is None, "it did not close")


async def add(dialog: WaysDialog, *methods: Method) -> AddDialog:
    """Open Add and choose what it asks for, by the buttons."""
    dialog.list_page.add.click()
    return await chosen(dialog, *methods)


async def chosen(dialog: WaysDialog, *methods: Method) -> AddDialog:
    await until(lambda: isinstance(dialog.ask.current, AddDialog), "Add did not open")
    adding = dialog.ask.current
    assert isinstance(adding, AddDialog)
    await until(lambda: Method.PASSWORD in adding.choose_page.buttons, "it never looked what there is")
    await until(lambda: not adding.tasks.is_running("methods"))
    for method in methods:
        made: Any = adding.choose_page.buttons[method]
        made.click()
    return adding


def forward(adding: AddDialog, page: int) -> None:
    assert adding.next.isEnabled(), f"it does not go on from page {adding.page}"
    adding.next.click()
    assert adding.page == page


async def finished(adding: AddDialog, page: int) -> None:
    await until(lambda: not adding.is_working(), "it never ended")
    assert adding.page == page, adding.run_page.said.accessibleName()


async def close(dialog: WaysDialog, adding: AddDialog) -> None:
    adding.next.click()
    await until(lambda: dialog.ask.current is None and not dialog.is_busy(), "Add did not close")


def type_password(adding: AddDialog, at: int = 0) -> None:
    form = adding.details_page.forms[at]
    assert isinstance(form, PasswordForm)
    for field in (form.first, form.second):
        QTest.keyClicks(field, NEW)


async def opens(stage: AuditStage, credential: Credential) -> Opened:
    """Close the vault, and open it again with that alone, in another engine."""
    await stage.engine.close()
    other = InProcess()
    try:
        return other.engine.vaults.unlock(stage.opened.path, credential, [])
    finally:
        other.engine.vaults.close()
        stage.engine.unlock(Path(stage.opened.path))


def labels(dialog: WaysDialog) -> list[str]:
    return [slot.label for slot in dialog.slots]


def label_of(dialog: WaysDialog, label: str) -> str:
    return next(slot.id for slot in dialog.slots if slot.label == label)


def test_a_second_password_is_added_and_opens_the_vault(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            adding = await add(dialog, Method.PASSWORD)
            forward(adding, DETAILS)
            assert not adding.next.isEnabled()
            type_password(adding)
            forward(adding, TERMS)
            assert adding.terms_page.typed == "Password 2"
            adding.terms_page.name.setText("For the notary")
            adding.next.click()
            await until(lambda: adding.page == RUN, "it did not begin")
            await finished(adding, DONE)
            await until(adding.next.hasFocus, "Enter would not close it")
            form = adding.details_page.forms[0]
            assert isinstance(form, PasswordForm)
            assert len(form.first) == len(form.second) == 0
            await close(dialog, adding)
            assert "For the notary" in labels(dialog)
            assert dialog.list_page.said.accessibleName().startswith("“For the notary” opens this vault now")
            done = await opens(stage, Credential(Method.PASSWORD, Secret.of(NEW)))
            assert done.slot == label_of(dialog, "For the notary")
            assert done.reads_values

    run(play())


def test_a_guest_browses_without_values_and_only_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            adding = await add(dialog, Method.PASSWORD)
            forward(adding, DETAILS)
            type_password(adding)
            forward(adding, TERMS)
            adding.terms_page.browses.setChecked(True)
            adding.terms_page.limits.once.setChecked(True)
            adding.next.click()
            await finished(adding, DONE)
            await close(dialog, adding)
            credential = Credential(Method.PASSWORD, Secret.of(NEW))
            assert not (await opens(stage, credential)).reads_values
            with pytest.raises((WrongCredentialsError, SlotExpiredError)):
                await opens(stage, Credential(Method.PASSWORD, Secret.of(NEW)))

    run(play())


def test_a_recovery_code_is_shown_kept_and_opens_the_vault(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            adding = await add(dialog, Method.RECOVERY_CODE)
            forward(adding, DETAILS)
            forward(adding, TERMS)
            adding.next.click()
            await finished(adding, CODE)
            page = adding.code_page
            code = b"-".join(page._groups).decode()
            assert adding.added is not None
            assert adding.added.recovery_code is not None
            assert adding.added.recovery_code.value == b""
            assert not adding.next.isEnabled()
            for edit, at in zip(page.answers, page.wanted, strict=True):
                QTest.keyClicks(edit, code.split("-")[at])
            forward(adding, DONE)
            assert page._groups == []
            await close(dialog, adding)
            done = await opens(stage, Credential(Method.RECOVERY_CODE, Secret.of(code)))
            assert done.slot == label_of(dialog, "Recovery code 2")

    run(play())


def test_shares_are_made_printed_kept_and_two_of_three_open_the_vault(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            adding = await add(dialog, Method.SHARES)
            forward(adding, DETAILS)
            forward(adding, TERMS)
            adding.terms_page.name.setText("Family")
            adding.next.click()
            await finished(adding, SHARES)
            page = adding.shares_page
            shares = [b" ".join(sheet.words).decode() for sheet in page.sheets]
            assert [len(share.split()) for share in shares] == [33, 33, 33]
            assert not adding.next.isEnabled()
            for row in page.rows:
                assert min(row.wanted) >= 4  # what is the same on all sheets proves nothing
                for edit, at in zip(row.edits, row.wanted, strict=True):
                    QTest.keyClicks(edit, row.sheet.words[at].decode().upper())
            forward(adding, DONE)
            assert page.sheets == []
            await close(dialog, adding)
            slot = next(slot for slot in dialog.slots if slot.label == "Family")
            assert slot.factors[0].need == 2
            given = Secret.of("\n".join(shares[1:]))
            assert (await opens(stage, Credential(Method.SHARES, given))).slot == slot.id
            tested = dialog.calls.slots.test(slot.id, [Given(Method.SHARES, Secret.of("\n".join(shares[:2])))])
            assert (await tested).slot.id == slot.id

    run(play())


def test_groups_of_shares_are_enrolled_as_they_were_chosen(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (_stage, dialog):
            adding = await add(dialog, Method.SHARES)
            forward(adding, DETAILS)
            form = adding.details_page.forms[0]
            assert isinstance(form, SharesForm)
            form.rows[0].need.setValue(1)
            assert not adding.next.isEnabled()  # one of several is no share but a copy
            form.rows[0].count.setValue(1)
            assert adding.next.isEnabled()
            form.groups.setChecked(True)
            form.rows[1].need.setValue(4)  # the count follows
            assert form.rows[1].group.count == 4
            forward(adding, TERMS)
            adding.next.click()
            await finished(adding, SHARES)
            assert [(sheet.group, sheet.number) for sheet in adding.shares_page.sheets] == [
                (1, 1), (2, 1), (2, 2), (2, 3), (2, 4),
            ]  # fmt: skip
            adding.reject()
            await until(lambda: adding.ask.current is not None, "it closed without a word")
            question: Any = adding.ask.current
            assert "without keeping" in question.accessibleName()
            question.accept()
            await until(lambda: dialog.ask.current is None, "it did not close")

    run(play())


def test_a_key_file_is_made_asks_for_a_password_too_and_both_are_needed(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            adding = await add(dialog, Method.KEY_FILE)
            assert not adding.next.isEnabled()
            assert not adding.choose_page._hint.isHidden()
            adding.choose_page.add(Method.PASSWORD)
            adding.choose_page.move_up(1)
            assert adding.choose_page.chosen == [Method.PASSWORD, Method.KEY_FILE]
            forward(adding, DETAILS)
            type_password(adding)
            form = adding.details_page.forms[1]
            assert isinstance(form, KeyFileForm)
            key = tmp_path / "stick.key"
            form.path.setText("not/whole")
            assert not adding.next.isEnabled()
            form.path.setText(str(key))
            forward(adding, TERMS)
            adding.next.click()
            await finished(adding, DONE)
            await close(dialog, adding)
            assert key.exists()
            both = Credential(Method.PASSWORD, Secret.of(NEW), more=[Given(Method.KEY_FILE, file=str(key))])
            assert (await opens(stage, both)).slot == dialog.slots[-1].id
            assert [factor.method for factor in dialog.slots[-1].factors] == [Method.PASSWORD, Method.KEY_FILE]

    run(play())


def test_an_error_is_told_on_the_page_and_going_back_mends_it(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (_stage, dialog):
            adding = await add(dialog, Method.PASSWORD, Method.KEY_FILE)
            forward(adding, DETAILS)
            type_password(adding)
            form = adding.details_page.forms[1]
            assert isinstance(form, KeyFileForm)
            form.use.setChecked(True)
            empty = tmp_path / "empty.key"
            empty.touch()
            form.path.setText(str(empty))
            forward(adding, TERMS)
            adding.next.click()
            await finished(adding, RUN)
            assert "empty.key" in adding.run_page.said.accessibleName()
            assert len(dialog.slots) == 2
            adding.back.click()
            adding.back.click()
            assert adding.page == DETAILS
            form = adding.details_page.forms[1]
            assert isinstance(form, KeyFileForm)
            form.make.setChecked(True)
            form.path.setText(str(tmp_path / "new.key"))
            forward(adding, TERMS)
            adding.next.click()
            await finished(adding, DONE)
            await close(dialog, adding)
            assert len(dialog.slots) == 3

    run(play())


def test_a_way_in_is_tested_with_what_a_person_gives(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            slot = label_of(dialog, "Password")
            stage.engine.script.answers.append(PASSWORD)
            dialog.list_page.cards[slot].test.click()
            await until(lambda: not dialog.is_busy())
            assert "opens this vault" in dialog.list_page.said.accessibleName()
            stage.engine.script.answers.append("wrong")
            dialog.list_page.cards[slot].test.click()
            await until(lambda: dialog.ask.current is not None, "a wrong password opened it")
            assert dialog.ask.current is not None
            dialog.ask.current.reject()
            assert not any(isinstance(each, AskTouch | AskPlug) for each in stage.engine.script.asked)

    run(play())


def test_a_password_is_replaced_in_one_step_and_the_old_one_opens_no_more(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            dialog.list_page.cards[label_of(dialog, "Password")].do("replace")
            adding = await chosen(dialog)
            assert adding.page == CHOOSE
            assert adding.choose_page.chosen == [Method.PASSWORD]
            forward(adding, DETAILS)
            type_password(adding)
            forward(adding, TERMS)
            assert adding.terms_page.typed == "Password"
            adding.next.click()
            await finished(adding, DONE)
            await close(dialog, adding)
            assert sorted(labels(dialog)) == ["Password", "Recovery code"]
            path = stage.opened.path
            await stage.engine.close()
            other = InProcess()
            with pytest.raises(WrongCredentialsError):
                other.engine.vaults.unlock(path, Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
            other.engine.vaults.unlock(path, Credential(Method.PASSWORD, Secret.of(NEW)), [])
            other.engine.vaults.close()

    run(play())


def test_the_recovery_code_is_removed_only_when_told_twice_and_the_password_never(tmp_path: Path) -> None:
    async def accept(dialog: WaysDialog, before: object = None) -> Any:
        await until(lambda: dialog.ask.current not in (None, before), "nothing is asked")
        asked: Any = dialog.ask.current
        asked.accept()
        return asked

    async def play() -> None:
        async with opened(tmp_path) as (_stage, dialog):
            dialog.list_page.cards[label_of(dialog, "Recovery code")].do("remove")
            await accept(dialog, await accept(dialog))
            await until(lambda: not dialog.is_busy())
            assert labels(dialog) == ["Password"]
            assert not dialog.list_page.urge.isHidden()
            dialog.list_page.cards[label_of(dialog, "Password")].do("remove")
            await accept(dialog)
            await until(lambda: not dialog.is_busy())
            assert "is the last way into this vault" in dialog.list_page.said.accessibleName()
            assert labels(dialog) == ["Password"]

    run(play())


def test_what_a_loss_ends_is_the_engines_word(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (_stage, dialog):
            dialog.show_page(LOSSES)
            await until(lambda: dialog.losses_page.losses and not dialog.is_busy())
            page = dialog.losses_page
            page.map.choose(next(n for n, loss in enumerate(page.losses) if loss.method is Method.PASSWORD))
            states = {way.way.name: way.state for way in page.map.ways}
            assert states == {"Password": "lost", "Recovery code": "left"}
            assert "Recovery code" in page.said.accessibleName()

    run(play())


@pytest.mark.parametrize("which", ["user", "vault"])
def test_new_keys_are_made_and_every_way_in_still_opens(tmp_path: Path, which: str) -> None:
    async def play() -> None:
        async with opened(tmp_path) as (stage, dialog):
            dialog.show_page(KEYS)
            stage.engine.script.answers.append(PASSWORD)
            getattr(dialog.keys_page, which).click()
            await until(lambda: dialog.ask.current is not None, "nothing is asked")
            asked: Any = dialog.ask.current
            asked.accept()
            await until(lambda: not dialog.is_busy(), "it never ended")
            assert not dialog.keys_page.said.isHidden()
            assert dialog.keys_page.said.accessibleName().startswith(f"This vault has a new {which} key")
            done = await opens(stage, Credential(Method.PASSWORD, Secret.of(PASSWORD)))
            assert done.reads_values

    run(play())


def test_a_new_vault_leads_to_a_second_way_in_when_wished_for(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path, empty=True) as stage:
            stage.session.add_way.emit()
            await until(lambda: isinstance(stage.window.ask.current, WaysDialog))
            dialog = stage.window.ask.current
            assert isinstance(dialog, WaysDialog)
            await until(lambda: isinstance(dialog.ask.current, AddDialog), "Add did not open by itself")
            adding: Any = dialog.ask.current
            adding.reject()
            await until(lambda: dialog.ask.current is None and not dialog.is_busy())
            dialog.accept()

    run(play())


def test_locking_closes_everything_and_wipes_what_was_typed(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path, empty=True) as stage:
            stage.window.ways_wanted.emit()
            await until(lambda: isinstance(stage.window.ask.current, WaysDialog))
            dialog = stage.window.ask.current
            assert isinstance(dialog, WaysDialog)
            await until(lambda: dialog.slots and not dialog.is_busy())
            adding = await add(dialog, Method.PASSWORD)
            forward(adding, DETAILS)
            type_password(adding)
            form = adding.details_page.forms[0]
            assert isinstance(form, PasswordForm)
            points = form.first.points
            stage.window.close_down()
            await asyncio.sleep(0)
            await until(lambda: stage.window.ask.current is None)
            assert len(points) == 0

    run(play())
