"""What a foreign CRM is to the hub: one protocol, one capability record, rows in our words.

A connector maps and calls; it keeps nothing between two calls but its session. What its CRM does not have
(changes since, deletes, versions, look-up before a retry, pace) is filled by `hub.upstream`, which reads
`Capabilities` and never asks for the name of a CRM.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from cockpit.errors import HubError

Op = Literal["put", "delete"]
OWN = "own:"
"""Before the name of a field of theirs, as `Remote.unknown` has it, among the values of `create` and `update`."""


class CrmRefused(HubError):
    """The CRM does not take these values: the change is parked with this reason. Facts: field."""


class CrmForbidden(HubError):
    """The token's role may not use this resource: the rest goes on without it. Facts: entity."""


class CrmStale(HubError):
    """The row was changed at the CRM since `seen`: read it again and judge again."""


class CrmCursorLost(HubError):
    """The CRM no longer knows what happened since that cursor: drop it and take a snapshot."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What the CRM holds of one kind of row, and how it tells of changes.

    `fields` are ours that it stores: a pull never touches the others, a push never sends them. `day_only` are
    moments of which it stores the day alone: the hour stays ours while the day agrees. Such a value may come as a bare
    day (2026-11-24) or as a moment; it is given to `create` and `update` as a moment with the offset of the connection's
    zone, so that its first ten signs are the day.
    `only` narrows a holding to the rows with these values (visits, not tasks), `needs` to those in which these fields
    are set: other rows of the kind stay at the hub.
    `delta`: none = only whole snapshots; since, keyset = `changes` takes a cursor. `deletes`: none = by comparing ids,
    after two misses; feed = `feed` tells; flag = a deleted row comes with `is_deleted`; log, diff = `ids` is cheap and
    exact, one miss is enough.
    `conflict`: version = `update` refuses a stale `version` by itself (CrmStale); date, none = read again and compare first.
    `rest_s`: seconds between two snapshots, or two comparisons of ids, of what no cursor or feed tells of.
    `create`: upsert = creating twice with one id makes one row; lookup = `find` first; none = a retry cannot be told.
    """

    fields: frozenset[str]
    day_only: frozenset[str] = frozenset()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    delta: Literal["none", "since", "keyset"] = "none"
    deletes: Literal["none", "feed", "flag", "log", "diff"] = "none"
    conflict: Literal["none", "version", "date"] = "none"
    create: Literal["none", "lookup", "upsert"] = "none"
    rest_s: int = 900
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """`capacity` cost units per `per_s` seconds; 0: no limit known. `daily` caps a day, 0: none."""

    capacity: int = 0
    per_s: float = 1.0
    daily: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this CRM has. `holdings` by our entity name, in the order in which rows name each other.

    `paging` offset: rows may come twice or be missed when others write meanwhile. `fed`: the kinds whose changes `feed`
    tells. Kinds with neither feed nor delta are read whole every `rest_s`, those without word of deletions every hour,
    those with a feed once a day. Exact after `greet`: a role may narrow it.
    `own_fields`: the kinds of which fields that have no place in ours can be written (see OWN).
    `lacks` names, for a person, what the CRM does not offer (targets, teams, hours ...).
    """

    holdings: Mapping[str, Holding]
    paging: Literal["offset", "cursor", "keyset"]
    fed: frozenset[str] = frozenset()
    own_fields: frozenset[str] = frozenset()
    pace: Pace = Pace()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remote:
    """One row of the CRM in our words.

    `values` by our field names in wire form (money in minor units, moments RFC 3339 in UTC, days ISO); columns that
    name another row (`account_id`, `owner_id`, `stage_id` ...) hold THEIR id of it; a field that is absent is left as it
    is here. `row_id` is our id where the CRM carries it (its field, reference or marker). `version` is what the CRM compares, "" where it has none.
    `unknown`: fields of theirs that have no place in ours, shown in the detail view; with those that are empty, where the
    CRM tells of them: one that is not there was renamed or removed.
    """

    entity: str
    id: str
    values: Mapping[str, Any]
    row_id: str | None = None
    version: str = ""
    is_deleted: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRemote:
    """A row of the CRM that cannot be understood: parked with its reason, the page goes on."""

    entity: str
    id: str
    reason: str
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. `cursor` goes on after them, and is kept once they are stored; "" where there is none to keep."""

    rows: tuple[Remote | BadRemote, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What was touched since a cursor: (entity, their id, op). `is_whole` False: it overflowed, take snapshots."""

    touched: tuple[tuple[str, str, Op], ...]
    cursor: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who we are there. `time` is the CRM's clock (its Date header), `forbidden` entities this token may not read."""

    product: str
    version: str
    user_id: str
    user_name: str
    is_admin: bool
    time: datetime | None = None
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """How a CRM is reached and who signs in: what the function `connect(access) -> Connector` of each CRM's module takes.

    `secret` is what the user pasted, or the last text that was given to `keep`: a connector whose token renews itself
    keeps in it all it needs, and hands each new one to `keep` before it is used. `options` is the table [options] of the
    connection's file, for what only this CRM knows. `transport` stands in for the network in tests. `is_look`: `greet`
    makes nothing there, such as fields of ours: nobody has said yet that the CRM is to be joined.
    """

    url: str
    secret: str = field(repr=False)
    wait: Callable[[float], None]
    keep: Callable[[str], None] = lambda _secret: None
    transport: Any = None
    ca_file: str = ""
    proxy: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_look: bool = False


class Connector(Protocol):
    """One signed-in connection to a CRM. Every failure is a class of `errors` or one of the three above.

    Ids are the CRM's, as text, and may say the kind too (`task:17`) where one entity of ours lives in two of theirs.
    """

    name: str
    """Of the CRM, lower case: what `external_source` holds, and the name of its module."""

    @property
    def requests(self) -> int:
        """Sent so far: with the bytes of their answers, what a round costs."""
        ...

    @property
    def received_bytes(self) -> int: ...

    @property
    def can(self) -> Capabilities: ...

    def greet(self) -> Greeting:
        """Check the token and the version. Raises SignInNeeded, VersionTooOld, HubUnavailable."""
        ...

    def snapshot(self, entity: str) -> Iterator[Page]:
        """Every visible row. Raises CrmForbidden."""
        ...

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        """What changed since `cursor`, with some overlap allowed; from "" everything: the first load, which goes on after
        a break from the cursor of its last page. Only where `delta` is not none. Raises CrmCursorLost."""
        ...

    def feed(self, cursor: str) -> Feed:
        """The CRM's list of changes since `cursor`, from "" only the cursor of now. Only where `fed` names a kind."""
        ...

    def ids(self, entity: str) -> frozenset[str]:
        """Every visible id, cheaply. Only where `deletes` is log or diff."""
        ...

    def read(self, entity: str, remote_id: str) -> Remote | None:
        """One row as it is now, None when it is not there (any more)."""
        ...

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        """The row that carries our id; `values` help to look in the right place. Only where `create` is lookup."""
        ...

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        """A new row carrying our id. In `values` too, columns that name another row hold THEIR id; those of rows the CRM
        does not have are left out. Raises CrmRefused."""
        ...

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        """`seen` with the changed `values`. The id of the answer may be another one (a task that became an interaction).
        Raises CrmRefused, CrmStale."""
        ...

    def delete(self, entity: str, seen: Remote) -> None:
        """Raises CrmRefused, CrmStale; nothing when it is gone already."""
        ...

    def close(self) -> None: ...
