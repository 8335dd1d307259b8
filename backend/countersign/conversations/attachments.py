"""Files a person uploads to go with a request: kept sealed, each used by one message; it looks into none of them.

The type and the digest are of the plain content and never change; nobody but the owner can open it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit import log as audit
from countersign.conversations.file_types import media_type_of, safe_name
from countersign.conversations.models import Attachment, Message
from countersign.errors import ConflictError, InvalidError, NotFoundError, TooLargeError, UnavailableError
from countersign.kit import clock
from countersign.kit.crypto import Keys
from countersign.kit.data_keys import cipher
from countersign.kit.ids import new_id
from countersign.settings import Settings

MAX_PER_MESSAGE = 20

# One upload of a person at a time is counted against their total.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:user_id AS text), 2))")


class StorageFullError(TooLargeError):
    """The person's uploaded files reached the limit of this installation."""

    code = "attachment_storage_full"
    action = "Delete uploaded files that are not needed, then upload this one again."


class AttachmentUsedError(ConflictError):
    """The file belongs to a message already: it stays with it, and goes with no other."""

    code = "attachment_used"
    action = "Upload the file again to use it in another message."


@dataclass(frozen=True)
class NewFile:
    """A file as it arrived, with what follows from its content alone."""

    name: str
    content: bytes
    media_type: str
    sha256: bytes


def new_file(name: str, content: bytes) -> NewFile:
    """The file under a name without tricks, with its type and SHA-256.

    Raises:
        InvalidError: it is empty.
    """
    if not content:
        msg = "The file is empty."
        raise InvalidError(msg, action="Choose another file.", fields=[{"path": "/file", "text": msg}])
    safe = safe_name(name)
    return NewFile(safe, content, media_type_of(content, safe), hashlib.sha256(content).digest())


async def store(session: AsyncSession, keys: Keys, settings: Settings, file: NewFile) -> Attachment:
    """The stored file, sealed with the key of the session's user; not idempotent, the route's key is.

    Raises:
        TooLargeError: it is larger than one file may be.
        StorageFullError: the person's files are too large together.
    """
    user_id, size = session.info["user_id"], len(file.content)
    limit = settings.attachment_limit_bytes
    if size > limit:
        msg = f"The file is larger than {limit:,} bytes."
        raise TooLargeError(msg, action="Choose a smaller file, or send a link to it.", limit_bytes=limit)
    await session.execute(_LOCK, {"user_id": str(user_id)})
    stored_bytes = int(await session.scalar(select(func.coalesce(func.sum(Attachment.size_bytes), 0))) or 0)
    total = settings.attachments_total_limit_bytes
    if stored_bytes + size > total:
        msg = f"Your uploaded files would be larger than {total:,} bytes together."
        raise StorageFullError(msg, limit_bytes=total)
    attachment_id = new_id()
    sealing = await cipher(session, keys, user_id)
    attachment = Attachment(
        id=attachment_id,
        user_id=user_id,
        position=0,
        name=file.name,
        media_type=file.media_type,
        size_bytes=size,
        sha256=file.sha256,
        content=sealing.seal(file.content, "attachments", str(attachment_id), "content"),
        created_at=await clock.now(session),
    )
    session.add(attachment)
    await session.flush()
    details = {"size_bytes": size, "media_type": file.media_type, "sha256": file.sha256.hex()}
    audit.record(session, keys, "attachment.stored", details)
    return attachment


async def unused(session: AsyncSession) -> list[Attachment]:
    """The session's user's files that no message has, newest first."""
    query = select(Attachment).where(Attachment.message_id.is_(None))
    return list(await session.scalars(query.order_by(Attachment.created_at.desc(), Attachment.id.desc())))


async def get(session: AsyncSession, attachment_id: UUID) -> Attachment:
    """The session's user's file, without its content.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    attachment = await session.get(Attachment, attachment_id, populate_existing=True)
    if attachment is None:
        msg = "There is no uploaded file with this id."
        raise NotFoundError(msg)
    return attachment


async def content(session: AsyncSession, keys: Keys, attachment_id: UUID) -> bytes:
    """The plain bytes of the session's user's file, proven to be those that were uploaded.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
        UnavailableError: it cannot be opened with the keys on this machine, or was changed in the database.
    """
    attachment = await get(session, attachment_id)
    sealed = await session.scalar(select(Attachment.content).where(Attachment.id == attachment_id))
    opening = await cipher(session, keys, attachment.user_id)
    plain = opening.open(sealed or b"", "attachments", str(attachment_id), "content")
    if hashlib.sha256(plain).digest() != attachment.sha256:
        msg = "The stored file is not the one that was uploaded."
        raise UnavailableError(msg, action="Upload it again.")
    return plain


async def use(session: AsyncSession, attachment_ids: Sequence[UUID], message: Message) -> None:
    """Give these files to the message, in this order; each belongs to one message for good.

    Raises:
        NotFoundError: one of them is not the user's.
        AttachmentUsedError: one of them belongs to another message.
    """
    for position, attachment_id in enumerate(dict.fromkeys(attachment_ids)):
        taken = await session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id, Attachment.message_id.is_(None))
            .values(message_id=message.id, position=position)
            .returning(Attachment.id)
        )
        if taken.one_or_none() is None:
            await get(session, attachment_id)
            msg = "This file was sent with another message already."
            raise AttachmentUsedError(msg)


async def of_run(session: AsyncSession, run_id: UUID) -> list[Attachment]:
    """The files of the request and of the answers to the run's questions, in the order they were sent."""
    query = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.run_id == run_id)
        .order_by(Message.created_at, Message.id, Attachment.position)
    )
    return list(await session.scalars(query))


async def of_messages(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """The files of each of these messages, in the order they were sent; a message without any is left out."""
    query = select(Attachment).where(Attachment.message_id.in_(message_ids)).order_by(Attachment.position)
    found: dict[UUID, list[Attachment]] = {}
    for attachment in await session.scalars(query):
        if attachment.message_id is not None:
            found.setdefault(attachment.message_id, []).append(attachment)
    return found


async def delete_unused(session: AsyncSession, keys: Keys, attachment_id: UUID) -> None:
    """Delete the user's file that no message has.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
        AttachmentUsedError: a message has it.
    """
    unused_one = delete(Attachment).where(Attachment.id == attachment_id, Attachment.message_id.is_(None))
    gone = await session.execute(unused_one.returning(Attachment.sha256))
    sha256 = gone.scalar_one_or_none()
    if sha256 is None:
        await get(session, attachment_id)
        msg = "This file was sent with a message and stays with it."
        raise AttachmentUsedError(msg, action="Nothing has to be done.")
    audit.record(session, keys, "attachment.deleted", {"sha256": sha256.hex()})
