"""Keys in the order they were typed, each only after what the one before it led to.

Textual hands a key to what has the focus when it comes in. Who types ahead, over a slow line or before a view has come,
means what will have the focus by then: `l`, the line and Enter, all at once, log the visit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual.events import Event, Key, Paste

from cockpit import clock
from cockpit.domain.text import clean
from cockpit.i18n import _

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

LONGEST_S = 10.0
"""When the foremost key has waited that long, something hangs: what was typed is dropped and said to be. It is never
handed to what it was not meant for, where it could log another visit."""
LONGEST_TO_LEAVE_S = 2.0
"""The way out of what hangs waits no longer than that."""
_LEAVING = ("escape", "ctrl+g")
_LOOK_S = 0.005
_HOLDING = frozenset({"open", "write", "form"})
"""Workers whose end changes what the next key means."""
_ANSWERING = frozenset({"find", "preview"})
"""Workers that Enter waits for: it takes what they find."""


class TypingAhead:
    """Stands between the driver and the app."""

    def __init__(self, app: App[int], deliver: Callable[[Event], Awaitable[None]], say: Callable[[str], None]) -> None:
        """`deliver` handles an event as the app itself would; `say` tells the user."""
        self._app = app
        self._say = say
        self._deliver = deliver
        self._waiting: deque[Event] = deque()
        self._passed_at = 0.0
        self._timer: Timer | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    async def take(self, event: Event) -> None:
        """Handle the event now, or as soon as those before it are done with. What is pasted is made inert."""
        if isinstance(event, Paste):
            event.text = clean(event.text)
        self._waiting.append(event)
        if self._timer is None:
            self._passed_at = clock.monotonic()
            await self._go_on()

    def takes(self, event: Event) -> bool:
        """Typed by a person, and not passed on yet."""
        return isinstance(event, (Key, Paste)) and not event.is_forwarded

    async def _go_on(self) -> None:
        self._timer = None
        while self._waiting:
            event = self._waiting[0]
            if not self._is_free(event):
                waited = clock.monotonic() - self._passed_at
                is_leaving = isinstance(event, Key) and event.key in _LEAVING
                if waited < (LONGEST_TO_LEAVE_S if is_leaving else LONGEST_S):
                    self._timer = self._app.set_timer(_LOOK_S, self._go_on)
                    return
                if not is_leaving:
                    self._waiting.clear()
                    self._say(_("This takes too long: what was typed meanwhile was dropped."))
                    return
            self._waiting.popleft()
            self._passed_at = clock.monotonic()
            await self._deliver(event)

    def _is_free(self, event: Event) -> bool:
        """Nothing is under way that decides what this key means."""
        if isinstance(event, Key) and event.key == "ctrl+c":
            return True
        screen = self._app.screen
        if not screen.is_mounted or not screen.children or (screen.focused is None and screen.focus_chain):
            return False
        if any(node.message_queue_size or node._next_callbacks for node in (screen, *screen.walk_children())):
            return False
        is_enter = isinstance(event, Key) and event.key == "enter"
        return not any(
            self._is_holding(worker.name, worker.node, is_enter)
            for worker in self._app.workers
            if not worker.is_finished
        )

    def _is_holding(self, name: str, node: Any, is_enter: bool) -> bool:
        if name == "load":  # the first rows of what is seen; later ones come under the cursor
            return node.display and node.snapshot is None and node.screen is self._app.screen
        return name in _HOLDING or (is_enter and name in _ANSWERING)
