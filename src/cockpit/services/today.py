"""Today: who next and when, what is wrong, and the key that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain.agenda import PrepFacts, next_visit, prep_for, today_list, unvisited
from cockpit.domain.gap import money_gap
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import period_of
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.snapshots import Prep, TodaySnapshot
from cockpit.services.views import Look, account_name, agenda_items, kpi_line, look_at, month_line
from cockpit.storage.queries.people import contacts_of, last_held
from cockpit.storage.queries.sync import write_states

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.domain.entities import Activity, Contact


@dataclass(frozen=True)
class TodayService:
    """The rep's home."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> TodaySnapshot:
        """The day of `rep_id` (the viewer's own when None; read-only otherwise)."""
        with self.desk.database.read() as session:
            look = look_at(self.desk, session, rep_id, as_of)
            book, rep = look.book, look.person.id
            visits, left = today_list(book, rep), unvisited(book, rep)
            states = write_states(session, [activity.id for activity in (*visits, *left)])
            prep = _prep(session, look)
        gap = money_gap(book, rep, period_of("month", book.today))
        return TodaySnapshot(
            as_of=look.as_of,
            complete=book.complete,
            rep=look.person,
            day=book.today,
            is_read_only=look.is_read_only,
            visits=agenda_items(book, visits, states),
            yesterday_unvisited=agenda_items(book, left, states),
            prep=prep,
            next_best=None,
            month=month_line(book, gap),
            kpis=tuple(kpi_line(book, count, gap.currency) for count in kpi_counts(book, rep)),
            cards=(),
        )


def _prep(session: Session, look: Look) -> Prep | None:
    """What to know before the next visit; a meeting older than the book is looked up."""
    visit = next_visit(look.book, look.person.id)
    if visit is None:
        return None
    facts = prep_for(look.book, visit)
    contacts: tuple[Contact, ...] = ()
    last = facts.last
    if visit.account_id is not None:
        contacts = contacts_of(session, visit.account_id)
        older = last_held(session, visit.account_id, look.book.as_of)
        last = last or older
    return prep_view(look, facts, last, contacts)


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
