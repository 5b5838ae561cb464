"""Recovery shares typed from their sheets: each is read at once, and a wrong word is asked for again by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import CancelledError, ShareChecksumError, ShareError, ShareWordError

from . import terminal

if TYPE_CHECKING:
    from kvault_gui.engine.api import AskShares, ShareState, Tools


def ask(question: AskShares, tools: Tools | None) -> Secret:
    """Shares until there are enough, one a line. Raises CancelledError at an empty line."""
    terminal.note(f"{question.title}: {question.need} of set {question.set}, in any order.")
    terminal.note("Type the words of one sheet in one line. Upper case, commas and numbers of words do not matter.")
    taken: list[Secret] = []
    while True:
        words = _words(terminal.ask_line(f"Share {len(taken) + 1}: "))
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
