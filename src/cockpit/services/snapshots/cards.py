"""Problem cards as a screen shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

CardState = Literal["found", "planned", "doing", "done", "confirmed", "relapsed", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    entity: str
    id: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeMark:
    """The lead's reminder that a card bears. `is_seen`: the rep's home has shown it."""

    id: str
    by: str
    message: str
    is_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A problem card. `key` runs `command` with `args`; `progress` is (held since found, needed)."""

    id: str
    rule: str
    subject_id: str
    subject: str
    period_start: date
    what: str
    to_do: str
    key: str
    command: str
    args: dict[str, str]
    state: CardState
    state_text: str
    progress: tuple[int, int] | None
    slipped: int
    at_risk_minor: int
    currency: str
    score: float
    evidence: tuple[Evidence, ...]
    solved_when: str
    nudge: NudgeMark | None = None
