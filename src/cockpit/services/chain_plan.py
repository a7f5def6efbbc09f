"""A chain written into the week: to-dos with their own state, one for each day and one for each line above."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from cockpit.domain.chain import Chain, chain, half_up
from cockpit.domain.moments import Slot
from cockpit.domain.periods import period_of
from cockpit.errors import NotAllowed
from cockpit.i18n import N_, _, ngettext, short_day, short_number
from cockpit.services.chain import ChainLook
from cockpit.services.chain_views import days_left, refusal
from cockpit.services.chain_words import step_name
from cockpit.services.drafts import Bench, new_activity
from cockpit.services.snapshots import Saved
from cockpit.storage.tables import ActivityRow
from cockpit.sync.outbox import Edit

MARK = N_("gap chain")
"""Why such a to-do is planned. In either language it says which ones an anew written plan replaces."""
CLOSES = time(17, 30)
"""When the day's count is looked at."""


def write_week(bench: Bench, look: ChainLook) -> Saved:
    """The days left of the first week that has one. What was written before and is still planned is replaced by what differs.

    Raises NotAllowed where there is no chain, or no day.
    """
    found = chain(look.given)
    wanted = _wanted(bench, look, found)
    kept, edits = set(), []
    for row in _written(bench, max(day for day, _text in wanted)):
        key = (bench.local(row.starts_at).date(), row.subject)
        if key in wanted:
            kept.add(key)
        else:
            values = {"status": "cancelled", "reason": _("The gap chain was written anew.")}
            edits.append(Edit("activity", row.id, "patch", values))
    zone = bench.now.tzinfo
    for day, text in wanted:
        if (day, text) not in kept:
            slot = Slot(datetime.combine(day, CLOSES, zone), None)
            edits.append(new_activity(bench.me, slot, "task", subject=text, goal=text, planned_because=_(MARK)))
    if not edits:
        return Saved(action_id=None, text=_("It is in the week already."), entity="activity", id="")
    count = sum(edit.op == "create" for edit in edits)
    label = ngettext("Gap chain: {count} to-do", "Gap chain: {count} to-dos", count).format(count=count)
    last = short_day(max(day for day, _text in wanted))
    return bench.save(edits, label, entity="activity", row_id=edits[-1].id, note=_("Up to {day}.").format(day=last))


def _wanted(bench: Bench, look: ChainLook, found: Chain) -> list[tuple[date, str]]:
    """Day and words of each to-do: the last line for every day, the lines above for the last of these days."""
    if look.ground.is_team:
        raise NotAllowed(_("A team's chain is in nobody's week: each rep writes his own."))
    if refused := refusal(look):
        raise NotAllowed(refused)
    if found.per_day is None:
        raise NotAllowed(
            _("No working day is left in this period.")
            if found.days_left < 1
            else _("A rate of the chain is not known.")
        )
    share = dict(zip(days_left(look), found.days(), strict=True))
    open_days = [day for day in share if datetime.combine(day, CLOSES, bench.now.tzinfo) > bench.now]
    if not open_days:
        raise NotAllowed(_("The last working day of this period is over."))
    week = period_of("week", open_days[0])
    days = [day for day in open_days if day in week]
    items = [(day, _item(share[day], found.last.id)) for day in days if share[day]]
    for line in found.lines[1:-1]:
        count = half_up((line.short or 0) * len(days) / found.days_left)
        if count and line.step is not None and not line.step.is_money:
            items.append((days[-1], _item(count, line.id)))
    if not items:
        raise NotAllowed(_("Nothing is short: there is nothing to write."))
    return items


def _item(count: int, step: str) -> str:
    return _("{count} {name}").format(count=short_number(count), name=step_name(step))


def _written(bench: Bench, last: date) -> list[ActivityRow]:
    """My to-dos of an earlier chain that are still planned, up to a day."""
    ends = datetime.combine(last + timedelta(days=1), time(), bench.now.tzinfo)
    table = ActivityRow
    chosen = select(table).where(
        table.rep_id == bench.me,
        table.kind == "task",
        table.status == "planned",
        col(table.planned_because).in_((MARK, _(MARK))),
        col(table.starts_at) > bench.now,
        col(table.starts_at) < ends,
    )
    return list(bench.session.exec(chosen.order_by(col(table.starts_at), col(table.id))))
