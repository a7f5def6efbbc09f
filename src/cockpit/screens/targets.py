"""Targets: who is to reach what, whether it adds up, and whether everybody has said yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from cockpit.domain.periods import PeriodKind, neighbour, period_of, period_text
from cockpit.i18n import _, ngettext
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.screens.fields import Field
from cockpit.services.snapshots import TargetLine, TargetsSnapshot
from cockpit.services.words import metric_name
from cockpit.widgets.lines import Lines
from cockpit.widgets.table import Table
from cockpit.widgets.target_table import TargetTable, detail_lines, value_text

if TYPE_CHECKING:
    from cockpit.services.container import Services

KINDS: tuple[PeriodKind, ...] = ("week", "month", "quarter", "year")
METRICS = ("amount", "profit", "count")


class TargetsView(View):
    """The viewer's tree in one period and metric, the running month's revenue at first."""

    SCOPES = ("targets", "list")
    FOOTER = ("edit", "split", "agree", "raise", "period_next", "metric", "why", "back")

    snapshot: TargetsSnapshot | None

    def __init__(self, period: str = "month", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._period = period
        self._metric = METRICS[0]

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(classes="panes"):
            yield TargetTable(id="targets")
            yield Lines(id="parts")

    def title(self) -> str:
        return _("Targets")

    def fetch(self, services: Services) -> TargetsSnapshot:
        return services.targets.load(self._period, self._metric, **self.past)

    def show(self, snapshot: TargetsSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(TargetTable).show(snapshot)
        self._show_parts()
        self.shell.show_keys()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_parts()

    def _show_parts(self) -> None:
        line, snapshot = self._line, self.snapshot
        lines = detail_lines(snapshot, line) if line is not None and snapshot is not None else []
        self.query_one("#parts", Lines).show(lambda _width: lines)

    @property
    def _line(self) -> TargetLine | None:
        """The node under the cursor."""
        key = self.query_one(TargetTable).cursor_key
        return next((line for line in self.snapshot.lines if line.id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        if self._line is None or self.snapshot is None:
            return None
        return f"target:{self._line.id}:{self._metric}:{self.snapshot.period}"

    # -- keys ------------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        line, snapshot = self._line, self.snapshot
        if command == "open" and (line is None or line.kind != "person"):
            return _("Move to a rep first.")
        if command in ("new", "drop"):
            return _("A target is not made or dropped here: e sets it, 0 is none.")
        if command in ("edit", "split", "agree", "raise") and (line is None or snapshot is None):
            return _("Move to a target first.")
        if line is not None and snapshot is not None and command in _REASONS:
            reason = _REASONS[command](snapshot, line)
            if reason is not None:
                return reason
        if command == "period_previous" and snapshot is not None and snapshot.period_kind == KINDS[0]:
            return _("The week is the shortest period of targets.")
        if command == "period_next" and snapshot is not None and snapshot.period_kind == KINDS[-1]:
            return _("The year is the longest period.")
        return super().why_not(command)

    def do_open(self) -> None:
        """That rep's Today, to read."""
        if self._line is not None:
            self.shell.open("today", rep_id=self._line.id)

    def do_edit(self) -> None:
        """Another target; the neighbours keep the sum."""
        line, snapshot = self._line, self.snapshot
        if line is None or snapshot is None:
            return
        self.ask(
            _("Target of {name}, {period}").format(name=line.name, period=snapshot.period),
            [Field("value", metric_name(snapshot.metric), _typed(snapshot, line.value), _("300k"), is_needed=True)],
            lambda services, values: services.targets.set(line.id, values["value"], snapshot.period, self._metric),
        )

    def do_split(self) -> None:
        line, snapshot = self._line, self.snapshot
        if line is None or snapshot is None:
            return
        period, metric = snapshot.period, self._metric

        def then(is_yes: bool) -> None:
            if is_yes:
                self.write(lambda services: services.targets.accept(services.targets.propose(line.id, period, metric)))

        words = _("Share {value} of {name} among all below it by history and working days?")
        self.confirm(words.format(value=value_text(snapshot, line.value), name=line.name), then)

    def do_agree(self) -> None:
        line, snapshot = self._line, self.snapshot
        if line is not None and snapshot is not None:
            self.write(lambda services: services.targets.agree(line.id, snapshot.period, self._metric))

    def do_raise(self) -> None:
        line, snapshot = self._line, self.snapshot
        if line is not None and snapshot is not None:
            self.write(lambda services: services.targets.set(line.id, "", snapshot.period, self._metric, is_raise=True))

    def do_metric(self) -> None:
        self._metric = METRICS[(METRICS.index(self._metric) + 1) % len(METRICS)]
        self.load()

    def do_period_previous(self) -> None:
        self._resize(-1)

    def do_period_next(self) -> None:
        self._resize(1)

    def do_earlier(self) -> None:
        self._step(-1)

    def do_later(self) -> None:
        self._step(1)

    def _resize(self, step: int) -> None:
        """The longer or shorter period around today where it holds today, else around its own first day."""
        if self.snapshot is not None:
            first, last, today = self.snapshot.starts_on, self.snapshot.ends_on, self.snapshot.as_of.date()
            kind = KINDS[KINDS.index(_kind(self.snapshot)) + step]
            self._period = period_text(period_of(kind, today if first <= today <= last else first))
            self.load()

    def _step(self, step: int) -> None:
        if self.snapshot is not None:
            self._period = period_text(neighbour(period_of(_kind(self.snapshot), self.snapshot.starts_on), step))
            self.load()


