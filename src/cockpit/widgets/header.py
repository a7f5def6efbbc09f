"""The top line: which screen, whose, which day and time; at its right end how the sync stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from cockpit.i18n import _, clock_time, long_day, ngettext, short_day
from cockpit.locations import is_demo
from cockpit.plain import plain
from cockpit.services.badge_words import age, queue_words
from cockpit.widgets.footer import Footer
from cockpit.widgets.tones import tone_style

if TYPE_CHECKING:
    from cockpit.services.snapshots import Badge, PersonRef

_BETWEEN = "  "


def badge_words(badge: Badge, now: datetime) -> list[tuple[str, str]]:
    """The sync's state as (words, tone), the most pressing first. Counts are those of the tables."""
    words: list[tuple[str, str]] = []
    if badge.conflicts:
        words.append((ngettext("{count} conflict", "{count} conflicts", badge.conflicts), "bad"))
        words[-1] = (words[-1][0].format(count=badge.conflicts), "bad")
    if badge.parked:
        words.append((_("{count} parked").format(count=badge.parked), "warn"))
    if badge.is_syncing:
        words.append((_("syncing {progress}").format(progress=badge.progress).strip(), "accent"))
    elif badge.is_offline:
        since = age(badge.last_sync_at, now) if badge.last_sync_at else ""
        words.append((_("offline {age}").format(age=since).strip(), "warn"))
    elif badge.last_sync_at is None:
        words.append((_("not synced yet"), "muted"))
    if badge.pending:
        words.append(queue_words(badge, now))
    if badge.last_sync_at is not None and not badge.complete:
        words.append((_("first sync not complete"), "warn"))
    return words or [(_("synced"), "muted")]


class Header(Widget):
    """One line. Give it what it shows; it redraws when that changed."""

    DEFAULT_CSS = """
    Header { height: 1; dock: top; background: $panel; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._person: PersonRef | None = None
        self._as_of: datetime | None = None
        self._badge: Badge | None = None
        self._note = ""

    def show(
        self, title: str, person: PersonRef | None, as_of: datetime | None, badge: Badge | None, note: str = ""
    ) -> None:
        """`note` says in place of the badge what is special about the rows, such as their age."""
        new = (title, person, as_of, badge, note)
        if new != (self._title, self._person, self._as_of, self._badge, self._note):
            self._title, self._person, self._as_of, self._badge, self._note = new
            self.refresh()

    def render(self) -> Text:
        right = self._badge_text()
        room = self.size.width - right.cell_len - 1
        left = Text(end="", no_wrap=True)
        for text, tone in self._parts(room):
            if left.cell_len:
                left.append(_BETWEEN)
            left.append_text(plain(text, self._style(tone)))
        left.truncate(max(room, 0), overflow="crop")
        left.append(" " * max(self.size.width - left.cell_len - right.cell_len, 0))
        left.append_text(right)
        return left

    def _parts(self, room: int) -> list[tuple[str, str]]:
        """What fits, each part whole: half a date is another day."""
        parts = {"demo": (_("DEMO"), "warn")} if is_demo() else {}
        parts["title"] = (self._title, "title")
        if self._person is not None:
            parts["person"] = (self._person.spoken, "")
            if self._person.team:
                parts["team"] = (self._person.team, "muted")
        if self._as_of is not None:
            day = long_day(self._as_of.date()) if room >= 70 else short_day(self._as_of.date())
            parts["day"] = (f"{day} {clock_time(self._as_of)}", "muted")
        for least in ("team", "day", "person"):
            if sum(cell_len(text) + len(_BETWEEN) for text, _tone in parts.values()) - len(_BETWEEN) > room:
                parts.pop(least, None)
        return list(parts.values())

    def _badge_text(self) -> Text:
        text = Text(end="", no_wrap=True)
        if self._note:
            return text.append_text(plain(self._note, self._style("warn")))
        if self._badge is None or self._as_of is None:
            return text
        for words, tone in badge_words(self._badge, self._as_of):
            if text.cell_len:
                text.append("  ")
            text.append_text(plain(words, self._style(tone)))
        return text

    def on_click(self, event: events.Click) -> None:
        """A click on how the sync stands presses its key."""
        at, begin = event.get_content_offset(self), self.size.width - self._badge_text().cell_len
        if self._badge is not None and not self._note and at is not None and at.x >= begin:
            self.post_message(Footer.Pressed("sync"))

    def _style(self, tone: str) -> Style:
        return tone_style(self, "strong" if tone == "title" else tone, is_bold=tone == "bad")
