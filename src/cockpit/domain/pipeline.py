"""Deals and their states, stages with count, money and conversion.

A deal has every state that fires; the first of dirty, slipped, regressed, stalled, no_activity is its
state, else healthy. Each verdict carries the figures that fired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deal_view import REGRESSED_DAYS, DealView, view_now
from cockpit.domain.deals import currency_of, deals_of, other_money, standing
from cockpit.domain.entities import Activity, Deal, Stage, StageChange
from cockpit.domain.periods import period_of

DealState = Literal["dirty", "slipped", "regressed", "stalled", "no_activity"]

STALLED_FACTOR = 1.5
ENOUGH_STAYS = 8
"""With fewer finished stays in a stage its median says little, and the stage's configured days are used."""
QUIET_DAYS = 14


@dataclass(frozen=True, slots=True)
class Stay:
    """What is usual in a stage: `days` is the company's median, or the configured days while `n` is below 8."""

    days: float | None
    n: int

    @property
    def is_measured(self) -> bool:
        return self.n >= ENOUGH_STAYS


@dataclass(frozen=True, slots=True)
class Verdict:
    """One state of a deal with the figures that fired: days, limit, days of dates, ids of stages."""

    state: DealState
    reason: str = ""
    days: int | None = None
    usual: float | None = None
    n: int = 0
    on: date | None = None
    was_on: date | None = None
    at: datetime | None = None
    stage_id: str | None = None


@dataclass(frozen=True, slots=True)
class DealFacts:
    deal: Deal
    days_in_stage: int | None
    next_step: Activity | None
    verdicts: tuple[Verdict, ...]

    @property
    def state(self) -> str:
        return self.verdicts[0].state if self.verdicts else "healthy"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """Open deals in one stage. `left` are the deals that ever left it for a stage that is still there, `forward` those of
    them that went on."""

    stage: Stage
    deals: tuple[Deal, ...]
    left: int
    forward: int

    @property
    def conversion(self) -> float | None:
        return self.forward / self.left if self.left else None


@dataclass(frozen=True)
class Pipeline:
    """The deals of some people in one funnel."""

    funnel_id: str
    currency: str
    stages: tuple[StageFacts, ...]
    open: tuple[Deal, ...]
    won: tuple[Deal, ...]
    lost: tuple[Deal, ...]
    usual: Mapping[str, Stay] = field(default_factory=dict)
    astray: tuple[Deal, ...] = ()
    """Open deals in no stage of the funnel: it was removed, or is another funnel's. They are in `open` and no stage."""

    @property
    def win_rate(self) -> float | None:
        """won / (won + lost), by count, of all deals closed up to the book's day."""
        closed = len(self.won) + len(self.lost)
        return len(self.won) / closed if closed else None

    @property
    def other_currencies(self) -> tuple[tuple[str, int], ...]:
        return other_money(self.open, self.currency)


def default_funnel(book: Book) -> str:
    """The funnel marked as default, else the first; empty when there is none."""
    funnels = sorted(book.funnels.values(), key=lambda funnel: (not funnel.is_default, funnel.id))
    return funnels[0].id if funnels else ""


def pipeline(book: Book, owner_ids: Sequence[str], funnel_id: str | None = None) -> Pipeline:
    """All deals of these people; a deal of an unknown funnel is counted in the default one."""
    chosen = funnel_id or default_funnel(book)
    home = default_funnel(book)
    deals = [
        deal
        for deal in deals_of(book, owner_ids)
        if (deal.funnel_id if deal.funnel_id in book.funnels else home) == chosen
    ]
    by_standing: dict[str, list[Deal]] = {"open": [], "won": [], "lost": []}
    for deal in deals:
        by_standing[standing(book, deal)].append(deal)
    stages = sorted(
        (s for s in book.stages.values() if s.funnel_id == chosen and s.kind == "open"),
        key=lambda s: (s.position, s.id),
    )
    ids = {deal.id for deal in deals}
    own = {stage.id for stage in book.stages.values() if stage.funnel_id == chosen}
    return Pipeline(
        chosen,
        currency_of(book, owner_ids),
        tuple(_stage_facts(book, stage, by_standing["open"], ids) for stage in stages),
        tuple(by_standing["open"]),
        tuple(by_standing["won"]),
        tuple(by_standing["lost"]),
        usual_stays(book),
        tuple(deal for deal in by_standing["open"] if deal.stage_id not in own),
    )


def _stage_facts(book: Book, stage: Stage, open_deals: Iterable[Deal], ids: set[str]) -> StageFacts:
    left = forward = 0
    for deal_id in ids:
        exits = [c for c in book.changes_by_deal.get(deal_id, ()) if c.from_stage_id == stage.id]
        is_forward = went_on(book, exits[-1]) if exits else None
        left += int(is_forward is not None)
        forward += int(is_forward is True)
    return StageFacts(stage, tuple(deal for deal in open_deals if deal.stage_id == stage.id), left, forward)


