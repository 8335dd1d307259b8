"""Mail that leaves: one class with everything the executor and the gate need to know, one subclass a kind.

A draft is the single-use token: sending consumes it, so a second send of the same draft cannot happen.
Source: docs/adr/0002-execution-outside-the-graph.md; https://developers.google.com/workspace/gmail/api/guides/drafts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from countersign.actions.mail import forms, mime
from countersign.actions.mail.kinds.mailbox import (
    deleted,
    head_or_none,
    reader_of,
    receipt_of,
    without_answer,
    writer_of,
)
from countersign.actions.mail.kinds.prepared import HEADERS, PreparedMail
from countersign.actions.mail.mime import MARKER_HEADER, message_id
from countersign.actions.types import (
    Attempted,
    Compensation,
    Door,
    Evidence,
    Facts,
    Terms,
    Token,
    UndoMode,
    Words,
)
from countersign.connectors.errors import NeedsReconnect, ProviderMissing, ProviderRefusal, ProviderUnknown
from countersign.connectors.google.mail_types import MessageHead
from countersign.connectors.google.readers import MailReader
from countersign.settings import Settings


class SentMail(PreparedMail):
    """A mail sent once after the hold."""

    undo_mode: UndoMode = "held"
    words = Words()
    single_use = True
    residue: tuple[str, ...] = ("A mail that has left cannot be called back; a follow-up can be proposed.",)

    def hold_seconds(self, settings: Settings) -> int:
        """How long an approved mail waits before it leaves."""
        return settings.hold_seconds

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """History since the cursor, search by Message-ID, the conversation, last whether the draft is still there.

        A draft counts as unused only when it holds the approved bytes right now: neither the row nor the mailbox may
        put another mail in its place between approval and attempt.
        """
        mail, reader = self.mail(terms.payload), reader_of(door)
        rfc_id = message_id(mail, terms.action_id, token.marker)
        looks: Sequence[tuple[str, Callable[[], Awaitable[list[MessageHead]]]]] = (
            ("history", partial(_from_history, reader, token)),
            ("search", partial(reader.find_by_message_id, rfc_id, HEADERS)),
            ("thread", partial(_from_thread, reader, token)),
        )
        for found_by, heads in looks:
            for head in await heads():
                if "SENT" in head.labels and head.header(MARKER_HEADER) == token.marker:
                    return Evidence("happened", found_by, receipt_of(head.id, door, "all"))
        draft = await reader.get_draft(token.handle["draft_id"])
        if draft is None:
            return Evidence("missing", "draft")
        stored = await reader.get_raw(draft.message.id)
        is_ours = mime.says_the_same(stored, mail, terms.action_id, token.marker)
        return Evidence("unused" if is_ours else "altered", "draft")

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """Send the draft, once."""
        try:
            sent = await writer_of(door).send_draft(token.handle["draft_id"])
        except (ProviderRefusal, ProviderUnknown, NeedsReconnect) as error:
            return without_answer(error)
        return Attempted("done", receipt_of(sent.message_id, door, "all"))

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """None: a mail that has left cannot be called back."""
        return None

    async def revoke(self, door: Door, token: Token) -> bool:
        """Delete the draft: a send that hangs somewhere finds nothing to send."""
        return await deleted(door, token.handle["draft_id"]) == 1


class MailSend(SentMail):
    """A new mail."""

    form = forms.SEND


class MailReply(SentMail):
    """An answer in an existing conversation."""

    form = forms.REPLY


class MailReplyAll(SentMail):
    """An answer to everybody in an existing conversation."""

    form = forms.REPLY_ALL


class MailForward(SentMail):
    """A mail passed on, with its files."""

    form = forms.FORWARD


async def _from_history(reader: MailReader, token: Token) -> list[MessageHead]:
    history = await reader.history_since(token.cursor["history_id"])
    thread_id = token.handle["thread_id"]
    refs = [ref for ref in history.added if ref.thread_id == thread_id] if history else []
    return [head for ref in refs if (head := await head_or_none(reader, ref.id, MARKER_HEADER)) is not None]


async def _from_thread(reader: MailReader, token: Token) -> list[MessageHead]:
    try:
        return list(await reader.get_thread_heads(token.handle["thread_id"], HEADERS))
    except ProviderMissing:
        return []
