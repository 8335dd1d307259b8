"""The only door to a write: executes an approved action once, whoever calls it, however often, at any time.

There is no separate recovery: a restart is the same call again. It decides nothing about consent; it verifies it.
Only the worker calls it, outside LangGraph and outside any transaction.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from countersign.accounts.errors import AccountPausedError
from countersign.accounts.services import Services
from countersign.actions.executor import armed, claim, settle, staging, sweep
from countersign.actions.executor.work import Work
from countersign.actions.rows import MovedOnError
from countersign.connectors.errors import GrantError, NeedsReconnect, ProviderUnknown, TokenRefused
from countersign.connectors.grant import claim_mint

log = structlog.get_logger()
_mint = claim_mint()
_NO_ANSWER = (ProviderUnknown, TokenRefused, NeedsReconnect, AccountPausedError, GrantError, TimeoutError)


async def run(services: Services, user_id: UUID, action_id: UUID) -> None:
    """Nothing, with everything that is due for this action done: executed, parked, sent back, closed, or swept.

    Idempotent and safe from any number of processes at once; commits by itself, several times.

    Raises:
        NotFoundError: no such action of this user.
    """
    work = await claim.claim(services, user_id, action_id, _mint)
    if work is None:
        await sweep.sweep(services, user_id, action_id, _mint)
        return
    try:
        await _execute(work)
    except MovedOnError:
        log.info("action.lost", action_id=str(action_id), attempt=work.n)
        await sweep.after_loss(work)


async def _execute(work: Work) -> None:
    held: Work | None = work
    try:
        if work.action.state == "needs_review":
            await settle.settle(work)
            return
        if work.action.state == "staging":
            held = await staging.stage(work)
        if held is not None:
            await armed.finish(held)
        else:
            await sweep.sweep(work.services, work.user_id, work.action.id, work.mint)
    except _NO_ANSWER as exc:
        log.info("action.no_answer", action_id=str(work.action.id), error=type(exc).__name__)
        if work.action.state == "needs_review":
            await settle.let_go(work, type(exc).__name__)
            return
        await armed.pause(held or work, type(exc).__name__, getattr(exc, "retry_after_seconds", None))
