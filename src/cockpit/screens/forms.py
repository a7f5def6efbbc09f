"""The small forms several boards share: plan a next step, move, cancel and correct a visit, work on a deal.

Each takes the view that asks; the view's own `ask`, `choose` and `write` run the service call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from cockpit.domain.moments import read_moment
from cockpit.errors import BadUse, CockpitError, NotAllowed
from cockpit.i18n import _
from cockpit.screens.ask import Field
from cockpit.services.words import kind_name

if TYPE_CHECKING:
    from cockpit.domain.entities import ActivityKind
    from cockpit.screens.base import View
    from cockpit.services.container import Services
    from cockpit.services.snapshots import AgendaItem, DealLine, Saved

_KINDS: tuple[ActivityKind, ...] = ("visit", "call", "web", "task")


def amount_text(minor: int | None) -> str:
    """Minor units as a person would type them: `66000`, `12.5`; empty when unknown."""
    if minor is None:
        return ""
    whole, rest = divmod(abs(minor), 100)
    return ("-" if minor < 0 else "") + (f"{whole}.{rest:02d}" if rest else str(whole))


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


def kind_of(text: str) -> ActivityKind:
    """The kind a person typed, by its code or its word; a visit when empty. Raises BadUse with the words that fit."""
    wanted = text.strip().casefold()
    if not wanted:
        return "visit"
    for kind in _KINDS:
        if wanted in (kind, kind_name(kind).casefold()):
            return kind
    raise BadUse(_("A kind is one of: {words}").format(words=", ".join(kind_name(kind) for kind in _KINDS)))


# -- visits ------------------------------------------------------------------------------------------------------------


def plan_visit(view: View, account_id: str, title: str, *, deal_id: str | None = None) -> None:
    """When, what for and which kind; planned with the account and, where given, for the deal."""

    def save(services: Services, values: dict[str, str]) -> Saved:
        return services.visits.plan(
            account_id, values["when"], kind=kind_of(values["kind"]), goal=values["goal"], deal_id=deal_id
        )

    view.ask(
        title,
        (
            Field("when", _("When"), hint=_("thu 10"), is_needed=True),
            Field("goal", _("Goal"), hint=_("what should be true afterwards")),
            Field("kind", _("Kind"), kind_name("visit"), hint=", ".join(kind_name(kind) for kind in _KINDS)),
        ),
        save,
    )


def edit_activity(view: View, item: AgendaItem) -> None:
    """A planned one gets another time; a held one its log corrected."""
    if item.status == "planned":
        view.ask(
            _("Move {account}").format(account=item.account),
            (
                Field("when", _("When"), f"{item.starts_at:%m-%d %H:%M}", hint=_("thu 10"), is_needed=True),
                Field("reason", _("Reason"), hint=_("needed when its day is over")),
            ),
            lambda services, values: services.visits.move(item.id, values["when"], values["reason"]),
        )
    else:
        view.ask(
            _("Correct the log of {account}").format(account=item.account),
            (Field("goal", _("Goal"), item.goal), Field("result", _("Result"), hint=_("empty keeps what was written"))),
            lambda services, values: services.visits.edit(item.id, _given(values, {"goal": item.goal})),
        )


def drop_activity(view: View, item: AgendaItem, now: datetime) -> None:
    """Cancel what is to come; what was not held in the past is asked why and when next."""
    if item.starts_at.date() < now.date():
        view.ask(
            _("Why was {account} not visited?").format(account=item.account),
            (
                Field("reason", _("Reason"), is_needed=True),
                Field("next", _("When next"), hint=_("thu 10, or empty for no next")),
            ),
            lambda services, values: services.visits.not_held(item.id, values["reason"], values["next"]),
        )
    else:
        view.ask(
            _("Cancel {account}").format(account=item.account),
            (Field("reason", _("Reason"), is_needed=True),),
            lambda services, values: services.visits.cancel(item.id, values["reason"]),
        )


# -- deals -------------------------------------------------------------------------------------------------------------


def move_stage(view: View, deal: DealLine, stages: Sequence[tuple[str, str]]) -> None:
    """Pick the stage; a milestone of the stage left is asked for before the deal moves."""

    def chosen(stage_id: str) -> None:
        def asked(error: CockpitError) -> bool:
            if not isinstance(error, NotAllowed) or not error.facts.get("milestone"):
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


def win_deal(view: View, deal: DealLine, now: datetime) -> None:
    """Amount and day are asked; the reason may stay empty."""
    view.ask(
        _("Win {deal}").format(deal=deal.name),
        (
            Field("amount", _("Amount"), amount_text(deal.amount_minor), hint=_("66k"), is_needed=True),
            Field("day", _("Won on"), f"{now:%m-%d}", hint=f"{now:%m-%d}"),
            Field("reason", _("What won it")),
        ),
        lambda services, values: services.deals.win(
            deal.id, values["amount"], past_day(values["day"], now), values["reason"]
        ),
    )


def lose_deal(view: View, deal: DealLine, now: datetime) -> None:
    """The reason is needed: it is what the next deal learns from."""
    view.ask(
        _("Lose {deal}").format(deal=deal.name),
        (
            Field("reason", _("Reason"), hint=_("price, rival, no budget"), is_needed=True),
            Field("day", _("Lost on"), f"{now:%m-%d}", hint=f"{now:%m-%d}"),
        ),
        lambda services, values: services.deals.lose(deal.id, past_day(values["day"], now), values["reason"]),
    )


def edit_deal(view: View, deal: DealLine) -> None:
    """Name, amount and expected day; only what was changed is written."""
    before = {
        "name": deal.name,
        "amount": amount_text(deal.amount_minor),
        "expected_on": deal.expected_on.isoformat() if deal.expected_on else "",
    }
    view.ask(
        _("Edit {deal}").format(deal=deal.name),
        (
            Field("name", _("Name"), before["name"], is_needed=True),
            Field("amount", _("Amount"), before["amount"], hint=_("66k")),
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


def _given(values: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """`changed`, where an empty field means: keep what was written."""
    return changed({name: value for name, value in values.items() if value or name in before}, before)
