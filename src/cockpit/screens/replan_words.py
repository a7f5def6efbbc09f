"""The words of a proposal: what would change, why, and what else could be done."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, listed, ngettext, short_day
from cockpit.plain import cells, fit
from cockpit.services.plan_words import aim_text, relaxed_text
from cockpit.services.snapshots import PlanChoices, ReplanProposal, WhyNot
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Line, Part, folded
from cockpit.widgets.replan_table import SIGN_TONES, Change, changes, row_time

MOST_SAID = 3
"""Differences of another plan that are named; all are seen when its number is pressed."""


def answer(proposal: ReplanProposal) -> str:
    """One sentence: what would change."""
    if proposal.is_empty:
        if proposal.kind == "fill":
            return _("Nothing to fill: no visit fits, or none is lacking")
        return _("Nothing to change: the plan is as good as it gets")
    signs = [change.sign for change in changes(proposal) if not _is_gone_already(change)]
    counts = {sign: signs.count(sign) for sign in "+~>x"}
    parts = (
        ngettext("{count} added", "{count} added", counts["+"]).format(count=counts["+"]),
        ngettext("{count} moved", "{count} moved", counts["~"]).format(count=counts["~"]),
        ngettext("{count} to another day", "{count} to another day", counts[">"]).format(count=counts[">"]),
        ngettext("{count} dropped", "{count} dropped", counts["x"]).format(count=counts["x"]),
    )
    said = [part for part, sign in zip(parts, "+~>x") if counts[sign]]
    if proposal.answers:
        words = ngettext("{count} conflict: theirs", "{count} conflicts: theirs", proposal.answers)
        said.append(words.format(count=proposal.answers))
    return listed(said)


def _is_gone_already(change: Change) -> bool:
    """Cancelled before: no news of this plan."""
    return change.sign == "x" and change.row.status == "cancelled"


def facts(proposal: ReplanProposal, progress: str = "") -> str:
    """What set it off, which days, how long it took or how the search goes; then what the signs mean."""
    span = ""
    if proposal.first is not None and proposal.last is not None:
        span = _("{first} to {last}").format(first=short_day(proposal.first), last=short_day(proposal.last))
    parts = [proposal.trigger, span, progress or _("{count} ms").format(count=proposal.elapsed_ms)]
    if not proposal.is_empty:
        parts.append(_("= kept  + new  ~ moved  > other day  x out"))
    if any(change.sign == "!" for change in changes(proposal)):
        parts.append(_("! unvisited"))
    return "  ".join(part for part in parts if part)


def progress(seconds: float, travel: int, *, is_last: bool) -> str:
    """How far the search is."""
    said = _("searched {seconds} s") if is_last else _("searching {seconds} s, {travel} min travel, Esc keeps this")
    return said.format(seconds=f"{seconds:.1f}", travel=travel)


def reason_line(change: Change | None, proposal: ReplanProposal) -> Line:
    """Why the focused row is there, in points that add up, as one line."""
    if change is None:
        return []
    head = _head(change, proposal)
    if not change.row.reasons:
        return [*head, (": " + _("stays as it was"), "")]
    points = listed(f"{text} {value:+d}" if value else text for text, value in change.row.reasons)
    return [*head, (f": {points} = {change.row.score}", "")]


def reason_lines(change: Change | None, proposal: ReplanProposal) -> list[Line]:
    """The same as a sum: points on the left, under them their total."""
    if change is None:
        return []
    if not change.row.reasons:
        return [[*_head(change, proposal)], [(_("stays as it was"), "muted")]]
    points = [f"{value:+d}" if value else "" for _text, value in change.row.reasons]
    total = f"{change.row.score}"
    size = max(map(cells, (*points, total)))
    lines: list[Line] = [[*_head(change, proposal)]]
    for (text, _value), number in zip(change.row.reasons, points, strict=True):
        lines.append([(fit(number, size, right=True) + "  ", "accent"), (text, "")])
    return [*lines, [(fit(total, size, right=True) + "  ", "strong"), (_("points in all"), "muted")]]


def _head(change: Change, proposal: ReplanProposal) -> Line:
    return [
        (f"{change.sign} ", SIGN_TONES.get(change.sign, "")),
        (f"{row_time(change.row, proposal.as_of)} {change.row.account}", "strong"),
    ]


def rest_lines(proposal: ReplanProposal, width: int) -> list[Line]:
    """The best account left out and why; then what was not known."""
    lines: list[Line] = []
    if proposal.best_dropped is not None:
        words = _("x left out: {account} ({points}), {why}").format(
            account=proposal.best_dropped.account, points=proposal.best_dropped.score, why=proposal.best_dropped_why
        )
        lines += folded([(words, "")], width, 2)
    for note in proposal.notes:
        lines += folded([(note, "muted")], width)
    return lines


def plan_line(shown: ReplanProposal, plans: Sequence[ReplanProposal], width: int) -> list[Line]:
    """`Plan 1 of 3   [1 most KPI]   2 least change: face visits 14, travel min 37`: of the others what is different."""
    if len(plans) < 2:
        return []
    place = next(number for number, plan in enumerate(plans, 1) if plan is shown)
    parts: list[Part] = [(_("Plan {number} of {count}").format(number=place, count=len(plans)), "muted")]
    for number, plan in enumerate(plans, 1):
        name = f"{number} {aim_text(plan.aim)}"
        if plan is shown:
            parts += [("   ", ""), (f"[{name}]", "accent")]
            continue
        differs = [f"{new.label} {new.after}" for old, new in zip(shown.scores, plan.scores) if old.after != new.after]
        parts += [("   ", ""), (name, ""), (": " + listed(differs[:MOST_SAID]) if differs else "", "muted")]
    return [*folded(parts, width, 2)]


def limit_line(proposal: ReplanProposal, chosen: str) -> Line:
    """The limits that may be moved, the chosen one in brackets."""
    parts: list[Part] = []
    for limit in proposal.limits:
        words = f"{limit.label} {limit.value}"
        tone: Tone = "accent" if limit.is_changed else "muted"
        parts += [(f"[{words}]" if limit.name == chosen else f" {words} ", tone), (" ", "")]
    return parts


def relaxed_lines(choices: PlanChoices | None, width: int) -> list[Line]:
    lines: list[Line] = []
    for found in choices.relaxed if choices is not None else ():
        lines += folded([("! ", "warn"), (relaxed_text(found), "")], width, 2)
    return lines


def why_not_lines(found: WhyNot, width: int) -> list[Line]:
    """The first rule in the way; then each day, those with the same reason together."""
    lines: list[Line] = [*folded([(found.account, "strong"), (f": {found.text}", "")], width, 2)]
    days: dict[str, list[str]] = {}
    for on, text in found.days:
        days.setdefault(text, []).append(short_day(on))
    if len(days) > 1:
        for text, names in days.items():
            span = names[0] if len(names) == 1 else _("{first} to {last}").format(first=names[0], last=names[-1])
            lines += folded([(f"{span}: ", "muted"), (text, "")], width, 2)
    return lines
