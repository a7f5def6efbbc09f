"""Why a sum of money or a rate is what it is: the deals and targets that give it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import money
from cockpit.domain.entities import Deal, Target
from cockpit.domain.gap import MoneyGap, money_gap
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import PeriodKind, period_of
from cockpit.domain.pipeline import Pipeline
from cockpit.i18n import _, exact_money, long_day, short_day
from cockpit.services import words
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import account_name, kpi_name, person_name, stage_name

Combine = Literal["sum", "count", "none"]
Unit = Literal["money", "count", "points", "none"]


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
    """A `Why` with the book's moment and where its rows came from."""
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


def deal_row(book: Book, deal: Deal, value: int) -> WhyRow:
    """A deal with its account, owner and the day it closed or is expected to."""
    day = deal.closed_on or deal.expected_on
    parts = [deal.name, account_name(book, deal.account_id), person_name(book, deal.owner_id)]
    parts.append(short_day(day) if day else "")
    at: datetime | None = book.midnight(deal.closed_on) if deal.closed_on else None
    return WhyRow(entity="deal", id=deal.id, text=", ".join(part for part in parts if part), at=at, value=value)


def _deal_rows(book: Book, deals: Iterable[Deal], currency: str, sign: int = 1) -> list[WhyRow]:
    return [deal_row(book, d, sign * (d.amount_minor or 0)) for d in deals if d.currency == currency]


def _target_rows(book: Book, rows: Iterable[Target]) -> list[WhyRow]:
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


def _period(book: Book, rep_id: str, kind: PeriodKind) -> MoneyGap:
    return money_gap(book, rep_id, period_of(kind, book.today))


def _goal_rows(book: Book, gap: MoneyGap) -> list[WhyRow]:
    """The targets behind the goal. A week's or day's goal is its share of a month's: that row shows the share."""
    rows = _target_rows(book, gap.targets)
    if len(rows) == 1 and gap.target_minor is not None and rows[0].value != gap.target_minor:
        text = _("{target}, its share by working days").format(target=rows[0].text)
        return [replace(rows[0], value=gap.target_minor, text=text)]
    return rows


def _combine(rows: Sequence[WhyRow], value: int | None) -> Combine:
    return "sum" if value is not None and sum(row.value for row in rows) == value else "none"


def _inputs(gap: MoneyGap) -> list[tuple[str, str]]:
    lines = (
        (_("target"), gap.target_minor),
        (_("actual"), gap.actual_minor),
        (_("gap"), gap.gap_minor),
        (_("planned"), gap.planned_minor),
        (_("uncovered"), gap.uncovered_minor),
    )
    return [(name, exact_money(value, gap.currency)) for name, value in lines]


