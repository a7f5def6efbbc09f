"""Words of the cards of accounts and deals, the same on the screen and in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from cockpit.i18n import _, clock_time, ngettext, short_day, weekday
from cockpit.services.snapshots import AccountSnapshot, DealLine, MonthVisits, StageStep
from cockpit.services.words import deal_state

Level = Literal["", "muted", "good", "warn", "bad"]

SOON = 3
"""Days before its limit from which an account is due soon."""
_MONDAY = date(2024, 1, 1)


def due_text(snapshot: AccountSnapshot) -> tuple[str, Level]:
    """When the next visit is due, and how good that is."""
    if not snapshot.limit_days:
        return _("no visit limit set"), "muted"
    if snapshot.due_in_days is None:
        return _("never visited"), "warn"
    days = snapshot.due_in_days
    if days < 0:
        words = ngettext("visit overdue by {days} day", "visit overdue by {days} days", -days)
        return words.format(days=-days), "bad"
    if days == 0:
        return _("visit due today"), "warn"
    level: Level = "warn" if days <= SOON else "good"
    return ngettext("visit due in {days} day", "visit due in {days} days", days).format(days=days), level


def rhythm_text(snapshot: AccountSnapshot) -> str:
    """The limit, the last visit and the next one."""
    parts = []
    if snapshot.limit_days:
        words = _("at most {days} days between visits, tier {tier}")
        parts.append(words.format(days=snapshot.limit_days, tier=snapshot.tier))
    if snapshot.last_seen_on is not None:
        day = past_day(snapshot.last_seen_on, snapshot.as_of.date())
        parts.append(_("last visit {day}").format(day=day))
    coming = (one for one in snapshot.planned if one.kind in ("visit", "web") and one.starts_at >= snapshot.as_of)
    next_visit = next(coming, None)
    if next_visit is not None:
        parts.append(_("next visit {day}").format(day=short_day(next_visit.starts_at.date())))
    return _(", ").join(parts) or _("never visited")


def visits_text(months: Sequence[MonthVisits]) -> str:
    """The newest value and the sum."""
    total = sum(month.visits for month in months)
    return _("{now} this month, {total} in 12 months").format(now=months[-1].visits if months else 0, total=total)


def opening_hours(windows: tuple[tuple[int, str, str], ...]) -> str:
    """`Mon 09:00-12:00 13:30-17:00, Thu 09:00-17:00`; weekday 0 is Monday. `not known` without any."""
    days: dict[int, list[str]] = {}
    for day, opens, closes in windows:
        days.setdefault(day, []).append(f"{opens}-{closes}")
    if not days:
        return _("opening hours not known")
    names = [weekday(_MONDAY + timedelta(days=day)) for day in range(7)]
    runs: list[tuple[int, int, list[str]]] = []
    for day, hours in sorted(days.items()):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    parts = (
        f"{names[first] if first == last else _('{first} to {last}').format(first=names[first], last=names[last])} "
        + " ".join(hours)
        for first, last, hours in runs
    )
    return _(", ").join(parts)


def past_day(day: date, today: date) -> str:
    """The weekday in this year, the year in others."""
    return short_day(day) if day.year == today.year else day.isoformat()


def next_step_text(moment: datetime | None, today: datetime) -> str:
    """The time alone for today, the day otherwise, `none` without a dated next step."""
    if moment is None:
        return _("none")
    return clock_time(moment) if moment.date() == today.date() else short_day(moment.date())


def account_text(deal: DealLine) -> str:
    return deal.account or _("no account")


def stage_text(deal: DealLine) -> str:
    """The stage with the days in it, where they are known."""
    if deal.days_in_stage is None:
        return deal.stage
    return _("{stage}, {days} d").format(stage=deal.stage, days=deal.days_in_stage)


def state_text(deal: DealLine) -> str:
    """The worst state; `+2` for two more."""
    more = len(deal.states) - 1
    return f"{deal_state(deal.state)} +{more}" if more > 0 else deal_state(deal.state)


def stance_text(stance: int | None) -> str:
    """`++` strongly for, `-` against, `0` neither, `?` unknown."""
    if stance is None:
        return "?"
    return ("+" if stance > 0 else "-") * abs(stance) or "0"


def path_of(steps: Sequence[StageStep]) -> list[StageStep]:
    """The open stages; of the closing ones that the deal is in."""
    return [step for step in steps if step.kind == "open" or step.is_current]


def milestone_text(step: StageStep) -> tuple[str, Level]:
    """What the stage asks before it is left, and whether it is met."""
    if not step.milestone:
        return "", "muted"
    if step.milestone_on is not None:
        return f"[x] {step.milestone}", "good"
    return f"[ ] {step.milestone}", "warn" if step.entered_at else "muted"
