"""From a key and a wish to the planner: which days, which way to plan, which limits; and the limits one may move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from cockpit.domain.book import Book
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import period_of
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _, ngettext, spoken
from cockpit.planning.keeping import buffer_for, kept_of
from cockpit.planning.pace import with_own_pace
from cockpit.planning.plan import Plan, Planning, Question
from cockpit.planning.problem import Need, Problem, Rules
from cockpit.planning.reading import Mode, next_working_days, problem_from, working_days
from cockpit.planning.schedule import FACE
from cockpit.planning.wishes import Aim, Wish, Wished
from cockpit.services.plan_disputes import Dispute
from cockpit.services.planner import seed_of
from cockpit.services.snapshots import KeptVisits, PlanLimit, Relaxed

Kind = Literal["replan", "fill"]
Seen = tuple[tuple[Any, ...], ...]
Span = Literal["week", "month"]

AIMS: tuple[Aim, ...] = ("kpi", "least", "money")
NO_WISH = Wish()
STAYS_DAYS = 2
"""Today and tomorrow stay when later days are planned anew."""
MOST_DAYS = 92
MORE_VISITS = 2
LATER_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a proposal was asked for: the key, the days where some were named, and the wish."""

    kind: Kind
    kpi_id: str | None = None
    trigger: str = ""
    first: date | None = None
    last: date | None = None
    span: Span | None = None
    wish: Wish = NO_WISH
    is_on_theirs: bool = False
    """From the hub's side of the rows whose planned time is in question."""
    seed: int | None = None
    """Of the search; None: that of the rows."""

    @property
    def is_of_days(self) -> bool:
        """A replan of later days instead of the rest of today."""
        return self.kind == "replan" and any((self.first, self.last, self.span))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An ask with the rows it is answered from: `days` are planned, for a fill `rule_id` is what they are planned for."""

    book: Book
    rep_id: str
    now: datetime
    rules: Rules
    ask: Ask
    days: tuple[date, ...]
    rule_id: str = ""
    seen: Seen = ()
    """The rep's rows as they were read."""
    dispute: Dispute | None = None
    """What is answered with the hub's side where the plan is taken."""
    disputed: int = 0
    """So many visits have a plan in question, whether the plan answers for them or not."""

    def wished(self, rules: Rules | None = None) -> Wished:
        """The problem under the wish; under other limits than the wish's where `rules` are given."""
        wish = self.ask.wish
        limits = wish.rules(self.rules) if rules is None else rules
        mode: Mode = "arrange" if self.ask.is_of_days else self.ask.kind
        problem = problem_from(_holding(self.book, wish.keep), self.rep_id, self.now, limits, self.days, mode)
        return Wished.of(problem, wish, self.rule_id)

    def question(self, problem: Problem) -> Question | None:
        """What the planner is asked; None where there is nothing to fill."""
        if self.ask.kind == "fill":
            return Question(problem=problem, kind="fill", rule_id=self.rule_id) if self.rule_id else None
        return Question(problem=problem, kind="arrange" if self.ask.is_of_days else "replan")

    def seed(self, problem: Problem) -> int:
        """The same rows and wish give the same plan, where no other seed was asked for."""
        return seed_of(self.rep_id, problem) if self.ask.seed is None else self.ask.seed

    def first_plan(self, wished: Wished) -> Plan:
        """At once."""
        question = self.question(wished.asked)
        if question is None:
            return _nothing(wished.problem)
        return wished.read(Planning(question, self.seed(wished.asked)).plan())

    def plan(self, rules: Rules | None = None) -> Plan:
        """The first plan, under other limits than the wish's where `rules` are given."""
        return self.first_plan(self.wished(rules))

    def wishing(self, wish: Wish) -> Case:
        return replace(self, ask=replace(self.ask, wish=wish))

    @property
    def trigger(self) -> str:
        return _rule_name(self.book, self.rule_id) if self.ask.kind == "fill" else self.ask.trigger

    @property
    def shown(self) -> frozenset[date]:
        """The days whose rows are shown: all planned ones, of a replan of today only today."""
        return frozenset(self.days if self.ask.kind == "fill" or self.ask.is_of_days else [self.book.today])


