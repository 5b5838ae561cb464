"""The person's folders (XDG Base Directory Specification) and how they are shown. Imported before the first paint."""

from __future__ import annotations

import os


def config_home() -> str:
    """Where programs keep settings: XDG_CONFIG_HOME, or ~/.config."""
    return _home("XDG_CONFIG_HOME", "~/.config")


def state_home() -> str:
    """Where programs keep what may be lost: XDG_STATE_HOME, or ~/.local/state."""
    return _home("XDG_STATE_HOME", "~/.local/state")


def with_tilde(path: str) -> str:
    """A path as people write it, with "~" for the home folder."""
    home = os.path.expanduser("~")  # noqa: PTH111 pathlib costs the first paint time
    return "~" + path[len(home) :] if path == home or path.startswith(home + os.sep) else path


def _home(variable: str, usual: str) -> str:
    wanted = os.environ.get(variable, "")
    return wanted if wanted.startswith("/") else os.path.expanduser(usual)  # noqa: PTH111 as above; only absolute counts
