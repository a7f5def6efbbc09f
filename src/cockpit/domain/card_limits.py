"""From where on something about his people is a lead's affair: the thresholds of his cards, which the settings may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """`[cards]` of the settings; what is not set there is as here."""

    short_percent: int = 15
    """Of the month's target: so much behind pace is the rep's own affair."""
    big_times: int = 2
    """A deal of so many average won ones is a lead's affair once it has stalled."""
    visits_percent: int = 70
    """Of the rep's usual visits: fewer in a week are asked about."""
    zero_days: int = 2
    """Finished working days without a deal won."""
    untouched_hours: int = 48
    """From when a prospect was recorded."""
    acted_percent: int = 80
    """Of a lead's cards about his people: so many seen to is enough."""
    weeks_under: int = 3
    """Finished weeks of a team in a row under their share of the target."""
    wild_percent: int = 10
    """By so much past forecasts may be off."""
    renewal_days: int = 60
    """Before a key account's year is over."""


USUAL = Limits()
RANGES: Mapping[str, tuple[int, int]] = {
    "short_percent": (1, 100),
    "big_times": (1, 100),
    "visits_percent": (1, 100),
    "zero_days": (1, 20),
    "untouched_hours": (1, 720),
    "acted_percent": (1, 100),
    "weeks_under": (1, 8),
    "wild_percent": (1, 100),
    "renewal_days": (1, 365),
}
"""What each may be set to."""
OF_RULE: Mapping[str, str] = {
    "rep_short": "short_percent",
    "big_deal_stuck": "big_times",
    "visits_down": "visits_percent",
    "team_at_zero": "zero_days",
    "prospects_untouched": "untouched_hours",
    "acted_low": "acted_percent",
    "weeks_under": "weeks_under",
    "forecast_wild": "wild_percent",
    "renewal_open": "renewal_days",
}
"""By the card's rule."""


class BadLimit(ValueError):
    """A threshold that is none: its name and what was given."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(f"{name}: {value}")
        self.name, self.value = name, value


def read_limits(table: Mapping[str, Any]) -> Limits:
    """The table `[cards]`; whole numbers, as text too. Raises BadLimit for the first that is none."""
    found: dict[str, int] = {}
    for name, value in table.items():
        least, most = RANGES.get(name, (1, 0))
        is_number = isinstance(value, int | str) and not isinstance(value, bool) and str(value).isdecimal()
        if not is_number or len(str(value)) > 9 or not least <= int(value) <= most:
            raise BadLimit(name, value)
        found[name] = int(value)
    return replace(USUAL, **found)


NAMES = tuple(one.name for one in fields(Limits))
