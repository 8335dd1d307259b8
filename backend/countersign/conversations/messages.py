"""Saying something in a conversation and reading what was said; it starts no run and interprets no text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.conversations.models import Conversation, Message
from countersign.errors import InvalidError, NotFoundError
from countersign.events import log as events
from countersign.kit import clock
from countersign.kit.ids import derived_id, new_id, to_public
from countersign.kit.paging import Cursor

MAX_TEXT_LENGTH = 20_000
"""Characters of a request: far above any real one, far below what would slow the planner."""

_TITLE_LENGTH = 80


async def start_conversation(session: AsyncSession, title: str = "") -> Conversation:
    """A new, empty conversation of the session's user."""
    now = await clock.now(session)
    conversation = Conversation(
        id=new_id(), user_id=session.info["user_id"], title=_as_title(title), created_at=now, updated_at=now
    )
    session.add(conversation)
    await session.flush()
    return conversation


async def get_conversation(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """The session's user's conversation.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        msg = "There is no conversation with this id."
        raise NotFoundError(msg)
    return conversation


async def list_conversations(
    session: AsyncSession, *, before: Cursor | None, limit: int
) -> list[Conversation]:
    """At most `limit` conversations, last used first, from `before` (its time is `updated_at`) on."""
    query = select(Conversation).order_by(Conversation.updated_at.desc(), Conversation.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(Conversation.updated_at, Conversation.id) < (before.created_at, before.id))
    return list(await session.scalars(query))


async def add_user_message(session: AsyncSession, conversation_id: UUID | None, text: str) -> Message:
    """The stored message, in that conversation or, without one, in a new conversation named after it.

    Emits nothing yet: `link_run` does, once the run it starts is known.

    Raises:
        InvalidError: empty, or longer than `MAX_TEXT_LENGTH` characters.
        NotFoundError: the conversation is not the user's.
    """
    _check_text(text)
    if conversation_id is None:
        conversation = await start_conversation(session, text)
    else:
        conversation = await get_conversation(session, conversation_id)
    now = await clock.now(session)
    message = Message(
        id=new_id(),
        user_id=session.info["user_id"],
        conversation_id=conversation.id,
        role="user",
        text=text,
        citations=[],
        created_at=now,
    )
    conversation.updated_at = now
    conversation.title = conversation.title or _as_title(text)
    session.add(message)
    await session.flush()
    return message


async def link_run(session: AsyncSession, message: Message, run_id: UUID) -> None:
    """Note the run that this message started, and announce the message with it."""
    message.run_id = run_id
    await session.flush()
    _announce(session, message)


async def add_answer(
    session: AsyncSession,
    conversation_id: UUID,
    run_id: UUID,
    text: str,
    citations: list[dict[str, Any]],
    *,
    attempt: int = 1,
) -> Message:
    """The assistant's one answer of this attempt of the run; asked again it returns the first one and emits nothing.

    `citations` are `{id, kind, account_id, title}`.

    Raises:
        NotFoundError: the conversation is not the user's.
    """
    message_id = derived_id(run_id, "answer", str(attempt))
    return await _add_once(session, conversation_id, message_id, run_id, text, citations)


async def add_notice(
    session: AsyncSession,
    conversation_id: UUID,
    run_id: UUID,
    text: str,
    citations: list[dict[str, Any]],
    *,
    about: tuple[str, ...],
) -> Message:
    """What the assistant says of a run besides its answer: what it asks, what waits, why it failed.

    Once for each `about` of the run; said again it returns the first one and emits nothing.

    Raises:
        NotFoundError: the conversation is not the user's.
    """
    message_id = notice_id(run_id, *about)
    return await _add_once(session, conversation_id, message_id, run_id, text, citations)


def notice_id(run_id: UUID, *about: str) -> UUID:
    """The id of that notice of the run, the same in every process and after every crash."""
    return derived_id(run_id, "notice", *about)


async def recent(session: AsyncSession, conversation_id: UUID, n: int) -> list[Message]:
    """The last `n` messages of the conversation, oldest first; none when it is not the user's."""
    return (await list_messages(session, conversation_id, before=None, limit=n))[::-1]


async def list_messages(
    session: AsyncSession, conversation_id: UUID, *, before: Cursor | None, limit: int
) -> list[Message]:
    """At most `limit` messages, newest first, from `before` on."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(Message.created_at, Message.id) < (before.created_at, before.id))
    return list(await session.scalars(query))


async def _add_once(
    session: AsyncSession,
    conversation_id: UUID,
    message_id: UUID,
    run_id: UUID,
    text: str,
    citations: list[dict[str, Any]],
) -> Message:
    await get_conversation(session, conversation_id)
    now = await clock.now(session)
    values = {"role": "assistant", "text": text, "citations": citations, "run_id": run_id, "created_at": now}
    added = await session.execute(
        insert(Message)
        .values(id=message_id, user_id=session.info["user_id"], conversation_id=conversation_id, **values)
        .on_conflict_do_nothing(index_elements=[Message.id])
        .returning(Message.id)
    )
    is_new = added.one_or_none() is not None
    message = await session.get_one(Message, message_id)
    if is_new:
        await session.execute(
            update(Conversation).where(Conversation.id == conversation_id).values(updated_at=now)
        )
        _announce(session, message)
    return message


def _check_text(text: str) -> None:
    if not text.strip():
        problem = "The message is empty."
    elif len(text) > MAX_TEXT_LENGTH:
        problem = f"The message is longer than {MAX_TEXT_LENGTH} characters."
    else:
        return
    raise InvalidError(problem, fields=[{"path": "/text", "text": problem}])


def _as_title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"


def _announce(session: AsyncSession, message: Message) -> None:
    message_id = to_public("msg", message.id)
    run_id = to_public("run", message.run_id) if message.run_id else None
    events.append(
        session,
        "message.created",
        {"message_id": message_id, "role": message.role, "run_id": run_id},
        run_id=message.run_id,
    )
    events.append(
        session,
        "message.completed",
        {"message_id": message_id, "text": message.text, "citations": message.citations, "chunks": 0},
        run_id=message.run_id,
    )
