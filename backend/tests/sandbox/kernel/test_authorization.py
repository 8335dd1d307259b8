"""A call is answered only for a valid token with a fitting scope, for the token's own mailbox."""

from __future__ import annotations

import httpx
import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google_client import LABELS, READONLY, gmail_with
from tests.sandbox.kernel.worlds import ALEX, DANA, alex, dana
from tests.sandbox.server import Sandbox

PROFILE = "/gmail/v1/users/me/profile"


@pytest.fixture
def sandbox(google_sandbox: Sandbox) -> Sandbox:
    google_sandbox.seed(alex(), dana())
    return google_sandbox


def get(sandbox: Sandbox, path: str, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return sandbox.http.get(path, headers=headers)


def test_a_token_with_the_scope_opens_its_own_mailbox(sandbox: Sandbox) -> None:
    gmail = gmail_with(sandbox, sandbox.token(ALEX, READONLY))

    assert gmail.users().getProfile(userId="me").execute()["emailAddress"] == ALEX


def test_the_own_address_means_the_same_as_me(sandbox: Sandbox) -> None:
    gmail = gmail_with(sandbox, sandbox.token(ALEX, READONLY))

    assert gmail.users().getProfile(userId=ALEX).execute()["messagesTotal"] == 1


def test_another_persons_mailbox_is_closed(sandbox: Sandbox) -> None:
    gmail = gmail_with(sandbox, sandbox.token(ALEX, READONLY))

    with pytest.raises(HttpError) as refused:
        gmail.users().getProfile(userId=DANA).execute()

    assert refused.value.status_code == 403
    assert "Delegation denied" in refused.value.reason


def test_a_token_without_the_scope_gets_403_with_the_reason_google_gives(sandbox: Sandbox) -> None:
    gmail = gmail_with(sandbox, sandbox.token(ALEX, LABELS))

    with pytest.raises(HttpError) as refused:
        gmail.users().messages().list(userId="me").execute()

    assert refused.value.status_code == 403
    assert refused.value.error_details[0]["reason"] == "insufficientPermissions"
    assert 'error="insufficient_scope"' in refused.value.resp["www-authenticate"]


def test_no_token_is_401_with_a_challenge(sandbox: Sandbox) -> None:
    answer = get(sandbox, PROFILE, None)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="https://accounts.google.com/"'
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def test_an_unknown_token_is_401_invalid_token(sandbox: Sandbox) -> None:
    answer = get(sandbox, PROFILE, "ya29.made-up")

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.json()["error"]["errors"][0]["reason"] == "authError"


def test_a_token_stops_working_when_the_sandbox_clock_passes_its_expiry(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, READONLY, expires_in=60)
    before = get(sandbox, PROFILE, token).status_code

    sandbox.advance(61)

    assert (before, get(sandbox, PROFILE, token).status_code) == (200, 401)


def test_a_new_world_makes_old_tokens_worthless(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, READONLY)

    sandbox.seed(alex())

    assert get(sandbox, PROFILE, token).status_code == 401


def test_a_token_in_the_query_counts_too(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, READONLY)

    assert sandbox.http.get(PROFILE, params={"access_token": token}).status_code == 200


def test_only_loopback_host_names_are_answered(sandbox: Sandbox) -> None:
    answer = sandbox.http.get("/_sandbox/health", headers={"Host": "rebound.example"})

    assert answer.status_code == 403


def test_a_page_of_another_origin_cannot_steer_the_sandbox(sandbox: Sandbox) -> None:
    answer = sandbox.http.post(
        "/_sandbox/clock", json={"advance": 1}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 403
