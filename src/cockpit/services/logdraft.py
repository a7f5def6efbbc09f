"""What one log line would write: the account meant, the plan it answers, the deal, the edits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from cockpit.domain.moments import Reading, Slot, settle_ahead, settle_behind
from cockpit.domain.quicklog import LogLine, outcome_at, read_line
from cockpit.errors import AmbiguousName, BadUse, MalformedLog, UnknownName
from cockpit.i18n import N_, _, listed
from cockpit.services.deals import amount_values, milestone_question, open_deals, open_stages, stage_edits, stage_names
from cockpit.services.drafts import Bench, ends_of, moved_copy, new_activity, refuse_past, usual
from cockpit.services.matching import MOST_FOUND, best_class, candidates_of, find_accounts
from cockpit.services.snapshots import Match
from cockpit.services.timekeeping import refuse_unsaid_day
from cockpit.storage.tables import AccountRow, ActivityRow, DealRow, StageRow
from cockpit.sync.outbox import Edit

_MOST_NAME_WORDS = 6
_PROBLEMS = {
    "too-long": N_("The line is too long."),
    "no-kind": N_("Start with v (visit), c (call) or w (web)."),
    "no-account": N_("Which customer? Type initials or a part of the name."),
    "no-need": N_("Name the need after #."),
    "no-time": N_("{part} is not a time. Examples: @10:30, @yesterday 15:00"),
    "no-next": N_("{part} has no day or time. Examples: >fri 10, >11-26 14:00"),
    "no-amount": N_("{part} is not an amount. Examples: !66k, !1.2m"),
    "twice": N_("{part} is there twice."),
}


@dataclass(frozen=True)
class Meant:
    """The line with its account settled. `account` None: not known; `others` are what Tab goes through."""

    line: LogLine
    account: Match | None
    others: tuple[Match, ...]
    is_ambiguous: bool = False


@dataclass(frozen=True)
class Draft:
    """A line that can be saved. `edits` in order: the activity first."""

    meant: Meant
    plan: ActivityRow | None
    slot: Slot
    deal: DealRow | None
    next_slot: Slot | None
    target: StageRow | None
    question: str
    """The milestone's question, which must be answered before the line is saved; empty when none is open."""
    edits: tuple[Edit, ...]
    next_edit: Edit | None = None
    left: StageRow | None = None
    """The stage the deal is in now."""


def words_of_problem(line: LogLine) -> MalformedLog | None:
    """The line's own problem with the words for it."""
    if line.problem is None:
        return None
    text = _(_PROBLEMS[line.problem.code]).format(part=line.problem.part)
    return MalformedLog(text, column=line.problem.column, part=line.problem.part)


def meant_by(bench: Bench, text: str, choice: str | None) -> Meant:
    """The account a line names: `choice`, else the one planned today among the best matches, else a single match."""
    line = read_line(text, bench.now)
    count, matches = _matches(bench, line)
    line = read_line(text, bench.now, count)
    if choice is not None:
        row = bench.session.get(AccountRow, choice)
        if row is None:
            raise UnknownName(kind=_("account"), name=choice, near="-")
        chosen = Match(id=row.id, name=row.name, alias=row.alias, tier=row.tier, score=3.0)
        return Meant(line, chosen, tuple(m for m in matches if m.id != choice))
    best = best_class(matches)
    account = best[0] if len(best) == 1 else _planned_today(bench, best, line.kind)
    others = tuple(m for m in matches if account is None or m.id != account.id)
    return Meant(line, account, others, is_ambiguous=account is None and bool(best))


def account_of(meant: Meant) -> Match:
    """Raises AmbiguousName with candidates, UnknownName with near names."""
    if meant.account is not None:
        return meant.account
    name = meant.line.account
    if meant.is_ambiguous:
        raise AmbiguousName(name=name, candidates=candidates_of(best_class(meant.others)))
    raise UnknownName(kind=_("account"), name=name, near=listed(candidates_of(meant.others)) or "-")


