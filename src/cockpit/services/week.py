"""The week's plan: every dated activity from Monday to Sunday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.periods import period_of
from cockpit.services.desk import Desk
from cockpit.services.snapshots import PlanSnapshot


@dataclass(frozen=True)
class WeekService:
    """What `cockpit plan` prints."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> PlanSnapshot:
        """The week that holds `as_of`, for one rep (the viewer when None), all statuses, in order of time."""
        raise NotImplementedError
