"""Why the board shows what it shows: a rep's figures by his own rows, the totals by the reps'."""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.card_month import pace
from cockpit.domain.entities import Activity
from cockpit.domain.kpi import KpiCount
from cockpit.domain.problems import cards_of
from cockpit.domain.rhythm import TREND_WEEKS, last_weeks
from cockpit.domain.team import RepFigures
from cockpit.i18n import _, exact_money, listed, long_day, spoken
from cockpit.services import card_views, why_forecast, why_money, why_period
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import kpi_name
from cockpit.services.why_money import Unit, answer
from cockpit.services.why_period import part_row
from cockpit.services.why_sources import Board
from cockpit.services.why_work import activity_row

PARTS = ("target", "actual", "gap", "behind", "forecast", "held", "planned", "uncovered", "weeks", "log", "problems")
TOTALS = ("target", "actual", "gap", "behind", "forecast", "held", "planned", "uncovered", "weeks")


def rep_line(board: Board, rep_id: str, part: str) -> Why | None:
    """A rep's line of the board: as a whole his actual, with the other figures among the inputs; or one part of it."""
    rep = board.line(rep_id)
    if rep is None:
        return None
    if part == "":
        return _whole(board, rep)
    found = _part(board, rep, part) if part in PARTS else None
    return (
        replace(
            found,
            title=_("{name}: {number}").format(name=spoken(rep.person.name, rep.person.alias), number=found.title),
        )
        if found
        else None
    )


def _part(board: Board, rep: RepFigures, part: str) -> Why:
    book, rep_id = board.book, rep.person.id
    if part in ("target", "actual", "gap"):
        explain = {"target": why_money.target, "actual": why_money.actual, "gap": why_money.gap}[part]
        return explain(book, rep_id, currency=board.currency)
    if part == "behind":
        return _behind(board, rep)
    if part == "forecast":
        return why_forecast.of_period(board.nearby, (rep_id,), "month", part)
    if part == "weeks":
        return _weeks(board, rep)
    if part == "log":
        return _log(board, rep)
    if part == "problems":
        return _problems(board, rep)
    return _visits(board, rep, part)


def _whole(board: Board, rep: RepFigures) -> Why:
    book, currency = board.book, rep.gap.currency
    found = why_money.actual(book, rep.person.id, currency=currency)
    counts = [
        (
            kpi_name(count.rule),
            _("{done} done, {planned} planned, {uncovered} uncovered of {limit}").format(
                done=count.done, planned=len(count.planned), uncovered=count.uncovered, limit=count.limit
            ),
        )
        for count in rep.kpis
    ]
    behind = exact_money(pace(book, rep.gap).behind_minor, currency)
    inputs = [*found.inputs, (_("behind pace"), behind), *counts]
    return replace(found, title=spoken(rep.person.name, rep.person.alias) or rep.person.id, inputs=tuple(inputs))


def _behind(board: Board, rep: RepFigures) -> Why:
    """Never below zero: who is ahead of the pace is behind by nothing."""
    found = why_period.pace(board.book, rep.person.id, "month", board.currency)
    if pace(board.book, rep.gap).behind_minor or rep.gap.target_minor is None:
        return found if found.value is not None else replace(found, value=0)
    formula = _("{formula}; ahead of the pace, so nothing is behind").format(formula=found.formula)
    return replace(found, title=_("Behind pace"), value=0, formula=formula, combine="none")


def _visit_count(rep: RepFigures) -> KpiCount | None:
    return next((count for count in rep.kpis if count.rule.kind == "visit" and count.rule.parent_id is None), None)


def _visits(board: Board, rep: RepFigures, part: str) -> Why:
    """Held, planned and uncovered visits: those of the rule that asks for visits, where there is one."""
    count = _visit_count(rep)
    if count is None:
        return _without_rule(board, rep, part)
    limit = WhyRow(entity="kpi_rule", id=count.rule.id, text=kpi_name(count.rule), at=None, value=count.limit)
    inputs = [
        (_("limit"), str(count.limit)),
        (_("held"), str(count.done)),
        (_("planned"), str(len(count.planned))),
        (_("uncovered"), str(count.uncovered)),
    ]
    if part == "uncovered":
        taken = [activity_row(board.book, row, -1) for row in (*count.held, *count.planned)]
        formula = _("uncovered = limit {limit} - held {held} - planned {planned}, never below zero").format(
            limit=count.limit, held=count.done, planned=len(count.planned)
        )
        is_sum = count.limit - len(taken) == count.uncovered
        combine: why_money.Combine = "sum" if is_sum else "none"
        return answer(
            board.book,
            _("Uncovered visits"),
            count.uncovered,
            "count",
            formula,
            [limit, *taken],
            combine,
            inputs=inputs,
        )
    rows = [activity_row(board.book, row) for row in (count.held if part == "held" else count.planned)]
    title = _("Visits held") if part == "held" else _("Visits planned")
    formula = _("counted by the rule {rule}").format(rule=kpi_name(count.rule))
    return answer(board.book, title, len(rows), "count", formula, rows, "count", inputs=inputs)


