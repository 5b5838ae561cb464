"""What every unlock method keeps to. Each method's test file has a class that inherits ``MethodContract``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kvault_gui.engine.api import AskSecret, Credential, Given, Method, NewFactor, NewSlot, Secret
from kvault_gui.engine.errors import (
    CancelledError,
    KvaultError,
    LastWayError,
    NotMineError,
    TokenError,
    WrongCredentialsError,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.facade.steps import run_here
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.script import Answers, ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import Added, AskPlug, AskTouch
    from kvault_gui.engine.vault.methods import Params, UnlockMethod

VAULT = "ab" * 16
PASSWORD = "contract password"
OPTIONAL = (
    *("fido2", "yubikit", "ykman", "smartcard", "pkcs11", "tpm2_pytss"),
    *("keyring", "jeepney", "shamir_mnemonic", "segno", "PIL", "zxingcpp"),
)


class Person(NamedTuple):
    """Somebody with what a factor needs: what they enrol, what they answer, and their finger."""

    wanted: NewFactor
    answers: Answers = ()
    on_touch: Callable[[AskTouch | AskPlug], None] | None = None
    given: Given | None = None

    def prompter(self) -> ScriptedPrompter:
        """Fresh: nothing is used up."""
        return ScriptedPrompter(self.answers, self.on_touch)


class MethodContract:
    """Inherit, name it ``TestContract``, and say ``method``, ``module``, ``mine`` and ``other``.

    ``mine`` is called anew for each enrolment and unlock; ``other`` is somebody who must not get in: with another
    token, password, file or share set. Between the two a test may swap what is plugged in: ``other`` does it.
    ``enrolled`` is told what an enrolment gave (codes, shares), so that ``mine`` can give it again.
    """

    method: UnlockMethod
    module: str  # dotted name of the method's own module
    answers: Answers = ()
    skip: frozenset[str] = frozenset()  # params whose change may be harmless, e.g. the token's name
    alone = True  # may be the only factor of a way in
    other_enrolled = True  # ``other``'s own thing differs from the enrolled one in each way that matters

    def mine(self) -> Person:
        """The person who enrols and unlocks."""
        raise NotImplementedError

    def other(self) -> Person:
        """Somebody else, or the same person with another token."""
        raise NotImplementedError

    def enrolled(self, made: Enrolled | Added) -> None:
        """Keep what must be kept."""
        del made

    # --- helpers ---

    def desk(self, person: Person, *, vault: str = VAULT) -> Desk:
        """Where a factor is given, by that person."""
        return Desk(person.prompter(), vault, "Personal", "Contract", 0, person.given, patient=False, used=[])

    def enrol(self) -> Enrolled:
        """Enrol as ``mine``."""
        person = self.mine()
        made = self.method.enrol(person.wanted, self.desk(person))
        self.enrolled(made)
        return made

    def unlock(self, params: Params) -> bytes:
        """Unlock as ``mine``."""
        return self.method.unlock(params, self.desk(self.mine()))

    # --- the contract ---

    def test_unlocking_gives_what_enrolling_gave_and_again(self) -> None:
        made = self.enrol()
        assert len(made.output) == 32
        assert self.unlock(dict(made.params)) == made.output
        assert self.unlock(json.loads(json.dumps(made.params))) == made.output

    def test_every_enrolment_is_another_key(self) -> None:
        assert self.enrol().output != self.enrol().output

    def test_somebody_else_gets_nothing_or_an_error_in_words(self) -> None:
        made = self.enrol()
        person = self.other()
        try:
            output = self.method.unlock(made.params, self.desk(person))
        except (NotMineError, TokenError, WrongCredentialsError, CancelledError):
            return
        # What is known or kept cannot be told apart before the slot's commitment is compared.
        assert self.method.method in (Method.PASSWORD, Method.RECOVERY_CODE, Method.KEY_FILE, Method.SHARES)
        assert output != made.output

    def test_the_output_belongs_to_one_vault_or_the_slot_s_own_salt_sees_to_it(self) -> None:
        made = self.enrol()
        if self.method.method in (Method.PASSWORD, Method.RECOVERY_CODE, Method.KEY_FILE, Method.SHARES):
            return
        try:
            output = self.method.unlock(made.params, self.desk(self.mine(), vault="cd" * 16))
        except KvaultError:
            return
        assert output != made.output

    def test_parameters_are_plain_small_and_hold_no_secret(self) -> None:
        made = self.enrol()
        assert made.params
        assert len(made.params) <= 32
        for name, value in made.params.items():
            assert isinstance(name, str)
            assert type(value) in (str, int)
        text = json.dumps(made.params)
        assert len(text) < 4096
        for secret in self._secrets(made):
            assert secret not in text

    def _secrets(self, made: Enrolled) -> list[str]:
        person = self.mine()
        known = [made.output.hex()]
        if made.recovery_code is not None:
            known.append(made.recovery_code.text())
        known += [share.text() for group in made.shares for share in group]
        for given in (person.wanted.secret, None if person.given is None else person.given.secret):
            if given is not None:
                known.append(given.text())
        answers = person.answers.get(AskSecret) if isinstance(person.answers, dict) else None
        return known + ([answers] if isinstance(answers, str) else [])

    def test_what_it_says_is_words_without_secrets(self) -> None:
        made = self.enrol()
        said = [self.method.describe(made.params), self.method.strength(made.params)]
        assert all(said)
        assert said[1].endswith(".")
        said.append(self.method.token(made.params))
        said += [self.method.look(made.params, []).words, *made.notes]
        for secret in self._secrets(made):
            assert not any(secret in each for each in said)

    def test_a_token_that_is_not_there_is_not_ready(self) -> None:
        made = self.enrol()
        state = self.method.look(made.params, [])
        assert state.words
        assert state.slot == ""
        if self.method.token(made.params):
            assert not state.ready
            assert state.name == self.method.token(made.params)

    def test_altered_parameters_give_another_output_or_an_error_and_never_a_crash(self) -> None:
        made = self.enrol()
        for name, value in made.params.items():
            if name in self.skip:
                continue
            for altered in self._altered(value):
                try:
                    output = self.unlock({**made.params, name: altered})
                except KvaultError:
                    continue
                assert output != made.output, f"{name} = {altered!r} changes nothing"

    def test_missing_parameters_are_an_error_and_never_a_crash(self) -> None:
        made = self.enrol()
        for name in made.params:
            if name in self.skip:
                continue
            less = {key: value for key, value in made.params.items() if key != name}
            for act in (self.method.describe, self.method.strength, self.method.token, self.method.outdated):
                act(less)
            self.method.look(less, [])
            try:
                output = self.unlock(less)
            except KvaultError:
                continue
            assert output != made.output, f"{name} is not needed"

    @staticmethod
    def _altered(value: str | int) -> list[str | int]:
        if isinstance(value, int):
            return [value + 1, -1, str(value) + "x"]
        flipped = value[:-1] + ("0" if value[-1:] != "0" else "1")
        return [flipped, "", 0, "\x00" * 8]

    def test_importing_it_loads_no_optional_library(self) -> None:
        code = (
            f"import sys, {self.module}; found = [n for n in {OPTIONAL!r} if n in sys.modules];"
            "sys.exit(' '.join(found) or 0)"
        )
        root = Path(__file__).resolve().parents[3]
        done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def test_it_opens_a_real_vault_and_is_refused_without_harm(self) -> None:
        with tempfile.TemporaryDirectory() as where:
            folder = Path(where) / "vault"
            self._in_a_vault(folder)

    def _in_a_vault(self, folder: Path) -> None:
        person = self.mine()
        engine = Engine(person.prompter(), "test", kdf_seconds=0)
        engine.vaults.create(str(folder), Secret.of(PASSWORD))
        factors = [person.wanted]
        if not self.alone:
            factors.insert(0, NewFactor(Method.PASSWORD, Secret.of(PASSWORD)))
        added = run_here(engine.slots.add(NewSlot("Contract", factors)))
        self.enrolled(added)
        assert [factor.method for factor in added.slot.factors][-1] is self.method.method
        with pytest.raises(LastWayError):
            self._remove_all(engine, keep=added.slot.id)
        engine.vaults.close()
        self._opens(folder, self.mine(), added.slot.id)
        header = (folder / "vault.json").read_bytes()
        with pytest.raises(KvaultError):
            self._opens(folder, self.other(), added.slot.id)
        assert (folder / "vault.json").read_bytes() == header
        again = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
        again.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of("second")), [])
        assert [slot.label for slot in again.slots.all()] == ["Contract", "Second"]
        again.vaults.close()

    @staticmethod
    def _remove_all(engine: Engine, keep: str) -> None:
        """Every way in but one goes, told twice; then that one too, which is refused."""
        for slot in engine.slots.all():
            if slot.id != keep:
                engine.slots.remove(slot.id, True)
        try:
            engine.slots.remove(keep, True)
        finally:
            run_here(
                engine.slots.add(NewSlot("Second", [NewFactor(Method.PASSWORD, Secret.of("second"))])),
            )

    def _opens(self, folder: Path, person: Person, slot: str) -> None:
        engine = Engine(person.prompter(), "test", kdf_seconds=0)
        first = person.given or Given(self.method.method)
        secret = first.secret or Secret(bytearray())
        if self.alone:
            credential = Credential(self.method.method, secret, slot, first.file, first.token)
        else:
            credential = Credential(Method.PASSWORD, Secret.of(PASSWORD), slot, more=[first])
        opened = engine.vaults.unlock(str(folder), credential, [])
        assert opened.slot == slot
        engine.vaults.close()
