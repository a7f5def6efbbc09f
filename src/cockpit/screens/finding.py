"""Going to a row: the filter, the account finder, jump mode; and copying the row in focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from cockpit.domain.text import clean_line
from cockpit.i18n import _
from cockpit.widgets.columns import text_of
from cockpit.widgets.footer import Footer
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from textual.widget import Widget

    from cockpit.screens.router import Routed

Line = TypeVar("Line", bound="Widget")


class Finding:
    """These commands work on the tables of whatever view is seen."""

    def __init__(self, app: Routed) -> None:
        self._app = app

    def do_find(self, text: str = "") -> None:
        """Narrow the table in focus; with a text, or where there is no table, find an account."""
        tables = self._tables()
        if text or not tables:
            self._find_account(text)
        else:
            from cockpit.widgets.filter_line import FilterBar

            self._of_room(FilterBar, lambda: FilterBar(self._find_account)).begin(tables[0])

    def _find_account(self, text: str) -> None:
        from cockpit.screens.find import Find

        if self._app.services is not None:
            self._app.push_screen(Find(self._app.services, text), self._found)

    def _of_room(self, kind: type[Line], make: Callable[[], Line]) -> Line:
        """The room's own widget of a kind, made when it is first needed."""
        room = self._app.room
        for line in room.query(kind):
            return line
        line = make()
        self._app.opening = room.mount(line)
        return line

    def _tables(self) -> list[Table]:
        """The tables seen that have rows, the one in focus first."""
        tables = [
            table for table in self._app.room.view.query(Table) if table.list.all and table.can_focus and table.region
        ]
        return sorted(tables, key=lambda table: not table.has_focus)

    def _found(self, account_id: str | None) -> None:
        if account_id is not None:
            self._app.open("account", account_id=account_id)

    def do_jump(self) -> None:
        room, tables = self._app.room, self._tables()
        if tables:
            from cockpit.widgets.jump_line import JumpLine

            self._of_room(JumpLine, JumpLine).begin(tables, room.query_one(Footer))
        else:
            self._app.say(_("There is no row to jump to."))

    def do_copy(self) -> None:
        """The row in focus as text."""
        table = next((table for table in self._tables() if table.has_focus), None)
        row = table.list.row if table is not None else None
        if row is None:
            self._app.say(_("Move to a row first."))
        else:
            text = clean_line("  ".join(filter(None, map(text_of, row.cells))))
            self._app.copy_to_clipboard(text)
            self._app.say(_("{text} copied").format(text=text))

    def clear_filters(self) -> bool:
        """Show all rows again; False when nothing was filtered."""
        filtered = [table for table in self._app.room.view.query(Table) if table.list.filter]
        for table in filtered:
            table.narrow("")
        return bool(filtered)
