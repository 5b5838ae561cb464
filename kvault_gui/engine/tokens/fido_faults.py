"""How an exchange with a FIDO2 token ends otherwise than well: waiting that stops, and errors in words."""

from __future__ import annotations

import struct
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import (
    BiometricsError,
    CancelledError,
    KvaultError,
    PinBlockedError,
    PinChangeNeededError,
    PinNotSetError,
    TokenBusyError,
    TokenError,
    TokenRemovedError,
    TokenTimeoutError,
    TokenUnfitError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fido2.ctap import CtapDevice

HELP_BLOCKED = "A FIDO2 token with a blocked PIN can only be reset, which erases its keys."

_QUICK = 3.0  # seconds for a command that waits for nobody
_STEP = 0.02


class Stop:
    """When to give up waiting for a person: what fido2 takes for a ``threading.Event``."""

    def __init__(self, cancelled: Callable[[], bool], seconds: float) -> None:
        self._cancelled, self._until = cancelled, time.monotonic() + seconds
        self.cancelled = False

    def is_set(self) -> bool:
        """Whether the person has cancelled, or the time is over."""
        self.cancelled = self.cancelled or self._cancelled()
        return self.cancelled or time.monotonic() > self._until

    def wait(self, timeout: float) -> bool:
        """Wait for that, ``timeout`` seconds at most."""
        until = time.monotonic() + timeout
        while not self.is_set() and time.monotonic() < until:
            time.sleep(_STEP)
        return self.is_set()

    def error(self, name: str) -> KvaultError:
        """Why it stopped."""
        return CancelledError() if self.cancelled else TokenTimeoutError(name=name)


def _quick() -> Stop:
    return Stop(lambda: False, _QUICK)


class Patient:
    """A device whose every command ends: fido2 itself waits for ever for a token that another program uses."""

    def __init__(self, device: CtapDevice) -> None:
        self._device = device
        self.capabilities = device.capabilities

    def call(
        self, cmd: int, data: bytes = b"", event: object = None, on_keepalive: Callable[[int], None] | None = None
    ) -> bytes:
        """As CtapDevice.call."""
        return self._device.call(cmd, data, event or _quick(), on_keepalive)  # type: ignore[arg-type] # used as an Event


@contextmanager
def faults(name: str, stop: Stop | None = None) -> Iterator[None]:
    """Turn what fido2 raises into kvault's errors; ``name`` is the token's, ``stop`` what was waited with."""
    from fido2.ctap import CtapError  # noqa: PLC0415 costs a start
    from fido2.hid import ConnectionFailure  # noqa: PLC0415 as above

    try:
        yield
    except CtapError as error:
        raise _fault(int(error.code), name, stop) from error
    except (OSError, TokenRemovedError) as error:  # a card calls itself by its reader
        raise TokenRemovedError(name=name) from error
    except (ConnectionFailure, struct.error, ValueError, TypeError, AttributeError, KeyError, IndexError):
        # What fido2 raises for an answer that it cannot read. The cause is left out: its text quotes the answer.
        raise TokenError(name=name, reason="it gave an answer that makes no sense") from None


def _fault(code: int, name: str, stop: Stop | None) -> KvaultError:
    from fido2.ctap import CtapError  # noqa: PLC0415 costs a start

    codes = CtapError.ERR
    if code == codes.KEEPALIVE_CANCEL:
        return stop.error(name) if stop is not None else TokenBusyError(name=name)
    reasons: dict[int, str] = {
        codes.OPERATION_DENIED: "the touch was refused",
        codes.KEY_STORE_FULL: "its memory for resident keys is full",
        codes.LIMIT_EXCEEDED: "its memory for resident keys is full",
        codes.NO_CREDENTIALS: "it does not hold the key of this way in",
        codes.PUAT_REQUIRED: "it wants its owner verified",
    }
    kinds: dict[int, KvaultError] = {
        codes.USER_ACTION_TIMEOUT: TokenTimeoutError(name=name),
        codes.ACTION_TIMEOUT: TokenTimeoutError(name=name),
        codes.TIMEOUT: TokenRemovedError(name=name),
        codes.CHANNEL_BUSY: TokenBusyError(name=name),
        codes.PIN_BLOCKED: PinBlockedError(name=name, help=HELP_BLOCKED),
        codes.PIN_NOT_SET: PinNotSetError(name=name),
        codes.PIN_POLICY_VIOLATION: PinChangeNeededError(name=name),
        codes.UV_INVALID: BiometricsError(reason="the finger was not recognised"),
        codes.UV_BLOCKED: BiometricsError(reason="too many fingers were not recognised"),
        codes.UNSUPPORTED_ALGORITHM: TokenUnfitError(name=name, reason="it has none of ES256 and EdDSA"),
    }
    if code in kinds:
        return kinds[code]
    return TokenError(name=name, reason=reasons.get(code, f"CTAP status {code:02X}"))
