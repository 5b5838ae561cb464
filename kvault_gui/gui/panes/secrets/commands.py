"""The pane's commands: every act has a key, and the same key stands in the menus. The keys are KeePassXC's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence

from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from kvault_gui.engine.api import Kind


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark a text for lupdate."""
    return text


class Command(NamedTuple):
    """A command: its name in code, its words, its keys, its icon."""

    name: str
    text: str
    keys: tuple[str, ...]
    icon: str = ""


COMMANDS = (
    Command("new", QT_TRANSLATE_NOOP("Commands", "New secret…"), ("Ctrl+N",), "plus"),
    Command("edit", QT_TRANSLATE_NOOP("Commands", "Edit…"), ("Ctrl+E",), "pencil"),
    Command("clone", QT_TRANSLATE_NOOP("Commands", "Duplicate…"), ("Ctrl+D",), "copy"),
    Command("copy-main", QT_TRANSLATE_NOOP("Commands", "Copy password"), ("Ctrl+C",), "copy"),
    Command("copy-who", QT_TRANSLATE_NOOP("Commands", "Copy user name"), ("Ctrl+B",), "user"),
    Command("copy-url", QT_TRANSLATE_NOOP("Commands", "Copy website"), ("Ctrl+U",), "globe"),
    Command("copy-code", QT_TRANSLATE_NOOP("Commands", "Copy one-time code"), ("Ctrl+T",), "clock"),
    Command("open-url", QT_TRANSLATE_NOOP("Commands", "Open website"), ("Ctrl+Shift+U",), "external"),
    Command("reveal", QT_TRANSLATE_NOOP("Commands", "Show or hide values"), ("Ctrl+Shift+C",), "eye"),
    Command("favourite", QT_TRANSLATE_NOOP("Commands", "Favourite"), ("Ctrl+Shift+F",), "star"),
    Command("move", QT_TRANSLATE_NOOP("Commands", "Move to…"), ("Ctrl+Shift+M",), "move"),
    Command("trash", QT_TRANSLATE_NOOP("Commands", "Move to the trash"), ("Del",), "trash"),
    Command("restore", QT_TRANSLATE_NOOP("Commands", "Bring back"), ("Ctrl+R",), "restore"),
    Command("delete", QT_TRANSLATE_NOOP("Commands", "Delete for ever…"), ("Shift+Del",), "trash"),
    Command("undo", QT_TRANSLATE_NOOP("Commands", "Undo"), ("Ctrl+Z",), "restore"),
    Command("find", QT_TRANSLATE_NOOP("Commands", "Find"), ("Ctrl+F", "F3", "F6"), "search"),
    Command("places", QT_TRANSLATE_NOOP("Commands", "Go to the places"), ("F1",)),
    Command("entries", QT_TRANSLATE_NOOP("Commands", "Go to the list"), ("F2",)),
    Command("sidebar", QT_TRANSLATE_NOOP("Commands", "Show or hide the sidebar"), ("Ctrl+\\",), "sidebar"),
)
MENU = (
    "copy-main", "copy-who", "copy-url", "copy-code", "open-url", "", "edit", "clone", "favourite", "move", "", "trash",
)  # fmt: skip
TRASH_MENU = ("restore", "", "delete")


def _context(name: str) -> Qt.ShortcutContext:
    """Keys work from the rail too, while the pane is shown; those that take entries away only within the pane."""
    within = name in ("trash", "delete")
    return Qt.ShortcutContext.WidgetWithChildrenShortcut if within else Qt.ShortcutContext.WindowShortcut


class Commands:
    """The commands of one pane as actions, bound to what they do."""

    def __init__(self, pane: QWidget) -> None:
        self._actions: dict[str, QAction] = {}
        for command in COMMANDS:
            action = QAction(QCoreApplication.translate("Commands", command.text), pane)
            action.setObjectName(f"command-{command.name}")
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setShortcutContext(_context(command.name))
            if command.icon:
                action.setIcon(theme.icon(command.icon))
            pane.addAction(action)
            self._actions[command.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def bind(self, name: str, act: Callable[[], object]) -> None:
        """Run ``act`` when the command is given."""
        self._actions[name].triggered.connect(lambda _checked: act())

    def name_after(self, kind: Kind) -> None:
        """Say what the copying commands copy from an entry of this kind: a password, a key, a text."""
        form = kinds.KINDS[kind]
        for name, field in (("copy-main", form.main), ("copy-who", form.who)):
            if field:
                what = kinds.label(field)
                text = QCoreApplication.translate("Commands", "Copy {what}")
                self._actions[name].setText(text.format(what=what[:1].lower() + what[1:]))

    def enable(self, names: set[str]) -> None:
        """Only these of the commands that act on entries are possible now."""
        always = {"new", "undo", "find", "places", "entries", "sidebar"}
        for name, action in self._actions.items():
            action.setEnabled(name in always or name in names)

    def listed(self, names: tuple[str, ...]) -> list[QAction | None]:
        """Actions for a menu; None is a separator."""
        return [self._actions[name] if name else None for name in names]
