"""The bytes of one file of one mail, read on demand and never opened or executed.

Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages.attachments
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.mail.parsing import decode_base64url
from countersign.connectors.google.transport import GoogleClient, Json

_MISSING_STATUS: Final = 404


async def file_bytes(
    client: GoogleClient,
    credentials: Credentials,
    message_id: str,
    part_id: str,
    *,
    waits_seconds: Sequence[float] | None = None,
) -> bytes:
    """What the file with this part id contains; `waits_seconds` as in `MailReader`.

    Raises:
        ProviderMissing: no such mail in this mailbox, or it has no such file that could be read.
    """
    message = await client.read(
        "gmail",
        credentials,
        lambda service: service.users().messages().get(userId="me", id=message_id, format="full"),
        waits_seconds=waits_seconds,
    )
    body = _part(message.get("payload", {}), part_id).get("body", {})
    if "data" in body:
        return decode_base64url(body["data"])
    attachment_id = body.get("attachmentId")
    if not attachment_id:
        raise ProviderMissing(_MISSING_STATUS, "notFound")
    answer = await client.read(
        "gmail",
        credentials,
        lambda service: (
            service.users().messages().attachments().get(userId="me", messageId=message_id, id=attachment_id)
        ),
        waits_seconds=waits_seconds,
    )
    return decode_base64url(answer.get("data"))


def _part(payload: Json, part_id: str) -> Json:
    waiting = [payload]
    while waiting:
        part = waiting.pop()
        if str(part.get("partId", "")) == part_id:
            return part
        waiting.extend(part.get("parts", []))
    return {}
