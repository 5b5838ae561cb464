"""The wizard and the generator."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from kvault_gui.engine.api import Opened, Recipe, Secret, Strength
from kvault_gui.engine.errors import DiskFullError, InvalidInputError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Question
from kvault_gui.gui.dialogs import recovery_sheet
from kvault_gui.gui.dialogs.generator import GeneratorDialog
from kvault_gui.gui.dialogs.wizard import IMPORT, NAME, PASSWORD, READY, RECOVERY, NewVaultWizard, WizardCalls
from kvault_gui.gui.dialogs.wizard_pages import folder_name

CODE = "K7QX-4MTR-9WHB-2VZC-8NPF-D3JY-6A1E-5SG0-7HHT"


class Engine:
    """Answers like the engine, without one: this is about the pages."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.recipes: list[Recipe] = []
        self.copied: list[str] = []
        self.full = False
        self.code: Secret | None = None
        self.password: Secret | None = None

    async def create(self, path: str, password: Secret) -> Opened:
        await asyncio.sleep(0)
        if self.full:
            raise DiskFullError(path=path)
        self.made.append((path, password.text()))
        self.password = password
        self.code = Secret.of(CODE)
        return Opened(path, Path(path).name, "00", "1", self.code, reads_values=True, notes=[], drafts=0)

    async def generate(self, recipe: Recipe) -> Secret:
        await asyncio.sleep(0)
        self.recipes.append(recipe)
        if not recipe.words and not (recipe.lower or recipe.upper or recipe.digits or recipe.symbols):
            raise InvalidInputError(reason="There is no character to choose from")
        return Secret.of("varnish otter copper lantern drift" if recipe.words else "x" * recipe.length)

    async def strength(self, secret: Secret) -> Strength:
        await asyncio.sleep(0)
        return Strength(70.0, 4, "") if len(secret.value) > 12 else Strength(10.0, 0, "It is short.")

    def copy(self, secret: Secret) -> None:
        self.copied.append(secret.text())


Step = Callable[[NewVaultWizard, Engine], Coroutine[Any, Any, None]]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            QApplication.sendPostedEvents()
            await asyncio.sleep(0)


@pytest.fixture
def run(look: theme.Theme, qtbot: QtBot, tmp_path: Path) -> Callable[[Step], None]:
    assert look.scheme is theme.Scheme.LIGHT

    def go(step: Step) -> None:
        async def inside() -> None:
            engine = Engine()
            wizard = NewVaultWizard(WizardCalls(engine.create, engine, engine.copy), tmp_path)
            wizard.ask._native = False
            qtbot.addWidget(wizard)
            wizard.show()
            assert QTest.qWaitForWindowActive(wizard)
            await step(wizard, engine)

        asyncio.run(inside())

    return go


async def _to_recovery(wizard: NewVaultWizard, words: str = "varnish otter copper") -> None:
    wizard.next.click()
    QTest.keyClicks(wizard.password_page.first, words)
    QTest.keyClicks(wizard.password_page.second, words)
    wizard.next.click()
    await _until(lambda: wizard.page == RECOVERY and not wizard.tasks.is_running("create"))


