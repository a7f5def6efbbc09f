"""The simulator bites: planted bugs of every area are found. All of them: `make seeded-bugs`."""

from __future__ import annotations

import pytest

from tests.reliability.planting import check_places
from tests.reliability.seeded import BUGS, hunt
from tests.reliability.upgrades import shrinks_unasked, upgrade_loses

QUICK = (
    "a new key at each try",
    "receipt before the answer",
    "head of the hub taken for known",
    "the last writer wins",
    "only the revision is sent",
    "a deletion is ignored",
    "a resync clears the queue",
    "a dependant goes before its parent",
    "the time of sending",
    "poison is tried for ever",
)
"""One of each area that are found soonest."""
MOST = 60
DIRECT = tuple(number for number, bug in enumerate(BUGS) if bug.direct is not None)


def test_every_bug_finds_its_place() -> None:
    check_places(BUGS)
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 44
    assert len({bug.area for bug in BUGS}) >= 10


def test_the_direct_schedules_hold_without_a_bug() -> None:
    assert upgrade_loses() == []
    assert shrinks_unasked() == []


@pytest.mark.parametrize("number", DIRECT, ids=lambda number: BUGS[number].name)
def test_a_bug_of_an_upgrade_is_found(number: int) -> None:
    assert hunt(number, most=1).after == 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_found(name: str) -> None:
    (number,) = (place for place, bug in enumerate(BUGS) if bug.name == name)
    assert hunt(number, most=MOST).after
