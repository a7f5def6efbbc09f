"""Which rows of Tryton are ours, and how they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cockpit.crm.connector import BadRemote, CrmForbidden, Remote
from cockpit.crm.tryton import rows
from cockpit.crm.tryton.rows import SOURCES
from cockpit.crm.tryton.rpc import Row, Server
from cockpit.domain.text import clean_line
from cockpit.i18n import _

_ANY_STATE: Final = ["active", "in", [True, False]]


class Reading:
    """Questions to one server. Parties that are people or companies of ours are no customers, and contacts are none."""

    def __init__(self, server: Server, relation_name: str) -> None:
        self._server, self._relation_name = server, relation_name
        self._relation = 0
        self._staff: set[int] = set()
        self.forbidden: frozenset[str] = frozenset()
        self.names: dict[str, str] = {}
        """Of people, by employee."""

    def rows(self, entity: str, clause: Sequence[Any]) -> list[Row]:
        source = SOURCES[entity]
        return self._server.read(source.model, [*self.domain(entity), clause], source.asked)

    def understood(self, entity: str, found: list[Row]) -> list[Remote | BadRemote]:
        if entity == "person":
            self._staff |= {raw["party."]["id"] for raw in found}
            self.names |= {str(raw["id"]): clean_line(raw["party."]["name"] or "", 80) for raw in found}
        return [rows.remote(entity, raw, self._relation) for raw in found]

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
            domain.append(["relations", "where", [["type", "=", self.contact_type()]]])
        elif entity == "account":
            self.know_staff()
            domain.append(["id", "not in", sorted(self._staff)])
            if "contact" not in self.forbidden:
                domain.append(["relations", "not where", [["type", "=", self.contact_type()]]])
        return domain

    def _on_parties(self) -> list[Any]:
        """Notes on parties; whoever is no administrator must name each party."""
        self._server.context()
        if self._server.is_admin:
            return ["resource", "like", "party.party,%"]
        return ["resource", "in", [f"party.party,{party}" for party in sorted(self.ids("account"))]]

    def know_staff(self) -> None:
        if not self._staff:
            self._staff = {company["party"] for company in self._server.read("company.company", [], ["party"])}
            self.understood("person", self.rows("person", ["id", ">", 0]))

    def contact_type(self, *, is_made: bool = False) -> int:
        """The type of relation of a contact; 0, which fits nothing, while there is none."""
        if not self._relation:
            found = self._server.ids("party.relation.type", [["name", "=", self._relation_name]])
            if not found and is_made:
                found = self._server.change("party.relation.type.create", [{"name": self._relation_name}])
            self._relation = next(iter(found), 0)
        return self._relation
