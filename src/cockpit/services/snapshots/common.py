"""What every snapshot shares: who, as of when, and the state of a write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cockpit.i18n import spoken

WriteState = Literal["done", "saved", "waiting", "sending", "conflict", "parked", "blocked"]
"""done: the hub has it. saved: on disk, queued. waiting: retry later. sending: on its way. blocked: behind one that is held."""


@dataclass(frozen=True, slots=True)
class PersonRef:
    id: str
    name: str
    alias: str
    role: str
    team_id: str | None
    team: str

    @property
    def spoken(self) -> str:
        """The name in the screen's language."""
        return spoken(self.name, self.alias)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    as_of: datetime
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A write that is on disk. `action_id` undoes it; `text` says what was saved."""

    action_id: str | None
    text: str
    entity: str = ""
    id: str = ""
