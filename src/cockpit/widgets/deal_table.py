"""Deals, one a line: stage, money, state, days, next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.i18n import _, clock_time, exact_money, short_day
from cockpit.services.snapshots import DealLine
from cockpit.services.words import deal_state, write_state
from cockpit.widgets.signs import SIGN_COLUMN, money, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_TONES: dict[str, Tone] = {
    "healthy": "good",
    "dirty": "bad",
    "stalled": "warn",
    "regressed": "warn",
    "slipped": "warn",
    "no_activity": "warn",
}


def next_step_text(moment: datetime | None, today: datetime) -> str:
    """The time alone for today, the day otherwise, `none` without a dated next step."""
    if moment is None:
        return _("none")
    return clock_time(moment) if moment.date() == today.date() else short_day(moment.date())


def account_text(deal: DealLine) -> str:
    return deal.account or _("no account")


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
                Cell(deal_state(deal.state), _TONES.get(deal.state, "")),
                "-" if deal.days_in_stage is None else str(deal.days_in_stage),
                Cell(next_step_text(deal.next_step_at, as_of), "" if deal.next_step_at else "muted"),
            ),
        )
        for deal in deals
    )


def deal_facts(deal: DealLine) -> tuple[str, ...]:
    """One fact a line: what it is, what it is worth and when, what is next, then each state with the rule that fired."""
    expected = short_day(deal.expected_on) if deal.expected_on else "-"
    head = f"{deal.name}  {account_text(deal)}"
    lines = [
        head,
        _("{money}, expected {day}").format(money=exact_money(deal.amount_minor, deal.currency), day=expected),
    ]
    if deal.next_step:
        lines.append(_("next: {step}").format(step=deal.next_step))
    if deal.write_state != "done":
        lines.append(write_state(deal.write_state))
    rules = [f"{deal_state(state)}: {rule}" for state, rule in zip(deal.states, deal.rules)]
    return (*lines, *(rules or [deal_state(deal.state)]))


def deal_detail(deal: DealLine) -> str:
    """The facts in two lines: the deal, then its states."""
    facts, states = deal_facts(deal), max(len(deal.states), 1)
    return "  ".join(facts[:-states]) + "\n" + "  ".join(facts[-states:])


class DealTable(Table):
    """`has_owner` shows whose deal it is, for a lead."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("No open deals. Press c to create one."), id=id)

    def show(self, deals: Sequence[DealLine], as_of: datetime, *, has_owner: bool) -> None:
        currency = deals[0].currency if deals else ""
        self.set_columns(
            (
                SIGN_COLUMN,
                Column(_("Deal"), least=8, weight=3),
                Column(_("Account"), least=8, weight=3),
                Column(_("Owner"), 10, shown_from=78 if has_owner else 10_000),
                Column(_("Stage"), least=6, weight=2),
                Column(currency, 7, "right"),
                Column(_("State"), least=7, weight=2),
                Column(_("Days"), 5, "right"),
                Column(_("Next step"), least=9, weight=2, shown_from=74),
            )
        )
        self.set_rows(deal_rows(deals, as_of))
