"""What every view has: loading in a worker, three states, commands by id, writes that never wait for the network.

A view is a widget that fills a room (a screen with header and footer). The main views are kept side by side and
switched; the others are opened over them. To make one:

    class DealView(View):
        SCOPES = ("deal", "list")               # whose commands work here, besides the app's own
        FOOTER = ("stage", "new", "drop", "why", "back")

        def compose(self): ...                  # widgets; at least one focusable (a Table)
        def fetch(self, services): return services.deals.load(self.deal_id)       # in a thread, one service call
        def show(self, snapshot): ...           # draw it; called only when the snapshot differs from the last one
        def about(self): return f"deal:{...}"   # what `?` explains now, None for nothing
        def why_not(self, command): ...         # the reason why a command is off now, None when it is on
        def do_stage(self): ...                 # one method for each command id of its scopes
        def open_card(self, number): ...        # digits, where the view has numbered cards

Tables of the view show loading and failure by themselves. The stylesheet is the `.tcss` file beside the module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual.containers import Vertical
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit import clock
from cockpit.commands import BY_ID, Command, Keymap
from cockpit.errors import CockpitError
from cockpit.feedback import Notice, notice_of
from cockpit.i18n import _, language
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.header import age
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.screens.ask import Field
    from cockpit.services.container import Services
    from cockpit.services.snapshots import Badge, Saved

Call = Callable[["Services"], "Saved"]
"""A write: gets the services in a thread, returns what was saved."""


class Shell(Protocol):
    """What a view may ask of the app."""

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

    def sync_now(self) -> None:
        """Run the sync unless it runs; a failure is said."""


class View(Vertical):
    """The base of every view; see the module's text."""

    SCOPED_CSS = False
    DEFAULT_CSS = (Path(__file__).parent / "boards.tcss").read_text("utf-8")
    SCOPES: ClassVar[tuple[str, ...]] = ("list",)
    FOOTER: ClassVar[tuple[str, ...]] = ()
    """Command ids for the footer, the most useful first; the room shows at most eight that are in scope."""
    IS_LOADED: ClassVar[bool] = True
    """False for a view that shows only what it was opened with."""
    KEPT: ClassVar[type[Any] | None] = None
    """The snapshot's class where the program may open on the view: the last one is kept and shown at the next start."""

    def __init_subclass__(cls, **options: Any) -> None:
        """A view's stylesheet is read with its class: the first frame needs one of them."""
        sheet = Path(sys.modules[cls.__module__].__file__ or "").with_suffix(".tcss")
        if sheet.exists():
            cls.DEFAULT_CSS, cls.SCOPED_CSS = sheet.read_text("utf-8"), False
        super().__init_subclass__(**options)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.snapshot: Any = None
        self.past: dict[str, Any] = {}
        """The arguments of a service that make it tell of the past day looked at; none for now."""
        self.is_stale = True
        self.is_kept = False
        """Whether the rows shown are those of the last time, until the live ones are there."""
        self.failure: Notice | None = None
        self._last_focus: Widget | None = None
        self._writes: dict[
            Worker[Any], tuple[Callable[[Saved], None] | None, Callable[[CockpitError], bool] | None]
        ] = {}

    # -- for views to define ----------------------------------------------------------------------------------------

    def fetch(self, services: Services) -> Any:
        """The snapshot to show. Runs in a thread: one service call, no widget."""
        return None

    def show(self, snapshot: Any) -> None:
        """Draw the snapshot."""

    def show_badge(self, badge: Badge) -> None:
        """The sync moved on, or ended; the header says so already."""

    def about(self) -> str | None:
        """What `?` explains: a name that `services.why.explain` knows, for the focused number, row or card."""
        return None

    def why_args(self) -> dict[str, Any]:
        """Further arguments of `services.why.explain`: rep_id, as_of."""
        return {}

    def title(self) -> str:
        """The view's name for the header, in the user's language."""
        return ""

    def age_words(self) -> str:
        """For the header while the rows of the last time are shown: how old they are."""
        if self.shell.as_of is not None:
            return _("as of {day}").format(day=f"{self.shell.as_of:%Y-%m-%d %H:%M}".removesuffix(" 23:59"))
        if not self.is_kept or self.snapshot is None:
            return ""
        return _("{age} old, loading").format(age=age(self.snapshot.as_of, clock.now()))

    def why_not(self, command: str) -> str | None:
        """Why a command is off here and now, in the user's language; None when it is on. Overrides end in `super()`."""
        found = BY_ID[command]
        if self.shell.as_of is not None and found.is_write:
            return _("A past day cannot be changed. {key} and no date goes back to now.").format(
                key=self.shell.keymap.text_of("as_of")
            )
        if self.shell.as_of is not None and command == "sync":
            return _("Not available for a past day.")
        if found.is_write and "app" not in found.scopes and getattr(self.snapshot, "is_read_only", False):
            return _("This is somebody else's: it can be read, not changed.")
        return None

    def label_of(self, command: Command) -> str:
        """The footer's word for a command; a view may say it closer to its own work."""
        return _(command.label)

    def footer(self) -> Sequence[str | FooterKey]:
        """Command ids for the footer now; a FooterKey for a key of the view's own, such as Enter in a form."""
        return self.FOOTER

    def open_card(self, number: int) -> None:
        """A digit was pressed."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """Whose commands work here, the nearest first."""
        return self.SCOPES

    def focus_first(self) -> None:
        """Focus what was focused here last, or the first thing that can be."""
        self._last_focus = self._last_focus if self._last_focus in self.walk_children() else None
        target = self._last_focus or next((child for child in self.query("*") if child.focusable), None)
        if target is not None:
            target.focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._last_focus = event.widget

    # -- loading ---------------------------------------------------------------------------------------------------

    @property
    def shell(self) -> Shell:
        return cast("Shell", self.app)

    def on_mount(self) -> None:
        for table in self.query(Table):
            table.say_loading(_("Loading"))
        self.focus_first()
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

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(
        self,
        call: Call,
        *,
        then: Callable[[Saved], None] | None = None,
        on_error: Callable[[CockpitError], bool] | None = None,
    ) -> None:
        """Run a service call in a worker. Saved: call `then`, say so, reload, refresh the badge.

        An error becomes a notice, unless `on_error` takes it (returns True), for example to ask a milestone's question.
        """
        services = self.shell.services
        if services is None:
            self.shell.say(_("Still loading; try again in a moment."))
            return
        worker = self.run_worker(lambda: call(services), name="write", group="write", thread=True, exit_on_error=False)
        self._writes[worker] = (then, on_error)

    def ask(self, title: str, fields: Sequence[Field], call: Callable[[Services, dict[str, str]], Saved]) -> None:
        """A small form. Enter runs `call(services, values)`; the form stays open, text kept, when it fails."""
        services = self.shell.services
        if services is not None:
            from cockpit.screens.ask import Form

            self.app.push_screen(Form(title, fields, lambda values: call(services, values)), self._after_write)

    def confirm(self, question: str, then: Callable[[bool], None]) -> None:
        """A question for y or n; Esc asks nothing further and calls nothing."""
        from cockpit.screens.ask import Confirm

        self.app.push_screen(Confirm(question), lambda answer: None if answer is None else then(answer))

    def choose(self, title: str, options: Sequence[tuple[str, str]], then: Callable[[str], None]) -> None:
        """Pick one of (key, text); Esc calls nothing."""
        from cockpit.screens.ask import Choose

        self.app.push_screen(Choose(title, options), lambda key: None if key is None else then(key))

    def _after_write(self, saved: Saved | None, then: Callable[[Saved], None] | None = None) -> None:
        if saved is None:
            return
        if then is not None:
            then(saved)
        self.shell.say(saved.text)
        self.shell.data_changed()

    # -- the one place where workers end ----------------------------------------------------------------------------

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Turn every end of a worker into a drawing or a notice; nothing it raised or brought ends the program."""
        worker = event.worker
        if worker.name == "load":
            if event.state is WorkerState.SUCCESS:
                self.is_kept = False
                try:
                    self.draw(worker.result)
                except Exception as trouble:
                    self.snapshot = None
                    self.fail(notice_of(trouble))
            elif event.state is WorkerState.ERROR:
                self.fail(notice_of(worker.error))
            if event.state in (WorkerState.SUCCESS, WorkerState.ERROR):
                self.shell.loaded()
        elif worker.name == "write" and worker.is_finished:
            then, on_error = self._writes.pop(worker, (None, None))
            if event.state is WorkerState.SUCCESS:
                self._after_write(cast("Saved", worker.result), then)
            elif event.state is WorkerState.ERROR:
                error = worker.error
                if not (isinstance(error, CockpitError) and on_error is not None and on_error(error)):
                    self.shell.show_notice(notice_of(error))
