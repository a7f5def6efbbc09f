"""The line above the footer: what was done, or what happened, what was kept and what to press. Gone with the next key
after a while; nothing pops up over the work."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import Static

from cockpit.feedback import Notice
from cockpit.plain import plain

QUIET_SECONDS = 6.0
LOUD_SECONDS = 20.0


class NoticeLine(Static):
    DEFAULT_CSS = """
    NoticeLine { dock: bottom; height: auto; max-height: 4; margin-bottom: 1; padding: 0 1; background: $panel;
        display: none; layer: notice; }
    NoticeLine.-shown { display: block; }
    NoticeLine.-warning { color: $text-warning; }
    NoticeLine.-error { color: $text-error; }
    """

    def __init__(self) -> None:
        super().__init__(plain(""))
        self._timer: Timer | None = None

    def say(self, text: str) -> None:
        """One quiet line, gone after a few seconds."""
        self._put(text, "information", QUIET_SECONDS)

    def show_notice(self, notice: Notice) -> None:
        self._put(notice.words, notice.severity, QUIET_SECONDS if notice.severity == "information" else LOUD_SECONDS)

    def clear_notice(self) -> bool:
        """Take it away; False when there was none."""
        was_shown = self.has_class("-shown")
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.remove_class("-shown")
        return was_shown

    @property
    def is_loud(self) -> bool:
        return self.has_class("-shown") and (self.has_class("-warning") or self.has_class("-error"))

    def _put(self, text: str, severity: str, seconds: float) -> None:
        self.clear_notice()
        self.update(plain(text))
        self.set_class(severity == "warning", "-warning")
        self.set_class(severity == "error", "-error")
        self.add_class("-shown")
        self._timer = self.set_timer(seconds, self.clear_notice)
