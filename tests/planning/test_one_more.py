"""The one account to add today: of thousands the same one as when each of them is tried."""

from __future__ import annotations

import random
from typing import cast

import pytest

from cockpit.domain.book import Book
from cockpit.domain.entities import Tier
from cockpit.planning.insertion import Board
from cockpit.planning.problem import Rules
from cockpit.planning.reading import problem_from
from cockpit.planning.score import best_addition
from cockpit.planning.worth import near_part, whole_points
from tests.planning.books import REP, account, activity, at, book, window

NOW = at(24, 8 * 60 + 30)


def city(count: int, seed: int, open_tiers: str) -> Book:
    """Many accounts, most of them worth the same; those of tiers that are not open cannot be met any more today."""
    chance = random.Random(seed)
    accounts = [
        account(f"acc-{number:04}", cast(Tier, chance.choice("ABCC")), chance.uniform(-8, 8), chance.uniform(-8, 8))
        for number in range(count)
    ]
    windows = [
        window(one.id, weekday, "06:00", "06:30")
        for one in accounts
        if one.tier not in open_tiers
        for weekday in range(5)
    ]
    rows = [
        activity(f"held-{n}", chance.choice(accounts).id, 2 + n % 18, 600, status="held") for n in range(count // 5)
    ]
    rows += [activity(f"today-{n}", accounts[-1 - n].id, 24, 570 + 150 * n) for n in range(3)]
    return book(accounts, rows, windows=windows, now=NOW)


def tried_one_by_one(rows: Book) -> tuple[str, int] | None:
    today = rows.local_day(NOW)
    board = Board.of(problem_from(rows, REP, NOW, Rules(), (today,)))
    best: tuple[str, int] | None = None
    for stop in board.problem.stops:
        is_booked = any(day >= today and kind == "visit" for day, kind in stop.booked)
        fit = None if is_booked else board.fit(stop, "visit", today)
        if fit is not None:
            score = sum(reason.points for reason in whole_points((*stop.parts, near_part(fit.extra_minutes))))
            if best is None or score > best[1]:
                best = stop.account_id, score
    return best


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("count", "open_tiers"), [(30, "ABC"), (400, "ABC"), (400, "BC"), (1_600, "C"), (400, "")])
def test_it_is_the_one_that_trying_all_finds(count: int, open_tiers: str, seed: int) -> None:
    rows = city(count, seed, open_tiers)
    found = best_addition(rows, REP, NOW)
    assert (None if found is None else (found.account_id, found.score)) == tried_one_by_one(rows)
    assert (found is None) == (not open_tiers)


def test_accounts_left_out_are_not_found() -> None:
    rows = city(40, 1, "ABC")
    first = best_addition(rows, REP, NOW)
    assert first is not None
    second = best_addition(rows, REP, NOW, exclude={first.account_id})
    assert second is not None
    assert second.account_id != first.account_id