def _holding(book: Book, keep: frozenset[str]) -> Book:
    """What the reader holds is locked, so that of two visits at one time the other one moves."""
    if not keep:
        return book
    rows = (replace(row, is_locked=True) if row.id in keep else row for row in book.activities)
    return replace(book, activities=tuple(rows))


def ask_on_theirs(dispute: Dispute, today: date, wish: Wish, seed: int | None) -> Ask:
    """Plan from the hub's side of what is in question, with what was added held: the rest of today, or where all of it is
    later than tomorrow, those days to the end of their week."""
    words = ngettext("{count} visit in question", "{count} visits in question", len(dispute.row_ids))
    first, last = (dispute.days[0], dispute.days[-1]) if dispute.days else (today, today)
    last = min(last + timedelta(days=6 - last.weekday()), first + timedelta(days=MOST_DAYS - 1))
    is_later = first >= today + timedelta(days=STAYS_DAYS)
    return Ask(
        kind="replan",
        trigger=words.format(count=len(dispute.row_ids)),
        first=first if is_later else None,
        last=last if is_later else None,
        wish=replace(wish, keep=wish.keep | dispute.added),
        is_on_theirs=True,
        seed=seed,
    )


def case_of(book: Book, rep_id: str, now: datetime | None, rules: Rules, ask: Ask) -> Case:
    """Raises BadUse for days that cannot be planned, NotAllowed for a rule that does not bind the rep."""
    moment = now or book.as_of
    today, rule_id = book.local_day(moment), ""
    rules = with_own_pace(book, rep_id, rules)
    if ask.kind == "fill":
        rule_id, days = _to_fill(book, rep_id, moment, ask)
    elif ask.is_of_days:
        if ask.span is None:
            first, last = days_asked(today, ask.first, ask.last)
        else:
            first, last = _days_of_span(book, rep_id, moment, ask.span)
        days = tuple(on for on in working_days(book, rep_id, moment, last) if on >= first)
        ask = replace(ask, first=first, last=last)
    else:
        days = next_working_days(book, rep_id, moment, rules.horizon)
    return Case(book=book, rep_id=rep_id, now=moment, rules=rules, ask=ask, days=days, rule_id=rule_id)


def days_asked(today: date, first: date | None, last: date | None) -> tuple[date, date]:
    """The days to plan anew; without an end to the Sunday of that week. Raises BadUse."""
    earliest = today + timedelta(days=STAYS_DAYS)
    begin = first or earliest
    if begin < earliest:
        raise BadUse(_("Today and tomorrow stay: begin on {day} or later.").format(day=earliest.isoformat()))
    end = last or begin + timedelta(days=6 - begin.weekday())
    _refuse_order(begin, end)
    if (end - begin).days >= MOST_DAYS:
        raise BadUse(_("At most {count} days can be planned at once.").format(count=MOST_DAYS))
    return begin, end


def _days_of_span(book: Book, rep_id: str, now: datetime, span: Span) -> tuple[date, date]:
    """From the first working day after tomorrow to the end of its week or month."""
    earliest = book.local_day(now) + timedelta(days=STAYS_DAYS)
    ahead = working_days(book, rep_id, now, earliest + timedelta(days=MOST_DAYS))
    first = next((on for on in ahead if on >= earliest), earliest)
    return first, period_of(span, first).ends_on


def _refuse_order(first: date, last: date) -> None:
    if last < first:
        words = _("The last day, {last}, is before the first, {first}.")
        raise BadUse(words.format(last=last.isoformat(), first=first.isoformat()))


