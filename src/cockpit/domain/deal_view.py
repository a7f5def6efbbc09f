"""One deal as it stood at one moment: what its states are decided on, now and when replaying the log."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cockpit.domain.book import Book
from cockpit.domain.deals import Standing, standing_on
from cockpit.domain.entities import Activity, Deal, StageChange
from cockpit.domain.history import Version, at, versions
from cockpit.domain.periods import Period, days_between

REGRESSED_DAYS = 30
"""A step back counts for so long."""


class DealView(NamedTuple):
    """`entered_on`: the local day the deal came into its stage, None when nothing says. `held`: its held activities."""

    moment: datetime
    today: date
    deal: Deal
    standing: Standing
    changes: tuple[StageChange, ...]
    entered_on: date | None
    next_step: Activity | None
    last_held: Activity | None
    held: int
    is_acknowledged: bool
    """The hub knows the deal and its next step as they stand here."""

    @property
    def days_in_stage(self) -> int | None:
        return None if self.entered_on is None else (self.today - self.entered_on).days


def view_now(book: Book, deal: Deal) -> DealView:
    """The deal as of the book."""
    own = book.activities_by_deal.get(deal.id, ())
    held = [a for a in own if a.status == "held" and a.starts_at <= book.as_of]
    step = book.next_steps.get(deal.id)
    return DealView(
        moment=book.as_of,
        today=book.today,
        deal=deal,
        standing=standing_on(book, deal, book.today),
        changes=book.changes_by_deal.get(deal.id, ()),
        entered_on=_entered_on(book, deal, book.changes_by_deal.get(deal.id, ()), book.as_of),
        next_step=step,
        last_held=held[-1] if held else None,
        held=len(held),
        is_acknowledged=deal.is_acknowledged and (step is None or step.is_acknowledged),
    )


def midnights(book: Book, period: Period) -> tuple[datetime, ...]:
    """The moment each day of the period began, up to now, in UTC."""
    return _midnights(book.zone, period.starts_on, min(period.ends_on, book.today))


@lru_cache(maxsize=64)
def _midnights(zone: ZoneInfo, first: date, last: date) -> tuple[datetime, ...]:
    return tuple(datetime.combine(day, time(), zone).astimezone(UTC) for day in days_between(first, last))


def moments_of(book: Book, month: Period) -> Iterable[tuple[datetime, date, date]]:
    """Each midnight of the month and now, its day, and the first day of which nothing is known yet."""
    for moment, day in zip(midnights(book, month), month.days()):
        yield moment, day, day
    yield book.as_of.astimezone(UTC), book.today, book.today + timedelta(days=1)


def views_in(book: Book, deal: Deal, days: Sequence[datetime], limits: Mapping[str, int]) -> tuple[DealView, ...]:
    """The deal whenever something about it may have changed since the first of `days` (midnights), oldest first.

    That is when something was recorded, and at the midnights on which time alone changes a verdict: an
    expected day or a next step has passed, a stay is longer than `limits` (days, by stage). The last
    view is now. A moment at which the deal was not there yet has none.
    """
    past = _Past.of(book, deal, days[0] if days else book.as_of)
    moments = {m for m in past.recorded() if past.begins <= m < book.as_of}
    first = book.local_day(past.begins)
    for day in past.turning_days(limits):
        place = (day - first).days
        if 0 < place < len(days):
            moments.add(days[place])
    moments.update(days[:1])
    views = (
        past.view_at(moment, first + timedelta(days=place), begun)
        for moment in sorted(moments)
        if moment < book.as_of
        for place, begun in (_day_of(days, moment),)
    )
    return (*(view for view in views if view is not None), view_now(book, deal))


@dataclass(frozen=True, slots=True)
class _Past:
    """A deal and what was planned and held about it, from `begins` on."""

    book: Book
    begins: datetime
    own: tuple[Version[Deal], ...]
    changes: tuple[StageChange, ...]
    changed_on: tuple[date, ...]
    """The local day of each change."""
    others: tuple[tuple[Version[Activity], ...], ...]
    """Its activities, those of before left out with which nothing has happened since."""
    held: tuple[Activity, ...]
    """Of those left out the held ones, in order of time."""

    @classmethod
    def of(cls, book: Book, deal: Deal, begins: datetime) -> _Past:
        changes = book.changes_by_deal.get(deal.id, ())
        others: list[tuple[Version[Activity], ...]] = []
        held: list[Activity] = []
        for row in book.activities_by_deal.get(deal.id, ()):
            history = versions(book, row, begins)
            if len(history) > 1 or history[0].since > begins or row.starts_at >= begins:
                others.append(history)
            elif row.status == "held":
                held.append(row)
        days = tuple(book.local_day(change.changed_at) for change in changes)
        return cls(book, begins, versions(book, deal, begins), changes, days, tuple(others), tuple(held))

    def recorded(self) -> Iterator[datetime]:
        """When something about the deal or what was done for it was recorded."""
        deal, log = self.own[-1].row, self.book.log_by_row
        for row in (deal, *self.book.activities_by_deal.get(deal.id, ())):
            for entry in log.get(row.id, ()):
                yield entry.recorded_at
        for change in self.changes:
            yield change.changed_at

    def turning_days(self, limits: Mapping[str, int]) -> Iterator[date]:
        """Days on which a verdict may change although nothing is recorded."""
        one = timedelta(days=1)
        for deal in (version.row for version in self.own):
            if deal.created_on is not None:
                yield deal.created_on
                yield deal.created_on + timedelta(days=limits.get(deal.stage_id, 0))
            if deal.expected_on is not None:
                yield deal.expected_on + one
            if deal.closed_on is not None:
                yield deal.closed_on
        for history in self.others:
            for version in history:
                row = version.row
                if row.status == "planned" or (row.status == "held" and row.starts_at > version.since):
                    yield self.book.local_day(row.starts_at) + one
        for change, day in zip(self.changes, self.changed_on):
            yield day + timedelta(days=limits.get(change.to_stage_id, 0))
            yield day + timedelta(days=REGRESSED_DAYS + 1)
        for entry in self.book.log_by_row.get(self.own[-1].row.id, ()):
            if "stage_id" in entry.after:
                stage = str(entry.after["stage_id"])
                yield self.book.local_day(entry.recorded_at) + timedelta(days=limits.get(stage, 0))

    def view_at(self, moment: datetime, today: date, begun: datetime) -> DealView | None:
        """The deal at a moment of the day `today`, which began at `begun`; None while it was not there."""
        version = at(self.own, moment)
        if version is None:
            return None
        deal = version.row
        if deal.created_on is not None and deal.created_on > today:
            return None
        step: Version[Activity] | None = None
        last, held = self.held[-1] if self.held else None, len(self.held)
        for history in self.others:
            found = at(history, moment)
            if found is None or found.row.deal_id != deal.id:
                # It was not there yet, or about something else then.
                continue
            row = found.row
            if row.status == "planned":
                if row.starts_at >= begun and (step is None or row.starts_at < step.row.starts_at):
                    step = found
            elif row.status == "held" and row.starts_at <= moment:
                held += 1
                last = row if last is None or row.starts_at >= last.starts_at else last
        count = bisect_right(self.changes, moment, key=attrgetter("changed_at"))
        known = self.changes[:count]
        is_in_it = count > 0 and known[-1].to_stage_id == deal.stage_id
        return DealView(
            moment=moment,
            today=today,
            deal=deal,
            standing=standing_on(self.book, deal, today),
            changes=known,
            entered_on=self.changed_on[count - 1] if is_in_it else _entered_on(self.book, deal, known, moment),
            next_step=step.row if step else None,
            last_held=last,
            held=held,
            is_acknowledged=version.is_acknowledged and (step is None or step.is_acknowledged),
        )


def _day_of(days: Sequence[datetime], moment: datetime) -> tuple[int, datetime]:
    """The place of the day that holds a moment, and when that day began."""
    place = bisect_right(days, moment) - 1
    return place, days[place]


def _entered_on(book: Book, deal: Deal, changes: Sequence[StageChange], moment: datetime) -> date | None:
    if changes and changes[-1].to_stage_id == deal.stage_id:
        return book.local_day(changes[-1].changed_at)
    for entry in reversed(book.log_by_row.get(deal.id, ())):
        if entry.recorded_at <= moment and entry.after.get("stage_id") == deal.stage_id:
            return book.local_day(entry.recorded_at)
    return None if changes else deal.created_on
