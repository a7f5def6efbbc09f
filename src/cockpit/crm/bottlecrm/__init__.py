"""BottleCRM 1.35: REST with a personal token, whole lists, a feed of the newest fifty changes.

Odd things met on the running server: a list may show one row twice while others write; the answer to a POST may have no
id; names of accounts and deals are unique; interactions are in no feed, and a rep's feed tells of no deletion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cockpit.crm.bottlecrm import rows, sending
from cockpit.crm.bottlecrm.activities import Activities
from cockpit.crm.bottlecrm.session import PATHS, Session
from cockpit.crm.connector import (
    Access,
    Capabilities,
    CrmForbidden,
    CrmRefused,
    CrmStale,
    Feed,
    Greeting,
    Holding,
    Op,
    Page,
    Remote,
)
from cockpit.errors import VersionTooOld
from cockpit.i18n import _

GLANCE, FEED = 10, 50
"""Newest changes that tell whether there are any; the most that the CRM gives."""
YOUNG_S = 5
"""A change is in the feed a moment before its owners are written: while it is younger than this it is told again."""

_ENTITIES = {"Account": "account", "Contact": "contact", "Opportunity": "deal", "Task": "activity"}
_CUSTOM = {model: (rows.REF, rows.OWNER, *((rows.KIND, rows.STATE) if model == "Task" else ())) for model in _ENTITIES}
_FIELDS = {
    "team": "name kind parent_id time_zone",
    "person": "name email role team_id is_active",
    "funnel": "name is_default",
    "stage": "funnel_id name position kind days probability",
    "account": "name industry size address phone owner_id",
    "contact": "account_id name title phone email owner_id",
    "deal": "name owner_id account_id funnel_id stage_id amount_minor currency created_on expected_on closed_on",
    "activity": "rep_id kind status account_id deal_id starts_at ends_at subject goal result",
    "target": "metric unit scope_kind scope_id period_kind period_start value currency",
}
_SENDING: dict[str, Callable[[rows.Raw, rows.Raw], dict[str, Any]]] = {
    "account": sending.account,
    "contact": sending.contact,
    "deal": sending.deal,
}


def connect(access: Access) -> BottleCrm:
    return BottleCrm(access)


class BottleCrm:
    """What the token may do, and which custom fields there are, is known after `greet`."""

    name = "bottlecrm"

    def __init__(self, access: Access) -> None:
        self._session = Session(access)
        self._is_look = access.is_look
        self._activities = Activities(self._session)
        self._is_admin = False
        self._lacking: frozenset[str] = frozenset()
        self._keys: dict[str, frozenset[str]] = {}
        """Custom fields that are not ours, by kind: a row tells only of those that are set."""

    @property
    def requests(self) -> int:
        return self._session.caller.requests

    @property
    def received_bytes(self) -> int:
        return self._session.caller.received_bytes

    @property
    def can(self) -> Capabilities:
        holdings = {
            entity: Holding(
                frozenset(fields.split()),
                day_only=frozenset({"starts_at", "ends_at"} if entity == "activity" else ()),
                deletes="feed" if entity in PATHS and self._is_admin else "none",
                create="lookup" if entity in PATHS and entity not in self._lacking else "none",
                is_read_only=entity not in PATHS,
            )
            for entity, fields in _FIELDS.items()
        }
        return Capabilities(
            holdings,
            "offset",
            fed=frozenset(PATHS),
            own_fields=frozenset(PATHS) - {"activity"},
            lacks=tuple(self._lacks()),
        )

    def _lacks(self) -> Iterator[str]:
        yield _("the hour of a planned visit")
        yield _("goal, agenda and deal of a held visit")
        yield _("tiers, visit cadence and KPI rules")
        yield _("news of visits that were logged in the CRM itself: they come when everything is read again")
        if not self._is_admin:
            yield _("news of deletions: the token is not an administrator's")
        if self._lacking:
            words = _("the custom field {field} ({kinds}): an administrator must connect once")
            yield words.format(field=rows.REF, kinds=", ".join(sorted(self._lacking)))

    def close(self) -> None:
        self._session.caller.close()

    def greet(self) -> Greeting:
        me = self._session.profile()
        self._is_admin = me["role"] == "ADMIN"
        forbidden: tuple[str, ...] = ()
        try:
            self._session.get("/opportunities/pipelines/", "funnel")
        except CrmForbidden:
            forbidden = ("funnel", "stage", "deal")
        except CrmRefused as error:
            raise VersionTooOld(_("this BottleCRM has no pipelines; 1.35 is needed")) from error
        self._lacking = frozenset(_ENTITIES[model] for model, keys in _CUSTOM.items() if not self._has(model, keys))
        user = me["user_details"]
        name, at = user["name"] or user["email"], self._session.caller.time
        return Greeting("BottleCRM", "", me["id"], name, self._is_admin, at, forbidden)

    def _has(self, model: str, keys: Iterable[str]) -> bool:
        """Our custom fields are there; an administrator's token makes those that are not, once it is more than a look."""
        found = self._session.get("/custom-fields/", params={"target_model": model})["definitions"]
        is_active = {one["key"]: one["is_active"] for one in found}
        self._keys[_ENTITIES[model]] = frozenset(key for key, active in is_active.items() if active) - rows.OURS
        for key in keys:
            if is_active.get(key):
                continue
            if key in is_active or not self._is_admin:
                return False
            if self._is_look:
                continue
            label = key.replace("_", " ").capitalize()
            body = {"target_model": model, "key": key, "label": label, "field_type": "text"}
            self._session.send("POST", "/custom-fields/", body)
        return True

    # -- reading --------------------------------------------------------------------------------------------------------

    def snapshot(self, entity: str) -> Iterator[Page]:
        if entity == "activity":
            yield from self._activities.snapshot()
        elif entity in PATHS:
            make = self._maker(entity)
            yield from (rows.page(entity, make, found) for found in self._session.lists(entity))
        else:
            yield self._small(entity)

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        raise CrmRefused(_("this CRM does not tell what changed since a moment"))

    def ids(self, entity: str) -> frozenset[str]:
        return frozenset(row.id for page in self.snapshot(entity) for row in page.rows)

    def feed(self, cursor: str) -> Feed:
        """`cursor`: the first signs of the ids on the last page, those of young ones with a question mark."""
        known = set(cursor.split()[1:])
        if cursor and all(one["id"][:8] in known for one in self._newest(GLANCE)):
            return Feed((), cursor, True)
        found = self._newest(FEED)
        young = self._session.now() - timedelta(seconds=YOUNG_S)
        touched: dict[tuple[str, str], Op] = {}
        names, is_whole = ["1"], bool(cursor) and len(found) < FEED
        for one in found:
            name = one["id"][:8]
            is_whole = is_whole or name in known or f"{name}?" in known
            names.append(f"{name}?" if datetime.fromisoformat(one["timestamp"]) > young else name)
            entity = _ENTITIES.get(one["entity_type"])
            if entity is None or name in known:
                continue
            key = (entity, f"task:{one['entity_id']}" if entity == "activity" else one["entity_id"])
            if one["action"] == "DELETE" or key not in touched:
                touched[key] = "delete" if one["action"] == "DELETE" else "put"
        oldest_first = reversed(touched.items())
        return Feed(tuple((*key, op) for key, op in oldest_first), " ".join(names), is_whole)

    def _newest(self, limit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.get("/activities/", params={"limit": limit})["activities"]
        return found

    def read(self, entity: str, remote_id: str) -> Remote | None:
        if entity == "activity":
            return self._activities.read(remote_id)
        if entity in PATHS:
            raw = self._session.raw(entity, remote_id)
            return self._maker(entity)(raw) if raw is not None else None
        return next((row for row in self._small(entity).rows if isinstance(row, Remote) and row.id == remote_id), None)

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        if entity == "activity":
            return self._activities.find(row_id, values)
        raw = self._session.carrying(entity, row_id)
        return self._maker(entity)(raw) if raw is not None else None

    def _maker(self, entity: str) -> Callable[[rows.Raw], Remote]:
        keys = self._keys.get(entity, frozenset())
        if entity == "deal":
            return lambda raw: rows.with_empty(rows.deal(raw, self._session.company["default_currency"]), keys)
        make = rows.account if entity == "account" else rows.contact
        return lambda raw: rows.with_empty(make(raw), keys)

    def _small(self, entity: str) -> Page:
        """What fits on one page."""
        session = self._session
        if entity == "target":
            goals = session.get("/opportunities/goals/", entity, params={"limit": 1000, "active": "true"})["goals"]
            return rows.page(entity, lambda raw: rows.target(raw, session.company), goals)
        if entity in ("funnel", "stage"):
            found = session.get("/opportunities/pipelines/", entity)["pipelines"]
            if entity == "funnel":
                return rows.page(entity, rows.funnel, found)
            return rows.page(
                entity, rows.stage, ({**raw, "pipeline": one["id"]} for one in found for raw in one["stages"])
            )
        both = session.get("/users/get-teams-and-users/", entity)
        if entity == "team":
            page = rows.page(entity, lambda raw: rows.team(raw, session.company), both["teams"])
            return Page((rows.company(session.company), *page.rows))
        last_first = sorted(both["teams"], key=rows.name_of, reverse=True)
        team_of = {user["id"]: one["id"] for one in last_first for user in one["users"]}
        return rows.page(
            entity, lambda raw: rows.person(raw, team_of.get(raw["id"], session.company["id"])), self._people(both)
        )

    def _people(self, both: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Those who left too, where the token may see them."""
        try:
            found = self._session.get("/users/", "person", params={"limit": 1000})
        except CrmForbidden:
            return list(both["profiles"])
        return [*found["active_users"]["active_users"], *found["inactive_users"]["inactive_users"]]

    # -- writing --------------------------------------------------------------------------------------------------------

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        made = None
        if entity not in self._lacking:
            made = (
                self._activities.create(row_id, values) if entity == "activity" else self._made(entity, row_id, values)
            )
        if made is None or made.row_id != row_id:
            self._lacking |= {entity}
            words = _("the CRM no longer has the custom field {field}: connect again as an administrator")
            raise CrmRefused(words.format(field=rows.REF))
        return made

    def _made(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        body = {**_SENDING[entity](values, {}), "custom_fields": {**rows.custom(values), rows.REF: row_id}}
        if values.get("owner_id"):
            body["assigned_to"] = [values["owner_id"]]
        made = self._session.send("POST", f"/{PATHS[entity]}/", body)
        return self.read(entity, made["id"])

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        if entity == "activity":
            found = self._activities.update(seen, values)
        else:
            self._session.patch(entity, seen.id, self._body(entity, seen.id, values))
            found = self.read(entity, seen.id)
        if found is None:
            raise CrmStale(seen.id)
        return found

    def _body(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """An owner comes in his forerunner's place: the others who are assigned stay."""
        raw = (self._session.raw(entity, remote_id) or {}) if {"owner_id", "address"} & set(values) else {}
        body, custom = _SENDING[entity](values, raw), rows.custom(values)
        if "owner_id" in values and raw:
            owner_id, before = values["owner_id"], rows.owner_of(raw)
            others = [one["id"] for one in raw["assigned_to"] if one["id"] not in (before, owner_id)]
            body["assigned_to"] = [owner_id, *others] if owner_id else others
            if others:
                custom[rows.OWNER] = owner_id or ""
        return {**body, "custom_fields": custom} if custom else body

    def delete(self, entity: str, seen: Remote) -> None:
        if entity == "activity":
            self._activities.delete(seen)
        else:
            self._session.delete(f"/{PATHS[entity]}/{seen.id}/")
