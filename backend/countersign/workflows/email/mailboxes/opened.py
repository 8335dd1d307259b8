"""One account opened for reading, with no transaction open; it writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from countersign.accounts.tokens import credentials
from countersign.connectors.google.mail_types import MailThread, MessageHead
from countersign.connectors.google.readers import MailReader
from countersign.kit.ids import from_public
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.query import HEADERS

T = TypeVar("T")


async def reader_of(context: RunContext, account_id: str) -> MailReader:
    """A reader of that account (public id).

    Raises:
        NeedsReconnect: the permission ended.
        AccountPausedError: its owner paused it.
    """
    found = await credentials(context.services, context.user_id, from_public("acc", account_id))
    return MailReader(context.services.google, found)


class Opened:
    """One account's mailbox during one drive: what an earlier node read is not asked for again."""

    def __init__(self, context: RunContext, account_id: str, reader: MailReader) -> None:
        """The mailbox behind `reader`, which is that account's."""
        self._seen = context.seen
        self._account_id = account_id
        self.reader = reader

    async def thread(self, thread_id: str) -> MailThread:
        """The whole conversation.

        Raises:
            ProviderMissing: no such conversation in this mailbox.
        """
        return await self._once(f"thread/{thread_id}", lambda: self.reader.get_thread(thread_id))

    async def head(self, message_id: str) -> MessageHead:
        """The mail's headers that name it.

        Raises:
            ProviderMissing: no such mail in this mailbox.
        """
        return await self._once(f"head/{message_id}", lambda: self.reader.get_head(message_id, HEADERS))

    async def _once(self, what: str, read: Callable[[], Awaitable[T]]) -> T:
        key = (self._account_id, what)
        if key not in self._seen:
            self._seen[key] = await read()
        found: T = self._seen[key]
        return found


async def opened(context: RunContext, account_id: str) -> Opened:
    """That account (public id), opened for reading.

    Raises:
        NeedsReconnect: the permission ended.
        AccountPausedError: its owner paused it.
    """
    return Opened(context, account_id, await reader_of(context, account_id))


def day_in_words(moment: datetime | None, zone: str) -> str:
    """`24 November 2026` in the person's zone; `an unknown day` when there is no date."""
    if moment is None:
        return "an unknown day"
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def name_of(person: dict[str, str]) -> str:
    """`Dana Ito <dana@client.test>`, or the bare address of somebody without a name."""
    return f"{person['name']} <{person['email']}>" if person.get("name") else person["email"]


def count_of(count: int, noun: str) -> str:
    """`one mail`, `3 mails`."""
    return f"one {noun}" if count == 1 else f"{count} {noun}s"
