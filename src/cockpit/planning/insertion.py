"""The plan in the making: which account may be planned when, and where it fits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cockpit.domain.entities import ActivityKind
from cockpit.planning.problem import Fixed, Loose, Need, Problem, Reason, Stop, Window
from cockpit.planning.schedule import FACE, DayPlan, Fit, Item, Shape, cut, spans_of
from cockpit.planning.travel import Travel

_LONGEST_GAP = 100
"""What is booked longer before the first day is too near to nothing, unless an account's own gap is longer."""
_FIRST_SERVED = {"overlap": 0, "past": 1, "away": 2, "hot": 3, "unvisited": 4, "cancelled": 5}


@dataclass(frozen=True, slots=True)
class Added:
    """Something the planner put into a day. `rule` says what asked for it, `loose` what it stood for before.

    `goal` is the place of what it counts for among the goals of a search, -1 for what lost its time.
    """

    key: str
    stop: Stop
    kind: ActivityKind
    on: date
    rule: Reason
    loose: Loose | None = None
    goal: int = -1


@dataclass
class Board:
    """The days of a problem with what stands in them, and the rules that span days.

    A copy shares everything with the original until something is put in or taken out.
    """

    problem: Problem
    days: dict[date, DayPlan] = field(default_factory=dict)
    booked: dict[str, tuple[tuple[date, ActivityKind], ...]] = field(default_factory=dict)
    added: dict[str, Added] = field(default_factory=dict)
    _sorts: dict[date, int] = field(default_factory=dict)
    _open_at: dict[tuple[str, int], tuple[Window, ...]] = field(default_factory=dict)
    _shapes: dict[tuple[object, ...], Shape] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem) -> Board:
        """The problem's days with what is fixed in them."""
        board = cls(problem)
        travel = Travel(problem.rules)
        standing: dict[date, list[Fixed]] = {}
        for entry in problem.fixed:
            if entry.minutes > 0:  # a to-do due at a time takes nobody's time
                standing.setdefault(entry.on, []).append(entry)
        for day in problem.days:
            entries = sorted(standing.get(day.on, []), key=lambda f: (f.starts, f.minutes, f.id))
            items = [
                Item(f.id, f.account_id, Shape(f.kind, f.minutes, f.place if f.kind == FACE else None, ()), f.starts)
                for f in entries
            ]
            board.days[day.on] = DayPlan(day, travel, problem.rules.grid, items)
        since = date.fromordinal(min(board.days, default=problem.today).toordinal() - _LONGEST_GAP)
        for stop in problem.stops:
            board.booked[stop.account_id] = tuple(
                row for row in stop.booked if row[0] >= since or stop.visit_gap > _LONGEST_GAP
            )
        sorts: dict[object, int] = {}
        for day in problem.days:
            alike = day.on.weekday(), day.starts, day.ends, day.breaks
            board._sorts[day.on] = sorts.setdefault(alike, len(sorts))
        return board

    def copy(self) -> Board:
        return replace(self, days=self.days.copy(), booked=self.booked.copy(), added=self.added.copy())

    def windows(self, stop: Stop, on: date) -> tuple[Window, ...]:
        """When the account may be met on that day, breaks taken out; the day's hours where none are known."""
        key = stop.account_id, self._sorts[on]
        found = self._open_at.get(key)
        if found is None:
            day = self.days[on].day
            hours = stop.hours[on.weekday()] if stop.hours is not None else (Window(day.starts, day.ends),)
            found = self._open_at[key] = cut(hours, day.breaks)
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

    def shape(self, stop: Stop, kind: ActivityKind, on: date, loose: Loose | None = None) -> Shape:
        """What would be inserted: something new, or `loose` at its own length."""
        minutes = self.problem.rules.minutes[kind] if loose is None else loose.minutes
        busy = [window for day, window in loose.busy if day == on] if loose is not None else []
        key = stop.account_id, kind, minutes, self._sorts[on], (loose.id, on) if busy and loose is not None else None
        found = self._shapes.get(key)
        if found is None:
            spans = spans_of(cut(self.windows(stop, on), busy), minutes, self.problem.rules.grid)
            found = self._shapes[key] = Shape(kind, minutes, stop.place if kind == FACE else None, spans)
        return found

    def fit(self, stop: Stop, kind: ActivityKind, on: date, loose: Loose | None = None) -> Fit | None:
        """The best place for an activity with the account on that day, None when a rule forbids it."""
        plan = self.days[on]
        if not plan.has_room(kind) or self.too_near(stop, kind, on, loose.stood_on if loose else None) is not None:
            return None
        return plan.best_fit(self.shape(stop, kind, on, loose))

    def put(
        self,
        stop: Stop,
        kind: ActivityKind,
        on: date,
        fit: Fit,
        rule: Reason,
        loose: Loose | None = None,
        goal: int = -1,
    ) -> None:
        """Insert it where `fit` says."""
        key = f"new:{stop.account_id}:{on}" if loose is None else loose.id
        self._enter(Item(key, stop.account_id, self.shape(stop, kind, on, loose), None, stop.worth), on, fit)
        self.booked[stop.account_id] = (*self.booked[stop.account_id], (on, kind))
        self.added[key] = Added(key, stop, kind, on, rule, loose, goal)

    def _enter(self, item: Item, on: date, fit: Fit) -> None:
        self.days[on] = self.days[on].with_item(item, fit.position)

    def lift(self, entry: Fixed, stop: Stop) -> None:
        """Take out something that stands in a day, to put it back at another time."""
        self.days[entry.on] = self.days[entry.on].without({entry.id})
        self._unbook(stop, entry.on, entry.kind)

    def shift(self, entry: Fixed, stop: Stop, on: date) -> bool:
        """Put what was lifted in again: on its day as near to its time as it can be, or on another day."""
        plan, rules, place = self.days[on], self.problem.rules, stop.place if entry.kind == FACE else None
        if not plan.has_room(entry.kind) or self.too_near(stop, entry.kind, on, entry.on) is not None:
            return False
        spans = spans_of(self.windows(stop, on), entry.minutes, rules.grid)
        shapes = [Shape(entry.kind, entry.minutes, place, spans)]
        if on == entry.on:
            starts = [at for first, last in spans for at in range(first, last + 1, rules.grid)]
            near = {at for at in starts if abs(at - entry.starts) <= rules.free_shift} | {entry.starts}
            order = sorted(near, key=lambda at: (abs(at - entry.starts), at))
            shapes = [Shape(entry.kind, entry.minutes, place, ((at, at),)) for at in order]
        for shape in shapes:
            fit = plan.best_fit(shape)
            if fit is None:
                continue
            is_back = on == entry.on and fit.starts == entry.starts
            self._enter(Item(entry.id, stop.account_id, shape, entry.starts if is_back else None), on, fit)
            self.booked[stop.account_id] = (*self.booked[stop.account_id], (on, entry.kind))
            if not is_back:
                loose = _room(entry, stop, self.problem.today)
                self.added[entry.id] = Added(entry.id, stop, entry.kind, on, Reason("room"), loose)
            return True
        return False

    def take(self, keys: Collection[str]) -> list[Added]:
        """Take out what was added under these keys."""
        taken = [self.added.pop(key) for key in keys]
        for on in {added.on for added in taken}:
            self.days[on] = self.days[on].without(keys)
        for added in taken:
            self._unbook(added.stop, added.on, added.kind)
        return taken

    def _unbook(self, stop: Stop, on: date, kind: ActivityKind) -> None:
        booked = list(self.booked[stop.account_id])
        booked.remove((on, kind))
        self.booked[stop.account_id] = tuple(booked)

    def is_ahead(self, account_id: str) -> bool:
        """Whether a visit of the account lies ahead."""
        today = self.problem.today
        return any(kind == FACE and on >= today for on, kind in self.booked[account_id])

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


