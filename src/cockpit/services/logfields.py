"""A log line as it is understood, part by part, each with where it comes from."""

from __future__ import annotations

from cockpit.domain.quicklog import LogLine
from cockpit.i18n import _, clock_time, exact_money, short_moment, spoken
from cockpit.services.drafts import Bench, ends_of
from cockpit.services.logdraft import Draft, Meant
from cockpit.services.snapshots import LogField
from cockpit.services.words import activity_status, goal_result, kind_name


def fields_of(bench: Bench, meant: Meant, draft: Draft | None) -> tuple[LogField, ...]:
    """The fields of a line in the order a screen shows them. Without a draft only what the line itself says."""
    line = meant.line
    found = [*_who(bench, meant, draft), *_how(line, draft), *_people(line)]
    if draft is not None:
        found += _ahead(bench, line, draft)
    return tuple(found)


def _who(bench: Bench, meant: Meant, draft: Draft | None) -> list[LogField]:
    line = meant.line
    found = []
    if line.kind is not None:
        found.append(_field("what", _("what"), kind_name(line.kind), _typed(line, "what")))
    if meant.account is not None:
        name = f"{meant.account.name} {meant.account.alias}".strip()
        found.append(_field("account", _("customer"), name, line.account))
    if draft is not None:
        found.append(_field("time", _("time"), _slot_text(bench, draft), _time_source(line, draft)))
    return found


def _how(line: LogLine, draft: Draft | None) -> list[LogField]:
    found = []
    if line.outcome is not None:
        found.append(_field("goal", _("goal"), _outcome(line, draft), _typed(line, "goal")))
    if line.text:
        is_reason = line.outcome in ("absent", "cancelled")
        found.append(_field("result", _("reason") if is_reason else _("result"), line.text, _("text")))
    return found


def _people(line: LogLine) -> list[LogField]:
    found = [_field("need", _("need"), need, "#") for need in line.needs]
    for sign, roles, stand in (("+", line.roles_for, _("for")), ("-", line.roles_against, _("against"))):
        found += [
            _field("person", _("person"), _("{role}, {stand}").format(role=role, stand=stand), sign) for role in roles
        ]
    return found


def _ahead(bench: Bench, line: LogLine, draft: Draft) -> list[LogField]:
    found = []
    if draft.next_edit is not None and draft.next_slot is not None:
        values = draft.next_edit.values
        parts = (bench.when(draft.next_slot.starts_at), kind_name(values["kind"]), values.get("goal", ""))
        found.append(_field("next", _("next step"), _(", ").join(part for part in parts if part), _typed(line, "next")))
    deal, same = draft.deal, _("(no change)")
    if deal is not None and draft.target is not None:
        left = spoken(draft.left.name, draft.left.alias) if draft.left is not None else "-"
        move = (
            f"{left} -> {spoken(draft.target.name, draft.target.alias)}"
            if deal.stage_id != draft.target.id
            else f"{left} {same}"
        )
        found.append(_field("stage", _("stage"), move, _typed(line, "stage")))
    if deal is not None and line.amount is not None:
        currency = line.amount.currency or deal.currency
        text = exact_money(line.amount.minor, currency)
        if (line.amount.minor, currency) == (deal.amount_minor, deal.currency):
            text = f"{text} {same}"
        found.append(_field("amount", _("amount"), text, _typed(line, "amount")))
    return found


def _field(name: str, label: str, value: str, source: str) -> LogField:
    return LogField(name=name, label=label, value=value, source=source)


def _typed(line: LogLine, name: str) -> str:
    return next((part.text for part in line.parts if part.name == name), "")


def _slot_text(bench: Bench, draft: Draft) -> str:
    begins = bench.local(draft.slot.starts_at)
    ends = bench.local(ends_of(draft.slot, draft.meant.line.kind or "visit"))
    return f"{short_moment(begins)}-{clock_time(ends)}"


def _time_source(line: LogLine, draft: Draft) -> str:
    if line.happened is not None:
        return _typed(line, "time")
    return _("plan") if draft.plan is not None and draft.plan.starts_at == draft.slot.starts_at else _("clock")


def _outcome(line: LogLine, draft: Draft | None) -> str:
    if line.outcome in ("absent", "cancelled"):
        status = str(draft.edits[0].values["status"]) if draft is not None else ""
        return activity_status(status or ("not_held" if line.outcome == "absent" else "cancelled"))
    goal = draft.plan.goal if draft is not None and draft.plan is not None else ""
    result = goal_result(line.outcome)
    return _("{goal}: {result}").format(goal=goal, result=result) if goal else result
