"""Card rules over the shape of a funnel: too few open deals, too many in one stage, a stage that lets fewer through."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealReader
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import moments_of
from cockpit.domain.deals import deals_of, standing
from cockpit.domain.entities import Deal, Stage
from cockpit.domain.funnel import share_range
from cockpit.domain.periods import Period, days_between

USUAL_WEEKS = 8
USUAL_LEAST = 4
"""Open deals on a usual day, below which 30 % is one deal."""
KEPT_PERCENT = 70

CROWD = 4
"""Open deals in one stage that may be a crowd; fewer are chance."""

RECENT_DAYS, BEFORE_DAYS = 30, 180
RECENT_LEAST, BEFORE_LEAST = 5, 10
"""Deals that left the stage in each."""


@dataclass(frozen=True, slots=True)
class Thin:
    """A person's open deals, and the mean number of them a week apart in the eight weeks before."""

    person_id: str
    deals: tuple[Deal, ...]
    usual: float
    due: int

    @property
    def missing(self) -> int:
        return max(0, self.due - len(self.deals))


@dataclass(frozen=True, slots=True)
class Crowd:
    """The open deals of one stage, more than half of all; `stage` None: no stage has so many."""

    person_id: str
    stage: Stage | None
    deals: tuple[Deal, ...]
    total: int

    @property
    def excess(self) -> int:
        return _excess(len(self.deals), self.total)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Of the deals that left a stage, how many went on: in the last 30 days and in the 180 before."""

    team_id: str
    stage: Stage
    recent: tuple[int, int]
    """(went on, left)"""
    before: tuple[int, int]

    @property
    def is_firing(self) -> bool:
        return _is_lower(self.recent, self.before)


# -- too few ------------------------------------------------------------------------------------------------------------


def thin(book: Book, person_id: str, month: Period) -> tuple[Thin, tuple[Reading, ...]]:
    """At each midnight and now: open deals missing to 70 % of the usual number; held = deals begun this month."""
    rows = deals_of(book, (person_id,))
    acked = [deal for deal in rows if deal.is_acknowledged]
    found = tuple(deal for deal in rows if standing(book, deal) == "open")
    ended = {deal.id for deal in rows}.difference(deal.id for deal in found)
    every = _Spans.of(rows, ended)
    known = every if len(acked) == len(rows) else _Spans.of(acked, ended)
    before = _counts(every, month.starts_on - timedelta(days=7 * USUAL_WEEKS), book.today)
    readings, usual, due = [], 0.0, 0
    for moment, _today, end in moments_of(book, month):
        ago = (end - month.starts_on).days
        total = sum(before[ago : ago + 7 * USUAL_WEEKS : 7])
        usual = total / USUAL_WEEKS
        due = -(-total * KEPT_PERCENT // (USUAL_WEEKS * 100)) if usual >= USUAL_LEAST else 0
        lacks, lacks_acked = (max(0, due - spans.open_before(end)) for spans in (every, known))
        readings.append(Reading(moment, lacks, lacks_acked, 0, every.begun(month.starts_on, end)))
    return Thin(person_id, found, usual, due), settled(readings)


def _counts(spans: _Spans, first: date, last: date) -> list[int]:
    """How many were open before each day from `first` to `last`."""
    return [spans.open_before(day) for day in days_between(first, last)]


@dataclass(frozen=True, slots=True)
class _Spans:
    """The days on which deals begin and those on which they end, each in order."""

    begins: list[date]
    ends: list[date]

    @classmethod
    def of(cls, deals: Sequence[Deal], ended: Collection[str]) -> _Spans:
        """`ended`: the ids of those that are won or lost."""
        ends = (deal.closed_on or date.min for deal in deals if deal.id in ended)
        return cls(sorted(deal.created_on or date.min for deal in deals), sorted(ends))

    def open_before(self, end: date) -> int:
        """How many were open at the end of the day before."""
        return max(0, bisect_left(self.begins, end) - bisect_left(self.ends, end))

    def begun(self, first: date, end: date) -> int:
        return bisect_left(self.begins, end) - bisect_left(self.begins, first)


# -- too many in one stage ----------------------------------------------------------------------------------------------


def crowd(book: Book, reader: DealReader, person_id: str, month: Period) -> tuple[Crowd, tuple[Reading, ...]]:
    """At each midnight and now: deals over half of all in the fullest stage but the first; those with a dated next step
    cover them, deals that left a stage this month are held."""
    first = {stage.id for stage in _first_stages(book)}
    lives = reader.lives(person_id)
    moved = sorted(
        day
        for life in lives
        for change in book.changes_by_deal.get(life.deal.id, ())
        if (day := book.local_day(change.changed_at)) >= month.starts_on
    )
    readings, fullest, total = [], "", 0
    for (moment, _today, end), known in zip(moments_of(book, month), reader.by_day(person_id)):
        views = [view for view in known if view.standing == "open"]
        counts = Counter(view.deal.stage_id for view in views if view.deal.stage_id not in first)
        fullest = max(sorted(counts), key=lambda stage: counts[stage], default="")
        total = len(views)
        lacks = _excess(counts[fullest], total)
        acked = lacks or int(any(not view.is_acknowledged for view in views))
        steps = sum(view.deal.stage_id == fullest and view.next_step is not None for view in views)
        readings.append(Reading(moment, lacks, acked, min(lacks, steps), bisect_left(moved, end)))
    deals = tuple(life.deal for life in lives if life.deal.stage_id == fullest and standing(book, life.deal) == "open")
    return Crowd(person_id, book.stages.get(fullest), deals, total), settled(readings)


def _excess(count: int, total: int) -> int:
    return max(0, count - total // 2) if count >= CROWD else 0


def _first_stages(book: Book) -> Iterator[Stage]:
    """The stage in which the deals of each funnel begin: there most of them may wait."""
    for funnel in book.funnels:
        stages = [stage for stage in book.stages.values() if stage.funnel_id == funnel and stage.kind == "open"]
        yield from sorted(stages, key=lambda stage: (stage.position, stage.id))[:1]


# -- fewer go on --------------------------------------------------------------------------------------------------------


def narrowed(
    book: Book, team_id: str, owner_ids: Sequence[str], month: Period
) -> Iterator[tuple[Narrowed, tuple[Reading, ...]]]:
    """For each open stage: 1 lacking while the range of its conversion lies below that of the time before."""
    exits = _exits(book, owner_ids)
    for stage in sorted(book.stages.values(), key=lambda one: (one.funnel_id, one.position, one.id)):
        left = exits.get(stage.id, [])
        if len(left) < RECENT_LEAST + BEFORE_LEAST:
            continue
        readings = []
        for moment, _today, end in moments_of(book, month):
            since = end - timedelta(days=RECENT_DAYS)
            recent = _counted(left, since, end)
            before = _counted(left, since - timedelta(days=BEFORE_DAYS), since)
            lacks = int(_is_lower(recent, before))
            readings.append(Reading(moment, lacks, lacks, 0, recent[0]))
        if readings:
            yield Narrowed(team_id, stage, recent, before), settled(readings)


def _exits(book: Book, owner_ids: Sequence[str]) -> dict[str, list[tuple[date, bool]]]:
    """For each stage the day of every move out of it, and whether it was one forwards."""
    found: dict[str, list[tuple[date, bool]]] = {}
    own = {deal.id for deal in deals_of(book, owner_ids)}
    for deal_id, left, entered, on in book.moves:
        here, there = book.stages.get(left or ""), book.stages.get(entered)
        if deal_id not in own or here is None or there is None or here.kind != "open":
            continue
        is_on = there.kind == "won" or (there.kind == "open" and there.position > here.position)
        found.setdefault(here.id, []).append((on, is_on))
    return found


def _counted(left: Sequence[tuple[date, bool]], first: date, end: date) -> tuple[int, int]:
    """How many went on and how many left from `first` to before `end`."""
    inside = [is_on for day, is_on in left if first <= day < end]
    return sum(inside), len(inside)


@lru_cache(maxsize=1024)
def _is_lower(recent: tuple[int, int], before: tuple[int, int]) -> bool:
    """Whether both have enough and their 80 % ranges do not touch, the recent one below."""
    if recent[1] < RECENT_LEAST or before[1] < BEFORE_LEAST or recent[0] * before[1] >= before[0] * recent[1]:
        return False
    now, then = share_range(*recent), share_range(*before)
    return now is not None and then is not None and now.high < then.low
