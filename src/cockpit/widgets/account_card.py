"""The card of an account: when it is due, how often it was seen, when it is open, where and what it is."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, listed
from cockpit.plain import cells, fit
from cockpit.services.card_words import opening_hours, rhythm_text, visits_text
from cockpit.services.snapshots import AccountSnapshot, MonthVisits
from cockpit.widgets.detail import Fact, columns
from cockpit.widgets.lines import Part, folded
from cockpit.widgets.sparkline import spark

PANE = 70
"""Cells below which the card is a pane beside others, with a line for each fact."""


def month_lines(months: Sequence[MonthVisits], label: str, width: int, *, is_ascii: bool) -> list[list[Part]]:
    """Visits a month as bars with the month's number below each, then the last value; `label` in front."""
    bars = spark([month.visits for month in months], is_ascii)
    size = cells(label)
    if width < size + 3 * len(months):
        return folded([(label, "muted"), (bars, "accent"), (f" {visits_text(months)}", "")], width, size)
    marks = "".join(f" {sign * 2}" for sign in bars)[1:]
    numbers = "".join(fit(str(month.starts_on.month), 3, right=True) for month in months)[1:]
    below: list[Part] = [(" " * size, ""), (numbers, "muted")]
    return [[(label, "muted"), (marks, "accent")], below, *folded([(" " * size + visits_text(months), "")], width)]


def card_lines(snapshot: AccountSnapshot, width: int, *, is_ascii: bool) -> list[list[Part]]:
    """One fact a line in a pane; four lines where the card goes over the whole width."""
    if width >= PANE:
        return _wide(snapshot, width, is_ascii=is_ascii)
    facts = [
        Fact(_("rhythm"), rhythm_text(snapshot)),
        Fact(_("hours"), opening_hours(snapshot.windows)),
        Fact(_("address"), snapshot.address or _("no address"), "" if snapshot.address else "muted"),
        Fact(_("industry"), listed(part for part in (snapshot.industry, snapshot.size) if part)),
        Fact(_("owner"), snapshot.owner),
        *(Fact(name, value) for name, value in snapshot.extra),
    ]
    shown = [fact for fact in facts if fact.text]
    size = max(cells(fact.label) for fact in shown)
    label = fit(_("visits"), min(max(size, cells(_("visits"))), 10)) + " "
    return [*columns("", shown, width)[1:], *month_lines(snapshot.months, label, width, is_ascii=is_ascii)]


def _wide(snapshot: AccountSnapshot, width: int, *, is_ascii: bool) -> list[list[Part]]:
    bars = spark([month.visits for month in snapshot.months], is_ascii)
    rhythm: list[Part] = [(rhythm_text(snapshot), "")]
    trend: list[Part] = [(_("visits") + " ", "muted"), (bars, "accent"), (f" {visits_text(snapshot.months)}", "")]
    where = "  ".join((snapshot.address or _("no address"), opening_hours(snapshot.windows)))
    extra = (f"{name} {value}" for name, value in snapshot.extra)
    what = "  ".join(part for part in (snapshot.industry, snapshot.size, snapshot.owner, *extra) if part)
    return [rhythm, trend, [(fit(where, width), "muted")], [(fit(what, width), "muted")]]
