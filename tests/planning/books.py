"""Books made by hand for the planner's tests: one rep, accounts around a home, a fixed Tuesday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cockpit.domain.book import Book
from cockpit.domain.entities import (
    Absence,
    Account,
    Activity,
    ActivityKind,
    ActivityStatus,
    Deal,
    KpiRule,
    OpeningWindow,
    Person,
    Stage,
    Team,
    Tier,
)
from cockpit.domain.periods import WorkCalendar
from cockpit.planning.plan import Plan

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
REP = "rep-1"
HOME = (31.23, 121.47)


def at(day: int, minute: int, month: int = 11) -> datetime:
    """A moment of 2026 in Shanghai, by minute of the day."""
    return datetime(2026, month, day, minute // 60, minute % 60, tzinfo=ZONE)


def account(
    name: str, tier: Tier = "B", east: float | None = 0.0, north: float | None = 0.0, cadence: int | None = None
) -> Account:
    """An account `east` and `north` kilometres from the rep's home; without coordinates where one is None."""
    lat = None if north is None else HOME[0] + north / 111.2
    lon = None if east is None else HOME[1] + east / 95.1
    return Account(id=name, name=name, tier=tier, lat=lat, lon=lon, cadence_days=cadence, owner_id=REP)


def activity(
    name: str,
    account_id: str | None,
    day: int,
    minute: int,
    minutes: int | None = 45,
    status: ActivityStatus = "planned",
    kind: ActivityKind = "visit",
    month: int = 11,
    is_locked: bool = False,
    is_promised: bool = False,
    rep: str = REP,
    companion: str | None = None,
) -> Activity:
    starts_at = at(day, minute, month)
    return Activity(
        id=name,
        rep_id=rep,
        companion_id=companion,
        kind=kind,
        status=status,
        account_id=account_id,
        starts_at=starts_at.astimezone(UTC),
        ends_at=None if minutes is None else starts_at.astimezone(UTC) + timedelta(minutes=minutes),
        is_locked=is_locked,
        is_promised=is_promised,
    )


def kpi(
    minimum: int, kind: ActivityKind = "visit", name: str = "kpi", tiers: str = "", parent: str | None = None
) -> KpiRule:
    return KpiRule(id=name, name=name, kind=kind, minimum=minimum, tiers=tiers, parent_id=parent)


def window(account_id: str, weekday: int, opens: str, closes: str) -> OpeningWindow:
    return OpeningWindow(
        id=f"{account_id}-{weekday}-{opens}", account_id=account_id, weekday=weekday, opens=opens, closes=closes
    )


def deal(name: str, account_id: str, amount_minor: int) -> Deal:
    return Deal(id=name, name=name, owner_id=REP, account_id=account_id, stage_id="open", amount_minor=amount_minor)


def book(
    accounts: Sequence[Account] = (),
    activities: Sequence[Activity] = (),
    rules: Sequence[KpiRule] = (),
    *,
    windows: Sequence[OpeningWindow] = (),
    deals: Sequence[Deal] = (),
    absences: Sequence[Absence] = (),
    holidays: frozenset[date] = frozenset(),
    makeups: frozenset[date] = frozenset(),
    now: datetime | None = None,
    home: tuple[float, float] | None = HOME,
    people: Sequence[Person] = (),
    rides: Sequence[Activity] = (),
) -> Book:
    by_account: dict[str, tuple[OpeningWindow, ...]] = {}
    for row in windows:
        by_account[row.account_id] = (*by_account.get(row.account_id, ()), row)
    lat, lon = home or (None, None)
    return Book(
        as_of=now or at(24, 8 * 60 + 30),
        zone=ZONE,
        complete=True,
        activities_from=date(2026, 9, 1),
        teams={"team-1": Team(id="team-1", name="team", time_zone=ZONE.key)},
        people={
            REP: Person(id=REP, name="rep", team_id="team-1", home_lat=lat, home_lon=lon),
            **{person.id: person for person in people},
        },
        calendar=WorkCalendar(holidays=holidays, makeups=makeups),
        absences=tuple(absences),
        funnels={},
        stages={"open": Stage(id="open", funnel_id="f", name="open", probability=50)},
        products={},
        accounts={row.id: row for row in accounts},
        windows=by_account,
        deals=tuple(deals),
        stage_changes=(),
        milestones=(),
        activities=tuple(activities),
        targets=(),
        kpi_rules=tuple(rules),
        waivers=(),
        log=(),
        conflicted=frozenset(),
        rides=tuple(rides),
    )


def taken(before: Book, plan: Plan) -> Book:
    """The book once the plan is accepted."""
    rows = {row.id: row for row in before.activities}
    for number, line in enumerate(plan.changes):
        starts_at = plan.problem.moment(line.on, line.starts).astimezone(UTC)
        ends_at = starts_at + timedelta(minutes=line.minutes)
        old = rows.get(line.source_id or "")
        if old is not None and not line.is_anew:
            rows[old.id] = replace(old, starts_at=starts_at, ends_at=ends_at)
            continue
        if old is not None and old.status == "planned":
            rows[old.id] = replace(old, status="moved")
        row_id = f"made-{len(rows)}-{number}"
        rows[row_id] = Activity(
            id=row_id,
            rep_id=REP,
            kind=line.kind,
            account_id=line.account_id,
            starts_at=starts_at,
            ends_at=ends_at,
            moved_from_id=line.source_id,
        )
    return replace(before, activities=tuple(rows.values()))


def without(before: Book, account_id: str) -> Book:
    """The book without one account that has nothing planned."""
    left: Mapping[str, Account] = {key: row for key, row in before.accounts.items() if key != account_id}
    return replace(before, accounts=dict(left))


def described(rows: Book) -> str:
    """The book in few lines, for the report of a failing example."""
    lines = [f"now {rows.local(rows.as_of):%a %d %H:%M}", f"home {rows.people[REP].home_lat}"]
    lines += [f"{a.id} {a.tier} {a.lat} {a.lon} {a.cadence_days}" for a in rows.accounts.values()]
    lines += [f"{w.account_id} {w.weekday} {w.opens}-{w.closes}" for found in rows.windows.values() for w in found]
    for row in sorted(rows.activities, key=lambda r: r.starts_at):
        ends = f"{rows.local(row.ends_at):%H:%M}" if row.ends_at else "-"
        marks = "L" * row.is_locked + "P" * row.is_promised
        starts = f"{rows.local(row.starts_at):%d %H:%M}"
        lines.append(f"{row.id} {row.account_id} {starts}-{ends} {row.kind} {row.status} {marks}")
    lines += [f"{r.id} {r.kind} {r.minimum}" for r in rows.kpi_rules]
    lines += [f"away {a.from_on} {a.to_on}" for a in rows.absences] + [f"off {sorted(rows.calendar.holidays)}"]
    return "\n".join(lines)
