"""Deal: where it stands, how it came there, what is next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from cockpit.i18n import _, exact_money, short_day
from cockpit.plain import plain
from cockpit.screens import acts, deal_acts
from cockpit.screens.base import View
from cockpit.services.snapshots import AgendaItem, DealSnapshot
from cockpit.services.words import deal_state, write_state
from cockpit.widgets.deal_table import account_text, next_step_text
from cockpit.widgets.history import History, item_detail
from cockpit.widgets.stage_path import StagePath
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.commands import Command
    from cockpit.services.container import Services

_OPEN_ONLY = ("stage", "win", "new")


class DealView(View):
    """One deal. With the focus on its activities, e and x are about the activity, else about the deal."""

    SCOPES = ("deal", "list")
    FOOTER = ("stage", "win", "drop", "new", "edit", "open", "why", "back")

    snapshot: DealSnapshot | None

    def __init__(self, deal_id: str, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.add_class("board")
        self._deal_id = deal_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(classes="panes"):
            yield StagePath(id="path")
            yield History(id="history")
        yield Static(plain(""), id="detail", classes="detail")

    def title(self) -> str:
        return _("Deal")

    def fetch(self, services: Services) -> DealSnapshot:
        return services.deals.load(self._deal_id, **self.past)

    def show(self, snapshot: DealSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(StagePath).show(snapshot.steps, snapshot.deal.days_in_stage)
        self.query_one(History).show(snapshot.planned, snapshot.history)
        self._show_detail()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def on_descendant_focus(self, event: object) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        item, text = self._item, ""
        if item is not None:
            text = item_detail(item)
        elif self.snapshot is not None:
            text = state_detail(self.snapshot)
        self.query_one("#detail", Static).update(plain(text))

    @property
    def _item(self) -> AgendaItem | None:
        """The activity under the cursor, while the focus is on the activities."""
        history = self.query_one(History)
        if self.snapshot is None or not history.has_focus:
            return None
        items = (*self.snapshot.planned, *self.snapshot.history)
        return next((item for item in items if item.id == history.cursor_key), None)

    @property
    def _is_closed(self) -> bool:
        return self.snapshot is not None and any(s.is_current and s.kind != "open" for s in self.snapshot.steps)

    def about(self) -> str | None:
        return f"visit:{self._item.id}" if self._item else f"deal:{self._deal_id}"

    def why_not(self, command: str) -> str | None:
        if command in (*_OPEN_ONLY, "drop", "edit", "open") and self.snapshot is None:
            return _("The deal is not loaded yet.")
        if self.snapshot is not None:
            reason = self._why_not_now(command, self.snapshot)
            if reason is not None:
                return reason
        return super().why_not(command)

    def _why_not_now(self, command: str, snapshot: DealSnapshot) -> str | None:
        item = self._item
        if command == "drop" and item is not None:
            return None if item.status == "planned" else _("Only what is planned can be cancelled.")
        if self._is_closed and (command in _OPEN_ONLY or command == "drop"):
            return _("This deal is closed.")
        if command in ("new", "open") and snapshot.deal.account_id is None:
            return _("This deal has no account yet.")
        return None

    def label_of(self, command: Command) -> str:
        if command.id == "drop":
            return _("Cancel") if self._item else _("Lose")
        return {"new": _("Next step"), "open": _("Account")}.get(command.id) or super().label_of(command)

    def do_open(self, **_args: Any) -> None:
        if self.snapshot is not None and self.snapshot.deal.account_id is not None:
            self.shell.open("account", account_id=self.snapshot.deal.account_id)

    def do_stage(self) -> None:
        if self.snapshot is not None:
            stages = [(step.id, step.name) for step in self.snapshot.steps if step.kind == "open"]
            deal_acts.move(self, self.snapshot.deal, stages)

    def do_win(self) -> None:
        if self.snapshot is not None:
            deal_acts.win(self, self.snapshot.deal, self.snapshot.as_of)

    def do_drop(self) -> None:
        if self.snapshot is None:
            return
        item = self._item
        if item is None:
            deal_acts.lose(self, self.snapshot.deal, self.snapshot.as_of)
        elif item.starts_at.date() < self.snapshot.as_of.date():
            acts.answer_for(self, item)
        else:
            acts.cancel(self, item)

    def do_new(self) -> None:
        deal = self.snapshot.deal if self.snapshot else None
        if deal is not None and deal.account_id is not None:
            acts.plan(self, deal.account_id, deal.account, deal_id=deal.id)

    def do_edit(self) -> None:
        item = self._item
        if self.snapshot is None:
            return
        if item is None:
            deal_acts.edit(self, self.snapshot.deal)
        elif item.status == "planned":
            acts.move(self, item, is_past=item.starts_at.date() < self.snapshot.as_of.date())
        else:
            acts.correct(self, item)


def answer(snapshot: DealSnapshot) -> str:
    """One line: which deal, with whom, in which stage and state."""
    deal = snapshot.deal
    line = f"{deal.name}  {account_text(deal)}  {deal.stage}  {deal_state(deal.state)}"
    return line if deal.write_state == "done" else f"{line}  {write_state(deal.write_state)}"


def facts(snapshot: DealSnapshot) -> str:
    """Two lines: money and dates; then whose it is and what is next."""
    deal = snapshot.deal
    money = [_("amount {money}").format(money=exact_money(deal.amount_minor, deal.currency))]
    if snapshot.profit_minor is not None:
        money.append(_("profit {money}").format(money=exact_money(snapshot.profit_minor, deal.currency)))
    money.append(_("expected {day}").format(day=short_day(deal.expected_on) if deal.expected_on else "-"))
    if snapshot.created_on:
        money.append(_("since {day}").format(day=snapshot.created_on.isoformat()))
    step = next_step_text(deal.next_step_at, snapshot.as_of)
    rest = [_("next step {when} {what}").format(when=step, what=deal.next_step).rstrip(), deal.owner, snapshot.product]
    return "  ".join(money) + "\n" + "  ".join(part for part in rest if part)


def state_detail(snapshot: DealSnapshot) -> str:
    """Each state with its rule, then fields of the CRM that have no place of their own."""
    deal = snapshot.deal
    rules = [f"{deal_state(state)}: {rule}" for state, rule in zip(deal.states, deal.rules)] or [deal_state(deal.state)]
    extra = [f"{name} {value}" for name, value in snapshot.extra]
    return "  ".join(rules) + "\n" + "  ".join(extra)
