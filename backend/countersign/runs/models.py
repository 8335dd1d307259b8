"""Runs and their steps as rows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Integer, Numeric, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit.tables import Base


class Run(Base):
    """One execution of a workflow for one request; its id is also LangGraph's thread id.

    `question` is `{id, text, options, answer}` while and after the person is asked one thing;
    `problem` is `{code, message, action, changed}` once a step failed; `missing` is what a partial answer could not
    look at, `[{service, account_id, code, text, retry_helps}]`.
    """

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    request: Mapped[str] = mapped_column(Text)
    workflow: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=sql("'queued'"))
    attempt: Mapped[int] = mapped_column(Integer, server_default=sql("1"))
    account_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=sql("'{}'"))
    intent: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[int | None] = mapped_column(Integer)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    plan_digest: Mapped[str | None] = mapped_column(Text)
    current_step: Mapped[str | None] = mapped_column(Text)
    first_pass_over: Mapped[bool] = mapped_column(server_default=sql("false"))
    fence: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"))
    lease_until: Mapped[datetime | None]
    wake_wanted: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"))
    wake_seen: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"))
    cancel_wanted: Mapped[bool] = mapped_column(server_default=sql("false"))
    question: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    summary: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    missing: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=sql("'[]'"))
    estimated_cost_usd: Mapped[Decimal] = mapped_column(Numeric(12, 6), server_default=sql("0"))
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(12, 6), server_default=sql("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RunStep(Base):
    """One node of a run's graph as the person sees it: its newest status and sentence in that attempt."""

    __tablename__ = "run_steps"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    step_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    node: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, server_default=sql("''"))
    started_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    ended_at: Mapped[datetime | None]
