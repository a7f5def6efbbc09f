"""One round: what changed at the CRM since the last one, by whatever way this CRM has of telling.

Every page is stored with its cursor in one transaction. An idle round asks once for each stream that has a cursor,
once for the feed, and once for the ids of each kind whose deletions only the ids tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, func, select

from cockpit.crm.connector import CrmCursorLost, CrmForbidden, Holding, Page, Remote
from cockpit.errors import HubError
from cockpit.hub import revisions
from cockpit.hub.upstream import refusals
from cockpit.hub.upstream.asking import Line
from cockpit.hub.upstream.links import Links
from cockpit.hub.upstream.notes import FIELD, SHRINK, Notes
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.status import shrink_key
from cockpit.hub.upstream.taking import Taker, is_news
from cockpit.hub.upstream.words import trouble
from cockpit.i18n import _
from cockpit.storage import meta
from cockpit.storage.tables import CrmCursorRow, CrmFaultRow, CrmLinkRow, CrmRunRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.hub.context import Hub

FEED = "feed"
FEW = 100
"""Rows of the feed read one by one; of more a whole snapshot is cheaper."""
SWEEP = timedelta(hours=1)
"""How often a kind is read whole of whose deletions nothing else tells."""
WHOLE = timedelta(days=1)
"""How often a kind that a feed tells of is read whole: it does not tell what was done in bulk."""
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


_NONE = _Kept("", datetime.min.replace(tzinfo=UTC))


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
            done.error = trouble(error, self._connection.crm).detail
            line.forget_greeting()
        done.requests = line.connector.requests - requests
        done.received_bytes = line.connector.received_bytes - received
        done.ended_at = self._hub.now()
        self._keep(done)
        return done

    def age(self) -> timedelta | None:
        """Since the last round of any process ended, None before the first."""
        mine = select(CrmRunRow.ended_at).where(CrmRunRow.connection == self._connection.name)
        with self._hub.read() as session:
            ended_at = session.exec(mine.order_by(col(CrmRunRow.id).desc()).limit(1)).first()
        return self._hub.now() - ended_at if ended_at is not None else None

    def _whole(self) -> None:
        self._unread = set(self._line.greet().forbidden)
        self._done.notes += [self._words_of_role(entity) for entity in sorted(self._unread)]
        with self._hub.read() as session:
            self._cursors = self._kept_cursors(session)
            has_shape = meta.get(session, self._shape_key) == self._connection.mark
        if not has_shape:
            self._cursors = {}  # other maps: everything is looked at again
            with self._hub.write() as session:
                Notes(session, self._connection.name).forget()
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
        if fed is not None and fed[1] != self._cursors.get(FEED, _NONE).cursor:
            self._save(FEED, fed[1])
        if self._count("waiting"):
            self._take(lambda taker: taker.try_waiting())
        if not has_shape:
            with self._hub.write() as session:
                meta.put(session, self._shape_key, self._connection.mark)

    def _read(self, entity: str, holding: Holding, fed: tuple[list[tuple[str, str, str]] | None, str] | None) -> None:
        """One kind of row, by its cheapest way."""
        age = self._age(f"whole:{entity}")
        if holding.delta != "none":
            self._changes(entity, holding)
            if age is None:
                self._save(f"whole:{entity}", "")
                return
        touched = fed[0] if fed is not None and entity in self._line.can.fed else None
        mine = None if touched is None else [(remote_id, op) for kind, remote_id, op in touched if kind == entity]
        if age is None or age >= self._patience(entity, holding) or (fed is not None and self._is_lost(entity, mine)):
            self._snapshot(entity, holding)
        elif holding.deletes in ("log", "diff") and holding.delta != "none":
            compared = self._age(f"ids:{entity}")
            if (age if compared is None else compared) >= timedelta(seconds=holding.rest_s):
                self._gone(entity, holding, self._line.ask(lambda: self._line.connector.ids(entity)))
                self._save(f"ids:{entity}", "")
        elif mine:
            self._touched(entity, mine)

    def _age(self, stream: str) -> timedelta | None:
        kept = self._cursors.get(stream)
        return self._hub.now() - kept.read_at if kept is not None else None

    def _patience(self, entity: str, holding: Holding) -> timedelta:
        """How long after a whole reading the next one is due."""
        rest = timedelta(seconds=holding.rest_s)
        if entity in self._line.can.fed:
            return SWEEP if holding.deletes == "none" else WHOLE
        if holding.delta == "none":
            return rest
        return max(SWEEP, rest) if holding.deletes == "none" else timedelta.max

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

    def _changes(self, entity: str, holding: Holding) -> None:
        kept = self._cursors.get(f"changes:{entity}")
        try:
            self._changes_since(entity, kept.cursor if kept is not None else "")
        except CrmCursorLost:
            self._snapshot(entity, holding)
            self._changes_since(entity, "")

    def _changes_since(self, entity: str, cursor: str) -> None:
        connector, head = self._line.connector, self._head()
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
        name, topic = self._connection.name, f"{SHRINK}{entity}"
        accepts = shrink_key(name)

        with self._hub.read() as session:
            is_missing = any(link.misses or link.remote_id not in seen for link in self._links(session, entity))
            if not is_missing and topic not in Notes(session, name).every():
                return

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
                Notes(taker.session, name).put(topic, f"{words} cockpit hub upstream --accept-shrink")
                return
            Notes(taker.session, name).drop(topic)
            for link in missing:
                if link in gone:
                    taker.remove(entity, link.remote_id)
                else:
                    link.misses += 1
            if is_too_much:
                meta.remove(taker.session, accepts)  # it was said of these rows

        self._take(compare)

    # -- storing -------------------------------------------------------------------------------------------------------

    def _links(self, session: Session, entity: str) -> list[CrmLinkRow]:
        return Links(session, self._connection.name).every(entity)

    def _count(self, kind: str) -> int:
        with self._hub.read() as session:
            mine = (CrmFaultRow.connection == self._connection.name, CrmFaultRow.kind == kind)
            return session.exec(select(func.count()).select_from(CrmFaultRow).where(*mine)).one()

    def _store(self, page: Page, head: int, stream: str = "") -> None:
        self._settle()
        with self._hub.read() as session:
            is_moved = bool(stream and page.cursor) and self._cursors.get(stream, _NONE).cursor != page.cursor
            if not is_moved and not is_news(session, self._connection, self._line.can, page.rows, head):
                self._done.read += len(page.rows)
                return

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
            notes = Notes(session, self._connection.name)
            for entity, name in taken.found_fields - taken.missing_fields:
                notes.drop(f"{FIELD}{entity}:{name}")
            for entity, name in taken.missing_fields:
                words = _("the CRM has no field {name} any more: the mapping names it").format(name=name)
                notes.put(f"{FIELD}{entity}:{name}", words)
        done.read += taken.read
        done.written += taken.written
        done.removed += taken.removed

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
        done.waiting, done.bad = self._count("waiting"), self._count("bad")
        with self._hub.write() as session:
            done.notes += Notes(session, self._connection.name).every().values()
            values = {name: getattr(done, name) for name in Round.__dataclass_fields__}
            session.add(CrmRunRow(connection=self._connection.name, **values))
            session.flush()
            refusals.forget(session, self._connection.name, self._hub.now())
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
