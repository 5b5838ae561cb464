"""The way to a TPM 2.0: a descriptor of our own under the ESAPI of tpm2-pytss, with a time limit on each command.

The TCTI libraries of tpm2-tss wait for ever, and each is one more package to install; the kernel's device and swtpm
speak plain commands and responses (TCG TPM 2.0 Library, part 1, section 18).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import socket
import time
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import LibraryMissingError, TpmChangedError, TpmError, TpmLockoutError, TpmMissingError, TpmOtherError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60.0  # seconds for one command: making a key may take half of that on an old chip

ABSENT = "there is none, or it is switched off"  # what `problem` says then

_DEFAULT = "device:/dev/tpmrm0"
_HEADER = 10  # bytes of a response's header: tag, size, code
_MAX_RESPONSE = 4096


def where() -> str:
    """The TCTI in use, as tpm2-tools name it: TPM2TOOLS_TCTI, else /dev/tpmrm0."""
    return os.environ.get("TPM2TOOLS_TCTI") or _DEFAULT


def problem() -> str:
    """Why the TPM cannot be used, in words, as far as can be told without opening it; "" if nothing speaks against."""
    kind, _, rest = where().partition(":")
    if kind == "device":
        path = rest or _DEFAULT.partition(":")[2]
        if not os.path.exists(path):  # noqa: PTH110 no Path is needed for one question
            return ABSENT
        if not os.access(path, os.R_OK | os.W_OK):
            return f"you may not use {path}"
        return ""
    if kind == "swtpm":
        return ""
    return f"TPM2TOOLS_TCTI names “{kind}”, and kvault knows “device” and “swtpm”"


def _open() -> int:
    """A descriptor on which whole commands are written and whole responses are read."""
    reason = problem()
    if reason:
        raise TpmMissingError(reason=reason)
    kind, _, rest = where().partition(":")
    try:
        if kind == "device":
            return os.open(rest or _DEFAULT.partition(":")[2], os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        given = dict(part.partition("=")[::2] for part in rest.split(",") if part)
        address: Any = given.get("path") or (given.get("host", "localhost"), int(given.get("port", "2321")))
        family = socket.AF_UNIX if "path" in given else socket.AF_INET
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(address)
            connection.setblocking(False)  # noqa: FBT003 the name says which
            return connection.detach()
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else "its address is not one"
        raise TpmMissingError(reason=f"it cannot be reached ({text})") from error


class Wire:
    """One command at a time over a descriptor, with a time limit. Not a TCTI: that is the library's class."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.problem: TpmError | None = None

    def send(self, command: bytes) -> None:
        """Write a whole command."""
        rest = memoryview(command)
        end = time.monotonic() + PATIENCE
        while rest:
            self._wait(select.POLLOUT, end)
            rest = rest[self._tried(os.write, rest) :]

    def receive(self) -> bytes:
        """Read one whole response: its size stands in its header."""
        response = b""
        end = time.monotonic() + PATIENCE
        while len(response) < _HEADER or len(response) < int.from_bytes(response[2:6], "big"):
            self._wait(select.POLLIN, end)
            more = self._tried(os.read, _MAX_RESPONSE)
            if not more:
                self._fail("the connection to it ended")
            response += more
        return response

    def _wait(self, event: int, end: float) -> None:
        poll = select.poll()
        poll.register(self.descriptor, event)
        if not poll.poll(max(0.0, end - time.monotonic()) * 1000):
            self._fail("it did not answer in time")

    def _tried(self, call: Callable[[int, Any], Any], argument: object) -> Any:  # noqa: ANN401 what os.read or os.write give
        try:
            return call(self.descriptor, argument)
        except OSError as error:
            self._fail(f"the connection to it broke ({error.strerror})")

    def _fail(self, reason: str) -> NoReturn:
        # Kept as well: the C library between the two ends of this turns every exception into a number.
        self.problem = TpmError(reason=reason)
        raise self.problem


def _library() -> Any:  # noqa: ANN401 tpm2_pytss has no types
    # Before it is loaded: the library writes its own errors to stderr, which is nobody's to read.
    os.environ.setdefault("TSS2_LOG", "all+NONE")
    try:
        import tpm2_pytss  # noqa: PLC0415 optional, and slow to start
    except ImportError as error:
        raise LibraryMissingError(needed="The TPM", package="tpm2-pytss") from error
    return tpm2_pytss


def library_missing() -> bool:
    """Whether tpm2-pytss is not installed. Quick: it is looked for, not loaded."""
    return importlib.util.find_spec("tpm2_pytss") is None


@contextlib.contextmanager
def connected() -> Iterator[tuple[Any, Any]]:
    """The library and an ESAPI context; what the chip refuses comes out as one of our errors."""
    tss = _library()
    wire = Wire(_open())

    class Channel(tss.PyTCTI):  # type: ignore[misc,name-defined]  # the base class exists only once it is loaded
        def do_transmit(self, command: bytes) -> None:
            wire.send(command)

        def do_receive(self, timeout: int) -> bytes:
            del timeout  # the library means "for ever"
            return wire.receive()

    try:
        with tss.ESAPI(Channel(max_size=_MAX_RESPONSE)) as esys:
            yield tss, esys
    except tss.TSS2_Exception as error:
        raise wire.problem or _words(tss, error) from error
    finally:
        os.close(wire.descriptor)


def _words(tss: Any, error: Any) -> TpmError:  # noqa: ANN401 tpm2_pytss has no types
    """What a response code means. Wrong PINs are told by `unseal`, which knows that there was one."""
    code = int(error.error)
    if code == int(tss.TPM2_RC.LOCKOUT):
        return TpmLockoutError(seconds=0)
    if code in {int(tss.TPM2_RC.POLICY_FAIL), int(tss.TPM2_RC.PCR_CHANGED)}:
        return TpmChangedError(pcrs="?")
    if code in {int(tss.TPM2_RC.AUTH_FAIL), int(tss.TPM2_RC.BAD_AUTH)}:
        return TpmError(reason="its owner has set a password for making keys")
    if code in {int(tss.TPM2_RC.INTEGRITY), int(tss.TPM2_RC.HIERARCHY)}:
        return TpmOtherError()
    if code == int(tss.TPM2_RC.DISABLED):
        return TpmMissingError(reason="it is switched off")
    return TpmError(reason=f"response {int(error.rc):#x}")
