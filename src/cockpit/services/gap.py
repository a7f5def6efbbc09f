"""Target, actual, gap, planned and uncovered, per period and by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.periods import PeriodKind
from cockpit.services.desk import Desk
from cockpit.services.snapshots import GapSnapshot


@dataclass(frozen=True)
class GapService:
    """How far the period is from its target."""

    desk: Desk

    def load(
        self, rep_id: str | None = None, period: PeriodKind = "month", as_of: datetime | None = None
    ) -> GapSnapshot:
        """The period that holds `as_of`, for one rep."""
        raise NotImplementedError
