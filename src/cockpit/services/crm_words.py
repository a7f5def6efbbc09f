"""What was seen of a CRM, in words, and what a person says of it."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, clauses, listed
from cockpit.services.snapshots.joining import CrmLook, CrmMaps, OurStage

MOST_BAD = 3


def signed_in(seen: CrmLook) -> str:
    """Who answered, and as whom it knows us."""
    words = _("{server}: signed in as {name} ({id})")
    return words.format(server=seen.server, name=seen.user_name or "-", id=seen.user_id or "-")


def notes(seen: CrmLook) -> list[str]:
    """What this token does not see, and what there could not be understood; Cockpit goes on without it."""
    found = []
    if seen.missing:
        words = _("This token may not read: {names}. Cockpit goes on without them.")
        found.append(words.format(names=listed(seen.missing)))
    if seen.strange_stages:
        words = _("Of the first {count} deals some are in stages that the CRM does not list: {names}. They wait.")
        found.append(words.format(count=seen.deals_read, names=listed(seen.strange_stages)))
    if seen.bad:
        words = _("Rows that cannot be read are set aside: {count}. {rows}")
        found.append(words.format(count=len(seen.bad), rows=clauses(seen.bad[:MOST_BAD])))
    return found


def lacking(seen: CrmLook) -> str:
    """What the CRM does not offer, in one line; empty when it offers everything."""
    if not seen.lacks:
        return ""
    return _("This CRM does not offer: {names}. That stays at the hub.").format(names=clauses(seen.lacks))


def our_stage_name(ours: Sequence[OurStage], stage_id: str) -> str:
    """A stage of ours with its funnel; empty for none."""
    return next((f"{one.funnel} / {one.name}" for one in ours if one.id == stage_id), "")


def maps_of(seen: CrmLook, me: str = "") -> CrmMaps:
    """What a person left or made of the proposals. A role is kept where it is another one than the CRM says."""
    users, stages = seen.users or (), seen.stages or ()
    return CrmMaps(
        me or seen.user_id,
        {user.id: user.role for user in users if user.role != user.said_role},
        {user.id: user.person_id for user in users if user.person_id},
        {stage.id: stage.stage_id for stage in stages if stage.stage_id},
    )
