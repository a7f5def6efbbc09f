"""Conflicts: one a line, and beside it what was there before, mine and theirs, with a key for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.i18n import _, ngettext
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.screens.fields import Field
from cockpit.services.snapshots import ConflictItem, SyncSnapshot
from cockpit.widgets.conflict_panel import ChoiceKeys, ConflictDetail, ConflictList
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.services.container import Services


class ConflictView(View):
    """The answer is a new change; undo takes it back. What was answered leaves the list, the next one is under the cursor."""

    SCOPES: ClassVar[tuple[str, ...]] = ("conflict", "sync", "list")

    snapshot: SyncSnapshot | None

    def __init__(self, conflict_id: str | None = None) -> None:
        super().__init__(id="conflicts-view")
        self.add_class("board")
        self._wanted = conflict_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        with Container(classes="panes"):
            yield ConflictList(id="conflicts")
            yield ConflictDetail(id="both")

    def title(self) -> str:
        return _("Conflicts")

    def fetch(self, services: Services) -> SyncSnapshot:
        return services.sync.load()

    def show(self, snapshot: SyncSnapshot) -> None:
        table = self.query_one(ConflictList)
        table.show(snapshot.conflicts)
        if self._wanted is not None:
            table.focus_key(self._wanted)
            self._wanted = None
        self._show_detail()

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        if self.snapshot is None:
            return
        self.query_one("#answer", Static).update(plain(self._answer_text()))
        text_of = self.shell.keymap.text_of
        keys = ChoiceKeys(*(text_of(name) for name in ("mine", "theirs", "both", "edit", "copy", "attach")))
        self.query_one(ConflictDetail).show_item(self._item, self.snapshot.as_of, keys)

    def _answer_text(self) -> str:
        count = len(self.snapshot.conflicts) if self.snapshot is not None else 0
        if not count:
            return _("No conflict is open")
        words = ngettext("{count} conflict needs your answer", "{count} conflicts need your answer", count)
        return words.format(count=count)

    @property
    def _item(self) -> ConflictItem | None:
        key = self.query_one(ConflictList).cursor_key
        return next((item for item in self.snapshot.conflicts if item.id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        item = self._item
        return f"conflict:{item.id}" if item is not None else "sync.conflicts"

    def footer(self) -> Sequence[str]:
        item = self._item
        if item is None:
            return ("undo", "sync", "help", "back")
        answers = [name for name in ("mine", "theirs", "both", "edit", "attach") if self._reason(name, item) is None]
        last = "copy" if item.kind == "delete_edit" else "all_mine"
        plan = ("replan",) if self.snapshot is not None and self.snapshot.is_plan_disputed else ()
        return (*answers, last, *plan, "open", "undo", "back")[:8]

    def label_of(self, command: Command) -> str:
        words = {"edit": _("Third value"), "open": _("Next"), "copy": _("Copy mine")}
        item = self._item
        if item is not None and item.kind in ("delete_edit", "missing"):
            words |= {"mine": _("Restore"), "theirs": _("Let it go")}
        return words.get(command.id) or super().label_of(command)

    def why_not(self, command: str) -> str | None:
        item = self._item
        if command in ("mine", "theirs", "both", "edit", "all_mine", "attach") and item is None:
            return _("No conflict is open.")
        if item is not None and (reason := self._reason(command, item)) is not None:
            return reason
        return super().why_not(command)

    @staticmethod
    def _reason(command: str, item: ConflictItem) -> str | None:
        if command == "both" and not item.can_keep_both:
            return _("Only texts can be kept both.")
        if command == "edit" and not item.can_edit:
            return _("This cannot be typed; choose mine or theirs.")
        if command == "attach" and not item.can_attach:
            return _("Only what has lost its account can be given another one.")
        return None

    # -- commands --------------------------------------------------------------------------------------------------

    def do_mine(self) -> None:
        self._answer("mine")

    def do_theirs(self) -> None:
        self._answer("theirs")

    def do_both(self) -> None:
        self._answer("both")

    def _answer(self, choice: Literal["mine", "theirs", "both"]) -> None:
        item = self._item
        if item is not None:
            self.write(lambda services: services.answers.answer(item.id, choice))

    def do_all_mine(self) -> None:
        item = self._item
        if item is not None:
            self.write(lambda services: services.answers.answer(item.id, "mine", is_whole_record=True))

    def do_edit(self) -> None:
        """A third value."""
        item = self._item
        if item is not None:
            field = Field("value", item.field_text, item.typed)
            title = _("Another value: {subject}").format(subject=item.subject)
            self.ask(title, (field,), lambda services, values: services.answers.edit(item.id, values["value"]))

    def do_attach(self) -> None:
        item = self._item
        if item is not None:
            field = Field("account", _("Account"), "", _("name or pinyin initials"), is_needed=True)
            self.ask(
                _("Attach it to another account"),
                (field,),
                lambda services, values: services.answers.attach(item.id, values["account"]),
            )

    def do_copy(self) -> None:
        """My text to the clipboard, to keep it elsewhere before a deletion is accepted."""
        item = self._item
        if item is not None and item.my_text:
            self.app.copy_to_clipboard(item.my_text)
            self.shell.say(_("Copied. The conflict is still open."))
        else:
            self.shell.say(_("There is no text of yours here."))

    def do_open(self) -> None:
        """The next one, round and round."""
        table = self.query_one(ConflictList)
        if table.rows:
            place = (table.list.cursor or 0) + 1
            table.move_to(place if place < len(table.rows) else 0)

    def do_conflicts(self) -> None:
        """They are open already."""
        self.do_open()
