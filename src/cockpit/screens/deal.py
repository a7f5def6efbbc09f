"""Deal: where it stands and what ends that, how it came there, who decides, what is next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from cockpit.i18n import _, exact_money, long_day, short_day
from cockpit.screens import acts, deal_acts, people_acts
from cockpit.screens.base import View
from cockpit.services.card_words import account_text, next_step_text, stage_text
from cockpit.services.snapshots import AgendaItem, DealSnapshot
from cockpit.services.words import deal_state, kept_text, write_state
from cockpit.widgets.card_lines import CardLines
from cockpit.widgets.columns import Tone
from cockpit.widgets.deal_states import KeyOf, tone_of, verdict_lines
from cockpit.widgets.history import History
from cockpit.widgets.item_detail import ItemDetail
from cockpit.widgets.lines import Lines, Part, folded
from cockpit.widgets.people import People
from cockpit.widgets.signs import write_sign
from cockpit.widgets.stage_path import LISTED, path_lines, strip_lines
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import DescendantFocus

    from cockpit.commands import Command
    from cockpit.feedback import Notice
    from cockpit.services.container import Services
    from cockpit.widgets.footer import FooterKey

_OPEN_ONLY = ("stage", "win", "new")


class DealView(View):
    """One deal. With the focus on its activities, e and x are about the activity, else about the deal. Ctrl+y copies a
    number of its people."""

    SCOPES = ("deal", "list")
    FOOTER = ("stage", "win", "drop", "new", "edit", "open", "why", "back")

    snapshot: DealSnapshot | None

    def __init__(self, deal_id: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._deal_id = deal_id

    def compose(self) -> ComposeResult:
        yield Lines(id="answer", classes="answer")
        yield CardLines(id="facts", classes="facts")
        with Container(classes="panes"):
            with Vertical(id="left"):
                yield CardLines(id="path")
                yield CardLines(id="states")
            yield People(id="people")
            yield History(id="history")
            yield ItemDetail(id="detail")

    def title(self) -> str:
        return _("Deal")

    def fetch(self, services: Services) -> DealSnapshot:
        return services.deals.load(self._deal_id, **self.past)

    def show(self, snapshot: DealSnapshot) -> None:
        key_of = self.shell.keymap.text_of
        self.query_one("#answer", Lines).show(lambda _width: [answer(snapshot)])
        self.query_one("#facts", CardLines).show(lambda width: facts(snapshot, width))
        self.query_one("#path", CardLines).show(self._path)
        self.query_one("#states", CardLines).show(lambda width: standing(snapshot, key_of, width))
        self.query_one(People).show(snapshot.account_phone, snapshot.contacts, empty=no_people(snapshot))
        self.query_one(History).show(snapshot.planned, snapshot.history, snapshot.as_of.date())
        self._show_detail()

    def _path(self, width: int) -> list[list[Part]]:
        """A stage a line in a pane, in a row where there is the whole width but little height."""
        if self.snapshot is None:
            return []
        if width >= LISTED and self.screen.has_class("-tall"):
            today = self.snapshot.as_of.date()
            return path_lines(self.snapshot.steps, today, width, is_ascii=self.shell.is_ascii)
        return strip_lines(self.snapshot.steps, width)

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
        if self.snapshot is None:
            return
        people, history = self.query_one(People), self.query_one(History)
        detail = self.query_one(ItemDetail)
        if people.has_focus:
            detail.show_person(self.snapshot.contacts, people.cursor_key, self.snapshot.account_phone)
        else:
            detail.show_item((*self.snapshot.planned, *self.snapshot.history), history.cursor_key)

    @property
    def _number(self) -> str:
        """The number to copy: of the people's row, whatever has the focus."""
        return self.query_one(People).number

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
        if command in (*_OPEN_ONLY, "drop", "edit", "open", "copy") and self.snapshot is None:
            return _("The deal is not loaded yet.")
        if command == "copy" and not self._number:
            return _("There is no number here to copy.")
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

    def footer(self) -> Sequence[str | FooterKey]:
        """On the people the key that copies a number, in place of the one that wins."""
        has_people = self.query_one(People).has_focus
        return tuple("copy" if name == "win" and has_people else name for name in self.FOOTER)

    def do_copy(self) -> None:
        people_acts.copy(self, self._number)

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


def answer(snapshot: DealSnapshot) -> list[Part]:
    """One line: which deal, with whom, in which stage since when and in which state."""
    deal = snapshot.deal
    closed = closed_as(snapshot)
    line: list[Part] = [(deal.name, "strong"), (f"  {account_text(deal)}", "" if deal.account else "muted")]
    if closed:
        line.append((f"  {deal.stage}", "good" if closed == "won" else "bad"))
    else:
        line += [(f"  {stage_text(deal)}", ""), (f"  {deal_state(deal.state)}", tone_of(deal.states))]
    if deal.write_state != "done":
        line.append((f"  {write_state(deal.write_state)}", write_sign(deal.write_state).tone))
    return line


def closed_as(snapshot: DealSnapshot) -> str:
    """`won` or `lost`, empty for an open deal."""
    return next((step.kind for step in snapshot.steps if step.is_current and step.kind != "open"), "")


def facts(snapshot: DealSnapshot, width: int) -> list[list[Part]]:
    """Money and dates; then what is next, whose it is, and fields of the CRM that have no place of their own."""
    deal = snapshot.deal
    pairs = [(_("amount"), exact_money(deal.amount_minor, deal.currency)), ("", kept_text(deal.kept))]
    if snapshot.profit_minor is not None:
        pairs.append((_("profit"), exact_money(snapshot.profit_minor, deal.currency)))
    if not closed_as(snapshot):
        pairs.append((_("close"), short_day(deal.expected_on) if deal.expected_on else "-"))
    if snapshot.created_on:
        pairs.append((_("since"), snapshot.created_on.isoformat()))
    pairs += [(_("owner"), deal.owner), (_("product"), snapshot.product), *snapshot.extra]
    line: list[Part] = []
    for label, value in pairs:
        if value:
            line += [(f"{label} ", "muted"), (f"{value}   ", "")]
    lines = folded(line, width)
    if not closed_as(snapshot):
        step = next_step_text(deal.next_step_at, snapshot.as_of)
        tone: Tone = "accent" if deal.next_step_at else "warn"
        lines.append([(_("next step") + " ", "muted"), (f"{step} {deal.next_step}".rstrip(), tone)])
    return lines


def standing(snapshot: DealSnapshot, key_of: KeyOf, width: int) -> list[list[Part]]:
    """What is wrong and what ends it; of a closed deal when and why it was closed."""
    closed = closed_as(snapshot)
    if not closed:
        return verdict_lines(snapshot.deal, key_of, width)
    day = long_day(snapshot.closed_on) if snapshot.closed_on else "-"
    words = _("won on {day}") if closed == "won" else _("lost on {day}")
    line: list[Part] = [(words.format(day=day), "good" if closed == "won" else "bad")]
    if snapshot.close_reason:
        line.append((f"  {snapshot.close_reason}", ""))
    return folded(line, width)


def no_people(snapshot: DealSnapshot) -> str:
    """What stands in place of the people."""
    if snapshot.deal.account_id is None:
        return _("This deal has no account yet, so nobody to call.")
    return _("Nobody known here yet. Press c to add a contact.")
