"""A view of proposals: how one is made, made again under other wishes, bettered, and chosen from others. Drawing is its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerState

from cockpit.i18n import _
from cockpit.screens import replan_words as words
from cockpit.screens.base import View
from cockpit.screens.plan_search import PlanSearch
from cockpit.services.snapshots import PlanChoices, ReplanProposal, Saved

if TYPE_CHECKING:
    from cockpit.services.container import Services

Make = Callable[["Services"], ReplanProposal]


class Proposing(View):
    """`first`, `draw_plan` and `draw_around` are the view's to define; it composes a PlanSearch."""

    snapshot: ReplanProposal | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make: Make | None = None
        self._plans: tuple[ReplanProposal, ...] = ()
        self._choices: PlanChoices | None = None
        self._is_read = False
        self._progress = ""
        self._limit = 0

    def first(self, services: Services) -> ReplanProposal | None:
        """The proposal of the key, without any wish."""
        return None

    def draw_plan(self, snapshot: ReplanProposal) -> None:
        """All of it."""

    def draw_around(self) -> None:
        """How the search goes, the other plans, what stands in the way."""

    def fetch(self, services: Services) -> ReplanProposal | None:
        return self.first(services) if self._make is None else self._make(services)

    def load(self) -> None:
        """Made once: a proposal must not change under the eyes of who reads it. F5 makes another."""
        if self.snapshot is None:
            super().load()

    def do_reload(self) -> None:
        """As if the key had been pressed now: no limits moved, nothing held or left out."""
        self._make = None
        self.snapshot = None
        self.load()

    def _again(self, make: Make) -> None:
        """Another proposal in place of this one, which stays on screen until it is there."""
        self._end_search()
        self._make = make
        super().load()

    def show(self, snapshot: ReplanProposal) -> None:
        """A proposal that was just made: search for a better one, then for what else could be done."""
        self._plans, self._choices, self._progress, self._is_read = (snapshot,), None, "", False
        self.draw_plan(snapshot)
        if self.shell.services is not None:
            self.query_one(PlanSearch).begin(self.shell.services, snapshot)
            self.shell.show_keys()

    def open_card(self, number: int) -> None:
        """Another of the plans."""
        if not 1 <= number <= len(self._plans):
            self.shell.say(_("There is no plan {number}.").format(number=number))
            return
        self._end_search()
        self.snapshot = self._plans[number - 1]
        self.draw_plan(self.snapshot)
        self.shell.show_keys()

    # -- search ----------------------------------------------------------------------------------------------------

    def on_plan_search_progressed(self, event: PlanSearch.Progressed) -> None:
        found = event.found
        self._progress = words.progress(found.elapsed_s, found.travel_minutes, is_last=found.is_last)
        self.draw_around()

    def on_plan_search_better(self, event: PlanSearch.Better) -> None:
        """In place of the first plan, as long as nobody reads it."""
        if not self._is_read:
            self.snapshot, self._plans = event.proposal, (event.proposal,)
            self.draw_plan(event.proposal)

    def on_plan_search_ended(self) -> None:
        """The best plan stands: what else could be done?"""
        self.shell.show_keys()
        services, snapshot = self.shell.services, self.snapshot
        if services is not None and snapshot is not None:
            self.run_worker(
                lambda: services.replan.choices(snapshot),
                name="choices",
                exclusive=True,
                thread=True,
                exit_on_error=False,
            )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        super().on_worker_state_changed(event)
        result = event.worker.result if event.state is WorkerState.SUCCESS else None
        if event.worker.name == "choices" and isinstance(result, PlanChoices) and self.snapshot is not None:
            self._choices, self._plans = result, (self.snapshot, *result.others)
            self.draw_around()

    @property
    def is_searching(self) -> bool:
        return any(search.is_running for search in self.query(PlanSearch))

    def _end_search(self) -> bool:
        """From here on the plan stays as it is; False when no search runs."""
        self._is_read = True
        if not self.query_one(PlanSearch).end():
            return False
        self._progress = ""
        self.draw_around()
        return True

    # -- commands --------------------------------------------------------------------------------------------------

    def do_accept(self) -> None:
        proposal = self.snapshot
        if proposal is not None:
            self.write(lambda services: services.replan.accept(proposal), then=self._accepted)

    def _accepted(self, _saved: Saved) -> None:
        """Back to where the plan is seen."""
        self._end_search()
        self.shell.run_command("back")

    def do_back(self, *, may_end: bool = True) -> None:
        """Out of the search first: the best so far stays."""
        if self._end_search():
            self.shell.say(_("The search has ended; this is the best plan so far."))
        else:
            self.shell.leave(may_end=may_end)

    @property
    def limit_name(self) -> str:
        limits = self.snapshot.limits if self.snapshot is not None else ()
        return limits[self._limit % len(limits)].name if limits else ""

    def do_limit(self) -> None:
        self._limit += 1
        self.draw_around()

    def do_more(self) -> None:
        self._move_limit(1)

    def do_less(self) -> None:
        self._move_limit(-1)

    def _move_limit(self, steps: int) -> None:
        proposal, name = self.snapshot, self.limit_name
        if proposal is not None and name:
            self._again(lambda services: services.replan.limit(proposal, name, steps))
