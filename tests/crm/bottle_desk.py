"""A colleague at BottleCRM: rows made, changed, removed and counted through its own API, on the fake as on the real one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import httpx

from cockpit.crm.bottlecrm import rows, sending
from cockpit.crm.bottlecrm.session import PATHS

WHOLE = {"account": "account_obj", "contact": "contact_obj", "deal": "opportunity_obj", "activity": "task_obj"}


class BottleDesk:
    """`Server` of the kit."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=f"{url}/api", headers=headers, timeout=120, transport=transport)
        self._account_id = ""

    def close(self) -> None:
        self.http.close()

    def sample(self, entity: str, number: int) -> Mapping[str, Any] | None:
        if entity not in PATHS:
            return None
        if not self._account_id:
            self._account_id = self.add("account", {"name": f"Of samples {uuid.uuid4().hex[:8]}"})
        owner_id, pipeline = self._settled
        account_id = self._account_id
        return {
            "account": {"name": f"Account {number}", "size": "12", "phone": "+86 553 555 0100", "owner_id": owner_id},
            "contact": {"account_id": account_id, "name": f"王 {number}", "title": "Buyer"},
            "deal": {
                "name": f"Deal {number}",
                "account_id": account_id,
                "owner_id": owner_id,
                "funnel_id": pipeline["id"],
                "stage_id": f"{pipeline['id']}:{pipeline['stages'][0]['code']}",
                "amount_minor": 6_600_050,
                "currency": "CNY",
                "expected_on": "2027-01-20",
            },
            "activity": {
                "kind": "task",
                "status": "planned",
                "rep_id": owner_id,
                "account_id": account_id,
                "starts_at": "2026-12-01T09:00:00+08:00",
                "subject": f"Call {number}",
            },
        }[entity]

    @cached_property
    def _settled(self) -> tuple[str, dict[str, Any]]:
        """Somebody there, and a pipeline: neither changes in a test."""
        person = self.get("/users/get-teams-and-users/")["profiles"][0]
        return person["id"], self.get("/opportunities/pipelines/")["pipelines"][0]

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        body = self._body(entity, values)
        if entity != "activity":
            made = self._sent("POST", f"/{PATHS[entity]}/", body)
            return str(made["id"])
        before = {task["id"] for task in self._tasks()}
        self._sent("POST", "/tasks/", {"priority": "Medium", **body})
        (made_id,) = {task["id"] for task in self._tasks()} - before
        return f"task:{made_id}"

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        kind, _colon, last = remote_id.rpartition(":")
        if kind.startswith("meeting"):
            self._sent("PATCH", f"/interactions/{last}/", values)
        else:
            self._sent("PATCH", f"/{PATHS[entity]}/{last}/", self._body(entity, values))

    def remove(self, entity: str, remote_id: str) -> None:
        kind, _colon, last = remote_id.rpartition(":")
        path = "interactions" if kind.startswith("meeting") else PATHS[entity]
        self.http.delete(f"/{path}/{last}/").raise_for_status()

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        """Their rows as they show them, with the text that people change under our name too."""
        if entity == "activity":
            answer = self.get("/tasks/", limit=5000)
            planned = {f"task:{task['id']}": task for task in answer["tasks"]}
            living = {key: task for key, task in planned.items() if self._of_ours(task) != rows.LOGGED}
            plans = {key: task for key, task in living.items() if task["due_date"] and task["assigned_to"]}
            told = {f"meeting:{one['account']}:{one['id']}": one for one in self._meetings(answer["accounts_list"])}
            return {key: {**one, "subject": one["title"]} for key, one in plans.items()} | told
        if entity in PATHS:
            answer = self.get(f"/{PATHS[entity]}/", limit=5000, slim="true")
            if entity == "account":
                found = [*answer["active_accounts"]["open_accounts"], *answer["closed_accounts"]["close_accounts"]]
            else:
                found = answer["opportunities" if entity == "deal" else "contact_obj_list"]
            if entity == "contact":
                whole = [one for one in found if one["account"]]
                found = [{**one, "name": rows.contact(one).values["name"]} for one in whole]
            return {one["id"]: one for one in found}
        pipelines = self.get("/opportunities/pipelines/")["pipelines"]
        if entity == "stage":
            return {f"{one['id']}:{stage['code']}": stage for one in pipelines for stage in one["stages"]}
        both = self.get("/users/get-teams-and-users/")
        goals = self.get("/opportunities/goals/", limit=1000)["goals"]
        found = {"funnel": pipelines, "team": both["teams"], "person": both["profiles"], "target": goals}[entity]
        return {one["id"]: one for one in found}

    def _meetings(self, accounts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Of the accounts that every list of tasks names: their own list costs the server many times as much."""
        for account in accounts:
            yield from self.get("/interactions/", account=account["id"], limit=200)["interactions"]

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params={"offset": 0, **params})
        answer.raise_for_status()
        return answer.json()

    def _tasks(self) -> list[dict[str, Any]]:
        return list(self.get("/tasks/", limit=5000, slim="true")["tasks"])

    def _of_ours(self, task: Mapping[str, Any]) -> str:
        if task["status"] != "Completed":
            return ""
        custom = self.get(f"/tasks/{task['id']}/")["task_obj"]["custom_fields"]
        return str(custom.get(rows.KIND, ""))

    def _body(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        if entity == "activity":
            body = sending.task(values, {"kind": "task", "status": "planned", **values})
            body.pop("custom_fields", None)
            return body
        make = {"account": sending.account, "contact": sending.contact, "deal": sending.deal}[entity]
        body = make(values, {})
        if "owner_id" in values:
            body["assigned_to"] = [values["owner_id"]]
        return body

    def _sent(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()
