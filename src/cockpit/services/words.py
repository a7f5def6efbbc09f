"""Codes of the trade in the user's language: kinds, statuses, stages' and cards' states. Imports i18n only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cockpit.i18n import N_, _, exact_money, listed

if TYPE_CHECKING:
    from cockpit.services.snapshots import KeptMoney

_KINDS = {"visit": N_("visit"), "call": N_("call"), "web": N_("web"), "task": N_("to-do")}
_STATUSES = {
    "planned": N_("planned"),
    "held": N_("held"),
    "not_held": N_("not held"),
    "moved": N_("moved"),
    "cancelled": N_("cancelled"),
}
_RESULTS = {"reached": N_("goal reached"), "half": N_("half reached"), "missed": N_("goal missed")}
_DEAL_STATES = {
    "healthy": N_("healthy"),
    "dirty": N_("dirty"),
    "slipped": N_("slipped"),
    "regressed": N_("regressed"),
    "stalled": N_("stalled"),
    "no_activity": N_("no activity"),
}
_CARD_STATES = {
    "found": N_("FOUND"),
    "planned": N_("PLANNED"),
    "doing": N_("DOING"),
    "done": N_("DONE"),
    "confirmed": N_("CONFIRMED"),
    "relapsed": N_("RELAPSED"),
    "waived": N_("WAIVED"),
}
_WRITE_STATES = {
    "done": N_("received"),
    "saved": N_("saved"),
    "waiting": N_("waiting"),
    "sending": N_("sending"),
    "conflict": N_("conflict"),
    "parked": N_("parked"),
    "blocked": N_("blocked"),
}
_LIFECYCLES = {
    "prospect": N_("prospect"),
    "target": N_("target customer"),
    "qualified": N_("qualified"),
    "won": N_("customer"),
    "repeat": N_("repeat customer"),
}
_PERIODS = {"day": N_("day"), "week": N_("week"), "month": N_("month"), "quarter": N_("quarter"), "year": N_("year")}
_DECISION_ROLES = {
    "decider": N_("decider"),
    "influencer": N_("influencer"),
    "buyer": N_("buyer"),
    "user": N_("user"),
    "coach": N_("coach"),
}

_RUNGS = {"middle": N_("middle"), "high_performer": N_("high performer"), "benchmark": N_("benchmark")}
_METRICS = {"won_amount": N_("revenue"), "won_profit": N_("gross profit"), "won_count": N_("deals won")}
_ROLES = {"rep": N_("rep"), "team_lead": N_("team lead"), "region_head": N_("head of a region")}
_STAGE_KINDS = {"open": N_("open"), "won": N_("won"), "lost": N_("lost")}
_AGREEMENTS = {"none": N_("not set"), "asked": N_("yes is missing"), "agreed": N_("agreed")}


def _word(table: dict[str, str], code: str) -> str:
    return _(table[code]) if code in table else code


def kind_name(code: str) -> str:
    return _word(_KINDS, code)


def activity_status(code: str) -> str:
    return _word(_STATUSES, code)


def goal_result(code: str | None) -> str:
    return _word(_RESULTS, code) if code else ""


def deal_state(code: str) -> str:
    return _word(_DEAL_STATES, code)


def card_state(code: str) -> str:
    return _word(_CARD_STATES, code)


def write_state(code: str) -> str:
    return _word(_WRITE_STATES, code)


def refused_rows(rows: Sequence[str]) -> str:
    """How many rows of the hub could not be taken in, and why the newest one."""
    return _("rows of the hub that could not be taken in: {count}; the newest: {row}").format(
        count=len(rows), row=rows[0]
    )


def with_marks(text: str, *, write_state_code: str = "done", is_double: bool = False) -> str:
    """A status for a list without signs: what of the row waits or was refused, and that it may be there twice."""
    marks = [text, *([_("double?")] if is_double else [])]
    if write_state_code != "done":
        marks.append(write_state(write_state_code))
    return _(", ").join(part for part in marks if part)


def kept_text(kept: KeptMoney | None) -> str:
    """`kept as $10,000.00, at 7.1034 of 2026-11-20`; empty for what is shown as it is kept."""
    if kept is None:
        return ""
    return _("kept as {amount}, at {rate} of {day}").format(
        amount=exact_money(kept.amount_minor, kept.currency), rate=kept.rate, day=kept.on.isoformat()
    )


def told_apart(found: Iterable[tuple[str, str]]) -> str:
    """Ids and names as a list of names, with the id of those that share one."""
    pairs = list(found)
    count = Counter(name for _id, name in pairs)
    return listed(name if count[name] == 1 else f"{name} ({one})" for one, name in pairs)


def apart_money(others: Sequence[tuple[str, int]]) -> str:
    """Money that no sum holds, since its currency has no rate here, and what would add it; empty without any."""
    if not others:
        return ""
    words = _("not in these sums: {money}; `cockpit config exchange {code} RATE` adds it")
    return words.format(money=listed(exact_money(minor, code) for code, minor in others), code=others[0][0])


def missing_figures(count: int) -> str:
    """Won deals that add nothing, since the figure that is counted is missing; empty without any."""
    return _("won deals without the figure: {count}").format(count=count) if count else ""


def lifecycle(code: str) -> str:
    return _word(_LIFECYCLES, code)


def period_name(code: str) -> str:
    return _word(_PERIODS, code)


def decision_role(code: str) -> str:
    """A contact's role in the decision; one the CRM made up stays as it is."""
    return _word(_DECISION_ROLES, code)


def rung_name(code: str) -> str:
    """A job rank; one the company made up stays as it is."""
    return _word(_RUNGS, code)


def metric_name(code: str) -> str:
    return _word(_METRICS, code)


def role_name(code: str) -> str:
    return _word(_ROLES, code)


def stage_kind(code: str) -> str:
    return _word(_STAGE_KINDS, code)


def agreement_name(code: str) -> str:
    return _word(_AGREEMENTS, code)


def with_range(text: str, ends: tuple[float, float] | None) -> str:
    """`n 15, 43-73%`: the 80 % range of a share after its n."""
    return text if ends is None else f"{text}, {100 * ends[0]:.0f}-{100 * ends[1]:.0f}%"
