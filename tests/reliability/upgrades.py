"""Direct schedules for what no simulated world has: a new version of the wire form, and a hub that lost its rows."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.errors import ShrinkNeedsAnswer
from cockpit.migrations import upcasts
from cockpit.storage import rows
from cockpit.storage.database import Database
from cockpit.sync import conflicts, outbox, pull, receipts

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
_ROWS = 80


def version_two(entity: str, values: dict[str, Any]) -> dict[str, Any]:
    """A made-up next version: the phone is called telephone, there is no tier any more."""
    if entity != "account":
        return values
    renamed = {"telephone" if name == "phone" else name: value for name, value in values.items()}
    return {name: value for name, value in renamed.items() if name != "tier"}


def upgrade_loses() -> list[str]:
    """Edits, bases and a question of the version before go through the upgrade; what of them is not there afterwards."""
    with tempfile.TemporaryDirectory(prefix="cockpit-sim-") as folder:
        database = Database.at(Path(folder) / "old.db")
        database.prepare()
        _fill(database)
        before = upcasts.UPCASTS.get(2)
        upcasts.UPCASTS[2] = version_two
        try:
            with database.write() as session:
                upcasts.upcast_file(session.connection(), 2)
        finally:
            del upcasts.UPCASTS[2]
            if before is not None:
                upcasts.UPCASTS[2] = before
        found = _lost(database)
        database.close()
    return found


def _fill(database: Database) -> None:
    account = {"owner_id": "rep-1", "phone": "1", "tier": "C", "rev": 3}
    edits = ({"phone": "2", "address": "new road"}, {"tier": "A"}, {"phone": "3"})
    with database.write() as session:
        for number in range(len(edits)):
            rows.put(session, "account", {**account, "id": f"acc-{number}", "name": f"Customer {number}"})
    for number, values in enumerate(edits):
        with database.write() as session:
            outbox.submit(
                session, [outbox.Edit("account", f"acc-{number}", "patch", values)], actor_id="rep-1", label="", now=NOW
            )
    with database.write() as session:
        (asked,) = receipts.queued_of(session, "account", "acc-2")
        conflicts.open_conflict(session, asked, now=NOW, field="phone", base="1", mine="3", theirs="9")


def _lost(database: Database) -> list[str]:
    found: list[str] = []
    with database.look() as reader:
        queue = {row_id: (json.loads(patch), json.loads(base), status, words) for row_id, patch, base, status, words
                 in reader.rows("SELECT entity_id, patch, base, status, error_text FROM outbox")}  # fmt: skip
        bases = [json.loads(base) for (base,) in reader.rows("SELECT base FROM sync_base")]
        asked = reader.rows("SELECT field FROM conflict WHERE state = 'open'")
    patch, base, _status, _words = queue["acc-0"]
    if patch != {"telephone": "2", "address": "new road"}:
        found.append(f"I1 what was wanted does not reach the new version: {patch}")
    if base != {"telephone": "1", "address": ""}:
        found.append(f"I4 what was seen does not reach the new version: {base}")
    if queue["acc-1"][2:] != ("parked", "tier: A"):
        found.append(f"I1 an edit of a field that is gone is {queue['acc-1'][2]!r}, and nobody is told its text")
    if any("phone" in one or one.get("telephone") != "1" for one in bases) or not bases:
        found.append("I4 what was received does not reach the new version")
    if asked != [("telephone",)]:
        found.append(f"I4 the question does not reach the new version: {asked}")
    return found


def shrinks_unasked() -> list[str]:
    """A hub that lost most of its rows announces a new epoch: a person is asked before they go here too."""
    with tempfile.TemporaryDirectory(prefix="cockpit-sim-") as folder:
        database = Database.at(Path(folder) / "full.db")
        database.prepare()
        with database.write() as session:
            for number in range(_ROWS):
                values = {"id": f"acc-{number}", "name": f"Customer {number}", "owner_id": "rep-1", "rev": number + 1}
                rows.put(session, "account", values)
            pull.begin_resync(session, "restored", "epoch-2", NOW)
        try:
            with database.write() as session:
                pull.sweep(session, NOW, accept_shrink=False)
        except ShrinkNeedsAnswer:
            pass
        with database.look() as reader:
            ((left,),) = reader.rows("SELECT count(*) FROM account")
        database.close()
    return [] if left == _ROWS else [f"I1 {_ROWS - left} of {_ROWS} rows went without a question"]
