"""Writing CSV: RFC 4180, UTF-8, one row an entry; what a row cannot hold is counted."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO

from ..model import Dropped, ForeignEntry, Role
from .columns import OWN_COLUMNS
from .values import format_moment, guard

if TYPE_CHECKING:
    from ..model import ForeignGroup

_ROLES = {"Username": Role.USERNAME, "Password": Role.PASSWORD, "URL": Role.URL, "Notes": Role.NOTES}


def _path(group: ForeignGroup) -> str:
    return "/".join(name.replace("%", "%25").replace("/", "%2F") for name in group.path())


class CsvWriter:
    """One CSV file that is being written. Bytes go out row by row."""

    def __init__(self, target: BinaryIO) -> None:
        self.dropped = Dropped()
        self._target = target
        self._row = io.StringIO(newline="")
        self._csv = csv.writer(self._row, lineterminator="\r\n")
        self._put(OWN_COLUMNS)

    def entry(self, entry: ForeignEntry) -> None:
        """Write the present state of an entry."""
        state = entry.state
        cells = {
            "Group": _path(entry.group),
            "Title": state.title,
            "Tags": ";".join(tag.replace(";", " ").replace(",", " ") for tag in state.tags),
            "Favourite": "1" if entry.favourite else "",
            "Kind": entry.kind,
            "Expires": format_moment(state.expires),
            "Last Modified": format_moment(state.changed),
            "Created": format_moment(state.created),
        }
        for field in state.fields:
            column = next((name for name, role in _ROLES.items() if role is field.role), None)
            if column is None and field.name == "otp":
                column = "TOTP"
            if column is None or column in cells:
                self.dropped.add("custom fields")
            else:
                cells[column] = field.value.decode("utf-8", "replace")
        self.dropped.add("attached files", len(state.files))
        self.dropped.add("earlier versions", len(entry.history))
        self._put(tuple(self._guarded(cells.get(name, "")) for name in OWN_COLUMNS))

    def _guarded(self, text: str) -> str:
        guarded = guard(text)
        if guarded is not text:
            self.dropped.add("cells begin with “'” now, because a spreadsheet would take them for formulas")
        return guarded

    def _put(self, cells: tuple[str, ...]) -> None:
        self._csv.writerow(cells)
        self._target.write(self._row.getvalue().encode("utf-8", "replace"))
        self._row.seek(0)
        self._row.truncate()
