"""Unlocking with this device: 32 random bytes in the desktop's keyring, bound to this computer's fingerprint.

The keyring opens with the platform's own login. The fingerprint (tokens/device.py) is part of the derivation, so that a
keyring copied to another computer gives nothing there, and a salted hash of it lets kvault say so. A finger can be
asked for first; that stops a person at the keyboard, no program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..api import AskTouch, Availability, Method, WayState
from ..crypto.kdf import derive_hkdf
from ..crypto.mac import same
from ..crypto.rng import random_bytes
from ..errors import (
    BiometricsError,
    CancelledError,
    DeviceChangedError,
    HeaderDamagedError,
    KeyringError,
    KeyringLostError,
    TokenError,
    TokenMissingError,
)
from ..tokens import biometrics, desktop_keyring, device
from ..vault.methods import Enrolled
from ..vault.sealing import context

if TYPE_CHECKING:
    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk, Params

_SECRET = 32  # bytes
_SALT = 16
_LABEL = b"kvault device v1"
_CHECK = b"kvault device check v1"
_HEX = {"item": 32, "salt": 32, "device": 32, "check": 16}  # characters


class Device:
    """The method. It keeps nothing."""

    method = Method.DEVICE

    def probe(self) -> Availability:
        """Whether there is a keyring, and a fingerprint to bind to."""
        if reason := desktop_keyring.problem():
            return Availability(self.method, ready=False, reason=str(KeyringError(reason=reason)) + ".")
        try:
            device.fingerprint()
        except TokenError as error:
            return Availability(self.method, ready=False, reason=str(error) + ".")
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Put a new secret into the keyring; with ``wanted.biometrics`` a finger is asked for, now and at each unlock.

        Raises KeyringError and its kinds, BiometricsError, CancelledError, TokenError, LibraryMissingError.
        """
        if wanted.token not in ("", desktop_keyring.ID):
            raise TokenMissingError(name=wanted.token)
        salt = random_bytes(_SALT)
        told_apart = device.told_apart(salt)
        if wanted.biometrics:
            _ask_finger(desk)
        secret, item = random_bytes(_SECRET), random_bytes(16).hex()
        desktop_keyring.keep(_name(desk, item), secret, f"kvault: {desk.vault_name}, {desk.label}")
        params: Params = {
            "token": desktop_keyring.NAME,
            "item": item,
            "salt": salt.hex(),
            "device": told_apart,
            "check": _check(secret, desk),
            "biometrics": int(wanted.biometrics),
        }
        notes = ["Every program that you run can read the desktop's keyring while you are logged in."]
        desk.took(desktop_keyring.ID)
        return Enrolled(params, self._output(secret, params, desk), notes=tuple(notes))

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Take the secret back, on the same computer only, after the finger where one is wanted.

        Raises DeviceChangedError, BiometricsError, KeyringError and its kinds, HeaderDamagedError, CancelledError.
        """
        _checked(params)
        if not same(device.told_apart(_salt(params)).encode(), str(params["device"]).encode()):
            raise DeviceChangedError
        if params["biometrics"]:
            _ask_finger(desk)
        secret = desktop_keyring.fetch(_name(desk, str(params["item"])))
        # 256 random bits: nothing can be guessed against this.
        if len(secret) != _SECRET or not same(_check(secret, desk).encode(), str(params["check"]).encode()):
            raise KeyringLostError
        desk.took(desktop_keyring.ID)
        return self._output(secret, params, desk)

    def forget(self, params: Params, desk: Desk) -> None:
        """Remove the secret from the keyring: the way in was removed, or was never written. Idempotent.

        Raises KeyringError and its kinds, LibraryMissingError.
        """
        _checked(params)
        desktop_keyring.forget(_name(desk, str(params["item"])))

    def describe(self, params: Params) -> str:
        """Whether a finger is asked for."""
        return "Desktop keyring, fingerprint asked" if params.get("biometrics") else "Desktop keyring"

    def strength(self, params: Params) -> str:
        """What it withstands."""
        said = "Opens with your login on this computer, and every program of yours can read it while you are logged in"
        if params.get("biometrics"):
            return f"{said}; the finger stops a person at the keyboard, no program."
        return f"{said}."

    def token(self, params: Params) -> str:
        """The keyring's name."""
        return str(params.get("token", desktop_keyring.NAME))

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether this is the computer, and its keyring is there. It may still be locked."""
        name = self.token(params)
        info = next((info for info in tokens if info.id == desktop_keyring.ID), None)
        try:
            here = device.told_apart(_salt(params)) == params.get("device")
        except (TokenError, HeaderDamagedError):
            here = False
        if not here:
            return WayState("", ready=False, name=name, words="Made on another computer")
        if info is None:
            return WayState("", ready=False, name=name, words="This desktop has no keyring")
        return WayState("", ready=not info.problem, token=info.id, name=name, words=info.problem or "Ready")

    def outdated(self, params: Params) -> bool:
        """Never."""
        del params
        return False

    def _output(self, secret: bytes, params: Params, desk: Desk) -> bytes:
        vault, finger = bytes.fromhex(desk.vault), b"\1" if params["biometrics"] else b"\0"
        return derive_hkdf(secret, salt=_salt(params), info=context(_LABEL, vault, device.fingerprint(), finger))


def _name(desk: Desk, item: str) -> str:
    return f"{desk.vault} {item}"


def _check(secret: bytes, desk: Desk) -> str:
    return derive_hkdf(secret, salt=b"", info=context(_CHECK, bytes.fromhex(desk.vault)), length=8).hex()


def _salt(params: Params) -> bytes:
    try:
        return bytes.fromhex(str(params["salt"]))
    except (KeyError, ValueError):
        raise HeaderDamagedError(reason="a way in with this device has no salt") from None


def _checked(params: Params) -> None:
    for name, length in _HEX.items():
        value = params.get(name)
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-f]{{{length}}}", value):
            raise HeaderDamagedError(reason=f"a way in with this device has no {name}")
    if type(params.get("biometrics")) is not int or params["biometrics"] not in {0, 1}:
        raise HeaderDamagedError(reason="a way in with this device does not say whether it wants a finger")


def _ask_finger(desk: Desk) -> None:
    """One finger. Raises BiometricsError, CancelledError."""
    reason = biometrics.problem()
    if reason:
        raise BiometricsError(reason=reason)
    text = f"To unlock {desk.vault_name} with “{desk.label}”"
    request = AskTouch(biometrics.NAME, biometrics.SECONDS, text, desktop_keyring.ID)
    with desk.prompter.during(request) as cancelled:
        if cancelled():
            raise CancelledError
        biometrics.verify(cancelled, biometrics.SECONDS)
