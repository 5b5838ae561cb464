"""The texts of the QR codes in a picture file: recovery shares and one-time passwords that were printed or shown.

The picture comes from anywhere, so what is decoded is limited before it is decoded: the file's size, the kinds of
files, and the pixels that it says it has. PDF is not read: it would need a renderer of its own.
"""

from __future__ import annotations

import io
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ..api import Secret
from ..errors import ImageError, LibraryMissingError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
MAX_FILE = 20 << 20  # bytes
MAX_PIXELS = 50_000_000  # a camera's largest pictures; 50 MB in grey
MAX_CODES = 64
MAX_TEXT = 4 << 10  # characters of one text; the largest QR code holds 2,953


def scan(path: str) -> list[Secret]:
    """The texts of the QR codes in a PNG, JPEG, WebP or BMP file (the first picture of several), each once.

    Raises:
        ImageError: no picture, too large a picture, or no code in it.
        LibraryMissingError: Pillow or zxing-cpp is not installed.
    """
    name = Path(path).name
    content = _content(path, name)
    try:
        import zxingcpp  # noqa: PLC0415 few sessions scan
        from PIL import Image  # noqa: PLC0415 as above
    except ImportError:
        raise LibraryMissingError(needed="Reading QR codes", package="pillow and zxing-cpp") from None
    del Image
    picture = _grey(content, name)
    try:
        found = zxingcpp.read_barcodes(
            picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), text_mode=zxingcpp.TextMode.Plain
        )
    finally:
        picture.close()
    binary = zxingcpp.ContentType.Binary  # nothing that a person could use
    return _texts([code.text if code.content_type != binary else "" for code in found if code.valid], name)


def _content(path: str, name: str) -> bytes:
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise ImageError(name=name, reason="it is not an ordinary file")
        if status.st_size > MAX_FILE:
            raise ImageError(name=name, reason=f"it is larger than {MAX_FILE >> 20} MiB")
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as problem:
        raise ImageError(name=name, reason=f"it cannot be read ({problem.strerror})") from None
    except ValueError:  # a zero byte in the path
        raise ImageError(name=name, reason="that is no path") from None
    if len(content) > MAX_FILE:
        raise ImageError(name=name, reason=f"it is larger than {MAX_FILE >> 20} MiB")
    if content.startswith(b"%PDF"):
        raise ImageError(name=name, reason="PDF files are not read. Take a screenshot or a photograph of the page")
    return content


def _grey(content: bytes, name: str) -> Image.Image:
    """The first picture of the file in 256 greys, with what is transparent white."""
    from PIL import Image, ImageOps  # noqa: PLC0415 few sessions scan

    with warnings.catch_warnings():
        # Pillow warns at about 90 million pixels; ours is the lower limit.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _measure(picture, name)
                grey = _on_white(picture) if picture.has_transparency_data else picture.convert("L")
                # Last, when a pixel is one byte: a picture of 100 bytes on disk may have 50 million of them.
                ImageOps.exif_transpose(grey, in_place=True)
                return grey
        except ImageError:
            raise
        except Image.DecompressionBombError:
            raise ImageError(name=name, reason="it has far more pixels than kvault reads") from None
        except MemoryError:
            raise ImageError(name=name, reason="there is not enough memory for it") from None
        except Exception:  # noqa: BLE001 Pillow raises a dozen kinds for a broken file, SyntaxError among them
            reason = "it is no PNG, JPEG, WebP or BMP picture, or it is damaged"
            raise ImageError(name=name, reason=reason) from None


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image  # noqa: PLC0415 few sessions scan

    both = picture.convert("RGBA").convert("LA") if picture.mode == "P" else picture.convert("LA")
    white = Image.new("L", both.size, 255)
    white.paste(both.getchannel("L"), mask=both.getchannel("A"))
    white.info.update(picture.info)  # which way is up
    return white


def _measure(picture: Image.Image, name: str) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        reason = f"it has {picture.width} by {picture.height} pixels, more than kvault reads"
        raise ImageError(name=name, reason=reason)


def _texts(found: list[str], name: str) -> list[Secret]:
    if not found:
        raise ImageError(name=name, reason="there is no QR code in it")
    if len(found) > MAX_CODES:
        raise ImageError(name=name, reason=f"there are more than {MAX_CODES} codes in it")
    texts = [Secret.of(text) for text in dict.fromkeys(found) if text and len(text) <= MAX_TEXT]
    if not texts:
        raise ImageError(name=name, reason="its QR codes hold no text")
    return texts
