"""Time running out on a card: it never executes, it can be asked again, and after 14 days it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.approvals import expiry, gate
from countersign.errors import ConflictError
from tests.actions.desk import Desk, action_id, uuid_of

DAYS = 24 * 3600


async def expired(desk: Desk, number: int = 1) -> dict[str, Any]:
    """A card nobody decided on in time."""
    card = await desk.propose(number)
    await desk.advance(30 * 60)
    await expire(desk, card)
    return await desk.card(card["id"])


async def expire(desk: Desk, card: dict[str, Any]) -> None:
    """What the scan does for that card."""
    await expiry.keep_time(desk.services, desk.user_id, uuid_of(card["id"], "apr"))


async def call(desk: Desk, what: Any, card: dict[str, Any]) -> dict[str, Any]:
    """One request of the person about that card."""
    async with desk.services.db.session(desk.user_id) as session:
        result: dict[str, Any] = await what(session, desk.services, uuid_of(card["id"], "apr"))
        return result


async def test_a_card_expires_when_its_time_is_over_and_its_run_keeps_waiting(desk: Desk) -> None:
    card = await desk.propose()
    await expire(desk, card)
    assert await desk.card(card["id"]) == card
    await desk.advance(30 * 60)

    await expire(desk, card)
    await expire(desk, card)

    after = await desk.card(card["id"])
    assert (after["status"], after["allowed"], await desk.state(card)) == ("expired", [], "expired")
    assert await desk.wakes() == 0
    async with desk.services.db.session(desk.user_id) as session:
        assert [one.state for one in await gate.open_of_run(session, desk.run_id)] == ["expired"]


async def test_an_approved_card_does_not_expire(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.advance(30 * 60)

    await expire(desk, card)

    assert await desk.state(card) == "approved"


async def test_asking_again_makes_a_new_version_from_the_run_with_a_new_clock(desk: Desk) -> None:
    card = await expired(desk)

    await call(desk, expiry.reopen, card)
    await call(desk, expiry.reopen, card)
    async with desk.services.db.session(desk.user_id) as session:
        wanted = await gate.revision_wanted(session, desk.services, action_id(card))
        assert wanted is not None
        assert (wanted.instructions, wanted.decision_id) == (None, None)
        payload = {**wanted.payload, "body_text": "Fresh."}
        assert await gate.revise(session, desk.services, action_id(card), wanted, payload, wanted.facts)

    fresh = await desk.card(card["id"])
    assert (fresh["version"], fresh["status"]) == (2, "pending")
    assert fresh["digest"] != card["digest"]
    assert fresh["expires_at"] > card["expires_at"]
    assert await desk.wakes() == 1
    await desk.decide(fresh)
    await desk.after_hold()
    await desk.execute(fresh)
    assert len(desk.sends()) == 1


async def test_asking_again_works_when_the_siblings_are_long_done(desk: Desk) -> None:
    card, sibling = await desk.propose(1), await desk.propose(2)
    await desk.decide(sibling, "reject")
    await desk.advance(30 * 60)
    await expire(desk, card)

    assert (await call(desk, expiry.reopen, card))["status"] == "expired"
    assert await desk.wakes() == 1


async def test_a_card_of_an_ended_run_cannot_be_asked_again(desk: Desk) -> None:
    card = await expired(desk)
    await desk.database.as_owner("UPDATE runs SET state = 'cancelled'")

    with pytest.raises(ConflictError, match="has ended"):
        await call(desk, expiry.reopen, card)


async def test_dismissing_closes_an_expired_card_and_wakes_the_run(desk: Desk) -> None:
    card = await expired(desk)

    closed = await call(desk, expiry.dismiss, card)

    assert (closed["status"], await desk.state(card)) == ("cancelled", "cancelled")
    assert await desk.wakes() == 1
    with pytest.raises(ConflictError, match="has not expired"):
        await call(desk, expiry.dismiss, card)


async def test_only_an_expired_card_can_be_asked_again_or_dismissed(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(ConflictError, match="has not expired"):
        await call(desk, expiry.reopen, card)
    with pytest.raises(ConflictError, match="has not expired"):
        await call(desk, expiry.dismiss, card)


async def test_fourteen_days_later_an_expired_card_is_closed(desk: Desk) -> None:
    card = await expired(desk)
    await desk.advance(14 * DAYS - 60)
    await expire(desk, card)
    assert await desk.state(card) == "expired"
    await desk.advance(60)

    await expire(desk, card)

    assert await desk.state(card) == "cancelled"
    assert await desk.wakes() == 1


async def test_the_scan_finds_both_moments(desk: Desk) -> None:
    card = await desk.propose()
    due = "SELECT approval_id FROM due_approvals"
    assert await desk.database.as_owner(due) == []
    await desk.advance(30 * 60)
    assert len(await desk.database.as_owner(due)) == 1
    await expire(desk, card)
    assert await desk.database.as_owner(due) == []
    await desk.advance(14 * DAYS)
    assert len(await desk.database.as_owner(due)) == 1