def went_on(book: Book, change: StageChange) -> bool | None:
    """Whether a deal that left a stage went on, to a later one or to won.

    A stage that was removed since has no place in the order: the next one the deal came to says it; None where there is
    none yet, or it came back.
    """
    before, after = book.stages.get(change.from_stage_id or ""), _landed(book, change)
    if before is None or after is None or after.id == before.id:
        return None
    return after.kind == "won" or (after.kind != "lost" and after.position > before.position)


def _landed(book: Book, change: StageChange) -> Stage | None:
    """The first stage of the model that the deal was in from a change on."""
    if (after := book.stages.get(change.to_stage_id)) is not None:
        return after
    changes = book.changes_by_deal.get(change.deal_id, ())
    later = changes[next((place for place, one in enumerate(changes) if one.id == change.id), len(changes)) :]
    return next((stage for one in later if (stage := book.stages.get(one.to_stage_id)) is not None), None)


def usual_stays(book: Book) -> Mapping[str, Stay]:
    """How long deals stay in each stage: median days of finished stays of every deal here, by stage changes alone."""
    if not book.stays:
        book.stays.update(_usual_stays(book))
    return book.stays


def _usual_stays(book: Book) -> dict[str, Stay]:
    stays: defaultdict[str, list[int]] = defaultdict(list)
    last: dict[str, tuple[str, date]] = {}
    for deal_id, left, entered, on in book.moves:
        before = last.get(deal_id)
        if left and before is not None and before[0] == left:
            stays[left].append((on - before[1]).days)
        last[deal_id] = (entered, on)
    found: dict[str, Stay] = {}
    for stage in book.stages.values():
        measured = stays.get(stage.id, [])
        configured = None if stage.days is None else float(stage.days)
        found[stage.id] = Stay(float(median(measured)) if len(measured) >= ENOUGH_STAYS else configured, len(measured))
    return found


def deal_facts(book: Book, deal: Deal, usual: Mapping[str, Stay]) -> DealFacts:
    """Days in stage, dated next step and every state that fires, in the order of their weight."""
    view = view_now(book, deal)
    if view.standing != "open":
        return DealFacts(deal, view.days_in_stage, None, ())
    fired = (
        dirty(view, book),
        slipped(book, deal),
        regressed(view, book.stages),
        stalled(view, usual),
        quiet(view, book),
    )
    return DealFacts(deal, view.days_in_stage, view.next_step, tuple(one for one in fired if one is not None))


def dirty(view: DealView, book: Book) -> Verdict | None:
    """Its stage is gone from the model, its amount is below zero, the expected closing day has passed, or there is no dated next step."""
    if view.deal.id in book.astray and view.deal.stage_id not in book.stages:
        return Verdict("dirty", "stage_gone")
    if (view.deal.amount_minor or 0) < 0:
        return Verdict("dirty", "below_zero")
    expected = view.deal.expected_on
    if expected is not None and expected < view.today:
        return Verdict("dirty", "date_passed", on=expected, days=(view.today - expected).days)
    return Verdict("dirty", "no_next_step") if view.next_step is None else None


def slipped(book: Book, deal: Deal) -> Verdict | None:
    """This month the expected closing day was moved from within (or before) the month to after it."""
    if deal.expected_on is None:
        return None
    month = period_of("month", book.today)
    if deal.expected_on <= month.ends_on:
        return None
    for entry in book.log_by_row.get(deal.id, ()):
        was = entry.before.get("expected_on")
        if isinstance(was, str) and book.local_day(entry.recorded_at) in month:
            was_on = date.fromisoformat(was)
            if was_on <= month.ends_on:
                return Verdict("slipped", on=deal.expected_on, was_on=was_on)
    return None


def regressed(view: DealView, stages: Mapping[str, Stage]) -> Verdict | None:
    """Went to an earlier stage within 30 days and has not come back to where it was."""
    here = stages.get(view.deal.stage_id)
    if here is None:
        return None
    since = view.moment - timedelta(days=REGRESSED_DAYS)
    for change in reversed(view.changes):
        if change.changed_at < since:
            return None
        before, after = stages.get(change.from_stage_id or ""), stages.get(change.to_stage_id)
        if before and after and after.position < before.position and here.position < before.position:
            return Verdict("regressed", at=change.changed_at, stage_id=before.id)
    return None


def stalled(view: DealView, usual: Mapping[str, Stay]) -> Verdict | None:
    """Longer in its stage than 1.5 times what is usual there."""
    stay, days = usual.get(view.deal.stage_id), view.days_in_stage
    if days is None or stay is None or stay.days is None or days <= STALLED_FACTOR * stay.days:
        return None
    return Verdict("stalled", "median" if stay.is_measured else "configured", days=days, usual=stay.days, n=stay.n)


def quiet(view: DealView, book: Book) -> Verdict | None:
    """Nothing held for 14 days; a deal younger than that has not been quiet yet."""
    held_on = book.local_day(view.last_held.starts_at) if view.last_held else None
    last = held_on or view.deal.created_on
    if last is not None and (view.today - last).days <= QUIET_DAYS:
        return None
    return Verdict("no_activity", on=held_on)
