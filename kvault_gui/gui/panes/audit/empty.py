"""What the list says when nothing fits what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from kvault_gui.gui.models.audit_places import LogPlace, Sort
from kvault_gui.gui.models.lines import one_line

if TYPE_CHECKING:
    from kvault_gui.gui.widgets.panels import EmptyState

LONGEST = 40  # characters of a query that are repeated


def _tr(text: str) -> str:
    return QCoreApplication.translate("AuditPane", text)


def speak(empty: EmptyState, query: str, place: LogPlace | None) -> None:
    """Say why the list is empty."""
    if query:
        line = one_line(query)
        shown = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
        title = _tr("Nothing matches “{query}”").format(query=shown)
        empty.set_words("search", title, _tr("Names, acts, who did them and details were searched."))
    elif place is not None and place.sort is Sort.BAD:
        title = _tr("Nothing was refused and nothing failed")
        empty.set_words("check-circle", title, _tr("In the days you look at."))
    else:
        empty.set_words("calendar", _tr("Nothing was recorded here"), _tr("In the days you look at."))
