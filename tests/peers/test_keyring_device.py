"""This device as a way in: GNOME Keyring in a session of its own, and the real fprintd for the finger."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method, NewFactor
from kvault_gui.engine.errors import (
    BiometricsError,
    DeviceChangedError,
    FingerUnknownError,
    HeaderDamagedError,
    KeyringError,
    KeyringLockedError,
    KeyringLostError,
    TokenMissingError,
)
from kvault_gui.engine.tokens import bus, desktop_keyring, device
from kvault_gui.engine.unlock.device import Device
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import VAULT, MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter
from tests.peer import peer
from tests.peers.fprintd import fprintd
from tests.peers.keyring import Keyring, gnome_keyring, named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.peer
WANTED = NewFactor(Method.DEVICE)


@pytest.fixture(name="keyring")
def _keyring() -> Iterator[Keyring]:
    with gnome_keyring() as keyring:
        yield keyring


def desk(prompter: ScriptedPrompter | None = None) -> Desk:
    return Desk(prompter or ScriptedPrompter(), VAULT, "Personal", "This computer", used=[])


def enrol() -> Enrolled:
    return Device().enrol(WANTED, desk())


@pytest.mark.usefixtures("keyring")
class TestContract(MethodContract):
    method = Device()
    module = "kvault_gui.engine.unlock.device"
    skip = frozenset({"token"})

    @pytest.fixture(autouse=True)
    def _computer(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.machine = tmp_path / "machine-id"
        monkeypatch.setattr(device, "MACHINE_IDS", (self.machine,))

    def mine(self) -> Person:
        self.machine.write_text("0123456789abcdef" * 2 + "\n")
        return Person(WANTED)

    def other(self) -> Person:
        """The same keyring, copied to another computer."""
        self.machine.write_text("fedcba9876543210" * 2 + "\n")
        return Person(WANTED)


def test_the_keyring_is_found_and_keeps_the_secret_over_a_new_login(keyring: Keyring) -> None:
    (info,) = desktop_keyring.find()
    assert (info.id, info.methods, info.problem) == ("keyring", [Method.DEVICE], "")
    assert Device().probe().ready
    made = enrol()
    state = Device().look(made.params, [info])
    assert (state.ready, state.words, state.token) == (True, "Ready", "keyring")
    keyring.restart()
    at = desk()
    assert Device().unlock(made.params, at) == made.output
    assert at.used == ["keyring"]


def test_other_programs_see_the_entry_with_its_label(keyring: Keyring) -> None:
    made = enrol()
    found = subprocess.run(
        [peer("secret-tool"), "search", "service", "kvault"], env=keyring.environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "label = kvault: Personal, This computer" in found.stdout
    assert f"{VAULT} {made.params['item']}" in found.stdout + found.stderr


def test_python_s_keyring_library_reads_what_was_stored(keyring: Keyring) -> None:
    del keyring
    from keyring.backends.SecretService import Keyring as Library  # noqa: PLC0415 tests are collected without it

    desktop_keyring.keep("name", b"value", "label")
    assert Library().get_password("kvault", "name") == b"value".hex()  # type: ignore[no-untyped-call]


def test_a_locked_keyring_that_nobody_opens_is_said_so(keyring: Keyring) -> None:
    made = enrol()
    keyring.restart(unlocked=False)
    with pytest.raises(KeyringLockedError):
        Device().unlock(made.params, desk())
    keyring.restart()
    assert Device().unlock(made.params, desk()) == made.output


def test_a_deleted_or_replaced_secret_is_lost(keyring: Keyring) -> None:
    del keyring
    made = enrol()
    name = f"{VAULT} {made.params['item']}"
    desktop_keyring.keep(name, b"another value of 32 bytes in it!", "label")
    with pytest.raises(KeyringLostError):
        Device().unlock(made.params, desk())
    desktop_keyring.keep(name, b"short", "label")
    with pytest.raises(KeyringLostError):
        Device().unlock(made.params, desk())
    Device().forget(made.params, desk())
    Device().forget(made.params, desk())
    with pytest.raises(KeyringLostError):
        Device().unlock(made.params, desk())


def test_a_text_of_somebody_else_under_that_name_is_lost_too(keyring: Keyring) -> None:
    made = enrol()
    subprocess.run(
        [peer("secret-tool"), "store", "--label=x", "service", "kvault", "username", f"{VAULT} {made.params['item']}",
         "application", "kvault"],
        env=keyring.environment(), input=b"no hexadecimal digits", check=True,
    )  # fmt: skip
    with pytest.raises(KeyringLostError):
        Device().unlock(made.params, desk())


def test_two_ways_in_have_two_entries(keyring: Keyring) -> None:
    del keyring
    one, two = enrol(), enrol()
    Device().forget(one.params, desk())
    assert Device().unlock(two.params, desk()) == two.output


def test_without_a_keyring_it_says_so(keyring: Keyring) -> None:
    made = enrol()
    keyring.stop()
    assert desktop_keyring.find() == []
    assert not Device().probe().ready
    with pytest.raises(KeyringError, match="no program offers one"):
        Device().unlock(made.params, desk())
    with named("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"), pytest.raises(KeyringError):
        Device().unlock(made.params, desk())
    with named("DBUS_SESSION_BUS_ADDRESS", "nonsense"), pytest.raises(KeyringError):
        Device().unlock(made.params, desk())
    assert not Device().look(made.params, []).ready


def test_a_bus_that_never_answers_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "bus"))
        deaf.listen()
        began = time.monotonic()
        with named("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus"), pytest.raises(KeyringError):
            desktop_keyring.fetch("name")
        assert time.monotonic() - began < 5


def test_a_keyring_that_hangs_ends_in_time(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrol()
    monkeypatch.setattr(bus, "SECONDS", 0.3)
    assert keyring.child is not None
    keyring.child.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(KeyringError, match="does not answer"):
            Device().unlock(made.params, desk())
    finally:
        keyring.child.send_signal(signal.SIGCONT)
    monkeypatch.undo()
    assert Device().unlock(made.params, desk()) == made.output


def test_a_header_that_was_made_to_fit_another_computer_opens_nothing_there(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keyring
    made = enrol()
    monkeypatch.setattr(device, "_model", lambda: ["Another maker", "Another model"])
    forged = {**made.params, "device": device.told_apart(bytes.fromhex(str(made.params["salt"])))}
    assert Device().unlock(forged, desk()) != made.output


def test_another_computer_is_told_before_anything_is_asked(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrol()
    info = desktop_keyring.find()
    keyring.stop()
    monkeypatch.setattr(device, "_model", lambda: ["Another maker", "Another model"])
    with pytest.raises(DeviceChangedError):
        Device().unlock(made.params, desk())
    state = Device().look(made.params, info)
    assert (state.ready, state.words) == (False, "Made on another computer")


def test_the_header_does_not_hold_the_machine_id(keyring: Keyring) -> None:
    del keyring
    made = enrol()
    machine = device.MACHINE_IDS[0].read_text().strip()
    assert not any(machine in str(value) or str(value) in machine for value in made.params.values() if value)


def test_another_token_cannot_be_asked_for(keyring: Keyring) -> None:
    del keyring
    with pytest.raises(TokenMissingError):
        Device().enrol(NewFactor(Method.DEVICE, token="tpm"), desk())


def test_the_finger_is_asked_for_at_enrolment_and_at_each_unlock(keyring: Keyring) -> None:
    with fprintd() as reader:
        reader.enrol("mine")

        def person(finger: str) -> ScriptedPrompter:
            def press() -> bool:
                reader.press(finger)
                return False

            return ScriptedPrompter(cancels=press)

        wanted = NewFactor(Method.DEVICE, biometrics=True)
        with pytest.raises(FingerUnknownError):
            Device().enrol(wanted, desk(person("other")))
        made = Device().enrol(wanted, desk(person("mine")))
        assert "finger" in Device().describe(made.params)
        assert "no program" in Device().strength(made.params)
        at = person("mine")
        assert Device().unlock(made.params, desk(at)) == made.output
        assert len(at.shown) == 1
        assert at.open == 0
        with pytest.raises(FingerUnknownError):
            Device().unlock(made.params, desk(person("other")))
        with pytest.raises(HeaderDamagedError):
            Device().unlock({**made.params, "biometrics": 2}, desk(person("mine")))
        assert Device().unlock({**made.params, "biometrics": 0}, desk()) != made.output
        reader.stop()
        with pytest.raises(BiometricsError):
            Device().unlock(made.params, desk(person("mine")))
    with contextlib.suppress(KeyringError):
        keyring.stop()
