"""What Tryton's rows are in our words: where they live, what is read of them, and its machine of states."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cockpit.crm.connector import BadRemote, CrmRefused, Holding, Remote
from cockpit.crm.tryton import note
from cockpit.crm.tryton.rpc import Row, day, decimal, minor_units
from cockpit.domain.text import clean, clean_line
from cockpit.i18n import _

FUNNEL: Final = "opportunities"
STAGES: Final = (
    ("lead", "线索", "Lead", "open", 10),
    ("opportunity", "商机", "Opportunity", "open", 50),
    ("converted", "已转销售单", "Converted", "open", 80),
    ("won", "赢单", "Won", "won", 100),
    ("lost", "丢单", "Lost", "lost", 0),
    ("cancelled", "已取消", "Cancelled", "lost", 0),
)
"""State, its Chinese and English name, kind, percent. Tryton has no percent for a state: these are a first guess."""
FIXED: Final = {
    "funnel": (Remote("funnel", FUNNEL, {"name": "商机", "alias": "Opportunities", "is_default": True}),),
    "stage": tuple(
        Remote(
            "stage",
            state,
            {"funnel_id": FUNNEL, "name": name, "alias": alias, "position": at, "kind": kind, "probability": percent},
        )
        for at, (state, name, alias, kind, percent) in enumerate(STAGES)
    ),
}
"""Rows that are the same in every Tryton."""
MOVES: Final[Mapping[str, Mapping[str, str]]] = {
    "lead": {"opportunity": "opportunity", "lost": "lost", "cancelled": "cancel"},
    "opportunity": {"lead": "lead", "converted": "convert", "lost": "lost", "cancelled": "cancel"},
    "lost": {"lead": "lead"},
    "cancelled": {"lead": "lead"},
}
"""What a person may do there: from a state to the next ones, each by its action. No way leads out of the others."""
EDITABLE: Final = frozenset({"lead", "opportunity"})
"""States in which the fields of a deal are open to change."""
MECHANISMS: Final = ("phone", "mobile", "email")
PARTY_FIELDS: Final = {"account": ("name", "phone", "address"), "contact": ("account_id", "name", *MECHANISMS)}

CARRIED: Final = "ck:"
"""What a reference or an identifier begins with that is our id."""

_TEXTS: Final = {"name": "description", "lost_reason": "lost_reason"}
_REFS: Final = {"account_id": "party", "owner_id": "employee"}
_KINDS: Final = {state: kind for state, _zh, _en, kind, _percent in STAGES}


IDS_EVERY_S: Final = 300


def _held(*fields: str, needs: tuple[str, ...] = (), only: Mapping[str, frozenset[str]] | None = None) -> Holding:
    return Holding(
        frozenset(fields),
        only=only or {},
        needs=frozenset(needs),
        delta="keyset",
        deletes="diff",
        conflict="version",
        create="lookup",
        rest_s=IDS_EVERY_S,
    )


HOLDINGS: Final = {
    "person": Holding(frozenset({"name", "email", "is_active"}), delta="keyset", deletes="diff", is_read_only=True),
    "funnel": Holding(frozenset({"name", "alias", "is_default"}), is_read_only=True),
    "stage": Holding(frozenset({"funnel_id", "name", "alias", "position", "kind", "probability"}), is_read_only=True),
    "account": _held(*PARTY_FIELDS["account"]),
    "contact": _held(*PARTY_FIELDS["contact"], needs=("account_id",)),
    "deal": _held(
        *("name", "account_id", "owner_id", "funnel_id", "stage_id", "amount_minor", "currency", "created_on"),
        *("expected_on", "closed_on", "lost_reason"),
    ),
    "activity": _held(
        "account_id", *note.FIELDS, needs=("account_id",), only={"kind": frozenset({"visit", "call", "web"})}
    ),
}


def lacks() -> tuple[str, ...]:
    return (
        _("targets"),
        _("teams and roles"),
        _("owners of customers"),
        _("a calendar: visits are notes on the customer"),
        _("a way to mark a deal won: it is won when its sale is confirmed there"),
    )


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows of ours live: the model, its fields, and the paths whose moments tell that a row changed."""

    model: str
    fields: tuple[str, ...]
    touched: tuple[str, ...] = ("",)

    @property
    def asked(self) -> list[str]:
        return [*self.fields, "_timestamp", *(f"{path}last_modified_at" for path in self.touched)]


