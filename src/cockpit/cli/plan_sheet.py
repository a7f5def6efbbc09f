"""The text and JSON forms of what explains a plan: reasons as sums, other plans, limits in the way, why not an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cockpit import i18n
from cockpit.cli import shapes
from cockpit.cli.output import Sheet, Table
from cockpit.i18n import _, labelled
from cockpit.services import snapshots as s
from cockpit.services.plan_words import aim_text, relaxed_text


def explained(found: s.ReplanProposal, choices: s.PlanChoices) -> list[Table]:
    """Reasons that add up, the best account left out, other plans, and for what stays short which limit is in the way."""
    tables = [Table(_("Reasons"), ("", _("account"), ">" + _("points"), _("why")), list(_reasons(found)))]
    if found.best_dropped is not None:
        tables.append(Table(_("Left out"), ("", _("account"), ">" + _("points"), _("why")), list(_left_out(found))))
    tables.append(
        Table(
            _("Other plans"),
            ("", *(line.label for line in found.scores), _("changes")),
            [_plan_row(plan) for plan in (found, *choices.others)],
        )
    )
    if choices.relaxed:
        tables.append(Table(_("What stands in the way"), ("",), [(relaxed_text(one),) for one in choices.relaxed]))
    return tables


def _reasons(found: s.ReplanProposal) -> Iterator[tuple[str, ...]]:
    """One line a reason, then the sum."""
    for row in found.after:
        if row.sign != "=":
            yield from _sum(row)


def _sum(row: s.ReplanRow) -> Iterator[tuple[str, ...]]:
    for place, (text, points) in enumerate(row.reasons):
        head = (row.sign, row.account) if place == 0 else ("", "")
        yield (*head, f"{points:+d}" if points else "", text)
    yield ("", "", f"= {row.score}", "")


def _left_out(found: s.ReplanProposal) -> Iterator[tuple[str, ...]]:
    if found.best_dropped is not None:
        yield from _sum(found.best_dropped)
        yield ("", "", "", found.best_dropped_why)


def _plan_row(plan: s.ReplanProposal) -> tuple[str, ...]:
    changes = sum(row.sign != "=" for row in plan.after)
    return (aim_text(plan.aim), *(f"{line.before} -> {line.after}" for line in plan.scores), str(changes))


def choices_shape(choices: s.PlanChoices) -> dict[str, Any]:
    return {
        "others": [shapes.proposal(plan, False) for plan in choices.others],
        "relaxed": [
            {
                "rule": one.rule,
                "limit": one.limit,
                "reached": one.reached,
                "tries": [{"text": text, "reached": count} for text, count in one.tries],
            }
            for one in choices.relaxed
        ],
    }


def why_not(reason: s.WhyNot) -> Sheet:
    rows = [(i18n.short_day(on), text) for on, text in reason.days]
    tables = [Table(_("Day by day"), (_("day"), _("why not")), rows)] if rows else []
    return Sheet([labelled(reason.account, reason.text)], tables)


def why_not_shape(found: s.ReplanProposal, reason: s.WhyNot) -> dict[str, Any]:
    days = [{"on": on, "text": text} for on, text in reason.days]
    return {**shapes.stamp(found), **asdict(reason), "days": days}
