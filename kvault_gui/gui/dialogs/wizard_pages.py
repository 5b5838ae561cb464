"""The first two pages of the wizard: name and place, password."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Recipe, Secret
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import ElidedLabel, label, left_to_right
from kvault_gui.gui.widgets.panels import ProgressPanel
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.strength import StrengthBar

from .generator import Maker
from .wizard_frame import Page, caption, large

WEAK = 2  # scores below this are called easy to guess
_FIVE_WORDS = Recipe(words=5, separator=" ")
_GUESSES = 700_000  # a second: a thousand graphics cards against Argon2id with 64 MiB and 3 passes


def folder_name(name: str) -> str:
    """The folder of a vault called ``name``: "My vault" becomes "my-vault"."""
    return re.sub(r"[^\w.]+", "-", name.strip().lower()).strip("-.")


class NamePage(Page):
    """What the vault is called and where it lies."""

    changed = Signal()
    place_wanted = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__(
            self.tr("Name your vault"),
            self.tr(
                "A vault is a folder that you can copy, move and back up like any other. "
                "What is in it cannot be read without your password."
            ),
        )
        self._folder = folder
        self.name = large(QLineEdit(self.tr("Personal")))
        self.name.setMaxLength(80)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textChanged.connect(self._refresh)
        self._place = ElidedLabel("", "body", "text", Qt.TextElideMode.ElideMiddle)
        self._place.setAccessibleName(self.tr("Place"))
        self._wrong = label("", "small", "bad", wrap=True)
        change = button(self.tr("Change…"), on_click=self.place_wanted.emit)
        change.setAccessibleName(self.tr("Change the place"))
        change.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self._place, 1)
        row.addWidget(change)
        self.column.addWidget(caption(self.tr("Name"), self.name))
        self.column.addSpacing(theme.px(6))
        self.column.addWidget(self.name)
        self.column.addSpacing(theme.px(20))
        self.column.addWidget(caption(self.tr("Place")))
        self.column.addSpacing(theme.px(2))
        self.column.addLayout(row)
        self.column.addSpacing(theme.px(4))
        self.column.addWidget(self._wrong)
        self.column.addStretch(1)
        self._refresh()

    @property
    def path(self) -> Path:
        """The folder that will be made."""
        return self._folder / folder_name(self.name.text())

    def set_folder(self, folder: Path) -> None:
        """Put it elsewhere."""
        self._folder = folder
        self._refresh()

    @property
    def is_complete(self) -> bool:
        """Whether the name can be used and nothing lies there yet."""
        return bool(folder_name(self.name.text())) and not self._is_taken()

    def _is_taken(self) -> bool:
        try:
            return self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir()))
        except OSError:
            return True

    def _refresh(self) -> None:
        named = bool(folder_name(self.name.text()))
        self._place.setText(left_to_right(with_tilde(str(self.path if named else self._folder))))
        taken = named and self._is_taken()
        self._wrong.setText(
            self.tr("There is already something in this folder. Choose another name or place.") if taken else ""
        )
        theme.restyle(self.name, invalid=taken)
        self.changed.emit()

    def take_focus(self) -> None:
        """Begin with the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()


