"""Waiting for a touch on the command line: what is said, what counts down, and how Ctrl+C ends it."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from kvault_gui.cli import prompter, terminal
from kvault_gui.cli.credentials import Answers
from kvault_gui.cli.prompter import TerminalPrompter
from kvault_gui.engine.api import AskConfirm, AskFile, AskPlug, AskSecret, AskShares, AskTouch, Given, Method, Secret
from kvault_gui.engine.errors import CancelledError, NobodyToAskError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOUCH = AskTouch("YubiKey 5C", 30, "It blinks: touch it to unlock mine.")
PIN = AskSecret("PIN of YubiKey", "To unlock mine", 1, Method.FIDO2, "YubiKey", 4)


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "present", lambda: True)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signals' handlers are the same again afterwards."""
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGALRM)]
    yield
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGALRM)] == before


@pytest.mark.usefixtures("handlers", "somebody")
@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (TOUCH, "Touch YubiKey 5C. It blinks: touch it to unlock mine."),
        (AskPlug("a YubiKey", "It opens mine."), "Plug in a YubiKey. It opens mine."),
        (AskPlug("YubiKey", "", again=True), "Pull YubiKey out and plug it in again."),
    ],
)
def test_it_is_said_what_to_do(request_: AskTouch | AskPlug, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalPrompter().during(request_) as cancelled:
        assert not cancelled()
    assert capsys.readouterr().err == f"kvault: {said}\n"


def wait_for_touch(presses: int, told: list[bool]) -> None:
    """An unlock method that asks now and then whether to give up, while Ctrl+C is pressed."""
    with TerminalPrompter().during(TOUCH) as cancelled:
        for _ in range(presses):
            interrupt()
            told.append(cancelled())
        raise CancelledError


@pytest.mark.usefixtures("handlers")
def test_ctrl_c_lets_the_token_be_told_first_and_then_ends_the_command() -> None:
    told: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        wait_for_touch(1, told)
    assert told == [True]


@pytest.mark.usefixtures("handlers")
def test_a_second_ctrl_c_does_not_wait_for_the_token() -> None:
    told: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        wait_for_touch(2, told)
    assert told == [True], "the second one interrupted before it was asked again"


@pytest.mark.usefixtures("handlers")
def test_the_seconds_count_down_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        master, slave = pty.openpty()
    except OSError as error:  # a bare chroot has no /dev/pts
        pytest.skip(f"this machine gives no terminals: {error.strerror}")
    before = os.dup(2)
    seen = b""
    with open(slave, "w", encoding="utf-8", closefd=False) as shown:
        monkeypatch.setattr(sys, "stderr", shown)
        os.dup2(slave, 2)
        try:
            with TerminalPrompter().during(TOUCH):
                while b"29 s left; Ctrl+C cancels" not in seen:
                    assert select.select([master], [], [], 10)[0]
                    seen += os.read(master, 1000)
        finally:
            os.dup2(before, 2)
            for each in (before, slave, master):
                os.close(each)
    assert b"Touch YubiKey 5C." in seen


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "present", lambda: False)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        (PIN, "PIN of YubiKey"),
        (AskSecret("Unlock mine", "The password of “B”", method=Method.PASSWORD), "The password of “B”"),
        (AskFile("Key file", "Choose the key file of “B”", Method.KEY_FILE), "Choose the key file of “B”"),
        (AskShares("Recovery shares of “B”", "1", "2 of 3 shares", [], 1), "Recovery shares of “B”"),
        (AskConfirm("Replace the key?", "It will be gone.", "Replace"), "Replace the key?"),
    ],
)
def test_without_a_terminal_it_is_said_what_nobody_could_be_asked(
    question: AskSecret | AskFile | AskShares | AskConfirm, said: str
) -> None:
    with pytest.raises(NobodyToAskError) as caught:
        TerminalPrompter().ask(question)
    assert caught.value.fields == {"question": said}
    assert caught.value.exit_code == 4


@pytest.mark.usefixtures("nobody")
def test_a_script_does_not_wait_for_somebody_to_plug_something_in() -> None:
    with pytest.raises(NobodyToAskError) as caught, TerminalPrompter().during(AskPlug("YubiKey", "It opens mine.")):
        pass
    assert caught.value.fields == {"question": "Plug in YubiKey. It opens mine"}
    with TerminalPrompter().during(TOUCH) as cancelled:  # a finger may be there without a terminal
        assert not cancelled()


@pytest.mark.usefixtures("nobody")
def test_the_last_try_is_never_taken_by_an_option_alone() -> None:
    asking = TerminalPrompter(Answers([Given(Method.FIDO2, Secret.of("1234"))]))
    with pytest.raises(NobodyToAskError) as caught:
        asking.ask(PIN)
    assert "One try is left: a wrong PIN blocks YubiKey." in str(caught.value)


class Person:
    """Somebody at a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)
        monkeypatch.setattr(terminal, "present", lambda: True)
        monkeypatch.setattr(terminal, "ask_secret", lambda prompt: Secret.of(self._answer(prompt)))
        monkeypatch.setattr(terminal, "ask_line", self._answer)

    def _answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self._answers.pop(0)


def test_a_person_is_warned_before_the_last_try(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(monkeypatch, "y", "1234")
    assert TerminalPrompter().ask(PIN).text() == "1234"
    assert person.asked == [
        "One try is left: a wrong PIN blocks YubiKey. Go on? [y/N] ",
        "PIN of YubiKey (1 try left): ",
    ]
    person = Person(monkeypatch, "n")
    with pytest.raises(CancelledError):
        TerminalPrompter().ask(PIN)


def test_an_empty_pin_cancels_and_a_short_one_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    question = AskSecret("PIN of YubiKey", "", 5, Method.FIDO2, "YubiKey", 4)
    Person(monkeypatch, "")
    with pytest.raises(CancelledError):
        TerminalPrompter().ask(question)
    person = Person(monkeypatch, "123", "1234")
    assert TerminalPrompter().ask(question).text() == "1234"
    assert person.asked == ["PIN of YubiKey (5 tries left): "] * 2


def test_choosing_gives_the_number_from_0(monkeypatch: pytest.MonkeyPatch) -> None:
    Person(monkeypatch, "2")
    assert prompter.choose("Which?", ["a", "b"]) == 1
