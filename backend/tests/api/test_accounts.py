"""Connecting an account over HTTP, by the real consent of the sandbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.person import API, Person
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

ALEX = "alex@acme.test"
JSON = {"Accept": "application/json"}


@pytest.fixture
def google(google_sandbox: Sandbox) -> Sandbox:
    """Google with one mailbox."""
    google_sandbox.seed({"email": ALEX, "name": "Alex Moreno", "messages": []})
    return google_sandbox


async def asked(person: Person, *abilities: str) -> str:
    """The address at Google for consent."""
    wanted = {"type": "work", "abilities": list(abilities or ("read_mail", "draft_and_send"))}
    answer = await person.post("/accounts/connect", wanted)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def answered(google: Sandbox, address: str, decision: str = "allow") -> dict[str, str]:
    """What the browser brings back from Google's page."""
    choice = {"sandbox_account": ALEX, "sandbox_decision": decision}
    response = google.http.get(str(httpx.URL(address).copy_merge_params(choice)))
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def returned(person: Person, query: dict[str, str], **headers: str) -> httpx.Response:
    """The answer to the browser's return."""
    return await person.get("/accounts/google/callback", params=query, headers=headers)


async def accounts_of(person: Person) -> list[dict[str, Any]]:
    """The person's accounts."""
    accounts: list[dict[str, Any]] = (await person.get("/accounts")).json()["accounts"]
    return accounts


async def test_the_consent_address_has_challenge_state_and_only_the_scopes_asked_for(
    maya: Person, google: Sandbox
) -> None:
    query = parse_qs(urlsplit(await asked(maya, "read_mail")).query)
    assert (query["code_challenge_method"], query["response_type"]) == (["S256"], ["code"])
    assert len(query["state"][0]) >= 43
    assert query["redirect_uri"] == [f"{maya.origin}{API}/accounts/google/callback"]
    assert {scope.rpartition("/")[2] for scope in query["scope"][0].split()} == {
        "openid",
        "userinfo.email",
        "gmail.readonly",
    }


async def test_consent_connects_exactly_one_account_of_that_person(
    maya: Person, lee: Person, google: Sandbox
) -> None:
    done = await returned(maya, answered(google, await asked(maya)), **JSON)
    (account,) = await accounts_of(maya)
    assert (done.status_code, done.json()["code"], done.json()["missing"]) == (200, "connected", [])
    assert (account["provider"], account["email"], account["type"], account["state"]) == (
        "google",
        ALEX,
        "work",
        "healthy",
    )
    assert {ability["ability"] for ability in account["abilities"] if ability["is_granted"]} == {
        "read_mail",
        "draft_and_send",
    }
    assert await accounts_of(lee) == []


async def test_a_browser_is_sent_to_the_page_with_a_code_only(maya: Person, google: Sandbox) -> None:
    answer = await returned(maya, answered(google, await asked(maya)), Accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?connect=connected")


async def test_a_denied_consent_stores_nothing_and_says_so(maya: Person, google: Sandbox) -> None:
    query = answered(google, await asked(maya), decision="deny")
    answer = await returned(maya, query | {"error_description": "<script>"}, Accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?connect=connect_denied")
    assert await accounts_of(maya) == []


async def test_a_wrong_missing_or_used_state_stores_nothing(maya: Person, google: Sandbox) -> None:
    query = answered(google, await asked(maya))
    wrong = await returned(maya, query | {"state": "x" * 43}, **JSON)
    missing = await returned(maya, {"code": query["code"]}, **JSON)
    assert await accounts_of(maya) == []
    right, again = await returned(maya, query, **JSON), await returned(maya, query, **JSON)
    assert [answer.status_code for answer in (wrong, missing, right, again)] == [409, 422, 200, 409]
    assert len(await accounts_of(maya)) == 1


async def test_somebody_elses_consent_is_refused(maya: Person, lee: Person, google: Sandbox) -> None:
    query = answered(google, await asked(maya))
    assert (await returned(lee, query, **JSON)).status_code == 409
    assert [await accounts_of(maya), await accounts_of(lee)] == [[], []]


@pytest.mark.parametrize(("accept", "form"), [("text/html", "text/html"), ("*/*", "text/plain")])
async def test_a_return_without_a_session_stays_in_place_and_can_be_finished_with_it(
    anyone: Person, maya: Person, google: Sandbox, accept: str, form: str
) -> None:
    query = answered(google, await asked(maya))
    stranded = await returned(anyone, query, Accept=accept)
    assert (stranded.status_code, stranded.headers["content-type"]) == (401, f"{form}; charset=utf-8")
    assert "location" not in stranded.headers
    assert "Open it again in the browser that is signed in" in stranded.text
    assert query["code"] not in stranded.text
    done = await returned(maya, query, **JSON)
    assert (done.status_code, done.json()["code"]) == (200, "connected")


async def test_no_token_text_is_in_any_answer_or_row(
    maya: Person, google: Sandbox, database: ProductDatabase
) -> None:
    done = await returned(maya, answered(google, await asked(maya)), **JSON)
    (account,) = await accounts_of(maya)
    (row,) = await database.as_owner("SELECT access_token, refresh_token, a::text AS line FROM accounts a")
    shown = done.text + str(account)
    assert "token" not in shown
    assert len(row["access_token"]) > 40
    assert b"ya29" not in row["access_token"] + row["refresh_token"]


async def test_a_renamed_account_keeps_its_new_label_and_a_disconnected_one_is_gone(
    maya: Person, google: Sandbox
) -> None:
    await returned(maya, answered(google, await asked(maya)), **JSON)
    (account,) = await accounts_of(maya)
    changed = await maya.send(
        "PATCH", f"/accounts/{account['id']}", json={"label": "Office", "type": "personal"}
    )
    gone = await maya.post(f"/accounts/{account['id']}/disconnect")
    assert (changed.json()["label"], changed.json()["type"]) == ("Office", "personal")
    assert (gone.status_code, gone.json()["is_revoked"]) == (200, True)
    assert await accounts_of(maya) == []
