"""Open cards kept honest: what changes in the mailbox shows on the card, what was done elsewhere closes it."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.approvals.watching import looking, probing
from countersign.connectors.google.mailbox import changes
from countersign.identity.watching import note_watching
from tests.actions.desk import DANA, Desk, action_id
from tests.actions.mailbox.tidying import gmail
from tests.actions.test_sent_back import arrive
from tests.approvals.mailbox import MINUTE, answer, probe

HISTORY, THREAD = "gmail.users.history.list", "gmail.users.threads.get"
ANSWERED = "You have answered this conversation yourself meanwhile."
NEW_MAIL = "A new mail from Dana Ito arrived in this conversation."


async def written(desk: Desk) -> int:
    """How much the person's two logs hold."""
    (row,) = await desk.database.as_owner("SELECT head + audit_head AS n FROM event_heads")
    return int(row["n"])


async def due(desk: Desk) -> bool:
    """Whether the worker's scan finds the account."""
    return bool(await desk.database.as_owner("SELECT 1 FROM due_probes"))


async def wanted(desk: Desk) -> int:
    """How many cards still wait to be compared."""
    rows = await desk.database.as_owner("SELECT 1 FROM approvals WHERE look_wanted_at IS NOT NULL")
    return len(rows)


def calls(desk: Desk) -> int:
    """How often Google was asked in vain."""
    return sum(int(rule["fired"]) for rule in desk.sandbox.faults())


async def test_a_new_mail_in_the_conversation_makes_a_new_version_that_says_so(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(1), body_text="Thursday is better.")
    other = await desk.propose(2)
    await probe(desk)
    arrive(desk, "Never mind, we cancelled.")

    await probe(desk)

    again = await desk.card(card["id"])
    assert (again["version"], again["status"], again["stale_reason"]) == (3, "pending", NEW_MAIL)
    assert again["change"]["body_text"] == card["change"]["body_text"]
    assert again["digest"] != card["digest"]
    assert again["expires_at"] == card["expires_at"]
    assert (await desk.card(other["id"])) == other
    await desk.decide(again)
    await desk.after_hold()
    await desk.execute(again)
    assert len(desk.sends()) == 1


async def test_a_change_before_the_first_look_is_found_too(desk: Desk) -> None:
    card = await desk.propose(1)
    arrive(desk, "Never mind, we cancelled.")

    await probe(desk)

    assert (await desk.card(card["id"]))["stale_reason"] == NEW_MAIL


async def test_nothing_is_written_while_nothing_changes_that_a_card_is_about(desk: Desk) -> None:
    card, before = await desk.propose(2), await written(desk)
    await probe(desk)
    await probe(desk)
    arrive(desk, "This is another conversation.")

    await probe(desk)

    assert (await desk.card(card["id"]), await written(desk)) == (card, before)


async def test_an_answer_of_ones_own_closes_the_card_and_wakes_the_run(desk: Desk) -> None:
    card = await desk.propose(1)
    await probe(desk)
    answer(desk, card, to=DANA)

    await probe(desk)

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["message"]) == ("cancelled", ANSWERED)
    assert ((await desk.card(card["id"]))["status"], await desk.wakes()) == ("cancelled", 1)
    (told,) = await desk.database.as_owner(
        "SELECT data->>'reason' AS reason FROM events WHERE type = 'approval.updated'"
    )
    assert told["reason"] == ANSWERED
    assert len(await desk.database.as_owner("SELECT 1 FROM audit WHERE verb = 'action.done_elsewhere'")) == 1


async def test_a_word_of_ones_own_to_somebody_else_only_makes_the_card_stale(desk: Desk) -> None:
    card = await desk.propose(1)
    await probe(desk)
    answer(desk, card, to="lee@acme.test")

    await probe(desk)

    again = await desk.card(card["id"])
    assert again["status"] == "pending"
    assert again["stale_reason"].startswith("You have written in this conversation meanwhile.")


