"""Import of a CRM export: CSV files, described by a mapping, into the hub, each row whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cockpit import clock, locations
from cockpit.hub.importing.mapping import choose
from cockpit.hub.importing.reading import Intake
from cockpit.hub.importing.shaping import Shaper
from cockpit.hub.importing.writing import write
from cockpit.i18n import _, ngettext
from cockpit.storage.database import Database
from cockpit.storage.tables import ImportRunRow

__all__ = ["ImportReport", "import_csv"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `read` and `rejected` count lines, `written` and `unchanged` rows."""

    mapping: str
    read: int
    written: int
    unchanged: int
    rejected: int
    report_path: Path | None
    """CSV of the rejected lines (file, line, column, reason, value); None when every line was taken."""


def import_csv(
    database: Database, folder: Path, mapping: Path | None = None, tell: Callable[[str], None] = lambda _text: None
) -> ImportReport:
    """Load the export in `folder` into the hub, in one transaction. `tell` hears how far it is.

    Without `mapping` the shipped one that fits the files is taken. A second run of the same files
    writes nothing. Raises BadUse when no mapping fits, ConfigError for a broken one.
    """
    chosen = choose(folder, mapping)
    database.prepare()
    started_at = clock.now()
    intake = Intake(folder)
    shaper = Shaper(chosen, intake)
    tell(_("reading {path}").format(path=folder.name))
    batch = shaper.shape()
    count = sum(len(rows) for rows in batch.rows.values())
    tell(ngettext("writing {count} row", "writing {count} rows", count).format(count=f"{count:,}"))
    with database.write() as session:
        done = write(session, batch, shaper.actor_id, chosen.zone)
        session.add(
            ImportRunRow(
                source=chosen.source,
                started_at=started_at,
                ended_at=clock.now(),
                read=intake.read,
                written=done.written,
                rejected=len(intake.rejected),
            )
        )
    home = database.path.parent if database.path is not None else locations.locate().data_dir
    report = intake.report(home / "imports" / f"{chosen.name}-rejected.csv")
    return ImportReport(chosen.name, intake.read, done.written, done.unchanged, len(intake.rejected), report)
