"""Salesforce, REST API. By contract: not run against the hosted service.

Our id is the external id `Cockpit_Id__c`, which an administrator adds: a create is an upsert by it. What is asked for is what
the organization has, by its own description, so that a renamed field fails nothing.

Its documents: the upsert developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html (300: two rows carry the id), limits
developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet, sign-in login.salesforce.com/.well-known/openid-configuration and
help.salesforce.com, remoteaccess_oauth_web_server_flow (with PKCE).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import chain
from typing import Any

from cockpit import clock
from cockpit.crm import fields as f
from cockpit.crm.calling import Asking
from cockpit.crm.connector import (
    Access,
    Capabilities,
    CrmCursorLost,
    CrmForbidden,
    CrmRefused,
    Greeting,
    Holding,
    Page,
    Remote,
)
from cockpit.crm.salesforce_calls import SalesforceCaller
from cockpit.crm.salesforce_rows import (
    CHANGED,
    FUNNEL,
    OBJECTS,
    OF_KIND,
    OUR_ID,
    Rows,
    named,
    person,
    stage,
    target,
    team,
)
from cockpit.crm.tokens import Token
from cockpit.errors import BadUse, VersionTooOld
from cockpit.i18n import _

VERSION = 62
API = f"/services/data/v{VERSION}.0"
OVERLAP = timedelta(minutes=5)
ORDER = ("team", "person", "funnel", "stage", "account", "contact", "deal", "activity", "target")
_QUERIES = {
    "team": "SELECT Id, Name, ParentRoleId FROM UserRole ORDER BY Id",
    "person": "SELECT Id, Name, Email, IsActive, UserRoleId FROM User WHERE UserType = 'Standard' ORDER BY Id",
    "stage": "SELECT Id, MasterLabel, ApiName, IsClosed, IsWon, SortOrder, DefaultProbability FROM OpportunityStage ORDER BY Id",
}
_QUOTA = ("Id", "QuotaAmount", "QuotaOwnerId", "StartDate", "CurrencyIsoCode")


def connect(access: Access) -> Salesforce:
    return Salesforce(access)


class Salesforce(Asking[SalesforceCaller]):
    """One connection."""

    name = "salesforce"

    def __init__(self, access: Access) -> None:
        token = Token(access, f"{access.url.rstrip('/')}/services/oauth2/token")
        self.caller = SalesforceCaller(
            access,
            {"Authorization": f"Bearer {token.current()}"},
            renew=token.renew,
        )
        self._rows = Rows(access.options.get("zone", ""), access.options.get("currency", "").upper())
        self._have: dict[str, tuple[str, ...]] = {}
        self._lacks: tuple[str, ...] = ()

    @property
    def can(self) -> Capabilities:
        def holding(entity: str) -> Holding:
            fields = self._rows.ours[entity]
            if entity not in OBJECTS:
                return Holding(fields, is_read_only=True)
            return Holding(fields, delta="keyset", deletes="flag", conflict="date", create="lookup")

        lacks = (_("KPI rules"), _("the goal and agenda of a visit"), _("targets of teams"), *self._lacks)
        return Capabilities(
            {entity: holding(entity) for entity in ORDER},
            "cursor",
            own_fields=frozenset({"account", "contact", "deal"}),
            lacks=lacks,
        )

    def greet(self) -> Greeting:
        offered = [float(each["version"]) for each in self.caller.json("GET", "/services/data")]
        if max(offered, default=0) < VERSION:
            raise VersionTooOld(
                _("version {found} there; {needed} is needed").format(found=max(offered), needed=VERSION)
            )
        me = self.caller.json("GET", "/services/oauth2/userinfo")
        forbidden, without = [], []
        for entity, kinds in OBJECTS.items():
            for kind in kinds:
                try:
                    if OUR_ID not in self._fields(kind):
                        without.append(kind)
                except CrmForbidden:
                    forbidden.append(entity)
        if without:
            words = _("new rows of {kinds}: an administrator must add the field {field} (text 64, external id, unique)")
            self._lacks = (words.format(kinds=", ".join(without), field=OUR_ID),)
        self._learn()
        user, name = str(me["user_id"]), str(me.get("name") or "")
        return Greeting(
            "Salesforce", f"v{VERSION}.0", user, name, False, self.caller.time, tuple(dict.fromkeys(forbidden))
        )

    def snapshot(self, entity: str) -> Iterator[Page]:
        match entity:
            case "funnel":
                yield Page((Remote("funnel", FUNNEL, {"name": _("Opportunities")}),))
            case "team" | "person" | "stage":
                build = {"team": team, "person": person, "stage": stage}[entity]
                for raws in self._query(_QUERIES[entity], entity):
                    yield Page(tuple(build(raw) for raw in raws))
            case "target":
                self._learn()
                names = [name for name in _QUOTA if name in self._fields("ForecastingQuota")]
                for raws in self._query(
                    f"SELECT {', '.join(names)}, Period.Type FROM ForecastingQuota ORDER BY Id", entity
                ):
                    yield Page(tuple(target(raw, self._rows.currency) for raw in raws))
            case _:
                self._learn()
                for kind in OBJECTS[entity]:
                    for raws in self._query(f"{self._select(kind)} ORDER BY Id", entity):
                        yield Page(tuple(self._rows.read(kind, raw) for raw in raws))

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        self._learn()
        begin = f.since(cursor, OVERLAP) if cursor else ""
        until: list[datetime] = []
        for kind in OBJECTS[entity]:
            where = f" WHERE {CHANGED} >= {begin}" if begin else ""
            pages = self._query(f"{self._select(kind)}{where} ORDER BY {CHANGED}, Id", entity)
            first = next(pages)
            until.append(self.caller.time or clock.now())
            if begin:  # deletions first: the cursor of a page of changes may be later than they are
                gone, covered = self._deleted(kind, entity, begin, f.stamp(until[-1]))
                until.append(covered)
                yield Page(tuple(Remote(entity, named(kind, number), {}, is_deleted=True) for number in gone))
            for raws in chain([first], pages):
                rows = tuple(self._rows.read(kind, raw) for raw in raws)
                yield Page(rows, f.moment(raws[-1][CHANGED]) if raws and len(OBJECTS[entity]) == 1 else "")
        yield Page((), f.stamp(min(until)))

    def ids(self, entity: str) -> frozenset[str]:
        pages = ((kind, self._query(f"SELECT Id FROM {kind} ORDER BY Id", entity)) for kind in OBJECTS[entity])
        return frozenset(named(kind, str(raw["Id"])) for kind, found in pages for raws in found for raw in raws)

    def read(self, entity: str, remote_id: str) -> Remote | None:
        if entity not in OBJECTS:
            return f.among(self.snapshot(entity), remote_id)
        self._learn()
        kind, number = _place(entity, remote_id)
        return self._one(entity, kind, number)

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        self._learn()
        kind = _kind(entity, values)
        return self._one(entity, kind, f"{OUR_ID}/{row_id}") if OUR_ID in self._fields(kind) else None

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        self._learn()
        kind = _kind(entity, values)
        if OUR_ID not in self._fields(kind):
            words = _("an administrator must add the field {field} to {kind} first").format(field=OUR_ID, kind=kind)
            raise CrmRefused(words, field=OUR_ID)
        body = self._known(kind, self._rows.write(kind, values, None))
        made = self.caller.json("PATCH", f"{API}/sobjects/{kind}/{OUR_ID}/{row_id}", entity=entity, json=body)
        return self._written(entity, kind, str(made["id"]))

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        self._learn()
        kind, number = _place(entity, seen.id)
        body = self._known(kind, self._rows.write(kind, values, seen))
        if body:
            headers = {}
            if seen.version:
                at = datetime.fromisoformat(seen.version).astimezone(UTC)
                headers["If-Unmodified-Since"] = format_datetime(at, usegmt=True)
            self.caller.json("PATCH", f"{API}/sobjects/{kind}/{number}", entity=entity, json=body, headers=headers)
        return self._written(entity, kind, number)

    def delete(self, entity: str, seen: Remote) -> None:
        kind, number = _place(entity, seen.id)
        response = self.caller.ask("DELETE", f"{API}/sobjects/{kind}/{number}")
        if response.status_code != 404:
            self.caller.refuse(response, entity)

    def _query(self, query: str, entity: str) -> Iterator[list[dict[str, Any]]]:
        answer = self.caller.json("GET", f"{API}/query", entity=entity, params={"q": query})
        while True:
            yield answer["records"]
            if answer["done"]:
                return
            answer = self.caller.json("GET", answer["nextRecordsUrl"], entity=entity)

    def _select(self, kind: str) -> str:
        return f"SELECT {', '.join(self._rows.wanted(kind, self._fields(kind)))} FROM {kind}"

    def _fields(self, kind: str) -> tuple[str, ...]:
        """What the organization has on that object, asked once in a connection."""
        if kind not in self._have:
            found = self.caller.found(f"{API}/sobjects/{kind}/describe", entity=kind)
            if found is None:
                raise CrmForbidden(kind, entity=kind)
            self._have[kind] = tuple(str(field["name"]) for field in found["fields"])
        return self._have[kind]

    def _known(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Without the fields of ours that the organization was not given."""
        return {name: value for name, value in body.items() if name in self._fields(kind)}

    def _learn(self) -> None:
        """Once in a connection: which stages are an end, and that it is known in which currency amounts are."""
        if self._rows.closed:
            return
        if "CurrencyIsoCode" in self._fields("Opportunity"):
            self._rows.currency = ""
        elif not self._rows.currency:
            raise BadUse(_("say in `currency` of the connection's options in which one this organization reckons"))
        stages = [raw for raws in self._query(_QUERIES["stage"], "stage") for raw in raws]
        self._rows.closed = frozenset(str(raw["ApiName"]) for raw in stages if raw["IsClosed"])

    def _one(self, entity: str, kind: str, number: str) -> Remote | None:
        asked = {"fields": ",".join(self._rows.wanted(kind, self._fields(kind)))}
        raw = self.caller.found(f"{API}/sobjects/{kind}/{number}", entity=entity, params=asked)
        return None if raw is None else f.understood(self._rows.read(kind, raw))

    def _written(self, entity: str, kind: str, number: str) -> Remote:
        found = self._one(entity, kind, number)
        if found is None:
            raise CrmRefused(_("it was deleted there meanwhile"))
        return found

    def _deleted(self, kind: str, entity: str, begin: str, end: str) -> tuple[list[str], datetime]:
        """Ids deleted from `begin` to `end`, and up to when that is all. Raises CrmCursorLost: it is kept for 15 days."""
        path, asked = f"{API}/sobjects/{kind}/deleted/", {"start": begin, "end": end}
        told = self.caller.json("GET", path, entity=entity, params=asked)
        if datetime.fromisoformat(told["earliestDateAvailable"]) > datetime.fromisoformat(begin):
            raise CrmCursorLost(_("the last look was too long ago"))
        return [str(raw["id"]) for raw in told["deletedRecords"]], datetime.fromisoformat(told["latestDateCovered"])


def _kind(entity: str, values: Mapping[str, Any]) -> str:
    return OF_KIND[values.get("kind") or "visit"] if entity == "activity" else OBJECTS[entity][0]


def _place(entity: str, remote_id: str) -> tuple[str, str]:
    kind, colon, number = remote_id.rpartition(":")
    return (kind, number) if colon else (OBJECTS[entity][0], number)
