"""Schedules of every run: those that failed once, some by number, the same seed twice, and proofs that the oracle bites.

The numbers are the same in every run, so that a failure is of the change at hand; `make simulate` draws fresh ones."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from cockpit.sync import receipts
from tests.reliability.reference import Reference
from tests.reliability.schedule import place_of, run
from tests.reliability.simulate import corpus
from tests.reliability.world import Places, World
from tests.support.postgres import cluster

SCHEDULES = int(os.environ.get("COCKPIT_TEST_FAULT_SCHEDULES", "40"))
ON_HUB = max(3, SCHEDULES // 8)
ON_POSTGRES = max(3, SCHEDULES // 8)
UPGRADED = max(3, SCHEDULES // 8)
BASE = int(os.environ.get("COCKPIT_TEST_FAULT_SEED", "3000"))


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    made = Places()
    yield made
    made.close()


@pytest.mark.timeout(900)
def test_seeds_that_failed_once_hold(places: Places) -> None:
    for seed, server in corpus():
        verdict = run(seed, places, server=server)
        assert not verdict.violations, f"seed {seed}: {verdict.violations[0]}"


@pytest.mark.timeout(900)
def test_schedules_hold(places: Places) -> None:
    for seed in range(BASE, BASE + SCHEDULES):
        verdict = run(seed, places)
        assert verdict.steps >= 40 or verdict.violations
        assert not verdict.violations, f"seed {seed}: {verdict.violations[0]}"


@pytest.mark.timeout(900)
def test_schedules_with_a_new_program_in_the_middle_hold(places: Places) -> None:
    """A device is stopped, found with a file of an older schema, brought up in spite of kills, and goes on."""
    seeds = (seed for seed in itertools.count(BASE) if place_of(seed, "upgrade", 1) is not None)
    for seed in itertools.islice(seeds, UPGRADED):
        verdict = run(seed, places)
        assert verdict.faults["schema upgrade"] == 1 or verdict.violations
        assert not verdict.violations, f"seed {seed}: {verdict.violations[0]}"


@pytest.mark.timeout(900)
def test_schedules_hold_on_the_real_hub(places: Places) -> None:
    for seed in range(BASE, BASE + ON_HUB):
        verdict = run(seed, places, server="hub")
        assert not verdict.violations, f"seed {seed} on the hub: {verdict.violations[0]}"


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_schedules_hold_on_a_hub_on_postgresql(places: Places) -> None:
    with cluster() as running:
        places.postgres_url = running.create("simulated")
        try:
            for seed in range(BASE, BASE + ON_POSTGRES):
                verdict = run(seed, places, server="postgres")
                assert not verdict.violations, f"seed {seed} on PostgreSQL: {verdict.violations[0]}"
        finally:
            places.forget("postgres")


_TRACES = """
import sys
from tests.reliability.schedule import run
from tests.reliability.world import Places
places = Places()
for word in sys.argv[1:]:
    seed, _, server = word.partition("@")
    print(word, run(int(seed), places, server=server or "model").trace_hash)
places.close()
"""


def test_the_same_seed_gives_the_same_trace_in_every_process() -> None:
    """Whatever ran before in the process, and in whatever order it keeps its sets."""
    pages_of_many_kinds = "128692466900812"
    words = [f"{BASE}", f"{BASE + 1}@hub", f"{BASE + 2}", pages_of_many_kinds]
    told: list[dict[str, str]] = []
    for hash_seed, order in (("1", words), ("2", words[::-1])):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", _TRACES, *order]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told.append(dict(line.split() for line in done.stdout.splitlines()))
    assert told[0] == told[1]


def test_the_same_seed_gives_the_same_trace(places: Places) -> None:
    for seed in range(BASE, BASE + 4):
        first, second = run(seed, places, keeps_trace=True), run(seed, places, keeps_trace=True)
        assert first.trace == second.trace
        assert first.trace_hash == second.trace_hash


def _finds(places: Places, wanted: str, tweak: Callable[[World], None] | None = None, *, most: int = 60) -> bool:
    for seed in range(most):
        found = run(seed, places, server="model", tweak=tweak).violations
        if any(line.startswith(wanted) for line in found):
            return True
    return False


@pytest.mark.timeout(900)
def test_a_server_that_takes_every_edit_is_found_out(places: Places) -> None:
    def careless(world: World) -> None:
        assert isinstance(world.server, Reference)
        world.server.is_careless = True

    assert _finds(places, "I4", careless)


@pytest.mark.timeout(900)
def test_a_server_that_forgets_what_it_took_is_found_out(places: Places) -> None:
    def forgetful(world: World) -> None:
        assert isinstance(world.server, Reference)
        world.server.is_forgetful = True

    assert _finds(places, "I2", forgetful)


@pytest.mark.timeout(900)
def test_a_client_that_acknowledges_into_nothing_is_found_out(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts that are never written: an acknowledged write that is nowhere."""
    kept = receipts.end

    def end(session, mutations, result, **more):  # type: ignore[no-untyped-def]
        kept(session, mutations, "undone" if result == "applied" else result, **more)

    monkeypatch.setattr(receipts, "end", end)
    assert _finds(places, "I1")
