"""Targets from a CSV file with the columns name, period, value and, where needed, metric. All lines or none.

A spreadsheet's UTF-8 and GB18030 are read, with commas, semicolons or tabs. Every line that is wrong is named with its number; so is a sum that does not
hold, by how much.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.domain import targets as rules
from cockpit.domain.periods import Period, period_text, read_period
from cockpit.domain.target_weights import workdays_of
from cockpit.domain.targets import Node
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, UnknownName
from cockpit.i18n import _, listed
from cockpit.services.desk import Desk
from cockpit.services.target_views import Sight, metric_code

if TYPE_CHECKING:
    from sqlmodel import Session

MOST_BYTES = 2_000_000
MOST_LINES = 20_000
MOST_PROBLEMS = 12
_DELIMITERS = ",;\t"
"""What spreadsheets put between two cells, by their country; the first is meant where none stands."""
_COLUMNS = {
    "name": "name",
    "姓名": "name",
    "名称": "name",
    "period": "period",
    "期间": "period",
    "月份": "period",
    "value": "value",
    "target": "value",
    "目标": "value",
    "metric": "metric",
    "指标": "metric",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, as it stands there."""

    number: int
    name: str
    period: str
    metric: str
    value: str


def read_file(path: Path) -> tuple[Line, ...]:
    """The lines of the file. Raises BadUse for one that cannot be read, lacks a column or is too large."""
    rows = read_table(path)
    names = [_COLUMNS.get(title, "") for title in rows[0]] if rows else []
    missing = [name for name in ("name", "period", "value") if names.count(name) != 1]
    if missing:
        words = _("{path}: the first line must name the columns name, period, value once each; missing: {list}")
        raise BadUse(words.format(path=path, list=listed(missing)))
    found = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: cell for name, cell in zip(names, row) if name}
        if any(cells.values()):
            parts = (cells.get(name, "") for name in ("name", "period", "metric", "value"))
            found.append(Line(number, *parts))
    if not found:
        raise BadUse(_("{path} holds no target.").format(path=path))
    return tuple(found)


def read_table(path: Path) -> list[list[str]]:
    """The cells of a CSV file, clean, the titles in lower case. Raises BadUse for one that cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadUse(_("{path} cannot be read: {reason}").format(path=path, reason=error.strerror)) from error
    if len(data) > MOST_BYTES:
        raise BadUse(_("{path} is larger than {count} bytes.").format(path=path, count=MOST_BYTES))
    text = _text(path, data)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=first.count))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BadUse(_("{path} is no CSV: {reason}").format(path=path, reason=error)) from error
    if len(rows) > MOST_LINES:
        raise BadUse(_("{path} has more than {count} lines.").format(path=path, count=MOST_LINES))
    titles = [[clean_line(title, 40).strip().casefold() for title in row] for row in rows[:1]]
    return titles + [[clean_line(cell, 300).strip() for cell in row] for row in rows[1:]]


def _text(path: Path, data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadUse(_("{path} is neither UTF-8 nor GB18030.").format(path=path))


def values_of(
    desk: Desk, session: Session, lines: Sequence[Line]
) -> list[tuple[Sight, Mapping[tuple[Period, str], int]]]:
    """What the lines set, by metric and period. Raises BadUse with every line that is wrong."""
    problems: list[str] = []
    sights: dict[tuple[str, str], Sight] = {}
    found: dict[tuple[str, str], dict[tuple[Period, str], int]] = {}
    for line in lines:
        try:
            key, sight = _sight(desk, session, line, sights)
            node, value = _read(sight, line)
        except UnknownName as error:
            problems.append(
                _("line {number}: nobody is called {name}. Near: {near}").format(
                    number=line.number, **{name: str(error.facts.get(name, "")) for name in ("name", "near")}
                )
            )
            continue
        except BadUse as error:
            problems.append(_("line {number}: {reason}").format(number=line.number, reason=error.detail))
            continue
        group = found.setdefault(key, {})
        if (sight.period, node.id) in group:
            words = _("line {number}: {name} has a target for {period} in a line above")
            problems.append(words.format(number=line.number, name=line.name, period=line.period))
        group[(sight.period, node.id)] = value
    if not problems:
        problems = [text for key, group in found.items() for text in _sums(sights[key], group)]
    if problems:
        left = len(problems) - MOST_PROBLEMS
        more = [_("and {count} more").format(count=left)] if left > 0 else []
        raise BadUse("\n".join([_("Nothing was imported."), *problems[:MOST_PROBLEMS], *more]))
    return [(sights[key], group) for key, group in found.items()]


def _sight(
    desk: Desk, session: Session, line: Line, sights: dict[tuple[str, str], Sight]
) -> tuple[tuple[str, str], Sight]:
    """The tree of the line's metric and period; the book is read once for each metric."""
    metric = metric_code(line.metric or "amount") or line.metric
    base = next((sight for (name, _period), sight in sights.items() if name == metric), None)
    if base is None:
        base = Sight.open(desk, session, line.period or "-", line.metric or "amount")
        sights[(metric, period_text(base.period))] = base
    period = read_period(line.period, base.book.today)
    if period is None or period.kind in ("week", "day"):
        raise BadUse(_("{text} is not a month, quarter or year like 2026-11.").format(text=line.period or "-"))
    key = (metric, period_text(period))
    if key not in sights:
        sights[key] = replace(base, period=period, root=base.tree(period))
    return key, sights[key]


def _read(sight: Sight, line: Line) -> tuple[Node, int]:
    node = sight.node(line.name)
    if not sight.may_set(node):
        raise BadUse(_("The target of {name} is set by who leads them.").format(name=line.name))
    value = sight.read(line.value)
    if value and not workdays_of(sight.book, node.id, sight.period):
        raise BadUse(
            _("{month} has no working day for {name}: nothing can be reached in it. Set another month.").format(
                month=period_text(sight.period), name=line.name
            )
        )
    row = sight.row(node.id, sight.period)
    if row is not None and row.value != value and sight.period.ends_on < sight.book.today:
        raise BadUse(_("{period} is over: its targets stay as they are.").format(period=period_text(sight.period)))
    return node, value


def _sums(sight: Sight, group: Mapping[tuple[Period, str], int]) -> Iterator[str]:
    """The nodes that would not be the sum of their parts, where the file says something of them."""
    after = _with(sight.root, {node_id: value for (_period, node_id), value in group.items()})
    for node in rules.misfits(after):
        touched = {node.id, *(part.id for part in node.parts)} & {node_id for _period, node_id in group}
        if touched:
            difference = node.difference or 0
            words = _("{name}, {period}: the parts sum to {amount} less than {target}")
            if difference < 0:
                words = _("{name}, {period}: the parts sum to {amount} more than {target}")
            said = words.format(
                name=sight.name(node.id),
                period=period_text(sight.period),
                amount=sight.amount(abs(difference)),
                target=sight.amount(node.value),
            )
            command = f"cockpit targets split '{sight.name(node.id)}' --period {period_text(sight.period)} --apply"
            yield _("{said}. Change a line, or leave the parts out and run: {command}").format(
                said=said, command=command
            )


def _with(node: Node, values: Mapping[str, int]) -> Node:
    parts = tuple(_with(part, values) for part in node.parts)
    return replace(node, value=values.get(node.id, node.value), parts=parts)
