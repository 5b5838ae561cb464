"""Smart cards and tokens in readers, over PC/SC (pcscd): what is there, connections, and what goes wrong with them.

A connection is a ``SmartCardConnection`` to yubikit and gives kvault's own errors for everything that PC/SC reports.
Source: PC/SC Workgroup specification part 5; pcsc-lite's API.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Self

from ..errors import (
    LibraryMissingError,
    ReaderEmptyError,
    ReaderForbiddenError,
    ReaderServiceError,
    TokenBusyError,
    TokenError,
    TokenMissingError,
    TokenRemovedError,
    TokenUnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType, TracebackType

    from yubikit.core import TRANSPORT

PREFIX = "pcsc:"  # of token ids; the reader's name follows

_SETTLE = 0.6  # seconds that a card which was just put in may need until it answers
_BUSY = 2.0  # seconds that another program may take; a look at what is plugged in takes less
_STEP = 100  # milliseconds
_T0_USB = 0xF0  # the first half of an ATR's second byte, of a token that is a reader by itself


class Reader(NamedTuple):
    """One slot of a reader."""

    name: str
    present: bool

    @property
    def token(self) -> str:
        """The id of what is in it."""
        return PREFIX + self.name

    @property
    def title(self) -> str:
        """Its name for people: without numbers of slots and interfaces."""
        return title(self.name)


def title(reader: str) -> str:
    """A reader's name for people: "Yubico YubiKey OTP+FIDO+CCID 00 00" is "Yubico YubiKey"."""
    name = re.sub(r"(\s+[0-9A-F]{2}){1,2}$", "", reader)
    name = re.sub(r"\s*[\[(][^\])]*[\])]", "", name)
    name = re.sub(r"\s+(OTP|FIDO|U2F|CCID)(\+(OTP|FIDO|U2F|CCID))*$", "", name).strip()
    words = name.split()
    # libccid puts the maker before a product that begins with the maker.
    return " ".join(words[1:] if len(words) > 1 and words[0] == words[1] else words) or reader


def scard() -> ModuleType:
    """The library's module of plain PC/SC calls. Raises LibraryMissingError."""
    try:
        return import_module("smartcard.scard")
    except ImportError as error:
        raise LibraryMissingError(needed="A smart card or a token in a reader", package="pyscard") from error


@contextmanager
def context() -> Iterator[int]:
    """A PC/SC context. Raises ReaderServiceError without pcscd, LibraryMissingError."""
    api = scard()
    code, handle = api.SCardEstablishContext(api.SCARD_SCOPE_USER)
    if code != api.SCARD_S_SUCCESS:
        raise fault(code, "pcscd")
    try:
        yield handle
    finally:
        api.SCardReleaseContext(handle)


def readers() -> list[Reader]:
    """Every slot of every reader, by name. Raises ReaderServiceError, LibraryMissingError."""
    api = scard()
    with context() as handle:
        names = _names(api, handle)
        if not names:
            return []
        code, states = api.SCardGetStatusChange(handle, 0, [(name, api.SCARD_STATE_UNAWARE) for name in names])
        if code == api.SCARD_E_UNKNOWN_READER:
            return []  # one went away between the two calls; whoever watches is told, and asks again
        if code != api.SCARD_S_SUCCESS:
            raise fault(code, "pcscd")
    return [Reader(name, bool(state & api.SCARD_STATE_PRESENT)) for name, state, _ in states]


def _names(api: ModuleType, handle: int) -> list[str]:
    code, names = api.SCardListReaders(handle, [])
    if code == api.SCARD_E_NO_READERS_AVAILABLE:
        return []
    if code != api.SCARD_S_SUCCESS:
        raise fault(code, "pcscd")
    return sorted(names)


def reader_of(token: str) -> str:
    """The reader's name in a token id. Raises TokenMissingError for an id of another family."""
    if not token.startswith(PREFIX):
        raise TokenMissingError(name=token)
    return token.removeprefix(PREFIX)


