"""What a card in a reader is: its applets, and the YubiKey's own name, serial number and firmware.

Selecting an applet changes nothing on a card and costs no PIN try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api import Method, TokenInfo
from ..errors import KvaultError, LibraryMissingError, ReaderEmptyError, TokenError, TokenUnknownError
from . import pcsc

if TYPE_CHECKING:
    from yubikit.core import PID

    from .pcsc import Card, Reader

FIDO = bytes.fromhex("a0000006472f0001")
OPENPGP = bytes.fromhex("d27600012401")
PIV = bytes.fromhex("a00000030800001000")  # SP 800-73-4 part 1, section 2.2: whatever its version
_OTP = bytes.fromhex("a0000005272001")
_MANAGEMENT = bytes.fromhex("a000000527471117")
_APPLETS = {
    _MANAGEMENT: None,
    _OTP: Method.CHALLENGE_RESPONSE,
    FIDO: Method.FIDO2,
    PIV: Method.PIV,
    OPENPGP: Method.OPENPGP,
}
_MAKERS = {  # of OpenPGP cards: the register of manufacturer numbers, as GnuPG keeps it
    0x0005: "ZeitControl",
    0x0006: "Yubico",
    0x000B: "Feitian",
    0x000F: "Nitrokey",
    0xF1D0: "CanoKeys",
    0xF517: "Gnuk",
}
_OK = 0x9000

EUCLEAK = (
    "Firmware {version} has a weakness (EUCLEAK): whoever has it in a laboratory for a while can copy its "
    "elliptic-curve keys. FIDO2 and challenge-response ways in are not affected."
)
ROCA = (
    "Firmware {version} makes weak RSA keys (ROCA). kvault makes none on it; use an elliptic-curve key, or one that "
    "was made elsewhere."
)


class Found(NamedTuple):
    """A card and what is on it. ``fido``: it has a FIDO applet, whose own questions are for tokens/fido."""

    info: TokenInfo
    yubikey: bool = False
    fido: bool = False


def warnings(version: tuple[int, ...]) -> list[str]:
    """Known weaknesses of a YubiKey's firmware (Yubico advisories YSA-2017-01 and YSA-2024-03)."""
    words = ".".join(str(part) for part in version)
    if (4, 2, 0) <= version < (4, 3, 5):
        return [ROCA.format(version=words)]
    if (5,) <= version < (5, 7):
        return [EUCLEAK.format(version=words)]
    return []


def find() -> list[Found]:
    """What is in every reader, an empty reader included, with what stands in the way of using it.

    Raises ReaderServiceError, LibraryMissingError.
    """
    return [look(reader) for reader in pcsc.readers()]


def look(reader: Reader) -> Found:
    """What is in one reader. Never raises a TokenError: it is the problem that is told."""
    if not reader.present:
        return _problem(reader, ReaderEmptyError(name=reader.title))
    try:
        with pcsc.connect(reader.token, reader.title) as card:
            return identify(card)
    except LibraryMissingError:
        raise
    except TokenError as error:
        return _problem(reader, error)


def _problem(reader: Reader, error: KvaultError) -> Found:
    return Found(TokenInfo(reader.token, reader.title, "", [], problem=error.brief))


def identify(card: Card) -> Found:
    """Which of the applets that kvault can use are on a card. Raises what ``Card.send_and_receive`` does."""
    there = {aid for aid in _APPLETS if _select(card, aid)}
    methods = [method for aid, method in _APPLETS.items() if aid in there and method is not None]
    token = pcsc.PREFIX + card.reader
    if there & {_MANAGEMENT, _OTP}:
        info = _yubikey(card, methods)
        if info is not None:
            return Found(info, yubikey=True, fido=FIDO in there)
    if not methods:
        return Found(TokenInfo(token, card.name, "", [], problem=TokenUnknownError(name=card.name).brief))
    serial, maker = _openpgp(card) if OPENPGP in there else ("", "")
    return Found(TokenInfo(token, _name(card, methods, maker), serial, methods), fido=FIDO in there)


def _select(card: Card, aid: bytes) -> bool:
    _, status = card.send_and_receive(bytes([0, 0xA4, 4, 0, len(aid)]) + aid + b"\0")
    return status == _OK or status >> 8 == 0x61  # noqa: PLR2004 more to read


def _name(card: Card, methods: list[Method], maker: str) -> str:
    """A token with its own USB port is called as its reader; a card in a reader after what is on it."""
    if any(word in card.name.lower() for word in ("nitrokey", "yubikey", "gnuk", "solokey", "token2", "canokey")):
        return card.name
    kinds = {Method.OPENPGP: f"{maker} OpenPGP card".strip(), Method.PIV: "PIV card", Method.FIDO2: "FIDO2 card"}
    for method, words in kinds.items():
        if method in methods:
            return words
    return card.name


def _openpgp(card: Card) -> tuple[str, str]:
    """Serial number, as gpg prints it, and maker in the application identifier (OpenPGP card 3.4, section 4.2.1)."""
    if not _select(card, OPENPGP):
        return "", ""
    aid, status = card.send_and_receive(bytes([0, 0xCA, 0, 0x4F, 0]))
    if status != _OK or len(aid) != 16:  # noqa: PLR2004 bytes
        return "", ""
    return aid[10:14].hex().upper(), _MAKERS.get(int.from_bytes(aid[8:10], "big"), "")


def _yubikey(card: Card, methods: list[Method]) -> TokenInfo | None:
    """Name, serial number and firmware as its management applet says; None for what only looks like one."""
    from yubikit.support import get_name, read_info  # noqa: PLC0415 optional library

    pid = _pid(card)
    try:
        with pcsc.faults(card.name):
            info = read_info(card, pid)  # type: ignore[arg-type] # registered as one
            name = get_name(info, pid.yubikey_type if pid else None)
    except (TokenUnknownError, ValueError):
        return None
    version = tuple(info.version)
    return TokenInfo(
        pcsc.PREFIX + card.reader,
        name,
        str(info.serial or ""),
        methods,
        firmware=".".join(str(part) for part in version),
        warnings=warnings(version),
    )


def _pid(card: Card) -> PID | None:
    """The USB product, told by the reader's name as pcscd builds it; None over NFC."""
    from yubikit.core import PID, TRANSPORT, USB_INTERFACE, YUBIKEY  # noqa: PLC0415 optional library

    if card.transport is not TRANSPORT.USB:
        return None
    words = card.reader.replace("U2F", "FIDO")
    interfaces = USB_INTERFACE(0)
    for each in USB_INTERFACE:
        if str(each.name) in words:
            interfaces |= each
    if not interfaces:
        interfaces = USB_INTERFACE.OTP | USB_INTERFACE.FIDO | USB_INTERFACE.CCID
    return PID.of(YUBIKEY.NEO if "NEO" in words else YUBIKEY.YK4, interfaces)
