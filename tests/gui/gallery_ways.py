"""The ways into a vault in the gallery: each page and state, from plain data."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import AskShares, Method, ShareGroup
from kvault_gui.engine.errors import TokenTimeoutError
from kvault_gui.engine.vault.slip39 import split
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.shares_entry import SharesDialog
from kvault_gui.gui.dialogs.ways import KEYS, LOSSES, WaysDialog
from kvault_gui.gui.dialogs.ways.add import CODE, DETAILS, DONE, RUN, SHARES, TERMS, AddDialog
from kvault_gui.gui.dialogs.ways.form_shares import SharesForm
from kvault_gui.gui.dialogs.ways.forms_soft import PasswordForm
from kvault_gui.gui.dialogs.ways.forms_token import CardForm, ChallengeForm
from kvault_gui.gui.dialogs.ways.small import LimitDialog, RenameDialog
from tests.gui import ways_sample as sample
from tests.gui.gallery import screen
from tests.gui.inprocess import InProcess
from tests.gui.stage import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QDialog, QWidget

    from kvault_gui.engine.api import SlotInfo

    Size = tuple[int, int]


@asynccontextmanager
async def shown(dialog: QDialog) -> AsyncIterator[None]:
    running = asyncio.ensure_future(Ask(None).run(dialog))
    await until(dialog.isVisible, "the dialog did not open")
    try:
        yield
    finally:
        dialog.done(0)
        await running


@asynccontextmanager
async def ways(slots: list[SlotInfo], page: int = 0) -> AsyncIterator[WaysDialog]:
    dialog = WaysDialog(sample.calls(slots), native_files=False)
    async with shown(dialog):
        dialog.show_page(page)
        await until(lambda: dialog.slots and not dialog.is_busy(), "the dialog never came to rest")
        yield dialog


@asynccontextmanager
async def adding(*methods: Method, page: int = 0) -> AsyncIterator[AddDialog]:
    """Add, led to a page with what was chosen."""
    dialog = AddDialog(sample.calls(sample.many()[:2]), ["Password", "Recovery code"], native_files=False)
    async with shown(dialog):
        await until(lambda: dialog.tokens and not dialog.tasks.is_running("methods"), "it never looked")
        for method in methods:
            dialog.choose_page.add(method)
        while dialog.page < min(page, TERMS):
            if dialog.page == DETAILS:
                fill(dialog)
            before = dialog.page
            dialog.next.click()
            assert dialog.page > before, f"it does not go on from page {before}"
        if page > TERMS:
            dialog.next.click()
            if page == DONE:
                await until(lambda: not dialog.is_working(), "it never ended")
            await until(lambda: dialog.page >= page, "it never came to the page")
        yield dialog


def fill(dialog: AddDialog) -> None:
    for form in dialog.details_page.forms:
        if isinstance(form, PasswordForm):
            for field in (form.first, form.second):
                field.set_secret(bytearray(b"varnish otter copper lantern"))


def _screen(name: str) -> Callable[[Callable[[], AsyncIterator[QWidget]]], None]:
    def register(make: Callable[[], AsyncIterator[QWidget]]) -> None:
        @screen(f"ways-{name}")
        @asynccontextmanager
        async def _paint(_folder: Path, _size: Size) -> AsyncIterator[QWidget]:
            async for widget in make():
                yield widget

    return register


@_screen("list")
async def _list() -> AsyncIterator[QWidget]:
    async with ways(sample.many()) as dialog:
        yield dialog


@_screen("one")
async def _one() -> AsyncIterator[QWidget]:
    async with ways([sample.password()]) as dialog:
        yield dialog


@_screen("removed")
async def _removed() -> AsyncIterator[QWidget]:
    async with ways(sample.many()) as dialog:
        dialog.start(dialog.slots[4], "remove")
        await until(lambda: dialog.ask.current is not None)
        dialog.ask.current.accept()  # type: ignore[union-attr]  # just waited for
        await until(lambda: not dialog.is_busy())
        yield dialog


@_screen("remove-question")
async def _question() -> AsyncIterator[QWidget]:
    async with ways(sample.many()) as dialog:
        dialog.start(dialog.slots[2], "remove")
        await until(lambda: dialog.ask.current is not None)
        assert dialog.ask.current is not None
        yield dialog.ask.current


@_screen("told-twice")
async def _twice() -> AsyncIterator[QWidget]:
    async with ways(sample.many()[:2]) as dialog:
        dialog.start(dialog.slots[1], "remove")
        await until(lambda: dialog.ask.current is not None)
        first = dialog.ask.current
        first.accept()  # type: ignore[union-attr]  # just waited for
        await until(lambda: dialog.ask.current not in (None, first))
        assert dialog.ask.current is not None
        yield dialog.ask.current


@_screen("testing")
async def _testing() -> AsyncIterator[QWidget]:
    async with ways(sample.many()) as dialog:
        dialog.calls.slots.hold = asyncio.Event()  # type: ignore[attr-defined]  # the sample's
        dialog.start(dialog.slots[2], "test")
        await until(dialog.progress.isVisible)
        yield dialog


@_screen("limit")
async def _limit() -> AsyncIterator[QWidget]:
    dialog = LimitDialog(sample.guest())
    async with shown(dialog):
        yield dialog


@_screen("rename")
async def _rename() -> AsyncIterator[QWidget]:
    dialog = RenameDialog("YubiKey 5C", ["Password"])
    async with shown(dialog):
        dialog.field.setText("Password")
        yield dialog


@_screen("losses")
async def _losses() -> AsyncIterator[QWidget]:
    async with ways(sample.many(), LOSSES) as dialog:
        yield dialog


@_screen("losses-chosen")
async def _losses_chosen() -> AsyncIterator[QWidget]:
    async with ways(sample.many(), LOSSES) as dialog:
        dialog.losses_page.map.choose(1)  # the token
        yield dialog


@_screen("losses-nothing-left")
async def _losses_none() -> AsyncIterator[QWidget]:
    async with ways([sample.password(), sample.token(), sample.guest()], LOSSES) as dialog:
        dialog.losses_page.map.choose(0)
        yield dialog


@_screen("losses-list")
async def _losses_list() -> AsyncIterator[QWidget]:
    async with ways(sample.many(), LOSSES) as dialog:
        dialog.losses_page.as_list.click()
        yield dialog


@_screen("keys")
async def _keys() -> AsyncIterator[QWidget]:
    async with ways(sample.many(), KEYS) as dialog:
        yield dialog


@_screen("add-choose")
async def _add_choose() -> AsyncIterator[QWidget]:
    async with adding() as dialog:
        yield dialog


@_screen("add-chosen")
async def _add_chosen() -> AsyncIterator[QWidget]:
    async with adding(Method.PASSWORD, Method.FIDO2) as dialog:
        yield dialog


@_screen("add-alone")
async def _add_alone() -> AsyncIterator[QWidget]:
    async with adding(Method.CHALLENGE_RESPONSE) as dialog:
        yield dialog


def _details(name: str, *methods: Method, then: Callable[[AddDialog], object] | None = None) -> None:
    @_screen(f"add-details-{name}")
    async def _paint() -> AsyncIterator[QWidget]:
        async with adding(*methods, page=DETAILS) as dialog:
            if then is not None:
                then(dialog)
            yield dialog


def _groups(dialog: AddDialog) -> None:
    form = dialog.details_page.forms[0]
    assert isinstance(form, SharesForm)
    form.groups.setChecked(True)
    form.add_group(3, 5)


def _new_key(dialog: AddDialog) -> None:
    form = dialog.details_page.forms[0]
    assert isinstance(form, CardForm)
    form.make.setChecked(True)


def _new_secret(dialog: AddDialog) -> None:
    form = dialog.details_page.forms[1]
    assert isinstance(form, ChallengeForm)
    form.position.setCurrentIndex(4)


_details("password-fido2", Method.PASSWORD, Method.FIDO2)
_details("piv", Method.PIV, then=_new_key)
_details("challenge", Method.PASSWORD, Method.CHALLENGE_RESPONSE, then=_new_secret)
_details("tpm", Method.TPM)
_details("key-file", Method.PASSWORD, Method.KEY_FILE)
_details("shares", Method.SHARES)
_details("groups", Method.SHARES, then=_groups)


@_screen("add-terms")
async def _terms() -> AsyncIterator[QWidget]:
    async with adding(Method.PASSWORD, Method.FIDO2, page=TERMS) as dialog:
        yield dialog


async def _running(after: Callable[[AddDialog], Awaitable[None]] | None = None) -> AsyncIterator[AddDialog]:
    async with adding(Method.PASSWORD, Method.FIDO2, page=TERMS) as dialog:
        slots = dialog.calls.slots
        slots.hold = asyncio.Event()  # type: ignore[attr-defined]  # the sample's
        if after is not None:
            await after(dialog)
        dialog.next.click()
        await until(lambda: dialog.page == RUN)
        await until(lambda: slots.calls)  # type: ignore[attr-defined]  # as above
        await asyncio.sleep(0)
        yield dialog


@_screen("add-running")
async def _add_running() -> AsyncIterator[QWidget]:
    async for dialog in _running():
        yield dialog


@_screen("add-failed")
async def _add_failed() -> AsyncIterator[QWidget]:
    async def fail(dialog: AddDialog) -> None:
        dialog.calls.slots.fails["add"] = TokenTimeoutError(name="YubiKey 5C NFC")  # type: ignore[attr-defined]  # the sample's

    async for dialog in _running(fail):
        await until(partial(_is_done, dialog))
        yield dialog


def _is_done(dialog: AddDialog) -> bool:
    return not dialog.is_working()


@_screen("add-code")
async def _add_code() -> AsyncIterator[QWidget]:
    async with adding(Method.RECOVERY_CODE, page=CODE) as dialog:
        yield dialog


@_screen("add-shares")
async def _add_shares() -> AsyncIterator[QWidget]:
    async with adding(Method.SHARES, page=SHARES) as dialog:
        row = dialog.shares_page.rows[0]
        for edit, at in zip(row.edits, row.wanted, strict=True):
            edit.setText(row.sheet.words[at].decode())
        dialog.shares_page.rows[1].edits[0].setText("wrong")
        yield dialog


@_screen("add-done")
async def _add_done() -> AsyncIterator[QWidget]:
    async with adding(Method.PASSWORD, Method.FIDO2, page=DONE) as dialog:
        yield dialog


@asynccontextmanager
async def entering(folder: Path) -> AsyncIterator[SharesDialog]:
    """The question for shares, with the tools of a real engine."""
    engine = InProcess()
    engine.create(folder / "Personal")
    question = AskShares("Recovery shares of “Family”", "", "2 of 3 shares", [ShareGroup(2, 3)], 1)
    dialog = SharesDialog(question, engine.tools, native_files=False)
    async with shown(dialog):
        await until(lambda: not dialog.tasks.is_running("words"))
        yield dialog
    await engine.close()


@screen("ways-shares-typing")
@asynccontextmanager
async def shares_typing(folder: Path, _size: Size) -> AsyncIterator[QWidget]:
    async with entering(folder) as dialog:
        for word in sample.SHARE.split()[:9]:
            QTest.keyClicks(dialog.field, word[:4])
            QTest.keyClick(dialog.field, Qt.Key.Key_Space)
        QTest.keyClicks(dialog.field, "mu")
        yield dialog


@screen("ways-shares-wrong")
@asynccontextmanager
async def shares_wrong(folder: Path, _size: Size) -> AsyncIterator[QWidget]:
    async with entering(folder) as dialog:
        words = sample.SHARE.replace("fancy", "fangs").split()
        await dialog._take_lines([[bytearray(word.encode()) for word in words]])
        yield dialog


@screen("ways-shares-one-given")
@asynccontextmanager
async def shares_given(folder: Path, _size: Size) -> AsyncIterator[QWidget]:
    async with entering(folder) as dialog:
        await dialog._take_lines([[bytearray(word.encode()) for word in shares()[0].split()]])
        yield dialog


@screen("ways-shares-enough")
@asynccontextmanager
async def shares_enough(folder: Path, _size: Size) -> AsyncIterator[QWidget]:
    async with entering(folder) as dialog:
        await dialog._take_lines([[bytearray(word.encode()) for word in share.split()] for share in shares()[:2]])
        yield dialog


def shares() -> list[str]:
    """Three shares of a sample secret, of which two are needed."""
    return split(bytes(range(32)), [(2, 3)], 1)[0]
