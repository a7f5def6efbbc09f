"""The way of one deal through its stages: when it came into each, how long it stayed, which is left, what each asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.i18n import _, short_day
from cockpit.plain import cells, fit
from cockpit.services.card_words import milestone_text, path_of
from cockpit.services.snapshots import StageStep
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Part, folded

LISTED = 46
"""Cells from which each stage has a line of its own where there is the height for it."""
BAR = 10
BARRED = 66
"""Cells from which the days of a stay are a bar too."""
_SIGNS = {True: ("#", "="), False: ("█", "▒")}
OVER = 1.5
"""A stay of so many times the usual days is too long."""


def is_over(step: StageStep) -> bool:
    return bool(step.days is not None and step.usual_days and step.days > OVER * step.usual_days)


def path_lines(steps: Sequence[StageStep], today: date, width: int, *, is_ascii: bool) -> list[list[Part]]:
    """A table: `>` marks the stage the deal is in; stages to come are muted."""
    steps = path_of(steps)
    if not steps:
        return [[(_("This deal is in no funnel."), "muted")]]
    name = min(max(cells(_("Stage")), *(cells(step.name) for step in steps)), max(width // 3, 8))
    day = max(cells(_("Since")), *(cells(_since(step, today)) for step in steps))
    size = max(cells(_("Days")), 5)
    usual = max(cells(_("Usual")), 5)
    bars = BAR + 1 if width >= BARRED else 0
    rest = max(width - 2 - name - 1 - day - 1 - size - 1 - usual - 2 - bars, 0)
    is_beside = rest >= max(cells(milestone_text(step)[0]) for step in steps)
    head = f"  {fit(_('Stage'), name)} {fit(_('Since'), day)} {fit(_('Days'), size, right=True)} "
    head += fit(_("Usual"), usual, right=True)
    if is_beside:
        head += "  " + " " * bars + fit(_("Asked before leaving"), rest)
    lines: list[list[Part]] = [[(head, "muted")]]
    most = max((max(step.days or 0, step.usual_days or 0) for step in steps), default=0)
    for step in steps:
        base: Tone = "strong" if step.is_current else "" if step.entered_at else "muted"
        stay: Tone = "warn" if is_over(step) else base
        days = "" if step.days is None else str(step.days)
        line: list[Part] = [
            ("> " if step.is_current else "  ", "accent"),
            (fit(step.name, name) + " ", base),
            (fit(_since(step, today), day) + " ", base if not step.is_current else ""),
            (fit(days, size, right=True) + " ", stay),
            (fit(f"{step.usual_days:g}" if step.usual_days else "-", usual, right=True) + "  ", "muted"),
        ]
        if bars:
            line.append((fit(_bar(step, most, is_ascii=is_ascii), BAR) + " ", "warn" if is_over(step) else "accent"))
        lines.append(line)
        if step.milestone:
            asked = milestone_text(step)
            if is_beside:
                line.append(asked)
            else:
                lines.append([("    ", ""), asked])
    return lines


def _since(step: StageStep, today: date) -> str:
    if step.entered_at is None:
        return ""
    day = step.entered_at.date()
    return short_day(day) if day.year == today.year else day.isoformat()


def _bar(step: StageStep, most: float, *, is_ascii: bool) -> str:
    """The days of a stay; the part over the usual ones has its own sign."""
    if not step.days or most <= 0:
        return ""
    size = max(1, round(step.days / most * BAR))
    within = size if not step.usual_days else min(size, round(step.usual_days / most * BAR))
    sign, over = _SIGNS[is_ascii]
    return sign * within + over * (size - within)


def strip_lines(steps: Sequence[StageStep], width: int) -> list[list[Part]]:
    """The stages in a row with their days, then what the current one asks."""
    steps = path_of(steps)
    if not steps:
        return [[(_("This deal is in no funnel."), "muted")]]
    line: list[Part] = []
    for step in steps:
        if line:
            line.append((" > ", "muted"))
        base: Tone = "strong" if step.is_current else "" if step.entered_at else "muted"
        line.append((step.name, base))
        if step.days is not None:
            line.append((" " + _("{days} d").format(days=step.days), "warn" if is_over(step) else base))
        if step.is_current and step.usual_days:
            line.append((" " + _("(usual {days})").format(days=f"{step.usual_days:g}"), "muted"))
    lines = folded(line, width)
    here = next((step for step in steps if step.is_current and step.milestone), None)
    if here is not None:
        words, tone = milestone_text(here)
        lines.append([(_("before leaving") + " ", "muted"), (words, tone)])
    return lines
