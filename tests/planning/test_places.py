"""The place of an account, asked for again and again while a board is filled."""

from __future__ import annotations

import random
from typing import cast

import pytest

from cockpit.domain.entities import Tier
from cockpit.planning.insertion import Board
from cockpit.planning.places import Options, Places
from cockpit.planning.problem import Reason, Rules
from cockpit.planning.reading import next_working_days, problem_from
from tests.planning.books import REP, account, activity, at, book, kpi, window


def filled(seed: int) -> Board:
    """Five days of some accounts, of which a few stand in the plan already."""
    chance = random.Random(seed)
    accounts = [
        account(f"acc-{n}", cast(Tier, chance.choice("ABC")), chance.uniform(-9, 9), chance.uniform(-9, 9))
        for n in range(14)
    ]
    windows = [window(f"acc-{n}", day, "10:00", "14:00") for n in range(0, 14, 3) for day in range(5)]
    rows = [activity(f"own-{n}", f"acc-{n}", 24 + n, 600) for n in range(2)]
    rows_of = book(accounts, rows, [kpi(12)], windows=windows, now=at(24, 480))
    days = next_working_days(rows_of, REP, rows_of.as_of, 4)
    return Board.of(problem_from(rows_of, REP, rows_of.as_of, Rules(max_visits=3), days))


@pytest.mark.parametrize("seed", range(8))
def test_what_was_asked_before_gives_the_same_answer_as_asking_for_the_first_time(seed: int) -> None:
    board, chance = filled(seed), random.Random(seed)
    open_on: dict[str, Options] = {
        stop.account_id: {on: (index, board.shape(stop, "visit", on)) for index, on in enumerate(board.days)}
        for stop in board.problem.stops
    }
    places, put = Places(board), 0
    while True:
        found = [places.best(stop, "visit", open_on[stop.account_id]) for stop in board.problem.stops]
        assert found == [Places(board).best(stop, "visit", open_on[stop.account_id]) for stop in board.problem.stops]
        free = [(stop, place) for stop, place in zip(board.problem.stops, found) if place is not None]
        if not free:
            break
        stop, (on, fit) = chance.choice(free)
        assert fit == board.fit(stop, "visit", on)
        board.put(stop, "visit", on, fit, Reason("kpi"))
        places.entered.append(on)
        put += 1
    assert put >= 6
