"""Sync: what waits, what the hub has received, and where two people changed the same field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.widgets import Static

from cockpit.i18n import _, ngettext
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.services.snapshots import Badge, ConflictItem, QueueItem, SyncSnapshot
from cockpit.widgets.conflict_panel import ConflictDetail, ConflictTable
from cockpit.widgets.header import age
from cockpit.widgets.queue_table import QueueTable, ReceiptTable, moment_text
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.services.container import Services


class SyncView(View):
    """With the focus on a conflict m, t and b answer it; elsewhere these keys mean what they mean everywhere."""

    FOOTER = ("sync", "drop", "undo", "today", "help", "back")

    snapshot: SyncSnapshot | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.add_class("board")

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        yield ConflictTable(id="conflicts")
        yield ConflictDetail(plain(""), id="both")
        yield QueueTable(id="queue")
        yield ReceiptTable(id="receipts")
        yield Static(plain(""), id="detail", classes="detail")

    def title(self) -> str:
        return _("Sync")

    def fetch(self, services: Services) -> SyncSnapshot:
        return services.sync.load()

    def show(self, snapshot: SyncSnapshot) -> None:
        conflicts = self.query_one(ConflictTable)
        self.show_badge(snapshot.badge)
        has_conflicts = bool(snapshot.conflicts)
        if not has_conflicts and conflicts.has_focus:
            self.query_one(QueueTable).focus()
        is_news = has_conflicts and not conflicts.rows
        conflicts.display = has_conflicts
        self.query_one(ConflictDetail).display = has_conflicts
        conflicts.show(snapshot.conflicts)
        if is_news and self.display:
            conflicts.focus()  # what waits for an answer comes first
        self.query_one(QueueTable).show(snapshot.queue, snapshot.as_of)
        self.query_one(ReceiptTable).show(snapshot.receipts, snapshot.as_of)
        self._show_detail()

    def show_badge(self, badge: Badge) -> None:
        """The sync moved on: say how far, without loading the lists again."""
        if self.snapshot is not None:
            self.query_one("#answer", Static).update(plain(answer(badge)))
            self.query_one("#facts", Static).update(plain(facts(badge, self.snapshot)))

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def on_descendant_focus(self, event: object) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        if self.snapshot is None:
            return
        item = self._queued
        text = f"{item.label}  {item.error}".rstrip() if item else ""
        detail = self.query_one("#detail", Static)
        detail.display = bool(text)
        detail.update(plain(text))
        key = self.query_one(ConflictTable).cursor_key
        conflict = next((found for found in self.snapshot.conflicts if found.id == key), None)
        self.query_one(ConflictDetail).show(conflict, self.snapshot.as_of)

    # -- what is focused -------------------------------------------------------------------------------------------

    @property
    def _conflict(self) -> ConflictItem | None:
        """The conflict under the cursor, while the focus is on the conflicts."""
        table = self.query_one(ConflictTable)
        if self.snapshot is None or not table.has_focus:
            return None
        return next((item for item in self.snapshot.conflicts if item.id == table.cursor_key), None)

    @property
    def _queued(self) -> QueueItem | None:
        """The waiting change under the cursor, while the focus is on the queue."""
        table = self.query_one(QueueTable)
        if self.snapshot is None or not table.has_focus:
            return None
        return next((item for item in self.snapshot.queue if item.mutation_id == table.cursor_key), None)

    @property
    def scopes(self) -> tuple[str, ...]:
        return ("sync", "list") if self._conflict is not None else ("list",)

    def footer(self) -> Sequence[str]:
        conflict = self._conflict
        if conflict is None:
            return self.FOOTER
        answers = ("mine", "theirs", "both") if conflict.can_keep_both else ("mine", "theirs")
        return (*answers, "sync", "undo", "help", "back")

    # -- commands --------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        if command == "both" and self._conflict is not None and not self._conflict.can_keep_both:
            return _("Only texts can be kept both.")
        if command == "drop" and (self._queued is None or self._queued.state != "parked"):
            return _("Only a parked change can be discarded; u takes back the last act.")
        return super().why_not(command)

    def do_sync(self) -> None:
        """Sync now; the first line shows how far it is, and work goes on meanwhile."""
        self.shell.say(_("Syncing. Work goes on meanwhile."))
        self.shell.sync_now()

    def do_mine(self) -> None:
        self._answer("mine")

    def do_theirs(self) -> None:
        self._answer("theirs")

    def do_both(self) -> None:
        self._answer("both")

    def _answer(self, choice: Literal["mine", "theirs", "both"]) -> None:
        conflict = self._conflict
        if conflict is not None:
            self.write(lambda services: services.sync.answer(conflict.id, choice))

    def do_drop(self) -> None:
        item = self._queued
        if item is None:
            return

        def answered(is_sure: bool) -> None:
            if is_sure:
                self.write(lambda services: services.sync.discard(item.mutation_id))

        self.confirm(_("Discard for good: {label}? It is kept among the receipts.").format(label=item.label), answered)


def answer(badge: Badge) -> str:
    """One sentence: what needs the user, else how the sync stands."""
    if badge.is_syncing:
        return _("Syncing {progress}").format(progress=badge.progress).strip()
    if badge.conflicts:
        words = ngettext("{count} conflict needs your answer", "{count} conflicts need your answer", badge.conflicts)
        return words.format(count=badge.conflicts)
    if badge.parked:
        words = ngettext(
            "{count} change was refused and is parked", "{count} changes were refused and are parked", badge.parked
        )
        return words.format(count=badge.parked)
    if badge.pending:
        words = ngettext("{count} change waits to be sent", "{count} changes wait to be sent", badge.pending)
        return words.format(count=badge.pending)
    return _("Everything is at the hub") if badge.last_sync_at else _("Not synced yet. Press o.")


def facts(badge: Badge, snapshot: SyncSnapshot) -> str:
    """Online or offline, the last run and how much it moved; the last error when there is one."""
    now = snapshot.as_of
    state = _("offline") if badge.is_offline else _("online")
    parts = [state, snapshot.hub_url]
    if badge.last_sync_at is not None:
        last = _("last sync {when} ({age} ago): {pushed} sent, {pulled} received")
        parts.append(
            last.format(
                when=moment_text(badge.last_sync_at, now),
                age=age(badge.last_sync_at, now),
                pushed=snapshot.pushed,
                pulled=snapshot.pulled,
            )
        )
    line = "  ".join(part for part in parts if part)
    return f"{line}\n{snapshot.last_error}" if snapshot.last_error else line
