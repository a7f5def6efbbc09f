"""The served API keeps the committed contract, whatever is sent: no fault of the hub, no answer it does not name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from scripts.openapi import TARGET
from sqlmodel import select

from cockpit.hub import store
from cockpit.hub.store import Change
from cockpit.storage import rows
from cockpit.storage.database import Database
from cockpit.storage.tables import SYNCED
from tests.hub.cells import OWNED, Asking
from tests.hub.world import ME, HubWorld

load_all_checks()

EXAMPLES = 25
"""Requests of each operation in each mode; the same ones on every run."""

REFUSED_FOR_MORE_THAN_FORM: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/v1/sync/changes"): ("400",),  # a cursor is signed
    ("GET", "/v1/sync/snapshot"): ("400",),
    ("GET", "/v1/{entity}"): ("400",),
    ("POST", "/v1/{entity}"): ("400", "422"),  # a key is needed; each kind has columns of its own
    ("POST", "/v1/sync/push"): ("413", "426"),  # the size and the version have answers of their own
    ("POST", "/v1/oauth/device"): ("400",),  # RFC 6749: every refusal is a 400, doubled fields are one
    ("POST", "/v1/oauth/token"): ("400",),
    ("POST", "/v1/oauth/revoke"): ("400",),
}
"""What fits the contract's form may still be refused with these, beside what any request may meet."""


def _operations() -> list[tuple[str, str]]:
    """All that take something: parameters or a body."""
    document = json.loads(TARGET.read_text("utf-8"))
    return sorted(
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if told.get("parameters") or "requestBody" in told
    )


def _config() -> SchemathesisConfig:
    """Readers of the API may send parameters of a later version: those are not noise to be refused."""
    usual = ["2xx", "3xx", "401", "403", "404", "409", "412", "428", "429"]
    operations = [
        {
            "include-name": f"{method} {path}",
            "checks": {"positive_data_acceptance": {"expected-statuses": [*usual, *more]}},
        }
        for (method, path), more in REFUSED_FOR_MORE_THAN_FORM.items()
    ]
    checks = {"positive_data_acceptance": {"expected-statuses": usual}}
    told = {"generation": {"allow-extra-parameters": False}, "checks": checks, "operations": operations}
    return SchemathesisConfig.from_dict(told)


def _world(template: Path, folder: Path) -> HubWorld:
    """A hub with one row of every kind a rep has."""
    hub = HubWorld(Database.at(Path(shutil.copy(template, folder / "hub.db"))))
    hub.put("account", "shelf", name="Shelf", owner_id=ME)
    hub.put("deal", "shelf-deal", name="Shelf deal", owner_id=ME)
    Asking(hub, hub.client(ME), ME, "1").put()
    return hub


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubWorld]:
    hub = _world(sqlite_template, tmp_path_factory.mktemp("contract"))
    yield hub
    hub.database.close()


@pytest.fixture(scope="module")
def api(world: HubWorld) -> OpenApiSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", world.app, config=_config())


_same_every_time = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_modes = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@_modes
@pytest.mark.parametrize("way", _operations(), ids=" ".join)
def test_every_answer_is_one_the_contract_names(
    api: OpenApiSchema, world: HubWorld, way: tuple[str, str], mode: GenerationMode
) -> None:
    method, path = way
    headers = {"Authorization": f"Bearer {world.client(ME).token}"}

    @_same_every_time
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=headers)

    ask()


WRITING = [way for way in _operations() if way[0] in ("PATCH", "DELETE") or way == ("POST", "/v1/{entity}")]


@_modes
@pytest.mark.parametrize("way", [*WRITING, ("POST", "/v1/sync/push")], ids=" ".join)
def test_strange_changes_of_rows_that_are_there_are_answered_too(
    api: OpenApiSchema, world: HubWorld, way: tuple[str, str], mode: GenerationMode
) -> None:
    """Past the first walls: an own row at its own revision, every needed column, and the strange values on top."""
    method, path = way
    headers = {"Authorization": f"Bearer {world.client(ME).token}"}

    @_same_every_time
    @given(case=api[path][method].as_strategy(generation_mode=mode), kind=st.sampled_from(sorted(OWNED)))
    def ask(case: schemathesis.Case[Any], kind: str) -> None:
        row_id = f"{kind}-1"
        rev = _present(world, kind, row_id)
        if path == "/v1/sync/push":
            _aim(case.body, kind, row_id)
        else:
            case.path_parameters = {"entity": kind, "row_id": row_id} if "row_id" in path else {"entity": kind}
            case.headers.update({"If-Match": f'"{rev}"', "Idempotency-Key": f"{rev}"})
        if way == ("POST", "/v1/{entity}") and isinstance(case.body, dict):
            case.body = {**OWNED[kind][0], **case.body}
        # What is valid now and what is not, the generator can no longer know.
        case.call_and_validate(headers=headers, excluded_checks=[negative_data_rejection, positive_data_acceptance])

    ask()


def _present(world: HubWorld, kind: str, row_id: str) -> int:
    """The revision of the row, made again where an example deleted it."""
    with world.database.write() as session:
        row = rows.find(session, kind, row_id)
        if row is None:
            values = Asking(world, world.client(ME), ME, "1").values(kind)
            row = store.apply(session, Change(kind, row_id, "create", values), actor_id=None, recorded_at=world.now)
        assert row is not None
        return row.rev


def _aim(body: Any, kind: str, row_id: str) -> None:
    """Turn the mutations of a body on a row that is there."""
    mutations = body.get("mutations") if isinstance(body, dict) else None
    for number, mutation in enumerate(mutations if isinstance(mutations, list) else ()):
        if isinstance(mutation, dict):
            mutation.update({"entity": kind, "entity_id": row_id, "op": ("patch", "create", "delete")[number % 3]})


def test_the_contract_lists_the_kinds_that_are_served() -> None:
    document = json.loads(TARGET.read_text("utf-8"))
    for path, methods in document["paths"].items():
        for told in methods.values():
            kinds = [one["schema"] for one in told.get("parameters", ()) if one["name"] == "entity"]
            assert [kind["enum"] for kind in kinds] == ([[*SYNCED]] if "{entity}" in path else [])


def test_the_world_of_this_test_holds_every_kind_a_rep_has(sqlite_template: Path, tmp_path: Path) -> None:
    untouched = _world(sqlite_template, tmp_path).database
    with untouched.read() as session:
        for kind in OWNED:
            assert session.exec(select(SYNCED[kind])).first() is not None
    untouched.close()
