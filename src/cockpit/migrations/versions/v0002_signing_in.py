"""Signing in by a code: what devices ask, families of tokens, refresh tokens that change with every use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


_SYNCED = (
    "absence",
    "account",
    "activity",
    "calendar_day",
    "change_log",
    "contact",
    "deal",
    "funnel",
    "kpi_rule",
    "membership",
    "milestone_done",
    "opening_window",
    "person",
    "product",
    "stage",
    "stage_change",
    "target",
    "team",
    "waiver",
)


def _stamp_bases() -> None:
    """Which load brought a base is what its row says. Of a row deleted here nothing says it: of a finished load it was
    that one, and one under way may have brought it or not. Such a load begins anew: the next greeting finds no place."""
    finished = "(SELECT CAST(g.value AS INTEGER) FROM meta g, meta c"
    finished += " WHERE g.key = 'generation' AND c.key = 'complete' AND c.value = '1')"
    for entity in _SYNCED:
        shown = f"(SELECT seen_gen FROM {entity} WHERE {entity}.id = sync_base.id)"
        op.execute(f"UPDATE sync_base SET seen_gen = coalesce({shown}, {finished}, 0) WHERE entity = '{entity}'")
    under_way = "EXISTS (SELECT 1 FROM meta WHERE key = 'complete' AND value = '0')"
    op.execute(f"DELETE FROM cursor WHERE {under_way} AND EXISTS (SELECT 1 FROM sync_base WHERE seen_gen = 0)")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("is_again", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("sync_base", sa.Column("seen_gen", sa.Integer(), nullable=False, server_default="0"))
    _stamp_bases()
    op.add_column("token", sa.Column("family_id", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_token_family_id"), "token", ["family_id"], unique=False)
    op.create_table(
        "device_grant",
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("user_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("device_hash"),
    )
    op.create_index(op.f("ix_device_grant_expires_at"), "device_grant", ["expires_at"], unique=False)
    op.create_index(op.f("ix_device_grant_user_hash"), "device_grant", ["user_hash"], unique=True)
    op.create_table(
        "code_guess",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "token_family",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_because", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_token_family_person_id"), "token_family", ["person_id"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("retried_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("next_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index(op.f("ix_refresh_token_expires_at"), "refresh_token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_token_family_id"), "refresh_token", ["family_id"], unique=False)
