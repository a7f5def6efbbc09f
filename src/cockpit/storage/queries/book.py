"""Load a `Book`: the rows of some reps as of a moment, rewound by the change log where it is in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.periods import WorkCalendar, period_of
from cockpit.storage import meta
from cockpit.storage.queries.sync import conflicted_rows
from cockpit.storage.reading import TABLES, Reader, among, entities, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session

E = TypeVar("E", bound=e.Entity)


def load_book(
    source: Session | Reader,
    *,
    as_of: datetime,
    rep_ids: Sequence[str] | None = None,
    activities_from: date | None = None,
    known_by: datetime | None = None,
) -> Book:
    """The book of `rep_ids` (everybody on this device when None).

    Accounts are all that are here, so that a name never goes missing. Activities start at
    `activities_from`, by default two months before the current month. 22 SELECTs at most, whatever the size.

    `known_by`: what was recorded up to then counts, by default `as_of`. A later one is for a look at now:
    another machine's clock that runs ahead, or this one set back, must not hide a row.
    """
    reader = reader_of(source)
    people = {person.id: person for person in entities(reader, e.Person)}
    teams = {team.id: team for team in entities(reader, e.Team)}
    zone = _zone(reader, people, teams)
    if activities_from is None:
        month = period_of("month", as_of.astimezone(zone).date()).starts_on
        activities_from = (month - timedelta(days=32)).replace(day=1)
    since = datetime.combine(activities_from, time(), zone).astimezone(UTC)
    known_by = known_by or as_of
    later = change_log(reader, "recorded_at > :known_by", known_by=known_by)
    of_reps, reps = among("owner_id", rep_ids) if rep_ids is not None else ("", {})
    return Book(
        as_of=as_of,
        zone=zone,
        complete=meta.get(reader, "complete", "1") == "1",
        activities_from=activities_from,
        teams=teams,
        people=people,
        calendar=_calendar(reader),
        absences=tuple(entities(reader, e.Absence)),
        funnels={funnel.id: funnel for funnel in entities(reader, e.Funnel)},
        stages={stage.id: stage for stage in entities(reader, e.Stage)},
        products={product.id: product for product in entities(reader, e.Product)},
        accounts={account.id: account for account in rewound_rows(reader, e.Account, later)},
        windows=_windows(reader),
        deals=tuple(rewound_rows(reader, e.Deal, later, of_reps, **reps)),
        stage_changes=tuple(entities(reader, e.StageChange, "changed_at <= :known_by", known_by=known_by)),
        milestones=tuple(entities(reader, e.MilestoneDone, "done_at <= :known_by", known_by=known_by)),
        activities=tuple(_activities(reader, later, since, rep_ids)),
        targets=tuple(rewound_rows(reader, e.Target, later)),
        kpi_rules=tuple(rewound_rows(reader, e.KpiRule, later)),
        waivers=tuple(rewound_rows(reader, e.Waiver, later)),
        log=tuple(_known_log(reader, since, as_of, known_by, rep_ids)),
        conflicted=conflicted_rows(reader),
    )


def _activities(
    reader: Reader, later: Iterable[e.LogEntry], since: datetime, rep_ids: Sequence[str] | None
) -> list[e.Activity]:
    """The activities since a moment, and whatever older one is still planned."""
    where = "(starts_at >= :since OR status = 'planned')"
    of_reps, reps = among("rep_id", rep_ids) if rep_ids is not None else ("", {})
    return rewound_rows(reader, e.Activity, later, f"{where} AND {of_reps}" if of_reps else where, since=since, **reps)


def _known_log(
    reader: Reader, since: datetime, as_of: datetime, known_by: datetime, rep_ids: Sequence[str] | None
) -> list[e.LogEntry]:
    """The changes of activities, deals and targets recorded from `since` to `known_by`; none is dated after `as_of`."""
    where = "recorded_at >= :since AND recorded_at <= :known_by AND entity IN ('activity', 'deal', 'target')"
    of_reps, reps = among("owner_id", rep_ids) if rep_ids is not None else ("", {})
    if of_reps:
        where += f" AND ({of_reps} OR owner_id IS NULL)"
    log = change_log(reader, where, since=since, known_by=known_by, **reps)
    return [entry if entry.recorded_at <= as_of else dataclasses.replace(entry, recorded_at=as_of) for entry in log]


def _calendar(reader: Reader) -> WorkCalendar:
    days = entities(reader, e.CalendarDay)
    return WorkCalendar(
        holidays=frozenset(d.on for d in days if d.kind == "holiday"),
        makeups=frozenset(d.on for d in days if d.kind == "makeup"),
    )


def _zone(reader: Reader, people: dict[str, e.Person], teams: dict[str, e.Team]) -> ZoneInfo:
    me = people.get(meta.get(reader, "person_id"))
    team = teams.get(me.team_id or "") if me else None
    return ZoneInfo(team.time_zone if team else "UTC")


def _windows(reader: Reader) -> dict[str, tuple[e.OpeningWindow, ...]]:
    found: dict[str, list[e.OpeningWindow]] = {}
    for window in entities(reader, e.OpeningWindow):
        found.setdefault(window.account_id, []).append(window)
    return {key: tuple(sorted(rows, key=lambda w: (w.weekday, w.opens))) for key, rows in found.items()}


def change_log(source: Session | Reader, where: str, **values: Any) -> list[e.LogEntry]:
    """The entries of the change log that `where` holds for, oldest first."""
    return entities(source, e.LogEntry, where, "recorded_at, rev, id", **values)


def rewound_rows(
    source: Session | Reader, cls: type[E], later: Iterable[e.LogEntry], where: str = "", **values: Any
) -> list[E]:
    """The rows of a table with everything recorded later taken back, newest change first.

    A row that a later change moved out of `where` is not found again: filters are on columns that
    keep a row in its scope (owner, day), and screens ask for a wide enough window.
    """
    found = {row.id: row for row in entities(source, cls, where, **values)}
    entity = TABLES[cls]
    undone = [entry for entry in later if entry.entity == entity]
    if not undone:
        return list(found.values())
    from cockpit.storage.records import from_wire

    kind: Any = cls
    names = {field.name for field in dataclasses.fields(kind)}
    for entry in sorted(undone, key=lambda x: (x.recorded_at, x.rev, x.id), reverse=True):
        if entry.op == "create":
            found.pop(entry.entity_id, None)
            continue
        before = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in from_wire(entity, dict(entry.before)).items()
            if name in names
        }
        if entry.op == "delete":
            found[entry.entity_id] = kind(**{**before, "id": entry.entity_id})
        elif entry.entity_id in found:
            row: Any = found[entry.entity_id]
            found[entry.entity_id] = dataclasses.replace(row, **before)
    return list(found.values())
