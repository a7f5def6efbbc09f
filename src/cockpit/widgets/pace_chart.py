"""The period's pace: won money adding up week by week, beside the target adding up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from textual_plotext import PlotextPlot

from cockpit.i18n import _, short_money
from cockpit.services.snapshots import GapWeek


class PaceChart(PlotextPlot):
    """Two lines over the weeks; the actual one ends with the current week."""

    def show(self, weeks: Sequence[GapWeek], today: date, *, is_ascii: bool) -> None:
        """Draw the weeks of a period. Nothing is drawn where there is no target or only one week."""
        targets = list(accumulate(week.target_minor or 0 for week in weeks))
        past = [week for week in weeks if week.starts_on <= today]
        actuals = list(accumulate(week.actual_minor for week in past))
        self.display = len(weeks) > 1 and bool(targets and targets[-1])
        plot = self.plt
        plot.clear_data()
        if self.display:
            ends = [float(number) for number in range(1, len(weeks) + 1)]
            marker = "*" if is_ascii else "hd"
            plot.plot(ends, targets, marker="." if is_ascii else marker, label=_("target"))
            plot.plot(ends[: len(actuals)], actuals, marker=marker, label=_("actual"))
            plot.xticks(ends, [week.ends_on.strftime("%m-%d") for week in weeks])
            top = max(targets[-1], actuals[-1] if actuals else 0)
            steps: list[float] = [0, top / 2, top]
            plot.yticks(steps, [short_money(round(step)) for step in steps])
            plot.ylim(0, top)
        self.refresh()
