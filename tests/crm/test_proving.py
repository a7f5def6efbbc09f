"""Changes on both sides with lost answers, over every combination of capabilities: both sides end alike."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from cockpit.crm.testing.losing import Fate
from cockpit.crm.testing.memory import MemoryConnector, MemoryServer, capabilities
from cockpit.hub.upstream.proving import Proving
from cockpit.storage.database import Database

EVERY = [
    {"delta": delta, "deletes": deletes, "create": create, "conflict": conflict, "paging": paging}
    for (delta, deletes, create), (conflict, paging) in zip(
        (
            way
            for way in itertools.product(
                ("none", "since", "keyset"), ("none", "feed", "flag", "diff"), ("none", "lookup", "upsert")
            )
            if way[:2] != ("none", "flag")
        ),
        itertools.cycle(itertools.product(("none", "version"), ("offset", "cursor"))),
        strict=False,
    )
]
"""Every way of telling changes and deletions with every way of creating; the other two take turns."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a commit waits for no disk: what is proven here is not what a power cut leaves."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir="/dev/shm") as name:
        yield Path(name)


def prove(path: Path, can: dict[str, Any], changes: int, seed: int = 1, loss: float = 0.1, **how: Any) -> Proving:
    database = Database.at(path / "hub.db")
    database.prepare()
    server = MemoryServer(seed)
    server.company(12)
    proving = Proving(MemoryConnector(server, capabilities(**can), 20), server, database, seed=seed, loss=loss)
    proof = proving.run(changes, **how)
    database.close()
    assert (proof.lost, proof.doubled, proof.differing) == ([], [], [])
    silent = _overwritten(proving, server)
    assert silent == []
    return proving


def _overwritten(proving: Proving, server: MemoryServer) -> list[str]:
    """Values at the CRM that a device's accepted change replaced without its user having seen them."""
    found: list[str] = []
    wanted = {(seen, put) for pairs in proving.accepted.values() for seen, put in pairs}
    seen_before = {put: seen for seen, put in wanted}
    for key, values in server.history.items():
        for before, after in itertools.pairwise(values):
            if after in seen_before and before not in (seen_before[after], after):
                found.append(f"{key}: {before!r} by {after!r}, which was to replace {seen_before[after]!r}")
    return found


@pytest.mark.parametrize("can", EVERY, ids=lambda can: "-".join(can.values()))
def test_both_sides_end_alike(folder: Path, can: dict[str, str]) -> None:
    proving = prove(folder, can, 25, seed=sum(map(ord, str(can))), loss=0.3)
    assert proving.line.lost > 0


@pytest.mark.parametrize("tells", [True, False], ids=["told", "nobody told"])
@pytest.mark.parametrize("create", ["none", "lookup", "upsert"])
def test_a_hub_put_back_to_an_older_state_makes_nothing_twice(folder: Path, create: str, tells: bool) -> None:
    """Its marks of creations under way are gone with the rest. Of those that nobody acknowledged only the operator's word
    tells a hub whose CRM cannot be asked: there answers are lost only where he says it."""
    loss = 0.2 if tells or create != "none" else 0.0
    can = {"create": create, "delta": "since", "deletes": "flag"}
    proving = prove(folder, can, 150, loss=loss, restore_every=28, tells=tells)
    assert proving.proof.changes == 150


@pytest.mark.timeout(900)
def test_a_thousand_changes_with_one_answer_in_ten_lost(folder: Path) -> None:
    proof = prove(folder, {"delta": "since", "deletes": "flag"}, 1_000).proof
    assert proof.losses > 100
    assert proof.conflicts > 10
    assert proof.refused == 0


@pytest.mark.timeout(600)
def test_two_hundred_kills_after_the_crm_has_committed_double_nothing(folder: Path) -> None:
    """Two of three creations, edits and deletions are cut off after they were carried out, some of them several times."""
    database = Database.at(folder / "hub.db")
    database.prepare()
    server = MemoryServer()
    server.company(12)
    proving = Proving(MemoryConnector(server, capabilities(), 20), server, database)
    turn, kills = random.Random(7), 0

    def fate(what: str) -> Fate:
        nonlocal kills
        if proving.is_losing and what in ("create", "update", "delete") and turn.random() < 0.7:
            kills += 1
            return "after"
        return ""

    proving.line._fate = fate
    proof = proving.run(800, send_every=1)
    assert kills >= 200
    assert (proof.lost, proof.doubled, proof.differing, proof.refused) == ([], [], [], 0)
    assert _overwritten(proving, server) == []
    database.close()
