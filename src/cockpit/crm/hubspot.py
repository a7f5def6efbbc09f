"""HubSpot, CRM API v3 (associations: v4). By contract: not run against the hosted service.

Our id is a property with unique values, so that a create is an upsert. Changes come from the search, which finds a row some
minutes late, so that each look begins ten minutes before the last; deletions from the list of what was archived.

Its documents, under developers.hubspot.com/docs: sign-in api-reference/2026-03/authentication/oauth-tokens (the older /oauth/v1 ends in
February 2027), the upsert api-reference/2026-03/crm/objects/deals/batch/upsert-deals, limits developer-tooling/platform/usage-guidelines
and, of the search, changelog/increasing-our-api-limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit import clock
from cockpit.crm import fields as f
from cockpit.crm.calling import Asking
from cockpit.crm.connector import (
    Access,
    Capabilities,
    CrmCursorLost,
    CrmRefused,
    Greeting,
    Holding,
    Page,
    Remote,
)
from cockpit.crm.hubspot_calls import CALL, PACE, HubSpotCaller
from cockpit.crm.hubspot_goals import TARGET_PROPERTIES, target
from cockpit.crm.hubspot_rows import (
    LINKS,
    OBJECTS,
    OF_KIND,
    OUR_ID,
    OUR_STATE,
    Rows,
    modified,
    people,
    stage,
)
from cockpit.crm.tokens import Token
from cockpit.domain.text import clean_line
from cockpit.i18n import _

URL = "https://api.hubapi.com"
OAUTH = "/oauth/2026-03"
OVERLAP = timedelta(minutes=10)
GONE_AFTER = timedelta(days=85)
"""Deleted rows are listed for 90 days."""
ORDER = ("team", "person", "funnel", "stage", "account", "contact", "deal", "activity", "target")


def connect(access: Access) -> HubSpot:
    return HubSpot(access)


class HubSpot(Asking[HubSpotCaller]):
    """One connection."""

    name = "hubspot"

    def __init__(self, access: Access) -> None:
        url = access.url or URL
        self._token = Token(access, f"{url.rstrip('/')}{OAUTH}/token")
        self.caller = HubSpotCaller(
            access,
            {"Authorization": f"Bearer {self._token.current()}"},
            url=url,
            pace=PACE,
            renew=self._token.renew,
        )
        zone = access.options.get("zone", "")
        more = {name: text.split() for name, text in access.options.items() if name in LINKS}
        self._calendar, self._rows = f.Calendar(zone), Rows(zone, more)
        self._ready: set[str] = set()
        self._forbidden: tuple[str, ...] = ()

    @property
    def can(self) -> Capabilities:
        def holding(entity: str) -> Holding:
            fields = self._rows.ours[entity]
            if entity not in OBJECTS:
                return Holding(fields, is_read_only=True)
            return Holding(fields, delta="since", deletes="flag", conflict="date", create="lookup")

        lacks = (_("KPI rules"), _("the goal and agenda of a visit"), _("targets of teams"))
        return Capabilities(
            {entity: holding(entity) for entity in ORDER},
            "cursor",
            own_fields=frozenset({"account", "contact", "deal"}),
            pace=PACE,
            lacks=lacks,
        )

    def greet(self) -> Greeting:
        self._learn()
        token = self._token.current()
        if self._token.is_renewed:
            asked = {"token": token, "token_type_hint": "access_token", **self._token.app}
            info = self.caller.call("POST", f"{OAUTH}/token/introspect", data=asked)
            user, scopes = str(info.get("user_id")), info.get("scopes") or []
        else:
            info = self.caller.call("POST", "/oauth/v2/private-apps/get/access-token-info", json={"tokenKey": token})
            user, scopes = str(info.get("userId")), info.get("scopes") or []
        owner = next((raw for raw in self._owners(False) if str(raw.get("userId")) == user), {})
        needed = {"account": "companies", "contact": "contacts", "deal": "deals"}
        self._forbidden = tuple(
            entity for entity, kind in needed.items() if scopes and f"crm.objects.{kind}.read" not in scopes
        )
        name = f.whole_name(owner.get("firstName"), owner.get("lastName"))
        return Greeting("HubSpot", "v3", str(owner.get("id", "")), name, False, self.caller.time, self._forbidden)

    def snapshot(self, entity: str) -> Iterator[Page]:
        match entity:
            case "team":
                teams = {str(t["id"]): t["name"] for raw in self._owners(False) for t in raw.get("teams") or []}
                yield Page(tuple(Remote("team", team_id, {"name": name}) for team_id, name in teams.items()))
            case "person":
                yield Page(tuple(people([*self._owners(False), *self._owners(True)])))
            case "funnel":
                yield Page(tuple(Remote("funnel", str(raw["id"]), {"name": raw["label"]}) for raw in self._pipelines()))
            case "stage":
                yield Page(tuple(stage(raw, each) for raw in self._pipelines() for each in raw["stages"]))
            case "target":
                self._learn()
                asked = {"properties": ",".join(TARGET_PROPERTIES)}
                for raws in self.caller.pages("/crm/v3/objects/goal_targets", "target", asked):
                    yield Page(tuple(target(raw, self._calendar, self._rows.currency) for raw in raws))
            case _:
                self._learn()
                for kind in OBJECTS[entity]:
                    for raws in self.caller.pages(f"/crm/v3/objects/{kind}", entity, self._asked(kind)):
                        yield Page(tuple(self._rows.read(kind, raw, _inline(kind, raw)) for raw in raws))

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        self._learn()
        if cursor and clock.now() - datetime.fromisoformat(cursor) > GONE_AFTER:
            raise CrmCursorLost(_("the last look was too long ago"))
        after = datetime.fromisoformat(f.since(cursor, OVERLAP)) if cursor else datetime.fromtimestamp(0, UTC)
        begun = ""
        for kind in OBJECTS[entity]:
            # deletions first: the cursor of a page of changes may be later than they are, and the search still finds them
            gone: set[str] = set()
            for raws in self.caller.pages(f"/crm/v3/objects/{kind}", entity, {"archived": "true"}) if cursor else ():
                begun = begun or self._now()
                lately = [raw for raw in raws if datetime.fromisoformat(raw["archivedAt"]) >= after]
                gone |= {str(raw["id"]) for raw in lately}
                yield Page(tuple(self._rows.read(kind, {**raw, "archived": True}, {}) for raw in lately))
            for raws in self.caller.since(kind, entity, after, modified(kind), self._rows.properties(kind)):
                begun = begun or self._now()
                links = self.caller.links(kind, LINKS[kind], [str(raw["id"]) for raw in raws])
                rows = tuple(
                    self._rows.read(kind, raw, links[str(raw["id"])]) for raw in raws if str(raw["id"]) not in gone
                )
                yield Page(rows, f.moment(raws[-1]["properties"][modified(kind)]) if len(OBJECTS[entity]) == 1 else "")
            begun = begun or self._now()
        yield Page((), begun)

    def ids(self, entity: str) -> frozenset[str]:
        return frozenset(row.id for page in self.snapshot(entity) for row in page.rows)

    def read(self, entity: str, remote_id: str) -> Remote | None:
        if entity not in OBJECTS:
            return f.among(self.snapshot(entity), remote_id)
        self._learn()
        kind, number = _place(entity, remote_id)
        return self._one(entity, kind, number, self._asked(kind))

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        self._learn()
        kind = _kind(entity, values)
        self._prepare(kind)
        found = self._one(entity, kind, row_id, {**self._asked(kind), "idProperty": OUR_ID})
        lacking = {ours: values[ours] for ours in LINKS[kind] if found and values.get(ours) and not found.values[ours]}
        if found is None or not lacking:
            return found
        # its creation was cut off between the row and its associations
        return self._after(entity, kind, _place(entity, found.id)[1], lacking, {})

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        self._learn()
        kind = _kind(entity, values)
        self._prepare(kind)
        row = {
            "idProperty": OUR_ID,
            "id": row_id,
            "properties": {**self._rows.write(kind, values, None), OUR_ID: row_id},
        }
        path = f"/crm/v3/objects/{kind}/batch/upsert"
        answer = self.caller.call("POST", path, entity, json={"inputs": [row]})
        if not answer["results"]:  # 207
            errors = answer.get("errors") or [{}]
            raise CrmRefused(clean_line(str(errors[0].get("message", "")), 200))
        return self._after(entity, kind, str(answer["results"][0]["id"]), values, {})

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        self._learn()
        kind, number = _place(entity, seen.id)
        body = self._rows.write(kind, values, seen)
        if OUR_STATE in body:
            self._prepare(kind)
        if body:
            self.caller.call("PATCH", f"/crm/v3/objects/{kind}/{number}", entity, json={"properties": body})
        return self._after(entity, kind, number, values, seen.values)

    def delete(self, entity: str, seen: Remote) -> None:
        kind, number = _place(entity, seen.id)
        response = self.caller.ask("DELETE", f"/crm/v3/objects/{kind}/{number}", cost=CALL)
        if response.status_code != 404:
            self.caller.refuse(response, entity)

    def _now(self) -> str:
        """The CRM's clock at its last answer."""
        return f.stamp(self.caller.time or clock.now())

    def _asked(self, kind: str) -> dict[str, str]:
        asked = {"properties": ",".join(self._rows.properties(kind))}
        return {**asked, "associations": ",".join(LINKS[kind].values())} if LINKS[kind] else asked

    def _one(self, entity: str, kind: str, number: str, asked: Mapping[str, str]) -> Remote | None:
        raw = self.caller.found(f"/crm/v3/objects/{kind}/{number}", entity=entity, cost=CALL, params=asked)
        return None if raw is None else f.understood(self._rows.read(kind, raw, _inline(kind, raw)))

    def _after(
        self, entity: str, kind: str, number: str, values: Mapping[str, Any], before: Mapping[str, Any]
    ) -> Remote:
        """The row with its associations set: each an own call, and harmless twice."""
        for ours, other in LINKS[kind].items():
            if ours in values and values[ours] != before.get(ours):
                path = f"/crm/v4/objects/{kind}/{number}/associations"
                if before.get(ours):
                    self.caller.call("DELETE", f"{path}/{other}/{before[ours]}", entity)
                if values[ours]:
                    whole = f"/crm/v4/objects/{kind}/{number}/associations/default/{other}/{values[ours]}"
                    self.caller.call("PUT", whole, entity)
        found = self._one(entity, kind, number, self._asked(kind))
        if found is None:
            raise CrmRefused(_("it was deleted there meanwhile"))
        return found

    def _owners(self, is_archived: bool) -> list[dict[str, Any]]:
        pages = self.caller.pages("/crm/v3/owners/", "person", {"archived": str(is_archived).lower()})
        return [{**raw, "archived": is_archived} for raws in pages for raw in raws]

    def _pipelines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.caller.call("GET", "/crm/v3/pipelines/deals", "stage")["results"]
        self._rows.stages = {
            s.id: s.values["kind"] for raw in found for s in (stage(raw, each) for each in raw["stages"])
        }
        return found

    def _learn(self) -> None:
        """Once in a connection: the account's currency and which stages are an end."""
        if not self._rows.currency:
            self._rows.currency = str(
                self.caller.call("GET", "/account-info/v3/details").get("companyCurrency") or "USD"
            )
            self._pipelines()

    def _prepare(self, kind: str) -> None:
        """The properties of ours on that object, made where they are not there yet."""
        if kind in self._ready:
            return
        path = f"/crm/v3/properties/{kind}"
        for name, label in ((OUR_ID, "Cockpit id"), (OUR_STATE, "Cockpit state")):
            if self.caller.found(f"{path}/{name}", cost=CALL) is None:
                group = self.caller.call("GET", f"{path}/groups")["results"][0]["name"]
                made = {"name": name, "label": label, "type": "string", "fieldType": "text", "groupName": group}
                self.caller.call("POST", path, json={**made, "hasUniqueValue": name == OUR_ID})
        self._ready.add(kind)


def _kind(entity: str, values: Mapping[str, Any]) -> str:
    return OF_KIND[values.get("kind") or "visit"] if entity == "activity" else OBJECTS[entity][0]


def _place(entity: str, remote_id: str) -> tuple[str, str]:
    kind, colon, number = remote_id.rpartition(":")
    return (kind, number) if colon else (OBJECTS[entity][0], number)


def _inline(kind: str, raw: Mapping[str, Any]) -> dict[str, str | None]:
    """The associations that came with a row; the primary one first."""
    told = raw.get("associations") or {}
    found: dict[str, str | None] = {}
    for ours, other in LINKS[kind].items():
        ends = (told.get(other) or {}).get("results") or []
        ends = sorted(ends, key=lambda end: str(end.get("type", "")).endswith("unlabeled"))
        found[ours] = str(ends[0]["id"]) if ends else None
    return found
