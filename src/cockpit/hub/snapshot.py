"""The first load: every visible row, table by table, one NDJSON page at a time.

The head is taken before the first page and carried in the page token, so that what changes meanwhile
comes again with the changes that follow.
"""

from __future__ import annotations

import json

from sqlalchemy import func
from sqlmodel import Session, col, select

from cockpit.hub import cursors, revisions, visibility
from cockpit.hub.cursors import Cursor, Signer
from cockpit.hub.tokens import Actor
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED

PAGE = 2_000
_ENTITIES = tuple(SYNCED)


def page(session: Session, actor: Actor, sign: Signer, token: str, limit: int = PAGE) -> bytes:
    """One page as NDJSON, its last line `{"next", "cursor", "total"}`. Raises Problem as cursors do."""
    if token:
        start = sign.read("snapshot", token)
    else:
        start = {"h": revisions.head(session), "t": _total(session, actor), "n": 0, "i": ""}
    lines: list[str] = []
    place, after = int(start["n"]), str(start["i"])
    while place < len(_ENTITIES) and len(lines) < limit:
        entity = _ENTITIES[place]
        found = _lines(session, actor, entity, after, limit - len(lines))
        lines += [line for _row_id, line in found]
        place, after = (place, found[-1][0]) if len(lines) == limit else (place + 1, "")
    following = sign.write("snapshot", {**start, "n": place, "i": after}) if place < len(_ENTITIES) else None
    cursor = cursors.write(sign, Cursor(start["h"], start["h"]))
    lines.append(_json({"next": following, "cursor": cursor, "total": start["t"]}))
    return ("\n".join(lines) + "\n").encode()


def _lines(session: Session, actor: Actor, entity: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Ids and lines of the next rows of a table."""
    table = SYNCED[entity]
    wanted = select(table).where(visibility.table_filter(actor, entity), col(table.id) > after)
    found: list[tuple[str, str]] = []
    for row in session.exec(wanted.order_by(col(table.id)).limit(limit)):
        data = visibility.redact(actor, entity, to_wire(row, entity))
        found.append((row.id, _json({"entity": entity, "data": data})))
    return found


def _total(session: Session, actor: Actor) -> int:
    """Rows in all, counted once at the start."""
    found = 0
    for entity, table in SYNCED.items():
        count = select(func.count()).select_from(table).where(visibility.table_filter(actor, entity))
        found += session.exec(count).one()
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
