"""Metrics: what the company measures, as a tree; what it says of people, and which metric moves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from cockpit.i18n import _, ngettext, short_day
from cockpit.plain import plain
from cockpit.screens.period_view import PeriodView
from cockpit.services.metric_words import others_text, range_words, value_words
from cockpit.services.snapshots import MetricLine, MetricsSnapshot
from cockpit.widgets.lines import Line, Lines, Part, folded
from cockpit.widgets.metric_table import MetricTable
from cockpit.widgets.period_switch import PeriodSwitch
from cockpit.widgets.table import Table
from cockpit.widgets.week_table import span

if TYPE_CHECKING:
    from cockpit.commands import Command
    from cockpit.feedback import Notice
    from cockpit.services.container import Services


class MetricsView(PeriodView):
    """The metrics of a rep, a team or the company; of the viewer's own when neither is given."""

    SCOPES = ("metrics", "list")
    KEPT = MetricsSnapshot
    FOOTER = ("open", "period_previous", "period_next", "why", "find", "team", "help", "back")

    snapshot: MetricsSnapshot | None

    def __init__(self, rep_id: str | None = None, scope: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._rep_id = rep_id
        self._scope = scope or rep_id

    def compose(self) -> ComposeResult:
        with Vertical(id="tree"):
            yield Static(plain(""), id="answer", classes="answer")
            yield PeriodSwitch(plain(""), id="switch")
            yield MetricTable(id="metrics")
            yield Lines(id="metric")
        yield Lines(id="said")

    def title(self) -> str:
        return _("Metrics")

    def fetch(self, services: Services) -> MetricsSnapshot:
        return services.metrics.load(self._scope, self.period, **self.past)

    def show(self, snapshot: MetricsSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one(PeriodSwitch).show(snapshot.period_kind, span(snapshot.starts_on, snapshot.ends_on))
        self.query_one(MetricTable).show(snapshot.lines, is_ascii=self.shell.is_ascii)
        self.query_one("#said", Lines).show(lambda width: said_lines(snapshot, width))
        self._show_metric()

    def fail(self, notice: Notice) -> None:
        """In full under the table, which has one line for it."""
        super().fail(notice)
        if self.snapshot is None:
            self.query_one("#metric", Lines).show(lambda width: folded([(notice.body, "")], width))

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_metric()

    def _show_metric(self) -> None:
        line, snapshot = self._line, self.snapshot
        if snapshot is not None:
            self.query_one("#metric", Lines).show(lambda width: metric_lines(line, snapshot, width) if line else [])

    @property
    def _line(self) -> MetricLine | None:
        """The metric under the cursor."""
        key = self.query_one(MetricTable).cursor_key
        return next((line for line in self.snapshot.lines if line.id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        if self._line is None or self.snapshot is None:
            return None
        return f"metric:{self._line.id}:{self.snapshot.period_kind}:{self.snapshot.scope.id}"

    def why_args(self) -> dict[str, Any]:
        return {} if self._rep_id is None else {"rep_id": self._rep_id}

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._line is None:
            return _("Move to a metric first.")
        return super().why_not(command)

    def label_of(self, command: Command) -> str:
        return _("Rows") if command.id == "open" else super().label_of(command)

    def do_open(self) -> None:
        """What the metric is made of."""
        self.shell.run_command("why")


def answer(snapshot: MetricsSnapshot) -> str:
    """One sentence: which targets are missed, else what is worse than before."""
    if not snapshot.complete:
        return _("The first sync is still running: these figures are not whole yet.")
    missed = [line.name for line in snapshot.lines if line.is_reached is False]
    if missed:
        words = ngettext("{scope}: target missed: {names}", "{scope}: {count} targets missed: {names}", len(missed))
        return words.format(scope=snapshot.scope.name, count=len(missed), names=_(", ").join(missed))
    worse = [line.name for line in snapshot.lines if line.is_better is False and line.depth == 1]
    if worse:
        words = _("{scope}: worse than before: {names}")
        return words.format(scope=snapshot.scope.name, names=_(", ").join(worse))
    return _("{scope}: no target is missed").format(scope=snapshot.scope.name)


def metric_lines(line: MetricLine, snapshot: MetricsSnapshot, width: int) -> list[Line]:
    """The focused metric in full: number and range, what it is made of or what it lacks, whom it is compared with."""
    head: list[Part] = [
        (line.name, "strong"),
        (f"  {value_words(line.value, line.unit, snapshot.currency, is_exact=True)}", "accent"),
    ]
    told = [
        range_words(line),
        _("also {money}").format(money=others_text(line.other_currencies)) if line.other_currencies else "",
    ]
    if line.no_best:
        told.append(line.no_best)
    elif line.worse_share is not None:
        told.append(_("better than {share} of {count}").format(share=f"{line.worse_share:.0%}", count=line.peers))
    facts = "  ".join(part for part in told if part)
    head.append((f"  {facts}" if facts else "", ""))
    lines: list[Line] = [*folded(head, width)]
    lines += folded([(line.lack or line.formula, "warn" if line.lack else "muted")], width)
    until = _("changes: against the period before up to {day}, as deep in it as today")
    return [*lines, *folded([(until.format(day=short_day(snapshot.compared_to)), "muted")], width)]


def said_lines(snapshot: MetricsSnapshot, width: int) -> list[Line]:
    """Diagnosis, then the metrics that move nothing; where there is nothing to say, why."""
    lines: list[Line] = [[(_("Last 180 days"), "muted")]]
    named = [one for one in snapshot.vanity if one.is_named]
    for one in named:
        lines += folded([(_("vanity?"), "warn"), (f" {one.text}", "")], width, 2)
    for text in snapshot.diagnosis.splitlines():
        lines += folded([(text, "")], width, 2)
    if len(lines) == 1:
        lines += folded([(_("nothing stands out beyond chance"), "muted")], width)
    if snapshot.why_empty:
        lines += folded([(snapshot.why_empty, "muted")], width)
    return lines
