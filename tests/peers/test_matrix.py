"""Every two methods of unlocking together in one way in, on real and emulated parts, and what losing one leads to."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method, NewFactor
from kvault_gui.engine.errors import (
    CancelledError,
    DeviceChangedError,
    InvalidInputError,
    KeyFileError,
    KeyringError,
    KvaultError,
    NotAloneError,
    SlotAlteredError,
    TokenForeignError,
    TokenResetError,
    TpmMissingError,
    TpmOtherError,
    WrongCredentialsError,
)
from tests.peers.parts import IN_READERS, METHODS, Loss, Parts, State, Way, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["parts"]

Pair = tuple[Method, Method]

# What the policy refuses: the same thing twice, and what somebody who finds or copies both would be in with.
REFUSED: dict[Pair, type[KvaultError]] = {
    (Method.PASSWORD, Method.PASSWORD): InvalidInputError,
    (Method.RECOVERY_CODE, Method.RECOVERY_CODE): InvalidInputError,
    (Method.KEY_FILE, Method.KEY_FILE): InvalidInputError,
    (Method.TPM, Method.TPM): InvalidInputError,
    (Method.DEVICE, Method.DEVICE): InvalidInputError,
    (Method.SHARES, Method.SHARES): InvalidInputError,
    (Method.CHALLENGE_RESPONSE, Method.CHALLENGE_RESPONSE): NotAloneError,
    (Method.KEY_FILE, Method.CHALLENGE_RESPONSE): NotAloneError,
}
PAIRS = [pair for pair in combinations_with_replacement(METHODS, 2) if pair not in REFUSED]
THREE = [
    (Method.PASSWORD, Method.KEY_FILE, Method.FIDO2),
    (Method.TPM, Method.PKCS11, Method.DEVICE),
    (Method.OPENPGP, Method.CHALLENGE_RESPONSE, Method.PIV),
    (Method.SHARES, Method.FIDO2, Method.RECOVERY_CODE),
]
# What is said when one part is not there or is another one; a person who waits for none of them gives up.
SAID: dict[Method, dict[Loss, type[KvaultError] | tuple[type[KvaultError], ...]]] = {
    Method.PASSWORD: {Loss.MISSING: CancelledError, Loss.OTHER: WrongCredentialsError},
    Method.RECOVERY_CODE: {Loss.MISSING: CancelledError, Loss.OTHER: WrongCredentialsError},
    Method.KEY_FILE: {Loss.MISSING: KeyFileError, Loss.OTHER: WrongCredentialsError},
    Method.FIDO2: {Loss.MISSING: CancelledError, Loss.OTHER: TokenResetError},
    Method.CHALLENGE_RESPONSE: {Loss.MISSING: CancelledError, Loss.OTHER: (SlotAlteredError, WrongCredentialsError)},
    Method.PIV: {Loss.MISSING: CancelledError, Loss.OTHER: TokenResetError},
    Method.OPENPGP: {Loss.MISSING: CancelledError, Loss.OTHER: TokenResetError},
    Method.PKCS11: {Loss.MISSING: CancelledError, Loss.OTHER: TokenForeignError},
    Method.TPM: {Loss.MISSING: TpmMissingError, Loss.OTHER: TpmOtherError},
    Method.DEVICE: {Loss.MISSING: KeyringError, Loss.OTHER: DeviceChangedError},
    Method.SHARES: {Loss.MISSING: CancelledError, Loss.OTHER: WrongCredentialsError},
}


def name(methods: tuple[Method, ...]) -> str:
    return "+".join(methods)


class Made:
    """The vaults with each pair, made when they are first needed."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._ways: dict[Pair, Way] = {}

    def with_pair(self, pair: Pair) -> Way:
        """A vault of its own with a way in of both; for two of a kind the spare token is the second."""
        if pair not in self._ways:
            self.parts.arrange(State(spare=pair[0] is pair[1]))
            self._ways[pair] = self.parts.add(name(pair), *factors(self.parts, pair))
        return self._ways[pair]


def factors(parts: Parts, pair: Pair) -> list[NewFactor]:
    first, second = pair
    return [parts.wanted(first), parts.wanted(second, spare=first is second)]


@pytest.fixture(name="made", scope="module")
def _made(parts: Parts) -> Made:
    return Made(parts)


