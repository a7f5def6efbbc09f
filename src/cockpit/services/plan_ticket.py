"""What taking a plan writes, and what the rows were when it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlmodel import Session, col, or_, select

from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Activity
from cockpit.errors import NotAllowed
from cockpit.i18n import _, short_day
from cockpit.planning.plan import Line, Plan
from cockpit.planning.wishes import Wished
from cockpit.services.plan_case import Case, Seen
from cockpit.services.proposals import ProposalView
from cockpit.services.snapshots import ReplanProposal
from cockpit.storage.tables import ActivityRow
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit

_WATCHED = ("status", "kind", "account_id", "starts_at", "ends_at", "is_locked", "is_promised")
_CARRIED = ("subject", "goal", "agenda", "deal_id", "contact_id", "companion_id", "needs", "advantages")
"""What a re-planned visit takes along from the one it replaces."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What `accept` writes, and what was asked and answered. `lines` are those of `ReplanProposal.after`, one for one."""

    edits: tuple[Edit, ...]
    case: Case
    wished: Wished
    plan: Plan
    lines: tuple[Line, ...]

    def line(self, number: int) -> Line:
        """The line of a row, numbered from one as on the screen. Raises NotAllowed where there is none."""
        if not 0 < number <= len(self.lines):
            raise NotAllowed(_("It is not in the plan."))
        return self.lines[number - 1]


def ticket_of(proposal: ReplanProposal) -> Ticket:
    """Raises NotAllowed for a proposal that was not made by the planner."""
    if not isinstance(proposal.ticket, Ticket):
        raise NotAllowed(_("There is no proposal yet."))
    return proposal.ticket


def ticket_for(case: Case, wished: Wished, plan: Plan, view: ProposalView) -> Ticket:
    """`plan` answers `wished` and is read already."""
    edits = tuple(_edits(case.book, case.rep_id, plan, view))
    return Ticket(edits=edits, case=case, wished=wished, plan=plan, lines=view.lines)


def seen_now(session: Session, book: Book, rep_id: str) -> Seen:
    """The rep's rows of the book's day and later, and all that is planned, as far as a plan depends on them.

    Receipts of the hub change nothing here.
    """
    table = ActivityRow
    is_open = or_(col(table.starts_at) >= book.midnight(book.today).astimezone(UTC), col(table.status) == "planned")
    rows: Sequence[ActivityRow] = session.exec(
        select(table).where(table.rep_id == rep_id, is_open).order_by(col(table.id))
    ).all()
    return tuple((row.id, *(getattr(row, name) for name in _WATCHED)) for row in rows)


def _edits(book: Book, rep_id: str, plan: Plan, view: ProposalView) -> list[Edit]:
    wanted = {line.source_id for line in plan.changes}
    rows = {row.id: row for row in book.activities if row.id in wanted}
    edits: list[Edit] = []
    for line in plan.changes:
        starts_at = plan.problem.moment(line.on, line.starts).astimezone(UTC)
        ends_at = plan.problem.moment(line.on, line.starts + line.minutes).astimezone(UTC)
        values: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "planned_because": view.because(line)}
        source = rows.get(line.source_id or "")
        if source is not None and not line.is_anew:
            edits.append(Edit("activity", source.id, "patch", values))
            continue
        values |= _new_values(book, rep_id, line, source)
        edits.append(Edit("activity", outbox.new_id(), "create", values))
        if source is not None and source.status == "planned":
            reason = _("Planned anew for {day}").format(day=short_day(line.on))
            edits.append(Edit("activity", source.id, "patch", {"status": "moved", "reason": reason}))
    return edits


def _new_values(book: Book, rep_id: str, line: Line, source: Activity | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "owner_id": rep_id,
        "rep_id": rep_id,
        "kind": line.kind,
        "status": "planned",
        "account_id": line.account_id,
    }
    if source is not None:
        values |= {name: getattr(source, name) for name in _CARRIED}
        values["moved_from_id"] = source.id
        return values
    deals = [
        deal
        for deal in book.deals_by_owner.get(rep_id, ())
        if deal.account_id == line.account_id and standing(book, deal) == "open"
    ]
    if deals:
        values["deal_id"] = max(deals, key=lambda deal: (deal.amount_minor or 0, deal.id)).id
    return values
