"""The answer to `?`: the number, its formula and inputs, and the rows that make it again, with their sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical

from cockpit.i18n import _, ngettext, short_day, short_moment
from cockpit.plain import cells, fit
from cockpit.screens.base import View
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.why_words import overview_for, value_text
from cockpit.widgets.lines import Line, Lines, folded
from cockpit.widgets.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.commands import Command
    from cockpit.services.container import Services
    from cockpit.widgets.footer import FooterKey

TOTAL = "total"
_EXPLAINED = {"why": "", "activity": "visit:", "contact": "contact:", "kpi_rule": "kpi:"}
"""Rows that have an explanation of their own, and how its name begins."""


class WhyView(View):
    """`about` as `services.why.explain` takes it, `args` its further arguments."""

    SCOPES: ClassVar[tuple[str, ...]] = ("list",)
    FOOTER: ClassVar[tuple[str, ...]] = ("open", "why", "back")

    def __init__(self, about: str, args: dict[str, Any] | None = None) -> None:
        super().__init__(id="why")
        self._about = about
        self._args = args or {}
        self.snapshot: Why | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="answer")
        with Vertical(id="behind"):
            columns = (
                Column(_("Row"), weight=1),
                Column(_("Date"), weight=9, shown_from=50),
                Column(_("Value"), 0, "right", weight=9),
            )
            yield Table(columns, empty=_("No rows behind it."), id="rows")
            yield Lines(id="foot")

    def title(self) -> str:
        return _("Why")

    def focus_first(self) -> None:
        self.query_one(Table).focus()

    def fetch(self, services: Services) -> Why:
        return services.why.explain(self._about, **self._args)

    def show(self, snapshot: Why) -> None:
        self.query_one("#answer", Lines).show(lambda width: answer_lines(snapshot, width))
        self.query_one(Table).set_rows(why_rows(snapshot))
        self._show_foot()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_foot()

    def _show_foot(self) -> None:
        snapshot, row = self.snapshot, self._row
        if snapshot is not None:
            self.query_one("#foot", Lines).show(lambda width: foot_lines(snapshot, row, width))

    @property
    def _row(self) -> WhyRow | None:
        """The row under the cursor, None on the total."""
        key = self.query_one(Table).cursor_key
        return self.snapshot.rows[int(key)] if self.snapshot and key is not None and key != TOTAL else None

    def about(self) -> str | None:
        """All numbers of the screen that was asked about; what is a picture there has its name here."""
        return overview_for(self._about)

    def footer(self) -> Sequence[str | FooterKey]:
        """Without `?` on the list of all numbers, where it has nothing more to say."""
        return tuple(name for name in self.FOOTER if name != "why" or self.about() is not None)

    def why_args(self) -> dict[str, Any]:
        return self._args

    def label_of(self, command: Command) -> str:
        return _("All numbers") if command.id == "why" else super().label_of(command)

    def do_open(self) -> None:
        """Go to the account or deal of the row, or to what explains the row itself."""
        row = self._row
        if row is not None and row.entity in ("deal", "account"):
            self.shell.open(row.entity, **{f"{row.entity}_id": row.id})
        elif row is not None and row.entity in _EXPLAINED:
            self.shell.open("why", about=_EXPLAINED[row.entity] + row.id, args=self._args)
        else:
            self.shell.say(_("Nothing more behind this row."))


def answer_lines(why: Why, width: int) -> list[Line]:
    """The number and its name, the formula, then the inputs with their values under each other."""
    value = "" if why.unit == "none" else value_text(why.value, why)
    lines: list[Line] = [*folded([(why.title, "strong"), (f"  {value}" if value else "", "accent")], width)]
    if why.formula:
        lines += [[], [(_("Formula"), "muted")], *folded([(why.formula, "")], width)]
    if why.inputs:
        lines += [[], [(_("Inputs"), "muted")], *_input_lines(why.inputs, width)]
    return lines


def _input_lines(inputs: tuple[tuple[str, str], ...], width: int) -> list[Line]:
    names, values = (max(cells(pair[side]) for pair in inputs) for side in (0, 1))
    if names + values + 2 <= width:
        return [[(fit(name, names) + "  ", "muted"), (fit(value, values, right=True), "")] for name, value in inputs]
    lines: list[Line] = []
    for name, value in inputs:
        lines += folded([(f"{name}  ", "muted"), (value, "")], width, 2)
    return lines


def why_rows(why: Why) -> list[Row]:
    """The rows, and under them what they make; keys are places."""
    rows = [_row(number, row, why) for number, row in enumerate(why.rows)]
    if why.rows and why.combine == "sum" and why.unit != "none":
        total = value_text(sum(row.value for row in why.rows), why)
        rows.append(Row(TOTAL, (_("Total"), "", total), "strong"))
    elif why.rows and why.combine == "count":
        words = ngettext("{count} row", "{count} rows", len(why.rows)).format(count=len(why.rows))
        rows.append(Row(TOTAL, (_("Total"), "", words), "strong"))
    return rows


def _row(number: int, row: WhyRow, why: Why) -> Row:
    day = short_day(row.at.date()) if row.at else ""
    shown = "" if why.unit == "none" else value_text(row.value, why)
    return Row(f"{number}", (row.text, Cell(day, "muted"), shown))


def foot_lines(why: Why, row: WhyRow | None, width: int) -> list[Line]:
    """As of when and from where; then the focused row in full, where its line had no room for it."""
    moment = short_moment(why.as_of)
    foot = _("as of {day}").format(day=moment)
    if why.origin:
        foot = _("{origin}, {day}").format(origin=why.origin, day=foot)
    text = row.text if row else ""
    if row is not None and row.origin:
        text = _("{text} ({origin})").format(text=row.text, origin=row.origin)
    return [*folded([(foot, "muted")], width), *folded([(text, "")], width)]
