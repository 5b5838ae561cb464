"""Where FIDO2 tokens are: USB ports and readers. Opening one, and saying what it is."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..api import Method, TokenInfo
from ..errors import (
    LibraryMissingError,
    ReaderServiceError,
    TokenError,
    TokenMissingError,
    TokenShutError,
    TokenUnfitError,
)
from . import cards, pcsc
from .fido import Token
from .fido_faults import faults
from .plugged import HID_PREFIX, hid_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from fido2.ctap import CtapDevice
    from fido2.hid import CtapHidDevice
    from fido2.hid.base import HidDescriptor

    from .cards import Found
    from .pcsc import Card

_YUBICO = 0x1050  # USB vendor
_NEEDED = "A FIDO2 token"
_KEY = "Security key"  # what calls itself nothing


class Identity(NamedTuple):
    """What a token is, for people and to tell it apart. ``serial`` "" where it has none that can be read."""

    name: str
    serial: str = ""
    firmware: str = ""
    warnings: tuple[str, ...] = ()


class Opened(NamedTuple):
    """An open token and what it is."""

    token: Token
    identity: Identity


def _usb() -> ModuleType:
    """The library's module for USB. Raises LibraryMissingError."""
    try:
        hid = import_module("fido2.hid")  # costs a start 40 ms
    except ImportError as error:
        raise LibraryMissingError(needed=_NEEDED, package="fido2") from error
    log = logging.getLogger("fido2")
    if not log.handlers:
        log.addHandler(
            logging.NullHandler()
        )  # else it writes to standard error that a token is busy, ten times a second
    return hid


def candidates() -> list[str]:
    """The ids of what may be a FIDO2 token, tokens in USB ports first; opens no card. Raises LibraryMissingError."""
    hid = _usb()
    ids = sorted(f"{HID_PREFIX}{descriptor.path!s}" for descriptor in hid.list_descriptors())
    try:
        return [*ids, *(reader.token for reader in pcsc.readers() if reader.present)]
    except (ReaderServiceError, LibraryMissingError):
        return ids


@contextmanager
def open_token(token: str, name: str = "", *, identify: bool = True, follow: bool = True) -> Iterator[Opened]:
    """Open a FIDO2 token by its id ("hid:<device file>", or "pcsc:<reader>" for a card and for the YubiKey there).

    Args:
        token: TokenInfo.id.
        name: how errors name it until it has said so itself.
        identify: ask for its name, serial number and firmware, which takes a few exchanges more.
        follow: from the reader of a YubiKey in a USB port to the port where its FIDO application is.

    Raises:
        TokenMissingError: there is none.
        TokenUnfitError: it speaks no FIDO2.
        TokenBusyError, TokenError, ReaderServiceError, LibraryMissingError.
    """
    if token.startswith(HID_PREFIX):
        with _open_hid(token, name, identify=identify) as opened:
            yield opened
        return
    with pcsc.connect(token, name) as card:
        found = cards.identify(card) if identify else None
        if found is not None:
            card.name = found.info.name
        device = _card_device(card)
        if device is not None:
            info = found.info if found is not None else None
            identity = Identity(card.name) if info is None else _of_info(info)
            yield Opened(Token(device, token, identity.name), identity)
            return
        if not follow:
            raise TokenUnfitError(name=card.name, reason="it speaks no FIDO2")
        known = found or cards.identify(card)
    # A YubiKey in a USB port has its FIDO application on another interface than its card.
    sibling = _sibling(known)
    if sibling is None:
        raise TokenUnfitError(name=known.info.name, reason="it speaks no FIDO2")
    with _open_hid(sibling, known.info.name, identify=identify) as opened:
        yield opened


def _of_info(info: TokenInfo) -> Identity:
    return Identity(info.name, info.serial, info.firmware, tuple(info.warnings))


# --- USB ----------------------------------------------------------------------------------------------------------


@contextmanager
def _open_hid(token: str, name: str, *, identify: bool) -> Iterator[Opened]:
    hid = _usb()
    path = token.removeprefix(HID_PREFIX)
    try:
        descriptor = hid.get_descriptor(path)
        connection = hid.open_connection(descriptor)
    except PermissionError as error:
        raise TokenShutError(name=name or _KEY) from error
    except (OSError, ValueError) as error:
        raise TokenMissingError(name=name or path) from error
    called = name or _usb_name(descriptor)
    try:
        with faults(called):
            device = hid.CtapHidDevice(descriptor, connection)
            identity = _usb_identity(device, called) if identify else Identity(called)
        yield Opened(Token(device, token, identity.name), identity)
    finally:
        connection.close()


