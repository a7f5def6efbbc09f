"""The team board: every rep's result, visits and main problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import TeamSnapshot


@dataclass(frozen=True)
class TeamService:
    """Who needs me."""

    desk: Desk

    def load(self, as_of: datetime | None = None) -> TeamSnapshot:
        """All reps below the viewer; for a rep, the rep alone. Totals are sums of the reps' own figures."""
        raise NotImplementedError
