"""Deals, one a line: stage, money, state, days, next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.i18n import _, short_day
from cockpit.services.card_words import account_text, next_step_text, state_text
from cockpit.services.snapshots import DealLine
from cockpit.widgets.deal_states import TONES
from cockpit.widgets.signs import SIGN_COLUMN, money, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table


def deal_rows(deals: Sequence[DealLine], as_of: datetime) -> tuple[Row, ...]:
    """Keys are deal ids."""
    return tuple(
        Row(
            deal.id,
            (
                write_sign(deal.write_state),
                deal.name,
                Cell(account_text(deal), "" if deal.account else "muted"),
                deal.owner,
                deal.stage,
                money(deal.amount_minor),
                Cell(state_text(deal), TONES.get(deal.state, "")),
                "-" if deal.days_in_stage is None else str(deal.days_in_stage),
                Cell(next_step_text(deal.next_step_at, as_of), "" if deal.next_step_at else "warn"),
                Cell(deal.next_step, "muted"),
                Cell(short_day(deal.expected_on) if deal.expected_on else "-", "" if deal.expected_on else "muted"),
            ),
        )
        for deal in deals
    )


class DealTable(Table):
    """As many columns as there is room for. On a card (`is_card`) the account is known, and few of them are enough."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__((), empty=empty or _("No open deals. Press c to create one."), id=id)

    def show(self, deals: Sequence[DealLine], as_of: datetime, *, has_owner: bool, is_card: bool = False) -> None:
        """`has_owner` shows whose deal it is, for a lead."""
        currency = deals[0].currency if deals else ""
        never = 10_000
        self.set_columns(
            (
                SIGN_COLUMN,
                Column(_("Deal"), least=8, weight=4),
                Column(_("Account"), least=8, weight=3, shown_from=never if is_card else 0),
                Column(_("Owner"), 10, shown_from=78 if has_owner else never),
                Column(_("Stage"), least=6, weight=2),
                Column(currency, 7, "right"),
                Column(_("State"), least=8, weight=2),
                Column(_("Days"), 5, "right"),
                Column(_("Next step"), least=9, weight=2, shown_from=60 if is_card else 74),
                Column(_("What for"), least=8, weight=3, shown_from=108),
                Column(_("Close"), least=9, weight=2, shown_from=70 if is_card else 88),
            )
        )
        self.set_rows(deal_rows(deals, as_of))
