"""The ways into a vault: see, test, add, replace and remove them; what happens if one is lost; new keys."""

from .calls import WaysCalls
from .dialog import KEYS, LIST, LOSSES, WaysDialog

__all__ = ["KEYS", "LIST", "LOSSES", "WaysCalls", "WaysDialog"]
