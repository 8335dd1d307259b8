"""Conversations and their messages; a person's message starts a run."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.api.idempotency import OnceDep
from countersign.api.openapi import refusals
from countersign.api.routes.chat.attachments import AttachmentShape
from countersign.api.shapes import CursorText, PageSize, RequestBody, as_cursor
from countersign.api.signed_in import ServicesDep, SessionDep
from countersign.conversations import attachments, messages
from countersign.conversations.attachments import MAX_PER_MESSAGE
from countersign.conversations.messages import MAX_TEXT_LENGTH
from countersign.conversations.models import Message
from countersign.events.shapes import Citation
from countersign.kit.ids import AttachmentId, ConversationId, MessageId, RunId
from countersign.kit.paging import DEFAULT_LIMIT, Page, write_cursor
from countersign.runs import start

router = APIRouter(prefix="/conversations", tags=["conversations"])
new_messages = APIRouter(tags=["conversations"])


class NewConversation(RequestBody):
    """A conversation to start; without a title its first message names it."""

    title: str = Field(default="", max_length=200)


class ConversationShape(BaseModel):
    """A line of requests and answers."""

    model_config = ConfigDict(from_attributes=True)

    id: ConversationId
    title: str
    created_at: datetime
    updated_at: datetime


class NewMessage(RequestBody):
    """A request in the person's words, with the uploaded files that go with it."""

    text: str = Field(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"\S")
    attachment_ids: list[AttachmentId] = Field(default=[], max_length=MAX_PER_MESSAGE)


class MessageShape(BaseModel):
    """One thing said; `run_id` is the run it started or answers."""

    model_config = ConfigDict(from_attributes=True)

    id: MessageId
    conversation_id: ConversationId
    role: Literal["user", "assistant"]
    text: str
    citations: list[Citation]
    run_id: RunId | None
    attachments: list[AttachmentShape] = []
    created_at: datetime


class AcceptedMessage(BaseModel):
    """The message is stored and its run is queued, or it answered that run's question; follow `/events` or the run."""

    conversation_id: ConversationId
    run_id: RunId


@router.get("")
async def list_conversations(
    session: SessionDep, cursor: CursorText = None, limit: PageSize = DEFAULT_LIMIT
) -> Page[ConversationShape]:
    """The person's conversations, last used first."""
    rows = await messages.list_conversations(session, before=as_cursor(cursor), limit=limit)
    last = write_cursor(rows[-1].updated_at, rows[-1].id) if len(rows) == limit else None
    return Page[ConversationShape](
        items=[ConversationShape.model_validate(row) for row in rows], next_cursor=last
    )


@router.post("", status_code=201)
async def start_conversation(
    wanted: NewConversation, session: SessionDep, once: OnceDep
) -> ConversationShape:
    """Start an empty conversation."""
    return await once.answer(
        ConversationShape, lambda: messages.start_conversation(session, wanted.title), status=201
    )


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: ConversationId, session: SessionDep) -> ConversationShape:
    """One conversation."""
    return ConversationShape.model_validate(await messages.get_conversation(session, conversation_id))


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: ConversationId,
    session: SessionDep,
    cursor: CursorText = None,
    limit: PageSize = DEFAULT_LIMIT,
) -> Page[MessageShape]:
    """What was said, newest first."""
    await messages.get_conversation(session, conversation_id)
    rows = await messages.list_messages(session, conversation_id, before=as_cursor(cursor), limit=limit)
    last = write_cursor(rows[-1].created_at, rows[-1].id) if len(rows) == limit else None
    return Page[MessageShape](items=await _with_files(session, rows), next_cursor=last)


@router.post("/{conversation_id}/messages", status_code=202)
async def send_message(
    conversation_id: ConversationId,
    said: NewMessage,
    services: ServicesDep,
    session: SessionDep,
    once: OnceDep,
) -> AcceptedMessage:
    """Say something; 202 once the message and its run are stored together."""
    return await once.answer(
        AcceptedMessage, lambda: _accept(session, services, conversation_id, said), status=202
    )


@new_messages.post("/messages", status_code=202, responses=refusals(404))
async def send_first_message(
    said: NewMessage, services: ServicesDep, session: SessionDep, once: OnceDep
) -> AcceptedMessage:
    """Say something in a new conversation that is named after it."""
    return await once.answer(AcceptedMessage, lambda: _accept(session, services, None, said), status=202)


async def _accept(
    session: AsyncSession, services: Services, conversation_id: ConversationId | None, said: NewMessage
) -> AcceptedMessage:
    run = await start.start(session, services, conversation_id, said.text, said.attachment_ids)
    return AcceptedMessage(conversation_id=run.conversation_id, run_id=run.id)


async def _with_files(session: AsyncSession, rows: list[Message]) -> list[MessageShape]:
    files = await attachments.of_messages(session, [row.id for row in rows])
    return [
        MessageShape.model_validate(row).model_copy(
            update={"attachments": [AttachmentShape.model_validate(file) for file in files.get(row.id, [])]}
        )
        for row in rows
    ]
