"""What can be done to a deal from any list: move its stage, win, lose, correct. Each asks and writes.

Each takes the view that asks; the view's own `ask`, `choose` and `write` run the service call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from cockpit.domain.moments import read_moment
from cockpit.errors import BadUse, CockpitError, NotAllowed
from cockpit.i18n import _
from cockpit.screens.fields import Field

if TYPE_CHECKING:
    from cockpit.screens.base import View
    from cockpit.services.snapshots import DealLine


def amount_text(minor: int | None) -> str:
    """Minor units as a person would type them: `66000`, `12.5`; empty when unknown."""
    if minor is None:
        return ""
    whole, rest = divmod(abs(minor), 100)
    return ("-" if minor < 0 else "") + (f"{whole}.{rest:02d}" if rest else str(whole))


def _amount(deal: DealLine) -> str:
    """The amount as its row keeps it: that is what an edit changes."""
    return amount_text(deal.kept.amount_minor if deal.kept is not None else deal.amount_minor)


def _amount_label(deal: DealLine) -> str:
    return _("Amount") if deal.kept is None else _("Amount in {currency}").format(currency=deal.kept.currency)


def past_day(text: str, now: datetime) -> date:
    """The day a person typed, today when empty. Raises BadUse for what is no day and for a day to come."""
    if not text:
        return now.date()
    reading = read_moment(text, now, is_past=True)
    if reading is None or reading.day is None or text[reading.length :].strip():
        raise BadUse(_("{text} is not a day. Example: {example}").format(text=text, example=f"{now:%m-%d}"))
    if reading.day > now.date():
        raise BadUse(_("{text} is still to come.").format(text=text))
    return reading.day


def move(view: View, deal: DealLine, stages: Sequence[tuple[str, str]]) -> None:
    """Pick the stage; a milestone of the stage left is asked for before the deal moves."""

    def chosen(stage_id: str) -> None:
        def asked(error: CockpitError) -> bool:
            if not isinstance(error, NotAllowed) or not error.facts.get("question"):
                return False
            view.confirm(
                error.detail,
                lambda is_met: view.write(
                    lambda services: services.deals.move_stage(deal.id, stage_id, is_milestone_met=is_met)
                ),
            )
            return True

        view.write(lambda services: services.deals.move_stage(deal.id, stage_id), on_error=asked)

    others = [(stage_id, name) for stage_id, name in stages if stage_id != deal.stage_id]
    if others:
        view.choose(_("Move {deal} to").format(deal=deal.name), others, chosen)
    else:
        view.shell.say(_("There is no other stage."))


def win(view: View, deal: DealLine, now: datetime) -> None:
    """Amount and day are asked; the reason may stay empty."""
    view.ask(
        _("Win {deal}").format(deal=deal.name),
        (
            Field("amount", _amount_label(deal), _amount(deal), hint=_("66k"), is_needed=True),
            Field("day", _("Won on"), f"{now:%m-%d}", hint=f"{now:%m-%d}"),
            Field("reason", _("What won it")),
        ),
        lambda services, values: services.deals.win(
            deal.id, values["amount"], past_day(values["day"], now), values["reason"]
        ),
    )


def lose(view: View, deal: DealLine, now: datetime) -> None:
    """The reason is needed: it is what the next deal learns from."""
    view.ask(
        _("Lose {deal}").format(deal=deal.name),
        (
            Field("reason", _("Reason"), hint=_("price, rival, no budget"), is_needed=True),
            Field("day", _("Lost on"), f"{now:%m-%d}", hint=f"{now:%m-%d}"),
        ),
        lambda services, values: services.deals.lose(deal.id, past_day(values["day"], now), values["reason"]),
    )


def edit(view: View, deal: DealLine) -> None:
    """Name, amount and expected day; only what was changed is written."""
    before = {
        "name": deal.name,
        "amount": _amount(deal),
        "expected_on": deal.expected_on.isoformat() if deal.expected_on else "",
    }
    view.ask(
        _("Edit {deal}").format(deal=deal.name),
        (
            Field("name", _("Name"), before["name"], is_needed=True),
            Field("amount", _amount_label(deal), before["amount"], hint=_("66k")),
            Field("expected_on", _("Expected on"), before["expected_on"], hint="2026-12-31"),
        ),
        lambda services, values: services.deals.edit(deal.id, changed(values, before)),
    )


def changed(values: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """The values that differ. Raises BadUse when none does, so that nothing empty is queued."""
    found = {name: value for name, value in values.items() if value != before.get(name, "")}
    if not found:
        raise BadUse(_("Nothing was changed."))
    return found
