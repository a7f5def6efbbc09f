"""The plan in the making: which account may be planned when, and greedy insertion, best first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cockpit.domain.entities import ActivityKind
from cockpit.planning.problem import Problem, Stop, Window
from cockpit.planning.schedule import FACE, DayPlan, Fit, Item, cut
from cockpit.planning.travel import Travel


@dataclass
class Board:
    """The days of a problem with what stands in them, and the rules that span days."""

    problem: Problem
    days: dict[date, DayPlan] = field(default_factory=dict)
    booked: dict[str, list[tuple[date, ActivityKind]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        travel = Travel(self.problem.rules)
        standing: dict[date, list[Item]] = {}
        for entry in self.problem.fixed:
            item = Item(entry.id, entry.account_id, entry.kind, entry.minutes, entry.place, entry.starts)
            standing.setdefault(entry.on, []).append(item)
        for day in self.problem.days:
            plan = DayPlan(day, travel, self.problem.rules.grid)
            plan.stand(standing.get(day.on, []))
            self.days[day.on] = plan
        self.booked = {stop.account_id: list(stop.booked) for stop in self.problem.stops}

    def windows(self, stop: Stop, on: date) -> tuple[Window, ...]:
        """When the account may be met on that day, breaks taken out; the day's hours where none are known."""
        day = self.days[on].day
        hours = stop.hours[on.weekday()] if stop.hours is not None else (Window(day.starts, day.ends),)
        return cut(hours, day.breaks)

    def is_far_enough(self, stop: Stop, kind: ActivityKind, on: date) -> bool:
        """One activity of an account a day, and the fewest days between two of them."""
        for other, other_kind in self.booked[stop.account_id]:
            apart = abs((other - on).days)
            if apart == 0:
                return False
            if kind == FACE and other_kind == FACE and apart < stop.visit_gap:
                return False
            if kind != FACE and other_kind != FACE and apart < stop.call_gap and other_kind != "task":
                return False
        return True

    def item(self, stop: Stop, kind: ActivityKind, on: date) -> Item:
        place = stop.place if kind == FACE else None
        minutes = self.problem.rules.minutes[kind]
        return Item(f"new:{stop.account_id}:{on}", stop.account_id, kind, minutes, place, None, self.windows(stop, on))

    def fit(self, stop: Stop, kind: ActivityKind, on: date) -> Fit | None:
        """The best place for a new activity with the account on that day, None when a rule forbids it."""
        if not self.is_far_enough(stop, kind, on):
            return None
        return self.days[on].best_fit(self.item(stop, kind, on))
