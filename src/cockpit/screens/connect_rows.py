"""The tables of the wizard that joins a CRM: what each step lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.i18n import N_, _, exact_money
from cockpit.services.crm_words import our_stage_name
from cockpit.services.snapshots.joining import CrmKind, CrmLook, CrmStage, CrmUser, JoinedCrm
from cockpit.services.words import role_name, stage_kind
from cockpit.widgets.table import Cell, Column, Row

Step = Literal["crm", "address", "token", "test", "users", "stages", "rows"]
STEPS: dict[Step, str] = {
    "crm": "CRM",
    "address": N_("address"),
    "token": N_("token"),
    "test": N_("test"),
    "users": N_("users"),
    "stages": N_("stages"),
    "rows": N_("first rows"),
}
OF_JOINED = "joined:"
"""Before the name of a connection that is there already."""
AS_THERE = ""
ME = "me"


@dataclass(frozen=True, slots=True)
class Listed:
    """Columns and rows of a step, and what stands in place of rows where there are none."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""


def listed(at: Step, kinds: Sequence[CrmKind], joined: Sequence[JoinedCrm], seen: CrmLook | None, me: str) -> Listed:
    """What a step lists; nothing where it asks for a text."""
    if at == "crm":
        return crms(kinds, joined)
    if seen is None or at in ("address", "token"):
        return Listed((Column(""),), ())
    if at == "users":
        return users(seen, me)
    return {"test": answers, "stages": stages}.get(at, deals)(seen)


def crms(kinds: Sequence[CrmKind], joined: Sequence[JoinedCrm]) -> Listed:
    """Those that can be joined, and before them those that are."""
    titles = {kind.key: kind.title for kind in kinds}
    again = [(OF_JOINED + one.name, _("Open {name} again").format(name=one.name), one) for one in joined]
    rows = [(key, title, f"{titles.get(one.crm, one.crm)}, {one.url}") for key, title, one in again]
    rows += [(kind.key, kind.title, kind.address) for kind in kinds]
    return Listed(
        (Column("", 2), Column("CRM", 24), Column(_("address"))),
        tuple(
            Row(key, (Cell(str(number), "accent"), title, Cell(where, "muted")))
            for number, (key, title, where) in enumerate(rows, 1)
        ),
    )


def answers(seen: CrmLook) -> Listed:
    """What answered, and what it does not offer."""
    rights = _("administrator") if seen.is_admin else _("no administrator")
    facts = [
        (_("answers"), seen.server),
        (_("signed in as"), _(", ").join((seen.user_name or seen.user_id or "-", rights))),
        (_("time zone"), seen.zone),
        *((_("may not read"), name) for name in seen.missing),
        *((_("does not offer"), name) for name in seen.lacks),
    ]
    rows = tuple(Row(str(at), (Cell(label, "muted"), text)) for at, (label, text) in enumerate(facts))
    return Listed((Column("", 18), Column("")), rows)


def users(seen: CrmLook, me: str) -> Listed:
    """Who is there, what they are to be here."""

    def row(user: CrmUser) -> Row:
        marks = [_("you")] if user.id == me else []
        if user.person_id:
            marks.append(_("is {name} here").format(name=seen.our_people.get(user.person_id, user.person_id)))
        role = Cell(role_name(user.role), "" if user.role == user.said_role else "accent")
        return Row(user.id, (user.name, Cell(user.email, "muted"), role, Cell(_(", ").join(marks), "accent")))

    columns = (Column(_("name"), weight=2), Column(_("mail"), weight=2), Column(_("role"), 16), Column("", weight=2))
    return Listed(columns, tuple(row(user) for user in seen.users or ()), _unread(seen.users is None))


