"""Every way connecting fails has its own words and leaves nothing behind: AT4 and AT59."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from countersign.accounts import errors
from countersign.accounts.connect import Callback, start_connect
from countersign.errors import InvalidError
from tests.accounts.person import ALEX, Person
from tests.sandbox.server import CLIENT_ID

READONLY = "https://www.googleapis.com/auth/gmail.readonly"


async def test_unticking_everything_connects_nothing(maya: Person) -> None:
    address = await maya.asks_to_connect()

    with pytest.raises(errors.NothingGrantedError):
        await maya.returns_with(maya.answers(address, decision="partial", scopes=""))

    assert await maya.account_rows() == []


async def test_a_connection_begun_before_a_restore_is_not_finished_after_it(maya: Person) -> None:
    callback = maya.answers(await maya.asks_to_connect())
    await maya.database.as_owner("SELECT mark_restored()")  # the last step of `countersign restore`

    with pytest.raises(errors.StateUsedError):
        await maya.returns_with(callback)

    assert await maya.account_rows() == []


async def test_refusing_consent_connects_nothing(maya: Person) -> None:
    with pytest.raises(errors.ConsentDeniedError):
        await maya.returns_with(maya.answers(await maya.asks_to_connect(), decision="deny"))

    assert await maya.account_rows() == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": None}, errors.StateMissingError),
        ({"state": ""}, errors.StateMissingError),
        ({"state": "x" * 43}, errors.StateMismatchError),
        ({"code": None}, errors.CodeMissingError),
        ({"code": "4/0wrong"}, errors.CodeExpiredError),
        ({"code": None, "error": "access_denied"}, errors.ConsentDeniedError),
        ({"error": "<script>alert(1)</script>"}, errors.UnknownAnswerError),
    ],
)
async def test_a_wrong_answer_has_its_own_words_and_stores_nothing(
    maya: Person, changes: dict[str, Any], error: type[errors.ConnectError]
) -> None:
    good = maya.answers(await maya.asks_to_connect())
    fields = {"state": good.state, "code": good.code, "error": good.error}

    with pytest.raises(error) as raised:
        await maya.returns_with(Callback(**{**fields, **changes}))

    assert raised.value.message == error.words
    assert raised.value.changed == "no"
    assert "script" not in raised.value.message + raised.value.action
    assert await maya.account_rows() == []


async def test_an_answer_works_once(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    await maya.returns_with(answer)

    with pytest.raises(errors.StateUsedError):
        await maya.returns_with(answer)

    assert len(await maya.account_rows()) == 1


async def test_the_same_answer_delivered_twenty_times_at_once_is_used_once(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())

    results = await asyncio.gather(*(maya.returns_with(answer) for _ in range(20)), return_exceptions=True)

    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, errors.StateUsedError) for result in results) == 19


async def test_a_failed_answer_cannot_be_repaired_with_another_code(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    with pytest.raises(errors.CodeExpiredError):
        await maya.returns_with(Callback(answer.state, "4/0wrong"))

    with pytest.raises(errors.StateUsedError):
        await maya.returns_with(answer)


async def test_another_session_cannot_finish_what_this_one_started(maya: Person, lee: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())

    for stranger in (await maya.other_browser(), lee):
        with pytest.raises(errors.StateMismatchError):
            await stranger.returns_with(answer)

    assert (await maya.returns_with(answer)).email == ALEX
    assert await lee.account_rows() == []


async def test_after_ten_minutes_the_answer_is_too_late(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    await maya.database.advance_clock(timedelta(minutes=10, seconds=1))

    with pytest.raises(errors.StateExpiredError):
        await maya.returns_with(answer)

    assert await maya.account_rows() == []


async def test_a_code_that_google_let_expire_is_told_as_such(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    maya.google.advance(601)

    with pytest.raises(errors.CodeExpiredError):
        await maya.returns_with(answer)

    assert await maya.account_rows() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 429, "retry_after": 7}, errors.ConnectLimitedError),
        ({"status": 503}, errors.GoogleUnreachableError),
        ({"drop": True}, errors.GoogleUnreachableError),
        ({"stall_seconds": 5}, errors.GoogleUnreachableError),
    ],
    ids=["limited", "down", "dropped", "stalled"],
)
async def test_trouble_at_googles_token_endpoint_stores_nothing(
    maya: Person, fault: dict[str, Any], error: type[errors.ConnectError]
) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    maya.google.fault("oauth2.token", **fault)

    with pytest.raises(error):
        await maya.returns_with(answer)

    assert maya.google.faults()[0]["fired"] == 1
    assert await maya.account_rows() == []


async def test_an_unknown_identity_stores_nothing(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    maya.google.fault("oauth2.userinfo.*", status=403, reason="forbidden")

    with pytest.raises(errors.IdentityUnknownError):
        await maya.returns_with(answer)

    assert await maya.account_rows() == []


async def test_credentials_of_this_installation_that_google_refuses_are_named(maya: Person) -> None:
    answer = maya.answers(await maya.asks_to_connect())
    clients = [{"client_id": CLIENT_ID, "client_secret": "changed", "redirect_uris": ["http://127.0.0.1"]}]
    maya.google.seed({"email": ALEX, "messages": []}, oauth_clients=clients)

    with pytest.raises(errors.ClientRefusedError):
        await maya.returns_with(answer)

    assert await maya.account_rows() == []


@pytest.mark.parametrize("abilities", [(), ("delete_everything",)])
async def test_only_known_abilities_can_be_asked_for(maya: Person, abilities: tuple[Any, ...]) -> None:
    async with maya.services.db.session(maya.user_id) as session:
        with pytest.raises(InvalidError):
            await start_connect(session, maya.services, maya.session_id, "work", abilities)


def test_every_way_to_fail_has_its_own_code_and_words() -> None:
    kinds = errors.ConnectError.__subclasses__()

    assert len({kind.code for kind in kinds}) == len(kinds) == 14
    assert len({kind.words for kind in kinds}) == len(kinds)
