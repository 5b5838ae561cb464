"""A Prompter that spares a person the same PIN twice in a row, when what was just enrolled is tried once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..api import AskPlug, AskSecret, AskTouch, Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..api import Prompter, Question


class Remembering:
    """Hands questions on. What was answered while it listens is given once more, once, while it replays.

    A PIN is replayed only after the token took it, and never a second time: a fault here cannot cost a try.
    """

    def __init__(self, prompter: Prompter, touch: str) -> None:
        self._prompter = prompter
        self._touch = touch  # said at a touch while it replays, instead of what it opens
        self._known: dict[tuple[str, str], Secret] = {}
        self._listens = self._replays = False

    def listen(self) -> None:
        """Remember from now on, nothing from before."""
        self._forget()
        self._listens, self._replays = True, False

    def replay(self) -> None:
        """Give the answers again, each once."""
        self._listens, self._replays = False, True

    def stop(self) -> None:
        """Hand everything on."""
        self._listens = self._replays = False

    def _forget(self) -> None:
        for secret in self._known.values():
            secret.wipe()
        self._known.clear()

    def ask(self, question: Question) -> Secret:
        """See api.Prompter."""
        if not isinstance(question, AskSecret):
            return self._prompter.ask(question)
        key = (question.method.value if question.method is not None else "", question.token)
        if self._replays and key in self._known:
            return self._known.pop(key)
        answer = self._prompter.ask(question)
        if self._listens:
            self._known[key] = Secret(bytearray(answer.value))
        return answer

    def during(self, request: AskTouch | AskPlug) -> AbstractContextManager[Callable[[], bool]]:
        """See api.Prompter."""
        if self._replays and self._touch and isinstance(request, AskTouch):
            return self._prompter.during(msgspec.structs.replace(request, text=self._touch))
        return self._prompter.during(request)
