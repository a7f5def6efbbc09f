"""When to try again, and how much at once. Pure figures; the loop is the only retry layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

BATCH = 50
BATCH_BYTES = 256 * 1024
PAGE = 500
YIELD_S = 0.02
"""Between two pages the file is free for as long, so that a command line writing to the same file gets its turn."""

HALVE_AFTER = 5
"""Failed tries of a batch after which smaller ones are sent."""
SUSPECT_AFTER = 20
"""Failed tries of a mutation sent alone, while others pass, after which it is parked."""
LONE_FAULTS = 3
"""Mutations sent alone that may fail in one run before the hub as a whole is taken to be down."""
STUCK_PAGES = 3
"""Times that one page may come again with nothing new before the hub is taken for broken."""
IDLE_PAGES = 400
"""Pages in a row without anything new, though the cursor moves."""
MOST_PAGES = 20_000
"""Pages of one run, ten million rows: no device holds more, so that a hub that goes on has no end."""
KEEP_RECEIPTS = timedelta(days=90)
KEEP_RUNS = 200
KEEP_COPIES = timedelta(days=14)
"""How long the copy of a file from before an upgrade stays beside it."""

SHRINK_SHARE = 0.2
SHRINK_ROWS = 50
"""A resync that would remove more than this share and this many rows asks first."""

_LONGEST_S = 300.0
_LONGEST_WAIT = timedelta(hours=1, minutes=6)
"""What a hub may ask for, with the tenth that is laid on it."""
_SHORTEST_PROBE_S = 15.0
_OFFLINE_AFTER = 3


def backoff(failures: int, random: Callable[[], float]) -> timedelta:
    """Full jitter: up to 1 s x 2^n, at most 300 s; from the third failure on never under 15 s."""
    ceiling = min(_LONGEST_S, 2.0 ** min(failures, 16))
    wait = random() * ceiling
    if failures >= _OFFLINE_AFTER:
        wait = max(wait, _SHORTEST_PROBE_S)
    return timedelta(seconds=wait)


def is_due(next_try_at: datetime | None, now: datetime) -> bool:
    """True when the wait is over. One longer than any wait there is was set by a clock that ran ahead then."""
    return next_try_at is None or not now < next_try_at <= now + _LONGEST_WAIT


def throttled(seconds: float, random: Callable[[], float]) -> timedelta:
    """What the hub asked for and up to a tenth more, so that devices do not come back together."""
    return timedelta(seconds=seconds * (1 + 0.1 * random()))


@dataclass
class Patience:
    """With a hub that sends page after page: when it is taken for broken."""

    pages: int = 0
    idle: int = 0

    def is_over(self, news: int, *, is_same: bool = False) -> bool:
        """After one more page with so many news; `is_same` when the next one is where this one was."""
        self.pages += 1
        self.idle = 0 if news and not is_same else self.idle + 1
        return self.pages >= MOST_PAGES or self.idle >= (STUCK_PAGES if is_same else IDLE_PAGES)


def batch_limit(attempts: int, limit: int) -> int:
    """Mutations to send at once when the first of them has failed `attempts` times: halved, in the end alone."""
    over = attempts - HALVE_AFTER + 1
    return limit if over <= 0 else max(1, limit >> over)


def shrinks_too_much(removed: int, kept: int) -> bool:
    """True when a sweep would take so much that a mistake of the hub is more likely than the truth."""
    return removed > SHRINK_ROWS and removed > SHRINK_SHARE * (removed + kept)
