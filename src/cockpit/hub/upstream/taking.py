"""Rows of the CRM into the hub's store, in the caller's transaction: new ones in bulk, changed ones one by one, unchanged
ones not at all. What cannot be taken is kept with its reason, and the page goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.crm.connector import BadRemote, Capabilities, Remote
from cockpit.domain.text import clean_deep, clean_line
from cockpit.hub import intake, revisions, store
from cockpit.hub.batch import Batch
from cockpit.hub.problems import Problem
from cockpit.hub.upstream.links import Links, own_id, references
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.shaping import ORIGIN, Shaper, Waits
from cockpit.storage import rows
from cockpit.storage.records import from_wire, to_wire
from cockpit.storage.tables import SYNCED, CrmFaultRow, CrmLinkRow, FunnelRow, StageRow, TombstoneRow

_TOGETHER = {"account": ("contact", "opening_window"), "deal": ("milestone_done",)}
"""What goes with a row, because it has no sense of its own."""


@dataclass
class Taken:
    """What became of rows. `missing_fields` and `found_fields`: mapped fields, by kind and name, that some row did not
    have any more, and that some had."""

    read: int = 0
    written: int = 0
    removed: int = 0
    missing_fields: set[tuple[str, str]] = field(default_factory=set)
    found_fields: set[tuple[str, str]] = field(default_factory=set)


def is_news(
    session: Session, connection: Connection, can: Capabilities, found: Sequence[Remote | BadRemote], head: int | None
) -> bool:
    """Whether a page has anything that would change something here. Asked first: most pages have not."""
    links = Links(session, connection.name)
    links.learn((one.entity, one.id) for one in found)
    faults = select(CrmFaultRow.entity, CrmFaultRow.remote_id).where(CrmFaultRow.connection == connection.name)
    faulty = set(session.exec(faults).all())
    for one in found:
        if isinstance(one, BadRemote) or (one.entity, one.id) in faulty:
            return True
        link = links.get(one.entity, one.id)
        if one.is_deleted or one.entity not in can.holdings:
            if link is not None:
                return True
        elif link is None:
            return True
        elif not link.state and not (head is not None and link.rev > head):
            digest = Shaper(connection, one.entity, can.holdings[one.entity]).digest(one)
            if link.digest != digest or link.misses or link.version != one.version:
                return True
    return False


class Taker:
    """Takes rows in one transaction. `unread`: kinds that this token may not read, whose rows are only names here."""

    def __init__(
        self,
        session: Session,
        connection: Connection,
        can: Capabilities,
        now: datetime,
        *,
        unread: Iterable[str] = (),
        head: int | None = None,
    ) -> None:
        revisions.lock(session)
        self.session, self._connection, self._can, self._now = session, connection, can, now
        self._unread = frozenset(unread) | ({"person"} - can.holdings.keys())
        self._head = head
        self.links = Links(session, connection.name)
        self.done = Taken()
        self._batch = self._new_batch()
        kept = select(CrmFaultRow.entity, CrmFaultRow.remote_id).where(CrmFaultRow.connection == connection.name)
        self._faulty = set(session.exec(kept).all())

    # -- rows ----------------------------------------------------------------------------------------------------------

    def take(self, found: Sequence[Remote | BadRemote]) -> None:
        """Bring the hub to what a page says. Of a row that comes twice the last one holds."""
        page = {(one.entity, one.id): one for one in found}
        remotes = [one for one in page.values() if isinstance(one, Remote)]
        self.links.learn(key for one in remotes for key in self._named(one))
        for one in page.values():
            self.done.read += 1
            if isinstance(one, BadRemote):
                self.park(one.entity, one.id, "bad", one.reason, one.raw)
            elif one.entity in self._can.holdings:
                self._take(one)
        self._flush()

    def _take(self, remote: Remote) -> None:
        if remote.is_deleted:
            self.remove(remote.entity, remote.id)
            return
        shaper = self.shaper(remote.entity)
        link = self._pinned(remote) or self.links.get(remote.entity, remote.id)
        digest = shaper.digest(remote)
        if link is not None:
            is_older = self._head is not None and link.rev > self._head
            if link.state or is_older or (link.digest == digest and link.misses == 0):
                if not is_older:
                    link.version = remote.version
                    self.mend(remote.entity, remote.id)
                return
            link.misses = 0
        try:
            self._put(shaper, remote, link, digest)
        except Waits as waits:
            self.park(remote.entity, remote.id, "waiting", waits.words, _body(remote))
        except Problem as problem:
            self.park(remote.entity, remote.id, "bad", problem.detail, _body(remote))

    def accept(self, answer: Remote, row_id: str, before: str | None) -> None:
        """The CRM has taken a row of ours: it is linked, and what the CRM made of its values holds.

        `before` is the id it had there; the CRM may have given it another one.
        """
        entity = answer.entity
        row = rows.find(self.session, entity, row_id)
        if (
            row is not None and row.external_ref != answer.id
        ):  # of this transaction's own revision, which nobody has seen
            row.origin, row.external_source, row.external_ref = ORIGIN, self._connection.crm, answer.id
        if before is not None and before != answer.id:
            self.links.put(entity, before, row_id, state="former")
        link = self.links.put(entity, answer.id, row_id, state="", digest="", misses=0)
        self.session.flush()
        self.take([answer])
        self.session.flush()
        link.rev = revisions.head(self.session)

    def _put(self, shaper: Shaper, remote: Remote, link: CrmLinkRow | None, digest: str) -> None:
        entity = remote.entity
        row_id = link.row_id if link is not None else self.links.fitting_id(entity, remote.id, remote.row_id)
        if row_id in self._batch.rows[entity]:
            self._flush()
        row = rows.find(self.session, entity, row_id)
        stored = to_wire(row, entity) if row is not None else None
        if link is None or link.digest != digest:
            values = shaper.ours(remote, stored, self._ours)
            if link is None and not shaper.is_held({**(stored or {}), **values}):
                return
            values |= self._own_funnel(remote)
            for name in shaper.mapped.values():
                fields = self.done.found_fields if name in remote.unknown else self.done.missing_fields
                fields.add((entity, name))
            self._write(entity, row_id, values, stored)
        self.links.put(entity, remote.id, row_id, digest=digest, version=remote.version, misses=0)
        self.mend(entity, remote.id)

    def _write(self, entity: str, row_id: str, values: dict[str, Any], stored: dict[str, Any] | None) -> None:
        if stored is not None:
            changed = {name: value for name, value in values.items() if stored.get(name) != value}
            if changed:
                self._apply(store.Change(entity, row_id, "patch", changed))
            return
        values = self._completed(entity, values)
        missing = intake.missing_columns(entity, values)
        if missing:
            raise Problem("validation", f"needed: {', '.join(missing)}", field=missing[0])
        if self.session.get(TombstoneRow, (entity, row_id)) is not None:
            self._apply(store.Change(entity, row_id, "create", values))
            return
        typed = from_wire(entity, values)
        self._batch.create(entity, row_id, self._now, self._connection.actor_id, **typed)
        self.done.written += 1

    def _completed(self, entity: str, values: dict[str, Any]) -> dict[str, Any]:
        """A new row with what a hub needs and a CRM may not have: a team for everybody, one funnel for new deals."""
        if entity == "person" and not values.get("team_id"):
            return {**values, "team_id": self._own_team()}
        if entity == "funnel" and "is_default" not in values:
            has_default = self.session.exec(select(FunnelRow.id).where(FunnelRow.is_default)).first()
            return {**values, "is_default": not has_default and not self._batch.rows["funnel"]}
        return values

    def _own_funnel(self, remote: Remote) -> dict[str, Any]:
        """A deal in a stage that a person mapped is in the funnel of that stage."""
        mapped = self._mapped_id("stage", str(remote.values.get("stage_id"))) if remote.entity == "deal" else None
        stage = self.session.get(StageRow, mapped) if mapped else None
        return {"funnel_id": stage.funnel_id} if stage is not None else {}

    def _own_team(self) -> str:
        team_id = own_id(self._connection.name, "team", "")
        if rows.find(self.session, "team", team_id) is None:
            values = {"name": self._connection.name, "time_zone": self._connection.zone.key}
            store.apply(
                self.session, store.Change("team", team_id, "create", values), actor_id=None, recorded_at=self._now
            )
        return team_id

    def _apply(self, change: store.Change) -> None:
        store.apply(self.session, change, actor_id=self._connection.actor_id, recorded_at=self._now)
        if change.op == "delete":
            self.done.removed += 1
        else:
            self.done.written += 1

    # -- ids -----------------------------------------------------------------------------------------------------------

    def shaper(self, entity: str) -> Shaper:
        today = self._now.astimezone(self._connection.zone).date()
        return Shaper(self._connection, entity, self._can.holdings[entity], entity in self._can.own_fields, today)

    def theirs(self, entity: str, row_id: str) -> str | None:
        """Their id of a row of ours."""
        for remote_id, person_id in self._connection.people.items() if entity == "person" else ():
            if person_id == row_id:
                return remote_id
        for remote_id, stage_id in self._connection.stages.items() if entity == "stage" else ():
            if stage_id == row_id:
                return remote_id
        link = self.links.of_row(entity, row_id)
        return link.remote_id if link is not None else None

    def _ours(self, entity: str, remote_id: str) -> str | None:
        link = self.links.get(entity, remote_id)
        if link is not None:
            return link.row_id
        mapped = self._mapped_id(entity, remote_id)
        if mapped:
            return mapped
        if entity != "person" or entity not in self._unread:
            return None
        return self.meet(remote_id)

    def meet(self, remote_id: str, name: str = "") -> str:
        """Our id of somebody whom this token may not look up. His name, where it comes to be known, replaces the makeshift."""
        link = self.links.get("person", remote_id)
        known = link.row_id if link is not None else self._mapped_id("person", remote_id)
        row_id = known or self.links.fitting_id("person", remote_id, None)
        row, makeshift = (
            rows.find(self.session, "person", row_id),
            f"{self._connection.crm} {clean_line(remote_id, 64)}",
        )
        if row is None:
            values = {"name": clean_line(name, 64) or makeshift, "team_id": self._own_team()}
            self._apply(store.Change("person", row_id, "create", values))
        elif name and to_wire(row, "person")["name"] == makeshift:
            self._apply(store.Change("person", row_id, "patch", {"name": clean_line(name, 64)}))
        self.links.put("person", remote_id, row_id)
        return row_id

    def _mapped_id(self, entity: str, remote_id: str) -> str | None:
        maps = {"person": self._connection.people, "stage": self._connection.stages}
        return maps.get(entity, {}).get(remote_id)

    def _pinned(self, remote: Remote) -> CrmLinkRow | None:
        """The link of a row that a person mapped to one of ours. Raises nothing: an id that is not here is not mapped."""
        mapped = self._mapped_id(remote.entity, remote.id)
        if not mapped or rows.find(self.session, remote.entity, mapped) is None:
            return None
        return self.links.put(remote.entity, remote.id, mapped, state="pinned", version=remote.version)

    def _named(self, remote: Remote) -> list[tuple[str, str]]:
        named = references(remote.entity, remote.values).items()
        keys = [(kind, str(remote.values[name])) for name, kind in named if remote.values[name]]
        return [(remote.entity, remote.id), *keys]

    # -- rows that go, and rows that cannot come -----------------------------------------------------------------------

    def remove(self, entity: str, remote_id: str) -> None:
        """Their row is gone, so ours goes; what was done with it stays."""
        self.mend(entity, remote_id)
        link = self.links.get(entity, remote_id)
        if link is None or link.state == "pinned":
            return
        row_id, state = link.row_id, link.state
        self.links.drop(link)
        if state == "" and rows.find(self.session, entity, row_id) is not None:
            for kind in _TOGETHER.get(entity, ()):
                self._remove_children(kind, f"{entity}_id", row_id)
            self._apply(store.Change(entity, row_id, "delete"))

    def _remove_children(self, kind: str, column: str, row_id: str) -> None:
        table: Any = SYNCED[kind]
        for child_id in self.session.exec(select(table.id).where(getattr(table, column) == row_id)).all():
            self.links.drop_row(kind, child_id)
            self._apply(store.Change(kind, child_id, "delete"))

    def park(self, entity: str, remote_id: str, kind: str, reason: str, body: Mapping[str, Any]) -> None:
        fault = self._fault(entity, remote_id)
        if fault is None:
            fault = CrmFaultRow(
                connection=self._connection.name, entity=entity, remote_id=remote_id, kind=kind, seen_at=self._now
            )
            self.session.add(fault)
            self._faulty.add((entity, remote_id))
        fault.kind, fault.reason, fault.body = kind, clean_line(reason, 500), clean_deep(dict(body))
        self.session.flush()

    def mend(self, entity: str, remote_id: str) -> None:
        if (entity, remote_id) in self._faulty and (fault := self._fault(entity, remote_id)) is not None:
            self._faulty.discard((entity, remote_id))
            self.session.delete(fault)

    def try_waiting(self) -> None:
        """Take the rows that waited, as long as that makes others takeable."""
        waiting = -1
        while True:
            wanted = (CrmFaultRow.connection == self._connection.name, CrmFaultRow.kind == "waiting")
            faults = self.session.exec(select(CrmFaultRow).where(*wanted).order_by(col(CrmFaultRow.seen_at))).all()
            if not faults or len(faults) == waiting:
                return
            waiting, read = len(faults), self.done.read
            self.take([_remote(fault) for fault in faults])
            self.done.read = read
            self.session.flush()

    def _fault(self, entity: str, remote_id: str) -> CrmFaultRow | None:
        return self.session.get(CrmFaultRow, (self._connection.name, entity, remote_id))

    # -- bulk ----------------------------------------------------------------------------------------------------------

    def _new_batch(self) -> Batch:
        return Batch(lambda _at, _entity, _row_id, _number: store.new_id())

    def _flush(self) -> None:
        """Write the new rows gathered so far. Those of one page are of one kind or name each other in order."""
        self.session.flush()
        if self._batch.log:
            self._batch.write(self.session)
        self._batch = self._new_batch()


def _body(remote: Remote) -> dict[str, Any]:
    return {
        "values": dict(remote.values),
        "unknown": dict(remote.unknown),
        "row_id": remote.row_id,
        "version": remote.version,
    }


def _remote(fault: CrmFaultRow) -> Remote:
    body = fault.body
    return Remote(
        fault.entity,
        fault.remote_id,
        body.get("values", {}),
        row_id=body.get("row_id"),
        version=body.get("version", ""),
        unknown=body.get("unknown", {}),
    )
