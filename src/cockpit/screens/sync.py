"""Sync: what waits, what the hub has received, and where two people changed the same field."""

from __future__ import annotations

from functools import partialmethod
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.i18n import _, near_moment, ngettext
from cockpit.plain import plain
from cockpit.screens import sync_acts
from cockpit.screens.base import View
from cockpit.services.badge_words import age
from cockpit.services.snapshots import Badge, ConflictItem, QueueItem, SyncSnapshot
from cockpit.services.words import refused_rows
from cockpit.widgets.conflict_panel import ChoiceKeys, ConflictDetail, ConflictTable
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.lines import Line, Lines, folded
from cockpit.widgets.proof_lines import ProofLines
from cockpit.widgets.queue_table import QueueTable, ReceiptTable
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cockpit.services.container import Services


class SyncView(View):
    """While a conflict is open m, t and b answer the one under its cursor, wherever the focus is; else these keys mean
    what they mean everywhere."""

    FOOTER = ("sync", "verify", "undo", "help", "back")

    snapshot: SyncSnapshot | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._is_asked = True
        self._is_running = False

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        with Container(classes="panes"):
            with Vertical(id="waiting"):
                yield ConflictTable(id="conflicts")
                yield ConflictDetail(id="both")
                yield QueueTable(id="queue")
                yield Lines(id="detail")
            with Vertical(id="received"):
                yield ReceiptTable(id="receipts")
        yield ProofLines(id="proof")

    def focus_first(self) -> None:
        """What was focused last, else what waits for an answer, else the queue."""
        self._last_focus = self._last_focus or self.query_one(QueueTable)
        super().focus_first()

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
        # What waits for an answer comes first where somebody looks for it; what comes by itself takes no focus away.
        is_news = has_conflicts and not conflicts.rows and self._is_asked
        self._is_asked = self._is_asked and snapshot.badge.is_syncing
        self.set_class(has_conflicts, "-conflicts")
        self.set_class(bool(snapshot.queue), "-queued")
        conflicts.show(snapshot.conflicts)
        if is_news and self.display:
            conflicts.focus()
        self.query_one(QueueTable).show(snapshot.queue, snapshot.as_of)
        self.query_one(ReceiptTable).show(snapshot.receipts, snapshot.as_of)
        text_of = self.shell.keymap.text_of
        self.query_one(ProofLines).show_proof(snapshot.proof, snapshot.as_of, text_of("verify"), text_of("export"))
        self._show_detail()

    def show_badge(self, badge: Badge) -> None:
        """The sync moved on: say how far, without loading the lists again."""
        was_running, self._is_running = self._is_running, badge.is_syncing
        if was_running != self._is_running:
            self.shell.show_keys()
        if self.snapshot is not None:
            self.query_one("#answer", Static).update(plain(answer(badge, self.snapshot.as_of)))
            self.query_one("#facts", Static).update(plain(facts(badge, self.snapshot)))

    def on_table_moved(self, _event: Table.Moved) -> None:
        self._show_detail()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        super().on_descendant_focus(event)
        self._show_detail()

    def _show_detail(self) -> None:
        if self.snapshot is None:
            return
        keymap, item = self.shell.keymap, self._queued
        keys = {name: keymap.text_of(name) for name in ("edit", "drop", "sync", "export")}
        holder = next((one for one in self.snapshot.queue if item and one.mutation_id == item.blocked_by), None)
        self.set_class(self.query_one(QueueTable).has_focus, "-at-queue")
        self.query_one("#detail", Lines).show(lambda width: queued_lines(item, keys, width, holder) if item else [])
        choices = ChoiceKeys(*(keymap.text_of(name) for name in ("mine", "theirs", "both")))
        self.query_one(ConflictDetail).show_item(self._conflict, self.snapshot.as_of, choices)

    # -- what is focused -------------------------------------------------------------------------------------------

    @property
    def _conflict(self) -> ConflictItem | None:
        """The conflict under the cursor of the conflicts."""
        key = self.query_one(ConflictTable).cursor_key
        return next((item for item in self.snapshot.conflicts if item.id == key), None) if self.snapshot else None

    @property
    def _queued(self) -> QueueItem | None:
        """The waiting change under the cursor of the queue."""
        key = self.query_one(QueueTable).cursor_key
        return next((item for item in self.snapshot.queue if item.mutation_id == key), None) if self.snapshot else None

    def about(self) -> str | None:
        """The conflict, the waiting change or the receipt under the cursor of the list in focus."""
        tables = ((ConflictTable, "conflict"), (QueueTable, "queued"), (ReceiptTable, "receipt"))
        focused = self.app.focused
        kind = next((name for table, name in tables if isinstance(focused, table)), "")
        key = focused.cursor_key if isinstance(focused, Table) else None
        return f"{kind}:{key}" if kind and key else None

    @property
    def _parked(self) -> QueueItem | None:
        """The change the keys of the queue act on."""
        item = self._queued if self.query_one(QueueTable).has_focus else None
        return item if item is not None and item.state == "parked" else None

    @property
    def scopes(self) -> tuple[str, ...]:
        """Without a conflict the keys that answer one stand behind those that work everywhere."""
        return ("sync", "list") if self._conflict is not None else ("list", "app", "sync")

    def footer(self) -> Sequence[str | FooterKey]:
        conflict = self._conflict
        first: tuple[str, ...] = (
            ("edit", "export", "drop") if self._parked is not None else ("drop",) * self._is_running
        )
        if conflict is not None:
            first = ("mine", "theirs", "both", *first) if conflict.can_keep_both else ("mine", "theirs", *first)
        return (*first, *self.FOOTER)[:8]

    def label_of(self, command: Command) -> str:
        item = self._parked
        again = _("Edit and send") if item is not None and item.fields else _("Send again")
        words = {"edit": again, "drop": _("Stop") if self._is_running else _("Discard")}
        return words.get(command.id) or super().label_of(command)

    # -- commands --------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        conflict = self._conflict
        if command in ("mine", "theirs", "both") and conflict is None:
            return _("No conflict is open.")
        if command == "both" and conflict is not None and not conflict.can_keep_both:
            return _("Only texts can be kept both.")
        if command == "edit" and self._parked is None:
            return _("Only a parked change can be sent again; {key} sends what waits.").format(
                key=self.shell.keymap.text_of("sync")
            )
        if command == "drop" and not self._is_running and self._parked is None:
            return _("Only a parked change can be discarded; u takes back the last act.")
        return super().why_not(command)

    def do_sync(self) -> None:
        """Sync now; the first line shows how far it is, and work goes on meanwhile."""
        self._is_asked = True
        if self.snapshot is not None and self.snapshot.shrink is not None:
            sync_acts.ask_shrink(self, *self.snapshot.shrink)
            return
        self.shell.say(_("Syncing. Work goes on meanwhile."))
        self.shell.sync_now()

    def do_verify(self) -> None:
        """Count everything again, the file's own check with it."""
        self.write(lambda services: services.proof.say())

    def do_export(self) -> None:
        self.write(lambda services: services.outbox_files.save_all())

    def do_open(self) -> None:
        """What is in conflict, on a screen of its own."""
        item = self._queued if self.query_one(QueueTable).has_focus else None
        if item is not None and item.state == "parked":
            self.do_edit()
        elif self._conflict is not None:
            self.shell.open("conflicts", conflict_id=self._conflict.id)

    def _answer(self, choice: Literal["mine", "theirs", "both"]) -> None:
        conflict = self._conflict
        if conflict is not None:
            self.write(lambda services: services.sync.answer(conflict.id, choice))

    do_mine = partialmethod(_answer, "mine")
    do_theirs = partialmethod(_answer, "theirs")
    do_both = partialmethod(_answer, "both")

    def do_edit(self) -> None:
        """Send a refused change once more, with its values typed anew where there are any."""
        item = self._parked
        if item is not None:
            sync_acts.edit_and_send(self, item)

    def do_drop(self) -> None:
        """While the sync runs, stop it; else end the refused change under the cursor."""
        item, services = self._parked, self.shell.services
        if self._is_running and services is not None and services.sync.stop():
            self.shell.say(_("Stopping. What has arrived stays."))
            return
        if item is None:
            return

        def answered(is_sure: bool) -> None:
            if is_sure:
                self.write(lambda services: services.sync.discard(item.mutation_id))

        undo = self.shell.keymap.text_of("undo")
        self.confirm(_("Discard {label}? {undo} brings it back.").format(label=item.label, undo=undo), answered)


