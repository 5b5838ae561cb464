from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import HeaderDamagedError, InvalidInputError, NotMineError, WrongCodeError
from kvault_gui.engine.unlock.recovery_code import ALPHABET, RecoveryCode, generate, parse

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


def test_enrolling_and_unlocking_agree() -> None:
    params, output = RecoveryCode().enrol(Secret.of(CODE), 0.5)
    assert RecoveryCode().unlock(params, Secret.of(CODE)) == output
    assert RecoveryCode().describe(params) == "160 random bits"
    with pytest.raises(NotMineError):
        RecoveryCode().unlock({**params, "bits": 80}, Secret.of(CODE))
    with pytest.raises(HeaderDamagedError):
        RecoveryCode().unlock({**params, "kdf": "none"}, Secret.of(CODE))
    with pytest.raises(InvalidInputError):
        RecoveryCode().enrol(Secret.of("my own words"), 0)
