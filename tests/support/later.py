"""What comes to pass in the small company after a day that is looked back on: every kind of row is made, changed and removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cockpit.storage import rows
from cockpit.storage.records import to_wire
from tests.support.company import HEAD, LEAD, MATE, ME, TEAM, Company, at
from tests.support.month import Month, tell_month

EVE = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=at(20).tzinfo)
"""The moment that `--as-of 2026-11-20` means."""


@dataclass
class Story:
    """The company as it stood on the eve, and what will happen to it."""

    company: Company
    month: Month
    ids: dict[str, list[str]] = field(default_factory=dict)

    def put(self, entity: str, **values: Any) -> str:
        row_id = self.company.put(entity, **values)
        self.ids.setdefault(entity, []).append(row_id)
        return row_id


def tell_eve(company: Company) -> Story:
    """Two months of rows of every kind, all recorded before the eve; two of each kind are there to be changed and removed."""
    story = Story(company, tell_month(company))
    theirs = tell_month(company, MATE)
    for month in (story.month, theirs):
        account, deal = month.accounts[0], month.open["ready"]
        for name in ("王总", "李工", "陈总"):
            story.put("contact", account_id=account, name=name, decision_role="decider" if name == "陈总" else "")
            story.put("contact", account_id=month.accounts[1], name=name + "二")
        for weekday in (0, 1, 2):
            story.put("opening_window", account_id=account, weekday=weekday, opens="09:00", closes="17:00")
        for stage in ("stage-1", "stage-2"):
            story.put("milestone_done", deal_id=deal, stage_id=stage, done_at=at(10), owner_id=None)
        story.put(
            "waiver",
            rule="yesterday",
            subject_id=ME,
            period_start=date(2026, 11, 19),
            reason="ill",
            until_on=date(2026, 11, 30),
            owner_id=ME,
        )
        story.put(
            "waiver",
            rule="kpi",
            subject_id=month.kpi,
            period_start=date(2026, 11, 1),
            reason="fair",
            until_on=date(2026, 11, 30),
            owner_id=ME,
        )
        for number in range(12):
            story.ids.setdefault("activity", []).append(
                company.activity(
                    at(3 + number, "15:00"), "held", rep=ME, account_id=month.accounts[number % 8], result="talked"
                )
            )
        for number in range(9):
            owner = ME if month is story.month else MATE
            made = company.deal(
                f"{'won' if number % 2 else 'lost'} early {number}",
                "stage-won" if number % 2 else "stage-lost",
                3_000_000 + number * 100_000,
                owner,
                account_id=month.accounts[number % 8],
                created_on=date(2026, 7, 1 + number),
                closed_on=date(2026, 9, 1 + number),
            )
            story.ids.setdefault("deal", []).append(made)
        story.ids["deal"][:0] = [month.open["late"], month.open["ready"]]
        story.ids.setdefault("account", []).extend(month.accounts)
        story.ids.setdefault("target", []).append(month.target)
        story.ids.setdefault("kpi_rule", []).extend([month.kpi, month.calls])
    story.put(
        "target",
        metric="won_amount",
        scope_kind="team",
        scope_id=TEAM,
        owner_id=LEAD,
        period_kind="month",
        period_start=date(2026, 11, 1),
        value=60_000_000,
    )
    for on in (date(2026, 11, 12), date(2026, 11, 25), date(2026, 11, 26)):
        story.put("calendar_day", on=on, kind="holiday", name="a holiday")
    for day in (17, 27):
        story.put("absence", person_id=ME, from_on=date(2026, 11, day), to_on=date(2026, 11, day), reason="leave")
    for name in ("pump", "valve"):
        story.put("product", name=name, list_price_minor=100_000)
    story.put("funnel", id="funnel-2", name="线上", alias="Online")
    story.put("stage", id="trial", funnel_id="funnel-2", name="试用", alias="Trial", position=1, probability=20)
    story.put(
        "stage", id="review", funnel_id="funnel-1", name="复核", alias="Review", position=9, probability=90, days=4
    )
    return story


CHANGES: dict[str, dict[str, Any]] = {
    "team": {"name": "华东九组", "alias": "East-9"},
    "person": {"name": "张伟二", "bonus_base_minor": 900_000, "rung": "标杆"},
    "calendar_day": {"kind": "makeup", "on": date(2026, 11, 14)},
    "absence": {"from_on": date(2026, 11, 26), "to_on": date(2026, 11, 30)},
    "funnel": {"name": "别的", "alias": "Other"},
    "stage": {"name": "新名", "alias": "Renamed", "probability": 5, "days": 2, "milestone": "another?"},
    "product": {"name": "engine"},
    "kpi_rule": {"minimum": 30, "name": "thirty"},
    "target": {"value": 99_000_000, "agreed_by_rep_at": datetime(2026, 11, 23, tzinfo=UTC)},
    "account": {"name": "改名", "tier": "A", "lifecycle": "prospect", "cadence_days": 3, "owner_id": HEAD},
    "opening_window": {"opens": "13:00"},
    "contact": {"name": "别人", "stance": -2, "decision_role": "decider"},
    "deal": {
        "name": "renamed",
        "amount_minor": 77_700_000,
        "stage_id": "stage-won",
        "closed_on": date(2026, 11, 23),
        "owner_id": HEAD,
    },
    "milestone_done": {"stage_id": "stage-3"},
    "activity": {"status": "cancelled", "reason": "no", "starts_at": at(23, "18:00"), "rep_id": HEAD, "owner_id": HEAD},
    "waiver": {"until_on": date(2026, 11, 21), "reason": "other"},
}
"""Another value of one row of each kind that the change log follows."""


def go_on(story: Story) -> None:
    """Four days in which one row of each kind is changed, one removed and one made; all recorded after the eve."""
    company, later = story.company, at(23, "17:00")
    subjects = {**story.ids, "team": [TEAM], "person": [ME], "stage": ["stage-2", story.ids["stage"][1]]}
    for number, (entity, values) in enumerate(CHANGES.items()):
        found = subjects[entity]
        company.change(entity, found[0], at(21, f"{9 + number % 8:02}:00"), **values)
        if len(found) > 1:
            remove(company, entity, found[-1], later)
    tell_newcomers(company, later)


def tell_newcomers(company: Company, recorded: datetime) -> None:
    """New rows of each kind, dated on and before the eve as well as after it, but told of later only."""
    new = company.account("新客户", "A", recorded_at=recorded)
    for day in (19, 24):
        company.activity(at(day), "held", account_id=new, recorded_at=recorded)
        company.activity(at(day, "11:00"), account_id=new, recorded_at=recorded)
        company.deal(
            f"new {day}",
            "stage-won",
            5_000_000,
            account_id=new,
            closed_on=date(2026, 11, day),
            created_on=date(2026, 11, 2),
            recorded_at=recorded,
        )
    late = company.deal(
        "new open", "stage-2", 9_000_000, account_id=new, expected_on=date(2026, 11, 28), recorded_at=recorded
    )
    company.put("contact", recorded, account_id=company_first_account(company), name="来者", decision_role="decider")
    company.put(
        "opening_window", recorded, account_id=company_first_account(company), weekday=4, opens="10:00", closes="11:00"
    )
    company.put("milestone_done", recorded, deal_id=late, stage_id="stage-1", done_at=at(20))
    company.put(
        "waiver",
        recorded,
        rule="yesterday",
        subject_id=MATE,
        period_start=date(2026, 11, 20),
        reason="x",
        until_on=date(2026, 12, 1),
    )
    company.put(
        "target",
        recorded,
        metric="won_count",
        scope_kind="person",
        scope_id=ME,
        owner_id=ME,
        period_kind="month",
        period_start=date(2026, 11, 1),
        value=7,
        unit="count",
    )
    company.put("kpi_rule", recorded, name="new rule", kind="call", minimum=40, consequence_value=300)
    company.put("calendar_day", recorded, on=date(2026, 11, 27), kind="holiday", name="new")
    company.put("absence", recorded, person_id=ME, from_on=date(2026, 11, 18), to_on=date(2026, 11, 18))
    company.put("product", recorded, name="new")
    company.put("person", recorded, id="rep-9", name="新人", role="rep", team_id=TEAM, bonus_base_minor=1)
    company.put("funnel", recorded, id="funnel-9", name="新漏斗")
    company.put("stage", recorded, id="stage-9", funnel_id="funnel-1", name="新阶段", position=2, probability=40)


def company_first_account(company: Company) -> str:
    """The account of the first visit of the month."""
    return "account-1"


def remove(company: Company, entity: str, row_id: str, recorded_at: datetime) -> None:
    """A row deleted as the hub would have told it: its log entry keeps what it was."""
    with company.database.write() as session:
        row = rows.find(session, entity, row_id)
        assert row is not None
        session.add(company._entry(entity, row_id, "delete", recorded_at, to_wire(row, entity), {}))
        rows.remove(session, entity, row_id)
