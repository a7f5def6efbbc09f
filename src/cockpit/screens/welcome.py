"""Nothing is configured: look at the demo company, connect to a hub, join a CRM, or import an export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cockpit.commands import Command
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.doing import DoingView, Tell
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from cockpit.screens.connect import Joiner

Way = Literal["demo", "connect", "crm", "import"]
WAYS: tuple[Way, ...] = ("demo", "connect", "crm", "import")
_HERE = ("open", "back", "help", "palette", "connect")
"""Commands that work before there is an account."""


class Starter(Protocol):
    """What a way in does; each method runs in a thread, tells how far it is, and gives the file of the account."""

    @property
    def is_needed(self) -> bool:
        """Whether nothing is configured yet."""

    @property
    def joiner(self) -> Joiner:
        """What joins a CRM."""

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


class WelcomeView(DoingView):
    """`enter` is called with the account's file when there is one to open."""

    SCOPES: ClassVar[tuple[str, ...]] = ("list",)

    def __init__(self, starter: Starter, enter: Callable[[Path], None]) -> None:
        super().__init__(enter, starter.fetch, id="welcome")
        self._starter = starter
        self._way: Way | None = None

    def compose(self) -> ComposeResult:
        yield Static(plain(_("Welcome. Nothing is set up on this device yet.")), classes="answer")
        yield Static(plain(_("Four ways to begin; none of them sends anything by itself.")), classes="facts")
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
            "crm": (_("Join your CRM"), _("Pipedrive, HubSpot, Salesforce, Tryton ...")),
            "import": (_("Import an export"), _("a folder of CSV files from your CRM")),
        }
        table.set_rows(
            [
                Row(way, (Cell(str(n), "accent"), titles[way][0], Cell(titles[way][1], "muted")))
                for n, way in _numbered()
            ]
        )
        self.draw_state()

    def title(self) -> str:
        return _("Welcome")

    def footer(self) -> Sequence[str | FooterKey]:
        if self.is_doing:
            return (FooterKey("back", "Esc", _("go in now") if self.is_signed_in else _("stop")),)
        if self._way is not None:
            return (FooterKey("", "Enter", _("next")), FooterKey("back", "Esc", _("other ways")))
        return (FooterKey("open", "Enter", _("begin")), FooterKey("", "1-4", _("choose")), "help", "back")

    def label_of(self, command: Command) -> str:
        return _("Quit") if command.id == "back" else super().label_of(command)

    def why_not(self, command: str) -> str | None:
        return None if command in _HERE else _("First choose how to begin.")

    def focus_first(self) -> None:
        field = {"connect": "#url", "import": "#folder"}.get(self._way or "", "#ways")
        self.query_one(field).focus()

    # -- choosing --------------------------------------------------------------------------------------------------

    def on_table_moved(self) -> None:
        self.draw_state()

    def open_card(self, number: int) -> None:
        if not self.is_doing and self._way is None and number <= len(WAYS):
            self.query_one("#ways", Table).focus_key(WAYS[number - 1])
            self._begin(WAYS[number - 1])

    def do_open(self) -> None:
        key = self.query_one("#ways", Table).cursor_key
        if not self.is_doing and self._way is None and key is not None:
            self._begin(cast("Way", key))

    def do_back(self, *, may_end: bool = True) -> None:
        """Out of waiting, out of the fields, out of the program."""
        if self.is_doing:
            self.stop_doing()
        elif self._way is not None:
            self._way = None
            self.draw_state()
            self.focus_first()
        else:
            self.app.exit(0)

    def _begin(self, way: Way) -> None:
        self.say_problem("")
        lacking = self._starter.lacking() if way != "connect" else ""
        if lacking:
            self.say_problem(_("This needs a part that is not installed. Run: {command}").format(command=lacking))
        elif way == "demo":
            self.do_in_thread("demo", self._starter.demo)
        elif way == "crm":
            self.shell.run_command("connect")
        else:
            self._way = way
            self.draw_state()
            self.focus_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and begins from the last."""
        value = event.value.strip()
        if self.is_doing or (not value and event.input.id != "token"):
            return
        if event.input.id == "url":
            self.query_one("#token").focus()
        elif event.input.id == "folder":
            self.do_in_thread("folder", lambda tell: self._starter.read_folder(value, tell))
        elif not (url := self.query_one("#url", Input).value.strip()):
            self.query_one("#url").focus()
        else:
            self.do_in_thread("connect", lambda tell: self._starter.connect(url, value, tell))

    def done(self, name: str, result: Any) -> None:
        if name == "folder":
            self.choose(_("Whose cockpit?"), result, self._as_person)
        elif name == "demo":
            self.enter(result)
        else:
            self.go_in(result)

    def _as_person(self, person_id: str) -> None:
        self.do_in_thread("person", lambda tell: self._starter.open_as(person_id, tell))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def draw_state(self) -> None:
        self.set_class(self._way == "connect", "-connect")
        self.set_class(self._way == "import", "-import")
        for field in self.query(Input):
            field.disabled = self.is_doing
        key = self._way or self.query_one("#ways", Table).cursor_key or ""
        self.query_one("#about", Static).update(plain(_about().get(key, "")))
        self.shell.show_keys()


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
        "crm": _("Your CRM is asked for users, stages and first deals; nothing is stored before you say so.")
        + "\n"
        + _("A hub of your own on this device then keeps it and Cockpit alike. By command: cockpit connect"),
        "import": _("The files are read into a hub of your own on this device; a second import adds only what is new.")
        + "\n"
        + _("With columns of your own a mapping lies beside them as .toml. By command: cockpit hub import-csv"),
    }