def draft_of(bench: Bench, meant: Meant) -> Draft:
    """Everything the line would write. Raises MalformedLog, UnknownName, AmbiguousName, NotAllowed; nothing is saved here."""
    problem = words_of_problem(meant.line)
    if problem is not None:
        raise problem
    line, account = meant.line, account_of(meant)
    if line.happened is None or line.happened.day is None:
        refuse_unsaid_day(bench.session)
    plan = find_plan(bench, line, account.id)
    deals = open_deals(bench, account.id)
    deal = next((d for d in deals if plan is not None and d.id == plan.deal_id), deals[0] if len(deals) == 1 else None)
    next_slot = _next_slot(bench, line)
    next_edit = None
    if line.outcome in ("absent", "cancelled"):
        slot, edits = _not_held(bench, line, plan, next_slot)
        next_edit = edits[1] if next_slot is not None else None
    else:
        slot = held_slot(bench, line, plan)
        edits = _held(bench, line, plan, slot, account.id, deal)
        if next_slot is not None:
            next_edit = _next(bench, line, next_slot, account.id, deal)
            edits.append(next_edit)
    target, question = None, ""
    left = bench.session.get(StageRow, deal.stage_id) if deal is not None else None
    if line.amount is not None or line.stage is not None:
        wanted = _deal_wanted(line, account, deal, deals)
        target = _stage_wanted(bench, line, wanted)
        question = _open_question(bench, line, wanted, target)
        edits += _deal_edits(bench, line, wanted, target, is_met=bool(line.stage and line.stage.is_confirmed))
    return Draft(meant, plan, slot, deal, next_slot, target, question, tuple(edits), next_edit, left)


def find_plan(bench: Bench, line: LogLine, account_id: str) -> ActivityRow | None:
    """The planned activity of that account and kind which the line answers.

    With a day in the line: that day's, else the last one overdue by then. Without: today's nearest to the time said
    or to now, else the last overdue one; a cancelled one may also be the next ahead.
    """
    statement = select(ActivityRow).where(
        ActivityRow.rep_id == bench.me,
        ActivityRow.account_id == account_id,
        ActivityRow.kind == line.kind,
        ActivityRow.status == "planned",
    )
    rows = bench.session.exec(statement.order_by(col(ActivityRow.starts_at), col(ActivityRow.id))).all()
    day = _day_of(line, bench.now)
    around = settle_behind(line.happened, bench.now).starts_at if line.happened else bench.now
    same_day = [row for row in rows if bench.local(row.starts_at).date() == day]
    if same_day:
        return min(same_day, key=lambda row: abs(row.starts_at - around))
    overdue = [row for row in rows if bench.local(row.starts_at).date() < day]
    if overdue:
        return overdue[-1]
    return rows[0] if rows and line.outcome == "cancelled" and line.happened is None else None


def held_slot(bench: Bench, line: LogLine, plan: ActivityRow | None) -> Slot:
    """When it took place: as said by `@`, else as planned, else just now. Raises MalformedLog for a time still ahead."""
    length = plan.ends_at - plan.starts_at if plan is not None and plan.ends_at else usual(line.kind or "visit")
    if line.happened is not None:
        slot = settle_behind(_with_plans_time(bench, line.happened, plan), bench.now)
        if slot.starts_at > bench.now:
            part = next(p for p in line.parts if p.name == "time")
            text = _("{part} is still ahead: a log tells what has happened.").format(part=part.text)
            raise MalformedLog(text, column=part.column, part=part.text)
    elif plan is not None and plan.starts_at <= bench.now:
        slot = Slot(plan.starts_at, plan.ends_at)
    else:
        midnight = datetime.combine(bench.now.date(), time(), bench.now.tzinfo)
        now = bench.now.replace(second=0, microsecond=0)
        slot = Slot(max(now - length, midnight), bench.now)
    return Slot(slot.starts_at, min(ends_of(slot, line.kind or "visit", length), bench.now))


