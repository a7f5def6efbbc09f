"""Seed the demo company, sync its rep from a hub over loopback, print seconds and rows. `python -m benchmarks.first_sync`."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import date

DAY = date(2026, 11, 24)


def main() -> None:
    from cockpit.cli import demo

    with tempfile.TemporaryDirectory() as folder:
        for role in demo.ROLES:
            os.environ["COCKPIT_HOME"] = folder
            with demo.demo_account(DAY, role) as opened:
                fetched = opened.sync.load().pulled
                start = time.perf_counter()
                opened.sync.run()
                idle = time.perf_counter() - start
                start = time.perf_counter()
                opened.today.load()
                today = time.perf_counter() - start
                start = time.perf_counter()
                opened.team.load()
                team = time.perf_counter() - start
                print(
                    f"{role:<5} first sync rows {fetched:>7,}  idle round {idle * 1000:7.1f} ms"
                    f"  today {today * 1000:7.1f} ms  team {team * 1000:7.1f} ms"
                )


if __name__ == "__main__":
    main()
