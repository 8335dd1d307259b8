"""Tokens in use: AT38 (renewed once, in time) and AT39 (revoked at Google, no storm)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from countersign.accounts.errors import AccountPausedError
from countersign.accounts.services import opened_services
from countersign.connectors.errors import NeedsReconnect, ProviderUnknown, TokenRefused
from countersign.connectors.google.readers import MailReader
from countersign.errors import NotFoundError, UnavailableError
from countersign.settings import Settings
from tests.accounts.person import ALEX, ALEX_HOME, MAIL, Person
from tests.sandbox.server import CLIENT_ID

# The sandbox's access tokens live 3,599 s, as Google's do.
FIVE_MINUTES_BEFORE_EXPIRY = timedelta(seconds=3599 - 300)


def token_calls(person: Person) -> int:
    """How often the token endpoint was asked since `count_token_calls`."""
    return int(person.google.faults()[0]["fired"])


def count_token_calls(person: Person) -> None:
    person.google.fault("oauth2.token", latency_seconds=0.05)


async def later(person: Person, by: timedelta) -> None:
    """Both clocks move on."""
    await person.database.advance_clock(by)
    person.google.advance(by.total_seconds())


async def test_a_token_with_more_than_five_minutes_left_is_used_as_it_is(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    before = (await maya.uses(account_id)).token
    count_token_calls(maya)
    await later(maya, FIVE_MINUTES_BEFORE_EXPIRY - timedelta(seconds=30))

    after = (await maya.uses(account_id)).token

    assert after == before
    assert token_calls(maya) == 0


async def test_five_minutes_before_expiry_twenty_calls_at_once_renew_once(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    before = (await maya.uses(account_id)).token
    count_token_calls(maya)
    await later(maya, FIVE_MINUTES_BEFORE_EXPIRY)

    addresses = await asyncio.gather(*(maya.reads_own_address(account_id) for _ in range(20)))
    after = (await maya.uses(account_id)).token

    assert addresses == [ALEX] * 20
    assert token_calls(maya) == 1
    assert after.value != before.value
    assert after.version == before.version + 1


async def test_two_processes_renewing_at_once_agree_on_one_token(maya: Person, settings: Settings) -> None:
    account_id = (await maya.connects()).account_id
    await later(maya, FIVE_MINUTES_BEFORE_EXPIRY)
    count_token_calls(maya)
    async with opened_services(settings) as other:
        same_person = Person(other, maya.database, maya.google, maya.email, maya.user_id, maya.session_id)

        mine, theirs = await asyncio.gather(maya.uses(account_id), same_person.uses(account_id))

    assert mine.token == theirs.token
    assert token_calls(maya) <= 2
    assert (await maya.uses(account_id)).token == mine.token


async def test_after_revocation_at_google_the_next_call_asks_to_reconnect_without_a_storm(
    maya: Person,
) -> None:
    account_id = (await maya.connects()).account_id
    live = await maya.uses(account_id)
    await maya.services.oauth.revoke(live.token.value)
    count_token_calls(maya)

    results = await asyncio.gather(
        *(MailReader(maya.services.google, live).profile() for _ in range(10)),
        *(maya.reads_own_address(account_id) for _ in range(10)),
        return_exceptions=True,
    )
    with pytest.raises(NeedsReconnect):
        await maya.uses(account_id)

    (row,) = await maya.account_rows()
    assert {type(result) for result in results} == {NeedsReconnect}
    assert token_calls(maya) == 1
    assert (row["state"], row["state_reason"]) == ("needs_reconnect", "revoked")
    assert (row["access_token"], row["refresh_token"]) == (None, None)
    assert await maya.account_states() == ["healthy", "needs_reconnect"]
    assert [verb for verb, _ in await maya.audit_trail()] == ["account.connected", "account.needs_reconnect"]


async def test_reconnecting_heals_the_same_account(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    await maya.services.oauth.revoke((await maya.uses(account_id)).token.value)
    with pytest.raises(NeedsReconnect):
        await maya.reads_own_address(account_id)

    again = await maya.connects()

    assert again.account_id == account_id
    assert await maya.reads_own_address(account_id) == ALEX
    assert await maya.account_states() == ["healthy", "needs_reconnect", "healthy"]


async def test_a_passing_fault_of_the_token_endpoint_is_tried_three_times(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    await later(maya, timedelta(hours=1))
    maya.google.fault("oauth2.token", status=503, count=2)

    assert await maya.reads_own_address(account_id) == ALEX
    assert token_calls(maya) == 2


async def test_while_google_cannot_renew_the_old_token_is_used_until_it_ends(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    before = (await maya.uses(account_id)).token
    maya.google.fault("oauth2.token", status=503)
    await later(maya, FIVE_MINUTES_BEFORE_EXPIRY)

    assert (await maya.uses(account_id)).token == before

    await later(maya, timedelta(minutes=6))
    with pytest.raises(ProviderUnknown):
        await maya.uses(account_id)
    assert [row["state"] for row in await maya.account_rows()] == ["healthy"]


async def test_a_wrong_client_secret_parks_nobody(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    await later(maya, timedelta(hours=1))
    clients = [{"client_id": CLIENT_ID, "client_secret": "changed", "redirect_uris": ["http://127.0.0.1"]}]
    maya.google.seed({"email": ALEX, "messages": []}, oauth_clients=clients)

    with pytest.raises(TokenRefused) as refused:
        await maya.uses(account_id)

    assert refused.value.reason == "invalid_client"
    assert [row["state"] for row in await maya.account_rows()] == ["healthy"]


async def test_one_caller_giving_up_does_not_stop_the_renewal_for_the_others(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    await later(maya, FIVE_MINUTES_BEFORE_EXPIRY)
    maya.google.fault("oauth2.token", latency_seconds=0.3)
    impatient = asyncio.create_task(maya.uses(account_id))
    patient = asyncio.create_task(maya.uses(account_id))
    while not token_calls(maya):  # noqa: ASYNC110 - another process: nothing to wait on
        await asyncio.sleep(0.01)

    impatient.cancel()

    assert (await patient).token.version == 2
    assert token_calls(maya) == 1


@pytest.mark.parametrize(
    ("state", "error"), [("paused", AccountPausedError), ("disconnected", NeedsReconnect)]
)
async def test_an_account_that_is_not_in_use_gives_no_token(
    maya: Person, state: str, error: type[Exception]
) -> None:
    account_id = (await maya.connects()).account_id
    await maya.database.as_owner("UPDATE accounts SET state = $1", state)

    with pytest.raises(error):
        await maya.uses(account_id)


async def test_an_account_that_does_not_exist_gives_no_token(maya: Person) -> None:
    with pytest.raises(NotFoundError):
        await maya.uses(uuid4())


async def test_a_token_moved_to_another_row_does_not_open(maya: Person) -> None:
    first = await maya.connects(ALEX, *MAIL)
    second = await maya.connects(ALEX_HOME, *MAIL)
    await maya.database.as_owner(
        "UPDATE accounts SET access_token = (SELECT access_token FROM accounts WHERE id = $1) WHERE id = $2",
        first.account_id,
        second.account_id,
    )

    with pytest.raises(UnavailableError):
        await maya.uses(second.account_id)
