"""HubSpot's lists, searches and associations.

A search gives at most 10,000 rows of a query, and its pages are offsets into an order that a change shifts. So each query asks
for one page behind the last date; where a whole page shares one date, it goes on behind the last id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from cockpit.crm.calling import Caller
from cockpit.crm.connector import CrmRefused, Pace
from cockpit.errors import HubBusy

PACE = Pace(capacity=5, per_s=0.25)
CALL, SEARCH = 2, 5
"""Of twenty units a second: ten calls, or four searches."""
PAGE, FOUND = 100, 200
LOCKED_S = 60

Rows = list[dict[str, Any]]


class HubSpotCaller(Caller):
    """409 says that the value is another row's; 423 and 477 that the account is locked for a while."""

    says = "message"

    def refuse(self, response: httpx.Response, entity: str = "") -> None:
        words = self.words(response)
        if response.status_code == 409:
            raise CrmRefused(words, status=response.status_code)
        if response.status_code in (423, 477):
            raise HubBusy(words, seconds=LOCKED_S)
        super().refuse(response, entity)

    def call(self, method: str, path: str, entity: str = "", **request: Any) -> Any:
        return self.json(method, path, entity=entity, cost=CALL, **request)

    def pages(self, path: str, entity: str, asked: Mapping[str, Any]) -> Iterator[Rows]:
        """A list, page by page."""
        params = {**asked, "limit": PAGE}
        while True:
            answer = self.call("GET", path, entity, params=params)
            yield answer["results"]
            after = ((answer.get("paging") or {}).get("next") or {}).get("after")
            if not after:
                return
            params["after"] = after

    def since(self, kind: str, entity: str, after: datetime, name: str, properties: Sequence[str]) -> Iterator[Rows]:
        """What was changed since `after` by its property `name`, oldest first; the last of a page may come again."""

        def search(sort: str, *filters: dict[str, str]) -> Rows:
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
                "properties": properties,
                "limit": FOUND,
            }
            path = f"/crm/v3/objects/{kind}/search"
            found: Rows = self.json("POST", path, entity=entity, cost=SEARCH, json=body)["results"]
            return found

        low = milliseconds(after)
        while rows := search(name, _where(name, "GTE", low)):
            yield rows
            if len(rows) < FOUND:
                return
            first, last = (milliseconds(datetime.fromisoformat(rows[at]["properties"][name])) for at in (0, -1))
            if first == last:
                number = "0"
                while same := search("hs_object_id", _where(name, "EQ", last), _where("hs_object_id", "GT", number)):
                    yield same
                    number = str(same[-1]["id"])
                last += 1
            low = last

    def links(
        self, kind: str, others: Mapping[str, str], row_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, str | None]]:
        """Associations by row and our column, for the rows of a search, which does not tell them; the primary one first."""
        found: dict[str, dict[str, str | None]] = {row_id: dict.fromkeys(others) for row_id in row_ids}
        for ours, other in others.items():
            path, inputs = f"/crm/v4/associations/{kind}/{other}/batch/read", [{"id": row_id} for row_id in row_ids]
            for told in self.call("POST", path, other, json={"inputs": inputs})["results"]:
                ends = sorted(
                    told["to"], key=lambda end: "Primary" not in [t.get("label") for t in end["associationTypes"]]
                )
                found[str(told["from"]["id"])][ours] = str(ends[0]["toObjectId"]) if ends else None
        return found


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _where(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
