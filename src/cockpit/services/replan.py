"""One-key replanning: propose from now, explain, accept as one change set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Activity
from cockpit.errors import NotAllowed
from cockpit.i18n import _, ngettext, short_day
from cockpit.planning.plan import Line, Plan
from cockpit.planning.problem import Rules
from cockpit.planning.wishes import Wish
from cockpit.services.desk import Desk
from cockpit.services.matching import one_account
from cockpit.services.plan_case import AIMS, NO_WISH, Ask, Case, case_of, limits_of, relaxed
from cockpit.services.plan_why_not import why_not_in
from cockpit.services.proposals import ProposalView
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import PlanChoices, ReplanProposal, Saved, WhyNot
from cockpit.services.views import open_book
from cockpit.storage.tables import ActivityRow
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit

__all__ = ["ReplanService", "Ticket", "reason_text"]

_WATCHED = ("status", "kind", "account_id", "starts_at", "ends_at", "is_locked", "is_promised")
_CARRIED = ("subject", "goal", "agenda", "deal_id", "contact_id", "companion_id", "needs", "advantages")
"""What a re-planned visit takes along from the one it replaces."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What `accept` writes, what the rep's rows were when the plan was made, and what was asked and answered.

    `lines` are those of `ReplanProposal.after`, one for one.
    """

    rep_id: str
    since: datetime
    edits: tuple[Edit, ...]
    seen: tuple[tuple[Any, ...], ...]
    ask: Ask
    plan: Plan
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ReplanService:
    """Nothing is written before `accept`."""

    desk: Desk
    rules: Rules = field(default_factory=Rules)

    def propose(
        self,
        trigger: str = "",
        now: datetime | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
        wish: Wish = NO_WISH,
    ) -> ReplanProposal:
        """Replan the rest of today, with overflow to the next working days; with `first` and `last` those days instead.

        Raises BadUse for days that cannot be planned anew: today and tomorrow stay.
        """
        return self._answer(Ask(kind="replan", trigger=trigger, first=first, last=last, wish=wish), now)

    def fill(
        self,
        kpi_id: str | None = None,
        now: datetime | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
        wish: Wish = NO_WISH,
    ) -> ReplanProposal:
        """Plan exactly the activities that the KPI lacks until its period ends (the first short KPI when None).

        `first` and `last` narrow the days. Raises NotAllowed for a rule that does not bind the viewer.
        """
        return self._answer(Ask(kind="fill", kpi_id=kpi_id, first=first, last=last, wish=wish), now)

    def again(self, proposal: ReplanProposal, wish: Wish) -> ReplanProposal:
        """The same case under another wish, answered from the rows as they are now."""
        return self._answer(replace(_ticket_of(proposal).ask, wish=wish), None)

    def choices(self, proposal: ReplanProposal) -> PlanChoices:
        """Other plans (least change, most KPI, most money), and for rules that stay short what stands in their way."""
        ask = _ticket_of(proposal).ask
        with self.desk.database.read() as session:
            case = self._case(session, ask, None)
            known, others = {_written(proposal)}, []
            for aim in AIMS:
                if aim == ask.wish.aim:
                    continue
                other = self._proposal(session, case.wishing(replace(ask.wish, aim=aim)), clock.monotonic())
                is_richer = aim != "money" or _money(other) > _money(proposal)
                if _written(other) not in known and is_richer:
                    known.add(_written(other))
                    others.append(other)
            return PlanChoices(others=tuple(others), relaxed=relaxed(case) if proposal.short else ())

    def account_id(self, account: str) -> str:
        """The account meant by an id, name or pinyin. Raises UnknownName, AmbiguousName."""
        with self.desk.database.look() as reader:
            return one_account(reader, account).id

    def why_not(self, proposal: ReplanProposal, account: str) -> WhyNot:
        """Why an account (id, name or pinyin) is not in the proposal. Raises UnknownName, AmbiguousName, NotAllowed."""
        ticket = _ticket_of(proposal)
        with self.desk.database.read() as session:
            found, plan = one_account(session, account), ticket.plan
            kind = plan.counted[0][0].kind if ticket.ask.kind == "fill" and plan.counted else "visit"
            book = open_book(self.desk, session, [ticket.rep_id], None)
            return why_not_in(plan, found, book, kind, is_left_out=found.id in ticket.ask.wish.out)

    def _answer(self, ask: Ask, now: datetime | None) -> ReplanProposal:
        started = clock.monotonic()
        with self.desk.database.read() as session:
            return self._proposal(session, self._case(session, ask, now), started)

    def _case(self, session: Session, ask: Ask, now: datetime | None) -> Case:
        me = self.desk.viewer(session).id
        return case_of(open_book(self.desk, session, [me], now), me, now, self.rules, ask)

    def _proposal(self, session: Session, case: Case, started: float) -> ReplanProposal:
        book, ask, plan = case.book, case.ask, case.plan()
        view = ProposalView(book, case.rep_id, plan, ask.kind, case.shown, ask.wish.keep)
        dropped, why = view.best_dropped()
        ticket = _ticket(session, case, plan, view)
        return ReplanProposal(
            as_of=book.local(plan.problem.now),
            complete=book.complete,
            kind=ask.kind,
            trigger=case.trigger,
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
            first=case.ask.first,
            last=case.ask.last,
            aim=ask.wish.aim,
            limits=limits_of(self.rules, ask.wish),
            short=view.short(),
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


def _ticket_of(proposal: ReplanProposal) -> Ticket:
    if not isinstance(proposal.ticket, Ticket):
        raise NotAllowed(_("There is no proposal yet."))
    return proposal.ticket


def _written(proposal: ReplanProposal) -> tuple[tuple[object, ...], ...]:
    """What a proposal would write, to tell two apart."""
    changes = _ticket_of(proposal).plan.changes
    return tuple((line.source_id, line.account_id, line.kind, line.on, line.starts) for line in changes)


def _money(proposal: ReplanProposal) -> int:
    """Open money of the accounts that the plan adds or moves, in minor units."""
    plan = _ticket_of(proposal).plan
    met = {line.account_id for line in plan.changes}
    parts = (part for stop in plan.problem.stops if stop.account_id in met for part in stop.parts)
    return sum(int(str(part.facts["amount_minor"])) for part in parts if part.code == "money")


def _ticket(session: Session, case: Case, plan: Plan, view: ProposalView) -> Ticket:
    book, rep_id = case.book, case.rep_id
    since = min([book.midnight(book.today), *(row.starts_at for row in _sources(book, plan))])
    return Ticket(
        rep_id=rep_id,
        since=since,
        edits=tuple(_edits(book, rep_id, plan, view)),
        seen=_seen(session, rep_id, since),
        ask=case.ask,
        plan=plan,
        lines=view.lines,
    )


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
