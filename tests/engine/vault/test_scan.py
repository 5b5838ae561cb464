"""QR codes from picture files: real pictures, and files that want to harm."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import ImageError
from kvault_gui.engine.vault import slip39
from kvault_gui.engine.vault.scan import MAX_CODES, MAX_FILE, MAX_PIXELS, scan

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "academic acid acrobat ünïcode 日本"


def picture(text: str = TEXT, *, scale: int = 4, dark: str = "black", light: str | None = "white") -> Image.Image:
    drawn = io.BytesIO()
    segno.make_qr(text, encoding="utf-8").save(drawn, kind="png", scale=scale, dark=dark, light=light)
    return Image.open(drawn)


def read(path: Path) -> list[str]:
    return [secret.text() for secret in scan(str(path))]


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp"])
def test_every_kind_of_picture_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"code.{ending}"
    picture().convert("RGB").save(path)
    assert read(path) == [TEXT]


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "code.txt"
    picture().save(path, "PNG")
    assert read(path) == [TEXT]


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.convert("L").rotate(90, expand=True),
        lambda image: image.convert("L").rotate(13, expand=True, fillcolor=255),
        lambda image: image.convert("L").point(lambda value: 255 - value),
        lambda image: image.convert("1"),
        lambda image: image.convert("P"),
        lambda image: image.convert("CMYK"),
        lambda image: image.convert("I;16"),
    ],
)
def test_turned_inverted_and_odd_pictures_are_read(tmp_path: Path, change: object) -> None:
    assert callable(change)
    changed = change(picture(scale=6))
    path = tmp_path / ("code.jpg" if changed.mode == "CMYK" else "code.png")
    changed.save(path)
    assert read(path) == [TEXT]


def test_a_black_code_on_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    picture(light=None).save(path)
    assert read(path) == [TEXT]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L"])
def test_what_is_transparent_is_white_in_every_kind_of_picture(tmp_path: Path, mode: str) -> None:
    """Black on nothing, whatever colour nothing has: here black as well."""
    path, drawn = tmp_path / "code.png", picture().convert("L")
    if mode in ("RGBA", "LA"):
        made = Image.new(mode, drawn.size, 0)
        made.putalpha(drawn.point(lambda value: 255 - value))
        made.save(path)
    else:  # one colour stands for nothing
        dark = drawn.point(lambda value: 1 if value else 0).convert(mode)
        dark.save(path, transparency=(1, 1, 1) if mode == "RGB" else dark.getpixel((0, 0)))
    assert read(path) == [TEXT]


def test_a_tiny_file_of_the_largest_picture_takes_less_than_a_gibibyte(tmp_path: Path) -> None:
    path, turned = tmp_path / "large.webp", Image.Exif()
    turned[0x112] = 6
    Image.new("RGBA", (7_000, 7_100), (1, 2, 3, 4)).save(path, lossless=True, method=0, exif=turned)
    assert path.stat().st_size < 1_000
    code = (
        "import resource, sys\n"
        "from kvault_gui.engine.errors import ImageError\n"
        "from kvault_gui.engine.vault.scan import scan\n"
        "try:\n    scan(sys.argv[1])\n"
        "except ImageError as error:\n    assert 'no QR code' in str(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)
    assert int(done.stdout) < 1 << 20  # KiB


def test_the_first_frame_of_a_moving_picture_is_read(tmp_path: Path) -> None:
    path = tmp_path / "code.webp"
    frames = [picture().convert("RGB"), picture("another").convert("RGB").resize(picture().size)]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    assert read(path) == [TEXT]


def test_several_codes_of_a_sheet_are_each_given_once(tmp_path: Path) -> None:
    sheet = Image.new("L", (900, 500), "white")
    sheet.paste(picture("one", scale=5), (20, 20))
    sheet.paste(picture("two", scale=5), (400, 20))
    sheet.paste(picture("one", scale=5), (20, 260))
    path = tmp_path / "sheet.png"
    sheet.save(path)
    assert sorted(read(path)) == ["one", "two"]


def test_a_printed_share_comes_back_whole(tmp_path: Path) -> None:
    words = slip39.split(bytes(range(32)), [(2, 3)], 1)[0][0]
    path = tmp_path / "share.png"
    picture(words).convert("L").rotate(3, expand=True, fillcolor=255).save(path)
    (secret,) = scan(str(path))
    assert slip39.read(secret) == slip39.read(Secret.of(words))


# --- what is refused -------------------------------------------------------------------------------------------------


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(MAX_PIXELS + 1, 1), (10_000, 5_001), (2**31 - 1, 2**31 - 1), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(*size, zlib.compress(bytes(1000))))
    began = time.perf_counter()
    with pytest.raises(ImageError, match=r"more( pixels)? than kvault reads"):
        scan(str(path))
    assert time.perf_counter() - began < 1


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(ImageError, match="larger than 20 MiB"):
        scan(str(path))


def test_a_pdf_says_what_to_do_instead(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(ImageError, match="screenshot"):
        scan(str(path))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PPM", "ICO"])
def test_other_kinds_of_pictures_are_not_decoded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "code.png"
    picture().convert("L").save(path, kind)
    with pytest.raises(ImageError, match="PNG, JPEG, WebP or BMP"):
        scan(str(path))


def test_a_picture_without_a_code_and_one_with_binary_data_say_so(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    Image.new("L", (300, 300), "white").save(path)
    with pytest.raises(ImageError, match="no QR code"):
        scan(str(path))
    segno.make_qr(bytes([255, 254, 0, 1, 2])).save(str(path), scale=5)
    with pytest.raises(ImageError, match="no text"):
        scan(str(path))


def test_a_sheet_full_of_codes_is_refused(tmp_path: Path) -> None:
    side = 9
    assert side * side > MAX_CODES
    sheet = Image.new("L", (side * 130, side * 130), "white")
    for number in range(side * side):
        sheet.paste(
            picture(str(number), scale=4).resize((116, 116)), (number % side * 130 + 7, number // side * 130 + 7)
        )
    path = tmp_path / "sheet.png"
    sheet.save(path)
    with pytest.raises(ImageError, match="more than 64"):
        scan(str(path))


@pytest.mark.parametrize("name", ["absent.png", "pipe", ".", "\0"])
def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImageError):
        scan(f"{tmp_path}/{name}")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_broken_picture_gives_texts_or_an_error_of_ours(data: st.DataObject) -> None:
    import tempfile  # noqa: PLC0415 pytest's folder is not made anew for each example
    from pathlib import Path  # noqa: PLC0415 as above

    whole = io.BytesIO()
    picture("x").convert("RGB").save(whole, data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "BMP"])))
    content = bytearray(whole.getvalue())
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)))):
        content[place] = value
    content = content[: data.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "broken"
        path.write_bytes(content)
        try:
            assert scan(str(path))
        except ImageError:
            return
