"""The gap chain of one person, or of a team for who leads it: from what is missing to what is to be done each day, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.config import chain_settings
from cockpit.domain.book import Book
from cockpit.domain.chain import LEAST_SHARE, MOST_SHARE, Effort, Given, levers
from cockpit.domain.chain_steps import DEFAULT, PRESETS, Step, chosen, ratios_of
from cockpit.domain.cycle import Cycle, Life, cycle
from cockpit.domain.deals import currency_of, deals_of, money, standing
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.gap import MoneyGap
from cockpit.domain.measures import MEASURES, Compared, Measured, Ratio, compared, measured
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.pipeline import deal_facts, default_funnel, usual_stays
from cockpit.domain.rates import Rate
from cockpit.domain.team import gap_of, owners_of, reps_below
from cockpit.locations import locate
from cockpit.services.desk import Desk
from cockpit.services.snapshots import ChainSnapshot, PersonRef, Saved, Tried
from cockpit.services.views import workdays_left
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

WINDOW_DAYS = 180
"""Rates are counted over so many days up to today, the same for everyone."""
NOTCHES = {"share": 0.01, "average": 0.05, "each": 0.05}
"""One step by hand: a point of a share, a twentieth of anything else."""


AS_IT_IS = Tried()
"""Nothing is tried."""


@dataclass(frozen=True)
class Ground:
    """What the chain and the rates are counted from: everybody who sells and whose rows are here, over one window.

    `person` is whose numbers they are: a rep, or who leads reps and is answered for by theirs together.
    """

    viewer: PersonRef
    person: PersonRef
    rep_ids: tuple[str, ...]
    book: Book
    ratios: Mapping[str, Ratio]
    chains: Mapping[str, Mapping[str, str]]

    @cached_property
    def window(self) -> Period:
        return Period("day", self.book.today - timedelta(days=WINDOW_DAYS - 1), self.book.today)

    @cached_property
    def currency(self) -> str:
        return currency_of(self.book, self.owners if self.is_team else (self.person.id,))

    @property
    def is_team(self) -> bool:
        return self.person.role != "rep"

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """Whose money the person's is: his own, or that of the reps below him, those who have left too."""
        return owners_of(self.book, self.person.id)

    @cached_property
    def sellers(self) -> tuple[str, ...]:
        """Those of them whose rates count."""
        return tuple(owner for owner in self.owners if owner in self.rep_ids)

    @cached_property
    def rows(self) -> dict[str, Measured]:
        return {rep: measured(self.book, rep, self.window, self.currency) for rep in self.rep_ids}

    @property
    def ended(self) -> tuple[Deal, ...]:
        """The deals of the window that were won or lost."""
        found = (deal for rows in self.rows.values() for deal in rows["closed"])
        return tuple(deal for deal in found if isinstance(deal, Deal))

    @cached_property
    def _compared(self) -> dict[str, Compared]:
        return {}

    def compared(self, ratio_id: str) -> Compared:
        if ratio_id not in self._compared:
            self._compared[ratio_id] = compared(self.rows, self.ratios[ratio_id])
        return self._compared[ratio_id]

    def rate(self, ratio_id: str) -> Rate | None:
        """The person's own; that of all his reps together where he leads."""
        found = self.compared(ratio_id)
        return found.together(self.sellers) if self.is_team else found.rate(self.person.id)

    @cached_property
    def own_rows(self) -> Measured:
        """The person's rows of each measure."""
        return {name: [row for rep in self.sellers for row in self.rows[rep][name]] for name in MEASURES}

    @property
    def is_alone(self) -> bool:
        """Whether nobody else's rows are here."""
        return len(self.rep_ids) < 2

    def of(self, rep: PersonRef) -> Ground:
        """The same rows and comparisons, looked at for one of the reps."""
        found = replace(self, person=rep)
        found.__dict__.update(rows=self.rows, _compared=self._compared)
        return found

    @cached_property
    def team_ids(self) -> tuple[str, ...]:
        """Those of the person's team who are here."""
        team = self.person.team_id
        mates = (rep for rep in self.rep_ids if rep in self.book.people and self.book.people[rep].team_id == team)
        return tuple(mates)