def target(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    gap = _period(book, rep_id, kind)
    formula = _("the newest version of the period's target") if gap.targets else _("there is no target for this period")
    rows = _goal_rows(book, gap)
    combine = "sum" if gap.target_minor is None else _combine(rows, gap.target_minor)
    return answer(book, _("Target"), gap.target_minor, "money", formula, rows, combine, currency=gap.currency)


def actual(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    gap = _period(book, rep_id, kind)
    return _actual(book, gap, _("Actual"))


def _actual(book: Book, gap: MoneyGap, title: str) -> Why:
    formula = _("sum of the deals won with a closing day in the period")
    rows = _deal_rows(book, gap.won, gap.currency)
    return answer(
        book, title, gap.actual_minor, "money", formula, rows, "sum", inputs=_inputs(gap), currency=gap.currency
    )


def gap(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    found = _period(book, rep_id, kind)
    rows = [*_goal_rows(book, found), *_deal_rows(book, found.won, found.currency, -1)]
    return answer(
        book,
        _("Gap"),
        found.gap_minor,
        "money",
        _("gap = target - actual"),
        rows,
        _combine(rows, found.gap_minor),
        inputs=_inputs(found),
        currency=found.currency,
    )


def planned(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    found = _period(book, rep_id, kind)
    formula = _("sum of the open deals expected in the period that have a dated next step, unweighted")
    rows = _deal_rows(book, found.planned, found.currency)
    return answer(
        book,
        _("Planned"),
        found.planned_minor,
        "money",
        formula,
        rows,
        "sum",
        inputs=_inputs(found),
        currency=found.currency,
    )


def uncovered(book: Book, rep_id: str, kind: PeriodKind = "month") -> Why:
    """The rows sum to gap - planned; below zero nothing is uncovered and the sum is not the value."""
    found = _period(book, rep_id, kind)
    rows = [
        *_goal_rows(book, found),
        *_deal_rows(book, found.won, found.currency, -1),
        *_deal_rows(book, found.planned, found.currency, -1),
    ]
    return answer(
        book,
        _("Uncovered"),
        found.uncovered_minor,
        "money",
        _("uncovered = max(0, gap - planned)"),
        rows,
        _combine(rows, found.uncovered_minor),
        inputs=_inputs(found),
        currency=found.currency,
    )


def rep_line(book: Book, rep_id: str) -> Why:
    """A rep's line of the board: his own actual, and his KPI in words."""
    found = _period(book, rep_id, "month")
    counts = [
        (
            kpi_name(count.rule),
            _("{done} done, {planned} planned, {uncovered} uncovered of {limit}").format(
                done=count.done, planned=len(count.planned), uncovered=count.uncovered, limit=count.limit
            ),
        )
        for count in kpi_counts(book, rep_id)
    ]
    why = _actual(book, found, person_name(book, rep_id) or rep_id)
    return answer(
        book,
        why.title,
        why.value,
        "money",
        why.formula,
        why.rows,
        "sum",
        inputs=[*why.inputs, *counts],
        currency=found.currency,
    )


def stage(book: Book, line: Pipeline, stage_id: str) -> Why:
    """Open deals in a stage: as many rows as deals, and their values sum to its money."""
    part = next((part for part in line.stages if part.stage.id == stage_id), None)
    deals = part.deals if part else ()
    inputs = [(_("deals"), str(len(deals))), (_("money"), exact_money(money(deals, line.currency), line.currency))]
    if part is not None and part.left:
        share = _("{forward} of {left} that left it went on").format(forward=part.forward, left=part.left)
        inputs.append((_("conversion"), share))
    rows = [deal_row(book, d, (d.amount_minor or 0) if d.currency == line.currency else 0) for d in deals]
    formula = _("open deals in this stage; a deal without amount counts and adds no money")
    value = money(deals, line.currency)
    title = stage_name(book, stage_id)
    return answer(book, title, value, "money", formula, rows, "sum", inputs=inputs, currency=line.currency)


def won(book: Book, line: Pipeline) -> Why:
    rows = _deal_rows(book, line.won, line.currency)
    return answer(
        book,
        _("Won"),
        money(line.won, line.currency),
        "money",
        _("sum of all deals won up to this moment"),
        rows,
        "sum",
        inputs=[(_("deals"), str(len(line.won)))],
        currency=line.currency,
    )


def open_deals(book: Book, line: Pipeline) -> Why:
    rows = _deal_rows(book, line.open, line.currency)
    without = sum(deal.amount_minor is None for deal in line.open)
    return answer(
        book,
        _("Open deals"),
        money(line.open, line.currency),
        "money",
        _("sum of the open deals, unweighted: a reserve, not a forecast"),
        rows,
        "sum",
        inputs=[(_("deals"), str(len(line.open))), (_("without amount"), str(without))],
        currency=line.currency,
    )


def win_rate(book: Book, line: Pipeline) -> Why:
    """One row for each closed deal, 1 for a won one: the sum is the won, the number of rows the closed ones."""
    rows = [deal_row(book, deal, 1) for deal in line.won] + [deal_row(book, deal, 0) for deal in line.lost]
    rate = line.win_rate
    inputs = [
        (_("won"), str(len(line.won))),
        (_("lost"), str(len(line.lost))),
        (_("win rate"), "-" if rate is None else f"{rate:.1%}"),
    ]
    formula = _("win rate = won / (won + lost), by count")
    return answer(book, _("Win rate"), len(line.won), "none", formula, rows, "sum", inputs=inputs)
