"""Reading one account's mail for a node, with no transaction open; it writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from countersign.accounts.tokens import credentials
from countersign.connectors.google.mail_types import MailMessage
from countersign.connectors.google.readers import MailReader
from countersign.kit.ids import from_public
from countersign.understanding.planned.steps import SearchMail
from countersign.workflows.context import RunContext

_NOT_RECEIVED = frozenset({"SENT", "DRAFT", "TRASH", "SPAM"})


async def reader_of(context: RunContext, account_id: str) -> MailReader:
    """A reader of that account (public id).

    Raises:
        NeedsReconnect: the permission ended.
        AccountPausedError: its owner paused it.
    """
    found = await credentials(context.services, context.user_id, from_public("acc", account_id))
    return MailReader(context.services.google, found)


def gmail_query(wanted: SearchMail, sender: str | None, zone: str) -> str:
    """The search as Gmail's own query; days are the person's days.

    Source: https://support.google.com/mail/answer/7190 (operators); epoch seconds for after and before, because
    Gmail reads plain dates in its own zone.
    """
    parts = ["-in:drafts", "-in:sent", "-in:chats"]
    parts += [f"from:{sender}"] if sender else ["-from:me"]
    parts += [f'"{_plain(word)}"' for word in wanted.topic_words if _plain(word)]
    parts += [f'subject:"{_plain(wanted.subject)}"'] if wanted.subject else []
    parts += ["in:inbox"] if wanted.folder == "inbox" else []
    parts += ["is:unread"] if wanted.unread_only else []
    parts += [f"after:{_start(wanted.received_from, zone, 0) - 1}"] if wanted.received_from else []
    parts += [f"before:{_start(wanted.received_to, zone, 1)}"] if wanted.received_to else []
    return " ".join(parts)


def is_received_from(message: MailMessage, sender: str | None, own: Sequence[str]) -> bool:
    """Whether this mail arrived, and from that very address (any foreign one when none is named)."""
    if _NOT_RECEIVED & set(message.labels) or message.from_ is None:
        return False
    written_by = message.from_.email.casefold()
    if sender is not None:
        return written_by == sender.casefold()
    return written_by not in {address.casefold() for address in own}


def day_in_words(moment: datetime | None, zone: str) -> str:
    """`24 November 2026` in the person's zone; `an unknown day` when there is no date."""
    if moment is None:
        return "an unknown day"
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def _plain(words: str) -> str:
    return words.replace('"', " ").strip()


def _start(day: str, zone: str, days_later: int) -> int:
    midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=days_later), time(), ZoneInfo(zone))
    return int(midnight.timestamp())
