"""Card rules over deals: dirty, regressed, stalled, a milestone passed by; replayed from the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from cockpit.domain.book import Book
from cockpit.domain.card_rules import RuleId
from cockpit.domain.cards import SETTLE, Grace, Reading, settled
from cockpit.domain.deal_view import DealView, midnights, views_in
from cockpit.domain.deals import deals_of, standing
from cockpit.domain.entities import Deal, MilestoneDone, Stage
from cockpit.domain.periods import Period, period_of
from cockpit.domain.pipeline import STALLED_FACTOR, Stay, Verdict, dirty, regressed, stalled, usual_stays

DEAL_RULES: tuple[RuleId, ...] = ("deal_dirty", "deal_regressed", "deal_stalled", "milestone_missing")
"""In the order in which a deal gets its one card."""


@dataclass(frozen=True, slots=True)
class DealLife:
    """A deal through the month, whenever something about it may have changed."""

    deal: Deal
    views: tuple[DealView, ...]


@dataclass(frozen=True, slots=True)
class DealFinding:
    """What a rule found on a deal; nothing any more when both are None."""

    deal: Deal
    verdict: Verdict | None = None
    milestone_of: Stage | None = None

    @property
    def is_firing(self) -> bool:
        return self.verdict is not None or self.milestone_of is not None


def deal_reader(book: Book) -> DealReader:
    return DealReader(book, usual_stays(book), {(done.deal_id, done.stage_id): done for done in book.milestones})


@dataclass(frozen=True)
class DealReader:
    """Reads the deal rules of one book; keeps what all deals need."""

    book: Book
    usual: Mapping[str, Stay]
    milestones: Mapping[tuple[str, str], MilestoneDone]
    """By deal and stage."""
    _read: dict[str, tuple[DealLife, ...]] = field(default_factory=dict, compare=False)
    _by_day: dict[str, tuple[tuple[DealView, ...], ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def limits(self) -> dict[str, int]:
        """The first day of a stay, counted from its start, on which a deal has stalled."""
        return {
            stage: int(STALLED_FACTOR * stay.days) + 1 for stage, stay in self.usual.items() if stay.days is not None
        }

    def lives(self, owner_id: str) -> tuple[DealLife, ...]:
        """The person's deals that were open at some time this month."""
        if owner_id not in self._read:
            month = period_of("month", self.book.today)
            days = midnights(self.book, month)
            self._read[owner_id] = tuple(
                DealLife(deal, views_in(self.book, deal, days, self.limits))
                for deal in deals_of(self.book, (owner_id,))
                if self._is_of(deal, month)
            )
        return self._read[owner_id]

    def by_day(self, owner_id: str) -> tuple[tuple[DealView, ...], ...]:
        """Those deals as they stood at each midnight of the month, and now; a deal not there yet is left out."""
        if owner_id not in self._by_day:
            moments = (*midnights(self.book, period_of("month", self.book.today)), self.book.as_of)
            rows: list[list[DealView]] = [[] for _ in moments]
            for life in self.lives(owner_id):
                place = 0
                for moment, row in zip(moments, rows):
                    while place < len(life.views) and life.views[place].moment <= moment:
                        place += 1
                    if place:
                        row.append(life.views[place - 1])
            self._by_day[owner_id] = tuple(map(tuple, rows))
        return self._by_day[owner_id]

    def _is_of(self, deal: Deal, month: Period) -> bool:
        return standing(self.book, deal) == "open" or (deal.closed_on is not None and deal.closed_on >= month.starts_on)

    def trace(self, rule_id: RuleId, life: DealLife) -> tuple[Reading, ...]:
        """The rule's readings over the month: 1 lacking while it fires; none when it never did.

        A dated next step covers it, and what is held counts, where an activity is what helps.
        """
        fires = self._check(rule_id)
        is_coverable = rule_id in ("deal_regressed", "deal_stalled")
        found = [int(view.standing == "open" and fires(view) is not None) for view in life.views]
        if not any(found):
            return ()
        readings = []
        for view, lacks in zip(life.views, found):
            acked = lacks or int(not view.is_acknowledged)
            covered = int(bool(lacks) and is_coverable and view.next_step is not None)
            readings.append(Reading(view.moment, lacks, acked, covered, view.held if is_coverable else 0))
        return settled(readings)

    def is_long_silent(self, rule_id: RuleId, life: DealLife, since: datetime) -> bool:
        """Whether the rule has said nothing from before `since` until now: its card is closed by then, if it had one."""
        fires, following = self._check(rule_id), None
        for view in reversed(life.views):
            if view.standing == "open" and fires(view) is not None:
                return False
            if following is not None and view.moment < since and following - view.moment > SETTLE:
                return True
            following = view.moment
        return True

    def finding(self, rule_id: RuleId, life: DealLife) -> DealFinding:
        """What the rule says now."""
        view = life.views[-1]
        if view.standing != "open":
            return DealFinding(life.deal)
        found = self._check(rule_id)(view)
        if isinstance(found, Stage):
            return DealFinding(life.deal, milestone_of=found)
        return DealFinding(life.deal, found)

    def _check(self, rule_id: RuleId) -> Callable[[DealView], Verdict | Stage | None]:
        # Not kept: it would hold the reader that holds it, and with it the book, until the collector comes.
        if rule_id == "deal_dirty":
            return lambda view: dirty(view, self.book)
        if rule_id == "deal_regressed":
            return lambda view: regressed(view, self.book.stages)
        return (lambda view: stalled(view, self.usual)) if rule_id == "deal_stalled" else self.missing_milestone

    def missing_milestone(self, view: DealView) -> Stage | None:
        """The stage that the deal last left forwards without its milestone; None when there is none."""
        here = self.book.stages.get(view.deal.stage_id)
        if here is None or not view.changes:
            return None
        left = self.book.stages.get(view.changes[-1].from_stage_id or "")
        if left is None or not left.milestone or left.position >= here.position:
            return None
        done = self.milestones.get((view.deal.id, left.id))
        return left if done is None or done.done_at > view.moment else None

    def grace(self, days: int, life: DealLife) -> Grace | None:
        """Time for the last held activity to take effect, from when the hub knew of it."""
        last = life.views[-1].last_held
        if not days or last is None:
            return None
        return Grace(days, self._acknowledged_at(last.id, last.starts_at) if last.is_acknowledged else None)

    def _acknowledged_at(self, row_id: str, began_at: datetime) -> datetime:
        """When the hub last heard of it; what was logged before it began takes effect from then."""
        known = (entry.recorded_at for entry in reversed(self.book.log_by_row.get(row_id, ())) if entry.rev > 0)
        return max(began_at, next(known, began_at))


def cards_to_read(reader: DealReader, life: DealLife) -> tuple[tuple[RuleId, DealFinding], ...]:
    """The rules whose cards a deal may have, the first that fires in front.

    Of the others those that are silent (their cards are solved), and those with days of grace (their
    cards may rest); further open cards of one deal would only say the same again.
    """
    findings = [(rule_id, reader.finding(rule_id, life)) for rule_id in DEAL_RULES]
    firing = [one for one in findings if one[1].is_firing]
    return (*firing[:1], *(one for one in findings if not one[1].is_firing), *firing[1:])
