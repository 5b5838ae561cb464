"""Unlocking with the TPM 2.0 of this computer: 32 random bytes sealed in it, a PIN and PCRs on request.

Without a PIN whoever starts this computer has this factor: so it says (fde-rogue-devices, openSUSE 2025). With one the
chip counts wrong tries and waits after too many; kvault reads that counter before it asks. The PCRs are compared before
a PIN is tried, and those that differ are named.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ..api import AskSecret, Availability, Method, Secret, WayState
from ..crypto import canonical
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import HeaderDamagedError, InvalidInputError, TokenMissingError
from ..tokens import tpm
from ..tokens.pins import text_of
from ..vault.methods import Enrolled, Params
from ..vault.sealing import context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk

LEAST_PIN = 4  # characters: the chip lets few tries pass
MAX_PIN = 256  # bytes
_INFO = b"kvault TPM v1"
_SECRET = 32  # bytes


class Tpm:
    """The method. It keeps nothing."""

    method = Method.TPM

    def probe(self) -> Availability:
        """Whether there is a TPM that may be used, and its library."""
        reason = tpm.trouble()
        return Availability(self.method, ready=not reason, reason=reason)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Seal 32 new random bytes, with a PIN if ``wanted.pin``, bound to ``wanted.pcrs`` as they are now.

        Raises InvalidInputError, CancelledError, TpmError and its kinds, LibraryMissingError.
        """
        if wanted.token not in ("", tpm.ID):
            raise TokenMissingError(name=wanted.token)
        name, _ = tpm.state()
        pin = self._new_pin(name, desk, wanted.secret) if wanted.pin else None
        return self._sealed(name, pin, wanted.pcrs, desk)

    def renew(self, params: Params, desk: Desk) -> Enrolled:
        """Seal another secret to what this computer is now, with a PIN if there was one. Needs no old PCRs.

        The PIN may be a new one: what was sealed before cannot be opened any more to compare. Raises as `enrol` does.
        """
        name, _ = tpm.state()
        pin = self._new_pin(name, desk, None) if params.get("pin") else None
        return self._sealed(name, pin, _pcrs(params), desk)

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Unseal. Chip, PCRs and lock-out are looked at before a PIN is asked.

        Raises TpmOtherError, TpmChangedError, TpmLockoutError, TpmMissingError, WrongPinError, LastPinTryError,
        HeaderDamagedError.
        """
        try:
            checked = tpm.check(params)
            pin = None
            if params["pin"]:
                name = self.token(params)
                text = f"To unlock {desk.vault_name} with “{desk.label}”"
                question = AskSecret(f"PIN for {name}", text, checked.lockout.tries, self.method, name)
                pin = _pin(desk.secret(question), least=1)
            secret = tpm.unseal(params, pin, checked)
        except InvalidInputError as error:
            if error.fields.get("field") == "pin":
                raise
            raise HeaderDamagedError(reason="the parameters of a TPM way in are damaged") from error
        desk.took(tpm.ID)
        return _output(secret, params, desk)

    def _new_pin(self, name: str, desk: Desk, given: Secret | None) -> bytes:
        if given is not None and given.value:
            return _pin(Secret(bytearray(given.value)), least=LEAST_PIN)
        title, text = f"New PIN for {name}", f"It will be asked for “{desk.label}”, at this computer only."
        first = _pin(desk.secret(AskSecret(title, text, None, self.method, name, LEAST_PIN)), least=LEAST_PIN)
        text = "So that a typing mistake is seen now."
        again = _pin(desk.secret(AskSecret(f"{title}, once more", text, None, self.method, name, LEAST_PIN)), least=1)
        if first != again:
            raise InvalidInputError(reason="The two PINs are not the same", field="pin")
        return first

    def _sealed(self, name: str, pin: bytes | None, pcrs: Sequence[int], desk: Desk) -> Enrolled:
        secret = random_bytes(_SECRET)
        params: Params = {"token": name, **tpm.seal(secret, pin, pcrs)}
        desk.took(tpm.ID)
        return Enrolled(params, _output(secret, params, desk))

    def describe(self, params: Params) -> str:
        """What is asked for, in words."""
        pin = "PIN" if params.get("pin") else "no PIN"
        pcrs = _pcrs(params)
        return f"{pin}, PCR {', '.join(str(number) for number in pcrs)}" if pcrs else pin

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("pin"):
            said = "This computer together with the PIN, which its TPM lets nobody guess"
        else:
            said = "This computer, whoever starts it"
        return f"{said}, and only while its start-up is unchanged." if _pcrs(params) else f"{said}."

    def token(self, params: Params) -> str:
        """The chip's name."""
        return str(params.get("token", "TPM"))

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether this computer has a TPM that can be used; whether it is the one is seen when it is."""
        name = self.token(params)
        info = next((info for info in tokens if info.id == tpm.ID), None)
        if info is None:
            return WayState("", ready=False, name=name, words="This computer has no TPM that kvault can use")
        if info.problem:
            return WayState("", ready=False, name=name, words=info.problem)
        if params.get("pin") and info.warnings:
            return WayState("", ready=False, token=tpm.ID, name=name, retries=0, words=info.warnings[0])
        return WayState("", ready=True, token=tpm.ID, name=name, words="Ready")

    def outdated(self, params: Params) -> bool:
        """Never by itself: changed PCRs are the person's to judge."""
        del params
        return False


def _output(secret: bytes, params: Params, desk: Desk) -> bytes:
    # The parameters are bound, so that an altered one gives nothing even where the chip would not mind.
    info = context(_INFO, bytes.fromhex(desk.vault), canonical.encode(dict(params)))
    return derive_hkdf(secret, salt=b"", info=info)


def _pcrs(params: Params) -> list[int]:
    named = str(params.get("pcrs", "")).split(",")
    return [int(number) for number in named if number.isdecimal() and len(number) <= 2]  # noqa: PLR2004 from 0 to 23


def _pin(secret: Secret, *, least: int) -> bytes:
    """The PIN's bytes, the same from every keyboard. Wipes what it was given."""
    try:
        text = unicodedata.normalize("NFC", text_of(secret))
    finally:
        secret.wipe()
    if len(text) < least:
        reason = f"The PIN has {len(text)} characters, at least {least} are needed" if text else "The PIN is empty"
        raise InvalidInputError(reason=reason, field="pin")
    if len(text.encode()) > MAX_PIN:
        raise InvalidInputError(reason=f"The PIN is longer than {MAX_PIN} bytes", field="pin")
    return text.encode()
