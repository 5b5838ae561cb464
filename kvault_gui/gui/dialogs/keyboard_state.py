"""Caps Lock and the keyboard layout, asked from the X server: Qt has no call for it (XKB protocol, section 5.2).

Elsewhere the answer is "not known" and the dialog shows nothing.
"""

import ctypes
from typing import NamedTuple

_CORE_KEYBOARD = 0x100  # XkbUseCoreKbd
_LOCK_MASK = 2  # LockMask: Caps Lock
_GROUP_NAMES = 1 << 12  # XkbGroupNamesMask
_GROUPS = 4


class KeyboardState(NamedTuple):
    """What is known of the keyboard."""

    caps_lock: bool
    layout: str  # "German", "English (US)"; "" where the server does not name it


class _State(ctypes.Structure):  # XkbStateRec
    _fields_ = (
        ("group", ctypes.c_ubyte),
        ("locked_group", ctypes.c_ubyte),
        ("base_group", ctypes.c_ushort),
        ("latched_group", ctypes.c_ushort),
        ("mods", ctypes.c_ubyte),
        ("base_mods", ctypes.c_ubyte),
        ("latched_mods", ctypes.c_ubyte),
        ("locked_mods", ctypes.c_ubyte),
        ("compat_state", ctypes.c_ubyte),
        ("grab_mods", ctypes.c_ubyte),
        ("compat_grab_mods", ctypes.c_ubyte),
        ("lookup_mods", ctypes.c_ubyte),
        ("compat_lookup_mods", ctypes.c_ubyte),
        ("ptr_buttons", ctypes.c_ushort),
    )


class _Names(ctypes.Structure):  # the beginning of XkbNamesRec; atoms are unsigned long
    _fields_ = (
        ("head", ctypes.c_ulong * 5),
        ("vmods", ctypes.c_ulong * 16),
        ("indicators", ctypes.c_ulong * 32),
        ("groups", ctypes.c_ulong * _GROUPS),
    )


class _Description(ctypes.Structure):  # the beginning of XkbDescRec
    _fields_ = (
        ("dpy", ctypes.c_void_p),
        ("flags", ctypes.c_ushort),
        ("device_spec", ctypes.c_ushort),
        ("min_key_code", ctypes.c_ubyte),
        ("max_key_code", ctypes.c_ubyte),
        ("ctrls", ctypes.c_void_p),
        ("server", ctypes.c_void_p),
        ("map", ctypes.c_void_p),
        ("indicators", ctypes.c_void_p),
        ("names", ctypes.POINTER(_Names)),
    )


class XKeyboard:
    """A connection to the X server that reads the keyboard's state. Raises OSError where there is none."""

    def __init__(self) -> None:
        lib = self._lib = ctypes.CDLL("libX11.so.6")
        lib.XOpenDisplay.restype = ctypes.c_void_p
        lib.XOpenDisplay.argtypes = [ctypes.c_char_p]
        lib.XCloseDisplay.argtypes = [ctypes.c_void_p]
        lib.XkbGetState.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(_State)]
        lib.XkbAllocKeyboard.restype = ctypes.POINTER(_Description)
        lib.XkbGetNames.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(_Description)]
        lib.XkbFreeKeyboard.argtypes = [ctypes.POINTER(_Description), ctypes.c_uint, ctypes.c_int]
        lib.XGetAtomName.restype = ctypes.c_void_p
        lib.XGetAtomName.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        lib.XFree.argtypes = [ctypes.c_void_p]
        self._display = lib.XOpenDisplay(None)
        if not self._display:
            raise OSError("no X display")

    def read(self) -> KeyboardState:
        """The state now. Raises OSError."""
        state = _State()
        if self._lib.XkbGetState(self._display, _CORE_KEYBOARD, ctypes.byref(state)):
            raise OSError("the X server does not tell the keyboard's state")
        return KeyboardState(bool(state.locked_mods & _LOCK_MASK), self._layout(state.group))

    def close(self) -> None:
        """End the connection."""
        if self._display:
            self._lib.XCloseDisplay(self._display)
            self._display = None

    def _layout(self, group: int) -> str:
        description = self._lib.XkbAllocKeyboard()
        if not description:
            return ""
        try:
            description.contents.dpy = self._display
            description.contents.device_spec = _CORE_KEYBOARD
            failed = self._lib.XkbGetNames(self._display, _GROUP_NAMES, description)
            if failed or not description.contents.names or group >= _GROUPS:
                return ""
            atom = description.contents.names.contents.groups[group]
            return self._name(atom) if atom else ""
        finally:
            self._lib.XkbFreeKeyboard(description, 0, 1)

    def _name(self, atom: int) -> str:
        text = self._lib.XGetAtomName(self._display, atom)
        if not text:
            return ""
        try:
            return ctypes.string_at(text).decode(errors="replace")
        finally:
            self._lib.XFree(text)
