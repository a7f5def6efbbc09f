"""Undo of the last act, whatever it was."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.services.desk import Desk
from cockpit.services.snapshots import Saved


@dataclass(frozen=True)
class UndoService:
    """One key press is one undo."""

    desk: Desk

    def undo(self) -> Saved:
        """Take back the newest action: withdrawn with what depends on it while never sent, an inverse change afterwards.
        Raises NotAllowed when there is nothing to undo."""
        raise NotImplementedError
