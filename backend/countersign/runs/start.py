"""Starting a run from what a person wrote: message, run and job in the caller's transaction; it drives nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.conversations import attachments
from countersign.conversations.messages import add_user_message, link_run
from countersign.conversations.models import Conversation, Message
from countersign.kit import clock, queue
from countersign.kit.ids import new_id
from countersign.runs import resume
from countersign.runs.driving import lease
from countersign.runs.models import Run
from countersign.runs.waiting import is_asking
from countersign.understanding.context import RequestContext
from countersign.understanding.request import understand
from countersign.understanding.speech.standing_alone import stands_alone


async def start(
    session: AsyncSession,
    services: Services,
    conversation_id: UUID | None,
    text: str,
    attachment_ids: Sequence[UUID] = (),
) -> Run:
    """The run that answers this message, queued; in a new conversation when none is given.

    While a run of the conversation waits for the answer to its question, the message is that answer, unless it is a
    whole request by itself: the run that asked is returned and woken. One first pass at a time per conversation: a
    further run stays queued.
    Not idempotent by itself; the route's Idempotency-Key is.

    Raises:
        InvalidError: the text is empty or too long.
        NotFoundError: the conversation or a file is not the user's.
        AttachmentUsedError: a file was sent with another message.
    """
    if conversation_id is not None:
        # Messages of a conversation are stored one after the other, so `created_at` is the order of the turns.
        await session.execute(
            select(Conversation.id).where(Conversation.id == conversation_id).with_for_update()
        )
    message = await add_user_message(session, conversation_id, text)
    await attachments.use(session, attachment_ids, message)
    asking = await _asking_run(session, message.conversation_id)
    if asking is not None and not await _is_a_request_of_its_own(session, text):
        await link_run(session, message, asking.id)
        await resume.answer(session, asking, text)
        return asking
    return await _queue(session, services, message)


async def _asking_run(session: AsyncSession, conversation_id: UUID) -> Run | None:
    run = await session.scalar(
        select(Run)
        .where(Run.conversation_id == conversation_id, Run.state == "waiting", Run.question.is_not(None))
        .order_by(Run.created_at.desc())
        .limit(1)
        .with_for_update()
    )
    return run if run is not None and is_asking(run) else None


async def _is_a_request_of_its_own(session: AsyncSession, text: str) -> bool:
    """Whether the words can be planned by themselves, and so answer no question."""
    against = RequestContext(now=await clock.now(session), zone="UTC")
    return stands_alone(text, understand(text, against))


async def _queue(session: AsyncSession, services: Services, message: Message) -> Run:
    run = Run(
        id=new_id(),
        user_id=message.user_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        request=message.text,
        created_at=await clock.now(session),
    )
    session.add(run)
    await session.flush()
    await session.refresh(run)
    await link_run(session, message, run.id)
    lease.announce(session, services, run, {})
    await queue.defer(session, "drive_run", run_id=run.id, user_id=run.user_id)
    return run
