"""Why a KPI counts what it counts, and why a card stands where it stands."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealFinding
from cockpit.domain.card_limits import OF_RULE, USUAL
from cockpit.domain.card_month import Pace, Unseen
from cockpit.domain.card_targets import Agreed, Rank
from cockpit.domain.card_team import Fewer, Short, Silence
from cockpit.domain.cards import trail
from cockpit.domain.kpi import KpiCount, kpi_counts
from cockpit.domain.nudges import Course
from cockpit.domain.problems import Card
from cockpit.i18n import _, exact_money, near_day, short_day, short_money, spoken
from cockpit.services import words
from cockpit.services.card_effect_words import EffectFinding
from cockpit.services.card_team_words import LeadFinding, lead_evidence
from cockpit.services.card_views import card_views, progress
from cockpit.services.card_waiting_words import WaitingFinding
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import kpi_name
from cockpit.services.why_cards_effect import effect_rows
from cockpit.services.why_cards_waiting import waiting_rows
from cockpit.services.why_money import Unit, answer, deal_row
from cockpit.services.why_work import activity_row


def kpi(book: Book, rep_id: str, rule_id: str, part: str) -> Why | None:
    """The whole rule, or its `done` or `planned` part. None when no such rule binds the person."""
    count = next((count for count in kpi_counts(book, rep_id) if count.rule.id == rule_id), None)
    if count is None or part not in ("", "done", "planned", "risk"):
        return None
    if part == "risk":
        return _risk(book, count)
    if part:
        rows = count.held if part == "done" else count.planned
        formula = (
            _("held, with its local day in the period")
            if part == "done"
            else _("planned from today to the period's end")
        )
        listed = [activity_row(book, row) for row in rows]
        return answer(book, kpi_name(count.rule), len(rows), "count", formula, listed, "count", inputs=_parts(count))
    rows_of = _kpi_rows(book, count)
    is_sum = sum(row.value for row in rows_of) == count.uncovered
    return answer(
        book,
        kpi_name(count.rule),
        count.uncovered,
        "count",
        _("uncovered = limit {limit} - done {done} - planned {planned}, never below zero").format(
            limit=count.limit, done=count.done, planned=len(count.planned)
        ),
        rows_of,
        "sum" if is_sum else "none",
        inputs=_parts(count),
    )


def _parts(count: KpiCount) -> list[tuple[str, str]]:
    return [
        (_("limit"), str(count.limit)),
        (_("done"), str(count.done)),
        (_("planned"), str(len(count.planned))),
        (_("uncovered"), str(count.uncovered)),
        (_("period"), f"{short_day(count.period.starts_on)} - {short_day(count.period.ends_on)}"),
    ]


def _risk(book: Book, count: KpiCount) -> Why:
    """What missing the limit costs: nothing once it is reached, nothing where the bonus base is not known."""
    person = book.people.get(count.rep_id)
    base, currency = (person.bonus_base_minor, person.currency) if person else (None, "")
    share = f"{count.rule.consequence_value / 100:g}%"
    formula = _("at risk = {share} of the bonus base {base}, while {done} of {limit} are done").format(
        share=share, base=exact_money(base, currency), done=count.done, limit=count.limit
    )
    if count.done >= count.limit:
        formula = _("the limit is reached: nothing is at risk")
    elif count.rule.consequence_kind != "bonus_share" or base is None:
        formula = _("this rule names no money, or the bonus base is not known here")
    rule = WhyRow(entity="kpi_rule", id=count.rule.id, text=kpi_name(count.rule), at=None, value=count.at_risk_minor)
    inputs = [(_("bonus base"), exact_money(base, currency)), (_("share"), share), *_parts(count)]
    title = _("{name}: at risk").format(name=kpi_name(count.rule))
    return answer(book, title, count.at_risk_minor, "money", formula, [rule], "sum", inputs=inputs, currency=currency)


def _kpi_rows(book: Book, count: KpiCount) -> list[WhyRow]:
    """The limit, less each activity that counts."""
    limit = WhyRow(entity="kpi_rule", id=count.rule.id, text=_("limit"), at=None, value=count.limit)
    return [limit, *(activity_row(book, row, -1) for row in (*count.held, *count.planned))]


def card(book: Book, found: Card) -> Why:
    """What the card lacks by its rows; score, state and trail among the inputs."""
    (view,) = card_views(book, (found,))
    value, unit, rows = _card_rows(book, found)
    total = sum(row.value for row in rows)
    return answer(
        book,
        view.what,
        value,
        unit,
        view.solved_when,
        rows,
        "sum" if total == value else "none",
        inputs=[
            *_limit(book, found),
            *_score(found),
            *_progress(found),
            (_("state"), view.state_text),
            *_waiver(book, found),
            *_trail(book, found),
        ],
        currency=found.currency,
    )


def _card_rows(book: Book, found: Card) -> tuple[int, Unit, list[WhyRow]]:
    """What the rule lacks now, in its unit, and rows whose values sum to it."""
    finding = found.finding
    if isinstance(finding, KpiCount):
        return finding.uncovered, "count", _kpi_rows(book, finding)
    if isinstance(finding, DealFinding):
        lacks = int(finding.is_firing)
        return lacks, "count", [deal_row(book, finding.deal, lacks)]
    if isinstance(finding, Pace | Rank):
        return _pace_rows(book, finding if isinstance(finding, Pace) else finding.pace)
    if isinstance(finding, LeadFinding):
        return _lead_rows(book, finding)
    if isinstance(finding, WaitingFinding):
        return waiting_rows(book, finding)
    if isinstance(finding, EffectFinding):
        return effect_rows(book, finding)
    if isinstance(finding, Agreed):
        asked = int(finding.is_asked)
        (view,) = card_views(book, (found,))
        return asked, "count", [WhyRow(entity="target", id=finding.target.id, text=view.what, at=None, value=asked)]
    rows = [
        WhyRow(entity="account", id=row.account.id, text=row.account.name, at=None, value=1)
        if isinstance(row, Unseen)
        else activity_row(book, row)
        for row in finding
    ]
    return len(rows), "count", rows


def _lead_rows(book: Book, finding: LeadFinding) -> tuple[int, Unit, list[WhyRow]]:
    """The difference of a split, the days without a deal won, the visits missing, the money behind pace."""
    if isinstance(finding, Short):
        return _pace_rows(book, finding.pace)
    if isinstance(finding, Course):
        left = int(finding.acted is None and finding.nudge.answer is None)
        (row,) = lead_evidence(book, finding)
        return left, "count", [WhyRow(entity="nudge", id=row.id, text=row.text, at=row.at, value=left)]
    if isinstance(finding, Silence):
        return finding.days, "days", [deal_row(book, finding.last, 0)] if finding.last is not None else []
    if isinstance(finding, Fewer):
        due = WhyRow(
            entity="person",
            id=finding.person.id,
            text=_("{percent} of {usual} visits in the 20 working days before, for 5 days").format(
                usual=finding.usual, percent=f"{book.limits.visits_percent}%"
            ),
            at=None,
            value=finding.due,
        )
        return finding.missing, "count", [due, *(activity_row(book, row, -1) for row in finding.recent)]
    sign = 1 if finding.difference >= 0 else -1
    rows = [
        WhyRow(entity="target", id=row.id, text=shown.text, at=None, value=row.value * (-sign if number else sign))
        for number, (row, shown) in enumerate(zip(finding.rows, lead_evidence(book, finding), strict=True))
    ]
    return abs(finding.difference), finding.measure.unit, rows


def _pace_rows(book: Book, found: Pace) -> tuple[int, Unit, list[WhyRow]]:
    due = WhyRow(entity="target", id=_first_target(found), text=_("due by today"), at=None, value=found.due_minor)
    currency = found.gap.currency
    won = [deal_row(book, d, -(d.amount_minor or 0)) for d in found.gap.won if d.currency == currency]
    return found.behind_minor, "money", [due, *won]


def _first_target(pace: Pace) -> str:
    return pace.gap.targets[0].id if pace.gap.targets else ""


def _limit(book: Book, found: Card) -> list[tuple[str, str]]:
    """The threshold of the rule, as the settings name it."""
    name = OF_RULE.get(found.rule.id)
    if name is None:
        return []
    value, usual = getattr(book.limits, name), getattr(USUAL, name)
    said = _("{name} = {value}, as usual") if value == usual else _("{name} = {value}, usual {usual}")
    return [(_("threshold, [cards] of the settings"), said.format(name=name, value=value, usual=usual))]


def _score(found: Card) -> list[tuple[str, str]]:
    """The parts of the score, so that a hand can work it out again."""
    return [
        (_("money at risk"), exact_money(found.money_minor, found.currency)),
        (_("floor of the rule"), exact_money(found.rule.floor_minor, found.currency)),
        (_("movable"), f"{found.movable:.0%}"),
        (_("minutes"), str(found.minutes)),
        (_("score"), short_money(round(found.score))),
    ]


def _progress(found: Card) -> list[tuple[str, str]]:
    """Held since it was found, of what it needs."""
    parts = progress(found)
    return [(_("done since found"), f"{parts[0]}/{parts[1]}")] if parts else []


def _waiver(book: Book, found: Card) -> list[tuple[str, str]]:
    """Until when it is set aside, why, and by whom where that person is known here."""
    if found.waiver is None:
        return []
    until = near_day(found.waiver.until_on, found.period.starts_on)
    said = [(_("waived until"), until), (_("reason"), found.waiver.reason)]
    person = book.people.get(found.waiver.by_id or "")
    return [*said, (_("waived by"), spoken(person.name, person.alias))] if person is not None else said


def _trail(book: Book, found: Card) -> list[tuple[str, str]]:
    return [
        (words.card_state(state), f"{short_day(book.local_day(moment))} {book.local(moment):%H:%M}")
        for moment, state in trail(found.trace)
    ]
