"""The Audit pane in the gallery."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import Category, Outcome, Progress, Use
from kvault_gui.gui.models.audit_places import Sort
from kvault_gui.gui.panes.audit.banner import State
from tests.gui.audit_stage import AuditStage
from tests.gui.gallery import screen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    Size = tuple[int, int]


class Clock:
    """Goes as a test wants it."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        self.now += 3.7
        return self.now


def live(stage: AuditStage, clock: Clock) -> None:
    """Let some days of work pass in the sample."""
    engine, ids = stage.engine.engine, stage.ids
    acts: list[Callable[[], object]] = [
        lambda: engine.secrets.reveal(ids["GitHub"], "password", Use.SHOW),
        lambda: engine.secrets.reveal(ids["GitHub"], "password", Use.COPY),
        lambda: engine.secrets.move([ids["Mail"]], "work"),
        lambda: engine.secrets.favourite(ids["Mail"], on=False),
        lambda: engine.secrets.trash([ids["Old Jenkins"]]),
        lambda: engine.secrets.code(ids["GitHub"], "otp"),
        lambda: engine.secrets.restore([ids["Old Jenkins"]]),
        lambda: engine.namespaces.create("work/archive"),
        lambda: engine.secrets.reveal(ids["Mail"], "password", Use.READ),
        lambda: engine.vault.record(
            "access.refused", Category.TRUST, outcome=Outcome.REFUSED, details={"act": "export the vault"}
        ),
    ]
    midnight = time.mktime((*time.localtime()[:3], 0, 0, 0, 0, 0, -1))
    for began, some in ((midnight - 6 * 3_600, acts[:4]), (midnight, acts)):
        for number, act in enumerate(some):
            clock.now = began + (time.time() - midnight) * (number + 1) / (len(some) + 1)
            act()
    clock.now = time.time()


@asynccontextmanager
async def _log(folder: Path, size: Size) -> AsyncIterator[AuditStage]:
    clock = Clock(time.time() - 3 * 86_400)
    async with AuditStage(folder, size=size, clock=clock) as stage:
        live(stage, clock)
        await stage.show_log()
        yield stage


@screen("audit")
@asynccontextmanager
async def audit(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        yield stage.window


@screen("audit-broken")
@asynccontextmanager
async def audit_broken(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        stage.alter("edited", 24)
        stage.audit.check()
        await stage.settle()
        yield stage.window


@screen("audit-record")
@asynccontextmanager
async def audit_record(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        stage.audit.list.select_number(20)
        QTest.keyClick(stage.audit.list, Qt.Key.Key_Return)
        await stage.settle()
        yield stage.window


@screen("audit-refused")
@asynccontextmanager
async def audit_refused(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        stage.audit.places.choose((Sort.BAD, None, None))
        await stage.settle()
        yield stage.window


@screen("audit-no-hits")
@asynccontextmanager
async def audit_no_hits(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        stage.audit.head.search.setText("jenkinz")
        await stage.settle()
        yield stage.window


@screen("audit-checking")
@asynccontextmanager
async def audit_checking(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _log(folder, size) as stage:
        banner = stage.audit.banner
        banner.begin()
        banner.advance(Progress(8_200, 12_418))
        banner._put(State.RUNNING)
        yield stage.window
