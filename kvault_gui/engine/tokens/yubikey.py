"""The YubiKey's two positions for touch and challenge-response (Yubico OTP application), over PC/SC or USB HID.

A position that answers challenges gives HMAC-SHA1 (RFC 2104) under a secret that cannot be read back. Challenges are
shorter than 64 bytes: the key takes the padding of a shorter one off, and yubikit pads so that it can.
Over PC/SC a key that waits for a touch cannot be interrupted; over HID it can.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import Method, TokenInfo
from ..errors import (
    CancelledError,
    LibraryMissingError,
    ReaderServiceError,
    TokenBusyError,
    TokenError,
    TokenKeyError,
    TokenRemovedError,
    TokenTimeoutError,
    TokenUnknownError,
)
from . import cards, pcsc
from .key_card import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yubikit.yubiotp import YubiOtpSession

POSITIONS = (1, 2)
SECRET = 20  # bytes: what HMAC-SHA1 takes unchanged, and a position holds
TOUCH_SECONDS = 15  # how long it blinks (its factory setting)
HID_PREFIX = "hid:"  # of token ids; the device file follows
_NOT_TOUCHED = frozenset({0x6982, 0x6985})
_NEEDED = "YubiKey challenge-response"


class Position(NamedTuple):
    """What a position says of itself. ``touch`` of one that types when it is touched is True as well."""

    programmed: bool
    touch: bool


class OtpKey:
    """An open YubiKey. Every method raises TokenRemovedError, TokenBusyError, ReaderServiceError, TokenError."""

    def __init__(self, token: str, name: str, connection: Any) -> None:  # noqa: ANN401 a Card, or what ykman opened
        """Raises TokenUnknownError if it has no such application."""
        from yubikit.yubiotp import YubiOtpSession  # noqa: PLC0415 optional library

        self.token, self.name = token, name
        self._connection = connection
        with self._faults():
            self._session: YubiOtpSession = YubiOtpSession(connection)

    def rename(self, name: str) -> None:
        """How errors are to name it."""
        self.name = name
        if isinstance(self._connection, pcsc.Card):
            self._connection.name = name

    def serial(self) -> str:
        """Its serial number in decimal, as printed on it; "" if it does not tell."""
        from yubikit.core import CommandError  # noqa: PLC0415 optional library

        with self._faults():
            try:
                return str(self._session.get_serial())
            except CommandError:
                return ""  # its setting SERIAL_API_VISIBLE is off

    def info(self) -> TokenInfo:
        """Name, serial number and firmware."""
        from yubikit.support import get_name, read_info  # noqa: PLC0415 optional library

        if isinstance(self._connection, pcsc.Card):
            found = cards.identify(self._connection).info
            self._again()
            return found
        with self._faults():
            pid = self._connection.pid
            info = read_info(self._connection, pid)
            version = tuple(info.version)
            return TokenInfo(
                self.token,
                get_name(info, pid.yubikey_type),
                str(info.serial or ""),
                [Method.CHALLENGE_RESPONSE],
                firmware=".".join(str(part) for part in version),
                warnings=cards.warnings(version),
            )

    def _again(self) -> None:
        """Select the application anew after another one of the card was looked at."""
        from yubikit.yubiotp import YubiOtpSession  # noqa: PLC0415 optional library

        with self._faults():
            self._session = YubiOtpSession(self._connection)

    def positions(self) -> dict[int, Position]:
        """Both positions."""
        from yubikit.core import NotSupportedError  # noqa: PLC0415 optional library
        from yubikit.yubiotp import SLOT  # noqa: PLC0415 optional library

        state = self._session.get_config_state()
        found = {}
        for number in POSITIONS:
            with self._faults():
                programmed = state.is_configured(SLOT(number))
            try:
                touch = programmed and state.is_touch_triggered(SLOT(number))
            except NotSupportedError:
                touch = False  # before firmware 3 it does not tell
            found[number] = Position(programmed, touch)
        return found

    def respond(self, position: int, challenge: bytes, cancelled: Callable[[], bool] = lambda: False) -> bytes:
        """HMAC-SHA1 of ``challenge`` (below 64 bytes), 20 bytes.

        Raises TokenKeyError for a position that answers no challenge, TokenTimeoutError, CancelledError.
        """
        from yubikit.core import BadResponseError, TimeoutError  # noqa: A004, PLC0415 the library's own; optional
        from yubikit.core.otp import CommandRejectedError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.yubiotp import SLOT  # noqa: PLC0415 optional library

        waits: Any = _Waits(cancelled)
        with self._faults():
            try:
                return self._session.calculate_hmac_sha1(SLOT(position), challenge, waits)
            except (BadResponseError, CommandRejectedError) as error:
                found = f"position {position} answers no HMAC-SHA1 challenges"
                raise TokenKeyError(name=self.name, found=found) from error
            except TimeoutError as error:
                raise (CancelledError() if cancelled() else TokenTimeoutError(name=self.name)) from error
            except ApduError as error:
                if error.sw in _NOT_TOUCHED:
                    raise TokenTimeoutError(name=self.name) from error
                raise

    def program(self, position: int, secret: bytes, *, touch: bool) -> None:
        """Write a secret of 20 bytes, over whatever is there."""
        from yubikit.core.otp import CommandRejectedError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import SW, ApduError  # noqa: PLC0415 optional library
        from yubikit.yubiotp import SLOT, HmacSha1SlotConfiguration  # noqa: PLC0415 optional library

        configuration = HmacSha1SlotConfiguration(secret).require_touch(touch)
        protected = TokenError(name=self.name, reason=f"position {position} is protected by an access code")
        with self._faults():
            try:
                self._session.put_configuration(SLOT(position), configuration)
            except CommandRejectedError as error:
                raise protected from error
            except ApduError as error:
                if error.sw == SW.SECURITY_CONDITION_NOT_SATISFIED:
                    raise protected from error
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            with faults(self.name):
                yield
        except OSError as error:
            raise _gone(error, self.name) from error
        except Exception as error:
            if type(error) is Exception:  # what yubikit raises for a key that does not keep to the HID protocol
                raise TokenError(name=self.name, reason="it does not answer as it should") from error
            raise


class _Waits:
    """Stands for a threading.Event where yubikit polls a key over HID: set when the person has cancelled."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return self._cancelled()


