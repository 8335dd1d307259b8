"""Disconnecting takes the permission back and forgets the tokens."""

from __future__ import annotations

from uuid import uuid4

import pytest

from countersign.accounts.disconnect import disconnect
from countersign.connectors.errors import NeedsReconnect
from countersign.connectors.google.readers import MailReader
from countersign.errors import NotFoundError
from tests.accounts.person import ALEX, ALEX_HOME, Person


async def test_disconnecting_revokes_at_google_and_deletes_the_tokens(maya: Person) -> None:
    account_id = (await maya.connects()).account_id
    live = await maya.uses(account_id)

    done = await disconnect(maya.services, maya.user_id, account_id)

    (row,) = await maya.account_rows()
    assert done.is_revoked
    assert (row["state"], row["access_token"], row["refresh_token"], row["scopes"]) == (
        "disconnected",
        None,
        None,
        [],
    )
    with pytest.raises(NeedsReconnect):
        await MailReader(maya.services.google, live).profile()
    verb, details = (await maya.audit_trail())[-1]
    assert verb == "account.disconnected"
    assert details["scopes_before"]
    assert details["scopes_after"] == []
    assert await maya.account_states() == ["healthy", "disconnected"]


async def test_disconnecting_twice_is_told_once(maya: Person) -> None:
    account_id = (await maya.connects()).account_id

    await disconnect(maya.services, maya.user_id, account_id)
    await disconnect(maya.services, maya.user_id, account_id)

    assert [verb for verb, _ in await maya.audit_trail()] == ["account.connected", "account.disconnected"]


async def test_when_google_cannot_be_reached_the_tokens_are_deleted_and_the_person_is_told(
    maya: Person,
) -> None:
    account_id = (await maya.connects()).account_id
    maya.google.fault("oauth2.revoke", status=503)

    done = await disconnect(maya.services, maya.user_id, account_id)

    (row,) = await maya.account_rows()
    assert not done.is_revoked
    assert "did not confirm" in done.message
    assert row["refresh_token"] is None


async def test_the_next_account_becomes_the_default_one(maya: Person) -> None:
    first = (await maya.connects(ALEX)).account_id
    await maya.connects(ALEX_HOME)

    await disconnect(maya.services, maya.user_id, first)

    assert [(row["email"], row["is_default"]) for row in await maya.account_rows()] == [
        (ALEX, False),
        (ALEX_HOME, True),
    ]


async def test_the_address_can_be_connected_again_and_keeps_its_id(maya: Person) -> None:
    first = await maya.connects()
    await disconnect(maya.services, maya.user_id, first.account_id)

    again = await maya.connects()

    assert again.account_id == first.account_id
    assert await maya.reads_own_address(first.account_id) == ALEX
    assert (await maya.audit_trail())[-1][0] == "account.connected"


async def test_nobody_disconnects_somebody_elses_account(maya: Person, lee: Person) -> None:
    account_id = (await maya.connects()).account_id

    for wrong in (account_id, uuid4()):
        with pytest.raises(NotFoundError):
            await disconnect(lee.services, lee.user_id, wrong)

    assert await maya.reads_own_address(account_id) == ALEX
