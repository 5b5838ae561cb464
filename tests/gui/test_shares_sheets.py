"""Sheets of recovery shares and of the recovery code: what is on paper, and what must not be."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from kvault_gui.app import sheets as writing
from kvault_gui.app.arguments import parse
from kvault_gui.engine.api import Secret, ShareGroup
from kvault_gui.engine.vault.slip39 import split
from kvault_gui.gui.dialogs import recovery_sheet, shares_sheet
from kvault_gui.gui.dialogs.paper import PAPERS, page_layout, spelled

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.gui.dialogs.shares_sheet import ShareSheet

pytestmark = pytest.mark.usefixtures("look")
DOTS = 144  # an inch
CODE = "K7QX-4MTR-9WHB-2VZC-8NPF-D3JY-6A1E-5SG0-7HHT"


def sample(*groups: tuple[int, int], needed: int = 1) -> tuple[list[list[str]], list[ShareSheet]]:
    """The words of a set, and its sheets."""
    words = split(bytes(range(32)), groups, needed)
    made = shares_sheet.Set("Personal", "7213", tuple(ShareGroup(*each) for each in groups), needed, 1_700_000_000.0)
    return words, shares_sheet.sheets_of(made, [[Secret.of(share) for share in group] for group in words])


def printed(sheet: ShareSheet, paper: str) -> QImage:
    """The page as a printer of 144 dots an inch paints it."""
    layout = page_layout(paper)
    image = QImage(layout.fullRectPixels(DOTS).size(), QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(round(DOTS / 0.0254))
    image.setDotsPerMeterY(round(DOTS / 0.0254))
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    shares_sheet.paint(painter, QRectF(layout.paintRectPixels(DOTS)), DOTS / 72, sheet)
    painter.end()
    return image


def codes(image: QImage) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_the_code_on_each_sheet_gives_back_its_words_and_no_others(paper: str) -> None:
    words, made = sample((2, 3))
    assert [codes(printed(sheet, paper)) for sheet in made] == [[share] for share in words[0]]


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_nothing_is_painted_beyond_the_margins(paper: str) -> None:
    _, made = sample((2, 3), (3, 16), needed=2)
    long = made[0].of._replace(vault="A long name of a vault " * 6)
    image = printed(made[-1]._replace(of=long), paper)
    inner = page_layout(paper).paintRectPixels(DOTS)
    for y in range(image.height()):
        for x in (*range(inner.left() - 1), *range(inner.right() + 3, image.width())):
            assert image.pixelColor(x, y) == QColor("#FFFFFF"), (x, y)
    for y in (*range(inner.top() - 1), *range(inner.bottom() + 3, image.height())):
        assert all(image.pixelColor(x, y) == QColor("#FFFFFF") for x in range(image.width())), y


def test_a_pdf_has_a_page_a_share_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    words, made = sample((2, 3), (1, 1), needed=2)
    target = tmp_path / "shares.pdf"
    assert shares_sheet.write_pdf(str(target), made, "A4", replace=False)
    content = target.read_bytes()
    assert pages(content) == 4
    assert target.stat().st_mode & 0o777 == 0o600
    assert not any(share.encode() in content for group in words for share in group)
    assert os.listdir(tmp_path) == ["shares.pdf"]  # noqa: PTH208 names alone


def test_a_file_that_is_there_is_replaced_only_when_asked_for(tmp_path: Path) -> None:
    _, made = sample((2, 3))
    target = tmp_path / "shares.pdf"
    target.write_text("mine")
    target.chmod(0o644)
    assert not shares_sheet.write_pdf(str(target), made, "A4", replace=False)
    assert target.read_text() == "mine"
    assert shares_sheet.write_pdf(str(target), made, "A4", replace=True)
    assert pages(target.read_bytes()) == 3
    assert target.stat().st_mode & 0o777 == 0o600
    assert not shares_sheet.write_pdf(str(tmp_path / "no" / "shares.pdf"), made, "A4", replace=True)


def test_a_sheet_says_how_many_are_needed() -> None:
    _, one = sample((2, 3))
    assert (shares_sheet.share_name(one[1]), shares_sheet.needed(one[1])) == ("Share 2 of 3", "Two are needed.")
    _, two = sample((2, 3), (1, 1), needed=2)
    assert shares_sheet.share_name(two[3]) == "Share 1 of 1, group 2 of 2"
    assert shares_sheet.needed(two[0]) == "Two of this group are needed. Both groups are needed."
    assert shares_sheet.needed(two[3]) == "Of this group this one is enough. Both groups are needed."
    assert spelled(16) == "16"


def test_the_preview_holds_nothing_of_the_share() -> None:
    words, made = sample((2, 3))
    image = shares_sheet.preview(made[0], "A4")
    assert made[0].words[0] == words[0][0].split()[0].encode()
    found = codes(image.scaled(image.size() * 3))
    assert found
    assert not set(found[0].split()) & set(words[0][0].split())


def test_wiping_overwrites_every_word() -> None:
    _, made = sample((2, 3))
    word = made[0].words[0]
    shares_sheet.wipe(made)
    assert not any(word)
    assert made[0].words == []


def test_the_recovery_sheet_bears_its_code() -> None:
    image = QImage(1190, 1684, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(round(DOTS / 0.0254))
    image.setDotsPerMeterY(round(DOTS / 0.0254))
    image.fill(QColor("#FFFFFF"))
    groups = [bytearray(group.encode()) for group in CODE.split("-")]
    painter = QPainter(image)
    page = image.rect().toRectF().adjusted(114, 114, -114, -114)
    recovery_sheet.paint(painter, page, 2.0, recovery_sheet.Sheet("Personal", "~/.kind/vault/p", groups, 0.0))
    painter.end()
    assert codes(image) == [CODE]


# --- kvault-gui --write-sheets ---------------------------------------------------------------------------------------


def asked(**more: object) -> dict[str, object]:
    words, _ = sample((2, 3))
    return {"vault": "Personal", "set": "7213", "groups": words, "need": [2], "paper": "Letter", **more}


def test_sheets_are_written_without_a_window_or_a_display(tmp_path: Path) -> None:
    target = tmp_path / "shares.pdf"
    command = [sys.executable, "-m", "kvault_gui", "--write-sheets", str(target)]
    surroundings = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}

    def run(given: dict[str, object]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, input=json.dumps(given), env=surroundings, capture_output=True, text=True, timeout=60, check=False
        )

    done = run(asked())
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    content = target.read_bytes()
    assert pages(content) == 3
    assert b"612" in content  # points that Letter is wide
    assert target.stat().st_mode & 0o777 == 0o600
    again = run(asked())
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert target.read_bytes() == content


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"vault": "a"}',
        json.dumps({"vault": "a", "set": "1", "groups": [["x y"]], "paper": "A9"}).encode(),
    ],
)
def test_what_is_no_request_is_not_understood(given: bytes) -> None:
    assert writing.read(io.BytesIO(given)) is None


@pytest.mark.parametrize(
    "wrong", [{"groups": []}, {"groups": [[]]}, {"groups": [[""]]}, {"groups": [["é"]]}, {"need": [2, 2]}]
)
def test_a_request_that_contradicts_itself_is_not_understood(wrong: dict[str, object]) -> None:
    assert writing.read(io.BytesIO(json.dumps(asked(**wrong)).encode())) is None


def test_a_request_without_needs_writes_sheets_that_do_not_say_them(tmp_path: Path) -> None:
    wanted = writing.read(io.BytesIO(json.dumps(asked(need=[])).encode()))
    assert wanted is not None
    assert writing.write(str(tmp_path / "s.pdf"), wanted)
    assert pages((tmp_path / "s.pdf").read_bytes()) == 3


def test_the_words_of_the_command_name_the_file() -> None:
    assert parse(["--write-sheets", "out.pdf"]).sheets == "out.pdf"
    assert parse(["--write-sheets"]).code == 2
