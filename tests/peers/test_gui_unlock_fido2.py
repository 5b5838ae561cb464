"""A FIDO2 token at the window: plug it in, type its PIN, touch it, and the vault opens. Real pcscd, real engine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.desktop.settings import SettingsFile
from kvault_gui.engine.api import Method, NewFactor, Verification
from tests.gui.conftest import look
from tests.gui.inprocess import PASSWORD
from tests.gui.running import Running, home, run_app
from tests.gui.stage import until
from tests.peers.cards.bench import Bench
from tests.peers.cards.ctap import Authenticator
from tests.peers.cards.fixtures import cards
from tests.peers.cards.vicc import pull_at
from tests.peers.unlock_window import PIN, Person, make_vault, password

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.theme import Theme
    from tests.gui.running import Test
    from tests.peers.cards.daemon import Service

pytestmark = pytest.mark.peer
__all__ = ["cards", "home", "look"]

KEY = "My key"
FIDO2 = NewFactor(Method.FIDO2)
TOUCH = NewFactor(Method.FIDO2, verification=Verification.NONE)


class Place:
    """A token in a reader, a vault that it opens, and the application at it."""

    def __init__(self, bench: Bench, folder: Path, start: Callable[[str, Test], None]) -> None:
        self.bench, self._folder, self._start = bench, folder, start
        self.token = Authenticator(PIN)
        self.plugged = bench.plug(self.token)
        self.vault = ""

    def enrol(self, label: str = KEY, *factors: NewFactor) -> None:
        self.vault = make_vault(self._folder / "vault", {label: factors or (FIDO2,)})

    def run(self, test: Test) -> None:
        self._start(self.vault, test)


@pytest.fixture
def place(cards: Service, home: Path, qapp: QApplication, look: Theme) -> Place:
    return Place(Bench(cards, None), home, lambda vault, test: run_app(qapp, look, vault, test))


def test_a_token_is_plugged_in_its_pin_typed_and_touched_and_the_vault_opens(place: Place) -> None:
    place.enrol()
    place.plugged.pull()
    place.token.touch.after = None

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Not plugged in")
        place.plugged.again()
        panel = await person.is_asked(KEY)  # whoever plugs a key in wants to use it
        assert "8 tries are left" in panel.sentences
        await person.types_pin(KEY)
        await person.sees(KEY, "Touch ")
        row = await person.sees(KEY, "Waits ")
        assert row.doing == "touch"
        place.token.touch.press()
        session = await it.opened()
        assert session.window.isVisible()
        assert session.tokens == [place.plugged.id]

    place.run(test)


def test_pulling_and_plugging_are_seen_within_a_second(place: Place) -> None:
    place.enrol(KEY, password(), FIDO2)

    async def test(it: Running) -> None:
        person = Person(it)
        await until(lambda: it.dialog.rows, "no rows")
        title = it.dialog.rows[0].row.title
        await person.sees(title, "Ready")
        for act, words in ((place.plugged.pull, "Not plugged in"), (place.plugged.again, "Ready")) * 2:
            act()
            began = time.monotonic()
            await person.sees(title, words)
            assert time.monotonic() - began < 1

    place.run(test)


def test_a_token_is_seen_after_a_wrong_password(place: Place) -> None:
    place.enrol()
    place.plugged.pull()

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Not plugged in")
        await it.unlock("not the password")
        await until(lambda: "Wrong password" in it.dialog.sentence)
        engine = it.application.client
        await until(lambda: it.application.client is not engine, "the engine was not replaced")
        place.plugged.again()
        await until(lambda: (row := person.row(KEY)) is not None and "Not plugged in" not in row.sentences)

    place.run(test)


def test_a_password_and_then_a_token_open_the_vault(place: Place) -> None:
    place.enrol(KEY, password(), FIDO2)

    async def test(it: Running) -> None:
        person = Person(it)
        await until(lambda: it.dialog.rows, "no rows")
        title = it.dialog.rows[0].row.title
        assert title.startswith("Password + ")
        await person.sees(title, "Ready")
        await person.chooses(title)
        assert it.dialog.focusWidget() is it.dialog.field
        QTest.keyClicks(it.dialog.field, PASSWORD)
        QTest.keyClick(it.dialog.field, Qt.Key.Key_Return)
        await person.types_pin(title)
        await it.opened()

    place.run(test)


def test_a_wrong_password_before_a_token_is_called_a_wrong_password(place: Place) -> None:
    place.enrol(KEY, password(), TOUCH)

    async def test(it: Running) -> None:
        person = Person(it)
        await until(lambda: it.dialog.rows, "no rows")
        title = it.dialog.rows[0].row.title
        await person.sees(title, "Ready")
        await person.chooses(title)
        QTest.keyClicks(it.dialog.field, "wrong")
        QTest.keyClick(it.dialog.field, Qt.Key.Key_Return)
        await until(lambda: "Wrong password" in it.dialog.sentence)
        assert it.application.session is None

    place.run(test)


def test_wrong_pins_are_counted_and_the_last_one_is_asked_about_twice(place: Place) -> None:
    place.enrol()
    place.token.pin_retries = 3

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "3 PIN tries left")
        engine = it.application.client
        await person.chooses(KEY)
        await person.types_pin(KEY, "0000")
        await until(lambda: (row := person.row(KEY)) is not None and "Wrong PIN" in row.sentences)
        panel = await person.is_asked(KEY)
        assert "2 tries are left" in panel.sentences
        await person.types_pin(KEY, "0000")
        await until(lambda: (row := person.row(KEY)) is not None and "last try" in row.sentences)
        await person.types_pin(KEY, "0000")
        assert place.token.pin_retries == 1, "the last try was spent without a question"
        panel = await person.is_asked(KEY)
        await until(lambda: it.dialog.focusWidget() is panel.keep)
        person.presses(Qt.Key.Key_Return)
        assert place.token.pin_retries == 1
        for _ in range(4):
            QTest.keyClick(panel.field, Qt.Key.Key_Backspace)
        QTest.keyClicks(panel.field, PIN)
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
        panel.spend.click()
        await it.opened()
        assert it.application.client is engine, "a wrong PIN replaces no engine"

    place.run(test)


def test_a_token_pulled_out_between_pin_and_touch_is_told_and_the_password_still_opens(place: Place) -> None:
    place.enrol()

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Ready")
        await person.chooses(KEY)
        await person.is_asked(KEY)
        place.plugged.pull()
        await person.types_pin(KEY)
        await person.sees(KEY, "Not plugged in")
        assert it.application.session is None
        await it.unlock()
        await it.opened()

    place.run(test)


def test_cancelling_a_touch_leads_back_to_the_dialog_with_the_same_engine(place: Place) -> None:
    place.enrol(KEY, TOUCH)
    place.token.touch.after = None

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Ready")
        engine = it.application.client
        await person.chooses(KEY)
        await person.sees(KEY, "Waits ")
        person.presses(Qt.Key.Key_Escape)
        await until(lambda: not it.application.unlocking.tasks.is_running("unlock"))
        await until(lambda: not it.application.unlocking.tasks.is_running("engine"))
        await person.sees(KEY, "Ready")
        assert it.application.client is engine
        await person.chooses(KEY)
        await person.sees(KEY, "Waits ")
        place.token.touch.press()
        await it.opened()

    place.run(test)


def test_a_lock_during_a_pin_ends_the_engine_and_leaves_a_dialog_that_works(place: Place) -> None:
    place.enrol()

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Ready")
        engine = it.application.client
        await person.chooses(KEY)
        panel = await person.is_asked(KEY)
        QTest.keyClicks(panel.field, "12")
        it.application.lock("asked by a program")
        await until(lambda: it.application.client is not engine)
        await person.sees(KEY, "Ready")
        assert place.token.pin_retries == 8
        await person.chooses(KEY)
        await person.types_pin(KEY)
        await it.opened()

    place.run(test)


def test_quitting_during_a_touch_waits_for_nobody(place: Place) -> None:
    place.enrol(KEY, TOUCH)
    place.token.touch.after = None

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Ready")
        await person.chooses(KEY)
        await person.sees(KEY, "Waits ")
        QTest.keyClick(it.dialog, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        ended = it.application.ended
        assert ended is not None
        await until(ended.done)

    place.run(test)


def test_what_is_plugged_in_during_a_try_is_shown_after_it(place: Place) -> None:
    place.enrol(KEY, TOUCH)
    place.token.touch.after = None

    async def test(it: Running) -> None:
        person = Person(it)
        await person.sees(KEY, "Ready")
        await person.chooses(KEY)
        await person.sees(KEY, "Waits ")
        place.plugged.pull()
        row = await person.sees(KEY, "Not plugged in")
        assert "was pulled out" in row.sentences
        assert it.application.session is None

    place.run(test)


def test_a_token_that_opened_the_vault_locks_it_when_it_is_pulled_out(place: Place) -> None:
    place.enrol(KEY, TOUCH)

    async def test(it: Running) -> None:
        it.application.settings.lock_on_removal = True
        person = Person(it)
        await person.sees(KEY, "Ready")
        await person.chooses(KEY)
        await it.opened()
        place.plugged.pull()
        await until(lambda: it.became)
        assert it.became[0]["reason"] == "token pulled out"

    place.run(test)


def test_a_pulled_token_locks_nothing_that_a_password_opened(place: Place) -> None:
    place.enrol(KEY, TOUCH)

    async def test(it: Running) -> None:
        it.application.settings.lock_on_removal = True
        await Person(it).sees(KEY, "Ready")
        await it.unlock()
        session = await it.opened()
        told: list[object] = []
        session.plugged.connect(told.append)
        place.plugged.pull()
        await until(lambda: told)
        assert not it.became

    place.run(test)


def test_a_token_of_another_vault_is_named(place: Place, home: Path) -> None:
    place.enrol()
    place.plugged.pull()
    spare = place.bench.plug(Authenticator(PIN), 1)
    other = make_vault(home / "Work", {"Spare": [TOUCH]})
    spare.pull()
    place.plugged.again()
    kept = SettingsFile()
    kept.settings.vaults = [place.vault, other]
    kept.save()

    async def test(it: Running) -> None:
        await until(lambda: any("opens vault, not Work" in notice for notice in it.dialog.state.notices))

    place._start(other, test)


def test_a_card_that_answers_nothing_is_no_wrong_password(place: Place) -> None:
    place.enrol(KEY, TOUCH)
    place.plugged.on_exchange(pull_at(3))

    async def test(it: Running) -> None:
        person = Person(it)
        await until(lambda: person.row(KEY) is not None)
        await it.unlock()
        await it.opened()

    place.run(test)
