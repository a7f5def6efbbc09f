"""Replan: what changes. Before and after in one list, the score, the day's route, and for each row its reasons.

Nothing is written before y.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.i18n import _, ngettext, short_day
from cockpit.plain import cells, fit, plain
from cockpit.screens.base import View
from cockpit.services.snapshots import ReplanProposal, Saved
from cockpit.widgets.lines import Line, Lines, folded
from cockpit.widgets.replan_table import SIGN_TONES, Change, ReplanTable, changes, row_time
from cockpit.widgets.route_plot import RoutePlot, route_of
from cockpit.widgets.score_table import ScoreTable, score_words
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.services.container import Services


class ReplanView(View):
    """A proposal for the rest of the day (`replan`), or for what a KPI lacks (`fill`)."""

    SCOPES = ("replan",)
    FOOTER = ("accept", "back", "why", "reload", "help")

    snapshot: ReplanProposal | None

    def __init__(
        self,
        kind: Literal["replan", "fill"] = "replan",
        kpi_id: str | None = None,
        trigger: str = "",
        *,
        id: str | None = None,  # noqa: A002  Textual's name
    ) -> None:
        super().__init__(id=id)
        self.add_class("board", "-bare")
        self._kind = kind
        self._kpi_id = kpi_id
        self._trigger = trigger
        self._changes: tuple[Change, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Horizontal(classes="panes"):
            with Vertical(id="plan"):
                yield ReplanTable(id="changes")
                yield ScoreTable(id="scores")
                yield Lines(id="score-line")
                yield Lines(id="why")
            yield RoutePlot(id="route")

    def title(self) -> str:
        return _("Fill") if self._kind == "fill" else _("Replan")

    def fetch(self, services: Services) -> ReplanProposal:
        if self._kind == "fill":
            return services.replan.fill(self._kpi_id)
        return services.replan.propose(self._trigger)

    def load(self) -> None:
        """Made once: a proposal must not change under the eyes of who reads it. F5 makes another."""
        if self.snapshot is None:
            super().load()

    def do_reload(self) -> None:
        self.snapshot = None
        self.load()

    def show(self, snapshot: ReplanProposal) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self._changes = changes(snapshot)
        self.set_class(not self._changes, "-bare")
        table = self.query_one(ReplanTable)
        table.show(self._changes, snapshot.as_of)
        table.focus_key(next((change.key for change in self._changes if change.sign not in "=x"), ""))
        self.query_one(ScoreTable).show(snapshot.scores)
        self.query_one("#score-line", Lines).show(lambda width: score_words(snapshot.scores, width))
        self._show_focused()

    def on_table_moved(self, _event: Table.Moved) -> None:
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
        if self.screen.has_class("-tall"):
            return [*reason_lines(self._change, self.snapshot), [], *rest_lines(self.snapshot, width)]
        return [*folded(reason_line(self._change, self.snapshot), width, 2), *rest_lines(self.snapshot, width)]

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

    def why_not(self, command: str) -> str | None:
        if command == "accept":
            if self.snapshot is None:
                return _("There is no proposal yet.")
            if self.snapshot.is_empty:
                return _("There is nothing to accept.")
        return super().why_not(command)

    def do_accept(self) -> None:
        proposal = self.snapshot
        if proposal is not None:
            self.write(lambda services: services.replan.accept(proposal), then=self._accepted)

    def label_of(self, command: Command) -> str:
        words = {"back": _("Keep the plan"), "reload": _("Try again")}
        return words.get(command.id) or super().label_of(command)

    def _accepted(self, _saved: Saved) -> None:
        """Back to where the plan is seen."""
        self.shell.run_command("back")


def answer(proposal: ReplanProposal) -> str:
    """One sentence: what would change."""
    if proposal.is_empty:
        if proposal.kind == "fill":
            return _("Nothing to fill: no visit fits, or none is lacking")
        return _("Nothing to change: the plan is as good as it gets")
    signs = [change.sign for change in changes(proposal) if not _is_gone_already(change)]
    counts = {sign: signs.count(sign) for sign in "+~>x"}
    parts = (
        ngettext("{count} added", "{count} added", counts["+"]).format(count=counts["+"]),
        ngettext("{count} moved", "{count} moved", counts["~"]).format(count=counts["~"]),
        ngettext("{count} to another day", "{count} to another day", counts[">"]).format(count=counts[">"]),
        ngettext("{count} dropped", "{count} dropped", counts["x"]).format(count=counts["x"]),
    )
    return ", ".join(part for part, sign in zip(parts, "+~>x") if counts[sign])


def _is_gone_already(change: Change) -> bool:
    """Cancelled before: no news of this plan."""
    return change.sign == "x" and change.row.status == "cancelled"


def facts(proposal: ReplanProposal) -> str:
    """What set it off and how long it took; then what the signs mean."""
    parts = [proposal.trigger, _("{count} ms").format(count=proposal.elapsed_ms)]
    if not proposal.is_empty:
        parts.append(_("= kept  + new  ~ moved  > other day  x out"))
    if any(change.sign == "!" for change in changes(proposal)):
        parts.append(_("! unvisited"))
    return "  ".join(part for part in parts if part)


def reason_line(change: Change | None, proposal: ReplanProposal) -> Line:
    """Why the focused row is there, in points that add up, as one line."""
    if change is None:
        return []
    head = _head(change, proposal)
    if not change.row.reasons:
        return [*head, (": " + _("stays as it was"), "")]
    points = ", ".join(f"{text} {value:+d}" if value else text for text, value in change.row.reasons)
    return [*head, (f": {points} = {change.row.score}", "")]


def reason_lines(change: Change | None, proposal: ReplanProposal) -> list[Line]:
    """The same as a sum: points on the left, under them their total."""
    if change is None:
        return []
    if not change.row.reasons:
        return [[*_head(change, proposal)], [(_("stays as it was"), "muted")]]
    points = [f"{value:+d}" if value else "" for _text, value in change.row.reasons]
    total = f"{change.row.score}"
    size = max(map(cells, (*points, total)))
    lines: list[Line] = [[*_head(change, proposal)]]
    for (text, _value), number in zip(change.row.reasons, points, strict=True):
        lines.append([(fit(number, size, right=True) + "  ", "accent"), (text, "")])
    return [*lines, [(fit(total, size, right=True) + "  ", "strong"), (_("points in all"), "muted")]]


def _head(change: Change, proposal: ReplanProposal) -> Line:
    return [
        (f"{change.sign} ", SIGN_TONES.get(change.sign, "")),
        (f"{row_time(change.row, proposal.as_of)} {change.row.account}", "strong"),
    ]


def rest_lines(proposal: ReplanProposal, width: int) -> list[Line]:
    """The best account left out and why; then what was not known."""
    lines: list[Line] = []
    if proposal.best_dropped is not None:
        words = _("x left out: {account} ({points}), {why}").format(
            account=proposal.best_dropped.account, points=proposal.best_dropped.score, why=proposal.best_dropped_why
        )
        lines += folded([(words, "")], width, 2)
    for note in proposal.notes:
        lines += folded([(note, "muted")], width)
    return lines
