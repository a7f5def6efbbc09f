"""The cards of one account and one deal: `cockpit account NAME`, `cockpit deal NAME`, as text, JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cockpit import i18n
from cockpit.cli import opening, shapes
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.output import AsOf, Csv, Json, Plain, Sheet, Table, show, wants_screen
from cockpit.i18n import N_, _, exact_money, short_day, short_money
from cockpit.services import card_words as words
from cockpit.services import snapshots as s
from cockpit.services.words import (
    activity_status,
    deal_state,
    decision_role,
    goal_result,
    kept_text,
    kind_name,
    lifecycle,
    with_marks,
    write_state,
)

Name = Annotated[list[str], typer.Argument(help=_("Name, part of it, pinyin initials of an account, or id."))]


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    verbs = (
        (account, N_("One account: rhythm, hours, people, open deals, history.")),
        (deal, N_("One deal: states with rule and what to do, path, people, history.")),
    )
    for verb, text in verbs:
        tree.command(help=_(text))(verb)


def account(
    name: Name,
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    explain: Explain = False,
) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    accounts = opened.accounts
    moment = opening.moment(as_of, opened)
    found = accounts.load(accounts.find(" ".join(name), moment), moment)
    why = opened.why.of_card("account", found.id, moment) if explain else None
    show(*explained(account_sheet(found), account_shape(found), why), as_json, as_csv)


def deal(
    name: Name,
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    explain: Explain = False,
) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    deals = opened.deals
    moment = opening.moment(as_of, opened)
    found = deals.load(deals.find(" ".join(name), moment), moment)
    why = opened.why.of_card("deal", found.deal.id, moment) if explain else None
    show(*explained(deal_sheet(found), deal_shape(found), why), as_json, as_csv)


# -- text --------------------------------------------------------------------------------------------------------------


def account_sheet(card: s.AccountSnapshot) -> Sheet:
    """The main table for CSV is the history."""
    waits = write_state(card.write_state) if card.write_state != "done" else ""
    head = (card.name, card.alias, card.tier, lifecycle(card.lifecycle), words.due_text(card)[0], waits)
    lines = [
        "  ".join(part for part in head if part),
        words.rhythm_text(card),
        _("visits by month since {month}: {list}").format(
            month=f"{card.months[0].starts_on:%Y-%m}", list=" ".join(str(month.visits) for month in card.months)
        ),
        words.visits_text(card.months),
        "  ".join((card.address or _("no address"), words.opening_hours(card.windows))),
        "  ".join(part for part in (card.phone, card.industry, card.size, card.owner) if part),
        *(f"{name} {value}" for name, value in card.extra),
    ]
    deals = [_deal_row(line, card.as_of) for line in card.deals]
    columns = (_("deal"), _("stage"), ">" + _("money"), _("state"), ">" + _("days"), _("next step"))
    tables = [
        _people(card.contacts),
        Table(_("Open deals"), columns, deals, _("No open deal.")),
        *_activities(card.planned, card.history),
    ]
    return Sheet([line for line in lines if line], tables, _records((*card.planned, *card.history)))


def deal_sheet(card: s.DealSnapshot) -> Sheet:
    """The main table for CSV is the history."""
    line = card.deal
    closed = next((step for step in card.steps if step.is_current and step.kind != "open"), None)
    state = with_marks(closed.name if closed else deal_state(line.state), write_state_code=line.write_state)
    lines = ["  ".join(part for part in (line.name, words.account_text(line), line.stage, state, line.owner) if part)]
    lines.append(
        _("amount {amount}  close {day}").format(
            amount=exact_money(line.amount_minor, line.currency),
            day=short_day(line.expected_on) if line.expected_on else "-",
        )
    )
    if line.kept is not None:
        lines.append(kept_text(line.kept))
    if closed:
        day = card.closed_on.isoformat() if card.closed_on else "-"
        lines.append(f"{closed.name} {day}  {card.close_reason}".rstrip())
    else:
        step = f"{words.next_step_text(line.next_step_at, card.as_of)} {line.next_step}".rstrip()
        lines.append(_("next step {step}").format(step=step))
    states = [
        (deal_state(state), rule, remedy.text)
        for state, rule, remedy in zip(line.states, line.rules, line.remedies, strict=True)
    ]
    tables = [_path(card)]
    if states:
        tables.insert(0, Table(_("States"), (_("state"), _("rule"), _("what to do")), states))
    tables += [_people(card.contacts), *_activities(card.planned, card.history)]
    return Sheet(lines, tables, _records((*card.planned, *card.history)))


def _path(card: s.DealSnapshot) -> Table:

    rows = [
        (
            ">" if step.is_current else "",
            step.name,
            step.entered_at.date().isoformat() if step.entered_at else "",
            "" if step.days is None else str(step.days),
            f"{step.usual_days:g}" if step.usual_days else "-",
            words.milestone_text(step)[0],
        )
        for step in words.path_of(card.steps)
    ]
    columns = ("", _("stage"), _("since"), ">" + _("days"), ">" + _("usual"), _("asked before leaving"))
    return Table(_("Path"), columns, rows)


def _people(contacts: Iterable[s.ContactLine]) -> Table:
    rows = [
        (c.name, c.title, decision_role(c.decision_role), words.stance_text(c.stance), c.mobile or c.phone, c.email)
        for c in contacts
    ]
    columns = (_("person"), _("title"), _("decides"), _("stance"), _("phone"), _("email"))
    return Table(_("People"), columns, rows, _("Nobody known yet."))


def _deal_row(line: s.DealLine, as_of: Any) -> tuple[str, ...]:

    days = "-" if line.days_in_stage is None else str(line.days_in_stage)
    step = f"{words.next_step_text(line.next_step_at, as_of)} {line.next_step}".rstrip()
    return (
        line.name,
        line.stage,
        short_money(line.amount_minor),
        with_marks(words.state_text(line), write_state_code=line.write_state),
        days,
        step,
    )


def _activities(planned: Sequence[s.AgendaItem], history: Sequence[s.AgendaItem]) -> list[Table]:
    columns = (_("day"), _("time"), _("kind"), _("goal"), _("status"), _("result"))
    return [
        Table(_("Planned"), columns, [_activity(item) for item in planned], _("Nothing is planned.")),
        Table(_("History"), columns, [_activity(item) for item in history], _("Nothing done yet.")),
    ]


def _activity(item: s.AgendaItem) -> tuple[str, ...]:
    status = goal_result(item.goal_result) if item.status == "held" else ""
    return (
        item.starts_at.date().isoformat(),
        i18n.clock_time(item.starts_at),
        kind_name(item.kind),
        item.goal or item.subject,
        with_marks(status or activity_status(item.status), write_state_code=item.write_state, is_double=item.is_double),
        item.result,
    )


def _records(items: Iterable[s.AgendaItem]) -> list[dict[str, object]]:
    return [
        {
            "id": item.id,
            "starts_at": item.starts_at,
            "kind": item.kind,
            "status": item.status,
            "goal": item.goal,
            "goal_result": item.goal_result,
            "result": item.result,
        }
        for item in items
    ]


# -- JSON --------------------------------------------------------------------------------------------------------------


def account_shape(card: s.AccountSnapshot) -> dict[str, Any]:
    return {
        **_stamp(card),
        "account": {
            "id": card.id,
            "name": card.name,
            "alias": card.alias,
            "tier": card.tier,
            "lifecycle": card.lifecycle,
            "industry": card.industry,
            "size": card.size,
            "address": card.address,
            "phone": card.phone,
            "owner": card.owner,
            "sync": card.write_state,
        },
        "rhythm": {
            "limit_days": card.limit_days or None,
            "last_seen_on": card.last_seen_on,
            "due_in_days": card.due_in_days,
        },
        "windows": [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in card.windows],
        "contacts": [_contact(person) for person in card.contacts],
        "deals": [shapes.deal(line) for line in card.deals],
        "months": [asdict(month) for month in card.months],
        "planned": [shapes.activity(item) for item in card.planned],
        "history": [shapes.activity(item) for item in card.history],
        "history_total": card.history_total,
        "extra": dict(card.extra),
    }


def deal_shape(card: s.DealSnapshot) -> dict[str, Any]:
    return {
        **_stamp(card),
        "deal": shapes.deal(card.deal),
        "product": card.product,
        "created_on": card.created_on,
        "profit_minor": card.profit_minor,
        "closed_on": card.closed_on,
        "close_reason": card.close_reason,
        "steps": [asdict(step) for step in card.steps],
        "contacts": [_contact(person) for person in card.contacts],
        "planned": [shapes.activity(item) for item in card.planned],
        "history": [shapes.activity(item) for item in card.history],
        "extra": dict(card.extra),
    }


def _stamp(card: s.Snapshot) -> dict[str, Any]:
    return {"version": shapes.VERSION, "as_of": card.as_of, "complete": card.complete}


def _contact(person: s.ContactLine) -> dict[str, Any]:
    data = asdict(person)
    data["sync"] = data.pop("write_state")
    return data
