"""Bad input at a vault's door: altered, swapped and doubled ways in, wrong things given. No attempt harms the header.

This is about what people know and keep; tests/peers/test_ways_faults.py does the same with tokens, cards and chips.
"""

from __future__ import annotations

import copy
import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import pytest

from kvault_gui.engine.api import Added, Given, Method, NewFactor, Secret, ShareGroup
from kvault_gui.engine.errors import (
    HeaderDamagedError,
    InternalError,
    KdfCostError,
    KeyFileDamagedError,
    KeyFileError,
    KvaultError,
    ShareChecksumError,
    ShareError,
    ShareOtherError,
    SharesTooFewError,
    ShareTwiceError,
    ShareWordError,
    SlotAlteredError,
    WrongCodeError,
    WrongCredentialsError,
    WrongKeyFileError,
)
from kvault_gui.engine.facade import Engine, methods
from kvault_gui.engine.vault import slip39
from tests.engine.altering import PUT_BACK, alterations, exchange, params_of, slot_in, slot_named
from tests.engine.unlock.script import ScriptedPrompter
from tests.engine.vault.kit import Desk, desk
from tests.engine.ways_kit import CODE, Json, add, code, key_file, opens, password, shares, tamper

KEPT = (Method.PASSWORD, Method.RECOVERY_CODE, Method.KEY_FILE, Method.SHARES)
_FILE = "owner.key"


class Place(NamedTuple):
    """A closed vault with a way in of each kind, and what opens them."""

    folder: Path
    code: str  # of the way in that nothing here touches
    added: dict[Method, Added]
    sheets: Added  # another set of shares

    def headers(self) -> list[bytes]:
        return [(self.folder / name).read_bytes() for name in ("vault.json", "vault.json.2")]

    def put(self, headers: list[bytes]) -> None:
        for name, data in zip(("vault.json", "vault.json.2"), headers, strict=True):
            (self.folder / name).write_bytes(data)

    def given(self, method: Method) -> tuple[str, list[Given]]:
        """What opens the way in of that kind: for its first factor, and for the second where it has one."""
        added = self.added[method]
        match method:
            case Method.RECOVERY_CODE:
                return code(added), []
            case Method.SHARES:
                return shares(added), []
            case Method.KEY_FILE:
                return "x", [Given(method, file=str(self.folder.parent / _FILE))]
            case _:
                return "y", []

    def unlock(self, method: Method, secret: str | None = None, more: list[Given] | None = None) -> None:
        """By the way in of that kind; without more words with what opens it."""
        right, second = self.given(method)
        first = Method.PASSWORD if method is Method.KEY_FILE else method
        slot = self.added[method].slot.id
        opens(self.folder, first, right if secret is None else secret, slot=slot, more=second if more is None else more)

    def otherwise(self) -> list[str]:
        """By the way in that nothing here touches; gives the notes."""
        return opens(self.folder, Method.RECOVERY_CODE, self.code, slot="Recovery code").notes


@cache
def _made() -> Place:
    folder = Path(mkdtemp(prefix="kvault-test-"))
    vault = desk(folder)
    file = key_file(folder / _FILE)
    added = {
        Method.PASSWORD: add(vault.engine, "By password", password("y")),
        Method.RECOVERY_CODE: add(vault.engine, "By recovery_code", CODE),
        Method.KEY_FILE: add(vault.engine, "By key_file", password("x"), file),
        Method.SHARES: add(vault.engine, "By shares", NewFactor(Method.SHARES, groups=[ShareGroup(2, 3)])),
    }
    sheets = add(vault.engine, "Other sheets", NewFactor(Method.SHARES, groups=[ShareGroup(2, 3)]))
    vault.engine.vaults.close()
    return Place(vault.folder, vault.code, added, sheets)


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = _made()
    # Each test has a copy of one vault: none of them is to be an older state of another.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(made.folder, tmp_path / "vault")
    shutil.copy(made.folder.parent / _FILE, tmp_path / _FILE)
    return made._replace(folder=tmp_path / "vault")


# --- altered ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", KEPT)
def test_no_altered_parameter_opens_and_none_harms_the_header_or_another_way_in(place: Place, method: Method) -> None:
    good, label = place.headers(), f"By {method}"
    params = params_of(slot_in(place.folder, label), method)
    for what, changed in alterations(params):
        place.put(good)

        def alter(slots: list[Json], changed: Json = changed) -> None:
            exchange(slot_named(slots, label), method, changed)

        tamper(place.folder, alter)
        altered = place.headers()
        with pytest.raises((HeaderDamagedError, KdfCostError, WrongCredentialsError)) as caught:
            place.unlock(method)
        assert not isinstance(caught.value, InternalError), what
        assert place.headers() == altered, what
        assert place.otherwise() == [PUT_BACK], what
        assert place.headers() == good, what
    place.unlock(method)


