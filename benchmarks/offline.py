"""Two weeks without network, then a bad one: 500 visits saved, and sent while one answer in five is lost.

`python -m benchmarks.offline` prints how long a save takes, how long the sending, what the hub has of it, and what an idle round costs.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random

import httpx

from cockpit.storage.database import Database

DAY = date(2026, 11, 24)
VISITS, LOSS = 500, 0.2


class Lossy(httpx.BaseTransport):
    """Lets every request through, and loses a share of the answers: the hub has done the work then."""

    def __init__(self, loss: float) -> None:
        self._real, self._loss, self._random = httpx.HTTPTransport(), loss, Random(20)
        self.requests = self.lost = self.received = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        answer = self._real.handle_request(request)
        if self._random.random() < self._loss:
            self.lost += 1
            answer.close()
            raise httpx.ReadTimeout("lost", request=request)
        return answer

    def close(self) -> None:
        self._real.close()


def main() -> None:
    from cockpit.cli import demo
    from cockpit.errors import HubUnavailable
    from cockpit.services.syncing import SyncService
    from cockpit.storage.queries.sync import pending_summary

    with tempfile.TemporaryDirectory() as folder:
        os.environ["COCKPIT_HOME"] = folder
        with demo.demo_account(DAY, "rep") as opened:
            desk = opened.sync.desk
            with desk.database.look() as reader:
                names = [str(name) for (name,) in reader.rows("SELECT name FROM account ORDER BY id")]
            lines = [_line(number, names[number % len(names)]) for number in range(VISITS)]
            saves = sorted(_timed(opened.quicklog.save, line) for line in lines)
            own = Database.at(Path(folder) / "alone.db")
            own.prepare()
            alone = sorted(_timed(_save_alone, own, number) for number in range(VISITS))
            own.close()
            network = Lossy(LOSS)
            sync = SyncService(desk, network)
            start, runs = time.perf_counter(), 0
            while True:
                runs += 1
                with suppress(HubUnavailable):
                    sync.run()
                with desk.database.read() as session:
                    if not pending_summary(session).pending:
                        break
            sending = time.perf_counter() - start
            there = _at_hub(next(Path(folder).rglob("hub.db")))
            quiet = Lossy(0.0)
            calm = SyncService(desk, quiet)
            calm.run()
            quiet.requests = 0
            idle = statistics.median(_timed(calm.run) for _turn in range(5))
        print(_told("a save, from the line to the disk", saves))
        print(_told("its transaction alone", alone))
        print(f"{VISITS} visits sent, {LOSS:.0%} of answers lost  {sending:6.1f} s in {runs} runs   (goal < 10 s)")
        print(f"   requests {network.requests}, answers lost {network.lost}")
        print(f"   at the hub {there[0]}, made twice {there[1]}")
        print(f"an idle round                        {idle * 1000:6.1f} ms, {quiet.requests / 5:.0f} request")
    raise SystemExit(there != (VISITS, 0))


def _line(number: int, name: str) -> str:
    day = DAY - timedelta(days=1 + number % 14)
    return f"v {name} ok visit number {number} @{day:%m-%d} {8 + number // 14 % 9}:{number // 126 * 10:02}"


def _save_alone(database: Database, number: int) -> None:
    """The transaction of a save: the row, its queue entry, its line in the log."""
    from cockpit import clock
    from cockpit.sync import outbox

    with database.write() as session:
        values = {"name": f"Customer {number}"}
        edit = outbox.Edit("account", outbox.new_id(), "create", values)
        outbox.submit(session, [edit], actor_id="rep-1", label="new", now=clock.now())


def _told(words: str, seconds: list[float]) -> str:
    p50, p99 = seconds[len(seconds) // 2] * 1000, seconds[int(len(seconds) * 0.99)] * 1000
    return f"{words:<37}p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   (goal p99 < 10 ms)"


def _timed(work: object, *values: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work(*values)
    return time.perf_counter() - start


def _at_hub(file: Path) -> tuple[int, int]:
    """Visits of ours, and those of them beyond one for each line."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT result FROM activity WHERE result LIKE '%visit number %'").fetchall()
    return len(found), len(found) - len({text for (text,) in found})


if __name__ == "__main__":
    main()