def stages(seen: CrmLook) -> Listed:
    """Their stages, and which of ours they are to be."""

    def row(stage: CrmStage) -> Row:
        ours = our_stage_name(seen.our_stages, stage.stage_id)
        shown = Cell(ours, "accent") if ours else Cell(_("as it is there"), "muted")
        return Row(stage.id, (Cell(stage.funnel, "muted"), stage.name, stage_kind(stage.kind), shown))

    columns = (
        Column(_("funnel"), weight=1),
        Column(_("stage"), weight=2),
        Column(_("kind"), 6),
        Column(_("here"), weight=2),
    )
    return Listed(columns, tuple(row(stage) for stage in seen.stages or ()), _unread(seen.stages is None))


def deals(seen: CrmLook) -> Listed:
    """The first deals, each in the stage it is to be in."""
    ours = {one.id: our_stage_name(seen.our_stages, one.stage_id) for one in seen.stages or ()}
    rows = tuple(
        Row(
            one.id,
            (
                one.name,
                Cell(one.account, "muted"),
                ours.get(one.stage_id) or one.stage,
                exact_money(one.amount_minor, one.currency),
            ),
        )
        for one in seen.deals or ()
    )
    columns = (
        Column(_("deal"), weight=2),
        Column(_("account"), weight=2),
        Column(_("stage"), weight=2),
        Column(_("amount"), align="right"),
    )
    return Listed(columns, rows, _unread(seen.deals is None) or _("There is no deal yet."))


def _unread(is_unread: bool) -> str:
    return _("This token may not read them. Enter goes on without.") if is_unread else ""


def role_choices(seen: CrmLook) -> list[tuple[str, str]]:
    """What can be said of a user: that it is me, a role, who it is here already."""
    roles = [(role, role_name(role)) for role in ("rep", "team_lead", "region_head")]
    people = [(f"is:{key}", _("is {name} here").format(name=name)) for key, name in seen.our_people.items()]
    new = [("is:", _("is nobody here yet"))] if people else []
    return [(ME, _("This is me")), *roles, *people, *new]


def stage_choices(seen: CrmLook, stage: CrmStage) -> list[tuple[str, str]]:
    """Stages of ours of the same kind; those of a shipped funnel bring it along."""
    fits = [one for one in seen.our_stages if one.kind == stage.kind]
    added = _("{stage} (adds the funnel)")
    return [
        (AS_THERE, _("as it is there")),
        *(
            (one.id, added.format(stage=f"{one.funnel} / {one.name}") if one.model else f"{one.funnel} / {one.name}")
            for one in fits
        ),
    ]


def words(at: Step, kind: CrmKind | None, seen: CrmLook | None, me: str) -> tuple[str, str]:
    """The question of a step, and a line on it."""
    title, example, secret = (kind.title, kind.address, kind.secret) if kind else ("", "", "")
    if kind is not None and kind.redirect:
        secret = _("{what} Or leave it empty: a browser signs in.").format(what=secret)
    return {
        "crm": (_("Which CRM do you have?"), _("It is only looked at until you save at the end.")),
        "address": (
            _("Where is your {crm}?").format(crm=title),
            _("Its address, like {example}").format(example=example),
        ),
        "token": (_("What signs you in at {crm}?").format(crm=title), secret),
        "test": (_("It answers"), _("What it does not offer stays at your own hub, on this device.")),
        "users": (_("Who leads, and which of them are you?"), _("Roles decide who sees whose numbers.")),
        "stages": (_("Which stages are yours already?"), _("As it is there means a funnel of its own. e changes it.")),
        "rows": (_("These rows come first. Save?"), summary(seen, me) if seen is not None else ""),
    }[at]


def summary(seen: CrmLook, me: str) -> str:
    """What was said so far, on the last step."""
    stages = seen.stages or ()
    mine = next((user for user in seen.users or () if user.id == me), None)
    name, role = (mine.name, mine.role) if mine is not None else (seen.user_name, "rep")
    said = _("{name} signs in as {role}; {count} of {all} stages are yours.")
    count = sum(bool(stage.stage_id) for stage in stages)
    return said.format(name=name or "-", role=role_name(role), count=count, all=len(stages))
