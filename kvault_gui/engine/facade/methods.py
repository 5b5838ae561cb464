"""The registry of unlock methods. Each is imported when it is needed: a password unlock loads nothing of tokens."""

# ruff: noqa: PLC0415 that is this file's purpose

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import Method
from ..errors import HeaderDamagedError, InvalidInputError

if TYPE_CHECKING:
    from ..store.header import Factor
    from ..vault.methods import UnlockMethod

# Nothing that somebody knows or keeps on paper or in a file: what answers is a thing, or this computer.
HARDWARE = frozenset(
    {Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.DEVICE}
)
WORDS: dict[Method, str] = {
    Method.PASSWORD: "Password",
    Method.RECOVERY_CODE: "Recovery code",
    Method.KEY_FILE: "Key file",
    Method.FIDO2: "FIDO2 token",
    Method.CHALLENGE_RESPONSE: "YubiKey challenge-response",
    Method.PIV: "Smart card (PIV)",
    Method.OPENPGP: "OpenPGP card",
    Method.PKCS11: "Smart card or HSM (PKCS#11)",
    Method.TPM: "This computer's TPM",
    Method.DEVICE: "This device",
    Method.SHARES: "Recovery shares",
    Method.QUICK: "Quick unlock",
}
ALL = tuple(method for method in Method if method is not Method.QUICK)


def of(method: Method) -> UnlockMethod:
    """The method. Raises InvalidInputError for quick unlock, which makes no way in."""
    match method:
        case Method.PASSWORD | Method.RECOVERY_CODE | Method.KEY_FILE | Method.SHARES:
            return _kept(method)
        case Method.TPM | Method.DEVICE:
            return _here(method)
        case Method.QUICK:
            raise InvalidInputError(reason="Quick unlock is no way in of its own", field="method")
        case _:
            return _held(method)


def _kept(method: Method) -> UnlockMethod:
    """What somebody knows or keeps."""
    match method:
        case Method.PASSWORD:
            from ..unlock.password import Password

            return Password()
        case Method.RECOVERY_CODE:
            from ..unlock.recovery_code import RecoveryCode

            return RecoveryCode()
        case Method.KEY_FILE:
            from ..unlock.key_file import KeyFile

            return KeyFile()
        case _:
            from ..unlock.shares import Shares

            return Shares()


def _here(method: Method) -> UnlockMethod:
    """What belongs to this computer."""
    if method is Method.TPM:
        from ..unlock.tpm import Tpm

        return Tpm()
    from ..unlock.device import Device

    return Device()


def _held(method: Method) -> UnlockMethod:
    """What somebody plugs in."""
    match method:
        case Method.FIDO2:
            from ..unlock.fido2 import Fido2

            return Fido2()
        case Method.CHALLENGE_RESPONSE:
            from ..unlock.challenge_response import ChallengeResponse

            return ChallengeResponse()
        case Method.PIV:
            from ..unlock.piv import Piv

            return Piv()
        case Method.OPENPGP:
            from ..unlock.openpgp import OpenPgp

            return OpenPgp()
        case _:
            from ..unlock.pkcs11 import Pkcs11

            return Pkcs11()


def named(name: str) -> UnlockMethod:
    """The method that a slot names. Raises HeaderDamagedError for one that does not exist."""
    try:
        return of(Method(name))
    except (ValueError, InvalidInputError) as error:
        raise HeaderDamagedError(reason="a way in is of a kind that does not exist") from error


def token_of(factor: Factor) -> str:
    """The enrolled token's name, "" for what is no token. Raises HeaderDamagedError."""
    return named(factor.method).token(dict(factor.params))


def need_of(factor: Factor) -> int:
    """How many recovery shares, or groups of them, are needed; 0 for other methods."""
    if factor.method != Method.SHARES.value:
        return 0
    from ..unlock.shares import Shares

    return Shares().need(dict(factor.params))


def lane_of(method: str, token: str = "") -> str:
    """Where a step of this method runs (api.OnToken); ``token``: the id of the one that was chosen."""
    return token or (method if method in HARDWARE else "kdf")
