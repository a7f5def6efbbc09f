"""The one-line log: read while typed, saved by Enter."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.services.desk import Desk
from cockpit.services.snapshots import LogPreview, Saved


@dataclass(frozen=True)
class QuickLogService:
    """Grammar in `domain.quicklog`; this adds the accounts, the plan and the effects."""

    desk: Desk

    def preview(self, line: str, choice: str | None = None) -> LogPreview:
        """How the line reads now. `choice` is the account id picked from the matches with Tab."""
        raise NotImplementedError

    def save(self, line: str, choice: str | None = None) -> Saved:
        """Save the line. Raises MalformedLog, UnknownName, or AmbiguousName with candidates; then nothing is saved."""
        raise NotImplementedError