def answer(badge: Badge, as_of: datetime) -> str:
    """One sentence: what needs the user, what waits, and for how long there was no hub."""
    if badge.is_syncing:
        words = _("Syncing {progress}").format(progress=badge.progress).strip()
        return _("{one}, {other}").format(one=words, other=_("x stops it; what has come stays"))
    parts = []
    if badge.conflicts:
        words = ngettext("{count} conflict needs your answer", "{count} conflicts need your answer", badge.conflicts)
        parts.append(words.format(count=badge.conflicts))
    if badge.parked:
        words = ngettext("{count} change refused", "{count} changes refused", badge.parked)
        parts.append(words.format(count=badge.parked))
    if badge.pending:
        words = ngettext("{count} change waits", "{count} changes wait", badge.pending)
        parts.append(words.format(count=badge.pending))
    if badge.last_sync_at is None:
        return _joined([*parts, _("not synced yet")]) if parts else _("Not synced yet. Press o.")
    if badge.is_offline:
        parts = parts or [_("Nothing waits")]
        parts.append(_("offline {age}").format(age=_long_age(badge.last_sync_at, as_of)))
    return _joined(parts) if parts else _("Everything is at the hub")


def _joined(parts: Sequence[str]) -> str:
    text = parts[0]
    for part in parts[1:]:
        text = _("{one}, {other}").format(one=text, other=part)
    return text


