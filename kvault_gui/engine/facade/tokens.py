"""What is plugged in, and how the ways into a vault stand (see api.Tokens)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..api import Method, TokenInfo, Ways, WayState, on_token
from ..errors import KvaultError, ReaderEmptyError
from ..store.held import read_header
from . import methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api import Steps
    from ..store.header import Factor, Header, Slot

_DISCOVERY = "discovery"
_CARDS = frozenset({Method.PIV, Method.OPENPGP})  # what is put into readers: for others an empty one is no news
_CARRIED = methods.HARDWARE - {Method.TPM, Method.DEVICE, Method.PKCS11}  # what a person plugs in


class Tokens:
    """See api.Tokens."""

    def all(self) -> Steps[list[TokenInfo]]:
        """Every token, card and chip that can be found now."""
        from ..tokens import find  # noqa: PLC0415 a password unlock looks for nothing

        return (yield from on_token(_DISCOVERY, find.find_all))

    def ways(self, path: str, others: list[str]) -> Steps[Ways]:
        """How the ways into a vault stand."""
        header = read_header(Path(path).absolute()).header
        return (yield from on_token(_DISCOVERY, partial(_ways, header, Path(path).name, others)))

    def module(self, path: str) -> Steps[list[TokenInfo]]:
        """The tokens that a PKCS#11 module shows."""
        from ..tokens import pkcs11  # noqa: PLC0415 a password unlock looks for nothing

        return (yield from on_token(f"pkcs11:{path}", partial(pkcs11.find, path)))


class _Found(NamedTuple):
    tokens: list[TokenInfo]
    notices: list[str]


def _find(modules: Sequence[str]) -> _Found:
    from ..tokens import find, pkcs11  # noqa: PLC0415 a password unlock looks for nothing

    found = find.look()
    return _Found([*found.tokens, *pkcs11.find_in(modules)], found.notices)


def _ways(header: Header, name: str, others: Sequence[str]) -> Ways:
    if not any(factor.method in methods.HARDWARE for slot in header.slots for factor in slot.factors) and not others:
        return Ways([state(slot, []) for slot in header.slots], [])
    found = _find(_modules(header))
    states = [state(slot, found.tokens) for slot in header.slots]
    here = {token.id for token in found.tokens for slot in header.slots if _fits(slot, token)}
    strange = [token for token in found.tokens if token.id not in here and _is_carried(token)]
    known = _known_headers(others) if strange else []
    notices = [*found.notices, *_problems(header, states, found.tokens)]
    return Ways(states, found.tokens, notices + [_notice(token, name, known) for token in strange])


def _problems(header: Header, states: Sequence[WayState], tokens: Sequence[TokenInfo]) -> list[str]:
    """Why a way in may not be there though something is plugged in: an unknown card, one that others use, no card."""
    away = [slot for slot, state in zip(header.slots, states, strict=True) if not state.ready]
    wanted = {factor.method for slot in away for factor in slot.factors}
    told = []
    for token in tokens:
        if token.problem and not token.methods:
            empty = token.problem == ReaderEmptyError(name=token.name).brief
            if wanted & (_CARDS if empty else _CARRIED):
                told.append(token.problem)
    return told


def _modules(header: Header) -> list[str]:
    """The PKCS#11 modules that the ways in name."""
    factors = [factor for slot in header.slots for factor in slot.factors if factor.method == Method.PKCS11.value]
    return [str(factor.params.get("module", "")) for factor in factors]


def state(slot: Slot, tokens: list[TokenInfo]) -> WayState:
    """How one way in stands: as ready as the least ready of its factors."""
    states = [_look(factor, tokens) for factor in slot.factors]
    worst = next((each for each in states if not each.ready), states[0])
    told = next((each for each in states if each.token or each.name), worst)
    words = list(dict.fromkeys(each.words for each in states if not each.ready)) or ["Ready"]
    retries = [each.retries for each in states if each.retries is not None]
    return WayState(
        slot.id,
        all(each.ready for each in states),
        worst.token or told.token,
        worst.name or told.name,
        min(retries) if retries else None,
        ", ".join(words),
    )


def _look(factor: Factor, tokens: list[TokenInfo]) -> WayState:
    try:
        return methods.named(factor.method).look(dict(factor.params), tokens)
    except KvaultError as error:
        return WayState("", ready=False, words=str(error))


def _fits(slot: Slot, token: TokenInfo) -> bool:
    return any(
        factor.method in methods.HARDWARE and _look(factor, [token]).token == token.id for factor in slot.factors
    )


def _is_carried(token: TokenInfo) -> bool:
    return not token.problem and any(method in _CARRIED for method in token.methods)


def _known_headers(paths: Sequence[str]) -> list[tuple[str, Header]]:
    found = []
    for path in paths:
        try:
            found.append((Path(path).name, read_header(Path(path).absolute()).header))
        except KvaultError:
            continue  # a vault on a medium that is not there opens nothing now
    return found


def _notice(token: TokenInfo, name: str, others: Sequence[tuple[str, Header]]) -> str:
    called = f"{token.name} (serial {token.serial})" if token.serial and token.serial not in token.name else token.name
    for other, header in others:
        if any(_fits(slot, token) for slot in header.slots):
            return f"{called} opens {other}, not {name}."
    return f"{called} can be added under Ways in once the vault is open."
