"""This computer: a fingerprint that tells it from others, the boot, and the login.

The fingerprint is the machine id (machine-id(5): 128 random bits, made at installation) with maker and model as the
firmware tells them to everybody. Serial numbers are better, but only root may read them. It stays over updates of
system and kernel; it changes with a new installation and with another kind of computer. A clone of a whole disk into
the same model is not told apart: what is bound to it also needs the keyring.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..crypto import canonical, hashes, mac
from ..errors import TokenError
from . import desktop_keyring

if TYPE_CHECKING:
    from ..api import TokenInfo

MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
DMI = Path("/sys/class/dmi/id")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
CGROUP = Path("/proc/self/cgroup")
LOGIND = Path("/run/systemd")
_FINGERPRINT = "kvault device fingerprint v1"
_TELL = b"kvault device told apart v1"
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")


def find() -> list[TokenInfo]:
    """The keyring of this desktop, as a token."""
    return desktop_keyring.find()


def fingerprint() -> bytes:
    """32 bytes that stay the same on this computer. Raises TokenError if it has no machine id."""
    for path in MACHINE_IDS:
        machine = _line(path)
        if _MACHINE_ID.fullmatch(machine):
            return hashes.sha256(canonical.encode([_FINGERPRINT, machine, *_model()]))
    raise TokenError(name="This computer", reason="it has no machine id (/etc/machine-id)")


def told_apart(salt: bytes) -> str:
    """A salted hash of the fingerprint for a header that others may read: 32 hexadecimal digits.

    The machine id itself is confidential (machine-id(5)) and has too many bits to be found from this.
    """
    return mac.sign(fingerprint(), _TELL + salt)[:16].hex()


def boot() -> str:
    """The kernel's id of this boot, "" if it tells none."""
    return _line(BOOT_ID)


def since_boot() -> float:
    """Seconds since the computer was started, sleep included: a clock that nobody can set back."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def login() -> str:
    """The login session of this process, as systemd-logind numbers it; "" where there is no logind.

    Programs that the desktop starts run as services of the user, without a session of their own: theirs is the one with
    the user's display. One over SSH is another.
    """
    cgroup = _text(CGROUP)
    own = re.search(r"/session-([A-Za-z0-9]+)\.scope", cgroup)
    if own is not None:
        return own[1]
    display = re.search(r"^DISPLAY=(\S+)$", _text(LOGIND / "users" / str(os.getuid())), re.MULTILINE)
    if display is not None:
        return display[1]
    named = os.environ.get("XDG_SESSION_ID", "")
    return named if re.fullmatch(r"[A-Za-z0-9]{1,32}", named) else ""


def login_is_over(session: str) -> bool:
    """Whether that login session has ended, as far as logind tells."""
    sessions = LOGIND / "sessions"
    return bool(session) and _has_entries(sessions) and not (sessions / session).exists()


def _has_entries(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:
        return False


def _model() -> list[str]:
    return [_line(DMI / name) for name in ("sys_vendor", "product_name")]


def _line(path: Path) -> str:
    return _text(path).strip()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
