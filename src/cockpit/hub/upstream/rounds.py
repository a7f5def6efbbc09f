"""One round: what changed at the CRM since the last one, by whatever way this CRM has of telling.

Every page is stored with its cursor in one transaction. An idle round asks once for each stream that has a cursor,
once for the feed, and once for the ids of each kind whose deletions only the ids tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, func, select

from cockpit.crm.connector import CrmForbidden, Holding, Page, Remote
from cockpit.errors import HubError
from cockpit.hub import revisions
from cockpit.hub.upstream.asking import Line, words_of
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.taking import Taker
from cockpit.i18n import _
from cockpit.storage import meta
from cockpit.storage.tables import CrmCursorRow, CrmFaultRow, CrmRunRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.hub.context import Hub

FEED = "feed"
FEW = 100
"""Rows of the feed read one by one; of more a whole snapshot is cheaper."""
SLOW = timedelta(minutes=15)
"""How often a kind is read whole that tells of its changes by nothing else."""
SWEEP = timedelta(hours=1)
"""How often a kind is read whole of whose deletions nothing else tells."""
WHOLE = timedelta(days=1)
"""How often every kind is read whole: feeds and cursors forget what was done in bulk or long ago."""
LEAST_SHRINK, MOST_SHARE = 20, 0.2
"""So many rows and such a share may go at once; a CRM that shows fewer rows has perhaps only changed a role."""
_KEEP_RUNS = 500


@dataclass
class Round:
    """What a round did. `notes` name what could not be read, `error` what ended it."""

    started_at: datetime
    ended_at: datetime | None = None
    requests: int = 0
    received_bytes: int = 0
    read: int = 0
    written: int = 0
    removed: int = 0
    waiting: int = 0
    bad: int = 0
    notes: list[str] = field(default_factory=list)
    error: str = ""


class _Kept(NamedTuple):
    cursor: str
    read_at: datetime


class Rounds:
    """Carries out rounds for one hub. `settle` waits until writes under way are done."""

    def __init__(self, hub: Hub, connection: Connection, line: Line, settle: Callable[[], None]) -> None:
        self._hub, self._connection, self._line, self._settle = hub, connection, line, settle
        self._unread: set[str] = set()
        self._done = Round(hub.now())
        self._cursors: dict[str, _Kept] = {}

    def run(self) -> Round:
        """One round. What fails ends it with its reason; what came before is kept, and the next one goes on from there."""
        line, now = self._line, self._hub.now()
        done = self._done = Round(now)
        requests, received = line.connector.requests, line.connector.received_bytes
        try:
            self._whole()
        except HubError as error:
            done.error = words_of(error)
            line.forget_greeting()
        done.requests = line.connector.requests - requests
        done.received_bytes = line.connector.received_bytes - received
        done.ended_at = self._hub.now()
        self._keep(done)
        return done

    def _whole(self) -> None:
        self._unread = set(self._line.greet().forbidden)
        self._done.notes += [self._words_of_role(entity) for entity in sorted(self._unread)]
        with self._hub.read() as session:
            self._cursors = self._kept_cursors(session)
            is_new_shape = meta.get(session, self._shape_key) not in ("", self._connection.mark)
        if is_new_shape:
            self._cursors = {}
        can = self._line.can
        fed = self._feed() if can.fed else None
        for entity, holding in can.holdings.items():
            if entity in self._unread:
                continue
            try:
                self._read(entity, holding, fed)
            except CrmForbidden:
                self._unread.add(entity)
                self._done.notes.append(self._words_of_role(entity))
        if fed is not None and fed[1]:
            self._save(FEED, fed[1])
        self._take(lambda taker: taker.try_waiting())
        with self._hub.write() as session:
            meta.put(session, self._shape_key, self._connection.mark)

    def _read(self, entity: str, holding: Holding, fed: tuple[list[tuple[str, str, str]] | None, str] | None) -> None:
        """One kind of row, by its cheapest way."""
        whole = self._cursors.get(f"whole:{entity}")
        age = self._hub.now() - whole.read_at if whole is not None else None
        if holding.delta != "none":
            self._changes(entity)
            if age is None:
                self._save(f"whole:{entity}", "")
                return
        touched = fed[0] if fed is not None and entity in self._line.can.fed else None
        mine = None if touched is None else [(remote_id, op) for kind, remote_id, op in touched if kind == entity]
        if age is None or age >= self._patience(entity, holding) or (fed is not None and self._is_lost(entity, mine)):
            self._snapshot(entity, holding)
        elif holding.deletes in ("log", "diff"):
            self._gone(entity, holding, self._line.ask(lambda: self._line.connector.ids(entity)))
        elif mine:
            self._touched(entity, mine)

    def _patience(self, entity: str, holding: Holding) -> timedelta:
        """How long after a whole reading the next one is due."""
        is_told = holding.delta != "none" or entity in self._line.can.fed
        if not is_told:
            return SLOW
        return SWEEP if holding.deletes == "none" else WHOLE

    def _is_lost(self, entity: str, mine: list[tuple[str, str]] | None) -> bool:
        """Whether the feed of this kind overflowed, or tells of more rows than are worth asking for one by one."""
        return entity in self._line.can.fed and (mine is None or len(mine) > FEW)

    # -- ways of reading -----------------------------------------------------------------------------------------------

    def _feed(self) -> tuple[list[tuple[str, str, str]] | None, str]:
        """What was touched, None when that is not known and snapshots are needed, and the cursor to keep at the end."""
        kept = self._cursors.get(FEED)
        feed = self._line.ask(lambda: self._line.connector.feed(kept.cursor if kept is not None else ""))
        if kept is None or not feed.is_whole:
            return None, feed.cursor
        last = {(entity, remote_id): op for entity, remote_id, op in feed.touched}
        return [(entity, remote_id, op) for (entity, remote_id), op in last.items()], feed.cursor

    def _touched(self, entity: str, mine: list[tuple[str, str]]) -> None:
        connector = self._line.connector
        head = self._head()
        for remote_id, op in mine:
            read = None if op == "delete" else self._line.ask(partial(connector.read, entity, remote_id))
            row = read if read is not None else Remote(entity, remote_id, {}, is_deleted=True)
            self._store(Page((row,)), head)

    def _changes(self, entity: str) -> None:
        kept = self._cursors.get(f"changes:{entity}")
        cursor, connector = kept.cursor if kept is not None else "", self._line.connector
        head = self._head()
        for page in self._line.pages(lambda: connector.changes(entity, cursor)):
            self._store(page, head, f"changes:{entity}")
            head = self._head()

    def _snapshot(self, entity: str, holding: Holding) -> None:
        """Every row; what it does not name any more is gone, after as many misses as its way of paging needs."""
        connector, seen = self._line.connector, set[str]()
        head = self._head()
        for page in self._line.pages(lambda: connector.snapshot(entity)):
            seen |= {row.id for row in page.rows if not (isinstance(row, Remote) and row.is_deleted)}
            self._store(page, head)
            head = self._head()
        self._gone(entity, holding, frozenset(seen))
        self._save(f"whole:{entity}", "")

    def _gone(self, entity: str, holding: Holding, seen: frozenset[str]) -> None:
        needed = 1 if holding.deletes in ("log", "diff") or self._line.can.paging != "offset" else 2
        accepts = f"crm_shrink:{self._connection.name}"

        def compare(taker: Taker) -> None:
            links = taker.links.every(entity)
            missing = [link for link in links if link.remote_id not in seen]
            for link in links:
                if link.misses and link.remote_id in seen:
                    link.misses = 0
            gone = [link for link in missing if link.misses + 1 >= needed]
            is_too_much = len(gone) > max(LEAST_SHRINK, MOST_SHARE * len(links))
            if is_too_much and not meta.get(taker.session, accepts):
                text = _(
                    "{count} of {total} rows of {entity} are not shown any more: nothing was removed. If they are gone:"
                )
                words = text.format(count=len(gone), total=len(links), entity=entity)
                self._done.notes.append(f"{words} cockpit hub upstream --accept-shrink")
                return
            for link in missing:
                if link in gone:
                    taker.remove(entity, link.remote_id)
                else:
                    link.misses += 1

        self._take(compare)

    # -- storing -------------------------------------------------------------------------------------------------------

    def _store(self, page: Page, head: int, stream: str = "") -> None:
        self._settle()

        def take(taker: Taker) -> None:
            taker.take(page.rows)
            if stream and page.cursor:
                self._put_cursor(taker.session, stream, page.cursor)

        self._take(take, head)

    def _take(self, work: Callable[[Taker], None], head: int | None = None) -> None:
        with self._hub.write() as session:
            taker = Taker(session, self._connection, self._line.can, self._hub.now(), unread=self._unread, head=head)
            work(taker)
        done, taken = self._done, taker.done
        done.read += taken.read
        done.written += taken.written
        done.removed += taken.removed
        for name in sorted(taken.missing_fields):
            words = _("the CRM has no field {name} any more: the mapping names it").format(name=name)
            if words not in done.notes:
                done.notes.append(words)

    def _save(self, stream: str, cursor: str) -> None:
        with self._hub.write() as session:
            self._put_cursor(session, stream, cursor)

    def _put_cursor(self, session: Session, stream: str, cursor: str) -> None:
        row = session.get(CrmCursorRow, (self._connection.name, stream))
        if row is None:
            row = CrmCursorRow(connection=self._connection.name, stream=stream, read_at=self._hub.now())
            session.add(row)
        row.cursor, row.read_at = cursor, self._hub.now()

    def _keep(self, done: Round) -> None:
        with self._hub.write() as session:
            kinds = select(CrmFaultRow.kind, func.count()).where(CrmFaultRow.connection == self._connection.name)
            faults = dict(session.exec(kinds.group_by(col(CrmFaultRow.kind))).all())
            done.waiting, done.bad = faults.get("waiting", 0), faults.get("bad", 0)
            values = {name: getattr(done, name) for name in Round.__dataclass_fields__}
            session.add(CrmRunRow(connection=self._connection.name, **values))
            session.flush()
            mine = select(CrmRunRow).where(CrmRunRow.connection == self._connection.name)
            for old in session.exec(mine.order_by(col(CrmRunRow.id).desc()).offset(_KEEP_RUNS)).all():
                session.delete(old)

    def _head(self) -> int:
        with self._hub.read() as session:
            return revisions.head(session)

    def _kept_cursors(self, session: Session) -> dict[str, _Kept]:
        wanted = select(CrmCursorRow).where(CrmCursorRow.connection == self._connection.name)
        return {row.stream: _Kept(row.cursor, row.read_at) for row in session.exec(wanted)}

    @property
    def _shape_key(self) -> str:
        return f"crm_shape:{self._connection.name}"

    def _words_of_role(self, entity: str) -> str:
        return _("this token may not read {entity}").format(entity=entity)
