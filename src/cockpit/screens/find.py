"""Find an account: by part of its name, pinyin initials or a near spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerState

from cockpit.feedback import notice_of
from cockpit.i18n import _
from cockpit.screens.pick import Pick
from cockpit.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from cockpit.services.container import Services


class Find(Pick):
    """Closes with an account's id. One search at a time; the newest text is searched when it ends."""

    def __init__(self, services: Services, text: str = "") -> None:
        columns = (Column("", weight=3), Column("", weight=2), Column("", 1))
        empty = _("Type part of a name or its initials.")
        super().__init__(_("Find an account"), columns, empty, text)
        self._services = services
        self._wanted = ""
        self._is_searching = False

    def look_up(self, text: str) -> None:
        self._wanted = text
        if not text:
            self.table.set_rows([], empty=_("Type part of a name or its initials."))
        elif not self._is_searching:
            self._is_searching = True
            self.run_worker(
                lambda: (text, self._services.accounts.search(text)), name="find", thread=True, exit_on_error=False
            )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.name != "find" or not event.worker.is_finished:
            return
        self._is_searching = False
        if event.state is WorkerState.ERROR:
            self.table.say_failed(notice_of(event.worker.error).body)
        elif event.state is WorkerState.SUCCESS and event.worker.result is not None:
            text, matches = event.worker.result
            if text == self._wanted:
                rows = [Row(match.id, (match.name, Cell(match.alias, "muted"), match.tier)) for match in matches]
                self.table.set_rows(rows, empty=_("No account is called {text}.").format(text=text))
            else:
                self.look_up(self._wanted)
