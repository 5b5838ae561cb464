"""What tells this computer, this boot and this login from others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.errors import HeaderDamagedError, TokenError
from kvault_gui.engine.tokens import device
from kvault_gui.engine.unlock.device import Device
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from pathlib import Path

ID = "0123456789abcdef" * 2


@pytest.fixture(name="computer")
def _computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer of files."""
    for name in ("dmi", "systemd/users", "systemd/sessions"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(device, "MACHINE_IDS", (tmp_path / "machine-id", tmp_path / "dbus-machine-id"))
    monkeypatch.setattr(device, "DMI", tmp_path / "dmi")
    monkeypatch.setattr(device, "LOGIND", tmp_path / "systemd")
    monkeypatch.setattr(device, "CGROUP", tmp_path / "cgroup")
    monkeypatch.delenv("XDG_SESSION_ID", raising=False)
    (tmp_path / "machine-id").write_text(ID + "\n")
    return tmp_path


def test_the_fingerprint_stays_and_changes_with_the_installation_and_the_model(computer: Path) -> None:
    first = device.fingerprint()
    assert device.fingerprint() == first
    (computer / "dmi" / "product_name").write_text("Laptop 5\n")
    second = device.fingerprint()
    assert second != first
    (computer / "machine-id").write_text("f" * 32)
    assert device.fingerprint() not in (first, second)


def test_the_second_place_of_the_machine_id_counts_where_the_first_has_none(computer: Path) -> None:
    first = device.fingerprint()
    (computer / "machine-id").rename(computer / "dbus-machine-id")
    assert device.fingerprint() == first
    (computer / "machine-id").write_text("uninitialized\n")
    assert device.fingerprint() == first


def test_without_a_machine_id_there_is_nothing_to_bind_to(computer: Path) -> None:
    (computer / "machine-id").unlink()
    with pytest.raises(TokenError, match="machine id"):
        device.fingerprint()
    assert not Device().look({"salt": "00", "device": "x"}, []).ready


def test_the_salted_hash_tells_computers_apart_and_vaults_do_not_share_it(computer: Path) -> None:
    one = device.told_apart(b"salt")
    assert len(one) == 32
    assert ID not in one
    assert device.told_apart(b"another") != one
    (computer / "machine-id").write_text("f" * 32)
    assert device.told_apart(b"salt") != one


@pytest.mark.parametrize(
    ("cgroup", "user", "named", "login"),
    [
        ("0::/user.slice/user-1000.slice/session-7.scope\n", "DISPLAY=2\n", "", "7"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/kvault.scope\n", "NAME=x\nDISPLAY=2\n", "", "2"),
        ("0::/system.slice/x\n", "", "c3", "c3"),
        ("0::/system.slice/x\n", "", "", ""),
        ("0::/system.slice/x\n", "", "../../etc", ""),
    ],
)
def test_the_login_is_the_own_session_else_the_one_with_the_display(
    computer: Path, monkeypatch: pytest.MonkeyPatch, cgroup: str, user: str, named: str, login: str
) -> None:
    (computer / "cgroup").write_text(cgroup)
    (computer / "systemd" / "users" / str(os.getuid())).write_text(user)
    if named:
        monkeypatch.setenv("XDG_SESSION_ID", named)
    assert device.login() == login


def test_a_login_is_over_when_logind_no_longer_has_it(computer: Path) -> None:
    assert not device.login_is_over("7")  # no logind here: nobody knows
    (computer / "systemd" / "sessions" / "9").touch()
    assert device.login_is_over("7")
    assert not device.login_is_over("9")
    assert not device.login_is_over("")


def test_the_boot_has_an_id_and_a_clock_that_goes_on() -> None:
    assert len(device.boot()) == 36
    assert 0 < device.since_boot() <= device.since_boot()


@pytest.mark.parametrize("wrong", [{}, {"item": "x"}, {"item": 5}, {"biometrics": "0"}, {"biometrics": True}])
def test_a_slot_without_its_parameters_is_damage(wrong: dict[str, str | int]) -> None:
    whole: dict[str, str | int] = {
        "item": "0" * 32, "salt": "0" * 32, "device": "0" * 32, "check": "0" * 16, "biometrics": 0,
    }  # fmt: skip
    params = {**whole, **wrong} if wrong else {}
    with pytest.raises(HeaderDamagedError):
        Device().unlock(params, Desk(ScriptedPrompter(), VAULT, "Personal", "Device"))
