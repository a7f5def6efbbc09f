"""Problem cards in the user's language: what is wrong, what to do, which key, how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date

from cockpit.domain.agenda import is_yesterday
from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealFinding
from cockpit.domain.card_month import Pace, Unseen
from cockpit.domain.card_targets import Agreed, Rank
from cockpit.domain.entities import Activity
from cockpit.domain.kpi import KpiCount
from cockpit.domain.periods import period_text
from cockpit.domain.problems import Card
from cockpit.i18n import N_, _, labelled, near_day, ngettext, short_day, short_money
from cockpit.services import words
from cockpit.services.card_deal_words import activity_evidence, deal_evidence, deal_to_do, deal_what
from cockpit.services.card_effect_words import (
    EffectFinding,
    effect_args,
    effect_evidence,
    effect_subject,
    effect_what,
)
from cockpit.services.card_team_words import LeadFinding, lead_args, lead_evidence, lead_subject, lead_what
from cockpit.services.card_waiting_words import (
    WaitingFinding,
    waiting_args,
    waiting_evidence,
    waiting_subject,
    waiting_what,
)
from cockpit.services.nudge_words import mark_of
from cockpit.services.snapshots import CardView, Evidence
from cockpit.services.views import kpi_name, person_name
from cockpit.services.words import rung_name

DIGITS = 9
"""Cards that a digit can press."""

_SOLVED_WHEN = {
    "limit_held": N_("solved when the limit is held"),
    "all_answered": N_("solved when each is held, moved or answered with a reason"),
    "dated": N_("solved when the deal has a closing day ahead and a dated next step"),
    "stage_regained": N_("solved when the deal is back in its stage"),
    "stage_left": N_("solved when the deal leaves the stage"),
    "milestone_met": N_("solved when the milestone is confirmed"),
    "on_pace": N_("solved when the result is up with the working days gone"),
    "all_seen": N_("solved when each has been visited"),
    "agreed": N_("solved when the rep has agreed to the target as it stands"),
    "on_pace_of_rank": N_("solved when the result is up with the working days gone, for that rank"),
    "adds_up": N_("solved when the parts sum to the target"),
    "team_won": N_("solved when the team wins a deal"),
    "visits_back": N_("solved when visits are back at {visits_percent}% of the four weeks before"),
    "all_touched": N_("solved when something was held with each of them"),
    "prepared": N_("solved when the visit has a goal and an agenda"),
    "filled": N_("solved when the open deals are back at 70% of the eight weeks before"),
    "thinned": N_("solved when no stage but the first holds more than half of the open deals"),
    "conversion_back": N_("solved when the range of the last 30 days touches that of the 180 days before"),
    "week_reached": N_("solved when a week reaches its share of the target"),
    "all_gone_on": N_("solved when something is held with each of them, or a deal is open"),
    "four_of_five": N_("solved when {acted_percent}% of the cards about your people are seen to"),
    "money_follows": N_("solved when more money is won a day than before the rule"),
    "leaf_caught_up": N_("solved when 80% of what is due by now is held"),
    "error_small": N_("solved when past forecasts are {wild_percent}% off or less, or no worse than chance"),
    "renewal_begun": N_("solved when a deal for what follows is open"),
    "nudge_answered": N_("solved when the rep does something about it, or answers"),
    "within_share": N_("solved when the rep is behind pace by {short_percent}% of the target or less"),
}


_UNCOUNTED = (
    "nudge_ignored",
    "met_no_effect",
    "policy_idle",
    "forecast_wild",
    "renewal_open",
    "acted_low",
    "conversion_down",
    "weeks_under",
    "big_deal_stuck",
    "funnel_thin",
    "funnel_crowded",
    "papers_missing",
)
"""Of these nothing is counted that was done for them."""


def card_views(book: Book, cards: Iterable[Card]) -> tuple[CardView, ...]:
    """The cards in their order; a card without a letter of its own gets the digit of its place."""
    limits = asdict(book.limits)
    return tuple(_view(book, card, number, limits) for number, card in enumerate(cards, 1))


def _view(book: Book, card: Card, number: int, limits: Mapping[str, int]) -> CardView:
    is_solved = card.state in ("done", "confirmed", "waived")
    digit = str(number) if number <= DIGITS else "enter"
    return CardView(
        id=card.id,
        rule=card.rule.id,
        subject_id=card.subject_id,
        subject=_subject(book, card),
        period_start=card.period.starts_on,
        what=what(book, card),
        to_do="" if is_solved else to_do(book, card),
        key="" if is_solved else card.rule.key or digit,
        command="" if is_solved else card.rule.command,
        args={} if is_solved else _args(card),
        state=card.state,
        state_text=state_text(card),
        progress=progress(card),
        slipped=card.slipped,
        at_risk_minor=card.money_minor,
        currency=card.currency,
        score=0.0 if is_solved else round(card.score, 1),
        evidence=tuple(_evidence(book, card)),
        solved_when=_(_SOLVED_WHEN[card.rule.solved_when]).format_map(limits),
        nudge=mark_of(book, card),
    )


def progress(card: Card) -> tuple[int, int] | None:
    """(held since found, needed); None for money, what is waived or not covered at all, and where nothing is counted."""
    judged = card.judged
    if (
        card.rule.id in ("behind_pace", "rank_behind", "rep_short", "split_off", "team_at_zero", *_UNCOUNTED)
        or card.state == "waived"
        or judged.needed == 0
    ):
        return None
    is_part = judged.held > 0 or judged.uncovered < judged.lacks
    return (judged.held, judged.needed) if is_part or not card.is_open else None


def state_text(card: Card) -> str:
    """`DOING 1/4`, `FOUND, slipped 1`, `DONE, waiting for receipt`."""
    text, counted = words.card_state(card.state), progress(card)
    if counted is not None:
        text = f"{text} {counted[0]}/{counted[1]}"
    if card.slipped and card.is_open:
        text = _("{state}, slipped {count}").format(state=text, count=card.slipped)
    if card.state == "done" and card.judged.is_waiting:
        text = _("{state}, waiting for receipt").format(state=text)
    if card.waiver is not None and card.state == "waived":
        text = _("{state} until {day}").format(state=text, day=near_day(card.waiver.until_on, card.period.starts_on))
    return text


def what(book: Book, card: Card) -> str:
    """The problem in one line; for a solved card what it was about."""
    finding = card.finding
    if isinstance(finding, KpiCount):
        return _kpi_what(finding)
    if isinstance(finding, DealFinding):
        return labelled(finding.deal.name, deal_what(book, card, finding))
    if isinstance(finding, Pace):
        money = short_money(finding.behind_minor)
        return _("{money} behind pace").format(money=money) if finding.behind_minor else _("result up with pace")
    if isinstance(finding, Agreed):
        return _agreed_what(book, finding)
    if isinstance(finding, Rank):
        return _rank_what(finding)
    if isinstance(finding, LeadFinding):
        return lead_what(book, finding)
    if isinstance(finding, WaitingFinding):
        return waiting_what(book, finding)
    if isinstance(finding, EffectFinding):
        return effect_what(book, finding)
    if card.rule.id == "unvisited":
        return _unvisited_what(book, card)
    return _unseen_what(card)


def _agreed_what(book: Book, found: Agreed) -> str:
    row = found.target
    facts = {
        "period": period_text(found.period),
        "target": short_money(row.value) if row.unit == "money" else str(row.value),
        "day": short_day(book.local_day(row.agreed_by_rep_at)) if row.agreed_by_rep_at else "",
    }
    if not found.is_asked:
        return _("target {target} of {period} agreed").format(**facts)
    if row.agreed_by_rep_at is None:
        return _("target {target} of {period} waits for a yes").format(**facts)
    return _("target {target} of {period} set anew after the yes of {day}").format(**facts)


def _rank_what(found: Rank) -> str:
    facts = {"rank": rung_name(found.rung.id), "money": short_money(found.pace.behind_minor)}
    if not found.pace.behind_minor:
        return _("result up with the pace of {rank}").format(**facts)
    return _("{money} behind the pace of {rank}").format(**facts)


def _kpi_what(count: KpiCount) -> str:
    facts = {"kpi": kpi_name(count.rule), "done": count.done, "limit": count.limit}
    if count.state == "reached":
        return _("{kpi}: {done} of {limit} held").format(**facts)
    if count.state == "covered":
        return _("{kpi}: {done} held, {planned} planned of {limit}").format(planned=len(count.planned), **facts)
    return _("{kpi}: {count} of {limit} without plan").format(count=count.uncovered, **facts)


def _unvisited_what(book: Book, card: Card) -> str:
    rows = tuple(row for row in card.finding if isinstance(row, Activity)) if isinstance(card.finding, tuple) else ()
    if not rows:
        return _("all planned visits answered")
    first = book.local_day(rows[0].starts_at)
    if is_yesterday(book, card.rep_id, first):
        return ngettext(
            "{count} visit of yesterday unvisited", "{count} visits of yesterday unvisited", len(rows)
        ).format(count=len(rows))
    return ngettext("{count} visit unvisited since {day}", "{count} visits unvisited since {day}", len(rows)).format(
        count=len(rows), day=short_day(first)
    )


def _unseen_what(card: Card) -> str:
    count = len(card.finding) if isinstance(card.finding, tuple) else 0
    if not count:
        return _("all customers seen within their limit")
    return ngettext("{count} customer past the visit limit", "{count} customers past the visit limit", count).format(
        count=count
    )


def to_do(book: Book, card: Card) -> str:
    """The remedy in one line."""
    finding = card.finding
    if isinstance(finding, KpiCount):
        return _kpi_to_do(finding)
    if isinstance(finding, DealFinding):
        return deal_to_do(book, card, finding)
    texts: dict[str, str] = {
        "unvisited": N_("give the reason and the next plan"),
        "behind_pace": N_("see what can still close this month"),
        "tier_overdue": N_("add the best one today"),
        "agreement_old": N_("look at the target and agree"),
        "rank_behind": N_("see what is missing to the next rank"),
        "split_off": N_("split it anew, or set the parts"),
        "team_at_zero": N_("see what can close first"),
        "visits_down": N_("look at the rep's day and ask"),
        "prospects_untouched": N_("call or plan the first of them"),
        "papers_missing": N_("write the goal and the agenda"),
        "funnel_thin": N_("see where new deals can come from"),
        "funnel_crowded": N_("move or lose what does not go on"),
        "big_deal_stuck": N_("ask what it waits for and go along"),
        "conversion_down": N_("see where deals get lost"),
        "weeks_under": N_("see which rep is short and why"),
        "met_no_effect": N_("see which step does not turn into money"),
        "prospects_dropped": N_("ask the rep, or call the first of them"),
        "acted_low": N_("see to the cards at the top, or set them aside with a reason"),
        "policy_idle": N_("see what the rule should move, and change it"),
        "leaf_behind": N_("see which rep is behind"),
        "forecast_wild": N_("see where deals stand still or close late"),
        "renewal_open": N_("open the account and plan the renewal"),
        "nudge_ignored": N_("talk to the rep today"),
        "rep_short": N_("look at the rep's day and what can close"),
    }
    return _(texts[card.rule.id])


def _kpi_to_do(count: KpiCount) -> str:
    if not count.uncovered:
        return _("hold what is planned")
    return ngettext("plan the best customer", "plan the {count} best customers", count.uncovered).format(
        count=count.uncovered
    )


def _args(card: Card) -> dict[str, str]:
    finding = card.finding
    if isinstance(finding, KpiCount):
        return {"kpi_id": finding.rule.id}
    if isinstance(finding, DealFinding):
        return {"deal_id": finding.deal.id}
    if isinstance(finding, Agreed):
        return {"period": period_text(finding.period)}
    if isinstance(finding, LeadFinding):
        return lead_args(finding)
    if isinstance(finding, WaitingFinding):
        return waiting_args(finding)
    if isinstance(finding, EffectFinding):
        return effect_args(finding)
    if card.rule.id == "unvisited" and isinstance(finding, tuple) and finding and isinstance(finding[0], Activity):
        return {"activity_id": finding[0].id}
    return {}


def _subject(book: Book, card: Card) -> str:
    finding = card.finding
    if isinstance(finding, KpiCount):
        return kpi_name(finding.rule)
    if isinstance(finding, DealFinding):
        return finding.deal.name
    if isinstance(finding, LeadFinding):
        return lead_subject(book, finding)
    if isinstance(finding, WaitingFinding):
        return waiting_subject(book, finding)
    if isinstance(finding, EffectFinding):
        return effect_subject(book, finding)
    return person_name(book, card.rep_id)


def _evidence(book: Book, card: Card) -> Iterable[Evidence]:
    finding = card.finding
    if isinstance(finding, KpiCount):
        yield from (activity_evidence(book, row) for row in (*finding.held, *finding.planned))
    elif isinstance(finding, DealFinding):
        yield from deal_evidence(book, finding)
    elif isinstance(finding, Pace | Rank):
        won = finding.gap.won if isinstance(finding, Pace) else finding.pace.gap.won
        yield from (Evidence(entity="deal", id=deal.id, text=deal.name, at=None) for deal in won)
    elif isinstance(finding, LeadFinding):
        yield from lead_evidence(book, finding)
    elif isinstance(finding, WaitingFinding):
        yield from waiting_evidence(book, finding)
    elif isinstance(finding, EffectFinding):
        yield from effect_evidence(book, finding)
    elif isinstance(finding, Agreed):
        row = finding.target
        at = book.local(row.agreed_by_lead_at) if row.agreed_by_lead_at else None
        yield Evidence(entity="target", id=row.id, text=_agreed_what(book, finding), at=at)
    else:
        yield from _unseen(book, (row for row in finding if isinstance(row, Unseen)))
        yield from (activity_evidence(book, row) for row in finding if isinstance(row, Activity))


def _unseen(book: Book, rows: Iterable[Unseen]) -> Iterable[Evidence]:
    """One text for each; of thousands most were last seen on few days."""
    pattern = _("{account}: {seen}, limit {days} days")
    never = _("not seen since {day}").format(day=short_day(book.activities_from))
    seen_on: dict[date | None, str] = {None: never}
    for row in rows:
        if row.last_on is not None and row.last_on not in seen_on:
            seen_on[row.last_on] = _("last seen {day}").format(day=_long_ago(book, row.last_on))
        text = pattern.format(account=row.account.name, seen=seen_on[row.last_on], days=row.limit_days)
        yield Evidence(entity="account", id=row.account.id, text=text, at=None)


def _long_ago(book: Book, day: date) -> str:
    ago = (book.today - day).days
    return ngettext("{count} day ago", "{count} days ago", ago).format(count=ago)


def main_problem(book: Book, cards: Iterable[Card]) -> tuple[str, str]:
    """What and state of the card that stands first among those not solved; empty when there is none."""
    first = next((card for card in cards if card.state in ("found", "relapsed", "planned", "doing")), None)
    return (what(book, first), state_text(first)) if first else ("", "")
