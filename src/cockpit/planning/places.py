"""Where each account is put best while a board is filled, without luck."""

from __future__ import annotations

from datetime import date

from cockpit.domain.entities import ActivityKind
from cockpit.planning.insertion import Board
from cockpit.planning.problem import Stop
from cockpit.planning.schedule import Fit, Shape

LATER_DAY_MINUTES = 3
"""Travel a later day must save in the first plan to be preferred to the day before it."""

Options = dict[date, tuple[int, Shape]]
"""Days on which an account might be put: their place among those asked for, and what would be put there."""

_Priced = tuple[int, int, date, Fit]


class Places:
    """Of an account's days the one with the least travel, later days at a price.

    Accounts are asked about again after each insertion, which changed one day: only that one is looked at anew.
    """

    def __init__(self, board: Board) -> None:
        """`board`: filled with one kind for one goal; whoever puts something in adds its day to `entered`."""
        self.entered: list[date] = []
        self._board = board
        self._known: dict[str, tuple[int, object, dict[date, _Priced]]] = {}

    def best(self, stop: Stop, kind: ActivityKind, options: Options) -> tuple[date, Fit] | None:
        """None where it fits on none of them. `options` are the same each time the account is asked about."""
        board, key = self._board, stop.account_id
        booked = board.booked[key]
        since, as_booked, prices = self._known.get(key) or (0, None, {})
        for on in options.keys() & self.entered[since:] if as_booked is booked else options:
            index, shape = options[on]
            fit = board.days[on].best_fit(shape) if board.too_near(stop, kind, on) is None else None
            if fit is not None:
                prices[on] = fit.extra_minutes + LATER_DAY_MINUTES * index, index, on, fit
            else:
                prices.pop(on, None)
        self._known[key] = len(self.entered), booked, prices
        return min(prices.values())[2:] if prices else None
