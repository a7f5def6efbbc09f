"""The Pipedrive connector against the stand-in: both ways of every row, and what goes wrong."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cockpit.crm.calling import Bucket
from cockpit.crm.connector import OWN, Access, BadRemote, CrmCursorLost, CrmForbidden, CrmRefused
from cockpit.crm.pipedrive import PACE, Pipedrive, connect
from cockpit.errors import HubBusy, HubUnavailable, SignInNeeded
from tests.crm.fakes.base import CLIENT_ID, CLIENT_SECRET, VirtualTime
from tests.crm.fakes.pipedrive import FakePipedrive
from tests.crm.reading import last_cursor, one, rows

OUR_ID = "0194a6d2-7e1c-7a3b-8c55-3f1e2d4c5b6a"


@pytest.fixture
def fake() -> FakePipedrive:
    return FakePipedrive()


@pytest.fixture
def crm(fake: FakePipedrive) -> Pipedrive:
    return connected(fake)


def connected(fake: FakePipedrive, secret: str = "", kept: list[str] | None = None, **options: str) -> Pipedrive:
    time = VirtualTime(fake)
    found = connect(
        Access(
            "https://acme.pipedrive.com",
            secret or fake.token,
            time.wait,
            keep=(kept if kept is not None else []).append,
            transport=fake.transport(),
            options=options,
        )
    )
    found.caller.bucket = Bucket(PACE, time.wait, time.tick)
    return found


def test_who_we_are(fake: FakePipedrive, crm: Pipedrive) -> None:
    found = crm.greet()
    assert (found.user_id, found.user_name, found.is_admin) == ("11", "Rep One", True)
    assert found.time == fake.now.replace(microsecond=0)


def test_people_teams_funnels_and_stages(crm: Pipedrive) -> None:
    assert [row.values for row in rows(crm.snapshot("team"))] == [{"name": "North"}]
    person = rows(crm.snapshot("person"))[0]
    assert person.values["team_id"] == "5"
    assert person.values["currency"] == "EUR"
    stages = {row.id: row.values for row in rows(crm.snapshot("stage"))}
    assert stages["3"] == {
        "funnel_id": "1",
        "name": "Proposal",
        "position": 3,
        "kind": "open",
        "probability": 60,
        "days": 14,
    }
    assert [(stages[at]["kind"], stages[at]["probability"]) for at in ("won:1", "lost:1")] == [
        ("won", 100),
        ("lost", 0),
    ]


def test_a_role_that_may_not_read_teams_still_reads_people(fake: FakePipedrive, crm: Pipedrive) -> None:
    fake.forbidden = {"legacyTeams"}
    assert crm.greet().forbidden == ("team",)
    assert rows(crm.snapshot("person"))[0].values["team_id"] is None
    with pytest.raises(CrmForbidden):
        rows(crm.snapshot("team"))


def test_a_deal_both_ways(fake: FakePipedrive, crm: Pipedrive) -> None:
    account = crm.create("account", "acc-1", {"name": "Acme", "address": "1 Main St", "owner_id": "12"})
    made = crm.create(
        "deal",
        OUR_ID,
        {
            "name": "Robots", "owner_id": "11", "account_id": account.id, "funnel_id": "1", "stage_id": "2",
            "amount_minor": 1_234_56, "currency": "USD", "expected_on": "2027-01-31", "lost_reason": "", "closed_on": None,
        },
    )  # fmt: skip
    assert made == crm.read("deal", made.id) == crm.find("deal", OUR_ID, {})
    assert made.row_id == OUR_ID
    assert (made.values["amount_minor"], made.values["currency"]) == (123456, "USD")
    won = crm.update("deal", made, {"stage_id": "won:1", "closed_on": "2026-11-20"})
    assert (won.values["stage_id"], won.values["closed_on"]) == ("won:1", "2026-11-20")
    assert fake.rows["deals"][int(made.id)]["status"] == "won"
    lost = crm.update("deal", won, {"stage_id": "lost:1", "lost_reason": "price"})
    assert (lost.values["stage_id"], lost.values["lost_reason"]) == ("lost:1", "price")
    opened = crm.update("deal", lost, {"stage_id": "4", "closed_on": None})
    assert (opened.values["stage_id"], opened.values["closed_on"]) == ("4", None)
    assert opened.row_id == OUR_ID


def test_a_deal_without_amount_and_one_in_another_currency(fake: FakePipedrive, crm: Pipedrive) -> None:
    fake.add("deals", title="Talk")
    assert one(crm.snapshot("deal")).values["amount_minor"] is None
    fake.add("deals", title="Yen", value=120000, currency="JPY")
    assert [row.values["amount_minor"] for row in rows(crm.snapshot("deal"))] == [None, 12_000_000]
    fake.add("deals", title="Odd", currency="?")
    bad = rows(crm.snapshot("deal"))[2]
    assert isinstance(bad, BadRemote)
    assert "currency" in bad.reason


def test_a_contact_keeps_the_numbers_that_have_no_place_here(fake: FakePipedrive, crm: Pipedrive) -> None:
    account = fake.add("organizations", name="Acme")
    made = crm.create(
        "contact", "c-1", {"account_id": str(account["id"]), "name": "王小明", "title": "CEO", "phone": "1", "mobile": "2", "email": "a@b.c"}
    )  # fmt: skip
    assert {name: made.values[name] for name in ("phone", "mobile", "email", "title")} == {
        "phone": "1", "mobile": "2", "email": "a@b.c", "title": "CEO",
    }  # fmt: skip
    row = fake.rows["persons"][int(made.id)]
    fake.edit("persons", row["id"], phones=[*row["phones"], {"value": "3", "label": "home", "primary": False}])
    seen = crm.read("contact", made.id)
    assert seen is not None
    after = crm.update("contact", seen, {"phone": "9"})
    assert (after.values["phone"], after.values["mobile"]) == ("9", "2")
    assert [entry["value"] for entry in row["phones"]] == ["9", "2", "3"]


def test_a_visit_both_ways(fake: FakePipedrive, crm: Pipedrive) -> None:
    account = fake.add("organizations", name="Acme")
    values = {
        "rep_id": "12", "kind": "visit", "status": "planned", "account_id": str(account["id"]), "deal_id": None,
        "contact_id": None, "starts_at": "2026-11-24T01:00:00.000000Z", "ends_at": "2026-11-24T02:30:00.000000Z",
        "subject": "First visit", "result": "",
    }  # fmt: skip
    made = crm.create("activity", OUR_ID, values)
    row = fake.rows["activities"][int(made.id)]
    assert (row["type"], row["done"], row["due_date"], row["due_time"], row["duration"]) == (
        "meeting", False, "2026-11-24", "01:00", "01:30",
    )  # fmt: skip
    held = crm.update("activity", made, {"status": "held", "result": "They <b>like</b> it\nand & want more"})
    assert (held.row_id, held.values["status"]) == (OUR_ID, "held")
    assert held.values["result"] == "They <b>like</b> it\nand & want more"
    assert held.values["starts_at"] == "2026-11-24T01:00:00Z"
    moved = crm.update("activity", held, {"status": "moved"})
    assert (moved.values["status"], row["done"]) == ("moved", True)
    fake.edit("activities", row["id"], done=False)  # somebody opens it again in the CRM
    seen = crm.read("activity", made.id)
    assert seen is not None
    assert (seen.values["status"], seen.row_id) == ("planned", OUR_ID)


def test_a_web_meeting_stays_one(crm: Pipedrive) -> None:
    values = {
        "rep_id": "11",
        "kind": "web",
        "status": "planned",
        "starts_at": "2026-11-24T01:00:00Z",
        "subject": "Demo",
    }
    assert crm.create("activity", OUR_ID, values).values["kind"] == "web"


def test_notes_of_people_become_lines(fake: FakePipedrive, crm: Pipedrive) -> None:
    fake.add(
        "activities",
        subject="x",
        type="call",
        due_date="2026-11-24",
        note="<p>One &amp; two</p><ul><li>three</li></ul>",
    )
    found = one(crm.snapshot("activity"))
    assert found.values["result"] == "One & two\nthree"
    assert (found.values["kind"], found.row_id) == ("call", None)
    assert found.values["starts_at"] == "2026-11-24T12:00:00Z"


def test_changes_and_deletions(fake: FakePipedrive, crm: Pipedrive) -> None:
    first, second = fake.add("deals", title="A"), fake.add("deals", title="B")
    cursor = last_cursor(crm.changes("deal", ""))
    fake.tick(60)
    assert rows(crm.changes("deal", cursor)) != []  # the overlap: what came in the two minutes before
    fake.tick(600)
    cursor = last_cursor(crm.changes("deal", cursor))
    fake.tick(600)
    assert rows(crm.changes("deal", cursor)) == []
    fake.edit("deals", first["id"], title="A2")
    fake.remove("deals", second["id"])
    found = {row.id: row for row in rows(crm.changes("deal", cursor))}
    assert found[str(first["id"])].values["name"] == "A2"
    assert found[str(second["id"])].is_deleted
    assert crm.read("deal", str(second["id"])) is None
    assert crm.ids("deal") == {str(first["id"])}


def test_a_cursor_from_before_what_is_remembered(fake: FakePipedrive, crm: Pipedrive) -> None:
    with pytest.raises(CrmCursorLost):
        rows(crm.changes("deal", fake.stamp(fake.now - timedelta(days=60))))


def test_many_rows_come_page_by_page(fake: FakePipedrive, crm: Pipedrive) -> None:
    for number in range(1201):
        fake.add("organizations", name=f"Account {number}")
    assert len(rows(crm.snapshot("account"))) == len(crm.ids("account")) == 1201
    assert fake.calls["list"] == 6


def test_found_again_after_a_lost_answer_though_the_search_lags(fake: FakePipedrive, crm: Pipedrive) -> None:
    fake.lose = lambda request: request.method == "POST" and request.path.endswith("/deals")
    with pytest.raises(HubUnavailable):
        crm.create("deal", OUR_ID, {"name": "Once"})
    fake.lose = lambda _request: False
    found = crm.find("deal", OUR_ID, {})
    assert found is not None
    assert (found.values["name"], fake.calls["search"]) == ("Once", 0)
    fake.tick(7200)
    crm.greet()
    again = crm.find("deal", OUR_ID, {})
    assert (again, fake.calls["search"]) == (found, 1)
    assert crm.find("deal", "another", {}) is None


def test_a_visit_is_found_by_its_mark(fake: FakePipedrive, crm: Pipedrive) -> None:
    account = fake.add("organizations", name="Acme")
    values = {
        "rep_id": "11",
        "kind": "visit",
        "status": "planned",
        "starts_at": "2026-11-24T01:00:00Z",
        "account_id": str(account["id"]),
    }
    made = crm.create("activity", OUR_ID, values)
    assert crm.find("activity", OUR_ID, values) == made
    assert crm.find("activity", "another", values) is None


def test_a_renamed_field_is_still_ours(fake: FakePipedrive, crm: Pipedrive) -> None:
    crm.create("deal", "one", {"name": "A"})
    (field,) = fake.fields["deals"].values()
    field["field_name"] = "Das Cockpit"
    connected(fake).create("deal", "two", {"name": "B"})
    assert len(fake.fields["deals"]) == 1


def test_fields_of_theirs_without_a_place_are_kept(fake: FakePipedrive, crm: Pipedrive) -> None:
    grade = {"field_code": "a" * 40, "is_custom_field": True, "field_name": "Grade", "field_type": "varchar"}
    fake.fields["organizations"]["a" * 40] = {**grade, "description": ""}
    fake.add("organizations", name="Acme", website="https://acme.example", custom_fields={"a" * 40: "gold"})
    acme = one(crm.snapshot("account"))
    assert acme.unknown == {"website": "https://acme.example", "a" * 40: "gold"}
    assert crm.update("account", acme, {OWN + "a" * 40: "silver"}).unknown["a" * 40] == "silver"
    made = crm.create("account", OUR_ID, {"name": "B", OWN + "a" * 40: "tin"})
    assert (made.row_id, made.unknown["a" * 40]) == (OUR_ID, "tin")


def test_goals_become_targets_of_each_period(fake: FakePipedrive, crm: Pipedrive) -> None:
    goal = {
        "id": "g1", "type": {"name": "deals_won", "params": {"pipeline_id": [1]}}, "assignee": {"type": "person", "id": 11},
        "interval": "monthly", "duration": {"start": "2026-10-01", "end": "2026-12-31"},
        "expected_outcome": {"target": 5000.5, "tracking_metric": "sum", "currency_id": 7},
    }  # fmt: skip
    fake.goals = [goal, {**goal, "id": "g2", "type": {"name": "activities_completed"}}]
    found = rows(crm.snapshot("target"))
    assert [row.id for row in found] == ["g1:2026-10-01", "g1:2026-11-01", "g1:2026-12-01", "g2"]
    assert found[0].values == {
        "metric": "won_amount", "scope_kind": "person", "scope_id": "11", "period_kind": "month",
        "period_start": "2026-10-01", "value": 500_050, "unit": "money", "currency": "EUR",
    }  # fmt: skip
    assert isinstance(found[3], BadRemote)


def test_values_it_does_not_take(crm: Pipedrive) -> None:
    with pytest.raises(CrmRefused, match="owner_id: not found"):
        crm.create("deal", "x", {"name": "A", "owner_id": "99"})
    with pytest.raises(CrmRefused):
        crm.create("deal", "x", {"name": "A", "stage_id": "nowhere"})
    with pytest.raises(CrmRefused):
        crm.create("deal", "x", {"name": "A", "stage_id": "77"})


def test_gone_already(fake: FakePipedrive, crm: Pipedrive) -> None:
    made = crm.create("deal", "x", {"name": "A"})
    crm.delete("deal", made)
    crm.delete("deal", made)
    assert crm.read("deal", made.id) is None
    with pytest.raises(CrmRefused):
        crm.update("deal", made, {"name": "B"})


def test_a_wrong_token(fake: FakePipedrive) -> None:
    with pytest.raises(SignInNeeded, match=r"^unauthorized access$"):
        connected(fake, secret="nonsense").greet()


def test_maintenance_and_a_used_up_day(fake: FakePipedrive, crm: Pipedrive) -> None:
    fake.is_down = True
    with pytest.raises(HubBusy) as busy:
        crm.greet()
    assert busy.value.facts["seconds"] == 120
    fake.is_down, fake.spent = False, fake.budget
    with pytest.raises(HubBusy) as busy:
        rows(crm.snapshot("deal"))
    assert busy.value.facts["seconds"] == 3600


def test_a_token_that_ends_midway_is_renewed_and_kept(fake: FakePipedrive) -> None:
    kept: list[str] = []
    secret = {"access": fake.access, "refresh": fake.refresh, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    crm = connected(fake, json.dumps(secret), kept)
    for number in range(600):
        fake.add("deals", title=str(number))
    pages = crm.changes("deal", "")
    next(pages)
    fake.expire()
    assert len(rows(pages)) == 100
    assert fake.renewals == 1
    assert json.loads(kept[-1])["refresh"] == fake.refresh
    fake.expire()
    fake.refresh = "revoked by somebody"
    with pytest.raises(SignInNeeded, match="not valid"):
        crm.greet()


def test_a_sign_in_of_the_browser_gets_its_first_token(fake: FakePipedrive) -> None:
    kept: list[str] = []
    secret = {
        "code": "code-1",
        "redirect_uri": "http://127.0.0.1/",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    assert connected(fake, json.dumps(secret), kept).greet().user_id == "11"
    assert "code" not in json.loads(kept[-1])


def test_it_stays_within_the_burst(fake: FakePipedrive, crm: Pipedrive) -> None:
    for number in range(100):
        made = crm.create("deal", f"id-{number}", {"name": "A"})
        crm.read("deal", made.id)
        crm.delete("deal", made)
    assert len(fake.log) == 302


def test_a_day_of_rounds_costs_less_than_seven_thousand_tokens(fake: FakePipedrive, crm: Pipedrive) -> None:
    """A round every 15 minutes in a company of 2,000 accounts and 5,000 deals, with 200 changes here and 200 there."""
    for number in range(2000):
        fake.add("organizations", name=f"Account {number}")
    deals = [fake.add("deals", title=f"Deal {number}")["id"] for number in range(5000)]
    visits = [fake.add("activities", subject="x", type="meeting", due_date="2026-11-24")["id"] for _ in range(5000)]
    holdings = crm.can.holdings
    cursors = {entity: last_cursor(crm.changes(entity, "")) for entity in holdings if holdings[entity].delta != "none"}
    due = {entity: fake.now + timedelta(seconds=holding.rest_s) for entity, holding in holdings.items()}
    fake.tick(900)
    crm.caller.bucket.spent = fake.spent = 0
    for number in range(96):
        for entity, holding in holdings.items():
            if holding.delta != "none":
                cursors[entity] = last_cursor(list(crm.changes(entity, cursors[entity])))
            if fake.now >= due[entity]:
                due[entity] += timedelta(seconds=holding.rest_s)
                _ = rows(crm.snapshot(entity)) if holding.delta == "none" else crm.ids(entity)
        for place in (2 * number, 2 * number + 1):
            fake.edit("deals", deals[place], title="changed there")
            seen = crm.read("activity", str(visits[place]))
            assert seen is not None
            crm.update("activity", seen, {"status": "held"})
        fake.tick(900)
    print(f"tokens of a day: {fake.spent}")
    assert fake.spent < 7000
