"""The account's mailbox as an action reaches it: reading always, writing only with a grant; nothing is retried here."""

from __future__ import annotations

import asyncio

from countersign.actions.mail.files import AttachedFile, ChangedFileError, Contents
from countersign.actions.mail.payload import MailPayload
from countersign.actions.types import Attempted, Door
from countersign.connectors.errors import (
    GrantError,
    NeedsReconnect,
    ProviderMissing,
    ProviderRefusal,
    ProviderUnknown,
)
from countersign.connectors.google.mail.files import file_bytes
from countersign.connectors.google.mail_types import MessageHead
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.writers import MailWriter
from countersign.errors import NotFoundError, UnavailableError

DRAFTS_LOOKED_AT = 50


def reader_of(door: Door) -> MailReader:
    """The mailbox, read only; a read that fails is not tried again, for the executor loops itself."""
    return MailReader(door.google, door.credentials, waits_seconds=())


def writer_of(door: Door) -> MailWriter:
    """The mailbox under the door's grant.

    Raises:
        GrantError: there is none.
    """
    if door.grant is None:
        raise GrantError("This write needs a grant.")
    return MailWriter(door.google, door.credentials, door.grant)


async def contents_of(door: Door, mail: MailPayload) -> Contents:
    """The bytes of the mail's files by their approved sha256, read now; whether they match is checked by the maker.

    Raises:
        ChangedFileError: a file is not where it was.
    """
    found = await asyncio.gather(*(_content(door, file) for file in mail.attachments))
    return {file.sha256: content for file, content in zip(mail.attachments, found, strict=True)}


async def deleted(door: Door, draft_id: str) -> int:
    """How many drafts this call deleted: one, or none when it was gone already."""
    try:
        await writer_of(door).delete_draft(draft_id)
    except ProviderMissing:
        return 0
    return 1


async def head_or_none(reader: MailReader, message_id: str, header: str) -> MessageHead | None:
    """That message with this header, or None when it is gone."""
    try:
        return await reader.get_head(message_id, (header,))
    except ProviderMissing:
        return None


def without_answer(error: ProviderRefusal | ProviderUnknown | NeedsReconnect) -> Attempted:
    """What a call that did not succeed means for the attempt."""
    if isinstance(error, ProviderRefusal):
        return Attempted("refused", reason=error.reason)
    if isinstance(error, ProviderUnknown):
        return Attempted("unknown", reason=error.reason, retry_after_seconds=error.retry_after_seconds)
    return Attempted("unknown", reason="needs_reconnect")


def receipt_of(message_id: str, door: Door, folder: str) -> dict[str, str]:
    """The mail's id and, at Google, the page that shows it in that folder."""
    # A sandbox has no page for the mail, and Google's own would show somebody else's or nothing.
    if door.google.base_url:
        return {"provider_id": message_id}
    return {"provider_id": message_id, "link": f"https://mail.google.com/mail/#{folder}/{message_id}"}


async def _content(door: Door, file: AttachedFile) -> bytes:
    origin = file.origin
    try:
        if origin.kind == "upload":
            return await door.upload(origin.upload_id)
        return await file_bytes(
            door.google, door.credentials, origin.message_id, origin.part_id, waits_seconds=()
        )
    except (NotFoundError, UnavailableError, ProviderMissing) as exc:
        msg = f"The file “{file.name}” is no longer where it was, so nothing was sent."
        raise ChangedFileError(msg) from exc
