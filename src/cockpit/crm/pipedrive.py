"""Pipedrive, API v2 (people, teams and goals: v1). By contract: not run against the hosted service.

Its documents: limits pipedrive.readme.io/docs/core-api-concepts-rate-limiting, sign-in pipedrive.readme.io/docs/marketplace-oauth-authorization
and developers.pipedrive.com/docs/api/v1/Oauth (the app in a Basic header; what it may do is said where it is registered).

Every call costs tokens of a day's budget (x-token-cost in its specification), so lists are asked for changes alone, and what
has none seldom. Our id is kept in a custom field as `ck:<id>`, in activities at the end of the note; the search for it may
lag, so what changed in the last hour is looked through first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cockpit import clock
from cockpit.crm import fields as f
from cockpit.crm.calling import Asking, Caller
from cockpit.crm.connector import (
    Access,
    BadRemote,
    Capabilities,
    CrmCursorLost,
    CrmForbidden,
    Greeting,
    Holding,
    Pace,
    Page,
    Remote,
)
from cockpit.crm.pipedrive_goals import targets
from cockpit.crm.pipedrive_rows import Rows, ended, people
from cockpit.crm.tokens import Token
from cockpit.i18n import _

TOKEN_URL = "https://oauth.pipedrive.com/oauth/token"
LIST, GET, WRITE, DELETE, SEARCH, LIST_V1 = 10, 5, 5, 5, 20, 20
"""Tokens a call costs; one row costs 1 and a deletion 3, counted as 5 so that tokens keep the limit of calls too."""
PACE = Pace(capacity=20, per_s=0.5, daily=30_000)
"""The budget of one seat of the smallest plan; at most twenty calls in any two seconds."""
OVERLAP, LAG = timedelta(minutes=2), timedelta(hours=1)
GONE_AFTER = timedelta(days=28)
"""Deleted deals are listed for 30 days."""
SELDOM_S, DAILY_S = 6 * 3600, 24 * 3600
PAGE = 500
FIELD = "Cockpit id"
PATHS = {
    "team": "/api/v1/legacyTeams",
    "person": "/api/v1/users",
    "funnel": "/api/v2/pipelines",
    "stage": "/api/v2/stages",
    "account": "/api/v2/organizations",
    "contact": "/api/v2/persons",
    "deal": "/api/v2/deals",
    "activity": "/api/v2/activities",
    "target": "/api/v1/goals/find",
}
FIELD_PATHS = {
    "account": "/api/v2/organizationFields",
    "contact": "/api/v2/personFields",
    "deal": "/api/v2/dealFields",
}


def connect(access: Access) -> Pipedrive:
    return Pipedrive(access)


class PipedriveCaller(Caller):
    says = "error"


class Pipedrive(Asking[PipedriveCaller]):
    """One connection."""

    name = "pipedrive"

    def __init__(self, access: Access) -> None:
        token = Token(access, access.options.get("token_url", TOKEN_URL), by_header=True)
        held = token.current()
        self.caller = PipedriveCaller(
            access,
            {"Authorization": f"Bearer {held}"} if token.is_renewed else {"x-api-token": held},
            pace=PACE,
            renew=token.renew,
        )
        self._rows = Rows(access.options.get("zone", ""))
        self._codes: dict[str, str] = {}
        self._forbidden: tuple[str, ...] | None = None

    @property
    def can(self) -> Capabilities:
        def holding(entity: str) -> Holding:
            fields = self._rows.ours[entity]
            if entity not in self._rows.tables:
                return Holding(fields, is_read_only=True, rest_s=SELDOM_S)
            return Holding(
                fields,
                delta="since",
                deletes="flag" if entity == "deal" else "diff",
                conflict="date",
                create="lookup",
                rest_s=DAILY_S,
            )

        lacks = (_("KPI rules"), _("the goal and agenda of a visit"), _("deletions before the next day, but of deals"))
        return Capabilities(
            {entity: holding(entity) for entity in PATHS},
            "cursor",
            own_fields=frozenset(FIELD_PATHS),
            pace=PACE,
            lacks=lacks,
        )

    def greet(self) -> Greeting:
        me = self._data("GET", "/api/v1/users/me", cost=GET)
        if self._forbidden is None:
            try:
                self._forbidden = ()
                self._teams()
            except CrmForbidden:
                self._forbidden = ("team",)
        user, name, is_admin = str(me["id"]), str(me["name"]), bool(me.get("is_admin"))
        return Greeting("Pipedrive", "v2", user, name, is_admin, self.caller.time, self._forbidden)

    def snapshot(self, entity: str) -> Iterator[Page]:
        match entity:
            case "team":
                yield Page(tuple(Remote("team", str(raw["id"]), {"name": raw["name"]}) for raw in self._teams()))
            case "person":
                users = self._data("GET", PATHS["person"], "person", cost=LIST_V1) or []
                yield Page(tuple(people(users, self._team_of())))
            case "target":
                yield Page(tuple(self._targets()))
            case _:
                for raws in self._pages(entity, {"limit": PAGE, "sort_by": "id"}):
                    yield Page(tuple(self._rows.read(entity, raw) for raw in raws))
                if entity == "stage":
                    for raws in self._pages("funnel", {"limit": PAGE}):
                        yield Page(tuple(ended(raws)))

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        asked: dict[str, Any] = {"limit": PAGE, "sort_by": "update_time"}
        if cursor:
            if clock.now() - datetime.fromisoformat(cursor) > GONE_AFTER:
                raise CrmCursorLost(_("the last look was too long ago"))
            asked["updated_since"] = f.since(cursor, OVERLAP)
        if entity == "deal":
            asked["status"] = "open,won,lost,deleted"
        begun = ""
        for raws in self._pages(entity, asked):
            begun = begun or f.stamp(self.caller.time or clock.now())
            rows = tuple(self._rows.read(entity, raw) for raw in raws)
            yield Page(rows, str(raws[-1]["update_time"]) if raws else "")
        yield Page((), begun)

    def ids(self, entity: str) -> frozenset[str]:
        asked = {"limit": PAGE, "sort_by": "id"}
        return frozenset(str(raw["id"]) for raws in self._pages(entity, asked) for raw in raws)

    def read(self, entity: str, remote_id: str) -> Remote | None:
        if entity not in self._rows.tables:
            return f.among(self.snapshot(entity), remote_id)
        answer = self.caller.found(f"{PATHS[entity]}/{remote_id}", entity=entity, cost=GET)
        if answer is None:
            return None
        found = f.understood(self._rows.read(entity, answer["data"]))
        return None if found.is_deleted else found

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        asked: dict[str, Any] = {"limit": PAGE, "sort_by": "update_time", "sort_direction": "desc"}
        if entity == "activity":
            near = {"deal_id": "deal_id", "org_id": "account_id", "owner_id": "rep_id"}
            asked |= next(({theirs: values[ours]} for theirs, ours in near.items() if values.get(ours)), {})
            return self._carrying(entity, row_id, asked)
        asked["updated_since"] = f.stamp((self.caller.time or clock.now()) - LAG)
        found = self._carrying(entity, row_id, asked)
        if found is None:
            term = {"term": f"ck:{row_id}", "fields": "custom_fields", "exact_match": "true"}
            hits = self._data("GET", f"{PATHS[entity]}/search", entity, cost=SEARCH, params=term)["items"]
            found = self.read(entity, str(hits[0]["item"]["id"])) if hits else None
        return found

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        body = self._rows.write(entity, values, None, row_id)
        if entity in FIELD_PATHS:
            body["custom_fields"] = {**body.get("custom_fields", {}), self._code(entity): f"ck:{row_id}"}
        return self._written(entity, "POST", PATHS[entity], body)

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        body = self._rows.write(entity, values, seen, seen.row_id)
        return self._written(entity, "PATCH", f"{PATHS[entity]}/{seen.id}", body)

    def delete(self, entity: str, seen: Remote) -> None:
        response = self.caller.ask("DELETE", f"{PATHS[entity]}/{seen.id}", cost=DELETE)
        if response.status_code not in (404, 410):
            self.caller.refuse(response, entity)

    def _written(self, entity: str, method: str, path: str, body: dict[str, Any]) -> Remote:
        return f.understood(self._rows.read(entity, self._data(method, path, entity, cost=WRITE, json=body)))

    def _data(self, method: str, path: str, entity: str = "", *, cost: int, **request: Any) -> Any:
        return (self.caller.json(method, path, entity=entity, cost=cost, **request) or {}).get("data")

    def _pages(self, entity: str, asked: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        params = dict(asked)
        while True:
            answer = self.caller.json("GET", PATHS[entity], entity=entity, cost=LIST, params=params)
            yield answer.get("data") or []
            params["cursor"] = (answer.get("additional_data") or {}).get("next_cursor")
            if not params["cursor"]:
                return

    def _carrying(self, entity: str, row_id: str, asked: Mapping[str, Any]) -> Remote | None:
        for raws in self._pages(entity, asked):
            for found in (self._rows.read(entity, raw) for raw in raws):
                if isinstance(found, Remote) and found.row_id == row_id:
                    return found
        return None

    def _code(self, entity: str) -> str:
        """The key of the field that carries our id, made on first need; a field that was renamed is known by its description."""
        if entity not in self._codes:
            path, code = FIELD_PATHS[entity], ""
            for raw in self._data("GET", path, entity, cost=LIST, params={"limit": PAGE}):
                if FIELD in (raw.get("description"), raw.get("field_name")):
                    code = raw["field_code"]
            if not code:
                made = {"field_name": FIELD, "field_type": "varchar", "description": FIELD}
                code = self._data("POST", path, entity, cost=WRITE, json=made)["field_code"]
            self._codes[entity] = code
        return self._codes[entity]

    def _teams(self) -> list[dict[str, Any]]:
        found = self._data("GET", PATHS["team"], "team", cost=LIST_V1) or []
        return [raw for raw in found if raw.get("active_flag", 1)]

    def _team_of(self) -> dict[str, str]:
        """The first team of each user."""
        found: dict[str, str] = {}
        try:
            for raw in self._teams():
                for user in raw.get("users") or []:
                    found.setdefault(str(user), str(raw["id"]))
        except CrmForbidden:
            pass
        return found

    def _targets(self) -> Iterator[Remote | BadRemote]:
        goals = self._data("GET", PATHS["target"], "target", cost=LIST_V1)["goals"]
        codes = {}
        if goals:
            listed = self._data("GET", "/api/v1/currencies", "target", cost=LIST_V1)
            codes = {str(raw["id"]): str(raw["code"]) for raw in listed}
        for goal in goals:
            yield from targets(goal, codes, clock.now().date())
