"""What a write would change in the numbers: the same figures computed before and after, by the same functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.gap import money_gap
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import period_of
from cockpit.i18n import _, short_money, spoken
from cockpit.services.views import stage_name
from cockpit.sync.outbox import Edit


def with_edits(book: Book, edits: Iterable[Edit]) -> Book:
    """The book as it would be once the edits of activities and deals are saved."""
    activities = {row.id: row for row in book.activities}
    deals = {row.id: row for row in book.deals}
    for edit in edits:
        if edit.entity == "activity":
            _apply(activities, edit, Activity)
        elif edit.entity == "deal":
            _apply(deals, dataclasses.replace(edit, values=_in_one_currency(book, edit.values)), Deal)
    return dataclasses.replace(book, activities=tuple(activities.values()), deals=tuple(deals.values()))


def effects(book: Book, edits: Sequence[Edit], rep_id: str) -> tuple[str, ...]:
    """One text for each figure that would change: KPI done and without plan, uncovered money, stage, amount."""
    after = with_edits(book, edits)
    return (*_kpi_texts(book, after, rep_id), *_money_texts(book, after, rep_id), *_deal_texts(book, after, edits))


def _in_one_currency(book: Book, values: dict[str, Any]) -> dict[str, Any]:
    """The values of an edit as the book shows them: an amount comes with the currency it is kept in."""
    code = values.get("currency")
    if code is None:
        return values
    found = {
        name: book.exchange.minor(values[name], code) for name in ("amount_minor", "profit_minor") if name in values
    }
    return {**values, **found, "currency": book.exchange.currency(code)}


def _apply(rows: dict[str, Any], edit: Edit, cls: type[Activity] | type[Deal]) -> None:
    names = {field.name for field in dataclasses.fields(cls)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in edit.values.items() if name in names
    }
    if edit.id in rows:
        rows[edit.id] = dataclasses.replace(rows[edit.id], **values)
    elif edit.op == "create":
        rows[edit.id] = cls(id=edit.id, **values)


def _kpi_texts(before: Book, after: Book, rep_id: str) -> list[str]:
    texts = []
    for old, new in zip(kpi_counts(before, rep_id), kpi_counts(after, rep_id), strict=True):
        name = spoken(old.rule.name, old.rule.alias)
        if old.done != new.done:
            texts.append(
                _("{kpi} {before} -> {after} of {limit}").format(
                    kpi=name, before=old.done, after=new.done, limit=new.limit
                )
            )
        if old.uncovered != new.uncovered:
            texts.append(
                _("{kpi}, without plan {before} -> {after}").format(kpi=name, before=old.uncovered, after=new.uncovered)
            )
        elif new.uncovered and old.done != new.done:
            texts.append(_("{kpi}, still without plan {count}").format(kpi=name, count=new.uncovered))
    return texts


def _money_texts(before: Book, after: Book, rep_id: str) -> list[str]:
    month = period_of("month", before.today)
    old, new = money_gap(before, rep_id, month), money_gap(after, rep_id, month)
    texts = []
    if old.gap_minor != new.gap_minor:
        texts.append(
            _("Gap {before} -> {after}").format(before=short_money(old.gap_minor), after=short_money(new.gap_minor))
        )
    if old.uncovered_minor != new.uncovered_minor:
        texts.append(
            _("Money without plan {before} -> {after}").format(
                before=short_money(old.uncovered_minor), after=short_money(new.uncovered_minor)
            )
        )
    return texts


def _deal_texts(before: Book, after: Book, edits: Sequence[Edit]) -> list[str]:
    old, new = {deal.id: deal for deal in before.deals}, {deal.id: deal for deal in after.deals}
    texts = []
    for edit in edits:
        if edit.entity != "deal" or edit.id not in old:
            continue
        was, now = old[edit.id], new[edit.id]
        if was.stage_id != now.stage_id:
            stages = stage_name(before, was.stage_id), stage_name(before, now.stage_id)
            texts.append(_("Stage {before} -> {after}").format(before=stages[0], after=stages[1]))
        if was.amount_minor != now.amount_minor:
            amounts = short_money(was.amount_minor), short_money(now.amount_minor)
            texts.append(_("Amount {before} -> {after}").format(before=amounts[0], after=amounts[1]))
    return texts