def _kind(snapshot: TargetsSnapshot) -> PeriodKind:
    return next((kind for kind in KINDS if kind == snapshot.period_kind), "month")


def _typed(snapshot: TargetsSnapshot, value: int | None) -> str:
    """A value as it would be typed."""
    if value is None or snapshot.unit == "count":
        return "" if value is None else str(value)
    return f"{value // 100}" if value % 100 == 0 else f"{value // 100}.{value % 100:02d}"


def _why_not_edit(_snapshot: TargetsSnapshot, line: TargetLine) -> str | None:
    if line.can_set:
        return None
    return _("The target of {name} is set by who leads them.").format(name=line.name)


def _why_not_split(snapshot: TargetsSnapshot, line: TargetLine) -> str | None:
    if snapshot.viewer.role == "rep":
        return _("A target is split by who leads.")
    if line.value is None:
        return _("There is no target to split: e sets one.")
    if line.kind == "person":
        return _("The month of one person is shared over its weeks and days by working days already.")
    return None


def _why_not_agree(_snapshot: TargetsSnapshot, line: TargetLine) -> str | None:
    is_lead_asked = line.can_set and line.agreement == "none" and line.value is not None
    if line.can_agree or is_lead_asked:
        return None
    if line.agreement == "agreed":
        return _("Everybody has said yes to this already.")
    return _("Only {name} and who leads them can agree to this.").format(name=line.name)


def _why_not_raise(snapshot: TargetsSnapshot, line: TargetLine) -> str | None:
    if line.offer is None:
        return _("No raise is offered to {name}: one is when the target is reached with working days left.").format(
            name=line.name
        )
    return _why_not_edit(snapshot, line)


_REASONS = {"edit": _why_not_edit, "split": _why_not_split, "agree": _why_not_agree, "raise": _why_not_raise}


def answer(snapshot: TargetsSnapshot) -> str:
    """One sentence: what does not add up, else who is asked for a yes, else how far it is."""
    if snapshot.problems:
        count = len(snapshot.problems)
        words = ngettext("{count} target does not add up: {text}", "{count} targets do not add up: {text}", count)
        return words.format(count=count, text=snapshot.problems[0].text)
    top = snapshot.lines[0]
    if top.value is None:
        return _("{name} has no target for {period}").format(name=top.name, period=snapshot.period)
    asked = [line for line in snapshot.lines if line.agreement in ("asked", "none") and line.value is not None]
    offers = [line for line in snapshot.lines if line.offer is not None]
    done = _("{name}: {actual} of {target}").format(
        name=top.name, actual=value_text(snapshot, top.actual), target=value_text(snapshot, top.value)
    )
    if asked:
        words = ngettext("{count} yes is missing", "{count} yeses are missing", len(asked))
        return _("{done}, {open}").format(done=done, open=words.format(count=len(asked)))
    if offers:
        return _("{done}, {name} is there early").format(done=done, name=offers[0].name)
    return _("{done}, all of it adds up and is agreed").format(done=done)


def facts(snapshot: TargetsSnapshot) -> str:
    """Metric, period and currency."""
    parts = (metric_name(snapshot.metric), snapshot.period, snapshot.currency)
    return "  ".join(part for part in parts if part)
