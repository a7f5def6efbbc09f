"""How the program begins: the account is opened after the first paint, or the welcome room asks for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit.errors import NotSignedIn
from cockpit.feedback import notice_of
from cockpit.locations import is_tour_due
from cockpit.screens.room import MainRoom, Room

if TYPE_CHECKING:
    from textual.widget import AwaitMount

    from cockpit.screens.welcome import Starter
    from cockpit.services.container import Services
    from cockpit.services.snapshots import PersonRef

Opened = tuple["Services", "PersonRef", int]
"""The services, the person signed in, and the version of the data before the first load."""


class Beginner(Protocol):
    """What the beginning tells the app."""

    @property
    def room(self) -> Room: ...

    @property
    def main(self) -> MainRoom: ...

    def entered(self, services: Services, person: PersonRef, version: int) -> None: ...

    def run_command(self, command: str, **args: object) -> None: ...

    database: Path | None


class Beginning(Widget):
    """An unseen widget. `open_container` builds the services; it runs in a thread and may take its time."""

    DEFAULT_CSS = "Beginning { display: none; }"

    def __init__(
        self,
        open_container: Callable[[], Services],
        starter: Starter | None,
        on_first_paint: Callable[[], None] | None = None,
    ) -> None:
        """`starter` can make an account; without one the program is opened on an account that is there."""
        super().__init__()
        self._on_first_paint = on_first_paint
        self._open_container = open_container
        self._starter = starter
        self._is_offering_tour = False

    @property
    def _app(self) -> Beginner:
        return cast("Beginner", self.app)

    @property
    def is_new(self) -> bool:
        """Whether this device has no account yet."""
        return self._starter is not None and self._starter.is_needed

    def welcome(self) -> AwaitMount:
        """The ways to get an account, over everything else."""
        from cockpit.screens.welcome import WelcomeView

        assert self._starter is not None
        return self.app.push_screen(Room(WelcomeView(self._starter, self._enter)))

    def connect(self) -> bool:
        """The wizard that joins a CRM, over everything else; False where the program was not opened to make accounts."""
        from cockpit.screens.connect import ConnectView

        if self._starter is None:
            return False
        self.app.push_screen(Room(ConnectView(self._starter.joiner, self._starter.fetch, self._enter)))
        return True

    def _enter(self, database: Path) -> None:
        """The account of `database` is ready: out of the rooms that made it, into it."""
        self._app.database = database
        while not isinstance(self.app.screen, MainRoom):
            self.app.pop_screen()
        self._app.main.mark_stale()
        self.begin()

    def begin(self) -> None:
        """Open the services in a thread, where there is an account. The first time something has just been painted."""
        if self._on_first_paint is not None:
            self._on_first_paint()
            self._on_first_paint = None
        if not self.is_new:
            self.run_worker(self._open, name="open", thread=True, exit_on_error=False)

    def _open(self) -> Opened:
        services = self._open_container()
        version = services.desk.database.data_version()  # before the first load, so that nothing is missed after it
        with services.desk.database.look() as reader:
            return services, services.desk.viewer(reader), version

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.SUCCESS:
            self._app.entered(*cast("Opened", event.worker.result))
            self._is_offering_tour = self._starter is not None and is_tour_due()
        elif event.state is WorkerState.ERROR and isinstance(event.worker.error, NotSignedIn) and self._starter:
            self.welcome()
        elif event.state is WorkerState.ERROR:
            self._app.room.view.fail(notice_of(event.worker.error))

    def offer_tour(self) -> None:
        """Once the first rows are there, to somebody who is new here."""
        if self._is_offering_tour:
            self._is_offering_tour = False
            self._app.run_command("tour", is_offer=True)
