"""Planning, moving, cancelling and correcting visits, calls and to-dos."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.domain.entities import ActivityKind
from cockpit.services.desk import Desk
from cockpit.services.snapshots import Saved


@dataclass(frozen=True)
class VisitService:
    """Every write is queued and can be undone."""

    desk: Desk

    def plan(
        self, account: str, when: str, *, kind: ActivityKind = "visit", goal: str = "", deal_id: str | None = None
    ) -> Saved:
        """Plan something with an account (id, name or pinyin) at `when` (`thu 10`, `明天 9:30`, `11-26 14:00`)."""
        raise NotImplementedError

    def move(self, activity_id: str, when: str, reason: str = "") -> Saved:
        """Give a planned activity another time. A past one is closed as moved (reason needed) and planned anew."""
        raise NotImplementedError

    def cancel(self, activity_id: str, reason: str) -> Saved:
        """Cancel a planned activity; a reason is needed."""
        raise NotImplementedError

    def not_held(self, activity_id: str, reason: str, next_when: str = "") -> Saved:
        """Answer for an unvisited one: why, and when next (empty: no next)."""
        raise NotImplementedError

    def edit(self, activity_id: str, changes: dict[str, str]) -> Saved:
        """Correct fields of a planned or logged activity: goal, agenda, result, needs, next_step, subject, starts_at, goal_result."""
        raise NotImplementedError

    def set_lock(self, activity_id: str, is_locked: bool) -> Saved:
        """A locked visit is never moved by a replan."""
        raise NotImplementedError
