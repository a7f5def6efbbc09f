"""Reads of the sync tables: the state of a row's writes, and what the footer counts."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cockpit.storage import meta
from cockpit.storage.reading import Reader, among, reader_of
from cockpit.storage.reading import moment as stored_moment

if TYPE_CHECKING:
    from sqlmodel import Session

WriteState = Literal["done", "saved", "waiting", "sending", "conflict", "parked", "blocked"]
"""done: the hub has it. saved: on disk, queued. waiting: tried, comes again. sending: on its way. blocked: behind one that
is held by a conflict or parked."""

_ASK_BY_ID = 400
"""Above this many ids the whole queue is read instead: it is short, and the statement stays short too."""

_WORST_FIRST: tuple[WriteState, ...] = ("conflict", "parked", "blocked", "sending", "waiting", "saved")


def write_state(status: str, attempts: int) -> WriteState:
    """The state a user sees of one queued mutation."""
    if status == "conflict":
        return "conflict"
    if status == "parked":
        return "parked"
    if status == "inflight":
        return "sending"
    if status == "blocked":
        return "blocked"
    return "waiting" if attempts else "saved"


def write_states(source: Session | Reader, ids: Collection[str]) -> dict[str, WriteState]:
    """The state of each row in `ids`, in one SELECT. With several mutations of a row the worst counts."""
    wanted = set(ids)
    found: dict[str, WriteState] = dict.fromkeys(wanted, "done")
    if not wanted:
        return found
    where, values = among("entity_id", wanted) if len(wanted) <= _ASK_BY_ID else ("1 = 1", {})
    found_rows = reader_of(source).rows(f"SELECT entity_id, status, attempts FROM outbox WHERE {where}", **values)
    for row_id, status, attempts in found_rows:
        if row_id not in wanted:
            continue
        state, before = write_state(status, attempts), found[row_id]
        if before == "done" or _WORST_FIRST.index(state) < _WORST_FIRST.index(before):
            found[row_id] = state
    return found


@dataclass(frozen=True, slots=True)
class PendingSummary:
    """What the badge counts: one row each for the queue and the open conflicts."""

    pending: int
    conflicts: int
    parked: int
    oldest_pending_at: datetime | None
    blocked: int = 0


def pending_summary(source: Session | Reader) -> PendingSummary:
    """Counts of the queue and of open conflicts, in one SELECT."""
    reader = reader_of(source)
    of = "coalesce(sum(CASE WHEN status = '{status}' THEN 1 ELSE 0 END), 0)"
    columns = ", ".join(("count(*)", of.format(status="parked"), of.format(status="blocked"), "min(occurred_at)"))
    asked = "(SELECT count(*) FROM conflict WHERE state = 'open')"
    ((total, parked, blocked, oldest, conflicts),) = reader.rows(f"SELECT {columns}, {asked} FROM outbox")
    since = stored_moment(oldest) if oldest else None
    return PendingSummary(int(total), int(conflicts), int(parked), since, int(blocked))


FIGURE_FIELDS = (
    *("", "account_id", "amount_minor", "closed_on", "currency", "expected_on", "kind", "owner_id", "period_start"),
    *("rep_id", "stage_id", "starts_at", "status", "value"),
)
"""Fields that decide whether and how a row counts in a figure; the empty one is a row that one side deleted."""


def conflicted_rows(source: Session | Reader) -> frozenset[str]:
    """Ids of the rows whose part in a figure waits for the answer to a conflict; one SELECT."""
    where, values = among("field", FIGURE_FIELDS)
    found = reader_of(source).rows(f"SELECT entity_id FROM conflict WHERE state = 'open' AND {where}", **values)
    return frozenset(str(row[0]) for row in found)


PLANNED_FIELDS = frozenset(
    ("", "account_id", "ends_at", "is_locked", "is_promised", "kind", "moved_from_id", "planned_because", "reason")
) | {"starts_at", "status"}
"""What a plan writes of an activity; the empty one is a row that one side deleted."""


def disputed_plans(source: Session | Reader, rep_id: str) -> frozenset[str]:
    """Ids of a rep's planned activities of which the plan is in question, and nothing else.

    What I logged or cancelled is no plan; where my side of a deleted row has a text, that is in question too.
    """
    reader = reader_of(source)
    of_mine, held = among("status", ("planned", "moved"))
    sql = (
        "SELECT entity_id, field, state FROM conflict WHERE entity = 'activity' AND state != 'closed'"
        f" AND entity_id IN (SELECT id FROM activity WHERE rep_id = :rep_id AND {of_mine})"
    )
    fields: dict[str, set[str]] = {}
    asked = set()
    for row_id, field, state in reader.rows(sql, rep_id=rep_id, **held):
        fields.setdefault(str(row_id), set()).add(field)
        asked |= {str(row_id)} if state == "open" else set()
    for row_id, names in fields.items():
        if "" in names:
            queued = reader.rows("SELECT patch FROM outbox WHERE entity = 'activity' AND entity_id = :id", id=row_id)
            names.update(*(json.loads(patch) if isinstance(patch, str) else patch for (patch,) in queued))
    return frozenset(row_id for row_id in asked if fields[row_id] <= PLANNED_FIELDS)


def last_sync_at(source: Session | Reader) -> datetime | None:
    """When a sync last ended well."""
    return moment(meta.get(source, "last_sync_at"))


def moment(text: str) -> datetime | None:
    """A moment kept in `meta` as ISO text; None when empty."""
    return datetime.fromisoformat(text) if text else None


def refused_rows(source: Session | Reader) -> tuple[str, ...]:
    """Rows of the hub that could not be taken in, with the reason, the newest first."""
    sql = "SELECT entity, id, reason FROM inbound_error ORDER BY seen_at DESC, entity, id LIMIT 200"
    return tuple(f"{entity} {row_id}: {reason}" for entity, row_id, reason in reader_of(source).rows(sql))


def count_receipts(source: Session | Reader) -> int:
    """Mutations the hub has acknowledged and that are still kept."""
    sql = "SELECT count(*) FROM outbox_done WHERE result IN ('applied', 'replayed')"
    return int(reader_of(source).rows(sql)[0][0])
