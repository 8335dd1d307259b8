"""Which mails and conversations changed since a cursor: the cheap look at a whole mailbox; it changes nothing.

Needs the ability `read_mail`.
Source: https://developers.google.com/workspace/gmail/api/guides/sync
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from googleapiclient.discovery import Resource
from googleapiclient.http import HttpRequest

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.transport import GoogleClient

# Largest page of history.list. Source: the reference page of this method.
_PAGE: Final = 500
_MOST_PAGES: Final = 4


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: `touched` are ids of mails and of their conversations; `history_id` is the next cursor."""

    history_id: str
    touched: frozenset[str]


async def changes_since(client: GoogleClient, credentials: Credentials, history_id: str) -> Changes | None:
    """Mails that came, went or changed labels since that cursor, in one call as long as little happened.

    None when Google no longer keeps history that old, or so much happened that it is cheaper to look at what matters.
    """
    touched: set[str] = set()
    token: str | None = None
    for _ in range(_MOST_PAGES):

        def build(service: Resource, page: str | None = token) -> HttpRequest:
            history = service.users().history()
            return history.list(userId="me", startHistoryId=history_id, pageToken=page, maxResults=_PAGE)

        try:
            answer = await client.read("gmail", credentials, build)
        except ProviderMissing:
            return None
        for record in answer.get("history", []):
            for message in record.get("messages", []):
                touched |= {str(message["id"]), str(message["threadId"])}
        token = answer.get("nextPageToken")
        if not token:
            return Changes(str(answer["historyId"]), frozenset(touched))
    return None
