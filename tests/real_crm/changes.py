"""A thousand changes on both sides of a real CRM while one answer in ten is lost, then both sides are compared.

`python -m tests.real_crm.changes [tryton|bottlecrm|both] [CHANGES] [MINUTES]` starts each server on an empty database and prints the row
of the table in docs/tryton.md or docs/bottlecrm.md. Lost is any answer, of readings too: the server has done what it was
asked, and nobody hears of it. After MINUTES no further change is made; what was made is settled and compared.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from cockpit.crm import bottlecrm, tryton
from cockpit.crm.connector import Access, Connector
from cockpit.crm.testing import Server
from cockpit.hub.upstream.proving import Proof, Proving
from cockpit.storage.database import Database
from tests.crm.bottle_desk import BottleDesk
from tests.real_crm.bottle import bottle
from tests.real_crm.lossy import Lossy
from tests.real_crm.tryton import DATABASE
from tests.real_crm.tryton import tryton as tryton_server

SHARE = 0.1
Joined = tuple[Connector, Server]


@contextmanager
def on_tryton(wire: Lossy) -> Iterator[Joined]:
    """Raises CannotRun."""
    with tryton_server() as server, closing(server.desk()) as desk:
        desk.add("account", {"name": "First"})
        access = Access(f"{server.url}/{DATABASE}", server.secrets["admin"], lambda _s: None, transport=wire)
        with closing(tryton.connect(access)) as connector:
            yield connector, desk


@contextmanager
def on_bottlecrm(wire: Lossy) -> Iterator[Joined]:
    """Raises CannotRun."""
    with bottle() as server, closing(BottleDesk(server.url, server.tokens["lead"])) as desk:
        access = Access(server.url, server.tokens["lead"], lambda _s: None, transport=wire)
        with closing(bottlecrm.connect(access)) as connector:
            yield connector, desk


CRMS = {"tryton": on_tryton, "bottlecrm": on_bottlecrm}


def proven(connector: Connector, server: Server, wire: Lossy, changes: int, goes_on: Callable[[int], bool]) -> Proof:
    """One run, on a hub of its own. Answers are lost as long as changes are made."""
    with TemporaryDirectory(prefix="cockpit-changes-") as name:
        database = Database.at(Path(name) / "hub.db")
        database.prepare()
        proving = Proving(connector, server, database, loss=0.0, zone=ZoneInfo("Asia/Shanghai"))
        wire.is_losing = lambda: proving.is_losing
        proof = proving.run(changes, goes_on=goes_on)
        database.close()
    return proof


def main() -> None:
    which, changes, minutes = [*sys.argv[1:], *("both", "1000", "120")[len(sys.argv) - 1 :]][:3]
    fails = False
    for name in CRMS if which == "both" else [which]:
        wire, began = Lossy(seed=7, share=SHARE, reads_too=True), time.monotonic()
        until = began + float(minutes) * 60

        def goes_on(
            number: int, name: str = name, wire: Lossy = wire, began: float = began, until: float = until
        ) -> bool:
            if number % 100 == 0:
                spent = time.monotonic() - began
                print(f"{name}: {number} changes, {wire.lost} answers lost, {spent:.0f} s", file=sys.stderr, flush=True)
            return time.monotonic() < until

        with CRMS[name](wire) as (connector, server):
            proof = proven(connector, server, wire, int(changes), goes_on)
        spent = (time.monotonic() - began) / 60
        found = [proof.changes, wire.lost, proof.conflicts, proof.refused]
        found += [len(one) for one in (proof.differing, proof.doubled, proof.lost)]
        cells = [name, *found, f"{spent:.0f} min"]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        for one in (*proof.differing, *proof.doubled, *proof.lost):
            print(f"  {one}", file=sys.stderr)
        fails = fails or not proof.holds
    sys.exit(fails)


if __name__ == "__main__":
    main()
