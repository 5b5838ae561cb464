"""The list reads what is looked at, by place, and finds an entry again after a change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from kvault_gui.engine.api import PAGE, Namespace, Overview, Row, Tag, View
from kvault_gui.gui.models import secrets as model
from kvault_gui.gui.models.secrets import ROW_ROLE, SecretRows
from kvault_gui.gui.models.sidebar import SidebarRows, Stop, rows_of
from tests.gui.inprocess import InProcess, login
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from typing import Any

    from PySide6.QtWidgets import QApplication

COUNT = 3 * PAGE + 7


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A vault with four pages of entries."""
    engine = InProcess()
    engine.create(tmp_path_factory.mktemp("rows") / "vault")
    for number in range(COUNT):
        engine.engine.secrets.create(login(f"entry {number:04}", "work" if number % 2 else "home"))
    yield engine
    engine.engine.vaults.close()


def rows_over(engine: InProcess) -> SecretRows:
    running: set[asyncio.Future[None]] = set()

    def start(work: Coroutine[Any, Any, None]) -> object:
        task = asyncio.ensure_future(work)
        running.add(task)
        task.add_done_callback(running.discard)
        return task

    return SecretRows(engine.secrets, start)


def run(qapp: QApplication, engine: InProcess, act: Callable[[SecretRows], Coroutine[Any, Any, None]]) -> None:
    async def test() -> None:
        await act(rows_over(engine))

    play(qapp, test())


async def row_at(rows: SecretRows, number: int) -> Row:
    await until(lambda: rows.row(number) is not None)
    found = rows.row(number)
    assert found is not None
    return found


def test_a_row_that_was_not_read_yet_arrives_when_it_is_looked_at(qapp: QApplication, many: InProcess) -> None:
    async def test(rows: SecretRows) -> None:
        await rows.show_view(View())
        assert rows.rowCount() == COUNT
        changed: list[tuple[int, int]] = []
        rows.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
        assert rows.row(COUNT - 1) is None
        assert rows.data(rows.index(COUNT - 1, 0)) == "…"
        assert (await row_at(rows, COUNT - 1)).title == f"entry {COUNT - 1:04}"
        assert changed == [(3 * PAGE, COUNT - 1)]
        assert rows.index(COUNT - 1, 0).data(ROW_ROLE).title == f"entry {COUNT - 1:04}"

    run(qapp, many, test)


def test_only_so_many_pages_are_kept(qapp: QApplication, many: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "KEPT", 2)

    async def test(rows: SecretRows) -> None:
        await rows.show_view(View())
        for page in range(4):
            await row_at(rows, page * PAGE)
        assert rows.row(0) is None
        assert rows.row(3 * PAGE) is not None

    run(qapp, many, test)


def test_an_entry_is_found_again_on_a_page_that_is_not_loaded(qapp: QApplication, many: InProcess) -> None:
    async def test(rows: SecretRows) -> None:
        await rows.show_view(View())
        wanted = await row_at(rows, 2 * PAGE + 5)
        await rows.show_view(View())
        assert await rows.number_of(wanted) == 2 * PAGE + 5
        gone = Row(10**9, *[getattr(wanted, name) for name in wanted.__struct_fields__[1:]])
        assert await rows.number_of(gone) is None

    run(qapp, many, test)


def test_a_newer_question_wins_over_an_older_one(qapp: QApplication, many: InProcess) -> None:
    async def test(rows: SecretRows) -> None:
        slow = asyncio.ensure_future(rows.show_view(View()))
        await asyncio.sleep(0)
        await rows.show_hits("entry 0007", View(), 50)
        await slow
        assert [rows.row(at).title for at in range(rows.rowCount())] == ["entry 0007"]  # type: ignore[union-attr]

    run(qapp, many, test)


def test_rows_of_a_selection_are_read_where_they_are_not_here(qapp: QApplication, many: InProcess) -> None:
    async def test(rows: SecretRows) -> None:
        await rows.show_view(View())
        found = await rows.rows_between(PAGE - 2, 2 * PAGE + 1)
        assert [row.title for row in found] == [f"entry {number:04}" for number in range(PAGE - 2, 2 * PAGE + 2)]

    run(qapp, many, test)


OVERVIEW = Overview(
    9,
    1,
    2,
    0,
    [
        Namespace(1, None, "work", "work", 5),
        Namespace(2, 1, "infra", "work/infra", 3),
        Namespace(3, 2, "db", "work/infra/db", 1),
        Namespace(4, None, "home", "home", 4),
    ],
    [Tag("zeta", 1), Tag("alpha", 2)],
)


def test_the_tree_shows_what_is_open_and_indents_it() -> None:
    shown = [(row.text, row.level) for row in rows_of(OVERVIEW, {1}) if row.stop is Stop.NAMESPACE]
    assert shown == [("home", 0), ("work", 0), ("infra", 1)]
    assert [row.text for row in rows_of(OVERVIEW, set()) if row.stop is Stop.TAG] == ["alpha", "zeta"]


def test_names_with_numbers_stand_in_the_order_of_the_numbers() -> None:
    teams = [Namespace(at, None, name, name, 1) for at, name in enumerate(("Team 10", "Team 2", "team 1", "Äpfel"))]
    overview = Overview(4, 0, 0, 0, teams, [Tag("2027", 1), Tag("3", 1)])
    shown = [row.text for row in rows_of(overview, set()) if row.stop in (Stop.NAMESPACE, Stop.TAG)]
    assert shown == ["team 1", "Team 2", "Team 10", "Äpfel", "3", "2027"]


def test_one_entry_is_said_in_the_singular(qapp: QApplication) -> None:
    rows = SidebarRows(qapp)
    rows.show_overview(OVERVIEW)
    number = rows.number_of((Stop.TAG, "zeta"))
    assert number is not None
    assert rows.data(rows.index(number, 0), int(Qt.ItemDataRole.AccessibleTextRole)) == "zeta, 1 item"


def test_folding_keeps_the_place_of_every_other_line(qapp: QApplication) -> None:
    rows = SidebarRows(qapp)
    rows.show_overview(OVERVIEW)
    infra = rows.number_of((Stop.NAMESPACE, 2))
    assert infra is not None
    rows.fold(infra, opened=True)
    assert rows.number_of((Stop.NAMESPACE, 3)) == infra + 1
    work = rows.number_of((Stop.NAMESPACE, 1))
    assert work is not None
    rows.fold(work, opened=False)
    assert rows.number_of((Stop.NAMESPACE, 2)) is None
    assert rows.paths() == ["home", "work", "work/infra", "work/infra/db"]
