"""Every token from the command line, in processes of their own: enrolling, unlocking, testing, and what goes wrong."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import Method
from tests.cli.command import Kvault, Terminal
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.cards.piv import DEFAULT_MANAGEMENT, Piv
from tests.peers.parts import OWNER, PINS, Loss, Parts, State, parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.peers.cards.ctap import Authenticator

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["parts"]

SERVICES = ("PCSCLITE_CSOCK_NAME", "TPM2TOOLS_TCTI", "SOFTHSM2_CONF", "DBUS_SESSION_BUS_ADDRESS")
TOKENS = [
    Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.DEVICE,
]  # fmt: skip
WITH_PIN = [method for method in TOKENS if method in PINS]


class Owner:
    """Somebody with a vault, all the tokens, and a file for each PIN."""

    def __init__(self, parts: Parts, kvault: Kvault) -> None:
        self.parts, self.kvault = parts, kvault
        self.files = {method: self._write(method.value, pin) for method, pin in PINS.items()}
        self.wrong = self._write("wrong", "987654")

    def _write(self, name: str, text: str) -> str:
        path = self.kvault.home / f"pin-{name}"
        path.write_text(text + "\n")
        return str(path)

    def wanted(self, method: Method, *, spare: bool = False) -> list[str]:
        """Words after ``slot add NAME``."""
        factor = self.parts.wanted(method, spare=spare)
        words = ["--with", method.value.replace("_", "-")]
        if factor.token:
            words += ["--token", factor.token]
        if method is Method.PKCS11:
            words += ["--module", factor.file, "--key", factor.key]
        if method is Method.TPM:
            words += ["--tpm-pin"]
        if method is Method.CHALLENGE_RESPONSE:
            words += ["--with", "password", "--new-password-file", self.files[Method.PASSWORD]]
        return words + self.pin(method)

    def pin(self, method: Method) -> list[str]:
        return ["--pin-file", self.files[method]] if method in WITH_PIN else []

    def given(self, method: Method) -> list[str]:
        """Words that unlock with it."""
        words = ["--with", method.value.replace("_", "-"), *self.pin(method)]
        if method is Method.CHALLENGE_RESPONSE:
            words += ["--password-file", self.files[Method.PASSWORD]]
        return words

    @property
    def authenticator(self) -> Authenticator:
        """The YubiKey's FIDO2 part."""
        applet = self.parts.key.applets[Method.FIDO2]
        assert isinstance(applet, FidoApplet)
        return applet.authenticator

    def add(self, method: Method, name: str = "Mine", *, spare: bool = False) -> dict[str, Any]:
        done = self.kvault.ok("slot", "add", name, "--json", *self.wanted(method, spare=spare))
        found: dict[str, Any] = done.json
        return found


@pytest.fixture
def owner(parts: Parts, tmp_path: Path) -> Iterator[Owner]:
    parts.arrange()
    for touch in parts.touches.values():
        touch.after = 0  # the finger lies on it
    shutil.copytree(parts.vault, tmp_path / "vault")
    kvault = Kvault(tmp_path, tmp_path / "vault")
    kvault.password.write_text(OWNER + "\n")
    kvault.services = {name: os.environ[name] for name in SERVICES}
    yield Owner(parts, kvault)
    for touch in parts.touches.values():
        touch.after = None
    for applet in (*parts.key.applets.values(), parts.openpgp):
        pin = getattr(applet, "pin", None)
        if pin is not None and hasattr(pin, "left"):
            pin.left = 3


@pytest.mark.parametrize("method", TOKENS)
def test_a_token_is_added_shown_tested_and_opens_the_vault(owner: Owner, method: Method) -> None:
    kvault = owner.kvault
    added = owner.add(method)
    assert added["slot"]["method"] == method.value
    locked = kvault.bare("slot", "list", "--locked", "--json").json
    assert {slot["label"]: slot["state"]["ready"] for slot in locked["slots"]}["Mine"]
    opened = kvault.bare("read", "kv://GitHub/password", *owner.given(method))
    assert opened.code == 0, opened.err
    assert opened.text == "hunter2"
    words = owner.pin(method)
    if method is Method.CHALLENGE_RESPONSE:
        words = ["--its-secret-file", owner.files[Method.PASSWORD]]
    tested = kvault.run("slot", "test", "Mine", "--json", *words)
    assert tested.code == 0, tested.err
    used = {slot["label"]: slot["last_used"] for slot in kvault.ok("slot", "list", "--json").json}
    assert used["Mine"] is not None
    assert not any(pin in opened.err + tested.err + tested.text for pin in PINS.values())


