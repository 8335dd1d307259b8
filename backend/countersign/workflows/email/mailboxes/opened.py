"""One account opened for reading, with no transaction open; it writes nothing anywhere."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from countersign.accounts.tokens import credentials
from countersign.connectors.google.readers import MailReader
from countersign.kit.ids import from_public
from countersign.workflows.context import RunContext


async def reader_of(context: RunContext, account_id: str) -> MailReader:
    """A reader of that account (public id).

    Raises:
        NeedsReconnect: the permission ended.
        AccountPausedError: its owner paused it.
    """
    found = await credentials(context.services, context.user_id, from_public("acc", account_id))
    return MailReader(context.services.google, found)


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