_PARTY = (
    *("name", "code", "active", "identifiers.code", "contact_mechanisms.type", "contact_mechanisms.value"),
    "contact_mechanisms._timestamp",
)
_DEAL = (
    *("description", "number", "reference", "party", "employee", "state", "amount", "currency.code", "start_date"),
    *("end_date", "lost_reason", "conversion_probability", "comment"),
)
SOURCES: Final = {
    "person": Source(
        "company.employee", ("active", "party.name", "party.email"), ("", "party.", "party.contact_mechanisms.")
    ),
    "account": Source(
        "party.party",
        (*_PARTY, "addresses.full_address", "addresses.street", "addresses._timestamp"),
        ("", "contact_mechanisms.", "addresses."),
    ),
    "contact": Source(
        "party.party", (*_PARTY, "relations.to", "relations.type.name"), ("", "contact_mechanisms.", "relations.to.")
    ),
    "deal": Source("sale.opportunity", _DEAL),
    "activity": Source("ir.note", ("resource", "message")),
}


def remote(entity: str, raw: Row, relation: str) -> Remote | BadRemote:
    """A row of theirs; `relation` is the name of the type that makes a party a contact of another one."""
    try:
        if entity == "person":
            return Remote(entity, str(raw["id"]), _person(raw))
        if entity == "activity":
            row_id, values = note.parse(raw["message"])
            values["account_id"] = raw["resource"].partition(",")[2]
            return Remote(entity, row_id, values, row_id, _version(entity, raw))
        values, unknown = _deal(raw) if entity == "deal" else _party(entity, raw, relation)
        carried = _carried(entity, raw)
        if entity == "deal" and raw["reference"] and not carried:
            unknown["reference"] = raw["reference"]
        unknown = {name: clean(str(value)) for name, value in unknown.items() if value not in (None, "", True)}
        return Remote(entity, str(raw["id"]), values, carried, _version(entity, raw), unknown=unknown)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return BadRemote(entity, str(raw.get("id")), clean_line(str(error), 200), raw)


def moments(raw: Any) -> Iterator[str]:
    """Every moment of change in a row and in what belongs to it."""
    for name, value in raw.items():
        if name == "last_modified_at" and isinstance(value, str):
            yield value
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, dict):
                yield from moments(part)


def moves(here: str, there: str) -> list[str]:
    """The actions that lead from one state to another. Raises CrmRefused where there is no way."""
    ways: dict[str, list[str]] = {here: []}
    for state in (queue := [here]):
        for after, action in MOVES.get(state, {}).items():
            if after not in ways:
                ways[after] = [*ways[state], action]
                queue.append(after)
    if there in ways:
        return ways[there]
    if there == "won":
        raise CrmRefused(_("In Tryton a deal is won when its sale is confirmed there."), field="stage_id")
    words = _("Tryton has no way from {here} to {there}.")
    names = {state: english for state, _zh, english, _kind, _percent in STAGES}
    raise CrmRefused(words.format(here=names.get(here, here), there=names.get(there, there)), field="stage_id")


def moves_left(here: str, values: Mapping[str, Any]) -> list[str]:
    """What is left of the way from the first state to that of `values`; nothing when `here` is not on it."""
    there = values.get("stage_id")
    if not there or here == there or here not in EDITABLE:
        return []
    way, left = moves("lead", there), moves(here, there)
    return left if way[-len(left) :] == left else []


def deal_calls(seen: Remote, values: Mapping[str, Any], given: Row) -> list[tuple[Any, ...]]:
    """The calls that change a deal: its fields as soon as it is in a state in which they are open. Raises CrmRefused."""
    state = seen.values["stage_id"]
    calls: list[tuple[Any, ...]] = []
    for action in moves(state, values.get("stage_id", state)):
        if given and state in EDITABLE:
            calls.append(("write", given))
            given = {}
        calls.append((action,))
        state = next(after for after, way in MOVES[state].items() if way == action)
    return [*calls, ("write", given)] if given else calls


def related(raw: Row, relation: str) -> Row:
    """The relation that makes the party a contact. Raises ValueError."""
    for found in raw["relations."]:
        if found["type."]["name"] == relation:
            return dict(found)
    raise ValueError(_("a contact of nobody"))


