"""The weeks of a period: target, actual and gap, with their sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.i18n import _
from cockpit.services.snapshots import GapWeek
from cockpit.widgets.signs import money
from cockpit.widgets.table import Cell, Column, Row, Table

WEEK_SUM = "sum"
"""The key of the last row."""


def span(starts_on: date, ends_on: date) -> str:
    """`11-02 to 11-08`, one date for a single day."""
    first, last = f"{starts_on:%m-%d}", f"{ends_on:%m-%d}"
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def _sum(amounts: Sequence[int | None]) -> int | None:
    """The sum, None when any part is not known: a part sum would look like the whole."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if amounts and len(known) == len(amounts) else None


def week_rows(weeks: Sequence[GapWeek], today: date) -> tuple[Row, ...]:
    """One row a week, `>` at the current one, weeks to come muted, and the sum last."""
    rows = []
    for week in weeks:
        is_now = week.starts_on <= today <= week.ends_on
        gap = week.gap_minor
        tone_of_gap = "warn" if gap is not None and gap > 0 and week.ends_on < today else ""
        rows.append(
            Row(
                f"week:{week.starts_on.isoformat()}",
                (
                    Cell(">" if is_now else "", "accent"),
                    span(week.starts_on, week.ends_on),
                    money(week.target_minor),
                    money(week.actual_minor),
                    money(gap, "warn" if tone_of_gap else ""),
                ),
                "muted" if week.starts_on > today else "",
            )
        )
    if rows:
        target, gap = _sum([week.target_minor for week in weeks]), _sum([week.gap_minor for week in weeks])
        actual = _sum([week.actual_minor for week in weeks])
        rows.append(Row(WEEK_SUM, ("", _("Sum"), money(target), money(actual), money(gap)), "strong"))
    return tuple(rows)


class WeekTable(Table):
    """`today` is the local day of the snapshot."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No weeks in this period."), id=id)

    def show(self, weeks: Sequence[GapWeek], today: date) -> None:
        self.set_columns(
            (
                Column("", 1),
                Column(_("Week"), least=14),
                Column(_("Target"), 8, "right"),
                Column(_("Actual"), 8, "right"),
                Column(_("Gap"), 8, "right"),
            )
        )
        self.set_rows(week_rows(weeks, today))
