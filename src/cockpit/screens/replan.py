"""Replan: what changes. Before and after, the score, and for each row its reasons. Nothing is written before y."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.i18n import _, ngettext
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.services.snapshots import ReplanProposal, ReplanRow, Saved
from cockpit.widgets.replan_table import ReplanTable, row_sign, row_time
from cockpit.widgets.score_table import ScoreTable
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
        self.add_class("board")
        self._kind = kind
        self._kpi_id = kpi_id
        self._trigger = trigger

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(classes="panes"):
            yield ReplanTable(empty=_("Nothing was planned."), id="before")
            yield ReplanTable(empty=_("Nothing to plan."), id="after")
        yield ScoreTable(id="scores")
        yield Static(plain(""), id="why")

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

    def focus_first(self) -> None:
        self.query_one("#after", ReplanTable).focus()

    def show(self, snapshot: ReplanProposal) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        before, after = self.query_one("#before", ReplanTable), self.query_one("#after", ReplanTable)
        before.show(_("Before"), snapshot.before, snapshot.as_of, prefix="before")
        after.show(_("After"), snapshot.after, snapshot.as_of, prefix="after")
        self.query_one(ScoreTable).show(snapshot.scores)
        self._show_reasons()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_reasons()

    def on_descendant_focus(self, event: object) -> None:
        self._show_reasons()

    def _show_reasons(self) -> None:
        text = reasons(self._row, self.snapshot) if self.snapshot else ""
        self.query_one("#why", Static).update(plain(text))

    @property
    def _row(self) -> ReplanRow | None:
        """The row under the cursor of the focused side, of the after side otherwise."""
        if self.snapshot is None:
            return None
        is_before = self.app.focused is self.query_one("#before", ReplanTable)
        table = self.query_one("#before" if is_before else "#after", ReplanTable)
        rows = self.snapshot.before if is_before else self.snapshot.after
        place = (table.cursor_key or "").partition(":")[2]
        return rows[int(place)] if place.isdigit() and int(place) < len(rows) else None

    def about(self) -> str | None:
        row = self._row
        return f"visit:{row.activity_id}" if row is not None and row.activity_id else None

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
    counts = {sign: sum(row.sign == sign for row in (*proposal.after, *_dropped(proposal))) for sign in "+~>x"}
    parts = (
        ngettext("{count} added", "{count} added", counts["+"]).format(count=counts["+"]),
        ngettext("{count} moved", "{count} moved", counts["~"]).format(count=counts["~"]),
        ngettext("{count} to another day", "{count} to another day", counts[">"]).format(count=counts[">"]),
        ngettext("{count} dropped", "{count} dropped", counts["x"]).format(count=counts["x"]),
    )
    return ", ".join(part for part, sign in zip(parts, "+~>x") if counts[sign])


def _dropped(proposal: ReplanProposal) -> tuple[ReplanRow, ...]:
    """Planned rows of before that go and are not repeated among the rows after."""
    after = {row.activity_id for row in proposal.after}
    return tuple(
        row for row in proposal.before if row.sign == "x" and row.status == "planned" and row.activity_id not in after
    )


def facts(proposal: ReplanProposal) -> str:
    """What set it off and how long it took; then what the signs mean."""
    parts = [proposal.trigger, _("{count} ms").format(count=proposal.elapsed_ms)]
    if not proposal.is_empty:
        parts.append(_("= kept  + new  ~ moved  > other day  x out"))
    if any(row_sign(row, prefix="before") == "!" for row in proposal.before):
        parts.append(_("! unvisited"))
    return "  ".join(part for part in parts if part)


def reasons(row: ReplanRow | None, proposal: ReplanProposal) -> str:
    """Why the focused row is there, in points that add up; then the best one left out, and what was not known."""
    lines = []
    if row is not None:
        head = f"{row.sign} {row_time(row, proposal.as_of)} {row.account}"
        if row.reasons:
            points = ", ".join(f"{text} {value:+d}" for text, value in row.reasons)
            lines.append(f"{head}: {points} = {row.score}")
        else:
            lines.append(head + ": " + _("stays as it was"))
    if proposal.best_dropped is not None:
        lines.append(
            _("x left out: {account} ({points}), {why}").format(
                account=proposal.best_dropped.account, points=proposal.best_dropped.score, why=proposal.best_dropped_why
            )
        )
    return "\n".join((*lines, *proposal.notes))
