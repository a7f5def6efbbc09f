"""What can be done by hand from any list: plan, move, cancel, answer for, correct, waive, create. Each asks and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.errors import BadUse
from cockpit.i18n import _, labelled
from cockpit.screens.fields import Field

if TYPE_CHECKING:
    from datetime import date, datetime

    from cockpit.screens.base import View
    from cockpit.services.container import Services
    from cockpit.services.snapshots import AgendaItem, CardView, Saved


def plan(view: View, account_id: str | None, account: str = "", when: str = "", deal_id: str | None = None) -> None:
    """A new visit with the account; asks which account when none is focused."""
    fields = [Field("when", _("When"), when, _("thu 10, tomorrow 9:30, 11-26 14:00"), is_needed=True)]
    fields.append(Field("goal", _("Goal"), "", _("what should be true afterwards")))
    if account_id is None:
        fields.insert(0, Field("account", _("Account"), account, _("name or pinyin initials"), is_needed=True))
    title = _("Plan a visit: {account}").format(account=account) if account else _("Plan a visit")

    def call(services: Services, values: dict[str, str]) -> Saved:
        wanted = account_id or values["account"]
        return services.visits.plan(wanted, values["when"], goal=values["goal"], deal_id=deal_id)

    view.ask(title, fields, call)


def move(view: View, item: AgendaItem, *, is_past: bool = False) -> None:
    """Another time for a planned activity; a past one needs the reason too."""
    fields = [Field("when", _("New time"), "", _("thu 10, tomorrow 9:30, 11-26 14:00"), is_needed=True)]
    fields.append(Field("reason", _("Reason"), is_needed=is_past))
    view.ask(
        _("Move: {account}").format(account=item.account or item.subject),
        fields,
        lambda services, values: services.visits.move(item.id, values["when"], values["reason"]),
    )


def correct(view: View, item: AgendaItem) -> None:
    """Correct what was logged. Empty fields keep what is there."""
    fields = [
        Field("goal", _("Goal"), item.goal),
        Field("result", _("Result"), "", _("empty keeps it")),
        Field("next_step", _("Next step"), "", _("empty keeps it")),
    ]

    def call(services: Services, values: dict[str, str]) -> Saved:
        changes = {name: value for name, value in values.items() if value and value != getattr(item, name, None)}
        if not changes:
            raise BadUse(_("Nothing was changed."))
        return services.visits.edit(item.id, changes)

    view.ask(_("Correct: {account}").format(account=item.account or item.subject), fields, call)


def cancel(view: View, item: AgendaItem) -> None:
    view.ask(
        _("Cancel: {account}").format(account=item.account or item.subject),
        [Field("reason", _("Reason"), is_needed=True)],
        lambda services, values: services.visits.cancel(item.id, values["reason"]),
    )


def answer_for(view: View, item: AgendaItem) -> None:
    """Why it was not visited, and when next."""
    view.ask(
        _("Not visited: {account}").format(account=item.account or item.subject),
        [
            Field("reason", _("Reason"), is_needed=True),
            Field("next", _("Next plan, empty for none"), "", _("thu 10, tomorrow 9:30, 11-26 14:00")),
        ],
        lambda services, values: services.visits.not_held(item.id, values["reason"], values["next"]),
    )


def waive(view: View, card: CardView, as_of: datetime | None) -> None:
    """Set a card aside until a day."""
    now = as_of or clock.now().astimezone()

    def call(services: Services, values: dict[str, str]) -> Saved:
        return services.cards.waive(card.id, values["reason"], _read_day(values["until"], now))

    view.ask(
        _("Set aside: {what}").format(what=card.what),
        [
            Field("reason", _("Reason"), is_needed=True),
            Field("until", _("Until"), "", _("fri, 11-30"), is_needed=True),
        ],
        call,
    )


def _read_day(text: str, now: datetime) -> date:
    from cockpit.domain.moments import plan_slot

    slot = plan_slot(text, now)
    if slot is None:
        raise BadUse(_("{text} is not a day.").format(text=text))
    return slot.starts_at.date()


def create(view: View, account_id: str | None = None, account: str = "") -> None:
    """An account, prospect, contact or deal in two fields."""
    kinds = [
        ("prospect", _("Prospect")),
        ("account", _("Account")),
        ("contact", _("Contact")),
        ("deal", _("Deal")),
    ]
    view.choose(_("Create"), kinds, lambda kind: _create(view, kind, account_id, account))


def _create(view: View, kind: str, account_id: str | None, account: str) -> None:
    name = Field("name", _("Name"), is_needed=True)
    if kind in ("prospect", "account"):
        lifecycle = "prospect" if kind == "prospect" else "target"
        view.ask(
            _("New prospect") if kind == "prospect" else _("New account"),
            [name, Field("phone", _("Phone"))],
            lambda services, values: services.accounts.create(
                values["name"], lifecycle=lifecycle, phone=values["phone"]
            ),
        )
        return
    fields = (
        [name, Field("phone", _("Phone"))] if kind == "contact" else [name, Field("amount", _("Amount"), "", "66k")]
    )
    title = _("New contact") if kind == "contact" else _("New deal")
    if account_id is None:
        fields.insert(0, Field("account", _("Account"), "", _("name or pinyin initials"), is_needed=True))
    else:
        title = labelled(title, account)

    def call(services: Services, values: dict[str, str]) -> Saved:
        wanted = account_id or values["account"]
        if kind == "contact":
            return services.accounts.add_contact(wanted, values["name"], values["phone"])
        return services.deals.create(wanted, values["name"], amount=values["amount"], funnel=view.funnel_id or "")

    view.ask(title, fields, call)