def held_before(bench: Bench, line: LogLine, account_id: str, slot: Slot) -> ActivityRow | None:
    """A held activity of the same account and kind that begins within half an hour: perhaps the same one."""
    near = timedelta(minutes=30)
    statement = select(ActivityRow).where(
        ActivityRow.rep_id == bench.me,
        ActivityRow.account_id == account_id,
        ActivityRow.kind == line.kind,
        ActivityRow.status == "held",
        col(ActivityRow.starts_at) >= slot.starts_at - near,
        col(ActivityRow.starts_at) <= slot.starts_at + near,
    )
    return bench.session.exec(statement).first()


def _matches(bench: Bench, line: LogLine) -> tuple[int | None, tuple[Match, ...]]:
    """How many words are the account, and what they match.

    The words before an outcome word when all of them fit one name; else the most words that stand in one name as they
    are; else the first word.
    """
    words = [word.text for word in line.words]
    if not words:
        return None, ()
    before_outcome = outcome_at(line.words)
    if before_outcome is not None and before_outcome > 1:
        found = find_accounts(bench.session, " ".join(words[:before_outcome]), is_fuzzy=False)
        if found:
            return before_outcome, found
    first = find_accounts(bench.session, words[0], limit=MOST_FOUND, is_fuzzy=False)
    for count in range(min(len(words), _MOST_NAME_WORDS), 1, -1):
        phrase = " ".join(words[:count]).lower()
        among = first if len(first) < MOST_FOUND else find_accounts(bench.session, phrase, is_fuzzy=False)
        whole = tuple(m for m in among if f" {phrase} " in f" {m.name.lower()} | {m.alias.lower()} ")
        if whole:
            return count, whole
    if first or before_outcome is None:
        return 1, first[:20] or find_accounts(bench.session, words[0])
    return before_outcome, find_accounts(bench.session, " ".join(words[:before_outcome]))


def _planned_today(bench: Bench, matches: tuple[Match, ...], kind: str | None) -> Match | None:
    """The only match with something planned today: of the line's kind, else of any kind."""
    if len(matches) < 2:
        return None
    begins = datetime.combine(bench.now.date(), time(), bench.now.tzinfo)
    statement = select(ActivityRow.account_id, ActivityRow.kind).where(
        ActivityRow.rep_id == bench.me,
        ActivityRow.status == "planned",
        col(ActivityRow.starts_at) >= begins,
        col(ActivityRow.starts_at) < begins + timedelta(days=1),
    )
    planned = bench.session.exec(statement).all()
    for wanted in ({a for a, k in planned if k == kind}, {a for a, _k in planned}):
        found = [match for match in matches if match.id in wanted]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def _day_of(line: LogLine, now: datetime) -> date:
    return (line.happened.day if line.happened else None) or now.date()


def _with_plans_time(bench: Bench, reading: Reading, plan: ActivityRow | None) -> Reading:
    """A day without a time takes the time of the plan of that day."""
    if reading.start is not None or plan is None:
        return reading
    planned = bench.local(plan.starts_at)
    return replace(reading, start=planned.time()) if planned.date() == reading.day else reading


def _next_slot(bench: Bench, line: LogLine) -> Slot | None:
    if line.next_step is None:
        return None
    slot = settle_ahead(line.next_step.reading, bench.now)
    try:
        return refuse_past(slot, bench.now)
    except BadUse as error:
        part = next(p for p in line.parts if p.name == "next")
        raise MalformedLog(error.detail, column=part.column, part=part.text) from error


def _values(line: LogLine, plan: ActivityRow | None) -> dict[str, Any]:
    """Needs and people of the line, added to those of the plan."""
    values: dict[str, Any] = {}
    for name, said in (("needs", line.needs), ("roles_for", line.roles_for), ("roles_against", line.roles_against)):
        if said:
            known = list(getattr(plan, name)) if plan is not None else []
            values[name] = list(dict.fromkeys([*known, *said]))
    return values


