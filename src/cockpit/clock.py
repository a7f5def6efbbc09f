"""The only reader of time.

`COCKPIT_NOW` (RFC 3339) sets the start of this process's clock, which then runs on: the demo lives
at 08:30 of its anchor day, tests at a fixed date.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

_started = time.monotonic()


def _parse(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        raise ValueError("COCKPIT_NOW needs a time zone, for example 2026-11-20T08:30:00+08:00")
    return stamp.astimezone(UTC)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    shifted = os.environ.get("COCKPIT_NOW")
    if shifted:
        return _parse(shifted) + timedelta(seconds=time.monotonic() - _started)
    return datetime.now(UTC)


def is_moved() -> bool:
    """Whether COCKPIT_NOW has set this process's clock."""
    return bool(os.environ.get("COCKPIT_NOW"))


def monotonic() -> float:
    """Seconds for waits and durations; never jumps."""
    return time.monotonic()
