"""All about the focused row of Today: the visit and its customer, a problem card, the suggestion."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.i18n import _, clock_time, exact_money, short_day, short_money
from cockpit.keymap import Keymap, key_text
from cockpit.services import words
from cockpit.services.snapshots import AgendaItem, CardView, NextBest, Prep, TodaySnapshot
from cockpit.widgets.card_list import card_tone
from cockpit.widgets.columns import Tone
from cockpit.widgets.detail import Fact

MOST_EVIDENCE = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A title, the facts below it, and what `?` explains."""

    title: str
    facts: tuple[Fact, ...]
    about: str | None


NOTHING = Told("", (), None)


def of(snapshot: TodaySnapshot, focused: AgendaItem | CardView | None, keymap: Keymap, *, is_short: bool) -> Told:
    """About the focused visit or card, else about the suggestion."""
    if isinstance(focused, CardView):
        return of_card(focused)
    if focused is None:
        return of_best(snapshot, keymap.text_of("add"))
    return of_visit(snapshot, focused, keymap, is_short=is_short)


def of_visit(snapshot: TodaySnapshot, item: AgendaItem, keymap: Keymap, *, is_short: bool = False) -> Told:
    """What to know before it, the most useful first. `is_short`: without what its row in the table says."""
    brief = next((brief for brief in snapshot.briefs if brief.activity_id == item.id), None)
    is_next = snapshot.prep is not None and snapshot.prep.activity_id == item.id
    facts = [] if is_short else [Fact("", _of_row(item), "muted")]
    if item in snapshot.yesterday_unvisited:
        said = _("Planned for {day}. {drop} says why, {edit} gives a new time.")
        day = short_day(item.starts_at.date())
        facts.append(Fact("", said.format(day=day, drop=keymap.text_of("drop"), edit=keymap.text_of("edit")), "bad"))
    if item.is_double:
        said = _(
            "Another visit here begins within 30 minutes. {drop} drops one; a goal of its own for each keeps both."
        )
        facts.append(Fact("", said.format(drop=keymap.text_of("drop")), "warn"))
    if item.goal and not is_short:
        facts.append(Fact(_("Goal"), item.goal))
    if item.planned_because:
        facts.append(Fact(_("Because"), item.planned_because, "muted"))
    if brief is not None and item.account_id:
        facts += _of_brief(brief)
    about = "prep" if is_next else f"visit:{item.id}"
    name = item.account or item.subject or words.kind_name(item.kind)
    return Told(name if is_short else f"{name} {item.account_alias}".strip(), tuple(facts), about)


def _of_row(item: AgendaItem) -> str:
    times = clock_time(item.starts_at) + (f"-{clock_time(item.ends_at)}" if item.ends_at else "")
    money = short_money(item.amount_minor) if item.amount_minor is not None else ""
    parts = (f"{times} {words.kind_name(item.kind)}", item.tier, item.stage, money)
    return _(", ").join(part for part in parts if part)


def _of_brief(brief: Prep) -> list[Fact]:
    facts: list[Fact] = []
    if brief.last_held_on is not None:
        facts.append(Fact(_("Last"), f"{short_day(brief.last_held_on)} {brief.last_result}".strip()))
    else:
        facts.append(Fact(_("Last"), _("never met"), "warn"))
    if brief.missing:
        facts.append(Fact("", _(", ").join(brief.missing), "warn"))
    if brief.open_needs:
        facts.append(Fact(_("Needs"), _(", ").join(brief.open_needs)))
    for name, role, stance in sorted(brief.deciders, key=_most_against):
        said = f"{name} {words.decision_role(role)}".strip() + (" ?" if stance is None else f" {stance:+d}")
        facts.append(Fact(_("Deciders"), said, _stance_tone(stance)))
    if not brief.deciders:
        facts.append(Fact(_("Deciders"), _("none known"), "warn"))
    facts += [Fact(_("Open deals"), f"{name} {short_money(amount)}") for _id, name, amount in brief.open_deals]
    return facts


def _most_against(decider: tuple[str, str, int | None]) -> float:
    """Who is against comes first, then who is not known."""
    stance = decider[2]
    return -0.5 if stance is None else stance


def _stance_tone(stance: int | None) -> Tone:
    return "" if not stance else "good" if stance > 0 else "bad"


def of_card(card: CardView) -> Told:
    """The whole text, what to do and its key, how it stands, when it is solved, and the rows behind it."""
    facts = []
    if card.nudge is not None:
        facts.append(Fact(card.nudge.by, f"{card.nudge.message} [N]", "accent"))
    if card.to_do:
        key = key_text(card.key)
        facts.append(Fact(_("To do"), f"{card.to_do} [{key}]" if key else card.to_do, "accent"))
    facts.append(Fact(_("State"), card.state_text, card_tone(card)))
    if card.at_risk_minor:
        facts.append(Fact(_("At risk"), exact_money(card.at_risk_minor, card.currency), "warn"))
    if card.solved_when:
        facts.append(Fact("", card.solved_when, "muted"))
    for row in card.evidence[:MOST_EVIDENCE]:
        facts.append(Fact(_("Rows"), f"{row.at:%m-%d %H:%M} {row.text}" if row.at else row.text))
    if len(card.evidence) > MOST_EVIDENCE:
        facts.append(Fact("", _("and {count} more").format(count=len(card.evidence) - MOST_EVIDENCE), "muted"))
    return Told(card.what, tuple(facts), f"card:{card.id}")


def of_best(snapshot: TodaySnapshot, key: str, *, is_short: bool = False) -> Told:
    """The account most worth adding, with its points."""
    best = snapshot.next_best
    if best is None:
        return NOTHING
    facts = [Fact("", f"{best.account} {best.tier}".strip())]
    if best.starts_at is not None:
        facts.append(Fact("", clock_time(best.starts_at) + ("" if is_short else _after(snapshot, best))))
    facts.append(Fact("", f"[{key}]", "accent"))
    if is_short:
        why = _(", ").join(f"{reason} {points:+d}" for reason, points in best.points)
        facts.append(Fact("", _("{score} points: {reasons}").format(reasons=why, score=best.score), "muted"))
    else:
        facts += [Fact("", f"{points:+d} {reason}") for reason, points in best.points]
        facts.append(Fact("", _("{score} points").format(score=best.score), "muted"))
    return Told(_("Next best"), tuple(facts), "next_best")


def _after(snapshot: TodaySnapshot, best: NextBest) -> str:
    before = next((item for item in snapshot.visits if item.id == best.after_activity_id), None)
    if before is None:
        return ""
    return " " + _("after {account}").format(account=before.account or before.subject)
