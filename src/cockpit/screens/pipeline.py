"""Pipeline: what is stuck. Stages with money and conversion, deals with state and rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from cockpit.i18n import _, ngettext, short_money
from cockpit.plain import plain
from cockpit.screens import acts, deal_acts
from cockpit.screens.base import View
from cockpit.services.funnel_words import after, one_funnel
from cockpit.services.snapshots import DealLine, PipelineSnapshot
from cockpit.services.stuck import astray_text, stuck
from cockpit.widgets.deal_detail import DealDetail
from cockpit.widgets.deal_states import state_lines, state_words
from cockpit.widgets.deal_table import DealTable
from cockpit.widgets.lines import Lines, Part
from cockpit.widgets.month_line import Figures
from cockpit.widgets.stage_bars import StageBars, result_figures
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.feedback import Notice
    from cockpit.services.container import Services

_OF_ITS_OWNER = ("stage", "win", "drop", "edit")
_OF_A_DEAL = ("open", "stage", "win", "drop", "new", "edit")


class PipelineView(View):
    """The open deals of `rep_id`, or of all the viewer's people."""

    SCOPES = ("pipeline", "list")
    KEPT = PipelineSnapshot
    FOOTER = ("open", "stage", "win", "drop", "new", "funnel", "why", "back")

    snapshot: PipelineSnapshot | None

    def __init__(self, rep_id: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._rep_id = rep_id
        self._funnel_id: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="lists"):
            yield Lines(id="answer", classes="answer")
            yield Static(plain(""), id="facts", classes="facts")
            yield Figures(id="results")
            with Horizontal(id="upper"):
                yield StageBars(id="stages")
                yield Lines(id="states")
            yield DealTable(id="deals")
        yield DealDetail(id="detail")

    @property
    def funnel_id(self) -> str | None:
        return self._funnel_id

    def title(self) -> str:
        return _("Pipeline")

    def fetch(self, services: Services) -> PipelineSnapshot:
        return services.pipeline.load(self._rep_id, self._funnel_id, **self.past)

    def show(self, snapshot: PipelineSnapshot) -> None:
        self.query_one("#answer", Lines).show(lambda _width: [answer(snapshot)])
        self.query_one("#states", Lines).show(lambda width: state_lines(snapshot, width))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(Figures).show(result_figures(snapshot))
        self.query_one(StageBars).show(snapshot, is_ascii=self.shell.is_ascii)
        deals = self.query_one(DealTable)
        deals.show(snapshot.deals, snapshot.as_of, has_owner=snapshot.scope.role != "rep")
        self._show_detail()

    def focus_first(self) -> None:
        """The deals, where the work is."""
        if self._last_focus is None:
            self.query_one(DealTable).focus()
        else:
            super().focus_first()

    def fail(self, notice: Notice) -> None:
        """Said once: in place of the deals."""
        super().fail(notice)
        if self.snapshot is None:
            for table in self.query(Table).exclude(f"#{self.query_one(DealTable).id}"):
                table.say_failed("")

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        deal, snapshot = self._deal, self.snapshot
        if snapshot is not None:
            brief = next((one for one in snapshot.briefs if deal and one.deal_id == deal.id), None)
            detail = self.query_one(DealDetail)
            detail.show_deal(deal, brief, snapshot.as_of, self.shell.keymap.text_of)

    @property
    def _deal(self) -> DealLine | None:
        """The deal under the cursor of the deals."""
        key = self.query_one(DealTable).cursor_key
        return next((deal for deal in self.snapshot.deals if deal.id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        focused = self.app.focused
        if isinstance(focused, StageBars):
            return focused.cursor_key
        if isinstance(focused, Figures):
            return focused.about
        return f"deal:{self._deal.id}" if self._deal else None

    def why_args(self) -> dict[str, Any]:
        return {} if self._rep_id is None else {"rep_id": self._rep_id}

    def why_not(self, command: str) -> str | None:
        if command in _OF_A_DEAL and self._deal is None:
            return _("There is no deal here.")
        if command == "new" and self._deal is not None and self._deal.account_id is None:
            return _("This deal has no account yet.")
        if command in _OF_ITS_OWNER and self._is_somebody_elses:
            return _("This is somebody else's: it can be read, not changed.")
        if command == "next_funnel" and self.snapshot is not None and len(self.snapshot.funnels) < 2:
            return one_funnel()
        return super().why_not(command)

    @property
    def _is_somebody_elses(self) -> bool:
        """A lead sees the deals of all reps and changes none of them."""
        deal = self._deal
        return deal is not None and self.snapshot is not None and deal.owner_id not in (None, self.snapshot.scope.id)

    def label_of(self, command: Any) -> str:
        return {"drop": _("Lose"), "new": _("Next step")}.get(command.id) or super().label_of(command)

    def do_next_funnel(self) -> None:
        if self.snapshot is not None:
            self._funnel_id = after(self.snapshot.funnels, self.snapshot.funnel_id)
            self.load()

    def do_open(self) -> None:
        if self._deal is not None:
            self.shell.open("deal", deal_id=self._deal.id)

    def do_stage(self) -> None:
        if self._deal is not None and self.snapshot is not None:
            deal_acts.move(self, self._deal, [(stage.id, stage.name) for stage in self.snapshot.stages])

    def do_win(self) -> None:
        if self._deal is not None and self.snapshot is not None:
            deal_acts.win(self, self._deal, self.snapshot.as_of)

    def do_drop(self) -> None:
        if self._deal is not None and self.snapshot is not None:
            deal_acts.lose(self, self._deal, self.snapshot.as_of)

    def do_new(self) -> None:
        deal = self._deal
        if deal is not None and deal.account_id is not None:
            acts.plan(self, deal.account_id, deal.account, deal_id=deal.id)

    def do_edit(self) -> None:
        if self._deal is not None:
            deal_acts.edit(self, self._deal)


def answer(snapshot: PipelineSnapshot) -> list[Part]:
    """One sentence: how many of the open deals are stuck and their money; then in which states they are."""
    count, minor = stuck(snapshot)
    if not snapshot.open_count:
        return [(_("No open deals"), "strong")]
    if not count:
        return [(_("Nothing is stuck"), "good")]
    words = ngettext(
        "{count} of {all} open deals is stuck, {money}", "{count} of {all} open deals are stuck, {money}", count
    )
    sentence = words.format(count=count, all=snapshot.open_count, money=short_money(minor))
    return [(sentence, "strong"), *state_words(snapshot)]


def facts(snapshot: PipelineSnapshot) -> str:
    """Whose deals, which funnel, in which money; what came into the month and left it without being won."""
    lost = astray_text(snapshot.astray)
    parts = [
        f"! {lost}" if lost else "",
        snapshot.scope.spoken,
        snapshot.funnel,
        _("money in {currency}").format(currency=snapshot.currency),
    ]
    for words, (count, minor) in (
        (_("in {count}, {money}"), snapshot.inflow),
        (_("out {count}, {money}"), snapshot.outflow),
    ):
        if count:
            parts.append(words.format(count=f"{count:+d}", money=short_money(minor)))
    if snapshot.other_currencies:
        others = "  ".join(f"{currency} {short_money(minor)}" for currency, minor in snapshot.other_currencies)
        parts.append(_("open besides: {others}").format(others=others))
    return "  ".join(part for part in parts if part)
