"""Their ids and ours, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from cockpit.hub.intake import is_id
from cockpit.hub.judgement import PARENTS
from cockpit.storage.tables import CrmLinkRow

_SPACE = uuid.UUID("0a1e9d52-54f1-5f0e-9f6d-6f4b3c1d2e77")
_SLICE = 500

PEOPLE = frozenset({"owner_id", "rep_id", "companion_id", "mentor_id", "person_id", "by_id"})


def references(entity: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The columns of `values` that name another row, with its kind."""
    found: dict[str, str] = {}
    for name in values:
        kind = "person" if name in PEOPLE else PARENTS.get(name, "")
        if name == "team_id":
            kind = "team"
        elif name == "parent_id" and entity in ("team", "target"):
            kind = entity
        elif name == "scope_id":
            kind = "person" if values.get("scope_kind", "person") == "person" else "team"
        if kind:
            found[name] = kind
    return found


def own_id(connection: str, entity: str, remote_id: str) -> str:
    """Our id of a row that the CRM made: the same whenever it is read."""
    return str(uuid.uuid5(_SPACE, f"{connection}\n{entity}\n{remote_id}"))


class Links:
    """The links of one connection. Looks up many at once and remembers them until the transaction ends."""

    def __init__(self, session: Session, connection: str) -> None:
        self._session, self._connection = session, connection
        self._known: dict[tuple[str, str], CrmLinkRow | None] = {}

    def learn(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Look up the links of (entity, their id) that will be asked for."""
        by_entity: dict[str, set[str]] = {}
        for entity, remote_id in wanted:
            if (entity, remote_id) not in self._known:
                by_entity.setdefault(entity, set()).add(remote_id)
        for entity, ids in by_entity.items():
            every = sorted(ids)
            self._known |= {(entity, remote_id): None for remote_id in every}
            for start in range(0, len(every), _SLICE):
                part = col(CrmLinkRow.remote_id).in_(every[start : start + _SLICE])
                for link in self._session.exec(self._of(entity).where(part)):
                    self._known[entity, link.remote_id] = link

    def get(self, entity: str, remote_id: str) -> CrmLinkRow | None:
        self.learn([(entity, remote_id)])
        return self._known[entity, remote_id]

    def of_row(self, entity: str, row_id: str) -> CrmLinkRow | None:
        """The link by which a row of ours is written: of several stages that a person mapped to one, the first."""
        found = self._session.exec(
            self._of(entity)
            .where(CrmLinkRow.row_id == row_id, CrmLinkRow.state != "former")
            .order_by(col(CrmLinkRow.remote_id))
        )
        link: CrmLinkRow | None = found.first()
        return link

    def every(self, entity: str) -> list[CrmLinkRow]:
        """All that are kept alike on both sides."""
        return list(self._session.exec(self._of(entity).where(CrmLinkRow.state == "")))

    def put(self, entity: str, remote_id: str, row_id: str, **values: Any) -> CrmLinkRow:
        link = self.get(entity, remote_id)
        if link is None:
            link = CrmLinkRow(connection=self._connection, entity=entity, remote_id=remote_id, row_id=row_id)
            self._session.add(link)
            self._known[entity, remote_id] = link
        link.row_id = row_id
        for name, value in values.items():
            setattr(link, name, value)
        return link

    def drop(self, link: CrmLinkRow) -> None:
        self._session.delete(link)
        self._known[link.entity, link.remote_id] = None
        self._session.flush()

    def drop_row(self, entity: str, row_id: str) -> None:
        """Forget every id that a row which is gone had there."""
        for link in self._session.exec(self._of(entity).where(CrmLinkRow.row_id == row_id)).all():
            self.drop(link)

    def fitting_id(self, entity: str, remote_id: str, carried: str | None) -> str:
        """The id here of a row of theirs that has no link: the one it carries, unless that is another row's already.

        A person who copies a record there copies our id with it.
        """
        if carried and is_id(carried) and self.of_row(entity, carried) is None:
            return carried
        return own_id(self._connection, entity, remote_id)

    def _of(self, entity: str) -> Any:
        return select(CrmLinkRow).where(CrmLinkRow.connection == self._connection, CrmLinkRow.entity == entity)
