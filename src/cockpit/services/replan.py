"""One-key replanning: propose from now, explain, accept as one change set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import ReplanProposal, Saved


__all__ = ["ReplanService", "reason_text"]


@dataclass(frozen=True)
class ReplanService:
    """Nothing is written before `accept`."""

    desk: Desk

    def propose(self, trigger: str = "", now: datetime | None = None) -> ReplanProposal:
        """Replan the rest of today, with overflow to the next working days."""
        raise NotImplementedError

    def fill(self, kpi_id: str | None = None, now: datetime | None = None) -> ReplanProposal:
        """Plan exactly the activities that the KPI lacks until its period ends (the first short KPI when None)."""
        raise NotImplementedError

    def accept(self, proposal: ReplanProposal) -> Saved:
        """Write the proposal as one action. Raises NotAllowed when the rows changed since it was made."""
        raise NotImplementedError
