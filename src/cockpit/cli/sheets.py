"""The plain and CSV form of each snapshot: the same numbers as the screen, for pipes and mails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit import i18n
from cockpit.cli.marks import days_text, trend_text
from cockpit.cli.output import Sheet, Table
from cockpit.cli.reasoned import reasons_text
from cockpit.i18n import _, listed, short_money, spoken
from cockpit.services import snapshots as s
from cockpit.services.forecast_words import reason_text, record_text, value_text
from cockpit.services.proof_words import count_line, verdict_line
from cockpit.services.words import activity_status, apart_money, kind_name, refused_rows, with_marks, write_state


def _when(item: s.AgendaItem) -> str:
    return i18n.clock_time(item.starts_at)


def _amount(minor: int | None) -> str:
    return short_money(minor)


def stale(snapshot: s.Snapshot) -> list[str]:
    """A line for numbers that are not whole yet."""
    return [] if snapshot.complete else [_("The first sync is not finished: numbers are not complete yet.")]


def _agenda_rows(items: Iterable[s.AgendaItem]) -> list[tuple[str, ...]]:
    return [
        (
            _when(item),
            kind_name(item.kind),
            item.account or item.subject,
            item.tier,
            item.stage,
            _amount(item.amount_minor),
            item.goal or item.subject,
            with_marks(activity_status(item.status), write_state_code=item.write_state, is_double=item.is_double),
        )
        for item in items
    ]


def _agenda_columns() -> tuple[str, ...]:
    return (_("time"), _("kind"), _("account"), _("tier"), _("stage"), ">" + _("money"), _("goal"), _("status"))


def _agenda_records(items: Iterable[s.AgendaItem]) -> list[dict[str, object]]:
    return [
        {
            "id": item.id,
            "starts_at": item.starts_at,
            "account": item.account,
            "kind": item.kind,
            "tier": item.tier,
            "stage": item.stage,
            "amount_minor": item.amount_minor,
            "currency": item.currency,
            "goal": item.goal,
            "status": item.status,
        }
        for item in items
    ]


def month_text(line: s.MonthLine) -> str:
    """Target, actual, gap, planned and uncovered in one line, with what the forecast lacks."""
    words = _(
        "target {target}  actual {actual}  gap {gap}  planned {planned}  uncovered {uncovered}  day {gone}/{total}"
    )
    text = words.format(
        target=_amount(line.target_minor),
        actual=_amount(line.actual_minor),
        gap=_amount(line.gap_minor),
        planned=_amount(line.planned_minor),
        uncovered=_amount(line.uncovered_minor),
        gone=line.workdays_gone,
        total=line.workdays_total,
    )
    return f"{text}  {line.currency}"


def forecast_text(line: s.ForecastLine) -> list[str]:
    """Value, range and past error; what a forecast lacks; nothing for a period that has none."""
    if line.value_minor is None:
        return [_("forecast: {reason}").format(reason=reason_text(line))] if line.reason != "no_period" else []
    past = record_text(line)
    return [_("forecast {value}").format(value=value_text(line)) + (f"  {past}" if past else "")]


def in_question_text(names: Sequence[str]) -> list[str]:
    """A line for figures that rest on a row with an open conflict."""
    words = {
        "target": _("target"),
        "actual": _("actual"),
        "gap": _("gap"),
        "planned": _("planned"),
        "uncovered": _("uncovered"),
    }
    if not names:
        return []
    text = _("! {names}: a row behind it waits for the answer to a conflict, see `cockpit conflicts`")
    return [text.format(names=_(", ").join(words[name] for name in names))]


def apart_lines(others: Sequence[tuple[str, int]]) -> list[str]:
    """A line for money that no sum holds."""
    return [f"! {text}"] if (text := apart_money(others)) else []


def kpi_text(line: s.KpiLine) -> str:
    words = _("{name}: done {done}  planned {planned}  of {limit}  uncovered {uncovered}")
    text = words.format(
        name=line.name, done=line.done, planned=line.planned, limit=line.limit, uncovered=line.uncovered
    )
    if line.uncovered and line.at_risk_minor:
        text += "  " + _("at risk {money}").format(money=_amount(line.at_risk_minor))
    return text + "  " + _("! conflict") if line.has_conflict else text


def _card_rows(cards: Iterable[s.CardView]) -> list[tuple[str, ...]]:
    return [(card.what, _to_do(card), card.key, card.state_text) for card in cards]


def _to_do(card: s.CardView) -> str:
    return i18n.labelled(card.nudge.by, card.nudge.message) if card.nudge else card.to_do


def _cards_table(cards: Iterable[s.CardView]) -> Table:
    columns = (_("problem"), _("what to do"), _("key"), _("state"))
    return Table(_("Problems"), columns, _card_rows(cards), _("No problem found."))


def today(snapshot: s.TodaySnapshot) -> Sheet:
    lines = [f"{snapshot.rep.spoken}  {snapshot.rep.team}  {i18n.long_day(snapshot.day)}", *stale(snapshot)]
    lines += [month_text(snapshot.month), *in_question_text(snapshot.month.in_question)]
    lines += apart_lines(snapshot.month.other_currencies)
    lines += forecast_text(snapshot.month.forecast)
    lines += [kpi_text(line) for line in snapshot.kpis]
    lines += [*days_text(snapshot.days, snapshot.day), *trend_text(snapshot.trend)]
    if snapshot.offer:
        verb = "cockpit replan --theirs" if snapshot.is_plan_disputed else "cockpit replan"
        lines.append(_("{offer}: `{command}` makes a new plan to look at").format(offer=snapshot.offer, command=verb))
    if snapshot.prep:
        lines.append(_("Prep {account}: {text}").format(account=snapshot.prep.account, text=_prep_text(snapshot.prep)))
    if snapshot.next_best:
        best = snapshot.next_best
        reasons = reasons_text(best.points)
        lines.append(
            _("Next best: {account} +{score} ({reasons})").format(
                account=best.account, score=best.score, reasons=reasons
            )
        )
    tables = [
        Table(_("Today"), _agenda_columns(), _agenda_rows(snapshot.visits), _("Nothing is planned. n plans a visit."))
    ]
    if snapshot.yesterday_unvisited:
        rows = _dated(snapshot.yesterday_unvisited)
        tables.append(Table(_("Unvisited, no reason yet"), (_("day"), *_agenda_columns()), rows))
    if snapshot.coming:
        tables.append(Table(_("Coming days"), (_("day"), *_agenda_columns()), _dated(snapshot.coming)))
    tables.append(_cards_table(snapshot.cards))
    return Sheet(lines, tables, _agenda_records(snapshot.visits))


def _prep_text(prep: s.Prep) -> str:
    parts = []
    if prep.last_result:
        day = i18n.short_day(prep.last_held_on) if prep.last_held_on else ""
        parts.append(_("last {day}: {text}").format(day=day, text=prep.last_result))
    if prep.open_needs:
        parts.append(_("needs {list}").format(list=listed(prep.open_needs)))
    if prep.missing:
        parts.append(listed(prep.missing))
    return "; ".join(parts) or _("nothing known yet")


def problems(snapshot: s.TodaySnapshot) -> Sheet:
    records: list[dict[str, object]] = [
        {
            "id": card.id,
            "rule": card.rule,
            "what": card.what,
            "to_do": card.to_do,
            "key": card.key,
            "state": card.state,
            "at_risk_minor": card.at_risk_minor,
            "currency": card.currency,
        }
        for card in snapshot.cards
    ]
    return Sheet([f"{snapshot.rep.spoken}  {i18n.long_day(snapshot.day)}"], [_cards_table(snapshot.cards)], records)


def team(snapshot: s.TeamSnapshot) -> Sheet:
    rows = [_rep_row(rep) for rep in snapshot.reps]
    rows.append((_("total"), *_rep_row(snapshot.total)[1:]))
    columns = (
        _("rep"),
        ">" + _("target"),
        ">" + _("actual"),
        ">" + _("gap"),
        ">" + _("behind"),
        ">" + _("forecast"),
        ">" + _("visits done"),
        ">" + _("planned"),
        ">" + _("limit"),
        ">" + _("uncovered"),
        _("nudge"),
        _("problem"),
        _("state"),
        _("what to do"),
    )
    records: list[dict[str, object]] = [
        {
            "id": rep.id,
            "name": spoken(rep.name, rep.alias),
            "target_minor": rep.target_minor,
            "actual_minor": rep.actual_minor,
            "gap_minor": rep.gap_minor,
            "behind_minor": rep.behind_minor,
            "forecast_minor": rep.forecast.value_minor,
            "visits_done": rep.visits_done,
            "visits_planned": rep.visits_planned,
            "visits_limit": rep.visits_limit,
            "visits_uncovered": rep.visits_uncovered,
            "problem": rep.problem,
            "nudge": rep.nudge,
            "state": rep.problem_state,
            "to_do": rep.problems[0].to_do if rep.problems else "",
        }
        for rep in snapshot.reps
    ]
    day = _("day {gone}/{total}").format(gone=snapshot.workdays_gone, total=snapshot.workdays_total)
    head = (
        f"{snapshot.team}  {snapshot.viewer.spoken}  {i18n.month_name(snapshot.starts_on)}  {day}  {snapshot.currency}"
    )
    tables = [Table(_("Team"), columns, rows), *([_cards_table(snapshot.cards)] if snapshot.cards else [])]
    lines = [head, *stale(snapshot), *apart_lines(snapshot.total.other_currencies)]
    return Sheet([*lines, *forecast_text(snapshot.total.forecast)], tables, records)


def _rep_row(rep: s.TeamRep) -> tuple[str, ...]:
    return (
        spoken(rep.name, rep.alias),
        _amount(rep.target_minor),
        _amount(rep.actual_minor),
        _amount(rep.gap_minor),
        _amount(rep.behind_minor or None),
        value_text(rep.forecast),
        str(rep.visits_done),
        str(rep.visits_planned),
        "-" if rep.visits_limit is None else str(rep.visits_limit),
        str(rep.visits_uncovered),
        rep.nudge_text or "-",
        rep.problem or "-",
        rep.problem_state,
        rep.problems[0].to_do if rep.problems else "",
    )


def plan(snapshot: s.PlanSnapshot) -> Sheet:
    table = Table(
        _("Plan of the week"),
        (_("day"), *_agenda_columns()),
        _dated(snapshot.items),
        _("Nothing is planned this week."),
    )
    span = f"{i18n.short_day(snapshot.starts_on)} - {i18n.short_day(snapshot.ends_on)}"
    return Sheet([f"{snapshot.rep.spoken}  {span}"], [table], _agenda_records(snapshot.items))


def _dated(items: Sequence[s.AgendaItem]) -> list[tuple[str, ...]]:
    """Agenda rows with their day in front."""
    return [(i18n.short_day(item.starts_at.date()), *row) for item, row in zip(items, _agenda_rows(items), strict=True)]


def _conflict_columns() -> tuple[str, ...]:
    return (_("row"), _("field"), _("before"), _("mine"), _("theirs"), _("by"), _("time"))


def sync(snapshot: s.SyncSnapshot, report: s.SyncReport | None) -> Sheet:
    badge = snapshot.badge
    last = i18n.near_moment(badge.last_sync_at, snapshot.as_of) if badge.last_sync_at else _("never")
    lines = [
        _("hub {url}  last sync {when}").format(url=snapshot.hub_url or "-", when=last),
        _("pushed {pushed}  pulled {pulled}  waiting {pending}  conflicts {conflicts}  parked {parked}").format(
            pushed=report.pushed if report else snapshot.pushed,
            pulled=report.pulled if report else snapshot.pulled,
            pending=badge.pending,
            conflicts=badge.conflicts,
            parked=badge.parked,
        ),
    ]
    if snapshot.clock_note:
        lines.append(snapshot.clock_note)
    if snapshot.refused:
        lines.append(refused_rows(snapshot.refused))
    if snapshot.proof is not None:
        lines += [count_line(snapshot.proof), verdict_line(snapshot.proof)]
    if snapshot.shrink is not None:
        words = _(
            "The hub would remove {removed} of {kept} rows here. If that is right: `cockpit sync --accept-shrink`."
        )
        lines.append(words.format(removed=snapshot.shrink[0], kept=snapshot.shrink[1]))
    conflicts = [
        (
            c.subject,
            c.field_text,
            c.base,
            c.mine,
            c.theirs,
            c.theirs_by,
            i18n.near_moment(c.theirs_at, snapshot.as_of) if c.theirs_at else "-",
        )
        for c in snapshot.conflicts
    ]
    queue = [
        (i18n.near_moment(q.occurred_at, snapshot.as_of), q.label, str(q.attempts), write_state(q.state), q.error)
        for q in snapshot.queue
    ]
    tables = []
    if queue:
        tables.append(Table(_("Waiting"), (_("time"), _("what"), ">" + _("tries"), _("state"), _("why")), queue))
    if conflicts:
        tables.append(Table(_("Conflicts"), _conflict_columns(), conflicts))
    records: list[dict[str, object]] = [
        {
            "mutation_id": q.mutation_id,
            "label": q.label,
            "entity": q.entity,
            "occurred_at": q.occurred_at,
            "state": q.state,
        }
        for q in snapshot.queue
    ]
    return Sheet(lines, tables, records)
