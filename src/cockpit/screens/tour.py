"""Five steps over Today, each pointing at a part of it. It is offered once, left at any time, and started by `:tour`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from cockpit.i18n import _
from cockpit.locations import mark_tour
from cockpit.plain import cells, plain

if TYPE_CHECKING:
    from cockpit.keymap import Keymap
    from cockpit.screens.room import MainRoom, Room

POINTED = "-pointed"
"""The class of the part a step speaks of."""
WIDTH = 66
_ON, _BACK, _OUT = ("enter", "right", "space"), ("left", "backspace"), ("escape", "q")
_OWN = (*_ON, *_BACK, *_OUT)


class Toured(Protocol):
    """What the tour asks of the app."""

    @property
    def main(self) -> MainRoom: ...

    @property
    def room(self) -> Room: ...

    def open(self, name: str) -> None: ...

    def simulate_key(self, key: str) -> None: ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any) -> bool: ...

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None], /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Step:
    """`parts` are where it points: the first of them that is seen."""

    parts: tuple[str, ...]
    title: str
    text: str


def steps(keymap: Keymap) -> tuple[Step, ...]:
    """The tour in the user's language and with his keys."""
    keys = {name: keymap.text_of(name) for name in ("gap", "why", "log", "sync", "help", "palette")}
    return (
        Step(
            ("#next", "#agenda"),
            _("Who next"),
            _("The next visit and when. Below it the day; a row is opened with Enter."),
        ),
        Step(
            ("#bar", "#figures", "#month"),
            _("How far the month is"),
            _("Done, planned and uncovered, up to the target. {gap} shows where the gap comes from.").format(**keys),
        ),
        Step(
            ("#cards",),
            _("What is wrong"),
            _("The worst first, with what helps. Press its number, and that is done."),
        ),
        Step(
            ("#agenda",),
            _("Log in one line"),
            _(
                "After a visit {log}, for example: v ht ok met the CFO >fri 10. It is saved at once, offline too."
            ).format(**keys),
        ),
        Step(
            ("Header",),
            _("Sync and help"),
            _("Up there is how the sync stands, {sync} syncs. {why} explains any number, {help} has all keys.").format(
                **keys
            ),
        ),
    )


class Tour(ModalScreen["str | None"]):
    """Over the room `under`. An offer asks first, and closes with the key when another one is pressed."""

    CSS_PATH = "tour.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, "move(1)", show=False) for key in _ON),
        *(Binding(key, "move(-1)", show=False) for key in _BACK),
        *(Binding(key, "leave", show=False) for key in _OUT),
    ]

    def __init__(self, under: Room, *, is_offer: bool = False) -> None:
        super().__init__()
        self._under = under
        self._steps = steps(under.view.shell.keymap)
        self._at = -1 if is_offer else 0
        self._pointed: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="panel")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def on_key(self, event: Key) -> None:
        """A key that is none of the tour's means the screen below: an offer steps aside."""
        if self._at < 0 and event.key not in _OWN:
            event.stop()
            self._end(event.key)

    def on_click(self) -> None:
        self.action_move(1)

    def action_move(self, by: int) -> None:
        if self._at + by >= len(self._steps):
            self._end(None)
        elif self._at + by >= 0:
            self._at += by
            self._show()

    def action_leave(self) -> None:
        self._end(None)

    def _end(self, key: str | None) -> None:
        self._point(None)
        mark_tour("left")
        self.dismiss(key)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """The panel beside the part it speaks of, in cells of the screen."""
        step = self._steps[self._at] if self._at >= 0 else None
        target = self._part(step) if step else None
        self._point(target)
        width = min(WIDTH, self.size.width - 2)
        words = self._words(step)
        lines = sum(lines_of(line, width - 4) for line in words)
        place, sign = placed(target.region if target else None, width, lines + 1, self.size.width, self.size.height)
        text = Text("\n", end="").join(
            [
                plain(line, "bold" if line == words[0] else "")
                for line in ([sign, *words] if sign.endswith("^") else [*words, sign])
            ]
        )
        panel = self.query_one("#panel", Static)
        panel.styles.width, panel.styles.height = width, lines + 1
        panel.styles.offset = place
        panel.update(text)

    def _words(self, step: Step | None) -> list[str]:
        if step is None:
            return [
                _("New here? Five steps show what is where."),
                _("Enter shows them, Esc leaves. Any time later: {palette}tour").format(
                    palette=self._under.view.shell.keymap.text_of("palette")
                ),
            ]
        count = _("{at}/{all}  {title}").format(at=self._at + 1, all=len(self._steps), title=step.title)
        is_last = self._at + 1 == len(self._steps)
        hint = _("Enter ends, Left back") if is_last else _("Enter next, Left back, Esc leaves")
        return [count, step.text, hint]

    def _part(self, step: Step) -> Widget | None:
        found = (widget for part in step.parts for widget in self._under.query(part))
        return next((widget for widget in found if widget.is_on_screen and widget.region), None)

    def _point(self, target: Widget | None) -> None:
        if target is not self._pointed:
            if self._pointed is not None:
                self._pointed.remove_class(POINTED)
            if target is not None:
                target.add_class(POINTED)
            self._pointed = target


def begin(app: Toured, *, is_offer: bool = False) -> None:
    """Over Today, wherever it was asked for; an offer only where Today is what is seen."""

    def left(key: str | None) -> None:
        """A key pressed at the offer was meant for the screen below, once that is the upper one again."""
        if key is not None:
            app.call_later(app.simulate_key, key)

    tour = Tour(app.main, is_offer=is_offer)
    if not is_offer:
        app.open("today")
        app.call_after_refresh(app.push_screen, tour, left)
    elif app.room.view.id == "today":
        app.push_screen(tour, left)


def placed(part: Region | None, width: int, height: int, columns: int, rows: int) -> tuple[tuple[int, int], str]:
    """Where a panel goes and the sign at its edge: under the part, else over it, else low inside it."""
    if part is None:
        return (max((columns - width) // 2, 0), max(rows - height - 2, 0)), ""
    left = min(max(part.x, 0), max(columns - width, 0))
    indent = " " * (part.x - left)
    if part.bottom + height < rows:
        return (left, part.bottom), f"{indent}^"
    if part.y - height >= 1:
        return (left, part.y - height), f"{indent}v"
    return (left, max(part.bottom - height - 1, 0)), f"{indent}^"


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes when it is broken between words; one without blanks anywhere."""
    lines, used = 1, 0
    for word in text.split(" "):
        size = cells(word)
        if used and used + 1 + size > width:
            lines, used = lines + 1, 0
        used += size + (1 if used else 0)
        lines, used = lines + (used - 1) // width if used else lines, (used - 1) % width + 1 if used else 0
    return lines
