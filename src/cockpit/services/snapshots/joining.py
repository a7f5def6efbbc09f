"""What is seen of a CRM before it is joined, and what a person says about it. All of it came through `clean_line`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CrmKind:
    """A CRM that can be joined. `address` is what its URL looks like, `secret` says what to paste; `redirect` is the usual
    redirect address where a browser can sign in, "" where none can."""

    key: str
    title: str
    address: str
    secret: str
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class JoinedCrm:
    """A connection that is there already, by its name."""

    name: str
    crm: str
    url: str


@dataclass(frozen=True, slots=True)
class CrmAsked:
    """The CRM that is to be joined, as it is asked for. `name` "" is a free one, `zone` "" this machine's. The tables are
    by THEIR id; the secret is never among it."""

    crm: str
    url: str
    name: str = ""
    zone: str = ""
    ca_file: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CrmUser:
    """`role` is what the person is to be here, `said_role` what the CRM says; `person_id` is who it is here already, "":
    a new person."""

    id: str
    name: str
    email: str
    role: str
    said_role: str
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class CrmStage:
    """`kind` open, won or lost; `stage_id` is the stage of ours it is to be, "": one of its own in a funnel of its own."""

    id: str
    name: str
    funnel: str
    kind: str
    stage_id: str = ""


@dataclass(frozen=True, slots=True)
class CrmDeal:
    """A deal there. `stage` is its name, of a stage that is not among the stages its id."""

    id: str
    name: str
    account: str
    stage_id: str
    stage: str
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class OurStage:
    """A stage that theirs may be. `model` is the shipped funnel it comes with, "" where the hub has it already."""

    id: str
    name: str
    funnel: str
    kind: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class CrmLook:
    """What answered, and what this token sees. None in place of rows: it may not read them.

    `deals` are the first ones; `strange_stages` those that a deal among the first `deals_read` names and the CRM does not
    list; `bad` the rows that could not be understood, with the reason. `missing` are the kinds of row it may not read.
    `zone` is the time zone that says on which day a moment lies there.
    """

    server: str
    user_id: str
    user_name: str
    is_admin: bool
    zone: str
    users: tuple[CrmUser, ...] | None
    stages: tuple[CrmStage, ...] | None
    deals: tuple[CrmDeal, ...] | None
    deals_read: int
    strange_stages: tuple[str, ...]
    bad: tuple[str, ...]
    missing: tuple[str, ...]
    lacks: tuple[str, ...]
    our_people: Mapping[str, str]
    our_stages: tuple[OurStage, ...]


@dataclass(frozen=True, slots=True)
class CrmMaps:
    """What a person says: who of theirs he is, and by THEIR id the roles, the people and the stages of ours."""

    user_id: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
