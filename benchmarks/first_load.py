"""A first load of many activities from a hub over loopback: rows a second and peak memory, beside a plain loader and dlt.

`python -m benchmarks.first_load [--rows N] [--repeat N]`. The plain loader asks for the same pages with httpx, reads
them with json and writes them with one sqlite3 `executemany` a page. dlt's rest_api source pages through the list of
activities into SQLite; `make rivals` installs it. Each loader is a process of its own, in turn, on a new file.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DLT = Path(os.environ.get("DLT_PYTHON", ROOT / ".rivals" / "dlt" / "bin" / "python"))
PERSON = "rep-1"
_CHUNK = 5_000
_START = datetime(2024, 1, 1, 8, tzinfo=UTC)
_WORDS = "Met the CFO; price is fine, delivery in week 12 is not. 下周再谈。"


def fill_hub(path: Path, activities: int) -> str:
    """A hub of one rep with so many visits behind him; his token."""
    from sqlmodel import Session

    from cockpit.hub import cursors, tokens
    from cockpit.storage import meta, rows
    from cockpit.storage.database import Database
    from cockpit.storage.tables import ChangeRow

    def put(session: Session, entity: str, found: list[dict[str, Any]]) -> None:
        rows.insert_many(session, entity, found)
        session.execute(
            ChangeRow.__table__.insert(),  # type: ignore[attr-defined]
            [
                {"rev": r["rev"], "entity": entity, "entity_id": r["id"], "op": "put", "owner_id": r.get("owner_id")}
                for r in found
            ],
        )

    database = Database.at(path)
    database.prepare()
    with database.write() as session:
        cursors.found(session)
        put(session, "team", [{"id": "team-1", "rev": 1, "name": "East-1", "time_zone": "Asia/Shanghai"}])
        put(session, "person", [{"id": PERSON, "rev": 2, "name": "张伟", "role": "rep", "team_id": "team-1"}])
        put(session, "account", [{"id": "account-1", "rev": 3, "name": "恒泰机械", "owner_id": PERSON}])
        token = tokens.issue(session, PERSON, label="benchmark")
    for first in range(0, activities, _CHUNK):
        with database.write() as session:
            put(session, "activity", [_visit(n) for n in range(first, min(first + _CHUNK, activities))])
            meta.put(session, "head_rev", str(4 + activities))
    database.close()
    return token


def _visit(number: int) -> dict[str, Any]:
    begins = _START + timedelta(minutes=7 * number)
    return {
        "id": f"visit-{number:08}",
        "rev": 4 + number,
        "owner_id": PERSON,
        "rep_id": PERSON,
        "account_id": "account-1",
        "status": "held",
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=45),
        "goal": "CFO agrees to the pilot",
        "goal_result": "reached",
        "needs": ["price", "delivery"],
        "result": _WORDS,
        "next_step": "send the offer",
    }


@contextmanager
def serving(path: Path) -> Iterator[str]:
    """The hub in a process of its own; its address."""
    code = f"from cockpit.hub.serving import serve; serve({str(path)!r}, is_embedded=True)"
    command = [sys.executable, "-c", code]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield json.loads(child.stdout.readline())["url"]
    finally:
        child.terminate()
        child.wait()


def load_with_cockpit(url: str, token: str, folder: str) -> None:
    """`cockpit sync` of a device that has just signed in."""
    from cockpit.services.container import services_on
    from cockpit.storage.database import Database

    database = Database.at(Path(folder) / "loaded.db")
    database.prepare()
    opened = services_on(database)
    opened.sync.sign_in(url, token, remember=False)
    start = time.perf_counter()
    opened.sync.run()
    seconds = time.perf_counter() - start
    with database.look() as reader:
        ((rows,),) = reader.rows("SELECT count(*) FROM activity")
    database.close()
    _tell(int(rows), seconds)


def load_plainly(url: str, token: str, folder: str) -> None:
    """The least that could be done: no merge, no base, no check of any value, and a page is one transaction too."""
    import httpx

    start = time.perf_counter()
    database = sqlite3.connect(Path(folder) / "loaded.db", isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")
    names: list[str] = []
    page = ""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        while page is not None:
            answer = client.get("/v1/sync/snapshot", params={"page": page} if page else {})
            *lines, end = [json.loads(line) for line in answer.raise_for_status().text.splitlines()]
            found = [line["data"] for line in lines if line["entity"] == "activity"]
            if found and not names:
                names = sorted(found[0])
                database.execute(f"CREATE TABLE activity ({', '.join(names)}, PRIMARY KEY (id))")
            database.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(names))
            values = [[json.dumps(v) if isinstance(v := row[n], (list, dict)) else v for n in names] for row in found]
            if values:
                database.executemany(f"INSERT INTO activity VALUES ({marks})", values)
            database.execute("COMMIT")
            page = end["next"]
    seconds = time.perf_counter() - start
    ((rows,),) = database.execute("SELECT count(*) FROM activity").fetchall()
    database.close()
    _tell(rows, seconds)


def _peak_mib() -> float:
    """The most memory this process ever held; `ru_maxrss` would count that of its parent before it began."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _tell(rows: int, seconds: float) -> None:
    peak = _peak_mib()
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mib": peak}))


def _command(loader: str) -> list[str]:
    if loader == "dlt":
        return [str(DLT), str(ROOT / "benchmarks" / "dlt_loader.py")]
    return [sys.executable, "-m", "benchmarks.first_load", "--as", loader]


def _run(loader: str, url: str, token: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COCKPIT_HOME": folder, "RUNTIME__DLTHUB_TELEMETRY": "false"}
        done = subprocess.run(
            [*_command(loader), url, token, folder], cwd=ROOT, env=environment, capture_output=True, text=True
        )
    if done.returncode != 0:
        raise SystemExit(f"{loader}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--as", dest="loader", choices=("cockpit", "plain"), help=argparse.SUPPRESS)
    asked.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    wanted = asked.parse_args()
    if wanted.loader:
        {"cockpit": load_with_cockpit, "plain": load_plainly}[wanted.loader](*wanted.rest)
        return
    loaders = ["cockpit", "plain", *(["dlt"] if DLT.exists() else [])]
    if "dlt" not in loaders:
        print("dlt is not installed: `make rivals` does it", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        token = fill_hub(Path(folder) / "hub.db", wanted.rows)
        with serving(Path(folder) / "hub.db") as url:
            taken: dict[str, list[dict[str, float]]] = {loader: [] for loader in loaders}
            for _round in range(wanted.repeat):
                for loader in loaders:
                    taken[loader].append(_run(loader, url, token))
    ours = statistics.median(found["seconds"] for found in taken["cockpit"])
    for loader, runs in taken.items():
        seconds = statistics.median(found["seconds"] for found in runs)
        peak = statistics.median(found["peak_mib"] for found in runs)
        speed = runs[0]["rows"] / seconds
        print(
            f"{loader:<8} {runs[0]['rows']:>9,.0f} rows {seconds:7.2f} s {speed:9,.0f} rows/s"
            f" {peak:6.0f} MiB   cockpit is {seconds / ours:.2f} times as fast"
        )


if __name__ == "__main__":
    main()
