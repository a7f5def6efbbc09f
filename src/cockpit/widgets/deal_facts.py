"""Everything about one deal for the pane beside or below the list."""

from __future__ import annotations

from datetime import datetime

from cockpit.i18n import _, exact_money, short_day
from cockpit.services.card_words import account_text, next_step_text, stage_text, stance_text
from cockpit.services.snapshots import ContactLine, DealBrief, DealLine
from cockpit.services.words import deal_state, decision_role, kept_text, write_state
from cockpit.widgets.deal_states import TONES, KeyOf, remedies
from cockpit.widgets.detail import Fact
from cockpit.widgets.people import numbers_of
from cockpit.widgets.signs import write_sign

MOST_PEOPLE = 6


def deal_troubles(deal: DealLine, as_of: datetime, key_of: KeyOf) -> list[Fact]:
    """What is wrong and what ends it, then what is next."""
    facts = [Fact(deal_state(state), rule, TONES.get(state, "")) for state, rule in zip(deal.states, deal.rules)]
    if not facts:
        facts.append(Fact(_("state"), deal_state(deal.state), TONES.get(deal.state, "")))
    facts += [Fact(_("to do"), words, "accent") for words in remedies(deal, key_of)]
    if deal.next_step_at is not None:
        when = next_step_text(deal.next_step_at, as_of)
        facts.append(Fact(_("next"), f"{when} {deal.next_step}".rstrip()))
    if deal.write_state != "done":
        facts.append(Fact(_("sync"), write_state(deal.write_state), write_sign(deal.write_state).tone))
    return facts


def deal_figures(deal: DealLine, brief: DealBrief | None) -> list[Fact]:
    """Money, dates, the account and its people."""
    close = short_day(deal.expected_on) if deal.expected_on else "-"
    amount = exact_money(deal.amount_minor, deal.currency)
    facts = [
        Fact(_("amount"), _("{amount}, close {day}").format(amount=amount, day=close)),
        *([Fact("", kept_text(deal.kept))] if deal.kept is not None else []),
        Fact(_("stage"), stage_text(deal)),
        Fact(_("account"), account_text(deal), "" if deal.account else "muted"),
    ]
    return [*facts, *_brief_facts(brief)]


def _brief_facts(brief: DealBrief | None) -> list[Fact]:
    if brief is None:
        return []
    facts = [Fact(_("people"), contact_text(person)) for person in brief.contacts[:MOST_PEOPLE]]
    if brief.last_held_on is not None:
        words = f"{short_day(brief.last_held_on)} {brief.last_result}".rstrip()
        facts.append(Fact(_("last met"), words))
    return facts


def contact_text(person: ContactLine) -> str:
    """Name, title, role, stance and the number to dial."""
    _which, number = numbers_of(person)[0]
    stance = "" if person.stance is None else f"({stance_text(person.stance)})"
    parts = (person.name, person.title, decision_role(person.decision_role), stance, number)
    return " ".join(part for part in parts if part)
