"""Why a sum of money or a rate is what it is: the deals and targets that give it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.entities import Deal, Target
from cockpit.domain.gap import MoneyGap
from cockpit.domain.periods import PeriodKind, period_of
from cockpit.domain.team import gap_of
from cockpit.i18n import _, exact_money, long_day, short_day
from cockpit.services import words
from cockpit.services.gap_words import months_text
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import account_name, kept_money, person_name

Combine = Literal["sum", "count", "none"]
Unit = Literal["money", "count", "points", "days", "minutes", "none"]


def answer(
    book: Book,
    title: str,
    value: int | None,
    unit: Unit,
    formula: str,
    rows: Iterable[WhyRow],
    combine: Combine,
    *,
    inputs: Sequence[tuple[str, str]] = (),
    currency: str = "",
) -> Why:
    """A `Why` with the book's moment and where its rows came from; of money also the rates by which some was converted."""
    if unit == "money" and currency == book.exchange.into:
        inputs = (*inputs, *_rates(book))
    origin = _("rows on this device") if book.complete else _("rows on this device, the first sync is not over")
    return Why(
        title=title,
        value=value,
        unit=unit,
        currency=currency,
        formula=formula,
        inputs=tuple(inputs),
        rows=tuple(rows),
        combine=combine,
        as_of=book.local(book.as_of),
        origin=origin,
    )


def _rates(book: Book) -> list[tuple[str, str]]:
    used = {kept.currency for kept in book.kept.values()}
    said = _("1 {currency} = {rate} {into}, {day}")
    return [
        (
            _("exchange rate given"),
            said.format(currency=one.currency, rate=one.text, into=one.into, day=one.on.isoformat()),
        )
        for one in book.exchange.rates.values()
        if one.currency in used
    ]


def deal_row(book: Book, deal: Deal, value: int) -> WhyRow:
    """A deal with its account, owner and the day it closed or is expected to."""
    day = deal.closed_on or deal.expected_on
    parts = [deal.name, account_name(book, deal.account_id), person_name(book, deal.owner_id)]
    parts += [short_day(day) if day else "", words.kept_text(kept_money(book, deal.id))]
    at: datetime | None = book.midnight(deal.closed_on) if deal.closed_on else None
    return WhyRow(entity="deal", id=deal.id, text=_(", ").join(part for part in parts if part), at=at, value=value)


def deal_rows(book: Book, deals: Iterable[Deal], currency: str, sign: int = 1) -> list[WhyRow]:
    """The deals in one currency; `sign` -1 where they are taken off."""
    return [deal_row(book, d, sign * (d.amount_minor or 0)) for d in deals if d.currency == currency]


def target_rows(book: Book, rows: Iterable[Target]) -> list[WhyRow]:
    return [
        WhyRow(
            entity="target",
            id=row.id,
            text=_("target of the {period} from {day}, version {version}").format(
                period=words.period_name(row.period_kind), day=long_day(row.period_start), version=row.version
            ),
            at=book.local(row.agreed_by_rep_at) if row.agreed_by_rep_at else None,
            value=row.value,
        )
        for row in rows
    ]


def period_gap(book: Book, rep_id: str, kind: PeriodKind, currency: str | None = None) -> MoneyGap:
    """The period that holds the book's day; `currency` None: the one the person is measured in."""
    return gap_of(book, rep_id, period_of(kind, book.today), currency)


def no_target(gap: MoneyGap) -> str:
    """Why there is nothing to compare with."""
    return months_text(gap.months_missing) if gap.months_missing else _("there is no target for this period")


def goal_rows(book: Book, gap: MoneyGap) -> list[WhyRow]:
    """The targets behind the goal. A week's or day's goal is its share of a month's: that row shows the share."""
    rows = target_rows(book, gap.targets)
    if len(rows) == 1 and gap.target_minor is not None and rows[0].value != gap.target_minor:
        text = _("{target}, its share by working days").format(target=rows[0].text)
        return [replace(rows[0], value=gap.target_minor, text=text)]
    return rows


def _combine(rows: Sequence[WhyRow], value: int | None) -> Combine:
    return "sum" if value is not None and sum(row.value for row in rows) == value else "none"


