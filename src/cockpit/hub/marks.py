"""What tells a hub that was restored from a backup from the one it was: a mark drawn at every start.

A place is the newest mark and a revision of then. The revisions under a mark end where the next mark begins. A backup
holds the marks drawn before it, and the start after it draws one that nobody has met: a place met between the two is under
a mark that is not there, or beyond the end of its own, however many revisions were given again meanwhile.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from sqlmodel import Session

from cockpit.hub import revisions
from cockpit.storage import meta

KEY = "marks"
_MOST = 500
"""Starts that are known. Who comes from before them loads anew, which does no harm."""


@dataclass(frozen=True, slots=True)
class History:
    """The marks with the first revision of each, oldest first, and the newest revision given."""

    chain: tuple[tuple[str, int], ...]
    head: int

    @property
    def mark(self) -> str:
        """The newest one; empty for a hub that never started."""
        return self.chain[-1][0] if self.chain else ""

    def holds(self, mark: str, rev: int) -> bool:
        """True for a place of this history."""
        ends = [first - 1 for _mark, first in self.chain[1:]] + [self.head]
        return any(known == mark and rev <= end for (known, _first), end in zip(self.chain, ends, strict=True))


def history(session: Session) -> History:
    return read(meta.get(session, KEY), revisions.head(session))


def read(kept: str, head: int) -> History:
    """The history as it is kept under KEY, empty where nothing is."""
    return History(tuple((str(mark), int(first)) for mark, first in json.loads(kept or "[]")), head)


def draw(session: Session) -> None:
    """Begin the next mark, above all revisions given so far."""
    revisions.lock(session)
    found = history(session)
    chain = (*found.chain, (secrets.token_hex(8), found.head + 1))
    meta.put(session, KEY, json.dumps(chain[-_MOST:]))
