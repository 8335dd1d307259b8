"""The only door to a write: executes an approved action once, whoever calls it, however often, at any time.

There is no separate recovery: a restart is the same call again. It decides nothing about consent; it verifies it.
Only the worker calls it, outside LangGraph and outside any transaction.
"""

from __future__ import annotations

import logging
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
_COMES_BACK = (ProviderUnknown, TokenRefused, NeedsReconnect, AccountPausedError, GrantError, TimeoutError)


async def run(services: Services, user_id: UUID, action_id: UUID) -> None:
    """Nothing, with everything that is due for this action done: executed, parked, sent back, closed, or swept.

    Idempotent and safe from any number of processes at once; commits by itself, several times.

    Raises:
        NotFoundError: no such action of this user.
    """
    work = await claim.claim(services, user_id, action_id, _mint)
    try:
        if work is None:
            await sweep.sweep(services, user_id, action_id, _mint)
        else:
            await _execute(work)
    except MovedOnError:
        log.info("action.lost", action_id=str(action_id), attempt=work.n if work else None)
        if work is not None:
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
    except MovedOnError:
        raise
    except Exception as exc:  # noqa: BLE001 - whatever it is, the action must come to an end
        await _pause(held or work, exc)


async def _pause(work: Work, exc: Exception) -> None:
    # Only the error's type is kept: its words may quote the mail.
    reason, comes_back = type(exc).__name__, isinstance(exc, _COMES_BACK)
    log.log(
        logging.INFO if comes_back else logging.WARNING,
        "action.no_answer",
        action_id=str(work.action.id),
        error=reason,
    )
    if work.action.state == "needs_review":
        await settle.let_go(work, reason)
    else:
        asked_seconds = getattr(exc, "retry_after_seconds", None)
        await armed.pause(work, reason, asked_seconds, comes_back=comes_back)