def _room(entry: Fixed, stop: Stop, today: date) -> Loose:
    return Loose(
        id=entry.id,
        account_id=stop.account_id,
        tier=entry.tier,
        kind=entry.kind,
        was_on=entry.on,
        was_at=entry.starts,
        minutes=entry.minutes,
        place=entry.place,
        why="room",
        is_anew=False,
        not_before=today,
    )


def place_loose(board: Board) -> list[Loose]:
    """Give what lost its time a new one: the first day that has room, oldest first. Returns what found none."""
    stops = {stop.account_id: stop for stop in board.problem.stops}
    left: list[Loose] = []
    order = sorted(board.problem.loose, key=lambda row: (_FIRST_SERVED[row.why], row.was_on, row.was_at, row.id))
    for loose in order:
        stop = stops[loose.account_id]
        for on in sorted(board.days):
            fit = board.fit(stop, loose.kind, on, loose) if on >= loose.not_before else None
            if fit is not None:
                rule = Reason(loose.why, facts={"on": loose.was_on, "at": loose.was_at})
                board.put(stop, loose.kind, on, fit, rule, loose)
                break
        else:
            left.append(loose)
            if not loose.is_anew:
                board.booked[loose.account_id] += ((loose.was_on, loose.kind),)
    return left


def days_of(board: Board, need: Need) -> list[date]:
    """The planned days that count for the rule."""
    return [on for on in sorted(board.days) if need.from_on <= on <= need.until_on]


def stops_of(board: Board, need: Need) -> list[Stop]:
    """The accounts that count for the rule."""
    return [s for s in board.problem.stops if s.is_candidate and (not need.tiers or s.tier in need.tiers)]


def stays_at(problem: Problem, stuck: Sequence[Loose]) -> Problem:
    """The problem in which these stay where they were."""
    fixed = (loose.staying("kept") for loose in stuck)
    booked: dict[str, tuple[tuple[date, ActivityKind], ...]] = {}
    for loose in stuck:
        booked[loose.account_id] = (*booked.get(loose.account_id, ()), (loose.was_on, loose.kind))
    return replace(
        problem,
        loose=tuple(loose for loose in problem.loose if loose not in stuck),
        fixed=(*problem.fixed, *fixed),
        stops=tuple(
            replace(stop, booked=(*stop.booked, *booked[stop.account_id])) if stop.account_id in booked else stop
            for stop in problem.stops
        ),
    )
