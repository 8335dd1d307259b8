"""A write is sent once whatever happens, and only Google's own words count as a refusal."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from googleapiclient.discovery import Resource
from googleapiclient.http import HttpRequest

from countersign.connectors.errors import ProviderRefusal, ProviderUnknown
from countersign.connectors.google.transport import GoogleClient
from countersign.settings import Settings
from tests.connectors.conftest import ALEX, NewCredentials
from tests.sandbox.server import Sandbox

CREATE = "gmail.users.drafts.create"
RAW = "RnJvbTogYWxleEBhY21lLnRlc3QNClRvOiBkYW5hQGNsaWVudC50ZXN0DQoNCmhpDQo="


def create_draft(service: Resource) -> HttpRequest:
    return service.users().drafts().create(userId="me", body={"message": {"raw": RAW}})


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 429}, {"drop": True}, {"drop": True, "commit": False}, {"stall_seconds": 3}],
    ids=["500", "429", "dropped after commit", "dropped before", "stalled"],
)
async def test_a_write_is_sent_once_whatever_happens(
    google: GoogleClient,
    two_people: None,
    as_account: NewCredentials,
    google_sandbox: Sandbox,
    fault: dict[str, float],
) -> None:
    google_sandbox.fault(CREATE, **fault)

    with pytest.raises(ProviderUnknown) as unknown:
        await google.write("gmail", as_account(), create_draft)

    assert unknown.value.changed == "unknown"
    assert google_sandbox.faults()[0]["fired"] == 1


async def test_a_write_with_a_refused_token_renews_it_for_the_next_attempt_and_is_not_repeated(
    google: GoogleClient, two_people: None, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    fresh = as_account().token.value
    credentials = as_account(renewals=[fresh])
    google_sandbox.fault(CREATE, status=401, reason="authError", count=1)

    with pytest.raises(ProviderUnknown) as unknown:
        await google.write("gmail", credentials, create_draft)

    assert unknown.value.provider_status == 401
    assert credentials.token.value == fresh
    assert google_sandbox.ledger(method="gmail.users.drafts.*")[1:] == []


async def test_a_definite_refusal_of_a_write_is_named(
    google: GoogleClient, two_people: None, as_account: NewCredentials
) -> None:
    with pytest.raises(ProviderRefusal) as refusal:
        await google.write(
            "gmail", as_account(ALEX, "https://www.googleapis.com/auth/gmail.readonly"), create_draft
        )

    assert refusal.value.provider_status == 403


@pytest.fixture
def proxy_page() -> Iterator[str]:
    """A server that answers 403 with a page of its own, as a company proxy does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\nConnection: close\r\n\r\nblocked"
                )

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


async def test_a_refusal_that_is_not_in_googles_words_proves_nothing(
    proxy_page: str, google_settings: Settings, two_people: None, as_account: NewCredentials
) -> None:
    client = GoogleClient(google_settings.model_copy(update={"google_base_url": proxy_page}))

    with pytest.raises(ProviderUnknown):
        await client.write("gmail", as_account(), create_draft)
    client.close()