def test_the_matrix_leaves_no_pair_out() -> None:
    assert len(METHODS) == 11
    assert len(PAIRS) + len(REFUSED) == 66
    assert set(PAIRS).isdisjoint(REFUSED)
    assert set(SAID) == set(METHODS)


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_both_together_open_the_vault(parts: Parts, made: Made, pair: Pair) -> None:
    way = made.with_pair(pair)
    before = way.headers()
    assert [factor.method for factor in way.added.slot.factors] == list(pair)
    parts.arrange(State(spare=pair[0] is pair[1]))
    assert parts.unlock(way).slot == way.slot
    assert parts.untouched()
    assert parts.unlock_otherwise(way).slot != way.slot
    assert way.headers() == before


@pytest.mark.parametrize("pair", REFUSED, ids=name)
def test_a_pair_that_protects_nothing_is_refused(parts: Parts, pair: Pair) -> None:
    parts.arrange(State(spare=True))
    with pytest.raises(REFUSED[pair]):
        parts.add(name(pair), *factors(parts, pair))


def losses() -> Iterator[tuple[Pair, Method, Loss]]:
    """Every pair with each of the two lost; in the order in which the parts are moved least."""
    for how in Loss:
        for lost in METHODS:
            for pair in PAIRS:
                if lost in pair:
                    yield pair, lost, how


def said(pair: Pair, lost: Method, how: Loss) -> type[KvaultError] | tuple[type[KvaultError], ...]:
    """What is raised. Of two of a kind the second one is still plugged in, and is not the one that is looked for."""
    if pair[0] is pair[1] and lost in IN_READERS and how is Loss.MISSING:
        return TokenForeignError
    return SAID[lost][how]


@pytest.mark.parametrize(
    ("pair", "lost", "how"), list(losses()), ids=lambda each: name(each) if isinstance(each, tuple) else each.value
)
def test_one_of_the_two_alone_opens_nothing_and_harms_nothing(
    parts: Parts, made: Made, pair: Pair, lost: Method, how: Loss
) -> None:
    way = made.with_pair(pair)
    before = way.headers()
    parts.arrange(State(lost, how, spare=pair[0] is pair[1]))
    with pytest.raises(said(pair, lost, how)):
        parts.unlock(way)
    other = parts.unlock_otherwise(way)
    assert other.slot != way.slot
    # The vaults are copies of one, so that each looks like an older or another one: the only thing that is said.
    assert not [note for note in other.notes if not note.startswith("This folder ")]
    assert way.headers() == before


@pytest.mark.parametrize("methods", THREE, ids=name)
def test_three_together_open_the_vault_and_two_of_them_do_not(parts: Parts, methods: tuple[Method, ...]) -> None:
    parts.arrange()
    way = parts.add(name(methods), *(parts.wanted(method) for method in methods))
    before = way.headers()
    assert parts.unlock(way).slot == way.slot
    for lost in methods:
        parts.arrange(State(lost, Loss.OTHER))
        with pytest.raises(KvaultError):
            parts.unlock(way)
    assert parts.unlock_otherwise(way).slot != way.slot
    assert way.headers() == before
    parts.arrange()
    assert parts.unlock(way).slot == way.slot


@pytest.mark.parametrize("pair", [(Method.PASSWORD, Method.FIDO2), (Method.PIV, Method.TPM)], ids=name)
def test_the_same_two_may_be_two_ways_in_and_each_opens_for_itself(parts: Parts, pair: Pair) -> None:
    parts.arrange()
    first = parts.add("First", *factors(parts, pair))
    second = parts.add("Second", *factors(parts, pair), folder=first.folder)
    assert parts.unlock(first).slot == first.slot
    assert parts.unlock(second).slot == second.slot


def test_of_two_ways_in_by_the_same_two_either_opens_where_none_is_named(parts: Parts) -> None:
    parts.arrange()
    pair = (Method.PIV, Method.TPM)
    first = parts.add("First", *factors(parts, pair))
    second = parts.add("Second", *factors(parts, pair), folder=first.folder)
    assert parts.unlock(first, named=False).slot in {first.slot, second.slot}


@pytest.mark.parametrize("method", [Method.FIDO2, Method.PIV, Method.OPENPGP, Method.PKCS11])
def test_one_token_does_not_count_twice(parts: Parts, method: Method) -> None:
    parts.arrange()
    with pytest.raises(InvalidInputError, match="asked for already"):
        parts.add("Twice", parts.wanted(method), parts.wanted(method))
