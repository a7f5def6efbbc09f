"""The verb of the hub's other end: sync."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import opening, shapes, sheets
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.output import Csv, Json, Plain, progress, show
from cockpit.errors import OpenConflict, RefusedChanges
from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.services.snapshots import SyncSnapshot


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(
        help=_("Send what waits, fetch what is new. Exit code 3 when a conflict is open or a change was refused.")
    )(sync)


def sync(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    offline: Annotated[bool, typer.Option("--offline", help=_("Only show the queue; use no network."))] = False,
    accept_shrink: Annotated[bool, typer.Option("--accept-shrink", help=_("Yes, most local rows may go."))] = False,
    explain: Explain = False,
) -> None:
    opened = opening.services()
    report = None
    if not offline:
        with progress(_("Syncing")) as tell:
            tell(_("asking the hub"))
            report = opened.sync.run(tell, accept_shrink=accept_shrink)
    found = opened.sync.load()
    why = opened.why.of_rows(_names(found)) if explain else None
    show(*explained(sheets.sync(found, report), shapes.sync(found, report), why), as_json, as_csv)
    if found.badge.conflicts:
        raise OpenConflict(count=found.badge.conflicts)
    if found.badge.parked:
        raise RefusedChanges(count=found.badge.parked)


def _names(found: SyncSnapshot) -> Iterator[str]:
    """The numbers of the sync as `?` names them, with each row that waits, has ended or is in question."""
    yield from (f"sync.{number}" for number in ("queue", "parked", "conflicts", "offline", "sent", "received"))
    yield from (f"queued:{item.mutation_id}" for item in found.queue)
    yield from (f"receipt:{item.mutation_id}" for item in found.receipts)
    yield from (f"conflict:{item.id}" for item in found.conflicts)
