"""The answer to `?`: value, formula, inputs, and the rows that make the number again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult

from cockpit.i18n import _, exact_money, short_day
from cockpit.screens.base import View
from cockpit.services.snapshots import Why, WhyRow
from cockpit.widgets.note import Note, Part
from cockpit.widgets.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from cockpit.services.container import Services


class WhyView(View):
    """`about` as `services.why.explain` takes it, `args` its further arguments."""

    SCOPES: ClassVar[tuple[str, ...]] = ("list",)
    FOOTER: ClassVar[tuple[str, ...]] = ("open", "back")

    def __init__(self, about: str, args: dict[str, Any] | None = None) -> None:
        super().__init__(id="why")
        self._about = about
        self._args = args or {}
        self.snapshot: Why | None = None

    def compose(self) -> ComposeResult:
        yield Note(id="answer")
        columns = (
            Column(_("Row"), weight=1),
            Column(_("Date"), weight=9, shown_from=50),
            Column(_("Value"), 0, "right", weight=9),
        )
        yield Table(columns, empty=_("No rows behind it."), id="rows")

    def title(self) -> str:
        return _("Why")

    def focus_first(self) -> None:
        self.query_one(Table).focus()

    def fetch(self, services: Services) -> Why:
        return services.why.explain(self._about, **self._args)

    def show(self, snapshot: Why) -> None:
        lines: list[list[Part]] = [
            [
                (snapshot.title, "strong"),
                ("" if snapshot.unit == "none" else "  " + value_text(snapshot.value, snapshot), "accent"),
            ]
        ]
        if snapshot.formula:
            lines.append([(snapshot.formula, "")])
        lines.extend([(f"{name}: ", "muted"), (value, "")] for name, value in snapshot.inputs)
        foot = _("as of {day}").format(day=short_day(snapshot.as_of.date()))
        if snapshot.origin:
            foot = _("{origin}, {day}").format(origin=snapshot.origin, day=foot)
        lines.append([(foot, "muted")])
        self.query_one("#answer", Note).show(lines)
        rows = [self._row(number, row, snapshot) for number, row in enumerate(snapshot.rows)]
        self.query_one(Table).set_rows(rows)

    @staticmethod
    def _row(number: int, row: WhyRow, why: Why) -> Row:
        day = short_day(row.at.date()) if row.at else ""
        shown = "" if why.unit == "none" else value_text(row.value, why)
        return Row(f"{number}", (row.text, Cell(day, "muted"), shown))

    def about(self) -> str | None:
        return None

    def do_open(self) -> None:
        """Go to the account or deal of the row."""
        key = self.query_one(Table).cursor_key
        row = self.snapshot.rows[int(key)] if self.snapshot and key is not None else None
        if row is not None and row.entity in ("deal", "account"):
            self.shell.open(row.entity, **{f"{row.entity}_id": row.id})
        else:
            self.shell.say(_("Nothing more behind this row."))


def value_text(value: int | None, why: Why) -> str:
    """The exact figure in its unit; `-` when it cannot be known."""
    if value is None:
        return "-"
    if why.unit == "money":
        return exact_money(value, why.currency)
    return f"{value:+d}" if why.unit == "points" else f"{value:,}"
