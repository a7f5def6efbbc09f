"""Today: who next and when, what is wrong, and the key that fixes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain.agenda import PrepFacts, coming, next_visit, prep_for, today_list, unvisited
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import period_of
from cockpit.domain.problems import cards_of
from cockpit.domain.rhythm import day_counts, last_weeks
from cockpit.domain.team import gap_of
from cockpit.i18n import _
from cockpit.planning.offer import offer_of
from cockpit.planning.score import Addition, best_addition
from cockpit.services.card_views import card_views
from cockpit.services.desk import Desk
from cockpit.services.outlooks import around
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import NextBest, Prep, TodaySnapshot
from cockpit.services.views import (
    Look,
    account_name,
    agenda_items,
    day_cells,
    kpi_line,
    look_at,
    month_line,
    trend_weeks,
)
from cockpit.storage.queries.people import contacts_by_account, last_held, last_held_by_account
from cockpit.storage.queries.sync import disputed_plans, write_states

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.domain.book import Book
    from cockpit.domain.entities import Activity, Contact
    from cockpit.storage.reading import Reader


@dataclass(frozen=True)
class TodayService:
    """The rep's home."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> TodaySnapshot:
        """The day of `rep_id` (the viewer's own when None; read-only otherwise)."""
        with self.desk.look(as_of) as source:
            look = look_at(self.desk, source, rep_id, as_of)
            book, rep = look.book, look.person.id
            visits, left, ahead = today_list(book, rep), unvisited(book, rep), coming(book, rep)
            states = write_states(source, [activity.id for activity in (*visits, *left, *ahead)])
            upcoming = next_visit(book, rep)
            briefs = _briefs(source, look, [*visits, *left, *ahead, *([upcoming] if upcoming else [])])
            gap = gap_of(book, rep, period_of("month", book.today))
            is_mine = not look.is_read_only and as_of is None
            disputed = disputed_plans(source, rep) if is_mine else frozenset()
            nearby = around(self.desk, source, look.viewer, book, gap.currency, as_of)
        return TodaySnapshot(
            as_of=look.as_of,
            complete=book.complete,
            rep=look.person,
            day=book.today,
            is_read_only=look.is_read_only,
            visits=agenda_items(book, visits, states),
            yesterday_unvisited=agenda_items(book, left, states),
            prep=briefs.get(upcoming.id) if upcoming else None,
            next_best=None if look.is_read_only else next_best(book, rep),
            month=month_line(book, gap, nearby.line(look.owners, gap.period)),
            kpis=tuple(kpi_line(book, count, gap.currency) for count in kpi_counts(book, rep)),
            cards=card_views(book, cards_of(book, rep)),
            briefs=tuple(briefs.values()),
            coming=agenda_items(book, ahead, states),
            days=day_cells(day_counts(book, rep, gap.period)),
            trend=trend_weeks(last_weeks(book, look.owners, gap.currency)),
            offer=offered(book, rep, disputed) if is_mine else "",
            is_plan_disputed=bool(disputed),
        )


def offered(book: Book, rep_id: str, disputed: frozenset[str]) -> str:
    """Why a new plan is worth a look, in words; empty when nothing asks for one. `disputed`: ids of visits in question."""
    reason = offer_of(book, rep_id, disputed=disputed)
    return reason_text(reason, book) if reason is not None else ""


def suggestion(book: Book, rep_id: str) -> Addition | None:
    """The account most worth adding today: one that has nothing today or ahead."""
    taken = {
        activity.account_id
        for activity in book.activities_by_rep.get(rep_id, ())
        if activity.account_id and activity.status == "planned" and activity.starts_at >= book.midnight(book.today)
    }
    return best_addition(book, rep_id, book.as_of, taken)


def next_best(book: Book, rep_id: str) -> NextBest | None:
    """The suggestion with its points in words."""
    found = suggestion(book, rep_id)
    if found is None:
        return None
    account = book.accounts[found.account_id]
    return NextBest(
        account_id=account.id,
        account=account.name,
        tier=account.tier,
        after_activity_id=found.after_activity_id,
        starts_at=book.local(found.starts_at),
        score=found.score,
        points=tuple((reason_text(reason, book), reason.points) for reason in found.points),
        row_ids=found.row_ids,
    )


def next_visit_and_last(source: Session | Reader, look: Look) -> tuple[PrepFacts | None, Activity | None]:
    """What the book knows before the next visit, and the last meeting; one older than the book is looked up."""
    visit = next_visit(look.book, look.person.id)
    if visit is None:
        return None, None
    facts = prep_for(look.book, visit)
    if facts.last is not None or visit.account_id is None:
        return facts, facts.last
    return facts, last_held(source, visit.account_id, look.book.as_of)


def _briefs(source: Session | Reader, look: Look, visits: Iterable[Activity]) -> dict[str, Prep]:
    """What to know before each of these, by id. Meetings older than the book are looked up, all in one SELECT."""
    facts = {visit.id: prep_for(look.book, visit) for visit in visits}
    unknown = [f.visit.account_id for f in facts.values() if f.last is None and f.visit.account_id]
    older = last_held_by_account(source, unknown, look.book.as_of) if unknown else {}
    contacts = contacts_by_account(source, [f.visit.account_id for f in facts.values() if f.visit.account_id])
    return {
        key: prep_view(
            look, f, f.last or older.get(f.visit.account_id or ""), contacts.get(f.visit.account_id or "", ())
        )
        for key, f in facts.items()
    }


def prep_view(look: Look, facts: PrepFacts, last: Activity | None, contacts: tuple[Contact, ...]) -> Prep:
    book, visit = look.book, facts.visit
    texts = {"goal": _("no goal"), "agenda": _("no agenda"), "contact": _("no contact chosen")}
    return Prep(
        activity_id=visit.id,
        account_id=visit.account_id,
        account=account_name(book, visit.account_id),
        last_held_on=book.local_day(last.starts_at) if last else None,
        last_result=last.result if last else "",
        last_activity_id=last.id if last else None,
        open_needs=facts.needs or (last.needs if last else ()),
        deciders=tuple((c.name, c.decision_role, c.stance) for c in contacts if c.decision_role),
        open_deals=tuple((deal.id, deal.name, deal.amount_minor) for deal in facts.deals),
        missing=tuple(texts[name] for name in facts.missing),
    )
