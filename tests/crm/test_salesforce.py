"""The Salesforce connector against the stand-in: both ways of every row, and what goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cockpit.crm.connector import OWN, Access, CrmCursorLost, CrmForbidden, CrmRefused, CrmStale
from cockpit.crm.salesforce import Salesforce, connect
from cockpit.errors import BadUse, HubBusy, HubUnavailable, SignInNeeded, VersionTooOld
from tests.crm.fakes.base import CLIENT_ID, CLIENT_SECRET, VirtualTime
from tests.crm.fakes.salesforce import FakeSalesforce
from tests.crm.reading import last_cursor, one, rows, set_ones

OUR_ID = "0194a6d2-7e1c-7a3b-8c55-3f1e2d4c5b6a"


@pytest.fixture
def fake() -> FakeSalesforce:
    return FakeSalesforce()


@pytest.fixture
def crm(fake: FakeSalesforce) -> Salesforce:
    return connected(fake)


def connected(fake: FakeSalesforce, secret: str = "", kept: list[str] | None = None, **options: str) -> Salesforce:
    keep = (kept if kept is not None else []).append
    url, wait = "https://acme.my.salesforce.com", VirtualTime(fake).wait
    return connect(Access(url, secret or fake.access, wait, keep, transport=fake.transport(), options=options))


def deal(**values: Any) -> dict[str, Any]:
    return {"Name": "Robots", "StageName": "Prospecting", "CloseDate": "2027-01-31", **values}


def test_who_we_are_and_what_is_missing(fake: FakeSalesforce, crm: Salesforce) -> None:
    found = crm.greet()
    assert (found.user_id, found.user_name, found.forbidden) == (fake.users[0]["Id"], "Rep One", ())
    fake.custom["Event"].remove("Cockpit_Id__c")
    fake.forbidden = {"Contact"}
    other = connected(fake)
    assert other.greet().forbidden == ("contact",)
    assert any("Cockpit_Id__c" in words for words in other.can.lacks)
    with pytest.raises(CrmForbidden):
        rows(other.changes("contact", ""))
    with pytest.raises(CrmRefused, match="administrator"):
        other.create("activity", OUR_ID, {"kind": "visit", "starts_at": "2026-11-24T01:00:00Z"})
    fake.version = "40.0"
    with pytest.raises(VersionTooOld):
        connected(fake).greet()


def test_people_teams_funnel_and_stages(crm: Salesforce) -> None:
    assert [row.values for row in rows(crm.snapshot("team"))] == [
        {"name": "North", "parent_id": "00E2"},
        {"name": "Company", "parent_id": None},
    ]
    people = rows(crm.snapshot("person"))
    assert [(row.values["name"], row.values["team_id"]) for row in people] == [("Rep One", "00E1"), ("Rep Two", None)]
    funnel = one(crm.snapshot("funnel"))
    stages = {row.id: row.values for row in rows(crm.snapshot("stage"))}
    assert {row["funnel_id"] for row in stages.values()} == {funnel.id}
    assert [(name, row["kind"], row["probability"]) for name, row in stages.items()] == [
        ("Prospecting", "open", 10), ("Negotiation", "open", 80), ("Closed Won", "won", 100), ("Closed Lost", "lost", 0),
    ]  # fmt: skip


def test_a_deal_both_ways(fake: FakeSalesforce, crm: Salesforce) -> None:
    account = crm.create(
        "account", "acc", {"name": "Acme", "industry": "Steel", "phone": "1", "address": "Main St", "owner_id": None}
    )
    made = crm.create(
        "deal",
        OUR_ID,
        {
            "name": "Robots", "owner_id": fake.users[1]["Id"], "account_id": account.id, "funnel_id": "opportunities",
            "stage_id": "Negotiation", "amount_minor": 1_234_56, "currency": "EUR", "expected_on": "2027-01-31", "closed_on": None,
        },
    )  # fmt: skip
    assert made == crm.read("deal", made.id) == crm.find("deal", OUR_ID, {})
    assert (made.row_id, made.values["amount_minor"], made.values["currency"]) == (OUR_ID, 123456, "EUR")
    assert (made.values["expected_on"], made.values["closed_on"]) == ("2027-01-31", None)
    won = crm.update("deal", made, {"stage_id": "Closed Won", "closed_on": "2026-11-20", "amount_minor": None})
    assert (won.values["stage_id"], won.values["closed_on"], won.values["amount_minor"]) == (
        "Closed Won",
        "2026-11-20",
        None,
    )
    assert "expected_on" not in won.values


def test_a_stale_update_is_refused_there(fake: FakeSalesforce, crm: Salesforce) -> None:
    row = fake.add("Opportunity", **deal())
    seen = crm.read("deal", row["Id"])
    assert seen is not None
    fake.tick(5)
    fake.edit("Opportunity", row["Id"], Amount=5)
    with pytest.raises(CrmStale):
        crm.update("deal", seen, {"name": "B"})
    assert row["Name"] == "Robots"


def test_one_currency_must_be_said(fake: FakeSalesforce) -> None:
    fake.is_multi_currency = False
    with pytest.raises(BadUse, match="currency"):
        connected(fake).greet()
    crm = connected(fake, currency="cny")
    fake.add("Opportunity", **deal(Amount=12.5))
    assert one(crm.snapshot("deal")).values.items() >= {"amount_minor": 1250, "currency": "CNY"}.items()
    with pytest.raises(CrmRefused, match="one currency: CNY"):
        crm.create("deal", "x", {"name": "A", "currency": "EUR"})


def test_a_deal_without_amount_or_close_date_or_with_an_unknown_stage(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.add("Opportunity", **deal(StageName="Retired stage"))
    found = one(crm.snapshot("deal"))
    assert (found.values["amount_minor"], found.values["stage_id"]) == (None, "Retired stage")
    with pytest.raises(CrmRefused, match="CloseDate"):
        crm.create("deal", "x", {"name": "A", "stage_id": "Prospecting", "expected_on": None})
    with pytest.raises(CrmRefused, match="restricted picklist"):
        crm.create("deal", "x", {"name": "A", "stage_id": "nowhere", "expected_on": "2027-01-31"})


def test_a_contact_both_ways(fake: FakeSalesforce, crm: Salesforce) -> None:
    account = fake.add("Account", Name="Acme")
    values = {
        "account_id": account["Id"],
        "name": "Ana de Souza",
        "title": "CEO",
        "phone": "1",
        "mobile": "2",
        "email": "a@b.c",
    }
    made = crm.create("contact", OUR_ID, values)
    assert made.values == values
    assert crm.update("contact", made, {"name": "王小明"}).values["name"] == "王小明"


@pytest.mark.parametrize(
    ("kind", "object_"), [("visit", "Event"), ("web", "Event"), ("call", "Task"), ("task", "Task")]
)
def test_an_activity_both_ways(fake: FakeSalesforce, kind: str, object_: str) -> None:
    crm = connected(fake, zone="Asia/Shanghai")
    account = fake.add("Account", Name="Acme")
    opportunity = fake.add("Opportunity", **deal(AccountId=account["Id"]))
    contact = fake.add("Contact", LastName="A")
    values = {
        "rep_id": fake.users[1]["Id"], "kind": kind, "status": "planned", "account_id": account["Id"], "deal_id": opportunity["Id"],
        "contact_id": contact["Id"], "starts_at": "2026-11-24T23:00:00.000000Z", "ends_at": "2026-11-25T00:30:00.000000Z",
        "subject": "First", "result": "",
    }  # fmt: skip
    made = crm.create("activity", OUR_ID, values)
    assert made.id.startswith(f"{object_}:")
    assert crm.find("activity", OUR_ID, values) == made == crm.read("activity", made.id)
    expected = {**values, "starts_at": "2026-11-24T23:00:00Z", "ends_at": "2026-11-25T00:30:00Z"}
    if object_ == "Task":
        del expected["ends_at"]
    assert made.values == expected
    for status in ("held", "not_held", "moved", "cancelled", "planned"):
        after = crm.update("activity", made, {"status": status, "result": "a < b\n& c"})
        assert (after.values["status"], after.values["kind"], after.values["result"]) == (status, kind, "a < b\n& c")


def test_what_somebody_made_there(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.add(
        "Event",
        Subject="All day",
        IsAllDayEvent=True,
        ActivityDate="2026-11-24",
        StartDateTime="2026-11-24T00:00:00Z",
        EndDateTime="2026-11-24T00:00:00Z",
    )
    fake.add("Task", Subject="Ring", TaskSubtype="Call", Status="Completed", ActivityDate="2026-11-24")
    fake.add("Task", Subject="Some day")
    event, call, undated = rows(crm.snapshot("activity"))
    assert (event.values["kind"], event.values["status"], event.values["starts_at"]) == (
        "visit",
        "planned",
        "2026-11-24T12:00:00Z",
    )
    assert (call.values["kind"], call.values["status"], call.values["starts_at"]) == (
        "call",
        "held",
        "2026-11-24T12:00:00Z",
    )
    assert "without a day" in undated.reason
    with pytest.raises(CrmRefused, match="cannot be changed"):
        crm.update("activity", call, {"kind": "visit"})


def test_changes_and_deletions(fake: FakeSalesforce, crm: Salesforce) -> None:
    first, second = fake.add("Opportunity", **deal()), fake.add("Opportunity", **deal())
    cursor = last_cursor(crm.changes("deal", ""))
    fake.tick(900)
    cursor = last_cursor(crm.changes("deal", cursor))
    fake.tick(900)
    fake.edit("Opportunity", first["Id"], Name="A2")
    fake.remove("Opportunity", second["Id"])
    found = rows(crm.changes("deal", cursor))
    assert [(row.id, row.is_deleted) for row in found] == [(second["Id"], True), (first["Id"], False)]
    assert crm.read("deal", second["Id"]) is None
    assert crm.ids("deal") == {first["Id"]}
    fake.tick(20 * 86_400)
    with pytest.raises(CrmCursorLost):
        rows(crm.changes("deal", cursor))


def test_many_rows_come_page_by_page_and_go_on_after_a_break(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.page = 200
    for number in range(1001):
        fake.tick(1)
        fake.add("Account", Name=str(number))
    pages = crm.changes("account", "")
    first = [next(pages) for _ in range(3)]
    rest = crm.changes("account", first[-1].cursor)
    names = {row.values["name"] for row in rows(first) + rows(rest)}
    assert len(names) == 1001


def test_an_idle_round_is_a_few_requests(fake: FakeSalesforce, crm: Salesforce) -> None:
    crm.greet()
    cursor = fake.stamp()
    fake.tick(3600)
    before = crm.requests
    for entity in ("account", "contact", "deal", "activity"):
        assert rows(crm.changes(entity, cursor)) == []
    assert crm.requests - before == 10


def test_a_lost_answer_makes_no_second_row(fake: FakeSalesforce, crm: Salesforce) -> None:
    values = {"name": "Once", "stage_id": "Prospecting", "expected_on": "2027-01-31"}
    fake.lose = lambda request: request.method == "PATCH"
    with pytest.raises(HubUnavailable):
        crm.create("deal", OUR_ID, values)
    fake.lose = lambda _request: False
    assert crm.find("deal", OUR_ID, values) == crm.create("deal", OUR_ID, values)
    assert len(fake.rows["Opportunity"]) == 1
    assert crm.find("deal", "another", values) is None


def test_two_rows_with_our_id_are_refused_with_words(fake: FakeSalesforce, crm: Salesforce) -> None:
    for _ in range(2):
        fake.add("Opportunity", **deal(Cockpit_Id__c=OUR_ID))
    with pytest.raises(CrmRefused, match="two rows"):
        crm.find("deal", OUR_ID, {})
    with pytest.raises(CrmRefused, match="two rows"):
        crm.create("deal", OUR_ID, {"name": "A"})


def test_fields_that_were_added_renamed_or_removed(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.custom["Account"].add("Tier__c")
    fake.add("Account", Name="Acme", Tier__c="gold", Website="acme.example")
    acme = one(crm.snapshot("account"))
    assert set_ones(acme) == {"Tier__c": "gold", "Website": "acme.example"}
    after = crm.update("account", acme, {f"{OWN}Tier__c": None, f"{OWN}Website": "acme.org"})
    assert (after.unknown["Tier__c"], set_ones(after)) == (None, {"Website": "acme.org"})
    fake.custom["Account"].remove("Tier__c")
    assert "Tier__c" not in one(connected(fake).snapshot("account")).unknown


def test_quotas_become_targets(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.add(
        "ForecastingQuota",
        QuotaAmount=5000.5,
        QuotaOwnerId=fake.users[0]["Id"],
        StartDate="2026-10-01",
        Period={"Type": "Quarter"},
    )
    assert one(crm.snapshot("target")).values == {
        "metric": "won_amount", "scope_kind": "person", "scope_id": fake.users[0]["Id"], "period_kind": "quarter",
        "period_start": "2026-10-01", "value": 500_050, "unit": "money", "currency": "USD",
    }  # fmt: skip
    fake.forbidden = {"ForecastingQuota"}
    with pytest.raises(CrmForbidden):
        rows(connected(fake).snapshot("target"))


def test_gone_meanwhile(fake: FakeSalesforce, crm: Salesforce) -> None:
    row = fake.add("Opportunity", **deal())
    seen = crm.read("deal", row["Id"])
    assert seen is not None
    crm.delete("deal", seen)
    crm.delete("deal", seen)
    with pytest.raises(CrmRefused):
        crm.update("deal", seen, {"name": "B"})


def test_maintenance_limits_and_a_wrong_token(fake: FakeSalesforce, crm: Salesforce) -> None:
    fake.is_down = True
    with pytest.raises(HubBusy) as busy:
        crm.greet()
    assert busy.value.facts["seconds"] == 120
    fake.is_down, fake.most_requests = False, 0
    with pytest.raises(HubBusy) as busy:
        crm.greet()
    assert busy.value.facts["seconds"] == 3600
    with pytest.raises(SignInNeeded):
        connected(fake, secret="nonsense").greet()


def test_a_token_that_ends_midway_is_renewed_and_kept(fake: FakeSalesforce) -> None:
    kept: list[str] = []
    secret = {"access": fake.access, "refresh": fake.refresh, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    crm = connected(fake, json.dumps(secret), kept)
    fake.page = 100
    for number in range(150):
        fake.add("Account", Name=str(number))
    pages = crm.snapshot("account")
    next(pages)
    fake.expire()
    assert len(rows(pages)) == 50
    assert json.loads(kept[-1])["refresh"] == fake.refresh == "refresh-2"
