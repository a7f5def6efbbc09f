"""Sync as the user meets it: sign in, run, queue, receipts, conflicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cockpit.services.desk import Desk
from cockpit.services.snapshots import Badge, Saved, SyncReport, SyncSnapshot


@dataclass(frozen=True)
class SyncService:
    """The only service that meets the network."""

    desk: Desk

    def sign_in(self, url: str, token: str) -> str:
        """Check the token at the hub, pin the address, keep the token; returns the person's name."""
        raise NotImplementedError

    def run(self, progress: Callable[[str], None] | None = None) -> SyncReport:
        """Push, then pull until nothing more comes. Raises HubError kinds; local work is untouched by any of them."""
        raise NotImplementedError

    def load(self) -> SyncSnapshot:
        """Queue, receipts and open conflicts."""
        raise NotImplementedError

    def badge(self) -> Badge:
        """The footer's line; one cheap read."""
        raise NotImplementedError

    def answer(self, conflict_id: str, choice: Literal["mine", "theirs", "both"]) -> Saved:
        """Answer a conflict; the answer is a new mutation."""
        raise NotImplementedError

    def discard(self, mutation_id: str) -> Saved:
        """End a parked mutation for good; kept among the receipts as discarded."""
        raise NotImplementedError
