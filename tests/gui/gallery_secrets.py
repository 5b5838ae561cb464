"""The Secrets pane and the entry form in the gallery."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from kvault_gui.engine.api import Draft
from kvault_gui.engine.errors import OldRowsError
from kvault_gui.gui.models.sidebar import Stop
from tests.gui.gallery import screen
from tests.gui.inprocess import login
from tests.gui.stage import Stage, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from kvault_gui.gui.main_window import MainWindow

    Size = tuple[int, int]


def menu_place(window: MainWindow) -> QPoint:
    """Where the application menu opens."""
    return window.vault_button.mapToGlobal(window.vault_button.rect().bottomLeft())


@screen("secrets")
@asynccontextmanager
async def secrets(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("GitHub")
        await stage.give("reveal")
        await stage.give("copy-main")
        stage.pane.say("trash", "Moved “Old Jenkins” to the trash", undo=True)
        yield stage.window


@screen("secrets-detail")
@asynccontextmanager
async def secrets_detail(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("GitHub")
        stage.pane._go_to_detail()
        yield stage.window


@screen("secrets-search")
@asynccontextmanager
async def secrets_search(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.begin_search()
        stage.pane.head.search.setText("wi")
        await stage.calm()
        yield stage.window


@screen("secrets-no-hits")
@asynccontextmanager
async def secrets_no_hits(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.head.search.setText("jenkinz")
        await stage.calm()
        yield stage.window


@screen("secrets-empty")
@asynccontextmanager
async def secrets_empty(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size, empty=True) as stage:
        yield stage.window


@screen("secrets-notices")
@asynccontextmanager
async def secrets_notices(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.notices.say_opening(
            ["This folder is 4 changes older than the vault that was open here last. A backup looks like this."]
        )
        for part in ("rows 512 to 767", "rows 1,024 to 1,279"):
            stage.pane.notices.say_found(OldRowsError(reason=part))
        await stage.calm()
        yield stage.window


@screen("secrets-history")
@asynccontextmanager
async def secrets_history(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.change("GitHub", password="older", notes="Organisation owner.")
        await stage.change("GitHub", password="t7#Rk9-vale.Ormen42")
        await stage.choose("GitHub")
        scroll = stage.pane.detail._scroll.verticalScrollBar()
        scroll.setValue(scroll.maximum())
        yield stage.window


@screen("trash")
@asynccontextmanager
async def trash(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("Old Jenkins")
        await stage.give("trash")
        stage.pane.sidebar.choose((Stop.TRASH, None))
        await stage.calm()
        yield stage.window


@screen("trash-empty")
@asynccontextmanager
async def trash_empty(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.sidebar.choose((Stop.TRASH, None))
        await stage.calm()
        yield stage.window


@screen("selection")
@asynccontextmanager
async def selection(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.list.selectAll()
        await stage.calm()
        yield stage.window


@screen("draft")
@asynccontextmanager
async def draft(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.engine.drafts.save(Draft(None, 0, login("Bank", user="me")))
        await stage.pane.editing.look_for_drafts()
        yield stage.window


@asynccontextmanager
async def _form(stage: Stage, command: str) -> AsyncIterator[QWidget]:
    stage.pane.commands[command].trigger()
    await until(lambda: stage.window.ask.current is not None, "no form")
    dialog = stage.window.ask.current
    assert dialog is not None
    yield dialog


@screen("entry-new")
@asynccontextmanager
async def entry_new(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage, _form(stage, "new") as dialog:
        yield dialog


@screen("entry-edit")
@asynccontextmanager
async def entry_edit(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("GitHub")
        async with _form(stage, "edit") as dialog:
            yield dialog


@screen("entry-wrong")
@asynccontextmanager
async def entry_wrong(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage, _form(stage, "new") as dialog:
        dialog.save.click()  # type: ignore[attr-defined]  # it is the entry form
        yield dialog


@screen("ask-delete")
@asynccontextmanager
async def ask_delete(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("Old Jenkins")
        await stage.give("trash")
        stage.pane.sidebar.choose((Stop.TRASH, None))
        await stage.calm()
        async with _form(stage, "delete") as dialog:
            yield dialog


@screen("menu-application")
@asynccontextmanager
async def menu_application(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        menu = stage.window.vault_button.menu()
        menu.popup(menu_place(stage.window))
        yield menu
        menu.close()


@screen("menu-entry")
@asynccontextmanager
async def menu_entry(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("GitHub")
        stage.pane._menu(menu_place(stage.window))
        menu = stage.pane.findChildren(QMenu)[-1]
        yield menu
        menu.close()


@screen("ask-move")
@asynccontextmanager
async def ask_move(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        await stage.choose("GitHub")
        async with _form(stage, "move") as dialog:
            yield dialog


@screen("ask-namespace")
@asynccontextmanager
async def ask_namespace(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with Stage(folder, size=size) as stage:
        stage.pane.sidebar.plus.emit()
        await until(lambda: stage.window.ask.current is not None, "no dialog")
        dialog = stage.window.ask.current
        assert dialog is not None
        yield dialog
