"""One-key replanning: propose from now, explain, accept as one change set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlmodel import Session, col, or_, select

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Activity
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import Period
from cockpit.errors import NotAllowed
from cockpit.i18n import _, ngettext, short_day
from cockpit.planning.plan import Line, Plan, fill, replan
from cockpit.planning.problem import Problem, Rules
from cockpit.planning.reading import next_working_days, problem_from, working_days
from cockpit.services.desk import Desk
from cockpit.services.proposals import ProposalView
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import ReplanProposal, Saved
from cockpit.services.views import open_book, spoken
from cockpit.storage.tables import ActivityRow
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit

__all__ = ["ReplanService", "Ticket", "reason_text"]

_WATCHED = ("status", "kind", "account_id", "starts_at", "ends_at", "is_locked", "is_promised")
_CARRIED = ("subject", "goal", "agenda", "deal_id", "contact_id", "companion_id", "needs", "advantages")
"""What a re-planned visit takes along from the one it replaces."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What `accept` writes, and what the rep's rows were when the plan was made."""

    rep_id: str
    since: datetime
    edits: tuple[Edit, ...]
    seen: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class ReplanService:
    """Nothing is written before `accept`."""

    desk: Desk
    rules: Rules = field(default_factory=Rules)

    def propose(self, trigger: str = "", now: datetime | None = None) -> ReplanProposal:
        """Replan the rest of today, with overflow to the next working days."""
        started = clock.monotonic()
        with self.desk.database.read() as session:
            me = self.desk.viewer(session).id
            book = open_book(self.desk, session, [me], now)
            now = now or book.as_of
            days = next_working_days(book, me, now, self.rules.horizon)
            problem = problem_from(book, me, now, self.rules, days, "replan")
            plan = replan(problem)
            return self._proposal(session, book, me, plan, "replan", trigger, started)

    def fill(self, kpi_id: str | None = None, now: datetime | None = None) -> ReplanProposal:
        """Plan exactly the activities that the KPI lacks until its period ends (the first short KPI when None).

        Raises NotAllowed for a rule that does not bind the viewer.
        """
        started = clock.monotonic()
        with self.desk.database.read() as session:
            me = self.desk.viewer(session).id
            book = open_book(self.desk, session, [me], now)
            now = now or book.as_of
            rule_id, period = self._chosen(book, me, kpi_id)
            days = working_days(book, me, now, period.ends_on) if period else ()
            problem = problem_from(book, me, now, self.rules, days)
            plan = fill(problem, rule_id) if rule_id else _nothing(problem)
            return self._proposal(session, book, me, plan, "fill", _trigger(book, rule_id), started)

    def _chosen(self, book: Book, rep_id: str, kpi_id: str | None) -> tuple[str, Period | None]:
        """The rule asked for, else the first that is short, else the first at all."""
        counts = kpi_counts(book, rep_id)
        if kpi_id is not None:
            counts = tuple(count for count in counts if count.rule.id == kpi_id)
            if not counts:
                raise NotAllowed(_("This KPI does not bind you: there is nothing to fill."))
        chosen = next((count for count in counts if count.uncovered), counts[0] if counts else None)
        return (chosen.rule.id, chosen.period) if chosen else ("", None)

    def _proposal(
        self,
        session: Session,
        book: Book,
        rep_id: str,
        plan: Plan,
        kind: Literal["replan", "fill"],
        trigger: str,
        started: float,
    ) -> ReplanProposal:
        view = ProposalView(book, rep_id, plan, kind)
        dropped, why = view.best_dropped()
        ticket = _ticket(session, book, rep_id, plan, view)
        return ReplanProposal(
            as_of=book.local(plan.problem.now),
            complete=book.complete,
            kind=kind,
            trigger=trigger,
            before=view.before(),
            after=view.after(),
            scores=view.scores(),
            best_dropped=dropped,
            best_dropped_why=why,
            notes=view.notes(),
            is_empty=not ticket.edits,
            ticket=ticket,
            start=view.start(),
            travel_minutes=tuple((day.on, day.travel_after) for day in plan.days),
            elapsed_ms=round((clock.monotonic() - started) * 1000),
        )

    def accept(self, proposal: ReplanProposal) -> Saved:
        """Write the proposal as one action. Raises NotAllowed when the rows changed since it was made."""
        ticket = proposal.ticket
        if not isinstance(ticket, Ticket) or not ticket.edits:
            raise NotAllowed(_("There is nothing to accept."))
        count = sum(1 for edit in ticket.edits if "starts_at" in edit.values)
        label = ngettext("Replan: {count} visit", "Replan: {count} visits", count)
        if proposal.kind == "fill":
            label = ngettext("Fill: {count} planned", "Fill: {count} planned", count)
        text = label.format(count=count)
        with self.desk.database.write() as session:
            self.desk.refuse_unless_mine(session, ticket.rep_id)
            if _seen(session, ticket.rep_id, ticket.since) != ticket.seen:
                raise NotAllowed(_("The plan was made before the last change. Make it again."))
            action_id = outbox.submit(session, ticket.edits, actor_id=ticket.rep_id, label=text, now=clock.now())
        return Saved(action_id=action_id, text=text, entity="activity", id=ticket.edits[-1].id)


def _trigger(book: Book, rule_id: str) -> str:
    rule = next((rule for rule in book.kpi_rules if rule.id == rule_id), None)
    return spoken(rule.name, rule.alias) if rule else _("There is no KPI rule.")


def _nothing(problem: Problem) -> Plan:
    return Plan(
        problem=problem, lines=(), unplaced=(), dropped=None, days=(), counted=(), short=(), notes=(), objective=()
    )


def _ticket(session: Session, book: Book, rep_id: str, plan: Plan, view: ProposalView) -> Ticket:
    since = min([book.midnight(book.today), *(row.starts_at for row in _sources(book, plan))])
    return Ticket(rep_id, since, tuple(_edits(book, rep_id, plan, view)), _seen(session, rep_id, since))


def _sources(book: Book, plan: Plan) -> list[Activity]:
    wanted = {line.source_id for line in plan.changes}
    return [row for row in book.activities if row.id in wanted]


def _seen(session: Session, rep_id: str, since: datetime) -> tuple[tuple[Any, ...], ...]:
    """The rep's rows from `since` on as far as a plan depends on them. Receipts of the hub change nothing here."""
    table = ActivityRow
    is_open = or_(col(table.starts_at) >= since.astimezone(UTC), col(table.status) == "planned")
    rows: Sequence[ActivityRow] = session.exec(
        select(table).where(table.rep_id == rep_id, is_open).order_by(col(table.id))
    ).all()
    return tuple((row.id, *(getattr(row, name) for name in _WATCHED)) for row in rows)


def _edits(book: Book, rep_id: str, plan: Plan, view: ProposalView) -> list[Edit]:
    rows = {row.id: row for row in _sources(book, plan)}
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
