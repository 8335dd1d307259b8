"""Many mails by their headers, those that are gone left out; it reads and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MessageHead
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.opened import opened


async def heads_of(context: RunContext, account_id: str, message_ids: Sequence[str]) -> list[MessageHead]:
    """The headers of these mails of that account (public id) in the order asked; what is gone is left out."""
    box = await opened(context, account_id)

    async def one(message_id: str) -> MessageHead | None:
        try:
            return await box.head(message_id)
        except ProviderMissing:
            return None

    heads = await asyncio.gather(*(one(message_id) for message_id in message_ids))
    return [head for head in heads if head is not None]
