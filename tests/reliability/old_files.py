"""Account files of earlier schemas, kept as SQL text in `schemas/`: `python -m tests.reliability.old_files REVISION`.

Written once, by the program of that schema or the next, and never changed: they stand for files in the field.
Each holds every kind of mutation in every state, receipts of every result, bases and conflicts.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlmodel import Session, SQLModel

from cockpit.migrations import upgrade
from cockpit.storage.database import Database
from cockpit.storage.tables import ConflictRow, OutboxRow, load_all
from cockpit.sync import outbox, receipts
from cockpit.sync.outbox import Edit

FOLDER = Path(__file__).parent / "schemas"
STATES = ("pending", "inflight", "conflict", "parked", "blocked")
"""A blocked one waits for the parked one of its operation."""
OPS = ("create", "patch", "delete")
RESULTS = ("applied", "replayed", "discarded", "undone", "answered")
NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
_OF_LATER_PROGRAMS = ("ops", "ops_digest", "forgotten_digest", "hub_url", "hub_host", "epoch", "head_rev")
"""Facts that the program of the time did not keep, or that a test sets for its own hub."""


def names() -> list[str]:
    """The revisions that are kept."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))


def build(revision: str, target: Path) -> Path:
    """Make the account file that is kept of a revision."""
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript((FOLDER / f"{revision}.sql").read_text("utf-8"))
    return target


def edit(op: str, state: str) -> Edit:
    """The change that stands in the file for an operation and a state; its text names both."""
    number = OPS.index(op) * len(STATES) + STATES.index(state)
    if op == "create":
        starts = (NOW + timedelta(days=2, hours=STATES.index(state))).replace(microsecond=0)
        values = {"rep_id": "rep-1", "owner_id": "rep-1", "account_id": "account-1", "starts_at": starts}
        return Edit("activity", f"new-{state}", "create", {**values, "goal": f"create {state}"})
    if op == "patch":
        return Edit("activity", f"visit-{number}", "patch", {"goal": f"patch {state}"})
    return Edit("activity", f"visit-{number}", "delete")


def fill(database: Database) -> None:
    """Queue every change in every state, and end one of each result."""
    for op in OPS:
        parked = ""
        for state in STATES:
            with database.write() as session:
                _queue(session, edit(op, state))
                mutation = _newest(session)
                mutation.status, mutation.attempts = state, 1 if state != "pending" else 0
                if state == "blocked":
                    mutation.depends_on = parked
                if state == "parked":
                    parked = mutation.mutation_id
                    mutation.error_type, mutation.error_text = "validation", "goal: too long"
                if state == "conflict":
                    session.add(_question(mutation, op))
    for number, result in enumerate(RESULTS):
        with database.write() as session:
            _queue(session, Edit("account", f"account-{number + 1}", "patch", {"phone": f"ended {result}"}))
            receipts.end(session, [_newest(session)], result, now=NOW, rev=7 if number < 2 else 0)  # type: ignore[arg-type]


def _queue(session: Session, change: Edit) -> None:
    outbox.submit(session, [change], actor_id="rep-1", label=f"{change.op} {change.id}", now=NOW)


def _newest(session: Session) -> OutboxRow:
    from sqlmodel import col, select

    return session.exec(select(OutboxRow).order_by(col(OutboxRow.seq).desc())).first()  # type: ignore[return-value]


def _question(mutation: OutboxRow, op: str) -> ConflictRow:
    kind, field = {"create": ("unique", ""), "patch": ("field", "goal"), "delete": ("edit_delete", "")}[op]
    return ConflictRow(
        id=f"question-{op}",
        mutation_id=mutation.mutation_id,
        entity=mutation.entity,
        entity_id=mutation.entity_id,
        field=field,
        base=mutation.base.get("goal") if field else mutation.base,
        mine=mutation.patch.get("goal"),
        theirs="theirs",
        theirs_rev=99,
        kind=kind,
        opened_at=NOW,
    )


def write(revision: str) -> Path:
    """Write the SQL text of a revision, from a real device of today with only the columns of that time."""
    from tests.reliability.processes import LoopbackHub, new_home

    os.environ["COCKPIT_NOW"] = "2026-11-24T08:30:00+08:00"
    load_all()
    with tempfile.TemporaryDirectory() as folder:
        with LoopbackHub(Path(folder)) as hub:
            home = new_home(Path(folder) / "home", hub.url, hub.token)
        database = Database.at(home.database)
        fill(database)
        database.close()
        text = "\n".join(_dump(empty(revision, Path(folder) / "old.db"), home.database))
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{revision}.sql"
    target.write_text(f"{text}\n", "utf-8")
    return target


def empty(revision: str, target: Path) -> Path:
    """Make a file of that schema without rows."""
    engine = create_engine(f"sqlite:///{target}")

    @event.listens_for(engine, "connect")
    def _plain(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None

    with engine.begin() as connection:
        upgrade(connection, SQLModel.metadata, revision)
    engine.dispose()
    return target


def take_rows(connection: sqlite3.Connection, new: Path) -> None:
    """Fill the file of `connection` with the rows of another one: the columns of its own time."""
    connection.execute("ATTACH ? AS new", (str(new),))
    for table in tables(connection):
        columns = ", ".join(f'"{name}"' for name in columns_of(connection, table))
        connection.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM new."{table}"')
    connection.execute("DETACH new")


def tables(connection: sqlite3.Connection) -> list[str]:
    """Those that hold rows of the program, in order."""
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [str(name) for (name,) in found if name != "alembic_version"]


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f'PRAGMA main.table_info("{table}")')]


def _dump(old: Path, new: Path) -> Iterator[str]:
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        take_rows(connection, new)
        connection.execute("DELETE FROM cursor")
        connection.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in _OF_LATER_PROGRAMS])
        yield from connection.iterdump()


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1])}\n")
