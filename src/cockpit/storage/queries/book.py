"""Load a `Book`: the rows of some reps as of a moment, rewound by the change log where it is in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.periods import WorkCalendar, period_of
from cockpit.storage import meta
from cockpit.storage import tables as t
from cockpit.storage.records import entities, from_wire

E = TypeVar("E", bound=e.Entity)

_TIMED = {
    "activity": e.Activity,
    "deal": e.Deal,
    "account": e.Account,
    "target": e.Target,
    "kpi_rule": e.KpiRule,
    "waiver": e.Waiver,
}


def load_book(
    session: Session,
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
    people = {p.id: p for p in _all(session, t.PersonRow, e.Person)}
    teams = {team.id: team for team in _all(session, t.TeamRow, e.Team)}
    zone = _zone(session, people, teams)
    if activities_from is None:
        month = period_of("month", as_of.astimezone(zone).date()).starts_on
        activities_from = (month - timedelta(days=32)).replace(day=1)
    since = datetime.combine(activities_from, time(), zone).astimezone(UTC)
    known_by = known_by or as_of
    later = change_log(session, col(t.ChangeLogRow.recorded_at) > known_by)
    accounts = rewound_rows(session, "account", later, None)
    deals = rewound_rows(session, "deal", later, None if rep_ids is None else col(t.DealRow.owner_id).in_(rep_ids))
    return Book(
        as_of=as_of,
        zone=zone,
        complete=meta.get(session, "complete", "1") == "1",
        activities_from=activities_from,
        teams=teams,
        people=people,
        calendar=_calendar(session),
        absences=tuple(_all(session, t.AbsenceRow, e.Absence)),
        funnels={f.id: f for f in _all(session, t.FunnelRow, e.Funnel)},
        stages={s.id: s for s in _all(session, t.StageRow, e.Stage)},
        products={p.id: p for p in _all(session, t.ProductRow, e.Product)},
        accounts={a.id: a for a in accounts},
        windows=_windows(session),
        deals=tuple(deals),
        stage_changes=tuple(
            entities(session, t.StageChangeRow, e.StageChange, col(t.StageChangeRow.changed_at) <= known_by)
        ),
        milestones=tuple(
            entities(session, t.MilestoneDoneRow, e.MilestoneDone, col(t.MilestoneDoneRow.done_at) <= known_by)
        ),
        activities=tuple(_activities(session, later, since, rep_ids)),
        targets=tuple(rewound_rows(session, "target", later, None)),
        kpi_rules=tuple(rewound_rows(session, "kpi_rule", later, None)),
        waivers=tuple(rewound_rows(session, "waiver", later, None)),
        log=tuple(_known_log(session, since, as_of, known_by, rep_ids)),
        conflicted=frozenset(session.exec(select(t.ConflictRow.entity_id).where(t.ConflictRow.state == "open"))),
    )


def _activities(
    session: Session, later: Iterable[e.LogEntry], since: datetime, rep_ids: Sequence[str] | None
) -> list[e.Activity]:
    """The activities since a moment, and whatever older one is still planned."""
    wanted = or_(col(t.ActivityRow.starts_at) >= since, col(t.ActivityRow.status) == "planned")
    return rewound_rows(
        session, "activity", later, wanted if rep_ids is None else wanted & col(t.ActivityRow.rep_id).in_(rep_ids)
    )


def _known_log(
    session: Session, since: datetime, as_of: datetime, known_by: datetime, rep_ids: Sequence[str] | None
) -> list[e.LogEntry]:
    """The changes of activities and deals recorded from `since` to `known_by`; none is dated after `as_of`."""
    recorded = col(t.ChangeLogRow.recorded_at)
    known = (recorded >= since) & (recorded <= known_by) & col(t.ChangeLogRow.entity).in_(("activity", "deal"))
    owner = col(t.ChangeLogRow.owner_id)
    log = change_log(session, known if rep_ids is None else known & (owner.in_(rep_ids) | owner.is_(None)))
    return [entry if entry.recorded_at <= as_of else dataclasses.replace(entry, recorded_at=as_of) for entry in log]


def _calendar(session: Session) -> WorkCalendar:
    days = _all(session, t.CalendarDayRow, e.CalendarDay)
    return WorkCalendar(
        holidays=frozenset(d.on for d in days if d.kind == "holiday"),
        makeups=frozenset(d.on for d in days if d.kind == "makeup"),
    )


def _zone(session: Session, people: dict[str, e.Person], teams: dict[str, e.Team]) -> ZoneInfo:
    me = people.get(meta.get(session, "person_id"))
    team = teams.get(me.team_id or "") if me else None
    return ZoneInfo(team.time_zone if team else "UTC")


def _all(session: Session, table: type[t.SyncedRow], cls: type[E]) -> list[E]:
    return entities(session, table, cls, order=(col(table.id),))


def _windows(session: Session) -> dict[str, tuple[e.OpeningWindow, ...]]:
    found: dict[str, list[e.OpeningWindow]] = {}
    for window in _all(session, t.OpeningWindowRow, e.OpeningWindow):
        found.setdefault(window.account_id, []).append(window)
    return {key: tuple(sorted(rows, key=lambda w: (w.weekday, w.opens))) for key, rows in found.items()}


def change_log(session: Session, where: ColumnElement[bool]) -> list[e.LogEntry]:
    order = (col(t.ChangeLogRow.recorded_at), col(t.ChangeLogRow.rev), col(t.ChangeLogRow.id))
    return entities(session, t.ChangeLogRow, e.LogEntry, where, order=order)


def rewound_rows(
    session: Session, entity: str, later: Iterable[e.LogEntry], where: ColumnElement[bool] | None
) -> list[Any]:
    """The rows of a table with everything recorded later taken back, newest change first.

    A row that a later change moved out of `where` is not found again: filters are on columns that
    keep a row in its scope (owner, day), and screens ask for a wide enough window.
    """
    table, cls = t.SYNCED[entity], _TIMED[entity]
    kept: list[Any] = entities(session, table, cls, where, order=(col(table.id),))
    found: dict[str, Any] = {row.id: row for row in kept}
    if not later:
        return list(found.values())
    names = {field.name for field in dataclasses.fields(cls)}
    for entry in sorted(later, key=lambda x: (x.recorded_at, x.rev, x.id), reverse=True):
        if entry.entity != entity:
            continue
        if entry.op == "create":
            found.pop(entry.entity_id, None)
            continue
        before = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in from_wire(entity, dict(entry.before)).items()
            if name in names
        }
        if entry.op == "delete":
            found[entry.entity_id] = cls(**{**before, "id": entry.entity_id})
        elif entry.entity_id in found:
            found[entry.entity_id] = dataclasses.replace(found[entry.entity_id], **before)
    return list(found.values())
