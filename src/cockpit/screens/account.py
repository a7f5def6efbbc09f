"""Account: the people and their numbers, where and when to come, what was done, what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from cockpit.i18n import _
from cockpit.screens import acts, deal_acts, people_acts
from cockpit.screens.base import View
from cockpit.screens.fields import Field
from cockpit.services.card_words import due_text
from cockpit.services.snapshots import AccountSnapshot, AgendaItem
from cockpit.services.words import lifecycle, write_state
from cockpit.widgets.account_card import card_lines
from cockpit.widgets.card_lines import CardLines
from cockpit.widgets.deal_facts import deal_figures, deal_troubles
from cockpit.widgets.deal_table import DealTable
from cockpit.widgets.history import History
from cockpit.widgets.item_detail import ItemDetail
from cockpit.widgets.lines import Lines, Part
from cockpit.widgets.people import People
from cockpit.widgets.signs import write_sign
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from textual.events import DescendantFocus

    from cockpit.feedback import Notice
    from cockpit.services.container import Services


class AccountView(View):
    """One account. With the focus on its activities, e and x are about the activity, else e edits the account."""

    SCOPES = ("account", "list")
    FOOTER = ("copy", "new", "create", "open", "edit", "drop", "why", "back")

    snapshot: AccountSnapshot | None

    def __init__(self, account_id: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._account_id = account_id

    def compose(self) -> ComposeResult:
        yield Lines(id="answer", classes="answer")
        with Container(classes="panes"):
            yield CardLines(id="card")
            with Vertical(id="middle"):
                yield People(id="people")
                yield DealTable(id="deals", empty=_("No open deals with this account. Press c to create one."))
            yield History(id="history")
            yield ItemDetail(id="detail")

    def title(self) -> str:
        return _("Account")

    def fetch(self, services: Services) -> AccountSnapshot:
        return services.accounts.load(self._account_id, **self.past)

    def show(self, snapshot: AccountSnapshot) -> None:
        is_ascii = self.shell.is_ascii
        self.query_one("#answer", Lines).show(lambda _width: [answer(snapshot)])
        self.query_one("#card", CardLines).show(lambda width: card_lines(snapshot, width, is_ascii=is_ascii))
        self.query_one(People).show(snapshot.phone, snapshot.contacts)
        self.query_one(DealTable).show(snapshot.deals, snapshot.as_of, has_owner=False, is_card=True)
        today = snapshot.as_of.date()
        self.query_one(History).show(snapshot.planned, snapshot.history, today, total=snapshot.history_total)
        self._show_detail()

    def fail(self, notice: Notice) -> None:
        """Said once: in place of the people."""
        super().fail(notice)
        if self.snapshot is None:
            for table in self.query(Table).exclude(f"#{self.query_one(People).id}"):
                table.say_failed("")

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        super().on_descendant_focus(event)
        self._show_detail()

    def _show_detail(self) -> None:
        """What has the focus: a person, a deal or an activity."""
        snapshot, detail = self.snapshot, self.query_one(ItemDetail)
        if snapshot is None:
            return
        people, deals, history = self.query_one(People), self.query_one(DealTable), self.query_one(History)
        deal = next((deal for deal in snapshot.deals if deal.id == deals.cursor_key), None)
        if deals.has_focus and deal is not None:
            troubles = deal_troubles(deal, snapshot.as_of, self.shell.keymap.text_of)
            detail.show_facts(deal.name, [*troubles, *deal_figures(deal, None)])
        elif history.has_focus:
            detail.show_item((*snapshot.planned, *snapshot.history), history.cursor_key)
        else:
            detail.show_person(snapshot.contacts, people.cursor_key, snapshot.phone)

    @property
    def _item(self) -> AgendaItem | None:
        """The activity under the cursor, while the focus is on the activities."""
        history = self.query_one(History)
        if self.snapshot is None or not history.has_focus:
            return None
        items = (*self.snapshot.planned, *self.snapshot.history)
        return next((item for item in items if item.id == history.cursor_key), None)

    @property
    def _deal_id(self) -> str | None:
        """The deal under the cursor or behind the focused activity."""
        deals = self.query_one(DealTable)
        if deals.has_focus:
            return deals.cursor_key
        return self._item.deal_id if self._item else None

    @property
    def _number(self) -> str:
        """The number to copy: of the people's row, whatever has the focus."""
        return self.query_one(People).number

    def about(self) -> str | None:
        if self._item is not None:
            return f"visit:{self._item.id}"
        if self._deal_id is not None:
            return f"deal:{self._deal_id}"
        people = self.query_one(People)
        if people.has_focus and people.person is not None:
            return f"contact:{people.person.id}"
        return f"account:{self._account_id}"

    def why_not(self, command: str) -> str | None:
        if self.snapshot is None and command in ("copy", "new", "create", "open", "edit", "drop"):
            return _("The account is not loaded yet.")
        if command == "copy" and not self._number:
            return _("There is no number here to copy.")
        if command == "open" and self._deal_id is None:
            return _("Move to a deal first.")
        if command == "drop" and (self._item is None or self._item.status != "planned"):
            return _("Move to a planned visit first.")
        return super().why_not(command)

    def do_copy(self) -> None:
        people_acts.copy(self, self._number)

    def do_open(self, **_args: Any) -> None:
        if self._deal_id is not None:
            self.shell.open("deal", deal_id=self._deal_id)

    def do_new(self) -> None:
        if self.snapshot is not None:
            acts.plan(self, self.snapshot.id, self.snapshot.name)

    def do_create(self) -> None:
        """A contact or a deal of this account, or something else new."""
        if self.snapshot is not None:
            acts.create(self, self.snapshot.id, self.snapshot.name)

    def do_drop(self) -> None:
        item = self._item
        if item is None or self.snapshot is None:
            return
        if item.starts_at.date() < self.snapshot.as_of.date():
            acts.answer_for(self, item)
        else:
            acts.cancel(self, item)

    def do_edit(self) -> None:
        item = self._item
        if self.snapshot is None:
            return
        if item is None:
            self._edit_account(self.snapshot)
        elif item.status == "planned":
            acts.move(self, item, is_past=item.starts_at.date() < self.snapshot.as_of.date())
        else:
            acts.correct(self, item)

    def _edit_account(self, account: AccountSnapshot) -> None:
        before = {"name": account.name, "tier": account.tier, "phone": account.phone, "address": account.address}
        self.ask(
            _("Edit {account}").format(account=account.name),
            (
                Field("name", _("Name"), account.name, is_needed=True),
                Field("tier", _("Tier"), account.tier, hint="A, B, C"),
                Field("phone", _("Phone"), account.phone),
                Field("address", _("Address"), account.address),
            ),
            lambda services, values: services.accounts.edit(account.id, deal_acts.changed(values, before)),
        )


def answer(snapshot: AccountSnapshot) -> list[Part]:
    """One line: who it is, what kind of customer, when the next visit is due."""
    other = f"  {snapshot.alias}" if snapshot.alias else ""
    kind = f"  {snapshot.tier}  {lifecycle(snapshot.lifecycle)}"
    words, tone = due_text(snapshot)
    line: list[Part] = [(snapshot.name, "strong"), (other, "muted"), (kind, ""), (f"  {words}", tone)]
    if snapshot.write_state != "done":
        line.append((f"  {write_state(snapshot.write_state)}", write_sign(snapshot.write_state).tone))
    return line
