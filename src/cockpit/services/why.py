"""The rows behind any number on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import Why


@dataclass(frozen=True)
class WhyService:
    """Answers `?`."""

    desk: Desk

    def explain(self, about: str, rep_id: str | None = None, as_of: datetime | None = None) -> Why:
        """`about` is month.target, month.actual, month.gap, month.planned, month.uncovered, kpi:ID, card:ID, visit:ID,
        prep, next_best, stage:ID, pipeline.won, pipeline.open, win_rate, deal:ID, team:REP_ID. Raises UnknownName otherwise."""
        raise NotImplementedError
