"""One-key replanning: propose from now, explain, accept as one change set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _, ngettext
from cockpit.planning.plan import PATIENCE, Plan, Planning, Question
from cockpit.planning.problem import Rules
from cockpit.planning.wishes import Wish, Wished
from cockpit.services import plan_edits
from cockpit.services.desk import Desk
from cockpit.services.matching import one_account
from cockpit.services.plan_case import (
    AIMS,
    NO_WISH,
    Ask,
    Case,
    Span,
    ask_on_theirs,
    case_of,
    kept_visits,
    limits_of,
    relaxed,
)
from cockpit.services.plan_disputes import Dispute, dispute_of
from cockpit.services.plan_ticket import Ticket, seen_now, ticket_for, ticket_of
from cockpit.services.plan_why_not import why_not_in
from cockpit.services.planner import Found, Planner
from cockpit.services.proposals import ProposalView
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import KeptVisits, PlanChoices, ReplanProposal, Saved, WhyNot
from cockpit.services.views import open_book
from cockpit.storage.queries.sync import disputed_plans
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
        seed: int | None = None,
    ) -> ReplanProposal:
        """Replan the rest of today, with overflow to the next working days; with `first` and `last` those days instead.

        Raises BadUse for days that cannot be planned anew: today and tomorrow stay.
        """
        return self._answer(Ask(kind="replan", trigger=trigger, first=first, last=last, wish=wish, seed=seed), now)

    def fill(
        self,
        kpi_id: str | None = None,
        now: datetime | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
        wish: Wish = NO_WISH,
        seed: int | None = None,
    ) -> ReplanProposal:
        """Plan exactly the activities that the KPI lacks until its period ends (the first short KPI when None).

        `first` and `last` narrow the days. Raises NotAllowed for a rule that does not bind the viewer.
        """
        return self._answer(Ask(kind="fill", kpi_id=kpi_id, first=first, last=last, wish=wish, seed=seed), now)

    def later(self, span: Span, wish: Wish = NO_WISH) -> ReplanProposal:
        """Replan the rest of the week or the month from the day after tomorrow on; today and tomorrow stay."""
        return self._answer(Ask(kind="replan", span=span, wish=wish), None)

    def on_theirs(self, wish: Wish = NO_WISH, seed: int | None = None) -> ReplanProposal:
        """Plan from the hub's side of the visits whose plan is in question, with what I added held; taking it answers them.

        Raises NotAllowed where no plan is in question.
        """
        with self.desk.database.read() as session:
            dispute = self._dispute(session)
            today = self.desk.local_now(session).date()
        if dispute is None:
            raise NotAllowed(_("No plan is in question: the usual replan is enough."))
        return self._answer(ask_on_theirs(dispute, today, wish, seed), None)

    def _dispute(self, session: Session) -> Dispute | None:
        return dispute_of(session, self.desk.viewer(session).id, self.desk.zone(session))

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
        question = _to_search(ticket)
        if question is None:
            return False
        planner.start(question, ticket.case.seed(ticket.wished.asked))
        return True

    def searched(self, proposal: ReplanProposal, is_over: Callable[[int], bool]) -> ReplanProposal:
        """The proposal after a search in this process, given up after the step at which `is_over(steps)`, or when nothing
        better turns up for long. The same rows, seed and steps give the same plan."""
        started, ticket = clock.monotonic(), ticket_of(proposal)
        question = _to_search(ticket)
        if question is None:
            return proposal
        planning = Planning(question, ticket.case.seed(ticket.wished.asked))
        search = planning.search
        first = search.steps
        while search.idle < PATIENCE and not is_over(search.steps - first):
            search.step()
        plan, took = ticket.wished.read(planning.plan()), round((clock.monotonic() - started) * 1000)
        return replace(self._shown(ticket.case, ticket.wished, plan, took), steps=search.steps - first)

    def better(self, proposal: ReplanProposal, found: Found) -> ReplanProposal | None:
        """What the search found, as a proposal; None when it is the same, or when the rows have changed since."""
        ticket = ticket_of(proposal)
        plan = ticket.wished.read(found.plan)
        if not plan.objective < ticket.plan.objective:
            return None
        case = ticket.case
        with self._rows(case.ask) as (session, _dispute):
            if seen_now(session, case.book, case.rep_id) != case.seen:
                return None
        return self._shown(case, ticket.wished, plan, round(found.elapsed_s * 1000))

    def choices(self, proposal: ReplanProposal) -> PlanChoices:
        """Other plans (least change, most KPI, most money), and for rules that stay short what stands in their way."""
        ask = ticket_of(proposal).case.ask
        case = self._case(ask, None)
        known, others = {_written(proposal)}, []
        for aim in AIMS:
            if aim == ask.wish.aim:
                continue
            other = self._proposal(case.wishing(replace(ask.wish, aim=aim)), clock.monotonic())
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
            book = open_book(self.desk, session, [ticket.case.rep_id], None)
            return why_not_in(plan, found, book, kind, is_left_out=found.id in ticket.case.ask.wish.out)

    def _answer(self, ask: Ask, now: datetime | None) -> ReplanProposal:
        started = clock.monotonic()
        return self._proposal(self._case(ask, now), started)

    def _case(self, ask: Ask, now: datetime | None) -> Case:
        with self._rows(ask) as (session, dispute):
            me = self.desk.viewer(session).id
            book = open_book(self.desk, session, [me], now)
            case = case_of(book, me, now, self.rules, ask)
            disputed = len(dispute.row_ids) if dispute else len(disputed_plans(session, me))
            return replace(case, seen=seen_now(session, book, me), dispute=dispute, disputed=disputed)

    @contextmanager
    def _rows(self, ask: Ask) -> Iterator[tuple[Session, Dispute | None]]:
        """The rows that an ask is about; with the hub's side of what is in question for one that starts from there."""
        if not ask.is_on_theirs:
            with self.desk.database.read() as session:
                yield session, None
            return
        with self.desk.database.trial() as session:
            dispute = self._dispute(session)
            if dispute is not None:
                dispute.take_theirs(session, actor_id=self.desk.viewer(session).id, now=clock.now(), label="")
            yield session, dispute

    def _proposal(self, case: Case, started: float) -> ReplanProposal:
        wished = case.wished()
        plan = case.first_plan(wished)
        return self._shown(case, wished, plan, round((clock.monotonic() - started) * 1000))

    def _shown(self, case: Case, wished: Wished, plan: Plan, elapsed_ms: int) -> ReplanProposal:
        book, ask = case.book, case.ask
        view = ProposalView(book, case.rep_id, plan, ask.kind, case.shown, ask.wish.keep)
        dropped, why = view.best_dropped()
        kept = kept_visits(case, plan)
        ticket = ticket_for(case, wished, plan, view)
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
            notes=(*_of_dispute(case), *_of_buffer(kept, plan), *view.notes()),
            is_empty=not ticket.edits and case.dispute is None,
            ticket=ticket,
            start=view.start(),
            travel_minutes=tuple((day.on, day.travel_after) for day in plan.days),
            elapsed_ms=elapsed_ms,
            first=case.ask.first,
            last=case.ask.last,
            aim=ask.wish.aim,
            limits=limits_of(self.rules, ask),
            short=view.short(),
            kept=kept,
            seed=case.seed(wished.asked),
            travel_rule=view.travel_rule(),
            answers=len(case.dispute.conflict_ids) if case.dispute else 0,
        )

    def accept(self, proposal: ReplanProposal) -> Saved:
        """Write the proposal as one action; one on the hub's side answers what was in question.

        Raises NotAllowed when the rows changed since it was made.
        """
        ticket = proposal.ticket
        if not isinstance(ticket, Ticket) or proposal.is_empty:
            raise NotAllowed(_("There is nothing to accept."))
        case, now, text = ticket.case, clock.now(), _label(proposal, ticket)
        with self.desk.database.write() as session:
            me = self.desk.refuse_unless_mine(session, case.rep_id).id
            action = None
            if case.dispute is not None and (dispute := self._dispute(session)) is not None:
                action = dispute.take_theirs(session, actor_id=me, now=now, label=text)
            if seen_now(session, case.book, me) != case.seen:
                raise NotAllowed(_("The plan was made before the last change. Make it again."))
            written = outbox.submit(session, ticket.edits, actor_id=me, label=text, now=now, action_id=action)
        about = ticket.edits[-1].id if ticket.edits else ""
        return Saved(action_id=action or written, text=text, entity="activity", id=about)


