"""All problem cards of one person, the most worthwhile first.

score = max(money at risk, the rule's floor) x movable / minutes; movable = the share that the remedy can
still close in the days left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from cockpit.domain.agenda import unvisited
from cockpit.domain.book import Book
from cockpit.domain.card_care import Acted, Dropped, Renewal, acted, dropped, renewals
from cockpit.domain.card_counts import kpi_trace, slipped, unvisited_trace
from cockpit.domain.card_deals import DealFinding, DealLife, DealReader, cards_to_read, deal_reader
from cockpit.domain.card_duties import Stuck, Under, Unready, Untouched, stuck, under, unready, untouched
from cockpit.domain.card_effect import Leaf, Met, Policy, Wild, leaves, met, policies, wild
from cockpit.domain.card_month import Pace, Unseen, pace, pace_trace, unseen
from cockpit.domain.card_rules import OF_PEOPLE, RULES, VISITS_A_DAY, CardRule, RuleId
from cockpit.domain.card_shape import Crowd, Narrowed, Thin, crowd, narrowed, thin
from cockpit.domain.card_targets import (
    Agreed,
    Rank,
    Split,
    agreed_targets,
    agreement_trace,
    ranks,
    split_trace,
    splits,
)
from cockpit.domain.card_team import Fewer, Short, Silence, fewer_visits, short_trace, silence
from cockpit.domain.cards import CardState, Grace, Judged, Reading, judge
from cockpit.domain.deals import currency_of, deals_of
from cockpit.domain.entities import Activity, Nudge, Person, Waiver
from cockpit.domain.gap import MoneyGap, money_gap
from cockpit.domain.kpi import KpiCount, consequence, kpi_counts
from cockpit.domain.nudges import Course, courses, ignored, live
from cockpit.domain.periods import Period, period_of
from cockpit.domain.targets import top_of
from cockpit.domain.team import reps_below, teams_below

Finding = (
    KpiCount
    | tuple[Activity, ...]
    | DealFinding
    | Pace
    | tuple[Unseen, ...]
    | Agreed
    | Rank
    | Split
    | Silence
    | Fewer
    | Short
    | Untouched
    | Unready
    | Stuck
    | Under
    | Thin
    | Crowd
    | Narrowed
    | Met
    | Policy
    | Leaf
    | Wild
    | Dropped
    | Renewal
    | Acted
    | Course
)

_OPEN: tuple[CardState, ...] = ("found", "relapsed")
_MOVING: tuple[CardState, ...] = ("planned", "doing")


@dataclass(frozen=True, slots=True)
class Card:
    """A problem of one person. `finding` is what the rule found now; `money_minor` 0 where no money is known."""

    rule: CardRule
    rep_id: str
    subject_id: str
    period: Period
    judged: Judged
    finding: Finding
    money_minor: int
    currency: str
    movable: float
    minutes: int
    slipped: int
    waiver: Waiver | None
    trace: tuple[Reading, ...]
    nudge: Nudge | None = None
    """The lead's reminder about it, while that is watched."""

    @property
    def id(self) -> str:
        return f"{self.rule.id}:{self.subject_id}:{self.period.starts_on.isoformat()}"

    @property
    def state(self) -> CardState:
        return self.judged.state

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    @property
    def score(self) -> float:
        """Minor units a minute."""
        return max(self.money_minor, self.rule.floor_minor) * self.movable / self.minutes


def cards_of(book: Book, rep_id: str, reader: DealReader | None = None) -> tuple[Card, ...]:
    """A lead's are also about his people, whom the book must hold then. Open cards, first those the lead nudged about, by score; then those on their way, then solved and waived ones. `reader` is shared by a team's board."""
    people = dict.fromkeys((rep_id, *(rep.id for rep in reps_below(book.people, book.teams, rep_id))))
    desk = _Desk(book, rep_id, reader or deal_reader(book), currency_of(book, tuple(people)))
    nudges = live(book, rep_id)
    cards = (
        replace(card, nudge=nudges.get((card.rule.id, card.subject_id))) if nudges else card for card in desk.cards()
    )
    return tuple(sorted(cards, key=_rank))


def _rank(card: Card) -> tuple[int, bool, float, str]:
    group = 0 if card.state in _OPEN else 1 if card.state in _MOVING else 2
    return group, card.nudge is None, -card.score, card.id


