"""A rep's days made better while there is time: take some of what was added out, put better things in.

The first plan is insertion, the best account first; `step` improves it. The search never reads the clock; the same
problem, seed and number of steps give the same board.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp

from cockpit.domain.entities import ActivityKind
from cockpit.planning.cost import Cost, Costs
from cockpit.planning.exchange import exchange
from cockpit.planning.insertion import Added, Board
from cockpit.planning.places import Options, Places
from cockpit.planning.problem import Fixed, Need, Reason, Stop
from cockpit.planning.removal import removal
from cockpit.planning.schedule import FACE, Fit, Shape
from cockpit.planning.worth import NEAR_POINTS, near_value

OWED = {"A": 1e10, "B": 1e7, "C": 1e4}
"""Beside the points of an account that is overdue: no sum of points makes up for one of a higher tier."""
POOL, NEAREST = 24, 10
"""Accounts thought of in one step beside those taken out, and how many of them are near one of those."""
ANYWHERE = 0.2
"""Chance that in a step something is put where it fits, not where it costs the least travel."""
WARMTH, COOLING = 1.5, 400
"""A worse plan by so many points is gone on from with chance 1/e at first; after so many steps it never is."""
EXCHANGES = 0.7
"""Share of the steps that change days about, once all that was asked for is in the plan."""
NARROW = 0.9
"""Chance that then only some days are refilled."""
TRAVEL_POINTS = 0.02
"""What a minute counts where worse plans are gone on from."""


@dataclass(frozen=True, slots=True)
class Goal:
    """`count` activities for a rule on these days. Without a rule: accounts that are overdue or about to close."""

    need: Need | None
    days: tuple[date, ...]
    count: int


def _most(stop: Stop) -> float:
    """What an account may count at most, nearness left out."""
    return stop.worth + (OWED.get(stop.tier, 0.0) if stop.is_overdue else 0.0)


_Choice = tuple[float, Stop, date, Fit]


class PlanSearch:
    """`best` is the best board so far, `cost` what it costs."""

    def __init__(
        self,
        board: Board,
        goals: Sequence[Goal],
        needs: Sequence[Need],
        *,
        left: int = 0,
        seed: int = 0,
    ) -> None:
        """`board`: with what lost its time in its place; `left`: how many found none."""
        self.goals, self._costs = tuple(goals), Costs(board, needs, left)
        self._chance = random.Random(seed)
        self._problem = board.problem
        self._stops = [_candidates(board, goal) for goal in goals]
        self._movable: list[tuple[Fixed, Stop]] = []
        self._may_leave = False
        self._options: dict[tuple[int, str], Options] = {}
        self._open: dict[tuple[int, str], dict[date, Shape]] = {}
        self._near: dict[str, list[Stop]] = {}
        self._given = board
        self._latest = {key: added.on for key, added in board.added.items()}
        self._among = set(board.days)
        board = board.copy()
        self._refill(board, None)
        self.best = self._board = board
        self.cost = self._cost = self._costs.of(board)
        self._is_closed = self.is_closed
        self.steps = self.idle = 0

    def let_move(self, entries: Iterable[Fixed], may_leave: bool) -> None:
        """From now on these may begin a little earlier or later where that closes the KPI, and leave their day where they
        `may_leave`."""
        stops = {stop.account_id: stop for stop in self._problem.stops}
        self._movable = [(entry, stops[entry.account_id]) for entry in entries if entry.account_id in stops]
        self._may_leave = may_leave

    @property
    def is_closed(self) -> bool:
        """All that was asked for is in the plan, and no sub-limit is short."""
        placed = [added.goal for added in self.best.added.values()]
        return self.cost[1] == 0 and all(
            placed.count(number) >= goal.count for number, goal in enumerate(self.goals) if goal.need is not None
        )

    @property
    def is_small(self) -> bool:
        """Every step thinks of all accounts."""
        return all(len(stops) <= POOL for stops in self._stops)

    def step(self) -> bool:
        """Take out, put in, keep or go back. True when the best got better."""
        self.steps += 1
        self.idle += 1
        board = self._board.copy()
        if len(board.days) > 1 and self._is_closed and self._chance.random() < EXCHANGES:
            is_whole = exchange(board, self._chance, self._open_of)
        else:
            is_whole = self._anew(board)
        if not is_whole or not self._keeps_limits(board):
            return False
        cost = self._costs.of(board)
        if cost > self._cost and not self._is_tolerable(cost):
            return False
        if cost < self.cost:
            board, cost = self._full(board, cost)
        self._board, self._cost = board, cost
        if cost >= self.cost:
            return False
        self.best, self.cost, self.idle = board, cost, 0
        self._is_closed = self.is_closed
        return True

    def _full(self, board: Board, cost: Cost) -> tuple[Board, Cost]:
        """With all that fits without luck: a plan made after this one is taken must find nothing to add."""
        fuller, self._among = board.copy(), set(board.days)
        self._refill(fuller, None)
        more = self._costs.of(fuller)
        return (fuller, more) if more < cost and self._keeps_limits(fuller) else (board, cost)

    def _anew(self, board: Board) -> bool:
        """Take some out and put others in. False where what must be in found no place again."""
        taken = board.take(removal(board, self._chance))
        days = list(board.days)
        # What is closed gets better in the days that have lost something, seldom in another.
        is_narrow = self._is_closed and self._chance.random() < NARROW
        self._among = {*(added.on for added in taken), self._chance.choice(days)} if is_narrow else set(days)
        lifted = self._lift(board)
        is_first = self._chance.random() < 0.5
        if (is_first and not self._shift(board, lifted)) or not self._replace(board, taken):
            return False
        self._refill(board, taken)
        return is_first or self._shift(board, lifted)

    def _open_of(self, added: Added) -> dict[date, Shape]:
        """Days for an exchange: those open at first, for an account that is in the plan once."""
        key = added.goal, added.stop.account_id
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = {on: shape for on, (_, shape) in self._options_of(added.goal, added.stop).items()}
        account = added.stop.account_id
        is_alone = len(self._board.booked[account]) == len(self._given.booked[account]) + 1
        return found if is_alone else {}

    def _lift(self, board: Board) -> list[tuple[Fixed, Stop]]:
        """While the KPI is short, and what was shifted for it in any case: what stands may make room."""
        chance = self._chance
        if not self._movable or (self._is_closed and not any(entry.id in board.added for entry, _ in self._movable)):
            return []
        if chance.random() < 0.5:
            return []
        lifted = chance.sample(self._movable, min(len(self._movable), chance.randint(1, 2)))
        for entry, stop in lifted:
            if entry.id in board.added:
                board.take([entry.id])
            else:
                board.lift(entry, stop)
        return lifted

    def _shift(self, board: Board, lifted: Sequence[tuple[Fixed, Stop]]) -> bool:
        """Put it back, most often on its day. False where it finds no place."""
        chance = self._chance
        for entry, stop in lifted:
            other = chance.choice(list(board.days))
            days = [entry.on, other] if chance.random() < 0.7 else [other, entry.on]
            if not any(board.shift(entry, stop, on) for on in (days if self._may_leave else [entry.on])):
                return False
        return True

    def _is_tolerable(self, cost: Cost) -> bool:
        """A little worse in points and travel alone, and with luck."""
        if self.steps % COOLING == 0:
            self._board, self._cost = self.best, self.cost
        if cost[:-2] != self._cost[:-2]:
            return False
        loss = cost[-2] - self._cost[-2] + TRAVEL_POINTS * (cost[-1] - self._cost[-1])
        warmth = WARMTH * (1 - self.steps % COOLING / COOLING)
        return warmth > 0 and self._chance.random() < exp(-max(0.0, loss) / warmth)

    def _keeps_limits(self, board: Board) -> bool:
        """Everything is on time, and days that hold more than the KPI asks for stay within a usual day."""
        if not all(plan.holds for plan in board.days.values()):
            return False
        rules = self._problem.rules
        days = {added.on for added in board.added.values() if added.goal >= 0 and self.goals[added.goal].need is None}
        return all(
            board.days[on].visits + board.days[on].calls <= rules.usual_meetings
            and board.days[on].travel_minutes <= rules.travel_limit
            for on in days
        )

    # -- putting in

    def _value(self, board: Board, stop: Stop) -> float:
        owed = self._costs.owed.get(stop.account_id)
        if owed is None or board.is_ahead(stop.account_id):
            return stop.worth
        return stop.worth + OWED.get(owed, 0.0)

    def _options_of(self, goal: int, stop: Stop) -> Options:
        """The days, with their place among the goal's, on which the account might be put as things stood at first."""
        found = self._options.get((goal, stop.account_id))
        if found is None:
            kind, given = self._kind(goal), self._given
            found = self._options[goal, stop.account_id] = {
                on: (index, shape)
                for index, on in enumerate(self.goals[goal].days)
                if given.too_near(stop, kind, on) is None and (shape := given.shape(stop, kind, on)).spans
            }
        return found

    def _kind(self, goal: int) -> ActivityKind:
        need = self.goals[goal].need
        return FACE if need is None else need.kind

    def _replace(self, board: Board, taken: Sequence[Added]) -> bool:
        """Put what had lost its time back, no later than at first. False where it finds no place."""
        for added in taken:
            if added.loose is None:
                continue
            places = [
                (fit.extra_minutes * (0.5 + self._chance.random()), on, fit)
                for on in board.days
                if added.loose.not_before <= on <= self._latest[added.key]
                and (fit := board.fit(added.stop, added.kind, on, added.loose)) is not None
            ]
            if not places:
                return False
            _, on, fit = min(places, key=lambda place: place[:2])
            board.put(added.stop, added.kind, on, fit, added.rule, added.loose)
        return True

    def _refill(self, board: Board, taken: Sequence[Added] | None) -> None:
        """Put in what the goals ask for, in their order. `taken`: what was there before; None for the first plan."""
        for number, goal in enumerate(self.goals):
            left = goal.count - sum(1 for added in board.added.values() if added.goal == number)
            if left <= 0:
                continue
            places = Places(board) if taken is None else None
            pool = self._stops[number] if taken is None else self._pool(number, taken)
            is_cheap = taken is not None and self._chance.random() < (0.2 if self._is_closed else 0.5)
            for _ in range(left):
                if not self._add(board, number, pool, places, is_cheap):
                    break

    def _add(self, board: Board, number: int, pool: Sequence[Stop], places: Places | None, is_cheap: bool) -> bool:
        """Put the best one of the pool in; without `places` with luck. False where nothing fits."""
        need, found, rule = self.goals[number].need, None, None
        within = need.within if need is not None and not (places is None and self._chance.random() < 0.15) else ()
        for sub in within:
            if found is None and board.still_short(sub):
                some = [stop for stop in pool if not sub.tiers or stop.tier in sub.tiers]
                found, rule = self._choose(board, number, some, places, is_cheap), sub
        if found is None:
            found, rule = self._choose(board, number, pool, places, is_cheap), need
        if found is None:
            return False
        _, stop, on, fit = found
        if rule is not None:
            reason = Reason("kpi", facts={"rule_id": rule.rule_id, "limit": rule.limit})
        else:
            reason = Reason("closing" if stop.is_closing else "cadence")
        board.put(stop, self._kind(number), on, fit, reason, None, number)
        if places is not None:
            places.entered.append(on)
        return True

    def _choose(
        self, board: Board, number: int, pool: Iterable[Stop], places: Places | None, is_cheap: bool
    ) -> _Choice | None:
        """The account with the highest value where it is put best; the cheap way: the one that takes least time.

        The pool of the first plan is in order of value, so it is left as soon as none can be better.
        """
        kind, chance = self._kind(number), self._chance.random
        is_extra, is_face = self.goals[number].need is None, kind == FACE
        best: _Choice | None = None
        for stop in pool:
            if places is not None and best is not None and _most(stop) + NEAR_POINTS <= best[0]:
                break
            days = self._options_of(number, stop)
            place = places.best(stop, kind, days) if places is not None else self._place(board, stop, kind, days)
            if place is None:
                continue
            on, fit = place
            if is_extra and not _has_spare(board, stop, on, fit):
                continue
            value = self._value(board, stop) + (near_value(fit.extra_minutes) if is_face else 0.0)
            if is_cheap:
                value = -(fit.extra_minutes + 5.0) * (0.5 + chance())
            elif places is None:
                value += 6.0 * (chance() - 0.5)
            if best is None or value > best[0]:
                best = value, stop, on, fit
        return best

    def _place(self, board: Board, stop: Stop, kind: ActivityKind, options: Options) -> tuple[date, Fit] | None:
        """Of the account's days the one with the least travel, with some noise, and now and then wherever it fits."""
        chance, chance_of, best, found = self._chance.random, self._chance.choice, 0.0, None
        is_anywhere = chance() < ANYWHERE
        is_new = board.booked[stop.account_id] is self._given.booked[stop.account_id]
        for on, (_, shape) in options.items():
            if on not in self._among:
                continue
            plan = board.days[on]
            fit = plan.best_fit(shape)
            if fit is not None and is_anywhere:
                fit = chance_of(plan.fits(shape))
            if fit is None or not (is_new or board.too_near(stop, kind, on) is None):
                continue
            price = fit.extra_minutes * (0.7 + 0.6 * chance())
            if found is None or price < best:
                best, found = price, (on, fit)
        return found

    def _pool(self, number: int, taken: Sequence[Added]) -> list[Stop]:
        """Whom to think of: all where they are few; else those taken out, some of the best, the near, and any."""
        stops = self._stops[number]
        if len(stops) <= POOL:
            pool = list(stops)
            self._chance.shuffle(pool)
            return pool
        chance, found = self._chance, {added.stop.account_id: added.stop for added in taken if added.goal == number}
        best = int(len(found) + POOL * (0.3 + chance.random()))
        found |= {stop.account_id: stop for stop in stops[:best]}
        if taken:
            found |= {stop.account_id: stop for stop in self._nearest(number, chance.choice(taken).stop)}
        found |= {stop.account_id: stop for stop in chance.choices(stops, k=4)}
        return list(found.values())

    def _nearest(self, number: int, stop: Stop) -> list[Stop]:
        found = self._near.get(f"{number}:{stop.account_id}")
        if found is None:
            way = next(iter(self._given.days.values())).travel[stop.place]
            ranked = sorted(self._stops[number], key=lambda other: (way[other.place], other.account_id))
            found = self._near[f"{number}:{stop.account_id}"] = ranked[:NEAREST]
        return found


def _candidates(board: Board, goal: Goal) -> list[Stop]:
    """The accounts that may serve a goal, those worth most first."""
    need = goal.need
    if need is not None:
        found = [s for s in board.problem.stops if s.is_candidate and (not need.tiers or s.tier in need.tiers)]
    else:
        first = min(goal.days)
        found = [
            stop
            for stop in board.problem.stops
            if stop.is_candidate
            and (stop.is_overdue or stop.is_closing)
            and not any(on >= first and kind == FACE for on, kind in board.booked[stop.account_id])
        ]
    return sorted(found, key=lambda stop: (-_most(stop), stop.account_id))


def _has_spare(board: Board, stop: Stop, on: date, fit: Fit) -> bool:
    """Whether the day takes something that no KPI asks for: up to a usual day, and no second visit ahead."""
    rules, plan = board.problem.rules, board.days[on]
    return (
        plan.visits + plan.calls < rules.usual_meetings
        and plan.travel_minutes + fit.extra_minutes <= rules.travel_limit
        and not any(day >= on and kind == FACE for day, kind in board.booked[stop.account_id])
    )
