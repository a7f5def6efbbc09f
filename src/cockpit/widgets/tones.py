"""What words and signs mean, in the colours of the theme.

Not component classes: the toolkit matches every rule of every stylesheet against each class of each widget, and with some
ten tones a widget that was a third of the time to the first frame.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

_VARIABLES = {
    "muted": "text-muted",
    "good": "text-success",
    "warn": "text-warning",
    "bad": "text-error",
    "accent": "text-accent",
}


def tone_style(widget: Widget, tone: str, *, is_bold: bool = False) -> Style:
    """The style of a tone in the theme that `widget` is shown in; `strong` is bold, nothing is plain."""
    value = widget.app.theme_variables[_VARIABLES[tone]] if tone in _VARIABLES else ""
    return _style(value, is_bold or tone == "strong")


@lru_cache(maxsize=64)
def _style(value: str, is_bold: bool) -> Style:
    return Style(color=Color.parse(value).rich_color if value else None, bold=is_bold or None)
