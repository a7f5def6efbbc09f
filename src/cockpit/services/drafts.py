"""Planned and logged activities as edits, before they are saved: shared by the log and by planning by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from cockpit.domain.moments import Slot
from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.i18n import _, short_moment
from cockpit.services.matching import one_account
from cockpit.services.snapshots import Saved
from cockpit.services.words import activity_status, kind_name
from cockpit.storage.tables import AccountRow, ActivityRow
from cockpit.sync.outbox import Edit, new_id, submit

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.services.desk import Desk

USUAL_MINUTES = {"visit": 45, "call": 15, "web": 30, "task": 15}
"""How long each kind takes where nothing is said."""
_COPIED = ("kind", "account_id", "deal_id", "contact_id", "companion_id", "is_promised", "subject", "goal", "agenda")


@dataclass(frozen=True)
class Bench:
    """What one write needs: the session, who writes, and the local moment."""

    session: Session
    desk: Desk
    me: str
    now: datetime

    @classmethod
    def of(cls, desk: Desk, session: Session) -> Bench:
        return cls(session, desk, desk.viewer(session).id, desk.local_now(session))

    def save(self, edits: Sequence[Edit], label: str, *, entity: str, row_id: str, note: str = "") -> Saved:
        """Submit the edits as one action. `label` is what was done; `note` adds what to know about it."""
        action = submit(self.session, edits, actor_id=self.me, label=label[:300], now=self.now)
        if action is None:
            return Saved(action_id=None, text=_("Nothing changed."), entity=entity, id=row_id)
        text = _("{label}. {note}").format(label=label, note=note) if note else label
        return Saved(action_id=action, text=text, entity=entity, id=row_id)

    def activity(self, activity_id: str) -> ActivityRow:
        """My own activity. Raises UnknownName, NotAllowed for somebody else's."""
        row = self.session.get(ActivityRow, activity_id)
        if row is None:
            raise UnknownName(kind=_("activity"), name=activity_id, near="-")
        self.desk.refuse_unless_mine(self.session, row.rep_id)
        return row

    def planned(self, activity_id: str) -> ActivityRow:
        """My own activity that is still planned. Raises NotAllowed with its status otherwise."""
        row = self.activity(activity_id)
        if row.status != "planned":
            raise NotAllowed(_("This is no longer planned: {status}.").format(status=activity_status(row.status)))
        return row

    def planned_meant(self, text: str) -> ActivityRow:
        """My planned activity by its id, or by an account with which just one thing is planned.

        Raises UnknownName, AmbiguousName with what is planned, NotAllowed where nothing is.
        """
        if self.session.get(ActivityRow, text) is not None:
            return self.planned(text)
        account = one_account(self.session, text)
        planned = select(ActivityRow).where(
            ActivityRow.rep_id == self.me, ActivityRow.account_id == account.id, ActivityRow.status == "planned"
        )
        rows = self.session.exec(planned.order_by(col(ActivityRow.starts_at), col(ActivityRow.id))).all()
        if not rows:
            raise NotAllowed(_("Nothing is planned with {account}.").format(account=account.name))
        if len(rows) > 1:
            titles = (f"{self.title(row.kind, row.account_id, row.starts_at)} ({row.id})" for row in rows[:8])
            raise AmbiguousName(name=text, candidates=tuple(titles))
        return rows[0]

    def account_name(self, account_id: str | None) -> str:
        row = self.session.get(AccountRow, account_id) if account_id else None
        return row.name if row else _("no account")

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.now.tzinfo)

    def when(self, moment: datetime) -> str:
        """`Thu 11-26 10:00`."""
        return short_moment(self.local(moment))

    def title(self, kind: str, account_id: str | None, starts_at: datetime) -> str:
        """`visit, 恒泰机械, Thu 11-26 10:00`: names an activity in a label."""
        account, when = self.account_name(account_id), self.when(starts_at)
        return _("{kind}, {account}, {when}").format(kind=kind_name(kind), account=account, when=when)

    def clash_note(self, slot: Slot, kind: str, except_id: str = "") -> str:
        """A sentence about the first of my planned activities that overlaps, empty when none does."""
        begins, ends = slot.starts_at, ends_of(slot, kind)
        nearby = select(ActivityRow).where(
            ActivityRow.rep_id == self.me,
            ActivityRow.status == "planned",
            col(ActivityRow.starts_at) < ends,
            col(ActivityRow.starts_at) > begins - timedelta(hours=12),
        )
        for row in self.session.exec(nearby.order_by(col(ActivityRow.starts_at))):
            row_ends = row.ends_at or row.starts_at + usual(row.kind)
            if row.id != except_id and row_ends > begins:
                other = self.title(row.kind, row.account_id, row.starts_at)
                return _("At the same time: {other}.").format(other=other)
        return ""


def usual(kind: str) -> timedelta:
    return timedelta(minutes=USUAL_MINUTES.get(kind, 45))


def ends_of(slot: Slot, kind: str, length: timedelta | None = None) -> datetime:
    """The end that was said, else after `length`, else after the usual time of the kind."""
    return slot.ends_at or slot.starts_at + (length or usual(kind))


def refuse_past(slot: Slot, now: datetime) -> Slot:
    """Raises BadUse for a plan whose time is over."""
    if slot.starts_at <= now:
        raise BadUse(_("That time is over. A plan lies ahead; what has happened is logged."))
    if slot.starts_at > now + timedelta(days=730):
        raise BadUse(_("That is more than two years ahead."))
    return slot


def new_activity(me: str, slot: Slot, kind: str, **values: Any) -> Edit:
    """A new activity of mine, planned unless `values` say otherwise."""
    base = {
        "rep_id": me,
        "owner_id": me,
        "kind": kind,
        "status": "planned",
        "starts_at": slot.starts_at,
        "ends_at": ends_of(slot, kind),
    }
    return Edit("activity", new_id(), "create", {**base, **values})


def moved_copy(row: ActivityRow, me: str, slot: Slot, **values: Any) -> Edit:
    """The same activity planned anew at another time, with the way back to the old row."""
    length = row.ends_at - row.starts_at if row.ends_at else None
    copied = {name: getattr(row, name) for name in _COPIED}
    copied["ends_at"] = ends_of(slot, row.kind, length)
    return new_activity(me, slot, **{**copied, "moved_from_id": row.id, **values})


def needed(text: str, words: str) -> str:
    """`text` without outer blanks. Raises BadUse with `words` when nothing is left."""
    if not text.strip():
        raise BadUse(words)
    return text.strip()
