"""What goes on beside the screens: the sync, the badge, changes by another process, the minute, a clock that jumped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit import clock
from cockpit.errors import HubBusy, HubUnavailable, NotAllowed, NotSignedIn
from cockpit.feedback import Notice, notice_of
from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.keymap import Keymap
    from cockpit.services.container import Services
    from cockpit.services.snapshots import Badge

TICK_SECONDS = 1.0
LOOK_SECONDS = 0.2
"""How long after a step of the sync its rows are shown."""
SYNC_SECONDS = 180.0
SEND_SECONDS = 3.0
"""How long a new local change waits for the next ones before it is sent."""
_QUIET = (HubUnavailable, HubBusy, NotSignedIn, NotAllowed)
"""What the badge shows anyway, or, the last one, another process does at this moment."""
JUMP = timedelta(seconds=30)
"""More than this between two ticks: the computer slept. Less than nothing: its clock was set back."""


class Watched(Protocol):
    """What the watch tells the app."""

    @property
    def keymap(self) -> Keymap: ...

    def data_changed(self) -> None: ...

    def badge_changed(self, badge: Badge) -> None: ...

    def show_notice(self, notice: Notice) -> None: ...

    def say(self, text: str) -> None: ...


class Watch(Widget):
    """An unseen widget with the timers. Nothing here blocks or draws; each tick is one short read in a thread."""

    DEFAULT_CSS = "Watch { display: none; }"

    class Progressed(Message):
        """The sync came one step further."""

    def __init__(self, services: Services, version: int, *, is_ticking: bool = True, is_syncing: bool = True) -> None:
        """`version` is the data's from before the first load. `is_ticking` False leaves the timers out, `is_syncing` False the automatic sync (tests, or by setting)."""
        super().__init__()
        self._services = services
        self._is_ticking = is_ticking
        self._is_syncing = is_syncing
        self._is_asked = False
        self._is_told = False
        self._has_synced = False
        self._version = version
        self._pending = 0
        self._ticked_at = clock.now()
        self._looking: Timer | None = None
        self._sending: Timer | None = None

    def on_mount(self) -> None:
        self.load_badge()
        if self._is_ticking:
            self._wait()
        if self._is_syncing:
            self.sync()
            if self._is_ticking:
                self.set_interval(SYNC_SECONDS, self.sync)

    def on_unmount(self) -> None:
        """The program ends: it must not wait for a hub's answer."""
        if self._has_synced:
            self._services.sync.stop()

    @property
    def _app(self) -> Watched:
        return cast("Watched", self.app)

    # -- time --------------------------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """The next tick comes in a second, or with the full minute when that is sooner."""
        now = clock.now()
        minute = 60 - now.second - now.microsecond / 1_000_000
        self.set_timer(min(TICK_SECONDS, minute), self._tick_and_wait)

    def _tick_and_wait(self) -> None:
        self.tick()
        self._wait()

    def tick(self) -> None:
        """Look for changes by others; on a new minute, and after a sleep, show the time that it is now."""
        now, before = clock.now(), self._ticked_at
        self._ticked_at = now
        if not timedelta(0) <= now - before <= JUMP:
            self._app.data_changed()
            if self._is_syncing:
                self.sync()
        elif now.replace(second=0, microsecond=0) > before:
            self._app.data_changed()
        self.look()

    # -- work --------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Has anybody else, or the sync, written since the last look?"""
        self._looking = None
        self._start("look", self._services.desk.database.data_version)

    def load_badge(self) -> None:
        self._start("badge", self._services.badge)

    def sync(self, *, is_asked: bool = False, accept_shrink: bool = False) -> None:
        """Run the sync unless it runs. Asked for by a key, its failure is said; by itself, the badge shows it."""
        self._is_asked = self._is_asked or is_asked
        if not any(worker.name == "sync" and not worker.is_finished for worker in self.workers if worker.node is self):
            self._has_synced = True
            service = self._services.sync
            if accept_shrink:
                self._start("sync", lambda: service.run(self._tell, accept_shrink=True))
                return
            run = service.run if self._is_asked else service.run_if_due
            self._start("sync", lambda: run(self._tell))

    def _tell(self, _text: str) -> None:
        """In the sync's thread. Posted, not called: a program that ends meanwhile would leave a call waiting for ever."""
        self.post_message(self.Progressed())

    def on_watch_progressed(self) -> None:
        """The badge says how far; the rows say which of them are on their way, not at every page of a long load."""
        self.load_badge()
        if self._looking is None:
            self._looking = self.set_timer(LOOK_SECONDS, self.look)

    def _send_soon(self) -> None:
        """Send what was just written, a few changes at once."""
        if self._sending is not None:
            self._sending.stop()
        self._sending = self.set_timer(SEND_SECONDS, self.sync)

    def _start(self, name: str, work: Any) -> None:
        self.run_worker(work, name=name, group=name, exclusive=name != "sync", thread=True, exit_on_error=False)

    # -- its ends ----------------------------------------------------------------------------------------------------

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
            self._show_badge(cast("Badge", worker.result))
        elif worker.name == "look":
            changed = worker.result != self._version
            self._version = cast("int", worker.result)
            if changed:
                self._app.data_changed()
        elif worker.name == "sync":
            self._is_asked = False
            self._app.data_changed()

    def _show_badge(self, badge: Badge) -> None:
        if self._is_syncing and badge.pending > self._pending and not badge.is_offline:
            self._send_soon()
        self._pending = badge.pending
        if badge.progress and not badge.complete and not self._is_told:
            self._is_told = True
            words = _(
                "The first sync runs; what has come can be used. {sync} shows how far it is, {stop} there stops it."
            )
            keys = self._app.keymap
            self._app.say(words.format(sync=keys.text_of("sync"), stop=keys.text_of("drop")))
        self._app.badge_changed(badge)

    def _failed(self, worker: Worker[Any]) -> None:
        if worker.name == "sync":
            is_quiet = isinstance(worker.error, _QUIET) and not self._is_asked
            self._is_asked = False
            self._app.data_changed()
            if not is_quiet:
                self._app.show_notice(notice_of(worker.error))
