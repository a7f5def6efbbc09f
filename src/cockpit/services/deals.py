"""Deals: create, look at, move through stages, win or lose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import DealSnapshot, Saved


@dataclass(frozen=True)
class DealService:
    """Every write is queued and can be undone."""

    desk: Desk

    def load(self, deal_id: str, as_of: datetime | None = None) -> DealSnapshot:
        """The deal with its path, activities and states."""
        raise NotImplementedError

    def create(self, account: str, name: str, *, amount: str = "", expected_on: date | None = None) -> Saved:
        """A deal in the first stage of the default funnel. `amount` like `66k`, `6.6万`, empty for unknown."""
        raise NotImplementedError

    def move_stage(self, deal_id: str, stage_id: str, *, is_milestone_met: bool | None = None) -> Saved:
        """Move to another open stage. Raises NotAllowed with the milestone's question while `is_milestone_met` is None and the stage left has one."""
        raise NotImplementedError

    def win(self, deal_id: str, amount: str, won_on: date, reason: str = "") -> Saved:
        """Close as won."""
        raise NotImplementedError

    def lose(self, deal_id: str, lost_on: date, reason: str) -> Saved:
        """Close as lost; a reason is needed."""
        raise NotImplementedError

    def edit(self, deal_id: str, changes: dict[str, str]) -> Saved:
        """Correct name, amount, expected_on."""
        raise NotImplementedError
