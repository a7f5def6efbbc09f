"""What goes on beside the screens: the sync, the badge, changes by another process, the minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit.errors import HubBusy, HubUnavailable, NotSignedIn
from cockpit.feedback import Notice, notice_of

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.services.snapshots import Badge

POLL_SECONDS = 1.0
MINUTE_SECONDS = 60.0
SYNC_SECONDS = 180.0
SEND_SECONDS = 3.0
"""How long a new local change waits for the next ones before it is sent."""


class Watched(Protocol):
    """What the watch tells the app."""

    def data_changed(self) -> None: ...

    def badge_changed(self, badge: Badge) -> None: ...

    def show_notice(self, notice: Notice) -> None: ...


class Watch(Widget):
    """An unseen widget with the timers. Nothing here blocks or draws; each tick is one short read in a thread."""

    DEFAULT_CSS = "Watch { display: none; }"

    def __init__(self, services: Services, *, is_ticking: bool = True, is_syncing: bool = True) -> None:
        """`is_ticking` False leaves the timers out, `is_syncing` False the automatic sync (tests, or by setting)."""
        super().__init__()
        self._services = services
        self._is_ticking = is_ticking
        self._is_syncing = is_syncing
        self._is_asked = False
        self._version: int | None = None
        self._pending = 0

    def on_mount(self) -> None:
        self.load_badge()
        if self._is_ticking:
            self.set_interval(POLL_SECONDS, self.look)
            self.set_interval(MINUTE_SECONDS, self._minute)
        if self._is_syncing:
            self.sync()
            if self._is_ticking:
                self.set_interval(SYNC_SECONDS, self.sync)

    @property
    def _app(self) -> Watched:
        return cast("Watched", self.app)

    def look(self) -> None:
        """Has another process written since the last look?"""
        self._start("look", self._services.desk.database.data_version)

    def load_badge(self) -> None:
        self._start("badge", self._services.sync.badge)

    def sync(self, *, is_asked: bool = False) -> None:
        """Run the sync unless it runs. Asked for by a key, its failure is said; by itself, the badge shows it."""
        self._is_asked = self._is_asked or is_asked
        if not any(worker.name == "sync" and not worker.is_finished for worker in self.workers if worker.node is self):
            run = self._services.sync.run if self._is_asked else self._services.sync.run_if_due
            self._start("sync", lambda: run(self._progress))

    def _progress(self, _text: str) -> None:
        self.app.call_from_thread(self.load_badge)

    def _minute(self) -> None:
        self.load_badge()
        self._app.data_changed()

    def _start(self, name: str, work: Any) -> None:
        self.run_worker(work, name=name, group=name, exclusive=name != "sync", thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker = event.worker
        if event.state is WorkerState.RUNNING and worker.name == "sync":
            self.load_badge()
        elif event.state is WorkerState.SUCCESS:
            self._succeeded(worker)
        elif event.state is WorkerState.ERROR:
            self._failed(worker)

    def _succeeded(self, worker: Worker[Any]) -> None:
        if worker.name == "badge":
            badge = cast("Badge", worker.result)
            if self._is_syncing and badge.pending > self._pending and not badge.is_offline:
                self.set_timer(SEND_SECONDS, self.sync)
            self._pending = badge.pending
            self._app.badge_changed(badge)
        elif worker.name == "look":
            # The first look counts as a change: something may have been written since the first load.
            changed = worker.result != self._version
            self._version = worker.result
            if changed:
                self._app.data_changed()
        elif worker.name == "sync":
            self._is_asked = False
            self._app.data_changed()

    def _failed(self, worker: Worker[Any]) -> None:
        if worker.name == "sync":
            is_quiet = isinstance(worker.error, (HubUnavailable, HubBusy, NotSignedIn)) and not self._is_asked
            self._is_asked = False
            self._app.data_changed()
            if not is_quiet:
                self._app.show_notice(notice_of(worker.error))
