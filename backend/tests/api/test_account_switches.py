"""A person stops an account from sending, rests it, or allows it more; what was approved comes back unsent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from countersign.connectors.google.scopes import WORDS
from tests.actions.desk import Desk
from tests.api.person import Person


async def account_of(person: Person) -> dict[str, Any]:
    """The person's only account."""
    (account,) = (await person.get("/accounts")).json()["accounts"]
    return dict(account)


async def noted(person: Person, *verbs: str) -> list[tuple[str, Any, Any]]:
    """What the audit says of these verbs, oldest first."""
    entries = (await person.get("/audit?limit=200")).json()["entries"]
    found = [entry for entry in entries if entry["verb"] in verbs]
    found.sort(key=lambda entry: entry["seq"])
    return [(entry["verb"], entry["details"].get("before"), entry["details"].get("after")) for entry in found]


async def test_switching_sending_off_brings_an_approved_reply_back_and_on_lets_it_leave_once(
    desk: Desk, alex: Person
) -> None:
    card = await desk.approved()
    path = f"/accounts/{(await account_of(alex))['id']}/sending"
    off = [(await alex.post(path, {"is_on": False})).json()["sending"] for _ in range(2)]
    await desk.after_hold()
    await desk.execute(card)
    again = await desk.card(card["id"])
    state, sent_while_off = await desk.state(card), desk.sends()
    on = (await alex.post(path, {"is_on": True})).json()["sending"]
    await desk.decide(again)
    await desk.after_hold()
    await desk.execute(again)

    assert (off, state, sent_while_off, on) == ([False, False], "proposed", [], True)
    assert again["stale_reason"] == "Sending is switched off for this account."
    assert len(desk.sends()) == 1
    assert await noted(alex, "account.sending_switched") == [
        ("account.sending_switched", True, False),
        ("account.sending_switched", False, True),
    ]


async def test_only_the_person_at_a_browser_switches_and_only_own_accounts(
    desk: Desk, alex: Person, lee: Person
) -> None:
    account = await account_of(alex)
    wanted = {"sending": {"is_on": False}, "pause": None, "resume": None}
    without_token = Person(alex.origin, token=alex.token)
    refused = [
        (await person.post(f"/accounts/{account['id']}/{verb}", body)).status_code
        for person in (without_token, lee)
        for verb, body in wanted.items()
    ]
    await without_token.http.aclose()

    assert refused == [403, 403, 403, 404, 404, 404]
    assert await account_of(alex) == account


async def test_an_account_is_paused_and_resumed_and_a_broken_one_is_neither(desk: Desk, alex: Person) -> None:
    path = f"/accounts/{(await account_of(alex))['id']}"
    states = [(await alex.post(f"{path}/{verb}")).json()["state"] for verb in ("pause", "pause", "resume")]
    await desk.database.as_owner("UPDATE accounts SET state = 'needs_reconnect'")
    refused = [await alex.post(f"{path}/{verb}") for verb in ("pause", "resume")]

    assert states == ["paused", "paused", "healthy"]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert "Reconnect" in refused[0].json()["action"]
    assert await noted(alex, "account.paused", "account.resumed") == [
        ("account.paused", None, None),
        ("account.resumed", None, None),
    ]


async def test_an_account_is_allowed_more_by_an_address_that_asks_for_nothing_it_has(
    desk: Desk, alex: Person
) -> None:
    await desk.database.as_owner("UPDATE accounts SET scopes = $1", [WORDS["organise_mail"].scope])
    path = f"/accounts/{(await account_of(alex))['id']}/allow"
    wider = await alex.post(path, {"abilities": ["read_mail", "read_calendar"]})
    already = await alex.post(path, {"abilities": ["organise_mail"]})

    scopes = parse_qs(urlsplit(wider.json()["url"]).query)["scope"][0].split()
    assert [scope.rpartition("/")[2] for scope in scopes] == ["openid", "userinfo.email", "calendar.readonly"]
    assert (already.status_code, already.json()["code"]) == (409, "conflict")
