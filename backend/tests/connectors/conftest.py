"""The product's Google client against a real sandbox process, as one account with a token from the control plane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from countersign.connectors.errors import NeedsReconnect
from countersign.connectors.google.credentials import AccessToken, Credentials
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.transport import GoogleClient
from countersign.settings import Settings
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]

ALEX = "alex@acme.test"
DANA = "dana@client.test"
READONLY = "https://www.googleapis.com/auth/gmail.readonly"
COMPOSE = "https://www.googleapis.com/auth/gmail.compose"
SHORT_WAITS = (0.01, 0.02)

NewCredentials = Callable[..., Credentials]


@pytest.fixture
def google_settings(google_sandbox: Sandbox, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        environment="test",
        keys_dir=tmp_path,
        google_base_url=google_sandbox.base_url,
        provider_call_timeout_seconds=2,
        google_threads=8,
        google_read_retry_waits_seconds=SHORT_WAITS,
    )


@pytest.fixture
async def google(google_settings: Settings) -> AsyncIterator[GoogleClient]:
    client = GoogleClient(google_settings)
    yield client
    client.close()


@pytest.fixture
def account_id() -> UUID:
    return uuid4()


@pytest.fixture
def as_account(google_sandbox: Sandbox, account_id: UUID) -> NewCredentials:
    """Makes credentials of an account; without `renewals` a refused token means reconnecting."""

    def make(email: str = ALEX, *scopes: str, renewals: list[str] | None = None) -> Credentials:
        left = list(renewals or [])

        async def renew(refused: AccessToken) -> AccessToken:
            if not left:
                raise NeedsReconnect
            return AccessToken(left.pop(0), refused.version + 1)

        token = google_sandbox.token(email, *(scopes or (READONLY, COMPOSE)))
        return Credentials(account_id, AccessToken(token), renew)

    return make


@pytest.fixture
def two_people(google_sandbox: Sandbox) -> None:
    """Alex with three mails, Dana with none of her own."""
    google_sandbox.seed(
        {
            "email": ALEX,
            "name": "Alex Moreno",
            "messages": [
                {
                    "id": "18c0000000000001",
                    "from": f"Dana Ito <{DANA}>",
                    "to": [ALEX],
                    "subject": "Delivery",
                    "message_id": "<delivery-1@client.test>",
                    "date": "2026-03-02T09:00:00Z",
                    "text": "Can you take delivery on Wednesday?",
                    "thread": "delivery",
                    "labels": ["INBOX", "UNREAD"],
                },
                {
                    "id": "18c0000000000002",
                    "from": ALEX,
                    "to": [f"Dana Ito <{DANA}>"],
                    "cc": ["Lee <lee@acme.test>"],
                    "subject": "Re: Delivery",
                    "message_id": "<delivery-2@acme.test>",
                    "in_reply_to": "<delivery-1@client.test>",
                    "references": "<delivery-1@client.test>",
                    "date": "2026-03-02T10:00:00Z",
                    "text": "Let me check.",
                    "thread": "delivery",
                    "labels": ["SENT"],
                },
                {
                    "id": "18c0000000000003",
                    "from": "News <news@shop.test>",
                    "to": [ALEX],
                    "subject": "Sale",
                    "date": "2026-03-03T10:00:00Z",
                    "text": "Everything must go",
                    "labels": ["INBOX"],
                },
            ],
        },
        {"email": DANA, "name": "Dana Ito", "messages": []},
    )


@pytest.fixture
def mailbox(two_people: None, google: GoogleClient, as_account: NewCredentials) -> MailReader:
    """Alex's mailbox."""
    return MailReader(google, as_account())
