"""Connecting an account: AT3, AT4, AT5 and the connect part of AT13."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from countersign.connectors.google.scopes import IDENTITY_SCOPES
from countersign.errors import NotFoundError
from tests.accounts.person import ALEX, ALEX_HOME, Person
from tests.sandbox.server import CLIENT_ID

READONLY = "https://www.googleapis.com/auth/gmail.readonly"
COMPOSE = "https://www.googleapis.com/auth/gmail.compose"
TOKEN_MARKS = (b"ya29", b"1//0", b"1//")


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_asking_to_connect_gives_googles_address_with_only_the_scopes_asked_for(maya: Person) -> None:
    address = await maya.asks_to_connect("read_mail")

    query = query_of(address)
    assert urlsplit(address).path == "/o/oauth2/v2/auth"
    assert query["client_id"] == CLIENT_ID
    assert query["response_type"] == "code"
    assert set(query["scope"].split()) == {*IDENTITY_SCOPES, READONLY}
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) == 43
    assert query["access_type"] == "offline"
    assert query["include_granted_scopes"] == "true"
    assert query["redirect_uri"] == "http://127.0.0.1:8000/api/v1/accounts/google/callback"


async def test_neither_state_nor_verifier_is_readable_in_the_database(maya: Person) -> None:
    query = query_of(await maya.asks_to_connect("read_mail"))

    (row,) = await maya.database.as_owner("SELECT * FROM oauth_states")
    assert row["state_hash"] == hashlib.sha256(query["state"].encode()).digest()
    assert len(row["verifier"]) > 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(row["verifier"]).digest()).rstrip(b"=").decode()
    assert challenge != query["code_challenge"]
    assert query["state"].encode() not in b"".join(
        value for value in row.values() if isinstance(value, bytes)
    )


async def test_a_good_answer_connects_exactly_one_account(maya: Person) -> None:
    connected = await maya.connects()

    (row,) = await maya.account_rows()
    assert connected.is_new
    assert connected.code == "connected"
    assert connected.granted == ("read_mail", "draft_and_send")
    assert (row["provider"], row["email"], row["state"], row["is_default"]) == (
        "google",
        ALEX,
        "healthy",
        True,
    )
    assert {READONLY, COMPOSE} <= set(row["scopes"])
    assert await maya.reads_own_address(connected.account_id) == ALEX


async def test_the_stored_token_is_ciphertext_and_its_text_is_nowhere(
    maya: Person, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    connected = await maya.connects()
    token = (await maya.uses(connected.account_id)).token

    (row,) = await maya.account_rows()
    dump = await everything_in(maya)
    said = "".join([caplog.text, *capsys.readouterr(), repr(token), repr(connected)])
    assert len(row["access_token"]) > 100
    assert len(row["refresh_token"]) > 100
    assert token.value.encode() not in dump
    assert not any(mark in dump for mark in TOKEN_MARKS)
    assert token.value not in said
    assert "1//" not in said
    assert await maya.reads_own_address(connected.account_id) == ALEX


async def everything_in(person: Person) -> bytes:
    """Every column of every table as the owner sees it."""
    tables = await person.database.as_owner("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    parts: list[bytes] = []
    for table in tables:
        for row in await person.database.as_owner(f'SELECT * FROM "{table["tablename"]}"'):
            parts += [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
    return b"\n".join(parts)


async def test_connecting_is_told_in_the_audit_log_and_as_an_event(maya: Person) -> None:
    await maya.connects()

    ((verb, details),) = await maya.audit_trail()
    assert verb == "account.connected"
    assert details["scopes_before"] == []
    assert READONLY in details["scopes_after"]
    assert await maya.account_states() == ["healthy"]
    assert READONLY.encode() not in b"".join(
        row["details"] for row in await maya.database.as_owner("SELECT details FROM audit")
    )


async def test_the_same_address_again_renews_the_same_account_and_says_what_changed(maya: Person) -> None:
    first = await maya.connects(ALEX, "read_mail")
    again = await maya.connects(ALEX, "draft_and_send")

    (row,) = await maya.account_rows()
    assert again.account_id == first.account_id
    assert not again.is_new
    assert {READONLY, COMPOSE} <= set(row["scopes"])
    verb, details = (await maya.audit_trail())[-1]
    assert verb == "account.consent_changed"
    assert COMPOSE in details["scopes_after"]
    assert COMPOSE not in details["scopes_before"]


async def test_a_second_account_is_not_the_default_one(maya: Person) -> None:
    await maya.connects(ALEX)
    await maya.connects(ALEX_HOME)

    assert [(row["email"], row["is_default"]) for row in await maya.account_rows()] == [
        (ALEX, True),
        (ALEX_HOME, False),
    ]


async def test_two_first_accounts_at_the_same_moment_leave_one_default(maya: Person) -> None:
    answers = [
        maya.answers(await maya.asks_to_connect(), ALEX),
        maya.answers(await maya.asks_to_connect(), ALEX_HOME),
    ]

    await asyncio.gather(*(maya.returns_with(answer) for answer in answers))

    assert sorted(row["is_default"] for row in await maya.account_rows()) == [False, True]


async def test_two_people_may_connect_the_same_address(maya: Person, lee: Person) -> None:
    hers = await maya.connects()
    his = await lee.connects()

    assert hers.account_id != his.account_id
    with pytest.raises(NotFoundError):
        await lee.uses(hers.account_id)


async def test_partial_consent_stores_what_was_granted_and_names_the_rest(maya: Person) -> None:
    address = await maya.asks_to_connect()

    connected = await maya.returns_with(maya.answers(address, decision="partial", scopes=READONLY))

    (row,) = await maya.account_rows()
    assert connected.code == "connected_partly"
    assert connected.granted == ("read_mail",)
    assert connected.missing == (COMPOSE,)
    assert COMPOSE not in row["scopes"]


async def test_reconnecting_names_the_address_to_google(maya: Person) -> None:
    query = query_of(await maya.asks_to_connect("read_mail", login_hint=ALEX))

    assert query["login_hint"] == ALEX
    assert query["prompt"] == "consent"
