"""Team: who needs me. Every rep's result, visits, main problem and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from cockpit.i18n import _, exact_money, month_name, ngettext
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.services.snapshots import TeamRep, TeamSnapshot
from cockpit.services.words import card_state
from cockpit.widgets.rep_table import RepTable, log_age, rep_name
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.services.container import Services


class TeamView(View):
    """All reps below the viewer; for a rep, the rep alone."""

    SCOPES = ("team", "list")
    KEPT = TeamSnapshot
    FOOTER = ("open", "why", "pipeline", "today", "sync", "find", "help", "back")

    snapshot: TeamSnapshot | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.add_class("board")

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        yield RepTable(id="reps")
        yield Static(plain(""), id="detail", classes="detail")

    def title(self) -> str:
        return _("Team")

    def fetch(self, services: Services) -> TeamSnapshot:
        return services.team.load()

    def show(self, snapshot: TeamSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(RepTable).show(snapshot)
        self._show_detail()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        rep = self._rep
        text = rep_detail(rep, self.snapshot) if rep is not None and self.snapshot is not None else ""
        self.query_one("#detail", Static).update(plain(text))

    @property
    def _rep(self) -> TeamRep | None:
        """The rep under the cursor, None on the total."""
        key = self.query_one(RepTable).cursor_key
        return next((rep for rep in self.snapshot.reps if rep.id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        return f"team:{self._rep.id}" if self._rep else None

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._rep is None:
            return _("Move to a rep first.")
        return super().why_not(command)

    def do_open(self) -> None:
        """That rep's Today, to read."""
        if self._rep is not None:
            self.shell.open("today", rep_id=self._rep.id)


def _need(rep: TeamRep) -> tuple[int, int]:
    """Who needs help most: visits without a plan first, then the money gap."""
    return rep.visits_uncovered, rep.gap_minor or 0


def answer(snapshot: TeamSnapshot) -> str:
    """One sentence: how many are short, and who first."""
    short = [rep for rep in snapshot.reps if rep.visits_uncovered]
    if not snapshot.reps:
        return _("Nobody in this team yet")
    if not short:
        return _("All visits are covered")
    first = max(short, key=_need)
    words = ngettext(
        "{count} of {all} reps has visits without a plan; first {name}, {visits}",
        "{count} of {all} reps have visits without a plan; first {name}, {visits}",
        len(short),
    )
    return words.format(count=len(short), all=len(snapshot.reps), name=rep_name(first), visits=first.visits_uncovered)


def facts(snapshot: TeamSnapshot) -> str:
    return _("{team}, {month}, money in {currency}; plan and uncovered count visits of the KPI").format(
        team=snapshot.team or "-", month=month_name(snapshot.starts_on), currency=snapshot.currency
    )


def rep_detail(rep: TeamRep, snapshot: TeamSnapshot) -> str:
    """Two lines: exact result, then the problem in full and how old the log is."""
    head = f"{rep.name} {rep.alias}".strip()
    head += "  " + _("actual {actual} of {target}").format(
        actual=exact_money(rep.actual_minor, snapshot.currency), target=exact_money(rep.target_minor, snapshot.currency)
    )
    problem = f"{rep.problem} {card_state(rep.problem_state)}".strip() or _("no open problem")
    return f"{head}\n{problem}  " + _("last log {moment}").format(moment=log_age(rep, snapshot.as_of))
