"""Why one account is not in a plan: the first rule that keeps it out, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from cockpit.domain.book import Book
from cockpit.domain.entities import ActivityKind
from cockpit.i18n import _, clock_time, short_day
from cockpit.planning.explain import why_left_out
from cockpit.planning.plan import Plan
from cockpit.planning.problem import Reason
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import Match, WhyNot


def why_not_in(plan: Plan, account: Match, book: Book, kind: ActivityKind, *, is_left_out: bool) -> WhyNot:
    """`is_left_out`: the reader took it out himself."""
    found = WhyNot(account_id=account.id, account=account.name, is_planned=False, text="")
    planned = next((line for line in plan.lines if line.account_id == account.id and line.status == "planned"), None)
    if planned is not None:
        when = clock_time(plan.problem.moment(planned.on, planned.starts))
        words = _("is in the plan: {day} {time}").format(day=short_day(planned.on), time=when)
        return replace(found, is_planned=True, text=words)
    if account.id not in {stop.account_id for stop in plan.problem.stops if stop.is_candidate}:
        return replace(found, text=_("is no account of yours"))
    answers = why_left_out(plan, account.id, kind)
    days = tuple((on, reason_text(why, book) if why else _("would fit")) for on, why in answers)
    return replace(found, text=_("you left it out") if is_left_out else _first(answers, days), days=days)


def _first(answers: Sequence[tuple[date, Reason | None]], days: Sequence[tuple[date, str]]) -> str:
    """The first rule in the way, and the day on which there is none."""
    if not days:
        return _("There is no working day to plan.")
    fits = next((on for on, why in answers if why is None), None)
    if fits is None:
        return days[0][1]
    if fits == days[0][0]:
        words = _("would fit on {day}, but nothing is lacking, or others have more points")
        return words.format(day=short_day(fits))
    words = _("{day}: {why}; would fit on {other}")
    return words.format(day=short_day(days[0][0]), why=days[0][1], other=short_day(fits))
