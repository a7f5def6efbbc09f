"""How fast keys were answered in this session: from a key's arrival to the first bytes of the answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from textual._compositor import CompositorUpdate
from textual._time import get_time
from textual.app import App
from textual.events import Event, Key
from textual.message import Message

from cockpit.i18n import _
from cockpit.widgets.frame import Changes, Frame

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen
    from textual.widget import AwaitMount

KEPT = 1_000
"""Answers remembered: enough for a 95th percentile, and a bound for a day of typing."""
LATE = 2.0
"""Seconds after which what is drawn is no answer to the key any more."""


@dataclass(slots=True)
class Answer:
    key: str
    at: float
    seconds: float | None = None
    size: int = 0


class Speed:
    """Told of every key and of everything written to the terminal; costs nothing in between."""

    def __init__(self, now: Callable[[], float] = get_time) -> None:
        self._now = now
        self._last: Answer | None = None
        self._answers: deque[Answer] = deque(maxlen=KEPT)
        self.count = 0

    def pressed(self, key: str, at: float) -> None:
        """A key arrived at that time of the clock."""
        self._last = Answer(key, at)

    def wrote(self, size: int) -> None:
        """Bytes went to the terminal. The first ones after a key are its answer's beginning."""
        last = self._last
        if last is None:
            return
        waited = self._now() - last.at
        if waited > LATE:
            self._last = None
            return
        if last.seconds is None:
            last.seconds = waited
            self.count += 1
            self._answers.append(last)
        last.size += size

    def words(self) -> str:
        """The figures of the session in one line."""
        if not self._answers:
            return _("No key was answered yet.")
        times = sorted(answer.seconds or 0.0 for answer in self._answers)
        sizes = sorted(answer.size for answer in self._answers)
        slowest = max(self._answers, key=lambda answer: answer.seconds or 0.0)
        return _(
            "Key to paint: half within {half} ms, 95% within {most} ms, {count} keys; slowest {slowest} ms ({key}). "
            "Bytes a key: half within {half_bytes}, 95% within {most_bytes}."
        ).format(
            half=_ms(_share(times, 0.5)),
            most=_ms(_share(times, 0.95)),
            count=self.count,
            slowest=_ms(slowest.seconds or 0.0),
            key=slowest.key,
            half_bytes=f"{_share(sizes, 0.5):,.0f}",
            most_bytes=f"{_share(sizes, 0.95):,.0f}",
        )


class LeanApp(App[int]):
    """An app that sends only what differs from what the terminal shows, loses no key and knows how fast it answered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.opening: AwaitMount | None = None
        """What is being mounted for the last key; the next keys wait for it."""
        self.speed = Speed()
        self.frame = Frame()
        self.driver_class = _told(self.driver_class, self.speed, self.frame)

    def push_screen(self, *args: Any, **options: Any) -> AwaitMount:  # type: ignore[override]  # nobody waits for dismissal
        opened: AwaitMount = super().push_screen(*args, **options)
        self.opening = opened
        return opened

    async def on_event(self, event: Event) -> None:
        """Keys typed ahead wait for the dialog or line that the key before them opens; they are meant for it."""
        if isinstance(event, Key) and self.opening is not None:
            opening, self.opening = self.opening, None
            await opening
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = cast("RenderableType", Changes(renderable, self.frame))
        super()._display(screen, renderable)


def _told(driver: type[Driver], speed: Speed, frame: Frame) -> type[Driver]:
    """The same driver, telling of what comes in and goes out, and of a terminal taken over anew."""

    class Told(driver):  # type: ignore[misc, valid-type]  # a base known only at run time
        def start_application_mode(self) -> None:
            frame.forget()
            super().start_application_mode()

        def process_message(self, message: Message) -> None:
            if isinstance(message, Key):
                speed.pressed(message.key, message.time)
            super().process_message(message)

        def write(self, data: str) -> None:
            super().write(data)
            speed.wrote(len(data.encode("utf-8", "replace")))

    return Told


def _share(values: list[float] | list[int], part: float) -> float:
    return values[min(int(len(values) * part), len(values) - 1)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
