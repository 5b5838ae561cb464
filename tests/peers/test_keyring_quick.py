"""Quick unlock with its key in a real keyring's session and in a real (software) TPM, and with a real fprintd."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskSecret, Secret
from kvault_gui.engine.errors import (
    BiometricsError,
    CancelledError,
    FingerUnknownError,
    InvalidInputError,
    KvaultError,
    QuickUnlockOverError,
    TpmLockoutError,
    WrongQuickPinError,
)
from kvault_gui.engine.tokens import desktop_keyring, device, tpm_channel
from kvault_gui.engine.unlock import quick
from kvault_gui.engine.vault import quick_files
from kvault_gui.engine.vault.slots import Keys, new_keys
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.fprintd import fprintd
from tests.peers.keyring import Keyring, gnome_keyring
from tests.peers.swtpm import Swtpm

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.peer
PIN = "2468"


@pytest.fixture(name="runtime", autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("TPM2TOOLS_TCTI", f"device:{tmp_path}/nowhere")
    return folder


@pytest.fixture(name="keyring")
def _keyring() -> Iterator[Keyring]:
    with gnome_keyring() as keyring:
        yield keyring


@pytest.fixture(name="chip")
def _chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swtpm]:
    pytest.importorskip("tpm2_pytss")
    made = Swtpm(tmp_path / "tpm")
    try:
        made.start()
        monkeypatch.setenv("TPM2TOOLS_TCTI", made.tcti)
        yield made
    finally:
        made.close()


@pytest.fixture(name="where", params=["desktop keyring", "TPM"])
def _where(request: pytest.FixtureRequest) -> str:
    """Both places, one after the other."""
    request.getfixturevalue("keyring" if request.param == "desktop keyring" else "chip")
    return str(request.param)


def remember(keys: Keys, pin: str | None = PIN, seconds: int = 600, *, finger: bool = False) -> None:
    state = quick.remember(VAULT, keys, None if pin is None else Secret.of(pin), seconds, finger)
    assert state.ready


def opened(pin: str = PIN) -> Keys:
    return quick.unlock(VAULT, "Personal", Secret.of(pin), ScriptedPrompter())


def same(one: Keys, other: Keys) -> bool:
    return (one.vk, one.uk) == (other.vk, other.uk)


def test_the_pin_gives_the_keys_back(where: str, runtime: Path) -> None:
    keys = new_keys()
    remember(keys)
    state = quick.state(VAULT)
    assert (state.ready, state.retries, state.pin, state.biometrics) == (True, 3, True, False)
    assert state.where == where
    assert ("without that limit" in state.words) is (where == "desktop keyring")
    assert 590 < state.until - time.time() <= 600
    assert same(opened(), keys)
    assert same(opened(), keys)
    kept = b"".join(path.read_bytes() for path in (runtime / "kvault").iterdir())
    for secret in (keys.vk, keys.uk or b""):
        assert secret.hex().encode() not in kept
    assert PIN.encode() not in kept


def test_keys_that_read_no_values_stay_so(where: str) -> None:
    del where
    keys = Keys(new_keys().vk, None)
    remember(keys)
    assert same(opened(), keys)


def test_three_wrong_pins_wipe_it(where: str, runtime: Path) -> None:
    del where
    remember(new_keys())
    for left in (2, 1):
        with pytest.raises(WrongQuickPinError) as caught:
            opened("0000")
        assert caught.value.fields == {"count": left}
        assert quick.state(VAULT).retries == left
    with pytest.raises(QuickUnlockOverError, match="three wrong PINs"):
        opened("0000")
    assert {path.suffix for path in (runtime / "kvault").iterdir()} == {".lock"}
    with pytest.raises(QuickUnlockOverError):
        opened()
    assert not quick.state(VAULT).ready


def test_a_right_pin_gives_all_tries_back(where: str) -> None:
    del where
    remember(new_keys())
    with pytest.raises(WrongQuickPinError):
        opened("0000")
    opened()
    assert quick.state(VAULT).retries == 3


def test_the_pin_is_asked_for_with_the_tries_that_are_left(keyring: Keyring) -> None:
    del keyring
    keys = new_keys()
    remember(keys)
    with pytest.raises(WrongQuickPinError):
        opened("0000")
    prompter = ScriptedPrompter({AskSecret: PIN})
    assert same(quick.unlock(VAULT, "/some/where/Personal", None, prompter), keys)
    (question,) = prompter.asked
    assert isinstance(question, AskSecret)
    assert (question.retries, question.least) == (2, 4)
    assert question.text == "Your PIN for Personal"
    with pytest.raises(CancelledError):
        quick.unlock(VAULT, "Personal", None, ScriptedPrompter())
    assert quick.state(VAULT).retries == 3


def test_the_same_letters_from_another_keyboard_are_the_same_pin(keyring: Keyring) -> None:
    del keyring
    keys = new_keys()
    remember(keys, "é\u00e4\u00f6\u00fc")
    assert same(opened("e\u0301a\u0308o\u0308u\u0308"), keys)


# --- its end ---------------------------------------------------------------------------------------------------------


def test_its_time_ends_it_and_no_clock_gives_it_more(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del where
    keys = new_keys()
    remember(keys)
    now, since = time.time(), device.since_boot()
    with monkeypatch.context() as later:
        later.setattr(quick, "time", SimpleNamespace(time=lambda: now - 86_400))  # set back
        later.setattr(device, "since_boot", lambda: since + 590)
        assert same(opened(), keys)
        later.setattr(device, "since_boot", lambda: since + 601)
        with pytest.raises(QuickUnlockOverError, match="time has passed"):
            opened()
    assert not quick.state(VAULT).ready  # wiped
    remember(keys)
    with monkeypatch.context() as later:
        later.setattr(quick, "time", SimpleNamespace(time=lambda: now + 700))
        assert quick.state(VAULT).reason == "Quick unlock is over: its time has passed."


@pytest.mark.parametrize(
    ("what", "value", "reason"),
    [
        ("boot", lambda: "another", "started again"),
        ("login_is_over", lambda _: True, "has ended"),
        ("login", lambda: "another", "another login"),
    ],
)
def test_another_boot_or_login_ends_it(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch, what: str, value: object, reason: str
) -> None:
    del keyring
    keys = new_keys()
    remember(keys)
    with monkeypatch.context() as later:
        later.setattr(device, what, value)
        assert reason in quick.state(VAULT).reason
        with pytest.raises(QuickUnlockOverError):
            opened()
    if what == "login":  # asked over SSH, say: of no concern to the login that set it up
        assert same(opened(), keys)
    else:
        assert not quick.state(VAULT).ready


def test_logging_out_takes_the_key_with_it(keyring: Keyring) -> None:
    remember(new_keys())
    keyring.restart()
    with pytest.raises(QuickUnlockOverError, match="no longer holds"):
        opened()
    assert not quick.state(VAULT).ready


def test_nothing_of_it_reaches_the_keyring_s_disk(keyring: Keyring) -> None:
    remember(new_keys())
    found = list((keyring.folder / "data").rglob("*"))
    stored = b"".join(path.read_bytes() for path in found if path.is_file())
    assert b"quick" not in stored
    keyring.restart()
    desktop_keyring.keep("x", b"x", "x")  # the file of the login keyring is written here
    stored = b"".join(path.read_bytes() for path in (keyring.folder / "data").rglob("*") if path.is_file())
    assert stored
    assert b"quick" not in stored


def test_another_chip_ends_it(chip: Swtpm) -> None:
    remember(new_keys())
    chip.clear()
    with pytest.raises(QuickUnlockOverError, match="TPM no longer knows"):
        opened()
    assert not quick.state(VAULT).ready


def test_the_chip_s_own_lock_out_costs_no_try(chip: Swtpm) -> None:
    keys = new_keys()
    chip.tries(2, 1000)
    remember(keys)
    for _ in range(2):
        with pytest.raises(WrongQuickPinError):
            opened("0000")
    assert quick.state(VAULT).retries == 1
    with pytest.raises(TpmLockoutError):
        opened()
    assert quick.state(VAULT).retries == 1
    chip.forgive()
    assert same(opened(), keys)


def test_a_keyring_that_is_gone_for_a_moment_costs_no_try(keyring: Keyring) -> None:
    remember(new_keys())
    keyring.stop()
    with pytest.raises(KvaultError):
        opened()
    assert quick.state(VAULT).retries == 3


def test_a_chip_that_fails_at_setting_up_leaves_the_keyring(keyring: Keyring, chip: Swtpm) -> None:
    del keyring
    assert not tpm_channel.problem()
    chip.kill()
    keys = new_keys()
    remember(keys)
    assert quick.state(VAULT).where == "desktop keyring"
    assert same(opened(), keys)


def test_forgetting_leaves_nothing_anywhere(keyring: Keyring, runtime: Path) -> None:
    del keyring
    remember(new_keys())
    with quick_files.opened() as folder:
        kept = quick_files.load(folder, VAULT)
    assert kept is not None
    assert kept.pin is not None
    item = str(kept.pin.hold["item"])
    assert len(desktop_keyring.fetch(item, session=True)) == 32
    quick.forget(VAULT)
    quick.forget(VAULT)
    with pytest.raises(KvaultError):
        desktop_keyring.fetch(item, session=True)
    assert {path.suffix for path in (runtime / "kvault").iterdir()} == {".lock"}
    assert not quick.state(VAULT).ready
    assert quick.state(VAULT).reason == ""


@pytest.mark.parametrize("name", ["until", "until_boot"])
def test_nobody_gives_it_more_time_by_editing_the_file(keyring: Keyring, runtime: Path, name: str) -> None:
    del keyring
    remember(new_keys())
    path = runtime / "kvault" / f"quick-{VAULT}"
    with quick_files.opened() as folder:
        kept = quick_files.load(folder, VAULT)
    number = str(getattr(kept, name))
    path.write_bytes(path.read_bytes().replace(f'"{name}":{number}'.encode(), f'"{name}":{int(number) + 5}'.encode()))
    assert quick.state(VAULT).ready
    with pytest.raises(WrongQuickPinError):
        opened()


# --- tries and processes ---------------------------------------------------------------------------------------------

TRY = """
import os, sys
from kvault_gui.engine.api import Secret
from kvault_gui.engine.crypto import kdf
from kvault_gui.engine.errors import KvaultError
from kvault_gui.engine.unlock import quick
if sys.argv[1] == "kill":
    kdf.derive_argon2id = lambda *_, **__: os.kill(os.getpid(), 9)
