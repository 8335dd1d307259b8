"""Requests that the discovery document does not allow are refused in Google's words and change nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.kernel.worlds import ALEX, alex
from tests.sandbox.server import Sandbox

MESSAGE = "/gmail/v1/users/me/messages/18c0000000000001"


class Caller:
    """Plain HTTP with Alex's token, for requests that Google's client would not even send."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = sandbox.token(ALEX, FULL)
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.sandbox.http.get(path, params=query, headers=self.headers)

    def post(self, path: str, **arguments: Any) -> httpx.Response:
        headers = {**self.headers, **arguments.pop("headers", {})}
        return self.sandbox.http.post(path, headers=headers, **arguments)


@pytest.fixture
def caller(google_sandbox: Sandbox) -> Caller:
    google_sandbox.seed(alex())
    return Caller(google_sandbox)


def test_an_unknown_parameter_is_named(caller: Caller) -> None:
    answer = caller.get(MESSAGE, colour="red")

    assert answer.status_code == 400
    assert 'Unknown name "colour"' in answer.json()["error"]["message"]


def test_a_value_outside_the_enum_is_refused(caller: Caller) -> None:
    answer = caller.get(MESSAGE, format="everything")

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["location"] == "format"


@pytest.mark.parametrize("value", ["many", "-1", "4294967296", "1.5"])
def test_a_number_outside_its_type_is_refused(caller: Caller, value: str) -> None:
    assert caller.get("/gmail/v1/users/me/messages", maxResults=value).status_code == 400


def test_a_parameter_given_twice_is_refused(caller: Caller) -> None:
    assert caller.get("/gmail/v1/users/me/messages", q=["a", "b"]).status_code == 400


def test_a_missing_required_parameter_is_named(caller: Caller) -> None:
    answer = caller.get("/gmail/v1/users/me/history")

    assert answer.status_code == 400
    assert "startHistoryId" in answer.json()["error"]["message"]


def test_an_unknown_field_in_a_body_is_named_with_its_place(caller: Caller) -> None:
    answer = caller.post("/gmail/v1/users/me/drafts", json={"message": {"raw": "QQ", "subject": "x"}})

    assert answer.status_code == 400
    assert "Unknown name \"subject\" at 'message'" in answer.json()["error"]["message"]


def test_a_body_of_the_wrong_type_is_refused(caller: Caller) -> None:
    answer = caller.post("/gmail/v1/users/me/labels", json={"name": 7})

    assert answer.status_code == 400
    assert "Invalid value at 'name' (TYPE_STRING)" in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    answer = caller.post(
        "/gmail/v1/users/me/labels", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["reason"] == "parseError"


def test_a_body_in_another_format_is_refused(caller: Caller) -> None:
    answer = caller.post("/gmail/v1/users/me/labels", data={"name": "x"})

    assert answer.status_code == 400


def test_a_method_nobody_wrote_is_501_and_named(caller: Caller) -> None:
    answer = caller.get("/gmail/v1/users/me/settings/cse/identities")

    assert answer.status_code == 501
    assert "gmail.users.settings.cse.identities.list" in answer.json()["error"]["message"]


def test_an_address_no_document_knows_is_404(caller: Caller) -> None:
    assert caller.get("/gmail/v1/users/me/telepathy").status_code == 404


def test_a_fields_mask_leaves_only_what_was_asked(google_sandbox: Sandbox) -> None:
    google_sandbox.seed(alex())
    gmail = gmail_with(google_sandbox, google_sandbox.token(ALEX, FULL))

    answer = gmail.users().messages().list(userId="me", fields="messages/id,resultSizeEstimate").execute()

    assert answer == {"messages": [{"id": "18c0000000000001"}], "resultSizeEstimate": 1}


def test_a_fields_mask_naming_an_impossible_field_is_refused(google_sandbox: Sandbox) -> None:
    google_sandbox.seed(alex())
    gmail = gmail_with(google_sandbox, google_sandbox.token(ALEX, FULL))

    with pytest.raises(HttpError) as refused:
        gmail.users().messages().list(userId="me", fields="messages(id,colour)").execute()

    assert refused.value.status_code == 400
    assert "Invalid field selection colour" in refused.value.reason


def test_an_address_too_long_for_get_comes_as_a_post_and_is_still_a_read(google_sandbox: Sandbox) -> None:
    google_sandbox.seed(alex())
    gmail = gmail_with(google_sandbox, google_sandbox.token(ALEX, FULL))
    # Google's client turns every GET beyond 2,048 characters into a POST with X-HTTP-Method-Override.
    query = " OR ".join(f"subject:word{number}" for number in range(200)) + " OR subject:Delivery"

    answer = gmail.users().messages().list(userId="me", q=query).execute()

    assert answer["messages"][0]["id"] == "18c0000000000001"
    assert google_sandbox.ledger() == []


def test_a_refused_write_is_in_the_ledger_without_effect(caller: Caller) -> None:
    caller.post("/gmail/v1/users/me/labels", json={"name": 7})

    entry = caller.sandbox.ledger()[-1]

    assert (entry["method_id"], entry["status"], entry["ok"]) == ("gmail.users.labels.create", 400, False)


def test_a_write_is_in_the_ledger_with_who_what_and_the_result(caller: Caller) -> None:
    answer = caller.post("/gmail/v1/users/me/labels", json={"name": "Clients"})

    [entry] = caller.sandbox.ledger()

    assert entry["account"] == ALEX
    assert entry["body"] == {"name": "Clients"}
    assert entry["result"] == answer.json()
    assert entry["request_id"] == answer.headers["x-sandbox-request-id"]
