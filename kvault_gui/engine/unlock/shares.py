"""Unlocking with recovery shares (SLIP-0039): k sheets of n, also in groups.

What is split is a secret of this way in, 256 random bits, never the vault key: removing the way in makes all its sheets
worthless. No passphrase, because a forgotten one would be noticed when nothing else is left.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..api import AskShares, Availability, Method, Secret, ShareGroup, ShareState, WayState
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import (
    HeaderDamagedError,
    InternalError,
    InvalidInputError,
    LibraryMissingError,
    ShareError,
    ShareOtherError,
)
from ..vault import slip39
from ..vault.methods import Enrolled
from ..vault.sealing import context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk, Params

MOST = 16  # groups, and shares of a group (SLIP-0039: four bits)
_SECRET = 32  # bytes
_LABEL = b"kvault recovery shares v1"
_PAPER = 64 << 10  # bytes of everything that is typed


class Shares:
    """The method. It keeps nothing."""

    method = Method.SHARES

    def probe(self) -> Availability:
        """Whether the library is installed."""
        if find_spec("shamir_mnemonic") is None:
            error = LibraryMissingError(needed="Recovery shares", package="shamir-mnemonic")
            return Availability(self.method, ready=False, reason=error.brief)
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Split a new secret; what the person must keep is in ``shares`` and ``set``.

        Raises InvalidInputError, LibraryMissingError.
        """
        groups = _checked(wanted.groups, wanted.groups_needed)
        secret = random_bytes(_SECRET)
        made = slip39.split(secret, [(group.threshold, group.count) for group in groups], wanted.groups_needed)
        shares = tuple(tuple(Secret.of(words) for words in group) for group in made)
        identifier = _tried(shares, wanted.groups_needed, secret)
        params: Params = {
            "set": identifier,
            "groups": " ".join(f"{group.threshold}/{group.count}" for group in groups),
            "groups_needed": wanted.groups_needed,
            "extendable": 1,
            "bits": _SECRET * 8,
        }
        return Enrolled(params, _output(secret, desk), shares=shares, set=slip39.number(identifier))

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Put shares together, one a line, given ahead or asked for.

        Raises ShareError and its kinds, HeaderDamagedError, CancelledError.
        """
        identifier, groups, needed = _set(params), _groups(params), _needed(params)
        number = slip39.number(identifier)
        typed = desk.given_secret
        if typed is None:
            title = f"Recovery shares of “{desk.label}”"
            typed = desk.prompter.ask(AskShares(title, number, _need(groups, needed), groups, needed))
        collected = slip39.Collected()
        for share in _lines(typed):
            found = slip39.read(share)
            if found.set != identifier:
                raise ShareOtherError(set=slip39.number(found.set), wanted=number)
            _compare(found, params)
            collected.add(found)
        return _output(collected.combine(), desk)

    def describe(self, params: Params) -> str:
        """How many of how many, and the number on the sheets."""
        try:
            return f"{_need(_groups(params), _needed(params))}, set {slip39.number(_set(params))}"
        except HeaderDamagedError:
            return "Recovery shares"

    def need(self, params: Params) -> int:
        """Shares that are needed, of the only group; with several groups, groups. 0: not known."""
        try:
            groups = _groups(params)
            return groups[0].threshold if len(groups) == 1 else _needed(params)
        except HeaderDamagedError:
            return 0

    def strength(self, params: Params) -> str:
        """What it withstands."""
        need = self.need(params)
        return (
            f"Whoever brings together {need} of the sheets or groups opens the vault; fewer tell nothing."
            if need > 1
            else "Whoever finds the needed sheet opens the vault."
        )

    def token(self, params: Params) -> str:
        """It is no token."""
        del params
        return ""

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Always ready where the library is."""
        del params, tokens
        state = self.probe()
        return WayState(slot="", ready=state.ready, words="Ready" if state.ready else state.reason)

    def outdated(self, params: Params) -> bool:
        """Never."""
        del params
        return False


# --- while typing ----------------------------------------------------------------------------------------------------


def check(share: Secret, given: Sequence[Secret]) -> ShareState:
    """How a set stands with one more share; ``given`` are those that were accepted before.

    Raises ShareError and its kinds, LibraryMissingError.
    """
    if len(given) >= slip39.MAX_SHARES:
        raise ShareError(reason="more shares were given than any set has")
    collected = slip39.Collected()
    for each in given:
        collected.add(slip39.read(each))
    found = slip39.read(share)
    collected.add(found)
    missing = collected.missing()
    return ShareState(
        slip39.number(found.set), found.group + 1, found.member + 1, missing, _state_words(collected, found, missing)
    )


