"""At the boundary everything is looked at again: what changed, ran out or was switched off comes back to the person."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.actions.desk import ALEX, DANA, Desk, action_id


async def came_back(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    """The card after its execution was refused by a change; nothing was sent."""
    await desk.execute(card)
    again = await desk.card(card["id"])
    assert (again["version"], again["status"], await desk.state(card)) == (
        card["version"] + 1,
        "pending",
        "proposed",
    )
    assert desk.sends() == []
    assert (await desk.row(card))["decision_id"] is None
    return again


async def test_a_new_mail_in_the_conversation_makes_the_card_stale_and_says_so(desk: Desk) -> None:
    card = await desk.approved()
    arrive(desk, "Never mind, we cancelled.")

    again = await came_back(desk, card)

    assert again["stale_reason"] == "A new mail from Dana Ito arrived in this conversation."
    assert again["digest"] != card["digest"]
    assert again["expires_at"] > card["expires_at"]
    await desk.decide(again)
    await desk.after_hold()
    await desk.execute(again)
    assert len(desk.sends()) == 1


async def test_the_earlier_approval_does_not_cover_the_new_version(desk: Desk) -> None:
    card = await desk.approved()
    arrive(desk, "One more thing.")
    await came_back(desk, card)
    await desk.advance(3600)

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("proposed", [])


async def test_a_mail_of_ones_own_meanwhile_makes_the_card_stale(desk: Desk) -> None:
    card = await desk.approved()
    arrive(desk, "I already wrote.", sender=f"Alex Moreno <{ALEX}>")

    assert (await came_back(desk, card))["stale_reason"] == "You have written in this conversation meanwhile."


async def test_a_mail_thrown_away_meanwhile_makes_the_card_stale(desk: Desk) -> None:
    card = await desk.approved()
    token = desk.sandbox.token(ALEX, "https://www.googleapis.com/auth/gmail.modify")
    trash = f"/gmail/v1/users/me/messages/{card['change']['source_message_id']}/trash"
    desk.sandbox.http.post(trash, headers={"Authorization": f"Bearer {token}"}).raise_for_status()

    again = await came_back(desk, card)

    assert again["stale_reason"] == "The mail this answers is no longer in the conversation."


async def test_a_conversation_that_is_gone_makes_the_card_stale(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.threads.get", status=404, reason="notFound", count=1)

    assert (await came_back(desk, card))["stale_reason"] == "The conversation is no longer in your mailbox."


async def test_an_approval_too_old_to_carry_out_comes_back(desk: Desk) -> None:
    card = await desk.approved()
    await desk.advance(24 * 3600)

    assert (await came_back(desk, card))[
        "stale_reason"
    ] == "The time in which the approval could be carried out is over."


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("sending = false", "Sending is switched off for this account."),
        ("state = 'paused'", "Sending is switched off for this account."),
        ("state = 'needs_reconnect'", "The account has to be connected again before anything can be sent."),
        ("state = 'disconnected'", "The account is no longer connected."),
    ],
)
async def test_an_account_that_may_not_send_brings_the_card_back(
    desk: Desk, columns: str, reason: str
) -> None:
    card = await desk.approved()
    await desk.database.as_owner(f"UPDATE accounts SET {columns}")

    assert (await came_back(desk, card))["stale_reason"] == reason


async def test_the_master_switch_brings_every_held_reply_back(desk: Desk) -> None:
    card = await desk.approved()
    off = desk.with_settings(sending=False)

    assert (await came_back(off, card))["stale_reason"] == "Sending is switched off for this installation."


async def test_a_switch_turned_while_staging_brings_the_card_back(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.create", drop=True, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "staging"
    await desk.database.as_owner("UPDATE accounts SET sending = false")
    await desk.advance(20)

    again = await came_back(desk, card)

    assert again["stale_reason"] == "Sending is switched off for this account."


async def test_a_permission_that_ends_while_staging_brings_the_card_back(desk: Desk) -> None:
    card = await desk.approved()
    await desk.database.as_owner("UPDATE accounts SET access_token = NULL, refresh_token = NULL")

    again = await came_back(desk, card)

    assert "permission" in again["stale_reason"]


async def test_an_armed_reply_waits_while_sending_is_off_and_goes_when_it_is_on(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.send", status=500, count=1)
    await desk.execute(card)
    await desk.database.as_owner("UPDATE accounts SET sending = false")
    await desk.advance(20)
    await desk.execute(card)
    assert (await desk.state(card), desk.sends()) == ("armed", [])

    await desk.database.as_owner("UPDATE accounts SET sending = true")
    await desk.advance(20)
    await desk.execute(card)

    assert (await desk.state(card), len(desk.sends())) == ("done", 1)


@pytest.mark.parametrize("reads", [True, False])
async def test_an_armed_reply_whose_approval_became_too_old_goes_to_the_person(
    desk: Desk, reads: bool
) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.send", status=500, count=1)
    await desk.execute(card)
    await desk.advance(24 * 3600)
    if not reads:
        desk.sandbox.fault("gmail.users.history.list", status=501, reason="notImplemented")

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("needs_review", [])
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "too_late"
    assert await desk.wakes() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE actions SET decision_id = NULL", "no_decision"),
        ("UPDATE decisions SET mac = '\\x00'", "bad_mac"),
        ("UPDATE decisions SET key_id = 'decision-9'", "bad_mac"),
        ("UPDATE decisions SET execute_by = execute_by + interval '1 day'", "bad_mac"),
        ("UPDATE decisions SET decider_id = gen_random_uuid()", "bad_mac"),
        ("UPDATE decisions SET verb = 'reject'", "bad_mac"),
        ("UPDATE actions SET hold_seconds = 0", "bad_digest"),
        ("UPDATE actions SET digest = 'sha256:0'", "bad_digest"),
    ],
)
@pytest.mark.parametrize(
    ("was_tried", "end"),
    [(False, "refused"), (True, "needs_review")],
    ids=["in staging", "after a try without an answer"],
)
async def test_a_tampered_decision_sends_nothing(
    desk: Desk, change: str, code: str, was_tried: bool, end: str
) -> None:
    card = await desk.approved()
    if was_tried:
        desk.sandbox.fault("gmail.users.drafts.send", status=500, count=1)
        await desk.execute(card)
        await desk.advance(20)
    await desk.tamper(change)

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == (end, [])
    assert (await desk.row(card))["outcome"]["problem"]["code"] == code


async def test_a_decision_tampered_with_before_any_try_is_refused_though_armed(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.history.list", status=500, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "armed"
    await desk.tamper("UPDATE decisions SET mac = '\\x00'")
    await desk.advance(20)

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("refused", [])


async def test_a_decision_of_another_action_or_verb_does_not_cover_this_one(desk: Desk) -> None:
    card, other = await desk.approved(1), await desk.propose(2)
    await desk.decide(other, "reject")
    await desk.force(card, decision_id=(await desk.row(other))["decision_id"])

    await desk.execute(card)

    assert (await desk.row(card))["outcome"]["problem"]["code"] == "bad_mac"
    assert action_id(card) != action_id(other)


def arrive(desk: Desk, text: str, sender: str = f"Dana Ito <{DANA}>") -> None:
    """A mail arrives in Alex's first conversation."""
    raw = (
        f"From: {sender}\r\nTo: {ALEX}\r\nSubject: Re: Delivery 1\r\nMessage-ID: <later@client.test>\r\n"
        f"In-Reply-To: <delivery-1@client.test>\r\nReferences: <delivery-1@client.test>\r\n\r\n{text}\r\n"
    )
    desk.sandbox.deliver(raw=base64.urlsafe_b64encode(raw.encode()).decode(), recipients=[ALEX])
