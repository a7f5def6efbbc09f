"""Why a visit, a suggestion or a deal shows what it shows: the rows that were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cockpit.domain.agenda import PrepFacts
from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.pipeline import Stay, deal_facts
from cockpit.i18n import _, clock_time, exact_money, long_day
from cockpit.services import words
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.today import suggestion
from cockpit.services.views import account_name, rule_text, stage_name
from cockpit.services.why_money import answer, deal_row


def activity_row(book: Book, activity: Activity, value: int = 1) -> WhyRow:
    """An activity with what it was, at whom and how it stands."""
    parts = (
        words.kind_name(activity.kind),
        account_name(book, activity.account_id) or activity.subject,
        words.activity_status(activity.status),
    )
    return WhyRow(
        entity="activity",
        id=activity.id,
        text=_(", ").join(part for part in parts if part),
        at=book.local(activity.starts_at),
        value=value,
    )


def visit(book: Book, found: Activity) -> Why:
    """What a line of the day says: why it was planned, and the open money of its deal, else of its account."""
    texts = (
        (_("time"), f"{long_day(book.local_day(found.starts_at))} {clock_time(book.local(found.starts_at))}"),
        (_("state"), words.activity_status(found.status)),
        (_("planned because"), found.planned_because),
        (_("goal"), found.goal),
        (_("goal result"), words.goal_result(found.goal_result) if found.goal_result else ""),
        (_("result"), found.result),
        (_("reason"), found.reason),
        (_("next step"), found.next_step),
    )
    own = [deal for deal in book.deals if deal.id == found.deal_id]
    deals = own or [
        deal
        for deal in book.deals
        if found.account_id and deal.account_id == found.account_id and standing(book, deal) == "open"
    ]
    main = max(deals, key=lambda deal: (deal.amount_minor or 0, deal.id), default=None)
    currency = main.currency if main else ""
    counted = [deal for deal in deals if deal.currency == currency and deal.amount_minor is not None]
    rows = [deal_row(book, deal, deal.amount_minor or 0) for deal in counted]
    rows += [deal_row(book, deal, 0) for deal in deals if deal not in counted]
    account = book.accounts.get(found.account_id or "")
    if account is not None:
        rows.append(WhyRow(entity="account", id=account.id, text=account.name, at=None, value=0))
    rows.append(replace(activity_row(book, found, 0), text=_("as planned and logged")))
    formula = _("as planned and logged; no open deal with an amount")
    if counted:
        formula = _("amount of its deal") if own else _("open deals of the account, unweighted")
    return answer(
        book,
        account_name(book, found.account_id) or found.subject or words.kind_name(found.kind),
        sum(deal.amount_minor or 0 for deal in counted) if counted else None,
        "money" if counted else "none",
        formula,
        rows,
        "sum" if counted else "none",
        inputs=[(name, text) for name, text in texts if text],
        currency=currency,
    )


def prep(book: Book, facts: PrepFacts | None, last: Activity | None) -> Why:
    """The rows that the preparation of the next visit was read from."""
    if facts is None:
        return answer(book, _("Prep"), None, "none", _("no visit is planned"), (), "none")
    by_id = {activity.id: activity for activity in book.activities}
    heard = [by_id[row_id] for row_id in facts.needs_from if row_id in by_id]
    read: Iterable[Activity] = dict.fromkeys([facts.visit, *([last] if last else []), *heard])
    rows = [activity_row(book, activity) for activity in read]
    rows += [deal_row(book, deal, deal.amount_minor or 0) for deal in facts.deals]
    formula = _("the last meeting held, the needs heard and the open deals of this customer")
    return answer(book, _("Prep"), None, "none", formula, rows, "none")


def next_best(book: Book, rep_id: str) -> Why | None:
    """Each reason with its points, and the rows they were read from."""
    found = suggestion(book, rep_id)
    if found is None:
        return answer(book, _("Next best"), None, "none", _("nothing fits into the rest of today"), (), "none")
    rows = [
        WhyRow(entity="reason", id=reason.code, text=reason_text(reason, book), at=None, value=reason.points)
        for reason in found.points
    ]
    names: dict[str, str] = {deal.id: deal.name for deal in book.deals}
    for activity in book.activities:
        names[activity.id] = f"{words.kind_name(activity.kind)} {long_day(book.local_day(activity.starts_at))}"
    inputs = [(_("read from"), names.get(row_id, row_id)) for row_id in found.row_ids]
    formula = _("score = tier and time unseen + open money + nearness; nothing else is moved")
    title = account_name(book, found.account_id)
    return answer(book, title, found.score, "points", formula, rows, "sum", inputs=inputs)


def deal(book: Book, row: Deal, usual: Mapping[str, Stay]) -> Why:
    """Every rule that fired on a deal, its path and its activities."""
    facts = deal_facts(book, row, usual)
    states = [(words.deal_state(verdict.state), rule_text(book, verdict)) for verdict in facts.verdicts]
    stay = usual.get(row.stage_id)
    inputs = [
        (_("money"), exact_money(row.amount_minor, row.currency)),
        (_("expected close"), long_day(row.expected_on) if row.expected_on else "-"),
        (_("days in stage"), "-" if facts.days_in_stage is None else str(facts.days_in_stage)),
        (_("usual days"), f"{stay.days:g} (n {stay.n})" if stay and stay.days is not None else "-"),
        *states,
    ]
    path = [
        WhyRow(
            entity="stage_change",
            id=change.id,
            text=_("into {stage}").format(stage=stage_name(book, change.to_stage_id)),
            at=book.local(change.changed_at),
            value=1,
        )
        for change in book.changes_by_deal.get(row.id, ())
    ]
    acts = [activity_row(book, activity) for activity in book.activities_by_deal.get(row.id, ())]
    formula = _("the state is the first that fires: dirty, slipped, regressed, stalled, no activity")
    return answer(book, row.name, None, "none", formula, [*path, *acts], "none", inputs=inputs, currency=row.currency)