def ground(desk: Desk, source: Session | Reader, rep_id: str | None, as_of: datetime | None) -> Ground:
    """The rows of the viewer's people, or of the viewer alone. Raises ConfigError for chains that are none."""
    chains, own = chain_settings(locate())
    viewer = desk.viewer(source)
    person = viewer if rep_id in (None, viewer.id) else desk.find_rep(source, rep_id)
    people, teams = everybody(source)
    below = reps_below(people, teams, viewer.id)
    reps = dict.fromkeys([*(rep.id for rep in below), person.id])
    since = (as_of or clock.now()).date() - timedelta(days=WINDOW_DAYS + 1)
    book = desk.book(source, as_of=as_of, rep_ids=list(reps), activities_from=since)
    active = (rep.id for rep in below if rep.is_active)
    ids = tuple(dict.fromkeys([*active, person.id] if person.role == "rep" else active))
    return Ground(viewer, person, ids, book, ratios_of(own), chains)


@dataclass(frozen=True)
class ChainLook:
    """One person's or team's chain in one period, as it stands and with what is tried."""

    ground: Ground
    kind: PeriodKind
    tried: Tried = AS_IT_IS

    @cached_property
    def shown(self) -> ChainSnapshot:
        """What the screen shows of it."""
        from cockpit.services.chain_views import chain_snapshot

        return chain_snapshot(self)

    @cached_property
    def gap(self) -> MoneyGap:
        book = self.ground.book
        return gap_of(book, self.ground.person.id, period_of(self.kind, book.today), self.ground.currency)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Those set for the default funnel, else for all; else calls or visits, whichever this person makes more of."""
        ground = self.ground
        funnel = ground.book.funnels.get(default_funnel(ground.book))
        names = (funnel.id, funnel.name, funnel.alias) if funnel else ()
        table = next((ground.chains[name] for name in (*names, DEFAULT) if name in ground.chains), None)
        if table is None:
            rows = ground.own_rows
            table = PRESETS["visits" if len(rows["visits_made"]) > len(rows["calls_made"]) else "calls"]
        return chosen(table, ground.ratios)

    @cached_property
    def open(self) -> tuple[Deal, ...]:
        book = self.ground.book
        return tuple(deal for deal in deals_of(book, self.ground.owners) if standing(book, deal) == "open")

    @cached_property
    def dirty(self) -> tuple[Deal, ...]:
        """Open deals whose day has passed or that have no next step, with money in the chain's currency."""
        book, usual = self.ground.book, usual_stays(self.ground.book)
        return tuple(
            deal
            for deal in self.open
            if deal.currency == self.gap.currency
            and deal.amount_minor
            and any(verdict.state == "dirty" for verdict in deal_facts(book, deal, usual).verdicts)
        )

    @cached_property
    def bare(self) -> Given:
        """The chain's inputs as they are, nothing tried."""
        rates = {step.ratio.id: self.ground.rate(step.ratio.id) for step in self.steps}
        have = {step.id: float(self._have(step)) for step in self.steps}
        target = self.gap.target_minor or 0
        days = workdays_left(self.ground.book, self.gap)
        return Given(self.steps, target, self.gap.actual_minor, rates, have, days)

    @cached_property
    def given(self) -> Given:
        """The inputs with the levers that are tried and the rates that are moved by hand."""
        given = self.bare
        for lever in levers(given, self.team, money(self.dirty, self.gap.currency)):
            if lever.of in self.tried.levers and lever.of == "dirty":
                given = given.without_money(round(lever.before))
            elif lever.of in self.tried.levers:
                given = given.with_rate(lever.of, lever.after)
        for ratio_id, value in self.tried.values:
            given = given.with_rate(ratio_id, value)
        for ratio_id, notches in self.tried.moves:
            rate = given.rates.get(ratio_id)
            if rate is not None:
                given = given.with_rate(ratio_id, moved(self.ground.ratios[ratio_id].kind, rate.value, notches))
        return given

    @cached_property
    def team(self) -> dict[str, float]:
        """The rates of a rep's team; empty where nobody else's rows are here, and for a team itself."""
        if self.ground.is_team or self.ground.is_alone or len(self.ground.team_ids) < 2:
            return {}
        found = {
            step.ratio.id: self.ground.compared(step.ratio.id).together(self.ground.team_ids) for step in self.steps
        }
        return {name: rate.value for name, rate in found.items() if rate is not None}

    def _have(self, step: Step) -> int:
        """Open deals for the reserve, planned ones for what is made; customers and talks are new and begin at nothing."""
        if step.is_money:
            return money(self.open, self.gap.currency)
        return len(self.planned(step.measure))

    def planned(self, measure: str) -> tuple[Activity, ...]:
        """Activities of a `..._made` measure that are planned from today to the period's end."""
        book, (kind, _sep, made) = self.ground.book, measure.rpartition("_")
        if made != "made":
            return ()
        begins = book.midnight(book.today)
        return tuple(
            act
            for owner in self.ground.owners
            for act in book.activities_by_rep.get(owner, ())
            if f"{act.kind}s" == kind
            and act.status == "planned"
            and act.starts_at >= begins
            and book.local_day(act.starts_at) <= self.gap.period.ends_on
        )

    @cached_property
    def effort(self) -> Effort | None:
        """How much of the last line was done on the days with work, today left out; None without such a day."""
        book, rows = self.ground.book, self.ground.own_rows
        if not self.steps or self.steps[-1].measure not in rows:
            return None
        worked = {book.local_day(act.starts_at) for act in _acts(rows, "_made")} - {book.today}
        counts = dict.fromkeys(worked, 0)
        for row in rows[self.steps[-1].measure]:
            if isinstance(row, Activity) and (day := book.local_day(row.starts_at)) in counts:
                counts[day] += 1
        values = list(counts.values())
        return Effort(median(values), max(values), len(values)) if values else None

    @cached_property
    def cycle(self) -> Cycle:
        """Of every deal here, whoever owns it."""
        book = self.ground.book
        lives = [
            Life(deal.created_on, None if stands == "open" else deal.closed_on, stands == "won")
            for deal in deals_of(book, self.ground.rep_ids)
            if deal.created_on is not None
            and ((stands := standing(book, deal)) == "open" or deal.closed_on is not None)
        ]
        return cycle(lives, book.today)

    @cached_property
    def due(self) -> tuple[Deal, ...]:
        """Open deals expected by the period's end whose day has not passed: where this period's money can come from."""
        book = self.ground.book
        return tuple(
            deal
            for deal in self.open
            if deal.expected_on is not None and book.today <= deal.expected_on <= self.gap.period.ends_on
        )


