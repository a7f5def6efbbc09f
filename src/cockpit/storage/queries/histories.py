"""Everything that was done and planned with one account or one deal, further back than a book reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.domain import entities as e
from cockpit.storage.reading import entities

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader


def account_activities(source: Session | Reader, account_id: str) -> tuple[e.Activity, ...]:
    """The activities of an account by whoever is seen here, oldest first."""
    return tuple(entities(source, e.Activity, "account_id = :account_id", "starts_at, id", account_id=account_id))


def deal_activities(source: Session | Reader, deal_id: str) -> tuple[e.Activity, ...]:
    """The activities of a deal, oldest first."""
    return tuple(entities(source, e.Activity, "deal_id = :deal_id", "starts_at, id", deal_id=deal_id))
