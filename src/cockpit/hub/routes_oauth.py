"""Signing in without a token in hand (RFC 8628), refresh with rotation (RFC 6749), revocation (RFC 7009).

These answers have the bodies those standards give them; what a person approves is a request like any other.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from cockpit.hub import families, grants
from cockpit.hub.context import PROBLEM_ANSWERS, ActorDep, HubDep
from cockpit.hub.families import Pair
from cockpit.hub.problems import Problem
from cockpit.i18n import _

CLIENT = "cockpit"
"""The one client there is: public, as the program on every device holds no secret of its own."""
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20
_NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/v1/oauth", tags=["sign-in"])


class DeviceAnswer(BaseModel):
    """RFC 8628, 3.2."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int


class TokenAnswer(BaseModel):
    """RFC 6749, 5.1. `refresh_expires_in` says for how many seconds the refresh token is good."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    scope: str


class OAuthError(BaseModel):
    """RFC 6749, 5.2, with the errors of RFC 8628, 3.5."""

    error: Literal[
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unsupported_grant_type",
        "authorization_pending",
        "slow_down",
        "access_denied",
        "expired_token",
    ]
    error_description: str = ""


class Decision(BaseModel):
    """The code a device shows, and what the person says to it."""

    user_code: Annotated[str, Field(min_length=1, max_length=40)]
    decision: Literal["approve", "deny"] = "approve"


class Decided(BaseModel):
    """`device` is the name the device gave itself."""

    device: str
    person: str


def _form_of(names: dict[str, dict[str, Any]], required: list[str]) -> dict[str, Any]:
    """The request body of a route for the contract: it is read by hand, as the standard wants it."""
    schema = {"type": "object", "properties": names, "required": required}
    return {"requestBody": {"required": True, "content": {_FORM: {"schema": schema}}}}


_TEXT = {"type": "string"}
_CLIENT_FIELD = {"client_id": {"type": "string", "const": CLIENT}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    **PROBLEM_ANSWERS,
    400: {"model": OAuthError, "description": "Not given; `error` says why"},
}


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of the form; None for what is no form, or names one twice."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != _FORM:
        return None
    try:
        body = (await request.body()).decode("utf-8")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


Fields = Annotated["dict[str, str] | None", Depends(_fields)]


@router.post(
    "/device",
    response_model=DeviceAnswer,
    responses=_REFUSED,
    openapi_extra=_form_of({**_CLIENT_FIELD, "scope": _TEXT, "device_name": _TEXT}, ["client_id"]),
)
def ask(request: Request, hub: HubDep, fields: Fields) -> Response:
    """A code to show to a person who is signed in, and one to collect the tokens with."""
    if fields is None or fields.get("client_id") != CLIENT:
        return _wrong_client(fields)
    with hub.write() as session:
        asked = grants.ask(session, fields.get("device_name", ""), hub.now())
    if asked is None:
        raise Problem("quota", "too many devices wait to be signed in", headers={"Retry-After": "60"})
    answer = DeviceAnswer(
        device_code=asked.device_code,
        user_code=grants.shown(asked.user_code),
        verification_uri=str(request.url_for("explain")),
        expires_in=int(grants.LIFE.total_seconds()),
        interval=grants.INTERVAL_S,
    )
    return JSONResponse(answer.model_dump(), headers=_NOT_KEPT)


@router.get("/device", response_class=PlainTextResponse)
def explain() -> str:
    """What to do with a code, for the person who was sent here."""
    return (
        _("A device shows a code and waits to be signed in. Never approve a code that somebody sent you.")
        + "\n\n"
        + _("On a device of yours that is signed in:  cockpit login --approve CODE")
        + "\n"
        + _("Or ask whoever runs the hub:             cockpit hub approve CODE --as YOUR-NAME")
        + "\n"
    )


@router.post("/approve", response_model=Decided, responses=PROBLEM_ANSWERS)
def approve(body: Decision, hub: HubDep, actor: ActorDep) -> Response:
    """Sign in, or turn away, the device that shows a code: as oneself, with no more rights than one's token has."""
    now = hub.now()
    with hub.write() as session:
        wait = grants.wait_of_guesser(session, actor.person_id, now)
        grant = None
        if not wait:
            grant = grants.decide(
                session,
                body.user_code,
                person_id=actor.person_id,
                scopes=actor.scopes,
                is_approved=body.decision == "approve",
                now=now,
            )
        if grant is None and not wait:
            grants.missed(session, actor.person_id, now)
    if wait:
        raise Problem("quota", "too many codes that no device shows", headers={"Retry-After": str(wait)})
    if grant is None:
        raise Problem("missing", "no device waits with this code")
    return JSONResponse(Decided(device=grant.label, person=actor.name).model_dump())


@router.post(
    "/token",
    response_model=TokenAnswer,
    responses=_REFUSED,
    openapi_extra=_form_of(
        {
            **_CLIENT_FIELD,
            "grant_type": {"type": "string", "enum": [DEVICE_GRANT, "refresh_token"]},
            "device_code": _TEXT,
            "refresh_token": _TEXT,
        },
        ["client_id", "grant_type"],
    ),
)
def token(hub: HubDep, fields: Fields) -> Response:
    """Tokens for an approved device, or for a refresh token, which is good for this once."""
    if fields is None or fields.get("client_id") != CLIENT:
        return _wrong_client(fields)
    kind = fields.get("grant_type", "")
    secret = {DEVICE_GRANT: "device_code", "refresh_token": "refresh_token"}.get(kind)
    if secret is None:
        return _refuse("unsupported_grant_type" if kind else "invalid_request")
    if not fields.get(secret):
        return _refuse("invalid_request", f"{secret} is missing")
    with hub.write() as session:
        if secret == "device_code":
            given: Pair | str = grants.collect(session, fields[secret], hub.now())
        else:
            given = families.rotate(session, fields[secret], hub.now()) or "invalid_grant"
    if isinstance(given, str):
        return _refuse(given)
    answer = TokenAnswer(
        access_token=given.access,
        expires_in=int(families.ACCESS_LIFE.total_seconds()),
        refresh_token=given.refresh,
        refresh_expires_in=int(families.REFRESH_LIFE.total_seconds()),
        scope=given.scopes,
    )
    return JSONResponse(answer.model_dump(), headers=_NOT_KEPT)


@router.post(
    "/revoke",
    status_code=200,
    response_class=Response,
    responses=_REFUSED,
    openapi_extra=_form_of({**_CLIENT_FIELD, "token": _TEXT, "token_type_hint": _TEXT}, ["client_id", "token"]),
)
def revoke(hub: HubDep, fields: Fields) -> Response:
    """End a sign-in by one of its tokens. A token that is not known is over already: that is no error."""
    if fields is None or fields.get("client_id") != CLIENT:
        return _wrong_client(fields)
    if not fields.get("token"):
        return _refuse("invalid_request", "token is missing")
    with hub.write() as session:
        families.end(session, fields["token"], hub.now())
    return Response(headers=_NOT_KEPT)


def _wrong_client(fields: dict[str, str] | None) -> Response:
    if fields is None:
        return _refuse("invalid_request", f"the body must be {_FORM}, each field once")
    return _refuse("invalid_client", f"client_id must be {CLIENT}")


def _refuse(error: str, description: str = "") -> Response:
    body = OAuthError.model_validate({"error": error, "error_description": description})
    return JSONResponse(body.model_dump(), 400, _NOT_KEPT)
