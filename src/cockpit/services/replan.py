"""One-key replanning: propose from now, explain, accept as one change set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _, ngettext
from cockpit.planning.plan import Plan
from cockpit.planning.problem import Rules
from cockpit.planning.wishes import Wish, Wished
from cockpit.services import plan_edits
from cockpit.services.desk import Desk
from cockpit.services.matching import one_account
from cockpit.services.plan_case import AIMS, NO_WISH, Ask, Case, Span, case_of, limits_of, relaxed
from cockpit.services.plan_ticket import Ticket, seen_now, ticket_for, ticket_of
from cockpit.services.plan_why_not import why_not_in
from cockpit.services.planner import Found, Planner
from cockpit.services.proposals import ProposalView
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import PlanChoices, ReplanProposal, Saved, WhyNot
from cockpit.services.views import open_book
from cockpit.sync import outbox

__all__ = ["ReplanService", "Ticket", "reason_text"]


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

    def later(self, span: Span, wish: Wish = NO_WISH) -> ReplanProposal:
        """Replan the rest of the week or the month from the day after tomorrow on; today and tomorrow stay."""
        return self._answer(Ask(kind="replan", span=span, wish=wish), None)

    def hold(self, proposal: ReplanProposal, number: int) -> ReplanProposal:
        """Planned again with the row (numbered from one) as it is; held already, it is free again."""
        ticket = ticket_of(proposal)
        return self._again(ticket, plan_edits.held(ticket.case.ask.wish, ticket.line(number)))

    def leave_out(self, proposal: ReplanProposal, number: int) -> ReplanProposal:
        """Planned again without the row."""
        ticket = ticket_of(proposal)
        return self._again(ticket, plan_edits.left_out(ticket.case.ask.wish, ticket.line(number)))

    def take_back(self, proposal: ReplanProposal, activity_id: str) -> ReplanProposal:
        """Planned again with what was left out before."""
        ticket = ticket_of(proposal)
        return self._again(ticket, plan_edits.taken_back(ticket.case.ask.wish, activity_id))

    def limit(self, proposal: ReplanProposal, name: str, steps: int) -> ReplanProposal:
        """Planned again with a limit (visits, day_ends, travel) some steps higher or lower."""
        ticket = ticket_of(proposal)
        return self._again(ticket, plan_edits.limited(ticket.case.ask.wish, self.rules, name, steps))

    def _again(self, ticket: Ticket, wish: Wish) -> ReplanProposal:
        """The same ask under another wish, answered from the rows as they are now."""
        return self._answer(replace(ticket.case.ask, wish=wish), None)

    def search(self, proposal: ReplanProposal, planner: Planner) -> bool:
        """Begin the search for a better plan; False where there is nothing to search for."""
        ticket = ticket_of(proposal)
        question = ticket.case.question(ticket.wished.asked)
        if question is None or ticket.wished.wish.aim == "least" or not question.problem.days:
            return False
        planner.start(question, ticket.case.seed(ticket.wished.asked))
        return True

    def better(self, proposal: ReplanProposal, found: Found) -> ReplanProposal | None:
        """What the search found, as a proposal; None when it is the same, or when the rows have changed since."""
        ticket = ticket_of(proposal)
        plan = ticket.wished.read(found.plan)
        if not plan.objective < ticket.plan.objective:
            return None
        with self.desk.database.read() as session:
            if seen_now(session, ticket.rep_id, ticket.since) != ticket.seen:
                return None
            return self._shown(session, ticket.case, ticket.wished, plan, round(found.elapsed_s * 1000))

    def choices(self, proposal: ReplanProposal) -> PlanChoices:
        """Other plans (least change, most KPI, most money), and for rules that stay short what stands in their way."""
        ask = ticket_of(proposal).case.ask
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
        ticket = ticket_of(proposal)
        with self.desk.database.read() as session:
            found, plan = one_account(session, account), ticket.plan
            kind = plan.counted[0][0].kind if ticket.case.ask.kind == "fill" and plan.counted else "visit"
            book = open_book(self.desk, session, [ticket.rep_id], None)
            return why_not_in(plan, found, book, kind, is_left_out=found.id in ticket.case.ask.wish.out)

    def _answer(self, ask: Ask, now: datetime | None) -> ReplanProposal:
        started = clock.monotonic()
        with self.desk.database.read() as session:
            return self._proposal(session, self._case(session, ask, now), started)

    def _case(self, session: Session, ask: Ask, now: datetime | None) -> Case:
        me = self.desk.viewer(session).id
        return case_of(open_book(self.desk, session, [me], now), me, now, self.rules, ask)

    def _proposal(self, session: Session, case: Case, started: float) -> ReplanProposal:
        wished = case.wished()
        plan = case.first_plan(wished)
        return self._shown(session, case, wished, plan, round((clock.monotonic() - started) * 1000))

    def _shown(self, session: Session, case: Case, wished: Wished, plan: Plan, elapsed_ms: int) -> ReplanProposal:
        book, ask = case.book, case.ask
        view = ProposalView(book, case.rep_id, plan, ask.kind, case.shown, ask.wish.keep)
        dropped, why = view.best_dropped()
        ticket = ticket_for(session, case, wished, plan, view)
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
            elapsed_ms=elapsed_ms,
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
            if seen_now(session, ticket.rep_id, ticket.since) != ticket.seen:
                raise NotAllowed(_("The plan was made before the last change. Make it again."))
            action_id = outbox.submit(session, ticket.edits, actor_id=ticket.rep_id, label=text, now=clock.now())
        return Saved(action_id=action_id, text=text, entity="activity", id=ticket.edits[-1].id)


def _written(proposal: ReplanProposal) -> tuple[tuple[object, ...], ...]:
    """What a proposal would write, to tell two apart."""
    changes = ticket_of(proposal).plan.changes
    return tuple((line.source_id, line.account_id, line.kind, line.on, line.starts) for line in changes)


def _money(proposal: ReplanProposal) -> int:
    """Open money of the accounts that the plan adds or moves, in minor units."""
    plan = ticket_of(proposal).plan
    met = {line.account_id for line in plan.changes}
    parts = (part for stop in plan.problem.stops if stop.account_id in met for part in stop.parts)
    return sum(int(str(part.facts["amount_minor"])) for part in parts if part.code == "money")
