"""Today: who next and when, what the month lacks, what is wrong and the key that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widgets import Static

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens import acts, nudge_acts, today_detail, today_words
from cockpit.screens.base import View
from cockpit.screens.room import BROAD, TALL, WIDE
from cockpit.services.snapshots import AgendaItem, CardView, TodaySnapshot
from cockpit.widgets.agenda import Agenda
from cockpit.widgets.card_list import CardList
from cockpit.widgets.day_cells import DayCells
from cockpit.widgets.detail import Detail
from cockpit.widgets.gap_bar import GapBar
from cockpit.widgets.kpi_list import KpiList
from cockpit.widgets.month_line import Figures
from cockpit.widgets.note import Note
from cockpit.widgets.table import Table
from cockpit.widgets.trends import Trends

if TYPE_CHECKING:
    from cockpit.feedback import Notice
    from cockpit.services.container import Services

ROOMY = 28
"""Lines from which the coming days have room below today."""
_OF_AN_ACTIVITY = ("edit", "lock")
_OF_MY_DAY = ("log", "replan", "rearrange", "fill")
"""Commands of the whole app that would write into the viewer's own day, not into the one that is seen."""


class TodayView(View):
    """The viewer's own day, or with `rep_id` somebody else's, to read."""

    SCOPES: ClassVar[tuple[str, ...]] = ("today", "list")
    KEPT = TodaySnapshot
    FOOTER: ClassVar[tuple[str, ...]] = ("log", "open", "replan", "fill", "gap", "pipeline", "why", "help")

    def __init__(self, rep_id: str | None = None) -> None:
        super().__init__(id="today")
        self._rep_id = rep_id
        self.snapshot: TodaySnapshot | None = None

    def compose(self) -> ComposeResult:
        yield Note(id="next")
        with Container(id="panes"):
            with Vertical(id="left"):
                with Container(id="upper"):
                    with Vertical(id="month"):
                        yield Static(plain(""), id="month-title")
                        yield Figures(id="figures")
                        with Container(id="gauges"):
                            yield GapBar(id="bar")
                            yield DayCells(id="days")
                        yield KpiList(id="kpis")
                        yield Trends(id="trends")
                    with Vertical(id="day"):
                        yield Agenda(id="agenda")
                        yield Detail(id="detail")
                        yield Detail("next_best", id="best")
                yield CardList(id="cards")
            yield Detail(id="pane")

    def title(self) -> str:
        if self.snapshot is not None and self.snapshot.is_read_only:
            return _("Today of {name}").format(name=self.snapshot.rep.spoken)
        if self.snapshot is None:
            return _("Today")
        month = self.snapshot.month
        return _("Today, day {gone}/{total}").format(gone=month.workdays_gone, total=month.workdays_total)

    def on_resize(self) -> None:
        """Narrow and wide screens say the month in other words, low ones the day without headings."""
        if self.snapshot is not None:
            self.show(self.snapshot)

    def focus_first(self) -> None:
        if self._last_focus is None:
            self.query_one(Agenda).focus()
        else:
            super().focus_first()

    # -- data ------------------------------------------------------------------------------------------------------

    def fetch(self, services: Services) -> TodaySnapshot:
        return services.today.load(self._rep_id, **self.past)

    def show(self, snapshot: TodaySnapshot) -> None:
        """Draw it in the words that fit the room there is."""
        coming, keymap, is_ascii = today_words.next_item(snapshot), self.shell.keymap, self.shell.is_ascii
        is_narrow, is_low = self.app.size.width < WIDE, self.app.size.height < TALL
        self.set_class(bool(snapshot.offer), "-offer")
        self.query_one("#next", Note).show([*today_words.headline(snapshot), *today_words.offer_line(snapshot, keymap)])
        self.query_one("#next", Note).about = f"visit:{coming.id}" if coming else None
        self.query_one("#month-title", Static).update(plain(today_words.month_title(snapshot)))
        figures = today_words.figures(snapshot.month, is_short=is_narrow)
        self.query_one(Figures).show(figures, is_set=not is_narrow)
        self.query_one(GapBar).show(today_words.bar(snapshot.month), is_ascii=is_ascii)
        self.query_one(DayCells).show(snapshot.days, snapshot.day, is_ascii=is_ascii)
        self.query_one(KpiList).show(snapshot.kpis, is_ascii=is_ascii, has_header=not (is_narrow and is_low))
        self.query_one(Trends).show(snapshot.trend, is_ascii=is_ascii)
        self.query_one(Agenda).show(
            snapshot.visits,
            snapshot.yesterday_unvisited,
            snapshot.coming if self.app.size.height >= ROOMY else (),
            coming.id if coming else None,
            today_words.empty_day(snapshot, keymap),
            has_heading=not is_low,
        )
        best = today_detail.of_best(snapshot, keymap.text_of("add"), is_short=True)
        self.query_one("#best", Detail).show_facts(best.title, best.facts, best.about)
        self.query_one("#best").display = snapshot.next_best is not None
        self.query_one(CardList).show(snapshot.cards, today_words.empty_cards(snapshot))
        self._show_detail()
        nudge_acts.tell_seen(self, snapshot)

    def fail(self, notice: Notice) -> None:
        """Said once, where the day would be."""
        super().fail(notice)
        if self.snapshot is None:
            self.query_one("#next", Note).show([[(notice.title, "bad")]])
            for table in self.query(Table):
                table.say_failed("")
            agenda = self.query_one(Agenda)
            agenda.say_failed(today_words.failed(notice, agenda.size.width))

    def _show_detail(self) -> None:
        """All about the focused row: in the pane where there is one, else in a few lines below the day."""
        if self.snapshot is None:
            return
        has_pane = self.app.size.width >= BROAD
        is_short = self.app.size.height < TALL and not has_pane
        item = None if self.query_one("#best").has_focus else self._item()
        told = today_detail.of(self.snapshot, self._card() or item, self.shell.keymap, is_short=is_short)
        self.query_one("#pane" if has_pane else "#detail", Detail).show_facts(told.title, told.facts, told.about)

    # -- what is focused -------------------------------------------------------------------------------------------

    def _item(self, activity_id: str | None = None) -> AgendaItem | None:
        """The activity named, or under the agenda's cursor when the focus is on no other thing."""
        if self.snapshot is None or (activity_id is None and self._card() is not None):
            return None
        wanted = activity_id or self.query_one(Agenda).cursor_key
        items = (*self.snapshot.visits, *self.snapshot.yesterday_unvisited, *self.snapshot.coming)
        return next((item for item in items if item.id == wanted), None)

    def _card(self) -> CardView | None:
        key = _focused_key(self.query_one(CardList))
        return next((card for card in self.snapshot.cards if card.id == key), None) if self.snapshot and key else None

    def about(self) -> str | None:
        if key := _focused_key(self.query_one(CardList)):
            return f"card:{key}"
        if key := _focused_key(self.query_one(KpiList)):
            return key if key.startswith("kpi:") else f"kpi:{key}"
        if self.query_one(Figures).has_focus:
            return self.query_one(Figures).about
        if isinstance(focused := self.app.focused, (Note, Detail)):
            return focused.about
        item = self._item()
        return f"visit:{item.id}" if item else None

    def why_args(self) -> dict[str, Any]:
        return {"rep_id": self._rep_id} if self._rep_id else {}

    # -- commands --------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        reason = super().why_not(command)
        if reason is None and command in _OF_MY_DAY and self.snapshot and self.snapshot.is_read_only:
            reason = _("This is somebody else's: it can be read, not changed.")
        if reason is None and self.snapshot is None and command in ("open", "new", "edit", "drop", "add", "lock"):
            reason = _("Today is not loaded yet.")
        if reason is None and command in _OF_AN_ACTIVITY and self._item() is None:
            reason = _("Move to a visit first.")
        if reason is None and command == "lock" and (item := self._item()) and item.status != "planned":
            reason = _("Only a planned visit can be locked.")
        if reason is None and command == "add" and self.snapshot and self.snapshot.next_best is None:
            reason = _("There is no suggestion now.")
        return reason

    def do_open(self, account_id: str = "", deal_id: str = "", activity_id: str = "") -> None:
        """The deal behind the row, else its account; a card does what its key does."""
        item = self._item(activity_id or None)
        if not (account_id or deal_id or activity_id) and (card := self._card()):
            self._press(card)
        elif deal_id or (not account_id and item and item.deal_id):
            self.shell.open("deal", deal_id=deal_id or (item.deal_id if item else ""))
        elif account_id or (item and item.account_id):
            self.shell.open("account", account_id=account_id or (item.account_id if item else ""))
        else:
            self.shell.say(_("This row has no account and no deal."))

    def do_log(self, activity_id: str = "") -> None:
        """The log line, begun for the focused visit."""
        item = None if self._rep_id else self._item(activity_id or None)
        if item is None or not item.account_id or item.status == "held":
            self.shell.open("log")
        else:
            self.shell.open("log", line=today_words.log_start(item), choice=item.account_id)

    def do_new(self, account_id: str = "", deal_id: str = "", **_rest: Any) -> None:
        if account_id:
            acts.plan(self, account_id, deal_id=deal_id or None)
            return
        item = self._item()
        acts.plan(self, item.account_id if item else None, item.account if item else "")

    def do_edit(self, activity_id: str = "") -> None:
        item = self._item(activity_id or None)
        if item is None:
            return
        if item.status == "planned":
            acts.move(self, item, is_past=today_words.is_unvisited(self.snapshot, item))
        else:
            acts.correct(self, item)

    def do_drop(self, activity_id: str = "", **_rest: Any) -> None:
        if not activity_id and (card := self._card()) and self.snapshot:
            acts.waive(self, card, self.snapshot.as_of)
            return
        item = self._item(activity_id or None)
        if item is None:
            self.shell.say(_("Move to a visit or a card first."))
        elif today_words.is_unvisited(self.snapshot, item):
            acts.answer_for(self, item)
        elif item.status == "planned":
            acts.cancel(self, item)
        else:
            self.shell.say(_("Only what is planned can be cancelled."))

    def do_add(self, **_rest: Any) -> None:
        best = self.snapshot.next_best if self.snapshot else None
        if best is None:
            return
        account_id, starts_at = best.account_id, best.starts_at
        if starts_at is None:
            acts.plan(self, account_id, best.account)
        else:
            when = f"{starts_at:%Y-%m-%d %H:%M}"
            self.write(lambda services: services.visits.plan(account_id, when))

    def do_lock(self, activity_id: str = "") -> None:
        item = self._item(activity_id or None)
        if item is not None:
            self.write(lambda services: services.visits.set_lock(item.id, not item.is_locked))

    do_nudge = nudge_acts.open_page

    def do_fill(self, kpi_id: str = "", **_rest: Any) -> None:
        focused = (_focused_key(self.query_one(KpiList)) or "").removeprefix("kpi:")
        chosen = kpi_id or focused
        self.shell.open("replan", kind="fill", **({"kpi_id": chosen} if chosen else {}))

    def open_card(self, number: int) -> None:
        cards = self.snapshot.cards if self.snapshot else ()
        if 0 < number <= len(cards):
            self._press(cards[number - 1])
        else:
            self.shell.say(_("There is no card {number}.").format(number=number))

    def _press(self, card: CardView) -> None:
        """Do what the card says; where it says nothing, explain it."""
        if card.command:
            self.shell.run_command(card.command, **card.args)
        else:
            self.shell.open("why", about=f"card:{card.id}", args=self.why_args())

    @on(Table.Moved)
    @on(DescendantFocus)
    def _follow(self) -> None:
        self._show_detail()


def _focused_key(table: Table) -> str | None:
    """The cursor's key, when the table has the focus."""
    return table.cursor_key if table.has_focus else None
