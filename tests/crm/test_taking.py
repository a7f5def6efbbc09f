"""Rounds: what is at the CRM is here, once, with its references, and an idle round costs next to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.crm.connector import Remote
from cockpit.crm.testing.memory import MemoryConnector, capabilities
from cockpit.errors import DatabaseBusy
from cockpit.hub.upstream import Connection, Round, Upstream, settings, status
from cockpit.hub.upstream.shaping import Shaper
from cockpit.storage.database import Database
from tests.crm.world import Joined

WAYS: list[dict[str, Any]] = [
    {"delta": "since", "deletes": "flag"},
    {"delta": "keyset", "deletes": "diff", "paging": "keyset"},
    {"delta": "none", "deletes": "feed", "paging": "offset"},
    {"delta": "none", "deletes": "none", "paging": "offset"},
    {"delta": "none", "deletes": "none"},
]


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(way.values()))
def joined(request: pytest.FixtureRequest, database: Database) -> Joined:
    return Joined(database, capabilities(**request.param))


def _later(joined: Joined) -> None:
    """Past the time after which a kind is read whole."""
    joined.now += timedelta(hours=25)


def test_the_first_round_brings_everything_with_its_references(joined: Joined) -> None:
    company = joined.server.company()
    done = joined.round()
    assert (done.error, done.bad, done.waiting) == ("", 0, 0)
    deal = joined.row("deal", company["deal"][1])
    assert deal["account_id"] == joined.row_id("account", company["account"][1])
    assert deal["owner_id"] == joined.row_id("person", company["person"][1])
    assert deal["stage_id"] == joined.row_id("stage", company["stage"][0])
    assert (deal["origin"], deal["external_source"], deal["external_ref"]) == ("crm", "memory", company["deal"][1])
    assert joined.row("funnel", company["funnel"][0])["is_default"] is True
    assert done.written == sum(len(joined.server.rows(entity)) for entity in joined.server.records)


def test_an_idle_round_writes_nothing_and_asks_a_small_constant_number_of_times(joined: Joined) -> None:
    joined.server.company(20)
    joined.round()
    joined.round()
    before = joined.every("deal")
    first, second = joined.round(), joined.round()
    assert (first.written, second.written) == (0, 0)
    assert first.requests == second.requests <= 2 * len(joined.memory.can.holdings) + 1
    assert joined.every("deal") == before


def test_a_change_there_is_here_after_a_round(joined: Joined) -> None:
    company = joined.server.company()
    joined.round()
    joined.server.edit("deal", company["deal"][0], {"amount_minor": 777, "stage_id": company["stage"][1]})
    joined.server.add("account", {"name": "New one", "owner_id": company["person"][0]})
    if not joined.memory.can.fed and joined.memory.can.holdings["deal"].delta == "none":
        _later(joined)
    done = joined.round()
    deal = joined.row("deal", company["deal"][0])
    assert (deal["amount_minor"], deal["stage_id"]) == (777, joined.row_id("stage", company["stage"][1]))
    assert done.written == 2
    assert [row["name"] for row in joined.every("account").values()].count("New one") == 1


def test_a_row_that_is_gone_there_goes_here_and_only_that(joined: Joined) -> None:
    company = joined.server.company()
    joined.round()
    joined.server.remove("deal", company["deal"][0])
    for _time in range(2):  # by offset a row may be missed once
        _later(joined)
        joined.round()
    names = sorted(row["name"] for row in joined.every("deal").values())
    assert names == ["Deal 1", "Deal 2", "Deal 3", "Deal 4"]


def test_pages_that_drift_lose_no_row_and_double_none(database: Database) -> None:
    joined = Joined(database, capabilities(delta="none", deletes="none", paging="offset"))
    company = joined.server.company(30)
    joined.round()
    wanted = set(joined.server.rows("account"))

    def drift() -> None:
        joined.server.add("account", {"name": f"Later {joined.server.seq}", "owner_id": company["person"][0]})

    joined.memory.between = drift
    for _time in range(3):
        _later(joined)
        joined.round()
    joined.memory.between = lambda: None
    _later(joined)
    joined.round()
    here = [row["external_ref"] for row in joined.every("account").values()]
    assert wanted <= set(here)
    assert len(here) == len(set(here))
    assert set(here) == set(joined.server.rows("account"))


def test_a_row_waits_for_the_one_it_names(joined: Joined) -> None:
    company = joined.server.company()
    late = joined.server.add("deal", {**joined.server.deal(9), "account_id": "a0", "stage_id": company["stage"][0]})
    done = joined.round()
    assert done.waiting == 1
    kind, reason = joined.faults()[late]
    assert kind == "waiting"
    assert "account a0" in reason
    record = joined.server.records["account"][company["account"][0]]
    joined.server.records["account"]["a0"] = type(record)("a0", {"name": "At last"}, joined.server.seq + 1)
    joined.server.seq += 1
    joined.server.log.append(("account", "a0", "put"))
    _later(joined)
    assert joined.round().waiting == 0
    assert joined.row("deal", late)["account_id"] == joined.row_id("account", "a0")
    assert joined.faults() == {}


def test_a_deal_in_a_stage_we_do_not_know_waits_and_is_named(database: Database) -> None:
    joined = Joined(database)
    company = joined.server.company()
    joined.round()
    joined.server.edit("deal", company["deal"][0], {"stage_id": "s-new", "amount_minor": 3})
    assert joined.round().waiting == 1
    assert joined.faults()[company["deal"][0]] == ("waiting", "stage s-new of the CRM is not here")
    assert joined.row("deal", company["deal"][0])["amount_minor"] == 1000
    joined.server.edit("deal", company["deal"][0], {"stage_id": company["stage"][1]})
    assert joined.round().waiting == 0
    assert joined.row("deal", company["deal"][0])["amount_minor"] == 3


def test_rows_that_are_gone_in_great_number_go_when_somebody_says_so(database: Database) -> None:
    joined = Joined(database, capabilities(deletes="diff"))
    company = joined.server.company(40)
    joined.round()
    for remote_id in company["deal"]:
        joined.server.remove("deal", remote_id)
    with joined.database.write() as session:
        status.accept_shrink(session, "crm")
    _later(joined)
    assert joined.round().removed == 40
    assert joined.every("deal") == {}
    with joined.database.read() as session:
        found = status.standing(session, "crm")
    assert (found.removed, found.error, dict(found.rows).get("deal", 0)) == (40, "", 0)


def test_rounds_go_on_by_themselves_until_they_are_stopped(database: Database) -> None:
    import threading

    joined = Joined(database, every_s=0)
    company = joined.server.company()
    passed = threading.Semaphore(0)
    run = joined.upstream._rounds.run

    def counted() -> Round:
        done = run()
        passed.release()
        return done

    joined.upstream._rounds.run = counted  # type: ignore[method-assign]
    joined.upstream.start()
    try:
        assert passed.acquire(timeout=60)
        joined.server.edit("deal", company["deal"][0], {"amount_minor": 3})
        assert passed.acquire(timeout=60)  # it may have been under way
        assert passed.acquire(timeout=60)
    finally:
        joined.upstream.stop()
    assert joined.row("deal", company["deal"][0])["amount_minor"] == 3


def test_a_round_that_another_process_has_done_is_not_done_again(joined: Joined) -> None:
    joined.server.company()
    joined.round()
    asked = joined.memory.requests
    again = Upstream(joined.hub, joined.memory, joined.connection)
    assert again._round_if_due() == joined.connection.every_s
    assert joined.memory.requests == asked
    joined.now += timedelta(seconds=joined.connection.every_s)
    again._round_if_due()
    assert joined.memory.requests > asked
    with joined.database.turn("crm-round-crm"), pytest.raises(DatabaseBusy):
        again._round_if_due()


def test_a_row_that_makes_no_sense_is_parked_and_the_page_goes_on(joined: Joined) -> None:
    company = joined.server.company()
    joined.memory.bad["deal", company["deal"][2]] = "the amount is a word"
    joined.server.edit("deal", company["deal"][3], {"currency": "Taler"})
    done = joined.round()
    assert done.bad == 2
    assert "the amount is a word" in joined.faults()[company["deal"][2]][1]
    assert "currency" in joined.faults()[company["deal"][3]][1]
    assert len(joined.every("deal")) == 3
    joined.memory.bad.clear()
    joined.server.edit("deal", company["deal"][2], {"amount_minor": 5})
    joined.server.edit("deal", company["deal"][3], {"currency": "EUR"})
    _later(joined)
    assert joined.round().bad == 0
    assert len(joined.every("deal")) == 5


def test_a_deal_without_amount_and_one_in_another_currency_are_taken_as_they_are(joined: Joined) -> None:
    company = joined.server.company()
    joined.server.edit("deal", company["deal"][0], {"amount_minor": None})
    joined.server.edit("deal", company["deal"][1], {"currency": "USD"})
    joined.round()
    assert joined.row("deal", company["deal"][0])["amount_minor"] is None
    assert joined.row("deal", company["deal"][1])["currency"] == "USD"


def test_a_deal_closed_before_its_expected_day_is_closed_when_that_is_seen(database: Database) -> None:
    joined = Joined(database, capabilities())
    whole = joined.memory.can.holdings["deal"]
    holding = replace(whole, fields=whole.fields | {"closed_on"})
    there = Remote("deal", "7", {"name": "A", "closed_on": "2027-02-22"})

    def here(today: date, stored: dict[str, Any] | None = None, remote: Remote = there) -> Any:
        shaper = Shaper(joined.connection, "deal", holding, today=today)
        return shaper.ours(remote, stored, lambda _kind, remote_id: remote_id)["closed_on"]

    assert here(date(2026, 11, 24)) == "2026-11-24"
    assert here(date(2026, 11, 26), {"closed_on": "2026-11-24"}) == "2026-11-24"
    assert here(date(2027, 2, 22), {"closed_on": "2026-11-24"}) == "2027-02-22"
    assert here(date(2026, 11, 24), remote=replace(there, values={"name": "A", "closed_on": None})) is None


def test_what_the_role_may_not_read_is_named_and_the_rest_comes(joined: Joined) -> None:
    company = joined.server.company()
    joined.memory.forbidden = frozenset({"person", "team"})
    done = joined.round()
    assert done.error == ""
    assert any("person" in note for note in done.notes)
    owner = joined.row("deal", company["deal"][0])["owner_id"]
    assert joined.every("person")[owner]["name"] == f"memory {company['person'][0]}"
    joined.memory.forbidden = frozenset()
    _later(joined)
    joined.round()
    assert joined.every("person")[owner]["name"] == "Ada"
    assert len(joined.every("person")) == 2


def test_a_token_that_is_over_ends_the_round_and_the_next_goes_on(joined: Joined) -> None:
    company = joined.server.company(20)
    asked: list[str] = []
    take = joined.memory._ask

    def ask(entity: str = "", values: Any = None) -> None:
        asked.append(entity)
        joined.memory.is_signed_in = len(asked) < 12
        take(entity, values)

    joined.memory._ask = ask  # type: ignore[method-assign]
    done = joined.round()
    assert done.error.startswith("It does not take the token: ")
    joined.memory._ask = take  # type: ignore[method-assign]
    joined.memory.is_signed_in = True
    assert joined.round().error == ""
    assert len(joined.every("deal")) == len(company["deal"])


def test_a_cursor_the_crm_forgot_costs_a_whole_reading_and_loses_nothing(database: Database) -> None:
    from cockpit.crm.connector import CrmCursorLost

    joined = Joined(database)
    company = joined.server.company()
    joined.round()
    joined.server.edit("deal", company["deal"][0], {"amount_minor": 9})
    joined.server.records["deal"].pop(company["deal"][1])  # it told of this long ago, and does so no more
    changes = joined.memory.changes

    def forgot(entity: str, cursor: str) -> Any:
        if entity == "deal" and cursor:
            raise CrmCursorLost("too old")
        return changes(entity, cursor)

    joined.memory.changes = forgot  # type: ignore[method-assign]
    assert joined.round().error == ""
    assert joined.row("deal", company["deal"][0])["amount_minor"] == 9
    assert len(joined.every("deal")) == 4


def test_a_version_that_is_too_old_is_named(database: Database) -> None:
    joined = Joined(database)
    joined.memory.version = "0"
    assert joined.round().error == "This CRM is too old: version 0; 1 is needed"


@pytest.mark.parametrize(
    "way", [{"deletes": "diff"}, {"delta": "none", "deletes": "feed", "paging": "offset"}, {"deletes": "none"}]
)
def test_most_rows_gone_at_once_are_not_believed_until_somebody_says_so(
    database: Database, way: dict[str, Any]
) -> None:
    joined = Joined(database, capabilities(**way))
    company = joined.server.company(40)
    joined.round()
    for remote_id in company["deal"]:
        del joined.server.records["deal"][remote_id]  # as if the role had changed: nothing tells of it
    for _number in range(2):
        _later(joined)
        done = joined.round()
    idle = joined.round()
    assert (done.removed, idle.removed, len(joined.every("deal"))) == (0, 0, 40)
    (note,) = idle.notes  # also of a round that compares nothing
    assert "--accept-shrink" in note
    with joined.database.write() as session:
        status.accept_shrink(session, "crm")
    done = joined.round()
    assert (done.removed, done.notes) == (40, [])
    assert joined.every("deal") == {}


def test_rows_that_are_shown_again_end_the_note(database: Database) -> None:
    joined = Joined(database, capabilities(deletes="diff"))
    joined.server.company(40)
    joined.round()
    deals = dict(joined.server.records["deal"])
    joined.server.records["deal"].clear()
    _later(joined)
    assert joined.round().notes
    joined.server.records["deal"].update(deals)
    _later(joined)
    done = joined.round()
    assert (done.removed, done.notes) == (0, [])


def test_a_copied_record_does_not_take_the_place_of_the_first(database: Database) -> None:
    joined = Joined(database)
    company = joined.server.company()
    values = {**joined.server.deal(1), "stage_id": company["stage"][0]}
    joined.server.add("deal", values, row_id="ours")
    joined.server.add("deal", {**values, "name": "Copy"}, row_id="ours")
    joined.round()
    joined.round()
    names = [row["name"] for row in joined.every("deal").values()]
    assert names.count("Copy") == 1
    assert joined.row_here("deal", "ours")["name"] == "Deal 1"


def test_a_stage_mapped_to_one_of_ours_moves_its_deals_into_our_funnel(database: Database) -> None:
    from cockpit.hub import funnels

    joined = Joined(database)
    company = joined.server.company()
    with joined.database.write() as session:
        funnels.put(session, funnels.read("online"), joined.now)
    ours = next(row for row in joined.every("stage").values())
    joined.upstream = type(joined.upstream)(
        joined.hub,
        MemoryConnector(joined.server, joined.memory.can),
        type(joined.connection)("crm", "memory", "", stages={company["stage"][0]: ours["id"]}),
    )
    joined.round()
    deal = joined.row("deal", company["deal"][0])
    assert (deal["stage_id"], deal["funnel_id"]) == (ours["id"], ours["funnel_id"])
    assert joined.every("stage")[ours["id"]] == ours


def test_a_mapped_field_is_a_column_and_the_others_are_kept(database: Database) -> None:
    joined = Joined(database, fields={"account": {"sector": "industry"}})
    joined.memory.can = capabilities()
    unknown = {"sector": "Chemistry", "rating": "AA", "empty": ""}
    remote_id = joined.server.add("account", {"name": "Acme"}, unknown=unknown)
    joined.round()
    account = joined.row("account", remote_id)
    assert account["industry"] == "Chemistry"
    assert account["crm"] == {"rating": "AA"}
    record = joined.server.records["account"][remote_id]
    record.unknown["industry_name"] = record.unknown.pop("sector")
    joined.server.edit("account", remote_id, {"name": "Acme 2"})
    done = joined.round()
    words = ["the CRM has no field sector any more: the mapping names it"]
    assert (done.notes, joined.round().notes) == (words, words)
    assert joined.row("account", remote_id)["industry"] == "Chemistry"
    record.unknown["sector"] = record.unknown.pop("industry_name")
    joined.server.edit("account", remote_id, {"name": "Acme 3"})
    assert joined.round().notes == []


def test_another_map_ends_the_note_of_a_field_that_it_does_not_name(database: Database) -> None:
    joined = Joined(database, fields={"account": {"sector": "industry"}})
    joined.server.add("account", {"name": "Acme"}, unknown={"branch": "Chemistry"})
    assert joined.round().notes
    joined.connection = replace(joined.connection, fields={"account": {"branch": "industry"}})
    joined.upstream = Upstream(joined.hub, joined.memory, joined.connection)
    assert joined.round().notes == []
    (account,) = joined.every("account").values()
    assert account["industry"] == "Chemistry"


def test_a_connection_is_read_as_it_was_written(tmp_path: Path) -> None:
    maps = {"account": {"sector": "industry", "grade": "size"}}
    written = {"account": frozenset({"sector", "grade"})}
    connection = Connection("crm", "memory", "http://memory", fields=maps, written=written, options={"a": 'b"c'})
    settings.write(tmp_path / "crm.toml", connection)
    assert settings.read(tmp_path / "crm.toml") == connection


def test_what_a_person_wrote_into_the_file_of_a_connection_stays(tmp_path: Path) -> None:
    path = tmp_path / "crm.toml"
    before = Connection("crm", "memory", "http://memory", people={"1": "p-1"}, ca_file="/own.pem")
    settings.write(path, before)
    by_hand = path.read_text("utf-8").replace("[people]", "# who sells\n[people]").replace('"p-1"', "'p-1'  # Li Lei")
    path.write_text(by_hand, "utf-8")
    after = replace(before, url="http://other", people={"1": "p-1", "2": "p-2"}, ca_file="", options={"a": "b"})
    settings.write(path, after)
    assert settings.read(path) == after
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text("utf-8")
    assert "# who sells\n[people]\n1 = 'p-1'  # Li Lei\n2 = " in text
    assert "ca_file" not in text
