"""The first load: every visible row, table by table, one NDJSON page at a time.

The head is taken before the first page and carried in the page token, so that what changes meanwhile
comes again with the changes that follow.
"""

from __future__ import annotations

from collections.abc import Generator

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from cockpit.hub import cursors, revisions, visibility
from cockpit.hub.cursors import Cursor, Signer
from cockpit.hub.feed import as_json
from cockpit.hub.tokens import Actor
from cockpit.storage.records import to_wire_plainly, travelling
from cockpit.storage.tables import SYNCED

PAGE = 2_000
PAGE_BYTES = 4 * 1024 * 1024
_AT_A_TIME = 200
_ENTITIES = tuple(SYNCED)


def page(session: Session, actor: Actor, sign: Signer, token: str, limit: int = PAGE) -> bytes:
    """One page as NDJSON, its last line `{"next", "cursor", "total"}`. Raises Problem as cursors do."""
    if token:
        start = sign.read("snapshot", token)
    else:
        start = {"h": revisions.head(session), "t": _total(session, actor), "n": 0, "i": ""}
    lines: list[bytes] = []
    size = 0
    place, after = int(start["n"]), str(start["i"])
    while place < len(_ENTITIES) and len(lines) < limit and size < PAGE_BYTES:
        found = _lines(session, actor, _ENTITIES[place], after, limit - len(lines))
        for row_id, line in found:
            lines.append(line)
            size, after = size + len(line), row_id
            if size >= PAGE_BYTES:
                break
        else:
            if len(lines) < limit:
                place, after = place + 1, ""
        found.close()
    following = sign.write("snapshot", {**start, "n": place, "i": after}) if place < len(_ENTITIES) else None
    cursor = cursors.write(sign, Cursor(start["h"], start["h"]))
    lines.append(as_json({"next": following, "cursor": cursor, "total": start["t"]}))
    return b"\n".join(lines) + b"\n"


def _lines(
    session: Session, actor: Actor, entity: str, after: str, limit: int
) -> Generator[tuple[str, bytes], None, None]:
    """Ids and lines of the next rows of a table, read as they are wanted: rows may be large."""
    table = SYNCED[entity]
    wanted = select_columns(*travelling(entity)).where(visibility.table_filter(actor, entity), col(table.id) > after)
    wanted = wanted.order_by(col(table.id)).limit(limit).execution_options(yield_per=_AT_A_TIME)
    with session.execute(wanted) as rows:
        for row in rows:
            data = visibility.redact(actor, entity, to_wire_plainly(entity, row))
            yield data["id"], as_json({"entity": entity, "data": data})


def _total(session: Session, actor: Actor) -> int:
    """Rows in all, counted once at the start."""
    found = 0
    for entity, table in SYNCED.items():
        count = select(func.count()).select_from(table).where(visibility.table_filter(actor, entity))
        found += session.exec(count).one()
    return found
