"""Cursors: opaque to the device, signed by the hub, tied to its epoch, its history and what the person may see."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cockpit.hub import marks, revisions
from cockpit.hub.problems import Problem
from cockpit.hub.store import new_id
from cockpit.storage import meta

_SIGN_BYTES = 18
_OLDEST = "oldest_rev"
_ANEW = "anew_at"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`rev`: everything up to here was delivered. `floor`: the head when the feed was last drained, or when a pull
    from the start began: deletions and exits after it are news. `left`: rows still to come, for progress."""

    rev: int
    floor: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Writes and reads tokens of this hub for one scope."""

    epoch: str
    scope: str
    key: bytes
    history: marks.History

    def write(self, kind: str, values: dict[str, Any]) -> str:
        place = {"m": self.history.mark, "r": self.history.head}
        known = {"k": kind, "e": self.epoch, "s": self.scope, **place, **values}
        body = json.dumps(known, separators=(",", ":")).encode()
        return f"{_encode(body)}.{_encode(self._sign(body))}"

    def read(self, kind: str, token: str) -> dict[str, Any]:
        """The values of a token. Raises Problem: bad-cursor, cursor-expired, other-history, scope-changed."""
        try:
            text, sign = token.split(".")
            body = _decode(text)
            if not hmac.compare_digest(self._sign(body), _decode(sign)):
                raise Problem("bad-cursor")
        except (ValueError, binascii.Error) as error:
            raise Problem("bad-cursor") from error
        values: dict[str, Any] = json.loads(body)
        if values["k"] != kind:
            raise Problem("bad-cursor")
        if values["e"] != self.epoch:
            raise Problem("cursor-expired", "the hub was set up anew")
        if not self.history.holds(values["m"], values["r"]):
            raise Problem("other-history")
        if values["s"] != self.scope:
            raise Problem("scope-changed")
        return values

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self.key, body, hashlib.sha256)[:_SIGN_BYTES]


def signer(session: Session, scope: str) -> Signer:
    kept = meta.get_all(session, ("cursor_key", "epoch", marks.KEY))
    history = marks.read(kept.get(marks.KEY, ""), revisions.head(session))
    return Signer(kept["epoch"], scope, bytes.fromhex(kept["cursor_key"]), history)


def found(session: Session) -> None:
    """Give the hub its epoch and its key, once."""
    revisions.lock(session)
    if not meta.get(session, "epoch"):
        meta.put(session, "epoch", new_id())
    if not meta.get(session, "cursor_key"):
        meta.put(session, "cursor_key", secrets.token_hex(32))


def begin_anew(session: Session, now: datetime) -> None:
    """A new epoch, as revisions of the last one may be given a second time: every device loads anew, and sends again
    what the hub acknowledged in the last 90 days."""
    revisions.lock(session)
    meta.put(session, "epoch", new_id())
    meta.put(session, _ANEW, now.isoformat())
    marks.draw(session)


def began_anew_at(session: Session) -> datetime | None:
    """When this hub was last put back to an older state, None where nobody said that it was."""
    at = meta.get(session, _ANEW)
    return datetime.fromisoformat(at) if at else None


def forget_before(session: Session, rev: int) -> None:
    """Deletions up to `rev` are no longer known: older cursors must start again."""
    meta.put(session, _OLDEST, str(max(rev, int(meta.get(session, _OLDEST, "0")))))


def write(sign: Signer, cursor: Cursor) -> str:
    return sign.write("changes", asdict(cursor))


def read(session: Session, sign: Signer, token: str, head: int) -> Cursor:
    """The cursor of a token; the start for an empty one (exits before now do not concern it)."""
    if not token:
        return Cursor(0, head)
    values = sign.read("changes", token)
    cursor = Cursor(values["rev"], values["floor"], values["left"])
    # By the floor, not the revision: in a pull from the start the revision is that of rows long unchanged.
    if cursor.floor < int(meta.get(session, _OLDEST, "0")):
        raise Problem("cursor-expired")
    return cursor


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
