"""Load a `Book`: the rows of some reps as of a moment, as the change log tells them where it is in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.card_limits import USUAL, Limits
from cockpit.domain.exchange import NO_RATES
from cockpit.domain.periods import WorkCalendar, period_of
from cockpit.domain.watch import BEFORE_DAYS
from cockpit.garbage import no_collecting
from cockpit.storage import meta
from cockpit.storage.converted import ConvertedReader
from cockpit.storage.past import past_reader
from cockpit.storage.queries.sync import conflicted_rows
from cockpit.storage.reading import Reader, among, entities, moment

if TYPE_CHECKING:
    from sqlmodel import Session


_MADE_AS = {"after": "CASE WHEN op = 'create' AND entity <> 'deal' THEN '{}' ELSE \"after\" END"}
"""What a row was made as is the row with its later changes taken back: of most it is not read a second time."""


@no_collecting()
def load_book(
    source: Session | Reader,
    *,
    as_of: datetime,
    rep_ids: Sequence[str] | None = None,
    activities_from: date | None = None,
    known_by: datetime | None = None,
    limits: Limits = USUAL,
) -> Book:
    """The book of `rep_ids` (everybody on this device when None).

    Accounts are all that are here, so that a name never goes missing. Activities start at
    `activities_from`, by default `usually_from`. Nudges are those whose watch rests on these days alone.
    25 SELECTs at most, whatever the size.

    `known_by`: what was recorded up to then counts, by default `as_of`. A later one is for a look at now:
    another machine's clock that runs ahead, or this one set back, must not hide a row.
    """
    known_by = known_by or as_of
    reader = past_reader(source, known_by)
    people = {person.id: person for person in entities(reader, e.Person)}
    teams = {team.id: team for team in entities(reader, e.Team)}
    zone = _zone(reader, people, teams)
    exchanged = reader if isinstance(reader, ConvertedReader) else None
    if activities_from is None:
        activities_from = usually_from(as_of.astimezone(zone).date())
    since = datetime.combine(activities_from, time(), zone).astimezone(UTC)
    of_reps, reps = among("owner_id", rep_ids) if rep_ids is not None else ("", {})
    log = _known_log(reader, since, as_of, known_by, rep_ids)
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
        accounts={account.id: account for account in entities(reader, e.Account)},
        windows=_windows(reader),
        deals=tuple(entities(reader, e.Deal, of_reps, **reps)),
        stage_changes=tuple(entities(reader, e.StageChange, "changed_at <= :known_by", "", known_by=known_by)),
        milestones=tuple(entities(reader, e.MilestoneDone, "done_at <= :known_by", known_by=known_by)),
        activities=tuple(_activities(reader, since, rep_ids)),
        targets=tuple(entities(reader, e.Target)),
        kpi_rules=tuple(entities(reader, e.KpiRule)),
        waivers=tuple(entities(reader, e.Waiver)),
        log=tuple(log if exchanged is None else exchanged.log(log)),
        conflicted=conflicted_rows(reader),
        recorded=_new_accounts(reader, since, known_by),
        rides=tuple(_rides(reader, as_of.astimezone(zone), rep_ids)) if rep_ids is not None else (),
        limits=limits,
        exchange=exchanged.exchange if exchanged is not None else NO_RATES,
        kept=exchanged.kept() if exchanged is not None else {},
        nudges=tuple(_nudges(reader, since + timedelta(days=BEFORE_DAYS), rep_ids)),
    )


def usually_from(today: date) -> date:
    """From which day on activities are read: the first of the month before last."""
    month = period_of("month", today).starts_on
    return (month - timedelta(days=32)).replace(day=1)


def _nudges(reader: Reader, since: datetime, rep_ids: Sequence[str] | None) -> list[e.Nudge]:
    of_reps, reps = among("owner_id", rep_ids) if rep_ids is not None else ("", {})
    where = f"sent_at >= :since AND {of_reps}" if of_reps else "sent_at >= :since"
    return entities(reader, e.Nudge, where, "sent_at, id", since=since, **reps)


def _activities(reader: Reader, since: datetime, rep_ids: Sequence[str] | None) -> list[e.Activity]:
    """The activities since a moment, and whatever older one is still planned."""
    where = "(starts_at >= :since OR status = 'planned')"
    of_reps, reps = among("rep_id", rep_ids) if rep_ids is not None else ("", {})
    return entities(reader, e.Activity, f"{where} AND {of_reps}" if of_reps else where, since=since, **reps)


def _rides(reader: Reader, now: datetime, rep_ids: Sequence[str]) -> list[e.Activity]:
    of_reps, reps = among("rep_id", rep_ids)
    with_reps, companions = among("companion_id", rep_ids)
    theirs = f"(SELECT companion_id FROM activity WHERE status != 'held' AND {of_reps} AND companion_id IS NOT NULL)"
    # By person and time, for which there is an index.
    others, rest = among("id", rep_ids, "rest")
    where = (
        f"rep_id IN (SELECT id FROM person WHERE NOT {others}) AND status = 'planned' AND starts_at >= :today"
        f" AND ({with_reps} OR rep_id IN {theirs} OR companion_id IN {theirs})"
    )
    today = datetime.combine(now.date(), time(), now.tzinfo).astimezone(UTC)
    return entities(reader, e.Activity, where, today=today, **reps, **rest, **companions)


def _known_log(
    reader: Reader, since: datetime, as_of: datetime, known_by: datetime, rep_ids: Sequence[str] | None
) -> list[e.LogEntry]:
    """The changes of activities, deals and targets recorded from `since` to `known_by`; none is dated after `as_of`."""
    # As expressions, which no index answers: that of the time finds these months, those of kind and owner all years.
    where = "recorded_at >= :since AND recorded_at <= :known_by AND entity || '' IN ('activity', 'deal', 'target')"
    of_reps, reps = among("coalesce(owner_id, '')", ["", *rep_ids], "owner") if rep_ids is not None else ("", {})
    if of_reps:
        where += f" AND {of_reps}"
    log = change_log(reader, where, instead=_MADE_AS, since=since, known_by=known_by, **reps)
    return [entry if entry.recorded_at <= as_of else dataclasses.replace(entry, recorded_at=as_of) for entry in log]


def _new_accounts(reader: Reader, since: datetime, known_by: datetime) -> dict[str, datetime]:
    sql = (
        "SELECT entity_id, min(recorded_at) FROM change_log WHERE entity = 'account' AND op = 'create'"
        " AND recorded_at >= :since AND recorded_at <= :known_by GROUP BY entity_id"
    )
    return {str(row_id): moment(at) for row_id, at in reader.rows(sql, since=since, known_by=known_by)}


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


def change_log(
    source: Session | Reader, where: str, instead: Mapping[str, str] = MappingProxyType({}), **values: Any
) -> list[e.LogEntry]:
    """The entries of the change log that `where` holds for, oldest first."""
    return entities(source, e.LogEntry, where, "recorded_at, rev, id", instead, **values)
