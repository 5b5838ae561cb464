"""Unlocking with a key on a PKCS#11 token: a smart card or an HSM, through the module of its maker.

A random secret was encrypted to a key that never leaves the token; the token, after its PIN, opens it again. The slot
keeps the module's path, the token's serial number and a fingerprint of the key, so that another token, a reset one and
one of the same name are told apart before a PIN is asked.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from ..api import AskConfirm, AskPlug, AskSecret, AskTouch, Availability, Method, WayState
from ..crypto import canonical
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import (
    AuthenticationError,
    HeaderDamagedError,
    InvalidInputError,
    LibraryMissingError,
    ModuleError,
    SlotAlteredError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenResetError,
)
from ..tokens import pkcs11, pkcs11_keys, pkcs11_module, pkcs11_secrets
from ..tokens.at_hand import wait_for
from ..tokens.pins import text_of
from ..vault.methods import Enrolled, Params
from ..vault.sealing import context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api import NewFactor, TokenInfo
    from ..tokens.pkcs11 import Handle, Slot
    from ..tokens.pkcs11_keys import Key
    from ..tokens.pkcs11_module import Module
    from ..vault.methods import Desk

_INFO = b"kvault PKCS#11 v1"
_PAD_SECONDS = 60
_PLUG_SECONDS = 60
_ASKS = "Asks before it loads its module"  # its file is this user's: nobody looks into it unasked
_LISTED = 5  # keys that an error names


class _Kept(NamedTuple):
    """What a slot keeps, read."""

    module: str
    token: str
    serial: str
    kind: str
    label: str
    id: bytes
    print: str
    mode: str
    sent: bytes


class Pkcs11:
    """The method. It keeps nothing."""

    method = Method.PKCS11

    def probe(self) -> Availability:
        """Whether python-pkcs11 is there; which module is for the person to say."""
        if pkcs11_module.library_missing():
            error = LibraryMissingError(needed="PKCS#11", package="python-pkcs11")
            return Availability(self.method, ready=False, reason=error.brief)
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Encrypt a random secret to a key of the token ``wanted.token`` of the module ``wanted.file``.

        The key is the one labelled ``wanted.key``; with ``make`` a new one ("aes256" unless ``key`` names a kind); else
        the only one that can be used, or the one that the person chooses.

        Raises ModuleError, TokenMissingError, TokenKeyError, PinError and its kinds, InvalidInputError, CancelledError.
        """
        named, serial = pkcs11.parse_id(wanted.token)
        path = wanted.file or named
        if not path:
            raise InvalidInputError(reason="Choose the PKCS#11 module that came with the token", field="file")
        module = pkcs11_module.check(path)
        pkcs11_module.try_out(module)
        with pkcs11_module.kept(module):
            slot = self._chosen_slot(module, serial, desk)
            pkcs11.refuse_unusable(slot)
            pin = self._pin(slot, desk)
            with self._at_keypad(slot, path, desk), pkcs11.session(module, slot, pin, write=wanted.make) as session:
                if wanted.make:
                    return self._made(session, slot, path, wanted.key or "aes256", pin, desk)
                found = _usable(pkcs11_keys.keys(session), wanted.key, slot)
                if len(found) == 1:
                    return self._sent(session, slot, path, found[0], pin, desk)
            # The session is closed while the person chooses: nobody else could use the module.
            titles = [key.title for key in found]
            number = desk.choose(f"Which key on {slot.name}?", titles)
            with self._at_keypad(slot, path, desk), pkcs11.session(module, slot, pin) as session:
                return self._sent(session, slot, path, found[number], pin, desk)

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Have the token open what was sent to it.

        Raises ModuleError, TokenMissingError, TokenForeignError (another token of that name), TokenResetError,
        PinError and its kinds, HsmSessionError, SlotAlteredError, HeaderDamagedError, CancelledError.
        """
        kept = _read(params)
        _, named = pkcs11.parse_id(desk.wanted_token)
        if named not in ("", kept.serial):  # the PIN that came with its name is for that token alone
            raise TokenForeignError(name=f"The token {named}")
        module = pkcs11_module.check(kept.module)
        if not module.system:
            self._allowed(module, desk)
        pkcs11_module.try_out(module)
        with pkcs11_module.kept(module):
            slot = self._enrolled_slot(module, kept, desk)
            pkcs11.refuse_unusable(slot)
            pin = self._pin(slot, desk)
            with self._at_keypad(slot, kept.module, desk), pkcs11.session(module, slot, pin) as session:
                key = _enrolled_key(session, kept, slot)
                try:
                    secret = pkcs11_secrets.receive(session, key, kept.mode, kept.sent, bound(desk), pin)
                except (AuthenticationError, InvalidInputError) as error:
                    # The key is the right one (its fingerprint fits): what it was to open is not.
                    raise SlotAlteredError(name=desk.label) from error
        desk.took(pkcs11.token_id(kept.module, slot.serial))
        return _output(secret, params, desk)

    # --- asking ---

    def _pin(self, slot: Slot, desk: Desk) -> str | None:
        if not slot.login or slot.pad:
            return None
        text = f"For “{desk.label}” of {desk.vault_name}"
        if slot.low:
            text += " Wrong PINs were tried since the last right one."
        secret = desk.secret(AskSecret(f"PIN for {slot.name}", text, 1 if slot.last else None, self.method, slot.name))
        try:
            return text_of(secret)  # as it was typed: other programs set this PIN, and they normalise nothing
        finally:
            secret.wipe()

    @contextlib.contextmanager
    def _at_keypad(self, slot: Slot, module: str, desk: Desk) -> Iterator[None]:
        """While a token with a keypad of its own waits for the PIN there."""
        if not slot.login or not slot.pad:
            yield
            return
        text = "Type the PIN on the keypad of the token or its reader."
        with desk.prompter.during(AskTouch(slot.name, _PAD_SECONDS, text, pkcs11.token_id(module, slot.serial))):
            yield

    def _allowed(self, module: Module, desk: Desk) -> None:
        """The header that names the module is not verified yet, and the file is one that this user's programs write."""
        text = (
            f"To open “{desk.label}”, kvault has to load {module.path}. This is program code that is not part of the "
            "system: whatever can write your files can have put it there. Load it only if you installed it."
        )
        question = AskConfirm(f"Load {module.path}?", text, "Load it", loads=str(module.path))
        desk.confirm(question)

    def _chosen_slot(self, module: Module, serial: str, desk: Desk) -> Slot:
        with pkcs11_module.calls(module) as library:
            found = [slot for slot, _ in pkcs11.slots(library) if serial in ("", slot.serial)]
        if not found:
            raise TokenMissingError(name="A token of this module" if not serial else f"The token {serial}")
        if len(found) == 1:
            return found[0]
        titles = [f"{slot.name} ({slot.serial})" for slot in found]
        return found[desk.choose("Which token?", titles)]

    def _enrolled_slot(self, module: Module, kept: _Kept, desk: Desk) -> Slot:
        found = _look(module, kept)
        if found is not None:
            return found
        if not desk.patient:
            raise TokenMissingError(name=kept.token)
        request = AskPlug(kept.token, f"It opens “{desk.label}” of {desk.vault_name}.", _PLUG_SECONDS)
        found = wait_for(lambda: _look(module, kept, anew=True), request, desk.prompter)
        if found is None:
            raise TokenMissingError(name=kept.token)
        return found

    # --- enrolling ---

    def _made(self, session: Handle, slot: Slot, path: str, kind: str, pin: str | None, desk: Desk) -> Enrolled:
        key = pkcs11_keys.make(session, kind, f"kvault {random_bytes(4).hex()}")
        try:
            return self._sent(session, slot, path, key, pin, desk)
        except BaseException:
            pkcs11_keys.delete(session, key)
            raise

    def _sent(self, session: Handle, slot: Slot, path: str, key: Key, pin: str | None, desk: Desk) -> Enrolled:
        sent = pkcs11_secrets.send(session, key, bound(desk), pin)
        params: Params = {
            "token": slot.name,
            "serial": slot.serial,
            "module": path,
            "kind": key.kind,
            "label": key.label,
            "id": key.id.hex(),
            "print": key.print,
            "mode": sent.mode,
            "sent": sent.sent.hex(),
            "pin": "none" if not slot.login else "keypad" if slot.pad else "asked",
        }
        params = {name: value for name, value in params.items() if value}
        desk.took(pkcs11.token_id(path, slot.serial))
        return Enrolled(params, _output(sent.secret, params, desk))

    # --- telling ---

    def describe(self, params: Params) -> str:
        """Key, way and PIN: "AES-256, AES-GCM, PIN"."""
        kind, mode = str(params.get("kind", "")), str(params.get("mode", ""))
        pin = {"none": "no PIN", "keypad": "PIN on its keypad"}.get(str(params.get("pin", "")), "PIN")
        return ", ".join((pkcs11_keys.words(kind), pkcs11_keys.MODES.get(mode, "unknown way"), pin))

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("pin") == "none":
            return f"The token {self.token(params)}, whoever holds it; its key cannot be copied out."
        return f"The token {self.token(params)} together with its PIN; its key cannot be copied out."

    def token(self, params: Params) -> str:
        """The token's label."""
        return str(params.get("token", "")) or "PKCS#11 token"

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether the enrolled token is among those that its module shows."""
        name, serial = self.token(params), str(params.get("serial", ""))
        wanted = pkcs11.token_id(str(params.get("module", "")), serial)
        info = next((info for info in tokens if info.id == wanted), None)
        if info is None and (told := _unlooked(params)):
            return WayState("", ready=told == _ASKS, name=name, words=told)
        if info is None:
            others = [info for info in tokens if self.method in info.methods and info.name == name]
            words = "Another token of this name is plugged in" if others else "Not plugged in"
            return WayState("", ready=False, name=name, words=words)
        retries = 1 if pkcs11.LAST_TRY in info.warnings else None
        if info.problem:
            return WayState("", ready=False, token=info.id, name=name, retries=retries, words=info.problem)
        return WayState("", ready=True, token=info.id, name=name, retries=retries, words="Ready")

    def outdated(self, params: Params) -> bool:
        """Never: what a better mode needs is another token."""
        del params
        return False


def _unlooked(params: Params) -> str:
    """Why nobody looked whether the token is there, "" if somebody did."""
    try:
        module = pkcs11_module.check(str(params.get("module", "")))
    except ModuleError as error:
        return str(error)
    return "" if module.system else _ASKS


def bound(desk: Desk) -> bytes:
    """What AES-GCM authenticates besides the secret: this use of it, and the vault."""
    return context(_INFO, bytes.fromhex(desk.vault))


def _output(secret: bytes, params: Params, desk: Desk) -> bytes:
    # The parameters are bound, so that an altered one gives nothing even where the token would not mind.
    return derive_hkdf(secret, salt=b"", info=context(bound(desk), canonical.encode(dict(params))))


def _read(params: Params) -> _Kept:
    try:
        named = {name: str(params[name]) for name in ("module", "token", "kind", "print", "mode")}
        sent, key_id = bytes.fromhex(str(params["sent"])), bytes.fromhex(str(params.get("id", "")))
    except (KeyError, ValueError) as error:
        raise HeaderDamagedError(reason="the parameters of a PKCS#11 way in are damaged") from error
    serial, label = str(params.get("serial", "")), str(params.get("label", ""))
    if not key_id and not label:
        raise HeaderDamagedError(reason="the parameters of a PKCS#11 way in name no key")
    return _Kept(serial=serial, label=label, id=key_id, sent=sent, **named)


def _look(module: Module, kept: _Kept, *, anew: bool = False) -> Slot | None:
    """The enrolled token, None if it is not there.

    Raises TokenForeignError for another of the same name alone, TokenResetError if it can be seen without a PIN that
    its key is another one.
    """
    if anew:
        pkcs11_module.forget(module)
    with pkcs11_module.calls(module, kept.token) as library:
        found = pkcs11.slots(library)
        slot = next((slot for slot, _ in found if slot.serial == kept.serial), None)
        if slot is None:
            if any(other.name == kept.token for other, _ in found):
                raise TokenForeignError(name=kept.token)
            return None
        if kept.id and not kept.kind.startswith("aes"):
            session = pkcs11.public_session(library, slot)
            seen = pkcs11_keys.public_print(session, kept.id)
            session.close()
            if seen not in ("", kept.print):
                raise TokenResetError(name=slot.name)
        return slot


def _usable(found: list[Key], label: str, slot: Slot) -> list[Key]:
    """The keys that can be taken. Raises TokenKeyError, which says why there is none."""
    named = [key for key in found if label in ("", key.label)]
    usable = [key for key in named if not key.problem]
    if usable:
        return usable
    if not named:
        raise TokenKeyError(name=slot.name, found=f"none is called “{label}”" if label else "there is none at all")
    told = "; ".join(f"{key.title}: {key.problem}" for key in named[:_LISTED])
    raise TokenKeyError(name=slot.name, found=told)


def _enrolled_key(session: Handle, kept: _Kept, slot: Slot) -> Key:
    for key in pkcs11_keys.keys(session):
        if key.print == kept.print and key.kind == kept.kind and key.id == kept.id:
            if key.problem:
                raise TokenKeyError(name=slot.name, found=f"{key.title}: {key.problem}")
            return key
    session.token.slot.get_token()  # a card that was pulled may look like an empty one
    raise TokenResetError(name=slot.name)