try:
    quick.unlock("{vault}", "Personal", Secret.of(sys.argv[2]), None)
    print("open")
except KvaultError as error:
    print(error.code, error.fields.get("count", ""))
"""


def attempt(how: str, pin: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    code = TRY.replace("{vault}", VAULT)
    return subprocess.Popen([sys.executable, "-c", code, how, pin], cwd=root, stdout=subprocess.PIPE, text=True)


def test_killing_the_program_in_the_middle_of_a_try_gives_no_try_back(keyring: Keyring) -> None:
    del keyring
    remember(new_keys())
    for left in (2, 1, 0):
        child = attempt("kill", PIN)
        child.communicate(timeout=60)
        assert child.returncode == -9
        assert quick.state(VAULT).retries == left
    with pytest.raises(QuickUnlockOverError):
        opened()


def test_programs_that_try_at_the_same_time_have_three_tries_together(keyring: Keyring) -> None:
    del keyring
    remember(new_keys())
    running = [attempt("try", "0000") for _ in range(4)]
    said = sorted(child.communicate(timeout=100)[0].strip() for child in running)
    assert said == ["quick-over", "quick-over", "wrong-quick-pin 1", "wrong-quick-pin 2"]


# --- fingers ---------------------------------------------------------------------------------------------------------


def test_a_finger_opens_without_the_pin_and_three_others_wipe_it(where: str) -> None:
    del where
    with fprintd() as reader:
        reader.enrol("mine")

        def person(finger: str) -> ScriptedPrompter:
            def press() -> bool:
                reader.press(finger)
                return False

            return ScriptedPrompter(cancels=press)

        keys = new_keys()
        remember(keys, finger=True)
        state = quick.state(VAULT)
        assert (state.pin, state.biometrics) == (True, True)
        assert "no program" in state.words
        at = person("mine")
        assert same(quick.unlock(VAULT, "Personal", None, at), keys)
        assert len(at.shown) == 1
        assert same(opened(), keys)
        with pytest.raises(CancelledError):
            quick.unlock(VAULT, "Personal", None, ScriptedPrompter(cancels=lambda: True))
        assert quick.state(VAULT).retries == 3
        for left in (2, 1):
            with pytest.raises(FingerUnknownError):
                quick.unlock(VAULT, "Personal", None, person("other"))
            assert quick.state(VAULT).retries == left
        with pytest.raises(QuickUnlockOverError, match="three fingers"):
            quick.unlock(VAULT, "Personal", None, person("other"))
        assert not quick.state(VAULT).ready


def test_a_finger_alone_takes_no_pin_and_a_missing_reader_costs_no_try(keyring: Keyring) -> None:
    del keyring
    with fprintd() as reader:
        reader.enrol("mine")
        remember(new_keys(), None, finger=True)
        assert not quick.state(VAULT).pin
        with pytest.raises(InvalidInputError, match="without a PIN"):
            opened()
        reader.stop()
        with pytest.raises(BiometricsError):
            quick.unlock(VAULT, "Personal", None, ScriptedPrompter())
        assert quick.state(VAULT).retries == 3
