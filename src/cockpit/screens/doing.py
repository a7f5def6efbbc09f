"""A view that does one thing at a time in a thread: its words show at once, and Esc ends it at the next of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from cockpit.domain.text import clean_line
from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.base import View

Tell = Callable[[str], None]
GROUP = "doing"


class _Stopped(Exception):
    """The user did not want to wait."""


@dataclass
class _Step:
    """What is being done now. `stop` makes the next word of progress end it."""

    name: str
    stop: bool = False


class DoingView(View):
    """A way in: it ends with the file of an account, fetches, and enters. Its parts `#progress` and `#problem` say how far
    it is and what went wrong."""

    IS_LOADED: ClassVar[bool] = False

    def __init__(self, enter: Callable[[Path], None], fetch: Callable[[Tell], None], *, id: str) -> None:
        """`enter` is called with the account's file; `fetch` is the first sync of the account signed in."""
        super().__init__(id=id)
        self._enter = enter
        self._is_over = False
        self._first_sync = fetch
        self._account: Path | None = None
        self._step: _Step | None = None
        self._begun_from: Widget | None = None

    # -- for views to define ---------------------------------------------------------------------------------------

    def done(self, name: str, result: Any) -> None:
        """What was begun under that name has succeeded."""

    def failed(self, name: str, error: BaseException) -> None:
        """It has not."""
        self.say_problem(notice_of(error).words)

    def draw_state(self) -> None:
        """Show where we are: something has begun or ended."""

    def focus_again(self) -> None:
        """It has ended: the focus where it was begun, unless a view knows better."""
        if self._begun_from is not None and self._begun_from.is_attached:
            self._begun_from.focus()

    # -- doing -----------------------------------------------------------------------------------------------------

    @property
    def is_doing(self) -> bool:
        return self._step is not None

    def do_in_thread(self, name: str, work: Callable[[Tell], Any]) -> None:
        """Do `work`, which tells how far it is."""
        step = self._step = _Step(name)
        self._begun_from = self.app.focused
        self.say_problem("")
        self.draw_state()

        def tell(text: str) -> None:
            if step.stop:
                raise _Stopped
            self.app.call_from_thread(self.say_progress, text)

        self.run_worker(lambda: work(tell), name=name, group=GROUP, thread=True, exit_on_error=False)

    def enter(self, account: Path) -> None:
        """Into the account: this view is over."""
        self._is_over = True
        self._enter(account)

    def go_in(self, account: Path) -> None:
        """Signed in: fetch, and enter. Whoever does not wait enters at once."""
        self._account = account
        self.do_in_thread("fetch", self._first_sync)

    @property
    def is_signed_in(self) -> bool:
        return self._account is not None

    def stop_doing(self) -> None:
        """Ask what is being done to end."""
        if self._step is not None:
            self._step.stop = True
            self.say_progress(_("Stopping"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker = event.worker
        if worker.group != GROUP or not worker.is_finished:
            return
        self._step = None
        self.say_progress("")
        if self._account is not None:  # what is lacking, or went wrong, the sync says inside
            self.enter(self._account)
        elif event.state is WorkerState.SUCCESS:
            self.done(worker.name, worker.result)
        elif isinstance(worker.error, _Stopped):
            self.say_problem(_("Stopped. Nothing was lost."))
        elif worker.error is not None:
            self.failed(worker.name, worker.error)
        if not self._is_over:
            self.draw_state()
        if not self._is_over and self._step is None:
            self.focus_again()

    def say_progress(self, text: str) -> None:
        hint = _("Esc goes in now; the rest comes by itself.") if self.is_signed_in else _("Esc stops.")
        shown = _("{what} ...  {hint}").format(what=clean_line(text), hint=hint) if text else ""
        self.query_one("#progress", Static).update(plain(shown))

    def say_problem(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text))