def _long_age(since: datetime, now: datetime) -> str:
    """`14 min`, `3 h`, `2 days`."""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 120:
        return _("{count} min").format(count=minutes)
    hours = minutes // 60
    if hours < 48:
        return _("{count} h").format(count=hours)
    return ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24)


def queued_lines(item: QueueItem, keys: Mapping[str, str], width: int, holder: QueueItem | None = None) -> list[Line]:
    """The focused change in full: why it is still here, and what can be done about it. `keys` by command; `holder` is the
    change that it waits for."""
    lines: list[Line] = [*folded([(item.label, "strong")], width)]
    if item.state == "parked":
        lines += folded([(_("Refused: {why}").format(why=item.error or "-"), "warn")], width)
        words = _("{edit} sends it again as it is, {export} saves it to a file, {drop} discards it.")
        if item.fields:
            words = _("{edit} changes and sends it again, {export} saves it to a file, {drop} discards it.")
        return [*lines, *folded([(words.format_map(keys), "muted")], width)]
    if item.state == "conflict":
        return [*lines, [(_("Waits for your answer to the conflict."), "muted")]]
    if item.state == "blocked":
        words = _("Waits behind: {label}. It goes by itself when that is settled.")
        label = holder.label if holder is not None else "-"
        return [*lines, *folded([(words.format(label=label), "warn")], width)]
    why = f"{item.error}  " if item.error else ""
    words = _("Safe on this device; {sync} sends it now, else the next sync does.").format_map(keys)
    return [*lines, *folded([(why, "warn"), (words, "muted")], width)]


def facts(badge: Badge, snapshot: SyncSnapshot) -> str:
    """Online or offline, the last run and how much it moved; a clock that is wrong and the last error when there is one."""
    now = snapshot.as_of
    state = _("offline") if badge.is_offline else _("online")
    parts = [state, snapshot.hub_url]
    if badge.last_sync_at is not None:
        last = _("last sync {when} ({age} ago): {pushed} sent, {pulled} received")
        parts.append(
            last.format(
                when=near_moment(badge.last_sync_at, now),
                age=age(badge.last_sync_at, now),
                pushed=snapshot.pushed,
                pulled=snapshot.pulled,
            )
        )
    line = "  ".join(part for part in parts if part)
    refused = refused_rows(snapshot.refused) if snapshot.refused else ""
    return "\n".join(part for part in (line, snapshot.clock_note, snapshot.last_error, refused) if part)
