"""What a view may ask of the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cockpit.feedback import Notice
    from cockpit.keymap import Keymap
    from cockpit.services.container import Services


class Shell(Protocol):
    """The app, as views see it."""

    @property
    def services(self) -> Services | None:
        """None until the container is open."""

    @property
    def is_ascii(self) -> bool:
        """Whether bars and signs are drawn in ASCII."""

    @property
    def as_of(self) -> datetime | None:
        """The past moment that is looked at; None for now."""

    def kept_file(self, view: str) -> Path | None:
        """Where the last snapshot of a main view is kept; None where none is."""

    def open(self, name: str, **args: Any) -> None:
        """Open a view by name: a main one (today, gap, pipeline, team, sync) is switched to; one with arguments, and any
        other (account, deal, log, replan, why, help), comes over the current one. The arguments are the view's own."""

    def leave(self, *, may_end: bool) -> None:
        """Out of what lies over the main view, else to the opening view, else the end of the program."""

    def run_command(self, command: str, **args: Any) -> None:
        """Run a command by id as if its key was pressed. `args` go to the view's `do_<id>` or to the opened view."""

    def say(self, text: str) -> None:
        """One quiet line: what was done."""

    def show_notice(self, notice: Notice) -> None:
        """What happened, what was kept, what to press."""

    def show_status(self) -> None:
        """The view's title or moment changed: draw the header anew."""

    @property
    def keymap(self) -> Keymap:
        """Which key runs which command, with the user's own."""

    def data_changed(self) -> None:
        """Local rows changed: reload what is seen, mark the rest stale, refresh the badge."""

    def loaded(self) -> None:
        """The view has its rows, or knows why not."""

    def show_keys(self) -> None:
        """The view's keys changed: draw the footer anew."""

    def sync_now(self, *, accept_shrink: bool = False) -> None:
        """Run the sync unless it runs; a failure is said. `accept_shrink`: a person said that most rows may go."""
