"""Changing which labels mails carry, each call only under a grant; nothing here retries or deletes for ever.

Importable only by `actions`. Every method checks the grant again at the moment of the call, and each is of set
semantics: doing it twice leaves the mailbox as doing it once.
Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages (batchModify, trash,
untrash) and .../v1/users.labels (create).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.mailbox.reading import Label
from countersign.connectors.google.transport import Build, GoogleClient, Json
from countersign.connectors.grant import Grant, check_grant

_LABEL_KINDS: Final = frozenset(
    {"mail.label", "mail.archive", "mail.mark_read", "mail.mark_unread", "mail.star", "mail.trash"}
)
_TRASH_KINDS: Final = frozenset({"mail.trash"})
_NEW_LABEL_KINDS: Final = frozenset({"mail.label"})


class LabelWriter:
    """One account's labels under one grant."""

    def __init__(self, client: GoogleClient, credentials: Credentials, grant: Grant) -> None:
        """Write through `client` as the account of `credentials`.

        Raises:
            GrantError: the grant is not genuine, has ended, or is for another account or another kind.
        """
        check_grant(grant, account_id=credentials.account_id, kinds=_LABEL_KINDS)
        self._client = client
        self._credentials = credentials
        self._grant = grant

    async def modify(self, message_ids: Sequence[str], add: Iterable[str], remove: Iterable[str]) -> None:
        """Nothing; these mails (at most 1,000) carry the labels `add` and none of `remove`.

        Unknown ids are passed over.

        Raises:
            GrantError: before anything was sent.
            ProviderRefusal: definite, no mail was changed; ProviderUnknown: some may have been.
        """
        body = {"ids": list(message_ids), "addLabelIds": list(add), "removeLabelIds": list(remove)}
        await self._write(
            _LABEL_KINDS, lambda service: service.users().messages().batchModify(userId="me", body=body)
        )

    async def trash(self, message_id: str) -> None:
        """Nothing; the mail is in the bin.

        Raises:
            GrantError: before anything was sent.
            ProviderMissing: there is no such mail; ProviderRefusal, ProviderUnknown as in `modify`.
        """
        await self._write(
            _TRASH_KINDS, lambda service: service.users().messages().trash(userId="me", id=message_id)
        )

    async def untrash(self, message_id: str) -> None:
        """Nothing; the mail is out of the bin, wherever its other labels put it; raises like `trash`."""
        await self._write(
            _TRASH_KINDS, lambda service: service.users().messages().untrash(userId="me", id=message_id)
        )

    async def create_label(self, name: str) -> Label:
        """The new, empty label. Not idempotent: look for the name before calling.

        Raises:
            GrantError: before anything was sent.
            ProviderRefusal: definite; ProviderUnknown: it may exist now, also when the name was taken (409).
        """
        answer = await self._write(
            _NEW_LABEL_KINDS,
            lambda service: service.users().labels().create(userId="me", body={"name": name}),
        )
        return Label(str(answer.get("id", "")), str(answer.get("name", "")), is_own=True)

    async def _write(self, kinds: frozenset[str], build: Build) -> Json:
        check_grant(self._grant, account_id=self._credentials.account_id, kinds=kinds)
        return await self._client.write("gmail", self._credentials, build)
