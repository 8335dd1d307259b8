"""The armed action: look for evidence first, then try once, then look again; never try twice on one look.

Safety is the single-use token and the compare-and-set; the lease only decides who tries. Nothing here sleeps: a
pause is a lease that the scan finds again.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions import decisions
from countersign.actions.executor import receipt
from countersign.actions.executor.work import (
    Work,
    is_disconnected,
    looking_seconds,
    park,
    pause_seconds,
    refusal,
    switched_off,
    was_called,
)
from countersign.actions.types import Attempted, Evidence

log = structlog.get_logger()

_TO_DO = frozenset({"unused", "partial"})

MISSING_LOOKS = 4
"""How often a consumed token without evidence is looked at (waits 1, 2, 4 s) before a person is asked."""

UNREADABLE_LOOKS = 40
"""How often a mailbox may refuse to be read before a person is asked: at 15 s a look, ten minutes."""

_DISCONNECTED = "its account was disconnected before that could be seen."
_UNREADABLE = "for ten minutes the mailbox could not be read."


async def finish(work: Work) -> None:
    """The action ends in `done`, `failed`, `refused` or `needs_review`, or is parked for another look.

    Raises:
        ProviderUnknown, NeedsReconnect, TimeoutError: no answer to a look; call again later.
        MovedOnError: somebody else holds the action; nothing was written.
    """
    evidence = await reconcile(work)
    if evidence.status not in _TO_DO:
        await _without_attempt(work, evidence)
        return
    ready = await _begin_attempt(work)
    if ready is None:
        return
    terms = decisions.terms_of(ready.action)
    attempted = await ready.kind.attempt(await ready.door(ready.grant()), terms, ready.token)
    await _after_attempt(ready, attempted)


async def reconcile(work: Work) -> Evidence:
    """What the provider's records say about this action now."""
    async with asyncio.timeout(looking_seconds(work.services)):
        return await work.kind.reconcile(await work.door(), decisions.terms_of(work.action), work.token)


async def pause(
    work: Work, reason: str, asked_seconds: int | None = None, *, comes_back: bool = True
) -> None:
    """The action is left alone for a moment; an armed one that nobody can know more about goes to a person.

    That is: its approval has become too old, its account is disconnected, or the provider refused to be read (or
    something unforeseen happened, `comes_back` False) `UNREADABLE_LOOKS` times. A staging one goes back to its card
    when its approval has become too old.

    Raises:
        MovedOnError: somebody else holds the action; nothing was written.
    """
    wait_seconds = pause_seconds(work.n, asked_seconds)
    if work.action.state != "armed":
        await park(work, reason, wait_seconds=wait_seconds)
        return
    cursor = work.action.cursor or {}
    looks = int(cursor.get("unreadable_looks", 0)) + (not comes_back)
    if not await _given_up(work, looks):
        await park(work, reason, wait_seconds=wait_seconds, cursor={**cursor, "unreadable_looks": str(looks)})


async def _given_up(work: Work, looks: int) -> bool:
    async with work.services.db.session(work.user_id) as session:
        if await decisions.is_late(session, work.action):
            await _too_late(session, work)
        elif await is_disconnected(session, work.action):
            await _give_up(session, work, "disconnected", f"{work.kind.words.unknown}: {_DISCONNECTED}")
        elif looks >= UNREADABLE_LOOKS:
            await _give_up(session, work, "unreadable", f"{work.kind.words.unknown}: {_UNREADABLE}")
        else:
            return False
    return True


async def _begin_attempt(work: Work) -> Work | None:
    """The work with its decision checked and its attempt announced, committed right before the call."""
    async with work.services.db.session(work.user_id) as session:
        held = await work.held(session)
        refused = await refusal(session, held.services, held.action)
        if refused is not None:
            await _stopped(session, held, refused)
            return None
        if await decisions.is_late(session, held.action):
            await _too_late(session, held)
            return None
        reason = await switched_off(session, held.services, held.action)
        if reason is None:
            await held.in_phase(session, "armed_during")
            return await _noted(session, held)
    await park(held, "switched_off", wait_seconds=pause_seconds(held.n))
    return None


