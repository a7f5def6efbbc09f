"""What a connector costs on a running CRM. `python -m benchmarks.crm bottlecrm URL TOKEN`

Prints for the first reading the seconds (of which so many of our own processor), requests and bytes of each kind of row, then
an idle look at the feed, then how long a change made behind its back takes to be read. Seed the CRM first:
`python -m tests.real_crm.bottle 2000 5000` (or `tryton`, and give it a minute: what is younger it tells of again).
"""

from __future__ import annotations

import importlib
import sys
import time
from dataclasses import dataclass

from cockpit.crm.connector import Access, BadRemote, Connector, Remote

Spent = tuple[float, float, float, float]
"""Seconds, seconds of our own processor, requests, bytes received."""


@dataclass
class Watch:
    """What was spent since the last look."""

    crm: Connector
    before: Spent = (0.0, 0.0, 0.0, 0.0)

    def spent(self) -> Spent:
        crm, before = self.crm, self.before
        self.before = (time.perf_counter(), time.process_time(), crm.requests, crm.received_bytes)
        seconds, own, requests, size = (now - then for now, then in zip(self.before, before))
        return seconds, own, requests, size


def line(what: str, spent: Spent, rows: str = "") -> None:
    seconds, own, requests, size = spent
    print(
        f"{what:<24}{seconds:>9.2f} s{own:>8.2f} s ours{requests:>7.0f} requests{size / 1024:>11.1f} KiB  {rows}",
        flush=True,
    )


def first_reading(crm: Connector, watch: Watch) -> tuple[Remote, dict[str, str]]:
    """Every kind in order. A deal to change afterwards, and where the changes of each kind go on."""
    deal: Remote | None = None
    cursors = {"": crm.feed("").cursor} if crm.can.fed else {}
    whole: Spent = (0.0, 0.0, 0.0, 0.0)
    for entity, holding in crm.can.holdings.items():
        kept = parked = 0
        for page in crm.snapshot(entity) if holding.delta == "none" else crm.changes(entity, ""):
            kept += sum(isinstance(row, Remote) for row in page.rows)
            parked += sum(isinstance(row, BadRemote) for row in page.rows)
            deal = next((row for row in page.rows if isinstance(row, Remote) and entity == "deal"), deal)
            if page.cursor:
                cursors[entity] = page.cursor
        spent = watch.spent()
        whole = (whole[0] + spent[0], whole[1] + spent[1], whole[2] + spent[2], whole[3] + spent[3])
        line(entity, spent, f"{kept} rows" + (f", {parked} set aside" if parked else ""))
    line("first reading", whole)
    assert deal is not None, "the CRM has no deal"
    return deal, cursors


def look(crm: Connector, cursors: dict[str, str]) -> list[Remote]:
    """What changed since the last look, as it is now."""
    found: list[Remote | BadRemote | None] = []
    if crm.can.fed:
        feed = crm.feed(cursors[""])
        cursors[""] = feed.cursor
        found += [crm.read(entity, remote_id) for entity, remote_id, _op in feed.touched]
    for entity in cursors.keys() - {""}:
        for page in crm.changes(entity, cursors[entity]):
            found += page.rows
            cursors[entity] = page.cursor or cursors[entity]
    return [row for row in found if isinstance(row, Remote)]


def main() -> None:
    name, url, secret = sys.argv[1:4]
    connect = importlib.import_module(f"cockpit.crm.{name}").connect
    crm: Connector = connect(Access(url, secret, wait=time.sleep))
    other: Connector = connect(Access(url, secret, wait=time.sleep))
    watch = Watch(crm)
    watch.spent()
    print(f"{crm.greet().product} lacks: {'; '.join(crm.can.lacks)}")
    line("greeting", watch.spent())
    deal, cursors = first_reading(crm, watch)
    look(crm, cursors)
    watch.spent()
    idle = look(crm, cursors)
    line("idle round", watch.spent(), f"{len(idle)} rows")
    other.greet()
    changed = other.update("deal", deal, {"name": f"{deal.values['name']} *"})
    watch.spent()
    found = look(crm, cursors)
    line("the round of a change", watch.spent(), f"it is here: {changed.id in {row.id for row in found}}")
    crm.close()
    other.close()


if __name__ == "__main__":
    main()
