"""Unlocking with a password: Argon2id (RFC 9106); PBKDF2-SHA256 slots of other writers are read and replaced."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ..api import AskSecret, Availability, Method, WayState
from ..crypto.kdf import calibrate_argon2id, derive_argon2id, derive_pbkdf2_sha256
from ..crypto.rng import random_bytes
from ..errors import HeaderDamagedError, InvalidInputError, KdfCostError
from ..vault.methods import Enrolled, Params

if TYPE_CHECKING:
    from ..api import NewFactor, Secret, TokenInfo
    from ..vault.methods import Desk

MAX_PASSWORD = 1 << 20  # bytes
_FLOOR = (64 << 10, 3, 1)  # KiB, passes, lanes
_SALT = 16  # bytes: SP 800-132's least, and what libsodium takes
_MIN_PBKDF2 = 100_000


def normalise(secret: Secret) -> bytearray:
    """The bytes that are derived from: NFC, so that every keyboard and system gives the same key.

    Only code points that Unicode 14 assigns: NFC of those never changes again (Unicode stability policy), and every
    Python from 3.11 on knows them. Raises InvalidInputError for anything else, for nothing, and for over 1 MiB.
    """
    if not secret.value:
        raise InvalidInputError(reason="The password is empty", field="password")
    if len(secret.value) > MAX_PASSWORD:
        raise InvalidInputError(reason="The password is longer than 1 MiB", field="password")
    if secret.value.isascii():
        return bytearray(secret.value)
    from ..vault.unicode14 import assigned  # noqa: PLC0415 a table that few passwords need

    try:
        text = secret.value.decode()
    except UnicodeDecodeError:
        # The cause is left out: its text would quote the password.
        raise InvalidInputError(reason="The password is not valid Unicode (UTF-8)", field="password") from None
    if not all(assigned(letter) for letter in text):
        raise InvalidInputError(
            reason="The password contains a character that is not in Unicode 14; other computers may not know it",
            field="password",
        )
    return bytearray(unicodedata.normalize("NFC", text).encode())


def _number(params: Params, name: str) -> int:
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise HeaderDamagedError(reason=f"a way in with a password has no {name}")
    return value


def _salt(params: Params) -> bytes:
    try:
        salt = bytes.fromhex(str(params["salt"]))
    except (KeyError, ValueError) as error:
        raise HeaderDamagedError(reason="a way in with a password has no salt") from error
    if not 16 <= len(salt) <= 64:  # noqa: PLR2004 bytes; SP 800-132 asks for 16
        raise HeaderDamagedError(reason="the salt of a way in with a password has an odd length")
    return salt


def _ask_new(desk: Desk) -> Secret:
    """Twice: nobody can see what was typed."""
    texts = (f"The new password of “{desk.label}”", "Type it once more")
    first, second = (
        desk.prompter.ask(AskSecret("New password", text, method=Method.PASSWORD, least=1)) for text in texts
    )
    if first != second:
        raise InvalidInputError(reason="The two passwords are not the same", field="password")
    second.wipe()
    return first


class Password:
    """The method. It keeps nothing."""

    method = Method.PASSWORD

    def probe(self) -> Availability:
        """Always there."""
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Calibrate to ``desk.kdf_seconds`` (never below the floor) and derive. Raises InvalidInputError."""
        return self._enrol(normalise(wanted.secret or _ask_new(desk)), desk.kdf_seconds)

    def _enrol(self, password: bytearray, seconds: float) -> Enrolled:
        memory, passes, lanes = _FLOOR
        if seconds > 0:
            cost = calibrate_argon2id(seconds)
            memory, passes, lanes = cost.memory_kib, cost.iterations, cost.lanes
        params: Params = {
            "kdf": "argon2id",
            "memory_kib": memory,
            "iterations": passes,
            "lanes": lanes,
            "salt": random_bytes(_SALT).hex(),
        }
        return Enrolled(params, self._derive(params, password))

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Derive with a slot's parameters. Raises KdfCostError, InvalidInputError, HeaderDamagedError."""
        return self._derive(params, normalise(self._ask(desk)))

    def renew(self, params: Params, desk: Desk) -> Enrolled:
        """The same password with a new salt and today's cost."""
        del params
        return self._enrol(normalise(self._ask(desk)), desk.kdf_seconds)

    def _ask(self, desk: Desk) -> Secret:
        question = AskSecret(f"Unlock {desk.vault_name}", f"The password of “{desk.label}”", method=self.method)
        return desk.secret(question)

    def _derive(self, params: Params, password: bytearray) -> bytes:
        try:
            kdf = params.get("kdf")
            if kdf == "argon2id":
                return derive_argon2id(
                    password,
                    salt=_salt(params),
                    memory_kib=_number(params, "memory_kib"),
                    iterations=_number(params, "iterations"),
                    lanes=_number(params, "lanes"),
                )
            if kdf == "pbkdf2-sha256":
                iterations = _number(params, "iterations")
                if iterations < _MIN_PBKDF2:
                    raise KdfCostError(reason=f"{iterations} PBKDF2 iterations, at least {_MIN_PBKDF2} are needed")
                return derive_pbkdf2_sha256(password, salt=_salt(params), iterations=iterations)
            raise HeaderDamagedError(reason="a way in with a password names an unknown key derivation")
        finally:
            password[:] = bytes(len(password))

    def describe(self, params: Params) -> str:
        """The derivation in words."""
        if params.get("kdf") == "pbkdf2-sha256":
            return f"PBKDF2-SHA256, {params.get('iterations')} iterations"
        memory = params.get("memory_kib")
        mebibytes = memory // 1024 if isinstance(memory, int) else "?"
        return f"Argon2id, {mebibytes} MiB, {params.get('iterations')} passes"

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("kdf") == "pbkdf2-sha256":
            return "As strong as the password; its old key derivation makes guessing cheaper than it should be."
        return "As strong as the password; every guess costs time and memory."

    def token(self, params: Params) -> str:
        """None."""
        del params
        return ""

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Always ready."""
        del params, tokens
        return WayState("", ready=True, words="Ready")

    def outdated(self, params: Params) -> bool:
        """PBKDF2 is replaced by Argon2id."""
        return params.get("kdf") != "argon2id"