def test_a_vault_is_made_with_the_keyboard_alone(run: Callable[[Step], None], tmp_path: Path) -> None:
    async def step(wizard: NewVaultWizard, engine: Engine) -> None:
        def press(text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
            QTest.keyClicks(wizard.focusWidget(), text)
            QTest.keyClick(wizard.focusWidget(), key)

        press("My first vault")
        assert wizard.page == PASSWORD
        press("varnish otter copper", Qt.Key.Key_Tab)
        press("varnish otter copper")
        await _until(lambda: wizard.page == RECOVERY and not wizard.tasks.is_running("create"))
        groups = CODE.split("-")
        for edit, wanted in zip(wizard.recovery_page.answers, wizard.recovery_page.wanted, strict=True):
            QTest.keyClicks(edit, groups[wanted].lower())
        QTest.keyClick(wizard.recovery_page.answers[1], Qt.Key.Key_Return)
        assert wizard.page == IMPORT
        wizard.next.setFocus()
        press("", Qt.Key.Key_Space)
        assert wizard.page == READY
        before = wizard.another_way
        wizard.ready_page.more.click()
        assert (before, wizard.another_way) == (False, True)
        press("", Qt.Key.Key_Space)
        assert wizard.result() == QDialog.DialogCode.Accepted
        assert wizard.code_kept
        assert engine.made == [(str(tmp_path / "my-first-vault"), "varnish otter copper")]
        assert wizard.source is None

    run(step)


def test_back_loses_nothing_that_was_typed(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, _engine: Engine) -> None:
        wizard.next.click()
        QTest.keyClicks(wizard.password_page.first, "varnish otter copper")
        QTest.keyClicks(wizard.password_page.second, "varnish otter")
        QTest.keyClick(wizard, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert wizard.page == NAME
        wizard.name_page.name.setText("Work")
        wizard.next.click()
        assert wizard.password_page.first.peek() == b"varnish otter copper"
        assert wizard.password_page.second.peek() == b"varnish otter"
        assert not wizard.next.isEnabled()

    run(step)


def test_a_difference_is_named_by_its_word_but_not_while_typing(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, _engine: Engine) -> None:
        wizard.next.click()
        page = wizard.password_page
        QTest.keyClicks(page.first, "varnish otter copper")
        QTest.keyClicks(page.second, "varnish ott")
        assert page._differs.text() == ""
        QTest.keyClicks(page.second, "er coper")
        assert page._differs.text() == "Word 3 differs from the one above."
        assert page.second.property("invalid")
        page.second.wipe()
        QTest.keyClicks(page.second, "varnish otter copper")
        assert wizard.next.isEnabled()
        assert not page.second.property("invalid")

    run(step)


def test_a_weak_password_is_named_and_allowed(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, _engine: Engine) -> None:
        wizard.next.click()
        for field in (wizard.password_page.first, wizard.password_page.second):
            QTest.keyClicks(field, "short")
        await _until(lambda: wizard.password_page.score is not None)
        assert wizard.next.text() == "Use it all the same"
        assert "It is short." in wizard.password_page._guess.text()
        assert wizard.password_page.strength.filled == 1

    run(step)


def test_five_words_are_made_and_shown(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, engine: Engine) -> None:
        wizard.next.click()
        page = wizard.password_page
        QTest.keyClick(page.first, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
        await _until(lambda: len(page.first) > 0)
        assert page.first.is_shown
        assert engine.recipes[0].words == 5
        await _until(lambda: page.score == 4)
        assert page.strength.text == "Excellent, about 70 bits"

    run(step)


def test_a_taken_folder_is_refused_before_anything_is_made(run: Callable[[Step], None], tmp_path: Path) -> None:
    (tmp_path / "personal").mkdir()
    (tmp_path / "personal" / "vault.json").write_text("{}")

    async def step(wizard: NewVaultWizard, _engine: Engine) -> None:
        assert not wizard.next.isEnabled()
        wizard.name_page.name.setText("Other")
        assert wizard.next.isEnabled()
        wizard.name_page.name.setText(" / ")
        assert not wizard.next.isEnabled()

    run(step)


@pytest.mark.parametrize(
    ("name", "folder"),
    [("Personal", "personal"), ("My vault", "my-vault"), ("../x", "x"), ("Été 2", "été-2"), ("..", "")],
)
def test_a_name_becomes_one_folder(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_a_failure_is_told_and_the_password_stays(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, engine: Engine) -> None:
        engine.full = True
        wizard.next.click()
        for field in (wizard.password_page.first, wizard.password_page.second):
            QTest.keyClicks(field, "varnish otter copper")
        wizard.next.click()
        await _until(lambda: wizard.ask.current is not None)
        assert isinstance(wizard.ask.current, Question)
        wizard.ask.current.safe.click()
        await _until(lambda: wizard.ask.current is None)
        assert wizard.page == PASSWORD
        assert wizard.next.isEnabled()
        assert wizard.password_page.first.peek() == b"varnish otter copper"

    run(step)


def test_the_code_s_groups_are_compared_as_they_are_read(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, engine: Engine) -> None:
        await _to_recovery(wizard)
        page = wizard.recovery_page
        page._wanted = (6, 7)
        page.answers[0].setText("6aie")  # I is 1
        assert not wizard.next.isEnabled()
        page.answers[1].setText("5SGO")  # O is 0
        assert wizard.next.isEnabled()
        page.answers[1].setText("5SGX")
        assert not wizard.next.isEnabled()
        assert page.answers[1].property("invalid")
        for secret in (engine.code, engine.password):
            assert secret is not None
            assert secret.value == b""
        assert len(wizard.password_page.first) == len(wizard.password_page.second) == 0

    run(step)


def test_skipping_is_remembered_and_told_at_the_end(run: Callable[[Step], None]) -> None:
    async def step(wizard: NewVaultWizard, _engine: Engine) -> None:
        await _to_recovery(wizard)
        assert wizard.back.isHidden()
        wizard.skip.click()
        wizard.next.click()
        assert not wizard.code_kept
        texts = [label.text() for label in wizard.ready_page.findChildren(QLabel)]
        assert "Your recovery code is not kept yet" in texts

    run(step)


def test_closing_before_the_vault_is_made_leaves_nothing_and_afterwards_opens_it(run: Callable[[Step], None]) -> None:
    async def before(wizard: NewVaultWizard, engine: Engine) -> None:
        wizard.next.click()
        QTest.keyClicks(wizard.password_page.first, "secret words")
        wizard.reject()
        assert wizard.result() == QDialog.DialogCode.Rejected
        assert engine.made == []
        assert len(wizard.password_page.first) == 0

    async def after(wizard: NewVaultWizard, _engine: Engine) -> None:
        await _to_recovery(wizard)
        QTest.keyClick(wizard, Qt.Key.Key_Escape)
        assert wizard.isVisible()
        wizard.reject()
        assert wizard.result() == QDialog.DialogCode.Accepted
        assert wizard.opened is not None
        assert wizard.recovery_page._groups == []

    run(before)
    run(after)


def test_the_code_is_copied_and_saved_as_a_sheet(run: Callable[[Step], None], tmp_path: Path) -> None:
    async def step(wizard: NewVaultWizard, engine: Engine) -> None:
        await _to_recovery(wizard)
        wizard.recovery_page._copy_code()
        assert engine.copied == [CODE]
        wizard.recovery_page.pdf_button.click()
        await _until(lambda: wizard.ask.current is not None)
        chooser = wizard.ask.current
        assert isinstance(chooser, QFileDialog)
        chooser.selectFile(str(tmp_path / "sheet.pdf"))
        chooser.done(QDialog.DialogCode.Accepted)
        await _until(lambda: (tmp_path / "sheet.pdf").exists() and wizard.ask.current is None)
        assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF-")

    run(step)


def test_the_sheet_fits_its_page(look: theme.Theme) -> None:
    assert look.scheme is theme.Scheme.LIGHT
    image = QImage(595, 842, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    groups = [bytearray(group.encode()) for group in CODE.split("-")]
    sheet = recovery_sheet.Sheet("A long name " * 8, "/home/me/.kind/vault/" + "x" * 60, groups, 0.0)
    recovery_sheet.paint(painter, image.rect().toRectF().adjusted(57, 57, -57, -57), 1.0, sheet)
    painter.end()
    inked = [y for y in range(842) if any(image.pixel(x, y) != 0xFFFFFFFF for x in range(0, 595, 2))]
    assert inked[0] >= 57
    assert inked[-1] < 842 - 57
    margins = [x for x in (*range(55), *range(541, 595)) if any(image.pixel(x, y) != 0xFFFFFFFF for y in range(842))]
    assert margins == []


def test_the_generator_makes_another_one_for_each_change(look: theme.Theme, qtbot: QtBot) -> None:
    assert look.scheme is theme.Scheme.LIGHT

    async def go() -> None:
        engine = Engine()
        dialog = GeneratorDialog(engine)
        qtbot.addWidget(dialog)
        dialog.show()
        await _until(lambda: dialog.strength.filled == 5)
        assert dialog.shown.is_shown
        dialog.length.box.setValue(9)
        await _until(lambda: dialog.strength.filled == 1)
        dialog._passphrase.setChecked(True)
        await _until(lambda: engine.recipes[-1].words == 5 and dialog.strength.filled == 5)
        dialog.use.click()
        assert dialog.result() == QDialog.DialogCode.Accepted
        assert dialog.take() == b"varnish otter copper lantern drift"
        assert dialog.take() == b""
        assert not dialog.shown.is_shown

    asyncio.run(go())


def test_an_impossible_recipe_is_said_and_nothing_can_be_used(look: theme.Theme, qtbot: QtBot) -> None:
    assert look.scheme is theme.Scheme.LIGHT

    async def go() -> None:
        dialog = GeneratorDialog(Engine())
        qtbot.addWidget(dialog)
        dialog.show()
        for box in (dialog.lower_box, dialog.upper_box, dialog.digits_box, dialog.symbols_box):
            box.setChecked(False)
        await _until(lambda: not dialog.use.isEnabled())
        assert dialog._problem.text() == "There is no character to choose from"
        dialog.lower_box.setChecked(True)
        await _until(dialog.use.isEnabled)
        assert not dialog._problem.isVisible()
        dialog.reject()
        assert dialog.take() == b""

    asyncio.run(go())
