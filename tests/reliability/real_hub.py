"""The real hub in this process, on SQLite or PostgreSQL, and the oracle that looks at its tables from outside (I2, I4, I6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import msgspec
from sqlalchemy import event, text
from sqlmodel import Session, SQLModel, col, select

from cockpit.hub import cursors, marks, merging, revisions, store, tokens
from cockpit.hub.app import create_app
from cockpit.hub.store import Change
from cockpit.hub.tokens import ADMIN, SELF, TEAM, Actor
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import (
    SYNCED,
    AccountRow,
    ChangeLogRow,
    DealRow,
    MutationResultRow,
    PersonRow,
    TokenRow,
    load_all,
)
from tests.reliability.overwrites import Writers, watch
from tests.reliability.protocol import Key, Oracle, Row, Written, found_company

LEAD = "lead-1"
FOUNDED = datetime(2026, 11, 1, tzinfo=UTC)


class HubPlace:
    """One hub of this process on a SQLite file, made once; each schedule begins with the same content."""

    def __init__(self, path: Path, empty: bytes) -> None:
        self.path = path
        path.write_bytes(empty)
        self._begin(Database(f"sqlite:///{path}"))

    def _begin(self, database: Database) -> None:
        self.database = database
        if database.is_sqlite:
            event.listen(database._engine, "connect", _quick)
        self.now: Callable[[], datetime] = lambda: FOUNDED
        self.runner = asyncio.Runner()
        self.app = create_app(database, lambda: self.now())
        with database.write() as session:
            found_company(lambda *row: _apply(session, Change(row[0], row[1], "create", row[2]), "", FOUNDED))
        self.founded = self.keep()

    def keep(self) -> Any:
        """The whole content."""
        return self.path.read_bytes()

    def put_back(self, kept: Any) -> None:
        self.database._engine.dispose()
        self.path.write_bytes(kept)

    def ask(self, request: httpx.Request) -> httpx.Response:
        """Hand a request of the synchronous client to the application."""
        headers = {**request.headers, "accept-encoding": "identity"}
        inner = httpx.Request(request.method, request.url, headers=headers, content=request.read())

        async def answered() -> httpx.Response:
            answer = await httpx.ASGITransport(self.app).handle_async_request(inner)
            body = b"".join([part async for part in answer.aiter_raw()])
            kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
            return httpx.Response(answer.status_code, headers=kept, content=body)

        with _without_threads():
            return self.runner.run(answered())

    def close(self) -> None:
        self.runner.close()
        self.database.close()


class PostgresPlace(HubPlace):
    """The same on a PostgreSQL database, which is emptied and filled again instead of copied."""

    def __init__(self, url: str) -> None:
        load_all()
        database = Database(url)
        database.prepare()
        self._begin(database)

    def keep(self) -> Any:
        with self.database._engine.connect() as connection:
            tables = SQLModel.metadata.sorted_tables
            return {table.name: [dict(row._mapping) for row in connection.execute(table.select())] for table in tables}

    def put_back(self, kept: Any) -> None:
        tables = SQLModel.metadata.sorted_tables
        with self.database._engine.begin() as connection:
            names = ", ".join(f'"{table.name}"' for table in tables)
            connection.execute(text(f"TRUNCATE {names}"))
            for table in tables:
                if kept[table.name]:
                    connection.execute(table.insert(), kept[table.name])


@contextmanager
def _without_threads() -> Iterator[None]:
    """A handler that is not asynchronous runs where it is called: nothing else is asked meanwhile."""

    async def directly(work: Callable[..., Any], *values: Any, **_how: Any) -> Any:
        return work(*values)

    kept = anyio.to_thread.run_sync
    anyio.to_thread.run_sync = directly  # type: ignore[assignment]
    try:
        yield
    finally:
        anyio.to_thread.run_sync = kept


def _quick(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")


def _apply(session: Session, change: Change, by: str, now: datetime) -> None:
    store.apply(session, change, actor_id=by or None, recorded_at=now)


@dataclass
class Seen:
    """What the oracle knows of the hub's log."""

    entries: set[str] = field(default_factory=set)
    applied: set[str] = field(default_factory=set)
    order: dict[tuple[str, Key], int] = field(default_factory=dict)
    writers: Writers = field(default_factory=Writers)

    def copied(self) -> Seen:
        return Seen(set(self.entries), set(self.applied), dict(self.order), self.writers.copied())


