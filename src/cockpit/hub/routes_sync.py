"""Hello, push, changes, snapshot."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from cockpit.hub import cursors, feed, marks, push, snapshot
from cockpit.hub.committing import commit_in_order, refused
from cockpit.hub.context import PROBLEM_ANSWERS, ActorDep, HubDep
from cockpit.hub.intake import is_id
from cockpit.hub.judgement import Push
from cockpit.hub.limits import body_size
from cockpit.hub.problems import Problem
from cockpit.hub.strict import StrictRoute
from cockpit.hub.wire import (
    ChangesPage,
    Hello,
    Limits,
    Mutation,
    MutationResult,
    PersonBody,
    PushAnswer,
    PushBody,
    SchemaRange,
)

BATCH = 50
BATCH_BYTES = 256 * 1024
_ENVELOPE_BYTES = 1024

router = APIRouter(prefix="/v1/sync", tags=["sync"], responses=PROBLEM_ANSWERS, route_class=StrictRoute)


@router.get("/hello", response_model=Hello)
def hello(
    hub: HubDep,
    actor: ActorDep,
    mark: Annotated[str, Query(max_length=64)] = "",
    rev: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    device_id: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The hub's time, epoch and limits, and who the token belongs to. `mark` and `rev`: the place last met here."""
    before = hub.head_met
    with hub.read() as session:
        history, epoch = marks.history(session), cursors.signer(session, "").epoch
        pushes = push.newest_of(session, device_id)
    if history.head < before:
        with hub.write() as session:
            marks.draw(session)
            history = marks.history(session)
    hub.head_met = history.head
    found = Hello(
        time=hub.now(),
        epoch=epoch,
        schema=SchemaRange(min=push.SCHEMA_MIN, max=push.SCHEMA_MAX),
        limits=Limits(batch=BATCH, bytes=BATCH_BYTES, page=feed.PAGE, backdate_days=hub.backdate_days),
        scopes=sorted(actor.scopes),
        head_rev=history.head,
        mark=history.mark,
        is_same_history=not mark or history.holds(mark, rev),
        pushes=pushes,
        person=PersonBody(id=actor.person_id, name=actor.name, role=actor.role, team_id=actor.team_id),
    )
    return Response(found.model_dump_json(by_alias=True), media_type="application/json")


@router.post("/push", response_model=PushAnswer)
def push_batch(request: Request, body: PushBody, hub: HubDep, actor: ActorDep) -> Response:
    """Apply mutations in order, each on its own; always 200 once the batch was read."""
    if len(body.mutations) > BATCH or body_size(request) > BATCH_BYTES + _ENVELOPE_BYTES:
        raise Problem("too-large", f"at most {BATCH} mutations and {BATCH_BYTES} bytes")
    if not push.SCHEMA_MIN <= body.schema_v <= push.SCHEMA_MAX:
        raise Problem("schema-too-old", f"versions {push.SCHEMA_MIN} to {push.SCHEMA_MAX} are understood")
    now = hub.now()
    with hub.write() as session:
        here = cursors.signer(session, "")
        if body.epoch not in ("", here.epoch) or body.mark not in ("", here.history.mark):
            raise Problem("restored", "this push was made for the hub as it was before")
        push.claim_device(session, body.device_id, actor.person_id, now)
        is_copy = not push.claim_number(session, body.device_id, body.number)
    turn = Push(actor, body.device_id, now, hub.backdate_days, is_copy=is_copy)
    results = list(commit_in_order(hub, turn, map(_read, body.mutations)))
    return Response(PushAnswer(results=results).model_dump_json(), media_type="application/json")


def _read(given: Mutation | dict[str, Any]) -> Mutation | MutationResult:
    if isinstance(given, Mutation):
        return given
    name = given.get("mutation_id")
    return refused(name if isinstance(name, str) and is_id(name) else "", "the mutation cannot be read")


@router.get("/changes", response_model=ChangesPage)
def changes(
    hub: HubDep,
    actor: ActorDep,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=feed.PAGE)] = feed.PAGE,
) -> Response:
    """What changed since `cursor` (empty: from the start), oldest first."""
    with hub.read(actor) as session:
        page = feed.changes(session, actor, cursors.signer(session, actor.scope_hash), cursor, limit)
    rest = feed.as_json(
        {
            "deleted": page.deleted,
            "next_cursor": page.next_cursor,
            "more": page.more,
            "remaining_estimate": page.remaining_estimate,
        }
    )
    return Response(b'{"rows":[' + b",".join(page.rows) + b"]," + rest[1:], media_type="application/json")


@router.get("/snapshot", response_class=Response, responses={200: {"content": {"application/x-ndjson": {}}}})
def first_load(
    hub: HubDep,
    actor: ActorDep,
    page: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=snapshot.PAGE)] = snapshot.PAGE,
) -> Response:
    """Every visible row as NDJSON `{entity, data}`; the last line is `{next, cursor, total}`."""
    with hub.read(actor) as session:
        body = snapshot.page(session, actor, cursors.signer(session, actor.scope_hash), page, limit)
    return Response(body, media_type="application/x-ndjson")
