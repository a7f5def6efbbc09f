"""Load the activities of a hub into SQLite with dlt's rest_api source. Run by benchmarks/first_load.py, with dlt's own Python."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import dlt
from dlt.sources.rest_api import rest_api_source


def main(url: str, token: str, folder: str) -> None:
    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "auth": {"type": "bearer", "token": token},
                "paginator": {"type": "cursor", "cursor_path": "next_cursor", "cursor_param": "cursor"},
            },
            "resources": [
                {
                    "name": "activity",
                    "primary_key": "id",
                    "endpoint": {"path": "v1/activity", "params": {"limit": 500}, "data_selector": "rows"},
                }
            ],
        }
    )
    start = time.perf_counter()
    pipeline = dlt.pipeline(
        "first_load",
        pipelines_dir=folder,
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{Path(folder) / 'loaded.db'}"),
        dataset_name="hub",
        progress=None,
    )
    pipeline.run(source)
    seconds = time.perf_counter() - start
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT count(*) FROM activity")[0][0]
    peak = _peak_mib()
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mib": peak}))


def _peak_mib() -> float:
    """The most memory this process ever held; `ru_maxrss` would count that of its parent before it began."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
