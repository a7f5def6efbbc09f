"""Problem cards: what is wrong, what to do, which key, is it solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit import clock
from cockpit.domain.problems import Card, cards_of
from cockpit.errors import BadUse, UnknownName
from cockpit.garbage import no_collecting
from cockpit.i18n import _, listed, near_day
from cockpit.services.card_views import card_views, what
from cockpit.services.desk import Desk
from cockpit.services.snapshots import CardView, Saved
from cockpit.services.views import look_at
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit


@dataclass(frozen=True)
class CardService:
    """Cards and their only hand-set state, the waiver."""

    desk: Desk

    @no_collecting()
    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> tuple[CardView, ...]:
        """All cards of a rep, the most worthwhile first."""
        with self.desk.look(as_of) as reader:
            look = look_at(self.desk, reader, rep_id, as_of, is_brief=True)
        return card_views(look.book, cards_of(look.book, look.person.id))

    def waive(self, card_id: str, reason: str, until_on: date) -> Saved:
        """Set a card aside with a reason until a day. Raises BadUse for an empty reason, UnknownName for no such card."""
        if not reason.strip():
            raise BadUse(_("a reason is needed"))
        with self.desk.database.write() as session:
            look = look_at(self.desk, session, None, None, is_brief=True)
            card = find_card(cards_of(look.book, look.person.id), card_id)
            if until_on < look.book.today:
                raise BadUse(_("the day has passed"))
            text = _("Waived until {day}: {card}")
            text = text.format(day=near_day(until_on, look.book.today), card=what(look.book, card))
            waiver_id = outbox.new_id()
            action_id = outbox.submit(
                session,
                [
                    Edit(
                        "waiver",
                        waiver_id,
                        "create",
                        {
                            "owner_id": look.person.id,
                            "rule": card.rule.id,
                            "subject_id": card.subject_id,
                            "period_start": card.period.starts_on,
                            "reason": reason.strip(),
                            "until_on": until_on,
                            "by_id": look.viewer.id,
                        },
                    )
                ],
                actor_id=look.viewer.id,
                label=text,
                now=clock.now(),
            )
        return Saved(action_id=action_id, text=text, entity="waiver", id=waiver_id)


def find_card(cards: tuple[Card, ...], card_id: str) -> Card:
    """The card of that id. Raises UnknownName when there is none."""
    for card in cards:
        if card.id == card_id:
            return card
    raise UnknownName(kind=_("card"), name=card_id, near=listed(card.id for card in cards[:5]))
