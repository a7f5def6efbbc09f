"""Every plan that is made while tests run is checked against every rule, whichever test makes it and through whichever door.

`watch` puts the checker at the three places a plan comes from: the planner, the search in another process, and the reading of
an answer under a wish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import wraps
from typing import Any

from cockpit.planning import plan as planner
from cockpit.planning.insertion import Board
from cockpit.planning.plan import Plan
from cockpit.planning.problem import Loose, Need, Problem
from cockpit.planning.wishes import Wished
from cockpit.services.planner import Planner
from tests.planning import checker

seen: Counter[str] = Counter()
"""How many plans were checked, by where they came from."""

_OF_ANOTHER = ("says it costs",)
"""What an answer under a wish cost is told in terms of what was asked; that plan was checked where it was made."""
_OF_PINS = ("points are not the parts", "points, the parts are")
"""A line that is held keeps the points it was chosen for, whatever now stands beside it."""


def watch() -> None:
    """From now on, for the whole process."""
    finish, receive, read = planner._finish, Planner._received, Wished.read

    @wraps(finish)
    def finished(
        problem: Problem, board: Board, left: list[Loose], needs: Sequence[Need], days: Sequence[date]
    ) -> Plan:
        return _checked("made", finish(problem, board, left, needs, days))

    @wraps(receive)
    def received(self: Planner, sent: Any) -> Any:
        found = receive(self, sent)
        _checked("received", found.plan)
        return found

    @wraps(read)
    def answered(self: Wished, plan: Plan) -> Plan:
        found = read(self, plan)
        return found if found is plan else _checked("read", found, *_OF_ANOTHER, *(_OF_PINS if self.pins else ()))

    planner._finish = finished
    Planner._received = received  # type: ignore[method-assign]  # the one place where that is meant
    Wished.read = answered  # type: ignore[method-assign]


def _checked(source: str, plan: Plan, *is_fine: str) -> Plan:
    """`is_fine`: words of what is no fault there."""
    wrong = [said for said in checker.violations(plan) if not any(words in said for words in is_fine)]
    assert wrong == [], wrong
    seen[source] += 1
    return plan
