"""From the rows and figures of `domain` to the lines a screen shows: names, texts in the user's language, local times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.deals import money, standing
from cockpit.domain.doubles import possible_doubles
from cockpit.domain.entities import Activity, Deal, Entity, KpiRule
from cockpit.domain.gap import MoneyGap
from cockpit.domain.kpi import KpiCount
from cockpit.domain.periods import period_of
from cockpit.domain.pipeline import DealFacts, Verdict
from cockpit.domain.rhythm import DayCount, WeekCount
from cockpit.domain.team import owners_of, reps_below
from cockpit.i18n import _, ngettext, short_day, spoken
from cockpit.services.desk import Desk
from cockpit.services.snapshots import (
    AgendaItem,
    DayCell,
    DealLine,
    ForecastLine,
    KeptMoney,
    KpiLine,
    MonthLine,
    PersonRef,
    Remedy,
    TrendWeek,
    WriteState,
)
from cockpit.storage.queries.book import usually_from
from cockpit.storage.queries.people import everybody, has_yearly_kpi

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader


@dataclass(frozen=True)
class Look:
    """One person's book, and who looks at it."""

    viewer: PersonRef
    person: PersonRef
    book: Book

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose rows the person's money and weeks are made of: his own, or his reps'."""
        return owners_of(self.book, self.person.id)

    @property
    def is_team(self) -> bool:
        return self.person.role != "rep"

    @property
    def is_read_only(self) -> bool:
        return self.viewer.id != self.person.id

    @property
    def as_of(self) -> datetime:
        return self.book.local(self.book.as_of)


def look_at(
    desk: Desk, source: Session | Reader, rep_id: str | None, as_of: datetime | None, *, is_brief: bool = False
) -> Look:
    """The book of one person (the viewer when None), that of who leads with his people's rows; in brief for cards alone.

    Raises UnknownName for somebody who is not here.
    """
    viewer = desk.viewer(source)
    person = viewer if rep_id in (None, viewer.id) else desk.find_rep(source, rep_id)
    reps = reps_below(*everybody(source), person.id) if person.role != "rep" else ()
    ids = [person.id, *(rep.id for rep in reps)]
    return Look(viewer, person, open_book(desk, source, ids, as_of, is_brief=is_brief))


def open_book(
    desk: Desk, source: Session | Reader, rep_ids: list[str] | None, as_of: datetime | None, *, is_brief: bool = False
) -> Book:
    """The book of some people, in brief for cards alone; it reaches back to January at least when a rule counts over the
    year."""
    since: date | None = None
    if has_yearly_kpi(source):
        today = (as_of or clock.now()).date()
        since = min(date(today.year - 1, 12, 31), usually_from(today))
    return desk.book(source, as_of=as_of, rep_ids=rep_ids, activities_from=since, is_brief=is_brief)


def stage_name(book: Book, stage_id: str) -> str:
    """Its name; what says so for one that no funnel has any more."""
    stage = book.stages.get(stage_id)
    if stage is None:
        return _("stage gone") if stage_id and book.stages else ""
    return spoken(stage.name, stage.alias)


def kpi_name(rule: KpiRule) -> str:
    return spoken(rule.name, rule.alias)


def team_name(book: Book, leader: PersonRef) -> str:
    """The team that somebody leads."""
    team = book.teams.get(leader.team_id or "")
    return spoken(team.name, team.alias) if team is not None else leader.team


def account_name(book: Book, account_id: str | None) -> str:
    account = book.accounts.get(account_id or "")
    return account.name if account else ""


def person_name(book: Book, person_id: str | None) -> str:
    person = book.people.get(person_id or "")
    return spoken(person.name, person.alias) if person else ""


def agenda_items(
    book: Book, activities: Iterable[Activity], states: Mapping[str, WriteState]
) -> tuple[AgendaItem, ...]:
    """Activities as lists show them. Money is that of the activity's deal, else of its account's open deals."""
    by_account: dict[str, list[Deal]] = {}
    by_id: dict[str, Deal] = {}
    for deal in book.deals:
        by_id[deal.id] = deal
        if deal.account_id and standing(book, deal) == "open":
            by_account.setdefault(deal.account_id, []).append(deal)
    items = tuple(activities)
    doubles = _doubles(book, items)
    return tuple(
        _agenda_item(
            book, activity, by_id, by_account, states.get(activity.id, "done"), is_double=activity.id in doubles
        )
        for activity in items
    )


def _doubles(book: Book, items: Iterable[Activity]) -> frozenset[str]:
    """Which of these may be one visit made twice, the other visits of their accounts looked at too."""
    near = {activity.id: activity for activity in items}
    for account_id in {activity.account_id for activity in near.values()}:
        near |= {activity.id: activity for activity in book.activities_by_account.get(account_id or "", ())}
    return possible_doubles(near.values())


def _agenda_item(
    book: Book,
    activity: Activity,
    by_id: Mapping[str, Deal],
    by_account: Mapping[str, list[Deal]],
    state: WriteState,
    *,
    is_double: bool,
) -> AgendaItem:
    own = by_id.get(activity.deal_id or "")
    deals = [own] if own else by_account.get(activity.account_id or "", [])
    main = max(deals, key=lambda deal: (deal.amount_minor or 0, deal.id), default=None)
    currency = main.currency if main else "CNY"
    is_known = any(deal.amount_minor is not None and deal.currency == currency for deal in deals)
    account = book.accounts.get(activity.account_id or "")
    return AgendaItem(
        id=activity.id,
        kind=activity.kind,
        status=activity.status,
        starts_at=book.local(activity.starts_at),
        ends_at=book.local(activity.ends_at) if activity.ends_at else None,
        account_id=activity.account_id,
        account=account.name if account else "",
        account_alias=account.alias if account else "",
        deal_id=activity.deal_id,
        tier=account.tier if account else "",
        stage=stage_name(book, main.stage_id) if main else "",
        amount_minor=money(deals, currency) if is_known else None,
        currency=currency,
        subject=activity.subject,
        goal=activity.goal,
        goal_result=activity.goal_result,
        is_locked=activity.is_locked,
        is_promised=activity.is_promised,
        planned_because=activity.planned_because,
        write_state=state,
        is_double=is_double,
    )


def month_line(book: Book, gap: MoneyGap, forecast: ForecastLine) -> MonthLine:
    """The month as the home screen shows it. Days gone are finished working days."""
    calendar = book.calendar_of(gap.scope_id)
    days = calendar.workdays(gap.period.starts_on, gap.period.ends_on)
    return MonthLine(
        starts_on=gap.period.starts_on,
        target_minor=gap.target_minor,
        actual_minor=gap.actual_minor,
        gap_minor=gap.gap_minor,
        planned_minor=gap.planned_minor,
        uncovered_minor=gap.uncovered_minor,
        forecast=forecast,
        currency=gap.currency,
        workdays_gone=sum(day < book.today for day in days),
        workdays_total=len(days),
        has_conflict=bool(in_question(book, gap)),
        in_question=in_question(book, gap),
        other_currencies=gap.other_currencies,
    )


def in_question(book: Book, gap: MoneyGap) -> tuple[str, ...]:
    """The numbers of a period that rest on a row with an open conflict, by name."""
    has_target, has_won, has_planned = (has_conflict(book, rows) for rows in (gap.targets, gap.won, gap.planned))
    found = {
        "target": has_target,
        "actual": has_won,
        "gap": has_target or has_won,
        "planned": has_planned,
        "uncovered": has_target or has_won or has_planned,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def workdays_left(book: Book, gap: MoneyGap) -> int:
    """Working days from today, which counts, to the period's end."""
    first = max(book.today, gap.period.starts_on)
    return len(book.calendar_of(gap.scope_id).workdays(first, gap.period.ends_on))


