"""Which labels a Gmail mailbox knows and which of them its mails carry; it changes nothing.

Needs the ability `read_mail`.
Source: https://developers.google.com/workspace/gmail/api/guides/labels
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from googleapiclient.discovery import Resource
from googleapiclient.http import HttpRequest

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.transport import Build, GoogleClient, Json

# Reads in flight at once, as in readers.py: one request of one person must not take every thread of the process.
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Label:
    """A label by its id and the name people see; `is_own` says that the person made it, not Google."""

    id: str
    name: str
    is_own: bool


class LabelReader:
    """One account's labels, read only."""

    def __init__(
        self, client: GoogleClient, credentials: Credentials, *, waits_seconds: Sequence[float] | None = None
    ) -> None:
        """Read through `client` as the account of `credentials`; `waits_seconds` as in readers.py."""
        self._client = client
        self._credentials = credentials
        self._waits_seconds = waits_seconds
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def labels(self) -> list[Label]:
        """Every label of the mailbox, Google's own and the person's, in Google's order."""
        answer = await self._get(lambda service: service.users().labels().list(userId="me"))
        return [
            Label(str(item.get("id", "")), str(item.get("name", "")), item.get("type") == "user")
            for item in answer.get("labels", [])
        ]

    async def labels_of(self, message_ids: Iterable[str]) -> dict[str, frozenset[str] | None]:
        """The label ids each of these mails carries now, in the order asked; None for one that is gone."""
        wanted = list(dict.fromkeys(message_ids))
        found = await asyncio.gather(*(self._labels_of_one(message_id) for message_id in wanted))
        return dict(zip(wanted, found, strict=True))

    async def _labels_of_one(self, message_id: str) -> frozenset[str] | None:
        def build(service: Resource) -> HttpRequest:
            return service.users().messages().get(userId="me", id=message_id, format="minimal")

        try:
            answer = await self._get(build)
        except ProviderMissing:
            return None
        return frozenset(str(label) for label in answer.get("labelIds", []))

    async def _get(self, build: Build) -> Json:
        async with self._gate:
            return await self._client.read(
                "gmail",
                self._credentials,
                build,
                waits_seconds=self._waits_seconds,
            )
