"""Actions, their versions, approvals, decisions and attempts as rows; no rule lives here.

The approval's row stands beside its action because the executor puts it back to pending in the same transaction
that sends the action back; who may decide and when is the business of `approvals`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, FetchedValue, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from countersign.actions.types import State, UndoMode
from countersign.kit.tables import Base

_JSON = JSONB(none_as_null=True)


class Action(Base):
    """One typed state change; changed only by compare-and-set on state, version and fence (rows.py)."""

    __tablename__ = "actions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID]
    run_attempt: Mapped[int] = mapped_column(Integer)
    plan_step: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID]
    account_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(_JSON)
    digest: Mapped[str] = mapped_column(Text)
    hold_seconds: Mapped[int] = mapped_column(Integer)
    undo_mode: Mapped[UndoMode] = mapped_column(Text)
    state: Mapped[State] = mapped_column(Text)
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    undoes: Mapped[UUID | None]
    decision_id: Mapped[UUID | None]
    revision_decision_id: Mapped[UUID | None]
    reopen_wanted: Mapped[bool] = mapped_column(FetchedValue())
    hold_until: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]
    provider_token: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    pre_image: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    fence: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    outcome: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    stale_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    closed_at: Mapped[datetime | None]


class ActionVersion(Base):
    """What one version said and how it was shown; append-only."""

    __tablename__ = "action_versions"

    action_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(_JSON)
    digest: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(_JSON)
    preview: Mapped[dict[str, Any]] = mapped_column(_JSON)
    made_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Approval(Base):
    """The request for a decision on one action: one row an action, whatever its versions."""

    __tablename__ = "approvals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action_id: Mapped[UUID]
    run_id: Mapped[UUID]
    user_id: Mapped[UUID]
    batch_id: Mapped[UUID | None]
    group_key: Mapped[str] = mapped_column(Text)
    group_label: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    asked_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    look_wanted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Decision(Base):
    """Who decided what on which digest, and until when it may be executed; append-only, sealed by a MAC."""

    __tablename__ = "decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID]
    action_id: Mapped[UUID]
    user_id: Mapped[UUID]
    action_version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(Text)
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    decider_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str] = mapped_column(Text)
    execute_by: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(Text)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Attempt(Base):
    """One executor's go at an action and how far it came; `evidence` holds ids and codes, never contents."""

    __tablename__ = "attempts"

    action_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[UUID]
    phase: Mapped[str] = mapped_column(Text)
    started: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    ended: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    evidence: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
