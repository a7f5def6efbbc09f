"""`cockpit connect` at a terminal: who am I there, who leads, which stages are ours. Enter takes what is proposed."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from cockpit.cli import asking
from cockpit.cli.output import talk
from cockpit.errors import BadUse, Stopped
from cockpit.i18n import _
from cockpit.services.crm_words import maps_of, our_stage_name
from cockpit.services.words import role_name, stage_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.services.snapshots.joining import CrmLook, CrmMaps, CrmStage, CrmUser, OurStage

ROLES = ("rep", "team_lead", "region_head")


def typed(question: str, option: str, *, is_hidden: bool = False) -> str:
    """What somebody types. Raises BadUse naming the option where nobody can be asked, Stopped on Ctrl+C."""
    if not sys.stdin.isatty():
        raise BadUse(_("{option} is needed.").format(option=option))
    return asking.typed(question, is_hidden=is_hidden)


def ask(seen: CrmLook, me: str) -> CrmMaps:
    """Users and stages, as many changes as somebody wants to make, and his yes. Raises Stopped."""
    if seen.users:
        seen = replace(seen, users=tuple(_users(list(seen.users), seen)))
        if not me and seen.user_id not in {user.id for user in seen.users or ()}:
            me = _me(seen)
    if seen.stages:
        seen = replace(seen, stages=tuple(_stages(list(seen.stages), seen.our_stages)))
    if line(_("Save and open? Enter does, n stops")).lower() in ("n", "no"):
        raise Stopped()
    return maps_of(seen, me)


def _me(seen: CrmLook) -> str:
    users = seen.users or ()
    while True:
        place = _number(line(_("Which of them are you? Number")), len(users))
        if place is not None:
            return users[place].id


def _users(users: list[CrmUser], seen: CrmLook) -> list[CrmUser]:
    while True:
        talk(_("Users"))
        for number, user in enumerate(users, 1):
            here = seen.our_people.get(user.person_id, "")
            known = _("is {name} here").format(name=here) if here else ""
            talk(f"  {number:>2}  {user.name}  {user.email}  {role_name(user.role)}  {known}".rstrip())
        roles = "  ".join(f"{number} {role_name(role)}" for number, role in enumerate(ROLES, 1))
        words = line(_("Another role: NUMBER ROLE ({roles}). Enter goes on").format(roles=roles)).split()
        if not words:
            return users
        picked = _pair(words, len(users), len(ROLES))
        if picked is not None:
            users[picked[0]] = replace(users[picked[0]], role=ROLES[picked[1]])


def _stages(stages: list[CrmStage], ours: Sequence[OurStage]) -> list[CrmStage]:
    while True:
        talk(_("Stages"))
        for number, stage in enumerate(stages, 1):
            is_ours = our_stage_name(ours, stage.stage_id) or _("as it is there")
            talk(f"  {number:>2}  {stage.funnel}  {stage.name}  {stage_kind(stage.kind)}  > {is_ours}")
        words = line(_("One of ours instead: its NUMBER. Enter goes on")).split()
        if not words:
            return stages
        place = _number(words[0], len(stages))
        if place is not None:
            stages[place] = replace(stages[place], stage_id=_one_of_ours(stages[place], ours))


def _one_of_ours(stage: CrmStage, ours: Sequence[OurStage]) -> str:
    fits = [one for one in ours if one.kind == stage.kind]
    talk(_("Stages of ours that {name} can be").format(name=stage.name))
    talk("   0  " + _("as it is there"))
    for number, one in enumerate(fits, 1):
        talk(f"  {number:>2}  {our_stage_name(ours, one.id)}")
    place = _number(line(_("Number")), len(fits))
    return fits[place].id if place is not None else ""


def line(question: str) -> str:
    """What somebody types, which may be nothing. Raises Stopped on Ctrl+C."""
    try:
        return str(typer.prompt(question, default="", show_default=False, err=True)).strip()
    except typer.Abort:
        raise Stopped() from None


def _number(text: str, most: int) -> int | None:
    """The place that a number from 1 names; None, said so, for anything else."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= most:
        return int(text[:6]) - 1
    if text != "0":
        talk(_("A number from 1 to {most} is needed.").format(most=most))
    return None


def _pair(words: list[str], *most: int) -> tuple[int, int] | None:
    if len(words) != len(most):
        talk(_("Two numbers are needed, like 2 2."))
        return None
    found = [_number(word, limit) for word, limit in zip(words, most, strict=True)]
    first, second = found
    return (first, second) if first is not None and second is not None else None