def day_cells(days: Iterable[DayCount]) -> tuple[DayCell, ...]:
    return tuple(
        DayCell(
            on=day.on,
            is_workday=day.is_workday,
            held=day.held,
            planned=day.planned,
            missed=day.missed,
            state=day.state,
        )
        for day in days
    )


def trend_weeks(weeks: Iterable[WeekCount]) -> tuple[TrendWeek, ...]:
    return tuple(TrendWeek(starts_on=week.starts_on, held=week.held, won_minor=week.won_minor) for week in weeks)


def kpi_line(book: Book, count: KpiCount, currency: str) -> KpiLine:
    return KpiLine(
        id=count.rule.id,
        name=kpi_name(count.rule),
        kind=count.rule.kind,
        limit=count.limit,
        done=count.done,
        planned=len(count.planned),
        uncovered=count.uncovered,
        at_risk_minor=count.at_risk_minor,
        currency=currency,
        state=count.state,
        has_conflict=has_conflict(book, (*count.held, *count.planned)),
    )


def has_conflict(book: Book, rows: Iterable[Entity]) -> bool:
    """Whether a figure rests on a row with an open conflict."""
    return bool(book.conflicted) and any(row.id in book.conflicted for row in rows)


def deal_line(book: Book, facts: DealFacts, state: WriteState) -> DealLine:
    """A deal with its state and one text for each rule that fired."""
    deal, step = facts.deal, facts.next_step
    return DealLine(
        id=deal.id,
        name=deal.name,
        account_id=deal.account_id,
        account=account_name(book, deal.account_id),
        owner_id=deal.owner_id,
        owner=person_name(book, deal.owner_id),
        stage_id=deal.stage_id,
        stage=stage_name(book, deal.stage_id),
        amount_minor=deal.amount_minor,
        currency=deal.currency,
        expected_on=deal.expected_on,
        days_in_stage=facts.days_in_stage,
        next_step_at=book.local(step.starts_at) if step else None,
        next_step=(step.goal or step.subject) if step else "",
        state=facts.state,
        states=tuple(verdict.state for verdict in facts.verdicts),
        rules=tuple(rule_text(book, verdict) for verdict in facts.verdicts),
        write_state=state,
        remedies=tuple(_remedy(verdict, has_step=step is not None) for verdict in facts.verdicts),
        kept=kept_money(book, deal.id),
    )


