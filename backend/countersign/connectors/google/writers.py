"""Changing a Gmail mailbox: drafts made, sent and deleted, each only under a grant; nothing here retries.

Importable only by `actions`. Every method checks the grant again at the moment of the call: right object, right
account, right kind, not ended.
Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.drafts
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.transport import GoogleClient, Json
from countersign.connectors.grant import SENDING_KINDS, Grant, check_grant

_CHANGING_KINDS: Final = frozenset({"mail.draft.update"})
_DRAFTING_KINDS: Final = SENDING_KINDS | {"mail.draft.create", "mail.draft.update"}


@dataclass(frozen=True, slots=True)
class DraftMade:
    """A draft that now exists: its id is the single-use token of the send."""

    draft_id: str
    message_id: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class MailSent:
    """A mail Google has taken: the evidence of a send."""

    message_id: str
    thread_id: str


class MailWriter:
    """One account's mailbox under one grant."""

    def __init__(self, client: GoogleClient, credentials: Credentials, grant: Grant) -> None:
        """Write through `client` as the account of `credentials`.

        Raises:
            GrantError: the grant is not genuine, has ended, or is for another account or no mail kind.
        """
        check_grant(grant, account_id=credentials.account_id, kinds=_DRAFTING_KINDS)
        self._client = client
        self._credentials = credentials
        self._grant = grant

    async def create_draft(self, raw: bytes, thread_id: str | None) -> DraftMade:
        """A new draft with exactly these RFC 5322 bytes, in that conversation when one is given.

        Not idempotent: look for our marker before calling.

        Raises:
            GrantError: before anything was sent.
            ProviderRefusal: definite; ProviderUnknown: the draft may exist.
        """
        self._check(_DRAFTING_KINDS)
        message = _message(raw, thread_id)
        answer = await self._client.write(
            "gmail",
            self._credentials,
            lambda service: service.users().drafts().create(userId="me", body={"message": message}),
        )
        made = answer.get("message", {})
        return DraftMade(str(answer.get("id", "")), str(made.get("id", "")), str(made.get("threadId", "")))

    async def update_draft(self, draft_id: str, raw: bytes, thread_id: str | None) -> DraftMade:
        """The draft with these RFC 5322 bytes instead of its own; repeating it changes no more.

        Without a conversation it stays in the one it is in.

        Raises:
            GrantError: before anything was sent; also when the grant is not for changing a draft.
            ProviderRefusal: definite; ProviderUnknown (also ProviderMissing): it may have been changed.
        """
        self._check(_CHANGING_KINDS)
        message = _message(raw, thread_id)
        answer = await self._client.write(
            "gmail",
            self._credentials,
            lambda service: (
                service.users().drafts().update(userId="me", id=draft_id, body={"message": message})
            ),
        )
        made = answer.get("message", {})
        return DraftMade(str(answer.get("id", "")), str(made.get("id", "")), str(made.get("threadId", "")))

    async def send_draft(self, draft_id: str) -> MailSent:
        """The mail that draft became. A draft can be sent once: a second call is answered as missing.

        Raises:
            GrantError: before anything was sent; also when the grant is for a draft only.
            ProviderRefusal: definite; ProviderUnknown (also ProviderMissing): it may have been sent.
        """
        self._check(SENDING_KINDS)
        answer = await self._client.write(
            "gmail",
            self._credentials,
            lambda service: service.users().drafts().send(userId="me", body={"id": draft_id}),
        )
        return MailSent(str(answer.get("id", "")), str(answer.get("threadId", "")))

    async def delete_draft(self, draft_id: str) -> None:
        """Nothing; the draft is gone for ever. Only for drafts that carry our own marker.

        Raises:
            GrantError: before anything was sent.
            ProviderMissing: it was gone already; ProviderUnknown: it may be gone.
        """
        self._check(_DRAFTING_KINDS)
        await self._client.write(
            "gmail",
            self._credentials,
            lambda service: service.users().drafts().delete(userId="me", id=draft_id),
        )

    def _check(self, kinds: frozenset[str]) -> None:
        check_grant(self._grant, account_id=self._credentials.account_id, kinds=kinds)


def _message(raw: bytes, thread_id: str | None) -> Json:
    # Sent as `raw` inside JSON: a multipart upload of 8-bit mail fails inside Google's client.
    message: Json = {"raw": urlsafe_b64encode(raw).decode("ascii")}
    return message if thread_id is None else {**message, "threadId": thread_id}
