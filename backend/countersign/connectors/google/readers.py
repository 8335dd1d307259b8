"""Reading Gmail as one account: search, messages, threads, drafts, history, aliases; it changes nothing.

Needs the ability `read_mail`. Answers are complete or an error: pages are followed up to the asked limit, and
Google's estimates are never used.
Source: https://developers.google.com/workspace/gmail/api/reference/rest
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from googleapiclient.discovery import Resource
from googleapiclient.http import HttpRequest

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.mail.contacts import contacts_in
from countersign.connectors.google.mail.parsing import (
    decode_base64url,
    head_of,
    message_of,
    thread_of,
)
from countersign.connectors.google.mail_types import (
    Alias,
    Contact,
    Draft,
    History,
    MailMessage,
    MailThread,
    MessageHead,
    MessageRef,
    Profile,
)
from countersign.connectors.google.transport import Build, GoogleClient, Json

Page = Callable[[Resource, str | None, int], HttpRequest]

# Largest page of messages.list, drafts.list and history.list. Source: the reference pages of these methods.
_PAGE: Final = 500
# Reads of one reader in flight at once: keeps one request of one person from taking every thread of the process.
_AT_ONCE: Final = 8
_ADDRESS_HEADERS: Final = ("From", "To", "Cc", "Date")


class MailReader:
    """One account's mailbox, read only."""

    def __init__(
        self, client: GoogleClient, credentials: Credentials, *, waits_seconds: Sequence[float] | None = None
    ) -> None:
        """Read through `client` as the account of `credentials`.

        A failed read is tried again after the installation's waits, or after `waits_seconds`: the executor, whose
        lease is shorter than those waits, passes `()` and loops itself.
        """
        self._client = client
        self._credentials = credentials
        self._waits_seconds = waits_seconds
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def search(self, query: str, limit: int = 100, *, spam_and_trash: bool = False) -> list[MessageRef]:
        """Messages matching Gmail's own query, newest first, at most `limit`."""

        def page(users: Resource, token: str | None, size: int) -> HttpRequest:
            return users.messages().list(
                userId="me", q=query, maxResults=size, pageToken=token, includeSpamTrash=spam_and_trash
            )

        return [_ref(item) for item in await self._pages(page, "messages", limit)]

    async def get_message(self, message_id: str) -> MailMessage:
        """The whole message.

        Raises:
            ProviderMissing: no such message in this mailbox.
        """
        return message_of(
            await self._get(lambda users: users.messages().get(userId="me", id=message_id, format="full"))
        )

    async def get_messages(self, message_ids: Iterable[str]) -> list[MailMessage]:
        """The whole messages in the order asked; one that is missing fails all."""
        return list(await asyncio.gather(*(self.get_message(message_id) for message_id in message_ids)))

    async def get_head(self, message_id: str, headers: Sequence[str] = ()) -> MessageHead:
        """Ids, labels and the named headers (all of them when none is named).

        Raises:
            ProviderMissing: no such message in this mailbox.
        """
        return head_of(
            await self._get(
                lambda users: users.messages().get(
                    userId="me", id=message_id, format="metadata", metadataHeaders=list(headers)
                )
            )
        )

    async def get_raw(self, message_id: str) -> bytes:
        """The message's RFC 5322 bytes.

        Raises:
            ProviderMissing: no such message in this mailbox.
        """
        answer = await self._get(lambda users: users.messages().get(userId="me", id=message_id, format="raw"))
        return decode_base64url(answer.get("raw"))

    async def get_thread(self, thread_id: str) -> MailThread:
        """The whole conversation, oldest message first.

        Raises:
            ProviderMissing: no such conversation in this mailbox.
        """
        return thread_of(
            await self._get(lambda users: users.threads().get(userId="me", id=thread_id, format="full"))
        )

    async def get_thread_heads(self, thread_id: str, headers: Sequence[str] = ()) -> tuple[MessageHead, ...]:
        """The conversation's messages without bodies, oldest first: the cheap look whether it changed.

        Raises:
            ProviderMissing: no such conversation in this mailbox.
        """
        answer = await self._get(
            lambda users: users.threads().get(
                userId="me", id=thread_id, format="metadata", metadataHeaders=list(headers)
            )
        )
        return tuple(head_of(item) for item in answer.get("messages", []))

    async def list_message_ids(
        self, query: str, limit: int = 10_000, *, spam_and_trash: bool = False
    ) -> list[str]:
        """Ids of the messages matching, newest first: the true set, not an estimate."""
        return [ref.id for ref in await self.search(query, limit, spam_and_trash=spam_and_trash)]

    async def find_by_message_id(self, rfc_message_id: str, headers: Sequence[str] = ()) -> list[MessageHead]:
        """Every message with that Message-ID, spam and trash included, with the named headers."""
        wanted = rfc_message_id.strip().strip("<>")
        if not wanted or re.search(r"""[\s"(){}]""", wanted):
            return []
        found = await self.search(f"rfc822msgid:{wanted}", spam_and_trash=True)
        return await self._heads([ref.id for ref in found], headers)

    async def history_since(self, history_id: str) -> History | None:
        """Messages added since that cursor, oldest first; None when Google no longer keeps history that old."""
        added: list[MessageRef] = []
        token: str | None = None
        newest = history_id
        while True:
            try:
                answer = await self._get(_history_page(history_id, token))
            except ProviderMissing:
                return None
            newest = str(answer.get("historyId", newest))
            added += [
                _ref(item["message"])
                for record in answer.get("history", [])
                for item in record.get("messagesAdded", [])
            ]
            token = answer.get("nextPageToken")
            if not token:
                return History(newest, tuple(dict.fromkeys(added)))

    async def profile(self) -> Profile:
        """The mailbox's address and the newest history id."""
        answer = await self._get(lambda users: users.getProfile(userId="me"))
        return Profile(str(answer.get("emailAddress", "")), str(answer.get("historyId", "")))

    async def send_as(self) -> list[Alias]:
        """Addresses this account may send as: primary and verified ones only."""
        answer = await self._get(lambda users: users.settings().sendAs().list(userId="me"))
        return [_alias(item) for item in answer.get("sendAs", []) if _may_send(item)]

    async def drafts(self, limit: int = 50, headers: Sequence[str] = ()) -> list[Draft]:
        """The newest drafts with the named headers; one that vanishes meanwhile is left out."""

        def page(users: Resource, token: str | None, size: int) -> HttpRequest:
            return users.drafts().list(userId="me", maxResults=size, pageToken=token)

        items = await self._pages(page, "drafts", limit)
        heads = {
            head.id: head for head in await self._heads([item["message"]["id"] for item in items], headers)
        }
        return [
            Draft(str(item["id"]), heads[item["message"]["id"]])
            for item in items
            if item["message"]["id"] in heads
        ]

    async def get_draft(self, draft_id: str) -> Draft | None:
        """The draft with all its headers, or None when it is gone (sent or deleted)."""
        try:
            answer = await self._get(
                lambda users: users.drafts().get(userId="me", id=draft_id, format="metadata")
            )
        except ProviderMissing:
            return None
        return Draft(str(answer.get("id", "")), head_of(answer.get("message", {})))

    async def contacts_from_mail(self, about: str, limit: int = 50) -> list[Contact]:
        """People whose name or address contains the words of `about`, from the newest `limit` mails that name them.

        The owner's own newest mails to them are read besides, as many again: a stranger who floods the mailbox
        under that name cannot push out who was written to. Most written to first, then most heard from.
        """
        words = re.findall(r"[\w.@+-]+", about)
        if not words:
            return []
        phrase = " ".join(words)
        all_mail, own_mail = await asyncio.gather(
            self.search(f'{{from:"{phrase}" to:"{phrase}" cc:"{phrase}"}}', limit),
            self.search(f'in:sent {{to:"{phrase}" cc:"{phrase}"}}', limit),
        )
        message_ids = dict.fromkeys(ref.id for ref in (*all_mail, *own_mail))
        heads = await self._heads(list(message_ids), _ADDRESS_HEADERS)
        return contacts_in(heads, words)

    async def people_written_to(self, limit: int = 40) -> list[Contact]:
        """Whom the owner's newest `limit` mails went to, most written to first."""
        found = await self.search("in:sent", limit)
        return contacts_in(await self._heads([ref.id for ref in found], _ADDRESS_HEADERS), ())

    async def _heads(self, message_ids: Sequence[str], headers: Sequence[str]) -> list[MessageHead]:
        async def one(message_id: str) -> MessageHead | None:
            try:
                return await self.get_head(message_id, headers)
            except ProviderMissing:
                return None

        heads = await asyncio.gather(*(one(message_id) for message_id in message_ids))
        return [head for head in heads if head is not None]

    async def _pages(self, page: Page, key: str, limit: int) -> list[Json]:
        found: list[Json] = []
        token: str | None = None
        while len(found) < limit:
            size = min(_PAGE, limit - len(found))
            answer = await self._get(_page(page, token, size))
            found += answer.get(key, [])
            token = answer.get("nextPageToken")
            if not token:
                break
        return found[:limit]

    async def _get(self, build: Build) -> Json:
        async with self._gate:
            return await self._client.read(
                "gmail",
                self._credentials,
                lambda service: build(service.users()),
                waits_seconds=self._waits_seconds,
            )


def _page(page: Page, token: str | None, size: int) -> Build:
    return lambda users: page(users, token, size)


def _history_page(history_id: str, token: str | None) -> Build:
    return lambda users: users.history().list(
        userId="me",
        startHistoryId=history_id,
        historyTypes=["messageAdded"],
        pageToken=token,
        maxResults=_PAGE,
    )


def _ref(item: Json) -> MessageRef:
    return MessageRef(str(item["id"]), str(item["threadId"]))


def _may_send(item: Json) -> bool:
    # The primary address has no verification status. Source: users.settings.sendAs, field verificationStatus.
    return bool(item.get("isPrimary")) or item.get("verificationStatus") == "accepted"


def _alias(item: Json) -> Alias:
    return Alias(
        email=str(item.get("sendAsEmail", "")),
        name=str(item.get("displayName", "")),
        signature_html=str(item.get("signature", "")),
        reply_to=str(item.get("replyToAddress", "")),
        is_default=bool(item.get("isDefault")),
        is_primary=bool(item.get("isPrimary")),
    )
