"""Trends: the last weeks as a row of small bars, with the newest value and the one before it in words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from cockpit.i18n import _, short_money
from cockpit.plain import cells, plain
from cockpit.services.snapshots import TrendWeek
from cockpit.widgets.sparkline import spark
from cockpit.widgets.tones import tone_style

_TONES = {"label": "muted", "held": "accent", "won": "good"}


class Trends(Widget):
    """Visits held and money won by week: side by side on one line, below each other where there are two."""

    DEFAULT_CSS = """
    Trends { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._weeks: tuple[TrendWeek, ...] = ()
        self._is_ascii = True

    def show(self, weeks: Sequence[TrendWeek], *, is_ascii: bool) -> None:
        if (tuple(weeks), is_ascii) != (self._weeks, self._is_ascii):
            self._weeks, self._is_ascii = tuple(weeks), is_ascii
            self.refresh()

    def render(self) -> Text:
        held = [week.held for week in self._weeks]
        won = [week.won_minor for week in self._weeks]
        if not held:
            return plain("")
        names = (_("visits"), _("won"))
        is_stacked = self.size.height > 1
        widest = max(map(cells, names)) if is_stacked else 0
        size = 2 if is_stacked else 1
        text = Text(no_wrap=True, overflow="crop", end="")
        for name, values, said, part in zip(
            names, (held, won), ([str(value) for value in held], [short_money(value) for value in won]), ("held", "won")
        ):
            if text.plain:
                text.append("\n" if is_stacked else "   ")
            text.append_text(plain(name + " " * (max(widest - cells(name), 0) + 1), self._style("label")))
            bars = "".join(sign * size for sign in spark(values, self._is_ascii))
            text.append(bars, self._style(part))
            text.append_text(plain(" " + newest(said, is_short=not is_stacked)))
        return text

    def _style(self, part: str) -> Style:
        return tone_style(self, _TONES[part])


def newest(values: Sequence[str], *, is_short: bool = False) -> str:
    """`2 this week, 6 last week`; `2, last week 6` where they are side by side."""
    if len(values) < 2:
        return values[-1]
    words = _("{now}, last week {before}") if is_short else _("{now} this week, {before} last week")
    return words.format(now=values[-1], before=values[-2])
