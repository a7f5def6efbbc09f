"""The verbs that prove and keep: verify, backup, restore."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cockpit import i18n
from cockpit.cli import opening
from cockpit.cli.output import Json, Plain, Sheet, show, write
from cockpit.i18n import _
from cockpit.locations import locate, start_values
from cockpit.services import snapshots as s
from cockpit.services.proof_words import count_line, verdict_line


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("Prove that no change made here is lost or counted twice. Exit code 1 when one is."))(verify)
    tree.command(help=_("Copy the account's file while it is in use, and check the copy."))(backup)
    tree.command(help=_("Put the account back to a backup; the file from before is kept aside."))(restore)


def verify(plain: Plain = False, as_json: Json = False) -> None:
    found = opening.services().proof.verify()
    show(_sheet(found), _shape(found), as_json, False)
    if not found.is_ok:
        raise typer.Exit(1)


def _sheet(found: s.ProofView) -> Sheet:
    lines = [count_line(found), verdict_line(found)]
    lines += [_("lost: {id}").format(id=one) for one in found.lost_ids]
    lines += [_("counted twice: {id}").format(id=one) for one in found.doubled_ids]
    if not found.is_ok:
        lines.append(_("Keep the file: `cockpit backup`. Then save what waits: `cockpit outbox export FILE`."))
    elif found.proved_at is not None:
        lines.append(_("proved {when}").format(when=i18n.short_moment(found.proved_at)))
    return Sheet(lines)


def _shape(found: s.ProofView) -> dict[str, Any]:
    return {"version": 1, "is_ok": found.is_ok, **asdict(found)}


def _database() -> Path:
    locations = locate()
    return locations.database(start_values(locations).account)


def backup(
    file: Annotated[Path | None, typer.Argument(help=_("A new file; beside the data when left out."))] = None,
    as_json: Json = False,
) -> None:
    from cockpit.services import backups

    database = _database()
    made = backups.back_up(database, file or backups.default_target(database))
    lines = [
        _("{path}: {size} KiB, checked whole.").format(path=made.path, size=-(-made.size // 1024)),
        _(
            "In it: {unsent} unsent changes (of these {parked} parked, {conflicts} in conflict), {receipts} receipts."
        ).format(unsent=made.unsent, parked=made.parked, conflicts=made.conflicts, receipts=made.receipts),
    ]
    show(Sheet(lines), {"version": 1, **asdict(made), "path": str(made.path)}, as_json, False)


def restore(
    file: Annotated[Path, typer.Argument(help=_("A file made by `cockpit backup`."))],
    discard_unsent: Annotated[
        bool, typer.Option("--discard-unsent", help=_("Go on without unsent changes that the backup does not have."))
    ] = False,
) -> None:
    from cockpit.services import backups

    done = backups.restore(file, _database(), may_discard=discard_unsent)
    write(_("Restored from {path}.").format(path=file))
    if done.aside is not None:
        write(_("The file from before is kept: {path}").format(path=done.aside))
    if done.discarded:
        write(_("{count} unsent changes are only in that file.").format(count=len(done.discarded)))
    words = _("{count} unsent changes came back with it; those the hub has already count once. Run `cockpit sync`.")
    write(words.format(count=done.unsent))
