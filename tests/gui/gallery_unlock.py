"""The unlock dialog with tokens, cards and chips in every state, the questions of tokens, quick unlock."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtTest import QTest

from kvault_gui.desktop.settings import Settings
from kvault_gui.engine.api import AskFile, AskPlug, AskSecret, AskTouch, Method, QuickState, Secret
from kvault_gui.gui.dialogs.questions import FileDialog, PlugDialog, SecretDialog, TouchDialog
from kvault_gui.gui.dialogs.questions_secret import SecretWanted
from kvault_gui.gui.dialogs.quick import QuickDialog
from kvault_gui.gui.dialogs.settings import SettingsDialog
from kvault_gui.gui.dialogs.unlock import UnlockDialog, UnlockState, WayRow
from kvault_gui.gui.dialogs.unlock_parts import AWAY, BLOCKED, LOOKING, PASSWORD, READY, RECOVERY_CODE, QuickOffer
from tests.gui.gallery import screen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

KEY = WayRow("a", "YubiKey 5C", ("fido2",), READY, "Ready", "8 PIN tries left")
SPARE = WayRow("b", "Nitrokey 3, spare", ("fido2",), AWAY, "Not plugged in", "8 PIN tries left")
BOTH = WayRow("c", "Password + YubiKey 5C", (PASSWORD, "challenge_response"), READY, "Ready")
CARD = WayRow("d", "Staff card", ("piv",), BLOCKED, "PIN blocked", "")
READER = WayRow("d", "Staff card", ("piv",), AWAY, "No card in SCM Microsystems SPR 532")
TPM = WayRow("e", "This computer's chip", ("tpm",), READY, "Ready", "31 PIN tries left")
FILE = WayRow("f", "Password + key file", (PASSWORD, "key_file"), READY, "The file is asked for after the password")
HSM = WayRow("g", "Office HSM", ("pkcs11",), LOOKING, "Looking for it")
SHARES = WayRow("h", "Recovery shares, 2 of 3", ("shares",), READY, "Ready")
STATE = UnlockState(
    "Personal",
    "~/.kind/vault/personal",
    recent=(("Work", "~/.kind/vault/work"),),
    methods=(PASSWORD, RECOVERY_CODE),
    rows=(KEY, SPARE),
    others=(SHARES,),
)
QUICKLY = QuickOffer("Quick unlock until 18:40. 3 tries are left.")


def _register(make: Callable[[], QWidget]) -> None:
    @screen(make.__name__.replace("_", "-"))
    @asynccontextmanager
    async def _paint(_folder: Path, _size: tuple[int, int]) -> AsyncIterator[QWidget]:
        dialog = make()
        dialog.show()
        QTest.qWaitForWindowActive(dialog)
        yield dialog
        dialog.hide()
        dialog.deleteLater()


def rows(*ways: WayRow, **more: Any) -> UnlockDialog:
    """The dialog with these ways in."""
    return UnlockDialog(STATE._replace(rows=ways, **more))


def busy(slot: str, *ways: WayRow) -> UnlockDialog:
    """The dialog with a try that runs."""
    dialog = rows(*ways)
    dialog.show()
    dialog.begin_unlock(slot)
    return dialog


def unlock_ways() -> QWidget:
    """One token is plugged in, the spare one is not."""
    return rows(KEY, SPARE)


def unlock_ways_all() -> QWidget:
    """One of each."""
    return rows(KEY, SPARE, BOTH, CARD, TPM, FILE, HSM)


def unlock_ways_many() -> QWidget:
    """As many as a vault may have."""
    spares = [SPARE._replace(slot=f"s{number}", title=f"Spare key {number}") for number in range(1, 61)]
    return rows(*spares, KEY, TPM)


def unlock_ways_notices() -> QWidget:
    """A token of another vault, and no service for cards."""
    return rows(
        KEY._replace(state=AWAY, words="Not plugged in"),
        READER,
        notices=(
            "Nitrokey 3 opens the vault Work, not this one.",
            "The smart card service (pcscd) is not running. Start it: “sudo systemctl start pcscd.socket”.",
        ),
    )


def unlock_touch() -> QWidget:
    """It blinks."""
    dialog = busy("a", KEY, SPARE)
    dialog.spot("YubiKey 5C").show_touch("YubiKey 5C", 21, "It blinks.")
    return dialog


def unlock_pin() -> QWidget:
    """It wants its PIN."""
    dialog = busy("a", KEY, SPARE)
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN of YubiKey 5C", "", SecretWanted("PIN of YubiKey 5C", 8, "YubiKey 5C", 4))
    assert item.secret is not None
    item.secret.field.set_secret(bytearray(b"1234"))
    return dialog


def unlock_pin_wrong() -> QWidget:
    """The one before was wrong."""
    dialog = busy("a", KEY, SPARE)
    item = dialog.spot("YubiKey 5C")
    item.remember_wrong("Wrong PIN. Check which PIN belongs to this token before you try again.")
    item.show_secret("PIN of YubiKey 5C", "", SecretWanted("PIN of YubiKey 5C", 7, "YubiKey 5C", 4))
    return dialog


def unlock_pin_last() -> QWidget:
    """One try is left."""
    dialog = busy("a", KEY, SPARE)
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN of YubiKey 5C", "", SecretWanted("PIN of YubiKey 5C", 1, "YubiKey 5C", 4))
    assert item.secret is not None
    item.secret.field.set_secret(bytearray(b"1234"))
    return dialog


def unlock_pin_last_sure() -> QWidget:
    """Asked before it is spent."""
    dialog = unlock_pin_last()
    assert isinstance(dialog, UnlockDialog)
    secret = dialog.spot("YubiKey 5C").secret
    assert secret is not None
    secret.submit()
    return dialog


def unlock_plug() -> QWidget:
    """It is not there."""
    dialog = busy("b", KEY, SPARE)
    dialog.spot("Nitrokey 3, spare").show_plug("Nitrokey 3, spare", 60, "", again=False)
    return dialog


def unlock_working() -> QWidget:
    """The card computes."""
    return busy("a", KEY, SPARE)


def unlock_trouble() -> QWidget:
    """It was pulled out."""
    dialog = rows(KEY, SPARE)
    dialog.show()
    dialog.field.set_secret(bytearray(b"varnish otter"))
    dialog.show_trouble(
        "a",
        "YubiKey 5C was pulled out before it was done. Plug it in again and leave it there until kvault says that it "
        "is done.",
    )
    return dialog


def unlock_password_then() -> QWidget:
    """The password goes to the way in that wants a token too."""
    dialog = rows(BOTH, KEY, SPARE)
    dialog.show()
    dialog.choose("c")
    dialog.field.set_secret(bytearray(b"varnish otter"))
    return dialog


def unlock_tokens_alone() -> QWidget:
    """No password opens this vault."""
    return rows(KEY, SPARE, methods=(RECOVERY_CODE,))


def unlock_quick() -> QWidget:
    """A PIN is enough."""
    dialog = rows(KEY, SPARE, quick=QUICKLY)
    dialog.field.set_secret(bytearray(b"4711"))
    return dialog


def unlock_quick_finger() -> QWidget:
    """A finger is enough."""
    return rows(KEY, SPARE, quick=QUICKLY._replace(pin=False, finger=True, words="Quick unlock until 18:40."))


def unlock_quick_wrong() -> QWidget:
    """It was another one."""
    dialog = rows(KEY, SPARE, quick=QUICKLY._replace(words="Quick unlock until 18:40. 2 tries are left."))
    dialog.show()
    dialog.show_wrong(0, "Wrong PIN; 2 tries are left.")
    return dialog


KEEPS = "It keeps out whoever comes to your keyboard; three wrong tries end it."
QUICK_OFF = QuickState(ready=False, where="TPM", words=KEEPS)


class Remembers:
    """Quick unlock that is never asked in a picture."""

    async def state(self, _path: str) -> QuickState:
        return QUICK_OFF

    async def remember(self, _pin: Secret | None, _seconds: int, _biometrics: bool) -> QuickState:  # noqa: FBT001 as api
        return QUICK_OFF

    async def forget(self, _path: str) -> None:
        return None


def quick_set() -> QWidget:
    """A PIN is typed twice."""
    dialog = QuickDialog(Remembers(), QUICK_OFF, 480)
    dialog.first.set_secret(bytearray(b"4711"))
    dialog.second.set_secret(bytearray(b"4712"))
    dialog.action.click()
    return dialog


def quick_set_finger() -> QWidget:
    """There is a reader for fingers."""
    return QuickDialog(Remembers(), QuickState(ready=False, where="desktop keyring", words=KEEPS), 60, finger=True)


def settings_quick() -> QWidget:
    """Quick unlock is on."""
    dialog = SettingsDialog(Settings(quick_unlock=True), [])
    dialog.set_quick(QuickState(ready=True, until=1.9e9, retries=3, where="TPM", words=KEEPS))
    return dialog


def ask_pin() -> QWidget:
    """While the vault is open, a token wants its PIN."""
    dialog = SecretDialog(AskSecret("PIN of YubiKey 5C", "To add it to Personal.", 8, Method.FIDO2, "YubiKey 5C", 4))
    dialog.field.set_secret(bytearray(b"1234"))
    return dialog


def ask_pin_last() -> QWidget:
    """One try is left, and Enter was pressed."""
    dialog = SecretDialog(AskSecret("PIN of YubiKey 5C", "To add it to Personal.", 1, Method.FIDO2, "YubiKey 5C", 4))
    dialog.field.set_secret(bytearray(b"1234"))
    dialog.act()
    return dialog


def ask_touch() -> QWidget:
    """A token wants to be touched."""
    return TouchDialog(AskTouch("YubiKey 5C", 30, "It blinks. The touch makes a key for Personal on it."))


def ask_plug() -> QWidget:
    """A token is to be plugged in."""
    return PlugDialog(AskPlug("Nitrokey 3, spare", "Leave it there until kvault says that it is done.", 60))


def ask_file() -> QWidget:
    """A file is asked for."""
    return FileDialog(AskFile("Key file of Personal", "The file that was made or chosen for this way in."))


SCREENS = (
    quick_set,
    quick_set_finger,
    settings_quick,
    ask_pin,
    ask_pin_last,
    ask_touch,
    ask_plug,
    ask_file,
    unlock_ways,
    unlock_ways_all,
    unlock_ways_many,
    unlock_ways_notices,
    unlock_touch,
    unlock_pin,
    unlock_pin_wrong,
    unlock_pin_last,
    unlock_pin_last_sure,
    unlock_plug,
    unlock_working,
    unlock_trouble,
    unlock_password_then,
    unlock_tokens_alone,
    unlock_quick,
    unlock_quick_finger,
    unlock_quick_wrong,
)
for _make in SCREENS:
    _register(_make)
