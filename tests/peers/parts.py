"""Every part that a way in may need, real or emulated, set up at once: what the tests over all methods share.

pcscd with a YubiKey on a contactless reader (OTP, PIV and FIDO2 on one card), an OpenPGP card of another maker and a
spare YubiKey; SoftHSM2; swtpm; GNOME Keyring on a bus of its own; a key file; a password, a code and shares. Every
token has a PIN of its own and wants a touch, so that a mixed-up question is noticed.
"""

from __future__ import annotations

import contextlib
import enum
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kvault_gui.engine.api import (
    AskFile,
    AskPlug,
    AskSecret,
    AskShares,
    AskTouch,
    Credential,
    Method,
    NewFactor,
    NewSlot,
    Secret,
    ShareGroup,
    Use,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.tokens import device
from tests.engine.unlock.script import ScriptedPrompter
from tests.engine.vault.kit import login
from tests.jobs import finish
from tests.peers.cards.ctap import Authenticator
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.cards.daemon import shared_service
from tests.peers.cards.hid import usb_ports
from tests.peers.cards.management import yubikey
from tests.peers.cards.openpgp import ZEITCONTROL, OpenPgp
from tests.peers.cards.otp import Otp, Position
from tests.peers.cards.piv import Piv, Reference
from tests.peers.cards.vicc import ATR_NFC, ATR_PLAIN, ATR_USB, Applet, Card, Touch
from tests.peers.keyring import gnome_keyring, named
from tests.peers.softhsm import PIN as HSM_PIN
from tests.peers.softhsm import SoftHsm
from tests.peers.swtpm import Swtpm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kvault_gui.engine.api import Added, Opened, Question
    from tests.engine.unlock.script import Answer

METHODS = tuple(method for method in Method if method is not Method.QUICK)
IN_READERS = (Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP)
OWNER = "owner's password"  # of the vault's first way in
VALUE = "hunter2"
PINS = {
    Method.PASSWORD: "a password beside something else",
    Method.FIDO2: "fido-4711",
    Method.PIV: "615243",
    Method.OPENPGP: "918273",
    Method.PKCS11: HSM_PIN,
    Method.TPM: "tpm-2468",
}
_SERIALS = (41527893, 23456789)  # of the YubiKey and of the spare one
PLACES = {"yubikey": 2, "openpgp": 3, "spare": 0}  # slots of the readers
_MACHINE, _OTHER_MACHINE = "0123456789abcdef" * 2, "fedcba9876543210" * 2


class Loss(enum.Enum):
    """What happened to a part: it is not there, or another one is in its place."""

    MISSING = "missing"
    OTHER = "other"


class State(NamedTuple):
    """How the parts stand. ``lost`` None: all are there."""

    lost: Method | None = None
    how: Loss = Loss.MISSING
    spare: bool = False  # the spare YubiKey is in its reader


class Way(NamedTuple):
    """A vault with a way in that was added, and what its owner keeps."""

    folder: Path
    added: Added

    @property
    def slot(self) -> str:
        """The way in's id."""
        return self.added.slot.id

    def headers(self) -> list[bytes]:
        """Both copies of the header."""
        return [(self.folder / name).read_bytes() for name in ("vault.json", "vault.json.2")]


class Key:
    """A YubiKey with applets of its own and one button, and the applets of a stranger in their place."""

    def __init__(self, serial: int, atr: bytes, *, openpgp: bool) -> None:
        self.touch = Touch(after=None)
        self.applets = _applets(serial, self.touch, openpgp=openpgp)
        self.others = _applets(serial, self.touch, openpgp=openpgp)
        self.card = yubikey(serial, list(self.applets.values()), atr=atr)

    def swap(self, method: Method | None) -> None:
        """Have another one's applet in the place of one, or none (None)."""
        kept = self.card.applets[:1]  # says which YubiKey it is
        self.card.applets = kept + [
            self.others[each] if each is method else applet for each, applet in self.applets.items()
        ]


def _applets(serial: int, touch: Touch, *, openpgp: bool) -> dict[Method, Applet]:
    otp, piv = Otp(serial, touch=touch), Piv(serial, touch=touch)
    otp.positions[2] = Position(os.urandom(20), touch=True)
    piv.pin = Reference(PINS[Method.PIV].encode(), default=False)
    piv.put("p256", touch=2)
    fido = Authenticator(PINS[Method.FIDO2])
    fido.touch = touch
    applets: dict[Method, Applet] = {Method.CHALLENGE_RESPONSE: otp, Method.PIV: piv, Method.FIDO2: FidoApplet(fido)}
    if openpgp:
        applets[Method.OPENPGP] = _openpgp(serial, touch)
    return applets


def _openpgp(serial: int, touch: Touch, maker: int = 6) -> OpenPgp:
    applet = OpenPgp(serial, maker, touch=touch)
    applet.pin.value = PINS[Method.OPENPGP].encode()
    applet.put("x25519")
    applet.wants_touch = 1
    return applet


class Parts:
    """All of them. Whoever needs them to stand in a certain state says so first (``arrange``)."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._stack, self._patch = folder, stack, patch
        self.state = State()
        self._start_cards()
        self._start_hsm()
        self._start_chip()
        self.keyring = stack.enter_context(gnome_keyring())
        self.machine = folder / "machine-id"
        self.machine.write_text(_MACHINE)
        patch.setattr(device, "MACHINE_IDS", (self.machine,))
        self.key_file = folder / "owner.key"
        self.key_file.write_bytes(b"\x07" * 32)
        self._make_vault()

    def _start_cards(self) -> None:
        self.service = shared_service()
        self.service.empty()
        self._stack.callback(self.service.empty)
        self.ports = self._stack.enter_context(usb_ports(self._patch))  # no key of this computer takes part
        self.key = Key(_SERIALS[0], ATR_NFC, openpgp=False)
        self.spare = Key(_SERIALS[1], ATR_USB, openpgp=True)
        touch = Touch(after=None)
        self.openpgp, self.other_openpgp = (_openpgp(0x1234ABCD, touch, ZEITCONTROL) for _ in range(2))
        card = Card([self.openpgp], ATR_PLAIN)
        self.cards = {"yubikey": self.key.card, "openpgp": card, "spare": self.spare.card}
        self.tokens = {name: f"pcsc:{self.service.names[place]}" for name, place in PLACES.items()}
        self.touches = {
            self.tokens["yubikey"]: self.key.touch,
            self.tokens["openpgp"]: touch,
            self.tokens["spare"]: self.spare.touch,
        }
        for name in ("yubikey", "openpgp"):
            self.service.insert(PLACES[name], self.cards[name])

    def _start_hsm(self) -> None:
        import pkcs11  # noqa: PLC0415 collected where it is not installed

        from kvault_gui.engine.tokens import pkcs11 as engine  # noqa: PLC0415 beside it

        self.hsm = SoftHsm(self.folder / "softhsm")
        self._stack.enter_context(named("SOFTHSM2_CONF", str(self.hsm.configuration)))
        self.hsm_tokens = {label: self.hsm.new_token(label) for label in ("owner", "spare")}
        for label in self.hsm_tokens:
            with self.hsm.session(label) as session:
                session.generate_key(pkcs11.KeyType.AES, 256, label="matrix", id=b"matrix", store=True)
        self.hsm_ids = {info.name: info.id for info in engine.find(self.hsm.module)}

    def _start_chip(self) -> None:
        self.chip, self.other_chip = (Swtpm(self.folder / name) for name in ("tpm", "another"))
        for chip in (self.chip, self.other_chip):
            self._stack.callback(chip.close)
            chip.start()
            chip.persist("ecc256")
        self._stack.enter_context(named("TPM2TOOLS_TCTI", self.chip.tcti))

    def _make_vault(self) -> None:
        """The vault that each test begins with; its further ways in give a code and shares that do not fit others."""
        self.vault = self.folder / "vault"
        engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
        opened = engine.vaults.create(str(self.vault), Secret.of(OWNER))
        assert opened.recovery_code is not None
        self.code = opened.recovery_code.text()
        code = finish(engine.slots.add(NewSlot("Another code", [NewFactor(Method.RECOVERY_CODE)])))
        shares = finish(engine.slots.add(NewSlot("Another set", [self.wanted(Method.SHARES)])))
        self.other_code, self.other_shares = _code(code), _shares(shares)
        engine.secrets.create(login(secret=VALUE))
        engine.vaults.close()

    # --- how they stand ---

    def arrange(self, state: State = State()) -> None:  # noqa: B008 it cannot be changed
        """Have the parts stand so. Costs nothing where they do."""
        if state == self.state:
            return
        self._settle(State(spare=self.state.spare))
        if state.spare != self.state.spare:
            self._plug("spare", there=state.spare)
        self.state = State(spare=state.spare)
        self._settle(state)

    def _settle(self, state: State) -> None:
        before, self.state = self.state, state
        lost = before.lost if state.lost is None else state.lost
        how = before.how if state.lost is None else state.how
        there = state.lost is None
        match lost:
            case Method.FIDO2 | Method.CHALLENGE_RESPONSE | Method.PIV | Method.OPENPGP:
                self._lose_card(lost, how, there=there)
            case Method.PKCS11:
                self._lose_hsm(how, there=there)
            case Method.TPM:
                other = self.other_chip.tcti if how is Loss.OTHER else f"swtpm:path={self.folder / 'no-chip'}"
                self._patch.setenv("TPM2TOOLS_TCTI", self.chip.tcti if there else other)
            case Method.DEVICE:
                self._lose_device(how, there=there)
            case Method.KEY_FILE:
                self.key_file.unlink(missing_ok=True)
                if there or how is Loss.OTHER:
                    self.key_file.write_bytes((b"\x07" if there else b"\x08") * 32)
            case _:
                pass  # what somebody knows: see ``person``

    def _lose_card(self, method: Method, how: Loss, *, there: bool) -> None:
        name = "openpgp" if method is Method.OPENPGP else "yubikey"
        if how is Loss.MISSING:
            self._plug(name, there=there)
        elif method is Method.OPENPGP:
            self.cards[name].applets = [self.openpgp if there else self.other_openpgp]
        else:
            self.key.swap(None if there else method)

    def _plug(self, name: str, *, there: bool) -> None:
        if there:
            self.service.insert(PLACES[name], self.cards[name])
        else:
            self.service.remove(PLACES[name])

    def _lose_hsm(self, how: Loss, *, there: bool) -> None:
        if not there:
            self._away = self.hsm.pull(self.hsm_tokens["owner"])
            if how is Loss.OTHER:
                self._strange = self.hsm.new_token("owner")  # the same name, and the same PIN
            return
        if how is Loss.OTHER:
            shutil.rmtree(self._strange)
        self.hsm.plug(self._away)

    def _lose_device(self, how: Loss, *, there: bool) -> None:
        if how is Loss.OTHER:
            self.machine.write_text(_MACHINE if there else _OTHER_MACHINE)
        elif there:
            self.keyring.start()
        else:
            self.keyring.stop()

    # --- the person ---

    def wanted(self, method: Method, *, spare: bool = False) -> NewFactor:
        """What the person enrols; ``spare``: with the second token of that kind."""
        wanted = NewFactor(method)
        if method in IN_READERS:
            name = "openpgp" if method is Method.OPENPGP else "yubikey"
            wanted.token = self.tokens["spare" if spare else name]
        elif method is Method.PKCS11:
            wanted.file, wanted.key = self.hsm.module, "matrix"
            wanted.token = self.hsm_ids["spare" if spare else "owner"]
        elif method is Method.PASSWORD:
            wanted.secret = Secret.of(PINS[method])
        elif method is Method.KEY_FILE:
            wanted.file = str(self.key_file)
        elif method is Method.SHARES:
            wanted.groups = [ShareGroup(2, 3)]
        wanted.pin = method is Method.TPM
        return wanted

    def person(self, added: Added | None = None) -> ScriptedPrompter:
        """Somebody who has what is there now, knows every PIN, touches what blinks, and waits for nothing.

        ``added``: the way in whose code and shares they kept.
        """
        answers: dict[type[Question], Answer] = {
            AskSecret: lambda question: self._secret(question, added),
            AskFile: str(self.key_file),
            AskShares: lambda _: self._kept(Method.SHARES, "" if added is None else _shares(added), self.other_shares),
        }
        person = ScriptedPrompter(answers, self._press)
        person.cancels = lambda: isinstance(person.shown[-1], AskPlug)
        return person

    def _secret(self, question: Question, added: Added | None) -> str | None:
        assert isinstance(question, AskSecret)
        method = question.method
        assert method is not None
        if method is Method.PASSWORD:
            return self._kept(method, PINS[method], "wrong")
        if method is Method.RECOVERY_CODE:
            return self._kept(method, "" if added is None else _code(added), self.other_code)
        return PINS[method]

    def _kept(self, method: Method, right: str, wrong: str) -> str | None:
        if self.state.lost is not method:
            return right
        return wrong if self.state.how is Loss.OTHER else None

    def _press(self, request: AskTouch | AskPlug) -> None:
        if isinstance(request, AskTouch):
            self.touches[request.id].press()

    def untouched(self) -> bool:
        """Whether every touch that was asked for was also wanted by a token."""
        return not any(touch._pressed.is_set() for touch in self.touches.values())

    # --- vaults ---

    def add(self, label: str, *factors: NewFactor, folder: Path | None = None) -> Way:
        """Enrol a way in into a vault; without ``folder`` into a new copy of the prepared one."""
        if folder is None:
            folder = Path(tempfile.mkdtemp(dir=self.folder)) / "Personal"
            shutil.copytree(self.vault, folder)
        with self.opened(folder) as engine:
            return Way(folder, finish(engine.slots.add(NewSlot(label, list(factors)))))

    @contextlib.contextmanager
    def opened(self, folder: Path) -> Iterator[Engine]:
        """A vault opened with the code that it was made with, by somebody who has every part."""
        engine = Engine(self.person(), "test", kdf_seconds=0)
        engine.vaults.unlock(str(folder), Credential(Method.RECOVERY_CODE, Secret.of(self.code), "Recovery code"), [])
        try:
            yield engine
        finally:
            engine.vaults.close()

    def unlock(self, way: Way, person: ScriptedPrompter | None = None, *, named: bool = True) -> Opened:
        """Open by that way in, everything asked of ``person`` (its owner), read a value, and close.

        ``named`` False: by whichever way in takes what its first factor is.
        """
        person = person or self.person(way.added)
        credential = Credential(way.added.slot.method, Secret(bytearray()), way.slot if named else "")
        return _read(Engine(person, "test", kdf_seconds=0), way.folder, credential)

    def unlock_otherwise(self, way: Way) -> Opened:
        """Open with the code that the vault was made with, read a value, and close."""
        credential = Credential(Method.RECOVERY_CODE, Secret.of(self.code), "Recovery code")
        return _read(Engine(ScriptedPrompter(), "test", kdf_seconds=0), way.folder, credential)


def _read(engine: Engine, folder: Path, credential: Credential) -> Opened:
    opened = engine.vaults.unlock(str(folder), credential, [])
    try:
        found = engine.secrets.find("GitHub")
        assert engine.secrets.reveal(found, "password", Use.READ).text() == VALUE
    finally:
        engine.vaults.close()
    return opened


def _code(added: Added) -> str:
    assert added.recovery_code is not None
    return added.recovery_code.text()


def _shares(added: Added) -> str:
    return "\n".join(share.text() for share in added.shares[0][:2])


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """All parts, for the tests of one module."""
    for library in ("yubikit", "smartcard", "fido2", "pkcs11", "tpm2_pytss"):
        pytest.importorskip(library, reason=f"{library} is not installed (installers/run.sh --with-hardware)")
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        yield Parts(tmp_path_factory.mktemp("parts"), stack, patch)
