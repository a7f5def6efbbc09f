"""The plan in the making: which account may be planned when, and greedy insertion, best first."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date

from cockpit.domain.entities import ActivityKind
from cockpit.planning.problem import Loose, Need, Problem, Reason, Stop, Window
from cockpit.planning.schedule import FACE, DayPlan, Fit, Item, cut
from cockpit.planning.travel import Travel
from cockpit.planning.worth import near_part, near_value, whole_points

LATER_DAY_MINUTES = 3
"""Travel a later day must save to be preferred to the day before it."""


@dataclass(frozen=True, slots=True)
class Added:
    """Something the planner put into a day. `rule` says what asked for it, `loose` what it stood for before."""

    key: str
    stop: Stop
    kind: ActivityKind
    on: date
    extra_minutes: int
    rule: Reason
    loose: Loose | None = None

    @property
    def points(self) -> tuple[Reason, ...]:
        parts = self.stop.parts
        return whole_points((*parts, near_part(self.extra_minutes)) if self.kind == FACE else parts)

    @property
    def score(self) -> int:
        return sum(reason.points for reason in self.points)


@dataclass
class Board:
    """The days of a problem with what stands in them, and the rules that span days."""

    problem: Problem
    days: dict[date, DayPlan] = field(default_factory=dict)
    booked: dict[str, list[tuple[date, ActivityKind]]] = field(default_factory=dict)
    added: dict[str, Added] = field(default_factory=dict)
    open_at: dict[tuple[str, date], tuple[Window, ...]] = field(default_factory=dict)
    items: dict[tuple[str, ActivityKind, date], Item] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem) -> Board:
        """The problem's days with what is fixed in them."""
        board = cls(problem)
        travel = Travel(problem.rules)
        standing: dict[date, list[Item]] = {}
        for entry in problem.fixed:
            if entry.minutes == 0:
                continue  # a to-do due at a time takes nobody's time
            item = Item(entry.id, entry.account_id, entry.kind, entry.minutes, entry.place, entry.starts)
            standing.setdefault(entry.on, []).append(item)
        for day in problem.days:
            plan = DayPlan(day, travel, problem.rules.grid)
            plan.stand(standing.get(day.on, []))
            board.days[day.on] = plan
        board.booked = {stop.account_id: list(stop.booked) for stop in problem.stops}
        return board

    def copy(self) -> Board:
        days = {on: plan.copy() for on, plan in self.days.items()}
        booked = {account: list(rows) for account, rows in self.booked.items()}
        return Board(self.problem, days, booked, dict(self.added), self.open_at, self.items)

    def windows(self, stop: Stop, on: date) -> tuple[Window, ...]:
        """When the account may be met on that day, breaks taken out; the day's hours where none are known."""
        found = self.open_at.get((stop.account_id, on))
        if found is None:
            day = self.days[on].day
            hours = stop.hours[on.weekday()] if stop.hours is not None else (Window(day.starts, day.ends),)
            found = self.open_at[stop.account_id, on] = cut(hours, day.breaks)
        return found

    def too_near(self, stop: Stop, kind: ActivityKind, on: date, was_on: date | None = None) -> date | None:
        """The day of an activity of the account that is too near to `on`, None when there is none.

        One activity of an account a day, and the fewest days between two. What is moved away from
        `was_on` may stay as near to another one as it was.
        """
        for other, other_kind in self.booked[stop.account_id]:
            apart = abs((other - on).days)
            if apart == 0 and other_kind != "task":
                return other
            gap = 0
            if kind == FACE and other_kind == FACE:
                gap = stop.visit_gap
            elif kind in ("call", "web") and other_kind in ("call", "web"):
                gap = stop.call_gap
            if was_on is not None:
                gap = min(gap, abs((other - was_on).days))
            if apart < gap:
                return other
        return None

    def item(self, stop: Stop, kind: ActivityKind, on: date, loose: Loose | None = None) -> Item:
        """What would be inserted: something new, or `loose` at its own length."""
        place = stop.place if kind == FACE else None
        if loose is not None:
            return Item(loose.id, stop.account_id, kind, loose.minutes, place, None, self.windows(stop, on))
        found = self.items.get((stop.account_id, kind, on))
        if found is None:
            key, minutes = f"new:{stop.account_id}:{on}", self.problem.rules.minutes[kind]
            found = Item(key, stop.account_id, kind, minutes, place, None, self.windows(stop, on))
            self.items[stop.account_id, kind, on] = found
        return found

    def fit(self, stop: Stop, kind: ActivityKind, on: date, loose: Loose | None = None) -> Fit | None:
        """The best place for an activity with the account on that day, None when a rule forbids it."""
        if self.too_near(stop, kind, on, loose.was_on if loose else None) is not None:
            return None
        if not self.days[on].has_room(kind):
            return None
        return self.days[on].best_fit(self.item(stop, kind, on, loose))

    def put(self, stop: Stop, kind: ActivityKind, on: date, fit: Fit, rule: Reason, loose: Loose | None = None) -> None:
        """Insert it where `fit` says."""
        item = self.item(stop, kind, on, loose)
        self.days[on].insert(item, fit.position)
        self.booked[stop.account_id].append((on, kind))
        self.added[item.key] = Added(item.key, stop, kind, on, fit.extra_minutes, rule, loose)

    def counted(self, need: Need) -> int:
        """Done and planned for the rule once the plan is taken."""
        net = 0
        for added in self.added.values():
            loose = added.loose
            net += need.counts(added.kind, added.stop.tier, added.on)
            if loose and not loose.is_anew:
                net -= need.counts(loose.kind, loose.tier, loose.was_on)
        return need.done + need.planned + net

    def still_short(self, need: Need) -> int:
        """What the rule lacks once the plan is taken."""
        return max(0, need.limit - self.counted(need))


