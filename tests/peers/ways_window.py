"""The dialog of ways in over the real application: a way in is added in it, step by step, and what it gives is kept."""

from __future__ import annotations

import asyncio
import os
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import Method
from kvault_gui.engine.tokens import device
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.questions import SecretDialog, TouchDialog
from kvault_gui.gui.dialogs.ways import WaysDialog
from kvault_gui.gui.dialogs.ways.add import CODE, DETAILS, DONE, SHARES, TERMS, AddDialog
from kvault_gui.gui.dialogs.ways.forms_soft import KeyFileForm, PasswordForm
from kvault_gui.gui.dialogs.ways.forms_token import Pkcs11Form, TokenForm
from tests.gui.running import run_app
from tests.gui.stage import until
from tests.peers.parts import PINS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QDialog, QWidget

    from kvault_gui.engine.api import SlotInfo
    from kvault_gui.gui.ask import Ask
    from tests.gui.running import Running, Test
    from tests.peers.parts import Parts

NEW = "another long password"
_MACHINE_IDS = device.MACHINE_IDS  # before the parts name one of their own
NEW_KEY_FILE = "new.key"


class House:
    """A copy of the prepared vault, and the application at it: started as often as a test wants."""

    def __init__(self, parts: Parts, folder: Path, qapp: QApplication, look: theme.Theme) -> None:
        self.parts, self.folder, self._qapp, self._look = parts, folder, qapp, look
        self.vault = folder / "Personal"
        shutil.copytree(parts.vault, self.vault)

    def run(self, test: Test) -> None:
        """Start the application, do ``test``, quit."""
        run_app(self._qapp, self._look, str(self.vault), test)

    def pictures(self, name: str) -> Pictures:
        """Of the steps of a test."""
        return Pictures(name, self._look)

    def hands(self, method: Method, name: str = "") -> Hands:
        """Somebody who has every part, and is to use this one."""
        return Hands(self.parts, method, self.pictures(name or method))


