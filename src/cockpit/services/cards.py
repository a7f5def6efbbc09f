"""Problem cards: what is wrong, what to do, which key, is it solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import CardView, Saved


@dataclass(frozen=True)
class CardService:
    """Cards and their only hand-set state, the waiver."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> tuple[CardView, ...]:
        """All cards of a rep, the most worthwhile first."""
        raise NotImplementedError

    def waive(self, card_id: str, reason: str, until_on: date) -> Saved:
        """Set a card aside with a reason until a day. Raises BadUse for an empty reason, UnknownName for no such card."""
        raise NotImplementedError
