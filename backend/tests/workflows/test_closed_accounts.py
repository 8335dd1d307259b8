"""One account that Google no longer opens does not sink a request that another account can answer."""

from __future__ import annotations

import pytest

from tests.workflows.mailroom import ALEX, OLD, MailDesk, connect

RECONNECT = f"{OLD} needs to be reconnected under Accounts."


@pytest.fixture
async def alex(newcomer: MailDesk) -> MailDesk:
    """Alex with an old account, looked in first, and the one in use."""
    await newcomer.connect_another(OLD)
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)
    return newcomer


async def _revoke(alex: MailDesk, email: str) -> None:
    (row,) = await alex.database.as_owner("SELECT id FROM accounts WHERE email = $1", email)
    await alex.revoke(row["id"])


async def _park(alex: MailDesk, email: str) -> None:
    await alex.database.as_owner("UPDATE accounts SET state = 'needs_reconnect' WHERE email = $1", email)


async def test_a_revoked_account_is_left_out_and_told_of_in_step_and_answer(alex: MailDesk) -> None:
    await _revoke(alex, OLD)

    run = await alex.ask_and_drive()

    assert run.state == "waiting"
    assert RECONNECT in (await alex.said(run))["find_people"]
    assert (await alex.card())["account_email"] == ALEX
    (waiting,) = await alex.said_in_chat(run.id)
    assert waiting.endswith(f"Not everything could be read: {RECONNECT}")
    await alex.decide("reject")
    await alex.drive(run)
    assert (await alex.run(run.id)).state == "partial"
    assert f"Not everything could be read: {RECONNECT}" in (await alex.answers(run.id))[-1]


async def test_an_account_known_to_be_closed_is_left_out_and_told_of(alex: MailDesk) -> None:
    await _park(alex, OLD)

    run = await alex.ask_and_drive("Reply to the last mail from Zoltan saying hello")

    assert RECONNECT in (await alex.said(run))["permissions"]
    (answer,) = await alex.answers(run.id)
    assert "nobody called “Zoltan”" in answer
    assert f"{RECONNECT} After that, ask again or choose Retry." in answer
    assert (await alex.retry(run)).attempt == 2


async def test_an_account_revoked_between_two_steps_is_left_out(alex: MailDesk) -> None:
    await _revoke(alex, OLD)

    run = await alex.ask_and_drive("Reply to the last mail from dana@client.test saying yes, gladly")

    assert (run.state, len(await alex.cards())) == ("waiting", 1)
    assert RECONNECT in " ".join((await alex.said(run)).values())


async def test_with_no_account_left_the_run_ends_in_one_clear_sentence(alex: MailDesk) -> None:
    await _revoke(alex, OLD)
    await _revoke(alex, ALEX)

    run = await alex.ask_and_drive()

    (answer,) = await alex.answers(run.id)
    assert answer.startswith("No account could be read, so I wrote no reply. Nothing was changed.")
    assert RECONNECT in answer
    assert f"{ALEX} needs to be reconnected under Accounts." in answer
    assert (run.state, await alex.cards()) == ("partial", [])


async def test_with_every_account_known_to_be_closed_the_answer_names_them(alex: MailDesk) -> None:
    await _park(alex, OLD)
    await _park(alex, ALEX)

    run = await alex.ask_and_drive()

    (answer,) = await alex.answers(run.id)
    assert RECONNECT in answer
    assert answer.endswith("nothing was changed.")
