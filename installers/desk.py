"""A desk with a real display and a person's hands: a virtual X server, a window manager, keys and clicks by XTEST.

The demonstration and the tests of the whole program use it. Everything that happens goes through the X server as it
would for a person; nothing reaches into the program.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

from PySide6.QtGui import QImage
from Xlib import X, Xatom, display
from Xlib.ext import xtest
from Xlib.XK import string_to_keysym

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

NAMES = {
    " ": "space", "!": "exclam", "#": "numbersign", "$": "dollar", "%": "percent", "&": "ampersand", "'": "apostrophe",
    "(": "parenleft", ")": "parenright", "*": "asterisk", "+": "plus", ",": "comma", "-": "minus", ".": "period",
    "/": "slash", ":": "colon", ";": "semicolon", "<": "less", "=": "equal", ">": "greater", "?": "question",
    "@": "at", "_": "underscore", "~": "asciitilde", '"': "quotedbl",
}  # fmt: skip
MODIFIERS = {"ctrl": "Control_L", "shift": "Shift_L", "alt": "Alt_L"}
LARGEST_ICON = 64  # px


class DeskError(Exception):
    """Something that a person would have seen did not appear in time."""


class Desk:
    """One virtual display. Use as a context manager."""

    def __init__(self, width: int = 1400, height: int = 900) -> None:
        self.size = (width, height)
        self.environment: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._display: Any = None

    def __enter__(self) -> Self:
        read, write = os.pipe()
        screen = f"{self.size[0]}x{self.size[1]}x24"
        self._start(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
            pass_fds=(write,),
        )
        os.close(write)
        number = b""
        while not number.endswith(b"\n"):
            if not select.select([read], [], [], 20)[0]:
                raise DeskError("the virtual display did not start")
            number += os.read(read, 16)
        os.close(read)
        name = f":{number.decode().strip()}"
        self.environment = {**os.environ, "DISPLAY": name, "QT_QPA_PLATFORM": "xcb"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._display = display.Display(name)
        if shutil.which("openbox"):
            self._start(["openbox"], env=self.environment)
            self.wait(lambda: self._property(self._root(), "_NET_SUPPORTING_WM_CHECK"), "a window manager", 20)
        return self

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.close()
        for process in reversed(self._processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.poll() is None:
                process.kill()
                process.wait()

    def start(self, command: list[str], env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program on this desk; it is stopped at the end."""
        return self._start(command, env={**self.environment, **(env or {})})

    def _start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # noqa: S603 fixed words
        self._processes.append(process)
        return process

    # --- seeing ------------------------------------------------------------------------------------------------------

    def _root(self) -> Any:
        return self._display.screen().root

    def _property(self, window: Any, name: str) -> Any:
        found = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
        return found.value if found else None

    def windows(self) -> dict[str, Any]:
        """The visible top-level windows by title."""
        found = {}
        ids = self._property(self._root(), "_NET_CLIENT_LIST")
        children = [self._display.create_resource_object("window", n) for n in ids] if ids is not None else []
        for window in children or self._root().query_tree().children:
            try:
                title = self._property(window, "_NET_WM_NAME")
                if title and window.get_attributes().map_state == X.IsViewable:
                    found[title.decode(errors="replace") if isinstance(title, bytes) else str(title)] = window
            except Exception:  # noqa: BLE001, S112 a window that closed while it was looked at is gone, whatever Xlib raises
                continue
        return found

    def titles(self) -> list[str]:
        """The titles of all visible top-level windows, in the window manager's order; several may be equal."""
        ids = self._property(self._root(), "_NET_CLIENT_LIST")
        found = (self._title(n) for n in (ids if ids is not None else ()))
        return [title for title in found if title]

    def active(self) -> str:
        """The title of the window that has the keyboard; "" when none has."""
        ids = self._property(self._root(), "_NET_ACTIVE_WINDOW")
        if ids is None or not len(ids) or not ids[0]:
            return ""
        focus = self._display.get_input_focus().focus  # the window manager may tell before it is true
        return self._title(ids[0]) if getattr(focus, "id", focus) == ids[0] else ""

    def tray_icons(self) -> list[tuple[int, int]]:
        """The middles of the icons that programs have put into a tray (XEmbed)."""
        root = self._root()
        found = []
        for window in self._below(root):
            try:
                size = window.get_geometry()
                small = 1 < size.width <= LARGEST_ICON and size.height <= LARGEST_ICON
                docked = small and self._property(window, "_XEMBED_INFO") is not None  # Qt's big windows have it too
                if docked and window.get_attributes().map_state == X.IsViewable:
                    place = window.translate_coords(root, 0, 0)
                    found.append((-place.x + size.width // 2, -place.y + size.height // 2))
            except Exception:  # noqa: BLE001, S112 as in windows()
                continue
        return found

    def has_menu(self) -> bool:
        """Whether a menu is open: a visible window that the window manager does not manage, of that type."""
        menu = self._display.intern_atom("_NET_WM_WINDOW_TYPE_POPUP_MENU")
        for window in self._root().query_tree().children:
            try:
                kinds = self._property(window, "_NET_WM_WINDOW_TYPE")
                if kinds is not None and menu in kinds and window.get_attributes().map_state == X.IsViewable:
                    return True
            except Exception:  # noqa: BLE001, S112 as in windows()
                continue
        return False

    def _below(self, window: Any) -> Iterator[Any]:
        try:
            children = window.query_tree().children
        except Exception:  # noqa: BLE001 as in windows()
            return
        for child in children:
            yield child
            yield from self._below(child)

    def _title(self, number: int) -> str:
        window = self._display.create_resource_object("window", number)
        try:
            title = self._property(window, "_NET_WM_NAME")
            if not title or window.get_attributes().map_state != X.IsViewable:
                return ""
        except Exception:  # noqa: BLE001 a window that closed while it was looked at is gone, whatever Xlib raises
            return ""
        return title.decode(errors="replace") if isinstance(title, bytes) else str(title)

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
        """Look until ``condition`` is true; raises DeskError with ``what`` after ``seconds``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (found := condition()) not in (None, False, {}, ""):
                return found
            time.sleep(0.02)
        raise DeskError(f"waited {seconds:g} s for {what}; on the screen: {sorted(self.windows())}")

    def wait_window(self, part: str, seconds: float = 20) -> str:
        """Wait for a window whose title contains ``part``; returns the whole title."""
        return str(
            self.wait(lambda: next((t for t in self.windows() if part in t), None), f"the window “{part}”", seconds)
        )

    def wait_no_window(self, part: str, seconds: float = 20) -> None:
        """Wait until no title contains ``part``."""
        self.wait(lambda: not any(part in t for t in self.windows()), f"the window “{part}” to close", seconds)

    def image(self) -> QImage:
        """What is on the screen."""
        width, height = self.size
        raw = self._root().get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF).data
        return QImage(raw, width, height, QImage.Format.Format_RGB32).copy()

    def wait_still(self, seconds: float = 0.35, limit: float = 3) -> None:
        """Wait until the picture rests for ``seconds``; at most ``limit``: a blinking cursor never does."""
        end, last, since = time.monotonic() + limit, self.image(), time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < seconds:
            time.sleep(0.05)
            if (now := self.image()) != last:
                last, since = now, time.monotonic()

    def screenshot(self, path: Path) -> None:
        """Save the screen as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.image().save(str(path))

    def clipboard(self, seconds: float = 5) -> str:
        """What a program gets that pastes now ("" when the clipboard has no owner)."""
        atom = self._display.intern_atom
        if self._display.get_selection_owner(atom("CLIPBOARD")) == X.NONE:
            return ""
        window = self._root().create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        try:
            window.convert_selection(atom("CLIPBOARD"), atom("UTF8_STRING"), atom("KVAULT_DESK"), X.CurrentTime)
            self._display.flush()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if not self._display.pending_events():
                    select.select([self._display], [], [], 0.05)
                    continue
                if self._display.next_event().type == X.SelectionNotify:
                    found = window.get_full_property(atom("KVAULT_DESK"), X.AnyPropertyType)
                    return found.value.decode() if found and found.property_type != Xatom.ATOM else ""
        finally:
            window.destroy()
        raise DeskError("the owner of the clipboard did not answer")

    # --- hands -------------------------------------------------------------------------------------------------------

    def _press(self, keysym: int, modifiers: tuple[int, ...] = ()) -> None:
        codes = [self._display.keysym_to_keycode(k) for k in (*modifiers, keysym)]
        if not codes[-1]:
            raise DeskError(f"this keyboard has no key for keysym {keysym:#x}")
        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def key(self, name: str) -> None:
        """Press one key with modifiers: "ctrl+f", "Return", "shift+Tab"."""
        *held, key = name.split("+")
        modifiers = tuple(string_to_keysym(MODIFIERS[m]) for m in held)
        self._press(string_to_keysym(NAMES.get(key, key)), modifiers)

    def type(self, text: str) -> None:
        """Type text, as fast as a quick typist's hands would not."""
        shift = string_to_keysym("Shift_L")
        for char in text:
            keysym = string_to_keysym(NAMES.get(char, char))
            code = self._display.keysym_to_keycode(keysym)
            shifted = self._display.keycode_to_keysym(code, 0) != keysym
            self._press(keysym, (shift,) if shifted else ())
            time.sleep(0.012)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click at a place of the screen."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self._display, X.ButtonPress, button)
        xtest.fake_input(self._display, X.ButtonRelease, button)
        self._display.sync()
