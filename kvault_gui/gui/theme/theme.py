"""Puts style, palette and font in force and keeps them in step with the desktop."""

import enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from . import colours as sets
from . import current
from .colours import Tokens, palette
from .style import KvaultStyle


class Scheme(enum.StrEnum):
    """Which colours the person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"  # high contrast; light or dark as the desktop


class Theme(QObject):
    """The look in force. Lives as long as the application."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme) -> None:
        super().__init__(app)
        self._app, self._scheme = app, scheme
        app.setStyle(KvaultStyle())
        face = app.font()
        face.setFeature(QFont.Tag("tnum"), 1)
        app.setFont(face)
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.refresh)
        contrast = hints.accessibility()
        if contrast is not None:
            contrast.contrastPreferenceChanged.connect(self.refresh)
        self.refresh()

    @property
    def scheme(self) -> Scheme:
        """The setting; SYSTEM follows the desktop."""
        return self._scheme

    def set_scheme(self, scheme: Scheme) -> None:
        """Change the setting; the window follows at once."""
        self._scheme = scheme
        wanted = {Scheme.LIGHT: Qt.ColorScheme.Light, Scheme.DARK: Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(wanted.get(scheme, Qt.ColorScheme.Unknown))
        self.refresh()

    def refresh(self) -> None:
        """Compute the colours again and repaint every window."""
        current.put(self._wanted())
        self._app.setPalette(palette(current.tokens()))
        style = self._app.style()
        for widget in QApplication.allWidgets():
            if widget.property("tone") or widget.property("font_role"):
                style.polish(widget)
            widget.update()
        self.changed.emit()

    def _wanted(self) -> Tokens:
        hints = self._app.styleHints()
        dark = hints.colorScheme() is Qt.ColorScheme.Dark
        strong = hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast
        if self._scheme is Scheme.CONTRAST or (self._scheme is Scheme.SYSTEM and strong):
            return sets.CONTRAST_DARK if dark or hints.colorScheme() is Qt.ColorScheme.Unknown else sets.CONTRAST_LIGHT
        if self._scheme is Scheme.SYSTEM:
            return sets.DARK if dark else sets.LIGHT
        return sets.DARK if self._scheme is Scheme.DARK else sets.LIGHT


def apply(app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> Theme:
    """Give the application kvault's look; returns the object that changes it. Call once, before the first window."""
    before = app.findChild(Theme)
    if before is not None:
        before.set_scheme(scheme)
        return before
    return Theme(app, scheme)
