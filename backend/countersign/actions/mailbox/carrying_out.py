"""The calls of one change of labels, each safe to make again; it decides nothing about which mails get them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from countersign.actions.mailbox.payload import TRASH, LabelChange
from countersign.connectors.errors import GrantError, NeedsReconnect, ProviderRefusal, ProviderUnknown
from countersign.connectors.google.mailbox.writing import LabelWriter

_AT_ONCE: Final = 8
"""Mails moved to the bin at the same time: a hundred end well inside a lease, and Google's limits are far."""


async def carry_out(writer: LabelWriter, change: LabelChange, message_ids: list[str]) -> None:
    """The change done to these mails. The bin has calls of its own, one a mail; the other labels are one call."""
    if TRASH in change.add:
        await _one_by_one(writer.trash, message_ids)
    if TRASH in change.remove:
        await _one_by_one(writer.untrash, message_ids)
    add = [label for label in change.add if label != TRASH]
    remove = [label for label in change.remove if label != TRASH]
    if add or remove:
        await writer.modify(message_ids, add, remove)


async def _one_by_one(call: Callable[[str], Awaitable[None]], message_ids: list[str]) -> None:
    """Every mail tried, then a failure raised, one without an answer first: the next look knows what is left."""
    gate = asyncio.Semaphore(_AT_ONCE)
    failed: list[Exception] = []

    async def one(message_id: str) -> None:
        async with gate:
            try:
                await call(message_id)
            except (ProviderRefusal, ProviderUnknown, NeedsReconnect, GrantError) as error:
                failed.append(error)

    await asyncio.gather(*map(one, message_ids))
    for error in sorted(failed, key=lambda error: isinstance(error, ProviderRefusal)):
        raise error
