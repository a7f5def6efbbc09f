"""Type a command: `noun: verb`, its key, and why it is off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.commands import COMMANDS, Keymap
from cockpit.i18n import _
from cockpit.screens.pick import Pick
from cockpit.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from cockpit.screens.base import View


class Palette(Pick):
    """Closes with the id of a command that works in the view under it."""

    def __init__(self, keymap: Keymap, under: View) -> None:
        columns = (Column("", weight=3), Column("", 6), Column("", weight=3))
        super().__init__(_("Commands"), columns, _("Enter runs it, Esc leaves"), _("No command is called that."))
        here = {*under.scopes, "app"}
        self._entries: list[tuple[str, Row]] = []
        for command in COMMANDS:
            if here & set(command.scopes) and command.id != "palette":
                title, reason = _(command.title), under.why_not(command.id) or ""
                cells = (title, Cell(keymap.text_of(command.id), "accent"), Cell(reason, "muted"))
                self._entries.append((f"{title} {_(command.help)} {command.id}".casefold(), Row(command.id, cells)))

    def look_up(self, text: str) -> None:
        """Every word typed must be in the command's title, help or id; titles that begin with it come first."""
        words = text.casefold().split()
        found = [
            (not entry.startswith(words[0]) if words else False, row)
            for entry, row in self._entries
            if all(word in entry for word in words)
        ]
        self.table.set_rows([row for _late, row in sorted(found, key=lambda pair: pair[0])])
