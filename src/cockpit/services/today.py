"""Today: who next and when, what is wrong, and the key that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import TodaySnapshot


@dataclass(frozen=True)
class TodayService:
    """The rep's home."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> TodaySnapshot:
        """The day of `rep_id` (the viewer's own when None; read-only otherwise)."""
        raise NotImplementedError
