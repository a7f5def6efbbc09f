"""The pipeline: stages with count, money and conversion, deals with their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import PipelineSnapshot


@dataclass(frozen=True)
class PipelineService:
    """What is stuck."""

    desk: Desk

    def load(
        self, rep_id: str | None = None, funnel_id: str | None = None, as_of: datetime | None = None
    ) -> PipelineSnapshot:
        """One rep's deals; for a lead or head without `rep_id`, all deals of their people. `funnel_id` None: the default funnel."""
        raise NotImplementedError
