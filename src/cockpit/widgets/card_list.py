"""Problem cards: what is wrong, what to do, the key, how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, labelled
from cockpit.keymap import key_text
from cockpit.plain import cells
from cockpit.services.snapshots import CardView
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

MOST = 9
"""As many as have a digit."""

_TONES: dict[str, Tone] = {
    "found": "bad",
    "relapsed": "bad",
    "planned": "accent",
    "doing": "accent",
    "done": "good",
    "confirmed": "good",
    "waived": "muted",
}


def card_tone(card: CardView) -> Tone:
    return _TONES.get(card.state, "")


def card_row(number: int, card: CardView) -> Row:
    """A digit presses any card; the key beside it does the same from anywhere."""
    key = key_text(card.key)
    return Row(
        card.id,
        (
            Cell(str(number), "muted"),
            card.what,
            Cell(labelled(card.nudge.by, card.nudge.message), "accent") if card.nudge else card.to_do,
            Cell(f"[{key}]" if key else "", "accent"),
            Cell(card.state_text, card_tone(card)),
        ),
        "muted" if card.state in ("confirmed", "waived") else "",
    )


class CardList(Table):
    """Keys are card ids, in the order given: the most worthwhile first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), id=id)

    def show(self, cards: Sequence[CardView], empty: str) -> None:
        self.set_columns(
            (
                Column("#", 1),
                Column(_("Problem"), weight=5, least=12),
                Column(_("What to do"), weight=4, least=8, shown_from=60),
                Column(
                    _("Key"),
                    max([cells(_("Key")), *(cells(key_text(card.key)) + 2 for card in cards[:MOST])]),
                    is_button=True,
                ),
                Column(_("State"), weight=3, least=10),
            )
        )
        rows = tuple(card_row(number, card) for number, card in enumerate(cards[:MOST], 1))
        is_new = rows != self.rows
        self.set_rows(rows, empty=empty)
        if rows and is_new and not self.has_focus:
            self.focus_key(rows[0].key)  # the list is read from its top, whatever became of the card that was there
