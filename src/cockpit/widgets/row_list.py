"""The rows of a table as a list with a cursor and a filter. Knows no pixels."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.text import clean_line
from cockpit.i18n import _
from cockpit.widgets.columns import Row, row_text
from cockpit.widgets.filtering import Haystack


class RowList:
    """`shown` are the rows the filter lets through, `cursor` the place among them of the row in focus, None without one."""

    def __init__(self) -> None:
        self.all: tuple[Row, ...] = ()
        self.shown: tuple[Row, ...] = ()
        self.cursor: int | None = None
        self.filter = ""
        self._haystack: Haystack | None = None

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor."""
        return None if self.cursor is None else self.shown[self.cursor].key

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return None if self.cursor is None else self.shown[self.cursor]

    @property
    def words(self) -> str:
        """How many rows the filter leaves, without headings; empty without a filter."""
        if not self.filter:
            return ""
        shown, total = (sum(not row.is_heading for row in rows) for rows in (self.shown, self.all))
        words = _("{shown} of {total} for /{text}, Esc clears")
        return words.format(shown=shown, total=total, text=clean_line(self.filter))

    def put(self, rows: tuple[Row, ...]) -> None:
        """Other rows. The cursor stays on its key, or near its place when the key is gone; the filter stays."""
        self.all, self._haystack = rows, None
        self._show()

    def narrow(self, text: str) -> None:
        """Show only the rows in which `text` is found, with the headings over them; all for an empty text."""
        self.filter = text
        self._show()

    def learn(self) -> None:
        """Prepare for any filter, near spelling included. Takes its time with many rows: for a thread."""
        self.prepare()
        if self._haystack is not None:
            self._haystack.find("?!?")  # spelled like nothing: all words are learnt and compared once

    def prepare(self) -> None:
        """Fold the texts for the filter."""
        if self._haystack is None:
            rows = self.all
            haystack = Haystack([row_text(row) for row in rows])
            if rows is self.all:
                self._haystack = haystack

    def _show(self) -> None:
        old_key, old_place = self.key, self.cursor or 0
        self.shown = self._found() if self.filter.strip() else self.all
        place = self.place_of(old_key) if old_key is not None else None
        self.cursor = self.near(old_place) if place is None else place

    def _found(self) -> tuple[Row, ...]:
        self.prepare()
        rows = self.all
        places = self._haystack.find(self.filter) if self._haystack is not None else []
        found: list[Row] = []
        heading: Row | None = None
        begin = 0
        for place in places:
            if rows[place].is_heading:
                continue
            for row in rows[begin:place]:
                heading = row if row.is_heading else heading
            begin = place
            if heading is not None:
                found.append(heading)
                heading = None
            found.append(rows[place])
        return tuple(found)

    def place_of(self, key: str) -> int | None:
        """Where a row of that key is shown."""
        return next((place for place, row in enumerate(self.shown) if row.key == key and not row.is_heading), None)

    def near(self, place: int) -> int | None:
        """The row nearest to a place, headings passed over."""
        rows = self.shown
        place = min(max(place, 0), len(rows) - 1)
        for away in range(len(rows)):
            for candidate in (place - away, place + away):
                if 0 <= candidate < len(rows) and not rows[candidate].is_heading:
                    return candidate
        return None

    def step(self, by: int) -> int | None:
        """The next row after (1) or before (-1) the cursor."""
        place = (self.cursor if self.cursor is not None else -1) + by
        while 0 <= place < len(self.shown) and self.shown[place].is_heading:
            place += by
        return place if 0 <= place < len(self.shown) else None

    def differing(self, old: Sequence[Row], first: int, last: int) -> frozenset[str]:
        """Keys among the places first to last of rows that `old` had otherwise or not at all; none when most differ."""
        seen = [row for row in self.shown[first:last] if not row.is_heading]
        before = {row.key: row for row in old}
        found = frozenset(row.key for row in seen if before.get(row.key) != row)
        return found if before and 2 * len(found) <= len(seen) else frozenset()