def _usb_name(descriptor: HidDescriptor) -> str:
    """What the token calls itself; makers put their name before a product that begins with it."""
    return pcsc.title(descriptor.product_name or "") or _KEY


def _usb_identity(device: CtapHidDevice, name: str) -> Identity:
    """A YubiKey tells its name, serial number and firmware; of others there is what USB says."""
    firmware = ".".join(str(part) for part in device.device_version)
    serial = str(device.serial_number or "")
    if device.descriptor.vid != _YUBICO:
        return Identity(_usb_name(device.descriptor), serial, firmware)
    try:
        from yubikit.core import PID, Version  # noqa: PLC0415 optional library
        from yubikit.support import get_name, read_info  # noqa: PLC0415 optional library
    except ImportError:
        version = device.device_version
        return Identity(name, "", firmware, tuple(cards.warnings(version)))
    try:
        pid = PID(device.descriptor.pid)
    except ValueError:
        pid = PID.YK4_OTP_FIDO_CCID  # a product that is newer than the library
    info = read_info(device, pid)  # type: ignore[arg-type] # yubikit registers it as a connection
    known: Version = info.version
    return Identity(
        get_name(info, pid.yubikey_type),
        str(info.serial or ""),
        ".".join(str(part) for part in known),
        tuple(cards.warnings(tuple(known))),
    )


# --- readers ------------------------------------------------------------------------------------------------------


class _Wire:
    """A card as fido2 wants its connections."""

    def __init__(self, card: Card) -> None:
        self._card = card

    def connect(self) -> None:
        """It is connected."""

    def transmit(self, apdu: list[int], protocol: object = None) -> tuple[list[int], int, int]:
        """One command."""
        del protocol
        data, status = self._card.send_and_receive(bytes(apdu))
        return list(data), status >> 8, status & 0xFF

    def disconnect(self) -> None:
        """Whoever opened it closes it."""


def _card_device(card: Card) -> CtapDevice | None:
    """The FIDO application of a card; None without one."""
    from fido2.pcsc import CtapPcscDevice  # noqa: PLC0415 optional library

    wire: Any = _Wire(card)
    try:
        return CtapPcscDevice(wire, card.reader)
    except ValueError:
        return None


# --- finding ------------------------------------------------------------------------------------------------------


def find() -> list[TokenInfo]:
    """FIDO tokens in USB ports, with what stands in the way of using one. Raises LibraryMissingError."""
    hid = _usb()
    ids = [f"{HID_PREFIX}{descriptor.path!s}" for descriptor in hid.list_descriptors()]
    shut = [token for token in hid_tokens() if token not in ids]
    return [_look(token) for token in sorted(ids)] + [
        TokenInfo(token, _KEY, "", [Method.FIDO2], problem=TokenShutError(name=_KEY).brief) for token in shut
    ]


def _look(token: str) -> TokenInfo:
    try:
        with open_token(token) as opened:
            name, serial, firmware, warned = opened.identity
            info = TokenInfo(token, name, serial, [Method.FIDO2], firmware, warnings=list(warned))
            opened.token.check_fit()
            return info
    except TokenUnfitError as error:
        return TokenInfo(token, str(error.fields["name"]), "", [], problem=error.brief)
    except TokenError as error:
        # It may be one that can: what stands in the way may pass.
        return TokenInfo(token, str(error.fields.get("name", _KEY)), "", [Method.FIDO2], problem=error.brief)


def check(found: Found) -> TokenInfo:
    """A card with a FIDO application, without FIDO2 among its methods where it cannot give secrets."""
    if not found.fido:
        return found.info
    try:
        with open_token(found.info.id, found.info.name, identify=False) as opened:
            opened.token.check_fit()
            return found.info
    except TokenError as error:
        left = [method for method in found.info.methods if method is not Method.FIDO2]
        return msgspec.structs.replace(found.info, methods=left, problem="" if left else error.brief)


def find_everywhere() -> list[TokenInfo]:
    """FIDO2 tokens in USB ports and on readers. Raises LibraryMissingError."""
    try:
        readers = [check(found) for found in cards.find() if found.fido]
    except (ReaderServiceError, LibraryMissingError):
        readers = []  # what is in USB ports needs neither
    return [*find(), *readers]


def _sibling(found: Found) -> str | None:
    """The id of the USB token that is the same YubiKey as a card."""
    if not found.yubikey:
        return None
    same = [each for each in find() if Method.FIDO2 in each.methods and is_same(each, found.info)]
    return same[0].id if len(same) == 1 else None


def is_same(usb: TokenInfo, card: TokenInfo) -> bool:
    """By serial number; keys that hide it are the same if name and firmware are."""
    if usb.serial or card.serial:
        return usb.serial == card.serial
    return (usb.name, usb.firmware) == (card.name, card.firmware)
