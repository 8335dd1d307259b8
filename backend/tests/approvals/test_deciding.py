"""A person decides on exactly what they saw, once, in time; everything else changes nothing and says why."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.actions import proposals
from countersign.approvals import deciding, reading
from countersign.approvals.deciding import ExpiredError, StaleCardError, UndoOverError
from countersign.errors import ConflictError, InvalidError, NotFoundError
from tests.actions.desk import DANA, Desk, action_id
from tests.actions.people import new_run, sit_down


async def test_approving_holds_the_reply_and_says_until_when(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    row = await desk.row(card)

    assert (card["status"], card["allowed"], row["state"]) == ("approved", [], "approved")
    (decision,) = await desk.database.as_owner("SELECT * FROM decisions")
    hold = row["hold_until"] - decision["created_at"]
    assert hold.total_seconds() == desk.services.settings.hold_seconds == 300
    assert (decision["execute_by"] - decision["created_at"]).total_seconds() == 300 + 24 * 3600
    assert row["decision_id"] == decision["id"]


async def test_the_same_key_and_words_again_answer_the_same_and_decide_once(desk: Desk) -> None:
    card = await desk.propose()

    first = await desk.decide(card, nonce="key-1")
    again = await desk.decide(card, nonce="key-1")

    assert again == first
    assert len(await desk.database.as_owner("SELECT 1 FROM decisions")) == 1


async def test_the_same_key_for_something_else_is_refused(desk: Desk) -> None:
    one, two = await desk.propose(1), await desk.propose(2)
    await desk.decide(one, nonce="key-1")

    with pytest.raises(InvalidError, match="Idempotency-Key"):
        await desk.decide(two, nonce="key-1")
    with pytest.raises(InvalidError, match="Idempotency-Key"):
        await desk.decide(one, "reject", nonce="key-1")
    assert await desk.state(two) == "proposed"


async def test_a_key_used_at_the_same_moment_elsewhere_decides_nothing_here(desk: Desk) -> None:
    one, two = await desk.propose(1), await desk.propose(2)
    async with desk.services.db.session(desk.user_id) as late:
        action = await proposals.locked_one(late, action_id(two))
        await desk.decide(one, nonce="key-1")
        with pytest.raises(InvalidError, match="Idempotency-Key"):
            await proposals.record_decision(
                late, desk.services, action, proposals.Wanted("approve", "key-1", desk.decider)
            )

    assert await desk.state(two) == "proposed"


async def test_a_rejected_reply_is_never_sent_and_its_reason_is_kept_sealed(desk: Desk) -> None:
    card = await desk.decide(await desk.propose(), "reject", note="wrong tone")
    await desk.after_hold()
    await desk.execute(card)

    assert (card["status"], await desk.state(card)) == ("rejected", "rejected")
    assert desk.sends() == []
    (decision,) = await desk.database.as_owner("SELECT note FROM decisions")
    assert b"wrong tone" not in decision["note"]
    assert await desk.wakes() == 1


async def test_rejecting_one_of_two_sends_only_the_other(desk: Desk) -> None:
    one, two = await desk.propose(1), await desk.propose(2)
    await desk.decide(one, "reject")
    assert await desk.wakes() == 0
    await desk.decide(two)
    await desk.after_hold()

    await desk.execute(one)
    await desk.execute(two)

    assert (await desk.state(one), await desk.state(two)) == ("rejected", "done")
    assert len(desk.sends()) == 1
    assert await desk.wakes() == 1


async def test_an_edit_makes_a_new_version_and_decides_nothing(desk: Desk) -> None:
    card = await desk.propose()

    changed = await desk.edit(card, body_text="Thursday works.", cc=["lee@acme.test"])

    assert (changed["version"], changed["status"], changed["expires_at"]) == (
        2,
        "pending",
        card["expires_at"],
    )
    assert changed["digest"] != card["digest"]
    assert changed["change"]["body_text"] == "Thursday works."
    assert "first_contact" in [reason["code"] for reason in changed["risk"]["reasons"]]
    with pytest.raises(StaleCardError) as stale:
        await desk.decide(card)
    assert stale.value.details["card"] == changed
    await desk.decide(changed)
    await desk.after_hold()
    await desk.execute(changed)
    assert sorted(desk.sends()[0]["notes"]["recipients"]) == [DANA, "lee@acme.test"]
    assert "Thursday works." in str(desk.mails_of(DANA))


async def test_a_bad_address_in_an_edit_is_named_and_changes_nothing(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(InvalidError) as refused:
        await desk.edit(card, to=["not an address"])

    assert refused.value.details["fields"] == ["/to/0"]
    assert await desk.card(card["id"]) == card


async def test_a_wrong_digest_version_verb_or_card_decides_nothing(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(StaleCardError):
        await desk.decide({**card, "digest": "sha256:" + "0" * 64})
    with pytest.raises(StaleCardError):
        await desk.decide({**card, "version": 2})
    with pytest.raises(InvalidError) as unknown:
        await desk.decide(card, "yes")
    with pytest.raises(NotFoundError):
        await desk.decide({**card, "id": "apr_" + "a" * 26})
    assert unknown.value.details["fields"] == ["verb"]
    assert await desk.card(card["id"]) == card


async def test_a_decided_card_is_not_decided_again(desk: Desk) -> None:
    card = await desk.propose()
    await desk.decide(card)

    with pytest.raises(StaleCardError, match="already been decided"):
        await desk.decide(card)
    with pytest.raises(StaleCardError, match="already been decided"):
        await desk.edit(card, subject="Re: other")


async def test_a_high_risk_card_needs_the_tick(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(), to=["dana@c1ient.test"])
    assert card["requires"] == ["ack_recipients"]

    with pytest.raises(InvalidError) as refused:
        await desk.decide({**card, "requires": []})

    assert refused.value.details["requires"] == ["ack_recipients"]
    await desk.decide({**card, "requires": []}, "reject")


async def test_an_expired_card_decides_nothing_even_before_the_scan_found_it(desk: Desk) -> None:
    card = await desk.propose()
    await desk.advance(30 * 60)

    with pytest.raises(ExpiredError):
        await desk.decide(card)
    with pytest.raises(ExpiredError):
        await desk.edit(card, subject="Re: other")
    assert await desk.state(card) == "proposed"


async def test_somebody_elses_card_does_not_exist(desk: Desk) -> None:
    card = await desk.propose()
    other = await sit_down(desk.services, desk.database, desk.sandbox)

    with pytest.raises(NotFoundError):
        await other.decide(card)
    with pytest.raises(NotFoundError):
        await other.edit(card, subject="Re: mine")
    with pytest.raises(NotFoundError):
        await other.undo(card)
    with pytest.raises(NotFoundError):
        await other.send_now(card)
    with pytest.raises(NotFoundError):
        await other.card(card["id"])


async def test_words_are_needed_to_ask_for_changes_and_have_a_limit(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(InvalidError) as silent:
        await desk.decide(card, "respond", note=" ")
    with pytest.raises(InvalidError):
        await desk.decide(card, "reject", note="x" * (deciding.MAX_NOTE_CHARACTERS + 1))
    assert silent.value.details["fields"] == ["instructions"]


async def test_a_run_that_has_ended_cannot_be_asked_for_changes(desk: Desk) -> None:
    card = await desk.propose()
    await desk.database.as_owner("UPDATE runs SET state = 'cancelled' WHERE id = $1", desk.run_id)

    with pytest.raises(ConflictError, match="has ended"):
        await desk.decide(card, "respond", note="shorter")


async def test_undo_inside_the_hold_leaves_nothing(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())

    undone = await desk.undo(card, nonce="key-1")

    assert (undone["state"], undone["undo"]["state"]) == ("cancelled", "undone")
    assert await desk.undo(card, nonce="key-1") == undone
    assert (await desk.card(card["id"]))["status"] == "cancelled"
    await desk.after_hold()
    await desk.execute(card)
    assert desk.sends() == []
    assert await desk.wakes() == 1


async def test_undo_is_refused_one_second_after_the_hold(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.advance(301)

    with pytest.raises(UndoOverError):
        await desk.undo(card)
    with pytest.raises(UndoOverError):
        await desk.send_now(card)
    await desk.execute(card)
    with pytest.raises(UndoOverError):
        await desk.undo(card)
    assert (await desk.state(card), len(desk.sends())) == ("done", 1)


async def action_of(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    """The action as its owner sees it."""
    async with desk.database.db.session(desk.user_id) as session:
        return await reading.one_action(session, action_id(card))


async def test_undo_is_offered_until_the_hold_is_over_and_not_longer(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())

    inside = await action_of(desk, card)
    await desk.advance(card["undo"]["hold_seconds"] + 1)
    after = await action_of(desk, card)

    assert [seen["undo"]["state"] for seen in (inside, after)] == ["offered", "over"]
    assert after["state"] == "approved"


async def test_there_is_nothing_to_undo_before_a_decision_or_after_a_rejection(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(ConflictError, match="nothing to undo"):
        await desk.undo(card)
    await desk.decide(card, "reject")
    with pytest.raises(ConflictError, match="nothing to undo"):
        await desk.undo(card)


async def test_send_now_ends_the_hold_by_a_decision_of_its_own(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())

    sent = await desk.send_now(card, nonce="key-1")
    assert (sent["state"], sent["undo"]["state"]) == ("approved", "over")
    assert await desk.send_now(card, nonce="key-1") == sent
    await desk.execute(card)

    assert (await desk.state(card), len(desk.sends())) == ("done", 1)
    verbs = [
        row["verb"] for row in await desk.database.as_owner("SELECT verb FROM decisions ORDER BY created_at")
    ]
    assert verbs == ["approve", "send_now"]


async def test_a_hold_shortened_behind_our_back_sends_nothing(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.database.as_owner("UPDATE actions SET hold_until = app_now()")

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("refused", [])
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "hold_running"


async def test_actions_of_another_run_do_not_keep_this_one_waiting(desk: Desk) -> None:
    other_run = await new_run(desk.database, desk.user_id)
    await desk.propose(1, run_id=other_run)
    card = await desk.propose(2)

    await desk.decide(card, "reject")

    assert (await desk.wakes(), await desk.wakes(other_run)) == (1, 0)
