"""The lines of an export, each with its place in the file, and what was wrong with those left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.domain.text import as_cell, clean_line
from cockpit.errors import BadUse
from cockpit.hub.importing.mapping import FileMap
from cockpit.i18n import _

if TYPE_CHECKING:
    from _csv import Reader


class BadCell(Exception):
    """A line that cannot be taken: the column at fault, the reason in the user's language, the value."""

    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.column, self.reason, self.value = column, reason, value


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: cleaned values by our field name, empty where the cell or the column is."""

    file: str
    number: int
    values: dict[str, str]
    columns: dict[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def bad(self, name: str, reason: str) -> BadCell:
        return BadCell(self.columns.get(name, name), reason, self.get(name))


@dataclass(frozen=True, slots=True)
class Rejected:
    file: str
    line: int
    column: str
    reason: str
    value: str


@dataclass
class Intake:
    """Reads files line by line; counts what was read and keeps what was rejected."""

    folder: Path
    read: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def lines(self, part: FileMap) -> Iterator[Line]:
        """The whole lines of a file. A line that is not in shape is rejected here."""
        path = self.folder / part.file
        try:
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                rows = csv.reader(file, strict=True)
                header = [name.strip() for name in next(rows, [])]
                places = {ours: header.index(theirs) for ours, theirs in part.columns.items()}
                for number, cells in self._cells(part.file, rows):
                    if cells is None or not any(cells):
                        continue
                    self.read += 1
                    try:
                        yield self._line(part, number, cells, len(header), places)
                    except BadCell as error:
                        self.reject(part.file, number, error)
        except OSError as error:
            raise BadUse(_("{path} cannot be read.").format(path=path)) from error

    def _cells(self, name: str, rows: Reader) -> Iterator[tuple[int, list[str] | None]]:
        """Cells with the number of the line they start on. What the reader cannot split is rejected."""
        number = 1
        while True:
            start = number + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                number = rows.line_num
                self.read += 1
                self.reject(name, start, BadCell("", str(error)))
                continue
            number = rows.line_num
            yield start, cells

    def _line(self, part: FileMap, number: int, cells: list[str], width: int, places: dict[str, int]) -> Line:
        if len(cells) != width:
            raise BadCell("", _("{found} cells where {wanted} are needed").format(found=len(cells), wanted=width))
        values: dict[str, str] = {}
        for name, place in places.items():
            if any("\udc80" <= sign <= "\udcff" for sign in cells[place]):
                raise BadCell(part.columns[name], _("not UTF-8"), clean_line(cells[place]))
            values[name] = clean_line(cells[place])
        return Line(part.file, number, values, dict(part.columns))

    def reject(self, file: str, number: int, error: BadCell) -> None:
        self.rejected.append(Rejected(file, number, error.column, error.reason, error.value))

    def report(self, path: Path) -> Path | None:
        """Write the rejected lines as CSV; None, and no file, when there are none."""
        if not self.rejected:
            path.unlink(missing_ok=True)
            return None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(("file", "line", "column", "reason", "value"))
            for bad in sorted(self.rejected, key=lambda r: (r.file, r.line)):
                texts = map(as_cell, (bad.file, str(bad.line), bad.column, bad.reason, bad.value))
                out.writerow(tuple(texts))
        return path
