"""From a key to what happens: the command is looked up, may say why it is off, and goes to the view or to the shell."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TYPE_CHECKING, Any, Protocol

from cockpit.commands import BY_ID, Command, Keymap
from cockpit.i18n import _
from cockpit.screens.room import MainRoom, Room

if TYPE_CHECKING:
    from textual.screen import Screen

    from cockpit.screens.base import View
    from cockpit.services.container import Services


_OF_A_REP = ("gap", "pipeline")
"""Views of one person's numbers."""


class Routed(Protocol):
    """What the router asks of the app."""

    services: Services | None

    @property
    def room(self) -> Room: ...

    @property
    def main(self) -> MainRoom: ...

    def open(self, name: str, **args: Any) -> None: ...

    def say(self, text: str) -> None: ...

    def begin(self) -> None: ...

    def leave(self, *, may_end: bool) -> None: ...

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None], /) -> Any: ...


class Router:
    """The commands that mean the same everywhere; a view's own `do_<id>` comes before the one here."""

    def __init__(self, app: Routed, keymap: Keymap, views: Set[str]) -> None:
        """`views` are the commands that open a view of the same name."""
        self._app = app
        self._views = views
        self._keymap = keymap

    def find(self, key: str) -> Command | None:
        """The command of a key in the view that is seen."""
        return self._keymap.find(key, (*self._app.room.view.scopes, "app"))

    def press(self, key: str) -> None:
        """A digit presses a card, any other key runs its command. Esc goes back but never ends the program."""
        if key.isdigit():
            self._app.room.view.open_card(int(key))
        elif (command := self.find(key)) is not None:
            self.run(command.id, **({"may_end": False} if (command.id, key) == ("back", "escape") else {}))

    def run(self, command: str, **args: Any) -> None:
        """Run a command by id; one that is off says why."""
        view = self._app.room.view
        if command != "back":
            self._app.room.notice.clear_notice()
        act = getattr(view, f"do_{command}", None) or getattr(self, f"do_{command}", None)
        if (reason := view.why_not(command)) is not None:
            self._app.say(reason)
        elif act is not None:
            act(**args)
        elif command in self._views:
            self._open(view, command, args)
        else:
            self._app.say(_("{title} does nothing here.").format(title=_(BY_ID[command].title)))

    def _open(self, view: View, name: str, args: dict[str, Any]) -> None:
        """From somebody's day to the same person's gap and pipeline; from there not to itself again."""
        whose = view.why_args().get("rep_id") if name in _OF_A_REP else None
        if whose is None:
            self._app.open(name, **args)
        elif name not in view.SCOPES:
            self._app.open(name, rep_id=whose, **args)

    def do_fill(self, **args: Any) -> None:
        self._app.open("replan", kind="fill", **args)

    def do_why(self) -> None:
        view = self._app.room.view
        about = view.about()
        if about is None:
            self._app.say(_("Nothing to explain here. Move to a number, a row or a card."))
        else:
            self._app.open("why", about=about, args=view.why_args())

    def do_help(self) -> None:
        self._app.open("help", under=self._app.room.view)

    def do_find(self) -> None:
        from cockpit.screens.find import Find

        if self._app.services is not None:
            self._app.push_screen(Find(self._app.services), self._found)

    def _found(self, account_id: str | None) -> None:
        if account_id is not None:
            self._app.open("account", account_id=account_id)

    def do_palette(self) -> None:
        from cockpit.screens.palette import Palette

        self._app.push_screen(Palette(self._keymap, self._app.room.view), self._typed)

    def _typed(self, command: str | None) -> None:
        if command is not None:
            self.run(command)

    def do_create(self, **args: Any) -> None:
        from cockpit.screens import acts

        acts.create(self._app.room.view, **args)

    def do_undo(self) -> None:
        self._app.room.view.write(lambda services: services.undo.undo())

    def do_reload(self) -> None:
        view = self._app.room.view
        if self._app.services is None and view.failure is not None:
            view.failure = None
            self._app.begin()
        else:
            view.load()

    def do_back(self, *, may_end: bool = True) -> None:
        """One step back: first a loud notice, then what the app leaves."""
        notice = self._app.room.notice
        if not (notice.is_loud and notice.clear_notice()):
            self._app.leave(may_end=may_end)