def place_loose(board: Board) -> list[Loose]:
    """Give what lost its time a new one: the first day that has room, oldest first. Returns what found none."""
    stops = {stop.account_id: stop for stop in board.problem.stops}
    left: list[Loose] = []
    order = {"overlap": 0, "past": 1, "away": 2, "unvisited": 3, "cancelled": 4}
    for loose in sorted(board.problem.loose, key=lambda row: (order[row.why], row.was_on, row.was_at, row.id)):
        stop = stops[loose.account_id]
        for on in sorted(board.days):
            fit = board.fit(stop, loose.kind, on, loose) if on >= loose.not_before else None
            if fit is not None:
                rule = Reason(loose.why, facts={"on": loose.was_on, "at": loose.was_at})
                board.put(stop, loose.kind, on, fit, rule, loose)
                break
        else:
            left.append(loose)
            board.booked[loose.account_id] += [] if loose.is_anew else [(loose.was_on, loose.kind)]
    return left


Choice = tuple[float, Stop, date, Fit]
"""Worth, account, day and where in it."""


@dataclass
class Candidates:
    """The best fit of each account over the days, worked out again only where a day or an account changed."""

    board: Board
    stops: Sequence[Stop]
    kind: ActivityKind
    days: Sequence[date]
    _fits: dict[str, dict[date, Fit]] = field(default_factory=dict)
    _best: dict[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._worth = {stop.account_id: sum(part.value for part in stop.parts) for stop in self.stops}
        for stop in self.stops:
            fits = {on: self.board.fit(stop, self.kind, on) for on in self.days}
            self._fits[stop.account_id] = {on: fit for on, fit in fits.items() if fit is not None}
            self._choose(stop)

    def changed(self, account_id: str, on: date) -> None:
        """After something with the account was put into that day. What did not fit before still does not."""
        for stop in self.stops:
            fits = self._fits[stop.account_id]
            again = list(fits) if stop.account_id == account_id else [on] if on in fits else []
            for day in again:
                fit = self.board.fit(stop, self.kind, day)
                if fit is None:
                    del fits[day]
                else:
                    fits[day] = fit
            if again:
                self._choose(stop)

    def _choose(self, stop: Stop) -> None:
        """Of the account's days the one with the least travel, later days at a price."""
        fits = self._fits[stop.account_id]
        self._best.pop(stop.account_id, None)
        priced = [
            (fits[on].extra_minutes + LATER_DAY_MINUTES * index, on) for index, on in enumerate(self.days) if on in fits
        ]
        if priced:
            _, on = min(priced)
            near = near_value(fits[on].extra_minutes) if self.kind == FACE else 0.0
            self._best[stop.account_id] = (self._worth[stop.account_id] + near, stop, on, fits[on])

    def best(self, wanted: Container[str] | None = None) -> Choice | None:
        """The account with the highest score; the first by id of several."""
        found = [choice for key, choice in self._best.items() if wanted is None or key in wanted]
        return min(found, key=lambda choice: (-choice[0], choice[1].account_id), default=None)

    @property
    def pairs(self) -> int:
        """How many combinations of account and day are possible at all."""
        return sum(len(fits) for fits in self._fits.values())


def days_of(board: Board, need: Need) -> list[date]:
    """The planned days that count for the rule."""
    return [on for on in sorted(board.days) if need.from_on <= on <= need.until_on]


def stops_of(board: Board, need: Need) -> list[Stop]:
    """The accounts that count for the rule."""
    return [s for s in board.problem.stops if s.is_candidate and (not need.tiers or s.tier in need.tiers)]


def add_best(board: Board, need: Need, count: int, days: Sequence[date], rule: Reason) -> int:
    """Insert up to `count` activities of the rule's kind, the best account first. Returns how many."""
    candidates = Candidates(board, stops_of(board, need), need.kind, days)
    for done in range(count):
        found = candidates.best()
        if found is None:
            return done
        _, stop, on, fit = found
        board.put(stop, need.kind, on, fit, rule)
        candidates.changed(stop.account_id, on)
    return count


def add_valuable(board: Board, on: date) -> int:
    """Use what is left of a day for accounts that are overdue or about to close, up to a usual day."""
    rules = board.problem.rules
    stops = [
        stop
        for stop in board.problem.stops
        if stop.is_candidate
        and (stop.is_overdue or stop.is_closing)
        and not any(day >= on and kind == FACE for day, kind in board.booked[stop.account_id])
    ]
    candidates = Candidates(board, stops, FACE, [on])
    wanted = {stop.account_id: stop for stop in stops}
    done, plan = 0, board.days[on]
    while wanted and plan.count(FACE, "call", "web") < rules.usual_meetings:
        found = candidates.best(wanted)
        if found is None:
            break
        _, stop, _, fit = found
        del wanted[stop.account_id]
        if plan.travel_minutes + fit.extra_minutes > rules.travel_limit:
            continue
        board.put(stop, FACE, on, fit, Reason("closing" if stop.is_closing else "cadence"))
        candidates.changed(stop.account_id, on)
        done += 1
    return done