class PasswordPage(Page):
    """The password, how strong it is, and once more."""

    changed = Signal()

    def __init__(self, maker: Maker, show_error: Callable[[KvaultError], object]) -> None:
        super().__init__(
            self.tr("Choose a password"),
            self.tr(
                "You type it often and nobody can reset it. Five or more random words are strong and easy to remember."
            ),
        )
        self._maker = maker
        self._tasks = Tasks(self, show_error)
        self.score: int | None = None
        self.first = SecretEdit(self.tr("Password"))
        self.second = SecretEdit(self.tr("Once more"), eye=False)
        for each in (self.first, self.second):
            large(each)
            each.edited.connect(self._edited)
        self._add_maker()
        self.first.eye_toggled.connect(self.second.reveal)
        self.strength = StrengthBar()
        self._guess = label("", "small", "text2", wrap=True)
        self._differs = label("", "small", "bad", wrap=True)
        self.progress = ProgressPanel()
        add, space = self.column.addWidget, self.column.addSpacing
        add(caption(self.tr("Password"), self.first))
        space(theme.px(6))
        add(self.first)
        space(theme.px(14))
        add(self.strength)
        space(theme.px(6))
        add(self._guess)
        space(theme.px(20))
        add(caption(self.tr("Once more"), self.second))
        space(theme.px(6))
        add(self.second)
        space(theme.px(6))
        add(self._differs)
        self.column.addStretch(1)
        add(self.progress)
        self._edited()

    def _add_maker(self) -> None:
        act = QAction(theme.icon("refresh"), self.tr("Make one of five words (Ctrl+G)"), self.first)
        act.setShortcut(QKeySequence("Ctrl+G"))
        act.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        act.triggered.connect(lambda: self._tasks.start(self._generate(), "generate", "replace"))
        self.first.addAction(act, QLineEdit.ActionPosition.TrailingPosition)

    @property
    def is_complete(self) -> bool:
        """Whether there is a password, typed twice alike."""
        return len(self.first) > 0 and self.first.same_as(self.second)

    @property
    def is_weak(self) -> bool:
        """Whether it was judged easy to guess."""
        return self.score is not None and self.score < WEAK

    def set_busy(self, *, busy: bool) -> None:
        """While the vault is made nothing can be typed."""
        for each in (self.first, self.second):
            each.setEnabled(not busy)
        if busy:
            self.progress.begin(self.tr("Making the vault"), self.tr("This measures how fast the computer is."))
        else:
            self.progress.finish()

    def take(self) -> bytearray:
        """The password; both fields are empty afterwards. The caller wipes it."""
        self.second.wipe()
        return self.first.take()

    def wipe(self) -> None:
        """Overwrite both fields and stop judging."""
        self._tasks.cancel_all()
        self.first.wipe()
        self.second.wipe()

    async def _generate(self) -> None:
        made = await self._maker.generate(_FIVE_WORDS)
        self.second.wipe()
        self.first.set_secret(made.value)
        made.wipe()
        self.first.reveal(True)  # noqa: FBT003 a slot
        self.second.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _judge(self) -> None:
        judged = await self._maker.strength(Secret(self.first.peek()))
        self.score = judged.score
        self.strength.set_strength(judged.score, judged.bits)
        said = self._spell(2 ** min(judged.bits - 1, 200) / _GUESSES)
        text = self.tr("A thousand graphics cards would need {time} to guess it.").format(time=said)
        self._guess.setText(f"{judged.warning} {text}".strip())
        self.changed.emit()

    def _spell(self, seconds: float) -> str:
        steps = ((60, 1, self.tr("seconds")), (7_200, 60, self.tr("minutes")), (172_800, 3_600, self.tr("hours")))
        if seconds < 1:
            return self.tr("less than a second")
        for below, unit, name in steps:
            if seconds < below:
                return self.tr("about {count} {unit}").format(count=round(seconds / unit), unit=name)
        days = seconds / 86_400
        if days < 730:  # noqa: PLR2004 two years
            return self.tr("about {count} days").format(count=round(days))
        years = days / 365.25
        if years > 1e9:  # noqa: PLR2004 as said
            return self.tr("more than a billion years")
        rounded = int(float(f"{years:.1g}"))
        return self.tr("about {count} years").format(count=f"{rounded:,}")

    def _edited(self) -> None:
        self._compare()
        self.score = None
        if len(self.first):
            self._tasks.start(self._judge(), "judge", "replace")
        else:
            self._tasks.cancel("judge")
            self.strength.clear()
            self._guess.setText("")
        self.changed.emit()

    def _compare(self) -> None:
        where = self.second.first_difference(self.first)
        typing = where is not None and where[1] == len(self.second) + 1 and len(self.second) < len(self.first)
        differs = len(self.second) > 0 and where is not None and not typing
        text = ""
        if differs and where is not None:
            several = where[0] > 1 or any(self.first.points.char(at) == " " for at in range(len(self.first)))
            word = self.tr("Word {number} differs from the one above.").format(number=where[0])
            text = word if several else self.tr("It differs from the one above.")
        self._differs.setText(text)
        if bool(self.second.property("invalid")) != differs:
            theme.restyle(self.second, invalid=differs)

    def take_focus(self) -> None:
        """Begin with the password."""
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)
