"""A draft that bears our mark: made once from the approved bytes, found again after a crash, removed when left over.

Nothing here sends. Making it is not repeated while one with the same mark is there.
Source: https://developers.google.com/workspace/gmail/api/guides/drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.actions.mail import mime
from countersign.actions.mail.kinds.mailbox import (
    DRAFTS_LOOKED_AT,
    contents_of,
    deleted,
    reader_of,
    writer_of,
)
from countersign.actions.mail.kinds.written import WrittenMail
from countersign.actions.mail.mime import MARKER_HEADER, mime_bytes
from countersign.actions.types import AlteredTokenError, Door, Terms, Token

HEADERS = (MARKER_HEADER,)


class PreparedMail(WrittenMail):
    """A mail that is first kept as a draft with the approved bytes."""

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with a draft that holds exactly the approved bytes.

        Raises:
            ProviderRefusal: Google does not take this mail; no draft was made.
            ProviderUnknown: a draft may exist; call again with the same marker.
            AlteredTokenError: a draft with our marker says something else.
            ChangedFileError: a file is not the approved one; no draft was made.
        """
        mail, reader = self.mail(terms.payload), reader_of(door)
        raw = mime_bytes(mail, await contents_of(door, mail), terms.action_id, token.marker)
        cursor = {"history_id": (await reader.profile()).history_id}
        handle = None if token.is_fresh else await self._adopted(door, terms, token)
        if handle is None:
            made = await writer_of(door).create_draft(raw, mail.thread_id or None)
            handle = {"draft_id": made.draft_id, "message_id": made.message_id, "thread_id": made.thread_id}
        return replace(token, handle=handle, cursor=cursor, is_fresh=False)

    async def sweep(self, door: Door, markers: Sequence[str], kept: Token | None) -> int:
        """Delete the drafts that bear one of these markers, but not the one a done action made."""
        removed, stays = 0, kept.handle.get("draft_id") if kept else None
        for draft in await reader_of(door).drafts(DRAFTS_LOOKED_AT, HEADERS):
            if draft.message.header(MARKER_HEADER) in markers and draft.id != stays:
                removed += await deleted(door, draft.id)
        return removed

    async def _adopted(self, door: Door, terms: Terms, token: Token) -> dict[str, str] | None:
        mail, reader = self.mail(terms.payload), reader_of(door)
        adopted: dict[str, str] | None = None
        for draft in await reader.drafts(DRAFTS_LOOKED_AT, HEADERS):
            marker = draft.message.header(MARKER_HEADER)
            if marker in token.old_markers:
                await deleted(door, draft.id)
            elif marker == token.marker and adopted is None:
                stored = await reader.get_raw(draft.message.id)
                if not mime.says_the_same(stored, mail, terms.action_id, token.marker):
                    msg = "The draft of this mail was changed in your mailbox."
                    raise AlteredTokenError(msg)
                adopted = {
                    "draft_id": draft.id,
                    "message_id": draft.message.id,
                    "thread_id": draft.message.thread_id,
                }
        return adopted
