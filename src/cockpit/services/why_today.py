"""Why the day's counts are what they are, and all numbers of one screen."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.agenda import today_list, unvisited
from cockpit.domain.book import Book
from cockpit.domain.problems import cards_of
from cockpit.i18n import N_, _, exact_money
from cockpit.services import card_views
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.why_money import answer
from cockpit.services.why_period import part_row
from cockpit.services.why_sources import Sources
from cockpit.services.why_words import value_text
from cockpit.services.why_work import activity_row

_TITLES = {
    "today": N_("Today"),
    "gap": N_("Gap"),
    "pipeline": N_("Pipeline"),
    "funnel": N_("Funnel"),
    "team": N_("Team"),
    "forecast": N_("Forecast"),
    "targets": N_("Targets"),
    "metrics": N_("Metrics"),
    "replan": N_("Replan"),
    "sync": N_("Sync"),
}
_OPEN = ("found", "relapsed")


def whole(book: Book, rep_id: str, number: str) -> Why | None:
    """`today.NUMBER`: visits (all of the list), held, planned, unvisited, problems."""
    rows = today_list(book, rep_id)
    if number == "problems":
        return _problems(book, rep_id)
    if number == "unvisited":
        formula = _("visits still planned whose day is over: each wants a reason or a new time")
        return _counted(book, _("Unvisited"), formula, [activity_row(book, row) for row in unvisited(book, rep_id)])
    titles = {"visits": _("Today's list"), "held": _("Held today"), "planned": _("Still planned today")}
    if number not in titles:
        return None
    chosen = [row for row in rows if number == "visits" or row.status == number]
    formula = _("activities that start today, and next steps and to-dos that are overdue")
    return _counted(book, titles[number], formula, [activity_row(book, row) for row in chosen])


def _counted(book: Book, title: str, formula: str, rows: Sequence[WhyRow]) -> Why:
    return answer(book, title, len(rows), "count", formula, rows, "count")


def _problems(book: Book, rep_id: str) -> Why:
    """Open cards in their order: at risk x can it be moved / minutes needed."""
    cards = cards_of(book, rep_id)
    rows = [part_row(f"card:{card.id}", card_views.what(book, card), int(card.state in _OPEN)) for card in cards]
    formula = _("cards in state found or relapsed; the order is money at risk x movable / minutes")
    value = sum(row.value for row in rows)
    at_risk = [(card_views.what(book, card), exact_money(card.money_minor, card.currency)) for card in cards]
    return answer(book, _("Open problems"), value, "count", formula, rows, "sum", inputs=at_risk)


def screen_title(name: str) -> str:
    return _(_TITLES[name])


def listed(sources: Sources, of: str, answers: Sequence[tuple[str, Why]]) -> Why:
    """One row for each number of a screen or card, to be opened."""
    rows = [WhyRow(entity="why", id=about, text=_said(why), at=None, value=0) for about, why in answers]
    title = _("All numbers: {screen}").format(screen=of)
    formula = _("open a row to see what its number is made of")
    return answer(sources.book, title, None, "none", formula, rows, "none")


def _said(why: Why) -> str:
    if why.unit == "none" or not why.title:
        return why.title
    return f"{why.title}  {value_text(why.value, why)}"