@pytest.mark.parametrize("method", [each for each in TOKENS if each is not Method.CHALLENGE_RESPONSE])
def test_a_password_and_a_token_open_the_vault_and_neither_does_alone(owner: Owner, method: Method) -> None:
    kvault, password = owner.kvault, owner.files[Method.PASSWORD]
    kvault.ok("slot", "add", "Both", "--with", "password", "--new-password-file", password, *owner.wanted(method))
    opened = kvault.bare("read", "kv://GitHub/password", "--password-file", password, *owner.given(method))
    assert opened.code == 0, opened.err
    assert opened.text == "hunter2"
    assert kvault.bare("ls", "--password-file", password).code == 4
    assert kvault.bare("ls", *owner.given(method)).code == 4


def test_three_things_in_order_open_the_vault(owner: Owner) -> None:
    kvault, password, key = owner.kvault, owner.files[Method.PASSWORD], owner.kvault.home / "key"
    new = ["--with", "password", "--with", "key-file", "--new-password-file", password, "--new-key-file", str(key)]
    kvault.ok("slot", "add", "Three", *new, *owner.wanted(Method.PIV))
    opened = kvault.bare("ls", "--password-file", password, "--key-file", str(key), *owner.given(Method.PIV))
    assert opened.code == 0, opened.err
    assert kvault.bare("ls", "--password-file", password, *owner.given(Method.PIV)).code == 4


def test_a_key_file_that_exists_and_a_password_open_the_vault(owner: Owner) -> None:
    kvault, password, key = owner.kvault, owner.files[Method.PASSWORD], str(owner.parts.key_file)
    words = ["--with", "password", "--with", "key-file", "--key-file", key]
    kvault.ok("slot", "add", "Both", *words, "--new-password-file", password)
    assert kvault.bare("ls", "--password-file", password, "--key-file", key).code == 0
    assert kvault.bare("ls", "--key-file", key).code == 4


