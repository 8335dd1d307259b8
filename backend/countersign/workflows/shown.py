"""The mails that the last answer of a conversation named, by their numbers there: what "the second one" means.

It interprets no words; understanding decides which numbers are meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Requests made before this one in the conversation: a later answer cannot change what this one refers to.
_LAST_CITATIONS = text("""
    SELECT messages.citations FROM messages
    JOIN runs AS earlier ON earlier.id = messages.run_id
    JOIN runs AS this ON this.id = :run_id AND this.conversation_id = messages.conversation_id
    WHERE messages.role = 'assistant' AND (earlier.created_at, earlier.id) < (this.created_at, this.id)
        AND messages.citations @> '[{"kind": "mail"}]'
    ORDER BY messages.created_at DESC, messages.id DESC LIMIT 1
""")

_BETWEEN = ": "


@dataclass(frozen=True)
class Shown:
    """One mail of that answer; ids are the account's public one and the provider's.

    Attributes:
        number: from 1, as the answer marks it.
        title: what the answer calls it.
    """

    number: int
    account_id: str
    message_id: str
    title: str


async def last_shown(session: AsyncSession, run_id: UUID) -> list[Shown]:
    """What the newest answer before this run named, in its order; empty when no answer named a mail."""
    citations = (await session.execute(_LAST_CITATIONS, {"run_id": run_id})).scalar_one_or_none() or []
    return [
        Shown(number, str(one["account_id"]), str(one["id"]), str(one["title"]))
        for number, one in enumerate(citations, start=1)
        if one["kind"] == "mail"
    ]


def title_of(sender: str, subject: str) -> str:
    """What an answer calls a mail: `Dana Ito: Delivery window`."""
    return f"{sender.replace(':', ' ')}{_BETWEEN}{subject}"


def sender_and_subject(title: str) -> tuple[str, str]:
    """The two parts of such a title."""
    sender, _, subject = title.partition(_BETWEEN)
    return sender, subject
