"""The gate opens cards once, revises only what was asked for, and closes what is left when a run is cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals import gate, listing, reading
from countersign.approvals.deciding import StaleCardError
from countersign.approvals.gate import Revision
from countersign.errors import InvalidError, NotFoundError
from countersign.events.cards import ApprovalCard
from countersign.events.types import DATA_MODELS
from tests.actions.desk import Desk, action_id, uuid_of


async def opened(desk: Desk, *numbers: int, **changes: Any) -> list[dict[str, Any]]:
    """Cards opened together."""
    proposed = [await desk.proposal(number, **changes) for number in numbers]
    async with desk.services.db.session(desk.user_id) as session:
        ids = await gate.open(session, desk.services, proposed)
    return [await desk.card(approval_id) for approval_id in ids]


async def revision(desk: Desk, card: dict[str, Any]) -> Revision | None:
    """What the run finds wanted on that card."""
    async with desk.services.db.session(desk.user_id) as session:
        return await gate.revision_wanted(session, desk.services, action_id(card))


async def revise(desk: Desk, card: dict[str, Any], wanted: Revision, words: str) -> bool:
    """The run's answer to it."""
    async with desk.services.db.session(desk.user_id) as session:
        payload = {**wanted.payload, "body_text": words}
        return await gate.revise(session, desk.services, action_id(card), wanted, payload, wanted.facts)


async def test_a_card_is_what_the_page_and_the_log_expect(desk: Desk) -> None:
    card = await desk.propose()

    assert ApprovalCard.model_validate(card).model_dump(mode="json") == card
    assert card["allowed"] == ["approve", "edit", "reject", "respond"]
    assert (card["undo"]["mode"], card["undo"]["hold_seconds"]) == ("held", 300)
    await desk.decide(card)
    rows = await desk.database.as_owner("SELECT type, data::text AS data FROM events ORDER BY seq")
    assert [row["type"] for row in rows] == ["approval.requested", "action.updated", "approval.updated"]
    assert all(DATA_MODELS[row["type"]].model_validate_json(row["data"]) for row in rows)


async def test_opening_the_same_proposals_again_changes_nothing(desk: Desk) -> None:
    first = await opened(desk, 1, 2)
    before = await desk.database.as_owner("SELECT count(*) AS n FROM events")

    assert await opened(desk, 1, 2) == first
    assert await desk.database.as_owner("SELECT count(*) AS n FROM events") == before
    assert len(await desk.database.as_owner("SELECT 1 FROM action_versions")) == 2


async def test_several_proposals_are_one_batch_with_more_time(desk: Desk) -> None:
    one, two = await opened(desk, 1, 2)
    alone = await desk.propose(3)

    assert one["batch_id"] == two["batch_id"] is not None
    assert alone["batch_id"] is None
    rows = await desk.database.as_owner(
        "SELECT expires_at - created_at AS life FROM approvals ORDER BY created_at, life"
    )
    assert [round(row["life"].total_seconds() / 60) for row in rows] == [45, 45, 30]


async def test_a_proposal_that_cannot_be_sent_opens_nothing(desk: Desk) -> None:
    good, bad = await desk.proposal(1), await desk.proposal(2)
    bad = replace(bad, payload={**bad.payload, "to": []})

    with pytest.raises(InvalidError):
        async with desk.services.db.session(desk.user_id) as session:
            await gate.open(session, desk.services, [good, bad])

    assert await desk.database.as_owner("SELECT 1 FROM actions") == []


async def test_a_retry_proposes_again_only_what_is_neither_open_nor_done(desk: Desk) -> None:
    waiting, rejected, sent = await opened(desk, 1, 2, 3)
    await desk.decide(rejected, "reject")
    await desk.decide(sent)
    await desk.after_hold()
    await desk.execute(sent)

    again = await opened(desk, 1, 2, 3, run_attempt=2)

    assert [card["id"] for card in again][0::2] == [waiting["id"], sent["id"]]
    assert again[1]["id"] != rejected["id"]
    assert again[1]["status"] == "pending"


async def test_asking_for_changes_revises_that_card_alone(desk: Desk) -> None:
    card, other = await opened(desk, 1, 2)
    asked = await desk.decide(card, "respond", note="shorter, please")
    wanted = await revision(desk, card)
    assert wanted is not None

    assert (asked["being_revised"], asked["status"], asked["allowed"]) == (True, "pending", ["reject"])
    assert (wanted.instructions, wanted.next_version) == ("shorter, please", 2)
    assert await revision(desk, other) is None
    assert await desk.wakes() == 1
    assert await revise(desk, card, wanted, "Fine.")
    assert not await revise(desk, card, wanted, "Fine, twice.")

    revised = await desk.card(card["id"])
    assert (revised["version"], revised["being_revised"], revised["change"]["body_text"]) == (
        2,
        False,
        "Fine.",
    )
    assert (await desk.card(other["id"]))["version"] == 1