async def test_a_conversation_that_is_gone_is_said_once(desk: Desk) -> None:
    card = await desk.propose(1)
    gmail(desk, "POST", f"threads/{card['change']['thread_id']}/trash")
    await probe(desk)
    first = await desk.card(card["id"])

    gmail(desk, "DELETE", f"threads/{card['change']['thread_id']}")
    await probe(desk)
    second = await desk.card(card["id"])
    desk.sandbox.fault(HISTORY, status=404, reason="notFound", count=1)
    await probe(desk)

    assert first["stale_reason"] == "The mail this answers is no longer in the conversation."
    assert second["stale_reason"] == "The conversation is no longer in your mailbox."
    assert (await desk.card(card["id"])) == second


async def test_an_account_is_due_every_five_minutes_and_every_minute_while_watched(desk: Desk) -> None:
    await desk.advance(5 * MINUTE)
    assert not await due(desk)
    await desk.propose(1)
    assert await due(desk)
    await probe(desk, 0)
    await desk.advance(2 * MINUTE)
    assert not await due(desk)

    await note_watching(desk.services.db, desk.user_id)
    await note_watching(desk.services.db, desk.user_id)

    assert await due(desk)
    await probe(desk, 0)
    assert not await due(desk)
    await desk.advance(MINUTE)
    assert await due(desk)


async def test_a_probe_that_is_not_due_asks_nothing(desk: Desk) -> None:
    await desk.propose(1)
    await probe(desk)
    desk.sandbox.fault("*", status=500)

    await probe(desk, 10)

    assert calls(desk) == 0


@pytest.mark.parametrize("method", [HISTORY, THREAD])
async def test_an_account_that_fails_is_left_alone_until_it_is_due_and_forgets_nothing(
    desk: Desk, method: str
) -> None:
    card = await desk.propose(1)
    await probe(desk)
    arrive(desk, "Never mind, we cancelled.")
    desk.sandbox.fault(method, status=429, reason="rateLimitExceeded")

    await probe(desk)
    await probe(desk, 10)

    assert (calls(desk), await desk.card(card["id"])) == (1, card)
    desk.sandbox.clear_faults()
    await probe(desk)
    assert (await desk.card(card["id"]))["stale_reason"] == NEW_MAIL


@pytest.mark.parametrize("most_pages", [1, 4])
async def test_however_much_happened_meanwhile_the_change_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most_pages: int
) -> None:
    monkeypatch.setattr(changes, "_PAGE", 1)
    monkeypatch.setattr(changes, "_MOST_PAGES", most_pages)
    card = await desk.propose(1)
    await probe(desk)
    arrive(desk, "Never mind, we cancelled.")
    gmail(
        desk, "POST", f"messages/{card['change']['source_message_id']}/modify", {"addLabelIds": ["STARRED"]}
    )

    await probe(desk)

    assert (await desk.card(card["id"]))["stale_reason"] == NEW_MAIL


async def test_an_account_that_must_be_connected_again_is_not_asked(desk: Desk) -> None:
    await desk.propose(1)
    await desk.database.as_owner("UPDATE accounts SET state = 'needs_reconnect'")
    desk.sandbox.fault("*", status=500)

    await probe(desk)

    assert (calls(desk), await due(desk)) == (0, False)


@pytest.mark.parametrize("decide", [True, False])
async def test_a_card_decided_or_in_revision_meanwhile_is_left_alone(desk: Desk, decide: bool) -> None:
    card = await desk.propose(1)
    await desk.decide(card, *(["approve"] if decide else ["respond"]), note="Shorter.")
    arrive(desk, "Never mind, we cancelled.")
    before = await written(desk)

    await looking.look(desk.services, desk.user_id, action_id(card))
    await probe(desk)

    assert await written(desk) == before
    assert await wanted(desk) == (0 if decide else 1)


async def test_more_cards_than_one_probe_looks_at_are_looked_at_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "LOOKS_AT_ONCE", 2)
    for number in (1, 2, 3):
        await desk.propose(number)

    await probe(desk)
    assert await wanted(desk) == 1
    await probe(desk)
    assert await wanted(desk) == 0


async def test_a_card_about_no_mail_at_hand_is_never_done_elsewhere(desk: Desk) -> None:
    cards: list[dict[str, Any]] = [await desk.propose(1, kind="mail.send")]

    await probe(desk)

    assert [await desk.card(card["id"]) for card in cards] == cards