def _inputs(gap: MoneyGap, value: int | None) -> list[tuple[str, str]]:
    """The five numbers, the share of the target that `value` is, and the period."""
    lines = (
        (_("target"), gap.target_minor),
        (_("actual"), gap.actual_minor),
        (_("gap"), gap.gap_minor),
        (_("planned"), gap.planned_minor),
        (_("uncovered"), gap.uncovered_minor),
    )
    texts = [(name, exact_money(amount, gap.currency)) for name, amount in lines]
    if gap.target_minor and value is not None:
        texts.append((_("of target"), f"{value / gap.target_minor:.0%}"))
    period = _("{period}, {first} to {last}").format(
        period=words.period_name(gap.period.kind),
        first=short_day(gap.period.starts_on),
        last=short_day(gap.period.ends_on),
    )
    return [*texts, (_("period"), period)]


def target(book: Book, rep_id: str, kind: PeriodKind = "month", currency: str | None = None) -> Why:
    gap = period_gap(book, rep_id, kind, currency)
    formula = _("the newest version of the period's target") if gap.target_minor is not None else no_target(gap)
    if len(gap.targets) > 1 and gap.target_minor is not None:
        formula = _("the newest versions of {count} targets in the period, added up").format(count=len(gap.targets))
    rows = goal_rows(book, gap)
    return answer(
        book,
        _("Target"),
        gap.target_minor,
        "money",
        formula,
        rows,
        _combine(rows, gap.target_minor),
        inputs=_inputs(gap, gap.target_minor),
        currency=gap.currency,
    )


def actual(book: Book, rep_id: str, kind: PeriodKind = "month", currency: str | None = None) -> Why:
    gap = period_gap(book, rep_id, kind, currency)
    rows = deal_rows(book, gap.won, gap.currency)
    formula = _("sum over the deals won with a closing day in the period ({count})").format(count=len(rows))
    return answer(
        book,
        _("Actual"),
        gap.actual_minor,
        "money",
        formula,
        rows,
        "sum",
        inputs=_inputs(gap, gap.actual_minor),
        currency=gap.currency,
    )


def gap(book: Book, rep_id: str, kind: PeriodKind = "month", currency: str | None = None) -> Why:
    found = period_gap(book, rep_id, kind, currency)
    rows = [*goal_rows(book, found), *deal_rows(book, found.won, found.currency, -1)]
    return answer(
        book,
        _("Gap"),
        found.gap_minor,
        "money",
        _formula(_("gap = target {target} - actual {actual}"), found),
        rows,
        _combine(rows, found.gap_minor),
        inputs=_inputs(found, found.gap_minor),
        currency=found.currency,
    )


def planned(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    found = period_gap(book, rep_id, kind)
    rows = deal_rows(book, found.planned, found.currency)
    formula = _("sum over the open deals expected in the period that have a dated next step, unweighted ({count})")
    return answer(
        book,
        _("Planned"),
        found.planned_minor,
        "money",
        formula.format(count=len(rows)),
        rows,
        "sum",
        inputs=_inputs(found, found.planned_minor),
        currency=found.currency,
    )


def uncovered(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    """The rows sum to gap - planned; below zero nothing is uncovered and the sum is not the value."""
    found = period_gap(book, rep_id, kind)
    rows = [
        *goal_rows(book, found),
        *deal_rows(book, found.won, found.currency, -1),
        *deal_rows(book, found.planned, found.currency, -1),
    ]
    return answer(
        book,
        _("Uncovered"),
        found.uncovered_minor,
        "money",
        _formula(_("uncovered = gap {gap} - planned {planned}, never below zero"), found),
        rows,
        _combine(rows, found.uncovered_minor),
        inputs=_inputs(found, found.uncovered_minor),
        currency=found.currency,
    )


def _formula(words_of: str, gap: MoneyGap) -> str:
    """The formula with its figures; without a target it says what is missing."""
    if gap.target_minor is None:
        return no_target(gap)
    values = {
        "target": gap.target_minor,
        "actual": gap.actual_minor,
        "gap": gap.gap_minor,
        "planned": gap.planned_minor,
    }
    return words_of.format(**{name: exact_money(value, gap.currency) for name, value in values.items()})
