"""Everything that was done and planned with one account or one deal, further back than a book reaches."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain import entities as e
from cockpit.storage.queries.book import change_log, rewound_rows

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader


def account_activities(source: Session | Reader, account_id: str, known_by: datetime) -> tuple[e.Activity, ...]:
    """The activities of an account by whoever is seen here, as they stood by what was recorded until `known_by`, oldest first."""
    return _activities(source, known_by, "account_id", account_id)


def deal_activities(source: Session | Reader, deal_id: str, known_by: datetime) -> tuple[e.Activity, ...]:
    """The activities of a deal, as they stood by what was recorded until `known_by`, oldest first."""
    return _activities(source, known_by, "deal_id", deal_id)


def one_activity(source: Session | Reader, activity_id: str, known_by: datetime) -> e.Activity | None:
    """One activity as it stood by what was recorded until `known_by`."""
    return next(iter(_activities(source, known_by, "id", activity_id)), None)


def _activities(source: Session | Reader, known_by: datetime, column: str, wanted: str) -> tuple[e.Activity, ...]:
    later = change_log(source, "recorded_at > :known_by AND entity = 'activity'", known_by=known_by)
    rows = rewound_rows(source, e.Activity, later, f"{column} = :wanted", wanted=wanted)
    return tuple(
        sorted((row for row in rows if getattr(row, column) == wanted), key=lambda row: (row.starts_at, row.id))
    )