def _without_rule(board: Board, rep: RepFigures, part: str) -> Why:
    if part == "uncovered":
        formula = _("no rule asks this rep for visits, so none is uncovered")
        return answer(board.book, _("Uncovered visits"), 0, "count", formula, (), "count")
    found = why_period.days(board.book, rep.person.id, "month", part)
    assert found is not None
    return found


def _weeks(board: Board, rep: RepFigures) -> Why:
    """The visits behind the bars, one row each."""
    weeks = last_weeks(board.book, (rep.person.id,), rep.gap.currency)
    first, last = weeks[0].starts_on, weeks[-1].starts_on.toordinal() + 6
    held: list[Activity] = [
        visit
        for visit in board.book.activities_by_rep.get(rep.person.id, ())
        if visit.kind == "visit"
        and visit.status == "held"
        and first <= board.book.local_day(visit.starts_at)
        and board.book.local_day(visit.starts_at).toordinal() <= last
    ]
    inputs = [(why_period.week_name(week.starts_on), str(week.held)) for week in weeks]
    formula = _("visits held in the last {count} weeks, from Monday; this week {now}").format(
        count=TREND_WEEKS, now=weeks[-1].held
    )
    rows = [activity_row(board.book, visit) for visit in held]
    return answer(board.book, _("Visits held by week"), len(rows), "count", formula, rows, "count", inputs=inputs)


def _log(board: Board, rep: RepFigures) -> Why:
    """How old the figures of this rep are."""
    book = board.book
    newest = [
        row
        for row in book.activities_by_rep.get(rep.person.id, ())
        if row.status == "held" and row.starts_at == rep.last_log_at
    ]
    if rep.last_log_at is None:
        return answer(book, _("Last log"), None, "days", _("nothing held is on this device"), (), "none")
    day = book.local_day(rep.last_log_at)
    formula = _("days since the newest activity held, on {day}").format(day=long_day(day))
    rows = [activity_row(book, row) for row in newest]
    return answer(book, _("Last log"), (book.today - day).days, "days", formula, rows, "none")


def _problems(board: Board, rep: RepFigures) -> Why:
    """The open cards of the rep and the money at risk in each."""
    book, unsolved = board.book, ("found", "relapsed", "planned", "doing")
    cards = [card for card in cards_of(book, rep.person.id) if card.state in unsolved]
    rows = [part_row(f"card:{card.id}", card_views.what(book, card), 1) for card in cards]
    inputs = [(card_views.what(book, card), exact_money(card.money_minor, card.currency)) for card in cards]
    formula = _("problems that are not solved; the first is the one with most at risk for the minutes it takes")
    return answer(book, _("Open problems"), len(rows), "count", formula, rows, "count", inputs=inputs)


def total(board: Board, number: str) -> Why | None:
    """A total of the board: one row for each rep, each with its own explanation."""
    if number not in TOTALS:
        return None
    parts = [(rep, _part(board, rep, number)) for rep in board.reps]
    known = [(rep, found) for rep, found in parts if found.value is not None]
    rows = [
        part_row(f"team:{rep.person.id}:{number}", spoken(rep.person.name, rep.person.alias), found.value or 0)
        for rep, found in known
    ]
    is_money = number in ("target", "actual", "gap", "behind", "forecast")
    unit: Unit = "money" if is_money else "count"
    formula = _("sum over {count} reps").format(count=len(rows))
    if len(known) < len(parts):
        names = listed(spoken(rep.person.name, rep.person.alias) for rep, found in parts if found.value is None)
        formula = _("{formula}; without {names}, for whom it is not known").format(formula=formula, names=names)
    title = _("{name}: {number}").format(name=_("Team"), number=parts[0][1].title if parts else number)
    if number == "behind":
        title = _("{name}: {number}").format(name=_("Team"), number=_("Behind pace"))
        formula = _("{formula} who are behind: what others are ahead makes nobody's good").format(formula=formula)
    value = sum(row.value for row in rows) if known else None
    currency = board.currency if is_money else ""
    return answer(board.book, title, value, unit, formula, rows, "sum" if known else "none", currency=currency)
