"""Unlocking with the recovery code: 160 random bits in Crockford's base32, with a check group.

Eight groups of four characters and a ninth that tells typing errors:
ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-CCCC. The code has full entropy, so HKDF alone derives from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import AskSecret, Availability, Method, Secret, WayState
from ..crypto.hashes import sha256
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import HeaderDamagedError, NotMineError, WrongCodeError
from ..vault.methods import Enrolled, Params

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS = 160
_DATA = _BITS // 5  # characters
_CHECK = 4
_GROUP = 4
_MAX_TYPED = 400  # characters, separators included
_READ = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SEPARATORS = " -_.\t\r\n\u2010\u2011\u2012\u2013\u2014\u00a0"  # what keyboards, printers and mail make of a dash
_INFO = b"kvault recovery code v1"
_CHECK_INFO = b"kvault recovery code check v1"


def _letters(value: bytes, count: int) -> str:
    number = int.from_bytes(value, "big") >> (len(value) * 8 - count * 5)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range((count - 1) * 5, -1, -5))


def _check(code: bytes) -> str:
    # 20 bits of a hash: a wrong, missing or swapped character passes once in a million.
    return _letters(sha256(_CHECK_INFO + code), _CHECK)


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def generate() -> Secret:
    """A new code as it is printed."""
    code = random_bytes(_BITS // 8)
    return Secret.of(_grouped(_letters(code, _DATA) + _check(code)))


def _values(text: str) -> Iterable[int]:
    for letter in text.upper():
        if letter in _SEPARATORS:
            continue
        if letter not in _READ:
            raise WrongCodeError(hint="It contains a character that no recovery code has")
        yield _READ[letter]


def parse(secret: Secret) -> bytes:
    """The code's 20 bytes. Case, spaces and dashes do not matter; O is 0, I and L are 1.

    Raises WrongCodeError, whose hint says what does not fit: length, alphabet or check group.
    """
    if len(secret.value) > _MAX_TYPED:
        raise WrongCodeError(hint="It is too long")
    try:
        text = secret.value.decode()
    except UnicodeDecodeError:
        raise WrongCodeError(hint="It contains a character that no recovery code has") from None
    values = list(_values(text))
    if len(values) != _DATA + _CHECK:
        raise WrongCodeError(hint=f"It has {len(values)} characters instead of {_DATA + _CHECK}")
    number = 0
    for value in values[:_DATA]:
        number = number << 5 | value
    code = number.to_bytes(_BITS // 8, "big")
    if "".join(ALPHABET[value] for value in values[_DATA:]) != _check(code):
        raise WrongCodeError(hint="A character is mistyped or two are swapped")
    return code


class RecoveryCode:
    """The method. It keeps nothing."""

    method = Method.RECOVERY_CODE

    def probe(self) -> Availability:
        """Always there."""
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """A new code, to be printed and kept; nobody chooses one."""
        del wanted, desk
        code = generate()
        return Enrolled({"kdf": "hkdf-sha256", "bits": _BITS}, self._derive(parse(code)), recovery_code=code)

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Derive. Raises WrongCodeError, HeaderDamagedError, NotMineError."""
        if params.get("kdf") != "hkdf-sha256":
            raise HeaderDamagedError(reason="a way in with a recovery code names an unknown key derivation")
        if params.get("bits") != _BITS:
            raise NotMineError
        question = AskSecret(f"Unlock {desk.vault_name}", f"The recovery code “{desk.label}”", method=self.method)
        return self._derive(parse(desk.secret(question)))

    def _derive(self, code: bytes) -> bytes:
        return derive_hkdf(code, salt=b"", info=_INFO)

    def describe(self, params: Params) -> str:
        """The code's strength in words."""
        return f"{params.get('bits')} random bits"

    def strength(self, params: Params) -> str:
        """What it withstands."""
        del params
        return "Cannot be guessed; whoever finds the sheet has it."

    def token(self, params: Params) -> str:
        """None."""
        del params
        return ""

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Always ready."""
        del params, tokens
        return WayState("", ready=True, words="Ready")

    def outdated(self, params: Params) -> bool:
        """Never."""
        del params
        return False
