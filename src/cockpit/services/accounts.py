"""Accounts, contacts and prospects: find, look at, create."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_args

from sqlmodel import col, func, select

from cockpit.domain.book import Book
from cockpit.domain.card_rules import TIER_DAYS
from cockpit.domain.deals import standing
from cockpit.domain.entities import Account, Activity, Deal, Lifecycle, Tier
from cockpit.domain.pipeline import deal_facts, usual_stays
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.i18n import _, listed
from cockpit.services.cardparts import contact_lines, past_and_planned, unknown_fields
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench, needed
from cockpit.services.matching import find_accounts, one_account
from cockpit.services.snapshots import AccountSnapshot, DealLine, Match, MonthVisits, Saved, WriteState
from cockpit.services.views import deal_line, person_name
from cockpit.storage.queries.extra import kept_of
from cockpit.storage.queries.histories import account_activities
from cockpit.storage.queries.people import contacts_of
from cockpit.storage.queries.sync import write_states
from cockpit.storage.reading import entities
from cockpit.storage.tables import AccountRow
from cockpit.sync.outbox import Edit, new_id

if TYPE_CHECKING:
    from sqlmodel import Session

_LIMITS = {"name": 300, "alias": 300, "phone": 100, "address": 500, "industry": 100, "size": 100}
"""Text fields that can be corrected, with the characters each may have."""
_SEEN_BY = ("visit", "web")
"""Kinds of activity by which a customer counts as seen."""


@dataclass(frozen=True)
class AccountService:
    """The customers of the viewer."""

    desk: Desk

    def load(self, account_id: str, as_of: datetime | None = None) -> AccountSnapshot:
        """The account card: people, address, history, open deals. Raises UnknownName where it is not there (yet)."""
        with self.desk.look(as_of) as reader:
            viewer = self.desk.viewer(reader)
            owners = (deal.owner_id for deal in entities(reader, Deal, "account_id = :wanted", wanted=account_id))
            rep_ids = sorted({viewer.id, *(owner for owner in owners if owner)})
            book = self.desk.book(reader, as_of=as_of, rep_ids=rep_ids)
            account = book.accounts.get(account_id)
            if account is None:
                raise UnknownName(kind=_("account"), name=account_id, near="-")
            activities = account_activities(reader, account_id)
            open_ids = [d.id for d in book.deals if d.account_id == account_id and standing(book, d) == "open"]
            people = contacts_of(reader, account_id)
            ids = [account_id, *(a.id for a in activities), *open_ids, *(person.id for person in people)]
            states = write_states(reader, ids)
            history, planned = past_and_planned(book, activities, states)
            limit, seen_on = _limit(account), _last_seen(book, activities)
            return AccountSnapshot(
                as_of=book.local(book.as_of),
                complete=book.complete,
                id=account.id,
                name=account.name,
                alias=account.alias,
                tier=account.tier,
                lifecycle=account.lifecycle,
                industry=account.industry,
                size=account.size,
                address=account.address,
                phone=account.phone,
                owner=person_name(book, account.owner_id),
                origin=account.origin,
                write_state=states[account_id],
                is_read_only=account.owner_id not in (None, viewer.id),
                windows=tuple((w.weekday, w.opens, w.closes) for w in book.windows.get(account_id, ())),
                contacts=contact_lines(people, states),
                deals=_open_deals(book, open_ids, states),
                history=history,
                planned=planned,
                extra=unknown_fields(kept_of(reader, "account", [account_id])[account_id]),
                limit_days=limit,
                last_seen_on=seen_on,
                due_in_days=limit - (book.today - seen_on).days if limit and seen_on else None,
                months=_months(book, activities),
                history_total=len(activities) - len(planned),
            )

    def find(self, text: str, as_of: datetime | None = None) -> str:
        """The id of the account meant by an id, a name or pinyin. Raises UnknownName, AmbiguousName."""
        with self.desk.look(as_of) as reader:
            return one_account(reader, text).id

    def search(self, text: str, limit: int = 20) -> tuple[Match, ...]:
        """Accounts by name part, pinyin initials or near spelling, best first."""
        with self.desk.database.read() as session:
            return find_accounts(session, text, limit=limit)

    def create(
        self, name: str, *, tier: str = "C", lifecycle: str = "prospect", phone: str = "", address: str = ""
    ) -> Saved:
        """A new account owned by the viewer; a prospect unless said otherwise. Raises NotAllowed for a name that is taken."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            said = {"name": name, "tier": tier, "lifecycle": lifecycle, "phone": phone, "address": address}
            values: dict[str, Any] = {"owner_id": bench.me}
            for field, text in said.items():
                values |= _changed(field, text)
            _refuse_taken_name(session, values["name"])
            edit = Edit("account", new_id(), "create", values)
            label = _("New account: {name}").format(name=values["name"])
            return bench.save([edit], label, entity="account", row_id=edit.id)

    def add_contact(
        self, account_id: str, name: str, phone: str = "", *, title: str = "", decision_role: str = ""
    ) -> Saved:
        """A person at an account (id, name or pinyin)."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            account = _mine(bench, one_account(session, account_id).id)
            person = clean_line(needed(name, _("A contact needs a name.")), 200)
            values = {
                "account_id": account.id,
                "owner_id": bench.me,
                "name": person,
                "phone": clean_line(phone, 100),
                "title": clean_line(title, 200),
                "decision_role": clean_line(decision_role, 64),
            }
            edit = Edit("contact", new_id(), "create", values)
            label = _("New contact: {name}, {account}").format(name=person, account=account.name)
            return bench.save([edit], label, entity="contact", row_id=edit.id)

    def edit(self, account_id: str, changes: dict[str, str]) -> Saved:
        """Correct name, alias, tier, lifecycle, phone, address, industry or size. Raises BadUse, NotAllowed."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            account = _mine(bench, account_id)
            values: dict[str, Any] = {}
            for field, text in changes.items():
                values |= _changed(field, text)
            if values.get("name", account.name) != account.name:
                _refuse_taken_name(session, values["name"], except_id=account.id)
            label = _("Corrected: {what}").format(what=account.name)
            return bench.save(
                [Edit("account", account.id, "patch", values)], label, entity="account", row_id=account.id
            )


