"""From the first instruction to the first paint, and only then everything else.

The order is measured (tests/benchmarks): what the unlock dialog does not need is imported after it can be seen, and
the engine's process starts then too: it is ready long before a password is typed, and takes no processor from the
first paint.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.runtime.hardening import harden
from kvault_gui.runtime.relaunch import Inherited, inherit

from .arguments import Arguments, parse
from .glance import Glance, control_sockets, look

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.dialogs.unlock import UnlockDialog
    from kvault_gui.gui.theme import Theme
    from kvault_gui.runtime.spawn import Spawned


def main() -> int:
    """Run the window. Returns the exit code."""
    words, inherited = inherit(sys.argv[1:])
    arguments = parse(words)
    if arguments.answer:
        (sys.stderr if arguments.code else sys.stdout).write(arguments.answer)
        return arguments.code
    harden()
    if arguments.sheets:
        from .sheets import main as write_sheets  # noqa: PLC0415 the window's start does without

        return write_sheets(arguments.sheets)
    if not inherited.sockets and _shown_elsewhere():
        return 0
    seen = look(str(inherited.state.get("vault", "")) or arguments.vault)
    gc.disable()  # what a start makes stays: looking for garbage among it costs 7 ms
    application = _make_application()
    theme = _dress(application, seen)
    dialog = _first_dialog(seen, arguments, inherited)
    if dialog is not None:
        _paint(application, dialog)
    gc.enable()
    from kvault_gui.runtime.spawn import spawn  # noqa: PLC0415 after the first paint

    spawned = spawn("window")
    return _go_on(application, theme, dialog, spawned, arguments, inherited, seen)


def _shown_elsewhere() -> bool:
    """A second start shows the first one's window. Where no socket lies nobody is there, and nothing is imported."""
    if not any(os.path.exists(path) for path in control_sockets()):  # noqa: PTH110 cheap
        return False
    from kvault_gui.engine.errors import KvaultError  # noqa: PLC0415 a first start needs neither
    from kvault_gui.services.control import client  # noqa: PLC0415 after hardening

    try:
        return client.show()
    except KvaultError as error:
        sys.stderr.write(f"{error}.\n")
        return True


def _make_application() -> QApplication:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 the second start above does without

    application = QApplication([sys.argv[0]])
    application.setApplicationName("kvault")
    application.setApplicationDisplayName("kvault")
    application.setDesktopFileName("kvault")
    application.setQuitOnLastWindowClosed(False)
    return application


def _dress(application: QApplication, seen: Glance) -> Theme:
    from kvault_gui.gui import theme  # noqa: PLC0415 needs the application

    known = {scheme.value: scheme for scheme in theme.Scheme}
    return theme.apply(application, known.get(seen.theme, theme.Scheme.SYSTEM))


def _first_dialog(seen: Glance, arguments: Arguments, inherited: Inherited) -> UnlockDialog | None:
    """The unlock dialog, if there is a vault and somebody wants to see it."""
    hidden = arguments.hidden if not inherited.state else not inherited.state.get("visible", True)
    if not seen.vault or hidden or inherited.state.get("wizard"):
        return None
    from kvault_gui.gui.dialogs.unlock import QuickOffer, UnlockDialog, UnlockState  # noqa: PLC0415 as late as possible

    recent = tuple((os.path.basename(path), path) for path in seen.recent)  # noqa: PTH119 cheap
    name = os.path.basename(seen.vault.rstrip("/"))  # noqa: PTH119 cheap
    # What is known of quick unlock is looked up after the first paint; that it was ready is known from the lock.
    quick = QuickOffer("") if inherited.state.get("quick") else None
    dialog = UnlockDialog(UnlockState(name, with_tilde(seen.vault), recent, quick=quick))
    x, y = inherited.state.get("x"), inherited.state.get("y")
    if isinstance(x, int) and isinstance(y, int):
        dialog.adjustSize()
        dialog.move(x - dialog.width() // 2, y - dialog.height() // 2)
    dialog.show()
    return dialog


def _paint(application: QApplication, dialog: UnlockDialog) -> None:
    """Let the dialog be seen before anything else is loaded; keys wait until somebody listens to it."""
    from PySide6.QtCore import QEventLoop  # noqa: PLC0415 after hardening

    painted: list[bool] = []
    dialog.first_painted.connect(lambda: painted.append(True))
    for _ in range(100):
        if painted or not dialog.isVisible():
            break
        application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 20)


def _go_on(
    application: QApplication,
    theme: Theme,
    dialog: UnlockDialog | None,
    spawned: Spawned,
    arguments: Arguments,
    inherited: Inherited,
    seen: Glance,
) -> int:
    from . import unexpected  # noqa: PLC0415 after the first paint
    from .application import Application, Begun, run  # noqa: PLC0415 after the first paint

    begun = Begun(dialog, spawned, arguments.hidden, seen)
    made = Application(application, theme, begun, inherited)
    unexpected.install(made.show_error)
    return run(application, made)
