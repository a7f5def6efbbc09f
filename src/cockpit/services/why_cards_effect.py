"""What a card about work without effect, or about what is let go, lacks by its rows."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.card_care import Acted, Dropped, Renewal
from cockpit.domain.card_effect import LEAF_PERCENT, Leaf, Met, Policy
from cockpit.domain.periods import period_text
from cockpit.i18n import _, short_day
from cockpit.services.card_effect_words import EffectFinding, effect_evidence, effect_subject, effect_what
from cockpit.services.snapshots import WhyRow
from cockpit.services.views import kpi_name
from cockpit.services.why_money import Unit, deal_row, deal_rows


def effect_rows(book: Book, found: EffectFinding) -> tuple[int, Unit, list[WhyRow]]:
    """What is lacking now, in its unit, and rows whose values sum to it."""
    if isinstance(found, Met):
        return _met_rows(book, found)
    if isinstance(found, Dropped):
        shown = zip(found.rows, effect_evidence(book, found), strict=True)
        rows = [WhyRow(entity="account", id=row.account.id, text=line.text, at=None, value=1) for row, line in shown]
        return len(rows), "count", rows
    if isinstance(found, Renewal):
        lacks = int(found.next_deal is None)
        text = _("a year after {deal}, won on {day}").format(
            deal=found.last.name, day=short_day(found.last.closed_on) if found.last.closed_on else "-"
        )
        rows = [WhyRow(entity="deal", id=found.last.id, text=text, at=None, value=lacks)]
        return lacks, "count", [*rows, *([deal_row(book, found.next_deal, 0)] if found.next_deal else [])]
    if isinstance(found, Leaf):
        return _leaf_rows(found)
    if isinstance(found, Policy):
        return _policy_rows(book, found)
    if isinstance(found, Acted):
        due = found.missing + found.acted
        parts = ((_("{percent} of {count} cards found two days ago or longer"), due), (_("seen to"), -found.acted))
        rows = [
            WhyRow(
                entity="person",
                id=found.lead.id,
                text=text.format(count=found.found, percent=f"{found.percent}%"),
                at=None,
                value=value,
            )
            for text, value in parts
            if found.missing
        ]
        return found.missing, "count", rows
    lacks = int(found.is_firing)
    text = _("{count} past forecasts of this day of a month: {what}").format(
        count=found.count, what=effect_what(book, found)
    )
    return lacks, "count", [WhyRow(entity="team", id=found.team.id, text=text, at=None, value=lacks)]


def _met_rows(book: Book, found: Met) -> tuple[int, Unit, list[WhyRow]]:
    """Each month's target, less what was won in it."""
    rows = []
    for month in found.months:
        target = month.gap.targets[0].id if month.gap.targets else ""
        text = _("target of {period}").format(period=period_text(month.gap.period))
        rows.append(WhyRow(entity="target", id=target, text=text, at=None, value=month.gap.target_minor or 0))
        rows += deal_rows(book, month.gap.won, month.gap.currency, -1)
    return found.missed_minor, "money", rows


def _leaf_rows(found: Leaf) -> tuple[int, Unit, list[WhyRow]]:
    if not found.missing:
        return 0, "count", []
    text = _("{percent}% of what {count} reps should have held by now: {rule}").format(
        percent=LEAF_PERCENT, count=found.people, rule=kpi_name(found.rule)
    )
    due = WhyRow(entity="kpi_rule", id=found.rule.id, text=text, at=None, value=found.missing + found.held)
    held = WhyRow(entity="team", id=found.team.id, text=_("held"), at=None, value=-found.held)
    return found.missing, "count", [due, held]


def _policy_rows(book: Book, found: Policy) -> tuple[int, Unit, list[WhyRow]]:
    """The counts and sums of both times, and whether the rule is without effect."""
    lacks, name = int(found.is_firing), effect_subject(book, found)
    texts = [
        _("{name}: {count} in {days} working days").format(name=name, count=count, days=days)
        for count, days in zip(found.counted, found.days, strict=True)
    ]
    rows = [WhyRow(entity="kpi_rule", id=found.rule.id, text=text, at=None, value=0) for text in texts]
    last = WhyRow(entity="kpi_rule", id=found.rule.id, text=effect_what(book, found), at=None, value=lacks)
    return lacks, "count", [*rows, *(deal_row(book, deal, 0) for deals in found.won for deal in deals), last]
