"""What is wrong with deals: how many are in each state, and of one deal each state with its rule and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.i18n import _, short_money
from cockpit.plain import cells, fit
from cockpit.services.snapshots import DealLine, PipelineSnapshot
from cockpit.services.stuck import by_state
from cockpit.services.words import deal_state
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Part, folded

TONES: dict[str, Tone] = {
    "healthy": "good",
    "dirty": "bad",
    "stalled": "warn",
    "regressed": "warn",
    "slipped": "warn",
    "no_activity": "warn",
}

LEAST_RULE = 20
"""Cells below which a rule would say too little."""

KeyOf = Callable[[str], str]
"""The key of a command's id, as people read it."""


def meaning(state: str) -> str:
    """The rule of a state in a few words."""
    texts = {
        "dirty": _("date passed or no next step"),
        "slipped": _("close moved past the month"),
        "regressed": _("stage went back in 30 days"),
        "stalled": _("over 1.5 x the usual days"),
        "no_activity": _("nothing held in 14 days"),
        "healthy": _("no rule fired"),
    }
    return texts.get(state, "")


def state_lines(snapshot: PipelineSnapshot, width: int) -> list[list[Part]]:
    """One state a line: its name, deals, money, rule. The counts add up to the open deals."""
    rows = by_state(snapshot)
    name = max(cells(_("State")), *(cells(deal_state(state)) for state in rows))
    head, rule = _("Deals"), _("Rule")
    size = max(cells(head), 3)
    titles = f"{fit(_('State'), name)} {fit(head, size, right=True)} {fit(snapshot.currency, 7, right=True)}"
    rest = max(width - cells(titles) - 2, 0)
    has_rule = rest >= LEAST_RULE
    lines: list[list[Part]] = [[(f"{titles}  {rule}" if has_rule else titles, "muted")]]
    for state, (count, minor) in rows.items():
        tone: Tone = TONES[state] if count else "muted"
        numbers = f" {fit(str(count), size, right=True)} {fit(short_money(minor) if count else '', 7, right=True)}  "
        lines.append(
            [
                (fit(deal_state(state), name), tone),
                (numbers, "" if count else "muted"),
                (fit(meaning(state), rest) if has_rule else "", "muted"),
            ]
        )
    return lines


def state_words(snapshot: PipelineSnapshot) -> list[Part]:
    """The states that some deal has, with their counts, in one line."""
    return [
        (f"  {deal_state(state)} {count}", TONES[state])
        for state, (count, _minor) in by_state(snapshot).items()
        if count and state != "healthy"
    ]


def remedies(deal: DealLine, key_of: KeyOf) -> list[str]:
    """`[n] plan the next step`, each once, for the worst state first."""
    words = (f"[{key_of(remedy.command)}] {remedy.text}" for remedy in deal.remedies)
    return list(dict.fromkeys(words))


def verdict_lines(deal: DealLine, key_of: KeyOf, width: int) -> list[list[Part]]:
    """Each state with the rule and figures that fired, then what to do with its key."""
    if not deal.states:
        return [[(deal_state(deal.state), TONES.get(deal.state, "")), (f"  {meaning(deal.state)}", "muted")]]
    label = max(cells(deal_state(state)) for state in deal.states) + 1
    label = max(label, cells(_("to do")) + 1)
    lines: list[list[Part]] = []
    for state, rule in zip(deal.states, deal.rules):
        lines += folded([(fit(deal_state(state), label), TONES.get(state, "")), (rule, "")], width, label)
    head = fit(_("to do"), label)
    for words in remedies(deal, key_of):
        lines += folded([(head, "muted"), (words, "accent")], width, label)
        head = " " * label
    return lines


def tone_of(states: Sequence[str]) -> Tone:
    """The tone of the worst of them; good for none."""
    return TONES.get(states[0], "warn") if states else "good"
