"""Planning, moving, cancelling and correcting visits, calls and to-dos."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cockpit.domain.entities import ActivityKind
from cockpit.domain.moments import Slot, plan_slot, read_moment, settle_behind
from cockpit.domain.text import clean, clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench, ends_of, moved_copy, needed, new_activity, refuse_past
from cockpit.services.matching import one_account
from cockpit.services.snapshots import Saved
from cockpit.storage.tables import ActivityRow, DealRow
from cockpit.sync.outbox import Edit

_LINES = {"goal": 1000, "next_step": 1000, "subject": 500}
"""Fields of one line, with the characters each may have."""
_LONG = ("agenda", "result")
_RESULTS = {"ok": "reached", "no": "missed", "": None} | {word: word for word in ("reached", "half", "missed")}


@dataclass(frozen=True)
class VisitService:
    """Every write is queued and can be undone."""

    desk: Desk

    def plan(
        self, account: str, when: str, *, kind: ActivityKind = "visit", goal: str = "", deal_id: str | None = None
    ) -> Saved:
        """Plan something with an account (id, name or pinyin) at `when` (`thu 10`, `明天 9:30`, `11-26 14:00`).

        An overlap with another plan is allowed and named in the answer. Raises UnknownName, AmbiguousName, BadUse.
        """
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            match = one_account(session, account)
            slot = _ahead(when, bench.now)
            if deal_id is not None:
                _refuse_foreign_deal(bench, deal_id, match.id)
            edit = new_activity(bench.me, slot, kind, account_id=match.id, deal_id=deal_id, goal=clean_line(goal, 1000))
            label = _("Planned: {what}").format(what=bench.title(kind, match.id, slot.starts_at))
            return bench.save([edit], label, entity="activity", row_id=edit.id, note=bench.clash_note(slot, kind))

    def move(self, meant: str, when: str, reason: str = "") -> Saved:
        """Give a planned activity (its id or its account) another time. A past one is closed as moved and planned anew.

        That asks for a reason. Raises UnknownName, AmbiguousName, NotAllowed, BadUse.
        """
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            row = bench.planned_meant(meant)
            slot = _ahead(when, bench.now)
            note = bench.clash_note(slot, row.kind, except_id=row.id)
            label = _("Moved: {what}").format(what=bench.title(row.kind, row.account_id, slot.starts_at))
            if row.starts_at >= bench.now:
                length = row.ends_at - row.starts_at if row.ends_at else None
                values: dict[str, Any] = {"starts_at": slot.starts_at, "ends_at": ends_of(slot, row.kind, length)}
                if reason.strip():
                    values["reason"] = clean_line(reason, 1000)
                return bench.save(
                    [Edit("activity", row.id, "patch", values)], label, entity="activity", row_id=row.id, note=note
                )
            why = needed(reason, _("Its time is over: say why it did not take place then."))
            copy = moved_copy(row, bench.me, slot)
            close = Edit("activity", row.id, "patch", {"status": "moved", "reason": clean_line(why, 1000)})
            return bench.save([close, copy], label, entity="activity", row_id=copy.id, note=note)

    def cancel(self, meant: str, reason: str) -> Saved:
        """Cancel a planned activity (its id or its account); a reason is needed. Raises as `move` does."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            row = bench.planned_meant(meant)
            why = clean_line(needed(reason, _("Say why it is cancelled.")), 1000)
            label = _("Cancelled: {what}").format(what=bench.title(row.kind, row.account_id, row.starts_at))
            edit = Edit("activity", row.id, "patch", {"status": "cancelled", "reason": why})
            return bench.save([edit], label, entity="activity", row_id=row.id)

    def not_held(self, activity_id: str, reason: str, next_when: str = "") -> Saved:
        """Answer for an unvisited one: why, and when next (empty: no next)."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            row = bench.planned(activity_id)
            if row.starts_at > bench.now:
                raise NotAllowed(_("Its time has not come yet: move it or cancel it."))
            why = clean_line(needed(reason, _("Say why it did not take place.")), 1000)
            edits = [Edit("activity", row.id, "patch", {"status": "not_held", "reason": why})]
            label = _("Not held: {what}").format(what=bench.title(row.kind, row.account_id, row.starts_at))
            note = ""
            if next_when.strip():
                slot = _ahead(next_when, bench.now)
                edits.append(moved_copy(row, bench.me, slot))
                planned = _("Planned anew: {when}.").format(when=bench.when(slot.starts_at))
                note = f"{planned} {bench.clash_note(slot, row.kind, except_id=row.id)}".strip()
            return bench.save(edits, label, entity="activity", row_id=edits[-1].id, note=note)

    def edit(self, activity_id: str, changes: dict[str, str]) -> Saved:
        """Correct fields of a planned or logged activity.

        Fields: goal, agenda, result, needs (parted by semicolons or lines), next_step, subject, reason, starts_at,
        goal_result (reached, half, missed, or empty). Raises BadUse for another field or a value that cannot be read.
        """
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            row = bench.activity(activity_id)
            values: dict[str, Any] = {}
            for name, text in changes.items():
                values |= _changed(bench, row, name, text)
            label = _("Corrected: {what}").format(what=bench.title(row.kind, row.account_id, row.starts_at))
            return bench.save([Edit("activity", row.id, "patch", values)], label, entity="activity", row_id=row.id)

    def set_lock(self, activity_id: str, is_locked: bool) -> Saved:
        """A locked visit is never moved by a replan."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            row = bench.planned(activity_id)
            what = bench.title(row.kind, row.account_id, row.starts_at)
            label = (_("Locked: {what}") if is_locked else _("Unlocked: {what}")).format(what=what)
            edit = Edit("activity", row.id, "patch", {"is_locked": is_locked})
            return bench.save([edit], label, entity="activity", row_id=row.id)


