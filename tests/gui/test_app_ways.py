"""What the engine tells of the ways in becomes rows; ways in without a token are used at the window."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.app import ways
from kvault_gui.engine.api import (
    FactorInfo,
    Method,
    NewFactor,
    NewSlot,
    Plugged,
    QuickState,
    Secret,
    SlotInfo,
    Ways,
    WayState,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.gui.dialogs.questions import FileDialog
from kvault_gui.gui.dialogs.unlock_parts import AWAY, BLOCKED, LOOKING, READY, WayRow
from tests.engine.unlock.script import ScriptedPrompter
from tests.gui.inprocess import PASSWORD
from tests.gui.running import Running, home, run_app
from tests.gui.stage import until
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.theme import Theme

__all__ = ["home"]


def slot(name: str, *factors: FactorInfo) -> SlotInfo:
    return SlotInfo(f"id-{name}", factors[0].method, name, 0.0, "", reads_values=True, factors=list(factors))


def factor(method: Method, token: str = "", need: int = 0) -> FactorInfo:
    return FactorInfo(method, "", token=token, need=need)


PLAIN = slot("Password", factor(Method.PASSWORD))
CODE = slot("Recovery code", factor(Method.RECOVERY_CODE))
KEY = slot("Blue key", factor(Method.FIDO2, "YubiKey 5C"))
BOTH = slot("Desk", factor(Method.PASSWORD), factor(Method.CHALLENGE_RESPONSE, "YubiKey 5C"))
FILE = slot("Stick", factor(Method.PASSWORD), factor(Method.KEY_FILE))
SHARES = slot("Family", factor(Method.SHARES, need=2))
ALL = [PLAIN, CODE, KEY, BOTH, FILE, SHARES]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_typed_ways_tokens_and_sheets_have_each_their_place() -> None:
    found = ways.shown(ALL, None)
    assert found.methods == ("password", "recovery_code")
    assert [(row.title, row.state) for row in found.rows] == [
        ("Blue key", LOOKING),
        ("Password + YubiKey 5C", LOOKING),
        ("Password + Key file", READY),
    ]
    assert [row.title for row in found.others] == ["Recovery shares: Family (2 needed)"]


def test_states_become_words_and_tries() -> None:
    told = Ways([WayState(KEY.id, ready=True, words="Ready", retries=8)], [])
    (row,) = ways.shown([KEY], told).rows
    assert (row.state, row.words, row.aside) == (READY, "Ready", "8 PIN tries left")
    told = Ways([WayState(KEY.id, ready=True, words="Ready", retries=1)], [])
    assert ways.shown([KEY], told).rows[0].aside == "1 PIN try left"
    told = Ways([WayState(KEY.id, ready=False, words="PIN blocked", retries=0)], [])
    assert ways.shown([KEY], told).rows[0]._replace(title="") == WayRow(KEY.id, "", ("fido2",), BLOCKED, "PIN blocked")
    told = Ways([WayState(BOTH.id, ready=False, words="Not plugged in")], [])
    (row,) = ways.shown([BOTH], told).rows
    assert (row.state, row.words) == (AWAY, "Desk · Not plugged in")
    assert row.typed_first
    assert ways.shown([KEY], Ways([], [])).rows[0].words == "kvault cannot look for it"


def test_quick_unlock_is_offered_only_when_it_is_ready() -> None:
    assert ways.offer(None) is None
    assert ways.offer(QuickState(ready=False, reason="its time has passed")) is None
    made = ways.offer(QuickState(ready=True, until=time.time() + 600, retries=1))
    assert made is not None
    assert made.words.startswith("Quick unlock until ")
    assert made.words.endswith("1 try is left.")


@pytest.mark.parametrize(
    ("tokens", "present", "service", "out"),
    [
        (["pcsc:A"], ["pcsc:A"], True, False),
        (["pcsc:A"], [], True, True),
        (["hid:/dev/hidraw1"], ["pcsc:A"], True, True),
        (["pcsc:A"], [], False, False),  # the service ended: nothing is known of its readers
        (["hid:/dev/hidraw1"], [], False, True),
        (["tpm", "keyring", "pkcs11:/m.so:1"], [], True, False),  # nobody pulls those
        ([], [], True, False),
    ],
)
def test_only_what_was_plugged_in_can_be_pulled_out(
    tokens: list[str], present: list[str], *, service: bool, out: bool
) -> None:
    assert ways.is_pulled_out(tokens, Plugged(present, service)) is out


# --- at the window ---------------------------------------------------------------------------------------------------


@pytest.fixture
def key_file(home: Path) -> Path:
    path = home / "key.bin"
    path.write_bytes(os.urandom(200))
    return path


@pytest.fixture
def vault(home: Path, key_file: Path) -> str:
    """A vault that opens with its password, or with the same password and a key file."""
    engine = Engine(ScriptedPrompter(), "tests", kdf_seconds=0)
    engine.vaults.create(str(home / "vault"), Secret.of(PASSWORD))
    wanted = [NewFactor(Method.PASSWORD, Secret.of("another one")), NewFactor(Method.KEY_FILE, file=str(key_file))]
    finish(engine.slots.add(NewSlot("Stick", wanted)))
    engine.vaults.close()
    return str(home / "vault")


async def type_password(it: Running, text: str) -> None:
    """Choose the way with the key file, type the password, press Enter."""
    await until(lambda: it.dialog.rows, "no row for the key file")
    it.dialog.rows[0].button.click()
    QTest.keyClicks(it.dialog.field, text)
    QTest.keyClick(it.dialog.field, Qt.Key.Key_Return)


async def asked_for_file(it: Running) -> FileDialog:
    await until(lambda: isinstance(it.application.unlocking.ask.current, FileDialog), "no file was asked for")
    dialog = it.application.unlocking.ask.current
    assert isinstance(dialog, FileDialog)
    return dialog


def test_a_password_and_a_key_file_open_the_vault(qapp: QApplication, look: Theme, vault: str, key_file: Path) -> None:
    async def test(it: Running) -> None:
        await type_password(it, "another one")
        dialog = await asked_for_file(it)
        assert "Stick" in dialog.accessibleDescription()
        QTest.keyClicks(dialog.path, str(key_file))
        QTest.keyClick(dialog.path, Qt.Key.Key_Return)
        session = await it.opened()
        assert session.window.isVisible()

    run_app(qapp, look, vault, test)


def test_a_wrong_key_file_is_told_without_saying_which_of_the_two_was_wrong(
    qapp: QApplication, look: Theme, vault: str, home: Path
) -> None:
    other = home / "other.bin"
    other.write_bytes(os.urandom(200))

    async def test(it: Running) -> None:
        first = it.application.client
        await type_password(it, "another one")
        dialog = await asked_for_file(it)
        dialog.set_path(str(other))
        dialog.accept()
        await until(lambda: "Wrong password or wrong key file" in it.dialog.sentence)
        await until(lambda: it.application.client is not first, "the engine keeps what was typed")
        it.dialog.rows[0].button.click()  # back to the password alone
        await it.unlock()
        await it.opened()

    run_app(qapp, look, vault, test)


def test_a_file_that_is_none_is_told_at_the_row_and_the_password_need_not_be_typed_again(
    qapp: QApplication, look: Theme, vault: str, home: Path, key_file: Path
) -> None:
    async def test(it: Running) -> None:
        await type_password(it, "another one")
        dialog = await asked_for_file(it)
        dialog.set_path(str(home / "nowhere"))
        dialog.accept()
        await until(lambda: "cannot be used" in it.dialog.rows[0].sentences)
        QTest.keyClick(it.dialog.field, Qt.Key.Key_Return)
        dialog = await asked_for_file(it)
        dialog.set_path(str(key_file))
        dialog.accept()
        await it.opened()

    run_app(qapp, look, vault, test)


def test_no_file_is_no_failure(qapp: QApplication, look: Theme, vault: str) -> None:
    async def test(it: Running) -> None:
        await type_password(it, "another one")
        (await asked_for_file(it)).reject()
        await until(lambda: not it.application.unlocking.tasks.is_running("unlock"))
        assert it.dialog.sentence == ""
        assert it.application.unlocking.trying.failures == 0

    run_app(qapp, look, vault, test)


def test_a_wrong_password_asks_for_no_key_file(qapp: QApplication, look: Theme, vault: str) -> None:
    async def test(it: Running) -> None:
        await until(lambda: it.dialog.rows)
        await it.unlock("wrong")
        await until(lambda: "Wrong password" in it.dialog.sentence)
        assert it.application.unlocking.ask.current is None

    run_app(qapp, look, vault, test)
