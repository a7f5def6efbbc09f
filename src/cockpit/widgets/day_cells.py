"""The days of a period as a row of cells: held, planned, missed or free; a gap where days are off, today in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from cockpit.i18n import _
from cockpit.plain import cells, plain
from cockpit.services.snapshots import DayCell
from cockpit.widgets.gap_bar import BAR_SIGNS
from cockpit.widgets.tones import tone_style

LARGEST = 4
"""The most cells a day takes, the gap after it included."""
MISSED = "x"


@dataclass(frozen=True, slots=True)
class Placed:
    """One day (or week) of the row: its block begins at `x` and is `size` cells wide."""

    day: DayCell
    x: int
    size: int
    is_first: bool
    """The first after a gap: its number is written below."""
    is_now: bool


def lay_out(days: Sequence[DayCell], today: date, width: int) -> tuple[Placed, ...]:
    """The working days, and days off with visits, as large as fits; one block a week where not even one cell a day does."""
    shown = [day for day in days if day.is_workday or day.held or day.planned or day.missed]
    for pitch in range(LARGEST, 0, -1):
        placed = _placed(shown, today, pitch, timedelta(days=1))
        if not placed or placed[-1].x + placed[-1].size + placed[-1].is_now <= width:
            return placed
    return _placed(by_week(shown), today, 1, timedelta(days=7))


def _placed(days: Sequence[DayCell], today: date, pitch: int, step: timedelta) -> tuple[Placed, ...]:
    found: list[Placed] = []
    x, size = 0, max(pitch - 1, 1)
    for number, day in enumerate(days):
        is_first = number == 0 or day.on - days[number - 1].on != step
        is_now = day.on <= today < day.on + step
        x += 1 if is_first and number else 0
        x += 1 if is_now else 0
        found.append(Placed(day, x, size, is_first, is_now))
        x += pitch + is_now
    return tuple(found)


def by_week(days: Sequence[DayCell]) -> tuple[DayCell, ...]:
    """The days added up by calendar week; the state is that of the sums."""
    weeks: dict[date, list[DayCell]] = {}
    for day in days:
        weeks.setdefault(day.on - timedelta(days=day.on.weekday()), []).append(day)
    return tuple(_week(monday, found) for monday, found in weeks.items())


def _week(monday: date, days: Sequence[DayCell]) -> DayCell:
    held, planned, missed = (sum(getattr(day, name) for day in days) for name in ("held", "planned", "missed"))
    return DayCell(
        on=monday,
        is_workday=True,
        held=held,
        planned=planned,
        missed=missed,
        state="done" if held else "missed" if missed else "planned" if planned else "free",
    )


def counted(days: Sequence[DayCell], today: date) -> tuple[int, int, int, int]:
    """Visits held, planned and missed, and the free working days from today on."""
    free = sum(day.is_workday and day.state == "free" and day.on >= today for day in days)
    return sum(day.held for day in days), sum(day.planned for day in days), sum(day.missed for day in days), free


_TONES = {"done": "good", "planned": "accent", "missed": "bad", "free": "muted", "now": "strong", "label": "muted"}


class DayCells(Widget):
    """One line of cells; a second one with the days' numbers and a third with the counts where there is room."""

    DEFAULT_CSS = """
    DayCells { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._days: tuple[DayCell, ...] = ()
        self._today = date.min
        self._is_ascii = True

    def show(self, days: Sequence[DayCell], today: date, *, is_ascii: bool) -> None:
        if (tuple(days), today, is_ascii) != (self._days, self._today, self._is_ascii):
            self._days, self._today, self._is_ascii = tuple(days), today, is_ascii
            self.refresh()

    def render(self) -> Text:
        placed = lay_out(self._days, self._today, self.size.width)
        lines = [self._cells(placed), self._numbers(placed), self._legend()][: max(self.size.height, 1)]
        return Text("\n", no_wrap=True, overflow="crop", end="").join(lines)

    def _cells(self, placed: Sequence[Placed]) -> Text:
        done, planned, free, _mark = BAR_SIGNS[self._is_ascii]
        signs = {"done": done, "planned": planned, "missed": MISSED, "free": free}
        line = Text(no_wrap=True, end="")
        for cell in placed:
            line.append(" " * (cell.x - cell.is_now - line.cell_len))
            line.append("[" if cell.is_now else "", self._style("now"))
            state = cell.day.state if cell.day.state in signs else "free"
            line.append(signs[state] * cell.size, self._style(state))
            line.append("]" if cell.is_now else "", self._style("now"))
        return line

    def _numbers(self, placed: Sequence[Placed]) -> Text:
        """The number of the first day after each gap, and of today; today's goes before a neighbour's."""
        line = Text(no_wrap=True, end="")
        now = next((cell.x for cell in placed if cell.is_now), None)
        for cell in placed:
            words = str(cell.day.on.day)
            is_near = now is not None and not cell.is_now and cell.x <= now < cell.x + cells(words) + 2
            if not (cell.is_now or cell.is_first) or is_near or (line.cell_len and line.cell_len >= cell.x):
                continue
            line.append(" " * (cell.x - line.cell_len))
            line.append(words, self._style("now" if cell.is_now else "label"))
        return line

    def _legend(self) -> Text:
        if not self._days:
            return Text(end="")
        held, planned, missed, free = counted(self._days, self._today)
        signs = BAR_SIGNS[self._is_ascii]
        line = Text(no_wrap=True, end="")
        for sign, state, words in (
            (signs[0], "done", _("held {count}").format(count=held)),
            (signs[1], "planned", _("planned {count}").format(count=planned)),
            (MISSED, "missed", _("missed {count}").format(count=missed)),
            (signs[2], "free", _("free days {count}").format(count=free)),
        ):
            if line.cell_len + cells(words) + 4 <= self.size.width:
                line.append("  " if line.plain else "")
                line.append(sign, self._style(state))
                line.append_text(plain(f" {words}"))
        return line

    def _style(self, part: str) -> Style:
        return tone_style(self, _TONES[part], is_bold=part == "missed")
