"""Settling an action in review whose token turned out to be unused: the token is destroyed, then the end is known.

A person asks for it (review.py); only the executor may write, so it happens here. Without an answer the action stays
in review until somebody asks again; nothing is ever sent from here.
"""

from __future__ import annotations

from typing import Any, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions import rows
from countersign.actions.executor import armed, receipt
from countersign.actions.executor.work import Work, refusal
from countersign.actions.models import Action
from countersign.actions.types import Change

log = structlog.get_logger()
End = Literal["failed", "proposed"]

_WANTED = "settle_as"
AGAIN = "You said that this did not happen; it is proposed again."


def is_wanted(action: Action) -> bool:
    """Whether a person asked for this action in review to be settled."""
    return action.state == "needs_review" and _WANTED in (action.cursor or {})


def wanted(action: Action, end: End) -> dict[str, Any]:
    """The cursor of an action in review that is to end so when its token could be destroyed."""
    return {**(action.cursor or {}), _WANTED: end}


async def settle(work: Work) -> None:
    """The action is `done`, or `failed` or proposed again once its token is destroyed; else it stays in review.

    Raises:
        ProviderUnknown, NeedsReconnect, TimeoutError: no answer; `let_go` of it.
        MovedOnError: somebody else settled it; nothing was written.
    """
    evidence = await armed.reconcile(work)
    if evidence.status == "happened":
        await receipt.done(work, evidence)
    elif _may_end(work, evidence.status) and await _destroyed(work):
        await _close(work)
    else:
        await let_go(work, evidence.status)


async def let_go(work: Work, reason: str) -> None:
    """The action stays in review and is left alone until somebody asks again.

    Raises:
        MovedOnError: somebody else settled it; nothing was written.
    """
    cursor = {key: value for key, value in (work.action.cursor or {}).items() if key != _WANTED}
    async with work.services.db.session(work.user_id) as session:
        await rows.change(session, work.action, lease_until=None, cursor=cursor)
        await work.ended(session, "unknown", {"reason": reason})
    log.info("action.not_settled", action_id=str(work.action.id), reason=reason)


def _may_end(work: Work, status: str) -> bool:
    # What is half done cannot be called not done, but the rest of it can be proposed again.
    return status == "unused" or (status == "partial" and (work.action.cursor or {})[_WANTED] == "proposed")


async def _destroyed(work: Work) -> bool:
    async with work.services.db.session(work.user_id) as session:
        if await refusal(session, work.services, work.action) is not None:
            return False
    if not work.kind.single_use:
        return True  # nothing was prepared; a call that hung was cut off long before a person asked
    return await work.kind.revoke(await work.door(work.grant()), work.token)


async def _close(work: Work) -> None:
    if (work.action.cursor or {})[_WANTED] == "failed":
        message = (
            f"It did not happen ({work.kind.words.nothing}), and what was prepared for it has been removed."
        )
        await receipt.failed(work, "failed", "not_sent", message)
        return
    async with work.services.db.session(work.user_id) as session:
        await _proposed_again(session, work)


async def _proposed_again(session: AsyncSession, work: Work) -> None:
    facts = (await rows.version_of(session, work.action)).facts
    await receipt.sent_back(session, work, Change(AGAIN, work.action.payload, facts), "reopen")
