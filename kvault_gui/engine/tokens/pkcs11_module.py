"""Loading PKCS#11 modules: which files may be loaded, one caller at a time, and what their return codes mean.

A module is program code that runs in this process. The path may come from a vault's header, which nobody has verified
before the vault is open, so a file is loaded only if nobody but root and this user can have put it there; and what
root did not put there is marked (``system``), for the caller to ask about.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import (
    HsmSessionError,
    LibraryMissingError,
    ModuleError,
    TokenBusyError,
    TokenError,
    TokenRemovedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TURN = 60.0  # seconds to wait for another caller of the same module; a PIN pad may take that long

_ELF = b"\x7fELF"
_SHARED_OBJECT = 3  # e_type ET_DYN
_TRY = 15.0  # seconds
# Loads it and looks for the one function that every module has (PKCS#11 2.40, section 5.4), in a process of its own.
_TRIAL = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).C_GetFunctionList"

Library: TypeAlias = Any  # pkcs11.lib, an extension class


class Module(NamedTuple):
    """A file that may be loaded."""

    path: str  # real, without links
    name: str  # as it was named
    system: bool  # root alone can have put it there


class _Loaded:
    """What this process did with one module. ``turn`` holds a permit: modules are initialised without locking."""

    def __init__(self) -> None:
        self.turn: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.turn.put(None)
        self.keepers = 0
        self.library: Library = None


_loaded: dict[str, _Loaded] = {}
_tried: dict[tuple[str, int, int], str] = {}


# --- which files -----------------------------------------------------------------------------------------------------


def check(path: str) -> Module:
    """Whether a file may be loaded, without loading it. Raises ModuleError with the reason."""
    if not path or not Path(path).is_absolute() or "\0" in path:
        raise ModuleError(name=path.replace("\0", " ") or "“”", reason="its path must be absolute")
    if not path.isprintable():  # it is shown before the file is loaded, and must not hide or turn around what it says
        raise ModuleError(name=ascii(path), reason="its path contains characters that cannot be shown")
    try:
        real = Path(path).resolve(strict=True)
        with real.open("rb") as file:
            head, info = file.read(20), os.fstat(file.fileno())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links go in a circle"
        raise ModuleError(name=path, reason=reason.lower()) from error
    if not stat.S_ISREG(info.st_mode) or head[:4] != _ELF or head[16] != _SHARED_OBJECT:
        raise ModuleError(name=path, reason="it is not a shared library")
    if head[4:6] + head[18:20] != _own_kind():
        raise ModuleError(name=path, reason="it was made for another kind of computer")
    if not str(real).isprintable():
        raise ModuleError(name=ascii(path), reason="its path contains characters that cannot be shown")
    owners = {_owner(path, entry, entry.stat()) for entry in (real, *real.parents)}
    return Module(str(real), path, owners == {0})


def _own_kind() -> bytes:
    """Word size, byte order and machine of this program."""
    with Path(sys.executable).open("rb") as file:
        head = file.read(20)
    return head[4:6] + head[18:20]


def _owner(path: str, entry: Path, info: os.stat_result) -> int:
    """Who can change a file or folder on the way to the module: 0 or this user. Raises ModuleError for anybody else."""
    if info.st_uid not in (0, os.geteuid()):
        raise ModuleError(name=path, reason=f"{entry} belongs to another user")
    open_folder = stat.S_ISDIR(info.st_mode) and info.st_mode & stat.S_ISVTX  # as /tmp: only owners replace files
    if info.st_mode & stat.S_IWOTH and not open_folder:
        raise ModuleError(name=path, reason=f"everybody may change {entry}")
    if info.st_mode & stat.S_IWGRP and info.st_gid not in (0, os.getegid()) and not open_folder:
        raise ModuleError(name=path, reason=f"a group may change {entry}")
    return info.st_uid


def try_out(module: Module) -> None:
    """Load it once in a process of its own, so that a file that crashes takes nothing with it. Raises ModuleError."""
    info = Path(module.path).stat()
    key = (module.path, info.st_mtime_ns, info.st_size)
    if key not in _tried:
        _tried[key] = _trial(module.path)
    if _tried[key]:
        raise ModuleError(name=module.name, reason=_tried[key])


def _trial(path: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 this Python, a constant program, a path that was checked
            [sys.executable, "-I", "-c", _TRIAL, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_TRY,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "it does not load in time"
    if done.returncode < 0:
        return "it crashes when it is loaded"
    if not done.returncode:
        return ""
    if b"undefined symbol: C_GetFunctionList" in done.stderr:
        return "it is a library, but not a PKCS#11 module"
    return "it does not load; something that it needs may be missing"


def library_missing() -> bool:
    """Whether python-pkcs11 is not installed. Quick: it is looked for, not loaded."""
    return importlib.util.find_spec("pkcs11") is None


# --- calling ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def kept(module: Module) -> Iterator[None]:
    """Leave the module initialised between several `calls`; it is finalised when the last one has left."""
    loaded = _loaded.setdefault(module.path, _Loaded())
    loaded.keepers += 1
    try:
        yield
    finally:
        loaded.keepers -= 1
        with _turn(module, loaded):
            _leave(loaded)


@contextlib.contextmanager
def calls(module: Module, token: str = "", patience: float = TURN) -> Iterator[Library]:
    """The module, initialised, for this caller alone.

    Finalised afterwards (unless `kept`): that closes every session, forgets the PIN, and makes it see tokens that are
    plugged in later. ``token`` is the name for errors; ``patience`` in seconds is for other callers to come to an end.

    Raises:
        ModuleError: it does not load or initialise.
        TokenBusyError: another caller does not come to an end.
        HsmSessionError, TokenRemovedError, TokenError: what a call inside ended with.
        LibraryMissingError: python-pkcs11 is not installed.
    """
    loaded = _loaded.setdefault(module.path, _Loaded())
    with _turn(module, loaded, patience):
        try:
            loaded.library = _initialised(module)
            with translated(token or module.name):
                yield loaded.library
        finally:
            _leave(loaded)


def forget(module: Module) -> None:
    """Have a `kept` module begin anew at the next `calls`: some see a new token only then. Not while it is called."""
    loaded = _loaded.setdefault(module.path, _Loaded())
    with _turn(module, loaded):
        _finalise(loaded)


@contextlib.contextmanager
def _turn(module: Module, loaded: _Loaded, patience: float = TURN) -> Iterator[None]:
    try:
        loaded.turn.get(timeout=patience)
    except queue.Empty as error:
        raise TokenBusyError(name=module.name) from error
    try:
        yield
    finally:
        loaded.turn.put(None)


def _leave(loaded: _Loaded) -> None:
    if loaded.keepers == 0:
        _finalise(loaded)


def _finalise(loaded: _Loaded) -> None:
    if loaded.library is not None:
        with contextlib.suppress(RuntimeError):  # PKCS11Error: it was finalised behind our back
            loaded.library.finalize()


def _initialised(module: Module) -> Library:
    try:
        import pkcs11  # noqa: PLC0415 optional
    except ImportError as error:
        raise LibraryMissingError(needed="PKCS#11", package="python-pkcs11") from error
    try:
        return pkcs11.lib(module.path)
    except (pkcs11.PKCS11Error, OSError, ValueError) as error:
        raise ModuleError(name=module.name, reason="it does not load or start") from error


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """What PKCS#11 calls end with, as one of our errors about the token ``name``."""
    import pkcs11  # noqa: PLC0415 optional; the caller has a library already

    try:
        yield
    except (pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised, pkcs11.DeviceRemoved, pkcs11.SlotIDInvalid) as error:
        raise TokenRemovedError(name=name) from error
    except (
        pkcs11.SessionClosed,
        pkcs11.SessionHandleInvalid,
        pkcs11.UserNotLoggedIn,
        pkcs11.OperationNotInitialized,
        pkcs11.KeyHandleInvalid,
        pkcs11.ObjectHandleInvalid,
    ) as error:
        raise HsmSessionError(name=name) from error
    except (pkcs11.SessionCount, pkcs11.UserAlreadyLoggedIn, pkcs11.AnotherUserAlreadyLoggedIn) as error:
        raise TokenBusyError(name=name) from error
    except pkcs11.PKCS11Error as error:
        if "not initialized" in str(error):  # CKR_CRYPTOKI_NOT_INITIALIZED has no class of its own
            raise HsmSessionError(name=name) from error
        raise TokenError(name=name, reason=_reason(error)) from error


def _reason(error: Exception) -> str:
    """The return code's name in words, as the standard calls it: "device error"."""
    kind = type(error).__name__
    if kind == "PKCS11Error":
        return str(error)[:1].lower() + str(error)[1:]
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()
