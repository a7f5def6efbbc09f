"""What every view has: rows from a worker, commands by id, writes that never wait for the network.

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
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.events import DescendantFocus
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from cockpit.commands import BY_ID, Command
from cockpit.errors import CockpitError
from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.screens.loading import Loading
from cockpit.widgets.footer import FooterKey

if TYPE_CHECKING:
    from cockpit.screens.fields import Field
    from cockpit.services.container import Services
    from cockpit.services.snapshots import Badge, Saved

Call = Callable[["Services"], "Saved"]
"""A write: gets the services in a thread, returns what was saved."""


class View(Loading):
    """The base of every view; see the module's text."""

    SCOPED_CSS = False
    DEFAULT_CSS = (Path(__file__).parent / "boards.tcss").read_text("utf-8")
    SCOPES: ClassVar[tuple[str, ...]] = ("list",)
    FOOTER: ClassVar[tuple[str, ...]] = ()
    """Command ids for the footer, the most useful first; the room shows at most eight that are in scope."""

    def __init_subclass__(cls, **options: Any) -> None:
        """A view's stylesheet is read with its class: the first frame needs one of them."""
        sheet = Path(sys.modules[cls.__module__].__file__ or "").with_suffix(".tcss")
        if sheet.exists():
            cls.DEFAULT_CSS, cls.SCOPED_CSS = sheet.read_text("utf-8"), False
        super().__init_subclass__(**options)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._last_focus: Widget | None = None
        self._writes: dict[
            Worker[Any], tuple[Callable[[Saved], None] | None, Callable[[CockpitError], bool] | None]
        ] = {}

    # -- for views to define ----------------------------------------------------------------------------------------

    def show_badge(self, badge: Badge) -> None:
        """The sync moved on, or ended; the header says so already."""

    def about(self) -> str | None:
        """What `?` explains: a name that `services.why.explain` knows, for the focused number, row or card."""
        return None

    @property
    def funnel_id(self) -> str | None:
        """The funnel that is looked at, in which a new deal begins; None for the usual one."""
        return None

    def title(self) -> str:
        """The view's name for the header, in the user's language."""
        return ""

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

    def on_mount(self) -> None:
        self.focus_first()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._last_focus = event.widget

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

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A write has ended: say so and load anew, or give the reason."""
        worker = event.worker
        if worker.name != "write" or not worker.is_finished:
            return
        then, on_error = self._writes.pop(worker, (None, None))
        if event.state is WorkerState.SUCCESS:
            self._after_write(cast("Saved", worker.result), then)
        elif event.state is WorkerState.ERROR:
            error = worker.error
            if not (isinstance(error, CockpitError) and on_error is not None and on_error(error)):
                self.shell.show_notice(notice_of(error))
