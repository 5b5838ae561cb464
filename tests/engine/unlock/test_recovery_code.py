from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import Added, AskSecret, Given, Method, NewFactor, Secret
from kvault_gui.engine.errors import HeaderDamagedError, NotMineError, WrongCodeError
from kvault_gui.engine.unlock.recovery_code import ALPHABET, RecoveryCode, generate, parse
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter

CODE = generate().text()
PLACES = [place for place, letter in enumerate(CODE) if letter != "-"]


def test_a_code_has_nine_groups_of_four_and_is_new_each_time() -> None:
    assert [len(group) for group in CODE.split("-")] == [4] * 9
    assert generate().text() != CODE


def test_the_same_code_opens_however_it_is_typed() -> None:
    expected = parse(Secret.of(CODE))
    for typed in (
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " \u2013 "),
        f"\n {CODE}\t",
        CODE.replace("0", "O").replace("1", "I"),
        CODE.replace("0", "o").replace("1", "l"),
    ):
        assert parse(Secret.of(typed)) == expected


@given(st.sampled_from(PLACES), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_told_from_a_wrong_code(place: int, letter: str) -> None:
    if letter == CODE[place]:
        return
    with pytest.raises(WrongCodeError) as caught:
        parse(Secret.of(CODE[:place] + letter + CODE[place + 1 :]))
    assert "mistyped" in str(caught.value)


def test_two_swapped_neighbours_are_noticed() -> None:
    letters = CODE.replace("-", "")
    for place in range(len(letters) - 1):
        swapped = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
        if swapped != letters:
            with pytest.raises(WrongCodeError):
                parse(Secret.of(swapped))


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "0 characters"),
        (CODE[:-1], "35 characters"),
        (CODE + "7", "37 characters"),
        (CODE.replace(CODE[0], "U"), "no recovery code has"),
        ("x" * 1000, "too long"),
    ],
    ids=["empty", "one short", "one more", "foreign letter", "far too long"],  # the code differs in each process
)
def test_the_hint_says_what_does_not_fit(typed: str, hint: str) -> None:
    with pytest.raises(WrongCodeError) as caught:
        parse(Secret.of(typed))
    assert hint in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_code_or_refused(data: bytes) -> None:
    with suppress(WrongCodeError):
        assert len(parse(Secret(bytearray(data)))) == 20


def desk(code: str) -> Desk:
    return Desk(ScriptedPrompter(), "ab" * 16, "Personal", "Code", given=Given(Method.RECOVERY_CODE, Secret.of(code)))


class TestContract(MethodContract):
    method = RecoveryCode()
    module = "kvault_gui.engine.unlock.recovery_code"

    def mine(self) -> Person:
        return Person(NewFactor(Method.RECOVERY_CODE), self.answers)

    def other(self) -> Person:
        return Person(NewFactor(Method.RECOVERY_CODE), {AskSecret: generate().text()})

    def enrolled(self, made: Enrolled | Added) -> None:
        assert made.recovery_code is not None
        self.answers = {AskSecret: made.recovery_code.text()}


def test_what_a_slot_says_is_looked_at_before_the_code() -> None:
    made = RecoveryCode().enrol(NewFactor(Method.RECOVERY_CODE), desk(""))
    assert made.recovery_code is not None
    code = made.recovery_code.text()
    assert RecoveryCode().unlock(made.params, desk(code)) == made.output
    assert RecoveryCode().describe(made.params) == "160 random bits"
    with pytest.raises(NotMineError):
        RecoveryCode().unlock({**made.params, "bits": 80}, desk(code))
    with pytest.raises(HeaderDamagedError):
        RecoveryCode().unlock({**made.params, "kdf": "none"}, desk(code))
