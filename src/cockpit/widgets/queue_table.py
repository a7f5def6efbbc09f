"""What waits to be sent, and what the hub has received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.i18n import _, near_moment
from cockpit.services.snapshots import QueueItem, Receipt
from cockpit.services.words import write_state
from cockpit.widgets.signs import SIGN_COLUMN, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_TONES: dict[str, Tone] = {
    "conflict": "bad",
    "parked": "warn",
    "blocked": "warn",
    "waiting": "warn",
    "sending": "accent",
}


HELD = ("conflict", "parked")


def under_their_holders(items: Sequence[QueueItem]) -> list[QueueItem]:
    """What needs the user first, each with what waits for it right below; then the rest as it will be sent."""
    behind: dict[str, list[QueueItem]] = {}
    for item in items:
        if item.blocked_by:
            behind.setdefault(item.blocked_by, []).append(item)
    held = [item for item in items if item.state in HELD and not item.blocked_by]
    held.sort(key=lambda item: item.state != "parked")  # conflicts have a list of their own
    placed = [one for item in held for one in (item, *behind.get(item.mutation_id, ()))]
    ids = {item.mutation_id for item in placed}
    return [*placed, *(item for item in items if item.mutation_id not in ids)]


def op_id(mutation_id: str) -> str:
    """Enough of an id to find it again: `01K3..7Q`."""
    return mutation_id if len(mutation_id) <= 10 else f"{mutation_id[:4]}..{mutation_id[-4:]}"


def queue_rows(items: Sequence[QueueItem], as_of: datetime) -> tuple[Row, ...]:
    """Keys are mutation ids; what needs the user stands first, what it blocks right under it."""
    return tuple(
        Row(
            item.mutation_id,
            (
                write_sign(item.state),
                Cell(op_id(item.mutation_id), "muted"),
                near_moment(item.occurred_at, as_of),
                f"- {item.label}" if item.blocked_by else item.label,
                str(item.attempts),
                Cell(write_state(item.state), _TONES.get(item.state, "")),
                Cell(item.error, "muted"),
            ),
        )
        for item in under_their_holders(items)
    )


def receipt_rows(receipts: Sequence[Receipt], as_of: datetime) -> tuple[Row, ...]:
    """Keys are mutation ids; the revision proves which change of the hub it became."""
    return tuple(
        Row(
            receipt.mutation_id,
            (
                Cell(op_id(receipt.mutation_id), "muted"),
                near_moment(receipt.ended_at, as_of),
                receipt.label,
                result_text(receipt.result),
                str(receipt.rev) if receipt.rev else "-",
            ),
        )
        for receipt in receipts
    )


def result_text(result: str) -> str:
    """How a mutation ended, in the user's words; an unknown ending as the hub called it."""
    words = {
        "applied": _("received"),
        "replayed": _("received before"),
        "done": _("received"),
        "discarded": _("discarded"),
        "undone": _("taken back"),
        "withdrawn": _("taken back"),
        "resolved": _("answered"),
        "answered": _("answered"),
    }
    return words.get(result, result)


class QueueTable(Table):
    """What the hub refused or holds against with what waits behind it, then the rest, oldest first, as it will be sent."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nothing waits. Everything is at the hub."), id=id)

    def show(self, items: Sequence[QueueItem], as_of: datetime) -> None:
        title = _("Waits to be sent")
        columns = (
            SIGN_COLUMN,
            Column(_("Op id"), 10, shown_from=64),
            Column(_("Time"), least=5, weight=9),
            Column(title, least=12, weight=2),
            Column(_("Tries"), 5, "right"),
            Column(_("State"), least=6, weight=9),
            Column(_("Why"), least=8, weight=2, shown_from=96),
        )
        self.set_columns(columns if items else (Column(title),))
        self.set_rows(queue_rows(items, as_of))


class ReceiptTable(Table):
    """Newest first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No receipts yet."), id=id)

    def show(self, receipts: Sequence[Receipt], as_of: datetime) -> None:
        title = _("Received by the hub")
        columns = (
            Column(_("Op id"), 10, shown_from=60),
            Column(_("Time"), least=5, weight=9),
            Column(title, least=12),
            Column(_("Result"), least=8, weight=9),
            Column(_("Revision"), 0, "right", least=6, weight=9),
        )
        self.set_columns(columns if receipts else (Column(title),))
        self.set_rows(receipt_rows(receipts, as_of))

    def say_failed(self, text: str) -> None:
        """Empty: the queue says why."""
        super().say_failed("")
