"""What holds for the session: the day looked at, the colours, the speed, drawing and loading anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

from cockpit.i18n import _, listed

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.screens.router import Routed


class Session:
    def __init__(self, app: Routed) -> None:
        self._app = app

    @property
    def themes(self) -> list[str]:
        """Ours and the user's own, not those that Textual brings."""
        return [name for name in self._app.available_themes if name not in BUILTIN_THEMES]

    def do_theme(self, name: str = "") -> None:
        """Other colours until the program ends."""
        names = self.themes
        if name in names:
            self._app.theme = name
            self._app.say(_('Until the program ends. `theme = "{name}"` in the settings keeps it.').format(name=name))
        elif name:
            self._app.say(_("No theme is called {name}. There are {names}.").format(name=name, names=listed(names)))
        else:
            self._app.room.view.choose(_("Theme"), [(theme, theme) for theme in names], self.do_theme)

    def do_reload(self) -> None:
        view = self._app.room.view
        self._app.frame.forget()  # whatever another program left on the terminal is drawn over too
        self._app.room.refresh()
        if self._app.services is None and view.failure is not None:
            view.failure = None
            self._app.beginning.begin()
        else:
            view.load()

    def do_speed(self) -> None:
        self._app.say(self._app.speed.words())

    def do_as_of(self, day: str | None = None) -> None:
        """Ask for a past day, or take the one typed; nothing goes back to now."""
        from cockpit.screens.ask import Form
        from cockpit.screens.fields import Field

        services = self._app.services
        if services is None:
            return
        now = self._app.as_of
        field = Field("day", _("Day"), day or (f"{now:%Y-%m-%d}" if now else ""), _("2026-11-10, or nothing for now"))
        form = Form(
            _("Look at a past day"), (field,), lambda values: services.past.moment(values["day"]), is_ready=bool(day)
        )
        self._app.push_screen(form, lambda found: None if found is None else self.look(found.moment))

    def look(self, moment: datetime | None) -> None:
        """All views as of that moment from now on."""
        self._app.as_of = moment
        self._app.data_changed()
        self._app.show_status()
