"""Faults do exactly what was asked: the ledger says whether the request took effect, whatever the caller saw."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from tests.sandbox.google_client import FULL, READONLY, connect, gmail_with, service
from tests.sandbox.kernel.worlds import ALEX, DANA, alex, dana
from tests.sandbox.server import Sandbox

LABELS = "/gmail/v1/users/me/labels"
CREATE = "gmail.users.labels.create"


@pytest.fixture
def sandbox(google_sandbox: Sandbox) -> Sandbox:
    google_sandbox.seed(alex(), dana())
    return google_sandbox


@pytest.fixture
def headers(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}"}


def create(
    sandbox: Sandbox, headers: dict[str, str], name: str = "Clients", **options: Any
) -> httpx.Response:
    return sandbox.http.post(LABELS, json={"name": name}, headers=headers, **options)


def user_labels(sandbox: Sandbox) -> list[str]:
    return [label["name"] for label in sandbox.state(ALEX)["labels"]]


def test_a_status_fault_answers_so_and_nothing_happens(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault(CREATE, status=503, retry_after=7)

    answer = create(sandbox, headers)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert user_labels(sandbox) == []
    [entry] = sandbox.ledger()
    assert (entry["status"], entry["ok"], entry["fault"]) == (503, False, "status 503, no effect")


def test_googles_client_sees_the_fault_as_its_own_error(sandbox: Sandbox) -> None:
    sandbox.fault("gmail.users.messages.*", status=429, reason="rateLimitExceeded")
    gmail = gmail_with(sandbox, sandbox.token(ALEX, FULL))

    with pytest.raises(HttpError) as refused:
        gmail.users().messages().list(userId="me").execute()

    assert refused.value.status_code == 429
    assert refused.value.error_details[0]["reason"] == "rateLimitExceeded"


def test_a_fault_ends_after_its_count(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault(CREATE, status=500, count=2)

    statuses = [create(sandbox, headers).status_code for _ in range(3)]

    assert statuses == [500, 500, 200]
    assert sandbox.faults()[0]["fired"] == 2


def test_a_probability_hits_only_sometimes(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault("gmail.users.getProfile", status=500, probability=0.5)

    statuses = [
        sandbox.http.get("/gmail/v1/users/me/profile", headers=headers).status_code for _ in range(60)
    ]

    # Chance of fewer than 10 or more than 50 of 60 at one half is below one in ten million.
    assert 10 <= statuses.count(500) <= 50


def test_a_fault_for_one_account_spares_the_others(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault("gmail.*", status=500, account=DANA)
    of_dana = {"Authorization": f"Bearer {sandbox.token(DANA, FULL)}"}

    assert (create(sandbox, headers).status_code, create(sandbox, of_dana).status_code) == (200, 500)


def test_a_dropped_answer_has_taken_effect(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault(CREATE, drop=True, count=1)

    with pytest.raises(httpx.TransportError):
        create(sandbox, headers)

    assert user_labels(sandbox) == ["Clients"]
    [entry] = sandbox.ledger()
    assert (entry["status"], entry["fault"]) == (200, "drop, commit")


def test_googles_client_repeats_a_dropped_send_by_itself_and_the_ledger_shows_both(sandbox: Sandbox) -> None:
    # httplib2 sends again after a connection that closed without an answer, whatever num_retries says. The product
    # must not build on this client's word alone: this is why it sends drafts, which work once.
    mail = f"From: {ALEX}\r\nTo: {DANA}\r\nSubject: Wednesday\r\n\r\nYes.\r\n".encode()
    body = {"raw": base64.urlsafe_b64encode(mail).decode()}
    sandbox.fault("gmail.users.messages.send", drop=True, count=1)

    gmail_with(sandbox, sandbox.token(ALEX, FULL)).users().messages().send(userId="me", body=body).execute(
        num_retries=0
    )

    assert [(entry["ok"], entry["fault"]) for entry in sandbox.ledger()] == [
        (True, "drop, commit"),
        (True, None),
    ]
    assert len(sandbox.state(DANA)["messages"]) == 2


def test_a_connection_cut_before_anything_happened_has_no_effect(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    sandbox.fault(CREATE, drop=True, commit=False)

    with pytest.raises(httpx.TransportError):
        create(sandbox, headers)

    assert user_labels(sandbox) == []


def test_an_error_may_come_although_the_request_took_effect(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    sandbox.fault(CREATE, status=502, commit=True)

    assert create(sandbox, headers).status_code == 502
    assert user_labels(sandbox) == ["Clients"]
    assert sandbox.ledger()[0]["ok"] is True


def test_a_stalled_request_takes_effect_after_the_caller_has_gone(sandbox: Sandbox) -> None:
    sandbox.fault(CREATE, stall_seconds=0.4)
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}"}

    with pytest.raises(httpx.ReadTimeout):
        create(sandbox, headers, timeout=0.1)

    assert user_labels(sandbox) == []
    deadline = time.monotonic() + 10
    while not user_labels(sandbox) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert user_labels(sandbox) == ["Clients"]


async def test_a_slow_request_does_not_hold_up_the_others(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault(CREATE, latency_seconds=1.0, latency_after_seconds=0.5)
    async with httpx.AsyncClient(base_url=sandbox.base_url, trust_env=False) as http:
        slow = asyncio.create_task(http.post(LABELS, json={"name": "Slow"}, headers=headers))
        await asyncio.sleep(0.1)

        started = time.monotonic()
        quick = await http.get(LABELS, headers=headers)
        took = time.monotonic() - started

        assert quick.status_code == 200
        assert took < 0.8
        assert (await slow).status_code == 200


def test_the_token_endpoint_can_fail_too(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])
    sandbox.fault("oauth2.token", status=400, reason="invalid_grant")
    sandbox.advance(3600)

    with pytest.raises(RefreshError):
        service(sandbox, credentials).users().getProfile(userId="me").execute()


def test_cleared_faults_are_over(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.fault(CREATE, status=500)
    sandbox.clear_faults()

    assert create(sandbox, headers).status_code == 200


@pytest.mark.parametrize("rule", [{"status": 200}, {"probability": 2}, {"colour": "red"}])
def test_a_fault_that_cannot_be_meant_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    answer = sandbox.http.post("/_sandbox/faults", json={"method": "*", **rule})

    assert answer.status_code == 400
    assert sandbox.faults() == []
