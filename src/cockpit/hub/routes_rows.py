"""Single rows of every kind: list, read, create, change, delete. Writes go through the same judge as a push."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlmodel import col, select

from cockpit.hub import cursors, merging, visibility
from cockpit.hub.committing import commit
from cockpit.hub.context import PROBLEM_ANSWERS, ActorDep, Hub, HubDep
from cockpit.hub.intake import is_id
from cockpit.hub.judgement import Push
from cockpit.hub.problems import TITLES, Problem
from cockpit.hub.store import new_id
from cockpit.hub.strict import StrictRoute
from cockpit.hub.tokens import Actor
from cockpit.hub.wire import MergeBody, Mutation, MutationResult, RowList
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED

router = APIRouter(prefix="/v1", tags=["rows"], responses=PROBLEM_ANSWERS, route_class=StrictRoute)

Kind = Annotated[str, Path(max_length=32, description="The kind of row", json_schema_extra={"enum": [*SYNCED]})]
RowId = Annotated[str, Path(max_length=64)]
IfMatch = Annotated[str | None, Header(description='The ETag that was read, for example "12"')]


@router.get("/{entity}", response_model=RowList)
def list_rows(
    entity: Kind,
    hub: HubDep,
    actor: ActorDep,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Visible rows of a kind, ordered by id."""
    table = SYNCED[_known(entity)]
    with hub.read(actor) as session:
        sign = cursors.signer(session, actor.scope_hash)
        after = sign.read(f"list:{entity}", cursor)["i"] if cursor else ""
        wanted = select(table).where(visibility.table_filter(actor, entity), col(table.id) > after)
        found = session.exec(wanted.order_by(col(table.id)).limit(limit + 1)).all()
        data = [visibility.redact(actor, entity, to_wire(row, entity)) for row in found[:limit]]
    more = len(found) > limit
    following = sign.write(f"list:{entity}", {"i": data[-1]["id"]}) if more else None
    return _json({"rows": data, "next_cursor": following})


@router.get("/{entity}/{row_id}", response_model=dict[str, Any])
def read_row(
    entity: Kind, row_id: RowId, hub: HubDep, actor: ActorDep, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """One row with its ETag."""
    data = _current(hub, actor, _known(entity), row_id)
    if if_none_match == _etag(data):
        return Response(status_code=304, headers={"ETag": _etag(data)})
    return _json(visibility.redact(actor, entity, data), etag=_etag(data))


@router.post("/{entity}", response_model=dict[str, Any], status_code=201)
def create_row(
    entity: Kind,
    body: dict[str, Any],
    hub: HubDep,
    actor: ActorDep,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Response:
    """A new row. The same Idempotency-Key gives the same row again, as it is by then."""
    _known(entity)
    if not idempotency_key:
        raise Problem("idempotency-key-missing")
    key = hashlib.sha256(f"{actor.person_id}\n{idempotency_key}".encode()).hexdigest()
    row_id = body.get("id") or str(uuid.uuid5(uuid.NAMESPACE_OID, key))
    if not is_id(row_id):
        raise Problem("validation", "not an id", field="id")
    mutation = Mutation(
        mutation_id=key, entity=entity, entity_id=row_id, op="create", patch=body, occurred_at=hub.now()
    )
    with hub.alone(key):
        result = _outcome(commit(hub, _by(hub, actor), mutation))
    if result.row is None:
        raise Problem("deleted")
    answer = _json(result.row, status=201, etag=_etag(result.row))
    answer.headers["Location"] = f"/v1/{entity}/{row_id}"
    return answer


@router.patch("/{entity}/{row_id}", response_model=dict[str, Any])
def change_row(
    entity: Kind, row_id: RowId, body: dict[str, Any], hub: HubDep, actor: ActorDep, if_match: IfMatch = None
) -> Response:
    """Set the given fields of a row that is still at the revision named by If-Match."""
    data = _matched(hub, actor, _known(entity), row_id, if_match)
    mutation = Mutation(
        mutation_id=new_id(),
        entity=entity,
        entity_id=row_id,
        op="patch",
        patch=body,
        base={name: data[name] for name in body if name in data},
        base_rev=data["rev"],
        occurred_at=hub.now(),
    )
    result = _outcome(commit(hub, _by(hub, actor), mutation))
    return _json(result.row or {}, etag=f'"{result.rev}"')


@router.delete("/{entity}/{row_id}", status_code=204, response_class=Response)
def delete_row(entity: Kind, row_id: RowId, hub: HubDep, actor: ActorDep, if_match: IfMatch = None) -> Response:
    """Delete a row that is still at the revision named by If-Match."""
    data = _matched(hub, actor, _known(entity), row_id, if_match)
    mutation = Mutation(
        mutation_id=new_id(),
        entity=entity,
        entity_id=row_id,
        op="delete",
        base_rev=data["rev"],
        occurred_at=hub.now(),
    )
    _outcome(commit(hub, _by(hub, actor), mutation))
    return Response(status_code=204)


@router.post("/account/{row_id}/merge", response_model=dict[str, Any])
def merge_account(row_id: RowId, body: MergeBody, hub: HubDep, actor: ActorDep, if_match: IfMatch = None) -> Response:
    """Make an account part of another one, which is returned. Everything of it moves there. Once more changes nothing."""
    if not is_id(row_id):
        raise Problem("missing")
    if hub.upstream is not None and hub.upstream.holds("account"):
        raise Problem("crm-refused", "the accounts are kept in the CRM: merge them there")
    with hub.write() as session:
        data = to_wire(merging.merge(session, actor, row_id, body.into, if_match, hub.now()), "account")
    return _json(data, etag=_etag(data))


def _known(entity: str) -> str:
    if entity not in SYNCED:
        raise Problem("missing", "no such kind of row")
    return entity


def _by(hub: Hub, actor: Actor) -> Push:
    return Push(actor, "", hub.now(), hub.backdate_days)


def _current(hub: Hub, actor: Actor, entity: str, row_id: str) -> dict[str, Any]:
    """The row in wire form. Raises Problem missing, the same for a row that may not be seen."""
    if not is_id(row_id):
        raise Problem("missing")
    with hub.read(actor) as session:
        row = rows.find(session, entity, row_id)
        data = to_wire(row, entity) if row is not None else None
        if data is None or not visibility.can_see(session, actor, data):
            raise Problem("missing")
    return data


def _matched(hub: Hub, actor: Actor, entity: str, row_id: str, if_match: str | None) -> dict[str, Any]:
    data = _current(hub, actor, entity, row_id)
    if not if_match:
        raise Problem("if-match-missing")
    if if_match != _etag(data):
        raise Problem("stale", rev=data["rev"])
    return data


def _outcome(result: MutationResult) -> MutationResult:
    """The result of an applied change. Raises the problem of any other, a meanwhile changed row as stale."""
    if result.status in ("applied", "replayed"):
        return result
    if result.status == "retry":
        raise Problem("maintenance", "the CRM does not answer")
    if result.status == "conflict" or result.problem is None:
        raise Problem("stale")
    type_ = result.problem.type
    assert type_ in TITLES
    raise Problem(type_, result.problem.detail)


def _etag(data: dict[str, Any]) -> str:
    return f'"{data["rev"]}"'


def _json(body: Any, *, status: int = 200, etag: str | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {"ETag": etag} if etag else None
    return Response(text.encode(), status, headers, "application/json")
