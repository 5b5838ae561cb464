"""Every method that wants a part is added and tested in the window: real engine process, real and emulated parts.

``KVAULT_PICTURES=FOLDER`` (a folder that exists) keeps a picture of every step.
"""

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
from kvault_gui.gui.dialogs.questions import SecretDialog, TouchDialog
from kvault_gui.gui.dialogs.ways import WaysDialog
from kvault_gui.gui.dialogs.ways.add import DETAILS, DONE, TERMS, AddDialog
from kvault_gui.gui.dialogs.ways.forms_soft import PasswordForm
from kvault_gui.gui.dialogs.ways.forms_token import Pkcs11Form, TokenForm
from tests.gui.conftest import look
from tests.gui.running import Running, run_app
from tests.gui.stage import until
from tests.peers.parts import IN_READERS, OWNER, PINS, Parts, parts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QDialog, QWidget

    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.theme import Theme

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["look", "parts"]

NEW = "another long password"
HELD = [*IN_READERS, Method.PKCS11, Method.TPM, Method.DEVICE]
ALONE = [method for method in HELD if method is not Method.CHALLENGE_RESPONSE]


class Hands:
    """Answers what is asked over a dialog: PINs, touches, confirmations."""

    def __init__(self, parts: Parts, method: Method) -> None:
        self.parts, self.method = parts, method
        self.asked: list[str] = []
        self._pictures = 0

    async def picture(self, widget: QWidget, step: str) -> None:
        folder = os.environ.get("KVAULT_PICTURES")
        if folder:  # exists
            await asyncio.sleep(0.1)  # what was just made settles its layout
            self._pictures += 1
            widget.grab().save(f"{folder}/{self.method}-{self._pictures}-{step}.png")

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
        await self.picture(dialog, type(dialog).__name__)
        if isinstance(dialog, SecretDialog):
            pin = NEW if dialog.accessibleDescription().startswith("The password of") else PINS[self.method]
            QTest.keyClicks(dialog.field, pin)
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
        elif isinstance(dialog, TouchDialog):
            name = "openpgp" if self.method is Method.OPENPGP else "yubikey"
            self.parts.touches[self.parts.tokens[name]].press()
        else:
            pytest.fail(f"nobody expected {dialog.accessibleName()}: {dialog.accessibleDescription()}")


