"""What is needed of settings and disk before the first paint, read without loading the settings' own reader.

Wrong or missing data costs nothing: the real settings are read right after the first paint and correct it.
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from kvault_gui.desktop.folders import config_home

HOME_VAULTS = "~/.kind/vault"


class Glance(NamedTuple):
    """The vault to offer, the others, and the colours."""

    vault: str
    recent: tuple[str, ...]
    theme: str


def is_vault(path: str) -> bool:
    """Whether a vault's header lies in that folder."""
    return any(os.path.exists(os.path.join(path, name)) for name in ("vault.json", "vault.json.2"))  # noqa: PTH110, PTH118 cheap


def look(wanted: str) -> Glance:
    """The vault that was asked for, else the one opened last, else one in the usual place; "" if there is none."""
    settings = _settings()
    listed = settings.get("vaults")
    recent = [path for path in listed if isinstance(path, str)] if isinstance(listed, list) else []
    last = settings.get("last_vault", "")
    candidates = [last if isinstance(last, str) else "", *recent, *_usual()]
    vault = wanted or next((path for path in candidates if path and is_vault(path)), "")
    theme = settings.get("theme", "system")
    others = tuple(dict.fromkeys(path for path in recent if path != vault and is_vault(path)))
    return Glance(vault, others, theme if isinstance(theme, str) else "system")


def control_sockets() -> list[str]:
    """Every place in which the control socket of a running kvault may lie (services.control decides which)."""
    folders = [
        os.environ.get("XDG_RUNTIME_DIR", ""),
        f"/run/user/{os.getuid()}",
        os.path.join(os.environ.get("XDG_CACHE_HOME") or "/nonexistent", "kvault", "run"),  # noqa: PTH118 cheap
        os.path.expanduser("~/.cache/kvault/run"),  # noqa: PTH111 cheap
    ]
    return [os.path.join(folder, *more, "control.sock") for folder in folders if folder for more in (("kvault",), ())]  # noqa: PTH118 cheap


def _settings() -> dict[str, object]:
    try:
        with open(os.path.join(config_home(), "kvault", "settings.json"), "rb") as file:  # noqa: PTH118, PTH123 cheap
            found = json.loads(file.read(1 << 20))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _usual() -> list[str]:
    folder = os.path.expanduser(HOME_VAULTS)  # noqa: PTH111 cheap
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]  # noqa: PTH118, PTH208 cheap
    except OSError:
        return []
