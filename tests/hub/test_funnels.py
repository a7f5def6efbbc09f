"""Funnel models: the shipped ones, one's own, what is wrong with a file, and stages that deals stand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from cockpit.errors import BadUse, NotAllowed
from cockpit.hub import funnels, store
from cockpit.storage.database import Database
from cockpit.storage.tables import FunnelRow, StageRow

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Database]:
    database = Database.at(tmp_path / "hub.db")
    database.prepare()
    yield database
    database.close()


def put(hub: Database, model: funnels.FunnelModel) -> str:
    with hub.write() as session:
        return funnels.put(session, model, NOW).outcome


def stages_of(hub: Database, funnel_id: str) -> list[tuple[str, int]]:
    with hub.read() as session:
        found = session.exec(select(StageRow).where(StageRow.funnel_id == funnel_id).order_by(col(StageRow.position)))
        return [(stage.alias, stage.position) for stage in found]


def model(*stages: dict[str, Any], **values: Any) -> funnels.FunnelModel:
    closed = [{"id": "w", "name": "W", "kind": "won"}, {"id": "l", "name": "L", "kind": "lost"}]
    return funnels.model_of({"id": "own", "name": "Own", **values, "stages": [*stages, *closed]})


def test_the_four_shipped_models_stand_beside_each_other(hub: Database) -> None:
    assert funnels.shipped() == ("online", "solution", "strategic", "territory")
    assert [put(hub, funnels.read(name)) for name in funnels.shipped()] == ["added"] * 4
    assert [put(hub, funnels.read(name)) for name in funnels.shipped()] == ["unchanged"] * 4
    assert stages_of(hub, "funnel-online") == [
        ("Signed up", 1), ("Trial", 2), ("Quote", 3), ("Payment", 4), ("Won", 5), ("Lost", 6)
    ]  # fmt: skip
    with hub.read() as session:
        assert len(funnels.here(session)) == 4


def test_an_own_model_follows_its_afters_and_is_brought_up_to_date(hub: Database) -> None:
    first = model({"id": "b", "name": "B", "alias": "B", "after": "a"}, {"id": "a", "name": "A", "alias": "A"})
    put(hub, first)
    assert stages_of(hub, "funnel-own")[:2] == [("A", 1), ("B", 2)]
    assert put(hub, model({"id": "a", "name": "A", "alias": "A2", "days": 9})) == "changed"
    assert stages_of(hub, "funnel-own")[:2] == [("A2", 1), ("", 2)]


def test_a_new_default_takes_the_place_of_the_old_one(hub: Database) -> None:
    put(hub, funnels.read("online"))
    put(hub, model({"id": "a", "name": "A"}, is_default=True))
    put(hub, funnels.model_of({"id": "x", "name": "X", "is_default": True, "stages": _plain()}))
    with hub.read() as session:
        assert session.exec(select(FunnelRow.id).where(FunnelRow.is_default)).all() == ["funnel-x"]


def test_a_stage_that_deals_are_in_cannot_be_left_out(hub: Database) -> None:
    put(hub, model({"id": "a", "name": "A"}, {"id": "b", "name": "B"}))
    with hub.write() as session:
        deal = {"name": "d", "funnel_id": "funnel-own", "stage_id": "funnel-own-b"}
        store.apply(session, store.Change("deal", "deal-1", "create", deal), actor_id=None, recorded_at=NOW)
    with pytest.raises(NotAllowed, match=r"Deals in B: 1\. Move them first"):
        put(hub, model({"id": "a", "name": "A"}))
    assert len(stages_of(hub, "funnel-own")) == 4


def _plain() -> list[dict[str, Any]]:
    return [{"id": kind, "name": kind, "kind": kind} for kind in ("open", "won", "lost")]


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([{"id": "a", "name": "A", "after": "b"}, {"id": "b", "name": "B", "after": "a"}], "in a circle: a, b"),
        ([{"id": "a", "name": "A"}, {"id": "b", "name": "B", "after": "b"}], "in a circle: b"),
        ([{"id": "a", "name": "A", "after": "z"}], "comes after z"),
        ([{"id": "a", "name": "A", "after": ["a"]}], "stage 1: after has to be a text"),
        (
            [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "after": "a"}, {"id": "c", "name": "C", "after": "a"}],
            "one path",
        ),
        ([{"id": "a", "name": "A"}, {"id": "a", "name": "B"}], "two stages have the id a"),
        ([{"id": "a", "name": ""}], "stage 1: name has to be a text"),
        ([{"id": "a", "name": "A", "probability": 101}], "from 0 to 100"),
        ([{"id": "a", "name": "A", "days": True}], "from 1 to 3650"),
        ([{"id": "a", "name": "A", "kind": "maybe"}], "kind is one of"),
        ([{"id": "a", "name": "A", "colour": "red"}], "colour is unknown"),
        ([], "no open stage"),
    ],
)
def test_what_is_wrong_with_a_funnel_is_said(stages: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(BadUse, match=words):
        model(*stages)


@pytest.mark.parametrize(("kind", "words"), [("won", "no won stage"), ("lost", "no lost stage")])
def test_a_funnel_has_to_end(kind: str, words: str) -> None:
    with pytest.raises(BadUse, match=words):
        funnels.model_of({"id": "x", "name": "X", "stages": [part for part in _plain() if part["kind"] != kind]})


def test_a_file_that_is_none_names_the_shipped_models(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="online, solution, strategic, territory"):
        funnels.read("nothing")
    (tmp_path / "x.toml").write_text("= 1")
    with pytest.raises(BadUse, match="is not a TOML file"):
        funnels.read(str(tmp_path / "x.toml"))
    (tmp_path / "x.toml").write_text("id = 'x'\nname = 'X'\n")
    with pytest.raises(BadUse, match=r"x\.toml: it has no open stage"):
        funnels.read(str(tmp_path / "x.toml"))
