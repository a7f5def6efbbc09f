"""The one-line log: read while it is typed, saved by Enter, kept when saving fails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from cockpit.domain.text import clean_line
from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.plain import cells, fit
from cockpit.screens.base import View
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.lines import Line, Lines, folded

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.services.snapshots import LogField, LogPreview, Saved

_ANEW = re.compile(r"\s+([vcwVCW]\s.*)")
_STAGE = re.compile(r"(?<!\S)(s\d{1,2})(?=\s|$)")


class LogView(View):
    """`line` is what is typed already, `choice` the account picked for it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("log",)
    IS_LOADED: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "next_match", show=False)]

    def __init__(self, line: str = "", choice: str | None = None) -> None:
        super().__init__(id="log")
        self._line = clean_line(line) + (" " if line.endswith(" ") else "")
        self._begun = self._line.strip()
        self._choice = choice
        self._preview: LogPreview | None = None
        self._candidates: tuple[str, ...] = ()
        self._is_reading = False
        self._is_outdated = False

    def compose(self) -> ComposeResult:
        with Container(id="entry"):
            yield Input(self._line, id="line", select_on_focus=False, placeholder="v ht ok met the CFO >fri 10")
        yield Lines(id="problem")
        with Container(id="read"):
            with Vertical():
                yield Lines(id="fields")
                yield Lines(id="effects")
            yield Lines(id="signs")
        yield Lines(id="grammar")

    def on_mount(self) -> None:
        self.query_one("#grammar", Lines).show(grammar_lines)
        self.query_one("#signs", Lines).show(sign_lines)
        field = self.query_one(Input)
        field.cursor_position = len(field.value)
        field.focus()
        self._draw_preview()
        self.read()

    def title(self) -> str:
        return _("Log a visit in one line")

    def footer(self) -> Sequence[str | FooterKey]:
        return (
            FooterKey("", "Enter", _("save")),
            FooterKey("", "Tab", _("other match"), is_on=len(self._candidates) > 1),
            FooterKey("back", "Esc", _("drop")),
        )

    # -- reading ---------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        line = event.input.value  # more may have been typed since the event was sent
        if self._begun and (anew := _ANEW.fullmatch(line.removeprefix(self._begun))):
            line = anew[1]  # who types a whole line means that one, not the one begun for the row
            event.input.value = line
            event.input.cursor_position = len(line)
        self._line = line
        if not self._line.strip().startswith(self._begun):
            self._choice = None
            self._begun = ""
        self._candidates = ()
        self.read()

    def load(self) -> None:
        """The services are open, or rows changed: read the line again."""
        self.is_stale = False
        self.read()

    def read(self) -> None:
        """Read the line in a worker. While one reads, typing goes on; the newest line is read when it ends."""
        services = self.shell.services
        if services is None or not self._line.strip():
            self._preview = None
            self._draw_preview()
            return
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        line, choice = self._line, self._choice
        self.run_worker(
            lambda: services.quicklog.preview(line, choice), name="preview", thread=True, exit_on_error=False
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.name != "preview":
            super().on_worker_state_changed(event)
            return
        if not event.worker.is_finished:
            return
        self._is_reading = False
        if event.state is WorkerState.SUCCESS and event.worker.result is not None:
            self._preview = event.worker.result
            self._draw_preview()
        elif event.state is WorkerState.ERROR:
            self.shell.show_notice(notice_of(event.worker.error))
        if self._is_outdated:
            self.read()

    def _draw_preview(self) -> None:
        preview = self._preview
        if preview is not None and not self._candidates:
            ids = (preview.account_id, *(account_id for account_id, _name in preview.matches))
            self._candidates = tuple(dict.fromkeys(account_id for account_id in ids if account_id))
        fields = preview.fields if preview is not None else ()
        self.query_one("#fields", Lines).show(lambda width: field_lines(fields, width))
        problem = self._problem_lines(preview)
        self.query_one("#problem", Lines).show(lambda _width: problem)
        self.query_one("#effects", Lines).show(self._effects)
        self.shell.show_keys()

    def _problem_lines(self, preview: LogPreview | None) -> list[Line]:
        if preview is None:
            return []
        if not preview.problem:
            return [[(_("Ready: Enter saves."), "good")]] if preview.is_ready else []
        column = preview.problem_column
        offset = cells(self._line[:column]) if column is not None else 0
        if column is None or offset + cells(preview.problem) + 2 > self.app.size.width - 4:
            return [[(preview.problem, "warn")]]
        return [[(" " * offset + "^ " + preview.problem, "warn")]]

    def _effects(self, width: int) -> list[Line]:
        lines = effect_lines(self._preview, width)
        return [[(_("What it changes"), "muted")], *lines] if lines and self.screen.has_class("-tall") else lines

    # -- acting ----------------------------------------------------------------------------------------------------

    def action_next_match(self) -> None:
        """Tab: the next account that fits."""
        if len(self._candidates) < 2:
            self.shell.say(_("No other account fits."))
            return
        current = self._choice or (self._preview.account_id if self._preview else None)
        place = self._candidates.index(current) if current in self._candidates else -1
        self._choice = self._candidates[(place + 1) % len(self._candidates)]
        self._begun = " ".join(self._line.split()[:2])
        self.read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        preview = self._preview
        if preview is not None and preview.line == self._line and preview.milestone:
            self.confirm(_("Is it true: {milestone}?").format(milestone=preview.milestone), self._answer_milestone)
        elif self._line.strip():
            self._save()

    def _answer_milestone(self, is_met: bool) -> None:
        line = _STAGE.sub(lambda found: found[1] + ("y" if is_met else "n"), self._line, count=1)
        self.query_one(Input).value = self._line = line
        self._save()

    def _save(self) -> None:
        line, choice = self._line, self._choice
        self.write(lambda services: _save_line(services, line, choice), then=lambda _saved: self._close())

    def _close(self) -> None:
        if self.app.screen is self.screen:
            self.app.pop_screen()


def _save_line(services: Services, line: str, choice: str | None) -> Saved:
    return services.quicklog.save(line, choice)


def field_lines(fields: Sequence[LogField], width: int) -> list[Line]:
    """How the line is read: label, value, and which of its words it comes from."""
    if not fields:
        return [*folded([(_("Type v, c or w, then the account, then how it went."), "muted")], width)]
    title, source_title = _("Read as"), _("from")
    label = max(cells(title), *(cells(one.label) for one in fields)) + 2
    source = min(max(cells(source_title), *(cells(one.source) for one in fields)), max(width // 4, 1))
    value = max(min(width - label - source - 2, max(cells(one.value) for one in fields)), 1)
    lines: list[Line] = [[(fit(title, label) + fit("", value) + "  " + source_title, "muted")]]
    lines += (
        [
            (fit(one.label, label), "muted"),
            (fit(one.value, value), "strong" if one.name == "account" else ""),
            ("  " + one.source, "muted"),
        ]
        for one in fields
    )
    return lines


def effect_lines(preview: LogPreview | None, width: int) -> list[Line]:
    """What saving would change, what it will ask, and who else was perhaps meant."""
    if preview is None:
        return []
    lines: list[Line] = [[(effect, "accent")] for effect in preview.effects]
    if preview.milestone:
        lines += folded([(preview.milestone + " ", "warn"), (_("asked on Enter"), "muted")], width)
    if preview.matches:
        names = _(", ").join(name for _id, name in preview.matches)
        lines += folded([(_("Tab: {names}").format(names=names), "muted")], width)
    return lines


def grammar_lines(_width: int) -> list[Line]:
    """The signs in three lines, for a narrow window."""
    return [
        [(_("v visit, c call, w web; the account by name, part or pinyin initials"), "muted")],
        [(_("ok half no: goal reached, half, missed; absent; x reason: cancelled"), "muted")],
        [(_("@10:30 when  #need  +cfo -it people  >fri 10 next  !66k amount  s4 stage"), "muted")],
    ]


def sign_lines(width: int) -> list[Line]:
    """The signs one a line, where there is room beside what is read."""
    signs = (
        ("v  c  w", _("visit, call, web")),
        ("ht", _("account: name, part or pinyin initials")),
        ("ok half no", _("goal reached, half, missed")),
        ("absent", _("nobody met")),
        (_("x reason"), _("cancelled, and why")),
        ("@10:30", _("when it was")),
        ("#ROI", _("a need, up to the next sign")),
        ("+cfo -it", _("who is for it, who against")),
        (_(">fri 10"), _("next step")),
        (_("!66k"), _("amount")),
        ("s4  s4y", _("stage; y: its milestone is met")),
    )
    size = max(cells(sign) for sign, _words in signs)
    lines: list[Line] = [[(_("What can be typed"), "muted")]]
    for sign, words in signs:
        lines += folded([(fit(sign, size) + "  ", "accent"), (words, "muted")], width, size + 2)
    return lines