def belongings(raw: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
    """What to do with phones and addresses so that they become ours; `raw` is empty for a new party."""
    given: Row = {}
    changes = [_put(raw.get("contact_mechanisms.", ()), kind, values[kind]) for kind in MECHANISMS if kind in values]
    if any(changes):
        given["contact_mechanisms"] = [change for change in changes if change]
    if "address" in values:
        held, street = next(iter(raw.get("addresses.", ())), None), values["address"] or ""
        if held is None and street:
            given["addresses"] = [["create", [{"street": street}]]]
        elif held is not None and _address(raw) != street:
            if _line(held["full_address"]) != _line(held["street"]):
                words = _("An address in Tryton has parts, street and city and more: change it there.")
                raise CrmRefused(words, field="address")
            given["addresses"] = [["write", [held["id"]], {"street": street}]]
    return given


def deal_fields(values: Mapping[str, Any]) -> Row:
    """Their fields of a deal, but for the currency. The day it was closed is Tryton's to say."""
    given: Row = {theirs: values[ours] for ours, theirs in _TEXTS.items() if ours in values}
    given |= {theirs: int(values[ours]) if values[ours] else None for ours, theirs in _REFS.items() if ours in values}
    if values.get("created_on"):
        given["start_date"] = day(values["created_on"])
    if "expected_on" in values:
        given["end_date"] = day(values["expected_on"])
    if "amount_minor" in values:
        given["amount"] = decimal(values["amount_minor"])
    return given


def _put(held: Any, kind: str, value: str | None) -> list[Any]:
    first = next((one["id"] for one in held if one["type"] == kind), None)
    if first is None:
        return ["create", [{"type": kind, "value": value}]] if value else []
    return ["write", [first], {"value": value}] if value else ["delete", [first]]


def _person(raw: Row) -> Row:
    party = raw["party."]
    return {
        "name": clean_line(party["name"] or "", 200),
        "email": party["email"] or "",
        "is_active": bool(raw["active"]),
    }


def _party(entity: str, raw: Row, relation: str) -> tuple[Row, Row]:
    values: Row = {"name": clean_line(raw["name"] or "", 200) or f"#{raw['code']}", "address": _address(raw)}
    for kind in MECHANISMS:
        held = (one["value"] for one in raw["contact_mechanisms."] if one["type"] == kind)
        values[kind] = clean_line(next(held, ""), 200)
    if entity == "contact":
        values["account_id"] = str(related(raw, relation)["to"])
    kept = PARTY_FIELDS[entity]
    others = {name: value for name, value in values.items() if name not in kept}
    values = {name: value for name, value in values.items() if name in kept}
    return values, {"code": raw["code"], "active": raw["active"], **others}


def _deal(raw: Row) -> tuple[Row, Row]:
    state = raw["state"]
    if state not in _KINDS:
        raise ValueError(_("a stage we do not know: {stage}").format(stage=clean_line(str(state), 40)))
    is_open = _KINDS[state] == "open"
    values = {
        "name": clean_line(raw["description"] or f"#{raw['number']}", 300),
        "account_id": _ref(raw["party"]),
        "owner_id": _ref(raw["employee"]),
        "funnel_id": FUNNEL,
        "stage_id": state,
        "amount_minor": minor_units(raw["amount"]),
        "currency": raw["currency."]["code"],
        "created_on": raw["start_date"],
        "closed_on": None if is_open else raw["end_date"],
        "lost_reason": clean(raw["lost_reason"] or "", 500),
        **({"expected_on": raw["end_date"]} if is_open else {}),
    }
    share = raw["conversion_probability"]
    chance = f"{share:.0%}" if isinstance(share, float | int) else None
    return values, {"number": raw["number"], "conversion_probability": chance, "comment": raw["comment"]}


def _carried(entity: str, raw: Row) -> str | None:
    """Our id, where the row has one."""
    codes = [raw["reference"] or ""] if entity == "deal" else [str(one["code"]) for one in raw["identifiers."]]
    return next((code.removeprefix(CARRIED) for code in codes if code.startswith(CARRIED)), None)


def _version(entity: str, raw: Row) -> str:
    """What Tryton compares before it writes: a stamp of the row, and one of each row that belongs to it."""
    stamps = {f"{SOURCES[entity].model},{raw['id']}": raw["_timestamp"]}
    for path, model in (("contact_mechanisms.", "party.contact_mechanism"), ("addresses.", "party.address")):
        stamps |= {f"{model},{one['id']}": one["_timestamp"] for one in raw.get(path, ())}
    return json.dumps(stamps, sort_keys=True)


def _address(raw: Mapping[str, Any]) -> str:
    return _line(next((one["full_address"] for one in raw.get("addresses.", ())), ""))


def _line(text: str | None) -> str:
    return ", ".join(part.strip() for part in clean(text or "").splitlines() if part.strip())


def _ref(value: Any) -> str | None:
    return None if value is None else str(value)
