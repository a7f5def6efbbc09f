"""Nothing is configured: look at the demo company, connect to a hub, or import an export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from cockpit.commands import Command
from cockpit.domain.text import clean_line
from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.table import Cell, Column, Row, Table

Tell = Callable[[str], None]
Way = Literal["demo", "connect", "import"]
WAYS: tuple[Way, ...] = ("demo", "connect", "import")
_HERE = ("open", "back", "help", "palette")
"""Commands that work before there is an account."""


class Starter(Protocol):
    """What a way in does; each method runs in a thread, tells how far it is, and gives the file of the account."""

    @property
    def is_needed(self) -> bool:
        """Whether nothing is configured yet."""

    def lacking(self) -> str:
        """The command that installs what demo and import need; empty when it is there."""

    def demo(self, tell: Tell) -> Path: ...

    def connect(self, url: str, token: str, tell: Tell) -> Path:
        """Sign in; nothing is fetched yet. Without a token a code is told, and somebody has to approve it."""

    def fetch(self, tell: Tell) -> None:
        """The first sync of the account signed in."""

    def read_folder(self, folder: str, tell: Tell) -> list[tuple[str, str]]:
        """The people of an export, by id."""

    def open_as(self, person_id: str, tell: Tell) -> Path:
        """Start the hub of the import and sign that person in."""


class _Stopped(Exception):
    """The user did not want to wait."""


@dataclass
class _Step:
    """What is being done now. `stop` makes the next word of progress end it."""

    name: str
    stop: bool = False


class WelcomeView(View):
    """`enter` is called with the account's file when there is one to open."""

    SCOPES: ClassVar[tuple[str, ...]] = ("list",)
    IS_LOADED: ClassVar[bool] = False

    def __init__(self, starter: Starter, enter: Callable[[Path], None]) -> None:
        super().__init__(id="welcome")
        self._starter = starter
        self._enter = enter
        self._way: Way | None = None
        self._step: _Step | None = None
        self._account: Path | None = None
        self._begun_from: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Static(plain(_("Welcome. Nothing is set up on this device yet.")), classes="answer")
        yield Static(plain(_("Three ways to begin; none of them sends anything by itself.")), classes="facts")
        yield Table((Column("", 2), Column("", 24), Column("", weight=1)), has_header=False, id="ways")
        yield Static(plain(""), id="about")
        with Vertical(id="fields"):
            yield Static(plain(_("Address of the hub")), classes="label connect")
            yield Input(placeholder="https://hub.example.com", id="url", classes="connect")
            yield Static(
                plain(_("Token, as your administrator gave it; leave it empty to be shown a code")),
                classes="label connect",
            )
            yield Input(password=True, id="token", classes="connect")
            yield Static(plain(_("Folder with the CSV files")), classes="label import")
            yield Input(placeholder="~/export", id="folder", classes="import")
        yield Static(plain(""), id="progress")
        yield Static(plain(""), id="problem")

    def on_mount(self) -> None:
        table = self.query_one("#ways", Table)
        titles = {
            "demo": (_("Look at a demo company"), _("made up: a day, a gap, problems to solve")),
            "connect": (_("Connect to a hub"), _("your company's, by a token or by a code")),
            "import": (_("Import an export"), _("a folder of CSV files from your CRM")),
        }
        table.set_rows(
            [
                Row(way, (Cell(str(n), "accent"), titles[way][0], Cell(titles[way][1], "muted")))
                for n, way in _numbered()
            ]
        )
        self._draw()

    def title(self) -> str:
        return _("Welcome")

    def footer(self) -> Sequence[str | FooterKey]:
        if self._step is not None:
            return (FooterKey("back", "Esc", _("go in now") if self._account else _("stop")),)
        if self._way is not None:
            return (FooterKey("", "Enter", _("next")), FooterKey("back", "Esc", _("other ways")))
        return (FooterKey("open", "Enter", _("begin")), FooterKey("", "1-3", _("choose")), "help", "back")

    def label_of(self, command: Command) -> str:
        return _("Quit") if command.id == "back" else super().label_of(command)

    def why_not(self, command: str) -> str | None:
        return None if command in _HERE else _("First choose how to begin.")

    def focus_first(self) -> None:
        field = {"connect": "#url", "import": "#folder"}.get(self._way or "", "#ways")
        self.query_one(field).focus()

    # -- choosing --------------------------------------------------------------------------------------------------

    def on_table_moved(self) -> None:
        self._draw()

    def open_card(self, number: int) -> None:
        if self._step is None and self._way is None and number <= len(WAYS):
            self.query_one("#ways", Table).focus_key(WAYS[number - 1])
            self._begin(WAYS[number - 1])

    def do_open(self) -> None:
        key = self.query_one("#ways", Table).cursor_key
        if self._step is None and self._way is None and key is not None:
            self._begin(cast("Way", key))

    def do_back(self, *, may_end: bool = True) -> None:
        """Out of waiting, out of the fields, out of the program."""
        if self._step is not None:
            self._step.stop = True
            self._say_progress(_("Stopping"))
        elif self._way is not None:
            self._way = None
            self._draw()
            self.focus_first()
        else:
            self.app.exit(0)

    def _begin(self, way: Way) -> None:
        self._say_problem("")
        lacking = self._starter.lacking() if way != "connect" else ""
        if lacking:
            self._say_problem(_("This needs a part that is not installed. Run: {command}").format(command=lacking))
        elif way == "demo":
            self._run("demo", self._starter.demo)
        else:
            self._way = way
            self._draw()
            self.focus_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and begins from the last."""
        value = event.value.strip()
        if self._step is not None or (not value and event.input.id != "token"):
            return
        if event.input.id == "url":
            self.query_one("#token").focus()
        elif event.input.id == "folder":
            self._run("folder", lambda tell: self._starter.read_folder(value, tell))
        elif not (url := self.query_one("#url", Input).value.strip()):
            self.query_one("#url").focus()
        else:
            self._run("connect", lambda tell: self._starter.connect(url, value, tell))

    # -- doing -----------------------------------------------------------------------------------------------------

    def _run(self, name: str, work: Callable[[Tell], Any]) -> None:
        """Do `work` in a thread; its words show at once, and Esc ends it at the next of them."""
        step = self._step = _Step(name)
        self._begun_from = self.app.focused
        self._say_problem("")
        self._draw()

        def tell(text: str) -> None:
            if step.stop:
                raise _Stopped
            self.app.call_from_thread(self._say_progress, text)

        self.run_worker(lambda: work(tell), name=name, group="welcome", thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker = event.worker
        if worker.group != "welcome" or not worker.is_finished:
            return
        self._step = None
        self._say_progress("")
        if self._account is not None:  # signed in: what is lacking, or went wrong, the sync says inside
            self._enter(self._account)
        elif event.state is WorkerState.SUCCESS:
            self._done(worker.name, worker.result)
        elif isinstance(worker.error, _Stopped):
            self._say_problem(_("Stopped. Nothing was lost."))
        elif worker.error is not None:
            self._say_problem(notice_of(worker.error).words)
        self._draw()
        if self._step is None and self._begun_from is not None:
            self._begun_from.focus()

    def _done(self, name: str, result: Any) -> None:
        if name == "folder":
            self.choose(_("Whose cockpit?"), result, self._as_person)
        elif name == "demo":
            self._enter(result)
        else:
            self._account = result
            self._run("fetch", self._starter.fetch)

    def _as_person(self, person_id: str) -> None:
        self._run("person", lambda tell: self._starter.open_as(person_id, tell))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        self.set_class(self._way == "connect", "-connect")
        self.set_class(self._way == "import", "-import")
        for field in self.query(Input):
            field.disabled = self._step is not None
        key = self._way or self.query_one("#ways", Table).cursor_key or ""
        self.query_one("#about", Static).update(plain(_about().get(key, "")))
        self.shell.show_keys()

    def _say_progress(self, text: str) -> None:
        hint = _("Esc goes in now; the rest comes by itself.") if self._account else _("Esc stops.")
        shown = _("{what} ...  {hint}").format(what=clean_line(text), hint=hint) if text else ""
        self.query_one("#progress", Static).update(plain(shown))

    def _say_problem(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text))


def _numbered() -> list[tuple[int, Way]]:
    return list(enumerate(WAYS, 1))


def _about() -> dict[str, str]:
    """Two lines on each way."""
    return {
        "demo": _("A sales team with a month behind and ahead of it, on this device alone.")
        + "\n"
        + _("Nothing of yours is touched. Again any time: cockpit demo"),
        "connect": _("The token stays on this device. The first sync fetches your customers, deals and visits.")
        + "\n"
        + _("The same from the command line: cockpit login URL, then cockpit sync"),
        "import": _("The files are read into a hub of your own on this device; a second import adds only what is new.")
        + "\n"
        + _("With columns of your own a mapping lies beside them as .toml. By command: cockpit hub import-csv"),
    }