def _gone(error: OSError, name: str) -> TokenError:
    if isinstance(error, PermissionError):
        reason = "this user may not open it; install the udev rules of the package “libu2f-udev” or yubikey-manager"
        return TokenError(name=name, reason=reason)
    if isinstance(error, BlockingIOError):
        return TokenBusyError(name=name)
    return TokenRemovedError(name=name)


def open_key(token: str, stack: ExitStack) -> OtpKey | None:
    """Open a key by its id ("pcsc:<reader>" or "hid:<device file>"), which ``stack`` closes; None for another card.

    Raises TokenMissingError, TokenBusyError, ReaderServiceError, LibraryMissingError, TokenError.
    """
    if token.startswith(HID_PREFIX):
        return _open_hid(token, stack)
    card = stack.enter_context(pcsc.connect(token))
    try:
        return OtpKey(token, card.name, card)
    except TokenUnknownError:
        return None


def _open_hid(token: str, stack: ExitStack) -> OtpKey | None:
    from yubikit.core.otp import OtpConnection  # noqa: PLC0415 optional library

    for device in hid_devices():
        if HID_PREFIX + device.path == token:
            try:
                connection: Any = device.open_connection(OtpConnection)
            except OSError as error:
                raise _gone(error, "YubiKey") from error
            stack.callback(connection.close)
            connection.pid = device.pid
            return OtpKey(token, "YubiKey", connection)
    return None


def hid_devices() -> list[Any]:
    """YubiKeys' keyboards, as ykman lists them; those that may not be read are left out. Raises LibraryMissingError."""
    try:
        from ykman.hid import list_otp_devices  # noqa: PLC0415 optional library
    except ImportError as error:
        raise LibraryMissingError(needed=_NEEDED, package="yubikey-manager") from error
    return list(list_otp_devices())


def present() -> list[str]:
    """Ids of what may be YubiKeys: cards in readers first, then keys that can be reached over HID alone.

    Going over from one interface to the other costs a key three seconds, so HID is left alone where PC/SC will do.
    Raises ReaderServiceError without pcscd if there is no key over HID either, LibraryMissingError.
    """
    from yubikit.core import USB_INTERFACE  # noqa: PLC0415 optional library

    devices = hid_devices()
    try:
        readers = [reader for reader in pcsc.readers() if reader.present]
    except ReaderServiceError:
        if not devices:
            raise
        readers = []
    over_ccid = any("yubikey" in reader.name.lower() for reader in readers)
    alone = [each for each in devices if not (over_ccid and each.pid.usb_interfaces & USB_INTERFACE.CCID)]
    return [reader.token for reader in readers] + [HID_PREFIX + each.path for each in alone]


def find() -> list[TokenInfo]:
    """YubiKeys that can be reached over HID alone; those in readers are found by tokens/cards.

    Raises ReaderServiceError, LibraryMissingError.
    """
    found = []
    for token in present():
        if not token.startswith(HID_PREFIX):
            continue
        with ExitStack() as stack:
            try:
                key = open_key(token, stack)
                if key is not None:
                    found.append(key.info())
            except TokenError as error:
                found.append(TokenInfo(token, "YubiKey", "", [Method.CHALLENGE_RESPONSE], problem=error.brief))
    return found
