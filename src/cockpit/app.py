"""The Textual app: rooms, themes, keys and the routing of commands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event

from cockpit import clock, i18n, themes
from cockpit.feedback import Notice, settings_notice
from cockpit.keymap import keymap
from cockpit.locations import StartValues, kept_file
from cockpit.screens.beginning import Beginning
from cockpit.screens.room import MainRoom, Room
from cockpit.screens.router import Router
from cockpit.screens.surroundings import fit_into
from cockpit.screens.typing_ahead import TypingAhead
from cockpit.screens.views import MAIN_VIEWS, OTHER_VIEWS, make_view
from cockpit.widgets.speed import LeanApp

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.screens.watch import Watch
    from cockpit.screens.welcome import Starter
    from cockpit.services.container import Services
    from cockpit.services.snapshots import Badge, PersonRef


class CockpitApp(LeanApp):
    """`open_container` builds the services; it runs in a thread after the first paint, and may take its time.

    Beside `database` the last snapshot of each main view is kept, for the first frame of the next start.
    """

    TITLE = "Cockpit"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[list[str | Path]] = ["screens/room.tcss", "screens/terminal.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(
        self,
        open_container: Callable[[], Services],
        start: StartValues | None = None,
        *,
        opening: str = "today",
        database: Path | None = None,
        starter: Starter | None = None,
        on_first_paint: Callable[[], None] | None = None,
        is_ticking: bool = True,
        is_syncing: bool = True,
    ) -> None:
        i18n.set_language(start.lang if start else "auto")
        super().__init__(ansi_color=True if start and start.theme == themes.TERMINAL else None)
        self.start = start or StartValues()
        self.services: Services | None = None
        self.as_of: datetime | None = None
        self.is_ascii = self.start.frames == "ascii"
        self.keymap = keymap(self.start.keymap)
        self._router = Router(self, self.keymap, {*MAIN_VIEWS, *OTHER_VIEWS})
        self.beginning = Beginning(open_container, starter, on_first_paint)
        self.database = database
        self._opening = opening if opening in MAIN_VIEWS else "today"
        self._unpainted = ExitStack()
        self._version = 0
        self.typing_ahead = TypingAhead(self, super().on_event, self.say)
        self._watch: Watch | None = None
        self._watch_options = (is_ticking, is_syncing)
        self._person: PersonRef | None = None
        self._badge: Badge | None = None
        self._as_of: datetime | None = None
        for theme in (*themes.THEMES, *themes.own_themes(self.start.themes)):
            self.register_theme(theme)
        # Before the first frame nothing needs to be told of the theme, and nothing be styled twice.
        self.set_reactive(App.theme, self.start.theme if self.start.theme in self.available_themes else themes.DEFAULT)
        self.stylesheet.set_variables(self.get_css_variables())
        for key in (*self.keymap.all_keys(), *"123456789"):
            self.bind(key, f"press('{key}')", show=False)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults()

    # -- start -----------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> MainRoom:
        return MainRoom(self._opening, make_view(self._opening), self.beginning)

    def on_load(self) -> None:
        fit_into(self, is_ascii=self.is_ascii)
        self._unpainted.enter_context(self.batch_update())

    async def on_ready(self) -> None:
        """Everything is mounted and filled: paint it once, then open the services."""
        if self.beginning.is_new:
            await self.beginning.welcome()
        self._unpainted.close()
        self.call_after_refresh(self.beginning.begin)
        if (notice := settings_notice(self.start.refused, self.keymap.refused)) is not None:
            self.show_notice(notice)

    def entered(self, services: Services, person: PersonRef, version: int) -> None:
        """The account is open; `version` is that of its data now."""
        self.services, self._person, self._version = services, person, version
        self.room.view.load()

    def loaded(self) -> None:
        """A view has its rows, or knows why not. What goes on beside the screens waits until they are painted: its imports
        would hold the paint up."""
        self.call_after_refresh(self._look_around)

    def _look_around(self) -> None:
        if self.services is not None and self._watch is None:
            from cockpit.screens.watch import Watch

            ticking, syncing = self._watch_options
            self._watch = Watch(self.services, self._version, is_ticking=ticking, is_syncing=syncing)
            self.main.mount(self._watch)
            self.beginning.offer_tour()

    # -- where we are ----------------------------------------------------------------------------------------------

    @property
    def main(self) -> MainRoom:
        return cast("MainRoom", self.screen_stack[0])

    @property
    def room(self) -> Room:
        """The uppermost room; a dialog over it is not a room."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Room))

    def kept_file(self, view: str) -> Path | None:
        return None if self.database is None else kept_file(self.database, view)

    def open(self, name: str, **args: Any) -> None:
        if name in MAIN_VIEWS and not args:
            self._go(name)
        else:
            self.push_screen(Room(make_view(name, **args)))

    def _go(self, name: str) -> None:
        """Back to the main room, and there to the view."""
        while not isinstance(self.screen, MainRoom):
            self.pop_screen()
        self.call_next(self.main.switch, name, None if self.main.has(name) else make_view(name))
        self.call_next(self.show_status)

    def leave(self, *, may_end: bool) -> None:
        """Out of an overlay, else to the opening view, else the end of the program."""
        if not isinstance(self.room, MainRoom):
            self.pop_screen()
        elif self.main.shown != self._opening:
            self._go(self._opening)
        elif may_end:
            self.exit(0)

    # -- keys ------------------------------------------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        await (self.typing_ahead.take(event) if self.typing_ahead.takes(event) else super().on_event(event))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "suspend_process":
            return self.start.can_suspend
        if action != "press":
            return True
        key = str(parameters[0])
        return isinstance(self.screen, Room) and (key.isdigit() or self._router.find(key) is not None)

    def action_press(self, key: str) -> None:
        self._router.press(key)

    def run_command(self, command: str, **args: Any) -> None:
        self._router.run(command, **args)

    def sync_now(self, *, accept_shrink: bool = False) -> None:
        if self._watch is not None:
            self._watch.sync(is_asked=True, accept_shrink=accept_shrink)

    # -- what views and the watch report ---------------------------------------------------------------------------

    def say(self, text: str) -> None:
        self.room.notice.say(text)

    def show_notice(self, notice: Notice) -> None:
        self.room.notice.show_notice(notice)

    def show_status(self) -> None:
        if self.room.is_mounted:
            as_of = getattr(self.room.view.snapshot, "as_of", None)
            person = self._person or getattr(self.room.view.snapshot, "rep", None)
            if as_of is not None:  # in the zone shown already, so that no screen turns the clock
                self._as_of = as_of.astimezone(self._as_of.tzinfo) if self._as_of is not None else as_of
            elif self._as_of is not None:  # a view without a moment of its own: the clock goes on
                self._as_of = clock.now().astimezone(self._as_of.tzinfo)
            self.room.show_status(person, self._as_of, self._badge)

    def show_keys(self) -> None:
        if self.room.is_mounted:
            self.room.show_keys()

    def badge_changed(self, badge: Badge) -> None:
        self._badge = badge
        self.show_status()
        self.room.view.show_badge(badge)

    def data_changed(self) -> None:
        self.main.mark_stale()
        for screen in self.screen_stack:
            if isinstance(screen, Room):
                screen.view.is_stale = True
        self.room.view.load()
        if self._watch is not None:
            self._watch.load_badge()
