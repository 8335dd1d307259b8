"""From `staging` to `armed`: check the decision, read the target again, obtain the single-use token, commit it.

Nothing takes effect here: the token alone changes nothing for anybody else, and it is stored before it can be used.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.errors import AccountPausedError
from countersign.actions import decisions, rows
from countersign.actions.executor import receipt
from countersign.actions.executor.work import Work, looking_seconds, refusal, switched_off
from countersign.actions.rows import Said
from countersign.actions.types import AlteredTokenError, Change, Facts, MadeBy, OwnRefusalError, Token
from countersign.connectors.errors import NeedsReconnect, ProviderRefusal

LATE = "The time in which the approval could be carried out is over."


async def stage(work: Work) -> Work | None:
    """The work armed and committed, or None when the action was sent back or closed.

    Raises:
        ProviderUnknown, TimeoutError: the provider gave no answer; stage again later.
        MovedOnError: somebody else holds the action; nothing was written.
    """
    if not await _may_go_on(work):
        return None
    try:
        changed = await _changed(work)
        if changed is not None:
            await _send_back(work, changed)
            return None
        token = await work.kind.obtain(
            await work.door(work.grant()), decisions.terms_of(work.action), work.token
        )
    except ProviderRefusal as exc:
        message = f"Google refused it ({exc.reason}); {work.kind.words.nothing}."
        await receipt.failed(work, "failed", "provider_refused", message)
        return None
    except (NeedsReconnect, AccountPausedError) as exc:
        await _send_back(work, Change(exc.message, work.action.payload, await _facts(work)))
        return None
    except AlteredTokenError as exc:
        await receipt.failed(work, "needs_review", exc.code, exc.message)
        return None
    except OwnRefusalError as exc:
        await receipt.failed(work, "refused", exc.code, exc.message)
        return None
    return await _arm(work, token)


async def _may_go_on(work: Work) -> bool:
    async with work.services.db.session(work.user_id) as session:
        action = await rows.locked_one(session, work.action.id)
        _still_ours(work, action.fence)
        work = replace(work, action=action)
        refused = await refusal(session, work.services, action)
        if refused is not None:
            outcome = receipt.problem("refused", refused.code, refused.text)
            await work.in_phase(session, "receipt")
            await receipt.close(session, work, "refused", "action.refused", outcome=outcome)
            return False
        reason = await switched_off(session, work.services, action)
        if reason is None and await decisions.is_late(session, action):
            reason = LATE
        if reason is not None:
            made_by: MadeBy = "stale" if reason == LATE else "switch"
            facts = (await rows.version_of(session, action)).facts
            await receipt.sent_back(session, work, Change(reason, action.payload, facts), made_by)
            return False
    return True


async def _changed(work: Work) -> Change | None:
    """None also for a compensation: it skips what changed since, and a person who undoes waits for no second card."""
    if work.action.undoes is not None:
        return None
    async with asyncio.timeout(looking_seconds(work.services)):
        return await work.kind.changed(await work.door(), work.action.payload, await _facts(work))


async def _facts(work: Work) -> Facts:
    async with work.services.db.session(work.user_id) as session:
        return (await rows.version_of(session, work.action)).facts


async def _send_back(work: Work, change: Change) -> None:
    async with work.services.db.session(work.user_id) as session:
        await receipt.sent_back(session, work, change, "stale")


async def _arm(work: Work, token: Token) -> Work:
    stored = {"marker": token.marker, "old_markers": [], "is_fresh": False, "handle": dict(token.handle)}
    async with work.services.db.session(work.user_id) as session:
        held = await work.held(
            session,
            provider_token=stored,
            cursor=dict(token.cursor),
            pre_image=dict(token.pre_image) or None,
        )
        armed = await _moved_to_armed(session, held)
        await armed.in_phase(session, "armed_before")
        return armed


async def _moved_to_armed(session: AsyncSession, work: Work) -> Work:
    said = Said("action.armed", by="executor", details={"handle": dict(work.token.handle)})
    return replace(work, action=await rows.move(session, work.services, work.action, "armed", said))


def _still_ours(work: Work, fence: int) -> None:
    if fence != work.action.fence:
        raise rows.MovedOnError(work.action.id)
