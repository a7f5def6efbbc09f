"""The whole loop with each hosted CRM's stand-in: changes on both sides while answers get lost on the wire, then both are
compared. Lost is any answer to any call, so that a creation may end between its row and its associations.

COCKPIT_CRM_CHANGES=1000 makes more of them; with `-s` each run prints its line.
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
THREE = [pipedrive, hubspot, salesforce]


def proven(
    path: Path, make: Callable[[], Made], loses: Callable[[random.Random, Request], bool], restore_every: int = 0
) -> tuple[Proof, int]:
    """A run in which `loses` says which answers do not arrive; and how many did not."""
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
    print(
        f"{connector.name}: {CHANGES} changes, {lost} answers lost, {proof.conflicts} conflicts shown,"
        f" {proof.refused} refused, {len(proof.differing)} differing, {len(proof.doubled)} doubled, {len(proof.lost)} lost"
    )
    return proof, lost


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_changes_on_both_sides_with_one_answer_in_ten_lost(folder: Path, make: Callable[[], Made]) -> None:
    proof, lost = proven(folder, make, lambda turn, _request: turn.random() < SHARE)
    assert lost > CHANGES // 20
    assert proof.conflicts > 0
    assert (proof.lost, proof.doubled, proof.differing, proof.refused) == ([], [], [], 0)


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_writes_that_are_cut_off_after_they_were_done_double_nothing(folder: Path, make: Callable[[], Made]) -> None:
    def loses(turn: random.Random, request: Request) -> bool:
        is_write = request.method != "GET" and not request.path.endswith(("search", "batch/read"))
        return is_write and turn.random() < 0.4

    proof, lost = proven(folder, make, loses)
    assert lost > CHANGES // 20
    assert (proof.lost, proof.doubled, proof.differing, proof.refused) == ([], [], [], 0)


@pytest.mark.parametrize("make", THREE, ids=lambda make: make.__name__)
def test_a_hub_put_back_to_an_older_state_makes_nothing_twice(folder: Path, make: Callable[[], Made]) -> None:
    proof, lost = proven(folder, make, lambda turn, _request: turn.random() < SHARE, restore_every=28)
    assert lost > CHANGES // 20
    assert (proof.lost, proof.doubled, proof.differing) == ([], [], [])
