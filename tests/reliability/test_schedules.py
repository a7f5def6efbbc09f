"""Schedules of every run: those that failed once, fresh ones, the same seed twice, and proofs that the oracle bites."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from cockpit.sync import receipts
from tests.reliability.schedule import run
from tests.reliability.simulate import corpus
from tests.reliability.world import Places, World

FRESH = int(os.environ.get("COCKPIT_TEST_FAULT_SCHEDULES", "40"))
BASE = int.from_bytes(os.urandom(6), "big")


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    made = Places()
    yield made
    made.close()


@pytest.mark.timeout(0)
def test_seeds_that_failed_once_hold(places: Places) -> None:
    for seed in corpus():
        verdict = run(seed, places)
        assert not verdict.violations, f"seed {seed}: {verdict.violations[0]}"


@pytest.mark.timeout(0)
def test_fresh_schedules_hold(places: Places) -> None:
    for seed in range(BASE, BASE + FRESH):
        verdict = run(seed, places)
        assert verdict.steps >= 40 or verdict.violations
        assert not verdict.violations, f"seed {seed}: {verdict.violations[0]}"


def test_the_same_seed_gives_the_same_trace(places: Places) -> None:
    for seed in range(BASE, BASE + 4):
        first, second = run(seed, places, keeps_trace=True), run(seed, places, keeps_trace=True)
        assert first.trace == second.trace
        assert first.trace_hash == second.trace_hash


def _finds(places: Places, wanted: str, tweak: object = None, *, most: int = 40) -> bool:
    for seed in range(most):
        found = run(seed, places, tweak=tweak).violations  # type: ignore[arg-type]
        if any(line.startswith(wanted) for line in found):
            return True
    return False


@pytest.mark.timeout(0)
def test_a_server_that_takes_every_edit_is_found_out(places: Places) -> None:
    def careless(world: World) -> None:
        world.server.is_careless = True

    assert _finds(places, "I4", careless)


@pytest.mark.timeout(0)
def test_a_server_that_forgets_what_it_took_is_found_out(places: Places) -> None:
    def forgetful(world: World) -> None:
        world.server.is_forgetful = True

    assert _finds(places, "I2", forgetful)


@pytest.mark.timeout(0)
def test_a_client_that_acknowledges_into_nothing_is_found_out(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts that are never written: an acknowledged write that is nowhere."""
    kept = receipts.end

    def end(session, mutations, result, **more):  # type: ignore[no-untyped-def]
        kept(session, mutations, "undone" if result == "applied" else result, **more)

    monkeypatch.setattr(receipts, "end", end)
    assert _finds(places, "I1")
