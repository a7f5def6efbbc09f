"""Rows coming in from the hub: what they do to the rows here, to my pending work and to its conflicts.

A row without pending work is overwritten by a newer revision. With pending work each field is merged by
replaying the queue on the received row exactly as the hub will, so that both decide alike. What cannot
be merged opens a conflict; the row here goes on showing my value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, literal, select, union_all
from sqlmodel import Session, col

from cockpit.crm.wire import Deleted
from cockpit.domain.merge import LONG_TEXT_FIELDS, merge_field
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse
from cockpit.storage import rows
from cockpit.storage.records import column_types, from_wire, required_columns, table_of, to_wire, wire_value
from cockpit.storage.tables import SYNCED, InboundErrorRow, OutboxRow, SyncBaseRow, SyncedRow, TombstoneRow
from cockpit.sync import chains, conflicts, receipts

Key = tuple[str, str]

ID = re.compile(r"[\x21-\x7e]{1,64}")

_KEPT_BY_HUB = frozenset({"id", "rev"})

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_QUEUED = select(OutboxRow).where(col(OutboxRow.entity_id).in_(_IDS)).order_by(col(OutboxRow.seq))
_STONES = select(TombstoneRow).where(col(TombstoneRow.id).in_(_IDS))
_REFUSED = select(InboundErrorRow).where(col(InboundErrorRow.id).in_(_IDS))
_MET = union_all(
    select(literal("outbox")).where(exists().where(col(OutboxRow.entity_id).in_(_IDS))),
    select(literal("tombstone")).where(exists().where(col(TombstoneRow.id).in_(_IDS))),
    select(literal("inbound_error")).where(exists().where(col(InboundErrorRow.id).in_(_IDS))),
)


@dataclass
class Nearby:
    """What is here already of the rows that come in, read in a few SELECTs for a whole page."""

    rows: dict[Key, SyncedRow] = field(default_factory=dict)
    queued: dict[Key, list[OutboxRow]] = field(default_factory=dict)
    tombstones: dict[Key, TombstoneRow] = field(default_factory=dict)
    refused: dict[Key, InboundErrorRow] = field(default_factory=dict)


def look_around(session: Session, keys: Collection[Key]) -> Nearby:
    """Read everything that rows with these keys could meet."""
    near = Nearby()
    by_entity: dict[str, list[str]] = {}
    for entity, row_id in keys:
        by_entity.setdefault(entity, []).append(row_id)
    asked = {"ids": [row_id for _entity, row_id in keys]}
    for entity, wanted in by_entity.items():
        if entity in SYNCED:
            for row in session.scalars(_rows_of(entity), {"ids": wanted}):
                near.rows[entity, row.id] = row
    # most rows meet none of the three: one look says so
    met = set(rows.beside(session).scalars(_MET, asked))
    for mutation in session.scalars(_QUEUED, asked) if "outbox" in met else ():
        near.queued.setdefault((mutation.entity, mutation.entity_id), []).append(mutation)
    for stone in session.scalars(_STONES, asked) if "tombstone" in met else ():
        near.tombstones[stone.entity, stone.id] = stone
    for refused in session.scalars(_REFUSED, asked) if "inbound_error" in met else ():
        near.refused[refused.entity, refused.id] = refused
    return near


@cache
def _rows_of(entity: str) -> Select[Any]:
    return select(SYNCED[entity]).where(col(SYNCED[entity].id).in_(_IDS))


@dataclass
class Receiver:
    """Applies received rows and deletions in the caller's write transaction."""

    session: Session
    near: Nearby
    generation: int
    now: datetime
    is_bulk: bool = False
    """Gather rows that are new here and write them with `write_fresh`: less than half the time for a first load."""
    comparable: int = 0
    """Rows of an older generation are replaced whatever their revision; this one, where `generation` is older still."""
    fresh: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def row(self, entity: str, data: dict[str, Any], *, is_answer: bool = False) -> bool:
        """Take one full row in wire form; True when it was news.

        `is_answer` marks a row that answers my own push: it is taken at an equal revision too.
        Raises BadUse for a row that does not fit; nothing of it has been applied then.
        """
        values = _checked(entity, data)
        key, rev = (entity, values["id"]), values["rev"]
        if key[1] in self.fresh.get(entity, ()):
            self.write_fresh()  # the same row twice in one page: the second one meets the first
            written = rows.find(self.session, *key)
            assert written is not None
            self.near.rows[key] = written
        stone = self.near.tombstones.get(key)
        if stone is not None and stone.rev >= rev:
            return False
        row = self.near.rows.get(key)
        if (
            row is not None
            and row.seen_gen >= max(self.generation, self.comparable)
            and (row.rev > rev or (row.rev == rev and not is_answer))
        ):
            return False
        if stone is not None:
            self.session.delete(self.near.tombstones.pop(key))
        queued = self.near.queued.get(key, [])
        if queued:
            self._merge(entity, _wire(values), row, queued)
            return True
        values |= {"pending": 0, "seen_gen": self.generation}
        if row is None:
            _need_all(entity, values)
        if row is None and self.is_bulk:
            self.fresh.setdefault(entity, {})[key[1]] = values
        else:
            self.near.rows[key] = rows.put_values(self.session, entity, values, row)
        return True

    def again(self, entity: str, row_id: str) -> None:
        """Lay what was received last under my changes once more: the hub has said that it has not taken one of them."""
        base, row = self.session.get(SyncBaseRow, (entity, row_id)), self.near.rows.get((entity, row_id))
        if base is not None and base.rev > 0 and row is not None:
            self._lay(entity, base.base, row, self.near.queued[entity, row_id])

    def write_fresh(self) -> None:
        """Write what was gathered."""
        for entity, found in self.fresh.items():
            rows.insert_many(self.session, entity, list(found.values()))
        self.fresh.clear()

    def deletion(self, gone: Deleted) -> bool:
        """Take one tombstone; True when something was here. With work pending on the row it is a conflict."""
        if gone.entity not in SYNCED:
            raise BadUse(f"unknown entity {gone.entity}")
        if not ID.fullmatch(gone.id) or not 0 < gone.rev < 2**63:
            raise BadUse(f"{gone.entity}: a deletion needs an id and a revision")
        key = (gone.entity, gone.id)
        row = self.near.rows.get(key) or rows.find(self.session, *key)
        queued = self.near.queued.get(key, [])
        if row is not None and row.seen_gen >= self.generation and row.rev > gone.rev:
            return False
        if gone.reason == "scope" and queued and key in self.near.tombstones:
            return False  # it was deleted before: what I made of it is in question and can be made again
        if gone.reason == "scope":
            # of a row out of sight nobody can be asked anything: the hub says no to the change, and that is told
            conflicts.ask_no_more(self.session, queued, "scope", self.now)
            return self._forget(key, row)
        if row is not None and queued and queued[-1].op != "delete":
            first = queued[0]
            conflicts.open_conflict(
                self.session,
                first,
                now=self.now,
                kind="delete_edit",
                theirs_rev=gone.rev,
                theirs_by=gone.by_id,
                theirs_at=gone.deleted_at,
            )
        else:
            conflicts.ask_no_more(self.session, queued, "missing", self.now)  # I deleted it too: there is no other side
            self._forget(key, row)  # its base too: a deletion of mine that is let go must not bring it back
        self._bury(key, gone, row)
        return row is not None

    def refuse(self, entity: str, row_id: str, cursor: str, reason: str) -> None:
        """Note a row that could not be applied; its next revision tries again."""
        self.session.merge(
            InboundErrorRow(
                entity=clean_line(entity, 32) or "-",
                id=clean_line(row_id, 64) or "-",
                cursor=cursor,
                reason=clean_line(reason, 500),
                seen_at=self.now,
            )
        )
        self.session.flush()  # the next one may be without an id too

    def accepted(self, key: Key) -> None:
        """The row fits now: forget that an earlier revision of it did not."""
        refused = self.near.refused.pop(key, None)
        if refused is not None:
            self.session.delete(refused)

    def _forget(self, key: Key, row: SyncedRow | None) -> bool:
        """The row left my sight. What I typed stays in the queue, the row itself may not stay on disk."""
        if row is not None:
            self.session.delete(row)
            self.near.rows.pop(key, None)
        receipts.drop_base(self.session, *key)
        return row is not None

    def _bury(self, key: Key, gone: Deleted, row: SyncedRow | None) -> None:
        stone = self.near.tombstones.get(key)
        if stone is None:
            stone = TombstoneRow(entity=key[0], id=key[1], rev=gone.rev, deleted_at=gone.deleted_at or self.now)
            self.session.add(stone)
            self.near.tombstones[key] = stone
        stone.rev, stone.by_id, stone.merged_into = max(stone.rev, gone.rev), gone.by_id, gone.merged_into
        if row is not None:
            stone.owner_id, stone.account_id = row.owner_id, getattr(row, "account_id", None)

    def _merge(self, entity: str, theirs: dict[str, Any], row: SyncedRow | None, queued: list[OutboxRow]) -> None:
        """Lay the received row under my queued changes of it."""
        key = (entity, theirs["id"])
        base = self.session.get(SyncBaseRow, key)
        if base is None:
            base = SyncBaseRow(entity=entity, id=key[1], rev=theirs["rev"])
            self.session.add(base)
        base.rev, base.base, base.seen_gen = theirs["rev"], theirs, self.generation
        conflicts.row_is_back(self.session, queued, self.now)
        row = self._lay(entity, theirs, row, queued)
        if row is not None:
            row.seen_gen = self.generation

    def _lay(
        self, entity: str, theirs: dict[str, Any], row: SyncedRow | None, queued: list[OutboxRow]
    ) -> SyncedRow | None:
        """Show what was received with my changes on top; None where I have deleted the row."""
        if queued[-1].op == "delete":
            self._merge_under_delete(theirs, queued[-1])
            return None
        shown = to_wire(row, entity) if row is not None else {}
        values = dict(theirs)
        for name in _touched(queued):
            values[name] = self._replay(entity, name, theirs, shown, queued)
        row = rows.put_on(self.session, entity, values, row)
        row.pending = len(queued)
        self.near.rows[entity, theirs["id"]] = row
        return row

    def _merge_under_delete(self, theirs: dict[str, Any], mutation: OutboxRow) -> None:
        """I have deleted the row: a question only if it is not the one I saw then."""
        seen = mutation.base
        names = (theirs.keys() & seen.keys()) - _KEPT_BY_HUB
        if any(theirs[name] != seen[name] for name in names) and not chains.is_unanswered(mutation):
            conflicts.open_conflict(
                self.session,
                mutation,
                now=self.now,
                kind="edit_delete",
                base=seen,
                theirs=theirs,
                theirs_rev=theirs["rev"],
            )

    def _replay(
        self, entity: str, name: str, theirs: dict[str, Any], shown: dict[str, Any], queued: list[OutboxRow]
    ) -> Any:
        """The value of one field after my queue on top of theirs, as the hub will work it out."""
        value = theirs.get(name)
        for mutation in queued:
            if mutation.op != "patch" or name not in mutation.patch:
                continue  # a create that is still queued has been applied, or its row could not come in
            seen, mine = mutation.base.get(name), mutation.patch[name]
            merged = merge_field(entity, name, seen, mine, value)
            if merged.is_conflict:
                is_asked = conflicts.is_asked(self.session, entity, theirs["id"], name)
                may_be_past = mutation.status == "parked" or not (is_asked or chains.is_unanswered(mutation))
                if may_be_past and receipts.has_said_since(self.session, mutation, queued, name):
                    continue  # it has not gone through yet; of this field the hub has a later word of mine
                latest = next(m.patch[name] for m in reversed(queued) if name in m.patch)
                if (entity, name) in LONG_TEXT_FIELDS or is_asked:
                    # a text shows what was merged into it; one in question my last word, which the hub may have by now
                    latest = shown.get(name, latest)  # else the row may show what a restored hub has lost again
                if not chains.is_unanswered(mutation):
                    conflicts.open_conflict(
                        self.session,
                        mutation,
                        now=self.now,
                        field=name,
                        base=seen,
                        mine=latest,
                        theirs=theirs.get(name),
                        theirs_rev=theirs["rev"],
                    )
                return latest
            value = merged.value
        return value


