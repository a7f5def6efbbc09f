"""Hub tables: devices, tokens and how they are asked for, results of mutations, the change feed, scope exits, import runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cockpit.storage.tables.base import Row, UtcDateTime


class DeviceRow(Row, table=True):
    __tablename__ = "device"

    id: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(index=True, max_length=64)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)


class TokenRow(Row, table=True):
    """A bearer token; only its SHA-256 is kept."""

    __tablename__ = "token"

    hash: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(index=True, max_length=64)
    scopes: str = Field(default="", max_length=300)
    label: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    family_id: str | None = Field(default=None, index=True, max_length=64)
    """The sign-in it came from; None for a token an administrator issued."""


class DeviceGrantRow(Row, table=True):
    """A device that asked to be signed in, and what was decided. `state` is waiting, approved, denied or used."""

    __tablename__ = "device_grant"

    device_hash: str = Field(primary_key=True, max_length=64)
    user_hash: str = Field(index=True, unique=True, max_length=64)
    label: str = Field(default="", max_length=200)
    state: str = Field(default="waiting", max_length=16)
    person_id: str | None = Field(default=None, max_length=64)
    scopes: str = Field(default="", max_length=300)
    interval_s: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CodeGuessRow(Row, table=True):
    """How often a person named a code that nobody was shown, since when."""

    __tablename__ = "code_guess"

    person_id: str = Field(primary_key=True, max_length=64)
    since: datetime = Field(sa_type=UtcDateTime)
    misses: int = 0


class TokenFamilyRow(Row, table=True):
    """One sign-in: every token that follows from it ends with it."""

    __tablename__ = "token_family"

    id: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(index=True, max_length=64)
    scopes: str = Field(default="", max_length=300)
    label: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_because: str = Field(default="", max_length=16)


class RefreshTokenRow(Row, table=True):
    """A refresh token; only its SHA-256 is kept. `next_hash` is the one it was last exchanged for."""

    __tablename__ = "refresh_token"

    hash: str = Field(primary_key=True, max_length=64)
    family_id: str = Field(index=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_hash: str | None = Field(default=None, max_length=64)


class MutationResultRow(Row, table=True):
    """What became of a mutation, kept in the transaction of its change: a retry gets the same answer."""

    __tablename__ = "mutation_result"

    mutation_id: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(max_length=64)
    device_id: str = Field(default="", max_length=64)
    payload_hash: str = Field(max_length=64)
    status: str = Field(max_length=16)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ChangeRow(Row, table=True):
    """The feed: the newest revision of each row, in commit order. `op` is put or delete."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_entity", "entity", "entity_id", unique=True),)

    rev: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entity: str = Field(max_length=32)
    entity_id: str = Field(max_length=64)
    op: str = Field(max_length=8)
    owner_id: str | None = Field(default=None, index=True, max_length=64)
    account_id: str | None = Field(default=None, index=True, max_length=64)


class ScopeExitRow(Row, table=True):
    """A row that left a person's sight at `rev`; for an account, its whole subtree left with it.

    `person_id` is `*` when a row that everybody saw got an owner.
    """

    __tablename__ = "scope_exit"
    __table_args__ = (Index("ix_scope_exit_person", "person_id", "rev"),)

    rev: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    person_id: str = Field(primary_key=True, max_length=64)
    entity: str = Field(primary_key=True, max_length=32)
    entity_id: str = Field(primary_key=True, max_length=64)


class ImportRunRow(Row, table=True):
    __tablename__ = "import_run"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=200)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read: int = 0
    written: int = 0
    rejected: int = 0
