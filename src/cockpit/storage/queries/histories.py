"""Everything that was done and planned with one account or one deal, further back than a book reaches."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col

from cockpit.domain import entities as e
from cockpit.storage import tables as t
from cockpit.storage.queries.book import change_log, rewound_rows


def account_activities(session: Session, account_id: str, known_by: datetime) -> tuple[e.Activity, ...]:
    """The activities of an account by whoever is seen here, as they stood by what was recorded until `known_by`, oldest first."""
    return _activities(session, known_by, account_id=account_id)


def deal_activities(session: Session, deal_id: str, known_by: datetime) -> tuple[e.Activity, ...]:
    """The activities of a deal, as they stood by what was recorded until `known_by`, oldest first."""
    return _activities(session, known_by, deal_id=deal_id)


def _activities(session: Session, known_by: datetime, **wanted: str) -> tuple[e.Activity, ...]:
    since = col(t.ChangeLogRow.recorded_at) > known_by
    later = change_log(session, since & (col(t.ChangeLogRow.entity) == "activity"))
    ((name, value),) = wanted.items()
    rows: list[e.Activity] = rewound_rows(session, "activity", later, col(getattr(t.ActivityRow, name)) == value)
    return tuple(sorted((row for row in rows if getattr(row, name) == value), key=lambda row: (row.starts_at, row.id)))
