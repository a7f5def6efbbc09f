"""Account: the people and their numbers, where and when to come, what was done, what is open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from cockpit.domain.text import clean_line
from cockpit.i18n import _, weekday
from cockpit.plain import plain
from cockpit.screens import acts, deal_acts
from cockpit.screens.ask import Field
from cockpit.screens.base import View
from cockpit.services.snapshots import AccountSnapshot, AgendaItem
from cockpit.services.words import decision_role, lifecycle, write_state
from cockpit.widgets.deal_table import DealTable, deal_detail
from cockpit.widgets.history import History, item_detail
from cockpit.widgets.people import People, number_under
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.services.container import Services

_MONDAY = date(2024, 1, 1)


class AccountView(View):
    """One account. With the focus on its activities, e and x are about the activity, else e edits the account."""

    SCOPES = ("account", "list")
    FOOTER = ("copy", "new", "create", "open", "edit", "drop", "why", "back")

    snapshot: AccountSnapshot | None

    def __init__(self, account_id: str, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.add_class("board")
        self._account_id = account_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(classes="panes"):
            with Vertical(id="left"):
                yield People(id="people")
                yield DealTable(id="deals")
            yield History(id="history")
        yield Static(plain(""), id="detail", classes="detail")

    def title(self) -> str:
        return _("Account")

    def fetch(self, services: Services) -> AccountSnapshot:
        return services.accounts.load(self._account_id, **self.past)

    def show(self, snapshot: AccountSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(People).show(snapshot)
        self.query_one(DealTable).show(snapshot.deals, snapshot.as_of, has_owner=False)
        self.query_one(History).show(snapshot.planned, snapshot.history)
        self._show_detail()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def on_descendant_focus(self, event: object) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        focused, text = self.app.focused, ""
        if self.snapshot is None:
            return
        if isinstance(focused, History) and self._item is not None:
            text = item_detail(self._item)
        elif isinstance(focused, DealTable):
            deal = next((deal for deal in self.snapshot.deals if deal.id == focused.cursor_key), None)
            text = deal_detail(deal) if deal else ""
        else:
            text = contact_detail(self.snapshot, self.query_one(People).cursor_key)
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
    def _deal_id(self) -> str | None:
        """The deal under the cursor or behind the focused activity."""
        deals = self.query_one(DealTable)
        if deals.has_focus:
            return deals.cursor_key
        return self._item.deal_id if self._item else None

    @property
    def _number(self) -> str:
        """The number to copy: of the people's row, whatever has the focus."""
        return number_under(self.snapshot, self.query_one(People).cursor_key) if self.snapshot else ""

    def about(self) -> str | None:
        if self._item is not None:
            return f"visit:{self._item.id}"
        return f"deal:{self._deal_id}" if self._deal_id else None

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
        """The number as the terminal's clipboard understands it; only a key press ever writes there."""
        number = clean_line(self._number)
        self.app.copy_to_clipboard(number)
        self.shell.say(_("{text} copied").format(text=number))

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


def answer(snapshot: AccountSnapshot) -> str:
    """One line: who it is and what kind of customer."""
    line = f"{snapshot.name}  {snapshot.alias}  {snapshot.tier}  {lifecycle(snapshot.lifecycle)}"
    return line if snapshot.write_state == "done" else f"{line}  {write_state(snapshot.write_state)}"


def opening_hours(windows: tuple[tuple[int, str, str], ...]) -> str:
    """`Mon 09:00-12:00 13:30-17:00, Thu 09:00-17:00`; weekday 0 is Monday. `not known` without any."""
    days: dict[int, list[str]] = {}
    for day, opens, closes in windows:
        days.setdefault(day, []).append(f"{opens}-{closes}")
    if not days:
        return _("opening hours not known")
    names = [weekday(_MONDAY + timedelta(days=day)) for day in range(7)]
    runs: list[tuple[int, int, list[str]]] = []
    for day, hours in sorted(days.items()):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    parts = (
        f"{names[first] if first == last else _('{first} to {last}').format(first=names[first], last=names[last])} "
        + " ".join(hours)
        for first, last, hours in runs
    )
    return ", ".join(parts)


def facts(snapshot: AccountSnapshot) -> str:
    """Two lines: where and when; then what they do and whose they are."""
    where = "  ".join((snapshot.address or _("no address"), opening_hours(snapshot.windows)))
    what = (snapshot.industry, snapshot.size, snapshot.owner, *(f"{name} {value}" for name, value in snapshot.extra))
    return where + "\n" + "  ".join(part for part in what if part)


def contact_detail(snapshot: AccountSnapshot, key: str | None) -> str:
    """The focused person in full."""
    contact = next((c for c in snapshot.contacts if key and key.startswith(f"{c.id}:")), None)
    if contact is None:
        return snapshot.phone
    parts = (
        contact.name,
        contact.title,
        decision_role(contact.decision_role),
        contact.mobile,
        contact.phone,
        contact.email,
    )
    return "  ".join(part for part in parts if part)
