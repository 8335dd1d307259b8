"""`mail.reply`: one class with everything the executor and the gate need to know about a reply.

A draft is the single-use token: sending consumes it, so a second send of the same draft cannot happen.
Source: docs/adr/0002-execution-outside-the-graph.md; https://developers.google.com/workspace/gmail/api/guides/drafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from countersign.actions.mail import mime, preview, resolve
from countersign.actions.mail import payload as reply_payload
from countersign.actions.mail.facts import ReplyFacts
from countersign.actions.mail.hidden import without_hidden
from countersign.actions.mail.mime import MARKER_HEADER, message_id, mime_bytes
from countersign.actions.mail.payload import ReplyPayload, parse
from countersign.actions.types import (
    AlteredTokenError,
    Attempted,
    Change,
    Compensation,
    Door,
    Evidence,
    Facts,
    Payload,
    Terms,
    Token,
    UndoMode,
    Words,
)
from countersign.connectors.errors import (
    GrantError,
    NeedsReconnect,
    ProviderMissing,
    ProviderRefusal,
    ProviderUnknown,
)
from countersign.connectors.google.mail_types import MailMessage, MessageHead
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.writers import MailWriter
from countersign.settings import Settings

_DRAFTS_LOOKED_AT = 50
_HEADERS = (MARKER_HEADER,)


class MailReply:
    """A reply in an existing conversation, sent once after the hold."""

    undo_mode: UndoMode = "held"
    words = Words()
    single_use = True
    residue: tuple[str, ...] = ("A mail that has left cannot be called back; a follow-up can be proposed.",)

    def hold_seconds(self, settings: Settings) -> int:
        """How long an approved reply waits before it leaves."""
        return settings.hold_seconds

    def checked(self, payload: Payload) -> Payload:
        """The payload in its one normal form; raises InvalidError or TooLargeError naming the field."""
        return parse(payload).as_payload()

    def edited(self, payload: Payload, changes: Mapping[str, Any]) -> Payload:
        """The payload with `/body_text`, `/subject`, `/to` or `/cc` replaced and every check done again."""
        return reply_payload.edited(parse(payload), changes).as_payload()

    def preview(self, payload: Payload, facts: Facts, before: Payload | None) -> dict[str, Any]:
        """What the person sees; see mail/preview.py."""
        return preview.preview(
            parse(payload), ReplyFacts.model_validate(facts), parse(before) if before is not None else None
        )

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """None when the conversation still holds exactly the mails the person saw."""
        reply = parse(payload)
        try:
            thread = await _reader(door).get_thread(reply.thread_id)
        except ProviderMissing:
            return _change(reply, facts, ["The conversation is no longer in your mailbox."], [])
        seen = resolve.seen_ids(thread)
        known = set(reply.seen_message_ids)
        news = [
            _news(message, facts)
            for message in thread.messages
            if message.id in seen and message.id not in known
        ]
        if reply.source_message_id not in seen:
            news.append("The mail this answers is no longer in the conversation.")
        elif known - set(seen):
            news.append("A mail was taken out of this conversation.")
        return _change(reply, facts, news, seen) if news else None

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with a draft that holds exactly the approved bytes.

        Raises:
            ProviderRefusal: Google does not take this mail; no draft was made.
            ProviderUnknown: a draft may exist; call again with the same marker.
            AlteredTokenError: a draft with our marker says something else.
        """
        reply = parse(terms.payload)
        raw = mime_bytes(reply, terms.action_id, token.marker)
        reader = _reader(door)
        cursor = {"history_id": (await reader.profile()).history_id}
        handle = None if token.is_fresh else await self._adopted(door, raw, token)
        if handle is None:
            made = await _writer(door).create_draft(raw, reply.thread_id)
            handle = {"draft_id": made.draft_id, "message_id": made.message_id, "thread_id": made.thread_id}
        return replace(token, handle=handle, cursor=cursor, is_fresh=False)

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """History since the cursor, search by Message-ID, the conversation, last whether the draft is still there.

        A draft counts as unused only when it holds the approved bytes right now: neither the row nor the mailbox may
        put another mail in its place between approval and attempt.
        """
        reader = _reader(door)
        for found_by, heads in (
            ("history", _from_history),
            ("search", _from_search),
            ("thread", _from_thread),
        ):
            for head in await heads(reader, terms, token):
                if "SENT" in head.labels and head.header(MARKER_HEADER) == token.marker:
                    return Evidence("happened", found_by, _result(head.id, door))
        draft = await reader.get_draft(token.handle["draft_id"])
        if draft is None:
            return Evidence("missing", "draft")
        approved = mime_bytes(parse(terms.payload), terms.action_id, token.marker)
        is_ours = mime.is_same_mail(await reader.get_raw(draft.message.id), approved)
        return Evidence("unused" if is_ours else "altered", "draft")

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """Send the draft, once."""
        try:
            sent = await _writer(door).send_draft(token.handle["draft_id"])
        except ProviderRefusal as refusal:
            return Attempted("refused", reason=refusal.reason)
        except ProviderUnknown as unknown:
            return Attempted(
                "unknown", reason=unknown.reason, retry_after_seconds=unknown.retry_after_seconds
            )
        except NeedsReconnect:
            return Attempted("unknown", reason="needs_reconnect")
        return Attempted("done", _result(sent.message_id, door))

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """None: a mail that has left cannot be called back."""
        return None

    async def revoke(self, door: Door, token: Token) -> bool:
        """Delete the draft: a send that hangs somewhere finds nothing to send."""
        return await _deleted(door, token.handle["draft_id"]) == 1

    async def sweep(self, door: Door, markers: Sequence[str]) -> int:
        """Delete the drafts that bear one of these markers."""
        removed = 0
        for draft in await _reader(door).drafts(_DRAFTS_LOOKED_AT, _HEADERS):
            if draft.message.header(MARKER_HEADER) in markers:
                removed += await _deleted(door, draft.id)
        return removed

    async def _adopted(self, door: Door, raw: bytes, token: Token) -> dict[str, str] | None:
        reader = _reader(door)
        adopted: dict[str, str] | None = None
        for draft in await reader.drafts(_DRAFTS_LOOKED_AT, _HEADERS):
            marker = draft.message.header(MARKER_HEADER)
            if marker in token.old_markers:
                await _deleted(door, draft.id)
            elif marker == token.marker and adopted is None:
                if not mime.is_same_mail(await reader.get_raw(draft.message.id), raw):
                    msg = "The draft of this reply was changed in your mailbox."
                    raise AlteredTokenError(msg)
                adopted = {
                    "draft_id": draft.id,
                    "message_id": draft.message.id,
                    "thread_id": draft.message.thread_id,
                }
        return adopted


