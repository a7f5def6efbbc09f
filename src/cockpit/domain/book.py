"""The rows of one rep or team as of one moment: what every number is computed from.

`storage.queries.book` loads it with a fixed number of SELECTs and rewinds it to `as_of` by the change
log; the functions of `domain` are pure over it. The rep's screen and the team board use the same
functions over the same shape, so their sums cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from cockpit.domain.card_limits import USUAL, Limits
from cockpit.domain.entities import (
    Absence,
    Account,
    Activity,
    Deal,
    Entity,
    Funnel,
    KpiRule,
    LogEntry,
    MilestoneDone,
    Nudge,
    OpeningWindow,
    Person,
    Product,
    Stage,
    StageChange,
    Target,
    Team,
    Waiver,
)
from cockpit.domain.exchange import NO_RATES, Exchange, Kept
from cockpit.domain.periods import WorkCalendar

E = TypeVar("E", bound=Entity)
Move = tuple[str, str | None, str, date]
"""Of a stage change the deal's id, the stage it left, the one it came into, and the local day."""


def _grouped(rows: Iterable[E], key: Callable[[E], str]) -> dict[str, tuple[E, ...]]:
    """The rows of each key, in their order."""
    found: defaultdict[str, list[E]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {name: tuple(some) for name, some in found.items()}


@dataclass(frozen=True)
class Book:
    """Everything visible, as of `as_of`. Activities reach back to `activities_from` and forward to all planned."""

    as_of: datetime
    zone: ZoneInfo
    complete: bool
    activities_from: date
    teams: dict[str, Team]
    people: dict[str, Person]
    calendar: WorkCalendar
    absences: tuple[Absence, ...]
    funnels: dict[str, Funnel]
    stages: dict[str, Stage]
    products: dict[str, Product]
    accounts: dict[str, Account]
    windows: dict[str, tuple[OpeningWindow, ...]]
    deals: tuple[Deal, ...]
    stage_changes: tuple[StageChange, ...]
    milestones: tuple[MilestoneDone, ...]
    activities: tuple[Activity, ...]
    targets: tuple[Target, ...]
    kpi_rules: tuple[KpiRule, ...]
    waivers: tuple[Waiver, ...]
    log: tuple[LogEntry, ...]
    """Changes of activities, deals and targets recorded since `activities_from`, oldest first, up to `as_of`."""
    conflicted: frozenset[str]
    """Ids of rows with an open conflict about what they count for."""
    recorded: Mapping[str, datetime] = field(default_factory=dict)
    """When each account that is new since `activities_from` was first recorded."""
    rides: tuple[Activity, ...] = ()
    """What others plan from today on with one of these reps as their companion, and what the companions of these reps plan,
    as far as it is known here."""
    limits: Limits = USUAL
    """From where on something about his people is a lead's affair."""
    exchange: Exchange = NO_RATES
    """The given rates by which money of other currencies is in one here."""
    kept: Mapping[str, Kept] = field(default_factory=dict)
    """By id the deals and targets whose money was converted, as their rows keep it."""
    nudges: tuple[Nudge, ...] = ()
    """Those to these reps whose watch rests on days that are here, in the order they were sent."""
    moves_before: tuple[Move, ...] = ()
    """In a brief book the stage changes of deals that were over by its days, in order of time."""

    @cached_property
    def today(self) -> date:
        return self.local_day(self.as_of)

    def local_day(self, moment: datetime) -> date:
        """The day of a moment in the team's time zone, not the host's."""
        return moment.astimezone(self.zone).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def midnight(self, day: date) -> datetime:
        """The moment `day` begins in the team's time zone."""
        return datetime.combine(day, time(), self.zone)

    @cached_property
    def activities_by_rep(self) -> dict[str, tuple[Activity, ...]]:
        return _grouped(self._activities_in_time, attrgetter("rep_id"))

    @cached_property
    def _activities_in_time(self) -> list[Activity]:
        return sorted(self.activities, key=attrgetter("starts_at", "id"))

    @cached_property
    def astray(self) -> frozenset[str]:
        """Ids of the deals that stand in a stage no funnel has any more; none while no stage at all is here yet."""
        return (
            frozenset(deal.id for deal in self.deals if deal.stage_id not in self.stages)
            if self.stages
            else frozenset()
        )

    @cached_property
    def deals_by_owner(self) -> dict[str, tuple[Deal, ...]]:
        return _grouped(self.deals, lambda deal: deal.owner_id or "")

    @cached_property
    def begun_by_owner(self) -> dict[str, tuple[Deal, ...]]:
        """The deals that exist on the book's day."""
        return _grouped(
            (deal for deal in self.deals if deal.created_on is None or deal.created_on <= self.today),
            lambda deal: deal.owner_id or "",
        )

    @cached_property
    def deals_by_account(self) -> dict[str, tuple[Deal, ...]]:
        return _grouped((deal for deal in self.deals if deal.account_id), attrgetter("account_id"))

    @cached_property
    def activities_by_deal(self) -> dict[str, tuple[Activity, ...]]:
        return _grouped((row for row in self._activities_in_time if row.deal_id), attrgetter("deal_id"))

    @cached_property
    def changes_by_deal(self) -> dict[str, tuple[StageChange, ...]]:
        by_time = attrgetter("changed_at", "id")
        found = _grouped(self.stage_changes, attrgetter("deal_id"))
        return {deal: tuple(sorted(rows, key=by_time)) for deal, rows in found.items()}

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Every stage change here, those of each deal in order of time."""
        own = (change for changes in self.changes_by_deal.values() for change in changes)
        return (
            *self.moves_before,
            *((one.deal_id, one.from_stage_id, one.to_stage_id, self.local_day(one.changed_at)) for one in own),
        )

    @cached_property
    def activities_by_account(self) -> dict[str, tuple[Activity, ...]]:
        return _grouped((row for row in self._activities_in_time if row.account_id), attrgetter("account_id"))

    @cached_property
    def accounts_by_owner(self) -> dict[str, tuple[Account, ...]]:
        return _grouped(self.accounts.values(), lambda account: account.owner_id or "")

    @cached_property
    def next_steps(self) -> dict[str, Activity]:
        """For each deal the first planned activity from today on: its dated next step."""
        begins = self.midnight(self.today)
        found: dict[str, Activity] = {}
        for deal_id, activities in self.activities_by_deal.items():
            dated = next((a for a in activities if a.status == "planned" and a.starts_at >= begins), None)
            if dated is not None:
                found[deal_id] = dated
        return found

    @cached_property
    def targets_by_scope(self) -> dict[str, tuple[Target, ...]]:
        return _grouped(self.targets, attrgetter("scope_id"))

    @cached_property
    def log_by_row(self) -> dict[str, tuple[LogEntry, ...]]:
        """Changes of each row, oldest first."""
        return _grouped(self.log, attrgetter("entity_id"))

    @cached_property
    def replayed(self) -> dict[tuple[str, datetime], tuple[Any, Any]]:
        """By id and moment a row and its versions since then, which `domain.history` works out once."""
        return {}

    @cached_property
    def stays(self) -> dict[str, Any]:
        """By stage how long deals stay in it, which `domain.pipeline` works out once."""
        return {}

    def stage_kind(self, deal: Deal) -> str:
        """open, won or lost; open when the stage is not known here."""
        stage = self.stages.get(deal.stage_id)
        return "open" if stage is None else stage.kind

    def calendar_of(self, person_id: str) -> WorkCalendar:
        """The company's calendar with this person's weekdays and absences."""
        if person_id not in self._calendars:
            self._calendars[person_id] = self._calendar(person_id)
        return self._calendars[person_id]

    @cached_property
    def _calendars(self) -> dict[str, WorkCalendar]:
        return {}

    def _calendar(self, person_id: str) -> WorkCalendar:
        person = self.people.get(person_id)
        away = {
            absence.from_on + timedelta(days=n)
            for absence in self.absences
            if absence.person_id == person_id
            for n in range((absence.to_on - absence.from_on).days + 1)
        }
        return replace(
            self.calendar,
            holidays=self.calendar.holidays | away,
            makeups=self.calendar.makeups - away,
            weekdays=person.work_days if person else self.calendar.weekdays,
        )
