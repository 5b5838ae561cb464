"""Making, unlocking, closing; what a header that was tampered with leads to."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from kvault_gui.engine.api import Credential, Event, Given, Method, NewFactor, Secret
from kvault_gui.engine.errors import (
    HeaderDamagedError,
    HeaderForgedError,
    InvalidInputError,
    KdfCostError,
    KvaultError,
    LockedError,
    VaultExistsError,
    VaultHeldError,
    VaultNotFoundError,
    WrongCodeError,
    WrongCredentialsError,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.store.header import Factor
from kvault_gui.engine.unlock.password import Password
from kvault_gui.engine.unlock.recovery_code import generate
from kvault_gui.engine.vault import methods, slots
from tests.engine.vault.kit import PASSWORD, Desk, Script, desk, login
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, object]


def tamper(folder: Path, change: Callable[[Json], None]) -> None:
    """Change the header as somebody would who can write the folder but has no key: checksum renewed, MAC not."""
    for name in ("vault.json", "vault.json.2"):
        line, _checksum, mac, _end = (folder / name).read_bytes().split(b"\n")
        header = json.loads(line)
        change(header)
        new = json.dumps(header, separators=(",", ":")).encode()
        checksum = hashlib.sha256(new).hexdigest().encode()
        (folder / name).write_bytes(b"%s\nsha256 %s\n%s\n" % (new, checksum, mac))


def slot(header: Json, place: int) -> Json:
    found: Json = header["slots"][place]  # type: ignore[index]
    return found


def unlock(folder: Path, method: Method, secret: str) -> Engine:
    engine = Engine(Script(), "test", kdf_seconds=0)
    engine.vaults.unlock(str(folder), Credential(method, Secret.of(secret)), [])
    return engine


@pytest.fixture(name="closed")
def _closed(tmp_path: Path) -> Desk:
    made = desk(tmp_path)
    made.engine.vaults.close()
    return made


def test_a_new_vault_is_open_and_both_ways_in_open_it_again(tmp_path: Path) -> None:
    engine = Engine(Script(), "test", kdf_seconds=0)
    folder = tmp_path / "höhle mit spaces"
    opened = engine.vaults.create(str(folder), Secret.of(PASSWORD))
    assert opened.name == folder.name
    assert opened.reads_values
    assert opened.recovery_code is not None
    entry = engine.secrets.create(login())
    assert [info.method for info in engine.slots.all()] == [Method.PASSWORD, Method.RECOVERY_CODE]
    assert [info.detail for info in engine.slots.all()] == ["Argon2id, 64 MiB, 3 passes", "160 random bits"]
    engine.vaults.close()
    for method, secret in ((Method.PASSWORD, PASSWORD), (Method.RECOVERY_CODE, opened.recovery_code.text().lower())):
        again = unlock(folder, method, secret)
        assert again.secrets.get(entry).title == "GitHub"
        again.vaults.close()


def test_the_recovery_code_is_given_at_creation_only(closed: Desk) -> None:
    closed.open()
    assert closed.opened.recovery_code is None
    closed.engine.vaults.close()


def test_everything_but_opening_is_locked_before_and_after(closed: Desk) -> None:
    for act in (closed.engine.secrets.overview, closed.engine.slots.all, closed.engine.drafts.all):
        with pytest.raises(LockedError):
            act()
    closed.engine.vaults.close()
    assert closed.engine.idle() is None


def test_an_engine_opens_one_vault_at_a_time(closed: Desk, tmp_path: Path) -> None:
    closed.open()
    with pytest.raises(InvalidInputError):
        closed.engine.vaults.create(str(tmp_path / "other"), Secret.of("x"))
    assert not (tmp_path / "other").exists()
    closed.engine.vaults.close()


def test_wrong_passwords_go_to_the_ring_and_a_success_empties_it(closed: Desk) -> None:
    for _ in range(2):
        with pytest.raises(WrongCredentialsError):
            unlock(closed.folder, Method.PASSWORD, "wrong")
    probe = closed.engine.vaults.probe(str(closed.folder))
    assert [(attempt.method, attempt.program) for attempt in probe.failures] == [("password", "test")] * 2
    assert probe.holder is None
    closed.open()
    assert closed.engine.vaults.probe(str(closed.folder)).failures == []
    record = closed.engine.vault.log.read(closed.engine.vault.store.record_number, 1)[0]
    assert record.details["failed before, unverified"] == 2
    closed.engine.vaults.close()


def test_a_mistyped_recovery_code_is_told_from_a_wrong_one(closed: Desk) -> None:
    with pytest.raises(WrongCodeError):
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code[:-1] + ("0" if closed.code[-1] != "0" else "1"))
    with pytest.raises(WrongCredentialsError) as caught:
        unlock(closed.folder, Method.RECOVERY_CODE, generate().text())
    assert not isinstance(caught.value, WrongCodeError)


def test_a_second_program_is_told_who_holds_the_vault(closed: Desk) -> None:
    closed.open()
    with pytest.raises(VaultHeldError) as caught:
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code)
    assert "kvault (test)" in str(caught.value)
    closed.engine.vaults.close()
    unlock(closed.folder, Method.RECOVERY_CODE, closed.code).vaults.close()


def test_a_failed_unlock_lets_go_of_the_lock(closed: Desk) -> None:
    with pytest.raises(WrongCredentialsError):
        unlock(closed.folder, Method.PASSWORD, "wrong")
    closed.open()
    closed.engine.vaults.close()


def test_creation_refuses_what_it_must(tmp_path: Path) -> None:
    engine = Engine(Script(), "test", kdf_seconds=0)
    with pytest.raises(InvalidInputError):
        engine.vaults.create(str(tmp_path / "new"), Secret.of(""))
    assert not (tmp_path / "new").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(VaultExistsError):
        engine.vaults.create(str(tmp_path / "full"), Secret.of("x"))
    assert (tmp_path / "full" / "letter.txt").read_text() == "mine"
    with pytest.raises(VaultNotFoundError):
        engine.vaults.probe(str(tmp_path / "nothing"))


def test_a_damaged_header_is_not_a_wrong_password(closed: Desk) -> None:
    for name in ("vault.json", "vault.json.2"):
        data = bytearray((closed.folder / name).read_bytes())
        data[100] ^= 1
        (closed.folder / name).write_bytes(data)
    with pytest.raises(HeaderDamagedError):
        unlock(closed.folder, Method.PASSWORD, PASSWORD)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"memory_kib": 8 << 10}, KdfCostError),
        ({"memory_kib": 2**32 - 1}, KdfCostError),
        ({"iterations": 1}, KdfCostError),
        ({"iterations": 10**9}, KdfCostError),
        ({"lanes": 2**24}, KdfCostError),
        ({"iterations": 4}, WrongCredentialsError),
        ({"kdf": "pbkdf2-sha256", "iterations": 1000}, KdfCostError),
        ({"kdf": "pbkdf2-sha256", "iterations": 100_000}, WrongCredentialsError),
        ({"kdf": "none"}, HeaderDamagedError),
        ({"salt": "00" * 16}, WrongCredentialsError),
    ],
)
def test_weaker_or_absurd_slot_parameters_are_refused(
    closed: Desk, change: dict[str, object], error: type[KvaultError]
) -> None:
    def weaken(header: Json) -> None:
        params: Json = slot(header, 0)["params"]  # type: ignore[assignment]
        params.update(change)

    tamper(closed.folder, weaken)
    with pytest.raises(error):
        unlock(closed.folder, Method.PASSWORD, PASSWORD)


@pytest.mark.parametrize("name", ["vault.json", "vault.json.2"])
@pytest.mark.parametrize(
    "change",
    [{"label": "Mine"}, {"salt": "00" * 32}, {"params": {"kdf": "none"}}, {"params": {"kdf": "argon2id"}}, {"id": "x"}],
)
@pytest.mark.parametrize("generation", [1, 9])
def test_one_altered_copy_of_the_header_is_reported_and_replaced(
    closed: Desk, name: str, change: Json, generation: int
) -> None:
    def alter(header: Json) -> None:
        header["generation"] = generation
        slot(header, 0).update(change)

    good = (closed.folder / name).read_bytes()
    other = {"vault.json": "vault.json.2", "vault.json.2": "vault.json"}[name]
    tamper(closed.folder, alter)
    (closed.folder / other).write_bytes(good)
    engine = Engine(Script(), "test", kdf_seconds=0)
    with pytest.raises(KvaultError):
        engine.vaults.unlock(str(closed.folder), Credential(Method.PASSWORD, Secret.of("wrong")), [])
    opened = engine.vaults.unlock(str(closed.folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    assert opened.notes == [f"The header {name} was changed and was replaced by its twin."]
    assert (closed.folder / name).read_bytes() == good
    engine.vaults.close()


def test_a_way_in_that_the_newest_header_dropped_does_not_open_by_the_older_copy(closed: Desk) -> None:
    older = (closed.folder / "vault.json").read_bytes()
    engine = unlock(closed.folder, Method.RECOVERY_CODE, closed.code)
    engine.vault.store.rewrite_header(lambda header: msgspec.structs.replace(header, slots=header.slots[1:]))
    engine.vaults.close()
    (closed.folder / "vault.json.2").write_bytes(older)
    with pytest.raises(WrongCredentialsError):
        unlock(closed.folder, Method.PASSWORD, PASSWORD)
    unlock(closed.folder, Method.RECOVERY_CODE, closed.code).vaults.close()


@pytest.mark.parametrize("part", ["label", "created", "salt", "commitment", "id"])
def test_every_part_of_a_slot_is_bound_to_its_key(closed: Desk, part: str) -> None:
    def alter(header: Json) -> None:
        found = slot(header, 1)
        found[part] = 1 if part == "created" else "00" * 16

    tamper(closed.folder, alter)
    with pytest.raises(WrongCredentialsError):
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code)


@pytest.mark.parametrize("part", ["wrapped_vk", "wrapped_uk"])
def test_keys_swapped_between_slots_are_refused(closed: Desk, part: str) -> None:
    def swap(header: Json) -> None:
        first, second = slot(header, 0), slot(header, 1)
        first[part], second[part] = second[part], first[part]

    tamper(closed.folder, swap)
    with pytest.raises(HeaderDamagedError):
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code)


def test_vk_and_uk_cannot_stand_in_for_each_other(closed: Desk) -> None:
    def swap(header: Json) -> None:
        found = slot(header, 1)
        found["wrapped_vk"], found["wrapped_uk"] = found["wrapped_uk"], found["wrapped_vk"]

    tamper(closed.folder, swap)
    with pytest.raises(HeaderDamagedError):
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code)


def test_a_slot_without_the_user_key_that_was_cut_off_is_noticed_by_the_header(closed: Desk) -> None:
    def cut(header: Json) -> None:
        slot(header, 1)["wrapped_uk"] = None

    tamper(closed.folder, cut)
    with pytest.raises(HeaderForgedError):
        unlock(closed.folder, Method.RECOVERY_CODE, closed.code)


def test_the_slot_of_another_vault_opens_nothing_here(closed: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    foreign = desk(tmp_path / "other")
    engine = Engine(Script(), "test", kdf_seconds=0)
    opened = engine.vaults.create(str(tmp_path / "mallory"), Secret.of("mallory"))
    engine.vaults.close()
    foreign.engine.vaults.close()
    theirs = json.loads((tmp_path / "mallory" / "vault.json").read_bytes().split(b"\n")[0])

    def plant(header: Json) -> None:
        header["slots"] = theirs["slots"]

    tamper(closed.folder, plant)
    assert opened.recovery_code is not None
    with pytest.raises(WrongCredentialsError):
        unlock(closed.folder, Method.RECOVERY_CODE, opened.recovery_code.text())


def test_a_slot_made_for_this_vault_by_somebody_without_its_key_is_a_forged_header(closed: Desk) -> None:
    def plant(header: Json) -> None:
        at = desk_of(str(header["vault"]), "mallory")
        made = Password().enrol(NewFactor(Method.PASSWORD, Secret.of("mallory")), at)
        factor = Factor("password", made.params)
        mine, _ = slots.make(at.vault, slots.Terms("Mine", 0), [factor], [made.output], slots.new_keys())
        header["slots"] = [msgspec.to_builtins(mine)]

    tamper(closed.folder, plant)
    with pytest.raises((HeaderForgedError, HeaderDamagedError)):
        unlock(closed.folder, Method.PASSWORD, "mallory")


def test_of_two_slots_with_one_id_the_untouched_one_opens(closed: Desk) -> None:
    def double(header: Json) -> None:
        slot(header, 0)["id"] = slot(header, 1)["id"]

    tamper(closed.folder, double)
    with pytest.raises(WrongCredentialsError):
        unlock(closed.folder, Method.PASSWORD, PASSWORD)
    unlock(closed.folder, Method.RECOVERY_CODE, closed.code).vaults.close()
    unlock(closed.folder, Method.PASSWORD, PASSWORD).vaults.close()


def test_a_pbkdf2_slot_opens_and_is_replaced(closed: Desk) -> None:
    closed.open()
    vault = closed.engine.vault
    params: dict[str, str | int] = {"kdf": "pbkdf2-sha256", "iterations": 100_000, "salt": "07" * 16}
    code_slot = vault.store.header.slots[1]
    output = Password().unlock(params, desk_of(vault.id.hex(), "old"))
    factor = Factor("password", params)
    old, _ = slots.make(vault.id.hex(), slots.Terms("Old", 0), [factor], [output], vault.opened_by)
    vault.store.rewrite_header(lambda header: msgspec.structs.replace(header, slots=[old, code_slot]))
    closed.engine.vaults.close()
    engine = Engine(Script(), "test", kdf_seconds=0)
    opened = engine.vaults.unlock(str(closed.folder), Credential(Method.PASSWORD, Secret.of("old")), [])
    assert any("old key derivation" in note for note in opened.notes)
    assert [info.detail for info in engine.slots.all()] == ["Argon2id, 64 MiB, 3 passes", "160 random bits"]
    engine.vaults.close()
    again = unlock(closed.folder, Method.PASSWORD, "old")
    assert again.slots.all()[0].label == "Old"
    again.vaults.close()


def desk_of(vault: str, password: str) -> methods.Desk:
    given = Given(Method.PASSWORD, Secret.of(password))
    return methods.Desk(Script(), vault, "vault", "Password", 0, given)


def test_locking_signs_the_head_and_a_later_verification_counts_the_signature(closed: Desk) -> None:
    closed.open()
    closed.engine.vaults.close()
    closed.open()
    verdict = finish(closed.engine.audit.verify())
    assert verdict.broken is None
    assert verdict.signatures >= 2
    assert closed.actions()[-3:] == ["audit.signed", "vault.unlocked", "audit.verified"]
    closed.engine.vaults.close()


def test_events_tell_of_records_and_changes(closed: Desk) -> None:
    closed.open()
    closed.events.clear()
    entry = closed.engine.secrets.create(login())
    found: list[Event] = list(closed.events)
    assert [type(event).__name__ for event in found] == ["Recorded", "Changed"]
    assert found[1].entry == entry  # type: ignore[union-attr]
    closed.engine.vaults.close()
