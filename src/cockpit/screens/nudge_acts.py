"""Nudges on the rep's Today: the page behind a card's, and word to the lead that they stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cockpit.i18n import _
from cockpit.widgets.card_list import CardList

if TYPE_CHECKING:
    from cockpit.screens.base import View
    from cockpit.services.snapshots import TodaySnapshot


def open_page(view: View, nudge_id: str = "", **_rest: Any) -> None:
    """The nudge named, or at the focused card, else the first there is; from a rep's day a lead's words to him."""
    focused = view.query_one(CardList)
    wanted = focused.cursor_key if focused.has_focus else None
    cards = [card for card in (view.snapshot.cards if view.snapshot else ()) if card.nudge is not None]
    found = next((card.nudge for card in sorted(cards, key=lambda card: card.id != wanted)), None)
    if nudge_id or found is not None:
        view.shell.open("nudge", nudge_id=nudge_id or (found.id if found else ""))
    elif whose := view.why_args().get("rep_id"):
        view.shell.open("nudge", rep_id=whose)
    else:
        view.shell.say(_("Nobody has nudged you about anything."))


def tell_seen(view: View, snapshot: TodaySnapshot) -> None:
    """The lead is told what stands on this screen; rows of the last time, of a past day or somebody else's tell nothing."""
    unseen = [card.nudge.id for card in snapshot.cards if card.nudge is not None and not card.nudge.is_seen]
    services = view.shell.services
    if unseen and services is not None and not (view.is_kept or view.past or snapshot.is_read_only):
        view.run_worker(lambda: services.nudges.see(unseen), name="seen", thread=True, exit_on_error=False)
