"""Fingerprints through fprintd (https://fprint.freedesktop.org, interface net.reactivated.Fprint) on the system bus.

fprintd compares, and says yes or no: no key comes from a finger. A program that leaves the question out is not stopped
by it, only a person at the keyboard is.
"""

from __future__ import annotations

import contextlib
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from ..errors import BiometricsError, CancelledError, FingerUnknownError, LibraryMissingError
from . import bus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeepney.io.blocking import DBusConnection

NAME = "Fingerprint reader"
SECONDS = 30
_BUS = "net.reactivated.Fprint"
_MANAGER = "/net/reactivated/Fprint/Manager"
_SLICE = 0.2  # seconds between two looks at whether the person has cancelled
_NO_READER = "this computer has no fingerprint reader that fprintd knows"
_NO_SERVICE = "the fingerprint service (fprintd) is not installed"
_ERRORS = {
    "NoSuchDevice": _NO_READER,
    "NoEnrolledPrints": "no finger is enrolled. Enrol one in the system's settings or with “fprintd-enroll”",
    "AlreadyInUse": "another program uses the reader",
    "PermissionDenied": "this login may not use the reader",
    "ClaimDevice": "the reader was taken away by another program",
}
_RESULTS = {
    "verify-disconnected": "the reader was unplugged",
    "verify-unknown-error": "the reader failed",
}
# verify-retry-scan, verify-swipe-too-short, verify-finger-not-centered, verify-remove-and-retry, verify-too-fast and
# what later versions add: the reader goes on by itself.


class _Reader(NamedTuple):
    connection: DBusConnection
    path: str

    def call(self, member: str, signature: str | None = None, *body: object) -> tuple[object, ...]:
        from jeepney import DBusAddress, DBusErrorResponse, MessageType, new_method_call  # noqa: PLC0415 optional

        address = DBusAddress(self.path, _BUS, f"{_BUS}.Device" if self.path != _MANAGER else f"{_BUS}.Manager")
        reply = self.connection.send_and_get_reply(new_method_call(address, member, signature, body))
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return tuple(reply.body)


def problem() -> str:
    """Why no finger can be asked for, in words; "" if one can. Claims and shows nothing."""
    try:
        with _reader() as reader:
            return "" if reader.call("ListEnrolledFingers", "s", "")[0] else _ERRORS["NoEnrolledPrints"]
    except BiometricsError as error:
        return str(error.fields["reason"])
    except LibraryMissingError as error:
        return str(error)


def verify(cancelled: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for an enrolled finger of this user.

    Args:
        cancelled: asked five times a second.
        seconds: how long to wait.

    Raises:
        FingerUnknownError: another finger; BiometricsError: no reader, no enrolled finger, no finger in time.
        CancelledError, LibraryMissingError.
    """
    with _reader() as reader:
        reader.call("Claim", "s", "")
        try:
            result = _result(reader, cancelled, time.monotonic() + seconds)
        finally:
            with contextlib.suppress(Exception):  # the answer counts, not how the reader is put down
                reader.call("Release")
    if result == "verify-match":
        return
    if result == "verify-no-match":
        raise FingerUnknownError(reason="it is not an enrolled finger")
    raise BiometricsError(reason=_RESULTS.get(result, "the reader failed"))


def _result(reader: _Reader, cancelled: Callable[[], bool], until: float) -> str:
    from jeepney import MatchRule  # noqa: PLC0415 optional
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 optional
    from jeepney.io.blocking import Proxy  # noqa: PLC0415 optional

    wanted = {"type": "signal", "path": reader.path, "interface": f"{_BUS}.Device", "member": "VerifyStatus"}
    daemon = Proxy(message_bus, reader.connection)
    daemon.AddMatch(MatchRule(sender=_BUS, **wanted))
    # Every user may send a signal straight to this connection, whatever was subscribed to: the bus names its sender.
    (owner,) = daemon.GetNameOwner(_BUS)
    rule = MatchRule(sender=owner, **wanted)
    with reader.connection.filter(rule, bufsize=64) as heard:
        reader.call("VerifyStart", "s", "any")
        try:
            while True:
                if cancelled():
                    raise CancelledError
                if time.monotonic() > until:
                    raise BiometricsError(reason="no finger was put on the reader in time")
                with contextlib.suppress(TimeoutError):
                    result, done = reader.connection.recv_until_filtered(heard, timeout=_SLICE).body
                    if done:
                        return str(result)
        finally:
            with contextlib.suppress(Exception):  # it has stopped by itself
                reader.call("VerifyStop")


@contextlib.contextmanager
def _reader() -> Iterator[_Reader]:
    """The default reader; what goes wrong with it is one of our errors."""
    if find_spec("jeepney") is None:
        raise LibraryMissingError(needed="The fingerprint reader", package="jeepney")
    from jeepney import DBusErrorResponse  # noqa: PLC0415 optional

    try:
        with contextlib.closing(bus.connect("SYSTEM")) as connection:
            (path,) = _Reader(connection, _MANAGER).call("GetDefaultDevice")
            yield _Reader(connection, str(path))
    except DBusErrorResponse as error:
        raise BiometricsError(reason=_refused(str(error.name))) from None
    except TimeoutError:
        raise BiometricsError(reason="the fingerprint service does not answer") from None
    except OSError:
        raise BiometricsError(reason=_NO_SERVICE) from None


def _refused(name: str) -> str:
    """The name of a D-Bus error in words."""
    family, _, kind = name.rpartition(".")
    if family.startswith(_BUS):
        return _ERRORS.get(kind, f"the reader reports {kind}")
    if kind in {"NoReply", "Disconnected"}:
        return "the fingerprint service ended meanwhile"
    return _NO_SERVICE
