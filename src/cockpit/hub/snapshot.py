"""The first load: every visible row, table by table, one NDJSON page at a time.

The head is taken before the first page and carried in the page token, so that what changes meanwhile
comes again with the changes that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

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
        start = {"h": revisions.head(session), "n": 0, "i": "", **_count(session, actor)}
    lines: list[bytes] = []
    size = 0
    place, after = int(start["n"]), str(start["i"])
    while place < len(_ENTITIES) and len(lines) < limit and size < PAGE_BYTES:
        entity, in_turn = _ENTITIES[place], place in start.get("w", ())
        found = _lines(session, actor, entity, after, limit - len(lines), in_turn=in_turn)
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
    session: Session, actor: Actor, entity: str, after: str, limit: int, *, in_turn: bool
) -> Generator[tuple[str, bytes], None, None]:
    """Ids and lines of the next rows of a table, read as they are wanted: rows may be large."""
    table, connection = SYNCED[entity], session.connection()
    seen = visibility.table_filter(actor, entity)
    if in_turn:
        seen = case((seen, 1), else_=0) == 1  # offers no index of its own
    wanted = select_columns(*travelling(entity, connection.dialect.name)).where(seen, col(table.id) > after)
    wanted = wanted.order_by(col(table.id)).limit(limit).execution_options(yield_per=_AT_A_TIME)
    with connection.execute(wanted) as rows:
        for row in rows:
            data = visibility.redact(actor, entity, to_wire_plainly(entity, row))
            yield data["id"], as_json({"entity": entity, "data": data})


def _count(session: Session, actor: Actor) -> dict[str, Any]:
    """Rows to come, counted once at the start, and the numbers of the tables to walk in the order of their ids."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    total, in_turn = 0, []
    for number, (entity, table) in enumerate(SYNCED.items()):
        rows = select(func.count()).select_from(table)
        found = _one(session, rows.where(visibility.table_filter(actor, entity)))
        total += found
        if is_sqlite and is_walked(found, partial(_one, session, rows)):
            in_turn.append(number)
    return {"t": total, "w": in_turn}


def _one(session: Session, count: SelectOfScalar[int]) -> int:
    return session.exec(count).one()


def is_walked(found: int, rows: Callable[[], int]) -> bool:
    """Whether to walk a table of so many rows, of which so many are in sight, in the order of the ids.

    Else SQLite gathers and sorts all that is in sight, for each page anew: of 50,000 visits a third of the time.
    """
    pages = found // PAGE
    return pages > 0 and found * pages > rows()
