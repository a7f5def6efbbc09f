"""Small dialogs: a form of one to four fields, a yes or no, a choice. Esc leaves without a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from cockpit.domain.text import clean_line
from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.widgets.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from cockpit.services.snapshots import Saved


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `hint` shows an example while it is empty; a field that `is_needed` must not stay empty."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    is_needed: bool = False


class Form(ModalScreen["Saved | None"]):
    """Fields and one write. Closes with what was saved; an error is said inside and the text stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, fields: Sequence[Field], call: Callable[[dict[str, str]], Saved]) -> None:
        super().__init__()
        self._title = title
        self._fields = tuple(fields)
        self._call = call
        self._is_writing = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title), classes="title")
            for field in self._fields:
                yield Static(plain(field.label), classes="label")
                yield Input(clean_line(field.value), placeholder=clean_line(field.hint), id=f"field-{field.name}")
            yield Static(plain(""), id="problem")
            yield Static(plain(_("Enter next or save, Esc leave")), classes="hint")

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    @property
    def values(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#field-{field.name}", Input).value.strip() for field in self._fields}

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and saves from the last."""
        names = [f"field-{field.name}" for field in self._fields]
        place = names.index(event.input.id or names[-1])
        values = self.values
        if self._fields[place].is_needed and not values[self._fields[place].name]:
            self._say(_("{label} is needed.").format(label=self._fields[place].label))
        elif place + 1 < len(names):
            self.query_one(f"#{names[place + 1]}", Input).focus()
        elif missing := [field.label for field in self._fields if field.is_needed and not values[field.name]]:
            self._say(_("{label} is needed.").format(label=missing[0]))
        elif not self._is_writing:
            self._is_writing = True
            self._say(_("Saving"))
            self.run_worker(lambda: self._call(values), name="form", thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.name != "form" or not event.worker.is_finished:
            return
        self._is_writing = False
        if event.state is WorkerState.SUCCESS:
            self.dismiss(cast("Saved", event.worker.result))
        elif event.state is WorkerState.ERROR:
            notice = notice_of(event.worker.error)
            self._say(notice.words)

    def _say(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text))

    def action_leave(self) -> None:
        self.dismiss(None)


class Confirm(ModalScreen["bool | None"]):
    """A question for y or n. Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
        Binding("escape,q", "leave", show=False),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._question), classes="title")
            yield Static(plain(_("y yes, n no, Esc leave")), classes="hint")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_leave(self) -> None:
        self.dismiss(None)


class Choose(ModalScreen["str | None"]):
    """One of several. Enter or a digit takes it, Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", show=False),
        Binding("escape,q", "leave", show=False),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._options = tuple(options)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title), classes="title")
            yield Table((Column("", 2), Column("")), has_header=False, id="options")
            yield Static(plain(_("Enter or digit takes it, Esc leave")), classes="hint")

    def on_mount(self) -> None:
        table = self.query_one("#options", Table)
        rows = [
            Row(key, (Cell(str(n) if n < 10 else "", "muted"), text)) for n, (key, text) in enumerate(self._options, 1)
        ]
        table.set_rows(rows)
        table.focus()

    def on_table_chosen(self, event: Table.Chosen) -> None:
        self.dismiss(event.key)

    def action_take(self) -> None:
        self.dismiss(self.query_one("#options", Table).cursor_key)

    def action_digit(self, digit: int) -> None:
        if digit <= len(self._options):
            self.dismiss(self._options[digit - 1][0])

    def action_leave(self) -> None:
        self.dismiss(None)
