"""Which question an option answers: never a PIN to the wrong token, never twice, never a password as a PIN."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.cli import credentials
from kvault_gui.cli.credentials import Answers
from kvault_gui.cli.options import common
from kvault_gui.engine.api import (
    AskChoice,
    AskConfirm,
    AskFile,
    AskSecret,
    AskShares,
    Credential,
    FactorInfo,
    Given,
    Method,
    Question,
    Secret,
    SlotInfo,
)
from kvault_gui.engine.errors import SlotNotFoundError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

PASSWORD = Given(Method.PASSWORD, Secret.of("the password"))
PIN = Given(Method.FIDO2, Secret.of("1234"))


def pin(method: Method, retries: int | None = 8, *, admin: bool = False) -> AskSecret:
    return AskSecret("PIN", "", retries, method, "YubiKey", 4, admin)


def text(answers: Answers, question: Question) -> str | None:
    found = answers.to(question)
    return None if found is None else found.text()


def test_a_pin_answers_its_method_alone_and_once() -> None:
    answers = Answers([PASSWORD, PIN])
    assert text(answers, pin(Method.PIV)) is None
    assert text(answers, pin(Method.FIDO2)) == "1234"
    assert text(answers, pin(Method.FIDO2)) is None, "a second question may be another token's, or cost a try"


def test_pins_of_one_method_are_given_in_their_order() -> None:
    answers = Answers([PIN, Given(Method.FIDO2, Secret.of("5678"))])
    assert [text(answers, pin(Method.FIDO2)) for _ in range(3)] == ["1234", "5678", None]


def test_the_pin_of_every_day_is_never_the_admin_pin() -> None:
    answers = Answers([Given(Method.OPENPGP, Secret.of("123456"))], Secret.of("12345678"))
    assert text(answers, pin(Method.OPENPGP, 3, admin=True)) == "12345678"
    assert text(answers, pin(Method.OPENPGP, 3, admin=True)) is None
    assert text(answers, pin(Method.OPENPGP, 3)) == "123456"


def test_a_new_pin_of_the_tpm_is_given_twice_and_an_old_one_once() -> None:
    answers = Answers([Given(Method.TPM, Secret.of("2468"))])
    assert [text(answers, pin(Method.TPM, 30)) for _ in range(2)] == ["2468", None]
    assert [text(answers, pin(Method.TPM, None)) for _ in range(2)] == ["2468", "2468"]


def test_a_password_is_given_again_but_never_as_a_new_one() -> None:
    answers = Answers([PASSWORD])
    asked = AskSecret("Unlock", "", method=Method.PASSWORD)
    assert [text(answers, asked) for _ in range(2)] == ["the password", "the password"]
    assert text(answers, AskSecret("New password", "", method=Method.PASSWORD, least=1)) is None
    assert text(answers, AskSecret("Export", "")) == "the password"


def test_whoever_wipes_an_answer_wipes_a_copy() -> None:
    answers = Answers([PASSWORD])
    found = answers.to(AskSecret("Export", ""))
    assert found is not None
    found.wipe()
    assert text(answers, AskSecret("Export", "")) == "the password"


def test_files_and_shares_answer_their_questions() -> None:
    odd = os.fsdecode(b"/caf\xe9")
    answers = Answers([Given(Method.KEY_FILE, file=odd), Given(Method.SHARES, Secret.of("a b\nc d"))])
    asked = answers.to(AskFile("Key file", "", Method.KEY_FILE))
    assert asked is not None
    assert asked.value == b"/caf\xe9"
    assert text(answers, AskShares("Shares", "1", "", [], 1)) == "a b\nc d"
    assert text(answers, AskFile("Another", "", None)) is None


def test_yes_answers_that_a_key_is_replaced_and_no_other_question(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    answers = Answers(yes=True, module=str(module))
    assert text(answers, AskConfirm("Replace?", "", "Replace", replaces=True)) == "yes"
    assert text(answers, AskConfirm("The last try", "", "Try the PIN")) is None
    assert text(answers, AskConfirm("Load?", "", "Load it", loads=str(module))) == "yes"
    assert text(answers, AskConfirm("Load?", "", "Load it", loads="/another.so")) is None
    assert text(answers, AskChoice("Which?", ["one"])) is None
    assert text(Answers(), AskConfirm("Replace?", "", "Replace", replaces=True)) is None


def test_what_may_be_given_again_holds_no_pin() -> None:
    kept = Answers([PASSWORD, PIN, Given(Method.KEY_FILE, file="/key")]).kept()
    assert [(each.method, each.file) for each in kept] == [(Method.PASSWORD, ""), (Method.KEY_FILE, "/key")]


# --- what unlocks ----------------------------------------------------------------------------------------------------


def slot(name: str, *methods: Method) -> SlotInfo:
    return SlotInfo(
        name * 4, methods[0], name, 0.0, "", reads_values=True, factors=[FactorInfo(m, "") for m in methods]
    )


def given(tmp_path: Path, *words: str) -> argparse.Namespace:
    for name in ("password", "pin", "pin2", "shares"):
        (tmp_path / name).write_text(name)
    return common().parse_args([word.replace("@", f"{tmp_path}/") for word in words])


def made(tmp_path: Path, slots: list[SlotInfo], *words: str) -> Credential:
    options = given(tmp_path, *words)
    return credentials.credential(options, credentials.offered(options), slots)


def test_several_factors_are_put_together(tmp_path: Path) -> None:
    words = ["--password-file", "@password", "--with", "fido2", "--pin-file", "@pin", "--token", "hid:/dev/hidraw0"]
    found = made(tmp_path, [], *words)
    assert (found.method, found.secret.text(), found.slot) == (Method.PASSWORD, "password", "")
    assert found.more == [Given(Method.FIDO2, Secret.of("pin"), token="hid:/dev/hidraw0")]


def test_pins_and_tokens_belong_to_what_with_names_in_its_order(tmp_path: Path) -> None:
    pins = ["--pin-file", "@pin", "--pin-file", "@pin2", "--token", "one", "--token", "two", "--token", "three"]
    found = made(tmp_path, [], "--with", "fido2", "--with", "challenge-response", "--with", "piv", *pins)
    assert [found.token, *(each.token for each in found.more)] == ["one", "two", "three"]
    second, third = found.more
    assert (found.secret.text(), second.secret, third.secret) == ("pin", None, Secret.of("pin2"))


def test_a_pin_alone_is_for_the_only_token_that_it_can_be_for(tmp_path: Path) -> None:
    slots = [slot("a", Method.PASSWORD), slot("b", Method.PIV)]
    assert made(tmp_path, slots, "--pin-file", "@pin").method is Method.PIV
    for others in ([*slots, slot("c", Method.TPM)], [slots[0]]):
        with pytest.raises(UsageError):
            made(tmp_path, others, "--pin-file", "@pin")
    found = made(tmp_path, [*slots, slot("c", Method.TPM)], "--pin-file", "@pin", "--slot", "c")
    assert (found.method, found.slot) == (Method.TPM, "cccc")


def test_a_way_in_that_is_named_begins_with_its_first_factor(tmp_path: Path) -> None:
    slots = [slot("a", Method.PASSWORD), slot("b", Method.FIDO2, Method.PIV)]
    found = made(tmp_path, slots, "--slot", "b")
    assert (found.method, found.secret.text(), found.slot) == (Method.FIDO2, "", "bbbb")
    with pytest.raises(SlotNotFoundError):
        made(tmp_path, slots, "--slot", "c")


def test_files_and_shares_make_their_factors(tmp_path: Path) -> None:
    found = made(tmp_path, [], "--password-file", "@password", "--key-file", "@key", "--shares-file", "@shares")
    assert {each.method: each.file for each in found.more} == {
        Method.KEY_FILE: f"{tmp_path}/key",
        Method.SHARES: "",
    }
