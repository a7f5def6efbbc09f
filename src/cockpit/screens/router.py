"""From a key to what happens: the command is looked up, may say why it is off, and goes to the view or to the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, Any, Protocol

from cockpit.commands import BY_ID, Command
from cockpit.i18n import _
from cockpit.keymap import Keymap
from cockpit.screens.finding import Finding
from cockpit.screens.room import MainRoom, Room
from cockpit.screens.session import Session
from cockpit.widgets.frame import Frame
from cockpit.widgets.speed import Speed

if TYPE_CHECKING:
    from datetime import datetime

    from textual.screen import Screen
    from textual.widget import AwaitMount

    from cockpit.screens.base import View
    from cockpit.screens.beginning import Beginning
    from cockpit.services.container import Services


NEVER_ENDING = ("escape", "ctrl+g")
"""Ways back that people press several times."""

MOST_RECENT = 5
"""Commands that the palette lists first, because they were typed last."""

_OF_A_REP = ("gap", "pipeline", "funnel", "forecast", "metrics")
"""Views of one person's numbers."""


class Routed(Protocol):
    """What the router asks of the app."""

    services: Services | None
    as_of: datetime | None
    theme: Any
    speed: Speed
    opening: AwaitMount | None
    frame: Frame

    @property
    def available_themes(self) -> Mapping[str, Any]: ...

    @property
    def room(self) -> Room: ...

    @property
    def main(self) -> MainRoom: ...

    def open(self, name: str, **args: Any) -> None: ...

    def say(self, text: str) -> None: ...

    def copy_to_clipboard(self, text: str) -> None: ...

    def data_changed(self) -> None: ...

    def show_status(self) -> None: ...

    beginning: Beginning

    def leave(self, *, may_end: bool) -> None: ...

    def simulate_key(self, key: str) -> None: ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any) -> bool: ...

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None], /) -> Any: ...


class Router:
    """The commands that mean the same everywhere; a view's own `do_<id>` comes before the one here."""

    def __init__(self, app: Routed, keymap: Keymap, views: Set[str]) -> None:
        """`views` are the commands that open a view of the same name."""
        self._app = app
        self._views = views
        self._keymap = keymap
        self._recent: list[str] = []
        self._finding = Finding(app)
        self._session = Session(app)

    def find(self, key: str) -> Command | None:
        """The command of a key in the view that is seen."""
        return self._keymap.find(key, (*self._app.room.view.scopes, "app"))

    def press(self, key: str) -> None:
        """A digit presses a card, any other key runs its command. Esc and Ctrl+g go back but never end the program."""
        if key.isdigit():
            self._app.room.view.open_card(int(key))
        elif (command := self.find(key)) is not None:
            self.run(command.id, **({"may_end": False} if command.id == "back" and key in NEVER_ENDING else {}))

    def run(self, command: str, **args: Any) -> None:
        """Run a command by id; one that is off says why."""
        view = self._app.room.view
        if command != "back":
            self._app.room.notice.clear_notice()
        acts = (getattr(holder, f"do_{command}", None) for holder in (view, self, self._finding, self._session))
        act = next(filter(None, acts), None)
        if (reason := view.why_not(command)) is not None:
            self._app.say(reason)
        elif act is not None:
            act(**args)
        elif command in self._views:
            self._open(view, command, args)
        else:
            self._app.say(_("{title} does nothing here.").format(title=_(BY_ID[command].title)))

    def _open(self, view: View, name: str, args: dict[str, Any]) -> None:
        """From somebody's day to the same person's gap, pipeline, funnel and metrics; from there not to itself again."""
        whose = view.why_args().get("rep_id") if name in _OF_A_REP else None
        if whose is None:
            self._app.open(name, **args)
        elif name not in view.SCOPES:
            self._app.open(name, rep_id=whose, **args)

    def do_fill(self, **args: Any) -> None:
        self._app.open("replan", kind="fill", **args)

    def do_replan(self, **args: Any) -> None:
        """What Today offers a new plan for is said in it; where the plan is in question it starts from the hub's side."""
        shown = self._app.room.view.snapshot
        if getattr(shown, "is_plan_disputed", False):
            self._app.open("replan", is_on_theirs=True, **args)
        else:
            offer = getattr(shown, "offer", "")
            self._app.open("replan", **({"trigger": offer} if offer else {}), **args)

    def do_rearrange(self, **args: Any) -> None:
        self._app.open("replan", span="week", **args)

    def do_why(self) -> None:
        """Explain what has the focus; where nothing has, all numbers of the screen."""
        from cockpit.services.why_words import overview_of

        room, view = self._app.room, self._app.room.view
        about = view.about() or (overview_of(room.shown) if isinstance(room, MainRoom) else None)
        if about is None:
            self._app.say(_("Nothing to explain here. Move to a number, a row or a card."))
        else:
            past = {"as_of": self._app.as_of} if self._app.as_of is not None else {}
            self._app.open("why", about=about, args={**view.why_args(), **past})

    def do_help(self) -> None:
        self._app.open("help", under=self._app.room.view)

    def do_tour(self, *, is_offer: bool = False) -> None:
        from cockpit.screens import tour

        tour.begin(self._app, is_offer=is_offer)

    def do_connect(self) -> None:
        if not self._app.beginning.connect():
            self._app.say(_("A CRM is joined from `cockpit`, or by `cockpit connect`."))

    def do_palette(self) -> None:
        from cockpit.screens.palette import Palette

        self._app.push_screen(
            Palette(self._keymap, self._app.room.view, self._recent, {"theme": self._session.themes}), self._typed
        )

    def _typed(self, typed: str | None) -> None:
        """Run what was typed: a command's id, and after it its argument."""
        if typed is None:
            return
        name, _blank, rest = typed.partition(" ")
        self._recent = [name, *(other for other in self._recent if other != name)][:MOST_RECENT]
        takes = BY_ID[name].takes
        args = {takes[0]: rest.strip()} if takes is not None and rest.strip() else {}
        if args and name in self._views and self._app.room.view.why_not(name) is None:
            self._app.open(name, **args)
        else:
            self.run(name, **args)

    def do_create(self, **args: Any) -> None:
        from cockpit.screens import acts

        acts.create(self._app.room.view, **args)

    def do_undo(self) -> None:
        self._app.room.view.write(lambda services: services.undo.undo())

    def do_back(self, *, may_end: bool = True) -> None:
        """One step back: a loud notice, a filter, a look at a past day, then what the app leaves."""
        room = self._app.room
        if (room.notice.is_loud and room.notice.clear_notice()) or self._finding.clear_filters():
            return
        if self._app.as_of is not None and room is self._app.main:
            self._session.look(None)
        else:
            self._app.leave(may_end=may_end)
