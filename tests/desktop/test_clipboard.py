"""The clipboard gives a secret back."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from kvault_gui.desktop import clipboard as module
from kvault_gui.desktop.clipboard import Clipboard
from kvault_gui.engine.api import Secret

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def clipboard(qtbot: QtBot) -> Clipboard:
    del qtbot
    QGuiApplication.clipboard().clear()
    return Clipboard()


def on_it() -> str:
    return QGuiApplication.clipboard().text()


def test_a_copied_secret_is_there_and_marked_for_clipboard_managers(clipboard: Clipboard) -> None:
    clipboard.copy(Secret.of("geheim ü"), 20)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "geheim ü"
    assert data.data("x-kde-passwordManagerHint").data() == b"secret"
    assert data.hasFormat("ExcludeClipboardContentFromMonitorProcessing")
    assert clipboard.seconds_left == 20


def test_it_counts_down_and_clears(clipboard: Clipboard, qtbot: QtBot) -> None:
    ticks: list[int] = []
    clipboard.ticked.connect(lambda left, _total: ticks.append(left))
    with qtbot.waitSignal(clipboard.cleared, timeout=10_000) as done:
        clipboard.copy(Secret.of("geheim"), 2)
    assert done.args == [True]
    assert ticks == [2, 1, 0]
    assert on_it() == ""
    assert clipboard.seconds_left == 0


def test_what_another_program_put_there_is_left_alone(clipboard: Clipboard, qtbot: QtBot) -> None:
    clipboard.copy(Secret.of("geheim"), 1)
    QGuiApplication.clipboard().setText("a shopping list")
    with qtbot.waitSignal(clipboard.cleared, timeout=10_000) as done:
        pass
    assert done.args == [False]
    assert on_it() == "a shopping list"


def test_a_clipboard_manager_that_took_it_over_loses_it(clipboard: Clipboard) -> None:
    clipboard.copy(Secret.of("geheim"), 20)
    taken = QMimeData()
    taken.setText("geheim")
    QGuiApplication.clipboard().setMimeData(taken)
    assert clipboard.clear_now() is True
    assert on_it() == ""


def test_a_second_copy_counts_anew(clipboard: Clipboard) -> None:
    clipboard.copy(Secret.of("first"), 5)
    clipboard.copy(Secret.of("second"), 20)
    assert clipboard.seconds_left == 20
    assert clipboard.clear_now() is True
    assert clipboard.clear_now() is False
    assert on_it() == ""


def test_zero_seconds_leave_it_there_until_locking(clipboard: Clipboard) -> None:
    clipboard.copy(Secret.of("geheim"), 0)
    assert clipboard.seconds_left == 0
    assert on_it() == "geheim"
    assert clipboard.clear_now() is True
    assert on_it() == ""


def test_waking_up_late_clears_at_once(clipboard: Clipboard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    clipboard.copy(Secret.of("geheim"), 600)
    late = module._now() + 3600
    monkeypatch.setattr(module, "_now", lambda: late)
    with qtbot.waitSignal(clipboard.cleared, timeout=10_000):
        pass
    assert on_it() == ""


QUITS = """
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from kvault_gui.desktop.clipboard import Clipboard
from kvault_gui.engine.api import Secret
application = QGuiApplication([])
clipboard = Clipboard()
clipboard.copy(Secret.of("geheim"), 20)
before = application.clipboard().text()
QTimer.singleShot(0, application.quit)
application.exec()
print(before, repr(application.clipboard().text()))
"""


def test_quitting_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUITS],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "geheim ''\n"


def test_the_object_keeps_no_copy_of_the_secret(clipboard: Clipboard) -> None:
    clipboard.copy(Secret.of("geheim"), 20)
    gc.collect()
    assert not any("geheim" in str(value) for value in vars(clipboard).values())
