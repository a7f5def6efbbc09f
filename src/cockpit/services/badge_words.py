"""How long unsent work may wait before the badge says so, on the screens as in the status line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

OLD, TOO_OLD = timedelta(hours=24), timedelta(hours=72)

Urgency = Literal["", "warn", "bad"]


def unsent_urgency(oldest: datetime | None, now: datetime) -> Urgency:
    """warn when the oldest unsent change is more than a day old, bad after three."""
    if oldest is None or now - oldest <= OLD:
        return ""
    return "bad" if now - oldest > TOO_OLD else "warn"
