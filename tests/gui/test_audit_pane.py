"""Reading, narrowing, checking and exporting the log, over a real engine."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from kvault_gui.engine.api import Category, Outcome, Progress, Record
from kvault_gui.gui.models.audit_days import Span
from kvault_gui.gui.models.audit_places import EVERYTHING, Sort
from kvault_gui.gui.models.audit_rows import Break, Head, LogRows
from kvault_gui.gui.panes.audit.banner import State
from kvault_gui.gui.panes.audit.inspector import Fit
from tests.gui.audit_stage import AuditStage, run
from tests.gui.stage import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kvault_gui.gui.panes.audit import AuditPane

pytestmark = pytest.mark.usefixtures("look")


@asynccontextmanager
async def log(folder: Path, more: int = 0, **options: Any) -> AsyncIterator[tuple[AuditStage, AuditPane]]:
    """The window with the log in front; ``more`` records beside the sample's."""
    async with AuditStage(folder, **options) as stage:
        mail = stage.ids.get("Mail", 0)
        for number in range(more):
            stage.engine.engine.secrets.favourite(mail, on=bool(number % 2))
        yield stage, await stage.show_log()


def records(rows: LogRows) -> list[Record]:
    return [line for at in range(rows.rowCount()) if isinstance(line := rows.line(at), Record)]


def numbers(rows: LogRows) -> list[int]:
    return [record.number for record in records(rows)]


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def focused() -> QWidget | None:
    return QApplication.focusWidget()


def state_of(pane: AuditPane) -> State:
    return pane.banner.state


def fit_of(pane: AuditPane) -> Fit:
    return pane.inspector.fit


async def read_all(stage: AuditStage) -> None:
    rows = stage.audit.rows
    while rows.canFetchMore(QModelIndex()):
        before = rows.records
        rows.fetchMore(QModelIndex())
        await until(lambda before=before: rows.records > before or rows.complete)  # type: ignore[misc]


# Reading --------------------------------------------------------------------------------------------------------------


def test_records_stand_newest_first_under_the_head_of_their_day(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (_stage, pane):
            found = numbers(pane.rows)
            assert found == sorted(found, reverse=True)
            head = pane.rows.line(0)
            assert isinstance(head, Head)
            first, rest = pane.rows.head_words(head)
            assert first == "Today"
            assert rest.endswith(f"{len(found)} records")
            assert "Checked this log" in str(pane.rows.index(1, 0).data())

    run(play())


def test_older_records_come_by_pages_each_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path, 600) as (stage, pane):
            assert pane.rows.records <= 260
            head = pane.rows.line(0)
            assert isinstance(head, Head)
            assert f"{stage.engine.engine.audit.summary().today:,} records" in pane.rows.head_words(head)[1]
            await read_all(stage)
            newest = stage.engine.engine.audit.summary().records
            assert numbers(pane.rows) == list(range(newest, 0, -1))
            assert sum(isinstance(pane.rows.line(at), Head) for at in range(pane.rows.rowCount())) == 1

    run(play())


def test_new_records_come_on_top_and_what_is_read_stays_where_it_is(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path, 200) as (stage, pane):
            pane.list.select_number(80)
            bar = pane.list.verticalScrollBar()
            at = pane.list.visualRect(pane.list.currentIndex()).top()
            assert bar.value() > 0
            for number in range(3):
                stage.engine.engine.secrets.favourite(stage.ids["Mail"], on=bool(number % 2))
            newest = stage.engine.engine.audit.summary().records
            await stage.settle()
            assert numbers(pane.rows)[0] == newest
            current = pane.list.current()
            assert current is not None
            assert current.number == 80
            assert pane.list.visualRect(pane.list.currentIndex()).top() == at

    run(play())


def test_at_the_top_the_newest_record_comes_into_sight(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path, 200) as (stage, pane):
            stage.engine.engine.secrets.favourite(stage.ids["Mail"], on=True)
            await stage.settle()
            assert pane.list.verticalScrollBar().value() == 0
            assert stage.window.status.counts.text() == f"{numbers(pane.rows)[0]} records, {pane.rows.today} today"

    run(play())


def test_a_log_that_nobody_looks_at_is_not_read(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path) as stage:
            stage.engine.engine.secrets.favourite(stage.ids["Mail"], on=True)
            assert stage.audit.rows.records == 0
            assert not stage.audit.is_busy()
            assert stage.window.status.counts.text() == "14 items"

    run(play())


# Narrowing ------------------------------------------------------------------------------------------------------------