def moved(kind: str, value: float, notches: int) -> float:
    """A rate some notches up or down; a share stays between 1 and 99 %."""
    if kind == "share":
        return min(MOST_SHARE, max(LEAST_SHARE, value + notches * NOTCHES[kind]))
    return value * (1 + NOTCHES[kind]) ** notches


def _acts(rows: Measured, ending: str) -> list[Activity]:
    return [row for name, found in rows.items() if name.endswith(ending) for row in found if isinstance(row, Activity)]


@dataclass(frozen=True)
class ChainService:
    """What is to be done each day so that the target is reached."""

    desk: Desk

    def load(
        self,
        rep_id: str | None = None,
        period: PeriodKind = "month",
        as_of: datetime | None = None,
        *,
        tried: Tried = AS_IT_IS,
    ) -> ChainSnapshot:
        """The chain of the period that holds `as_of`, with what is tried on it."""
        with self.desk.look(as_of) as reader:
            found = ground(self.desk, reader, rep_id, as_of)
        return ChainLook(found, period, tried).shown

    def write(self, period: PeriodKind = "month", *, tried: Tried = AS_IT_IS) -> Saved:
        """Write the viewer's own chain into the week. Raises NotAllowed where there is none, or no day left."""
        from cockpit.services.chain_plan import write_week
        from cockpit.services.drafts import Bench

        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            return write_week(bench, ChainLook(ground(self.desk, session, None, None), period, tried))
