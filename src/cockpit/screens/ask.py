"""Small dialogs: a form of one to four fields, a yes or no, a choice. Esc leaves without a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

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
from cockpit.screens.fields import Field
from cockpit.widgets.footer import Footer, FooterKey
from cockpit.widgets.table import Cell, Column, Row, Table


class Form(ModalScreen[Any]):
    """Fields and one call in a thread, most often a write. Closes with what it gave, None on Esc; an error is said inside
    and the text stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+g", "leave", show=False)]

    def __init__(
        self, title: str, fields: Sequence[Field], call: Callable[[dict[str, str]], Any], *, is_ready: bool = False
    ) -> None:
        """`is_ready`: the fields are filled already; the call is made at once, and the form stays only when it fails."""
        super().__init__()
        self._title = title
        self._fields = tuple(fields)
        self._call = call
        self._is_writing = False
        self._is_ready = is_ready

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title), classes="title")
            for field in self._fields:
                yield Static(plain(field.label), classes="label")
                yield Input(
                    clean_line(field.value),
                    placeholder=clean_line(field.hint),
                    password=field.is_secret,
                    id=f"field-{field.name}",
                )
            yield Static(plain(""), id="problem")
            yield Footer((FooterKey("go_on", "Enter", _("Next or save")), FooterKey("leave", "Esc", _("Leave"))))

    def on_mount(self) -> None:
        self.set_focus(self.query(Input).first())
        if self._is_ready:
            self._go_on(self.query(Input).last())

    @property
    def values(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#field-{field.name}", Input).value.strip() for field in self._fields}

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and saves from the last."""
        self._go_on(event.input)

    def action_go_on(self) -> None:
        focused = self.focused
        self._go_on(focused if isinstance(focused, Input) else self.query(Input).last())

    def _go_on(self, at: Input) -> None:
        names = [f"field-{field.name}" for field in self._fields]
        place = names.index(at.id or names[-1])
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
            self.dismiss(event.worker.result)
        elif event.state is WorkerState.ERROR:
            notice = notice_of(event.worker.error)
            self._say(notice.words)

    async def on_footer_pressed(self, event: Footer.Pressed) -> None:
        event.stop()
        await self.run_action(event.command)

    def _say(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text))

    def action_leave(self) -> None:
        self.dismiss(None)


class Confirm(ModalScreen["bool | None"]):
    """A question for y or n. Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
        Binding("escape,q,ctrl+g", "leave", show=False),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._question), classes="title")
            keys = (("answer(True)", "y", _("Yes")), ("answer(False)", "n", _("No")), ("leave", "Esc", _("Leave")))
            yield Footer(tuple(FooterKey(*key) for key in keys))

    async def on_footer_pressed(self, event: Footer.Pressed) -> None:
        event.stop()
        await self.run_action(event.command)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_leave(self) -> None:
        self.dismiss(None)


class Choose(ModalScreen["str | None"]):
    """One of several. Enter or a digit takes it, Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", show=False),
        Binding("escape,q,ctrl+g", "leave", show=False),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._options = tuple(options)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title), classes="title")
            yield Table((Column("", 2), Column("")), has_header=False, clicks=1, id="options")
            yield Footer((FooterKey("take", "Enter", _("Take")), FooterKey("leave", "Esc", _("Leave"))))

    def on_mount(self) -> None:
        table = self.query_one("#options", Table)
        rows = [
            Row(key, (Cell(str(n) if n < 10 else "", "muted"), text)) for n, (key, text) in enumerate(self._options, 1)
        ]
        table.set_rows(rows)
        self.set_focus(table)

    def on_table_chosen(self, event: Table.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)

    async def on_footer_pressed(self, event: Footer.Pressed) -> None:
        event.stop()
        await self.run_action(event.command)

    def action_take(self) -> None:
        self.dismiss(self.query_one("#options", Table).cursor_key)

    def action_digit(self, digit: int) -> None:
        if digit <= len(self._options):
            self.dismiss(self._options[digit - 1][0])

    def action_leave(self) -> None:
        self.dismiss(None)
