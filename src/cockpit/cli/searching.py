"""How long the command line looks for a better plan. Ctrl+C ends the search, and the best so far is printed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.cli.output import progress, talk
from cockpit.errors import BadUse, Stopped
from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.services.snapshots import ReplanProposal

LONGEST_S = 600
MOST_STEPS = 1_000_000
MOST_SEED = 2**32 - 1
SAID_EACH = 50
"""Steps between two looks at how far it is."""


class Search:
    """For so many seconds or steps, whichever end first; without either the first plan is the answer."""

    def __init__(self, seconds: float | None, steps: int | None, seed: int | None) -> None:
        """Raises BadUse for what makes no sense."""
        if seconds is not None and not 0 <= seconds <= LONGEST_S:
            raise BadUse(_("--seconds is a number from 0 to {most}.").format(most=LONGEST_S))
        if steps is not None and not 0 <= steps <= MOST_STEPS:
            raise BadUse(_("--steps is a number from 0 to {most}.").format(most=MOST_STEPS))
        if seed is not None and not 0 <= seed <= MOST_SEED:
            raise BadUse(_("--seed is a number from 0 to {most}.").format(most=MOST_SEED))
        self._seconds, self._steps = seconds, steps
        self.is_stopped = False

    def better(self, opened: Services, found: ReplanProposal) -> ReplanProposal:
        """The best plan found."""
        if self._seconds is None and self._steps is None:
            return found
        started = clock.monotonic()
        with _ctrl_c(self._stop), progress(_("Searching for a better plan")) as tell:

            def is_over(steps: int) -> bool:
                seconds = clock.monotonic() - started
                if steps % SAID_EACH == 0:
                    tell(_("{seconds} s").format(seconds=f"{seconds:.1f}"))
                is_late = self._seconds is not None and seconds >= self._seconds
                return self.is_stopped or is_late or (self._steps is not None and steps >= self._steps)

            better = opened.replan.searched(found, is_over)
        words = _("Searched {count} steps: --seed {seed} --steps {count} gives this plan again.")
        talk(words.format(count=better.steps, seed=better.seed))
        return better

    def _stop(self) -> None:
        self.is_stopped = True

    def end(self) -> None:
        """Raises Stopped after Ctrl+C, once the best so far is printed."""
        if self.is_stopped:
            raise Stopped()


@contextmanager
def _ctrl_c(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl+C asks for an end instead of breaking off."""
    usual = signal.signal(signal.SIGINT, lambda _number, _frame: stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