def _touched(queued: Iterable[OutboxRow]) -> list[str]:
    names = {name for mutation in queued if mutation.op == "patch" for name in mutation.patch}
    return sorted(names - _KEPT_BY_HUB)


@cache
def _needed(entity: str) -> frozenset[str]:
    """Travelling columns that may not be null."""
    columns = table_of(SYNCED[entity]).columns
    return frozenset(name for name in column_types(entity) if not columns[name].nullable)


def _checked(entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """Column values of one received row. Raises BadUse for a row that does not fit."""
    if entity not in SYNCED:
        raise BadUse(f"unknown entity {entity}")
    values = from_wire(entity, data, _needed(entity))
    row_id, rev = values.get("id"), values.get("rev")
    if not isinstance(row_id, str) or not ID.fullmatch(row_id) or row_id != data["id"]:
        raise BadUse(f"{entity}: an id of 1 to 64 visible ASCII signs is needed")
    if not isinstance(rev, int) or rev < 1:
        raise BadUse(f"{entity}: a revision above 0 is needed")
    return values


def _need_all(entity: str, values: dict[str, Any]) -> None:
    missing = required_columns(entity) - values.keys()
    if missing:
        raise BadUse(f"{entity}.{min(missing)}: a value is needed")


def _wire(values: dict[str, Any]) -> dict[str, Any]:
    """Column values in this program's own wire form, so that equal values are equal."""
    known = {name: wire_value(value) for name, value in values.items() if name != "extra"}
    return {**values.get("extra", {}), **known}
