from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.api import AskSecret, Given, Method, NewFactor, Secret
from kvault_gui.engine.crypto import argon2_backends
from kvault_gui.engine.errors import HeaderDamagedError, InvalidInputError, KdfCostError
from kvault_gui.engine.unlock.password import MAX_PASSWORD, Password, normalise
from kvault_gui.engine.vault.methods import Desk, Enrolled, Params
from tests.engine.unlock.contract import MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter

SALT = bytes(16).hex()
FLOOR: dict[str, str | int] = {"kdf": "argon2id", "memory_kib": 64 << 10, "iterations": 3, "lanes": 1, "salt": SALT}


def desk(password: str | None = None, seconds: float = 0) -> Desk:
    given = None if password is None else Given(Method.PASSWORD, Secret.of(password))
    return Desk(ScriptedPrompter(), "ab" * 16, "Personal", "Password", seconds, given)


def enrol(password: str, seconds: float = 0) -> Enrolled:
    return Password().enrol(NewFactor(Method.PASSWORD, Secret.of(password)), desk(seconds=seconds))


def unlock(params: Params, password: str) -> bytes:
    return Password().unlock(params, desk(password))


class TestContract(MethodContract):
    method = Password()
    module = "kvault_gui.engine.unlock.password"

    def mine(self) -> Person:
        return Person(NewFactor(self.method.method, Secret.of("correct horse")), {AskSecret: "correct horse"})

    def other(self) -> Person:
        return Person(NewFactor(self.method.method, Secret.of("battery staple")), {AskSecret: "battery staple"})


def test_composed_and_decomposed_letters_give_the_same_key() -> None:
    made = enrol("pässwörd")
    assert unlock(made.params, unicodedata.normalize("NFD", "pässwörd")) == made.output


def test_other_passwords_give_other_keys() -> None:
    made = enrol("one")
    assert unlock(made.params, "One") != made.output


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "empty"),
        (b"x" * (MAX_PASSWORD + 1), "1 MiB"),
        (b"\xff\xfe", "not valid Unicode"),
        (b"\xed\xa0\x80", "not valid Unicode"),  # half a surrogate pair
        ("\U0001fae8".encode(), "Unicode 14"),  # assigned in 15.0
        ("\u0378".encode(), "Unicode 14"),  # never assigned
        ("\uffff".encode(), "Unicode 14"),  # a noncharacter
    ],
)
def test_passwords_that_would_differ_between_computers_are_refused(value: bytes, why: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        normalise(Secret(bytearray(value)))
    assert why in str(caught.value)


def test_a_refused_password_is_not_quoted_by_the_error_or_its_causes() -> None:
    with pytest.raises(InvalidInputError) as caught:
        normalise(Secret(bytearray(b"hunter2\xff")))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@given(st.text(min_size=1, max_size=40))
@settings(deadline=None)
def test_every_text_is_refused_or_gives_the_same_bytes_in_each_normal_form(text: str) -> None:
    forms = set()
    for form in ("NFC", "NFD"):
        try:
            forms.add(
                bytes(normalise(Secret(bytearray(unicodedata.normalize(form, text).encode("utf-8", "surrogatepass")))))
            )
        except InvalidInputError:
            forms.add(b"refused")
    assert len(forms) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 8},
        {"memory_kib": (64 << 10) - 1},
        {"iterations": 2},
        {"lanes": 0},
        {"memory_kib": 2**32 - 1},
        {"iterations": 10**9},
        {"lanes": 2**24},
        {"memory_kib": -1},
    ],
)
def test_costs_below_the_floor_and_absurd_ones_are_refused_before_any_work(
    change: dict[str, str | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked(*_args: object, **_more: object) -> bytes:
        raise AssertionError("memory was taken")

    monkeypatch.setattr(argon2_backends, "libsodium", worked)
    monkeypatch.setattr(argon2_backends, "reference", worked)
    with pytest.raises(KdfCostError):
        unlock({**FLOOR, **change}, "x")


def test_pbkdf2_is_read_from_100_000_iterations_on_and_is_outdated() -> None:
    params: dict[str, str | int] = {"kdf": "pbkdf2-sha256", "iterations": 100_000, "salt": SALT}
    assert len(unlock(params, "x")) == 32
    assert Password().outdated(params)
    assert not Password().outdated(FLOOR)
    with pytest.raises(KdfCostError):
        unlock({**params, "iterations": 99_999}, "x")


@pytest.mark.parametrize("missing", ["kdf", "memory_kib", "salt"])
def test_a_slot_without_a_parameter_is_damaged(missing: str) -> None:
    params: dict[str, str | int] = {name: value for name, value in FLOOR.items() if name != missing}
    with pytest.raises(HeaderDamagedError):
        unlock(params, "x")


def test_calibration_never_goes_below_the_floor() -> None:
    params = enrol("x", 0.001).params
    assert (params["memory_kib"], params["iterations"], params["lanes"]) == (64 << 10, 3, 1)
    assert Password().describe(params) == "Argon2id, 64 MiB, 3 passes"
