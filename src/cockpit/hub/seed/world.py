"""What every part of the demo company shares: the seeded generator, the days, the batch and the words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cockpit.domain.periods import WorkCalendar, period_of
from cockpit.hub.batch import Batch
from cockpit.hub.seed.calendar import china

ZONE_NAME = "Asia/Shanghai"
ZONE = ZoneInfo(ZONE_NAME)
MONTHS = 14
"""Months of history, the anchor's own included."""


@dataclass(frozen=True)
class Days:
    """The demo's time: everything is recorded before 08:30 local of the anchor."""

    anchor: date

    @cached_property
    def calendar(self) -> WorkCalendar:
        return china(self.anchor.year - 2, self.anchor.year + 1)

    @cached_property
    def now(self) -> datetime:
        return at(self.anchor, "08:30")

    @cached_property
    def month_start(self) -> date:
        return self.anchor.replace(day=1)

    @cached_property
    def month_end(self) -> date:
        return period_of("month", self.anchor).ends_on

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The first days of the 14 months of history, oldest first."""
        found = [self.month_start]
        while len(found) < MONTHS:
            found.append((found[-1] - timedelta(days=1)).replace(day=1))
        return tuple(reversed(found))

    @cached_property
    def first(self) -> date:
        return self.months[0]

    @cached_property
    def past(self) -> tuple[date, ...]:
        """Working days from the first to the day before the anchor."""
        return self.calendar.workdays(self.first, self.anchor - timedelta(days=1))

    @cached_property
    def gone(self) -> tuple[date, ...]:
        """Working days of the anchor's month before the anchor."""
        return self.calendar.workdays(self.month_start, self.anchor - timedelta(days=1))

    @cached_property
    def left(self) -> tuple[date, ...]:
        """Working days of the anchor's month after the anchor."""
        return self.calendar.workdays(self.anchor + timedelta(days=1), self.month_end)

    @cached_property
    def ahead(self) -> tuple[date, ...]:
        """The next 25 working days or so after the anchor."""
        return self.calendar.workdays(self.anchor + timedelta(days=1), self.anchor + timedelta(days=35))

    def back(self, count: int) -> date:
        """The working day `count` working days before the anchor."""
        return self.past[-count] if count else self.anchor

    def desk(self, evening: str, morning: str) -> datetime:
        """Last evening; on the month's first working day this morning, so that it falls into the month."""
        return at(self.back(1), evening) if self.gone else at(self.anchor, morning)

    def worked(self, day: date) -> date:
        """`day`, or the working day before it."""
        return day if self.calendar.is_workday(day) else self.calendar.previous_workday(day)


@cache
def at(day: date, clock: str) -> datetime:
    """A local moment as UTC: `at(day, "09:30")`."""
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZONE).astimezone(UTC)


@dataclass
class Rep:
    """A rep with the habits that make the boards differ."""

    id: str
    name: str
    alias: str
    team: int
    lead_id: str
    visits: float
    """Visits on an average day."""
    calls: float
    new_deals: float
    """Deals opened in an average month."""
    skill: float
    """Factor on each stage's chance to go on."""
    size: float
    """Factor on the amounts."""
    target: int
    """Monthly revenue target in yuan."""
    districts: tuple[str, ...] = ()
    accounts: list[str] = field(default_factory=list)
    is_demo: bool = False


@dataclass
class DealLife:
    """A deal's span, so that activities can belong to it."""

    id: str
    account_id: str
    opened: datetime
    closed: datetime | None


@dataclass
class World:
    """The company while it is being made."""

    days: Days
    rng: Random
    language: str
    batch: Batch
    reps: list[Rep] = field(default_factory=list)
    lead_ids: list[str] = field(default_factory=list)
    team_ids: list[str] = field(default_factory=list)
    head_id: str = ""
    region_id: str = ""
    funnel_id: str = ""
    stage_ids: dict[str, str] = field(default_factory=dict)
    """By key: qualify, needs, proposal, negotiate, won, lost."""
    product_ids: list[str] = field(default_factory=list)
    deals: dict[str, list[DealLife]] = field(default_factory=dict)
    """By account."""
    first_known: dict[str, datetime] = field(default_factory=dict)
    """When each account was first recorded."""

    def say(self, pair: tuple[str, str]) -> str:
        """The Chinese or the English of a pair, by the company's language."""
        return pair[0] if self.language == "zh" else pair[1]

    def pick(self, pairs: tuple[tuple[str, str], ...]) -> str:
        return self.say(self.rng.choice(pairs))

    def new_id(self, moment: datetime) -> str:
        return uuid7(moment, self.rng)

    def create(self, entity: str, recorded_at: datetime, actor_id: str | None = None, **values: Any) -> str:
        return self.batch.create(entity, self.new_id(recorded_at), recorded_at, actor_id, **values)

    def patch(
        self, entity: str, row_id: str, recorded_at: datetime, actor_id: str | None = None, **values: Any
    ) -> None:
        self.batch.patch(entity, row_id, recorded_at, actor_id, **values)

    def row(self, entity: str, row_id: str) -> dict[str, Any]:
        return self.batch.rows[entity][row_id]

    def minutes(self, moment: datetime, low: int, high: int) -> datetime:
        """`moment` plus a random number of minutes."""
        return moment + timedelta(minutes=self.rng.randint(low, high))


def uuid7(moment: datetime, rng: Random) -> str:
    """A UUIDv7 of `moment` whose random part comes from `rng`: the same seed gives the same id."""
    stamp = int(moment.timestamp() * 1000)
    value = (stamp << 80) | (7 << 76) | (rng.getrandbits(12) << 64) | (2 << 62) | rng.getrandbits(62)
    return str(uuid.UUID(int=value))
