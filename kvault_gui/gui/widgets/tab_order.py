"""Tab goes the way of the eyes, also where parts of a form come and go.

Qt appends what is made later to the end of its order, wherever it is put.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QLayout


def follow_layout(root: QWidget) -> None:
    """Make Tab visit what can have the focus inside ``root`` in the order of its layouts."""
    before: QWidget | None = None
    for widget in _in_layout(root):
        if before is not None:
            QWidget.setTabOrder(before, widget)
        before = widget


def _in_layout(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    if isinstance(widget, QSplitter):
        for number in range(widget.count()):
            part = widget.widget(number)
            if part is not None:
                yield from _in_layout(part)
        return
    inside = widget.widget() if isinstance(widget, QScrollArea) else None
    if inside is not None:
        yield from _in_layout(inside)
        return
    layout = widget.layout()
    if layout is not None:
        yield from _of(layout)


def _of(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from _in_layout(widget)
        elif inner is not None:
            yield from _of(inner)
