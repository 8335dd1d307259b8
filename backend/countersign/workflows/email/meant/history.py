"""Conversations as they were read for one request; they live as long as one step, no body is kept."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.connectors.google.mail_types import MailThread
from countersign.understanding.telling.mail import MailText
from countersign.workflows.email.mailboxes.texts import conversation_of
from countersign.workflows.email.state import EmailState

Mail = dict[str, str]
"""`{account_id, message_id, thread_id}` of a mail that was found."""


@dataclass(frozen=True)
class Read:
    """A conversation with the mail of it that was found."""

    found: Mail
    thread: MailThread


@dataclass(frozen=True)
class History:
    """Conversations that were read, newest first, how many more were found, and whether there may be still more."""

    read: list[Read]
    left: int = 0
    has_older: bool = False


def newest_of_each(mails: list[Mail]) -> list[Mail]:
    """The newest found mail of each conversation, newest first."""
    seen: dict[tuple[str, str], Mail] = {}
    for mail in mails:
        seen.setdefault((mail["account_id"], mail["thread_id"]), mail)
    return list(seen.values())


def told_of(state: EmailState, one: Read) -> tuple[MailText, ...]:
    """The conversation as telling wants it."""
    own = [account["email"] for account in state["accounts"]]
    return conversation_of(one.found["account_id"], one.thread, [state["user_name"]], own)
