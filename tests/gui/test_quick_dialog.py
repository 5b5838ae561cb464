"""Quick unlock: the dialog that sets it up, its words, its part of the settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kvault_gui.desktop.settings import Settings
from kvault_gui.engine.api import QuickState
from kvault_gui.engine.errors import InvalidInputError
from kvault_gui.gui.dialogs.quick import QuickDialog, durations, in_words, span
from kvault_gui.gui.dialogs.settings import SettingsDialog
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from PySide6.QtWidgets import QApplication

    from kvault_gui.engine.api import Secret
    from kvault_gui.engine.errors import KvaultError

pytestmark = pytest.mark.usefixtures("look")
OFF = QuickState(ready=False, where="TPM", words="It keeps out whoever comes to your keyboard.")


class Remembers:
    """The engine's part, recorded."""

    def __init__(self, refuses: KvaultError | None = None) -> None:
        self.refuses = refuses
        self.given: list[tuple[bytes | None, int, bool]] = []

    async def state(self, _path: str) -> QuickState:
        return OFF

    async def remember(self, pin: Secret | None, seconds: int, biometrics: bool) -> QuickState:  # noqa: FBT001 as api
        if self.refuses is not None:
            raise self.refuses
        self.given.append((bytes(pin.value) if pin is not None else None, seconds, biometrics))
        return QuickState(ready=True, until=time.time() + seconds, retries=3, where="TPM")

    async def forget(self, _path: str) -> None:
        self.given.clear()


def setting_up(
    qapp: QApplication, calls: Remembers, act: Callable[[QuickDialog], Awaitable[None]], *, finger: bool = False
) -> None:
    async def test() -> None:
        window = QWidget()
        dialog = QuickDialog(calls, OFF, 60, finger=finger)
        dialog.setParent(window, dialog.windowFlags())
        dialog.show()
        await act(dialog)
        dialog.reject()
        window.deleteLater()

    play(qapp, test())


def test_a_pin_typed_twice_is_kept_for_the_chosen_time(qapp: QApplication) -> None:
    calls = Remembers()

    async def act(dialog: QuickDialog) -> None:
        QTest.keyClicks(dialog.first, "123")
        QTest.keyClicks(dialog.second, "123")
        assert not dialog.action.isEnabled(), "too short"
        QTest.keyClicks(dialog.first, "4")
        QTest.keyClicks(dialog.second, "4")
        dialog.time.setCurrentIndex(dialog.time.findData(15))
        QTest.keyClick(dialog.second, Qt.Key.Key_Return)
        await until(lambda: calls.given)
        assert calls.given == [(b"1234", 900, False)]
        await until(lambda: not dialog.isVisible())
        assert dialog.state.ready
        assert len(dialog.first) == len(dialog.second) == 0

    setting_up(qapp, calls, act)


def test_two_pins_that_differ_are_told_and_not_kept(qapp: QApplication) -> None:
    calls = Remembers()

    async def act(dialog: QuickDialog) -> None:
        QTest.keyClicks(dialog.first, "1234")
        QTest.keyClicks(dialog.second, "1235")
        dialog.action.click()
        assert dialog.problem.text == "The two differ. Type the PIN again."
        assert not calls.given

    setting_up(qapp, calls, act)


def test_what_the_engine_refuses_is_said_in_the_dialog(qapp: QApplication) -> None:
    async def act(dialog: QuickDialog) -> None:
        for field in (dialog.first, dialog.second):
            QTest.keyClicks(field, "1234")
        dialog.action.click()
        await until(lambda: "That PIN is too easy" in dialog.problem.text)
        assert dialog.isVisible()

    setting_up(qapp, Remembers(InvalidInputError(reason="That PIN is too easy")), act)


def test_a_finger_alone_needs_no_pin(qapp: QApplication) -> None:
    calls = Remembers()

    async def act(dialog: QuickDialog) -> None:
        assert not dialog.action.isEnabled()
        dialog.finger.click()
        assert dialog.action.text() == "Use the fingerprint"
        dialog.action.click()
        await until(lambda: calls.given)
        assert calls.given == [(None, 3600, True)]

    setting_up(qapp, calls, act, finger=True)


def test_a_finger_is_offered_only_where_one_can_be_read(qapp: QApplication) -> None:
    async def act(dialog: QuickDialog) -> None:
        assert not dialog.finger.isVisible()

    setting_up(qapp, Remembers(), act)


def test_times_are_words_and_the_setting_is_among_them() -> None:
    assert [span(minutes) for minutes in (15, 60, 240, 90)] == ["15 minutes", "1 hour", "4 hours", "90 minutes"]
    assert 37 in durations(37)
    assert durations(60) == sorted(set(durations(60)))


def test_how_it_stands_is_a_sentence() -> None:
    assert in_words(OFF) == "Not set up in this session."
    assert in_words(QuickState(ready=False, reason="No TPM.")) == "No TPM."
    assert in_words(QuickState(ready=True, until=time.time() + 60)).startswith("A PIN unlocks until ")


def test_the_settings_show_it_and_offer_only_what_is_possible() -> None:
    dialog = SettingsDialog(Settings(), [])
    dialog.set_quick(OFF)
    assert not dialog.quick_set.isHidden()
    assert dialog.quick_forget.isHidden()
    dialog.set_quick(QuickState(ready=True, until=time.time() + 60, where="TPM"))
    assert not dialog.quick_forget.isHidden()
    dialog.set_quick(QuickState(ready=False, reason="Quick unlock needs a TPM or the desktop's keyring."))
    assert dialog.quick_set.isHidden()
    assert "needs a TPM" in dialog.quick_words.text()
