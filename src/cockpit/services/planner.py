"""The planner's search in a process of its own, so that keys stay quick while it runs.

The child imports planning alone. It works in slices and sends what became better; it ends by itself, and is ended
by `stop`, which keeps what was found.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass, fields, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import RLock, Thread
from zlib import crc32

from cockpit import clock
from cockpit.garbage import no_collecting
from cockpit.planning.plan import Plan, Planning, Question
from cockpit.planning.problem import Problem

SLICE_S = 0.05
LONGEST_S = 5.0
ENOUGH_S = 1.0
"""A search whose KPI is closed ends after so long."""
ENDING = "the search ends"
"""The name of the thread that waits for a process that was ended."""
_GONE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plan of the search, and what the progress line says about it. `is_last`: the search has ended."""

    plan: Plan
    kpi_short: int
    moves: int
    score: int
    travel_minutes: int
    elapsed_s: float
    steps: int
    is_last: bool


def seed_of(rep_id: str, problem: Problem) -> int:
    """The same rep, month and rows give the same seed."""
    rows = [f"{row.id} {row.on} {row.starts}" for row in problem.fixed] + [row.id for row in problem.loose]
    rows += [f"{need.rule_id} {need.done} {need.planned}" for need in problem.needs]
    return crc32("\n".join((rep_id, f"{problem.today:%Y-%m}", f"{len(problem.stops)}", *rows)).encode())


class Planner:
    """One search at a time."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._question: Question | None = None
        self._turn = 0
        """Goes up with every start and stop: a process that began for an earlier one is not wanted any more."""
        self._lock = RLock()

    @property
    def is_running(self) -> bool:
        return self._pipe is not None

    def start(self, question: Question, seed: int = 0) -> None:
        """Search for better plans than the first; a search under way is given up. May be called in a thread: a `stop`
        while the process begins ends it."""
        with self._lock:
            self.stop()
            turn = self._turn
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        with redirect_stderr(sys.__stderr__):  # a screen's stand-in has no file number for the child
            process.start()
        theirs.close()
        with self._lock:
            is_wanted = turn == self._turn
            if is_wanted:
                self._pipe, self._question, self._process = ours, question, process
        if not is_wanted:
            ours.close()
            _end(process)
            return
        # A question of many accounts is more than a pipe holds: it is handed over while the child begins.
        Thread(target=_ask, args=(ours, question, seed), daemon=True).start()

    def poll(self, wait_s: float = 0.0) -> Found | None:
        """The newest better plan since the last call; None when there is none, not even after `wait_s`."""
        found: Found | None = None
        try:
            while self._pipe is not None and self._pipe.poll(wait_s if found is None else 0.0):
                found = self._received(self._pipe.recv())
                if found.is_last:
                    self.stop()
        except (EOFError, OSError):
            self.stop()
        return found

    def stop(self) -> None:
        """End the search at once, without waiting for its process; what `poll` gave stays good."""
        with self._lock:
            self._turn += 1
            pipe, self._pipe = self._pipe, None
            process, self._process = self._process, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            _end(process)

    def _received(self, sent: tuple[dict[str, object], Found]) -> Found:
        values, found = sent
        assert self._question is not None
        values.setdefault("problem", self._question.problem)
        return replace(found, plan=Plan(**values))  # type: ignore[arg-type]  # the fields of a plan, by name


def _end(process: SpawnProcess) -> None:
    """Its last milliseconds are waited for in a thread: a screen that ends a search takes the next key meanwhile."""
    process.terminate()
    Thread(target=process.join, args=(_GONE_S,), name=ENDING, daemon=True).start()


def _ask(pipe: Connection, question: Question, seed: int) -> None:
    with suppress(OSError):  # the child is gone: `poll` finds out
        pipe.send((question, seed))


def _work(pipe: Connection) -> None:
    """The child: the first plan at once, then what is better, a slice at a time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent, which then ends the child
    if hasattr(os, "nice"):
        os.nice(10)  # keys come first
    try:
        with no_collecting():
            question, seed = pipe.recv()
            _search(question, seed, lambda found: pipe.send(_sent(question, found)))
    except (EOFError, OSError):
        pass  # the parent has gone on
    finally:
        pipe.close()


def _search(question: Question, seed: int, say: Callable[[Found], None]) -> None:
    started = clock.monotonic()
    planning = Planning(question, seed)
    search, is_new = planning.search, True
    while True:
        now = clock.monotonic()
        elapsed = now - started
        is_last = elapsed >= LONGEST_S or planning.is_exhausted or (search.is_closed and elapsed >= ENOUGH_S)
        if is_new or is_last:
            say(_found(planning, elapsed, is_last))
        if is_last:
            return
        is_new = False
        while not planning.is_exhausted and clock.monotonic() - now < SLICE_S:
            is_new |= search.step()


def _found(planning: Planning, elapsed: float, is_last: bool) -> Found:
    plan = planning.plan()
    short, _sub, moves, *_owed, less, travel = plan.objective
    return Found(
        plan=plan,
        kpi_short=short,
        moves=moves,
        score=-less,
        travel_minutes=travel,
        elapsed_s=elapsed,
        steps=planning.search.steps,
        is_last=is_last,
    )


def _sent(question: Question, found: Found) -> tuple[dict[str, object], Found]:
    """The plan without its problem, which the parent has: it is most of the bytes."""
    plan = found.plan
    values = {field.name: getattr(plan, field.name) for field in fields(Plan)}
    if plan.problem is question.problem:
        del values["problem"]
    return values, replace(found, plan=None)  # type: ignore[arg-type]  # put back by the parent
