"""Keeps other programs of the same user out of this process's memory. Used by the application and by the engine."""

from __future__ import annotations

import ctypes
import resource
import signal
import sys

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4


def harden(*, die_with_parent: bool = False) -> None:
    """Allow no core file, no ptrace and no reading of /proc/self/mem by others; to be the first act after exec.

    exec resets all but the limit on core files, so every image of the program does this again.

    Args:
        die_with_parent: have the kernel kill this process when the thread that started it ends.

    Raises:
        OSError: the operating system refused; then this process must not receive a secret.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    _prctl(PR_SET_DUMPABLE, 0)
    if _prctl(PR_GET_DUMPABLE, 0) != 0:
        raise OSError("the process can still be dumped")
    if die_with_parent:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    found: int = library.prctl(option, ctypes.c_ulong(value), zero, zero, zero)
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, "prctl")
    return found
