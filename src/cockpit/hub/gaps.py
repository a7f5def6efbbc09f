"""The money of each rep in a month, by the functions that make the screens: the hub and a device say the same number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of
from cockpit.domain.gap import METRIC, MoneyGap, money_gap
from cockpit.domain.periods import Period, WorkCalendar
from cockpit.storage.reading import among, entities


def of_reps(
    session: Session, reps: Sequence[str], month: Period, now: datetime, zone: ZoneInfo
) -> tuple[MoneyGap, ...]:
    """Target, actual, planned and uncovered of each of `reps`, in the currency they are measured in together."""
    book = _book(session, reps, now, zone)
    currency = currency_of(book, reps)
    return tuple(money_gap(book, rep, month, currency) for rep in reps)


def _book(session: Session, reps: Sequence[str], now: datetime, zone: ZoneInfo) -> Book:
    """As much of the book as the money of a month rests on: deals, their next steps, targets."""
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone).astimezone(UTC)
    owned, owners = among("owner_id", reps)
    planned, doers = among("rep_id", reps)
    steps = f"status = 'planned' AND deal_id IS NOT NULL AND starts_at >= :midnight AND {planned}"
    scoped, scopes = among("scope_id", reps)
    return Book(
        as_of=now,
        zone=zone,
        complete=True,
        activities_from=today,
        teams={},
        people={},
        calendar=WorkCalendar(frozenset(), frozenset()),
        absences=(),
        funnels={},
        stages={stage.id: stage for stage in entities(session, e.Stage)},
        products={},
        accounts={},
        windows={},
        deals=tuple(entities(session, e.Deal, owned, **owners)),
        stage_changes=(),
        milestones=(),
        activities=tuple(entities(session, e.Activity, steps, midnight=midnight, **doers)),
        targets=tuple(entities(session, e.Target, f"metric = :metric AND {scoped}", metric=METRIC, **scopes)),
        kpi_rules=(),
        waivers=(),
        log=(),
        conflicted=frozenset(),
    )
