"""Tryton 8: parties as accounts and contacts, opportunities as deals, employees as people, notes as visits.

Changes are asked for by `last_modified_at`, of a row and of what belongs to it (a customer's phone is a row of its own),
and paged by id, so that nothing slips while others write. Our id is the `reference` of a deal and an identifier of a
party, `ck:...`, and the last line of a note, `[ck:...]`. A contact is a party with the relation `Contact of` to another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any, Final

from cockpit.crm.connector import (
    Access,
    BadRemote,
    Capabilities,
    CrmRefused,
    CrmStale,
    Feed,
    Greeting,
    Page,
    Remote,
)
from cockpit.crm.tryton import note, rows
from cockpit.crm.tryton.reading import Reading
from cockpit.crm.tryton.rows import SOURCES
from cockpit.crm.tryton.rpc import Row, Server, moment
from cockpit.domain.text import clean_line
from cockpit.i18n import _

LIMIT: Final = 500
OVERLAP: Final = timedelta(minutes=1)
"""A change carries the moment its transaction began and is seen when that ends: this long back is asked for again."""
RELATION: Final = "party.relation.all"


def connect(access: Access) -> Tryton:
    """`secret` is `user:password` once, and the session that was kept from then on."""
    return Tryton(access)


class Tryton:
    name = "tryton"

    def __init__(self, access: Access) -> None:
        self._server = Server(access)
        self._reading = Reading(self._server, access.options.get("contact_relation", "Contact of"))
        self._currencies: dict[str, int] = {}

    @property
    def requests(self) -> int:
        return self._server.caller.requests

    @property
    def received_bytes(self) -> int:
        return self._server.caller.received_bytes

    @property
    def can(self) -> Capabilities:
        allowed = {entity: held for entity, held in rows.HOLDINGS.items() if entity not in self._reading.forbidden}
        return Capabilities(allowed, "keyset", lacks=rows.lacks())

    def greet(self) -> Greeting:
        version = self._server.version()
        self._server.context()
        readable = self._server.readable([RELATION, *sorted({source.model for source in SOURCES.values()})])
        needed = {entity: {source.model} for entity, source in SOURCES.items()}
        needed["contact"].add(RELATION)
        self._reading.greeted(frozenset(entity for entity, models in needed.items() if not models <= readable))
        server = self._server
        return Greeting(
            "Tryton",
            version,
            server.user_id,
            server.user_name,
            server.is_admin,
            server.caller.time,
            tuple(sorted(self._reading.forbidden)),
        )

    def snapshot(self, entity: str) -> Iterator[Page]:
        if entity in rows.FIXED:
            yield Page(rows.FIXED[entity])
        else:
            yield from self.changes(entity, "")

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        """A cursor is where a pass began (`since`), how far it came (`after`), and what the next one begins with."""
        since, after, newest, begun = json.loads(cursor) if cursor else ("", 0, "", "")
        source, is_last = SOURCES[entity], False
        told: set[str] = set()
        domain = self._reading.domain(entity)
        if since:
            stamp = moment(since)
            domain.append(["OR", *([f"{path}last_modified_at", ">", stamp] for path in source.touched)])
        while not is_last:
            found = self._server.read(source.model, [*domain, ["id", ">", after]], source.asked, limit=LIMIT)
            is_last, time = len(found) < LIMIT, self._server.caller.time
            if not begun and time:
                begun = (time - OVERLAP).astimezone(UTC).isoformat(timespec="microseconds")
            newest = max((newest, *(stamp for raw in found for stamp in rows.moments(raw))))
            after = found[-1]["id"] if found else after
            page = self._reading.understood(entity, found)
            if entity == "activity":
                page = self._reading.oldest(page, told, is_whole=not since)
            settled = min(filter(None, (newest or since, begun)), default="")
            yield Page(tuple(page), json.dumps((settled, 0, "", "") if is_last else (since, after, newest, begun)))

    def feed(self, cursor: str) -> Feed:
        return Feed((), cursor, is_whole=False)

    def ids(self, entity: str) -> frozenset[str]:
        return self._reading.marks() if entity == "activity" else frozenset(map(str, self._reading.ids(entity)))

    def read(self, entity: str, remote_id: str) -> Remote | None:
        if entity in rows.FIXED:
            return next((row for row in rows.FIXED[entity] if row.id == remote_id), None)
        found = self._reading.one(entity, remote_id)
        if not found:
            return None
        [row] = self._reading.understood(entity, found[:1])
        if isinstance(row, BadRemote):
            raise CrmRefused(row.reason)
        return row

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        """A deal whose making was cut off on its way through the states is brought to where it was meant to be."""
        if entity == "activity":
            return self.read(entity, row_id)
        place = "reference" if entity == "deal" else "identifiers.code"
        found = self._reading.understood(entity, self._reading.rows(entity, [place, "=", rows.CARRIED + row_id]))
        row = next((row for row in found if isinstance(row, Remote)), None)
        if entity == "deal" and row is not None and (left := rows.moves_left(row.values["stage_id"], values)):
            for action in left:
                self._server.change(f"sale.opportunity.{action}", [int(row.id)])
            return self._now(entity, row.id)
        return row

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        if entity == "activity":
            self._put_note(row_id, values)
            return self._now(entity, row_id)
        if entity == "deal":
            actions = rows.moves("lead", values.get("stage_id") or "lead")
            if actions and not (values.get("account_id") and values.get("owner_id")):
                raise CrmRefused(_("Tryton needs a customer and an owner before a deal leaves its first stage."))
            [new] = self._server.change(
                "sale.opportunity.create", [{**self._deal(values), "reference": rows.CARRIED + row_id}]
            )
            for action in actions:
                self._server.change(f"sale.opportunity.{action}", [new])
            return self._now(entity, new)
        given = {"name": values.get("name"), **rows.belongings({}, values)}
        given["identifiers"] = [["create", [{"code": rows.CARRIED + row_id}]]]
        if entity == "contact":
            related = {"to": int(values["account_id"]), "type": self._reading.contact_type()}
            given["relations"] = [["create", [related]]]
        [new] = self._server.change("party.party.create", [given])
        return self._now(entity, new)

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        try:
            self._change(entity, seen, values)
            return self._now(entity, seen.id)
        except CrmRefused:
            if self._now(entity, seen.id).version != seen.version:  # what is refused may be meant for an older row
                raise CrmStale(_("It was changed in Tryton meanwhile.")) from None
            raise

    def delete(self, entity: str, seen: Remote) -> None:
        numbers = [raw["id"] for raw in self._reading.one(entity, seen.id)]
        if not numbers:
            return
        calls = [f"{SOURCES[entity].model}.delete"]
        if entity == "deal":  # only a cancelled one can be deleted there
            actions = rows.moves(seen.values["stage_id"], "cancelled")
            calls = [*(f"sale.opportunity.{action}" for action in actions), *calls]
        stamps = json.loads(seen.version) if seen.version else {}
        for method in calls:
            self._server.change(method, numbers, stamps=stamps)
            stamps = {}

    def close(self) -> None:
        self._server.caller.close()

    def _change(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> None:
        stamps = json.loads(seen.version) if seen.version else {}
        if entity == "deal":
            for method, *arguments in rows.deal_calls(seen, values, self._deal(values)):
                self._server.change(f"sale.opportunity.{method}", [int(seen.id)], *arguments, stamps=stamps)
                stamps = {}
            return
        found = self._reading.one(entity, seen.id)
        if not found:
            raise CrmStale(_("It is gone from Tryton."))
        if entity == "activity":
            [now] = self._reading.understood(entity, found[:1])
            if not isinstance(now, Remote) or now.version != seen.version:
                raise CrmStale(_("It was changed in Tryton meanwhile."))
            self._put_note(seen.id, {**now.values, **values})
            self._server.change("ir.note.delete", [raw["id"] for raw in found])
            return
        given = {"name": values["name"]} if "name" in values else {}
        given |= rows.belongings(found[0], values)
        if "account_id" in values:
            relation = rows.related(found[0], self._reading.relation)["id"]
            given["relations"] = [["write", [relation], {"to": int(values["account_id"])}]]
        if given:
            self._server.change("party.party.write", [int(seen.id)], given, stamps=stamps)

    def _deal(self, values: Mapping[str, Any]) -> Row:
        given = rows.deal_fields(values)
        if values.get("currency"):
            given["currency"] = self._currency(values["currency"])
        return given

    def _currency(self, code: str) -> int:
        if code not in self._currencies:
            for found in self._server.read("currency.currency", [["code", "=", code]], ["code"]):
                self._currencies[found["code"]] = found["id"]
        if code not in self._currencies:
            words = _("There is no currency {code} in Tryton: add it there under Currency.")
            raise CrmRefused(words.format(code=clean_line(code, 8)), field="currency")
        return self._currencies[code]

    def _put_note(self, row_id: str, values: Mapping[str, Any]) -> None:
        """There a note cannot be changed: the old one is deleted when the new one is there."""
        self._reading.know_staff()
        message = note.compose(row_id, values, self._reading.names)
        self._server.change("ir.note.create", [{"resource": f"party.party,{values['account_id']}", "message": message}])

    def _now(self, entity: str, remote_id: str | int) -> Remote:
        row = self.read(entity, str(remote_id))
        if row is None:
            raise CrmStale(_("It is gone from Tryton."))
        return row
