"""Going through the ways into a vault with what a person gives: which are tried, in which order, and what to say."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..api import Given, Method, on_token
from ..errors import (
    DamagedError,
    DeviceChangedError,
    HsmSessionError,
    InvalidInputError,
    KdfCostError,
    KeyringError,
    KvaultError,
    LibraryMissingError,
    ModuleError,
    NotMineError,
    ReaderEmptyError,
    ReaderServiceError,
    ShareOtherError,
    SlotAlteredError,
    SlotExpiredError,
    SlotNotFoundError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenResetError,
    TokenUnknownError,
    TpmError,
    WrongCredentialsError,
    WrongKeyFileError,
)
from ..vault import slots
from ..vault.methods import Desk
from . import methods, policy
from .steps import run_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api import Credential, Prompter, Steps
    from ..store.header import Factor, Header, Slot
    from ..vault.slots import Fit

# Of these one way in says no, and the next one may say yes. Everything else ends the attempt: a wrong PIN above all,
# which must not be tried on another token.
_NEXT = (
    DamagedError,
    DeviceChangedError,
    HsmSessionError,
    KdfCostError,
    KeyringError,
    LibraryMissingError,
    ModuleError,
    NotMineError,
    ReaderEmptyError,
    ReaderServiceError,
    ShareOtherError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenResetError,
    TokenUnknownError,
    TpmError,
)


class Passed(NamedTuple):
    """A way in that opened. ``tokens``: the ids of those that took part; ``outputs``: one for each factor."""

    slot: Slot
    fit: Fit
    tokens: list[str]
    outputs: list[bytes]


class Visit:
    """One attempt of one person: what was given ahead, and what every factor gave, so that nothing is asked twice."""

    def __init__(self, prompter: Prompter, vault_name: str, given: Sequence[Given], kdf_seconds: float) -> None:
        self.prompter = prompter
        self.vault_name = vault_name
        self.given = list(given)
        self.kdf_seconds = kdf_seconds
        self._handed: list[Given] = []
        self._outputs: dict[tuple[str, str, tuple[tuple[str, str | int], ...]], tuple[bytes, list[str]]] = {}

    def desk(self, vault: str, label: str, given: Given | None, *, patient: bool = True) -> Desk:
        """Where one factor of a way in is given.

        A PIN that was given ahead goes to one token: what the next one wants is asked for, or it would cost a try.
        """
        spent = any(each is given for each in self._handed)
        if given is not None and spent and given.method in methods.HARDWARE:
            given = msgspec.structs.replace(given, secret=None)
        about = (self.prompter, vault, self.vault_name, shown(label), self.kdf_seconds, given)
        return Desk(*about, patient=patient, used=[], handed=self._handed)

    def output(self, factor: Factor, desk: Desk) -> tuple[bytes, list[str]]:
        """What one factor gives, and the ids of the tokens that took part. Raises as UnlockMethod.unlock does."""
        key = (desk.vault, factor.method, tuple(sorted(factor.params.items())))
        if key not in self._outputs:
            output = methods.named(factor.method).unlock(dict(factor.params), desk)
            self._outputs[key] = output, desk.used or []
        return self._outputs[key]


def shown(title: str) -> str:
    """A way in's name for a question or an error, on one line and no longer than kvault makes them.

    Nobody has verified the header yet: a name of a thousand lines would push out of sight what is asked.
    """
    return "".join(letter if letter.isprintable() else " " for letter in title[: policy.MAX_LABEL])


def given_of(credential: Credential) -> list[Given]:
    """Everything that a credential brings."""
    secret = credential.secret if credential.secret.value else None
    first = Given(credential.method, secret, credential.file, credential.token)
    return [first, *credential.more]


def shared_out(slot: Slot, given: Sequence[Given]) -> list[Given | None]:
    """What was given for each factor of a way in; several of one method go by their order."""
    left, found = list(given), []
    for factor in slot.factors:
        place = next((n for n, each in enumerate(left) if each.method.value == factor.method), None)
        found.append(None if place is None else left.pop(place))
    return found


def is_over(slot: Slot, now: float) -> bool:
    """Whether its time is over."""
    return bool(slot.expires) and now >= slot.expires


def _over(slot: Slot) -> SlotExpiredError:
    return SlotExpiredError(name=shown(slot.title), date=time.strftime("%Y-%m-%d", time.localtime(slot.expires)))


def find(header: Header, name: str) -> Slot:
    """The way in with that id or that name. Raises SlotNotFoundError."""
    for slot in header.slots:
        if slot.id == name:
            return slot
    for slot in header.slots:
        if slot.title == name:
            return slot
    raise SlotNotFoundError(name=name)


def candidates(header: Header, credential: Credential, now: float) -> list[Slot]:
    """The ways in to try, in order: those that want just what was given; without any, those that want least besides.

    A mistyped password must not lead to a token that wants its PIN: whoever means the way in that has both names it.
    Raises SlotNotFoundError, SlotExpiredError, InvalidInputError.
    """
    if credential.slot:
        slot = find(header, credential.slot)
        if not _has(slot, credential.method):
            reason = f"The way in “{shown(slot.title)}” does not ask for: {methods.WORDS[credential.method]}"
            raise InvalidInputError(reason=reason, field="method")
        if is_over(slot, now):
            raise _over(slot)
        return [slot]
    having = [slot for slot in header.slots if _has(slot, credential.method)]
    open_ones = [slot for slot in having if not is_over(slot, now)]
    if having and not open_ones:
        raise _over(having[0])
    given = given_of(credential)

    def missing(slot: Slot) -> tuple[int, int]:
        found = shared_out(slot, given)
        unused = len(given) - sum(each is not None for each in found)
        return found.count(None) + unused, len(slot.factors)

    exact = [slot for slot in open_ones if missing(slot)[0] == 0]
    return exact or sorted(open_ones, key=missing)


def _has(slot: Slot, method: Method) -> bool:
    return any(factor.method == method.value for factor in slot.factors)


def steps_through(header: Header, slot: Slot, visit: Visit, *, patient: bool = True) -> Steps[Passed]:
    """Go through one way in, each factor on its lane.

    Raises SlotAlteredError or WrongCredentialsError and its kinds if it does not open, and what its factors raise.
    """
    outputs: list[bytes] = []
    tokens: list[str] = []
    try:
        for factor, given in zip(slot.factors, shared_out(slot, visit.given), strict=True):
            desk = visit.desk(header.vault, slot.title, given, patient=patient)
            lane = methods.lane_of(factor.method, desk.wanted_token)
            output, used = yield from on_token(lane, partial(visit.output, factor, desk))
            outputs.append(output)
            tokens += [token for token in used if token not in tokens]
        fit = slots.open_slot(header.vault, slot, outputs)
    except NotMineError:
        raise _no_fit(slot, answered=len(outputs) == len(slot.factors)) from None
    return Passed(slot, fit, tokens, outputs)


def _no_fit(slot: Slot, *, answered: bool) -> KvaultError:
    """A way in that does not open. Never says which of several things was the wrong one."""
    asked = {factor.method for factor in slot.factors}
    if asked <= methods.HARDWARE:
        # Nobody can have mistyped anything: the token was the right one and its entry is not.
        return SlotAlteredError(name=shown(slot.title)) if answered else TokenForeignError(name=_hardware_name(slot))
    if Method.KEY_FILE in asked:
        return WrongKeyFileError()
    return WrongCredentialsError()


def _hardware_name(slot: Slot) -> str:
    return next((token for factor in slot.factors if (token := methods.token_of(factor))), shown(slot.title))


def try_all(header: Header, credential: Credential, visit: Visit, now: float) -> Passed:
    """The first way in that opens. Raises what fits best if none does."""
    ways = candidates(header, credential, now)
    problems: list[KvaultError] = []
    for slot in ways:
        try:
            return run_here(steps_through(header, slot, visit, patient=len(ways) == 1))
        except WrongCredentialsError as error:
            if type(error) not in (WrongCredentialsError, WrongKeyFileError, ShareOtherError):
                raise  # a code that can be none, a share with a wrong word: no other way in takes it
            problems.append(error)
        except _NEXT as error:
            problems.append(error)
    if not problems and credential.method in methods.HARDWARE:
        raise TokenForeignError(name=methods.WORDS[credential.method])
    raise _worst(problems)


def _worst(problems: list[KvaultError]) -> KvaultError:
    """Damage before a wrong secret before a token that is not there."""
    for kind in ((DamagedError, KdfCostError), WrongCredentialsError, KvaultError):
        for problem in problems:
            if isinstance(problem, kind):
                return problem
    return WrongCredentialsError()
