"""The demo world holds what the product's first requests need, as its own mailbox shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.gmail.letters import header, text_of
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import Sandbox
from workspace_sandbox.worlds.demo import SEED, WORK_EMAIL, build

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
DANA = "dana.whitfield@harborline.example"
LOADED = "demo world loaded"


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return build(SEED, NOW)


@pytest.fixture(scope="module")
def loaded(sandbox_process: Sandbox, world: dict[str, Any]) -> str:
    """The name of a snapshot of the sandbox with the world."""
    sandbox_process.seed(**world)
    sandbox_process.snapshot(LOADED)
    return LOADED


@pytest.fixture
def gmail(google_sandbox: Sandbox, loaded: str) -> Any:
    google_sandbox.restore(loaded)
    return gmail_with(google_sandbox, google_sandbox.token(WORK_EMAIL, FULL)).users()


def test_dana_asks_whether_we_can_take_delivery_on_wednesday(gmail: Any) -> None:
    newest = gmail.messages().list(userId="me", q="from:dana delivery wednesday").execute()["messages"][0]
    thread = gmail.threads().get(userId="me", id=newest["threadId"]).execute()["messages"]
    last = thread[-1]
    plain, html = last["payload"]["parts"]
    assert [header(message, "Subject") for message in thread] == [
        "Delivery window",
        *["Re: Delivery window"] * 3,
    ]
    assert header(last, "From") == f"Dana Whitfield <{DANA}>"
    assert header(last, "Cc") == "Priya Raman <priya.raman@alderway.example>"
    assert "Can you take delivery on Wednesday (11 March), between 8 and 12?" in text_of(plain)
    assert "> Dock 2 is free on Wednesday morning" in text_of(plain)
    assert html["mimeType"] == "text/html"
    assert last["labelIds"] == ["INBOX", "UNREAD"]
    references = header(last, "References").split()
    assert references == [header(message, "Message-ID") for message in thread[:3]]


# The promotions of the inbox are counted by hand from the schedule: 45 old ones, and 3+2+2+2+2+1 = 12 of the last
# four weeks. "Project X" is eight mails from three people; a quote repeats no project in other threads.
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("in:inbox is:unread from:dana", 1),
        ("in:spam from:dana", 1),
        ("in:trash from:dana", 1),
        ("in:inbox category:promotions older_than:30d", 45),
        ("in:inbox category:promotions newer_than:30d", 12),
        ('"Project" "X" -from:me', 8),
        ('"Project" "X" from:marcus', 2),
        ('"Project" "X" from:greta', 3),
        ('"Project" "X" from:priya', 3),
        ("subject:TK1234 from:turkishairlines.example filename:pdf", 1),
        ("from:sarah urgent budget is:unread", 1),
        ("subject:(budget first draft) -from:me", 4),
        ("from:nadia contract filename:pdf is:unread", 1),
        ("from:marcus weekly report is:unread", 1),
        ("label:support is:unread", 1),
        ("from:papertrail filename:pdf", 1),
        ("filename:csv from:me to:marcus", 12),
        ("label:invoices filename:pdf", 10),
        ("from:alderway-secure.example", 1),
        ("from:anadolutekstil-export.example", 1),
        ('from:supplierportal.example "AI assistants"', 1),
        ("subject:fwd from:priya fire certificate filename:pdf", 1),
        ("from:lena Urlaub", 1),
        ("from:claire devis", 1),
        ("from:hostalsol.example presupuesto", 1),
        ("from:filolegno.example campioni", 1),
        ("from:ines azulejo", 1),
        ("from:becker to:okafor", 1),
    ],
)
def test_each_thing_a_request_needs_is_there(gmail: Any, query: str, count: int) -> None:
    assert (
        gmail.messages().list(userId="me", q=query, maxResults=100).execute()["resultSizeEstimate"] == count
    )


def test_a_forwarded_chain_keeps_both_mails_before_it(gmail: Any) -> None:
    found = gmail.messages().list(userId="me", q="subject:fwd from:priya").execute()["messages"][0]
    message = gmail.messages().get(userId="me", id=found["id"]).execute()
    text = text_of(message["payload"]["parts"][0])
    assert text.count("---------- Forwarded message ---------") == 2
    assert text.index("From: Tom Becker") < text.index("Our insurer asks for the fire certificate")


def test_two_people_are_called_tom(gmail: Any) -> None:
    found = gmail.messages().list(userId="me", q="from:tom", maxResults=50).execute()["messages"]
    senders = {
        header(gmail.messages().get(userId="me", id=one["id"], format="metadata").execute(), "From")
        for one in found
    }
    assert senders == {
        "Tom Becker <tom.becker@alderway.example>",
        "Tom Okafor <tom.okafor@brightwater.example>",
    }


def test_newsletters_can_be_left_with_one_click_inside_the_sandbox(google_sandbox: Sandbox) -> None:
    google_sandbox.seed(**build(SEED, NOW, origin=google_sandbox.base_url))
    gmail = gmail_with(google_sandbox, google_sandbox.token(WORK_EMAIL, FULL)).users()
    found = gmail.messages().list(userId="me", q="list:timberweekly.example").execute()["messages"][0]
    message = gmail.messages().get(userId="me", id=found["id"]).execute()
    assert header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert "dkim=pass header.i=@timberweekly.example" in header(message, "Authentication-Results")
    address = header(message, "List-Unsubscribe").split(">")[0].strip("<")
    answer = google_sandbox.http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.json() == {"unsubscribed": "timber-weekly"}


def test_alex_has_three_addresses_with_signatures(google_sandbox: Sandbox, loaded: str) -> None:
    google_sandbox.restore(loaded)
    entries = google_sandbox.state(WORK_EMAIL)["send_as"]
    assert [entry["sendAsEmail"] for entry in entries] == [
        WORK_EMAIL,
        "orders@alderway.example",
        "a.kim@alderway.example",
    ]
    assert all(entry["signature"] for entry in entries)


def test_colleagues_have_their_own_copies(google_sandbox: Sandbox, loaded: str) -> None:
    google_sandbox.restore(loaded)
    subjects = [one["subject"] for one in google_sandbox.state(DANA)["messages"]]
    assert subjects.count("Re: Delivery window") == 3
    assert subjects.count("Delivery window") == 1
