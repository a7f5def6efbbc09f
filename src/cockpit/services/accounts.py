"""Accounts, contacts and prospects: find, look at, create."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.desk import Desk
from cockpit.services.snapshots import AccountSnapshot, Match, Saved


@dataclass(frozen=True)
class AccountService:
    """The customers of the viewer."""

    desk: Desk

    def load(self, account_id: str, as_of: datetime | None = None) -> AccountSnapshot:
        """The account card: people, address, history, open deals."""
        raise NotImplementedError

    def search(self, text: str, limit: int = 20) -> tuple[Match, ...]:
        """Accounts by name part, pinyin initials or near spelling, best first."""
        raise NotImplementedError

    def create(
        self, name: str, *, tier: str = "C", lifecycle: str = "prospect", phone: str = "", address: str = ""
    ) -> Saved:
        """A new account owned by the viewer; a prospect unless said otherwise."""
        raise NotImplementedError

    def add_contact(
        self, account_id: str, name: str, phone: str = "", *, title: str = "", decision_role: str = ""
    ) -> Saved:
        """A person at an account."""
        raise NotImplementedError

    def edit(self, account_id: str, changes: dict[str, str]) -> Saved:
        """Correct name, alias, tier, lifecycle, phone, address, industry or size."""
        raise NotImplementedError
