"""Somebody at Tryton itself: rows read and changed through its own calls, and the server the test kit asks for."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from cockpit.crm.tryton.rpc import day, decimal, plain

MODELS = {"account": "party.party", "contact": "party.party", "deal": "sale.opportunity", "activity": "ir.note"}
NOTE_FIELDS = ("resource", "message")
NOTE = "kind: visit\nstatus: planned\nstarts_at: {starts_at}\nrep: #{rep_id}\nsubject: {subject}\n[ck:{mark}]"


class Desk:
    """An administrator's session. Fields are Tryton's own, but for what the test kit gives."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None, password: str = "admin-pw") -> None:
        self._http = httpx.Client(base_url=url, transport=transport, timeout=60, trust_env=False)
        number, key, _bus = self._call("common.db.login", ["admin", {"password": password}, "en"])
        told = base64.b64encode(f"admin:{number}:{key}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {told}"
        self._context: dict[str, Any] = {}
        known = self.call("res.user.get_preferences", True)
        self._context = {name: known[name] for name in ("company", "companies", "company_filter") if name in known}
        self.relation = 0
        self._account = ""

    def call(self, method: str, *arguments: Any) -> Any:
        return self._call(f"model.{method}", [*arguments, self._context])

    def _call(self, method: str, params: list[Any]) -> Any:
        response = self._http.post("/crm/rpc/", json={"id": 1, "method": method, "params": params})
        answer = response.raise_for_status().json()
        assert "error" not in answer, f"{method}: {answer['error']}"
        return plain(answer["result"])

    def read(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(f"{model}.search_read", domain, 0, None, [["id", "ASC"]], list(fields))
        return found

    def close(self) -> None:
        self._http.close()

    # -- the server of the test kit ------------------------------------------------------------------------------------

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        """By id, with the text of each in our words."""
        if entity == "activity":
            return {_after(row["message"], "[ck:").rstrip("]"): {"subject": _subject(row)} for row in self.notes()}
        if entity == "deal":
            return {
                str(row["id"]): {"name": row["description"]} for row in self.read("sale.opportunity", [], "description")
            }
        if entity == "person":
            return {str(row["id"]): {"name": row["rec_name"]} for row in self.read("company.employee", [], "rec_name")}
        if entity not in MODELS:
            return {}
        contacts = {row["from_"] for row in self.read("party.relation.all", [], "from_")}
        domain = ["id", "in", sorted(contacts)]
        if entity == "account":
            staff = [*self.read("company.employee", [], "party"), *self.read("company.company", [], "party")]
            domain = ["id", "not in", sorted({row["party"] for row in staff} | contacts)]
        return {str(row["id"]): {"name": row["name"]} for row in self.read("party.party", [domain], "name")}

    def notes(self, mark: str = "") -> list[dict[str, Any]]:
        domain = [["message", "like", f"%[ck:{mark}%"], ["resource", "like", "party.party,%"]]
        return self.read("ir.note", domain, *NOTE_FIELDS)

    def sample(self, entity: str, number: int) -> Mapping[str, Any] | None:
        account = self._account = self._account or next(iter(self.rows("account")), "")
        if entity == "account":
            return {"name": f"Sample {number}", "phone": "+86 21 5555 0000", "address": "1 Road"}
        if entity == "contact":
            return {
                "name": f"Sample {number}",
                "account_id": account,
                "email": "a@example.com",
                "phone": "",
                "mobile": "",
            }
        if entity == "deal":
            fixed = {"funnel_id": "opportunities", "stage_id": "lead", "currency": "CNY", "created_on": "2026-11-02"}
            return {"name": f"Sample {number}", "account_id": account, "owner_id": "1", "amount_minor": 123_45, **fixed}
        if entity == "activity":
            moment = {"starts_at": "2026-11-24T02:00:00.000000Z", "kind": "visit", "status": "planned"}
            return {"subject": f"Sample {number}", "account_id": account, "rep_id": "1", **moment}
        return None

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        if entity == "activity":
            return self._note(values["account_id"], values)
        if entity == "deal":
            given = {
                "description": values["name"],
                "party": int(values["account_id"]),
                "employee": int(values["owner_id"]),
            }
            given |= {"amount": decimal(values["amount_minor"]), "start_date": day(values["created_on"])}
            return self._made("sale.opportunity", given)
        party: dict[str, Any] = {"name": values["name"]}
        mechanisms = [{"type": kind, "value": values[kind]} for kind in ("phone", "email") if values.get(kind)]
        party["contact_mechanisms"] = [["create", mechanisms]]
        if entity == "contact":
            party["relations"] = [["create", [{"to": int(values["account_id"]), "type": self._contact_type()}]]]
        return self._made("party.party", party)

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        if entity == "activity":  # a note cannot be changed: another one takes its place
            [held] = self.notes(remote_id)
            account = held["resource"].partition(",")[2]
            self._note(account, {"starts_at": "2026-11-24T02:00:00Z", "rep_id": "1", **values}, remote_id)
            self.call("ir.note.delete", [held["id"]])
            return
        theirs = {"name": "description" if entity == "deal" else "name"}
        given = {theirs.get(name, name): value for name, value in values.items()}
        self.call(f"{MODELS[entity]}.write", [int(remote_id)], given)

    def remove(self, entity: str, remote_id: str) -> None:
        if entity == "deal":
            self.call("sale.opportunity.cancel", [int(remote_id)])
        numbers = [row["id"] for row in self.notes(remote_id)] if entity == "activity" else [int(remote_id)]
        self.call(f"{MODELS[entity]}.delete", numbers)

    def _note(self, account: str, values: Mapping[str, Any], mark: str = "") -> str:
        mark = mark or str(uuid.uuid4())
        message = NOTE.format(**{"starts_at": "", "rep_id": "1", **values}, mark=mark)
        self._made("ir.note", {"resource": f"party.party,{account}", "message": message})
        return mark

    def _contact_type(self) -> int:
        if not self.relation:
            found = self.call("party.relation.type.search", [["name", "=", "Contact of"]], 0, None, None)
            self.relation = (found or self.call("party.relation.type.create", [{"name": "Contact of"}]))[0]
        return self.relation

    def _made(self, model: str, values: dict[str, Any]) -> str:
        [number] = self.call(f"{model}.create", [values])
        return str(number)


def _after(text: str, sign: str) -> str:
    return text.rpartition(sign)[2]


def _subject(row: Mapping[str, Any]) -> str:
    return next((line.partition(": ")[2] for line in row["message"].splitlines() if line.startswith("subject: ")), "")
