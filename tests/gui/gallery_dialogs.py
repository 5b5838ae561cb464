"""The dialogs before a vault is open, in the gallery."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.gui.dialog_states import DIALOGS
from tests.gui.gallery import screen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


def _register(name: str, make: Callable[[], QWidget]) -> None:
    @screen(f"dialog-{name.replace('_', '-')}")
    @asynccontextmanager
    async def _paint(_folder: Path, _size: tuple[int, int]) -> AsyncIterator[QWidget]:
        dialog = make()
        dialog.show()
        yield dialog
        dialog.hide()
        dialog.deleteLater()


for _name, _make in DIALOGS.items():
    _register(_name, _make)
