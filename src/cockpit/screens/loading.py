"""How a view comes to its rows: those kept from the last time at once, the live ones in a worker, words for a failure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.containers import Vertical
from textual.worker import Worker, WorkerState

from cockpit import clock
from cockpit.feedback import Notice, notice_of
from cockpit.i18n import _, language
from cockpit.screens.shell import Shell
from cockpit.services.badge_words import age
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from cockpit.services.container import Services


class Loading(Vertical):
    """A widget that shows a snapshot. `fetch` and `show` are its makers' to define."""

    IS_LOADED: ClassVar[bool] = True
    """False for a view that shows only what it was opened with."""
    KEPT: ClassVar[type[Any] | None] = None
    """The snapshot's class where the program may open on the view: the last one is kept and shown at the next start."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.snapshot: Any = None
        self.past: dict[str, Any] = {}
        """The arguments of a service that make it tell of the past day looked at; none for now."""
        self.is_stale = True
        self.is_kept = False
        """Whether the rows shown are those of the last time, until the live ones are there."""
        self.failure: Notice | None = None

    @property
    def shell(self) -> Shell:
        return cast("Shell", self.app)

    def fetch(self, services: Services) -> Any:
        """The snapshot to show. Runs in a thread: one service call, no widget."""
        return None

    def show(self, snapshot: Any) -> None:
        """Draw the snapshot."""

    def why_args(self) -> dict[str, Any]:
        """Whose rows these are, where not the viewer's: further arguments of `services.why.explain`."""
        return {}

    def age_words(self) -> str:
        """For the header: the past day that is looked at, or how old the rows of the last time are."""
        if self.shell.as_of is not None:
            return _("as of {day}").format(day=f"{self.shell.as_of:%Y-%m-%d %H:%M}".removesuffix(" 23:59"))
        if not self.is_kept or self.snapshot is None:
            return ""
        return _("{age} old, loading").format(age=age(self.snapshot.as_of, clock.now()))

    def on_mount(self) -> None:
        for table in self.query(Table):
            table.say_loading(_("Loading"))
        self._show_kept()
        self.load()

    def _kept_file(self) -> Path | None:
        is_of_now = self.shell.as_of is None and not self.why_args()
        return self.shell.kept_file(self.id) if self.KEPT is not None and self.id and is_of_now else None

    def _show_kept(self) -> None:
        """At the start of the program: the rows of the last time at once, said to be so."""
        file = self._kept_file() if self.shell.services is None else None
        if file is None or self.KEPT is None:
            return
        from cockpit.services.snapshots.kept import kept

        snapshot = kept(file, self.KEPT, language())
        if snapshot is not None:
            self.is_kept = True
            self.draw(snapshot)

    def _fetch(self, services: Services, file: Path | None) -> Any:
        """In a thread: the snapshot, kept for the next start."""
        snapshot = self.fetch(services)
        if file is not None:
            from cockpit.services.snapshots.kept import keep

            keep(file, snapshot, language())
        return snapshot

    def load(self) -> None:
        """Fetch the snapshot anew in a worker; the newest request wins."""
        services = self.shell.services
        if services is None or not self.IS_LOADED:
            return
        self.is_stale = False
        self.past = {} if self.shell.as_of is None else {"as_of": self.shell.as_of}
        file = self._kept_file()
        self.run_worker(
            lambda: self._fetch(services, file),
            name="load",
            group="load",
            exclusive=True,
            thread=True,
            exit_on_error=False,
        )

    def draw(self, snapshot: Any) -> None:
        """Show a snapshot if it differs from the one on screen."""
        self.failure = None
        if snapshot != self.snapshot:
            self.snapshot = snapshot
            self.show(snapshot)
            self.shell.show_status()
            self.shell.show_keys()

    def fail(self, notice: Notice) -> None:
        """The failed state: in place of the rows, or as a notice when rows are shown already."""
        self.failure = notice
        if self.snapshot is not None:
            self.shell.show_notice(notice)
            return
        words = notice.words + "\n" + _("Press F5 to load again.")
        for table in self.query(Table):
            table.say_failed(words)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Turn every end of a load into a drawing or words; nothing it raised or brought ends the program."""
        if event.worker.name != "load" or event.state not in (WorkerState.SUCCESS, WorkerState.ERROR):
            return
        if event.state is WorkerState.ERROR:
            self.fail(notice_of(event.worker.error))
        else:
            was_kept, self.is_kept = self.is_kept, False
            try:
                self.draw(event.worker.result)
            except Exception as trouble:
                self.snapshot = None
                self.fail(notice_of(trouble))
            if was_kept:
                self.shell.show_status()
        self.shell.loaded()
