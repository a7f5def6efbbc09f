"""The wizard that joins a CRM: choose it, its address, a token, what answered, users, stages, first rows, save.

Enter goes on, Esc goes one step back and at last out. Until the last Enter nothing is stored anywhere; what is typed as a
token is in its masked field alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cockpit.commands import Command
from cockpit.errors import CockpitError
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens import connect_rows as listing
from cockpit.screens.connect_browser import Begun, sign_in
from cockpit.screens.connect_rows import STEPS, Step
from cockpit.screens.doing import DoingView, Tell
from cockpit.services.crm_words import maps_of, notes
from cockpit.services.snapshots.joining import CrmAsked, CrmKind, CrmLook, CrmMaps, JoinedCrm
from cockpit.widgets.columns import text_of
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.table import Column, Table

_ORDER: tuple[Step, ...] = tuple(STEPS)
_HERE = ("open", "back", "help", "palette")


class Joiner(Protocol):
    """What joins a CRM; each method runs in a thread and tells how far it is."""

    def begin(self, tell: Tell) -> tuple[tuple[CrmKind, ...], tuple[JoinedCrm, ...]]:
        """The CRMs to choose from, and those that are joined."""

    def browser(self, crm: str, url: str, client_id: str, client_secret: str, redirect_uri: str) -> Begun:
        """A sign-in with a browser."""

    def look(self, asked: CrmAsked, secret: str, tell: Tell) -> CrmLook:
        """Sign in and see what is there; nothing is stored."""

    def join(self, maps: CrmMaps, tell: Tell) -> Path:
        """Save what was looked at, read it, sign in: the file of the account."""

    def reopen(self, name: str, tell: Tell) -> Path:
        """The same with a connection that is there already."""


class ConnectView(DoingView):
    SCOPES: ClassVar[tuple[str, ...]] = ("list",)

    def __init__(self, joiner: Joiner, fetch: Callable[[Tell], None], enter: Callable[[Path], None]) -> None:
        super().__init__(enter, fetch, id="connect")
        self._joiner = joiner
        self._at: Step = "crm"
        self._kinds: tuple[CrmKind, ...] = ()
        self._joined: tuple[JoinedCrm, ...] = ()
        self._kind: CrmKind | None = None
        self._seen: CrmLook | None = None
        self._me = ""
        self._needs_file = False

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="steps", classes="facts")
        yield Static(plain(""), id="question", classes="answer")
        yield Static(plain(""), id="hint", classes="facts")
        with Vertical(id="fields"):
            yield Input(id="url", classes="address")
            yield Static(
                plain(_("Time zone of its days, such as Asia/Shanghai; empty: this machine's")), classes="label zone"
            )
            yield Input(id="zone", classes="address")
            yield Input(password=True, id="token", classes="token")
            yield Static(plain(_("File with the certificate of its own authority; empty for most")), classes="label ca")
            yield Input(placeholder="/etc/ssl/company.pem", id="ca", classes="ca")
        yield Table((Column(""),), id="listed")
        yield Static(plain(""), id="detail")
        yield Static(plain(""), id="progress")
        yield Static(plain(""), id="problem")

    def on_mount(self) -> None:
        self.draw_state()
        self.do_in_thread("begin", self._joiner.begin)

    def title(self) -> str:
        return _("Join a CRM")

    # -- keys ------------------------------------------------------------------------------------------------------

    def footer(self) -> Sequence[str | FooterKey]:
        if self.is_doing:
            return (FooterKey("back", "Esc", _("go in now") if self.is_signed_in else _("stop")),)
        go_on = _("save and open") if self._at == "rows" else _("next")
        back = FooterKey("back", "Esc", _("leave") if self._at == "crm" else _("back"))
        if self._at in ("address", "token"):
            return (FooterKey("", "Enter", go_on), back)
        change = ("edit",) if self._at in ("users", "stages") else ()
        choose = (FooterKey("", f"1-{len(self._kinds) + len(self._joined)}", _("choose")),) if self._at == "crm" else ()
        return (FooterKey("open", "Enter", go_on), *choose, *change, "help", back)

    def label_of(self, command: Command) -> str:
        return _("Change") if command.id == "edit" else super().label_of(command)

    def why_not(self, command: str) -> str | None:
        if command == "edit" and self._at in ("users", "stages"):
            return None
        return None if command in _HERE else _("First join the CRM, or leave with Esc.")

    def focus_first(self) -> None:
        self.query_one({"address": "#url", "token": "#token"}.get(self._at, "#listed")).focus()

    def open_card(self, number: int) -> None:
        table = self.query_one("#listed", Table)
        if self._at == "crm" and not self.is_doing and 0 < number <= len(table.rows):
            table.focus_key(table.rows[number - 1].key)
            self.do_open()

    def do_open(self) -> None:
        """On to the next step."""
        key = self.query_one("#listed", Table).cursor_key
        if self.is_doing:
            return
        if self._at == "crm":
            self._choose(key or "")
        elif self._at == "rows":
            maps = maps_of(self._look, self._me)
            self.do_in_thread("join", lambda tell: self._joiner.join(maps, tell))
        elif self._at == "users" and self._look.users and self._me not in {user.id for user in self._look.users}:
            self.say_problem(_("Which of them are you? Press {key} on your own name.").format(key="e"))
        elif self._at in ("test", "users", "stages"):
            self._go(1)

    def do_back(self, *, may_end: bool = True) -> None:
        """Out of waiting, one step back, out of the wizard."""
        if self.is_doing:
            self.stop_doing()
        elif self._at == "crm":
            self.shell.leave(may_end=False)
        else:
            self._go(-1)

    def do_edit(self) -> None:
        """Say something of the user or the stage under the cursor."""
        key = self.query_one("#listed", Table).cursor_key
        if self._at == "users":
            user = next((one for one in self._look.users or () if one.id == key), None)
            if user is not None:
                self.choose(user.name, listing.role_choices(self._look), lambda said: self._say_user(user.id, said))
        elif stage := next((one for one in self._look.stages or () if one.id == key), None):
            title = _("{name} is here").format(name=stage.name)
            choices = listing.stage_choices(self._look, stage)
            self.choose(title, choices, lambda said: self._say_stage(stage.id, said))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._at == "token":
            self._sign_in()
        elif self.query_one("#url", Input).value.strip() and not self.is_doing:
            self._go(1)

    def on_table_moved(self) -> None:
        self._draw_detail()

    # -- steps -----------------------------------------------------------------------------------------------------

    @property
    def _look(self) -> CrmLook:
        assert self._seen is not None
        return self._seen

    def _go(self, by: int) -> None:
        self._at = _ORDER[_ORDER.index(self._at) + by]
        self.say_problem("")
        self.draw_state()
        table = self.query_one("#listed", Table)
        if table.rows:
            table.focus_key(table.rows[0].key)
        self.focus_again()

    def _choose(self, key: str) -> None:
        if key.startswith(listing.OF_JOINED):
            name = key.removeprefix(listing.OF_JOINED)
            self.do_in_thread("join", lambda tell: self._joiner.reopen(name, tell))
        elif kind := next((one for one in self._kinds if one.key == key), None):
            if self._kind != kind:
                known = next((one.url for one in self._joined if one.crm == key), "")
                for name, value in (("#url", known), ("#zone", ""), ("#token", "")):
                    self.query_one(name, Input).value = value
            self._kind = kind
            self._go(1)

    def _sign_in(self) -> None:
        said = (self.query_one(name, Input).value.strip() for name in ("#url", "#zone", "#token", "#ca"))
        url, zone, token, file = said
        if (kind := self._kind) is None or self.is_doing:
            return
        asked = CrmAsked(kind.key, url, zone=zone, ca_file=file if self._needs_file else "")

        def look(secret: str) -> None:
            self.do_in_thread("look", lambda tell: self._joiner.look(asked, secret, tell))

        if token:
            look(token)
        elif kind.redirect:
            sign_in(self.app, lambda *app: self._joiner.browser(kind.key, url, *app), kind.redirect, look)

    def _say_user(self, user_id: str, said: str) -> None:
        if said == listing.ME:
            self._me = user_id
        else:
            change = {"person_id": said[3:]} if said.startswith("is:") else {"role": said}
            users = tuple(replace(one, **change) if one.id == user_id else one for one in self._look.users or ())
            self._seen = replace(self._look, users=users)
        self.say_problem("")
        self.draw_state()

    def _say_stage(self, remote_id: str, said: str) -> None:
        stages = self._look.stages or ()
        self._seen = replace(
            self._look, stages=tuple(replace(one, stage_id=said) if one.id == remote_id else one for one in stages)
        )
        self.draw_state()

    # -- what was done ---------------------------------------------------------------------------------------------

    def done(self, name: str, result: Any) -> None:
        if name == "begin":
            self._kinds, self._joined = result
        elif name == "look":
            self._seen, self._me = result, result.user_id
            self._go(1)
        else:
            self.query_one("#token", Input).value = ""
            self.go_in(result)

    def failed(self, name: str, error: BaseException) -> None:
        """Back to the field that mends it."""
        needs = str(error.facts.get("needs", "")) if isinstance(error, CockpitError) else ""
        self._needs_file = self._needs_file or needs == "ca_file"
        if needs == "address":
            self._at = "address"
        super().failed(name, error)

    def focus_again(self) -> None:
        self.call_after_refresh(self.focus_first)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def draw_state(self) -> None:
        for step in _ORDER:
            self.set_class(step == self._at, f"-{step}")
        self.set_class(self._needs_file, "-ca")
        for field in self.query(Input):
            field.disabled = self.is_doing
        at = _ORDER.index(self._at)
        shown = "  ".join(f"{n + 1} {_(STEPS[step])}{' <' * (n == at)}" for n, step in enumerate(_ORDER))
        question, hint = listing.words(self._at, self._kind, self._seen, self._me)
        for name, text in (("#steps", shown), ("#question", question), ("#hint", hint)):
            self.query_one(name, Static).update(plain(text))
        found = listing.listed(self._at, self._kinds, self._joined, self._seen, self._me)
        table = self.query_one("#listed", Table)
        table.set_columns(found.columns)
        table.set_rows(found.rows, empty=found.empty)
        self._draw_detail()
        self.shell.show_keys()

    def _draw_detail(self) -> None:
        """The row under the cursor in full, or what this token does not see."""
        table = self.query_one("#listed", Table)
        row = next((one for one in table.rows if one.key == table.cursor_key), None)
        lines = notes(self._look) if self._seen is not None and self._at not in ("crm", "address", "token") else []
        if row is not None and self._at == "test":
            label, text = map(text_of, row.cells)
            lines = [_("{key}: {text}").format(key=label, text=text), *lines]
        self.query_one("#detail", Static).update(plain("\n".join(lines)))
