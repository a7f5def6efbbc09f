"""A number of an answer in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import _, exact_money, ngettext

if TYPE_CHECKING:
    from cockpit.services.snapshots import Why

OVERVIEWS = ("today", "gap", "pipeline", "funnel", "team", "forecast", "targets", "metrics", "replan", "sync")
"""Screens of whose numbers there is a list."""
ALL = "all"
"""The part of a name that stands for all numbers of a card."""
_CARDS = ("account", "deal", "team")
_SCREENS = {
    "day": "gap",
    "week": "gap",
    "month": "gap",
    "quarter": "gap",
    "year": "gap",
    "trend": "gap",
    "forecast": "forecast",
    "kpi": "gap",
    "chain": "gap",
    "rate": "gap",
    "stage": "pipeline",
    "pipeline": "pipeline",
    "win_rate": "pipeline",
    "flow": "funnel",
    "shape": "funnel",
    "wins": "funnel",
    "losses": "funnel",
    "losses_from": "funnel",
    "deal": "pipeline",
    "team": "team",
    "nudge": "team",
    "target": "targets",
    "metric": "metrics",
    "replan": "replan",
    "fill": "replan",
    "sync": "sync",
    "queued": "sync",
    "receipt": "sync",
    "conflict": "sync",
}


def overview_of(screen: str) -> str | None:
    """The name of the list of all numbers of a screen."""
    return f"screen:{screen}" if screen in OVERVIEWS else None


def overview_for(about: str) -> str | None:
    """The list that the number of this name stands in: that of its card, of its screen, Today's for what stands in no other.

    None for the list of a screen.
    """
    head, _sep, subject = about.partition(":")
    kind = head.partition(".")[0]
    row_id, _sep, part = subject.partition(":")
    if head in _CARDS and part != ALL:
        return f"{head}:{row_id}:{ALL}"
    return None if kind == "screen" else overview_of(_SCREENS.get(kind, "today"))


def value_text(value: int | None, why: Why) -> str:
    """The exact figure in its unit; `-` when it cannot be known."""
    if value is None:
        return "-"
    if why.unit == "money":
        return exact_money(value, why.currency)
    if why.unit == "points":
        return f"{value:+d}"
    if why.unit == "days":
        return ngettext("{count} day", "{count} days", value).format(count=f"{value:,}")
    if why.unit == "minutes":
        return _("{count} min").format(count=f"{value:,}")
    return f"{value:,}"
