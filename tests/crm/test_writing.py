"""What a device pushes is at the CRM when it counts; what somebody changed there meanwhile is a conflict; nothing is made
twice, whatever answer gets lost."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.crm.connector import Remote
from cockpit.crm.testing import Losing
from cockpit.crm.testing.losing import Fate
from cockpit.crm.testing.memory import FIELDS, capabilities
from cockpit.errors import HubBusy
from cockpit.hub import cursors, store
from cockpit.hub.store import Change
from cockpit.hub.upstream import Upstream
from cockpit.hub.upstream.refusals import Refusal
from cockpit.hub.upstream.status import standing
from cockpit.hub.wire import Mutation
from cockpit.storage.database import Database
from tests.crm.world import Joined


@pytest.fixture
def joined(database: Database) -> Joined:
    return Joined(database)


@pytest.fixture
def company(joined: Joined) -> dict[str, list[str]]:
    made = joined.server.company()
    joined.round()
    return made


def _visit(joined: Joined, company: dict[str, list[str]], **values: Any) -> dict[str, Any]:
    account = joined.row("account", company["account"][0])
    usual = {"account_id": account["id"], "subject": "Spring offer", "starts_at": "2026-11-25T02:00:00.000000Z"}
    return {**usual, **values}


def test_an_edit_is_written_there_before_it_counts(joined: Joined, company: dict[str, list[str]]) -> None:
    ada, deal = company["person"][0], company["deal"][0]
    result = joined.patch(
        ada, "deal", deal, amount_minor=5, stage_id=joined.row_id("stage", company["stage"][1]), source="fair"
    )
    assert result.status == "applied"
    there = joined.server.rows("deal")[deal]
    assert (there["amount_minor"], there["stage_id"]) == (5, company["stage"][1])
    assert "source" not in there
    assert joined.row("deal", deal)["source"] == "fair"
    assert joined.round().written == 0


def test_fields_the_crm_does_not_hold_cost_no_request(joined: Joined, company: dict[str, list[str]]) -> None:
    asked = joined.memory.requests
    assert joined.patch(company["person"][0], "deal", company["deal"][0], source="fair").status == "applied"
    assert joined.memory.requests == asked


def test_the_same_field_changed_on_both_sides_is_a_conflict_with_both_values(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    deal = company["deal"][0]
    mine = joined.edit("deal", deal, amount_minor=5)
    joined.server.edit("deal", deal, {"amount_minor": 9})
    result = joined.push(company["person"][0], mine)
    assert result.status == "conflict"
    assert [(one.field, one.base, one.mine, one.theirs) for one in result.fields] == [("amount_minor", 1000, 5, 9)]
    assert result.theirs_by == "crm:memory"
    assert joined.server.rows("deal")[deal]["amount_minor"] == 9
    assert joined.row("deal", deal)["amount_minor"] == 9


def test_another_field_changed_there_is_merged(joined: Joined, company: dict[str, list[str]]) -> None:
    deal = company["deal"][0]
    mine = joined.edit("deal", deal, amount_minor=5)
    joined.server.edit("deal", deal, {"expected_on": "2027-01-31"})
    assert joined.push(company["person"][0], mine).status == "applied"
    here, there = joined.row("deal", deal), joined.server.rows("deal")[deal]
    assert (here["amount_minor"], here["expected_on"]) == (5, "2027-01-31")
    assert (there["amount_minor"], there["expected_on"]) == (5, "2027-01-31")


def test_a_row_deleted_there_meets_an_edit_as_a_conflict_and_may_be_made_again(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    deal, ada = company["deal"][0], company["person"][0]
    row = joined.row("deal", deal)
    mine = joined.edit("deal", deal, amount_minor=5)
    joined.server.remove("deal", deal)
    result = joined.push(ada, mine)
    assert (result.status, result.problem and result.problem.type) == ("conflict", "deleted")
    values = {name: row[name] for name in FIELDS["deal"]} | {"amount_minor": 5}
    assert joined.push(ada, joined.mutation("deal", row["id"], "create", values)).status == "applied"
    made = [one for one in joined.server.records["deal"].values() if one.row_id == row["id"]]
    assert [one.values["amount_minor"] for one in made] == [5]
    joined.round()
    assert joined.row("deal", made[0].id)["id"] == row["id"]


def test_a_new_row_is_made_once_and_carries_our_id(joined: Joined, company: dict[str, list[str]]) -> None:
    ada = company["person"][0]
    result = joined.push(ada, joined.mutation("activity", "visit-1", "create", _visit(joined, company)))
    assert result.status == "applied"
    assert result.row is not None
    assert result.row["origin"] == "crm"
    ((there, values),) = joined.server.rows("activity").items()
    assert (values["owner_id"], values["account_id"]) == (ada, company["account"][0])
    assert joined.server.records["activity"][there].row_id == "visit-1"
    assert joined.round().written == 0
    assert list(joined.every("activity")) == ["visit-1"]


def test_a_deletion_is_carried_out_there(joined: Joined, company: dict[str, list[str]]) -> None:
    deal = company["deal"][0]
    row = joined.row("deal", deal)
    result = joined.push(company["person"][0], joined.mutation("deal", row["id"], "delete", base_rev=row["rev"]))
    assert result.status == "applied"
    assert deal not in joined.server.rows("deal")
    joined.round()
    assert row["id"] not in joined.every("deal")


def test_what_the_crm_refuses_is_rejected_with_its_words_and_changes_nothing(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    joined.server.refuses = lambda entity, values: "a stage may not be skipped" if "stage_id" in values else ""
    won = joined.row_id("stage", company["stage"][2])
    result = joined.patch(company["person"][0], "deal", company["deal"][0], stage_id=won)
    assert (result.status, result.problem and result.problem.type) == ("rejected", "crm-refused")
    assert result.problem is not None
    assert result.problem.detail == "a stage may not be skipped"
    assert joined.row("deal", company["deal"][0])["stage_id"] == joined.row_id("stage", company["stage"][0])


def test_a_person_the_crm_does_not_know_cannot_own_a_row_there(joined: Joined, company: dict[str, list[str]]) -> None:
    with joined.database.write() as session:
        store.apply(
            session,
            Change("person", "carl", "create", {"name": "Carl", "role": "rep"}),
            actor_id=None,
            recorded_at=joined.now,
        )
    result = joined.push(
        company["person"][0],
        joined.mutation("activity", "visit-1", "create", _visit(joined, company, owner_id="carl", rep_id="carl")),
    )
    assert result.status == "rejected"
    assert joined.server.rows("activity") == {}


@pytest.mark.parametrize("over", ["token", "busy"])
def test_while_the_crm_cannot_be_asked_a_push_waits(joined: Joined, company: dict[str, list[str]], over: str) -> None:
    ada, deal = company["person"][0], company["deal"][0]
    mine = joined.edit("deal", deal, amount_minor=5)
    read = joined.memory.read

    def busy(entity: str, remote_id: str) -> Remote | None:
        raise HubBusy("maintenance", seconds=30)

    joined.memory.is_signed_in = over != "token"
    if over == "busy":
        joined.memory.read = busy  # type: ignore[method-assign]
    result = joined.push(ada, mine)
    assert (result.status, result.problem and result.problem.type) == (
        "retry",
        "crm-sign-in" if over == "token" else "crm-away",
    )
    asked = joined.memory.requests
    if over == "busy":
        again = joined.push(ada, mine)
        assert (again.status, again.problem and again.problem.detail) == ("retry", "maintenance")
        assert joined.memory.requests == asked  # it asked to be left alone
    joined.memory.is_signed_in, joined.memory.read = True, read  # type: ignore[method-assign]
    joined.round()
    assert joined.push(ada, mine).status == "applied"
    assert joined.push(ada, mine).status == "replayed"


@pytest.mark.parametrize("create", ["lookup", "upsert", "none"])
@pytest.mark.parametrize("is_round_between", [False, True])
def test_a_lost_answer_makes_nothing_twice(database: Database, create: str, is_round_between: bool) -> None:
    joined, fates = _losing(database, create=create)
    company = joined.server.company()
    joined.round()
    ada = company["person"][0]
    visit = joined.mutation("activity", "visit-1", "create", _visit(joined, company))
    fates["create"] = "after"
    assert joined.push(ada, visit).status == "retry"
    fates.clear()
    joined.now = joined.now.replace(minute=50)
    if is_round_between:
        joined.round()
    result = joined.push(ada, visit)
    assert result.status == ("rejected" if create == "none" else "applied")
    assert len(joined.server.rows("activity")) == 1
    joined.round()
    assert len(joined.every("activity")) == 1


@pytest.mark.parametrize("lost", ["update", "delete", "read"])
@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_change_whose_answer_was_lost_is_not_a_conflict_with_itself(
    database: Database, lost: str, fate: Fate
) -> None:
    joined, fates = _losing(database)
    company = joined.server.company()
    joined.round()
    ada, deal = company["person"][0], company["deal"][0]
    row = joined.row("deal", deal)
    mine = joined.edit("deal", deal, amount_minor=5)
    if lost == "delete":
        mine = joined.mutation("deal", row["id"], "delete", base_rev=row["rev"])
    fates[lost] = fate
    assert joined.push(ada, mine).status == "retry"
    fates.clear()
    joined.round()
    assert joined.push(ada, mine).status == "applied"
    if lost == "delete":
        assert deal not in joined.server.rows("deal")
        assert row["id"] not in joined.every("deal")
    else:
        assert joined.server.rows("deal")[deal]["amount_minor"] == joined.row("deal", deal)["amount_minor"] == 5


def _losing(database: Database, **can: Any) -> tuple[Joined, dict[str, Fate]]:
    joined, fates = Joined(database, capabilities(**can)), dict[str, Fate]()
    joined.upstream = Upstream(joined.hub, Losing(joined.memory, lambda what: fates.get(what, "")), joined.connection)
    return joined, fates


def test_only_the_rows_the_crm_has_a_place_for_go_there(database: Database) -> None:
    narrow: dict[str, Any] = {"only": {"status": frozenset({"held"})}, "needs": frozenset({"account_id"})}
    can = capabilities()
    holdings = {**can.holdings, "activity": capabilities(**narrow).holdings["activity"]}
    joined = Joined(database, type(can)(holdings, can.paging))
    company = joined.server.company()
    joined.round()
    ada = company["person"][0]
    assert (
        joined.push(ada, joined.mutation("activity", "visit-1", "create", _visit(joined, company))).status == "applied"
    )
    assert joined.server.rows("activity") == {}
    assert joined.row_here("activity", "visit-1")["origin"] == "hub"
    row = joined.row_here("activity", "visit-1")
    held = joined.mutation(
        "activity", "visit-1", "patch", {"status": "held"}, base={"status": "planned"}, base_rev=row["rev"]
    )
    assert joined.push(ada, held).status == "applied"
    ((_id, there),) = joined.server.rows("activity").items()
    assert there["status"] == "held"
    assert joined.row_here("activity", "visit-1")["origin"] == "crm"


def test_an_hour_planned_here_is_kept_while_the_day_agrees(database: Database) -> None:
    joined = Joined(database, capabilities(day_only=frozenset({"starts_at"})))
    company = joined.server.company()
    joined.round()
    ada = company["person"][0]
    late = "2026-11-24T23:30:00.000000Z"  # half past seven of the 25th in Shanghai
    visit = _visit(joined, company, starts_at=late, ends_at="2026-11-25T00:30:00.000000Z")
    joined.push(ada, joined.mutation("activity", "visit-1", "create", visit))
    ((there, values),) = joined.server.rows("activity").items()
    assert values["starts_at"] == "2026-11-25T07:30:00+08:00"
    joined.server.edit("activity", there, {"starts_at": "2026-11-25", "subject": "Other words"})
    joined.round()
    row = joined.row("activity", there)
    assert (row["starts_at"], row["subject"]) == (late, "Other words")
    joined.server.edit("activity", there, {"starts_at": "2026-11-27"})
    joined.round()
    row = joined.row("activity", there)
    assert (row["starts_at"], row["ends_at"]) == ("2026-11-26T23:30:00.000000Z", "2026-11-27T00:30:00.000000Z")
    joined.server.add("activity", {**values, "starts_at": "2026-12-01", "subject": "From there"})
    joined.round()
    starts = {row["subject"]: row["starts_at"] for row in joined.every("activity").values()}
    assert starts["From there"] == "2026-12-01T01:00:00.000000Z"
    asked = len(joined.server.history["activity", there, "starts_at"])
    joined.patch(ada, "activity", there, starts_at="2026-11-27T02:00:00.000000Z")
    assert len(joined.server.history["activity", there, "starts_at"]) == asked


def test_what_was_done_is_never_ahead_of_the_clock_of_the_crm(joined: Joined, company: dict[str, list[str]]) -> None:
    joined.memory.time = joined.now
    joined.now = joined.now.replace(hour=5)
    joined.memory.time = joined.now.replace(hour=4, minute=50)
    joined.upstream.line.forget_greeting()
    joined.round()
    ahead = _visit(joined, company, status="held", starts_at="2026-11-24T04:59:00.000000Z")
    joined.push(company["person"][0], joined.mutation("activity", "visit-1", "create", ahead))
    ((_id, there),) = joined.server.rows("activity").items()
    assert there["starts_at"] < "2026-11-24T04:52"
    assert joined.row_here("activity", "visit-1")["starts_at"] == there["starts_at"]


def test_kinds_that_are_read_only_there_are_not_changed_here(database: Database) -> None:
    joined = Joined(database, capabilities(is_read_only=True))
    company = joined.server.company()
    joined.round()
    result = joined.patch(company["person"][0], "deal", company["deal"][0], amount_minor=5)
    assert (result.status, result.problem and result.problem.type) == ("rejected", "crm-refused")
    assert joined.patch(company["person"][0], "deal", company["deal"][0], source="fair").status == "applied"


def test_a_row_that_changed_between_reading_and_writing_is_judged_anew(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    deal = company["deal"][0]
    mine = joined.edit("deal", deal, amount_minor=5)
    update, raced = joined.memory.update, [False]

    def race(entity: str, seen: Remote, values: Any) -> Remote:
        if not raced[0]:
            raced[0] = True
            joined.server.edit("deal", deal, {"amount_minor": 8})
        return update(entity, seen, values)

    joined.memory.update = race  # type: ignore[method-assign]
    result = joined.push(company["person"][0], mine)
    assert result.status == "conflict"
    assert result.fields[0].theirs == 8
    assert joined.server.rows("deal")[deal]["amount_minor"] == 8


def test_a_task_that_becomes_something_else_there_stays_one_row(joined: Joined, company: dict[str, list[str]]) -> None:
    ada = company["person"][0]
    joined.push(ada, joined.mutation("activity", "visit-1", "create", _visit(joined, company)))
    (task,) = joined.server.rows("activity")

    def become(entity: str, seen: Remote, values: Any) -> Remote:
        record = joined.server.records[entity][seen.id]
        made = joined.server.add(entity, {**record.values, **values}, row_id=record.row_id)
        return Remote(entity, made, dict(joined.server.rows(entity)[made]), row_id=record.row_id, version="")

    joined.memory.update = become  # type: ignore[method-assign]
    assert joined.patch(ada, "activity", task, status="held", result="Ordered").status == "applied"
    joined.round()
    joined.round()
    assert list(joined.every("activity")) == ["visit-1"]
    row = joined.row_here("activity", "visit-1")
    assert (row["status"], row["result"]) == ("held", "Ordered")
    assert row["external_ref"] != task
    joined.server.remove("activity", task)
    joined.round()
    assert list(joined.every("activity")) == ["visit-1"]


def test_a_mapped_field_is_changed_at_the_crm_alone(database: Database) -> None:
    joined = Joined(database, fields={"account": {"sector": "size"}})
    company = joined.server.company()
    joined.server.add("account", {"name": "Acme", "owner_id": company["person"][0]}, unknown={"sector": "big"})
    joined.round()
    acme = next(row["external_ref"] for row in joined.every("account").values() if row["name"] == "Acme")
    result = joined.patch(company["person"][0], "account", acme, size="small")
    assert result.status == "rejected"
    assert result.problem is not None
    assert "sector" in result.problem.detail


def _restored(path: Path, **can: Any) -> tuple[Joined, dict[str, list[str]], Mutation]:
    """A hub put back to before a visit was made, and the visit as the device sends it again."""
    database = Database.at(path / "hub.db")
    database.prepare()
    joined = Joined(database, capabilities(**can))
    company = joined.server.company()
    joined.round()
    visit = joined.mutation("activity", "visit-1", "create", _visit(joined, company))
    kept = shutil.copy(path / "hub.db", path / "kept.db")
    assert joined.push(company["person"][0], visit).status == "applied"
    database.close()
    shutil.copy(kept, path / "hub.db")
    return joined, company, visit


@pytest.mark.parametrize("told", ["operator", "device"])
def test_what_a_restored_hub_does_not_remember_is_looked_for_before_it_is_made(tmp_path: Path, told: str) -> None:
    joined, company, visit = _restored(tmp_path)
    if told == "operator":
        with joined.database.write() as session:
            cursors.begin_anew(session, joined.now)
    else:
        visit = visit.model_copy(update={"sent": "taken"})
    assert joined.push(company["person"][0], visit).status == "applied"
    assert len(joined.server.rows("activity")) == 1
    joined.database.close()


def test_where_it_cannot_be_looked_for_a_person_is_asked_once(tmp_path: Path) -> None:
    joined, company, visit = _restored(tmp_path, create="none")
    visit, ada = visit.model_copy(update={"sent": "taken"}), company["person"][0]
    result = joined.push(ada, visit)
    assert (result.status, result.problem and result.problem.type) == ("rejected", "crm-refused")
    assert len(joined.server.rows("activity")) == 1
    assert joined.push(ada, visit).status == "applied"  # he has looked, and sends it again
    joined.database.close()


def _sent_again(
    path: Path, make: Callable[[Joined, dict[str, list[str]]], Iterable[Mutation]]
) -> tuple[Joined, list[str]]:
    """A hub put back to before changes that it had acknowledged, and what becomes of them when they come again."""
    database = Database.at(path / "hub.db")
    database.prepare()
    joined = Joined(database)
    company = joined.server.company()
    joined.round()
    kept, ada = shutil.copy(path / "hub.db", path / "kept.db"), company["person"][0]
    done = []
    for mutation in make(joined, company):
        assert joined.push(ada, mutation).status == "applied"
        done.append(mutation)
    database.close()
    shutil.copy(kept, path / "hub.db")
    again = [one.model_copy(update={"sent": "taken", "base_rev": 0}) for one in done]
    return joined, [joined.push(ada, one).status for one in again]


def _amounts(joined: Joined, company: dict[str, list[str]], *values: int) -> list[Mutation]:
    """Edits of one deal, each by somebody who saw the one before."""
    deal = joined.row("deal", company["deal"][0])
    seen = [deal["amount_minor"], *values]
    return [
        joined.mutation("deal", deal["id"], "patch", {"amount_minor": mine}, base={"amount_minor": base}, base_rev=1)
        for base, mine in itertools.pairwise(seen)
    ]


def test_two_edits_of_one_field_are_no_conflict_with_oneself_after_a_restore(tmp_path: Path) -> None:
    joined, told = _sent_again(tmp_path, lambda joined, company: _amounts(joined, company, 5, 7))
    assert told == ["applied", "applied"]
    (deal,) = (row for row in joined.every("deal").values() if row["amount_minor"] == 7)
    assert joined.server.rows("deal")[deal["external_ref"]]["amount_minor"] == 7
    joined.database.close()


def test_what_somebody_changed_at_the_crm_after_an_edit_stays_after_a_restore(tmp_path: Path) -> None:
    """He had seen the edit, so nobody is asked. What the CRM does not hold is the hub's, and comes again."""

    def make(joined: Joined, company: dict[str, list[str]]) -> Iterator[Mutation]:
        (first,) = _amounts(joined, company, 5)
        seen = {**first.base, "source": joined.row("deal", company["deal"][0])["source"]}
        yield first.model_copy(update={"patch": {**first.patch, "source": "fair"}, "base": seen})
        joined.server.edit("deal", company["deal"][0], {"amount_minor": 9})

    joined, told = _sent_again(tmp_path, make)
    assert told == ["applied"]
    (deal,) = (row for row in joined.every("deal").values() if row["source"] == "fair")
    assert deal["amount_minor"] == joined.server.rows("deal")[deal["external_ref"]]["amount_minor"] == 9
    joined.database.close()