@pytest.mark.parametrize("method", ["key_file", "recovery_code", "quick", "telepathy", ""])
def test_a_way_in_that_is_said_to_be_of_another_kind_does_not_open(place: Place, method: str) -> None:
    tamper(place.folder, lambda slots: slot_named(slots, "By password").update(method=method))
    altered = place.headers()
    with pytest.raises(KvaultError) as caught:
        place.unlock(Method.PASSWORD)
    assert not isinstance(caught.value, InternalError)
    assert place.headers() == altered
    assert place.otherwise() == [PUT_BACK]
    place.unlock(Method.PASSWORD)


def test_one_way_in_of_no_known_kind_does_not_hide_the_others_from_who_wants_to_unlock(place: Place) -> None:
    """The dialog and the command line look before they unlock."""
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    tamper(place.folder, lambda slots: slot_named(slots, "By shares").update(method="telepathy"))
    found = engine.vaults.probe(str(place.folder))
    assert [slot.label for slot in found.slots if slot.label.startswith("By")] == [
        "By password",
        "By recovery_code",
        "By key_file",
    ]
    assert found.repaired == "A way in is of a kind that does not exist; it is left out."
    assert place.otherwise() == [PUT_BACK]

    def alter(slots: list[Json]) -> None:
        for slot in slots:
            slot.update(method="telepathy")

    tamper(place.folder, alter)
    with pytest.raises(HeaderDamagedError):
        engine.vaults.probe(str(place.folder))


def test_a_header_that_was_put_back_is_in_the_log(place: Place) -> None:
    tamper(place.folder, lambda slots: slot_named(slots, "By shares").update(once=True))
    vault = Desk(place.folder, place.code).open()
    (found,) = [record for record in vault.engine.vault.log.read(1, 1000) if record.action == "damage.found"]
    assert "the header was changed" in str(found.details["what"])
    vault.engine.vaults.close()


@pytest.mark.parametrize("end", [-1, -(1 << 62), 1 << 53, (1 << 63) - 1])
def test_an_end_that_is_no_time_is_a_damaged_header(place: Place, end: int) -> None:
    def alter(slots: list[Json]) -> None:
        for slot in slots:
            slot.update(expires=end)

    tamper(place.folder, alter)
    altered = place.headers()
    for method in (Method.PASSWORD, Method.RECOVERY_CODE):
        with pytest.raises(HeaderDamagedError):
            place.unlock(method)
    assert place.headers() == altered


def test_numbers_that_are_no_pcrs_are_told_without_counting_them() -> None:
    assert methods.of(Method.TPM).describe({"pin": 1, "pcrs": "7,11," + "9" * 5_000}) == "PIN, PCR 7, 11"


@pytest.mark.parametrize("change", ["swapped", "doubled", "dropped"])
def test_its_factors_open_in_their_own_order_and_number_alone(place: Place, change: str) -> None:
    def alter(slots: list[Json]) -> None:
        slot = slot_named(slots, "By key_file")
        second: list[Json] = slot["more"]  # type: ignore[assignment]
        first = {"method": slot["method"], "params": slot["params"]}
        match change:
            case "swapped":
                slot.update(method=second[0]["method"], params=second[0]["params"], more=[first])
            case "doubled":
                slot["more"] = [*second, copy.deepcopy(second[0])]
            case _:
                slot["more"] = [first]

    tamper(place.folder, alter)
    altered = place.headers()
    _, second = place.given(Method.KEY_FILE)
    with pytest.raises(WrongCredentialsError):
        place.unlock(Method.KEY_FILE, more=[*second, *second, Given(Method.PASSWORD, Secret.of("x"))])
    assert place.headers() == altered
    assert place.otherwise() == [PUT_BACK]
    place.unlock(Method.KEY_FILE)


# --- swapped and doubled ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", KEPT)
def test_a_way_in_that_another_vault_of_the_same_person_has_opens_nothing_here(
    place: Place, tmp_path: Path, method: Method
) -> None:
    """The same password, the same file: only the vault is another one."""
    other = Desk(tmp_path / "other")
    other.engine.vaults.create(str(other.folder), Secret.of("theirs"))
    wanted = {
        Method.PASSWORD: [password("y")],
        Method.RECOVERY_CODE: [CODE],
        Method.KEY_FILE: [password("x"), NewFactor(Method.KEY_FILE, file=str(tmp_path / _FILE))],
        Method.SHARES: [NewFactor(Method.SHARES, groups=[ShareGroup(2, 3)])],
    }
    added = add(other.engine, f"By {method}", *wanted[method])
    other.engine.vaults.close()
    foreign = slot_in(other.folder, f"By {method}")

    def swap(slots: list[Json]) -> None:
        slots[:] = [foreign if slot["label"] == f"By {method}" else slot for slot in slots]

    tamper(place.folder, swap)
    altered = place.headers()
    for secret in _secrets(place, method, added):
        with pytest.raises(WrongCredentialsError):
            place._replace(added={**place.added, method: added}).unlock(method, secret)
    assert place.headers() == altered
    assert place.otherwise() == [PUT_BACK]
    place.unlock(method)


