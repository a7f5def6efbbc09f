"""Nudges: how far each got, worked out from the rows alone.

A nudge is about a card, named by its rule and subject. It was acted on with the first change that the rep himself
made of what the card is about, after it was sent. What it moved is `watch`'s question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.cards import Reading
from cockpit.domain.entities import LogEntry, Nudge
from cockpit.domain.periods import period_of
from cockpit.domain.watch import Behaviour, MetricId, behaviour

NudgeState = Literal["sent", "seen", "acted", "help", "not_fair", "moved", "not_moved"]

BUDGET = 2
"""Nudges to one rep in one week; more need a yes."""
IGNORED_AFTER = timedelta(days=3)
"""Seen for so long and nothing done: the lead's card."""

AFTERWARDS = timedelta(days=7)
"""How long a verdict stands on the board and is there to act on."""

OF_DEAL = frozenset({"deal_dirty", "deal_regressed", "deal_stalled", "milestone_missing"})
_OF_ROW = frozenset({"papers_missing", "agreement_old"})
_OF_VISITS = frozenset({"unvisited", "tier_overdue"})
_DOINGS = ("status", "starts_at")
"""What changes of an activity when it is held, moved or answered for."""


@dataclass(frozen=True, slots=True)
class Course:
    """A nudge, the rep's changes since that do something about it (oldest first), and what came of it.

    `measured`: the behaviour that the verdict rests on; None while it is watched, or where no working day was in it.
    """

    nudge: Nudge
    acts: tuple[LogEntry, ...]
    watched_until: date
    measured: Behaviour | None

    @property
    def acted(self) -> LogEntry | None:
        return self.acts[0] if self.acts else None

    @property
    def state(self) -> NudgeState:
        """The verdict once there is one, then what the rep answered or did."""
        nudge = self.nudge
        if self.measured is not None:
            return "moved" if self.measured.has_moved else "not_moved"
        if nudge.answer is not None and nudge.answer != "ok":
            return nudge.answer
        if self.acts:
            return "acted"
        return "seen" if nudge.seen_at is not None else "sent"


@dataclass(frozen=True, slots=True)
class Record:
    """What the ended nudges of a team came to. `days` to the first act: the median over those acted on, None for none."""

    ended: int
    acted: int
    moved: int
    days: float | None


def metric_of(book: Book, nudge: Nudge) -> MetricId:
    """The behaviour that its rule asks for."""
    if nudge.rule in OF_DEAL:
        return "next_steps"
    if nudge.rule in ("funnel_thin", "prospects_untouched"):
        return "customers"
    rule = next((rule for rule in book.kpi_rules if rule.id == nudge.subject_id), None)
    return "calls" if rule is not None and rule.kind == "call" else "visits"


def courses(book: Book) -> tuple[Course, ...]:
    """Every nudge of the book, the newest first."""
    by_actor: dict[str, list[LogEntry]] = {}
    for entry in book.log if book.nudges else ():
        by_actor.setdefault(entry.actor_id or "", []).append(entry)
    rows = {row.id: row for row in book.activities} if book.nudges else {}
    kinds = {rule.id: rule.kind for rule in book.kpi_rules}
    deals = {row.id: row.deal_id for row in rows.values()}

    def concerns(nudge: Nudge, entry: LogEntry) -> bool:
        if nudge.rule in _OF_ROW:
            return entry.entity_id == nudge.subject_id
        if nudge.rule in OF_DEAL:
            return nudge.subject_id in (entry.entity_id, deals.get(entry.entity_id))
        if entry.entity != "activity":
            return entry.entity == "deal" and nudge.rule not in _OF_VISITS and nudge.subject_id not in kinds
        row = rows.get(entry.entity_id)
        is_doing = entry.op == "create" or any(name in entry.after for name in _DOINGS)
        wanted = kinds.get(nudge.subject_id) or ("visit" if nudge.rule in _OF_VISITS else None)
        return row is not None and is_doing and wanted in (None, row.kind)

    def course(nudge: Nudge) -> Course:
        since = (entry for entry in by_actor.get(nudge.owner_id or "", ()) if entry.recorded_at > nudge.sent_at)
        acts = tuple(entry for entry in since if concerns(nudge, entry))
        until = book.local_day(nudge.sent_at) + timedelta(days=nudge.watch_days)
        measured = behaviour(book, nudge, metric_of(book, nudge)) if book.today > until else None
        return Course(nudge, acts, until, measured if measured is not None and measured.since_days else None)

    return tuple(course(nudge) for nudge in reversed(book.nudges))


def live(book: Book, rep_id: str) -> Mapping[tuple[str, str], Nudge]:
    """The nudges that are watched now, by what they are about: the newest of each."""
    found: dict[tuple[str, str], Nudge] = {}
    for nudge in book.nudges:
        is_running = book.today <= book.local_day(nudge.sent_at) + timedelta(days=nudge.watch_days)
        if nudge.owner_id == rep_id and is_running and nudge.answer != "not_fair":
            found[nudge.rule, nudge.subject_id] = nudge
    return found


def spent(book: Book, rep_id: str) -> int:
    """Nudges that the rep was sent in the running week."""
    week = period_of("week", book.today)
    days = (book.local_day(nudge.sent_at) for nudge in book.nudges if nudge.owner_id == rep_id)
    return sum(week.starts_on <= day <= week.ends_on for day in days)


def record(found: Iterable[Course]) -> Record:
    """Of the nudges with a verdict: how many were acted on, how many moved something, how soon."""
    ended = [course for course in found if course.measured is not None]
    waits = [_days(course.nudge.sent_at, course.acted.recorded_at) for course in ended if course.acted is not None]
    moved = sum(course.state == "moved" for course in ended)
    return Record(len(ended), len(waits), moved, median(waits) if waits else None)


def _days(since: datetime, until: datetime) -> float:
    return (until - since) / timedelta(days=1)


def ignored(book: Book, course: Course) -> tuple[Reading, ...]:
    """The readings of the lead's card: what was seen three days ago lacks an act, until one comes, an answer or the end
    of the watch."""
    nudge = course.nudge
    if nudge.seen_at is None or nudge.seen_at + IGNORED_AFTER > book.as_of or book.today > course.watched_until:
        return ()
    due = nudge.seen_at + IGNORED_AFTER
    first = min((at for at in (_acted_at(course), nudge.answered_at) if at is not None), default=None)
    if first is not None and first <= due:
        return ()
    lacking = Reading(due, 1, 1, 0, 0)
    if first is None:
        return (lacking,)
    is_acked = nudge.is_acknowledged if course.acted is None else course.acted.rev > 0
    return (lacking, Reading(first, 0, 0 if is_acked else 1, 0, 1))


def _acted_at(course: Course) -> datetime | None:
    return course.acted.recorded_at if course.acted is not None else None


def newest_by_rep(found: Sequence[Course]) -> Mapping[str, Course]:
    """Of each rep his newest nudge."""
    return {course.nudge.owner_id or "": course for course in reversed(found)}