class Card:
    """A connection to a card, for one owner at a time; also a yubikit ``SmartCardConnection``.

    Closing it resets the card, so that no PIN stays verified behind us.
    """

    def __init__(self, reader: str, name: str) -> None:
        """Connect. Use ``connect``."""
        self.reader, self.name = reader, name
        self._api = scard()
        code, self._context = self._api.SCardEstablishContext(self._api.SCARD_SCOPE_USER)
        if code != self._api.SCARD_S_SUCCESS:
            raise fault(code, name)
        self._gone = False
        self._handle: int | None = None
        try:
            self._handle, protocol = self._connect()
            self._header = self._api.SCARD_PCI_T0 if protocol == self._api.SCARD_PROTOCOL_T0 else self._api.SCARD_PCI_T1
            self.atr = self._status()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> tuple[int, int]:
        """Alone if nobody else has it open, else sharing it with a transaction that keeps the others out."""
        api = self._api
        until = {api.SCARD_E_SHARING_VIOLATION: time.monotonic() + _BUSY}
        settled = time.monotonic() + _SETTLE
        state = api.SCARD_STATE_UNAWARE
        while True:
            for share in (api.SCARD_SHARE_EXCLUSIVE, api.SCARD_SHARE_SHARED):
                code, handle, protocol = api.SCardConnect(
                    self._context, self.reader, share, api.SCARD_PROTOCOL_T0 | api.SCARD_PROTOCOL_T1
                )
                if code == api.SCARD_S_SUCCESS:
                    if share == api.SCARD_SHARE_SHARED:
                        self._begin(handle)
                    return handle, protocol
                if code != api.SCARD_E_SHARING_VIOLATION:
                    break
            if code in {api.SCARD_E_UNKNOWN_READER, api.SCARD_E_READER_UNAVAILABLE}:
                raise TokenMissingError(name=self.name)
            if time.monotonic() > until.get(code, settled) or code in _service_codes(api):
                raise fault(code, self.name)
            _, states = api.SCardGetStatusChange(self._context, _STEP, [(self.reader, state)])
            state = states[0][1] if states else api.SCARD_STATE_UNAWARE

    def _begin(self, handle: int) -> None:
        code = self._api.SCardBeginTransaction(handle)
        if code != self._api.SCARD_S_SUCCESS:
            self._api.SCardDisconnect(handle, self._api.SCARD_LEAVE_CARD)
            raise fault(code, self.name)

    def _status(self) -> bytes:
        code, _, _, _, atr = self._api.SCardStatus(self._handle)
        if code != self._api.SCARD_S_SUCCESS:
            raise fault(code, self.name)
        return bytes(atr)

    @property
    def transport(self) -> TRANSPORT:
        """How yubikit is to talk to it: a card whose ATR says so is a token in a USB port."""
        from yubikit.core import TRANSPORT  # noqa: PLC0415 optional library

        usb = len(self.atr) > 1 and self.atr[1] & 0xF0 == _T0_USB
        return TRANSPORT.USB if usb else TRANSPORT.NFC

    def send_and_receive(self, apdu: bytes) -> tuple[bytes, int]:
        """One command APDU; the answer's data and status word.

        Raises TokenRemovedError, ReaderServiceError, TokenBusyError, TokenError.
        """
        if self._handle is None or self._gone:
            raise TokenRemovedError(name=self.name)
        code, answer = self._api.SCardTransmit(self._handle, self._header, list(apdu))
        if code != self._api.SCARD_S_SUCCESS or len(answer) < 2:  # noqa: PLR2004 a status word; readers give nothing for a pulled card
            self._gone = True
            raise fault(code, self.name, connected=True)
        return bytes(each & 0xFF for each in answer[:-2]), (answer[-2] & 0xFF) << 8 | answer[-1] & 0xFF

    def close(self) -> None:
        """Let go. Never raises: what was done is done."""
        if self._handle is not None:
            # Resetting a card that has gone makes pcscd miss the one that comes next.
            how = self._api.SCARD_LEAVE_CARD if self._gone else self._api.SCARD_RESET_CARD
            self._api.SCardDisconnect(self._handle, how)
            self._handle = None
        if self._context is not None:
            self._api.SCardReleaseContext(self._context)
            self._context = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(token: str, name: str = "") -> Card:
    """Connect to the card in the reader of a token id ("pcsc:<reader>"), to be used as a context manager.

    Args:
        token: TokenInfo.id.
        name: how the errors name it; "" the reader's name.

    Raises:
        TokenMissingError: there is no such reader.
        ReaderEmptyError: no card in it.
        TokenBusyError: another program holds the card for longer than two seconds.
        ReaderServiceError: pcscd is not running.
        LibraryMissingError: pyscard is not installed.
        TokenError: the card does not answer.
    """
    try:
        from yubikit.core.smartcard import SmartCardConnection  # noqa: PLC0415 optional library
    except ImportError as error:
        raise LibraryMissingError(needed="A smart card or a token in a reader", package="yubikey-manager") from error
    SmartCardConnection.register(Card)
    reader = reader_of(token)
    return Card(reader, name or title(reader))


