"""What a lead reads about one rep: his problems with what to do, his day and week, his deals at risk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from cockpit.i18n import _, clock_time, exact_money, short_day, short_moment, short_money
from cockpit.plain import cells, fit
from cockpit.services.snapshots import TeamProblem, TeamRep, TeamSnapshot, TeamVisit
from cockpit.services.words import activity_status, card_state, kind_name
from cockpit.widgets.lines import Part, folded
from cockpit.widgets.rep_table import STATE_TONES, log_age, rep_name
from cockpit.widgets.sparkline import spark

TWO_COLUMNS, GAP = 100, 4
"""Cells from which two lists stand beside each other, and the cells between them."""
ROOMY = 90
"""Cells from which a rep's other name and a state's progress are said too."""


def head_lines(rep: TeamRep, snapshot: TeamSnapshot, width: int, *, is_ascii: bool) -> list[list[Part]]:
    """Who, the exact result, how old the log is; then the trends with their last values."""
    other = (rep.name if rep_name(rep) != rep.name else rep.alias) if width >= ROOMY else ""
    result = _("actual {actual} of {target}").format(
        actual=exact_money(rep.actual_minor, snapshot.currency), target=exact_money(rep.target_minor, snapshot.currency)
    )
    head: list[Part] = [(rep_name(rep), "strong"), (f" {other}" if other else "", "muted"), (f"  {result}", "")]
    if rep.behind_minor:
        behind = _("{money} behind pace").format(money=short_money(rep.behind_minor))
        head.append((f"  {behind}", "warn"))
    head.append(("  " + _("last log {moment}").format(moment=log_age(rep, snapshot.as_of)), "muted"))
    held, won = [week.held for week in rep.trend], [week.won_minor for week in rep.trend]
    if not held:
        return [head]
    trend: list[Part] = [
        (_("held a week") + " ", "muted"),
        (spark(held, is_ascii), "accent"),
        (f" {held[-1]}   ", ""),
        (_("won a week") + " ", "muted"),
        (spark(won, is_ascii), "accent"),
        (f" {short_money(won[-1])}", ""),
    ]
    return [head, trend]


def problem_lines(problems: Sequence[TeamProblem], width: int, most: int | None = None) -> list[list[Part]]:
    """A header and one line a problem: state, problem, what to do; how many there are beyond `most`."""
    if not problems:
        return [[(_("No open problem."), "good")]]
    rest = len(problems[most:]) if most is not None else 0
    problems = problems[:most]
    titles = (_("State"), _("Problem"), _("What to do"))
    states = [one.state_text if width >= ROOMY else card_state(one.state) for one in problems]
    state = min(max(map(cells, (titles[0], *states))), width // 4)
    left = width - state - 4
    what = max(map(cells, (titles[1], *(one.what for one in problems))))
    what = min(what, max(left // 2, left - max(cells(one.to_do) for one in problems)))
    lines: list[list[Part]] = [[(f"{fit(titles[0], state)}  {fit(titles[1], what)}  {titles[2]}", "muted")]]
    lines += (
        [
            (fit(text, state), STATE_TONES.get(one.state, "")),
            (f"  {fit(one.what, what)}  ", ""),
            (one.to_do, ""),
        ]
        for one, text in zip(problems, states, strict=True)
    )
    return [*lines, [(_("{count} more").format(count=rest), "muted")]] if rest else lines


def week_lines(rep: TeamRep, snapshot: TeamSnapshot, width: int) -> list[list[Part]]:
    """Today as it goes, and what is planned until the end of the week; beside each other where there is room."""
    if width < TWO_COLUMNS:
        return [*_today_lines(rep, snapshot, width), [], *_later_lines(rep, snapshot, width)]
    half = (width - GAP) // 2
    lines: list[list[Part]] = []
    for left, right in zip_longest(_today_lines(rep, snapshot, half), _later_lines(rep, snapshot, half), fillvalue=()):
        used = sum(cells(text) for text, _tone in left)
        lines.append([*left, (" " * (half + GAP - used), ""), *right])
    return lines


def _today_lines(rep: TeamRep, snapshot: TeamSnapshot, width: int) -> list[list[Part]]:
    today = snapshot.as_of.date()
    lines: list[list[Part]] = [[(_("Today"), "strong"), (f"  {short_day(today)}", "muted")]]
    lines += (
        _visit_line(visit, clock_time(visit.starts_at), width) for visit in rep.week if visit.starts_at.date() == today
    )
    return lines if len(lines) > 1 else [*lines, [(_("nothing planned"), "muted")]]


def _later_lines(rep: TeamRep, snapshot: TeamSnapshot, width: int) -> list[list[Part]]:
    lines: list[list[Part]] = [[(_("Later this week"), "strong")]]
    lines += (
        _visit_line(visit, short_moment(visit.starts_at), width)
        for visit in rep.week
        if visit.starts_at.date() != snapshot.as_of.date()
    )
    return lines if len(lines) > 1 else [*lines, [(_("nothing planned"), "muted")]]


def _visit_line(visit: TeamVisit, when: str, width: int) -> list[Part]:
    is_over = visit.status != "planned"
    state = activity_status(visit.status) if is_over else ""
    text = f" {kind_name(visit.kind)} {visit.tier}".rstrip()
    room = max(width - cells(when) - 1 - cells(text) - cells(state) - 1, 4)
    name = visit.account if cells(visit.account) <= room else fit(visit.account, room)
    return [(f"{when} ", "muted"), (name, "muted" if is_over else ""), (text, "muted"), (f" {state}", "muted")]


def deal_lines(rep: TeamRep, width: int) -> list[list[Part]]:
    """The deals a rule has found, the largest first: amount, deal and what is wrong."""
    lines: list[list[Part]] = [[(_("Deals at risk"), "strong")]]
    if not rep.deals_at_risk:
        return [*lines, [(_("none"), "muted")]]
    amounts = [short_money(deal.at_risk_minor or None) for deal in rep.deals_at_risk]
    size = max(map(cells, amounts))
    for deal, amount in zip(rep.deals_at_risk, amounts, strict=True):
        lines += folded([(fit(amount, size, right=True) + "  ", "warn"), (deal.what, "")], width, size + 2)
    return lines