@pytest.mark.parametrize("answer", ["make it again", "leave it"])
def test_a_row_that_was_deleted_at_the_crm_is_not_made_again_unasked_after_a_restore(
    tmp_path: Path, answer: str
) -> None:
    def make(joined: Joined, company: dict[str, list[str]]) -> Iterator[Mutation]:
        yield joined.mutation("activity", "visit-1", "create", _visit(joined, company))
        (there,) = joined.server.rows("activity")
        joined.server.remove("activity", there)

    joined, told = _sent_again(tmp_path, make)
    assert told == ["conflict"]
    assert joined.server.rows("activity") == {}
    joined.round()
    if answer == "make it again":
        (ada, *_others), (account, *_more) = joined.server.rows("person"), joined.every("account")
        visit = {"account_id": account, "subject": "Spring offer", "starts_at": "2026-11-25T02:00:00.000000Z"}
        assert joined.push(ada, joined.mutation("activity", "visit-1", "create", visit)).status == "applied"
    assert len(joined.server.rows("activity")) == len(joined.every("activity")) == (answer == "make it again")
    joined.database.close()


def test_a_first_creation_asks_for_nothing(joined: Joined, company: dict[str, list[str]]) -> None:
    """The look-up costs a call, and where calls are counted, twenty of them."""
    asked = joined.memory.requests
    visit = joined.mutation("activity", "visit-1", "create", _visit(joined, company))
    assert joined.push(company["person"][0], visit).status == "applied"
    assert joined.memory.requests == asked + 1