@pytest.mark.parametrize("kind", ["none", "built-in", "resident"])
def test_a_fido2_token_is_used_as_it_was_added(owner: Owner, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token = owner.authenticator
    monkeypatch.setattr(token.model, "fingerprint", kind == "built-in")
    how = ["--resident", *owner.pin(Method.FIDO2)] if kind == "resident" else ["--verify", kind]
    before = set(token.credentials)
    owner.kvault.ok("slot", "add", "Mine", "--with", "fido2", "--token", owner.parts.tokens["yubikey"], *how)
    (made,) = set(token.credentials) - before
    assert token.credentials[made].resident == (kind == "resident")
    pin = owner.pin(Method.FIDO2) if kind == "resident" else []
    opened = owner.kvault.bare("read", "kv://GitHub/password", "--with", "fido2", *pin)
    assert opened.code == 0, opened.err
    assert opened.text == "hunter2"


def test_a_tpm_without_a_pin_opens_the_vault_and_asks_nobody(owner: Owner) -> None:
    owner.kvault.ok("slot", "add", "Mine", "--with", "tpm")
    assert owner.kvault.bare("ls", "--with", "tpm").code == 0


@pytest.mark.parametrize("method", WITH_PIN)
def test_a_wrong_pin_is_told_with_the_tries_that_are_left_and_costs_one(owner: Owner, method: Method) -> None:
    owner.add(method)
    words = ["--with", method.value, "--pin-file", owner.wrong]
    done = owner.kvault.bare("ls", "--json", *words)
    assert done.code == 4, done.err
    assert "pin" in done.error["error"]
    again = owner.kvault.bare("ls", *owner.given(method))
    assert again.code == 0, again.err


@pytest.mark.parametrize("method", WITH_PIN)
def test_a_script_that_gives_no_pin_is_told_so_and_no_try_is_lost(owner: Owner, method: Method) -> None:
    owner.add(method)
    done = owner.kvault.bare("ls", "--json", "--with", method.value)
    assert (done.code, done.error["error"]) == (4, "nobody-to-ask")
    assert "PIN" in done.error["what"]


@pytest.mark.parametrize("method", [Method.FIDO2, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM])
def test_a_token_that_is_not_there_is_not_waited_for_by_a_script(owner: Owner, method: Method) -> None:
    owner.add(method)
    owner.parts.arrange(State(method, Loss.MISSING))
    owner.kvault.services["TPM2TOOLS_TCTI"] = os.environ["TPM2TOOLS_TCTI"]
    try:
        done = owner.kvault.bare("ls", "--json", *owner.given(method))
        assert done.code == 4, done.err
        assert done.error["error"] in {"nobody-to-ask", "token-missing", "tpm-missing", "token-foreign"}
        locked = owner.kvault.bare("slot", "list", "--locked", "--json").json
        assert not {slot["label"]: slot["state"]["ready"] for slot in locked["slots"]}["Mine"]
        assert owner.kvault.run("ls").code == 0, "the other ways in still open it"
    finally:
        owner.parts.arrange()


def test_another_token_of_the_same_kind_is_never_given_the_first_ones_pin(owner: Owner) -> None:
    owner.parts.arrange(State(spare=True))
    try:
        owner.add(Method.PIV)
        unlocking = ["--with", "piv", *owner.pin(Method.PIV)]
        spare = owner.parts.spare.applets[Method.PIV]
        assert isinstance(spare, Piv)
        before = spare.pin.left
        done = owner.kvault.bare(
            *unlocking, "slot", "add", "Spare", "--json", "--with", "piv", "--token", owner.parts.tokens["spare"]
        )
        assert (done.code, done.error["error"]) == (4, "nobody-to-ask")
        assert spare.pin.left == before
        words = ["--with", "piv", "--token", owner.parts.tokens["spare"], *owner.pin(Method.PIV)]
        both = owner.kvault.bare(*unlocking, "slot", "add", "Spare", *words)
        assert both.code == 0, both.err
    finally:
        owner.parts.arrange()


def test_a_person_is_asked_for_the_pin_with_its_tries_and_told_to_touch(owner: Owner) -> None:
    owner.add(Method.PIV)
    terminal = Terminal(owner.kvault, "ls")
    terminal.expect(b"(or Enter to choose another way): ")
    terminal.type(b"\n")
    terminal.expect(b"Number: ")
    assert b"Ready" not in terminal.seen, "only what is not ready is said"
    number = len(owner.kvault.bare("slot", "list", "--locked", "--json").json["slots"])
    terminal.type(str(number).encode() + b"\n")
    terminal.expect(b"(3 tries left): ")
    terminal.type(PINS[Method.PIV].encode() + b"\n")
    terminal.expect(b"kvault: Touch ")
    assert terminal.end() == 0
    assert b"GitHub" in terminal.seen
    assert PINS[Method.PIV].encode() not in terminal.seen


def test_ctrl_c_while_a_token_blinks_ends_the_command(owner: Owner) -> None:
    owner.add(Method.FIDO2)
    touch = owner.parts.touches[owner.parts.tokens["yubikey"]]
    touch.after = None
    touch.wanted.clear()
    terminal = Terminal(owner.kvault, "ls", *owner.given(Method.FIDO2))
    terminal.expect(b"kvault: Touch ")
    assert touch.wanted.wait(10)
    terminal.expect(b" s left; Ctrl+C cancels")
    terminal.type(b"\x03")
    assert terminal.end() == -signal.SIGINT
    touch.after = 0
    assert owner.kvault.bare("ls", *owner.given(Method.FIDO2)).code == 0


def test_a_tpm_way_in_is_sealed_again_after_an_update(owner: Owner) -> None:
    kvault, words = owner.kvault, owner.wanted(Method.TPM)
    kvault.ok("slot", "add", "Mine", "--pcrs", "16", *words)
    owner.parts.chip.extend(16)
    done = kvault.bare("ls", "--json", *owner.given(Method.TPM))
    assert (done.code, done.error["error"]) == (4, "tpm-changed")
    assert "slot reseal" in done.error["advice"]
    again = kvault.run("slot", "reseal", "Mine", *owner.pin(Method.TPM))
    assert again.code == 0, again.err
    assert kvault.bare("ls", *owner.given(Method.TPM)).code == 0


def test_a_key_is_made_on_a_card_and_replaced_only_when_that_was_said(owner: Owner) -> None:
    admin = owner.kvault.home / "admin"
    admin.write_text("12345678")
    words = ["--with", "openpgp", "--token", owner.parts.tokens["openpgp"], "--make", "x25519"]
    words += ["--admin-file", str(admin), *owner.pin(Method.OPENPGP)]
    refused = owner.kvault.run("slot", "add", "Card", "--json", *words)
    assert (refused.code, refused.error["error"]) == (4, "nobody-to-ask")
    assert "Replace the key" in refused.error["what"]
    made = owner.kvault.run("slot", "add", "Card", "--yes", *words)
    assert made.code == 0, made.err
    assert owner.kvault.bare("ls", *owner.given(Method.OPENPGP)).code == 0


def test_keys_are_made_on_a_piv_card_a_yubikey_and_a_pkcs11_token(owner: Owner) -> None:
    admin = owner.kvault.home / "management"
    admin.write_text(DEFAULT_MANAGEMENT.hex())
    yubikey, password = ["--token", owner.parts.tokens["yubikey"]], owner.files[Method.PASSWORD]
    hsm = ["--module", owner.parts.hsm.module, "--token", owner.parts.hsm_ids["owner"]]
    made = {
        Method.PIV: ["--with", "piv", *yubikey, "--make", "p384", "--admin-file", str(admin)],
        Method.CHALLENGE_RESPONSE: [
            "--with", "challenge-response", *yubikey, "--make", "--position", "1",
            "--with", "password", "--new-password-file", password,
        ],
        Method.PKCS11: ["--with", "pkcs11", *hsm, "--make"],
    }  # fmt: skip
    for method, words in made.items():
        added = owner.kvault.run("slot", "add", f"New {method}", "--yes", *words, *owner.pin(method))
        assert added.code == 0, added.err
        opened = owner.kvault.bare("ls", "--slot", f"New {method}", *owner.given(method))
        assert opened.code == 0, opened.err


def test_a_challenge_is_renewed(owner: Owner) -> None:
    kvault, password = owner.kvault, owner.files[Method.PASSWORD]
    owner.add(Method.CHALLENGE_RESPONSE)
    header = owner.kvault.vault / "vault.json"
    before = header.read_bytes()
    done = kvault.run("slot", "reseal", "Mine", "--its-secret-file", password)
    assert done.code == 0, done.err
    assert header.read_bytes() != before
    assert kvault.bare("ls", *owner.given(Method.CHALLENGE_RESPONSE)).code == 0


def test_tokens_are_listed_by_the_ids_that_options_take(owner: Owner) -> None:
    found = {token["id"]: token for token in owner.kvault.bare("slot", "tokens", "--json").json}
    assert owner.parts.tokens["yubikey"] in found
    assert "piv" in found[owner.parts.tokens["yubikey"]]["methods"]
    shown = owner.kvault.bare("slot", "tokens", "--module", owner.parts.hsm.module, "--json").json
    assert {token["name"] for token in shown} == {"owner", "spare"}


def test_a_pin_opens_the_vault_again_for_a_while_until_it_is_forgotten(owner: Owner) -> None:
    kvault, pin = owner.kvault, owner.kvault.home / "quick"
    pin.write_text("135246\n")
    assert not kvault.bare("slot", "quick", "state", "--json").json["ready"]
    set_up = kvault.run("slot", "quick", "remember", "--minutes", "5", "--new-pin-file", str(pin), "--json")
    assert set_up.code == 0, set_up.err
    assert set_up.json["ready"]
    opened = kvault.bare("ls", "--with", "quick", "--pin-file", str(pin))
    assert opened.code == 0, opened.err
    wrong = kvault.bare("ls", "--json", "--with", "quick", "--pin-file", owner.wrong)
    assert (wrong.code, wrong.error["error"]) == (4, "wrong-quick-pin")
    assert kvault.bare("slot", "quick", "state", "--json").json["retries"] == set_up.json["retries"] - 1
    kvault.bare("slot", "quick", "forget")
    over = kvault.bare("ls", "--json", "--with", "quick", "--pin-file", str(pin))
    assert (over.code, over.error["error"]) == (4, "quick-over")
