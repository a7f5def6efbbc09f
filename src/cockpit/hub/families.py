"""Sign-ins: a family of tokens that follow from one approval, and refresh tokens that change with every use.

An access token lives an hour. A refresh token lives 90 days and is good for one use, which gives the next one.
A refresh token that comes a second time was copied, or its answer was lost on the way. Both look alike at first, so:

- it may come exactly once more, and only while the token it was exchanged for was never used. That one ends then,
  with its access token, and the answer is a new pair: whoever holds the ended one is found out when he uses it.
- anything else ends the family: both the owner and the thief have to sign in again, and only one of them can.

The device code counts as the refresh token before the first, so that the answer to a sign-in may be lost as well.
Whoever asks holds the lock of the family: of two who come at once, the second sees what the first left.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from cockpit.hub import tokens
from cockpit.storage.tables import PersonRow, RefreshTokenRow, TokenFamilyRow, TokenRow

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
_PREFIX = "ckr_"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens in clear, given out this once."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    scopes: str


def begin(
    session: Session,
    person_id: str,
    scopes: str,
    *,
    label: str,
    device_code: str,
    code_ends_at: datetime,
    now: datetime,
) -> Pair | None:
    """The first tokens of a sign-in. None when the person has left meanwhile."""
    family = TokenFamilyRow(id=secrets.token_hex(16), person_id=person_id, scopes=scopes, label=label, created_at=now)
    code = RefreshTokenRow(
        hash=tokens.hashed(device_code), family_id=family.id, created_at=now, expires_at=code_ends_at
    )
    session.add_all((family, code))
    session.flush()
    return rotate(session, device_code, now)


def rotate(session: Session, refresh: str, now: datetime) -> Pair | None:
    """The next tokens for a refresh token. None: not known, over, or used again, which ends the family."""
    found = _locked(session, refresh)
    if found is None:
        return None
    family, held = found
    person = session.get(PersonRow, family.person_id)
    is_over = family.revoked_at is not None or held.expires_at <= now
    if is_over or person is None or not person.is_active:
        return None
    if held.used_at is None and held.ended_at is None:
        held.used_at = now
    elif (following := _never_used(session, held)) is not None:
        following.ended_at, held.retried_at = now, now
        _end_access_since(session, family.id, held.used_at, now)
    else:
        tokens.end_family(session, family.id, "reused", now)
        return None
    _forget_old(session, family.id, now)
    return _next(session, family, held, now)


def end(session: Session, token: str, now: datetime) -> None:
    """End the sign-in that a refresh or an access token belongs to; nothing happens for any other."""
    refresh = session.get(RefreshTokenRow, tokens.hashed(token))
    if refresh is not None:
        tokens.end_family(session, refresh.family_id, "revoked", now)
    else:
        tokens.revoke(session, token, now)


def prune(session: Session, before: datetime) -> None:
    """Forget sign-ins whose last refresh token was over before that time, and access tokens that were."""
    session.execute(delete(RefreshTokenRow).where(col(RefreshTokenRow.expires_at) < before))
    session.execute(delete(TokenRow).where(col(TokenRow.family_id).is_not(None), col(TokenRow.expires_at) < before))
    alive = select(RefreshTokenRow.family_id)
    session.execute(
        delete(TokenFamilyRow).where(col(TokenFamilyRow.id).not_in(alive), col(TokenFamilyRow.created_at) < before)
    )


def _locked(session: Session, refresh: str) -> tuple[TokenFamilyRow, RefreshTokenRow] | None:
    """The family, locked, and the token as it is under that lock."""
    key = tokens.hashed(refresh)
    first = session.get(RefreshTokenRow, key)
    if first is None:
        return None
    family = session.get(TokenFamilyRow, first.family_id, with_for_update=True)
    held = session.get(RefreshTokenRow, key, populate_existing=True)
    return None if family is None or held is None else (family, held)


def _never_used(session: Session, held: RefreshTokenRow) -> RefreshTokenRow | None:
    """The token `held` was exchanged for, when its answer may have been lost and this is the first time to ask again."""
    if held.retried_at is not None or held.ended_at is not None or held.next_hash is None:
        return None
    following = session.get(RefreshTokenRow, held.next_hash)
    return following if following is not None and following.used_at is None else None


def _end_access_since(session: Session, family_id: str, since: datetime | None, now: datetime) -> None:
    session.execute(
        update(TokenRow)
        .where(
            col(TokenRow.family_id) == family_id,
            col(TokenRow.created_at) >= since,
            col(TokenRow.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )


def _next(session: Session, family: TokenFamilyRow, held: RefreshTokenRow, now: datetime) -> Pair:
    refresh = _PREFIX + secrets.token_urlsafe(32)
    held.next_hash = tokens.hashed(refresh)
    session.add(
        RefreshTokenRow(hash=held.next_hash, family_id=family.id, created_at=now, expires_at=now + REFRESH_LIFE)
    )
    access = tokens.issue(
        session,
        family.person_id,
        label=family.label,
        scopes=family.scopes.split(),
        expires_at=now + ACCESS_LIFE,
        family_id=family.id,
        now=now,
    )
    return Pair(access, refresh, family.scopes)


def _forget_old(session: Session, family_id: str, now: datetime) -> None:
    """What this sign-in no longer needs: a device that asks every hour must not fill the tables."""
    for table in (TokenRow, RefreshTokenRow):
        session.execute(delete(table).where(col(table.family_id) == family_id, col(table.expires_at) < now))
