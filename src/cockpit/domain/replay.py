"""From which day on a book for cards and the board holds what happened, so that each moment since can be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from cockpit.domain.card_rules import RULES
from cockpit.domain.entities import KpiRule, Nudge
from cockpit.domain.kpi import window
from cockpit.domain.nudges import AFTERWARDS
from cockpit.domain.periods import period_of

_GRACE = timedelta(days=1 + max(rule.grace_days for rule in RULES.values()))


def replayed_from(today: date, zone: ZoneInfo, rules: Iterable[KpiRule], nudges: Iterable[Nudge]) -> date:
    """The first day of the month, of the longest period that a rule counts over, of the days of grace, and that of the
    oldest nudge which still has something to say."""
    periods = (window(rule, today).starts_on for rule in rules if rule.to_on is None or rule.to_on >= today)
    sent = ((nudge.sent_at.astimezone(zone).date(), nudge.watch_days) for nudge in nudges)
    told = (day for day, watched in sent if today <= day + timedelta(days=watched) + AFTERWARDS)
    return min(period_of("month", today).starts_on, today - _GRACE, *periods, *told)
