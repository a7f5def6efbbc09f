"""All keys, grouped by where they work, with why a key is off. Made from the registry."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from cockpit.commands import COMMANDS, SCOPE_TITLES, Command, Scope
from cockpit.i18n import _
from cockpit.keymap import SECOND_KEYS, Keymap, key_text
from cockpit.screens.base import View
from cockpit.widgets.table import Cell, Column, Row, Table


class HelpView(View):
    """`under` is the view the help was asked from: its own groups come first."""

    SCOPES: ClassVar[tuple[str, ...]] = ()
    FOOTER: ClassVar[tuple[str, ...]] = ("back",)
    IS_LOADED: ClassVar[bool] = False

    def __init__(self, under: View) -> None:
        super().__init__(id="help")
        self._under = under

    def compose(self) -> ComposeResult:
        columns = (Column(_("Key"), 9), Column(_("What it does"), weight=3), Column(_("Off because"), weight=2))
        yield Table(columns, id="keys")

    def title(self) -> str:
        return _("Keys")

    def on_mount(self) -> None:
        self.query_one(Table).set_rows(key_rows(self._under, self.shell.keymap))


def key_rows(under: View, keymap: Keymap) -> list[Row]:
    """A heading for each scope and a line for each command; what the view under it turns off says why."""
    here = (*under.scopes, "app")
    rows: list[Row] = []
    for scope in sorted(SCOPE_TITLES, key=lambda name: here.index(name) if name in here else len(here)):
        found = [command for command in COMMANDS if scope in command.scopes]
        if found:
            rows.append(Row(f"scope:{scope}", (_(SCOPE_TITLES[scope]),), is_heading=True))
            rows.extend(_row(command, scope, under, keymap, is_here=scope in here) for command in found)
    rows.append(Row("scope:cards", (_("Cards"),), is_heading=True))
    rows.append(Row("cards", (Cell("1-9", "accent"), _("Do what the card of that number says"), "")))
    rows.append(Row("tab", (Cell("Tab", "accent"), _("Next part of the screen"), "")))
    return rows


def _row(command: Command, scope: Scope, under: View, keymap: Keymap, *, is_here: bool) -> Row:
    found = [keymap.keys[command.id] or f":{command.id}", *SECOND_KEYS.get(command.id, ())]
    keys = " ".join(dict.fromkeys(key_text(key) for key in found))
    reason = (under.why_not(command.id) or "") if is_here else ""
    return Row(
        f"{scope}:{command.id}",
        (Cell(keys, "accent"), _(command.help), Cell(reason, "muted")),
        search=f"{_(command.title)} {command.id}",
    )
