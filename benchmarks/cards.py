"""Processor time and statements of problem cards. `python -m benchmarks.cards [REPS]`, 30 reps unless said otherwise.

One rep on the demo company, and a team that has been grown to REPS by giving each of its reps' rows to more people. Each is
loaded from the file and its cards told in words; medians of 9 after one warm-up. The processor's time, so that a busy machine
does not count; goals are 50 ms for a rep and 150 ms for a team of 30.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text
from sqlmodel import Session

from cockpit.domain.card_deals import deal_reader
from cockpit.domain.problems import cards_of
from cockpit.domain.team import reps_below
from cockpit.garbage import no_collecting
from cockpit.hub.seed import seed_company
from cockpit.services.card_views import card_views
from cockpit.services.container import services_on
from cockpit.services.desk import Desk
from cockpit.services.views import open_book
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.queries.people import everybody
from cockpit.storage.reading import FileReader

ANCHOR = date(2026, 11, 20)
RUNS = 9
GROWN = {
    "person": "id",
    "account": "owner_id",
    "deal": "owner_id",
    "activity": "rep_id",
    "target": "scope_id",
    "stage_change": "owner_id",
    "milestone_done": "owner_id",
    "change_log": "owner_id",
}
"""What is given to more people, and the column that says whose it is."""
LINKS = frozenset({"id", "owner_id", "rep_id", "scope_id", "account_id", "deal_id", "entity_id", "contact_id"})


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(Path(folder) / "company.db")
        report = seed_company(database, ANCHOR)
        os.environ["COCKPIT_NOW"] = report.now.isoformat()
        sign_in(database, report.lead_id)
        keep(database, [report.lead_id, *team(database)])
        show(f"team of {len(team(database))}, cards of all", *measured(lambda: all_cards(database)))
        grow(database, wanted)
        show(f"team of {len(team(database))}, cards of all", *measured(lambda: all_cards(database)))
        show(f"team of {len(team(database))}, the board", *measured(lambda: services_on(database).team.load()))
        show(f"lead of {len(team(database))}, own cards", *measured(lambda: services_on(database).cards.load()))
        sign_in(database, report.rep_id)
        keep(database, [report.rep_id])
        show("one rep, cards", *measured(lambda: services_on(database).cards.load()))
        database.close()


def show(name: str, milliseconds: float, statements: int) -> None:
    sys.stdout.write(f"{name:<32} {milliseconds:7.1f} ms  {statements:3} statements\n")


def sign_in(database: Database, person_id: str) -> None:
    with database.write() as session:
        for key, value in (("person_id", person_id), ("device_id", "device-1"), ("complete", "1")):
            meta.put(session, key, value)


def keep(database: Database, ids: list[str]) -> None:
    """Only what a device of these people holds: rows of their own, and people, teams and rules of everybody."""
    owners = ", ".join(f"'{row_id}'" for row_id in ids)
    with database.write() as session:
        for table, owner in GROWN.items():
            if table not in ("person", "target"):
                session.connection().execute(text(f"DELETE FROM {table} WHERE {owner} NOT IN ({owners})"))


def team(database: Database) -> list[str]:
    """Ids of the reps below who is signed in."""
    with database.look() as reader:
        people, teams = everybody(reader)
        return [rep.id for rep in reps_below(people, teams, meta.get(reader, "person_id"))]


@no_collecting()
def all_cards(database: Database) -> int:
    """Every card of every rep in words, from one book, as the board reads them."""
    ids = team(database)
    with database.look() as source:
        book = open_book(Desk(database), source, ids, None, is_brief=True)
    reader = deal_reader(book)
    return sum(len(card_views(book, cards_of(book, rep, reader))) for rep in ids)


def grow(database: Database, wanted: int) -> None:
    """More reps in the lead's team, each with all rows of one that is there, under ids of their own."""
    models = team(database)
    with database.write() as session:
        for number in range(wanted - len(models)):
            _copy(session, models[number % len(models)], f"-{number}")


def _copy(session: Session, rep_id: str, mark: str) -> None:
    connection = session.connection()
    for table, owner in GROWN.items():
        columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
        chosen = [
            f"CASE WHEN {name} IS NULL THEN NULL ELSE {name} || :mark END" if name in LINKS else name
            for name in columns
        ]
        sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM {table} WHERE {owner} = :rep"
        connection.execute(text(sql), {"mark": mark, "rep": rep_id})


def measured(call: Callable[[], object]) -> tuple[float, int]:
    """Median milliseconds of the processor, and how many statements one call sends."""
    with counted() as sent:
        call()
    times = []
    for _run in range(RUNS):
        begun = time.process_time()
        call()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times), len(sent)


@contextmanager
def counted() -> Iterator[list[str]]:
    sent: list[str] = []
    read = FileReader.rows

    def rows(reader: FileReader, sql: str, /, **values: object) -> list[tuple[object, ...]]:
        sent.append(sql)
        return read(reader, sql, **values)

    with patch.object(FileReader, "rows", rows):
        yield sent


if __name__ == "__main__":
    main()
