"""Gap: how far the period is from its target, what is planned, what is uncovered; of who leads, his team's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from cockpit.domain.periods import PeriodKind
from cockpit.i18n import _, month_name, ngettext, short_money
from cockpit.plain import plain
from cockpit.screens.period_view import PeriodView
from cockpit.services.gap_words import agreement_text, rung_text, target_note, why_not_agree
from cockpit.services.snapshots import GapSnapshot
from cockpit.services.words import period_name
from cockpit.widgets.day_cells import DayCells
from cockpit.widgets.gap_bar import GapBar, GapFigures
from cockpit.widgets.gap_numbers import GapNumbers
from cockpit.widgets.gap_reps import GapReps
from cockpit.widgets.kpi_list import KpiList
from cockpit.widgets.pace_chart import PaceChart
from cockpit.widgets.period_switch import PeriodSwitch
from cockpit.widgets.table import Table
from cockpit.widgets.trends import Trends
from cockpit.widgets.week_table import WEEK_SUM, WeekTable, span

if TYPE_CHECKING:
    from cockpit.feedback import Notice
    from cockpit.services.container import Services


class GapView(PeriodView):
    """The gap of `rep_id` (the viewer's own when None) for one period, the month at first. Whoever leads sees his team's,
    with its reps in place of KPIs and days, which are one person's."""

    SCOPES = ("gap", "list")
    KEPT = GapSnapshot
    FOOTER = ("chain", "fill", "forecast", "targets", "period_previous", "period_next", "why", "back")

    snapshot: GapSnapshot | None

    def __init__(
        self,
        rep_id: str | None = None,
        *,
        period: PeriodKind = "month",
        id: str | None = None,
    ) -> None:
        super().__init__(period=period, id=id)
        self.add_class("board")
        self._rep_id = rep_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield PeriodSwitch(plain(""), id="switch")
        yield GapBar(id="bar")
        yield DayCells(id="days")
        with Container(id="parts"):
            with Vertical(id="tables"):
                with Container(id="upper"):
                    yield GapNumbers(id="numbers")
                    yield WeekTable(id="weeks")
                yield GapReps(id="reps")
                yield KpiList(id="kpis")
                yield Trends(id="trends")
            yield PaceChart(id="pace")

    def title(self) -> str:
        return _("Gap")

    def fetch(self, services: Services) -> GapSnapshot:
        return services.gap.load(self._rep_id, self.period, **self.past)

    def show(self, snapshot: GapSnapshot) -> None:
        rung = rung_text(snapshot.rungs[0]) if snapshot.rungs else ""
        self.query_one("#answer", Static).update(plain("  ".join(filter(None, (answer(snapshot), rung)))))
        self.query_one(PeriodSwitch).show(snapshot.period_kind, period_facts(snapshot))
        self.set_class(bool(snapshot.team), "-team")
        self.query_one(GapReps).show(snapshot.reps)
        self.query_one(GapBar).display = True
        self.query_one(GapBar).show(
            GapFigures(snapshot.target_minor, snapshot.actual_minor, snapshot.planned_minor, snapshot.uncovered_minor),
            is_ascii=self.shell.is_ascii,
        )
        today, is_ascii = snapshot.as_of.date(), self.shell.is_ascii
        self.query_one(DayCells).show(snapshot.days, today, is_ascii=is_ascii)
        self.query_one(DayCells).display = bool(snapshot.days)
        self.query_one(GapNumbers).show(snapshot)
        self.query_one(WeekTable).show(snapshot.weeks, today)
        month = "" if snapshot.period_kind == "month" else month_name(today)
        self.query_one(KpiList).show(snapshot.kpis, is_ascii=is_ascii, month=month)
        self.query_one(Trends).show(snapshot.trend, is_ascii=is_ascii)
        self.query_one(PaceChart).show(snapshot.pace, snapshot.due_minor, is_ascii=is_ascii)

    def fail(self, notice: Notice) -> None:
        """Said once, where the answer would be."""
        super().fail(notice)
        if self.snapshot is None:
            self.query_one("#answer", Static).update(plain(notice.title))
            self.query_one("#switch", Static).update(plain(notice.body))
            self.query_one(GapBar).display = self.query_one(DayCells).display = False
            for table in self.query(Table):
                table.say_failed("")
            self.query_one(GapNumbers).say_failed(notice.next_step + "\n" + _("Press F5 to load again."))

    def about(self) -> str | None:
        """The number, week or KPI under the cursor."""
        focused = self.app.focused
        if self.snapshot is None:
            return None
        if isinstance(focused, KpiList):
            return focused.cursor_key
        if isinstance(focused, GapReps):
            return f"{self.snapshot.period_kind}.gap" if focused.cursor_key else None
        if isinstance(focused, GapNumbers | WeekTable) and focused.cursor_key:
            key = focused.cursor_key
            return f"{self.snapshot.period_kind}.{'gap' if key == WEEK_SUM else key}"
        return None

    def why_args(self) -> dict[str, Any]:
        rep_id = self._focused_rep or self._rep_id
        return {} if rep_id is None else {"rep_id": rep_id}

    @property
    def _focused_rep(self) -> str | None:
        """The rep under the cursor, while the team's reps have the focus."""
        focused = self.app.focused
        return focused.cursor_key if isinstance(focused, GapReps) else None

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._focused_rep is None:
            return _("Move to a rep first.") if self.snapshot and self.snapshot.team else _("Nothing opens here.")
        if command == "agree" and (reason := why_not_agree(self.snapshot.agreement if self.snapshot else None)):
            return reason
        if command == "fill" and self.snapshot is not None:
            return self._why_not_fill(self.snapshot)
        return super().why_not(command)

    def _why_not_fill(self, snapshot: GapSnapshot) -> str | None:
        if snapshot.is_read_only:
            return _("This is somebody else's: it can be read, not changed.")
        if snapshot.team:
            return _("KPI visits are each rep's own: open his Gap.")
        if not any(line.uncovered for line in snapshot.kpis):
            return _("Nothing to fill: every KPI is covered.")
        return None

    def do_open(self) -> None:
        """That rep's Gap, in the same period."""
        if self._focused_rep is not None:
            self.shell.open("gap", rep_id=self._focused_rep, period=self.period)

    def do_chain(self) -> None:
        self.shell.open("chain", rep_id=self._rep_id, period=self.period)

    def do_agree(self) -> None:
        """Say yes to one's own target of this period."""
        period = self.period
        self.write(lambda services: services.targets.agree("", period))

    def do_fill(self) -> None:
        """Fill the KPI under the cursor; the first short one when none is."""
        focused = self.app.focused
        key = focused.cursor_key if isinstance(focused, KpiList) else None
        chosen = next((line for line in self.snapshot.kpis if f"kpi:{line.id}" == key), None) if self.snapshot else None
        if chosen is not None and chosen.uncovered:
            self.shell.open("replan", kind="fill", kpi_id=chosen.id)
        else:
            self.shell.open("replan", kind="fill")


def answer(snapshot: GapSnapshot) -> str:
    """One sentence: what is uncovered of what is missing, and the working days left for it."""
    gap, uncovered = snapshot.gap_minor, snapshot.uncovered_minor
    days = snapshot.workdays_left
    left = ngettext("{count} working day left", "{count} working days left", days).format(count=days)
    if not snapshot.complete:
        return _("The first sync is still running: these figures are not whole yet.")
    if gap is None:
        return _("No target for this {period}. Won so far: {money}").format(
            period=period_name(snapshot.period_kind), money=short_money(snapshot.actual_minor)
        )
    if gap < 0:
        return _("Target reached, {money} above it").format(money=short_money(-gap))
    if gap == 0:
        return _("Target reached")
    if uncovered:
        words = _("{uncovered} uncovered of {gap} to go, {left}")
        return words.format(gap=short_money(gap), uncovered=short_money(uncovered), left=left)
    return _("{gap} to go, all of it planned, {left}").format(gap=short_money(gap), left=left)


def period_facts(snapshot: GapSnapshot) -> str:
    """The days of the period, the team and whether its reps' targets sum to its own, and the agreement."""
    agreement = agreement_text(snapshot.agreement) if snapshot.agreement else ""
    parts = (span(snapshot.starts_on, snapshot.ends_on), snapshot.team, agreement, target_note(snapshot))
    return "  ".join(part for part in parts if part)
