"""What one round found and the next ones do not look at: it is told by each round until it is looked at again and is over."""

from __future__ import annotations

from sqlmodel import Session

from cockpit.storage import meta

SHRINK, FIELD = "shrink:", "field:"
"""Topics: that rows of a kind are not shown any more, that a mapped field is not."""


def put(session: Session, connection: str, topic: str, words: str) -> None:
    meta.put(session, _key(connection, topic), words)


def drop(session: Session, connection: str, topic: str) -> None:
    meta.remove(session, _key(connection, topic))


def has(session: Session, connection: str, topic: str) -> bool:
    return bool(meta.get(session, _key(connection, topic)))


def every(session: Session, connection: str) -> dict[str, str]:
    """The words by topic, in its order."""
    return dict(sorted(meta.starting(session, _key(connection, "")).items()))


def forget(session: Session, connection: str) -> None:
    """Everything is about to be looked at again."""
    for topic in every(session, connection):
        drop(session, connection, topic)


def _key(connection: str, topic: str) -> str:
    return f"crm_note:{connection}:{topic}"
