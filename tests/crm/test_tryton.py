"""The connector to Tryton against a small Tryton: what it reads, what it writes, and what is refused in words."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cockpit.crm.connector import Access, BadRemote, CrmForbidden, CrmRefused, CrmStale, Remote
from cockpit.crm.tryton import Tryton, connect
from cockpit.errors import BadUse, HubBusy, HubUnavailable, SignInNeeded, VersionTooOld
from tests.crm.fake_tryton import FakeTryton

URL = "http://127.0.0.1:8000"
OURS = "0192f0c1-0000-7000-8000-00000000000{}"
VISIT: dict[str, Any] = {
    "kind": "visit",
    "status": "planned",
    "account_id": "4",
    "rep_id": "1",
    "starts_at": "2026-11-24T02:00:00.000000Z",
    "subject": "首次拜访",
    "agenda": "one\n\n  two: [x]\nthree",
}
DEAL: dict[str, Any] = {
    "name": "Big one",
    "account_id": "4",
    "owner_id": "1",
    "funnel_id": "opportunities",
    "stage_id": "lead",
    "amount_minor": 123_45,
    "currency": "CNY",
    "created_on": "2026-11-02",
    "expected_on": "2026-12-24",
}


@pytest.fixture
def tryton() -> FakeTryton:
    return FakeTryton()


def join(tryton: FakeTryton, secret: str = "rep1:rep-pw", keep: Any = lambda _text: None) -> Tryton:
    return connect(Access(f"{URL}/crm", secret, lambda _s: None, keep, transport=tryton.transport()))


def whole(connector: Tryton, entity: str) -> dict[str, Remote]:
    found = [row for page in connector.snapshot(entity) for row in page.rows]
    assert all(isinstance(row, Remote) for row in found), found
    return {row.id: row for row in found if isinstance(row, Remote)}


def since(connector: Tryton, entity: str, cursor: str) -> tuple[list[Remote | BadRemote], str]:
    found: list[Remote | BadRemote] = []
    for page in connector.changes(entity, cursor):
        found += page.rows
        cursor = page.cursor
    return found, cursor


def settled(tryton: FakeTryton, connector: Tryton, entity: str) -> str:
    """A cursor that is older than the overlap."""
    cursor = since(connector, entity, "")[1]
    tryton.now += timedelta(minutes=3)
    return since(connector, entity, cursor)[1]


# -- signing in --------------------------------------------------------------------------------------------------------


def test_the_password_is_exchanged_for_a_session_once(tryton: FakeTryton) -> None:
    kept: list[str] = []
    greeting = join(tryton, keep=kept.append).greet()
    assert (greeting.product, greeting.version, greeting.user_id) == ("Tryton", "8.2", "1")
    assert len(kept) == 1
    assert "rep-pw" not in kept[0]
    again = join(tryton, kept[0], kept.append)
    assert again.greet().user_name == "rep1"
    assert tryton.log.count("common.db.login") == len(kept) == 1


def test_an_administrator_without_an_employee_is_named_by_his_user(tryton: FakeTryton) -> None:
    greeting = join(tryton, "admin:admin-pw").greet()
    assert (greeting.user_id, greeting.user_name, greeting.is_admin) == ("user:1", "admin", True)


def test_wrong_passwords_end_in_a_wait(tryton: FakeTryton) -> None:
    for _try in range(6):
        with pytest.raises(SignInNeeded, match="user and password"):
            join(tryton, "rep1:wrong").greet()
    with pytest.raises(HubBusy, match="too many wrong passwords"):
        join(tryton, "rep1:wrong").greet()


def test_a_sign_in_without_a_password_says_how_it_is_written(tryton: FakeTryton) -> None:
    with pytest.raises(SignInNeeded, match="user:password"):
        join(tryton, "rep1").greet()


def test_a_session_that_ended_in_the_middle_asks_to_sign_in(tryton: FakeTryton) -> None:
    connector = join(tryton)
    connector.greet()
    tryton.sessions["rep1"] = "c" * 64
    with pytest.raises(SignInNeeded, match="give user and password again"):
        whole(connector, "deal")


def test_an_address_without_a_database_is_bad_use(tryton: FakeTryton) -> None:
    for url in ("https://erp.example.com", "https://erp.example.com/"):
        with pytest.raises(BadUse, match="name of the database"):
            connect(Access(url, "a:b", lambda _s: None, transport=tryton.transport()))


def test_a_database_that_is_not_there_is_named(tryton: FakeTryton) -> None:
    with pytest.raises(CrmRefused, match="no database nowhere"):
        connect(Access(f"{URL}/nowhere", "rep1:rep-pw", lambda _s: None, transport=tryton.transport())).greet()


@pytest.mark.parametrize("series", ["7.8", "", "what"])
def test_an_older_tryton_is_too_old(tryton: FakeTryton, series: str) -> None:
    tryton.series = series
    with pytest.raises(VersionTooOld, match=r"Tryton 8\.0"):
        join(tryton).greet()


@pytest.mark.parametrize(
    ("status", "kind"), [(500, HubUnavailable), (503, HubBusy), (429, HubBusy), (403, CrmForbidden)]
)
def test_a_crm_in_trouble_is_told_by_its_class(tryton: FakeTryton, status: int, kind: type[Exception]) -> None:
    connector = join(tryton)
    connector.greet()
    tryton.status = status
    with pytest.raises(kind):
        connector.ids("deal")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"id": 1}', b"<html>", b'{"id":1,"error":[]}', b'{"id":1,"error":["x",""]}']
)
def test_an_answer_without_sense_is_a_fault(tryton: FakeTryton, body: bytes) -> None:
    connector = join(tryton)
    connector.greet()
    tryton.body = body
    with pytest.raises(HubUnavailable):
        connector.ids("deal")


# -- rights ------------------------------------------------------------------------------------------------------------


def test_what_the_user_may_not_read_is_forbidden_and_the_rest_goes_on(tryton: FakeTryton) -> None:
    tryton.closed_to_rep = {"sale.opportunity"}
    connector = join(tryton)
    assert connector.greet().forbidden == ("deal",)
    assert "deal" not in connector.can.holdings
    with pytest.raises(CrmForbidden):
        whole(connector, "deal")
    assert len(whole(connector, "account")) == 3


def test_without_greeting_a_closed_model_is_forbidden_too(tryton: FakeTryton) -> None:
    tryton.closed_to_rep = {"sale.opportunity"}
    with pytest.raises(CrmForbidden, match="not allowed"):
        whole(join(tryton), "deal")


def test_without_the_module_of_relations_there_are_no_contacts(tryton: FakeTryton) -> None:
    tryton.missing = {"party.relation.all", "party.relation.type"}
    connector = join(tryton)
    assert connector.greet().forbidden == ("contact",)
    assert len(whole(connector, "account")) == 3


def test_it_names_what_tryton_lacks(tryton: FakeTryton) -> None:
    assert {"targets", "teams and roles"} <= set(join(tryton).can.lacks)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_states_are_one_funnel_with_stages(tryton: FakeTryton) -> None:
    connector = join(tryton)
    stages = whole(connector, "stage")
    assert list(stages) == ["lead", "opportunity", "converted", "won", "lost", "cancelled"]
    assert [stages[state].values["kind"] for state in stages] == ["open", "open", "open", "won", "lost", "lost"]
    assert {stage.values["funnel_id"] for stage in stages.values()} == set(whole(connector, "funnel"))
    assert connector.requests == 0


def test_a_deal_in_our_words(tryton: FakeTryton) -> None:
    tryton.tables["sale.opportunity"][1] |= {"amount": Decimal("1234.56"), "comment": "from the fair"}
    deal = whole(join(tryton), "deal")["1"]
    assert deal.values["amount_minor"] == 123_456
    assert deal.values["stage_id"] == "lead"
    assert deal.values["created_on"] == "2026-01-01"
    assert (deal.values["account_id"], deal.values["owner_id"]) == ("4", "1")
    assert deal.row_id is None
    assert deal.unknown == {
        "number": "1",
        "conversion_probability": "50%",
        "comment": "from the fair",
        "reference": "seed-0",
    }


def test_a_deal_without_amount_customer_or_name_is_taken(tryton: FakeTryton) -> None:
    number = tryton.deal(amount=None)
    deal = whole(join(tryton), "deal")[str(number)]
    assert (deal.values["amount_minor"], deal.values["account_id"], deal.values["owner_id"]) == (None, None, None)
    assert deal.values["name"] == f"#{deal.unknown['number']}"


def test_a_closed_deal_has_its_day_and_leaves_the_expected_one_alone(tryton: FakeTryton) -> None:
    tryton.tables["sale.opportunity"][1] |= {"state": "won", "end_date": tryton.now.date()}
    deal = whole(join(tryton), "deal")["1"]
    assert deal.values["closed_on"] == "2026-11-20"
    assert "expected_on" not in deal.values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "tendering"}, "a stage we do not know: tendering"),
        ({"amount": Decimal("1e30")}, "an amount that is none"),
        ({"amount": "abc"}, "an amount that is none"),
        ({"currency": None}, "subscriptable"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_and_the_page_goes_on(
    tryton: FakeTryton, values: dict[str, Any], words: str
) -> None:
    tryton.tables["sale.opportunity"][2] |= values
    rows, _cursor = since(join(tryton), "deal", "")
    bad = [row for row in rows if isinstance(row, BadRemote)]
    assert len(rows) == 3
    assert [row.id for row in bad] == ["2"]
    assert words in bad[0].reason


def test_staff_and_own_companies_are_no_customers(tryton: FakeTryton) -> None:
    connector = join(tryton)
    whole(connector, "person")
    assert {row.values["name"] for row in whole(connector, "account").values()} == {f"Customer {n}" for n in range(3)}
    assert {row.values["name"] for row in whole(connector, "person").values()} == {"rep1", "rep2"}


def test_a_person_who_left_is_inactive(tryton: FakeTryton) -> None:
    tryton.tables["company.employee"][2]["active"] = False
    assert whole(join(tryton), "person")["2"].values["is_active"] is False


def test_a_customer_that_was_closed_stays_and_says_so(tryton: FakeTryton) -> None:
    tryton.tables["party.party"][4]["active"] = False
    assert whole(join(tryton), "account")["4"].unknown["active"] == "False"


def test_pages_go_on_where_a_broken_pass_stopped(tryton: FakeTryton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.crm.tryton.LIMIT", 2)
    connector = join(tryton)
    first = next(iter(connector.changes("deal", "")))
    assert [row.id for row in first.rows] == ["1", "2"]
    tryton.touch("sale.opportunity", 1)  # while the pass stands still
    rest, cursor = since(connector, "deal", first.cursor)
    assert [row.id for row in rest] == ["3"]
    assert "1" in [row.id for row in since(connector, "deal", cursor)[0]]


def test_an_idle_round_is_one_request_a_kind(tryton: FakeTryton) -> None:
    connector = join(tryton, "admin:admin-pw")
    connector.greet()
    cursors = {
        entity: settled(tryton, connector, entity) for entity in ("person", "account", "contact", "deal", "activity")
    }
    before = connector.requests, connector.received_bytes
    for entity, cursor in cursors.items():
        assert since(connector, entity, cursor) == ([], cursor)
    assert connector.requests - before[0] == 5
    assert connector.received_bytes - before[1] < 300


@pytest.mark.parametrize("what", ["row", "phone", "address"])
def test_a_change_of_what_belongs_to_a_customer_is_a_change_of_it(tryton: FakeTryton, what: str) -> None:
    phone = tryton.add("party.contact_mechanism", party=5, type="phone", value="1")
    address = tryton.add("party.address", party=5, street="Road", city="Shanghai")
    connector = join(tryton)
    cursor = settled(tryton, connector, "account")
    model, number = {
        "row": ("party.party", 5),
        "phone": ("party.contact_mechanism", phone),
        "address": ("party.address", address),
    }[what]
    tryton.touch(model, number)
    rows, cursor = since(connector, "account", cursor)
    assert [row.id for row in rows] == ["5"]
    tryton.now += timedelta(minutes=3)
    _again, cursor = since(connector, "account", cursor)
    assert since(connector, "account", cursor)[0] == []


def test_what_was_committed_late_is_still_seen(tryton: FakeTryton) -> None:
    connector = join(tryton)
    _rows, cursor = since(connector, "deal", "")
    began = tryton.now - timedelta(seconds=30)  # its transaction was open while we read
    tryton.tables["sale.opportunity"][2]["last_modified_at"] = began.replace(tzinfo=None)
    assert "2" in [row.id for row in since(connector, "deal", cursor)[0]]


def test_a_server_that_tells_no_time_is_asked_from_its_newest_row(tryton: FakeTryton) -> None:
    tryton.tells_time = False
    connector = join(tryton)
    _rows, cursor = since(connector, "deal", "")
    assert since(connector, "deal", cursor)[0] == []
    tryton.touch("sale.opportunity", 1)
    assert [row.id for row in since(connector, "deal", cursor)[0]] == ["1"]


# -- writing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ("account", {"name": "新客户", "phone": "12", "address": "1 Road"}),
        ("contact", {"name": "Li Wei", "account_id": "4", "email": "li@example.com", "mobile": "139", "phone": ""}),
        ("deal", DEAL),
        ("activity", VISIT),
    ],
)
def test_what_is_made_is_found_by_our_id(tryton: FakeTryton, entity: str, values: dict[str, Any]) -> None:
    connector = join(tryton)
    row_id = OURS.format(1)
    assert connector.find(entity, row_id, values) is None
    made = connector.create(entity, row_id, values)
    assert made.row_id == row_id
    assert made.values.items() >= values.items()
    assert connector.find(entity, row_id, values) == made
    assert whole(connector, entity)[made.id] == made


def test_a_contact_is_related_to_its_customer_and_no_customer_itself(tryton: FakeTryton) -> None:
    connector = join(tryton)
    made = connector.create("contact", OURS.format(1), {"name": "Li Wei", "account_id": "4"})
    assert made.id not in whole(connector, "account")
    moved = connector.update("contact", made, {"account_id": "5", "email": "li@example.com"})
    assert (moved.values["account_id"], moved.values["email"]) == ("5", "li@example.com")
    assert [row["name"] for row in tryton.tables["party.relation.type"].values()] == ["Contact of"]
    gone = connector.update("contact", moved, {"email": ""})
    assert gone.values["email"] == ""
    assert connector.update("contact", gone, {}) == gone


@pytest.mark.parametrize(
    ("here", "there", "actions"),
    [
        ("lead", "opportunity", ["opportunity"]),
        ("lead", "converted", ["opportunity", "convert"]),
        ("opportunity", "lost", ["lost"]),
        ("cancelled", "lost", ["lead", "lost"]),
        ("lost", "lost", []),
    ],
)
def test_a_deal_moves_by_the_actions_of_the_machine(
    tryton: FakeTryton, here: str, there: str, actions: list[str]
) -> None:
    number = tryton.deal(party=4, employee=1, state=here)
    connector = join(tryton)
    seen = connector.read("deal", str(number))
    assert seen is not None
    tryton.log.clear()
    assert connector.update("deal", seen, {"stage_id": there}).values["stage_id"] == there
    assert [call.rpartition(".")[2] for call in tryton.log if "search" not in call] == actions


@pytest.mark.parametrize(
    ("here", "there", "words"),
    [
        ("converted", "won", "won when its sale is confirmed"),
        ("converted", "lost", "no way from Converted to Lost"),
        ("won", "lead", "no way from Won to Lead"),
        ("lead", "nowhere", "no way from Lead to nowhere"),
    ],
)
def test_a_move_the_machine_does_not_have_is_refused(tryton: FakeTryton, here: str, there: str, words: str) -> None:
    number = tryton.deal(party=4, employee=1, state=here)
    connector = join(tryton)
    seen = connector.read("deal", str(number))
    assert seen is not None
    with pytest.raises(CrmRefused, match=words):
        connector.update("deal", seen, {"stage_id": there, "name": "not written"})
    assert tryton.tables["sale.opportunity"][number]["description"] != "not written"


def test_fields_are_written_before_a_deal_is_closed_and_after_it_came_back(tryton: FakeTryton) -> None:
    connector = join(tryton)
    deal = connector.create("deal", OURS.format(1), {**DEAL, "stage_id": "opportunity"})
    assert deal.values["stage_id"] == "opportunity"
    lost = connector.update(
        "deal", deal, {"amount_minor": None, "stage_id": "lost", "lost_reason": "价格", "closed_on": "2026-11-01"}
    )
    assert (lost.values["stage_id"], lost.values["amount_minor"], lost.values["lost_reason"]) == ("lost", None, "价格")
    assert lost.values["closed_on"] == "2026-11-20"  # Tryton's to say
    back = connector.update("deal", lost, {"stage_id": "lead", "name": "Again", "owner_id": None})
    assert (back.values["name"], back.values["owner_id"], back.values["closed_on"]) == ("Again", None, None)
    on = connector.update("deal", back, {"stage_id": "converted", "name": "Through", "owner_id": "2"})
    assert (on.values["name"], on.values["stage_id"]) == ("Through", "converted")


def test_fields_are_written_on_the_way_where_it_passes_an_open_state(tryton: FakeTryton) -> None:
    connector = join(tryton)
    seen = connector.read("deal", str(tryton.deal(party=4, employee=1, state="lost")))
    assert seen is not None
    changed = connector.update("deal", seen, {"stage_id": "converted", "name": "Again"})
    assert (changed.values["name"], changed.values["stage_id"]) == ("Again", "converted")


def test_a_field_that_is_closed_to_change_is_refused_in_trytons_words(tryton: FakeTryton) -> None:
    number = tryton.deal(party=4, employee=1, state="won")
    connector = join(tryton)
    seen = connector.read("deal", str(number))
    assert seen is not None
    with pytest.raises(CrmRefused, match="not allowed to modify"):
        connector.update("deal", seen, {"name": "Mine"})


def test_a_deal_leaves_its_first_stage_with_customer_and_owner_alone(tryton: FakeTryton) -> None:
    with pytest.raises(CrmRefused, match="needs a customer and an owner"):
        join(tryton).create("deal", OURS.format(1), {**DEAL, "stage_id": "opportunity", "account_id": None})
    assert len(tryton.tables["sale.opportunity"]) == 3


def test_a_currency_tryton_does_not_have_is_named(tryton: FakeTryton) -> None:
    with pytest.raises(CrmRefused, match="no currency EUR"):
        join(tryton).create("deal", OURS.format(1), {**DEAL, "currency": "EUR"})


def test_an_address_that_is_more_than_a_street_is_trytons_to_change(tryton: FakeTryton) -> None:
    tryton.add("party.address", party=4, street="1 Road\nHouse 2", city="Shanghai")
    connector = join(tryton)
    seen = connector.read("account", "4")
    assert seen is not None
    assert seen.values["address"] == "1 Road, House 2, Shanghai"
    with pytest.raises(CrmRefused, match="has parts"):
        connector.update("account", seen, {"address": "2 Road"})
    assert connector.update("account", seen, {"address": seen.values["address"]}) == seen


def test_a_street_alone_is_changed(tryton: FakeTryton) -> None:
    connector = join(tryton)
    seen = connector.read("account", "4")
    assert seen is not None
    made = connector.update("account", seen, {"address": "1 Road", "phone": "1"})
    changed = connector.update("account", made, {"address": "2 Road", "phone": "2"})
    assert (changed.values["address"], changed.values["phone"]) == ("2 Road", "2")
    assert len(tryton.tables["party.address"]) == len(tryton.tables["party.contact_mechanism"]) == 1


@pytest.mark.parametrize("entity", ["account", "deal"])
def test_a_change_on_a_row_that_changed_meanwhile_is_stale(tryton: FakeTryton, entity: str) -> None:
    connector = join(tryton)
    number = 4 if entity == "account" else 1
    seen = connector.read(entity, str(number))
    assert seen is not None
    tryton.touch("party.party" if entity == "account" else "sale.opportunity", number)
    with pytest.raises(CrmStale):
        connector.update(entity, seen, {"name": "Mine"})
    with pytest.raises(CrmStale):
        connector.delete(entity, seen)


def test_a_phone_that_changed_meanwhile_makes_the_change_stale(tryton: FakeTryton) -> None:
    phone = tryton.add("party.contact_mechanism", party=4, type="phone", value="1")
    connector = join(tryton)
    seen = connector.read("account", "4")
    assert seen is not None
    tryton.touch("party.contact_mechanism", phone)
    with pytest.raises(CrmStale):
        connector.update("account", seen, {"phone": "2"})


def test_a_refusal_of_a_row_that_changed_meanwhile_is_stale_first(tryton: FakeTryton) -> None:
    connector = join(tryton)
    seen = connector.read("deal", "1")
    assert seen is not None
    tryton._act("lost", [1], {})
    with pytest.raises(CrmStale):
        connector.update("deal", seen, {"name": "Mine"})


@pytest.mark.parametrize("entity", ["account", "deal", "activity"])
def test_a_row_that_is_gone_is_stale_to_change_and_no_failure_to_delete(tryton: FakeTryton, entity: str) -> None:
    connector = join(tryton)
    values: dict[str, Any] = {"account": {"name": "Gone"}, "deal": DEAL, "activity": VISIT}[entity]
    seen = connector.create(entity, OURS.format(1), values)
    connector.delete(entity, seen)
    assert connector.read(entity, seen.id) is None
    connector.delete(entity, seen)
    with pytest.raises(CrmStale):
        connector.update(entity, seen, {"name": "Mine", "subject": "Mine"})


def test_a_deal_is_cancelled_before_it_is_deleted_and_a_won_one_stays(tryton: FakeTryton) -> None:
    connector = join(tryton)
    for state in ("lead", "lost", "cancelled"):
        seen = connector.read("deal", str(tryton.deal(party=4, employee=1, state=state)))
        assert seen is not None
        connector.delete("deal", seen)
        assert connector.read("deal", seen.id) is None
    won = connector.read("deal", str(tryton.deal(party=4, employee=1, state="won")))
    assert won is not None
    with pytest.raises(CrmRefused, match="no way from Won"):
        connector.delete("deal", won)


def test_a_customer_with_deals_is_not_deleted_and_tryton_says_why(tryton: FakeTryton) -> None:
    connector = join(tryton)
    seen = connector.read("account", "4")
    assert seen is not None
    with pytest.raises(CrmRefused, match="Sale Opportunity"):
        connector.delete("account", seen)


# -- visits ------------------------------------------------------------------------------------------------------------


def test_a_visit_is_a_note_a_person_can_read(tryton: FakeTryton) -> None:
    join(tryton).create("activity", OURS.format(1), {**VISIT, "result": "they want\nan offer"})
    [held] = tryton.tables["ir.note"].values()
    assert held["resource"] == "party.party,4"
    assert held["message"].splitlines() == [
        "kind: visit",
        "status: planned",
        "starts_at: 2026-11-24T02:00:00.000000Z",
        "rep: rep1 #1",
        "subject: 首次拜访",
        "agenda: one",
        "  ",
        "    two: [x]",
        "  three",
        "result: they want",
        "  an offer",
        f"[ck:{OURS.format(1)}]",
    ]


def test_a_changed_visit_is_another_note_in_the_place_of_the_first(tryton: FakeTryton) -> None:
    connector = join(tryton)
    planned = connector.create("activity", OURS.format(1), VISIT)
    held = connector.update("activity", planned, {"status": "held", "result": "good", "account_id": "5"})
    assert held.values == {**planned.values, "status": "held", "result": "good", "account_id": "5"}
    assert list(tryton.tables["ir.note"]) == [2]
    assert connector.ids("activity") == {held.id} == {planned.id}
    with pytest.raises(CrmStale):
        connector.update("activity", planned, {"status": "cancelled"})


def test_a_change_of_a_visit_that_was_cut_off_in_the_middle_is_done_again(tryton: FakeTryton) -> None:
    connector = join(tryton)
    planned = connector.create("activity", OURS.format(1), VISIT)
    cursor = settled(tryton, connector, "activity")
    tryton.lose = lambda method: method == "model.ir.note.create"
    with pytest.raises(HubUnavailable):
        connector.update("activity", planned, {"status": "held"})
    tryton.lose = lambda _method: False
    assert len(tryton.tables["ir.note"]) == 2
    assert since(connector, "activity", cursor)[0] == [planned]  # the older note counts
    assert whole(connector, "activity") == {planned.id: planned}
    assert connector.find("activity", OURS.format(1), VISIT) == connector.read("activity", planned.id) == planned
    held = connector.update("activity", planned, {"status": "held"})
    assert len(tryton.tables["ir.note"]) == 1
    assert since(connector, "activity", cursor)[0] == [held]


def test_the_text_of_a_note_is_read_once_for_the_ids(tryton: FakeTryton) -> None:
    for number in range(3):
        join(tryton).create("activity", OURS.format(number), VISIT)
    connector = join(tryton, "admin:admin-pw")
    connector.greet()
    assert connector.ids("activity") == {OURS.format(number) for number in range(3)}
    before = connector.requests
    assert len(connector.ids("activity")) == 3
    assert connector.requests == before + 1


def test_notes_of_others_are_left_alone_and_a_broken_one_is_named(tryton: FakeTryton) -> None:
    tryton.add("ir.note", resource="party.party,4", message="Call them back")
    tryton.add("ir.note", resource="party.party,4", message="something else [ck:1]")
    tryton.add("ir.note", resource="party.party,4", message="kind: visit\n[ck:2]")
    tryton.add("ir.note", resource="party.party,4", message="the mark [ck:3] inside")
    rows, _cursor = since(join(tryton), "activity", "")
    assert all(isinstance(row, BadRemote) for row in rows)
    assert [row.reason.partition(":")[0] for row in rows if isinstance(row, BadRemote)] == [
        "a note that cannot be read",
        "a note without kind, status and moment",
        "a note without a mark of ours at its end",
    ]


# -- answers that get lost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ["account", "contact", "deal", "activity"])
def test_after_a_lost_answer_the_row_is_found_and_not_made_again(tryton: FakeTryton, entity: str) -> None:
    connector = join(tryton)
    values: dict[str, Any] = {
        "account": {"name": "Once"},
        "contact": {"name": "Once", "account_id": "4"},
        "deal": DEAL,
        "activity": VISIT,
    }[entity]
    tryton.lose = lambda method: method.endswith((".opportunity.create", ".party.create", ".note.create"))
    with pytest.raises(HubUnavailable):
        connector.create(entity, OURS.format(1), values)
    tryton.lose = lambda _method: False
    found = connector.find(entity, OURS.format(1), values)
    assert found is not None
    assert found.values.items() >= values.items()


@pytest.mark.parametrize("cut", ["create", "opportunity", "convert"])
def test_a_deal_whose_making_was_cut_off_is_brought_to_its_stage(tryton: FakeTryton, cut: str) -> None:
    connector = join(tryton)
    values = {**DEAL, "stage_id": "converted"}
    tryton.lose = lambda method: method == f"model.sale.opportunity.{cut}"
    with pytest.raises(HubUnavailable):
        connector.create("deal", OURS.format(1), values)
    tryton.lose = lambda _method: False
    found = connector.find("deal", OURS.format(1), values)
    assert found is not None
    assert found.values["stage_id"] == "converted"
    assert len(tryton.tables["sale.opportunity"]) == 4


def test_a_deal_that_somebody_moved_off_its_way_stays_there(tryton: FakeTryton) -> None:
    connector = join(tryton)
    made = connector.create("deal", OURS.format(1), DEAL)
    tryton._act("lost", [int(made.id)], {})
    found = connector.find("deal", OURS.format(1), {**DEAL, "stage_id": "opportunity"})
    assert found is not None
    assert found.values["stage_id"] == "lost"


def test_a_stamp_says_which_rows_it_is_of(tryton: FakeTryton) -> None:
    phone = tryton.add("party.contact_mechanism", party=4, type="phone", value="1")
    seen = join(tryton).read("account", "4")
    assert seen is not None
    assert set(json.loads(seen.version)) == {"party.party,4", f"party.contact_mechanism,{phone}"}
