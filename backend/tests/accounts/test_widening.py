"""An ability is asked for when it is first needed: only what is missing, and nothing that was allowed is lost."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from countersign.accounts.errors import ConsentDeniedError
from countersign.connectors.google.scopes import IDENTITY_SCOPES, WORDS
from countersign.errors import ConflictError, NotFoundError
from tests.accounts.person import ALEX, Person

READONLY, COMPOSE, MODIFY = (
    WORDS[ability].scope for ability in ("read_mail", "draft_and_send", "organise_mail")
)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_organising_mail_is_asked_for_alone_and_added_to_what_was_allowed(maya: Person) -> None:
    first = await maya.connects(ALEX)

    address = await maya.asks_to_widen(first.account_id, "read_mail", "organise_mail")
    query = query_of(address)
    widened = await maya.returns_with(maya.answers(address, ALEX))

    assert set(query["scope"].split()) == {*IDENTITY_SCOPES, MODIFY}
    assert (query["include_granted_scopes"], query["login_hint"]) == ("true", ALEX)
    assert (widened.account_id, widened.is_new, widened.missing) == (first.account_id, False, ())
    (row,) = await maya.account_rows()
    assert {READONLY, COMPOSE, MODIFY} <= set(row["scopes"])
    verb, details = (await maya.audit_trail())[-1]
    assert verb == "account.consent_changed"
    assert set(details["scopes_after"]) - set(details["scopes_before"]) == {MODIFY}


async def test_refusing_more_leaves_the_account_as_it_was(maya: Person) -> None:
    first = await maya.connects(ALEX)
    (before,) = await maya.account_rows()

    with pytest.raises(ConsentDeniedError):
        await maya.returns_with(
            maya.answers(await maya.asks_to_widen(first.account_id, "organise_mail"), ALEX, "deny")
        )

    assert await maya.account_rows() == [before]
    assert await maya.reads_own_address(first.account_id) == ALEX


async def test_what_is_allowed_already_is_not_asked_for_and_nobody_widens_anothers_account(
    maya: Person, lee: Person
) -> None:
    organiser = await maya.connects(ALEX, "organise_mail")

    with pytest.raises(ConflictError, match="already allowed"):
        await maya.asks_to_widen(organiser.account_id, "read_mail", "draft_and_send")
    with pytest.raises(NotFoundError):
        await lee.asks_to_widen(organiser.account_id, "read_calendar")


async def test_after_the_permission_ended_everything_the_account_could_is_asked_for_again(
    maya: Person,
) -> None:
    first = await maya.connects(ALEX)
    await maya.database.as_owner("UPDATE accounts SET state = 'needs_reconnect'")

    query = query_of(await maya.asks_to_widen(first.account_id, "organise_mail"))

    assert set(query["scope"].split()) == {*IDENTITY_SCOPES, READONLY, COMPOSE, MODIFY}