def _to_search(ticket: Ticket) -> Question | None:
    """What a search would be asked; None where there is nothing to search for."""
    question = ticket.case.question(ticket.wished.asked)
    if question is None or ticket.wished.wish.aim == "least" or not question.problem.days:
        return None
    return question


def _of_dispute(case: Case) -> tuple[str, ...]:
    """What a plan says of visits whose plan is in question."""
    if case.dispute is not None:
        text = ngettext(
            "From the hub's side of {count} visit; what you added stays.",
            "From the hub's side of {count} visits; what you added stays.",
            case.disputed,
        )
        return (text.format(count=case.disputed),)
    if case.disputed:
        text = ngettext(
            "{count} planned visit is in question: a replan from the conflicts starts from the hub's side.",
            "{count} planned visits are in question: a replan from the conflicts starts from the hub's side.",
            case.disputed,
        )
        return (text.format(count=case.disputed),)
    return ()


def _of_buffer(kept: KeptVisits | None, plan: Plan) -> tuple[str, ...]:
    """The offer of a buffer, as long as there is none."""
    if kept is None or not kept.buffer or plan.problem.rules.buffer:
        return ()
    words = ngettext(
        "You keep {share} % of planned visits ({held} of {planned}, {low}-{high}): a buffer of {count} would make up for it.",
        "You keep {share} % of planned visits ({held} of {planned}, {low}-{high}): a buffer of {count} would make up for it.",
        kept.buffer,
    )
    shares = {"share": kept.held / kept.planned, "low": kept.low, "high": kept.high}
    whole = {name: round(100 * share) for name, share in shares.items()}
    return (words.format(count=kept.buffer, held=kept.held, planned=kept.planned, **whole),)


def _label(proposal: ReplanProposal, ticket: Ticket) -> str:
    count = sum(1 for edit in ticket.edits if "starts_at" in edit.values)
    if proposal.kind == "fill":
        return ngettext("Fill: {count} planned", "Fill: {count} planned", count).format(count=count)
    text = ngettext("Replan: {count} visit", "Replan: {count} visits", count).format(count=count)
    if not proposal.answers:
        return text
    words = ngettext("{count} conflict: theirs", "{count} conflicts: theirs", proposal.answers)
    return _(", ").join([*([text] if count else []), words.format(count=proposal.answers)])


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
