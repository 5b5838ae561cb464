"""Entries dragged onto a namespace, by the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kvault_gui.gui.models.sidebar import Stop
from tests.gui.stage import Stage, play

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.usefixtures("look")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def on_stage(qapp: QApplication, tmp_path: Path) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], None]:
    def start(test: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
        async def act() -> None:
            async with Stage(tmp_path) as stage:
                await test(stage)

        play(qapp, act())

    return start


def mouse(stage: Stage, kind: QEvent.Type, at: QPoint) -> None:
    """A mouse event of the list, at a place of the screen; the list keeps the mouse that was pressed in it."""
    view = stage.pane.list.viewport()
    button = NONE if kind is QEvent.Type.MouseMove else LEFT
    held = NONE if kind is QEvent.Type.MouseButtonRelease else LEFT
    local = QPointF(view.mapFromGlobal(at))
    QApplication.sendEvent(view, QMouseEvent(kind, local, QPointF(at), button, held, Qt.KeyboardModifier.NoModifier))


def row_at(stage: Stage, number: int) -> QPoint:
    entries = stage.pane.list
    return entries.viewport().mapToGlobal(entries.visualRect(entries.model().index(number, 0)).center())


def place_at(stage: Stage, stop: Stop, text: str) -> QPoint:
    view = stage.pane.sidebar.trash if stop is Stop.TRASH else stage.pane.sidebar.places
    rows = view.rows
    number = next(
        at for at in range(rows.rowCount()) if (row := rows.line(at)) and (row.stop, row.text) == (stop, text)
    )
    return view.viewport().mapToGlobal(view.visualRect(rows.index(number, 0)).center())


def begin(stage: Stage, number: int, to: QPoint) -> None:
    mouse(stage, QEvent.Type.MouseButtonPress, row_at(stage, number))
    mouse(stage, QEvent.Type.MouseMove, row_at(stage, number) + QPoint(-40, 3))
    mouse(stage, QEvent.Type.MouseMove, to)


async def drag(stage: Stage, number: int, to: QPoint) -> None:
    begin(stage, number, to)
    mouse(stage, QEvent.Type.MouseButtonRelease, to)
    await stage.calm()


def test_entries_fall_into_the_namespace_and_come_back_by_undo(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        home = place_at(stage, Stop.NAMESPACE, "home")
        rows = [row for at in range(3) if (row := stage.pane.rows.row(at)) is not None]
        before = [(await stage.engine.secrets.get(row.id)).path for row in rows]
        stage.pane.list.select_number(0)
        QTest.keyClick(stage.pane.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(stage.pane.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        await drag(stage, 1, home)
        assert [(await stage.engine.secrets.get(row.id)).path for row in rows] == ["home"] * 3
        await stage.give("undo")
        assert [(await stage.engine.secrets.get(row.id)).path for row in rows] == before

    on_stage(test)


def test_an_entry_falls_into_the_trash(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        row = stage.pane.rows.row(2)
        assert row is not None
        await drag(stage, 2, place_at(stage, Stop.TRASH, "Trash"))
        assert (await stage.engine.secrets.get(row.id)).trashed

    on_stage(test)


def test_nothing_moves_where_nothing_can_fall_or_after_escape(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        row = stage.pane.rows.row(2)
        assert row is not None
        before = (await stage.engine.secrets.get(row.id)).path
        await drag(stage, 2, place_at(stage, Stop.ALL, "All items"))
        home = place_at(stage, Stop.NAMESPACE, "home")
        begin(stage, 2, home)
        target = stage.pane.sidebar.places.target
        assert target is not None
        assert target.text == "home"
        QTest.keyClick(stage.pane.list, Qt.Key.Key_Escape)
        assert stage.pane.sidebar.places.target is None
        mouse(stage, QEvent.Type.MouseButtonRelease, home)
        await stage.calm()
        assert (await stage.engine.secrets.get(row.id)).path == before

    on_stage(test)


def test_a_click_on_one_of_several_chooses_it_alone(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.pane.list.selectAll()
        mouse(stage, QEvent.Type.MouseButtonPress, row_at(stage, 1))
        assert stage.pane.list.selected_count() > 1
        mouse(stage, QEvent.Type.MouseButtonRelease, row_at(stage, 1))
        assert stage.pane.list.selected_count() == 1
        await stage.calm()

    on_stage(test)
