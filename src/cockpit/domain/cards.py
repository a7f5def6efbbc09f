"""Problem cards: a function of the rows, not a row with a status.

A rule is read at each moment of the card's period at which something changed; the state is decided on
those readings by the first line that holds: waived, confirmed, done, relapsed, doing, planned, found.
Identity = (rule, subject, period). Nothing here knows what a rule is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

CardState = Literal["found", "planned", "doing", "done", "confirmed", "relapsed", "waived"]

RELAPSE_DAYS = 30
SETTLE = timedelta(seconds=2)
"""Changes of one act may be recorded moments apart; what lies between them is nobody's state."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule says about its subject at one moment.

    `lacks`: what it still lacks on the rows of this device; `lacks_acked`: on acknowledged rows alone;
    `covered`: the part of `lacks` that dated items would fill; `held`: items held so far, of which only
    differences count.
    """

    at: datetime
    lacks: int
    lacks_acked: int
    covered: int
    held: int

    @property
    def uncovered(self) -> int:
        return max(0, self.lacks - self.covered)


@dataclass(frozen=True, slots=True)
class Grace:
    """Time for a held item to take effect. `from_at`: when the hub acknowledged the last one held; None: not yet."""

    days: int
    from_at: datetime | None

    def is_over(self, moment: datetime) -> bool:
        return self.from_at is not None and moment > self.from_at + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Judged:
    """State and progress: `held` of `needed` since the card was found; `solved_at` while the rule is silent."""

    state: CardState
    found_at: datetime
    held: int
    needed: int
    lacks: int
    uncovered: int
    is_waiting: bool
    """Solved here, not yet acknowledged by the hub."""
    solved_at: datetime | None


def settled(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings that lasted: of those within two seconds of each other the last."""
    kept = [one for one, following in pairwise(readings) if following.at - one.at > SETTLE]
    return (*kept, *readings[-1:])


def judge(trace: Sequence[Reading], *, grace: Grace | None = None, is_waived: bool = False) -> Judged | None:
    """The card's state at the last reading; None when the rule never lacked anything uncovered."""
    found = next((index for index, reading in enumerate(trace) if reading.uncovered), None)
    if found is None:
        return None
    since, now = trace[found:], trace[-1]
    held = max(0, now.held - trace[found].held)
    is_over = grace is None or grace.is_over(now.at)
    is_resting = grace is not None and held > 0 and now.covered == 0 and not is_over
    state = _state(since, held, is_waived, is_resting, grace is not None and held > 0 and is_over)
    return Judged(
        state=state,
        found_at=trace[found].at,
        held=held,
        needed=held + (0 if is_resting else now.lacks),
        lacks=now.lacks,
        uncovered=0 if is_resting else now.uncovered,
        is_waiting=state == "done" and (now.lacks == 0 or (grace is not None and grace.from_at is None)),
        solved_at=_solved_at(since),
    )


def _state(since: Sequence[Reading], held: int, is_waived: bool, is_resting: bool, is_grace_over: bool) -> CardState:
    """The first line that holds. `since`: the readings from the moment the card was found."""
    now = since[-1]
    if is_waived:
        return "waived"
    if now.lacks_acked == 0 and now.lacks == 0:
        return "confirmed"
    if now.lacks == 0 or is_resting:
        return "done"
    if now.uncovered:
        return "relapsed" if is_grace_over or _was_confirmed(since) else "found"
    return "doing" if held else "planned"


def _was_confirmed(since: Sequence[Reading]) -> bool:
    """Whether the rule was silent on acknowledged rows at some time in the last 30 days, after it was found."""
    earliest = since[-1].at - timedelta(days=RELAPSE_DAYS)
    return any(
        one.lacks == 0 and one.lacks_acked == 0 and following.at >= earliest for one, following in pairwise(since)
    )


def _solved_at(since: Sequence[Reading]) -> datetime | None:
    """Since when the rule has been silent; None while it is not."""
    solved: datetime | None = None
    for reading in reversed(since):
        if reading.lacks:
            break
        solved = reading.at
    return solved


def trail(trace: Sequence[Reading]) -> tuple[tuple[datetime, CardState], ...]:
    """When the card came into each of its states, without grace and waivers."""
    found: list[tuple[datetime, CardState]] = []
    for length in range(1, len(trace) + 1):
        judged = judge(trace[:length])
        if judged is not None and (not found or found[-1][1] != judged.state):
            found.append((trace[length - 1].at, judged.state))
    return tuple(found)
