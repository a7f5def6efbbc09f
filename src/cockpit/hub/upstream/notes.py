"""What one round found and the next ones do not look at: it is told by each round until it is looked at again and is over."""

from __future__ import annotations

from sqlmodel import Session

from cockpit.storage import meta

SHRINK, FIELD = "shrink:", "field:"
"""Topics: that rows of a kind are not shown any more, that a mapped field is not."""


class Notes:
    """Those of one connection, in the caller's transaction."""

    def __init__(self, session: Session, connection: str) -> None:
        self._session, self._prefix = session, f"crm_note:{connection}:"

    def put(self, topic: str, words: str) -> None:
        meta.put(self._session, self._prefix + topic, words)

    def drop(self, topic: str) -> None:
        meta.remove(self._session, self._prefix + topic)

    def every(self) -> dict[str, str]:
        """The words by topic, in its order."""
        return dict(sorted(meta.starting(self._session, self._prefix).items()))

    def forget(self) -> None:
        """Everything is about to be looked at again."""
        for topic in self.every():
            self.drop(topic)
