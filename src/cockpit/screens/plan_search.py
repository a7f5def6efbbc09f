"""The search for a better plan beside the screen that shows the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit.services.snapshots import ReplanProposal

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.services.planner import Found, Planner

POLL_SECONDS = 0.1


class PlanSearch(Widget):
    """An unseen widget with the other process and a timer. It reads nothing and waits for nothing in the screen's thread."""

    DEFAULT_CSS = "PlanSearch { display: none; }"

    class Progressed(Message):
        """The search came further, or has ended."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    class Better(Message):
        """A better plan than the one the search began with."""

        def __init__(self, proposal: ReplanProposal) -> None:
            super().__init__()
            self.proposal = proposal

    class Ended(Message):
        """There is nothing more to come."""

    def __init__(self) -> None:
        super().__init__()
        self._services: Services | None = None
        self._proposal: ReplanProposal | None = None
        self._planner: Planner | None = None
        self._polling: Timer | None = None

    def begin(self, services: Services, proposal: ReplanProposal) -> None:
        """Search for a better plan than the proposal; what was searched before is given up."""
        from cockpit.services.planner import Planner  # other processes are not needed before

        self._stop()
        planner = Planner()
        self._services, self._proposal, self._planner = services, proposal, planner
        self._work("begin", lambda: (planner, services.replan.search(proposal, planner)))

    @property
    def is_running(self) -> bool:
        return self._planner is not None

    def end(self) -> bool:
        """Keep the best so far; False when no search runs."""
        if not self._stop():
            return False
        self.post_message(self.Ended())
        return True

    def _stop(self) -> bool:
        if self._polling is not None:
            self._polling.stop()
            self._polling = None
        if self._planner is None:
            return False
        self._planner.stop()
        self._planner = None
        return True

    def on_unmount(self) -> None:
        self._stop()

    def _poll(self) -> None:
        found = self._planner.poll() if self._planner is not None else None
        if found is not None:
            self.post_message(self.Progressed(found))
            services, proposal = self._services, self._proposal
            if services is not None and proposal is not None:
                self._work("better", lambda: services.replan.better(proposal, found))
        if self._planner is None or not self._planner.is_running:
            self.end()

    def _work(self, name: str, call: Callable[[], Any]) -> None:
        self.run_worker(call, name=name, group=name, exclusive=True, thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What fails leaves the plan as it is."""
        event.stop()
        if not event.worker.is_finished:
            return
        result = event.worker.result if event.state is WorkerState.SUCCESS else None
        if event.worker.name == "better" and isinstance(result, ReplanProposal):
            self.post_message(self.Better(result))
        elif event.worker.name == "begin":
            planner, has_begun = result or (self._planner, False)
            if planner is not self._planner:  # ended while it began
                if planner is not None:
                    planner.stop()
            elif has_begun:
                self._polling = self.set_interval(POLL_SECONDS, self._poll)
            else:
                self.end()
