"""Whose metrics can be asked for here: one rep's, a team's, the company's, as far as their rows are on this device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.domain.entities import Person, Team
from cockpit.domain.team import reps_below, teams_below
from cockpit.errors import NotAllowed
from cockpit.i18n import _, spoken
from cockpit.services.desk import Desk
from cockpit.services.snapshots import MetricScope
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

COMPANY = "company"


@dataclass(frozen=True)
class Scopes:
    """What the viewer may ask for, the widest first; `owners` of each are the reps whose rows count, those who have left
    included, and `active` the reps who are compared with each other."""

    own: MetricScope
    all: Mapping[str, MetricScope]
    owners: Mapping[str, tuple[str, ...]]
    active: frozenset[str]
    parents: Mapping[str, str | None]

    def peers(self, scope: MetricScope) -> tuple[str, ...]:
        """Those like it, itself among them: reps, or teams under the same head. Nobody is like the company."""
        if scope.kind == "rep":
            found = [one.id for one in self.all.values() if one.kind == "rep" and one.id in self.active]
        else:
            found = [
                one.id
                for one in self.all.values()
                if one.kind == "team" and self.parents[one.id] == self.parents[scope.id]
            ]
        return tuple(found) if scope.id in found else ()

    def reps(self, scope: MetricScope) -> tuple[str, ...]:
        """The active reps of a team or of the company."""
        return tuple(rep for rep in self.owners[scope.id] if rep in self.active) if scope.kind != "rep" else ()


def scopes_of(desk: Desk, source: Session | Reader) -> Scopes:
    """A rep has his own rows here and no others; a lead or head those of all below."""
    viewer = desk.viewer(source)
    people, teams = everybody(source)
    reps = reps_below(people, teams, viewer.id)
    found: dict[str, MetricScope] = {}
    owners: dict[str, tuple[str, ...]] = {}
    if viewer.role != "rep" and viewer.team_id in teams:
        for team in _in_order(teams, viewer.team_id or ""):
            below = teams_below(teams, team.id)
            owners[team.id] = tuple(rep.id for rep in reps if rep.team_id in below)
            kind = "company" if team.parent_id not in teams else "team"
            found[team.id] = MetricScope(id=team.id, kind=kind, name=spoken(team.name, team.alias))
    own = found.get(viewer.team_id or "")
    for rep in reps or ((people[viewer.id],) if viewer.id in people else ()):
        owners[rep.id] = (rep.id,)
        found[rep.id] = _of_rep(rep)
    if own is None:
        own = found.setdefault(viewer.id, MetricScope(id=viewer.id, kind="rep", name=viewer.spoken))
        owners.setdefault(viewer.id, (viewer.id,))
    active = frozenset(rep.id for rep in reps if rep.is_active)
    return Scopes(own, found, owners, active, {team.id: team.parent_id for team in teams.values()})


def find_scope(desk: Desk, source: Session | Reader, scopes: Scopes, wanted: str | None) -> MetricScope:
    """A scope by `company`, a team's or a rep's name or id; the viewer's own when None. Raises UnknownName, NotAllowed."""
    if wanted is None:
        return scopes.own
    if wanted in scopes.all:
        return scopes.all[wanted]
    folded = wanted.casefold()
    if folded == COMPANY:
        whole = next((one for one in scopes.all.values() if one.kind == COMPANY), None)
        if whole is None:
            raise NotAllowed(_("The rows of the whole company are not on this device: only those of your people are."))
        return whole
    _people, teams = everybody(source)
    for team in teams.values():
        if folded in (team.id, team.name.casefold(), team.alias.casefold()):
            if team.id not in scopes.all:
                text = _("The rows of {name} are not on this device: only your own and those of your people are.")
                raise NotAllowed(text.format(name=team.name))
            return scopes.all[team.id]
    return scopes.all[desk.find_readable(source, wanted).id]


def _of_rep(rep: Person) -> MetricScope:
    return MetricScope(id=rep.id, kind="rep", name=spoken(rep.name, rep.alias))


def _in_order(teams: Mapping[str, Team], top: str) -> list[Team]:
    """The team and those under it, each before its own."""
    found = [teams[top]]
    for team in found:
        found += sorted((one for one in teams.values() if one.parent_id == team.id), key=lambda one: (one.name, one.id))
    return found