async def _noted(session: AsyncSession, work: Work) -> Work:
    """The work with its call noted where its kind sees it, for kinds that have no token to tell by."""
    if work.kind.single_use:
        return work
    return await work.held(session, cursor={**(work.action.cursor or {}), "called": "yes"})


async def _stopped(session: AsyncSession, work: Work, refused: decisions.Refusal) -> None:
    """Our own check ends the action: `refused` if no call was ever made, else nobody knows what that call did."""
    if await was_called(session, work.action):
        message = f"{refused.text} {work.kind.words.unknown}: it was tried before that was seen."
        await _give_up(session, work, refused.code, message)
        return
    await work.in_phase(session, "receipt")
    outcome = receipt.problem("refused", refused.code, refused.text)
    await receipt.close(session, work, "refused", "action.refused", outcome=outcome)


async def _too_late(session: AsyncSession, work: Work) -> None:
    message = f"{work.kind.words.unknown}, and its approval is too old by now to try it again."
    await _give_up(session, work, "too_late", message)


async def _give_up(session: AsyncSession, work: Work, code: str, message: str) -> None:
    await work.in_phase(session, "receipt")
    outcome = receipt.problem("needs_review", code, message)
    await receipt.close(session, work, "needs_review", "action.needs_review", outcome=outcome)


async def _after_attempt(work: Work, attempted: Attempted) -> None:
    async with work.services.db.session(work.user_id) as session:
        work = await work.held(session)
        evidence = {"status": attempted.status, "reason": attempted.reason, "result": dict(attempted.result)}
        await work.in_phase(session, "armed_after", evidence=evidence)
    if attempted.status == "done":
        await receipt.done(work, Evidence("happened", "answer", attempted.result))
        return
    log.info(
        "action.no_answer", action_id=str(work.action.id), status=attempted.status, reason=attempted.reason
    )
    found = await reconcile(work)
    # Of a kind that nothing can be read about, the answer to this very call is all there is to know.
    is_all = found.status == "missing" and not work.kind.single_use
    if attempted.status == "refused" and (found.status in _TO_DO or is_all):
        await _refused(work, attempted.reason, found)
    elif found.status in _TO_DO:
        await park(work, attempted.reason, wait_seconds=pause_seconds(work.n, attempted.retry_after_seconds))
    else:
        await _without_attempt(work, found)


async def _refused(work: Work, reason: str, found: Evidence) -> None:
    words = work.kind.words
    if found.status == "partial":
        message = f"{words.refused} before all was done ({reason}); {found.result['part']}."
        await receipt.failed(work, "needs_review", "partly_done", message)
    elif not work.kind.single_use and await _was_called_before(work):
        message = f"{words.refused} ({reason}). {words.unknown}: an earlier try had no answer."
        await receipt.failed(work, "needs_review", "provider_refused", message)
    # An earlier call that hung could still take effect: "nothing was done" is true once its token is destroyed.
    elif not work.kind.single_use or await work.kind.revoke(await work.door(work.grant()), work.token):
        message = f"{words.refused} ({reason}); {words.nothing}."
        await receipt.failed(work, "failed", "provider_refused", message)
    else:
        await _without_attempt(work, await reconcile(work))


async def _was_called_before(work: Work) -> bool:
    async with work.services.db.session(work.user_id) as session:
        return await was_called(session, work.action, before=work.n)


async def _without_attempt(work: Work, evidence: Evidence) -> None:
    if evidence.status == "happened":
        await receipt.done(work, evidence)
        return
    if evidence.status == "altered":
        message = "What was prepared in your mailbox was changed there, so it was not sent by Countersign."
        await receipt.failed(work, "needs_review", "altered_token", message)
        return
    cursor = {**(work.action.cursor or {})}
    looks = int(cursor.get("missing_looks", 0)) + 1
    if looks < MISSING_LOOKS:
        await park(
            work, "no_evidence", wait_seconds=2 ** (looks - 1), cursor={**cursor, "missing_looks": str(looks)}
        )
        return
    message = f"{work.kind.words.unknown}: what was prepared is gone, and no trace of the result was found."
    await receipt.failed(work, "needs_review", "no_evidence", message)
