"""PostgreSQL itself keeps a person to what he may see, should a query of the hub ever forget to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text, true
from sqlmodel import col, select

from cockpit.hub import rowwall, store, tokens, visibility
from cockpit.hub.context import Hub
from cockpit.hub.store import Change
from cockpit.storage.database import Database
from cockpit.storage.tables import SYNCED, AccountRow
from tests.hub.cells import OWNED
from tests.hub.test_matrix import VALUES
from tests.hub.world import BOSS, HEAD, LEAD, MATE, ME, OTHER, OTHER_LEAD, HubWorld, people_hub
from tests.support.postgres import Cluster

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("hub_database", ["postgres"], indirect=True)]


@pytest.fixture
def walled(hub: HubWorld) -> HubWorld:
    """Rows of every kind: of each owner and of nobody, at accounts of each and of nobody."""
    owners = (ME, MATE, OTHER, None)
    changes = [Change("account", f"at-{owner}", "create", {"name": "A", "owner_id": owner}) for owner in owners]
    for entity in VALUES:
        for owner in owners:
            for place in (*owners, "nowhere") if "account_id" in SYNCED[entity].model_fields else ("nowhere",):
                values = {**VALUES[entity], "owner_id": owner}
                values |= {"rep_id": owner or BOSS} if entity == "activity" else {}
                values |= {"account_id": f"at-{place}"} if place != "nowhere" else {}
                changes.append(Change(entity, f"{entity}-{owner}-{place}", "create", values))
    with hub.database.write() as session:
        for change in changes:
            store.apply(session, change, actor_id=None, recorded_at=hub.now)
    return hub


def _hub(world: HubWorld) -> Hub:
    found: Hub = world.app.state.hub
    return found


@pytest.mark.parametrize("person", [ME, MATE, LEAD, OTHER, OTHER_LEAD, HEAD, "admin"])
def test_the_policies_say_what_the_filter_says(walled: HubWorld, person: str) -> None:
    hub = _hub(walled)
    assert hub.has_row_wall
    client = walled.admin() if person == "admin" else walled.client(person)
    with hub.read() as session:
        actor = tokens.authenticate(session, client.token or "", walled.now)
        assert actor is not None
        filtered = {
            entity: set(session.exec(select(col(table.id)).where(visibility.table_filter(actor, entity))))
            for entity, table in SYNCED.items()
        }
    with hub.read(actor) as session:
        walls = {entity: set(session.exec(select(col(table.id)))) for entity, table in SYNCED.items()}
    assert walls == filtered
    assert all(len(walls[entity]) >= 1 for entity in OWNED)


def test_a_query_that_forgets_the_filter_gives_nothing_of_others(
    walled: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "table_filter", lambda *_given: true())
    monkeypatch.setattr(visibility, "can_see", lambda *_given: True)
    me = walled.client(ME)
    assert {row["id"] for row in me.get("/v1/account").json()["rows"]} >= {f"at-{ME}", "at-None"}
    for path in ("/v1/account", "/v1/sync/snapshot"):
        told = me.get(path).text
        assert f'"id":"at-{ME}"' in told
        assert f'"id":"at-{OTHER}"' not in told
    assert me.get(f"/v1/account/at-{OTHER}").status_code == 404
    assert me.get(f"/v1/account/at-{ME}").status_code == 200


def test_who_is_not_named_sees_nobodys_rows_alone_and_writes_nothing(walled: HubWorld) -> None:
    with walled.database.read() as session:
        session.execute(text(f"SET LOCAL ROLE {rowwall.ROLE}"))
        assert set(session.exec(select(AccountRow.owner_id))) == {None}
        assert not session.execute(text("SELECT has_table_privilege('account', 'UPDATE')")).scalar()
        assert not session.execute(text("SELECT has_table_privilege('token', 'SELECT')")).scalar()


def test_the_role_ends_with_the_request(walled: HubWorld) -> None:
    me = walled.client(ME)
    for _turn in range(3):
        assert me.get("/v1/account").status_code == 200
    with walled.database.read() as session:
        assert len(session.exec(select(AccountRow.id)).all()) > 5
        assert session.execute(text("SELECT current_setting('cockpit.people', true)")).scalar() in (None, "")


@pytest.fixture
def plain(hub_database: Database, request: pytest.FixtureRequest) -> Iterator[tuple[Database, Any]]:
    """A database of a user who may make no roles, and a way to speak to the server as its administrator."""
    running: Cluster = request.getfixturevalue("postgres_cluster")
    running._psql("DROP ROLE IF EXISTS plain")
    running._psql("CREATE ROLE plain LOGIN")
    running._psql('CREATE DATABASE plain_hub OWNER plain TEMPLATE "template0"')
    url = running.url("plain_hub")
    database = Database(f"postgresql+psycopg://plain@{url.partition('@')[2]}")
    yield database, running._psql
    database.close()
    running.drop("plain_hub")
    running._psql("DROP ROLE plain")


def test_where_no_role_may_be_made_the_api_filters_alone_until_one_is_granted(plain: tuple[Database, Any]) -> None:
    database, administer = plain
    people_hub(database)
    without = HubWorld(database)
    without.account("mine")
    without.account("his", owner=OTHER)
    assert not _hub(without).has_row_wall
    assert [row["id"] for row in without.client(ME).get("/v1/account").json()["rows"]] == ["mine"]
    administer(f"GRANT {rowwall.ROLE} TO plain")
    granted = HubWorld(database)
    assert _hub(granted).has_row_wall
    assert [row["id"] for row in granted.client(ME).get("/v1/account").json()["rows"]] == ["mine"]
    assert _hub(HubWorld(database)).has_row_wall
