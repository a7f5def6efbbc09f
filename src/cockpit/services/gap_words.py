"""What a gap says beside its numbers, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import _, exact_money

if TYPE_CHECKING:
    from cockpit.services.snapshots import GapSnapshot


def apart_text(found: GapSnapshot) -> str:
    """A team's target that the reps' do not sum to, with what mends it; empty where they do."""
    if found.target_minor is None or found.parts_minor is None or found.parts_minor == found.target_minor:
        return ""
    difference = found.target_minor - found.parts_minor
    words = _("the reps' targets are {money} less than the team's: `cockpit targets` says how to mend it")
    if difference < 0:
        words = _("the reps' targets are {money} more than the team's: `cockpit targets` says how to mend it")
    return words.format(money=exact_money(abs(difference), found.currency))