def _held(
    bench: Bench, line: LogLine, plan: ActivityRow | None, slot: Slot, account_id: str, deal: DealRow | None
) -> list[Edit]:
    values = _values(line, plan) | {"status": "held", "starts_at": slot.starts_at, "ends_at": slot.ends_at}
    if line.outcome is not None:
        values["goal_result"] = line.outcome
    if line.text:
        values["result"] = line.text
    if line.next_step is not None and line.next_step.what:
        values["next_step"] = line.next_step.what
    if plan is None:
        return [new_activity(bench.me, slot, line.kind or "visit", account_id=account_id, deal_id=_id(deal), **values)]
    if plan.deal_id is None and deal is not None:
        values["deal_id"] = deal.id
    return [Edit("activity", plan.id, "patch", values)]


def _not_held(bench: Bench, line: LogLine, plan: ActivityRow | None, next_slot: Slot | None) -> tuple[Slot, list[Edit]]:
    part = next(p for p in line.parts if p.name == "goal")
    if plan is None:
        raise MalformedLog(_("Nothing is planned with this account to answer for."), column=part.column, part=part.text)
    reason = line.text or (_("nobody there") if line.outcome == "absent" else "")
    if not reason:
        raise MalformedLog(_("Say why it is cancelled."), column=part.end, part=part.text)
    status = "not_held" if line.outcome == "absent" else "moved" if next_slot is not None else "cancelled"
    edits = [Edit("activity", plan.id, "patch", _values(line, plan) | {"status": status, "reason": reason})]
    if next_slot is not None and line.next_step is not None:
        changes: dict[str, Any] = {}
        if line.next_step.what:
            changes["goal"] = line.next_step.what
        if line.next_step.kind is not None:
            changes["kind"] = line.next_step.kind
        edits.append(moved_copy(plan, bench.me, next_slot, **changes))
    return Slot(plan.starts_at, plan.ends_at), edits


def _next(bench: Bench, line: LogLine, slot: Slot, account_id: str, deal: DealRow | None) -> Edit:
    assert line.next_step is not None
    kind = line.next_step.kind or "visit"
    return new_activity(bench.me, slot, kind, account_id=account_id, deal_id=_id(deal), goal=line.next_step.what)


def _deal_wanted(line: LogLine, account: Match, deal: DealRow | None, deals: list[DealRow]) -> DealRow:
    if deal is not None:
        return deal
    part = next(p for p in line.parts if p.name in ("amount", "stage"))
    if deals:
        names = listed(d.name for d in deals[:5])
        text = _("{account} has several open deals: {deals}. Change the deal itself.").format(
            account=account.name, deals=names
        )
    else:
        text = _("{account} has no open deal of yours.").format(account=account.name)
    raise MalformedLog(text, column=part.column, part=part.text)


def _stage_wanted(bench: Bench, line: LogLine, deal: DealRow) -> StageRow | None:
    if line.stage is None:
        return None
    stages = open_stages(bench, deal.funnel_id)
    if not 1 <= line.stage.number <= len(stages):
        part = next(p for p in line.parts if p.name == "stage")
        names = listed(stage_names(bench, deal.funnel_id))
        text = _("There is no stage {number}. Stages: {stages}").format(number=line.stage.number, stages=names)
        raise MalformedLog(text, column=part.column, part=part.text)
    return stages[line.stage.number - 1]


def _open_question(bench: Bench, line: LogLine, deal: DealRow, target: StageRow | None) -> str:
    if target is None or line.stage is None or line.stage.is_confirmed is not None:
        return ""
    return milestone_question(bench, deal, target)


def _deal_edits(bench: Bench, line: LogLine, deal: DealRow, target: StageRow | None, *, is_met: bool) -> list[Edit]:
    """The amount and the stage as one patch, and the milestone where it is confirmed."""
    values: dict[str, Any] = amount_values(deal, line.amount) if line.amount is not None else {}
    moved: list[Edit] = []
    if target is not None and target.id != deal.stage_id:
        moved = stage_edits(bench, deal, target, is_met)
        values |= moved[0].values
    return [Edit("deal", deal.id, "patch", values), *moved[1:]] if values else []


def _id(deal: DealRow | None) -> str | None:
    return None if deal is None else deal.id
