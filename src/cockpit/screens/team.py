"""Team: who needs me. Every rep's result, visits and main problem, and beside them what the focused one is up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from cockpit.i18n import _, month_name, ngettext, short_money
from cockpit.plain import plain
from cockpit.screens import acts
from cockpit.screens.base import View
from cockpit.services import forecast_words
from cockpit.services.snapshots import CardView, TeamRep, TeamSnapshot
from cockpit.services.words import apart_money
from cockpit.widgets.card_list import CardList
from cockpit.widgets.lines import Line, Lines
from cockpit.widgets.rep_detail import deal_lines, head_lines, problem_lines, week_lines
from cockpit.widgets.rep_table import RepTable, rep_name, share_of
from cockpit.widgets.signs import percent
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.services.container import Services


MOST_WHEN_LOW = 4
"""Problems shown in a low window, which often is one over a slow line: each is sent anew with every key."""


class TeamView(View):
    """All reps below the viewer, who needs help first; for a rep, the rep alone."""

    SCOPES = ("team", "list")
    KEPT = TeamSnapshot
    FOOTER = ("open", "nudge", "why", "gap", "forecast", "find", "help", "back")

    snapshot: TeamSnapshot | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board", "-bare")

    def compose(self) -> ComposeResult:
        yield Lines(id="week")
        with Vertical(id="people"):
            yield Static(plain(""), id="answer", classes="answer")
            yield Static(plain(""), id="facts", classes="facts")
            yield RepTable(id="reps")
            yield CardList(id="cards")
            yield Lines(id="rep")

    def title(self) -> str:
        return _("Team")

    def fetch(self, services: Services) -> TeamSnapshot:
        return services.team.load(**self.past)

    def show(self, snapshot: TeamSnapshot) -> None:
        self.set_class(not snapshot.reps, "-bare")
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(RepTable).show(snapshot, is_ascii=self.shell.is_ascii)
        self.query_one(CardList).show(snapshot.cards, "")
        self.query_one(CardList).display = bool(snapshot.cards)
        self._show_rep()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_rep()

    def on_resize(self, _event: events.Resize) -> None:
        self._show_rep()

    def _show_rep(self) -> None:
        """The focused rep's problems under the table; his week and deals beside it, or below them in a tall window."""
        self.query_one("#rep", Lines).show(self._under)
        self.query_one("#week", Lines).show(self._beside)

    def _under(self, width: int) -> list[Line]:
        rep, snapshot = self._rep, self.snapshot
        if rep is None or snapshot is None:
            return []
        head = head_lines(rep, snapshot, width, is_ascii=self.shell.is_ascii)
        if not self.screen.has_class("-tall"):
            return [head[0], *problem_lines(rep.problems, width, MOST_WHEN_LOW)]
        problems = problem_lines(rep.problems, width)
        is_beside = self.query_one("#week", Lines).display
        below = [] if is_beside else [[], *week_lines(rep, snapshot, width)]
        return [*head, [], *problems, *below]

    def _beside(self, width: int) -> list[Line]:
        rep, snapshot = self._rep, self.snapshot
        if rep is None or snapshot is None:
            return []
        return [*week_lines(rep, snapshot, width), [], *deal_lines(rep, width)]

    @property
    def _rep(self) -> TeamRep | None:
        """The rep under the cursor, None on the total."""
        key = self.query_one(RepTable).cursor_key
        return next((rep for rep in self.snapshot.reps if rep.id == key), None) if self.snapshot else None

    def _card(self) -> CardView | None:
        """The card under the cursor, when the focus is on the cards."""
        cards = self.query_one(CardList)
        wanted = cards.cursor_key if cards.has_focus else None
        return next((card for card in self.snapshot.cards if card.id == wanted), None) if self.snapshot else None

    def about(self) -> str | None:
        """The card or the rep under the cursor; on the total the money of all."""
        if (card := self._card()) is not None:
            return f"card:{card.id}"
        if self._rep is not None:
            return f"team:{self._rep.id}"
        return "team.actual" if self.snapshot is not None and self.snapshot.reps else None

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._rep is None and self._card() is None:
            return _("Move to a rep first.")
        if command == "drop" and self._card() is None:
            return _("Move to a card first.")
        return super().why_not(command)

    def do_open(self, account_id: str = "", deal_id: str = "") -> None:
        """What the card is about; else that rep's Today, to read."""
        if deal_id:
            self.shell.open("deal", deal_id=deal_id)
        elif account_id:
            self.shell.open("account", account_id=account_id)
        elif (card := self._card()) is not None:
            self._press(card)
        elif self._rep is not None:
            self.shell.open("today", rep_id=self._rep.id)

    def do_nudge(self, nudge_id: str = "", **_rest: Any) -> None:
        """The nudge of the focused card; else the words to the focused rep, or how the last ones went."""
        card = self._card()
        nudge_id = nudge_id or (card.args.get("nudge_id", "") if card is not None else "")
        if nudge_id:
            self.shell.open("nudge", nudge_id=nudge_id)
        elif self._rep is not None:
            self.shell.open("nudge", rep_id=self._rep.id)
        else:
            self.shell.say(_("Move to a rep first."))

    def do_drop(self) -> None:
        """Sets the card aside, with a reason."""
        if (card := self._card()) is not None and self.snapshot is not None:
            acts.waive(self, card, self.snapshot.as_of)

    def open_card(self, number: int) -> None:
        cards = self.snapshot.cards if self.snapshot else ()
        if 0 < number <= len(cards):
            self._press(cards[number - 1])
        else:
            self.shell.say(_("There is no card {number}.").format(number=number))

    def _press(self, card: CardView) -> None:
        """Do what the card says; where it says nothing, explain it."""
        if card.command == "open":
            self.do_open(**card.args)
        elif card.command:
            self.shell.run_command(card.command, **card.args)
        else:
            self.shell.open("why", about=f"card:{card.id}")


def answer(snapshot: TeamSnapshot) -> str:
    """One sentence: who needs help first, and why."""
    if not snapshot.reps:
        return _("Nobody in this team yet")
    first = snapshot.reps[0]
    reasons = []
    if first.visits_uncovered:
        words = ngettext("{count} visit without a plan", "{count} visits without a plan", first.visits_uncovered)
        reasons.append(words.format(count=first.visits_uncovered))
    if first.behind_minor:
        reasons.append(_("{money} behind pace").format(money=short_money(first.behind_minor)))
    if not reasons:
        return _("Nobody is behind: visits are covered, money is on pace")
    words = reasons[0] if len(reasons) == 1 else _("{one}, {other}").format(one=reasons[0], other=reasons[1])
    return _("{name} needs you first: {reasons}").format(name=rep_name(first), reasons=words)


def facts(snapshot: TeamSnapshot) -> str:
    """The team's month, then the rule of the order."""
    line = _("{team}, {month}, day {gone}/{all}").format(
        team=snapshot.team or "-",
        month=month_name(snapshot.starts_on),
        gone=snapshot.workdays_gone,
        all=snapshot.workdays_total,
    )
    if not snapshot.reps:
        return line
    total = snapshot.total
    result = _("{actual} of {target} {currency}, {share}").format(
        actual=short_money(total.actual_minor),
        target=short_money(total.target_minor),
        currency=snapshot.currency,
        share=percent(share_of(total)),
    )
    forecast = forecast_words.team_text(total.forecast)
    result += f"  {forecast}" if forecast else ""
    apart = apart_money(total.other_currencies)
    result += f"\n{apart}" if apart else ""
    order = _("Order: visits without a plan, then behind pace. Visits: held+planned/limit")
    return f"{line}  {result}\n{order}"