def test_whoever_runs_the_hub_sees_what_the_crm_refused_until_it_is_taken(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    deal, ada = company["deal"][0], company["person"][0]
    joined.server.refuses = lambda _entity, values: "no such currency" if values.get("currency") == "XXX" else ""
    assert joined.patch(ada, "deal", deal, currency="XXX").status == "rejected"
    (one,) = _refused(joined)
    assert (one.person, one.entity, one.name, one.fields) == ("Ada", "deal", "Deal 0", ("currency",))
    assert (one.op, one.reason, one.seen_at) == ("patch", "no such currency", joined.now)
    joined.round()
    assert len(_refused(joined)) == 1
    assert joined.patch(ada, "deal", deal, currency="EUR").status == "applied"
    assert _refused(joined) == ()


def test_a_refusal_that_nobody_comes_back_to_is_not_shown_for_ever(
    joined: Joined, company: dict[str, list[str]]
) -> None:
    joined.server.refuses = lambda _entity, _values: "no"
    joined.patch(company["person"][0], "deal", company["deal"][0], amount_minor=1)
    joined.now += timedelta(days=31)
    joined.round()
    assert _refused(joined) == ()


def _refused(joined: Joined) -> tuple[Refusal, ...]:
    with joined.database.read() as session:
        found = standing(session, "crm")
    assert found.faults == ()
    return found.refused


@pytest.fixture
def mapped(database: Database) -> Joined:
    """Customers whose sector is shown as our industry and changed from here, and whose grade is shown as our size."""
    maps = {"account": {"sector": "industry", "grade": "size"}}
    joined = Joined(database, fields=maps, written={"account": frozenset({"sector"})})
    holdings = {
        entity: replace(holding, fields=holding.fields - {"industry"})
        for entity, holding in joined.memory.can.holdings.items()
    }
    joined.memory.can = replace(joined.memory.can, holdings=holdings)
    owner = joined.server.company()["person"][0]
    for name, unknown in (("Acme", {"sector": "Paper", "grade": "A"}), ("Empty", {"sector": None, "grade": None})):
        joined.server.add("account", {"name": name, "owner_id": owner}, unknown=unknown)
    joined.round()
    return joined


def _theirs(joined: Joined, name: str) -> tuple[str, dict[str, Any]]:
    return next(
        (one.id, one.unknown) for one in joined.server.records["account"].values() if one.values["name"] == name
    )


def test_a_mapped_field_that_is_written_is_changed_there_too(mapped: Joined) -> None:
    ada = next(iter(mapped.server.rows("person")))
    for name in ("Acme", "Empty"):
        there, unknown = _theirs(mapped, name)
        assert mapped.patch(ada, "account", there, industry="Steel").status == "applied"
        assert unknown["sector"] == "Steel"
        assert mapped.row("account", there)["industry"] == "Steel"
        assert mapped.patch(ada, "account", there, size="B").status == "rejected", "this one is only shown"
    unknown["sector"] = "Glass"
    mapped.server.edit("account", there, {})
    mapped.round()
    assert mapped.row("account", there)["industry"] == "Glass"


def test_a_mapped_field_changed_on_both_sides_is_a_conflict(mapped: Joined) -> None:
    ada, (there, unknown) = next(iter(mapped.server.rows("person"))), _theirs(mapped, "Acme")
    mine = mapped.edit("account", there, industry="Steel")
    unknown["sector"] = "Glass"
    mapped.server.edit("account", there, {})
    result = mapped.push(ada, mine)
    assert [(one.field, one.mine, one.theirs) for one in result.fields] == [("industry", "Steel", "Glass")]
    assert unknown["sector"] == "Glass"


def test_a_mapped_field_that_was_emptied_there_is_empty_here(mapped: Joined) -> None:
    there, unknown = _theirs(mapped, "Acme")
    unknown["sector"] = None
    mapped.server.edit("account", there, {})
    done = mapped.round()
    assert mapped.row("account", there)["industry"] == ""
    assert done.notes == [], "an empty field is no missing one"


@pytest.mark.parametrize(("name", "words"), [("branch", "no field sector any more"), ("sector", "several values")])
def test_a_mapped_field_that_cannot_be_written_is_named(mapped: Joined, name: str, words: str) -> None:
    ada, (there, unknown) = next(iter(mapped.server.rows("person"))), _theirs(mapped, "Acme")
    del unknown["sector"]
    unknown[name] = ["Paper", "Ink"]
    mapped.server.edit("account", there, {})
    mapped.round()
    result = mapped.patch(ada, "account", there, industry="Steel")
    assert result.problem is not None
    assert (result.problem.type, words in result.problem.detail) == ("crm-refused", True)


def test_a_new_row_brings_its_mapped_fields_along(mapped: Joined) -> None:
    ada = next(iter(mapped.server.rows("person")))
    values = {"name": "Nova", "industry": "Wood", "size": "C"}
    assert mapped.push(ada, mapped.mutation("account", "account-1", "create", values)).status == "applied"
    assert _theirs(mapped, "Nova")[1] == {"sector": "Wood"}


@pytest.mark.parametrize("op", ["patch", "create"])
def test_a_stage_the_crm_does_not_have_is_refused_not_left_out(
    joined: Joined, company: dict[str, list[str]], op: str
) -> None:
    with joined.database.write() as session:
        for entity, row_id, values in (
            ("funnel", "own-funnel", {"name": "Own"}),
            ("stage", "own-stage", {"name": "Pilot", "funnel_id": "own-funnel", "position": 1, "kind": "open"}),
        ):
            store.apply(session, Change(entity, row_id, "create", values), actor_id=None, recorded_at=joined.now)
    deal, ada = joined.row("deal", company["deal"][0]), company["person"][0]
    mutation = joined.edit("deal", company["deal"][0], stage_id="own-stage", funnel_id="own-funnel")
    if op == "create":
        names = ("name", "account_id", "owner_id", "currency", "amount_minor")
        values = {name: deal[name] for name in names} | {"stage_id": "own-stage", "funnel_id": "own-funnel"}
        mutation = joined.mutation("deal", "deal-1", "create", values)
    result = joined.push(ada, mutation)
    assert (result.status, result.problem and result.problem.type) == ("rejected", "crm-refused")
    assert joined.row("deal", company["deal"][0]) == deal
    assert "deal-1" not in joined.every("deal")
