"""Conflicts and sync errors in the user's words: names for ids, money and times in the language's own form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cockpit.i18n import N_, _, clock_time, exact_money, labelled, long_day, short_day, spoken
from cockpit.services import typed_values
from cockpit.services.field_names import FIELDS, field_name
from cockpit.services.snapshots import ConflictItem
from cockpit.storage import meta, rows
from cockpit.storage import tables as t
from cockpit.storage.records import column_types, to_wire
from cockpit.sync.answers import can_keep_both

_WHOLE_ROW = N_("the whole row")
_NAMED = {
    "account_id": "account",
    "companion_id": "person",
    "contact_id": "contact",
    "deal_id": "deal",
    "owner_id": "person",
    "product_id": "product",
    "rep_id": "person",
    "stage_id": "stage",
}
_ERRORS = {
    "HubUnavailable": N_("The hub did not answer."),
    "ServerFault": N_("The hub had a fault of its own."),
    "HubBusy": N_("The hub asked to wait."),
    "SignInNeeded": N_("Sign in again."),
    "UntrustedHub": N_("The hub could not be trusted; nothing was sent."),
    "VersionTooOld": N_("The hub speaks a newer version. Update Cockpit."),
    "ShrinkNeedsAnswer": N_("The hub would remove most rows here and waits for a yes."),
}
_CHOICES = {
    "mine": N_("Answered: mine"),
    "theirs": N_("Answered: theirs"),
    "both": N_("Answered: both texts"),
    "edit": N_("Answered: a third value"),
}
_RECORD = N_("Answered: mine for the whole record")


def can_attach(session: Session, conflict: t.ConflictRow) -> bool:
    """Whether another account is an answer: the row is no longer at the hub, and its account is not here either."""
    if conflict.kind not in ("missing", "delete_edit") or "account_id" not in column_types(conflict.entity):
        return False
    row = rows.find(session, conflict.entity, conflict.entity_id)
    account_id = getattr(row, "account_id", None)
    return row is not None and (account_id is None or session.get(t.AccountRow, account_id) is None)


def of_choice(session: Session, conflict_id: str, choice: str, *, is_whole_record: bool = False) -> str:
    """What was answered, about which field of which row."""
    conflict = session.get(t.ConflictRow, conflict_id)
    if conflict is None:
        return _(_CHOICES[choice])
    if is_whole_record and choice == "mine":
        row = rows.find(session, conflict.entity, conflict.entity_id)
        subject = _subject(session, conflict, to_wire(row, conflict.entity) if row is not None else {})
        return _(", ").join(part for part in (_(_RECORD), subject) if part)
    row = rows.find(session, conflict.entity, conflict.entity_id)
    subject = _subject(session, conflict, to_wire(row, conflict.entity) if row is not None else {})
    return _(", ").join(part for part in (_(_CHOICES[choice]), subject, _field_text(conflict)) if part)


def of_error(kind: str) -> str:
    """What stopped the last sync, by the class name of its error; empty when nothing did."""
    if not kind:
        return ""
    return _(_ERRORS.get(kind, N_("The last sync did not end well.")))


def open_conflicts(session: Session) -> tuple[ConflictItem, ...]:
    """Every open conflict with both values as a person reads them, oldest first."""
    found = session.exec(
        select(t.ConflictRow)
        .where(col(t.ConflictRow.state) == "open")
        .order_by(col(t.ConflictRow.opened_at), col(t.ConflictRow.id))
    ).all()
    zone = _zone(session)
    return tuple(_item(session, conflict, zone) for conflict in found)


def _item(session: Session, conflict: t.ConflictRow, zone: ZoneInfo) -> ConflictItem:
    row = rows.find(session, conflict.entity, conflict.entity_id)
    shown = to_wire(row, conflict.entity) if row is not None else {}
    by_id, at = _who(session, conflict)
    person = session.get(t.PersonRow, by_id) if by_id else None
    held = session.exec(select(t.OutboxRow).where(t.OutboxRow.mutation_id == conflict.mutation_id)).first()
    mine_now = shown.get(conflict.field, conflict.mine)  # it takes in what was typed since
    base, mine, theirs = (
        _value(session, conflict, value, shown, zone) for value in (conflict.base, mine_now, conflict.theirs)
    )
    if conflict.kind in ("delete_edit", "missing"):
        base, theirs = "", _("deleted") if conflict.kind == "delete_edit" else _("no longer there")
    elif conflict.kind == "edit_delete":
        base, mine = "", _("deleted")
    my_text = _my_text(held, conflict, mine_now)
    if not conflict.field and not mine:
        mine = my_text.replace("\n", _(", "))
    return ConflictItem(
        id=conflict.id,
        entity=conflict.entity,
        entity_id=conflict.entity_id,
        subject=_subject(session, conflict, shown),
        field=conflict.field,
        field_text=_field_text(conflict),
        kind=conflict.kind,
        base=base,
        mine=mine,
        theirs=theirs,
        theirs_by=spoken(person.name, person.alias) if person is not None else (by_id or ""),
        theirs_at=at.astimezone(zone) if at is not None else None,
        can_keep_both=can_keep_both(conflict),
        mine_at=held.occurred_at.astimezone(zone) if held is not None else None,
        can_edit=bool(conflict.field) and typed_values.can_type(conflict.entity, conflict.field),
        can_attach=can_attach(session, conflict),
        typed=typed_values.as_typed(conflict.entity, conflict.field, mine_now, zone) if conflict.field else "",
        my_text=my_text,
    )


def _my_text(held: t.OutboxRow | None, conflict: t.ConflictRow, mine_now: Any) -> str:
    """What I wrote, one field a line, for the clipboard: a deletion that is accepted takes the row away."""
    mine = conflict.mine if isinstance(conflict.mine, dict) else held.patch if held is not None else {}
    if conflict.field:
        mine = {conflict.field: mine_now}
    texts = (labelled(field_name(name), value) for name, value in mine.items() if name in FIELDS and value)
    return "\n".join(texts)


def _field_text(conflict: t.ConflictRow) -> str:
    return _(FIELDS.get(conflict.field, conflict.field)) if conflict.field else _(_WHOLE_ROW)


def _subject(session: Session, conflict: t.ConflictRow, shown: dict[str, Any]) -> str:
    """A name a person knows the row by."""
    if not shown:
        held = session.exec(select(t.OutboxRow).where(t.OutboxRow.mutation_id == conflict.mutation_id)).first()
        shown = dict(held.base) if held is not None else {}
    account = session.get(t.AccountRow, shown.get("account_id") or "")
    if conflict.entity == "target":
        scope = shown.get("scope_id") or ""
        whose = session.get(t.PersonRow, scope) or session.get(t.TeamRow, scope)
        return f"{whose.name if whose else scope}, {str(shown.get('period_start', ''))[:7]}"
    name = str(shown.get("name") or (account.name if account is not None else "") or shown.get("subject") or "")
    starts_at = shown.get("starts_at")
    if not conflict.field and isinstance(starts_at, str):  # which of the visits of one customer
        day = short_day(datetime.fromisoformat(starts_at).astimezone(_zone(session)).date())
        return _(", ").join(part for part in (name, day) if part)
    return name


def _who(session: Session, conflict: t.ConflictRow) -> tuple[str | None, datetime | None]:
    """Who wrote the other value and when: as the hub said, else by the newest log entry of that field."""
    if conflict.theirs_by is not None:
        return conflict.theirs_by, conflict.theirs_at
    entries = session.exec(
        select(t.ChangeLogRow)
        .where(
            t.ChangeLogRow.entity == conflict.entity,
            t.ChangeLogRow.entity_id == conflict.entity_id,
            col(t.ChangeLogRow.rev) > 0,
        )
        .order_by(col(t.ChangeLogRow.rev).desc())
        .limit(50)
    )
    for entry in entries:
        if not conflict.field or conflict.field in entry.after:
            return entry.actor_id, entry.recorded_at
    return None, conflict.theirs_at


def _value(session: Session, conflict: t.ConflictRow, value: Any, shown: dict[str, Any], zone: ZoneInfo) -> str:
    """One side's value as text; a whole row as its named fields."""
    if isinstance(value, dict):
        parts = (
            labelled(_(FIELDS[name]), text)
            for name, one in value.items()
            if name in FIELDS and (text := _field(session, conflict.entity, name, one, shown, zone))
        )
        return "; ".join(parts)
    return _field(session, conflict.entity, conflict.field, value, shown, zone)


def _field(session: Session, entity: str, name: str, value: Any, shown: dict[str, Any], zone: ZoneInfo) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    is_money = name.endswith("_minor") or (entity, name, shown.get("unit")) == ("target", "value", "money")
    if is_money and isinstance(value, int):
        return exact_money(value, str(shown.get("currency") or "CNY"))
    if name in _NAMED and isinstance(value, str):
        named = rows.find(session, _NAMED[name], value)
        return str(getattr(named, "name", value))
    if isinstance(value, str) and (word := typed_values.code_word(name, value)):
        return word
    kind = column_types(entity).get(name)
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value).astimezone(zone)
        return f"{long_day(moment.date())} {clock_time(moment)}"
    if kind is date and isinstance(value, str):
        return long_day(date.fromisoformat(value))
    return str(value)


def _zone(session: Session) -> ZoneInfo:
    me = session.get(t.PersonRow, meta.get(session, "person_id"))
    team = session.get(t.TeamRow, me.team_id) if me is not None and me.team_id else None
    return ZoneInfo(team.time_zone if team is not None else "UTC")
