"""The bodies of the sync API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


def _no_text(value: Any) -> Any:
    """1.0 is a whole number in JSON; "1" and true are none."""
    if isinstance(value, (str, bool)):
        raise ValueError("a number is needed")
    return value


Whole = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_no_text)]


class Mutation(BaseModel):
    """One change a device made. `base` holds the values of the same fields that the user saw."""

    mutation_id: Id
    entity: Annotated[str, Field(max_length=32)]
    entity_id: Id
    op: Literal["create", "patch", "delete"]
    patch: dict[str, Any] = {}
    base: dict[str, Any] = {}
    base_rev: Whole = 0
    schema_v: Whole = 1
    occurred_at: Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC))]
    depends_on: Id | None = None
    sent: Literal["", "never", "before", "taken"] = ""
    """What the device knows of earlier tries: none was made, it has been on its way, it was acknowledged. "": not told."""


class PushBody(BaseModel):
    """Mutations of one device in the order they were made. One that cannot be read is refused alone."""

    device_id: Id
    schema_v: Whole = 1
    epoch: str = ""
    """Of the greeting before it: what was on its way while the hub was restored must not overtake what comes again."""
    mark: str = ""
    """Of the same greeting."""
    number: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """Above those of the device's pushes before it, from the same greeting on; 0 of one that does not count. Of a copy
    that comes later nothing is applied: its device has gone on by then, maybe with another answer to the same question."""
    mutations: list[Annotated[Mutation | dict[str, Any], Field(union_mode="left_to_right")]]


class ProblemBody(BaseModel):
    """RFC 9457; some problems carry further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str = ""


class FieldConflict(BaseModel):
    field: str
    base: Any = None
    mine: Any = None
    theirs: Any = None


class MutationResult(BaseModel):
    """What became of one mutation. `row` is the full row as it stands now."""

    mutation_id: str
    status: Literal["applied", "replayed", "conflict", "rejected", "retry"]
    rev: int = 0
    row: dict[str, Any] | None = None
    fields: list[FieldConflict] = []
    theirs_by: str | None = None
    theirs_at: datetime | None = None
    problem: ProblemBody | None = None


class PushAnswer(BaseModel):
    results: list[MutationResult]


class SchemaRange(BaseModel):
    min: int
    max: int


class Limits(BaseModel):
    """Mutations and bytes of one push, rows of one page, and how many days back a person may date what he did."""

    batch: int
    bytes: int
    page: int
    backdate_days: int | None


class PersonBody(BaseModel):
    id: str
    name: str
    role: str
    team_id: str | None


class Hello(BaseModel):
    time: datetime
    epoch: str
    schema_: SchemaRange = Field(alias="schema")
    limits: Limits
    scopes: list[str]
    head_rev: int
    mark: str
    """Of the hub's newest start. With the highest revision met it is the place to ask about in the next greeting."""
    is_same_history: bool
    """False: the place asked about is not of this hub, which was restored from a backup."""
    pushes: int
    """The number of the newest push that was taken from the device which asks."""
    person: PersonBody


class RowBody(BaseModel):
    entity: str
    data: dict[str, Any]


class DeletedBody(BaseModel):
    """A row that is gone, or (reason scope) that the person no longer sees. `merged_into`: the account it is part of."""

    entity: str
    id: str
    rev: int
    deleted_at: datetime | None
    by_id: str | None
    reason: Literal["deleted", "scope"]
    merged_into: str | None


class ChangesPage(BaseModel):
    rows: list[RowBody]
    deleted: list[DeletedBody]
    next_cursor: str
    more: bool
    remaining_estimate: int


class RowList(BaseModel):
    rows: list[dict[str, Any]]
    next_cursor: str | None


class MergeBody(BaseModel):
    """The account that stays."""

    into: Id


class RepSummary(BaseModel):
    id: str
    name: str
    visits_done: int
    visits_planned: int
    won_count: int
    won_minor: int
    currency: str


class TeamSummary(BaseModel):
    month: str
    reps: list[RepSummary]


class RepGap(BaseModel):
    """Money in minor units. Without a target there is neither a gap nor anything uncovered."""

    id: str
    name: str
    currency: str
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    planned_minor: int
    uncovered_minor: int | None


class TeamGaps(BaseModel):
    month: str
    reps: list[RepGap]
