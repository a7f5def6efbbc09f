"""Funnel: where it is narrow or slow against the others, what came in and left, why deals were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.services.funnel_words import after, findings, nothing_found, one_funnel
from cockpit.services.snapshots import FunnelSnapshot
from cockpit.services.words import apart_money
from cockpit.widgets.funnel_tables import FlowTable, ReasonTable, ShapeTable
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.feedback import Notice
    from cockpit.services.container import Services


class FunnelView(View):
    """The funnel of `rep_id`, or of all the viewer's people."""

    SCOPES = ("funnel", "list")
    KEPT = FunnelSnapshot
    FOOTER = ("next_funnel", "pipeline", "gap", "why", "help", "back")

    snapshot: FunnelSnapshot | None

    def __init__(self, rep_id: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._rep_id = rep_id
        self._funnel_id: str | None = None

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="found", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        yield ShapeTable(id="stages")
        with Horizontal(id="lower"):
            yield FlowTable(id="moves")
            yield ReasonTable(id="reasons")

    @property
    def funnel_id(self) -> str | None:
        return self._funnel_id

    def title(self) -> str:
        return _("Funnel")

    def fetch(self, services: Services) -> FunnelSnapshot:
        return services.funnel.load(self._rep_id, self._funnel_id, **self.past)

    def show(self, snapshot: FunnelSnapshot) -> None:
        self.query_one("#found", Static).update(plain("\n".join(findings(snapshot) or [nothing_found(snapshot)])))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(ShapeTable).show(snapshot)
        self.query_one(FlowTable).show(snapshot)
        self.query_one(ReasonTable).show(snapshot)

    def fail(self, notice: Notice) -> None:
        """Said once, in place of the stages."""
        super().fail(notice)
        if self.snapshot is None:
            for table in self.query(Table).exclude("#stages"):
                table.say_failed("")

    def about(self) -> str | None:
        focused = self.app.focused
        return focused.cursor_key if isinstance(focused, ShapeTable | FlowTable | ReasonTable) else None

    def why_args(self) -> dict[str, Any]:
        return {} if self._rep_id is None else {"rep_id": self._rep_id}

    def why_not(self, command: str) -> str | None:
        if command == "next_funnel" and self.snapshot is not None and len(self.snapshot.funnels) < 2:
            return one_funnel()
        return super().why_not(command)

    def do_next_funnel(self) -> None:
        if self.snapshot is not None:
            self._funnel_id = after(self.snapshot.funnels, self.snapshot.funnel_id)
            self.load()


def facts(snapshot: FunnelSnapshot) -> str:
    """Whose funnel, which one, with how many it is compared, and what the ranges mean and reach back."""
    parts = [snapshot.scope.spoken, snapshot.funnel, _("money in {currency}").format(currency=snapshot.currency)]
    if snapshot.others:
        against = _("against {count} others, 80% ranges, {days} days")
        parts.append(against.format(count=snapshot.others, days=snapshot.came_in_days))
    apart = apart_money(snapshot.other_currencies)
    return "  ".join(part for part in parts if part) + (f"\n{apart}" if apart else "")
