"""The control plane shows and moves the world without going through Google's methods."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.kernel.worlds import ALEX, DANA, alex, dana
from tests.sandbox.server import CLIENT_ID, Sandbox


@pytest.fixture
def sandbox(google_sandbox: Sandbox) -> Sandbox:
    google_sandbox.seed(alex(contacts=[{"email": DANA, "name": "Dana Ito"}]), dana())
    return google_sandbox


def test_the_state_of_an_account_seeds_the_same_account_again(sandbox: Sandbox) -> None:
    before = sandbox.control("GET", "state")

    sandbox.control("POST", "seed", before)
    after = sandbox.control("GET", "state")

    assert after["accounts"] == before["accounts"]
    assert after["oauth_clients"][0]["client_id"] == CLIENT_ID


def test_a_snapshot_brings_mail_tokens_ledger_and_clock_back(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, FULL)
    before = sandbox.state(ALEX)
    sandbox.snapshot("before")
    gmail_with(sandbox, token).users().messages().trash(userId="me", id="18c0000000000001").execute()
    sandbox.advance(86_400)
    changed = sandbox.state(ALEX)

    sandbox.restore("before")

    assert changed != before
    assert sandbox.state(ALEX) == before
    assert sandbox.ledger() == []
    now = datetime.fromisoformat(sandbox.health()["now"])
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
    assert gmail_with(sandbox, token).users().getProfile(userId="me").execute()["emailAddress"] == ALEX


def test_an_unknown_snapshot_is_named(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/_sandbox/restore", json={"name": "never"})

    assert (answer.status_code, answer.json()["error"]) == (404, "There is no snapshot named never")


def test_the_clock_runs_on_from_where_it_was_set(sandbox: Sandbox) -> None:
    sandbox.set_clock("2023-11-30T10:00:00+00:00")
    sandbox.advance(3600)

    now = datetime.fromisoformat(sandbox.health()["now"])

    assert timedelta() <= now - datetime(2023, 11, 30, 11, tzinfo=UTC) < timedelta(seconds=30)


@pytest.mark.parametrize("body", [{}, {"set": "2026-03-02T09:00:00"}, {"set": "soon"}, {"jump": 1}])
def test_a_clock_setting_that_cannot_be_meant_is_refused(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert sandbox.http.post("/_sandbox/clock", json=body).status_code == 400


def test_the_seed_can_set_the_clock(sandbox: Sandbox) -> None:
    sandbox.seed(alex(), clock="2023-11-30T10:00:00Z")

    assert sandbox.health()["now"].startswith("2023-11-30T10:00")


def test_a_delivered_mail_is_in_the_inbox(sandbox: Sandbox) -> None:
    [copy] = sandbox.deliver(**{"from": DANA, "to": [ALEX], "subject": "Now", "text": "Are you there?"})

    gmail = gmail_with(sandbox, sandbox.token(ALEX, FULL))
    message = gmail.users().messages().get(userId="me", id=copy["id"]).execute()

    assert set(message["labelIds"]) >= {"INBOX", "UNREAD"}
    assert "Are you there?" in message["snippet"]


def test_a_delivered_mail_may_be_raw_and_go_to_the_envelope(sandbox: Sandbox) -> None:
    raw = base64.urlsafe_b64encode(
        b"From: x@out.test\r\nTo: list@out.test\r\nSubject: List\r\n\r\nHi"
    ).decode()

    copies = sandbox.deliver(raw=raw, recipients=[DANA])

    assert [copy["account"] for copy in copies] == [DANA]


def test_a_mail_for_nobody_here_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/_sandbox/deliver", json={"from": DANA, "to": ["x@out.test"], "subject": "s"})

    assert answer.status_code == 400


def test_mail_to_the_outside_is_shown_in_the_outbox(sandbox: Sandbox) -> None:
    raw = base64.urlsafe_b64encode(
        f"From: {ALEX}\r\nTo: x@out.test\r\nSubject: Out\r\n\r\nHi".encode()
    ).decode()
    gmail_with(sandbox, sandbox.token(ALEX, FULL)).users().messages().send(
        userId="me", body={"raw": raw}
    ).execute()

    [entry] = sandbox.control("GET", "outbox")["entries"]

    assert (entry["account"], entry["to"], entry["subject"]) == (ALEX, "x@out.test", "Out")


@pytest.mark.parametrize(
    "world",
    [
        {"accounts": [{"email": "nobody"}]},
        {"accounts": [alex(), alex()]},
        {"accounts": [alex(type="alien")]},
        {"accounts": [alex(messages=[{"raw": "%%%"}])]},
        {"accounts": [], "moon": 1},
        {"accounts": [], "clock": "2026-03-02T09:00:00"},
        {"people": []},
    ],
)
def test_a_seed_with_a_mistake_changes_nothing(sandbox: Sandbox, world: dict[str, Any]) -> None:
    before = sandbox.state(ALEX)

    answer = sandbox.http.post("/_sandbox/seed", json=world)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.state(ALEX) == before


def test_one_click_unsubscribe_is_in_the_ledger(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/_sandbox/unsubscribe/weekly", data={"List-Unsubscribe": "One-Click"})

    [entry] = sandbox.ledger()

    assert answer.status_code == 200
    assert (entry["method_id"], entry["params"]) == ("sandbox.unsubscribe", {"newsletter": "weekly"})


def test_following_an_unsubscribe_link_changes_nothing(sandbox: Sandbox) -> None:
    answer = sandbox.http.get("/_sandbox/unsubscribe/weekly")

    assert answer.status_code == 405
    assert sandbox.ledger() == []


def test_an_unsubscribe_may_take_effect_and_still_get_no_answer(sandbox: Sandbox) -> None:
    sandbox.fault("sandbox.unsubscribe", status=502, commit=True)

    answer = sandbox.http.post("/_sandbox/unsubscribe/weekly", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 502
    assert [entry["ok"] for entry in sandbox.ledger(method="sandbox.*")] == [True]


def test_an_unknown_control_is_404_and_a_wrong_verb_405(sandbox: Sandbox) -> None:
    statuses = [
        sandbox.http.get("/_sandbox/magic").status_code,
        sandbox.http.get("/_sandbox/seed").status_code,
    ]

    assert statuses == [404, 405]


def test_the_front_page_says_what_this_is(sandbox: Sandbox) -> None:
    page = sandbox.http.get("/")

    assert "not Google" in page.text
    assert ALEX in page.text
