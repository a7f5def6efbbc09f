"""Replan: what changes. Before and after in one list, the score, the day's route, and for each row its reasons.

The first plan is there at once; a search in another process betters it until the reader moves, or Esc. Nothing is
written before y.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.i18n import _, short_day
from cockpit.plain import plain
from cockpit.screens import replan_words as words
from cockpit.screens.fields import Field
from cockpit.screens.plan_search import PlanSearch
from cockpit.screens.proposing import Proposing
from cockpit.services.snapshots import ReplanProposal, WhyNot
from cockpit.widgets.lines import Line, Lines, folded
from cockpit.widgets.replan_table import Change, ReplanTable, changes
from cockpit.widgets.route_plot import RoutePlot, route_of
from cockpit.widgets.score_table import ScoreTable, score_words

if TYPE_CHECKING:
    from cockpit.services.container import Services

Span = Literal["week", "month"]


class ReplanView(Proposing):
    """A proposal for the rest of the day (`replan`), for later days (`span`), or for what a KPI lacks (`fill`); from the
    hub's side of what is in question (`is_on_theirs`)."""

    SCOPES = ("replan",)
    FOOTER = ("accept", "back", "lock", "drop", "why_left_out", "why", "more", "help")

    def __init__(
        self,
        kind: Literal["replan", "fill"] = "replan",
        kpi_id: str | None = None,
        trigger: str = "",
        span: Span | None = None,
        *,
        is_on_theirs: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.add_class("board", "-bare")
        self._kind = kind
        self._kpi_id = kpi_id
        self._trigger = trigger
        self._span = span
        self._is_on_theirs = is_on_theirs
        self._changes: tuple[Change, ...] = ()
        self._asked: WhyNot | None = None
        self._placed: str | None = None

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Horizontal(classes="panes"):
            with Vertical(id="plan"):
                yield ReplanTable(id="changes")
                yield ScoreTable(id="scores")
                yield Lines(id="score-line")
                yield Lines(id="why")
                yield Lines(id="plans")
                yield Lines(id="limits")
            yield RoutePlot(id="route")
        yield PlanSearch()

    def title(self) -> str:
        if self._span is not None:
            return _("Replan the week") if self._span == "week" else _("Replan the month")
        return _("Fill") if self._kind == "fill" else _("Replan")

    # -- plans -----------------------------------------------------------------------------------------------------

    def first(self, services: Services) -> ReplanProposal:
        if self._span is not None:
            return services.replan.later(self._span)
        if self._is_on_theirs:
            return services.replan.on_theirs()
        return services.replan.fill(self._kpi_id) if self._kind == "fill" else services.replan.propose(self._trigger)

    def draw_plan(self, snapshot: ReplanProposal) -> None:
        """The cursor stays on its activity; at first it is on what changes."""
        was = self._change
        self._asked = None
        self.query_one("#answer", Static).update(plain(words.answer(snapshot)))
        self._changes = changes(snapshot)
        self.set_class(not self._changes, "-bare")
        table = self.query_one(ReplanTable)
        table.show(self._changes, snapshot.as_of)
        same = next((change.key for change in self._changes if was is not None and change.about == was.about), None)
        table.focus_key(same or next((change.key for change in self._changes if change.sign not in "=x"), ""))
        self._placed = table.cursor_key
        self.query_one(ScoreTable).show(snapshot.scores)
        self.query_one("#score-line", Lines).show(lambda width: score_words(snapshot.scores, width))
        self.draw_around()

    def draw_around(self) -> None:
        """The limits too; what stands in the way is below the reasons."""
        self._show_focused()
        snapshot = self.snapshot
        if snapshot is None:
            return
        self.query_one("#facts", Static).update(plain(words.facts(snapshot, self._progress)))
        plans, limit = self.query_one("#plans", Lines), self.query_one("#limits", Lines)
        plans.display = len(self._plans) > 1
        plans.show(lambda width: words.plan_line(snapshot, self._plans, width))
        limit.show(lambda width: folded(words.limit_line(snapshot, self.limit_name), width)[:1])

    # -- the focused row -------------------------------------------------------------------------------------------

    def on_table_moved(self) -> None:
        """Who moves reads: from then on the plan stays as it is. A drawn table tells of its cursor too, the scores' as well."""
        if self.query_one(ReplanTable).cursor_key != self._placed:
            self._end_search()
        self._asked = None
        self._show_focused()

    def _show_focused(self) -> None:
        """The reasons of the focused row, and the route of its day with the row marked."""
        snapshot, change = self.snapshot, self._change
        if snapshot is None:
            return
        self.query_one("#why", Lines).show(self._reasons)
        day = change.row.starts_at.date() if change else snapshot.as_of.date()
        minutes = dict(snapshot.travel_minutes).get(day)
        route = route_of(self._changes, day, snapshot.start, change.key if change else None, minutes)
        title = _("Route {day}").format(day=short_day(day))
        self.query_one(RoutePlot).show_route(route, title, is_ascii=self.shell.is_ascii)

    def _reasons(self, width: int) -> list[Line]:
        if self.snapshot is None:
            return []
        if self._asked is not None:
            return words.why_not_lines(self._asked, width)
        rest = [*words.relaxed_lines(self._choices, width), *words.rest_lines(self.snapshot, width)]
        if self.screen.has_class("-tall"):
            return [*words.reason_lines(self._change, self.snapshot), [], *rest]
        return [*folded(words.reason_line(self._change, self.snapshot), width, 2), *rest]

    @property
    def _change(self) -> Change | None:
        """The row under the cursor."""
        key = self.query_one(ReplanTable).cursor_key
        return next((change for change in self._changes if change.key == key), None)

    def about(self) -> str | None:
        """The points of the row under the cursor, by its place in this proposal."""
        change = self._change
        return f"{self._kind}:{change.key}" if change is not None else None

    def why_args(self) -> dict[str, Any]:
        return {"proposal": self.snapshot}

    # -- commands --------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        if command in ("accept", "lock", "drop", "more", "less", "limit", "why_left_out") and self.snapshot is None:
            return _("There is no proposal yet.")
        if command == "accept" and self.snapshot is not None and self.snapshot.is_empty:
            return _("There is nothing to accept.")
        if command in ("lock", "drop") and self._change is None:
            return _("Move to a row first.")
        if command in ("period_previous", "period_next") and self._span is None:
            return _("Only a plan of later days has a week or a month: {key} makes one.").format(
                key=self.shell.keymap.text_of("rearrange")
            )
        return super().why_not(command)

    def label_of(self, command: Command) -> str:
        leave = _("Stop searching") if self.is_searching else _("Keep the plan")
        labels = {"back": leave, "reload": _("Try again"), "lock": _("Hold"), "drop": _("Leave out")}
        return labels.get(command.id) or super().label_of(command)

    def do_lock(self) -> None:
        """The row stays as it is, whatever is planned again."""
        proposal, change = self.snapshot, self._change
        if proposal is not None and change is not None and change.number is not None:
            number = change.number
            self._again(lambda services: services.replan.hold(proposal, number))
        else:
            self.shell.say(_("It is not in the plan."))

    def do_drop(self) -> None:
        """The plan without the row; on a row that was left out, with it again."""
        proposal, change = self.snapshot, self._change
        if proposal is None or change is None:
            return
        number, activity_id = change.number, change.row.activity_id or ""
        if number is not None:
            self._again(lambda services: services.replan.leave_out(proposal, number))
        else:
            self._again(lambda services: services.replan.take_back(proposal, activity_id))

    def do_period_previous(self) -> None:
        self._look_at("week")

    def do_period_next(self) -> None:
        self._look_at("month")

    def _look_at(self, span: Span) -> None:
        if self._span != span:
            self._span = span
            self.do_reload()

    def do_why_left_out(self, account: str = "") -> None:
        """Ask for an account, and say the first rule that keeps it out."""
        from cockpit.screens.ask import Form

        proposal, services = self.snapshot, self.shell.services
        if proposal is None or services is None:
            return
        form = Form(
            _("Why is it not in the plan?"),
            [Field("account", _("Account"), account, _("name or pinyin initials"), is_needed=True)],
            lambda values: services.replan.why_not(proposal, values["account"]),
            is_ready=bool(account),
        )
        self.app.push_screen(form, self._answered)

    def _answered(self, found: WhyNot | None) -> None:
        if found is not None:
            self._asked = found
            self._show_focused()