def kept_money(book: Book, row_id: str) -> KeptMoney | None:
    """The money of a deal or target as its row keeps it; None where it is shown so."""
    kept = book.kept.get(row_id)
    rate = book.exchange.rates.get(kept.currency) if kept is not None else None
    if kept is None or rate is None:
        return None
    return KeptMoney(amount_minor=kept.minor, currency=kept.currency, rate=rate.text, on=rate.on)


def _remedy(verdict: Verdict, *, has_step: bool) -> Remedy:
    if verdict.reason == "stage_gone":
        return Remedy(_("move it to a stage of the funnel"), "stage")
    if verdict.reason == "below_zero":
        return Remedy(_("set its amount"), "edit")
    if verdict.reason == "date_passed":
        return Remedy(_("set a new closing day, or lose it"), "edit")
    if not has_step:
        return Remedy(_("plan the next step"), "new")
    if verdict.state == "slipped":
        return Remedy(_("agree on the new day, or bring it back"), "edit")
    if verdict.state in ("regressed", "stalled"):
        return Remedy(_("ask for the decision at the next step, then move the stage"), "stage")
    return Remedy(_("hold the planned next step and log it"), "log")


def rule_text(book: Book, verdict: Verdict) -> str:
    """The rule and the figures that fired, in one line."""
    if verdict.state == "stalled":
        return _stalled_text(verdict)
    if verdict.state == "slipped" and verdict.on and verdict.was_on:
        return _("expected close moved from {was} to {now}, past the month").format(
            was=short_day(verdict.was_on), now=short_day(verdict.on)
        )
    if verdict.state == "regressed" and verdict.at:
        return _("went back from {stage} on {day}, within 30 days").format(
            stage=stage_name(book, verdict.stage_id or ""), day=short_day(book.local_day(verdict.at))
        )
    if verdict.reason == "stage_gone":
        return _("its stage is no longer in the funnel; it counts as open, in no stage")
    if verdict.reason == "below_zero":
        return _("its amount is below zero and is taken off every sum")
    if verdict.state == "dirty" and verdict.on:
        return _("expected close {day} has passed").format(day=short_day(verdict.on))
    if verdict.state == "dirty":
        return _("no dated next step")
    if verdict.on:
        return _("nothing held since {day}, more than 14 days").format(day=short_day(verdict.on))
    return _("nothing held in 14 days")


def _stalled_text(verdict: Verdict) -> str:
    days, usual = verdict.days or 0, f"{verdict.usual or 0:g}"
    lasted = ngettext("{count} day in stage", "{count} days in stage", days).format(count=days)
    if verdict.reason == "median":
        return _("{lasted}, over 1.5 x the median of {usual} (n {n})").format(lasted=lasted, usual=usual, n=verdict.n)
    return _("{lasted}, over 1.5 x the {usual} set for it").format(lasted=lasted, usual=usual)


def this_month(book: Book) -> date:
    return period_of("month", book.today).starts_on
