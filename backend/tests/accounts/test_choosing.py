"""Which account a request means, and what the list of accounts says."""

from __future__ import annotations

from uuid import UUID

import pytest

from countersign.accounts import listing
from countersign.accounts.disconnect import disconnect
from countersign.accounts.errors import AmbiguousAccountError, NoAccountError
from countersign.accounts.models import Account
from countersign.errors import InvalidError, NotFoundError
from tests.accounts.person import ALEX, ALEX_HOME, Person


@pytest.fixture
async def both(maya: Person) -> tuple[UUID, UUID]:
    """Maya's work and private account, in this order."""
    work, home = await maya.connects(ALEX), await maya.connects(ALEX_HOME)
    async with maya.services.db.session(maya.user_id) as session:
        await listing.relabel(
            session, maya.services.keys, home.account_id, label=" Home ", account_type="personal"
        )
    return work.account_id, home.account_id


async def meant(person: Person, hint: str | None) -> Account:
    async with person.services.db.session(person.user_id) as session:
        return await listing.of_request(session, hint)


@pytest.mark.parametrize(
    ("hint", "position"),
    [(None, 0), ("  ", 0), ("ALEX@home.test", 1), ("home", 1), ("work", 0), ("Personal", 1)],
)
async def test_a_request_means_the_account_it_names_or_the_default_one(
    maya: Person, both: tuple[UUID, UUID], hint: str | None, position: int
) -> None:
    assert (await meant(maya, hint)).id == both[position]


async def test_a_name_that_fits_two_accounts_is_asked_about(maya: Person, both: tuple[UUID, UUID]) -> None:
    async with maya.services.db.session(maya.user_id) as session:
        await listing.relabel(session, maya.services.keys, both[1], account_type="work")

    with pytest.raises(AmbiguousAccountError) as ambiguous:
        await meant(maya, "work")

    assert len(ambiguous.value.details["account_ids"]) == 2


async def test_a_name_that_fits_nothing_and_no_account_at_all_are_told(maya: Person, lee: Person) -> None:
    await maya.connects()

    for person, hint in ((maya, "school"), (lee, None)):
        with pytest.raises(NoAccountError):
            await meant(person, hint)


async def test_the_list_shows_the_default_first_and_leaves_disconnected_ones_out(
    maya: Person, both: tuple[UUID, UUID]
) -> None:
    async with maya.services.db.session(maya.user_id) as session:
        await listing.make_default(session, maya.services.keys, both[1])
        await listing.make_default(session, maya.services.keys, both[1])
    async with maya.services.db.session(maya.user_id) as session:
        listed = [account.id for account in await listing.list_accounts(session)]
    await disconnect(maya.services, maya.user_id, both[1])
    async with maya.services.db.session(maya.user_id) as session:
        left = [account.id for account in await listing.list_accounts(session)]
        with pytest.raises(NotFoundError):
            await listing.make_default(session, maya.services.keys, both[1])

    assert listed == [both[1], both[0]]
    assert left == [both[0]]
    assert [verb for verb, _ in await maya.audit_trail()].count("account.made_default") == 1


async def test_an_account_says_in_plain_words_what_it_may_do(maya: Person, both: tuple[UUID, UUID]) -> None:
    async with maya.services.db.session(maya.user_id) as session:
        states = listing.abilities(await listing.get_account(session, both[0]))

    assert [(state.ability, state.is_granted) for state in states][:3] == [
        ("read_mail", True),
        ("draft_and_send", True),
        ("organise_mail", False),
    ]
    assert all(state.words and state.why for state in states)


async def test_a_label_is_audited_trimmed_and_bounded(
    maya: Person, both: tuple[UUID, UUID], lee: Person
) -> None:
    async with maya.services.db.session(maya.user_id) as session:
        with pytest.raises(InvalidError):
            await listing.relabel(session, maya.services.keys, both[0], label="x" * 61)
    async with lee.services.db.session(lee.user_id) as session:
        with pytest.raises(NotFoundError):
            await listing.relabel(session, lee.services.keys, both[0], label="mine")

    verb, details = (await maya.audit_trail())[-1]
    assert verb == "account.relabelled"
    assert details["after"] == {"label": "Home", "type": "personal"}
