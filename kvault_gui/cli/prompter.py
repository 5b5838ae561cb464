"""The engine's questions on the command line: answered by options, else asked on the terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from kvault_gui.engine.api import (
    AskChoice,
    AskConfirm,
    AskFile,
    AskPlug,
    AskSecret,
    AskShares,
    AskTouch,
    Question,
    Secret,
)
from kvault_gui.engine.errors import CancelledError, NobodyToAskError

from . import interrupts, terminal
from .credentials import Answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from kvault_gui.engine.api import Tools


class TerminalPrompter:
    """See api.Prompter. ``answers`` may be exchanged between two acts; ``tools`` reads shares while they are typed."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = answers or Answers()
        self.tools: Tools | None = None

    def ask(self, question: Question) -> Secret:
        """The answer. Raises CancelledError, NobodyToAskError where there is no terminal."""
        known = self.answers.to(question)
        if known is not None:
            if isinstance(question, AskSecret) and question.retries == 1:
                _last_try(question)
            return known
        if not terminal.present():
            raise NobodyToAskError(question=_in_words(question))
        match question:
            case AskSecret():
                return _secret(question)
            case AskConfirm():
                if terminal.confirm(f"{_ended(question.title)} {question.text}"):
                    return Secret.of("yes")
                raise CancelledError
            case AskChoice():
                return Secret.of(str(choose(question.title, question.choices)))
            case AskFile():
                return _file(question)
            case AskShares():
                from .shares import ask  # noqa: PLC0415 once in a vault's life

                return ask(question, self.tools)
            case _:
                raise CancelledError

    @contextlib.contextmanager
    def during(self, request: AskTouch | AskPlug) -> Iterator[Callable[[], bool]]:
        """Say on standard error what to do, count down, and let Ctrl+C cancel it.

        Raises NobodyToAskError if something is to be plugged in and nobody sits there: a script does not wait for it.
        """
        if isinstance(request, AskPlug) and not terminal.present():
            raise NobodyToAskError(question=_wish(request).rstrip("."))
        terminal.note(_wish(request))
        with interrupts.noted() as interrupt:
            try:
                with _countdown(request.seconds):
                    yield lambda: interrupt.asked
            finally:
                if interrupt.asked:
                    raise KeyboardInterrupt


@contextlib.contextmanager
def _countdown(seconds: int) -> Iterator[None]:
    """Show the seconds that are left, where standard error is a terminal. By a timer: nothing here has a thread."""
    if not terminal.is_shown(sys.stderr):
        yield
        return
    end = time.monotonic() + seconds

    def draw(number: int, frame: FrameType | None) -> None:
        del number, frame
        left = max(0, round(end - time.monotonic()))
        os.write(2, f"\r\x1b[K{left} s left; Ctrl+C cancels".encode())

    before = signal.signal(signal.SIGALRM, draw)
    signal.siginterrupt(signal.SIGALRM, False)  # noqa: FBT003 positional only; what waits for the token goes on waiting
    timer = signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)
        os.write(2, b"\r\x1b[K")


def _wish(request: AskTouch | AskPlug) -> str:
    if isinstance(request, AskTouch):
        what = f"Touch {request.token}."
    elif request.again:
        what = f"Pull {request.token} out and plug it in again."
    else:
        what = f"Plug in {request.token}."
    return f"{what} {request.text}".strip()


def _in_words(question: Question) -> str:
    """What a question wants, for somebody who could not be asked."""
    match question:
        case AskSecret():
            return question.title if question.token or not question.text else question.text
        case AskTouch() | AskPlug():
            return _wish(question)
        case AskFile():
            return question.text
        case _:
            return question.title


def _ended(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _last_try(question: AskSecret) -> None:
    """Go on only if the person says so. Raises CancelledError, NobodyToAskError."""
    name = question.token or question.title
    warning = f"One try is left: a wrong PIN blocks {name}."
    if not terminal.present():
        raise NobodyToAskError(question=f"{warning} Go on")
    if not terminal.confirm(f"{warning} Go on?"):
        raise CancelledError


def _secret(question: AskSecret) -> Secret:
    if question.retries == 1:
        _last_try(question)
    prompt = question.text or question.title
    if question.token:
        if question.text:
            terminal.note(_ended(question.text))
        prompt = question.title
    if question.retries is not None:
        prompt += f" ({question.retries} {'try' if question.retries == 1 else 'tries'} left)"
    while True:
        answer = terminal.ask_secret(f"{prompt}: ")
        if not answer.value and question.token:
            raise CancelledError  # an empty PIN is never sent
        if len(answer.value.decode(errors="replace")) >= question.least:
            return answer
        terminal.note(f"At least {question.least} characters.")


def _file(question: AskFile) -> Secret:
    terminal.note(_ended(question.text))
    typed = terminal.ask_bytes("Path: ").value
    if not typed.strip():
        raise CancelledError
    path = os.path.abspath(os.path.expanduser(bytes(typed).strip()))  # noqa: PTH100, PTH111 bytes, as they are
    return Secret(bytearray(path))


def choose(title: str, choices: list[str]) -> int:
    """Ask for one of several, from 0. Raises CancelledError for anything that is none of them."""
    terminal.note(title)
    for number, choice in enumerate(choices, 1):
        terminal.note(f"  {number}  {choice}")
    answer = terminal.ask_line("Number: ")
    if answer.isascii() and answer.isdecimal() and len(answer) < 6 and 1 <= int(answer) <= len(choices):  # noqa: PLR2004 digits
        return int(answer) - 1
    raise CancelledError