def _secrets(place: Place, method: Method, theirs: Added) -> list[str]:
    mine = place.given(method)[0]
    if method is Method.RECOVERY_CODE:
        return [mine, code(theirs)]
    return [mine, shares(theirs)] if method is Method.SHARES else [mine]


@pytest.mark.parametrize("method", KEPT)
def test_a_way_in_that_was_doubled_under_another_id_opens_nothing_and_the_first_still_opens(
    place: Place, method: Method
) -> None:
    good = place.headers()

    def double(slots: list[Json]) -> None:
        slots.append({**copy.deepcopy(slot_named(slots, f"By {method}")), "id": "ab" * 16})

    tamper(place.folder, double)
    altered = place.headers()
    first = Method.PASSWORD if method is Method.KEY_FILE else method
    right, more = place.given(method)
    with pytest.raises(WrongCredentialsError):
        opens(place.folder, first, right, slot="ab" * 16, more=more)
    assert place.headers() == altered
    place.unlock(method)
    assert place.headers() == good


def test_one_id_twice_in_one_copy_of_the_header_is_mended_from_the_other(place: Place) -> None:
    good = place.headers()
    tamper(place.folder, lambda slots: slots.append(copy.deepcopy(slots[0])))
    (place.folder / "vault.json.2").write_bytes(good[1])
    (note,) = place.otherwise()
    assert "was changed" in note
    assert place.headers() == good


# --- wrong things given ----------------------------------------------------------------------------------------------


def test_wrong_shares_say_what_is_wrong_with_them_and_harm_nothing(place: Place) -> None:
    good = place.headers()
    first, second, _ = (share.text() for share in place.added[Method.SHARES].shares[0])
    foreign = place.sheets.shares[0][0].text()
    words = first.split()
    slip = next(word for word in slip39.words() if word != words[6])
    cases: dict[type[ShareError], str] = {
        ShareOtherError: f"{first}\n{foreign}",
        ShareWordError: f"{first}\n{second.replace(second.split()[8], 'potatoe')}",
        ShareChecksumError: f"{' '.join([*words[:6], slip, *words[7:]])}\n{second}",
        SharesTooFewError: first,
        ShareTwiceError: f"{first}\n{first}",
    }
    said = {kind: _refused(place, Method.SHARES, given, kind) for kind, given in cases.items()}
    assert "word 9" in str(said[ShareWordError]).lower()
    assert said[ShareChecksumError].fields["number"] == 7
    assert said[SharesTooFewError].fields["count"] == 1
    assert len({str(error) for error in said.values()}) == len(cases)
    assert place.headers() == good
    place.unlock(Method.SHARES)


def _refused(place: Place, method: Method, secret: str, kind: type[KvaultError]) -> KvaultError:
    good = place.headers()
    with pytest.raises(kind) as caught:
        place.unlock(method, secret)
    assert caught.type is kind
    assert place.otherwise() == []
    assert place.headers() == good
    return caught.value


def test_a_wrong_code_and_one_that_was_mistyped_are_told_apart(place: Place) -> None:
    right = code(place.added[Method.RECOVERY_CODE])
    _refused(place, Method.RECOVERY_CODE, place.code, WrongCredentialsError)
    other = "0" if right[0] != "0" else "1"
    assert "mistyped" in str(_refused(place, Method.RECOVERY_CODE, other + right[1:], WrongCodeError))


def test_a_key_file_that_is_another_one_is_gone_or_is_none(place: Place) -> None:
    path = place.folder.parent / _FILE
    whole = NewFactor(Method.KEY_FILE, file=str(place.folder.parent / "new.key"), make=True)
    vault = Desk(place.folder, place.code).open()
    add(vault.engine, "New file", password("x"), whole)
    vault.engine.vaults.close()
    cut = Path(whole.file).read_bytes()[:-20]
    for content, kind in ((b"\x08" * 32, WrongKeyFileError), (cut, KeyFileDamagedError), (b"short", KeyFileError)):
        path.write_bytes(content)
        _refused(place, Method.KEY_FILE, "x", kind)
    path.unlink()
    _refused(place, Method.KEY_FILE, "x", KeyFileError)


def test_what_is_asked_of_one_way_in_is_never_said_of_another(place: Place) -> None:
    """An altered way in is called by its own name, and only that one."""
    tamper(place.folder, lambda slots: slot_named(slots, "By password").update(wrapped_vk="00" * 60))
    with pytest.raises(HeaderDamagedError) as caught:
        place.unlock(Method.PASSWORD)
    assert not isinstance(caught.value, SlotAlteredError)  # nothing here is a token
    for method in (Method.RECOVERY_CODE, Method.SHARES):
        place.unlock(method)
    assert json.loads(place.headers()[0].split(b"\n")[0])["slots"]