@dataclass(frozen=True)
class _Desk:
    """One person's rules, read one by one."""

    book: Book
    rep_id: str
    reader: DealReader
    currency: str
    about_people: list[tuple[tuple[Reading, ...], bool]] = field(default_factory=list)
    """The readings of each card that a lead has about his people, solved ones too, and whether it is set aside."""

    def cards(self) -> Iterator[Card]:
        yield from self._kpis()
        yield from self._unvisited()
        yield from self._deals(self.reader.lives(self.rep_id))
        yield from self._pace()
        yield from self._ranks()
        yield from self._unseen()
        yield from self._agreements()
        person = self.book.people.get(self.rep_id)
        if person is None or person.role == "rep":
            yield from self._prospects(self.rep_id, (self.rep_id,))
            yield from self._papers()
            yield from self._shape()
        else:
            reps = [rep for rep in reps_below(self.book.people, self.book.teams, person.id) if rep.is_active]
            yield from self._splits(person)
            yield from self._prospects(person.team_id or person.id, tuple(rep.id for rep in reps))
            yield from self._team(person, reps) if person.role == "team_lead" else self._region(person, reps)

    def _kpis(self) -> Iterable[Card]:
        for count in kpi_counts(self.book, self.rep_id):
            trace = kpi_trace(self.book, count)
            money = consequence(count.rule, self.book.people.get(self.rep_id))
            left = self.book.calendar_of(self.rep_id).workdays(self.book.today, count.period.ends_on)
            movable = min(1.0, len(left) * VISITS_A_DAY / max(1, count.uncovered))
            card = self._card(RULES["kpi_uncovered"], count.rule.id, count.period, trace, count, money, movable)
            if card is not None:
                missed = slipped(self.book, count, card.judged.found_at)
                yield replace(card, slipped=min(missed, card.judged.uncovered))

    def _unvisited(self) -> Iterable[Card]:
        rows = unvisited(self.book, self.rep_id)
        today = period_of("day", self.book.today)
        trace = unvisited_trace(self.book, self.rep_id)
        rule = RULES["unvisited"]
        card = self._card(rule, self.rep_id, today, trace, rows, rule.floor_minor * len(rows), 1.0, max(1, len(rows)))
        return () if card is None else (card,)

    def _deals(self, lives: Iterable[DealLife]) -> Iterable[Card]:
        month = period_of("month", self.book.today)
        for life in lives:
            for number, (rule_id, finding) in enumerate(cards_to_read(self.reader, life)):
                rule = RULES[rule_id]
                if not finding.is_firing and self.reader.is_long_silent(rule_id, life, self._closed_before):
                    continue
                grace = self.reader.grace(rule.grace_days, life)
                if number and finding.is_firing and grace is None:
                    continue
                money = life.deal.amount_minor or 0 if life.deal.currency == self.currency else 0
                trace = self.reader.trace(rule_id, life)
                card = self._card(rule, life.deal.id, month, trace, finding, money, rule.movable, grace=grace)
                if card is not None and (number == 0 or not finding.is_firing or card.state == "done"):
                    yield card

    @cached_property
    def _gap(self) -> MoneyGap:
        return money_gap(self.book, self.rep_id, period_of("month", self.book.today), self.currency)

    def _pace(self) -> Iterator[Card]:
        month, gap = period_of("month", self.book.today), self._gap
        if not gap.target_minor:
            return
        found, rule = pace(self.book, gap), RULES["behind_pace"]
        trace = pace_trace(self.book, gap, self.reader.by_day(self.rep_id))
        card = self._card(rule, self.rep_id, month, trace, found, found.behind_minor, rule.movable)
        yield from () if card is None else (card,)
        no_effect, readings = met(self.book, self.rep_id, found, trace)
        yield from self._known("met_no_effect", self.rep_id, readings, no_effect, no_effect.missed_minor)

    def _ranks(self) -> Iterator[Card]:
        month = period_of("month", self.book.today)
        rule = RULES["rank_behind"]
        for rank in ranks(self.book, self._gap):
            trace = pace_trace(self.book, rank.pace.gap, self.reader.by_day(self.rep_id))
            card = self._card(rule, rank.rung.id, month, trace, rank, rank.pace.behind_minor, rule.movable)
            if card is not None:
                yield card

    def _agreements(self) -> Iterator[Card]:
        rule = RULES["agreement_old"]
        for found in agreed_targets(self.book, self.rep_id, self.currency):
            trace = agreement_trace(self.book, found.target)
            card = self._card(rule, found.target.id, found.period, trace, found, 0, rule.movable)
            if card is not None:
                yield card

    def _splits(self, lead: Person) -> Iterator[Card]:
        month, rule = period_of("month", self.book.today), RULES["split_off"]
        for found in splits(self.book, top_of(self.book, lead), month, self.currency):
            money = abs(found.difference) if found.measure.unit == "money" else 0
            trace = split_trace(self.book, found, month)
            card = self._card(rule, found.node.rows[0].id, month, trace, found, money, rule.movable)
            if card is not None:
                yield card

    def _prospects(self, subject_id: str, owner_ids: tuple[str, ...]) -> Iterator[Card]:
        month = period_of("month", self.book.today)
        found, trace = untouched(self.book, subject_id, owner_ids, month)
        yield from self._known("prospects_untouched", subject_id, trace, found)

    def _papers(self) -> Iterator[Card]:
        found = unready(self.book, self.rep_id)
        if found is not None:
            row, trace = found
            deal = next((one for one in deals_of(self.book, (self.rep_id,)) if one.id == row.visit.deal_id), None)
            money = deal.amount_minor or 0 if deal is not None and deal.currency == self.currency else 0
            yield from self._known("papers_missing", row.visit.id, trace, row, money)

    def _shape(self) -> Iterator[Card]:
        month = period_of("month", self.book.today)
        few, trace = thin(self.book, self.rep_id, month)
        yield from self._known("funnel_thin", self.rep_id, trace, few)
        many, trace = crowd(self.book, self.reader, self.rep_id, month)
        yield from self._known("funnel_crowded", self.rep_id, trace, many)

    def _region(self, head: Person, reps: list[Person]) -> Iterator[Card]:
        """Cards about the teams of who leads leads."""
        month, teams = period_of("month", self.book.today), []
        for team_id in sorted(teams_below(self.book.teams, head.team_id) - {head.team_id}):
            team, below = self.book.teams[team_id], teams_below(self.book.teams, team_id)
            owners = [rep.id for rep in reps if rep.team_id in below]
            teams.append((team, owners))
            for found, trace in under(self.book, team, owners, self.currency, month):
                yield from self._known("weeks_under", found.subject_id, trace, found, found.missing_minor)
            yield from self._conversions(team_id, owners)
            for leaf, trace in leaves(self.book, team, owners, month):
                yield from self._known("leaf_behind", f"{team_id}.{leaf.rule.id}", trace, leaf)
        for miss, trace in wild(self.book, teams, self.currency, month):
            yield from self._known("forecast_wild", miss.team.id, trace, miss)
        ids = [rep.id for rep in reps]
        for policy, trace in policies(self.book, ids, self.currency, month):
            yield from self._known("policy_idle", policy.rule.id, trace, policy)
        for renewal, trace in renewals(self.book, ids, self.currency, month):
            money = renewal.last.amount_minor or 0
            yield from self._known("renewal_open", renewal.account.id, trace, renewal, money)

    def _conversions(self, team_id: str, owner_ids: Sequence[str]) -> Iterator[Card]:
        for found, trace in narrowed(self.book, team_id, owner_ids, period_of("month", self.book.today)):
            yield from self._known("conversion_down", f"{team_id}.{found.stage.id}", trace, found)

    def _known(
        self, rule_id: RuleId, subject_id: str, trace: tuple[Reading, ...], finding: Finding, money: int = 0
    ) -> Iterator[Card]:
        """The card of a rule over the running month, when there is one."""
        rule, month = RULES[rule_id], period_of("month", self.book.today)
        card = self._card(rule, subject_id, month, trace, finding, money, rule.movable) if trace else None
        if card is not None:
            yield card

    def _team(self, lead: Person, reps: list[Person]) -> Iterator[Card]:
        """Cards about the people of a lead, in a book that holds them."""
        book, month = self.book, period_of("month", self.book.today)
        ids = [rep.id for rep in reps]
        yield from self._conversions(lead.team_id or lead.id, ids)
        for big, life, trace in stuck(book, self.reader, ids, self.currency):
            rule, money = RULES["big_deal_stuck"], life.deal.amount_minor or 0
            grace = self.reader.grace(rule.grace_days, life)
            card = self._card(rule, life.deal.id, month, trace, big, money, rule.movable, grace=grace)
            if card is not None:
                yield card
        found = []
        if deals_of(book, [rep.id for rep in reps]):
            quiet, trace = silence(book, lead, [rep.id for rep in reps], month)
            found.append(self._card(RULES["team_at_zero"], quiet.team_id, month, trace, quiet, 0, 1.0))
        for rep in reps:
            fewer, trace = fewer_visits(book, rep, month)
            found.append(self._card(RULES["visits_down"], rep.id, month, trace, fewer, 0, 1.0))
            found.append(self._short(rep, month))
        for course in courses(book):
            if course.nudge.owner_id in ids and (left := ignored(book, course)):
                found.append(self._card(RULES["nudge_ignored"], course.nudge.id, month, left, course, 0, 1.0))
        yield from (card for card in found if card is not None)
        team_id = lead.team_id or lead.id
        let_go, trace = dropped(book, team_id, ids, month)
        yield from self._known("prospects_dropped", team_id, trace, let_go)
        seen_to, trace = acted(book, lead, self.about_people, month)
        yield from self._known("acted_low", lead.id, trace, seen_to)

    def _short(self, rep: Person, month: Period) -> Card | None:
        rule, gap = RULES["rep_short"], money_gap(self.book, rep.id, month, self.currency)
        if not gap.target_minor:
            return None
        short = Short(rep, pace(self.book, gap), self.book.limits.short_percent)
        trace = short_trace(short, pace_trace(self.book, gap, self.reader.by_day(rep.id)))
        return self._card(rule, rep.id, month, trace, short, short.pace.behind_minor, rule.movable)

    def _unseen(self) -> Iterable[Card]:
        month = period_of("month", self.book.today)
        rule = RULES["tier_overdue"]
        rows, trace = unseen(self.book, self.rep_id, month.starts_on)
        card = self._card(rule, self.rep_id, month, trace, rows, 0, rule.movable)
        return () if card is None else (card,)

    def _card(
        self,
        rule: CardRule,
        subject_id: str,
        period: Period,
        trace: tuple[Reading, ...],
        finding: Finding,
        money: int,
        movable: float,
        times: int = 1,
        grace: Grace | None = None,
    ) -> Card | None:
        waiver = self._waiver(rule, subject_id, period)
        if rule.id in OF_PEOPLE:
            self.about_people.append((trace, waiver is not None))
        judged = judge(trace, grace=grace, is_waived=waiver is not None)
        if judged is None or self._is_gone(rule, judged):
            return None
        is_solved = judged.state in ("done", "confirmed")
        return Card(
            rule=rule,
            rep_id=self.rep_id,
            subject_id=subject_id,
            period=period,
            judged=judged,
            finding=finding,
            money_minor=0 if is_solved and rule.id != "kpi_uncovered" else money,
            currency=self.currency,
            movable=movable,
            minutes=rule.minutes * times,
            slipped=0,
            waiver=waiver,
            trace=trace,
        )

    def _is_gone(self, rule: CardRule, judged: Judged) -> bool:
        """Solved before the last working day (unless its rule keeps it for the period), or waived and silent: it closes."""
        if judged.state == "waived":
            return judged.lacks == 0
        return not rule.is_kept and judged.solved_at is not None and judged.solved_at < self._closed_before

    @cached_property
    def _closed_before(self) -> datetime:
        """What was solved before the last working day is not shown any more."""
        return self.book.midnight(self.book.calendar_of(self.rep_id).previous_workday(self.book.today))

    def _waiver(self, rule: CardRule, subject_id: str, period: Period) -> Waiver | None:
        """What holds today: until its day, also when that is in the next period, and the newest of several."""
        valid = (
            waiver
            for waiver in self.book.waivers
            if (waiver.rule, waiver.subject_id) == (rule.id, subject_id)
            and waiver.period_start <= period.starts_on
            and waiver.owner_id in (None, self.rep_id)
        )
        newest = max(valid, key=lambda waiver: waiver.id, default=None)
        return newest if newest is not None and newest.until_on >= self.book.today else None
