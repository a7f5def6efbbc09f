"""Card rules over counted activities: KPI limits and what was never answered for, replayed from the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from cockpit.domain.book import Book
from cockpit.domain.cards import Reading, settled
from cockpit.domain.entities import Activity, KpiRule
from cockpit.domain.history import Version, versions
from cockpit.domain.kpi import KpiCount, does_count


class _Step(NamedTuple):
    """A change of the counts at one moment."""

    at: datetime
    lacking: int = 0
    covered: int = 0
    held: int = 0
    acked: int = 0


def kpi_trace(book: Book, count: KpiCount) -> tuple[Reading, ...]:
    """The rule's readings from the period's (or the rule's) first day: held, planned, acknowledged at each change."""
    rule = count.rule
    first = max(count.period.starts_on, rule.from_on or count.period.starts_on)
    begins = book.midnight(first).astimezone(UTC)
    earliest = book.midnight(count.period.starts_on).astimezone(UTC)
    ends = book.midnight(count.period.ends_on + timedelta(days=1)).astimezone(UTC)
    steps: list[_Step] = []
    for activity in _touched(book, rule, count.rep_id, earliest, ends):
        history = versions(book, activity, begins)
        for version, until in _lasting(history, begins, book.as_of):
            row, since = version.row, max(version.since, begins)
            if not earliest <= row.starts_at < ends:
                continue
            if row.status == "held":
                steps += _held_steps(since, until, version.is_acknowledged)
            elif row.status == "planned":
                slips = book.midnight(book.local_day(row.starts_at) + timedelta(days=1)).astimezone(UTC)
                if slips > since:
                    steps += [_Step(since, covered=1), _Step(min(slips, until or slips), covered=-1)]
    return _readings(steps, begins, book.as_of, limit=rule.minimum)


def _held_steps(since: datetime, until: datetime | None, is_acked: bool) -> list[_Step]:
    one = int(is_acked)
    steps = [_Step(since, lacking=-1, held=1, acked=one)]
    return steps if until is None else [*steps, _Step(until, lacking=1, held=-1, acked=-one)]


def unvisited_trace(book: Book, rep_id: str) -> tuple[Reading, ...]:
    """Since midnight: what is still planned with its day past, and how many were answered today."""
    begins = book.midnight(book.today).astimezone(UTC)
    steps: list[_Step] = []
    for activity in book.activities_by_rep.get(rep_id, ()):
        if activity.kind != "visit":
            continue
        if activity.id not in book.log_by_row and not _is_unvisited(activity, begins):
            continue
        history = versions(book, activity, begins)
        for index, version in enumerate(history):
            if not _is_unvisited(version.row, begins):
                continue
            following = history[index + 1] if index + 1 < len(history) else None
            if following is not None and following.since <= begins:
                continue
            steps.append(_Step(max(version.since, begins), lacking=1))
            if following is not None:
                is_answered = not _is_unvisited(following.row, begins)
                acked = int(is_answered and following.is_acknowledged)
                steps.append(_Step(following.since, lacking=-1, held=int(is_answered), acked=acked))
    return _readings(steps, begins, book.as_of, limit=0)


def slipped(book: Book, count: KpiCount, found_at: datetime) -> int:
    """How many items of the rule had their day, since the card was found, and were not held on it."""
    first, today = book.local_day(found_at), book.today
    days = (
        book.local_day(activity.starts_at)
        for activity in book.activities_by_rep.get(count.rep_id, ())
        if activity.status in ("planned", "not_held") and does_count(book, count.rule, activity)
    )
    return sum(first <= day < today and day in count.period for day in days)


def _is_unvisited(row: Activity, begins: datetime) -> bool:
    return row.kind == "visit" and row.status == "planned" and row.starts_at < begins


def _touched(book: Book, rule: KpiRule, rep_id: str, begins: datetime, ends: datetime) -> Iterable[Activity]:
    """What the rule counts: activities in the window, and those that a change may have moved out of it."""
    log = book.log_by_row
    for activity in book.activities_by_rep.get(rep_id, ()):
        if not begins <= activity.starts_at < ends:
            entries = log.get(activity.id)
            if not entries or entries[-1].op == "create" or entries[-1].recorded_at < begins:
                continue
        if does_count(book, rule, activity):
            yield activity


def _lasting(
    history: Sequence[Version[Activity]], begins: datetime, as_of: datetime
) -> Iterable[tuple[Version[Activity], datetime | None]]:
    """Versions that stood at some time since `begins`, with the moment the next one came (None: still standing)."""
    for index, version in enumerate(history):
        until = history[index + 1].since if index + 1 < len(history) else None
        if (until is None or until > begins) and version.since <= as_of:
            yield version, until


def _readings(steps: list[_Step], begins: datetime, as_of: datetime, limit: int) -> tuple[Reading, ...]:
    """Sums of the steps at each moment from `begins` to `as_of`, small flickers taken out."""
    steps = sorted((step for step in steps if step.at <= as_of), key=attrgetter("at"))
    lacking, covered, held, acked = limit, 0, 0, 0
    readings: list[Reading] = []
    moments = [begins, *(step.at for step in steps)]
    for index, moment in enumerate(moments):
        if index:
            step = steps[index - 1]
            lacking, covered = lacking + step.lacking, covered + step.covered
            held, acked = held + step.held, acked + step.acked
        if index + 1 < len(moments) and moments[index + 1] == moment:
            continue
        readings.append(_reading(moment, limit, lacking, covered, held, acked))
    readings.append(_reading(as_of, limit, lacking, covered, held, acked))
    return settled(readings)


def _reading(moment: datetime, limit: int, lacking: int, covered: int, held: int, acked: int) -> Reading:
    lacks = max(0, lacking)
    unacknowledged = held - acked
    return Reading(moment, lacks, max(0, lacking + unacknowledged), covered, held)