def _to_fill(book: Book, rep_id: str, now: datetime, ask: Ask) -> tuple[str, tuple[date, ...]]:
    """The rule asked for, else the first that is short, else the first at all; and the days left of its period."""
    counts = kpi_counts(book, rep_id)
    if ask.kpi_id is not None:
        counts = tuple(count for count in counts if count.rule.id == ask.kpi_id)
        if not counts:
            raise NotAllowed(_("This KPI does not bind you: there is nothing to fill."))
    today = book.local_day(now)
    if ask.first is not None and ask.first < today:
        raise BadUse(_("{day} is over: begin today or later.").format(day=ask.first.isoformat()))
    if ask.last is not None:
        _refuse_order(ask.first or today, ask.last)
    chosen = next((count for count in counts if count.uncovered), counts[0] if counts else None)
    if chosen is None:
        return "", ()
    days = working_days(book, rep_id, now, chosen.period.ends_on)
    return chosen.rule.id, tuple(
        on for on in days if (ask.first is None or on >= ask.first) and (ask.last is None or on <= ask.last)
    )


def _rule_name(book: Book, rule_id: str) -> str:
    rule = next((rule for rule in book.kpi_rules if rule.id == rule_id), None)
    return spoken(rule.name, rule.alias) if rule else _("There is no KPI rule.")


def _nothing(problem: Problem) -> Plan:
    return Plan(
        problem=problem, lines=(), unplaced=(), dropped=None, days=(), counted=(), short=(), notes=(), objective=()
    )


# -- limits one may move


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def limits_of(rules: Rules, ask: Ask) -> tuple[PlanLimit, ...]:
    """As they hold for a proposal; a buffer is one of a fill."""
    wish, held = ask.wish, ask.wish.rules(rules)
    found = (
        PlanLimit(
            name="visits", label=_("visits a day"), value=str(held.max_visits), is_changed=wish.max_visits is not None
        ),
        PlanLimit(
            name="day_ends", label=_("day ends"), value=clock_text(held.day_ends), is_changed=wish.day_ends is not None
        ),
        PlanLimit(
            name="travel",
            label=_("travel min a day"),
            value=str(held.travel_limit),
            is_changed=wish.travel_limit is not None,
        ),
    )
    if ask.kind != "fill":
        return found
    is_changed = wish.buffer is not None
    return (*found, PlanLimit(name="buffer", label=_("buffer"), value=str(held.buffer), is_changed=is_changed))


def kept_visits(case: Case, plan: Plan) -> KeptVisits | None:
    """How many planned visits take place, and the buffer that a fill of visits would need for it."""
    if case.ask.kind != "fill" or not plan.counted:
        return None
    kept = kept_of(case.book, case.rep_id)
    buffer = buffer_for(kept, plan.counted[0][0])
    return KeptVisits(held=kept.held, planned=kept.planned, low=kept.low, high=kept.high, buffer=buffer)


# -- what stands in the way of a KPI


def relaxed(case: Case) -> tuple[Relaxed, ...]:
    """For each rule that stays short: what it reaches, and what it would with one limit relaxed at a time."""
    plan, rules = case.plan(), case.ask.wish.rules(case.rules)
    counted = _counted(plan)
    return tuple(
        Relaxed(
            rule=_rule_name(case.book, need.rule_id),
            limit=need.limit,
            reached=counted[need.rule_id],
            tries=tuple((text, _counted(case.plan(looser))[need.rule_id]) for text, looser in _looser(rules, need)),
        )
        for need, lacking in plan.short
        if lacking
    )


def _counted(plan: Plan) -> dict[str, int]:
    return {need.rule_id: count for need, count in plan.counted}


def _looser(rules: Rules, need: Need) -> Iterator[tuple[str, Rules]]:
    """Rules with one limit relaxed, and the words for it."""
    if need.kind == FACE:
        most = rules.max_visits + MORE_VISITS
        yield _("{count} visits a day").format(count=most), replace(rules, max_visits=most)
    else:
        most = rules.max_calls + 10
        yield _("{count} calls a day").format(count=most), replace(rules, max_calls=most)
    ends = rules.day_ends + LATER_MINUTES
    yield _("day ends {time}").format(time=clock_text(ends)), replace(rules, day_ends=ends)
    yield _("cadence off"), replace(rules, cadence_share=0.0, call_gap_days=0)
