"""The right part of the pane: where the entry lies, what can be done, and the entry itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from kvault_gui.engine.api import Entry, FieldType, Version
from kvault_gui.gui import theme
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.ground import Ground, header_height
from kvault_gui.gui.widgets.labels import ElidedLabel
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.snackbar import Snackbar
from kvault_gui.gui.widgets.tab_order import follow_layout

from .acts import shown_path
from .empty import Empty, Offer
from .entry_view import EntryView

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import Draft
    from kvault_gui.engine.errors import KvaultError

    from .acts import Acts

WIDEST = 720  # px: wider content is centred


class Detail(Ground):
    """Shows one entry, or says what could be shown."""

    edit_wanted = Signal()
    move_wanted = Signal()
    trash_wanted = Signal()
    restore_wanted = Signal()
    delete_wanted = Signal()
    back_wanted = Signal()
    menu_wanted = Signal(QPoint)
    continue_draft = Signal(object)
    discard_draft = Signal(object)

    def __init__(self, acts: Acts, show_error: Callable[[KvaultError], object], parent: QWidget | None = None) -> None:
        super().__init__("page", header=True, parent=parent)
        self.setObjectName("detail")
        self._acts, self._show_error = acts, show_error
        self._view: EntryView | None = None
        self._versions: list[Version] = []
        self._tasks: Tasks | None = None
        self._draft: Banner | None = None
        self._bar = self._make_bar()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its rows have it, and are scrolled to
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self._empty = Empty()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._empty)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addLayout(self._banners)
        layout.addWidget(self._stack, 1)
        self.snackbar = Snackbar(self)
        self.show_nothing(0, trash=False)

    def _make_bar(self) -> QWidget:
        bar = QWidget(self)
        self.back = IconButton("arrow-left", self.tr("Back to the list"))
        self.back.setObjectName("back")
        self.back.clicked.connect(self.back_wanted)
        self.back.hide()
        self._path = ElidedLabel("", "body", "text2", Qt.TextElideMode.ElideMiddle)
        self._path.setObjectName("breadcrumb")
        self.star = IconButton("star", self.tr("Favourite"), on_icon="star-filled", icon_side=18, side=32)
        self.star.setObjectName("favourite")
        self.star.setCheckable(True)
        self.star.setProperty("quiet", True)  # noqa: FBT003 Qt's signature
        self.star.clicked.connect(self._mark)
        self.edit = button(self.tr("Edit"), icon="pencil", on_click=self.edit_wanted.emit)
        self.edit.setObjectName("edit")
        self.restore = button(self.tr("Bring back"), icon="restore", on_click=self.restore_wanted.emit)
        self.restore.setObjectName("restore")
        self.delete = button(self.tr("Delete for ever…"), "danger", on_click=self.delete_wanted.emit)
        self.delete.setObjectName("delete")
        self.more = IconButton("dots-vertical", self.tr("More"), icon_side=18, side=32)
        self.more.setObjectName("more")
        self.more.clicked.connect(lambda: self.menu_wanted.emit(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(24), 0, theme.px(12), 1)
        row.setSpacing(theme.px(6))
        row.addWidget(self.back)
        row.addWidget(self._path, 1)
        for part in (self.star, self.edit, self.restore, self.delete, self.more):
            row.addWidget(part)
        bar.setFixedHeight(max(header_height(), self.edit.sizeHint().height() + theme.px(12)))
        return bar

    # What is shown ----------------------------------------------------------------------------------------------------

    @property
    def entry(self) -> Entry | None:
        """The entry that is shown."""
        return self._view.entry if self._view else None

    def show_entry(self, entry: Entry, versions: list[Version], hide_seconds: int) -> None:
        """Show an entry. What is shown already and did not change stays as it is."""
        if self._view is not None and self._view.entry == entry and self._versions == versions:
            return
        same = self._view is not None and self._view.entry.id == entry.id
        height = self._scroll.verticalScrollBar().value() if same else 0
        self._drop()
        tasks = Tasks(self, self._show_error)
        view = EntryView(entry, versions, self._acts, tasks, hide_seconds)
        view.setObjectName("entry-view")
        view.open_wanted.connect(self.open_address)
        self._view, self._versions, self._tasks = view, versions, tasks
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(view, 1_000)
        row.addStretch(1)
        view.setMaximumWidth(theme.px(WIDEST) + 2 * theme.px(24))
        self._scroll.setWidget(holder)
        follow_layout(self)
        self._scroll.verticalScrollBar().setValue(height)
        self._stack.setCurrentWidget(self._scroll)
        self._path.setText(shown_path(entry.path))
        self.star.setChecked(entry.favourite)
        self._offer(one=True, trash=entry.trashed)

    def show_nothing(self, selected: int, *, trash: bool) -> None:
        """Say that nothing, or several entries, are selected."""
        self._drop()
        self._path.setText("")
        self._stack.setCurrentWidget(self._empty)
        if selected > 1:
            text = self.tr("{count} items are selected").format(count=f"{selected:,}")
            offers = [
                Offer(self.tr("Move to…"), self.move_wanted.emit, "move", name="move-several"),
                Offer(self.tr("Move to the trash"), self.trash_wanted.emit, "trash", name="trash-several"),
            ]
            said = self.tr("What you do now is done with all of them.")
            self._empty.say("list", text, said, *([] if trash else offers))
        else:
            self._empty.say("key", self.tr("Nothing is selected"), self.tr("Choose an entry, or type to search."))
        self._offer(one=False, trash=trash and selected > 0)
        self.more.setVisible(selected > 1)

    def _offer(self, *, one: bool, trash: bool) -> None:
        self.star.setVisible(one and not trash)
        self.edit.setVisible(one and not trash)
        self.restore.setVisible(trash)
        self.delete.setVisible(trash)
        self.more.setVisible(one)

    def _drop(self) -> None:
        if self._tasks is not None:
            self._tasks.close()
        if self._view is not None:
            self._view.hide_all()
            old = self._scroll.takeWidget()
            if old is not None:
                old.deleteLater()
        self._view, self._versions, self._tasks = None, [], None

    def _mark(self) -> None:
        if self._view is not None:
            self._acts.favourite(self._view.entry)

    def is_busy(self) -> bool:
        """Whether a value that was asked for is not shown yet."""
        return self._view is not None and self._view.is_busy()

    def toggle_all(self) -> None:
        """Show or hide every protected value."""
        if self._view is not None:
            self._view.toggle_all()

    def hide_all(self) -> None:
        """Hide every value."""
        if self._view is not None:
            self._view.hide_all()

    def open_address(self) -> None:
        """Open the entry's first address in the browser, if it is one for browsers."""
        entry = self.entry
        url = next((f.value for f in entry.fields if f.type is FieldType.URL and f.value), "") if entry else ""
        target = QUrl.fromUserInput(url)
        if target.scheme() in ("http", "https"):
            QDesktopServices.openUrl(target)
        elif url:
            self.snackbar.say(self.tr("kvault opens addresses that begin with http or https"), "globe")

    # What is said -----------------------------------------------------------------------------------------------------

    def show_draft(self, draft: Draft | None, title: str) -> None:
        """Offer an edit that was not stored; None takes the offer away."""
        if self._draft is not None:
            self._draft.hide()
            self._draft.deleteLater()
            self._draft = None
        self._banners.setContentsMargins(theme.px(24), theme.px(12) if draft else 0, theme.px(24), 0)
        if draft is None:
            return
        made = self.tr("You were making “{title}”") if title else self.tr("You were making a new secret")
        text = made if draft.entry is None else self.tr("You were editing “{title}”")
        banner = Banner(
            "wait", text.format(title=title), self.tr("What you had typed was kept, encrypted."), icon="pen"
        )
        banner.setObjectName("draft-banner")
        banner.add_button(self.tr("Continue"), lambda: self.continue_draft.emit(draft)).setObjectName("draft-continue")
        banner.add_button(self.tr("Discard"), lambda: self.discard_draft.emit(draft)).setObjectName("draft-discard")
        self._banners.addWidget(banner)
        self._draft = banner

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the snackbar on top."""
        super().resizeEvent(event)
        self.snackbar.raise_()

    def sizeHint(self) -> QSize:
        """The drawn width."""
        return QSize(theme.px(688), theme.px(600))
