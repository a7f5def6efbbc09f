"""The period's pace: won money adding up day by day, what is planned on top of it, and the target adding up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from cockpit.i18n import _, short_money
from cockpit.plain import cells, plain
from cockpit.services.snapshots import PaceDay
from cockpit.widgets.plot import Canvas
from cockpit.widgets.tones import tone_style

TODAY, TARGET, COVERED, WON = range(4)
"""The layers, the highest last."""
PARTS = ("today", "target", "covered", "won")
SIGNS = ":.=#"
"""The layers in ASCII, in the signs of the gap bar."""
LEAST_WIDTH, LEAST_HEIGHT = 30, 5
LABEL_GAP = 1


_TONES = {
    "title": "strong",
    "behind": "bad",
    "ahead": "good",
    "label": "muted",
    "today": "muted",
    "covered": "accent",
    "won": "good",
}
"""What each part means; the line of the target has the colour of plain text."""


class PaceChart(Widget):
    """A line of words, the lines with their last values at the right, and the days below. Hidden without anything to draw."""

    DEFAULT_CSS = """
    PaceChart { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._days: tuple[PaceDay, ...] = ()
        self._due: int | None = None
        self._is_ascii = True

    def show(self, days: Sequence[PaceDay], due_minor: int | None, *, is_ascii: bool) -> None:
        """`due_minor`: what the target asks for by the working days that are over."""
        if (tuple(days), due_minor, is_ascii) != (self._days, self._due, self._is_ascii):
            self._days, self._due, self._is_ascii = tuple(days), due_minor, is_ascii
            self.refresh()

    def render(self) -> Text:
        width, height = self.size
        if len(self._days) < 2 or width < LEAST_WIDTH or height < LEAST_HEIGHT:
            return plain("")
        ends = self._ends()
        margin = max((cells(words) for _part, _value, words in ends), default=0) + LABEL_GAP
        canvas = Canvas(width - margin, height - 2, is_ascii=self._is_ascii)
        self._draw(canvas)
        words = self._beside(canvas, ends)
        lines = [self._title()]
        for y in range(canvas.height):
            line = Text(no_wrap=True, end="")
            for text, layer in canvas.row(y, SIGNS):
                line.append(text, "" if layer is None else self._style(PARTS[layer]))
            if y in words:
                part, label = words[y]
                line.append_text(plain(" " * LABEL_GAP + label, self._style(part)))
            lines.append(line)
        lines.append(self._scale(canvas))
        return Text("\n", no_wrap=True, overflow="crop", end="").join(lines)

    # -- the lines -------------------------------------------------------------------------------------------------

    @property
    def _top(self) -> int:
        values = [value for day in self._days for value in (day.due_minor, day.actual_minor, day.covered_minor)]
        return max([1, *(value for value in values if value is not None)])

    @property
    def _now(self) -> int | None:
        """The place of the last day with something won or not, None before the first."""
        return max((place for place, day in enumerate(self._days) if day.actual_minor is not None), default=None)

    def _share(self, place: int) -> float:
        """Where the end of a day lies across; the period's beginning is 0."""
        return (place + 1) / len(self._days)

    def _points(self, values: Sequence[int | None], *, is_from_start: bool) -> list[tuple[float, float]]:
        start = [(0.0, 0.0)] if is_from_start else []
        top = self._top
        return start + [
            (self._share(place), max(value, 0) / top) for place, value in enumerate(values) if value is not None
        ]

    def _draw(self, canvas: Canvas) -> None:
        now = self._now
        if now is not None:
            canvas.upright(self._share(now), TODAY, step=1 if self._is_ascii else 3)
        canvas.line(self._points([day.due_minor for day in self._days], is_from_start=True), TARGET)
        covered = self._points([day.covered_minor for day in self._days], is_from_start=now is None)
        if now is not None and now == len(self._days) - 1:
            covered = [(1.0, (self._days[-1].actual_minor or 0) / self._top), *covered]
        canvas.line(covered, COVERED, is_dotted=True)
        canvas.line(self._points([day.actual_minor for day in self._days], is_from_start=True), WON, thick=2)

    # -- the words -------------------------------------------------------------------------------------------------

    def _title(self) -> Text:
        title = plain(_("Pace"), self._style("title"))
        actual = next((day.actual_minor for day in reversed(self._days) if day.actual_minor is not None), 0) or 0
        if self._due is None:
            return title
        behind = self._due - actual
        words, part = (_("{money} behind"), "behind") if behind > 0 else (_("{money} ahead"), "ahead")
        title.append_text(plain("  " + words.format(money=short_money(abs(behind))), self._style(part)))
        due = _("{money} was due by now").format(money=short_money(self._due))
        title.append_text(plain("  " + due, self._style("label")))
        return title

    def _ends(self) -> list[tuple[str, int, str]]:
        """What stands at the end of each line: part, value, words; the highest first."""
        last, now = self._days[-1], self._now
        actual = 0 if now is None else self._days[now].actual_minor or 0
        ends = [("won", actual, _("won {money}").format(money=short_money(actual)))]
        if last.covered_minor is not None and last.covered_minor != actual:
            words = _("with plan {money}").format(money=short_money(last.covered_minor))
            ends.append(("covered", last.covered_minor, words))
        if last.due_minor is not None:
            ends.append(("target", last.due_minor, _("target {money}").format(money=short_money(last.due_minor))))
        return sorted(ends, key=lambda end: -end[1])

    def _beside(self, canvas: Canvas, ends: Sequence[tuple[str, int, str]]) -> dict[int, tuple[str, str]]:
        """The words by their line: at their line's height, one below the other where two would meet."""
        found: dict[int, tuple[str, str]] = {}
        y = -1
        for number, (part, value, words) in enumerate(ends):
            wanted = canvas.cell_at(1.0, max(value, 0) / self._top)[1]
            y = min(max(wanted, y + 1), canvas.height - len(ends) + number)
            found[y] = (part, words)
        return found

    def _scale(self, canvas: Canvas) -> Text:
        """The days below: the first of each week (of each month in a long period), today in bold, the last."""
        marks: dict[int, tuple[str, str]] = {}
        taken: list[tuple[int, int]] = []
        for place, part in self._marks():
            words = self._day_words(self._days[place].on)
            x = canvas.cell_at(self._share(place), 0)[0] - cells(words) // 2
            x = min(max(x, 0), canvas.width - cells(words))
            if all(x + cells(words) < first or x > last for first, last in taken):
                marks[x] = (words, part)
                taken.append((x, x + cells(words)))
        line = Text(no_wrap=True, end="")
        for x in sorted(marks):
            line.append(" " * (x - line.cell_len))
            line.append_text(plain(marks[x][0], self._style(marks[x][1])))
        return line

    def _marks(self) -> list[tuple[int, str]]:
        """Places to name, the most important first."""
        now, last = self._now, len(self._days) - 1
        is_long = last > 31
        found: list[tuple[int, str]] = [] if now is None else [(now, "title")]
        found.append((last, "label"))
        for place in range(len(self._days)):
            before = self._days[place - 1].on if place else date.min
            day = self._days[place].on
            is_new = day.month != before.month if is_long else day.isocalendar()[:2] != before.isocalendar()[:2]
            if place == 0 or is_new:
                found.append((place, "label"))
        return found

    def _day_words(self, day: date) -> str:
        """The number of the day within one month, else month and day."""
        first, last = self._days[0].on, self._days[-1].on
        return str(day.day) if (first.year, first.month) == (last.year, last.month) else f"{day:%m-%d}"

    def _style(self, part: str) -> Style:
        return tone_style(self, _TONES.get(part, ""))
