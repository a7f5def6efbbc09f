"""What the planner is asked: days, what already stands in them, what may be added, and the rules.

Everything is frozen and made of plain values, so a problem can be sent to another process. Times
within a day are minutes of the wall clock since local midnight; `moment` turns them into moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from cockpit.domain.entities import ActivityKind

Fact = str | int | float | bool | date | None
FixedWhy = Literal["held", "in_progress", "locked", "promised", "ride", "joint", "frozen", "kept"]
LooseWhy = Literal["past", "overlap", "away", "unvisited", "cancelled", "room", "hot"]

MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is in a plan, or is not. Reasons with points add up to the score; a rule line has none.

    `code` names the words (`services.reasons`), `facts` fill their placeholders.
    """

    code: str
    points: int = 0
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` to `closes`, minutes of the day. What is planned starts and ends within it."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Degrees, WGS 84. One object for one address: compared by identity, which is what makes look-ups cheap."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the planner assumes where the data say nothing else."""

    travel_factor: float = 1.3
    """Road kilometres for one straight-line kilometre."""
    speed_kmh: float = 25.0
    trips: int = 0
    """Trips of the rep's own log that were looked at for the speed."""
    trip_error: int | None = None
    """Minutes that half of them differ by at most from the speed fitted to them; None where it is the stated one."""
    fixed_minutes: int = 5
    """Added to each trip: parking, lift, reception."""
    unknown_minutes: int = 20
    """A trip to or from an address without coordinates."""
    travel_limit: int = 90
    """Minutes a day beyond which nothing but the KPI adds a visit."""
    freeze_minutes: int = 60
    free_shift: int = 30
    """What is planned may begin so much earlier or later on its day, where that closes the KPI."""
    day_starts: int = 9 * 60
    day_ends: int = 18 * 60
    lunch: Window | None = Window(12 * 60, 13 * 60)
    max_visits: int = 6
    usual_meetings: int = 5
    """With this many visits, calls and web meetings a day is full for anything but the KPI and what was promised."""
    max_calls: int = 20
    cadence_share: float = 0.7
    """Two visits of an account are at least this share of its interval apart."""
    intervals: Mapping[str, int] = field(default_factory=lambda: {"A": 14, "B": 21, "C": 45})
    call_gap_days: int = 3
    minutes: Mapping[str, int] = field(default_factory=lambda: {"visit": 45, "web": 30, "call": 15, "task": 0})
    buffer: int = 0
    """Activities that a fill plans beyond what the rule lacks, because some do not take place."""
    horizon: int = 5
    """Working days after today that take what no longer fits today."""
    grid: int = 5
    """New starts are multiples of this many minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One working day of the rep: leaves `start_place` at `starts`, is back at `end_place` by `ends`."""

    on: date
    starts: int
    ends: int
    earliest: int = 0
    """Nothing new starts, and no trip to it begins, before this minute: now, on the current day."""
    start_place: Point | None = None
    end_place: Point | None = None
    breaks: tuple[Window, ...] = ()
    max_visits: int = 6
    max_calls: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a score before rounding."""

    code: str
    value: float
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An account that may be planned. `hours` holds the windows of each weekday, None where none are known."""

    account_id: str
    tier: str
    place: Point | None
    hours: tuple[tuple[Window, ...], ...] | None
    interval: int
    """Days between visits by tier or by the account's own cadence."""
    visit_gap: int
    """Fewest days between two visits."""
    call_gap: int
    parts: tuple[Part, ...] = ()
    booked: tuple[tuple[date, ActivityKind], ...] = ()
    """Held and planned activities of the account that stay where they are."""
    is_overdue: bool = False
    is_closing: bool = False
    """Open money expected in this month without a dated next step."""
    row_ids: tuple[str, ...] = ()
    is_candidate: bool = True
    """False for somebody else's account, known only because something of this rep's stands there."""

    @property
    def worth(self) -> float:
        """Points before nearness counts."""
        return sum([part.value for part in self.parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What stands in a day and stays at its time."""

    id: str
    account_id: str | None
    tier: str
    kind: ActivityKind
    status: str
    on: date
    starts: int
    minutes: int
    place: Point | None
    why: FixedWhy


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """What existed and needs a new time, or a new row where its day is over; `room`: it makes room for the KPI; `hot`: it
    never stood anywhere, a new account that gets the first time there is.

    `is_anew`: the old row is closed and another one made; else the row itself moves.
    """

    id: str
    account_id: str
    tier: str
    kind: ActivityKind
    was_on: date
    was_at: int
    minutes: int
    place: Point | None
    why: LooseWhy
    is_anew: bool
    not_before: date
    companion_id: str = ""
    """A second person who comes along, and when that one is `busy` by what is known here."""
    busy: tuple[tuple[date, Window], ...] = ()
    is_companion_known: bool = True
    """False where the companion's plan is not on this device."""

    @property
    def stood_on(self) -> date | None:
        """The day it had before; what is moved away from it may stay as near to another one as it was."""
        return None if self.why == "hot" else self.was_on

    def staying(self, why: FixedWhy) -> Fixed:
        """The same where it was."""
        return Fixed(
            id=self.id,
            account_id=self.account_id,
            tier=self.tier,
            kind=self.kind,
            status="planned",
            on=self.was_on,
            starts=self.was_at,
            minutes=self.minutes,
            place=self.place,
            why=why,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Activities a KPI rule lacks. `within` are the needs of its sub-limits, met first."""

    rule_id: str
    kind: ActivityKind
    tiers: frozenset[str]
    limit: int
    done: int
    planned: int
    short: int
    from_on: date
    until_on: date
    within: tuple[Need, ...] = ()

    def counts(self, kind: str, tier: str, on: date) -> bool:
        """True when an activity on that day helps."""
        return kind == self.kind and (not self.tiers or tier in self.tiers) and self.from_on <= on <= self.until_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One question to the planner."""

    now: datetime
    today: date
    zone: str
    days: tuple[Day, ...]
    stops: tuple[Stop, ...]
    fixed: tuple[Fixed, ...]
    loose: tuple[Loose, ...]
    needs: tuple[Need, ...]
    rules: Rules
    notes: tuple[Reason, ...] = ()
    workdays: tuple[date, ...] = ()
    """The rep's working days from today on, as far as any KPI looks; `days` are those being planned."""

    def days_left(self, until: date) -> int:
        return sum(1 for on in self.workdays if on <= until)

    def moment(self, on: date, minute: int) -> datetime:
        """The moment of a minute of a local day."""
        return moment_of(on, minute, ZoneInfo(self.zone))


def moment_of(on: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(minute // 60 % 24, minute % 60), zone)


def minute_of(moment: datetime, zone: ZoneInfo) -> int:
    """Minutes of the wall clock since local midnight."""
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute
