"""A small Tryton 8.2 in memory: the answers, refusals and odd types were recorded from the running server.

It keeps what the connector leans on: the machine of states, fields that are closed to change, notes that cannot be
changed, `_timestamp`, moments of what belongs to a party, and errors inside HTTP 200.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx

Row = dict[str, Any]
MANY = {
    "contact_mechanisms": ("party.contact_mechanism", "party"),
    "addresses": ("party.address", "party"),
    "identifiers": ("party.identifier", "party"),
    "relations": ("party.relation.all", "from_"),
}
ONE = {"party": "party.party", "to": "party.party", "type": "party.relation.type", "currency": "currency.currency"}
MODELS = (
    *("party.party", "party.contact_mechanism", "party.address", "party.identifier", "party.relation.all"),
    *("party.relation.type", "company.company", "company.employee", "currency.currency", "sale.opportunity", "ir.note"),
)
WAYS = {
    "opportunity": {"lead": "opportunity"},
    "convert": {"opportunity": "converted"},
    "lost": {"lead": "lost", "opportunity": "lost"},
    "cancel": {"lead": "cancelled", "opportunity": "cancelled"},
    "lead": {"opportunity": "lead", "lost": "lead", "cancelled": "lead"},
}
PASSWORDS = {"admin": "admin-pw", "rep1": "rep-pw"}


class Fault(Exception):
    """An error as Tryton tells it: its kind and what it says."""

    def __init__(self, kind: str, *told: Any) -> None:
        super().__init__(kind)
        self.answer = [kind, *told]


def user_error(words: str) -> Fault:
    return Fault("UserError", [words, "", None])


class FakeTryton:
    """`log` holds the methods that were called. `lose` says of a call whether its answer gets lost after the work is done."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Row]] = {model: {} for model in MODELS}
        self.now = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
        self.log: list[str] = []
        self.lose: Callable[[str], bool] = lambda _method: False
        self.series = "8.2"
        self.sessions = {"admin": "a" * 64, "rep1": "b" * 64}
        self.missing: set[str] = set()
        self.closed_to_rep: set[str] = set()
        self.wrong_passwords = 0
        self.status = 200
        self.body: bytes | None = None
        self.tells_time = True
        self._gone: dict[str, set[int]] = {}
        self._seed()

    def _seed(self) -> None:
        self.add("currency.currency", code="CNY", digits=2)
        own = self.add("party.party", name="Cockpit Ltd")
        self.add("company.company", party=own)
        for name in ("rep1", "rep2"):
            self.add("company.employee", party=self.add("party.party", name=name), active=True)
        for number in range(3):
            party = self.add("party.party", name=f"Customer {number}")
            self.deal(party=party, description=f"Deal {number}", reference=f"seed-{number}", employee=1)

    def deal(self, **values: Any) -> int:
        whole = {"amount": Decimal(1000), "start_date": date(2026, 1, 1), "state": "lead", "currency": 1}
        empty = dict.fromkeys(("party", "employee", "end_date", "description", "reference", "lost_reason", "comment"))
        number = str(len(self.tables["sale.opportunity"]) + 1)
        return self.add(
            "sale.opportunity", **{**empty, **whole, "conversion_probability": 0.5, "number": number, **values}
        )

    def add(self, model: str, **values: Any) -> int:
        table = self.tables[model]
        number = max((*table, *self._gone.get(model, ())), default=0) + 1
        many = {name: values.pop(name) for name in tuple(values) if name in MANY and model == "party.party"}
        if model == "party.party":
            values = {"name": "", "active": True, "code": str(number), **values}
        table[number] = {"id": number, **values}
        self.touch(model, number)
        for name, commands in many.items():
            self._commands(name, number, commands)
        return number

    def touch(self, model: str, number: int) -> None:
        self.now += timedelta(milliseconds=1)
        self.tables[model][number]["last_modified_at"] = self.now.replace(tzinfo=None)

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def handle(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content, object_hook=_from_wire)
        method, params = asked["method"], asked["params"]
        self.log.append(method)
        if self.body is not None:
            return httpx.Response(200, content=self.body)
        if self.status != 200:
            return self._respond(self.status)
        if request.url.path == "/rpc/":
            return self._respond(200, {"id": 1, "result": self.series}) if self.series else self._respond(405)
        if request.url.path != "/crm/rpc/":
            return self._respond(404)
        if method == "common.db.login":
            return self._login(*params[:2])
        user = self._user(request)
        if user is None:
            return self._respond(401)
        _model, _dot, rest = method.partition(".")
        model, _dot, name = rest.rpartition(".")
        try:
            result = self._dispatch(user, model, name, params)
        except LookupError:
            return self._respond(403)
        except Fault as fault:
            return self._respond(200, {"id": 1, "error": fault.answer})
        if self.lose(method):
            raise httpx.ReadError("the connection was cut", request=request)
        return self._respond(200, {"id": 1, "result": result})

    def _respond(self, status: int, answer: Any = None) -> httpx.Response:
        headers = {"Date": format_datetime(self.now, usegmt=True)} if self.tells_time else {}
        if answer is None:
            return httpx.Response(status, headers=headers, text=f"<!doctype html>\n<title>{status}</title>")
        return httpx.Response(status, headers=headers, content=json.dumps(answer, default=_to_wire))

    def _login(self, user: str, parameters: Row) -> httpx.Response:
        if self.wrong_passwords >= 6:
            return self._respond(429)
        if "password" not in parameters:
            return self._respond(
                200, {"id": 1, "error": ["LoginException", ["password", "Password for x", "password"]]}
            )
        if PASSWORDS.get(user) != parameters["password"]:
            self.wrong_passwords += 1
            return self._respond(401)
        return self._respond(200, {"id": 1, "result": [list(PASSWORDS).index(user) + 1, self.sessions[user], None]})

    def _user(self, request: httpx.Request) -> str | None:
        kind, _space, told = request.headers.get("Authorization", "").partition(" ")
        if kind != "Session":
            return None
        user, _number, key = base64.b64decode(told).decode().split(":")
        return user if self.sessions.get(user) == key else None

    # -- methods -------------------------------------------------------------------------------------------------------

    def _dispatch(self, user: str, model: str, name: str, params: list[Any]) -> Any:
        *arguments, context = params
        if (model, name) == ("res.user", "get_preferences"):
            is_admin = user == "admin"
            person = {} if is_admin else {"employee": 1, "employee.rec_name": "rep1", "employees": [1]}
            return {
                "company": 1,
                "companies": [1],
                "language": "en",
                "administrator": int(is_admin),
                "locale": {},
                **person,
            }
        if (model, name) == ("ir.model.access", "get_access"):
            if absent := self.missing & set(arguments[0]):
                raise Fault(f"'{min(absent)}'", "")
            closed = self.closed_to_rep if user != "admin" else set()
            return {one: {"read": one not in closed} for one in arguments[0]}
        if model in self.missing or model not in self.tables:
            raise Fault(f"'{model}'", "")
        if name in ("search", "search_read"):
            return self._search(user, model, name, *arguments)
        stamps = context.get("_timestamp", {})
        if name == "create":
            return [self._create(model, values) for values in arguments[0]]
        for number in arguments[0]:
            if number not in self.tables[model]:
                raise user_error(f'You are trying to read records "{number}" that don\'t exist.')
        if name == "write":
            return self._write(model, arguments[0], arguments[1], stamps)
        if name == "delete":
            return self._delete(model, arguments[0], stamps)
        if model == "sale.opportunity" and name in WAYS:
            return self._act(name, arguments[0], stamps)
        raise LookupError(name)

    def _search(
        self,
        user: str,
        model: str,
        name: str,
        domain: Any,
        _offset: int,
        limit: int | None,
        _order: Any,
        fields: Any = (),
    ) -> Any:
        is_named = any(clause[:2] in (["resource", "="], ["resource", "in"]) for clause in domain)
        if (model == "ir.note" and user != "admin" and not is_named) or (
            user != "admin" and model in self.closed_to_rep
        ):
            raise user_error(f'You are not allowed to search on the "{model}" resource.')
        found = [row for _id, row in sorted(self.tables[model].items()) if self._fits(model, row, domain)][:limit]
        return (
            [self._read(model, row, fields) for row in found] if name == "search_read" else [row["id"] for row in found]
        )

    def _fits(self, model: str, row: Row, domain: Any) -> bool:
        if domain and domain[0] == "OR":
            return any(self._fits(model, row, [clause]) for clause in domain[1:])
        return all(self._clause(model, row, clause) for clause in domain)

    def _clause(self, model: str, row: Row, clause: Any) -> bool:
        if clause and clause[0] == "OR":
            return self._fits(model, row, clause)
        path, operator, value = clause
        if operator.endswith("where"):
            other, parent = MANY[path]
            children = [one for one in self.tables[other].values() if one[parent] == row["id"]]
            fits = any(self._fits(other, one, value) for one in children)
            return fits is not operator.startswith("not")
        values = list(self._values(model, row, path))
        if operator == "not in":
            return not any(one in value for one in values)
        checks: dict[str, Callable[[Any], bool]] = {
            "=": lambda one: one == value,
            "in": lambda one: one in value,
            ">": lambda one: one is not None and one > value,
            "like": lambda one: _like(one, value),
        }
        return any(map(checks[operator], values))

    def _values(self, model: str, row: Row, path: str) -> Iterator[Any]:
        name, _dot, rest = path.partition(".")
        if not rest:
            yield row.get(name)
            return
        other, rows = self._beside(model, row, name)
        for one in rows:
            yield from self._values(other, one, rest)

    def _beside(self, model: str, row: Row, name: str) -> tuple[str, list[Row]]:
        if name in MANY and model == "party.party":
            other, parent = MANY[name]
            return other, [one for one in self.tables[other].values() if one[parent] == row["id"]]
        other = ONE[name]
        return other, [self.tables[other][row[name]]] if row.get(name) else []

    def _read(self, model: str, row: Row, fields: list[str]) -> Row:
        found: Row = {"id": row["id"]}
        deeper: dict[str, list[str]] = {}
        for field in fields:
            name, _dot, rest = field.partition(".")
            if rest:
                deeper.setdefault(name, []).append(rest)
            elif field == "_timestamp":
                found[field] = self._stamp(row)
            elif field == "full_address":
                found[field] = "\n".join(part for part in (row["street"], row.get("city")) if part)
            elif (model, field) == ("party.party", "email"):
                held = self._beside(model, row, "contact_mechanisms")[1]
                found[field] = next((one["value"] for one in held if one["type"] == "email"), "")
            else:
                found[field] = row.get(field)
        for name, inner in deeper.items():
            other, rows = self._beside(model, row, name)
            read = [self._read(other, one, inner) for one in rows]
            found[f"{name}."] = read if name in MANY else next(iter(read), None)
        return found

    def _stamp(self, row: Row) -> str:
        return str(row["last_modified_at"].replace(tzinfo=UTC).timestamp())

    def _fresh(self, model: str, numbers: list[int], stamps: Row) -> None:
        for number in numbers:
            wanted = stamps.get(f"{model},{number}")
            if wanted is not None and wanted != self._stamp(self.tables[model][number]):
                raise Fault("ConcurrencyException", "Records were modified in the meanwhile")

    def _create(self, model: str, values: Row) -> int:
        if model == "sale.opportunity":
            if (values.get("amount") or Decimal(0)) % Decimal("0.01"):
                raise user_error('The number of digits in the value for field "Amount" exceeds the limit.')
            return self.deal(**values)
        if model == "ir.note" and int(values["resource"].partition(",")[2]) not in self.tables["party.party"]:
            raise user_error('A value is required for field "Resource" in record "(1)" of "Note".')
        return self.add(model, **values)

    def _write(self, model: str, numbers: list[int], values: Row, stamps: Row) -> None:
        closed: dict[str, tuple[str, ...]] = {
            "lead": ("state",),
            "opportunity": ("state", "start_date", "currency"),
            "converted": ("state", "start_date", "currency", "description", "amount", "employee", "party", "end_date"),
        }
        for number in numbers:
            row = self.tables[model][number]
            for name in values:
                state = row.get("state", "")
                is_closed = name in closed.get(state, (*closed["converted"],)) and name != "lost_reason"
                if (model == "ir.note" and name == "message") or (model == "sale.opportunity" and is_closed):
                    raise user_error(f'You are not allowed to modify the field "{name}" in record "{number}".')
        self._fresh(model, numbers, stamps)
        for number in numbers:
            for name, value in values.items():
                if name in MANY and model == "party.party":
                    self._commands(name, number, value, stamps)
                else:
                    self.tables[model][number][name] = value
            self.touch(model, number)

    def _commands(self, name: str, parent: int, commands: Any, stamps: Row | None = None) -> None:
        model, field = MANY[name]
        for kind, given, *rest in commands:
            if kind == "create":
                for values in given:
                    self.add(model, **{field: parent, **values})
                continue
            self._fresh(model, given, stamps or {})
            for number in given:
                if kind == "write":
                    self.tables[model][number] |= rest[0]
                    self.touch(model, number)
                else:
                    del self.tables[model][number]

    def _act(self, action: str, numbers: list[int], stamps: Row) -> None:
        for number in numbers:
            row = self.tables["sale.opportunity"][number]
            if row["state"] not in WAYS[action]:
                raise user_error(f'You can not call "{action}" on "{row["number"]}" of "Sale Opportunity".')
            self._fresh("sale.opportunity", [number], stamps)
            row["state"] = WAYS[action][row["state"]]
            if row["state"] not in ("lead", "cancelled") and not (row["party"] and row["employee"]):
                row["state"] = "lead"
                raise user_error('A value is required for field "Party" in record "1" of "Sale Opportunity".')
            if row["state"] in ("lost", "cancelled"):
                row["end_date"] = self.now.date()
            self.touch("sale.opportunity", number)

    def _delete(self, model: str, numbers: list[int], stamps: Row) -> None:
        self._fresh(model, numbers, stamps)
        for number in numbers:
            row = self.tables[model][number]
            if model == "sale.opportunity" and row["state"] != "cancelled":
                raise user_error(f'To delete opportunity "{row["number"]}", you must cancel it.')
            used = (one["party"] == number for one in self.tables["sale.opportunity"].values())
            if model == "party.party" and any(used):
                raise user_error('The party cannot be deleted because it is used on "Sale Opportunity".')
            for other, parent in MANY.values() if model == "party.party" else ():
                for child in [one for one, held in self.tables[other].items() if held[parent] == number]:
                    del self.tables[other][child]
            del self.tables[model][number]
            self._gone = {**self._gone, model: self._gone.get(model, set()) | {number}}


def _like(text: Any, pattern: str) -> bool:
    middle = pattern.strip("%")
    if not isinstance(text, str):
        return False
    if pattern.startswith("%") and pattern.endswith("%"):
        return middle in text
    return text.endswith(middle) if pattern.startswith("%") else text.startswith(middle)


def _to_wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    names: tuple[str, ...] = ("year", "month", "day")
    if isinstance(value, datetime):
        names += ("hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
    return {"__class__": "date", **{name: getattr(value, name) for name in names}}


def _from_wire(value: Row) -> Any:
    kind = value.get("__class__")
    if kind == "Decimal":
        return Decimal(value["decimal"])
    parts = [part for name, part in value.items() if name != "__class__"]
    if kind == "date":
        return date(*parts)
    return datetime(*parts) if kind == "datetime" else value  # noqa: DTZ001 Tryton's moments have no zone
