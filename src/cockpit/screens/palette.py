"""Type a command: `noun: verb`, its key, and why it is off; after some commands an argument: `log v ht met the CFO`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.commands import COMMANDS, TYPED_NAMES, Command
from cockpit.i18n import _
from cockpit.keymap import Keymap
from cockpit.screens.pick import Pick
from cockpit.widgets.filtering import Haystack
from cockpit.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from cockpit.screens.base import View


class Palette(Pick):
    """Closes with the id of a command that is known in the view under it, and after a blank its argument."""

    def __init__(
        self, keymap: Keymap, under: View, recent: Sequence[str], choices: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """`recent` are the ids used last, newest first; `choices` what a command's argument can be."""
        columns = (Column("", weight=3), Column("", 6), Column("", weight=3))
        super().__init__(_("Commands"), columns, _("No command is called that."))
        here = {*under.scopes, "app"}
        found = [command for command in COMMANDS if here & set(command.scopes) and command.id != "palette"]
        ranks = {name: rank for rank, name in enumerate(recent)}
        self._commands = sorted(found, key=lambda command: ranks.get(command.id, len(ranks)))
        self._rows = [_row(command, keymap, under) for command in self._commands]
        self._haystack = Haystack([" ".join([_(c.title), _(c.help), *sorted(_names(c))]) for c in self._commands])
        self._choices = choices or {}

    def look_up(self, text: str) -> None:
        """What is typed after a command's name is its argument; else every word must fit the command's words."""
        name, _blank, rest = text.partition(" ")
        taker = next((c for c in self._commands if c.takes is not None and name.casefold() in _names(c)), None)
        if taker is not None and rest:
            self.table.set_rows(self._with_argument(taker, rest.strip()))
            return
        places = self._haystack.find(text)
        if text:
            places.sort(key=lambda place: self._rank(text.casefold(), self._commands[place]))
        self.table.set_rows([self._rows[place] for place in places])

    def _rank(self, text: str, command: Command) -> int:
        """A name typed out first, then the start of a name or title, then the rest in their order."""
        names = {*_names(command), _(command.title).casefold()}
        return 0 if text in names else 1 if any(name.startswith(text) for name in names) else 2

    def _with_argument(self, command: Command, rest: str) -> list[Row]:
        fitting = [choice for choice in self._choices.get(command.id, ()) if rest.casefold() in choice.casefold()]
        place = self._commands.index(command)
        title, key, reason = self._rows[place].cells
        return [Row(f"{command.id} {one}", (f"{title} {one}", key, reason)) for one in fitting or [rest]]


def _names(command: Command) -> set[str]:
    """What may be typed for a command."""
    more = {alias for alias, name in TYPED_NAMES.items() if name == command.id}
    return {command.id, command.id.replace("_", "-"), _(command.label).casefold(), *more}


def _row(command: Command, keymap: Keymap, under: View) -> Row:
    """The command, its key, and why it is off or what may follow it."""
    hint = _(command.takes[1]) if command.takes is not None else ""
    words = Cell(under.why_not(command.id) or hint, "muted")
    return Row(command.id, (_(command.title), Cell(keymap.text_of(command.id), "accent"), words))
