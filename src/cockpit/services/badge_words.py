"""What the badge says of unsent work and how old it is, on the screens as in the status line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.services.snapshots import Badge

OLD, TOO_OLD = timedelta(hours=24), timedelta(hours=72)

Urgency = Literal["", "warn", "bad"]


def unsent_urgency(oldest: datetime | None, now: datetime) -> Urgency:
    """warn when the oldest unsent change is more than a day old, bad after three."""
    if oldest is None or now - oldest <= OLD:
        return ""
    return "bad" if now - oldest > TOO_OLD else "warn"


def age(since: datetime, now: datetime) -> str:
    """`14m`, `3h`, `2d`: how long ago, in one short word."""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return _("{count}m").format(count=minutes)
    if minutes < 48 * 60:
        return _("{count}h").format(count=minutes // 60)
    return _("{count}d").format(count=minutes // (24 * 60))


def queue_words(badge: Badge, now: datetime) -> tuple[str, Literal["accent", "warn", "bad"]]:
    """How many wait, with the tone; from a day on since when, and from three days on that this is too long."""
    urgency = unsent_urgency(badge.oldest_pending_at, now)
    if not urgency or badge.oldest_pending_at is None:
        return _("{count} queued").format(count=badge.pending), "accent"
    text = _("{count} UNSENT since {age}") if urgency == "bad" else _("{count} unsent since {age}")
    return text.format(count=badge.pending, age=age(badge.oldest_pending_at, now)), urgency
