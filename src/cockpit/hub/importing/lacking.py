"""What a CRM has no place for, from a CSV file into the hub: KPI rules, opening hours, hours of planned visits, nudges. All
lines or none; again it brings up to date. It stays at the hub: nothing of it is written to a CRM.

Targets have their own door (`cockpit targets import`): their sums are looked at there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cockpit.domain.card_rules import RULES
from cockpit.domain.entities import NUDGE_ANSWERS, ActivityKind, Tier
from cockpit.domain.nudges import OF_DEAL
from cockpit.domain.periods import PeriodKind
from cockpit.errors import BadUse
from cockpit.hub import intake, revisions, store
from cockpit.hub.problems import Problem
from cockpit.i18n import _, listed
from cockpit.services.target_import import read_table
from cockpit.storage import rows
from cockpit.storage.records import to_wire, wire_value
from cockpit.storage.tables import AccountRow, ActivityRow, DealRow, KpiRuleRow, PersonRow, TeamRow

SOURCE = "csv"
ACTOR = "import:csv"
MOST_PROBLEMS = 12
_SPACE = uuid.UUID("6a2f6a57-7e0c-5f0f-8a37-0c9b8a6ad0c1")
_WEEKDAYS = {name: number for names in ("1234567", "一二三四五六日") for number, name in enumerate(names)}
_TITLES = {
    "名称": "name", "最少": "minimum", "别名": "alias", "类型": "kind", "等级": "tiers", "周期": "period", "团队": "team",
    "上级": "parent", "奖金": "bonus", "从": "from", "到": "to", "客户": "account", "星期": "weekday", "开门": "opens",
    "关门": "closes", "日期": "day", "开始": "starts", "结束": "ends", "销售": "rep", "规则": "rule", "提醒": "message",
    "发出": "sent", "关于": "subject", "组长": "lead", "已读": "seen", "回复": "answer", "原因": "reason",
}  # fmt: skip

Cells = Mapping[str, str]
Hours = frozenset[time]
"""At which hour stands here what has none at the CRM: `day_starts` of the connections."""


@dataclass(frozen=True, slots=True)
class Done:
    written: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Form:
    """The columns of a kind of file, and what a line of it changes."""

    needed: tuple[str, ...]
    may: tuple[str, ...]
    change: Callable[[Session, Cells, Hours], tuple[str, str, dict[str, Any]]]


def take(session: Session, kind: str, path: Path, now: datetime, hours: Hours = frozenset()) -> Done:
    """Bring the hub to what the file says. Raises BadUse with every line that is wrong; then nothing is changed."""
    revisions.lock(session)
    form = _FORMS[kind]
    written, unchanged, problems = 0, 0, list[str]()
    for number, cells in _lines(path, form):
        try:
            entity, row_id, values = form.change(session, cells, hours)
            values = intake.canonical(entity, values)
            intake.measure(entity, values)
        except (BadUse, Problem, ValueError) as error:
            reason = error.detail if isinstance(error, BadUse | Problem) else str(error)
            problems.append(_("line {number}: {reason}").format(number=number, reason=reason))
            continue
        if _put(session, entity, row_id, values, now):
            written += 1
        else:
            unchanged += 1
    if problems:
        left = len(problems) - MOST_PROBLEMS
        more = [_("and {count} more").format(count=left)] if left > 0 else []
        raise BadUse("\n".join([_("Nothing was imported."), *problems[:MOST_PROBLEMS], *more]))
    return Done(written, unchanged)


def _lines(path: Path, form: _Form) -> Iterator[tuple[int, Cells]]:
    table = read_table(path)
    names = [_TITLES.get(title, title) for title in table[0]] if table else []
    wrong = [name for name in form.needed if names.count(name) != 1]
    if wrong:
        words = _(
            "{path}: the first line must name the columns {needed} once each; missing: {list}. It may name {may}."
        )
        raise BadUse(
            words.format(path=path, needed=listed(form.needed), list=listed(wrong), may=listed(form.may) or "-")
        )
    for number, row in enumerate(table[1:], 2):
        cells = {name: cell for name, cell in zip(names, row) if name in (*form.needed, *form.may)}
        if any(cells.values()):
            yield number, {name: cells.get(name, "") for name in (*form.needed, *form.may)}


def _put(session: Session, entity: str, row_id: str, values: dict[str, Any], now: datetime) -> bool:
    row = rows.find(session, entity, row_id)
    stored = to_wire(row, entity) if row is not None else {}
    changed = {name: value for name, value in values.items() if stored.get(name) != value}
    if not changed:
        return False
    change = store.Change(entity, row_id, "patch", changed)
    if row is None:
        change = store.Change(entity, row_id, "create", {**values, "external_source": SOURCE})
    store.apply(session, change, actor_id=ACTOR, recorded_at=now)
    session.flush()
    return True


# -- kinds -------------------------------------------------------------------------------------------------------------


def _rule(session: Session, cells: Cells, _hours: Hours) -> tuple[str, str, dict[str, Any]]:
    """`bonus` is the share of the bonus base in percent that is lost below the minimum."""
    if not cells["name"]:
        raise BadUse(_("a name is needed"))
    minimum = _whole(cells["minimum"], "minimum")
    team_id = _one(session, TeamRow, cells["team"]).id if cells["team"] else None
    parent_id = _rule_id(session, cells["parent"], team_id) if cells["parent"] else None
    values = {
        "name": cells["name"],
        "alias": cells["alias"],
        "kind": cells["kind"] or "visit",
        "tiers": cells["tiers"].upper(),
        "period_kind": cells["period"] or "month",
        "scope_id": team_id,
        "parent_id": parent_id,
        "minimum": minimum,
        "consequence_value": round(_number(cells["bonus"] or "0", "bonus") * 100),
        "from_on": _day(cells["from"]).isoformat() if cells["from"] else None,
        "to_on": _day(cells["to"]).isoformat() if cells["to"] else None,
    }
    allowed: dict[str, tuple[str, ...]] = {"period_kind": get_args(PeriodKind), "kind": get_args(ActivityKind)}
    for name, known in allowed.items():
        if values[name] not in known:
            words = _("{value} is not known. Allowed: {names}.")
            raise BadUse(words.format(value=values[name], names=listed(known)))
    if set(cells["tiers"].upper()) - set(get_args(Tier)):
        raise BadUse(_("{value} is not known. Allowed: {names}.").format(value=cells["tiers"], names="A, AB, ABC"))
    return "kpi_rule", _id("kpi_rule", cells["name"], team_id or ""), values


def _rule_id(session: Session, name: str, team_id: str | None) -> str:
    for row_id in (_id("kpi_rule", name, team_id or ""), _id("kpi_rule", name, "")):
        if session.get(KpiRuleRow, row_id) is not None:
            return row_id
    rule: KpiRuleRow = _one(session, KpiRuleRow, name)
    return rule.id


def _opening(session: Session, cells: Cells, _hours: Hours) -> tuple[str, str, dict[str, Any]]:
    account = _one(session, AccountRow, cells["account"])
    text = cells["weekday"].removeprefix("周").removeprefix("星期")
    if text not in _WEEKDAYS:
        raise BadUse(_("the weekday is 1 (Monday) to 7, not {value}").format(value=cells["weekday"] or "-"))
    opens, closes = _hour(cells["opens"]), _hour(cells["closes"])
    if closes <= opens:
        raise BadUse(_("it closes before it opens"))
    values = {
        "account_id": account.id,
        "owner_id": account.owner_id,
        "weekday": _WEEKDAYS[text],
        "opens": f"{opens:%H:%M}",
        "closes": f"{closes:%H:%M}",
    }
    return "opening_window", _id("opening_window", account.id, text, values["opens"]), values


def _visit(session: Session, cells: Cells, hours: Hours) -> tuple[str, str, dict[str, Any]]:
    """The hour of the one planned visit of that day: a CRM may have kept no more than the day. Where it keeps the hour too
    nothing is changed here, as nothing is written there."""
    account, day = _one(session, AccountRow, cells["account"]), _day(cells["day"])
    mine = select(ActivityRow).where(ActivityRow.account_id == account.id, ActivityRow.status == "planned")
    found = [
        one for one in session.exec(mine).all() if one.starts_at.astimezone(_zone(session, one.rep_id)).date() == day
    ]
    if cells["rep"]:
        rep_id = _one(session, PersonRow, cells["rep"]).id
        found = [one for one in found if one.rep_id == rep_id]
    if len(found) != 1:
        words = _("{count} visits of {account} are planned on {day}; one is needed, rep narrows it")
        raise BadUse(words.format(count=len(found), account=account.name, day=day))
    (visit,) = found
    zone = _zone(session, visit.rep_id)
    starts = datetime.combine(day, _hour(cells["starts"]), zone).astimezone(UTC)
    if visit.origin == "crm" and starts != visit.starts_at and visit.starts_at.astimezone(zone).time() not in hours:
        raise BadUse(_("the visit has an hour already: move it in Cockpit or in the CRM"))
    lasts = visit.ends_at - visit.starts_at if visit.ends_at else timedelta(hours=1)
    ends = datetime.combine(day, _hour(cells["ends"]), zone).astimezone(UTC) if cells["ends"] else None
    if ends is not None and ends <= starts:
        raise BadUse(_("it ends before it starts"))
    return "activity", visit.id, {"starts_at": wire_value(starts), "ends_at": wire_value(ends or starts + lasts)}


def _zone(session: Session, rep_id: str) -> ZoneInfo:
    rep = session.get(PersonRow, rep_id)
    team = session.get(TeamRow, rep.team_id) if rep is not None and rep.team_id else None
    return ZoneInfo(team.time_zone if team is not None and team.time_zone else "UTC")


def _nudge(session: Session, cells: Cells, _hours: Hours) -> tuple[str, str, dict[str, Any]]:
    """A lead's nudge of before. `subject` is a KPI rule, deal or visit by name or id; the rep himself where none is said."""
    rep = _one(session, PersonRow, cells["rep"])
    if cells["rule"] not in RULES:
        words = _("{value} is not known. Allowed: {names}.")
        raise BadUse(words.format(value=cells["rule"] or "-", names=listed(RULES)))
    if cells["answer"] not in ("", *NUDGE_ANSWERS):
        words = _("{value} is not known. Allowed: {names}.")
        raise BadUse(words.format(value=cells["answer"], names=listed(NUDGE_ANSWERS)))
    if not cells["message"]:
        raise BadUse(_("a message is needed"))
    leads = select(PersonRow).where(PersonRow.team_id == rep.team_id, PersonRow.role == "team_lead").limit(1)
    lead = _one(session, PersonRow, cells["lead"]) if cells["lead"] else session.exec(leads).first()
    table: Any = KpiRuleRow if cells["rule"] == "kpi_uncovered" else DealRow if cells["rule"] in OF_DEAL else None
    subject = cells["subject"] or rep.id
    if table is not None:
        subject = _one(session, table, cells["subject"]).id
    zone = _zone(session, rep.id)
    sent, seen = _moment(cells["sent"], zone), _moment(cells["seen"], zone) if cells["seen"] else None
    if seen is not None and seen < sent:
        raise BadUse(_("it was seen before it was sent"))
    values = {
        "owner_id": rep.id,
        "by_id": lead.id if lead is not None else None,
        "rule": cells["rule"],
        "subject_id": subject,
        "message": cells["message"],
        "sent_at": wire_value(sent),
        "seen_at": wire_value(seen),
        "answer": cells["answer"] or None,
        "answer_reason": cells["reason"],
        "answered_at": wire_value(seen) if cells["answer"] else None,
    }
    return "nudge", _id("nudge", rep.id, cells["rule"], subject, sent.isoformat()), values


