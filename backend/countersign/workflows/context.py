"""What a node may know and hold during one drive of a run; it opens transactions but decides nothing.

Every row a node writes goes through `writing`, which commits only while the driver still owns the run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.errors import ConflictError
from countersign.kit.ids import from_public
from countersign.understanding.plan import Plan

_STORE_WORKFLOW = text("UPDATE runs SET workflow = :workflow WHERE id = :run_id")
_STORE_PLAN = text("""
    UPDATE runs SET plan = CAST(:plan AS jsonb), plan_digest = :digest, intent = :intent, confidence = :confidence,
        account_ids = CAST(:account_ids AS uuid[])
    WHERE id = :run_id
""")
_STORED_PLAN = text("SELECT plan FROM runs WHERE id = :run_id")
_UNREADABLE_PLAN = "The stored plan of this run cannot be used any more."
_ASK_AGAIN = "Ask again; a new plan will be made."
_HOLD_FENCE = text("SELECT 1 FROM runs WHERE id = :run_id AND fence = :fence FOR KEY SHARE")


class FenceLostError(ConflictError):
    """Another driver took this run over; the one that meets this has written nothing and must stop at once."""

    code = "run_taken_over"

    def __init__(self, run_id: UUID) -> None:
        super().__init__("This run is already being continued elsewhere.", run_id=str(run_id))


async def hold_fence(session: AsyncSession, run_id: UUID, fence: int) -> None:
    """Return while `fence` is the run's, keeping it so until this transaction ends; the rest of the row stays free.

    Call it after locking actions and before the commit (lock order: actions, run, event head).

    Raises:
        FenceLostError: a later driver raised the fence, or the run is not this user's.
    """
    held = await session.execute(_HOLD_FENCE, {"run_id": run_id, "fence": fence})
    if held.first() is None:
        raise FenceLostError(run_id)


async def store_workflow(session: AsyncSession, run_id: UUID, workflow: str) -> None:
    """Note which workflow the run takes; the caller's transaction holds the fence."""
    await session.execute(_STORE_WORKFLOW, {"run_id": run_id, "workflow": workflow})


async def store_plan(session: AsyncSession, run_id: UUID, plan: Plan) -> None:
    """Keep the plan with its digest, intent, confidence and accounts; the caller's transaction holds the fence."""
    accounts = [from_public("acc", account) for account in account_ids_of(plan)]
    await session.execute(
        _STORE_PLAN,
        {
            "run_id": run_id,
            "plan": plan.canonical_json().decode(),
            "digest": plan.digest,
            "intent": plan.intent,
            "confidence": plan.confidence_percent,
            "account_ids": accounts,
        },
    )


def plan_from(stored: Mapping[str, Any]) -> Plan:
    """The plan behind its stored JSON.

    Raises:
        ConflictError: it does not fit its own digest, or was made by an incompatible version.
    """
    try:
        plan = Plan.model_validate({name: value for name, value in stored.items() if name != "digest"})
    except ValidationError as exc:
        raise ConflictError(_UNREADABLE_PLAN, action=_ASK_AGAIN) from exc
    if plan.digest != stored.get("digest"):
        raise ConflictError(_UNREADABLE_PLAN, action=_ASK_AGAIN)
    return plan


async def stored_plan(session: AsyncSession, run_id: UUID) -> Plan | None:
    """The run's plan, None while there is none."""
    plan = (await session.execute(_STORED_PLAN, {"run_id": run_id})).scalar_one_or_none()
    return None if plan is None else plan_from(plan)


def account_ids_of(plan: Plan) -> list[str]:
    """The public ids of the accounts the plan looks in, the first named first, each once."""
    named = [account for step in plan.steps for account in getattr(step, "account_ids", ())]
    return list(dict.fromkeys(named))


class StepsSoFar(Protocol):
    """Steps the driver has seen and not stored yet: they happened before what a node is about to write."""

    async def announce(self, session: AsyncSession) -> None:
        """Add their events to this transaction; no row is locked by it."""

    async def store(self, session: AsyncSession) -> None:
        """Store their rows in this transaction, last before the fence."""


class _NoSteps:
    async def announce(self, session: AsyncSession) -> None:
        """Nothing happened before."""

    async def store(self, session: AsyncSession) -> None:
        """Nothing to store."""


@asynccontextmanager
async def no_steps() -> AsyncIterator[StepsSoFar]:
    """For a transaction outside any step."""
    yield _NoSteps()


@dataclass(frozen=True)
class RunContext:
    """One drive's facts, given to every node by LangGraph; never stored in a checkpoint.

    Attributes:
        attempt: 1, raised only by retry; part of the ids of proposed actions.
        fence: this driver's; rows are written only while the run still has it.
        request: the person's words.
        steps_so_far: takes the steps that are not stored yet; they are put back when the block fails.
        seen: what this drive has read of mailboxes, for its later nodes; another drive reads it again.
    """

    services: Services
    user_id: UUID
    run_id: UUID
    conversation_id: UUID
    attempt: int
    fence: int
    request: str
    steps_so_far: Callable[[], AbstractAsyncContextManager[StepsSoFar]] = no_steps
    seen: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One short transaction as the run's user, for looking."""
        async with self.services.db.session(self.user_id) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One short transaction as the run's user that commits only under this driver's fence.

        The steps before it are told first, so that nobody reads a result before the step that made it.

        Raises:
            FenceLostError: the run was taken over; nothing of the block is stored.
        """
        async with self.steps_so_far() as steps, self.services.db.session(self.user_id) as session:
            await steps.announce(session)
            yield session
            await steps.store(session)
            await hold_fence(session, self.run_id, self.fence)
