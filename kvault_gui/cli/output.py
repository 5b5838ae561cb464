"""What the command line prints: text for people or JSON for programs, errors as one line."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kvault_gui.engine.errors import NotFoundError

from .terminal import drives, is_shown, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kvault_gui.engine.api import Method, WayState
    from kvault_gui.engine.errors import FieldValue, KvaultError

# What an error advises, where the command line has a better answer than the window.
ADVICE = {
    "locked": "Give its password with --password-fd or --password-file, or run kvault in a terminal.",
    "wrong-credentials": "Check the password, or the file or descriptor that it came from.",
    "no-second-way": "Add a recovery code or recovery shares first, or say it twice: --even-the-second.",
    "ways-not-carried": "Unlock once with each of them, or say --sure: then they go.",
    "tpm-changed": "Unlock in another way. If you know of an update: “kvault slot reseal NAME”.",
    "nobody-to-ask": "Give it with an option (“kvault --help”), or run kvault in a terminal.",
    "changes-missing": "Open a backup, or open what is there with --accept missing.",
    "head-damaged": "Put head back, or have everything verified and accept it once with --accept head.",
    "head-old": "Have everything verified and accept it once with --accept head.",
}


def line(text: str = "") -> None:
    """One line of text on standard output; what is in it cannot drive the terminal."""
    sys.stdout.write(safe(text, keep="\t") + "\n")


def json(content: object) -> None:
    """One JSON value, indented, exactly as stored."""
    _bytes(msgspec.json.format(_encode(content), indent=2) + b"\n")


def _encode(content: object) -> bytes:
    """JSON in which what could drive a terminal stands as an escape: read back, it is the same."""
    data = msgspec.json.encode(content)
    if data.isascii() and b"\x7f" not in data:
        return data
    return "".join(_escape(letter) if letter > "~" and drives(letter) else letter for letter in data.decode()).encode()


def _escape(letter: str) -> str:
    pairs = letter.encode("utf-16-be").hex()
    return "".join(f"\\u{pairs[start : start + 4]}" for start in range(0, len(pairs), 4))


def json_rows(rows: Iterable[dict[str, Any]]) -> None:
    """A JSON list, written row by row: a long list needs no memory."""
    before = b"[\n  "
    for row in rows:
        _bytes(before + _encode(row))
        before = b",\n  "
    _bytes(b"[]\n" if before.startswith(b"[") else b"\n]\n")


def value(data: bytes | bytearray) -> None:
    """A bare value: its bytes and nothing else; on a terminal a line, with what could drive the terminal escaped."""
    if is_shown(sys.stdout):
        sys.stdout.write(safe(bytes(data).decode(errors="backslashreplace"), keep="\t\n") + "\n")
    else:
        _bytes(data)


def bare(data: bytes | bytearray) -> None:
    """Bytes as they are."""
    _bytes(data)


def _bytes(data: bytes | bytearray) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns, two blanks apart; the last one is as long as it is."""
    clean = [[safe(cell) for cell in row] for row in rows]
    widths = [max((len(row[column]) for row in clean), default=0) for column in range(len(clean[0]) if clean else 0)]
    for row in clean:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def method_words(method: Method) -> str:
    """An unlock method as people call it."""
    from kvault_gui.engine.facade.methods import WORDS  # noqa: PLC0415 with the engine, not before it

    return WORDS[method]


def state_words(state: WayState | None) -> str:
    """How a way in stands, with the PIN tries that are left."""
    if state is None:
        return ""
    tries = "" if state.retries is None else f", {count(state.retries, 'PIN try', 'PIN tries')} left"
    return f"{state.words}{tries}"


def iso(time: float | None) -> str | None:
    """A time as ISO 8601 in UTC, to the second."""
    if time is None:
        return None
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(time: float) -> str:
    """A time for people, in their zone."""
    utc = dt.datetime.fromtimestamp(time, dt.UTC)
    try:
        return utc.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):  # the last hours of the year 9999 have no local time
        return utc.strftime("%Y-%m-%d %H:%M:%S UTC")


def new_file(name: str) -> Path:
    """The absolute path of a file to be written. Raises NotFoundError when its folder is missing."""
    path = Path(name).absolute()
    if not path.parent.is_dir():
        raise NotFoundError(name=f"folder {path.parent}")
    return path


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its word: 1 entry, 1,024 entries."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def error(found: KvaultError, *, as_json: bool) -> None:
    """An error on standard error: one line in words, or one line of JSON."""
    what = found.say(found.headline)
    meaning = found.say(found.meaning)
    advice = ADVICE.get(found.code) or found.say(found.advice)
    if as_json:
        content = {
            "error": found.code,
            "exit_code": found.exit_code,
            "what": _unicode(what),
            "meaning": _unicode(meaning),
            "advice": _unicode(advice),
            "fields": {name: _unicode(value) for name, value in found.fields.items()},
        }
        sys.stderr.write(_encode(content).decode() + "\n")
    else:
        sys.stderr.write(safe(f"kvault: {_sentence(what)} {meaning} {advice}") + "\n")


def _unicode(value: FieldValue) -> FieldValue:
    """What was typed in another encoding has half surrogate pairs, which JSON cannot hold."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", ":")) else text + "."