async def test_a_card_being_revised_cannot_be_approved_or_edited_but_rejected(desk: Desk) -> None:
    card = await desk.propose()
    asked = await desk.decide(card, "respond", note="shorter")

    with pytest.raises(StaleCardError, match="being revised"):
        await desk.decide(asked)
    with pytest.raises(StaleCardError, match="being revised"):
        await desk.edit(asked, subject="Re: x")
    with pytest.raises(StaleCardError, match="being revised"):
        await desk.decide(asked, "respond", note="longer")
    await desk.decide(asked, "reject")
    wanted = Revision(None, {}, {}, None, 2)
    assert not await revise(desk, card, wanted, "too late")
    assert await desk.state(card) == "rejected"


async def test_a_revision_that_fails_gives_the_card_back_unchanged_with_the_reason(desk: Desk) -> None:
    card = await desk.propose()
    await desk.decide(card, "respond", note="in verse")
    wanted = await revision(desk, card)
    assert wanted is not None

    async with desk.services.db.session(desk.user_id) as session:
        assert await gate.revision_failed(
            session, desk.services, action_id(card), wanted, "I cannot write verse."
        )
    async with desk.services.db.session(desk.user_id) as session:
        assert not await gate.revision_failed(session, desk.services, action_id(card), wanted, "Twice.")

    back = await desk.card(card["id"])
    assert (back["version"], back["digest"], back["stale_reason"]) == (
        1,
        card["digest"],
        "I cannot write verse.",
    )
    assert back["allowed"] == card["allowed"]


async def test_cancelling_a_run_closes_its_cards_and_holds_but_not_what_has_left(desk: Desk) -> None:
    waiting, held, sent = await opened(desk, 1, 2, 3)
    await desk.decide(sent)
    await desk.after_hold()
    await desk.execute(sent)
    await desk.decide(held)

    async with desk.services.db.session(desk.user_id) as session:
        assert await gate.cancel_open(session, desk.services, desk.run_id) == 2
    await desk.after_hold()
    await desk.execute(held)

    assert [await desk.state(card) for card in (waiting, held, sent)] == ["cancelled", "cancelled", "done"]
    assert len(desk.sends()) == 1
    async with desk.services.db.session(desk.user_id) as session:
        assert await gate.open_of_run(session, desk.run_id) == []
        assert await gate.cancel_open(session, desk.services, desk.run_id) == 0


async def test_open_actions_are_listed_with_what_is_wanted_of_the_run(desk: Desk) -> None:
    card, _ = await opened(desk, 1, 2)
    await desk.decide(card, "respond", note="shorter")

    async with desk.services.db.session(desk.user_id) as session:
        first, second = await gate.open_of_run(session, desk.run_id)

    assert {first.action_id, second.action_id} >= {action_id(card)}
    asked = first if first.action_id == action_id(card) else second
    assert asked.revision_decision_id is not None
    assert asked.approval_id == uuid_of(card["id"], "apr")


async def test_cards_are_listed_newest_first_in_pages(desk: Desk) -> None:
    cards = [await desk.propose(number) for number in (1, 2, 3)]
    await desk.decide(cards[0], "reject")
    async with desk.services.db.session(desk.user_id) as session:
        newest = await listing.some_cards(session, listing.Filter(), limit=2)
        older = await listing.some_cards(session, listing.Filter(), after=newest[-1].place)
        rejected = await listing.some_cards(session, listing.Filter(status="rejected"))
        other = await listing.some_cards(session, listing.Filter(account_id=desk.user_id))
        group = await listing.some_cards(session, listing.Filter(group_key=cards[1]["group"]["key"]))
        titles = await reading.open_titles(session)

    assert [one.card["id"] for one in newest + older] == [card["id"] for card in reversed(cards)]
    assert [one.card["status"] for one in rejected] == ["rejected"]
    assert other == []
    assert [one.card["id"] for one in group] == [cards[1]["id"]]
    assert [title.title for title in titles] == ["Send reply to Dana Ito"] * 2


async def test_a_card_its_versions_and_its_action_can_be_read(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(), subject="Re: Soon")
    async with desk.services.db.session(desk.user_id) as session:
        read = await reading.one_card(session, uuid_of(card["id"], "apr"))
        versions = await reading.versions_of(session, uuid_of(card["id"], "apr"))
        action = await reading.one_action(session, action_id(card))
        (result,) = await reading.actions_of_run(session, desk.run_id)
        with pytest.raises(NotFoundError):
            await reading.one_card(session, desk.run_id)
        with pytest.raises(NotFoundError):
            await reading.one_action(session, desk.run_id)

    assert read == card
    assert [(version["version"], version["made_by"]) for version in versions] == [(1, "plan"), (2, "edit")]
    assert (action["state"], action["undo"]["state"]) == ("proposed", "none")
    assert (result.state, result.title, result.outcome) == ("proposed", "Send reply to Dana Ito", {})