class RealHub:
    """A server of the simulator: the hub's own application does the work, and what it did is read from its tables."""

    def __init__(self, place: HubPlace, now: Callable[[], datetime], oracle: Oracle) -> None:
        self.place, self.now, self.oracle = place, now, oracle
        self.page_size = 500
        place.put_back(place.founded)
        place.now = now
        place.app.state.hub._tidied.clear()
        place.app.state.hub.head_met = 0
        self._seen = Seen()
        self._backups: list[tuple[Any, Seen]] = []
        self._base_revs: dict[str, int] = {}
        self._epochs = 0
        self._current = {self._mark()}
        self._look()

    # --- requests ------------------------------------------------------------------------------------

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/sync/push":
            return self._push(request)
        if path in ("/v1/sync/changes", "/v1/sync/snapshot"):
            most = min(self.page_size, int(request.url.params.get("limit", "500")))
            url = request.url.copy_set_param("limit", most)
            request = httpx.Request(request.method, url, headers=request.headers, content=request.read())
        return self.place.ask(request)

    def _push(self, request: httpx.Request) -> httpx.Response:
        for mutation in msgspec.json.decode(request.read())["mutations"]:
            self.oracle.sent(mutation)
            self._base_revs[mutation["mutation_id"]] = mutation["base_rev"]
        before = self.head()
        answer = self.place.ask(request)
        self._look()
        if answer.status_code == 200:
            statuses = [result["status"] for result in msgspec.json.decode(answer.content)["results"]]
            if "applied" not in statuses and self.head() != before:
                self.oracle.find(f"I2 a push that applied nothing ({statuses}) changed the hub")
        return answer

    def _look(self) -> None:
        """Read what the log gained, and hold each entry against what its writer had seen."""
        with self.place.database.read() as session:
            known = self._seen.entries
            entries = session.exec(select(ChangeLogRow).order_by(col(ChangeLogRow.rev))).all()
            new = [entry for entry in entries if entry.id not in known]
            self._seen.applied = set(session.exec(select(MutationResultRow.mutation_id)))
            self._seen.applied |= {entry.id for entry in entries}
            for entry in new:
                known.add(entry.id)
                self._judge(entry)

    def _judge(self, entry: ChangeLogRow) -> None:
        written = self.oracle.written.get(entry.id)
        key = (entry.entity, entry.entity_id)
        device = written.device if written else ""
        if written is not None:
            if (written.entity, written.entity_id, written.op) != (*key, entry.op):
                self.oracle.find(f"I2 {entry.id} is another change at the hub: {entry.op} of {key}")
            # a late copy of one that was answered meanwhile finds its value there already: it overtakes nothing
            has_effect = entry.op != "patch" or any(entry.before.get(name) != now for name, now in entry.after.items())
            if has_effect and written.seq < self._seen.order.get((device, key), 0):
                self.oracle.find(f"I6 {entry.id} of {key} overtaken by a later edit of its device")
            self._seen.order[device, key] = max(written.seq, self._seen.order.get((device, key), 0))
            self._hold(entry, written)
        names = entry.after if entry.op == "patch" else written.patch if written else ()
        self._seen.writers.note(key, names, entry.rev, device)

    def _hold(self, entry: ChangeLogRow, written: Written) -> None:
        if entry.op == "patch":
            for name, value in entry.after.items():
                old, base_rev = entry.before.get(name), self._base_revs.get(entry.id, 0)
                watch(self.oracle, self._seen.writers, written, name, old, value, base_rev, written.device)
        elif entry.op == "delete":
            unseen = [n for n, seen in written.base.items() if n != "rev" and entry.before.get(n, seen) != seen]
            if unseen:
                self.oracle.find(f"I4 {written.entity_id} was deleted with {unseen} its deleter had not seen")

    # --- what the schedule and the invariants ask -----------------------------------------------------

    def applied(self) -> set[str]:
        return self._seen.applied

    def epoch_now(self) -> str:
        with self.place.database.read() as session:
            return meta.get(session, "epoch")

    def head(self) -> int:
        with self.place.database.read() as session:
            return revisions.head(session)

    def is_current(self, mark: str) -> bool:
        return mark in self._current

    def _mark(self) -> str:
        with self.place.database.read() as session:
            return marks.history(session).mark

    def _start(self) -> None:
        """The process begins anew."""
        self.place.app.state.hub.head_met = 0
        with self.place.database.write() as session:
            marks.draw(session)
        self._current.add(self._mark())

    def ids(self, entity: str) -> list[str]:
        with self.place.database.read() as session:
            return sorted(session.exec(select(SYNCED[entity].id)))

    def value(self, entity: str, row_id: str, name: str) -> Any:
        with self.place.database.read() as session:
            return getattr(session.get(SYNCED[entity], row_id), name)

    def role_of(self, person_id: str) -> tuple[str, str]:
        with self.place.database.read() as session:
            person = session.get(PersonRow, person_id)
            assert person is not None
            return person.role, person.team_id or ""

    def visible_to(self, person_id: str) -> dict[Key, Row]:
        """By the rule of the contract, not by the hub's own words for it."""
        with self.place.database.read() as session:
            rows = {
                (entity, row.id): to_wire(row, entity)
                for entity in SYNCED
                for row in session.exec(select(SYNCED[entity]))
            }
        people = {key[1]: row for key, row in rows.items() if key[0] == "person"}
        me = people[person_id]
        sight = {person_id}
        if me["role"] != "rep":
            sight |= {other for other, row in people.items() if row["team_id"] == me["team_id"]}

        def sees(row: Row) -> bool:
            owner, account_id = row.get("owner_id"), row.get("account_id")
            account = rows.get(("account", account_id)) if account_id else None
            if owner in sight or account is None:
                return owner in sight or (owner is None and not account_id)
            return account["owner_id"] in sight

        return {key: row for key, row in rows.items() if sees(row)}

    # --- what others do ------------------------------------------------------------------------------

    def admit(self, token: str, person_id: str) -> None:
        scopes = f"{SELF} {TEAM}"
        with self.place.database.write() as session:
            row = TokenRow(hash=tokens.hashed(token), person_id=person_id, scopes=scopes, created_at=FOUNDED)
            session.add(row)

    def is_good(self, token: str) -> bool:
        with self.place.database.read() as session:
            row = session.get(TokenRow, tokens.hashed(token))
            return row is not None and row.revoked_at is None

    def set_good(self, token: str, is_good: bool) -> None:
        with self.place.database.write() as session:
            row = session.get(TokenRow, tokens.hashed(token))
            if row is not None:
                row.revoked_at = None if is_good else self.now()

    def change(self, entity: str, row_id: str, values: Row, *, by: str) -> None:
        with self.place.database.write() as session:
            op: Any = "create" if session.get(SYNCED[entity], row_id) is None else "patch"
            _apply(session, Change(entity, row_id, op, values), by, self.now())
        self._look()

    def remove(self, entity: str, row_id: str, *, by: str) -> None:
        with self.place.database.write() as session:
            _apply(session, Change(entity, row_id, "delete"), by, self.now())
        self._look()

    def move_account(self, account_id: str, owner_id: str, *, with_deals: bool) -> None:
        with self.place.database.write() as session:
            _apply(session, Change("account", account_id, "patch", {"owner_id": owner_id}), LEAD, self.now())
            deals = select(DealRow.id).where(DealRow.account_id == account_id).order_by(DealRow.id)
            for deal_id in session.exec(deals).all() if with_deals else ():
                _apply(session, Change("deal", deal_id, "patch", {"owner_id": owner_id}), LEAD, self.now())
        self._look()

    def merge_accounts(self, source_id: str, target_id: str) -> None:
        admin = Actor(LEAD, LEAD, "team_lead", "team-1", frozenset({ADMIN}), None)
        with self.place.database.write() as session:
            source = session.get(AccountRow, source_id)
            assert source is not None
            merging.merge(session, admin, source_id, target_id, f'"{source.rev}"', self.now())
        self._look()

    def set_role(self, person_id: str, role: str, team_id: str) -> None:
        self.change("person", person_id, {"role": role, "team_id": team_id}, by="admin")

    def expire_cursors(self) -> None:
        with self.place.database.write() as session:
            cursors.forget_before(session, revisions.head(session))

    def back_up(self) -> None:
        self._backups.append((self.place.keep(), self._seen.copied()))
        if self.head() % 2:
            self._start()

    def restore(self, *, is_announced: bool = True) -> bool:
        """An older state. Who is who, and which tokens are good, is not part of the backup."""
        if not self._backups:
            return False
        epoch, (content, seen) = self.epoch_now(), self._backups.pop()
        with self.place.database.read() as session:
            people = [(person.id, person.role, person.team_id or "") for person in session.exec(select(PersonRow))]
            ended = {row.hash: row.revoked_at for row in session.exec(select(TokenRow))}
        self.place.put_back(content)
        self._seen = seen
        with self.place.database.write() as session:
            meta.put(session, "epoch", epoch)
            for row in session.exec(select(TokenRow)):
                row.revoked_at = ended[row.hash]
        self._current.clear()
        self._start()
        if not is_announced:
            return True
        self.new_epoch()
        for person_id, role, team_id in people:
            if self.role_of(person_id) != (role, team_id):
                self.set_role(person_id, role, team_id)
        return True

    def new_epoch(self) -> None:
        self._epochs += 1
        with self.place.database.write() as session:
            meta.put(session, "epoch", f"epoch-{self._epochs}")
