"""The small pictures of a screen as words and letters: the days of a period, the last weeks, the pace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cockpit import i18n
from cockpit.i18n import _, short_money
from cockpit.services import snapshots as s

LETTERS = {"done": "#", "planned": "=", "missed": "x", "free": "."}


def days_text(days: Sequence[s.DayCell], today: date) -> list[str]:
    """The working days of a period, a blank where days are off, today in brackets; then what the signs count."""
    if not days:
        return []
    row, before = "", None
    for day in days:
        if not (day.is_workday or day.state != "free"):
            continue
        if before is not None and day.on - before > timedelta(days=1):
            row += " "
        letter = LETTERS[day.state]
        row += f"[{letter}]" if day.on == today else letter
        before = day.on
    words = _("visits held {held} #  planned {planned} =  missed {missed} x  free days {free} .")
    counts = words.format(
        held=sum(day.held for day in days),
        planned=sum(day.planned for day in days),
        missed=sum(day.missed for day in days),
        free=sum(day.is_workday and day.state == "free" and day.on >= today for day in days),
    )
    return [_("days {row}").format(row=row), counts]


def trend_text(weeks: Sequence[s.TrendWeek]) -> list[str]:
    """Visits held and money won of the last weeks, the current one last."""
    if not weeks:
        return []
    since = i18n.short_day(weeks[0].starts_on)
    held = " ".join(str(week.held) for week in weeks)
    won = " ".join(short_money(week.won_minor) for week in weeks)
    return [_("by week since {day}: visits {held}; won {won}").format(day=since, held=held, won=won)]


def pace_text(snapshot: s.GapSnapshot) -> list[str]:
    """What the target asks for by the working days that are over, and how far off that is."""
    if snapshot.due_minor is None:
        return []
    behind = snapshot.due_minor - snapshot.actual_minor
    words = _("due by now {due}, {money} behind") if behind > 0 else _("due by now {due}, {money} ahead")
    return [words.format(due=short_money(snapshot.due_minor), money=short_money(abs(behind)))]
