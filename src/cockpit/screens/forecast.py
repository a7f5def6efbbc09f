"""Forecast: what the month or quarter will bring, how far earlier ones were off, and which deals it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from cockpit.i18n import _, ngettext, short_day, short_money
from cockpit.plain import plain
from cockpit.screens.period_view import PeriodView
from cockpit.services import forecast_words as words
from cockpit.services.snapshots import ForecastSnapshot
from cockpit.services.words import apart_money
from cockpit.widgets.forecast_tables import ForecastDeals, ForecastNumbers, PastForecasts
from cockpit.widgets.lines import Lines, folded
from cockpit.widgets.week_table import span

if TYPE_CHECKING:
    from cockpit.feedback import Notice
    from cockpit.services.container import Services


class ForecastView(PeriodView):
    """The forecast of a rep, a team or all the viewer answers for; the month or the quarter that holds the day."""

    SCOPES = ("forecast", "list")
    KEPT = ForecastSnapshot
    KINDS = ("month", "quarter")
    FOOTER = ("open", "period_previous", "period_next", "why", "targets", "team", "help", "back")

    snapshot: ForecastSnapshot | None

    def __init__(self, rep_id: str | None = None, scope: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._rep_id = rep_id
        self._scope = scope or rep_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(id="parts"):
            with Vertical(id="left"):
                yield ForecastNumbers(id="numbers")
                yield Lines(id="rivals")
                yield PastForecasts(id="past")
            yield ForecastDeals(id="deals")

    def title(self) -> str:
        return _("Forecast")

    def fetch(self, services: Services) -> ForecastSnapshot:
        return services.forecast.load(self._scope, self.period, **self.past)

    def show(self, snapshot: ForecastSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(ForecastNumbers).show(snapshot)
        self.query_one("#rivals", Lines).show(lambda width: folded([(words.rivals_text(snapshot), "muted")], width))
        self.query_one(PastForecasts).show(snapshot)
        self.query_one(ForecastDeals).show(snapshot)

    def fail(self, notice: Notice) -> None:
        """Said once, where the answer would be."""
        super().fail(notice)
        if self.snapshot is None:
            self.query_one("#answer", Static).update(plain(notice.title))
            self.query_one("#facts", Static).update(plain(notice.body))

    def about(self) -> str | None:
        """The number under the cursor, the open deal, or how all past forecasts did."""
        focused = self.app.focused
        if self.snapshot is None:
            return None
        if isinstance(focused, ForecastDeals) and focused.cursor_key:
            return f"deal:{focused.cursor_key}"
        key = focused.cursor_key if isinstance(focused, ForecastNumbers) else None
        number = "error" if isinstance(focused, PastForecasts) else key or "value"
        return f"forecast.{number}:{self.period}:{self._scope or ''}".rstrip(":")

    def why_args(self) -> dict[str, Any]:
        return {} if self._rep_id is None else {"rep_id": self._rep_id}

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._deal is None:
            return _("Move to an open deal first.")
        return super().why_not(command)

    @property
    def _deal(self) -> str | None:
        """The deal under the cursor, while the open deals have the focus."""
        focused = self.app.focused
        return focused.cursor_key if isinstance(focused, ForecastDeals) else None

    def do_open(self) -> None:
        if self._deal is not None:
            self.shell.open("deal", deal_id=self._deal)


def answer(found: ForecastSnapshot) -> str:
    """One sentence: what it will be, between what, and how far it was off before."""
    if not found.complete:
        return _("The first sync is still running: these figures are not whole yet.")
    line = found.line
    if line.value_minor is None:
        return words.refused_text(line)
    text = _("{money} by {day}, in 80 of 100 cases {low} to {high}").format(
        money=short_money(line.value_minor),
        day=short_day(found.ends_on),
        low=short_money(line.low_minor),
        high=short_money(line.high_minor),
    )
    return (
        text
        if line.error is None
        else _("{text}; off by {error} so far").format(text=text, error=words.percent(line.error))
    )


def facts(found: ForecastSnapshot) -> str:
    """Whose, which period, and whose deals it learned from."""
    people = ngettext("{count} rep", "{count} reps", found.people).format(count=found.people)
    kinds = "  ".join(f"[{name}]" if kind == found.period_kind else name for kind, name in _kinds())
    learned = _("learned from {people}").format(people=words.people_text(found.basis_people))
    first = f"{found.scope}  {people}  {kinds}  {span(found.starts_on, found.ends_on)}"
    return "\n".join(text for text in (first, apart_money(found.other_currencies), learned) if text)


def _kinds() -> tuple[tuple[str, str], ...]:
    return (("month", _("month")), ("quarter", _("quarter")))