def _ahead(when: str, now: datetime) -> Slot:
    """The slot of a plan. Raises BadUse when it cannot be read or is over."""
    slot = plan_slot(when, now)
    if slot is None:
        raise BadUse(
            _("{when} is not a day or time. Examples: thu 10, tomorrow 9:30, 11-26 14:00").format(
                when=when.strip() or "-"
            )
        )
    return refuse_past(slot, now)


def _refuse_foreign_deal(bench: Bench, deal_id: str, account_id: str) -> None:
    deal = bench.session.get(DealRow, deal_id)
    if deal is None:
        raise UnknownName(kind=_("deal"), name=deal_id, near="-")
    if deal.account_id not in (None, account_id):
        raise NotAllowed(_("The deal {deal} belongs to another account.").format(deal=deal.name))


def _changed(bench: Bench, row: ActivityRow, name: str, text: str) -> dict[str, Any]:
    """The column values of one corrected field."""
    if name in _LINES:
        return {name: clean_line(text, _LINES[name])}
    if name in _LONG:
        return {name: clean(text).strip()}
    if name == "reason":
        if row.status not in ("planned", "held"):
            needed(text, _("A reason is needed."))
        return {name: clean_line(text, 1000)}
    if name == "needs":
        return {name: [need for part in re.split(r"[;；\n]", text) if (need := clean_line(part))]}
    if name == "goal_result":
        return _goal_result(row, text.strip().lower())
    if name == "starts_at":
        return _times(bench, row, text)
    raise BadUse(_("{name} is not a field that can be corrected.").format(name=name))


def _goal_result(row: ActivityRow, word: str) -> dict[str, Any]:
    if word not in _RESULTS:
        raise BadUse(_("The goal is reached, half or missed, not {word}.").format(word=word))
    if row.status != "held" and _RESULTS[word] is not None:
        raise NotAllowed(_("Only what was held has a goal result. Log it first."))
    return {"goal_result": _RESULTS[word]}


def _times(bench: Bench, row: ActivityRow, text: str) -> dict[str, Any]:
    length = row.ends_at - row.starts_at if row.ends_at else None
    if row.status == "planned":
        slot = _ahead(text, bench.now)
    else:
        reading = read_moment(text, bench.now, is_past=True)
        if reading is None or text[reading.length :].strip():
            raise BadUse(
                _("{when} is not a day or time. Examples: yesterday 15:00, 11-20 9:30").format(when=text.strip() or "-")
            )
        day = reading.day or bench.local(row.starts_at).date()
        slot = settle_behind(replace(reading, day=day), bench.now)
        if slot.starts_at > bench.now:
            raise BadUse(_("That time is still ahead: what was logged has happened."))
    return {"starts_at": slot.starts_at, "ends_at": ends_of(slot, row.kind, length)}