@pytest.fixture
def house(
    parts: Parts, qapp: QApplication, look: theme.Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> House:
    """All parts plugged in; folders of the person's own."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    monkeypatch.setattr(device, "MACHINE_IDS", _MACHINE_IDS)  # as the engine's own process sees this computer
    parts.arrange()
    return House(parts, tmp_path, qapp, look)


class Pictures:
    """Pictures of every step, light and dark, in the folder that ``KVAULT_PICTURES`` names; without it none."""

    def __init__(self, name: str, look: theme.Theme) -> None:
        self._name, self._look, self._count = name, look, 0

    async def take(self, widget: QWidget, step: str) -> None:
        """Keep what ``widget`` shows now."""
        folder = os.environ.get("KVAULT_PICTURES")
        if not folder:
            return
        self._count += 1
        for scheme in (theme.Scheme.DARK, theme.Scheme.LIGHT):
            self._look.set_scheme(scheme)
            await asyncio.sleep(0.1)  # what was just made settles its layout
            widget.grab().save(f"{folder}/{self._name}-{self._count:02}-{step}-{scheme.value}.png")


class Hands:
    """Answers what is asked over a dialog: PINs, touches, confirmations. ``kept`` is the code or the shares."""

    def __init__(self, parts: Parts, method: Method, pictures: Pictures) -> None:
        self.parts, self.method, self.pictures = parts, method, pictures
        self.asked: list[str] = []
        self.kept: list[str] = []

    async def answer(self, ask: Ask, done: Callable[[], bool]) -> None:
        """Until ``done``: give what each question wants, once."""
        answered: QDialog | None = None
        async with asyncio.timeout(60):
            while not done():
                current = ask.current
                if current is not None and current is not answered:
                    answered = current
                    await self._give(current)
                await asyncio.sleep(0.01)

    async def _give(self, dialog: QDialog) -> None:
        self.asked.append(type(dialog).__name__)
        await self.pictures.take(dialog, type(dialog).__name__)
        if isinstance(dialog, SecretDialog):
            pin = NEW if dialog.accessibleDescription().startswith("The password of") else PINS[self.method]
            QTest.keyClicks(dialog.field, pin)
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
        elif isinstance(dialog, TouchDialog):
            touch_of(self.parts, self.method).press()
        else:
            pytest.fail(f"nobody expected {dialog.accessibleName()}: {dialog.accessibleDescription()}")


def touch_of(parts: Parts, method: Method) -> Any:
    """The button of the token that has it."""
    return parts.touches[parts.tokens["openpgp" if method is Method.OPENPGP else "yubikey"]]


async def ways_of(it: Running, password: str) -> WaysDialog:
    """Unlock with a password and open the dialog of ways in."""
    await it.unlock(password)
    session = await it.opened()
    session.window.ask._native = False
    session.window.ways_wanted.emit()
    await until(lambda: isinstance(session.window.ask.current, WaysDialog), "it did not open")
    dialog = session.window.ask.current
    assert isinstance(dialog, WaysDialog)
    await until(lambda: dialog.slots and not dialog.is_busy(), "it never read")
    return dialog


async def add(
    dialog: WaysDialog, hands: Hands, *methods: Method, choose: Callable[[AddDialog], None] | None = None
) -> AddDialog:
    """Through the wizard to its end. ``choose`` changes the details that are proposed."""
    dialog.list_page.add.click()
    await until(lambda: isinstance(dialog.ask.current, AddDialog), "Add did not open")
    adding = dialog.ask.current
    assert isinstance(adding, AddDialog)
    await until(lambda: adding.choose_page.buttons and adding.tokens, "it never looked what there is")
    for method in methods:
        assert method in adding.choose_page.buttons, adding.choose_page._ready[method].reason
        button: Any = adding.choose_page.buttons[method]
        button.click()
    await hands.pictures.take(adding, "choose")
    adding.next.click()
    assert adding.page == DETAILS
    await fill(adding, hands)
    if choose is not None:
        choose(adding)
    await hands.pictures.take(adding, "details")
    await until(adding.next.isEnabled, "the details never were complete")
    adding.next.click()
    assert adding.page == TERMS
    await hands.pictures.take(adding, "terms")
    adding.next.click()
    await hands.answer(adding.ask, lambda: not adding.is_working() and adding.page > TERMS)
    await keep(adding, hands)
    await hands.pictures.take(adding, "end")
    assert adding.page == DONE, adding.run_page.said.accessibleName()
    return adding


async def fill(adding: AddDialog, hands: Hands) -> None:
    for form in adding.details_page.forms:
        if isinstance(form, PasswordForm):
            for field in (form.first, form.second):
                QTest.keyClicks(field, NEW)
        elif isinstance(form, KeyFileForm):
            QTest.keyClicks(form.path, f"~/{NEW_KEY_FILE}")
        elif isinstance(form, Pkcs11Form):
            form.module.setText(hands.parts.hsm.module)
            form.look()
            await until(partial(shows_a_token, form), "the module shows nothing")
            form.choice.box.setCurrentIndex(form.choice.box.findText("owner", Qt.MatchFlag.MatchStartsWith))
            form.make.setChecked(False)
            form.key.setText("matrix")
        elif isinstance(form, TokenForm):
            await until(partial(has_a_token, form), f"{form.method} sees no token")


async def keep(adding: AddDialog, hands: Hands) -> None:
    """Write down a new code or new shares, and show it as the page wants."""
    if adding.page == CODE:
        code = adding.code_page
        groups = [bytes(group).decode() for group in code._groups]
        hands.kept.append("-".join(groups))
        for at, field in zip(code.wanted, code.answers, strict=True):
            QTest.keyClicks(field, groups[at])
        await hands.pictures.take(adding, "code")
        adding.next.click()
    if adding.page == SHARES:
        page = adding.shares_page
        shares = [" ".join(bytes(word).decode() for word in sheet.words) for sheet in page.sheets]
        hands.kept += shares
        for row, share in zip(page.rows, shares, strict=True):
            for at, field in zip(row.wanted, row.edits, strict=True):
                QTest.keyClicks(field, share.split()[at])
        await hands.pictures.take(adding, "shares")
        adding.next.click()


def shows_a_token(form: Pkcs11Form) -> bool:
    return form.choice.box.count() > 0


def has_a_token(form: TokenForm) -> bool:
    return bool(form.token_id)


async def close(dialog: WaysDialog, adding: AddDialog) -> SlotInfo:
    """Back to the list; gives the way in that was added."""
    adding.next.click()
    await until(lambda: dialog.ask.current is None and not dialog.is_busy(), "Add did not close")
    return dialog.slots[-1]


async def try_it(dialog: WaysDialog, hands: Hands, slot: str) -> None:
    """Test it."""
    dialog.list_page.said.hide()
    dialog.list_page.cards[slot].test.click()
    await hands.answer(dialog.ask, lambda: not dialog.is_busy())
    await hands.pictures.take(dialog, "tested")
    assert "It took" in dialog.list_page.said.accessibleName()
    assert not dialog.list_page.said.isHidden()
    assert dialog.ask.current is None
