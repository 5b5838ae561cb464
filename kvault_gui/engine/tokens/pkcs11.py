"""Tokens behind PKCS#11 modules (OASIS PKCS#11 2.40 and 3.1): smart cards and HSMs of any maker.

A token is known by its serial number and label, never by the number of its slot, which changes. What its PIN counter
tells is three flags (section 3.4, CK_TOKEN_INFO): wrong before, last try, locked; they are read before a PIN is asked.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..api import Method, TokenInfo
from ..errors import (
    CancelledError,
    InvalidInputError,
    LastPinTryError,
    PinBlockedError,
    PinChangeNeededError,
    PinNotSetError,
    TokenError,
    TokenRemovedError,
    WrongPinUncountedError,
)
from .pkcs11_module import TURN, calls, check, try_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .pkcs11_module import Library, Module

PREFIX = "pkcs11:"
MAX_PIN = 256  # bytes
_UNBLOCK = "Its administrator can set a new PIN with the SO PIN, or with the maker's program."
LAST_TRY = "One try is left for its PIN"
_SOON = 1.0  # seconds
_BLOCKED, _NO_PIN, _CHANGE = "Its PIN is blocked", "It has no PIN yet", "It wants its PIN to be changed first"

Handle: TypeAlias = Any  # pkcs11.Token and pkcs11.Session, extension classes


class Slot(NamedTuple):
    """A token as its module describes it now."""

    label: str
    serial: str
    model: str
    firmware: str
    login: bool  # wants a PIN at all
    pad: bool  # its own keypad takes the PIN (CKF_PROTECTED_AUTHENTICATION_PATH)
    low: bool  # wrong PINs were tried since the last right one
    last: bool  # one try is left
    problem: str  # "", or why no PIN can be given

    @property
    def name(self) -> str:
        """For people: its label, else its model."""
        return self.label or self.model or "the token"


def token_id(module: str, serial: str) -> str:
    """TokenInfo.id of a token."""
    return f"{PREFIX}{module}:{serial}"


def parse_id(token: str) -> tuple[str, str]:
    """Module path and serial number of a TokenInfo.id; two empty strings for another family's."""
    if not token.startswith(PREFIX):
        return "", ""
    module, _, serial = token.removeprefix(PREFIX).rpartition(":")
    return module, serial


def find(module: str) -> list[TokenInfo]:
    """The tokens that a module shows now, those with a problem included.

    The module is loaded in a process of its own first. Raises ModuleError, TokenBusyError, LibraryMissingError.
    """
    loadable = check(module)
    try_out(loadable)
    return _found(loadable, TURN)


def find_in(modules: Iterable[str]) -> list[TokenInfo]:
    """The tokens that these modules show, for a list of ways in: what does not answer soon has none.

    The paths may come from a header that nobody has verified: only modules that root put there are loaded, and first in
    a process of their own, as some libraries of the system end every process that loads them (AddressSanitizer's).
    """
    found: list[TokenInfo] = []
    for path in dict.fromkeys(modules):
        with contextlib.suppress(TokenError):
            module = check(path)
            if module.system:
                try_out(module)
                found += _found(module, _SOON)
    return found


def _found(module: Module, patience: float) -> list[TokenInfo]:
    found = []
    with calls(module, patience=patience) as library:
        for slot, _ in slots(library):
            warnings = ["Wrong PINs were tried before"] if slot.low and not slot.problem else []
            if slot.last:
                warnings = [LAST_TRY]
            known = token_id(module.name, slot.serial)
            methods = [Method.PKCS11]
            found.append(TokenInfo(known, slot.name, slot.serial, methods, slot.firmware, slot.problem, warnings))
    return found


def slots(library: Library) -> list[tuple[Slot, Handle]]:
    """Every token that is set up, in the module's order."""
    import pkcs11  # noqa: PLC0415 optional; the caller has a library already

    found = []
    for place in library.get_slots(token_present=True):
        try:
            token = place.get_token()
        except (pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised, pkcs11.DeviceRemoved):
            continue  # went away since the list was made
        if token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
            found.append((_described(token, pkcs11.TokenFlag), token))
    return found