def _mine(bench: Bench, account_id: str) -> AccountRow:
    """My own account, or one that is nobody's."""
    account = bench.session.get(AccountRow, account_id)
    if account is None:
        raise UnknownName(kind=_("account"), name=account_id, near="-")
    if account.owner_id not in (None, bench.me):
        raise NotAllowed(_("This account is somebody else's: it can be read, not changed."))
    return account


def _changed(field: str, text: str) -> dict[str, str]:
    """The column value of one field. Raises BadUse for an unknown field or a value that does not fit."""
    if field == "tier":
        tier = text.strip().upper()
        if tier not in get_args(Tier):
            raise BadUse(_("The tier is A, B or C, not {tier}.").format(tier=clean_line(text, 20) or "-"))
        return {"tier": tier}
    if field == "lifecycle":
        known = get_args(Lifecycle)
        if text.strip() not in known:
            raise BadUse(
                _("{text} is not one of: {known}").format(text=clean_line(text, 20) or "-", known=listed(known))
            )
        return {"lifecycle": text.strip()}
    if field not in _LIMITS:
        raise BadUse(_("{name} is not a field that can be corrected.").format(name=field))
    if field == "name":
        text = needed(text, _("An account needs a name."))
    return {field: clean_line(text, _LIMITS[field])}


def _refuse_taken_name(session: Session, name: str, except_id: str = "") -> None:
    taken = select(AccountRow.name).where(func.lower(col(AccountRow.name)) == name.lower(), AccountRow.id != except_id)
    found = session.exec(taken).first()
    if found is not None:
        raise NotAllowed(_("There is an account called {name} already.").format(name=found))


def _limit(account: Account) -> int:
    """The most days between two visits; 0 for a prospect nobody set a limit for."""
    if account.lifecycle == "prospect" and not account.cadence_days:
        return 0
    return account.cadence_days or TIER_DAYS.get(account.tier, TIER_DAYS["C"])


def _last_seen(book: Book, activities: Sequence[Activity]) -> date | None:
    """The day of the last visit or web meeting held."""
    seen = (a.starts_at for a in activities if a.status == "held" and a.kind in _SEEN_BY)
    last = max((moment for moment in seen if moment <= book.as_of), default=None)
    return book.local_day(last) if last else None


def _months(book: Book, activities: Sequence[Activity]) -> tuple[MonthVisits, ...]:
    """Visits and web meetings held in each of the last twelve months, the current one last."""
    held = (book.local_day(a.starts_at) for a in activities if a.status == "held" and a.kind in _SEEN_BY)
    counts = Counter((day.year, day.month) for day in held)
    this = book.today.year * 12 + book.today.month - 1
    months = (divmod(number, 12) for number in range(this - 11, this + 1))
    return tuple(MonthVisits(starts_on=date(y, m + 1, 1), visits=counts[y, m + 1]) for y, m in months)


def _open_deals(book: Book, ids: list[str], states: dict[str, WriteState]) -> tuple[DealLine, ...]:
    """The open deals by money, the most first."""
    usual = usual_stays(book)
    deals = sorted((d for d in book.deals if d.id in ids), key=lambda d: (-(d.amount_minor or 0), d.id))
    return tuple(deal_line(book, deal_facts(book, deal, usual), states[deal.id]) for deal in deals)
