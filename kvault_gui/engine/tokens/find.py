"""Every token, card and chip of every family, each once."""

from __future__ import annotations

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
    from . import cards, device, fido_ports, tpm  # noqa: PLC0415 each loads a library when it looks

    notices: list[str] = []
    readers: list[cards.Found] = []
    usb: list[TokenInfo] = []
    try:
        readers = cards.find()
    except (ReaderServiceError, LibraryMissingError) as error:
        notices.append(f"{error.say(error.headline)}. {error.say(error.advice)}")
    try:
        usb = fido_ports.find()
    except LibraryMissingError as error:
        notices.append(f"{error.say(error.headline)}. {error.say(error.advice)}")
    return Look([*_merged(readers, usb), *tpm.find(), *device.find()], notices)


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
