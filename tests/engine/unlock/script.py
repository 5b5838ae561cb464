"""A person for tests: prepared answers for each kind of question, and a finger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from kvault_gui.engine.api import (
    AskChoice,
    AskConfirm,
    AskFile,
    AskPlug,
    AskSecret,
    AskShares,
    AskTouch,
    Secret,
)
from kvault_gui.engine.errors import CancelledError

if TYPE_CHECKING:
    from kvault_gui.engine.api import Question

Answer: TypeAlias = "str | Callable[[Question], str | None] | None"  # None cancels
Answers: TypeAlias = "Mapping[type[Question], Answer | Sequence[Answer]] | Sequence[Answer]"
_ASKED = (AskSecret, AskChoice, AskConfirm, AskFile, AskShares)


class ScriptedPrompter:
    """An api.Prompter. It cancels when it has no answer left.

    Args:
        answers: by type of question: one answer for every question of that type, or a list that is used up; or one
            list for all questions in the order in which they come. An answer may be a function of the question.
        on_touch: called when a touch or a plug is wanted, with the request: presses the emulated token.
        cancels: what the request's ``cancelled`` says; a function is asked each time.
    """

    def __init__(
        self,
        answers: Answers = (),
        on_touch: Callable[[AskTouch | AskPlug], None] | None = None,
        cancels: Callable[[], bool] = lambda: False,
    ) -> None:
        self.answers: dict[type[Question], list[Answer] | Answer] | list[Answer] = []
        if isinstance(answers, Mapping):
            self.answers = {kind: self._kept(given) for kind, given in answers.items()}
        else:
            self.answers = list(answers)
        self.on_touch = on_touch
        self.cancels = cancels
        self.asked: list[Question] = []
        self.shown: list[AskTouch | AskPlug] = []
        self.open = 0  # requests that are shown now

    def ask(self, question: Question) -> Secret:
        """The next answer. Raises CancelledError."""
        assert isinstance(question, _ASKED), "AskTouch and AskPlug are shown, not asked"
        self.asked.append(question)
        answer = self._next(question)
        if callable(answer):
            answer = answer(question)
        if answer is None:
            raise CancelledError
        return Secret.of(answer)

    @staticmethod
    def _kept(given: Answer | Sequence[Answer]) -> list[Answer] | Answer:
        return given if given is None or isinstance(given, str) or callable(given) else list(given)

    def _next(self, question: Question) -> Answer:
        given = self.answers if isinstance(self.answers, list) else self.answers.get(type(question))
        if isinstance(given, list):
            return given.pop(0) if given else None
        return given

    @contextmanager
    def during(self, request: AskTouch | AskPlug) -> Iterator[Callable[[], bool]]:
        """Show the request and press, while the block runs."""
        assert isinstance(request, AskTouch | AskPlug)
        self.shown.append(request)
        self.open += 1
        try:
            if self.on_touch is not None:
                self.on_touch(request)
            yield self.cancels
        finally:
            self.open -= 1

    def all(self, kind: type[Question]) -> list[Question]:
        """Every question and request of that kind so far."""
        return [each for each in [*self.asked, *self.shown] if isinstance(each, kind)]