def _described(token: Handle, flag: Any) -> Slot:  # noqa: ANN401 an enumeration of an optional library
    flags = token.flags
    login = bool(flags & flag.LOGIN_REQUIRED)
    problem = ""
    if login and flags & flag.USER_PIN_LOCKED:
        problem = _BLOCKED
    elif login and not flags & flag.USER_PIN_INITIALIZED:
        problem = _NO_PIN
    elif login and flags & flag.USER_PIN_TO_BE_CHANGED:
        problem = _CHANGE
    return Slot(
        _text(token.label),
        _text(token.serial.decode("utf-8", "replace")),
        _text(token.model),
        ".".join(str(part) for part in token.firmware_version) if any(token.firmware_version) else "",
        login,
        bool(flags & flag.PROTECTED_AUTHENTICATION_PATH),
        bool(flags & flag.USER_PIN_COUNT_LOW),
        bool(flags & flag.USER_PIN_FINAL_TRY),
        problem,
    )


def _text(field: str) -> str:
    return "".join(letter for letter in field if letter.isprintable()).strip()


def refuse_unusable(slot: Slot) -> None:
    """Raise PinBlockedError, PinNotSetError or PinChangeNeededError, before a PIN is asked."""
    if slot.problem == _BLOCKED:
        raise PinBlockedError(name=slot.name, help=_UNBLOCK)
    if slot.problem == _NO_PIN:
        raise PinNotSetError(name=slot.name)
    if slot.problem == _CHANGE:
        raise PinChangeNeededError(name=slot.name)


def again(library: Library, slot: Slot) -> Handle:
    """The same token, looked up anew. Raises TokenRemovedError."""
    for known, token in slots(library):
        if (known.serial, known.label) == (slot.serial, slot.label):
            return token
    raise TokenRemovedError(name=slot.name)


@contextlib.contextmanager
def session(module: Module, slot: Slot, pin: str | None, *, write: bool = False) -> Iterator[Handle]:
    """A session, logged in if the token wants it; one try of its PIN counter if ``pin`` is wrong.

    Args:
        module: as `check` gave it.
        slot: which token.
        pin: None for a token with a keypad of its own, or one that wants no login.
        write: to make or delete keys.

    Raises:
        WrongPinUncountedError, LastPinTryError, PinBlockedError and what `refuse_unusable` raises: the PIN.
        TokenRemovedError, HsmSessionError, TokenBusyError, TokenError, ModuleError: the token and its module.
        CancelledError: at the keypad; InvalidInputError: a PIN that can be none, which is not sent.
    """
    if pin is not None and not 0 < len(pin.encode()) <= MAX_PIN:
        raise InvalidInputError(reason="The PIN is empty or too long", field="pin")
    with calls(module, slot.name) as library:
        token = again(library, slot)
        refuse_unusable(_now(library, slot))
        opened = _logged_in(library, token, slot, pin, write=write)
        try:
            yield opened
        finally:
            with contextlib.suppress(RuntimeError):  # PKCS11Error: lost already; the module is finalised anyway
                opened.close()


def public_session(library: Library, slot: Slot) -> Handle:
    """A session that sees what is public on a token. Closed when the module is finalised, or by its caller."""
    return again(library, slot).open()


def _now(library: Library, slot: Slot) -> Slot:
    return next((known for known, _ in slots(library) if known.serial == slot.serial), slot)


def _logged_in(library: Library, token: Handle, slot: Slot, pin: str | None, *, write: bool) -> Handle:
    import pkcs11  # noqa: PLC0415 optional; the caller has a library already

    if not slot.login:
        return token.open(rw=write)
    try:
        return token.open(rw=write, user_pin=pkcs11.PROTECTED_AUTH if slot.pad else pin)
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
        raise _wrong(_now(library, slot)) from error
    except pkcs11.PinLocked as error:
        raise PinBlockedError(name=slot.name, help=_UNBLOCK) from error
    except pkcs11.PinExpired as error:
        raise PinChangeNeededError(name=slot.name) from error
    except pkcs11.UserPinNotInitialized as error:
        raise PinNotSetError(name=slot.name) from error
    except (pkcs11.FunctionCancelled, pkcs11.FunctionRejected) as error:
        raise CancelledError from error


def _wrong(slot: Slot) -> WrongPinUncountedError | LastPinTryError | PinBlockedError:
    """What the flags say after a wrong PIN."""
    if slot.problem == _BLOCKED:
        return PinBlockedError(name=slot.name, help=_UNBLOCK)
    if slot.last:
        return LastPinTryError(name=slot.name, retries=1)
    return WrongPinUncountedError(name=slot.name)
