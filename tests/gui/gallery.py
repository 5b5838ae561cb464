"""Pictures of every screen and state: ``python -m tests.gui.gallery --out build/gallery``.

A screen is an async context manager in a module ``tests/gui/gallery_*.py``, registered with ``@screen``; it is given a
folder and a size and yields the widget to be painted. Each is painted in every one of ``LOOKS``: light, dark, small,
large text and others; ``--only NAME`` and ``--look NAME`` choose.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from kvault_gui.gui import theme

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    Screen = Callable[[Path, tuple[int, int]], AbstractAsyncContextManager[QWidget]]


class Look(NamedTuple):
    """A way to paint: colours, size of the window, height of the font."""

    scheme: theme.Scheme
    size: tuple[int, int]
    font: int
    mirrored: bool = False


LOOKS = {
    "light": Look(theme.Scheme.LIGHT, (1280, 800), 13),
    "dark": Look(theme.Scheme.DARK, (1280, 800), 13),
    "small": Look(theme.Scheme.LIGHT, (1024, 640), 13),
    "large-text": Look(theme.Scheme.LIGHT, (1280, 800), 26),
    "contrast": Look(theme.Scheme.CONTRAST, (1280, 800), 13),
    "mirrored": Look(theme.Scheme.LIGHT, (1280, 800), 13, mirrored=True),
}
SCREENS: dict[str, Screen] = {}


def screen(name: str) -> Callable[[Screen], Screen]:
    """Register a screen under ``name``: an async context manager that yields the widget to paint."""

    def register(made: Screen) -> Screen:
        SCREENS[name] = made
        return made

    return register


def find_screens() -> None:
    """Load every module beside this one that registers screens."""
    for path in sorted(Path(__file__).parent.glob("gallery_*.py")):
        importlib.import_module(f"tests.gui.{path.stem}")


def dress(application: QApplication, look: Look) -> None:
    """Put a look in force."""
    font = QFont("Inter")
    font.setPixelSize(look.font)
    font.setFeature(QFont.Tag("tnum"), 1)
    application.setFont(font)
    direction = Qt.LayoutDirection.RightToLeft if look.mirrored else Qt.LayoutDirection.LeftToRight
    application.setLayoutDirection(direction)
    theme.apply(application, look.scheme)


async def paint(name: str, look: Look, target: Path) -> None:
    """Make one picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with SCREENS[name](Path(folder), look.size) as widget:
            await asyncio.sleep(0.05)  # what was just shown settles its layout
            widget.grab().save(str(target))


async def paint_all(application: QApplication, wanted: argparse.Namespace) -> None:
    """Make every picture that was asked for."""
    wanted.out.mkdir(parents=True, exist_ok=True)
    for look_name, look in LOOKS.items():
        if wanted.look and look_name != wanted.look:
            continue
        dress(application, look)
        for name in SCREENS:
            if name.startswith(wanted.only):
                target = wanted.out / f"{name}-{look_name}.png"
                await paint(name, look, target)
                sys.stdout.write(f"{target}\n")


def main() -> int:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--look", default="")
    wanted = parser.parse_args()
    find_screens()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    loop.run_until_complete(paint_all(application, wanted))
    sys.stdout.flush()
    os._exit(0)  # nothing is left to be saved; Qt's objects need no order to be taken apart in


if __name__ == "__main__":
    # As the module that the screens register with, not as a second copy of it.
    sys.exit(importlib.import_module("tests.gui.gallery").main())