def _reader(door: Door) -> MailReader:
    return MailReader(door.google, door.credentials, waits_seconds=())


def _writer(door: Door) -> MailWriter:
    if door.grant is None:
        raise GrantError("This write needs a grant.")
    return MailWriter(door.google, door.credentials, door.grant)


async def _deleted(door: Door, draft_id: str) -> int:
    try:
        await _writer(door).delete_draft(draft_id)
    except ProviderMissing:
        return 0
    return 1


async def _from_history(reader: MailReader, terms: Terms, token: Token) -> list[MessageHead]:
    history = await reader.history_since(token.cursor["history_id"])
    thread_id = token.handle["thread_id"]
    refs = [ref for ref in history.added if ref.thread_id == thread_id] if history else []
    return [head for ref in refs if (head := await _head(reader, ref.id)) is not None]


async def _from_search(reader: MailReader, terms: Terms, token: Token) -> list[MessageHead]:
    return await reader.find_by_message_id(
        message_id(parse(terms.payload), terms.action_id, token.marker), _HEADERS
    )


async def _from_thread(reader: MailReader, terms: Terms, token: Token) -> list[MessageHead]:
    try:
        return list(await reader.get_thread_heads(token.handle["thread_id"], _HEADERS))
    except ProviderMissing:
        return []


async def _head(reader: MailReader, message_id: str) -> MessageHead | None:
    try:
        return await reader.get_head(message_id, _HEADERS)
    except ProviderMissing:
        return None


def _result(message_id: str, door: Door) -> dict[str, str]:
    # A sandbox has no page for the mail, and Google's own would show somebody else's or nothing.
    if door.google.base_url:
        return {"provider_id": message_id}
    return {"provider_id": message_id, "link": f"https://mail.google.com/mail/#all/{message_id}"}


def _news(message: MailMessage, facts: Facts) -> str:
    person = message.from_
    own = {email.casefold() for email in ReplyFacts.model_validate(facts).own_addresses}
    if person is None:
        return "A new mail arrived in this conversation."
    if person.email.casefold() in own:
        return "You have written in this conversation meanwhile."
    return f"A new mail from {without_hidden(person.name) or person.email} arrived in this conversation."


def _change(reply: ReplyPayload, facts: Facts, news: list[str], seen: list[str]) -> Change:
    return Change(
        reason=" ".join(dict.fromkeys(news)),
        payload=reply.model_copy(update={"seen_message_ids": seen}).as_payload(),
        facts={**facts, "difference": news},
    )