def test_the_sidebar_narrows_by_what_and_by_who(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            pane.places.choose((Sort.WHAT, Category.CHANGE, None))
            await stage.settle()
            assert {record.category for record in records(pane.rows)} == {Category.CHANGE}
            pane.places.choose((Sort.WHO, None, "owner"))
            await stage.settle()
            assert {record.who for record in records(pane.rows)} == {"owner"}
            pane.places.choose(EVERYTHING)
            await stage.settle()
            assert len({record.category for record in records(pane.rows)}) > 1

    run(play())


def test_refused_and_failed_are_one_list_across_pages_with_their_count(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path) as stage:
            vault = stage.engine.engine.vault
            for number in range(810):  # more than a page of each, unevenly
                outcome = Outcome.FAILED if number % 3 == 0 else Outcome.REFUSED
                vault.record("access.refused", Category.TRUST, outcome=outcome, details={"act": "x"})
            pane = await stage.show_log()
            pane.places.choose((Sort.BAD, None, None))
            await stage.settle()
            await read_all(stage)
            found = records(pane.rows)
            assert len(found) == 810
            assert numbers(pane.rows) == sorted({record.number for record in found}, reverse=True)
            place = pane.places.place()
            assert place is not None
            assert place.count == 810

    run(play())


def test_typing_in_the_list_searches_and_down_leads_back(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            assert focused() is pane.list
            QTest.keyClicks(pane.list, "g")
            QTest.keyClicks(pane.head.search, "ithub")
            await stage.settle()
            assert {record.object for record in records(pane.rows)} == {"GitHub"}
            press(Qt.Key.Key_Down)
            assert focused() is pane.list
            press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
            assert focused() is pane.head.search

    run(play())


def test_days_narrow_the_list(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            pane.head.choose(Span.YESTERDAY)
            await stage.settle()
            assert pane.rows.records == 0
            assert pane.head.days.text() == "Yesterday"
            assert "recorded" in pane.empty._title.text()
            pane.show_everything()
            await stage.settle()
            assert pane.rows.records > 0
            assert pane.head.span is Span.ANY

    run(play())


def test_no_hits_repeat_the_query_and_offer_everything(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            pane.head.search.setText("jenkinz")
            await stage.settle()
            assert pane.empty._title.text() == "Nothing matches “jenkinz”"
            pane._clear.click()
            await stage.settle()
            assert pane.head.search.text() == ""
            assert pane.rows.records > 0

    run(play())


# Checking -------------------------------------------------------------------------------------------------------------


def test_the_log_is_checked_when_it_is_looked_at_first(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            assert pane.banner.state is State.WHOLE
            assert pane.banner.title.text() == "Nothing is missing and nothing was changed"
            verdict = pane.banner.verdict
            assert verdict is not None
            assert pane.banner.text.text().startswith(f"All {verdict.records} records fit together. Checked just now")
            assert pane._header.accessibleDescription().startswith("Complete since")
            stage.window.show_pane("secrets")
            stage.window.show_pane("audit")
            await stage.settle()
            assert pane.banner.verdict is verdict

    run(play())


def test_check_now_checks_again(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            before = pane.banner.verdict
            QTest.mouseClick(pane.banner.check, Qt.MouseButton.LeftButton)
            await stage.settle()
            after = pane.banner.verdict
            assert before is not None
            assert after is not None
            assert after.records == before.records + 1  # the record of the first check

    run(play())


def test_a_check_shows_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path, 900) as (stage, pane):
            verdict = pane.banner.verdict
            advance, seen = pane.banner.advance, []

            def step(progress: Progress) -> None:
                advance(progress)
                pane.banner._quiet.timeout.emit()  # it takes longer than a moment
                seen.append((state_of(pane), pane.banner.text.text()))
                pane.banner.cancel.click()

            pane.banner.advance = step  # type: ignore[method-assign, assignment]  # stops it in its middle
            pane.check()
            await stage.settle()
            assert seen == [(State.RUNNING, "250 of 916 records. You can go on working.")]
            assert state_of(pane) is State.WHOLE
            assert pane.banner.verdict is verdict

    run(play())


@pytest.mark.parametrize(("how", "broken"), [("edited", 9), ("removed", 8), ("garbage", 8)])
def test_the_first_record_that_does_not_fit_is_named_and_shown(tmp_path: Path, how: str, broken: int) -> None:
    async def play() -> None:
        async with log(tmp_path, 400) as (stage, pane):
            stage.alter(how, 8)
            pane.check()
            await stage.settle()
            assert pane.banner.state is State.BROKEN
            assert pane.banner.title.text() == f"Record {broken} does not follow on from {broken - 1}"
            assert pane._header.accessibleDescription() == f"Proven up to record {broken - 1}"
            assert stage.window.rail.buttons["audit"].accessibleDescription() == "1"
            pane.banner.show_it.click()
            await stage.settle()
            current = pane.list.current()
            assert current is not None
            assert current.number == (broken if how == "edited" else 9)
            assert pane.inspector.fit is (Fit.BREAKS if how == "edited" else Fit.AFTER)
            await read_all(stage)
            at = next(at for at in range(pane.rows.rowCount()) if isinstance(pane.rows.line(at), Break))
            above, below = pane.rows.line(at - 1), pane.rows.line(at + 1)
            assert isinstance(above, Record)
            assert isinstance(below, Record)
            assert above.number >= broken > below.number
            assert set(numbers(pane.rows)) >= set(range(1, 8)) | set(range(9, 400))

    run(play())


def test_a_record_that_cannot_be_read_is_told_before_any_check(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path) as stage:
            stage.alter("garbage", 8)
            stage.audit.check = lambda: None  # type: ignore[method-assign]  # nobody checks
            pane = await stage.show_log()
            assert pane.banner.state is State.BROKEN
            assert 7 in numbers(pane.rows)
            assert 8 not in numbers(pane.rows)
            assert 9 in numbers(pane.rows)

    run(play())


# One record -----------------------------------------------------------------------------------------------------------


def test_the_inspector_compares_a_record_with_its_neighbour(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            newest = numbers(pane.rows)[0]  # written by the check, so that no verdict speaks for it
            pane.list.select_number(newest)
            await stage.settle()
            assert pane.inspector.title.text() == f"Record {newest}"
            assert fit_of(pane) is Fit.FITS
            fit = pane.inspector.findChild(QWidget, "log-fit")
            assert fit is not None
            assert fit.accessibleName() == "Fits the record before it"
            pane.list.select_number(1)
            assert fit_of(pane) is Fit.FIRST

    run(play())


def test_a_neighbour_that_does_not_fit_is_told_without_a_check(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path) as stage:
            stage.alter("edited", 8)
            stage.audit.check = lambda: None  # type: ignore[method-assign]  # nobody checks
            pane = await stage.show_log()
            pane.list.select_number(9)
            await stage.settle()
            assert pane.inspector.fit is Fit.BREAKS

    run(play())


def test_a_record_is_copied_with_its_whole_hash(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            pane.list.select_number(5)
            await stage.settle()
            pane.list.setFocus()
            press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
            text = QGuiApplication.clipboard().text()
            record = pane.list.current()
            assert record is not None
            assert text.startswith("Record 5\n")
            assert record.hash in text
            assert record.previous in text
            stage.window._clipboard.clear_now()

    run(play())


def test_in_a_narrow_window_enter_opens_the_record_and_escape_closes_it(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path, size=(1024, 640)) as (_stage, pane):
            assert pane.inspector.isHidden()
            press(Qt.Key.Key_Return)
            assert pane.inspector.isVisible()
            pane.inspector.close_button.setFocus()
            press(Qt.Key.Key_Escape)
            assert pane.inspector.isHidden()
            assert focused() is pane.list

    run(play())


def test_the_keyboard_steps_over_heads(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (_stage, pane):
            pane.list.setFocus()
            press(Qt.Key.Key_Home)
            assert isinstance(pane.rows.line(pane.list.currentIndex().row()), Record)
            press(Qt.Key.Key_Up)
            assert isinstance(pane.rows.line(pane.list.currentIndex().row()), Record)

    run(play())


def test_tab_goes_from_the_sidebar_to_the_record_in_the_order_of_the_eyes(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (_stage, pane):
            pane.places.setFocus()
            seen = [focused()]
            for _ in range(6):
                press(Qt.Key.Key_Tab)
                seen.append(focused())
            assert seen == [
                pane.places,
                pane.head.search,
                pane.head.days,
                pane.head.export,
                pane.banner.check,
                pane.list,
                pane.inspector.copy,
            ]

    run(play())


# Export ---------------------------------------------------------------------------------------------------------------


def exported(folder: Path) -> list[dict[str, Any]]:
    (target,) = folder.glob("kvault-audit-*.jsonl")
    return [json.loads(line) for line in target.read_text().splitlines()]


def test_the_log_is_exported_as_json_lines(tmp_path: Path) -> None:
    async def play() -> None:
        async with log(tmp_path) as (stage, pane):
            pane.head.export.click()
            await until(lambda: isinstance(stage.window.ask.current, QFileDialog), "no chooser")
            chooser: Any = stage.window.ask.current
            chooser.setDirectory(str(tmp_path))
            chooser.accept()
            await stage.settle()
            lines = exported(tmp_path)
            assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
            assert stage.window.status.job.isHidden()
            assert stage.window.ask.current is None

    run(play())
