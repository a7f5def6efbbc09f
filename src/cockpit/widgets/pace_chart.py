"""The period's pace: won money adding up week by week, beside the target adding up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.widgets import Static
from textual_plotext import PlotextPlot

from cockpit.i18n import _, short_money
from cockpit.plain import plain
from cockpit.services.snapshots import GapWeek


class PaceChart(Vertical):
    """Two lines over the weeks; the actual one ends with the current week.

    The plotting library counts characters, not cells, so every word stays outside of the plot.
    """

    DEFAULT_CSS = """
    PaceChart Static { height: 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static(plain(""))
        yield PlotextPlot()

    def show(self, weeks: Sequence[GapWeek], today: date, *, is_ascii: bool) -> None:
        """Draw the weeks of a period. Nothing is drawn where there is no target or only one week."""
        targets = list(accumulate(week.target_minor or 0 for week in weeks))
        past = [week for week in weeks if week.starts_on <= today]
        actuals = list(accumulate(week.actual_minor for week in past))
        self.display = len(weeks) > 1 and bool(targets and targets[-1])
        if self.display:
            self.query_one(Static).update(self._legend(targets, actuals, is_ascii=is_ascii))
            self._draw(weeks, targets, actuals, is_ascii=is_ascii)

    def _legend(self, targets: Sequence[int], actuals: Sequence[int], *, is_ascii: bool) -> Text:
        """What each line is, with where it ends."""
        signs = (".", "*") if is_ascii else ("▄", "▄")
        text = plain(_("Pace") + "   ", "bold")
        for sign, name, ends, tone in zip(signs, (_("target"), _("actual")), (targets, actuals), ("accent", "success")):
            text.append(sign, self._color(tone).rich_color.name)
            text.append_text(plain(f" {name} {short_money(ends[-1] if ends else 0)}   "))
        return text

    def _draw(self, weeks: Sequence[GapWeek], targets: list[int], actuals: list[int], *, is_ascii: bool) -> None:
        drawn = self.query_one(PlotextPlot)
        plot = drawn.plt
        plot.clear_data()
        ends = [float(number) for number in range(1, len(weeks) + 1)]
        plot.plot(ends, targets, marker="." if is_ascii else "hd", color=self._color("accent").rgb)
        plot.plot(ends[: len(actuals)], actuals, marker="*" if is_ascii else "hd", color=self._color("success").rgb)
        plot.xticks(ends, [week.ends_on.strftime("%m-%d") for week in weeks])
        top = max(targets[-1], actuals[-1] if actuals else 0)
        steps: list[float] = [0, top / 2, top]
        plot.yticks(steps, [f"{round(step / 100):,}" for step in steps])
        plot.ylim(0, top)
        drawn.refresh()

    def _color(self, tone: str) -> Color:
        return Color.parse(self.app.theme_variables[tone])
