"""What every unlock method is: probe, enrol, unlock, describe. The methods themselves are in unlock/, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from ..api import AskChoice, AskConfirm, Secret, WayState
from ..errors import CancelledError, InvalidInputError

if TYPE_CHECKING:
    from ..api import AskSecret, Availability, Given, Method, NewFactor, Prompter, TokenInfo

Params = dict[str, str | int]


class Desk(NamedTuple):
    """Where a factor is given: who is asked, for which vault, and what was given already.

    ``patient`` False: other ways in wait for their turn, so a token that is not there is TokenMissingError at once
    instead of an AskPlug. ``used`` collects the ids of the tokens that took part, see ``took``; ``handed`` what was
    given ahead and was taken.
    """

    prompter: Prompter
    vault: str  # id, 32 hex digits: credentials on tokens are bound to it
    vault_name: str
    label: str  # of the slot
    kdf_seconds: float = 0.5  # what a derivation from a password should cost; 0: the floor
    given: Given | None = None
    patient: bool = True
    used: list[str] | None = None
    handed: list[Given] | None = None

    @property
    def wanted_token(self) -> str:
        """The id of the token that the person chose, "" for the one that fits."""
        return "" if self.given is None else self.given.token

    def took(self, token: str) -> None:
        """A token (TokenInfo.id) gave its part. Called by each method of a token when it has the output."""
        if self.used is not None and token not in self.used:
            self.used.append(token)

    @property
    def given_secret(self) -> Secret | None:
        """The password, code, PIN or shares that were given ahead; None: they are to be asked for."""
        found = None if self.given is None else self.given.secret
        return found if found is not None and found.value else None

    def secret(self, question: AskSecret) -> Secret:
        """What was given ahead, as a copy, else the person's answer. Raises CancelledError."""
        if self.given is not None and self.given_secret is not None:
            if self.handed is not None:
                self.handed.append(self.given)
            return Secret(bytearray(self.given_secret.value))
        return self.prompter.ask(question)

    def confirm(self, question: AskConfirm) -> None:
        """Go on only if the person says yes. Raises CancelledError."""
        if self.prompter.ask(question).text() != "yes":
            raise CancelledError

    def confirm_last_try(self, token: str) -> None:
        """Before a PIN that was given ahead, when nobody knew that it is the last try. Raises CancelledError."""
        text = "A wrong PIN blocks it now. Go on with the PIN that you gave?"
        self.confirm(AskConfirm(f"{token}: the last try", text, "Try the PIN"))

    def choose(self, title: str, choices: list[str]) -> int:
        """The number of the person's choice, from 0. Raises as ``chosen``."""
        return chosen(self.prompter, title, choices)


def chosen(prompter: Prompter, title: str, choices: list[str]) -> int:
    """The number of the person's choice, from 0. Raises CancelledError, InvalidInputError for what is no choice."""
    answer = prompter.ask(AskChoice(title, choices)).text()
    if not (answer.isascii() and answer.isdecimal()) or int(answer) >= len(choices):
        raise InvalidInputError(reason="That is not one of the choices", field="choice")
    return int(answer)


class Enrolled(NamedTuple):
    """A new factor: its parameters, its output (32 bytes), and what the person must keep."""

    params: Params
    output: bytes
    recovery_code: Secret | None = None
    shares: tuple[tuple[Secret, ...], ...] = ()  # by group
    set: str = ""  # the number of the set of shares
    notes: tuple[str, ...] = ()


class UnlockMethod(Protocol):
    """One kind of factor. An object of it keeps nothing. Optional libraries are imported when they are used."""

    method: Method

    def probe(self) -> Availability:
        """Whether it can be enrolled on this computer now, and if not what to do. Quick; opens no token."""
        ...

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Choose parameters for a new slot, make what is needed on the token, and give the factor's output.

        Raises InvalidInputError, CancelledError, TokenError and its kinds.
        """
        ...

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """The factor's output for a slot's parameters, the same at every time.

        Raises NotMineError for what cannot be of this slot (try the next one); every other error is fatal.
        """
        ...

    def describe(self, params: Params) -> str:
        """The parameters in words, e.g. "Argon2id, 64 MiB, 3 passes" or "PIN and touch"."""
        ...

    def strength(self, params: Params) -> str:
        """What it withstands, one sentence for the person."""
        ...

    def token(self, params: Params) -> str:
        """The enrolled token's name, "" for what is no token."""
        ...

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """How it stands with these tokens plugged in, without a touch or a PIN; the caller fills in ``slot``."""
        ...

    def outdated(self, params: Params) -> bool:
        """Whether a slot with these parameters should be replaced: at unlock where that costs no question."""
        ...


@runtime_checkable
class Renewing(Protocol):
    """A method that can enrol the same token anew: seal to what the computer is now, a new challenge, a better cost.

    A factor of a method that cannot is carried over by a seal-again as it is.
    """

    def renew(self, params: Params, desk: Desk) -> Enrolled:
        """New parameters and output with the same token or secret, which is asked for as in ``unlock``.

        Raises as ``enrol`` and ``unlock`` do.
        """
        ...


@runtime_checkable
class Forgetting(Protocol):
    """A method that keeps something outside the header, which goes with its way in."""

    def forget(self, params: Params, desk: Desk) -> None:
        """Remove what was kept for these parameters, without a question. Idempotent."""
        ...
