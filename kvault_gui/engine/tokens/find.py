"""Every token, card and chip of every family, each once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..api import Method, TokenInfo
from ..errors import LibraryMissingError, ReaderServiceError

if TYPE_CHECKING:
    from . import cards


class Look(NamedTuple):
    """What is there, and what kept a whole family from being looked at, in words."""

    tokens: list[TokenInfo]
    notices: list[str]


def find_all() -> list[TokenInfo]:
    """Every token, card and chip that can be found now, those with a problem included. Not PKCS#11 modules."""
    return look().tokens


def look() -> Look:
    """Every token, card and chip that can be found now; a family that cannot be looked at is a notice."""
    from . import cards, device, fido_ports, tpm, yubikey  # noqa: PLC0415 each loads a library when it looks

    notices: list[str] = []
    readers: list[cards.Found] = []
    usb: list[TokenInfo] = []
    keyboards: list[TokenInfo] = []
    try:
        readers = cards.find()
    except (ReaderServiceError, LibraryMissingError) as error:
        notices.append(error.brief)
    try:
        usb = fido_ports.find()
    except LibraryMissingError as error:
        notices.append(error.brief)
    with contextlib.suppress(ReaderServiceError, LibraryMissingError):  # told above
        keyboards = yubikey.find()
    return Look([*_joined(_merged(readers, usb), keyboards), *tpm.find(), *device.find()], notices)


def _joined(tokens: list[TokenInfo], keyboards: list[TokenInfo]) -> list[TokenInfo]:
    """With YubiKeys that can be reached as a keyboard alone; one that is there as a FIDO token too is one."""
    joined = list(tokens)
    for keyboard in keyboards:
        same = [number for number, each in enumerate(joined) if each.serial and each.serial == keyboard.serial]
        if same:
            other = joined[same[0]]
            methods = [*other.methods, *(method for method in keyboard.methods if method not in other.methods)]
            joined[same[0]] = msgspec.structs.replace(other, methods=methods)
        else:
            joined.append(keyboard)
    return joined


def _merged(readers: list[cards.Found], usb: list[TokenInfo]) -> list[TokenInfo]:
    """Readers and USB ports; a YubiKey that is in both is one, under its reader's id."""
    from . import fido_ports  # noqa: PLC0415 as above

    left = list(usb)
    tokens = []
    for found in readers:
        info = fido_ports.check(found)
        if found.yubikey and Method.FIDO2 not in info.methods:
            same = [each for each in left if Method.FIDO2 in each.methods and fido_ports.is_same(each, info)]
            if len(same) == 1:
                left.remove(same[0])
                info = msgspec.structs.replace(info, methods=[Method.FIDO2, *info.methods])
        tokens.append(info)
    return [*tokens, *left]
