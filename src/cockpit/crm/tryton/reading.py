"""Which rows of Tryton are ours, and how they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cockpit.crm.connector import BadRemote, CrmForbidden, Remote
from cockpit.crm.tryton import note, rows
from cockpit.crm.tryton.rows import SOURCES
from cockpit.crm.tryton.rpc import Row, Server
from cockpit.domain.text import clean_line
from cockpit.i18n import _

AT_ONCE: Final = 100
"""Clauses of one question: databases have a limit."""
MANY: Final = 500
Answer = Remote | BadRemote
_ANY_STATE: Final = ["active", "in", [True, False]]


class Reading:
    """Questions to one server. Parties that are people or companies of ours are no customers, and contacts are none."""

    def __init__(self, server: Server, relation: str) -> None:
        self._server, self.relation = server, relation
        self._staff: set[int] = set()
        self._knows_staff = False
        self.forbidden: frozenset[str] = frozenset()
        self.names: dict[str, str] = {}
        """Of people, by employee."""
        self._marks: dict[int, str] = {}
        """Our ids of visits, by note."""

    def rows(self, entity: str, clause: Sequence[Any]) -> list[Row]:
        source = SOURCES[entity]
        return self._server.read(source.model, [*self.domain(entity), clause], source.asked)

    def understood(self, entity: str, found: list[Row]) -> list[Answer]:
        if entity == "person":
            self._staff |= {raw["party."]["id"] for raw in found}
            self.names |= {str(raw["id"]): clean_line(raw["party."]["name"] or "", 80) for raw in found}
        answers = [rows.remote(entity, raw, self.relation) for raw in found]
        if entity == "activity":
            self._marks |= {raw["id"]: row.id for raw, row in zip(found, answers)}
        return answers

    def one(self, entity: str, remote_id: str) -> list[Row]:
        """The row; of a visit its notes, the oldest first: there are two while it is being changed."""
        if entity != "activity":
            return self.rows(entity, ["id", "=", int(remote_id)])
        mark = note.marker(remote_id)
        found = self.rows(entity, ["message", "like", f"%{mark}"])
        return [raw for raw in found if raw["message"].endswith(mark)]

    def oldest(self, page: list[Answer], told: set[str], *, is_whole: bool) -> list[Answer]:
        """A page of visits by their oldest notes, each visit once in a pass: `told` are those that were. A pass over all
        notes meets the oldest first."""
        marks = [row.id for row in page if isinstance(row, Remote)]
        if not is_whole:
            page = [row for row in page if isinstance(row, BadRemote)]
            for start in range(0, len(marks), AT_ONCE):
                wanted = (["message", "like", f"%{note.marker(mark)}"] for mark in marks[start : start + AT_ONCE])
                page += self.understood("activity", self.rows("activity", ["OR", *wanted]))
        kept = []
        for row in page:
            if row.id not in told:
                told.add(row.id)
                kept.append(row)
        return kept

    def marks(self) -> frozenset[str]:
        """Our ids of all visits. The text of a note, which never changes, is read once."""
        numbers = self.ids("activity")
        unknown = [number for number in numbers if number not in self._marks]
        for start in range(0, len(unknown), MANY):
            self.understood("activity", self.rows("activity", ["id", "in", unknown[start : start + MANY]]))
        return frozenset(self._marks[number] for number in numbers if number in self._marks)

    def ids(self, entity: str) -> list[int]:
        return self._server.ids(SOURCES[entity].model, self.domain(entity))

    def domain(self, entity: str) -> list[Any]:
        """Which rows of the model are ours."""
        if entity in self.forbidden:
            raise CrmForbidden(_("Tryton does not let this user read them."), entity=entity)
        if entity == "deal":
            return []
        if entity == "activity":
            return [["message", "like", "%[ck:%"], self._on_parties()]
        domain: list[Any] = [_ANY_STATE]
        if entity == "contact":
            domain.append(["relations", "where", [["type.name", "=", self.relation]]])
        elif entity == "account":
            self.know_staff()
            domain.append(["id", "not in", sorted(self._staff)])
            if "contact" not in self.forbidden:
                domain.append(["relations", "not where", [["type.name", "=", self.relation]]])
        return domain

    def _on_parties(self) -> list[Any]:
        """Notes on parties; whoever is no administrator must name each party."""
        self._server.context()
        if self._server.is_admin:
            return ["resource", "like", "party.party,%"]
        return ["resource", "in", [f"party.party,{party}" for party in sorted(self.ids("account"))]]

    def know_staff(self) -> None:
        if not self._knows_staff:
            self._staff |= {company["party"] for company in self._server.read("company.company", [], ["party"])}
            self.understood("person", self.rows("person", ["id", ">", 0]))
            self._knows_staff = True

    def contact_type(self) -> int:
        """The type of relation of a contact, made when there is none."""
        found = self._server.ids("party.relation.type", [["name", "=", self.relation]])
        return (
            found[0] if found else int(self._server.change("party.relation.type.create", [{"name": self.relation}])[0])
        )

    def greeted(self, forbidden: frozenset[str]) -> None:
        """What was known of the server may have changed."""
        self.forbidden, self._knows_staff = forbidden, False
