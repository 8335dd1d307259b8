"""The demo world holds what the product's first requests need, and nothing of it is real."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.gmail.letters import header, text_of
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import Sandbox
from workspace_sandbox.worlds.demo import HOME_EMAIL, WORK_EMAIL, build

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
DANA = "dana.whitfield@harborline.example"


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return build(7, NOW)


@pytest.fixture
def gmail(google_sandbox: Sandbox, world: dict[str, Any]) -> Any:
    google_sandbox.seed(*world["accounts"], clock=world["clock"])
    return gmail_with(google_sandbox, google_sandbox.token(WORK_EMAIL, FULL)).users()


def test_the_same_seed_gives_the_same_world_and_another_seed_another(world: dict[str, Any]) -> None:
    assert json.dumps(build(7, NOW)) == json.dumps(world)
    assert json.dumps(build(8, NOW)) != json.dumps(world)


def test_it_is_large_enough_and_every_date_lies_before_the_clock(world: dict[str, Any]) -> None:
    accounts = {account["email"]: account for account in world["accounts"]}
    own = [*accounts[WORK_EMAIL]["messages"], *accounts[HOME_EMAIL]["messages"]]
    assert len(own) >= 150
    assert len(accounts) >= 14
    assert all(datetime.fromisoformat(one["date"]) < NOW for one in own)


def test_every_address_is_reserved_for_examples(world: dict[str, Any]) -> None:
    people = [
        text
        for account in world["accounts"]
        for message in account["messages"]
        for text in (message["from"], *message["to"], *message.get("cc", []))
    ]
    assert people
    assert all(text.rstrip(">").endswith(".example") for text in people)


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


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("in:inbox is:unread from:dana", 1),
        ("in:spam from:dana", 1),
        ("in:trash from:dana", 1),
        ("category:promotions list:timberweekly.example", 8),
        ("from:papertrail filename:pdf", 1),
        ("from:alderway-secure.example", 1),
        ('from:supplierportal.example "AI assistants"', 1),
        ("from:sarah urgent budget is:unread", 1),
        ("from:lena Urlaub", 1),
        ("from:claire devis", 1),
        ("from:becker to:okafor", 1),
        ("filename:csv from:sarah", 1),
    ],
)
def test_each_thing_a_request_needs_is_there(gmail: Any, query: str, count: int) -> None:
    assert gmail.messages().list(userId="me", q=query).execute()["resultSizeEstimate"] == count


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
    world = build(7, NOW, origin=google_sandbox.base_url)
    google_sandbox.seed(*world["accounts"])
    gmail = gmail_with(google_sandbox, google_sandbox.token(WORK_EMAIL, FULL)).users()
    found = gmail.messages().list(userId="me", q="list:timberweekly.example").execute()["messages"][0]
    message = gmail.messages().get(userId="me", id=found["id"]).execute()
    assert header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    address = header(message, "List-Unsubscribe").split(">")[0].strip("<")
    answer = google_sandbox.http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.json() == {"unsubscribed": "timber-weekly"}


def test_alex_has_three_addresses_with_signatures(google_sandbox: Sandbox, world: dict[str, Any]) -> None:
    google_sandbox.seed(*world["accounts"])
    entries = google_sandbox.state(WORK_EMAIL)["send_as"]
    assert [entry["sendAsEmail"] for entry in entries] == [
        WORK_EMAIL,
        "orders@alderway.example",
        "a.kim@alderway.example",
    ]
    assert all(entry["signature"] for entry in entries)


def test_colleagues_have_their_own_copies(google_sandbox: Sandbox, world: dict[str, Any]) -> None:
    google_sandbox.seed(*world["accounts"])
    subjects = [one["subject"] for one in google_sandbox.state(DANA)["messages"]]
    assert subjects.count("Re: Delivery window") == 3
    assert subjects.count("Delivery window") == 1
