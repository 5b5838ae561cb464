"""What the pane says when its list is empty, and what the status bar counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication

from kvault_gui.gui.models import kinds
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.models.sidebar import SidebarRow, Stop

from .empty import Empty, Note, Offer

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import Kind


class Situation(NamedTuple):
    """What there is and what is asked for."""

    total: int
    trashed: int
    shown: int
    query: str
    place: SidebarRow | None
    kind: Kind | None

    @property
    def stop(self) -> Stop:
        """The place, All items if it is gone."""
        return self.place.stop if self.place else Stop.ALL

    @property
    def empty_vault(self) -> bool:
        """Whether there is nothing at all to list, so that the whole pane says what to do first."""
        return not self.total and self.stop is not Stop.TRASH and not self.query

    def sentence(self) -> str:
        """For the status bar."""
        if not self.total:
            return _tr("No secrets yet")
        if self.query:
            return _tr("{shown} of {total} items").format(shown=f"{self.shown:,}", total=f"{self.total:,}")
        return _tr("1 item") if self.total == 1 else _tr("{total} items").format(total=f"{self.total:,}")


@dataclass
class Does:
    """What the buttons of an empty pane do."""

    new_titled: Callable[[str], object]
    clear_search: Callable[[], object]
    search_everywhere: Callable[[], object]
    show_every_kind: Callable[[], object]
    want_import: Callable[[], object]
    can_import: bool = True


def _tr(text: str) -> str:
    return QCoreApplication.translate("SecretsPane", text)


def speak(situation: Situation, empty: Empty, does: Does) -> None:
    """Say why the list is empty and what can be done."""
    if situation.query:
        _no_hits(situation, empty, does)
    elif situation.empty_vault:
        _empty_vault(empty, does)
    elif situation.kind is not None:
        text = _tr("Nothing here is of the kind “{kind}”").format(kind=kinds.word(situation.kind))
        empty.say("filter", text, "", Offer(_tr("Show every kind"), does.show_every_kind))
    else:
        _empty_place(situation, empty, does)


def _empty_vault(empty: Empty, does: Does) -> None:
    offers = [Offer(_tr("New secret"), lambda: does.new_titled(""), "plus", "Ctrl N", "empty-new")]
    notes = [Note("lock", _tr("Locks itself when you leave"), _tr("Or at once, with Ctrl+L"))]
    if does.can_import:
        offers.append(Offer(_tr("Import…"), does.want_import, "import", name="empty-import"))
        reads = Note("import", _tr("Reads KeePass databases and CSV files"), _tr("Shows first what will not fit"))
        notes.insert(0, reads)
    text = _tr("A login, a key, a certificate, a note. Or bring everything over from the program you use now.")
    empty.say("lock-key", _tr("Put your first secret in"), text, *offers, notes=tuple(notes))


def _no_hits(situation: Situation, empty: Empty, does: Does) -> None:
    query = one_line(situation.query)
    query = query if len(query) <= 40 else f"{query[:39]}…"  # noqa: PLR2004 what the list has room for
    offers = [Offer(_tr("Clear the search"), does.clear_search, hint="Esc", name="empty-clear")]
    if situation.stop is not Stop.ALL:
        offers.insert(0, Offer(_tr("Search all items"), does.search_everywhere, "search", name="empty-everywhere"))
    if situation.stop is not Stop.TRASH and len(offers) == 1:
        offers.append(Offer(_tr("New secret…"), lambda: does.new_titled(situation.query), "plus", name="empty-make"))
    text = _tr("Titles, user names, addresses and tags were searched, from the beginning of their words.")
    empty.say("search", _tr("Nothing matches “{query}”").format(query=query), text, *offers)


def _empty_place(situation: Situation, empty: Empty, does: Does) -> None:
    new = Offer(_tr("New secret"), lambda: does.new_titled(""), "plus", "Ctrl N", "empty-new")
    match situation.stop:
        case Stop.TRASH:
            empty.say("trash", _tr("The trash is empty"), _tr("What you throw away waits here until you delete it."))
        case Stop.FAVOURITES:
            empty.say("star", _tr("No favourites yet"), _tr("Mark what you use often with the star."))
        case Stop.EXPIRING:
            empty.say("clock", _tr("Nothing expires soon"), _tr("Entries show up here 30 days before they expire."))
        case Stop.NAMESPACE:
            name = one_line(situation.place.text) if situation.place else ""
            text = _tr("Make a secret here, or move some in.")
            empty.say("folder", _tr("Nothing in “{name}”").format(name=name), text, new)
        case _:
            empty.say("inbox", _tr("Nothing here"), "", new)