@pytest.fixture
def start(
    parts: Parts, qapp: QApplication, look: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Running, WaysDialog], Awaitable[None]]], None]:
    """Run a test with the application at a copy of the prepared vault, unlocked, with Ways in open."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    parts.arrange()
    vault = tmp_path / "Personal"
    shutil.copytree(parts.vault, vault)

    def go(test: Callable[[Running, WaysDialog], Awaitable[None]]) -> None:
        async def act(it: Running) -> None:
            await it.unlock(OWNER)
            session = await it.opened()
            session.window.ask._native = False
            session.window.ways_wanted.emit()
            await until(lambda: isinstance(session.window.ask.current, WaysDialog), "it did not open")
            dialog = session.window.ask.current
            await until(lambda: dialog.slots and not dialog.is_busy(), "it never read")
            await test(it, dialog)
            dialog.accept()

        run_app(qapp, look, str(vault), act)

    return go


async def add(dialog: WaysDialog, hands: Hands, *methods: Method) -> AddDialog:
    """Through the wizard to its end."""
    dialog.list_page.add.click()
    await until(lambda: isinstance(dialog.ask.current, AddDialog), "Add did not open")
    adding = dialog.ask.current
    assert isinstance(adding, AddDialog)
    await until(lambda: adding.choose_page.buttons and adding.tokens, "it never looked what there is")
    for method in methods:
        assert method in adding.choose_page.buttons, adding.choose_page._ready[method].reason
        button: Any = adding.choose_page.buttons[method]
        button.click()
    await hands.picture(adding, "choose")
    adding.next.click()
    assert adding.page == DETAILS
    await fill(adding, hands)
    await hands.picture(adding, "details")
    await until(adding.next.isEnabled, "the details never were complete")
    adding.next.click()
    assert adding.page == TERMS
    await hands.picture(adding, "terms")
    adding.next.click()
    await hands.answer(adding.ask, lambda: not adding.is_working() and adding.page > TERMS)
    await hands.picture(adding, "end")
    assert adding.page == DONE, adding.run_page.said.accessibleName()
    return adding


async def fill(adding: AddDialog, hands: Hands) -> None:
    for form in adding.details_page.forms:
        if isinstance(form, PasswordForm):
            for field in (form.first, form.second):
                QTest.keyClicks(field, NEW)
        elif isinstance(form, Pkcs11Form):
            form.module.setText(hands.parts.hsm.module)
            form.look()
            await until(partial(shows_a_token, form), "the module shows nothing")
            form.choice.box.setCurrentIndex(form.choice.box.findText("owner", Qt.MatchFlag.MatchStartsWith))
            form.make.setChecked(False)
            form.key.setText("matrix")
        elif isinstance(form, TokenForm):
            await until(partial(has_a_token, form), f"{form.method} sees no token")


def shows_a_token(form: Pkcs11Form) -> bool:
    return form.choice.box.count() > 0


def has_a_token(form: TokenForm) -> bool:
    return bool(form.token_id)


async def close(dialog: WaysDialog, adding: AddDialog) -> None:
    adding.next.click()
    await until(lambda: dialog.ask.current is None and not dialog.is_busy(), "Add did not close")


async def try_it(dialog: WaysDialog, hands: Hands, slot: str) -> None:
    dialog.list_page.said.hide()
    dialog.list_page.cards[slot].test.click()
    await hands.answer(dialog.ask, lambda: not dialog.is_busy())
    await hands.picture(dialog, "tested")
    assert "It took" in dialog.list_page.said.accessibleName()
    assert not dialog.list_page.said.isHidden()
    assert dialog.ask.current is None


@pytest.mark.parametrize("method", ALONE)
def test_each_method_is_added_and_tested_in_the_window(
    parts: Parts, start: Callable[..., None], method: Method
) -> None:
    async def test(_it: Running, dialog: WaysDialog) -> None:
        hands = Hands(parts, method)
        adding = await add(dialog, hands, method)
        await close(dialog, adding)
        slot = dialog.slots[-1]
        assert [factor.method for factor in slot.factors] == [method]
        if method in IN_READERS:
            await until(lambda: slot.id in dialog.states, "nobody looked whether it is plugged in")
            assert dialog.states[slot.id].token
        await try_it(dialog, hands, slot.id)
        assert ("SecretDialog" in hands.asked) == (method is not Method.DEVICE)
        assert ("TouchDialog" in hands.asked) == (method in IN_READERS)

    start(test)


@pytest.mark.parametrize("method", HELD)
def test_each_method_is_added_together_with_a_password(
    parts: Parts, start: Callable[..., None], method: Method
) -> None:
    async def test(it: Running, dialog: WaysDialog) -> None:
        hands = Hands(parts, method)
        adding = await add(dialog, hands, Method.PASSWORD, method)
        await close(dialog, adding)
        slot = dialog.slots[-1]
        assert [factor.method for factor in slot.factors] == [Method.PASSWORD, method]
        await try_it(dialog, hands, slot.id)
        assert it.application.client is not None

    start(test)


def test_pulling_a_token_is_seen_while_the_details_are_filled_in(parts: Parts, start: Callable[..., None]) -> None:
    async def test(_it: Running, dialog: WaysDialog) -> None:
        dialog.list_page.add.click()
        await until(lambda: isinstance(dialog.ask.current, AddDialog))
        adding = dialog.ask.current
        assert isinstance(adding, AddDialog)
        await until(lambda: adding.choose_page.buttons and adding.tokens, "no tokens")
        adding.choose_page.add(Method.OPENPGP)
        adding.next.click()
        form = adding.details_page.forms[0]
        assert isinstance(form, TokenForm)
        await until(lambda: form.token_id, "no card")
        parts._plug("openpgp", there=False)
        try:
            await until(lambda: not form.token_id, "the card is still offered")
            assert not adding.next.isEnabled()
        finally:
            parts._plug("openpgp", there=True)
        await until(lambda: form.token_id, "the card did not come back")
        assert adding.next.isEnabled()
        adding.reject()
        await until(lambda: dialog.ask.current is None and not dialog.is_busy())

    start(test)
