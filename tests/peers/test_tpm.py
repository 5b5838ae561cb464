"""The TPM way in on a real (software) chip: swtpm with its own lock-out, PCRs and clearing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskSecret, Method, NewFactor, Secret, TokenInfo
from kvault_gui.engine.errors import (
    CancelledError,
    HeaderDamagedError,
    InvalidInputError,
    LastPinTryError,
    TpmChangedError,
    TpmError,
    TpmLockoutError,
    TpmMissingError,
    TpmOtherError,
    WrongPinError,
)
from kvault_gui.engine.tokens import tpm, tpm_channel
from kvault_gui.engine.unlock.tpm import Tpm
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import VAULT, MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.swtpm import Swtpm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Params

pytest.importorskip("tpm2_pytss")

pytestmark = pytest.mark.peer
PIN = "2468"


@pytest.fixture(autouse=True)
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swtpm]:
    """A new chip, which the engine finds."""
    made = Swtpm(tmp_path / "tpm")
    try:
        made.start()
        monkeypatch.setenv("TPM2TOOLS_TCTI", made.tcti)
        yield made
    finally:
        made.close()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Swtpm]:
    """The chip of another computer."""
    made = Swtpm(tmp_path / "another")
    try:
        made.start()
        yield made
    finally:
        made.close()


def desk(*answers: str | None) -> Desk:
    return Desk(ScriptedPrompter(list(answers)), VAULT, "Personal", "This computer", used=[])


def asked(at: Desk) -> list[AskSecret]:
    assert isinstance(at.prompter, ScriptedPrompter)
    return [question for question in at.prompter.asked if isinstance(question, AskSecret)]


def enrol(*, pin: str | None = None, pcrs: tuple[int, ...] = ()) -> Enrolled:
    wanted = NewFactor(Method.TPM, None if pin is None else Secret.of(pin), pin=pin is not None, pcrs=list(pcrs))
    return Tpm().enrol(wanted, desk())


def unlock(params: Params, *answers: str | None) -> bytes:
    return Tpm().unlock(params, desk(*answers))


class TestContractWithoutPin(MethodContract):
    method = Tpm()
    module = "kvault_gui.engine.unlock.tpm"

    @pytest.fixture(autouse=True)
    def _chips(self, chip: Swtpm, another: Swtpm) -> None:
        self.chip, self.another = chip, another

    def mine(self) -> Person:
        os.environ["TPM2TOOLS_TCTI"] = self.chip.tcti
        return Person(NewFactor(Method.TPM))

    def other(self) -> Person:
        os.environ["TPM2TOOLS_TCTI"] = self.another.tcti
        return Person(NewFactor(Method.TPM))


class TestContractWithPin(MethodContract):
    method = Tpm()
    module = "kvault_gui.engine.unlock.tpm"

    @pytest.fixture(autouse=True)
    def _patient(self, chip: Swtpm) -> None:
        chip.tries(1000, 1000)  # the contract tries what cannot fit, often

    def mine(self) -> Person:
        return Person(NewFactor(Method.TPM, pin=True), {AskSecret: PIN})

    def other(self) -> Person:
        return Person(NewFactor(Method.TPM, pin=True), {AskSecret: "1357"})


class TestContractWithPinAndPcrs(TestContractWithPin):
    def mine(self) -> Person:
        return Person(NewFactor(Method.TPM, pin=True, pcrs=[0, 2, 4, 7]), {AskSecret: PIN})


# --- the PIN ---------------------------------------------------------------------------------------------------------


def test_the_chips_own_counter_is_told_before_each_try_until_it_waits(chip: Swtpm) -> None:
    made = enrol(pin=PIN)
    seen = []
    for error in (WrongPinError, LastPinTryError, TpmLockoutError):
        at = desk("0000")
        with pytest.raises(error):
            Tpm().unlock(made.params, at)
        seen += [question.retries for question in asked(at)]
    assert seen == [3, 2, 1]
    at = desk(PIN)
    with pytest.raises(TpmLockoutError) as caught:
        Tpm().unlock(made.params, at)
    assert not asked(at), "a PIN was asked for that could not be tried"
    assert caught.value.fields["seconds"] == 1000
    assert "1000 s" in caught.value.say(caught.value.meaning)
    chip.forgive()
    assert unlock(made.params, PIN) == made.output


def test_a_way_in_without_pin_does_not_wait_for_wrong_pins_of_another() -> None:
    plain, guarded = enrol(), enrol(pin=PIN)
    for _ in range(3):
        with pytest.raises((WrongPinError, TpmLockoutError)):
            unlock(guarded.params, "0000")
    assert unlock(plain.params) == plain.output


def test_the_lock_out_is_seen_before_anything_is_chosen() -> None:
    made = enrol(pin=PIN)
    for _ in range(3):
        with pytest.raises((WrongPinError, TpmLockoutError)):
            unlock(made.params, "0000")
    tokens = tpm.find()
    assert "takes no PIN at the moment" in tokens[0].warnings[0]
    state = Tpm().look(made.params, tokens)
    assert not state.ready
    assert state.retries == 0
    assert Tpm().look(enrol().params, tokens).ready


def test_cancelling_costs_no_try() -> None:
    made = enrol(pin=PIN)
    with pytest.raises(CancelledError):
        unlock(made.params, None)
    assert tpm.state()[1].tries == 3


@pytest.mark.parametrize("odd", ["", "x" * 300])
def test_a_pin_that_can_be_none_costs_no_try(odd: str) -> None:
    made = enrol(pin=PIN)
    with pytest.raises(InvalidInputError):
        unlock(made.params, odd)
    assert tpm.state()[1].tries == 3


def test_a_new_pin_is_asked_twice_and_must_be_the_same() -> None:
    wanted = NewFactor(Method.TPM, pin=True)
    made = Tpm().enrol(wanted, desk("12345", "12345"))
    assert unlock(made.params, "12345") == made.output
    with pytest.raises(InvalidInputError, match="not the same"):
        Tpm().enrol(wanted, desk("12345", "12354"))


def test_a_new_pin_has_four_characters() -> None:
    with pytest.raises(InvalidInputError, match="at least 4"):
        Tpm().enrol(NewFactor(Method.TPM, pin=True), desk("123"))


def test_long_pins_and_letters_from_other_keyboards_are_the_same_pin() -> None:
    made = enrol(pin="Zw\u00f6lf Boxk\u00e4mpfer jagen Viktor quer \u00fcber den Sylter Deich")
    assert (
        unlock(made.params, "Zwo\u0308lf Boxka\u0308mpfer jagen Viktor quer u\u0308ber den Sylter Deich") == made.output
    )


# --- the start-up ----------------------------------------------------------------------------------------------------


def test_a_changed_start_up_names_the_pcrs_and_asks_for_no_pin(chip: Swtpm) -> None:
    made = enrol(pin=PIN, pcrs=(0, 4, 7))
    chip.extend(4)
    chip.extend(7)
    at = desk(PIN)
    with pytest.raises(TpmChangedError) as caught:
        Tpm().unlock(made.params, at)
    assert caught.value.fields["pcrs"] == "4, 7"
    assert not asked(at)


def test_a_pcr_that_was_not_chosen_may_change(chip: Swtpm) -> None:
    made = enrol(pcrs=(7,))
    chip.extend(4)
    assert unlock(made.params) == made.output


def test_the_chip_itself_refuses_when_the_digests_in_the_header_were_brought_up_to_date(chip: Swtpm) -> None:
    made = enrol(pcrs=(7,))
    chip.extend(7)
    forged = {**made.params, "digests": enrol(pcrs=(7,)).params["digests"]}
    with pytest.raises(TpmChangedError):
        unlock(forged)


def test_sealing_again_makes_it_open_after_an_update(chip: Swtpm) -> None:
    made = enrol(pin=PIN, pcrs=(0, 7))
    chip.extend(0)
    renewed = Tpm().renew(made.params, desk(PIN, PIN))
    assert renewed.output != made.output
    assert Tpm().describe(renewed.params) == Tpm().describe(made.params) == "PIN, PCR 0, 7"
    assert unlock(renewed.params, PIN) == renewed.output
    chip.restart()
    with pytest.raises(TpmChangedError):
        unlock(renewed.params, PIN)
    assert unlock(made.params, PIN) == made.output


def test_pcrs_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="0 to 23"):
        enrol(pcrs=(24,))


# --- the chip --------------------------------------------------------------------------------------------------------


def test_it_opens_after_a_restart(chip: Swtpm) -> None:
    made = enrol(pin=PIN)
    chip.restart()
    assert unlock(made.params, PIN) == made.output


def test_a_restart_while_the_pin_is_typed_does_not_matter(chip: Swtpm) -> None:
    made = enrol(pin=PIN)

    def restarted(question: object) -> str:
        del question
        chip.restart()
        return PIN

    at = Desk(ScriptedPrompter([restarted]), VAULT, "Personal", "This computer")
    assert Tpm().unlock(made.params, at) == made.output


def test_a_cleared_chip_is_told_before_a_pin_is_asked(chip: Swtpm) -> None:
    made = enrol(pin=PIN)
    chip.clear()
    at = desk(PIN)
    with pytest.raises(TpmOtherError, match="does not know"):
        Tpm().unlock(made.params, at)
    assert not asked(at)


def test_another_computer_is_told_before_a_pin_is_asked(another: Swtpm, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrol(pin=PIN)
    monkeypatch.setenv("TPM2TOOLS_TCTI", another.tcti)
    at = desk(PIN)
    with pytest.raises(TpmOtherError):
        Tpm().unlock(made.params, at)
    assert not asked(at)


def test_a_persistent_storage_root_key_is_used_and_missed_only_if_it_was_another(chip: Swtpm) -> None:
    before = enrol()
    chip.persist("rsa2048")
    made = enrol()
    assert made.params["parent"] != before.params["parent"]
    assert unlock(made.params) == made.output
    assert unlock(before.params) == before.output
    chip.unpersist()
    with pytest.raises(TpmOtherError):
        unlock(made.params)


def test_a_chip_that_is_killed_in_the_middle_is_an_error_in_words(chip: Swtpm) -> None:
    made = enrol(pin=PIN)

    def killed(question: object) -> str:
        del question
        chip.kill()
        return PIN

    at = Desk(ScriptedPrompter([killed]), VAULT, "Personal", "This computer")
    with pytest.raises(TpmMissingError, match="cannot be reached"):
        Tpm().unlock(made.params, at)


def test_a_chip_that_dies_between_command_and_answer_is_an_error_in_words(chip: Swtpm) -> None:
    def killed_while_it_works() -> None:
        with tpm_channel.connected() as (_, esys):
            chip.kill()
            esys.get_random(8)

    with pytest.raises(TpmError, match="the connection to it"):
        killed_while_it_works()


def test_a_chip_that_hangs_is_given_up(chip: Swtpm, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrol()
    monkeypatch.setattr(tpm_channel, "PATIENCE", 0.3)
    chip.pause()
    try:
        with pytest.raises(TpmError, match="did not answer in time"):
            unlock(made.params)
    finally:
        chip.go_on()


def test_an_altered_blob_is_damage_and_not_the_chips_fault() -> None:
    made = enrol()
    cut = str(made.params["private"])[:-2]
    with pytest.raises(HeaderDamagedError):
        unlock({**made.params, "private": cut})
    with pytest.raises(HeaderDamagedError):
        unlock({**made.params, "public": "zz"})
    assert unlock(made.params) == made.output


def test_nothing_is_left_in_the_chip(chip: Swtpm) -> None:
    made = enrol(pin=PIN, pcrs=(7,))
    for _ in range(12):  # it has room for three keys and three sessions
        assert unlock(made.params, PIN) == made.output
    with pytest.raises(WrongPinError):
        unlock(made.params, "0000")
    assert chip.loaded() == 0


def test_what_is_found_has_the_makers_name() -> None:
    assert tpm.find() == [TokenInfo("tpm", "TPM (software)", "", [Method.TPM], tpm.find()[0].firmware)]
    state = Tpm().look(enrol().params, tpm.find())
    assert (state.ready, state.token, state.words) == (True, "tpm", "Ready")


def test_the_secret_does_not_cross_the_wire_in_clear(chip: Swtpm, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = bytearray()
    send, receive = tpm_channel.Wire.send, tpm_channel.Wire.receive

    def sending(wire: tpm_channel.Wire, command: bytes) -> None:
        seen.extend(command)
        send(wire, command)

    def receiving(wire: tpm_channel.Wire) -> bytes:
        response = receive(wire)
        seen.extend(response)
        return response

    monkeypatch.setattr(tpm_channel.Wire, "send", sending)
    monkeypatch.setattr(tpm_channel.Wire, "receive", receiving)
    secret = b"a secret that is to stay inside!"
    blob = tpm.seal(secret, b"2468", (7,))
    assert tpm.unseal(blob, b"2468") == secret
    assert len(seen) > 1000
    assert secret not in seen
    del chip


def test_tpm2_tools_open_what_we_seal(chip: Swtpm, tmp_path: Path) -> None:
    """The blob is what every TPM program reads: one that nobody here wrote gives the same bytes."""
    secret = bytes(range(32))
    chip.persist("ecc256")
    blob = tpm.seal(secret)
    assert chip.unsealed_by_tools(blob, tmp_path) == secret
