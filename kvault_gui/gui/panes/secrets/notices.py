"""What opening the vault and the verification behind it found: at the top of the pane, until it is dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kvault_gui.engine.errors import DamagedError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import words
from kvault_gui.gui.widgets.ground import Ground
from kvault_gui.gui.widgets.panels import Banner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.errors import KvaultError

OPENING = "opening"


class Notices(Ground):
    """One banner for each kind of finding. A further one of the same kind changes its banner and opens no other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("side", parent=parent)
        self.setObjectName("notices")
        self._banners: dict[str, Banner] = {}
        self._found: dict[str, list[str]] = {}  # code of an error: the different findings, in words
        self._dismissed: set[str] = set()
        self._column = QVBoxLayout(self)
        margin = theme.px(8)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(margin)
        self.hide()

    def say_opening(self, notes: Sequence[str]) -> None:
        """What the opening found and mended, one sentence each."""
        if notes:
            title, _, text = " ".join(notes).partition(". ")
            self._show(OPENING, "wait", title.rstrip("."), text)

    def say_found(self, error: KvaultError) -> None:
        """What was found later. What was dismissed stays away: the log has each finding."""
        said = words(error)
        seen = self._found.setdefault(error.code, [])
        if said.what not in seen:
            seen.append(said.what)
        if error.code in self._dismissed:
            return
        text = f"{said.meaning} {said.advice}".strip()
        damage = isinstance(error, DamagedError)
        if damage and len(seen) > 1:
            more = self.tr("{count} findings of this kind. Each is in the audit log.").format(count=f"{len(seen):,}")
            self._show(error.code, "bad", seen[0], f"{more} {text}")
        else:
            self._show(error.code, "bad" if damage else "wait", said.what, text)

    def _show(self, key: str, kind: str, title: str, text: str) -> None:
        banner = self._banners.get(key)
        if banner is None:
            banner = self._banners[key] = Banner(kind, title, text)
            banner.setObjectName(f"notice-{key}")
            banner.add_dismiss(lambda: self._dismiss(key))
            self._column.addWidget(banner)
            banner.show()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, banner.accessibleName()))
        else:
            banner.set_words(title, text)
        self.show()

    def _dismiss(self, key: str) -> None:
        self._dismissed.add(key)
        banner = self._banners.pop(key)
        self._column.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self.setVisible(bool(self._banners))