def _state_words(collected: slip39.Collected, found: slip39.Share, missing: int) -> str:
    number = slip39.number(found.set)
    there = len(collected.of_group(found.group))
    more = "that is enough" if not missing else "one more is needed" if missing == 1 else f"{missing} more are needed"
    if found.groups == 1:
        return f"{there} of {found.needed} shares of set {number}; {more}."
    if len(collected.complete()) < found.groups_needed and missing:
        more = f"at least {more}" if missing > 1 else more
    done = f"{len(collected.complete())} of {found.groups_needed} groups of set {number} are complete"
    return f"{there} of {found.needed} shares of group {found.group + 1}; {done}; {more}."


# --- parameters ------------------------------------------------------------------------------------------------------


def _checked(groups: list[ShareGroup], needed: int) -> list[ShareGroup]:
    def refuse(reason: str) -> InvalidInputError:
        return InvalidInputError(reason=reason, field="groups")

    if not 1 <= len(groups) <= MOST:
        raise refuse(f"Recovery shares come in 1 to {MOST} groups")
    if not 1 <= needed <= len(groups):
        raise refuse("More groups are needed than there are")
    for group in groups:
        if not 1 <= group.count <= MOST:
            raise refuse(f"A group has 1 to {MOST} shares")
        if not 1 <= group.threshold <= group.count:
            raise refuse("More shares of a group are needed than it has")
        if group.threshold == 1 and group.count > 1:  # SLIP-0039 forbids it: each share would be the whole secret
            raise refuse("If one share is enough, the group has only one: the others would be copies of it")
    return groups


def _set(params: Params) -> int:
    value = params.get("set")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 15:
        raise HeaderDamagedError(reason="a way in with recovery shares has no set")
    return value


def _needed(params: Params) -> int:
    value = params.get("groups_needed")
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= len(_groups(params)):
        raise HeaderDamagedError(reason="a way in with recovery shares does not say how many groups are needed")
    return value


def _groups(params: Params) -> list[ShareGroup]:
    try:
        pairs = [part.split("/") for part in str(params["groups"])[:200].split(" ")]
        return _checked([ShareGroup(int(threshold), int(count)) for threshold, count in pairs], 1)
    except (KeyError, ValueError, InvalidInputError):
        raise HeaderDamagedError(reason="a way in with recovery shares does not say how many are needed") from None


def _compare(share: slip39.Share, params: Params) -> None:
    """Whether the slot describes the set that its sheets describe themselves."""
    groups, library = _groups(params), share.library
    says = (len(groups), _needed(params), params.get("extendable"), params.get("bits"))
    is_so = (share.groups, share.groups_needed, int(library.extendable), len(library.value) * 8)
    if says != is_so or groups[share.group].threshold != share.needed or share.member >= groups[share.group].count:
        raise HeaderDamagedError(reason="a way in with recovery shares describes another set than the sheets do")


def _need(groups: list[ShareGroup], needed: int) -> str:
    each = [f"{group.threshold} of {group.count}" for group in groups]
    if len(groups) == 1:
        return f"{each[0]} shares"
    return f"{needed} of {len(groups)} groups ({', '.join(each)} shares)"


# --- shares ----------------------------------------------------------------------------------------------------------


def _lines(typed: Secret) -> list[Secret]:
    if len(typed.value) > _PAPER:
        raise ShareError(reason="it is too long")
    lines = [Secret(line) for line in typed.value.splitlines() if line.strip()]
    if len(lines) > slip39.MAX_SHARES:
        raise ShareError(reason="more shares were given than any set has")
    return lines


def _tried(shares: tuple[tuple[Secret, ...], ...], needed: int, secret: bytes) -> int:
    """Put the new shares together once before anybody relies on them; gives the set's identifier."""
    identifier = -1
    for last in (False, True):  # the first ones of each group, then the last ones
        collected = slip39.Collected()
        for group in shares[-needed:] if last else shares[:needed]:
            least = slip39.read(group[0]).needed
            for share in group[-least:] if last else group[:least]:
                collected.add(slip39.read(share))
        if collected.combine() != secret:
            raise InternalError(kind="SharesDoNotFit")
        identifier = -1 if collected.set is None else collected.set
    return identifier


def _output(secret: bytes, desk: Desk) -> bytes:
    return derive_hkdf(secret, salt=b"", info=context(_LABEL, bytes.fromhex(desk.vault)))
