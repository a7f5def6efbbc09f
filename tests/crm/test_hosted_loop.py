"""The whole loop with each hosted CRM's stand-in: changes on both sides while answers get lost on the wire, then both are
compared. Lost is any answer to any call, so that a creation may end between its row and its associations.

COCKPIT_CRM_CHANGES=1000 makes more of them; with `-s` each run prints its row of the table in docs/hosted-crms.md.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.hub.upstream.proving import Proof, Proving
from cockpit.storage.database import Database
from tests.crm.fakes.base import Request
from tests.crm.test_hosted import Made, hubspot, peopled, pipedrive, salesforce

CHANGES = int(os.environ.get("COCKPIT_CRM_CHANGES", "120"))
SHARE = 0.1
pytestmark = pytest.mark.timeout(900)
THREE = [pipedrive, hubspot, salesforce]


def proven(
    path: Path,
    make: Callable[[], Made],
    what: str,
    loses: Callable[[random.Random, Request], bool],
    restore_every: int = 0,
) -> tuple[Proof, int]:
    """A run in which `loses` says which answers do not arrive; and how many did not. `what` names them in the table."""
    connector, desk = make()
    fake, turn, lost = desk.fake, random.Random(7), 0
    for _ in range(4):
        peopled(desk)
    database = Database.at(path / "hub.db")
    database.prepare()
    proving = Proving(connector, desk, database, loss=0.0)
    fake.follow = lambda: proving.now

    def lose(request: Request) -> bool:
        nonlocal lost
        is_lost = proving.is_losing and loses(turn, request)
        lost += is_lost
        return is_lost

    fake.lose = lose
    proof = proving.run(CHANGES, restore_every=restore_every)
    database.close()
    done = (connector.name, what, proof.changes, lost, proof.conflicts, proof.refused)
    wrong = (len(one) for one in (proof.differing, proof.doubled, proof.lost))
    print(f"\n| {' | '.join(map(str, (*done, *wrong)))} |")
    return proof, lost


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_changes_on_both_sides_with_one_answer_in_ten_lost(folder: Path, make: Callable[[], Made]) -> None:
    proof, lost = proven(folder, make, "any", lambda turn, _request: turn.random() < SHARE)
    assert lost > CHANGES // 20
    assert proof.conflicts > 0
    assert (proof.lost, proof.doubled, proof.differing, proof.refused) == ([], [], [], 0)


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_writes_that_are_cut_off_after_they_were_done_double_nothing(folder: Path, make: Callable[[], Made]) -> None:
    def loses(turn: random.Random, request: Request) -> bool:
        is_write = request.method != "GET" and not request.path.endswith(("search", "batch/read"))
        return is_write and turn.random() < 0.4

    proof, lost = proven(folder, make, "of writes", loses)
    assert lost > CHANGES // 20
    assert (proof.lost, proof.doubled, proof.differing, proof.refused) == ([], [], [], 0)


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_a_hub_put_back_to_an_older_state_makes_nothing_twice(folder: Path, make: Callable[[], Made]) -> None:
    proof, lost = proven(
        folder, make, "any, and restored", lambda turn, _request: turn.random() < SHARE, restore_every=28
    )
    assert lost > CHANGES // 20
    assert (proof.lost, proof.doubled, proof.differing) == ([], [], [])