def fault(code: int, name: str, *, connected: bool = False) -> TokenError:
    """The error for a PC/SC code; ``connected``: in the middle of an exchange."""
    api = scard()
    if code == api.SCARD_W_SECURITY_VIOLATION:
        return ReaderForbiddenError()
    if code in _service_codes(api):
        return ReaderServiceError()
    if connected:
        # The codes of a card that was pulled out depend on reader and driver; a command fails for no other cause.
        return TokenBusyError(name=name) if code == api.SCARD_W_RESET_CARD else TokenRemovedError(name=name)
    kinds = {
        api.SCARD_E_SHARING_VIOLATION: TokenBusyError,
        api.SCARD_E_NO_SMARTCARD: ReaderEmptyError,
        api.SCARD_W_REMOVED_CARD: ReaderEmptyError,
        api.SCARD_E_UNKNOWN_READER: TokenMissingError,
        api.SCARD_E_READER_UNAVAILABLE: TokenMissingError,
    }
    if code in kinds:
        return kinds[code](name=name)
    if code in {api.SCARD_W_UNRESPONSIVE_CARD, api.SCARD_W_UNPOWERED_CARD, api.SCARD_E_PROTO_MISMATCH}:
        return TokenError(name=name, reason="the card does not answer; turn it round, or wipe its contacts")
    return TokenError(name=name, reason=f"PC/SC error {code & 0xFFFFFFFF:08X}")


def _service_codes(api: ModuleType) -> set[int]:
    """The daemon is not there, or went away."""
    return {
        api.SCARD_E_NO_SERVICE,
        api.SCARD_E_SERVICE_STOPPED,
        api.SCARD_E_INVALID_HANDLE,
        api.SCARD_F_COMM_ERROR,
        api.SCARD_F_INTERNAL_ERROR,
    }


@contextmanager
def faults(name: str) -> Iterator[None]:
    """Turn what yubikit raises beyond PIN errors into kvault's errors; ``name`` is the token's.

    Raises TokenUnknownError for an applet that is not there, TokenError for every other refusal.
    """
    from yubikit.core import ApplicationNotAvailableError, BadResponseError, NotSupportedError  # noqa: PLC0415 optional
    from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library

    try:
        yield
    except ApplicationNotAvailableError as error:
        raise TokenUnknownError(name=name) from error
    except NotSupportedError as error:
        raise TokenError(name=name, reason="its firmware does not support that") from error
    except ApduError as error:
        raise TokenError(name=name, reason=f"it answered with status {error.sw:04X}") from error
    except BadResponseError as error:
        raise TokenError(name=name, reason="it gave an answer that makes no sense") from error
