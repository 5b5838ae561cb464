"""Recovery shares from their sheets, typed or in a picture: a wrong word is asked for again by its number."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import (
    CancelledError,
    ImageError,
    LibraryMissingError,
    ShareChecksumError,
    ShareError,
    ShareWordError,
)

from . import terminal

if TYPE_CHECKING:
    from kvault_gui.engine.api import AskShares, ShareState, Tools

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


def ask(question: AskShares, tools: Tools | None) -> Secret:
    """Shares until there are enough, one a line. Raises CancelledError at an empty line."""
    terminal.note(f"{question.title}: {question.need} of set {question.set}, in any order.")
    terminal.note("Type the words of one sheet in one line. Upper case, commas and numbers of words do not matter.")
    if tools is not None:
        terminal.note("Or type the path of a picture of its QR code (PNG, JPEG, WebP or BMP).")
    taken: list[Secret] = []
    scanned: list[str] = []
    while True:
        typed = scanned.pop(0) if scanned else terminal.ask_line(f"Share {len(taken) + 1}: ")
        if tools is not None and _is_path(typed):
            scanned = _scanned(typed, tools)
            continue
        words = _words(typed)
        if not words:
            raise CancelledError
        found = _checked(words, taken, tools)
        if found is None:
            continue
        share, state = found
        taken.append(share)
        if state is None:  # nothing reads them here: the engine will
            if len(taken) >= sum(group.threshold for group in question.groups):
                break
            continue
        terminal.note(state.words)
        if not state.missing:
            break
    return Secret(bytearray(b"\n".join(bytes(share.value) for share in taken)))


def _is_path(typed: str) -> bool:
    return typed.startswith(("/", "~", "./", "../")) or typed.lower().endswith(_PICTURES)


def _scanned(typed: str, tools: Tools) -> list[str]:
    """The texts of the QR codes in a picture; none where it cannot be read, which is said."""
    try:
        return [text.text() for text in tools.scan(os.path.abspath(os.path.expanduser(typed)))]  # noqa: PTH100, PTH111 as it was typed
    except (ImageError, LibraryMissingError) as error:
        terminal.note(error.brief)
        return []


def _words(typed: str) -> list[str]:
    """The words of a line, without the numbers that a sheet prints before them."""
    parts = typed.lower().replace(",", " ").replace(".", " ").split()
    return [part for part in parts if not part.isdecimal()]


def _checked(words: list[str], taken: list[Secret], tools: Tools | None) -> tuple[Secret, ShareState | None] | None:
    """The share as it is right, and how the set stands; None: to be typed anew."""
    while True:
        share = Secret.of(" ".join(words))
        if tools is None:
            return share, None
        try:
            return share, tools.check_share(share, taken)
        except (ShareWordError, ShareChecksumError) as error:
            if not _mend(words, error):
                return None
        except ShareError as error:
            terminal.note(f"{error.say(error.headline)}. {error.say(error.meaning)} {error.say(error.advice)}")
            return None


def _mend(words: list[str], error: ShareWordError | ShareChecksumError) -> bool:
    """Ask for the one word that is wrong; an empty line takes the proposal. Whether it was replaced."""
    terminal.note(f"{error.say(error.headline)}. {error.say(error.meaning)}")
    number, near = int(error.fields["number"]), str(error.fields.get("near", ""))
    if not 1 <= number <= len(words):
        return False
    hint = f" (Enter: {near})" if near else ""
    typed = terminal.ask_line(f"Word {number}{hint}: ").lower()
    new = typed or near
    if not new or new == words[number - 1]:
        return False
    words[number - 1] = new
    return True
