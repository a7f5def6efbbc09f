"""A proposal as one list: what was planned and what would be, side by side, with the sign of each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.i18n import _, clock_time, weekday
from cockpit.services.snapshots import ReplanProposal, ReplanRow
from cockpit.services.words import activity_status, kind_name
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

SIGN_TONES: dict[str, Tone] = {"=": "muted", "+": "good", "~": "accent", ">": "warn", "x": "bad", "!": "bad"}
_OVER = ("held", "not_held", "cancelled", "moved")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one activity. `sign` as in ReplanRow, and `!` for a visit left unvisited that found no time;
    `number` is its place in the new plan, None for what is not in it. At least one side is there."""

    sign: str
    number: int | None
    before: ReplanRow | None
    after: ReplanRow | None

    @property
    def key(self) -> str:
        return f"{self.number}" if self.number is not None else f"out:{self.row.activity_id}"

    @property
    def about(self) -> tuple[object, ...]:
        """The same for the same activity in another plan of the same days."""
        return self.row.activity_id, self.row.account_id, self.row.kind

    @property
    def row(self) -> ReplanRow:
        """The side that counts: after, where there is one."""
        found = self.after or self.before
        assert found is not None
        return found


def changes(proposal: ReplanProposal) -> tuple[Change, ...]:
    """Both sides of a proposal joined, in the order of the new plan; what goes stands where it was."""
    old = {row.activity_id: row for row in proposal.before if row.activity_id is not None}
    found = [
        Change(row.sign, number, old.pop(row.activity_id or "", None), row)
        for number, row in enumerate(proposal.after, start=1)
    ]
    found += (Change(_left_sign(row, proposal.as_of), None, row, None) for row in old.values())
    return tuple(sorted(found, key=lambda change: change.row.starts_at))


def _left_sign(row: ReplanRow, now: datetime) -> str:
    """What to call a row that is not in the new plan."""
    if row.sign == "x" or row.status == "cancelled":
        return "x"
    return "!" if row.starts_at.date() < now.date() else "="


def row_time(row: ReplanRow | None, today: datetime) -> str:
    """The time; the weekday before it on another day."""
    if row is None:
        return "-"
    clock = clock_time(row.starts_at)
    return clock if row.starts_at.date() == today.date() else f"{weekday(row.starts_at.date())} {clock}"


def change_text(change: Change) -> str:
    """What happens, in a word or two; empty for what is kept and free to move."""
    before, after = change.before, change.after
    if change.sign in "+~>" and change.row.is_locked:
        return _("locked")
    if change.sign == "~" and before is not None and after is not None:
        minutes = round((after.starts_at - before.starts_at).total_seconds() / 60)
        if minutes:
            words = _("{count} min later") if minutes > 0 else _("{count} min earlier")
            return words.format(count=abs(minutes))
    if change.sign == ">":
        return _("booked anew") if before is not None and before.status == "cancelled" else _("other day")
    if change.row.is_buffer:
        return _("buffer")
    if change.sign == "+":
        return _("new") if before is None else _("catch-up")
    if change.sign == "!":
        return _("unvisited")
    if change.row.status in _OVER:
        return activity_status(change.row.status)
    if change.sign == "x":
        return _("dropped")
    return _("locked") if change.row.is_locked else ""


def change_rows(found: Sequence[Change], today: datetime) -> tuple[Row, ...]:
    """Keys are those of the changes. What stays as it was is muted, so that what changes stands out."""
    return tuple(
        Row(
            change.key,
            (
                Cell(change.sign, SIGN_TONES.get(change.sign, "")),
                Cell(f"{change.number or ''}", "muted"),
                Cell(row_time(change.before, today), "muted"),
                row_time(change.after, today),
                change.row.account,
                change.row.tier,
                kind_name(change.row.kind),
                Cell(change_text(change), SIGN_TONES.get(change.sign, "")),
                str(change.row.travel_minutes) if change.row.travel_minutes else "",
                f"{change.row.score:+d}" if change.row.score else "",
            ),
            "muted" if change.sign in "=x" else "",
        )
        for change in found
    )


class ReplanTable(Table):
    """Travel in minutes from the stop before; points of the planner."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nothing was planned, and nothing to plan."), id=id)

    def show(self, found: Sequence[Change], today: datetime) -> None:
        columns = (
            Column("", 1),
            Column("#", 2, "right"),
            Column(_("Before"), least=5, weight=9),
            Column(_("After"), least=5, weight=9),
            Column(_("Account"), least=8, weight=6),
            Column("", 1),
            Column("", least=4, weight=9),
            Column("", least=6, weight=6),
            Column(_("Travel"), 0, "right", least=4, weight=9),
            Column(_("Points"), 0, "right", least=4, weight=9),
        )
        self.set_columns(columns if found else (Column(_("After")),))
        self.set_rows(change_rows(found, today))
