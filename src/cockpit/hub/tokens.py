"""Bearer tokens: issued once in clear, kept as SHA-256, turned into an actor at every request."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from cockpit import clock
from cockpit.errors import BadUse, UnknownName
from cockpit.storage.tables import PersonRow, TeamRow, TokenFamilyRow, TokenRow

SELF = "rep:self:rw"
TEAM = "lead:team:r"
NUDGE = "lead:nudge:w"
PLAN = "lead:plan:w"
REGION = "region:r"
ADMIN = "admin"

ROLE_SCOPES: dict[str, frozenset[str]] = {
    "rep": frozenset({SELF}),
    "team_lead": frozenset({SELF, TEAM, NUDGE, PLAN}),
    "region_head": frozenset({SELF, REGION}),
}
"""What each role may hold. `admin` belongs to no role: it is granted to one token by name."""

_PREFIX = "ckp_"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, from the token alone. `visible` are the people whose rows he sees; None is everybody."""

    person_id: str
    name: str
    role: str
    team_id: str | None
    scopes: frozenset[str]
    visible: frozenset[str] | None

    @property
    def is_admin(self) -> bool:
        return ADMIN in self.scopes

    @property
    def writable(self) -> frozenset[str]:
        """The people whose rows he may change."""
        mine = frozenset({self.person_id}) if SELF in self.scopes else frozenset()
        return mine | (self.visible or frozenset()) if PLAN in self.scopes else mine

    @property
    def scope_hash(self) -> str:
        """Changes when what he may see changes by role, team or grant, not with each account."""
        people = ["*"] if self.visible is None else sorted(self.visible)
        text = "|".join((self.person_id, self.role, self.team_id or "", *sorted(self.scopes), "/", *people))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def issue(
    session: Session,
    person_id: str,
    *,
    label: str,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
    family_id: str | None = None,
    now: datetime | None = None,
) -> str:
    """A new bearer token of a person, returned this once. Scopes default to those of the role.

    Raises UnknownName for a person who is not here, BadUse for a scope that does not exist.
    """
    person = session.get(PersonRow, person_id)
    if person is None:
        raise UnknownName(kind="person", name=person_id, near="")
    granted = role_scopes(session, person_id) if scopes is None else frozenset(scopes)
    unknown = granted - {SELF, TEAM, NUDGE, PLAN, REGION, ADMIN}
    if unknown:
        raise BadUse(f"no such scope: {', '.join(sorted(unknown))}")
    token = _PREFIX + secrets.token_urlsafe(32)
    session.add(
        TokenRow(
            hash=hashed(token),
            person_id=person_id,
            scopes=" ".join(sorted(granted)),
            label=label,
            created_at=now or clock.now(),
            expires_at=expires_at,
            family_id=family_id,
        )
    )
    session.flush()
    return token


def role_scopes(session: Session, person_id: str) -> frozenset[str]:
    """What the role of a person may hold."""
    person = session.get(PersonRow, person_id)
    return ROLE_SCOPES.get(person.role if person else "", frozenset({SELF}))


def authenticate(session: Session, token: str, now: datetime | None = None) -> Actor | None:
    """The actor of a token, or None: unknown, expired, revoked, or of somebody who left.

    A scope counts only while the person's role still allows it.
    """
    row = session.get(TokenRow, hashed(token))
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= (now or clock.now()):
        return None
    person = session.get(PersonRow, row.person_id)
    if person is None or not person.is_active:
        return None
    scopes = frozenset(row.scopes.split()) & (role_scopes(session, person.id) | {ADMIN})
    return Actor(person.id, person.name, person.role, person.team_id, scopes, _visible(session, person, scopes))


def revoke(session: Session, token: str, now: datetime) -> bool:
    """End a token, and the sign-in it came from. False when there is none, or when it was ended before."""
    row = session.get(TokenRow, hashed(token))
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    if row.family_id is not None:
        end_family(session, row.family_id, "revoked", now)
    return True


def revoke_of(session: Session, person_id: str, now: datetime, *, label: str | None = None) -> int:
    """End every token and sign-in of a person, or those of one label; how many there were."""
    ended = 0
    alone = select(TokenRow).where(col(TokenRow.family_id).is_(None), col(TokenRow.revoked_at).is_(None))
    for row in session.exec(alone.where(TokenRow.person_id == person_id)):
        if label is None or row.label == label:
            row.revoked_at = now
            ended += 1
    families = select(TokenFamilyRow).where(col(TokenFamilyRow.revoked_at).is_(None))
    for family in session.exec(families.where(TokenFamilyRow.person_id == person_id)).all():
        if label is None or family.label == label:
            end_family(session, family.id, "revoked", now)
            ended += 1
    return ended


def end_family(session: Session, family_id: str, because: str, now: datetime) -> None:
    """End a sign-in with every token that followed from it."""
    family = session.get(TokenFamilyRow, family_id)
    if family is not None and family.revoked_at is None:
        family.revoked_at, family.revoked_because = now, because
    session.execute(
        update(TokenRow)
        .where(col(TokenRow.family_id) == family_id, col(TokenRow.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def hashed(secret: str) -> str:
    """What is kept of a token or a code."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _visible(session: Session, person: PersonRow, scopes: frozenset[str]) -> frozenset[str] | None:
    if ADMIN in scopes:
        return None
    found = {person.id}
    if person.team_id and (TEAM in scopes or REGION in scopes):
        teams = teams_below(session, person.team_id) if REGION in scopes else {person.team_id}
        found.update(session.exec(select(PersonRow.id).where(col(PersonRow.team_id).in_(teams))))
    return frozenset(found)


def teams_below(session: Session, team_id: str) -> set[str]:
    """The team and every team under it."""
    parents = dict(session.exec(select(TeamRow.id, TeamRow.parent_id)).all())
    found = {team_id}
    while more := {team for team, parent in parents.items() if parent in found and team not in found}:
        found |= more
    return found