_FORMS = {
    "nudges": _Form(("rep", "rule", "message", "sent"), ("subject", "lead", "seen", "answer", "reason"), _nudge),
    "rules": _Form(
        ("name", "minimum"), ("alias", "kind", "tiers", "period", "team", "parent", "bonus", "from", "to"), _rule
    ),
    "opening-hours": _Form(("account", "weekday", "opens", "closes"), (), _opening),
    "visit-hours": _Form(("account", "day", "starts"), ("ends", "rep"), _visit),
}
KINDS = tuple(_FORMS)


# -- cells -------------------------------------------------------------------------------------------------------------


def _one(session: Session, table: Any, text: str) -> Any:
    """The one row that is called so, or has that id here or where it came from."""
    named = (col(table.id) == text) | (col(table.name) == text) | (col(table.external_ref) == text)
    if hasattr(table, "alias"):
        named |= col(table.alias) == text
    found = session.exec(select(table).where(named).limit(2)).all() if text else []
    if len(found) != 1:
        words = _("nothing is called {name}") if not found else _("several are called {name}: give the id")
        raise BadUse(words.format(name=text or "-"))
    return found[0]


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, "\n".join(parts)))


def _number(text: str, name: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        raise BadUse(_("{name} is a number, not {value}").format(name=name, value=text or "-")) from None


def _whole(text: str, name: str) -> int:
    number = _number(text, name)
    if number != int(number) or number < 0:
        raise BadUse(_("{name} is a number, not {value}").format(name=name, value=text))
    return int(number)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=text or "-")) from None


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment, in the rep's time zone where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadUse(_("{text} is not a moment like 2026-11-24 09:20.").format(text=text or "-")) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text if ":" not in text or len(text) >= 5 else f"0{text}")
    except ValueError:
        raise BadUse(_("an hour like 09:00 is needed")) from None
