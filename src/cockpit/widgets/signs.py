"""Small signs shared by the tables. Those of states are ASCII, so they are one cell wide in every terminal."""

from __future__ import annotations

from cockpit.i18n import short_money
from cockpit.services import words
from cockpit.widgets.columns import Cell, Column, Tone

SIGN_COLUMN = Column("", 1)
"""The column of `write_sign`."""

_WRITE_SIGNS: dict[str, tuple[str, Tone]] = {
    "done": ("", ""),
    "saved": ("*", "muted"),
    "waiting": ("~", "warn"),
    "sending": (">", "accent"),
    "conflict": ("!", "bad"),
    "parked": ("x", "warn"),
    "blocked": ("^", "warn"),
}
_EIGHTHS = " ▏▎▍▌▋▊▉"


def write_sign(state: str) -> Cell:
    """Where a row's newest local write is: empty received, `*` on disk and queued, `~` tried and comes again, `>` on its
    way, `!` in conflict, `x` refused and parked, `^` behind such a one."""
    sign, tone = _WRITE_SIGNS.get(state, ("?", "muted"))
    return Cell(sign, tone)


def write_word(state: str) -> Cell:
    """The same in a word, in the same tone."""
    return Cell(words.write_state(state), write_sign(state).tone)


def money(minor: int | None, tone: Tone = "") -> Cell:
    """Minor units as a short amount; an unknown one is muted."""
    return Cell(short_money(minor), tone if minor is not None else "muted")


def percent(share: float | None) -> str:
    """0.224 as `22%`, `-` when it cannot be known."""
    return "-" if share is None else f"{share * 100:.0f}%"


def meter(share: float | None, width: int, is_ascii: bool) -> str:
    """A share as a bar of `width` cells, full from 1 on; blank when it cannot be known. Its number stands beside it."""
    filled = min(max(share or 0.0, 0.0), 1.0) * width
    if is_ascii:
        return ("#" * round(filled)).ljust(width)
    eighths = round(filled * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(width)
