"""Devices that ask to be signed in (RFC 8628): a long code for the device, a short one for a person to approve."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from cockpit.domain.text import clean_line
from cockpit.hub import families, tokens
from cockpit.hub.families import Pair
from cockpit.storage.tables import CodeGuessRow, DeviceGrantRow, PersonRow

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes up; no digits, so that nothing looks like another sign."""
LENGTH = 8
LIFE = timedelta(minutes=15)
INTERVAL_S = 5
MOST_WAITING = 500
"""Devices that may wait at once: asking needs no token, and must not fill the disk."""
MOST_MISSES = 5
"""Codes nobody was shown that one person may name within MISS_WINDOW: five out of 20**8 a try."""
MISS_WINDOW = timedelta(minutes=10)
_LABEL = 100

Refusal = Literal["authorization_pending", "slow_down", "access_denied", "expired_token", "invalid_grant"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The two codes in clear, given out this once."""

    device_code: str = field(repr=False)
    user_code: str


def ask(session: Session, label: str, now: datetime) -> Asked | None:
    """A device wants to be signed in. None while too many wait."""
    session.execute(delete(DeviceGrantRow).where(col(DeviceGrantRow.expires_at) < now - timedelta(days=1)))
    waiting = (col(DeviceGrantRow.state) == "waiting", col(DeviceGrantRow.expires_at) > now)
    if session.exec(select(func.count()).select_from(DeviceGrantRow).where(*waiting)).one() >= MOST_WAITING:
        return None
    asked = Asked(secrets.token_urlsafe(32), "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH)))
    session.add(
        DeviceGrantRow(
            device_hash=tokens.hashed(asked.device_code),
            user_hash=tokens.hashed(asked.user_code),
            label=clean_line(label, _LABEL),
            interval_s=INTERVAL_S,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return asked


def shown(user_code: str) -> str:
    """A code as people read it: BCDF-GHJK."""
    return f"{user_code[: LENGTH // 2]}-{user_code[LENGTH // 2 :]}"


def decide(
    session: Session, user_code: str, *, person_id: str, scopes: frozenset[str], is_approved: bool, now: datetime
) -> DeviceGrantRow | None:
    """Approve or deny the device that shows `user_code`, as a person; None when none does.

    An administrator's right is never handed on: it is granted to one token by name.
    """
    plain = "".join(sign for sign in user_code.upper() if sign in ALPHABET)
    wanted = select(DeviceGrantRow).where(DeviceGrantRow.user_hash == tokens.hashed(plain)).with_for_update()
    grant = session.exec(wanted).first()
    if grant is None or grant.state != "waiting" or grant.expires_at <= now:
        return None
    grant.state = "approved" if is_approved else "denied"
    grant.person_id = person_id
    grant.scopes = " ".join(sorted(scopes - {tokens.ADMIN}))
    return grant


def wait_of_guesser(session: Session, person_id: str, now: datetime) -> int:
    """Seconds until a person may name a code again; 0 when he may now. Holds his row until the transaction ends."""
    session.get(PersonRow, person_id, with_for_update=True)
    guess = session.get(CodeGuessRow, person_id)
    if guess is None or guess.misses < MOST_MISSES:
        return 0
    return max(0, int((guess.since + MISS_WINDOW - now).total_seconds()))


def missed(session: Session, person_id: str, now: datetime) -> None:
    """Count a code that nobody was shown."""
    guess = session.get(CodeGuessRow, person_id)
    if guess is None:
        session.add(CodeGuessRow(person_id=person_id, since=now, misses=1))
    elif guess.since + MISS_WINDOW <= now:
        guess.since, guess.misses = now, 1
    else:
        guess.misses += 1


def collect(session: Session, device_code: str, now: datetime) -> Pair | Refusal:
    """What the device gets that asks with its code: its tokens, or why not yet."""
    grant = session.get(DeviceGrantRow, tokens.hashed(device_code), with_for_update=True)
    if grant is None:
        return "invalid_grant"
    if grant.state == "used":
        return families.rotate(session, device_code, now) or "invalid_grant"
    if grant.expires_at <= now:
        return "expired_token"
    is_early = grant.asked_at is not None and (now - grant.asked_at).total_seconds() < grant.interval_s
    grant.asked_at = now
    if is_early:
        grant.interval_s += INTERVAL_S
        return "slow_down"
    if grant.state == "denied":
        return "access_denied"
    if grant.state == "waiting" or grant.person_id is None:
        return "authorization_pending"
    grant.state = "used"
    begun = families.begin(
        session,
        grant.person_id,
        grant.scopes,
        label=grant.label,
        device_code=device_code,
        code_ends_at=grant.expires_at,
        now=now,
    )
    return begun or "access_denied"
