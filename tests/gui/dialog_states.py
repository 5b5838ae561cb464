"""Pictures of the dialogs in their states.

``python -m tests.gui.dialog_states --out DIR [--dark | --contrast] [--size PX] [--rtl] [--only NAME]``
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kvault_gui.engine.api import Opened, Recipe, Secret, Strength
from kvault_gui.engine.errors import ChangesMissingError, HeadOldError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Question
from kvault_gui.gui.dialogs.generator import GeneratorDialog
from kvault_gui.gui.dialogs.problem import problem_of
from kvault_gui.gui.dialogs.unlock import UnlockDialog, UnlockState
from kvault_gui.gui.dialogs.wizard import IMPORT, NAME, PASSWORD, READY, RECOVERY, NewVaultWizard, WizardCalls

STATE = UnlockState("Personal", "~/.kind/vault/personal", recent=(("Work", "~/.kind/vault/work"),))


def unlock() -> QWidget:
    """Typed, with Caps Lock."""
    dialog = UnlockDialog(STATE)
    dialog.field.set_secret(bytearray(b"varnish otter"))
    dialog._keyboard.layout_line.say("German keyboard")
    dialog._keyboard.caps_line.say("Caps Lock is on")
    return dialog


def unlock_wrong() -> QWidget:
    """After the fifth failure."""
    dialog = UnlockDialog(STATE)
    dialog.show_wrong(5)
    return dialog


def unlock_held() -> QWidget:
    """Held by another program."""
    return UnlockDialog(STATE._replace(holder="kvault (window), process 4711"))


def unlock_busy() -> QWidget:
    """While the key is computed."""
    dialog = UnlockDialog(STATE)
    dialog.begin_unlock()
    assert dialog._progress is not None
    dialog._progress.show()
    return dialog


def problem() -> QWidget:
    """Changes are missing."""
    dialog = UnlockDialog(STATE)
    dialog.show_problem(problem_of(ChangesMissingError(count=3, kept="vault.db-wal.kept"), "~/.kind/vault/personal"))
    return dialog


def problem_head() -> QWidget:
    """The head is old."""
    dialog = UnlockDialog(STATE)
    dialog.show_problem(problem_of(HeadOldError(count=5), "~/.kind/vault/personal"))
    return dialog


def confirm() -> QWidget:
    """A dangerous question."""
    text = "Its three versions and two files go with it. Copies in backups stay."
    return Question("Delete “GitHub” for ever", text, safe="Cancel", action="Delete GitHub", danger=True)


class Maker:
    """Makes the same password each time."""

    async def generate(self, recipe: Recipe) -> Secret:
        """A passphrase, or characters."""
        return Secret.of("varnish otter copper lantern drift" if recipe.words else "t7#Rk9-vale.Ormen42Xq")

    async def strength(self, _secret: Secret) -> Strength:
        """Strong."""
        return Strength(64.2, 3, "")


def _wizard(page: int) -> NewVaultWizard:
    async def create(_path: str, _password: Secret) -> Opened:
        raise AssertionError("not in a picture")

    made = NewVaultWizard(WizardCalls(create, Maker(), lambda _secret: None), Path.home() / ".kind" / "vault")
    made.opened = Opened("~/.kind/vault/personal", "personal", "", "", None, reads_values=True, notes=[], drafts=0)
    code = Secret.of("K7QX-4MTR-9WHB-2VZC-8NPF-D3JY-6A1E-5SG0-7HHT")
    made.recovery_page.set_code(code, "personal", "~/.kind/vault/personal")
    made._go(page)
    return made


def wizard_1_name() -> QWidget:
    """Name and place."""
    return _wizard(NAME)


def wizard_2_password() -> QWidget:
    """The second time differs."""
    made = _wizard(PASSWORD)
    page = made.password_page
    page.first.set_secret(bytearray(b"varnish otter copper lantern drift"))
    page.second.set_secret(bytearray(b"varnish otter coper lantern drift"))
    page.first.reveal(shown=True)
    page.strength.set_strength(3, 64)
    page._guess.setText("A thousand graphics cards would need about 400,000 years to guess it.")
    return made


def wizard_3_recovery() -> QWidget:
    """One group is right."""
    made = _wizard(RECOVERY)
    page = made.recovery_page
    page.answers[0].setText(page._groups[page.wanted[0]].decode())
    page.answers[1].setText("D3")
    return made


def wizard_4_import() -> QWidget:
    """A file is chosen."""
    made = _wizard(IMPORT)
    made.import_page.set_path(Path("/home/me/Passwords.kdbx"))
    return made


def wizard_5_ready() -> QWidget:
    """The end."""
    made = _wizard(IMPORT)
    made._go(READY)
    return made


def generator() -> QWidget:
    """Characters."""
    made = GeneratorDialog(Maker())
    made.shown.show_secret(bytearray(b"t7#Rk9-vale.Ormen42Xq"))
    made.strength.set_strength(4, 98)
    return made


def generator_words() -> QWidget:
    """Words."""
    made = GeneratorDialog(Maker(), Recipe(words=5))
    made.shown.show_secret(bytearray(b"varnish-otter-copper-lantern-drift"))
    made.strength.set_strength(3, 64)
    return made


DIALOGS: dict[str, Callable[[], QWidget]] = {
    each.__name__: each
    for each in (
        unlock,
        unlock_wrong,
        unlock_held,
        unlock_busy,
        problem,
        problem_head,
        confirm,
        wizard_1_name,
        wizard_2_password,
        wizard_3_recovery,
        wizard_4_import,
        wizard_5_ready,
        generator,
        generator_words,
    )
}


async def _pictures(wanted: argparse.Namespace, scheme: str) -> None:
    for name, make in DIALOGS.items():
        if not name.startswith(wanted.only):
            continue
        dialog = make()
        dialog.show()
        QTest.qWaitForWindowActive(dialog)
        await asyncio.sleep(0)
        target = wanted.out / f"{name}-{scheme}{'-rtl' if wanted.rtl else ''}-{wanted.size}.png"
        dialog.grab().save(str(target))
        sys.stdout.write(f"{target} {dialog.size().toTuple()}\n")
        dialog.hide()


def main() -> int:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=13)
    parser.add_argument("--only", default="")
    for name in ("dark", "contrast", "rtl"):
        parser.add_argument(f"--{name}", action="store_true")
    wanted = parser.parse_args()
    app = QApplication(sys.argv[:1])
    font = QFont("Inter")
    font.setPixelSize(wanted.size)
    app.setFont(font)
    if wanted.rtl:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    scheme = theme.Scheme.DARK if wanted.dark else theme.Scheme.CONTRAST if wanted.contrast else theme.Scheme.LIGHT
    theme.apply(app, scheme)
    wanted.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(_pictures(wanted, scheme))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
