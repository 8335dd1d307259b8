"""Cards over HTTP: shown to their owner in every session, decided once, on what was shown."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.actions.desk import Desk
from tests.api.person import Person


def approval_of(card: dict[str, Any]) -> dict[str, Any]:
    """Approving exactly this card."""
    return {"verb": "approve", "version": card["version"], "digest": card["digest"]}


def without_action(listed: dict[str, Any]) -> dict[str, Any]:
    """The card of a list without how its action stands."""
    return {name: value for name, value in listed.items() if name != "action"}


async def decide(person: Person, card: dict[str, Any], key: str = "k-1", **changes: Any) -> Any:
    """The answer to a decision on that card."""
    body = approval_of(card) | changes
    return await person.post(f"/approvals/{card['id']}/decide", body, headers={"Idempotency-Key": key})


async def test_a_pending_card_is_shown_in_all_sessions_of_its_owner_and_to_nobody_else(
    desk: Desk, alex: Person, lee: Person
) -> None:
    card = await desk.propose()
    async with alex.in_another_tab() as tab:
        lists = [(await person.get("/approvals")).json()["items"] for person in (alex, tab, lee)]
    assert [[without_action(one) for one in items] for items in lists] == [[card], [card], []]
    assert lists[0][0]["action"]["state"] == "proposed"
    assert (await lee.get(f"/approvals/{card['id']}")).status_code == 404


async def test_cards_are_listed_by_status_newest_first(desk: Desk, alex: Person) -> None:
    cards = [await desk.propose(number) for number in (1, 2, 3)]
    await decide(alex, cards[0], verb="reject", reason="not needed")
    pending = (await alex.get("/approvals", params={"status": "pending"})).json()["items"]
    rejected = (await alex.get("/approvals", params={"status": "rejected"})).json()["items"]
    assert [card["id"] for card in pending] == [cards[2]["id"], cards[1]["id"]]
    assert [card["id"] for card in rejected] == [cards[0]["id"]]


async def test_approving_starts_the_hold_and_undo_inside_it_takes_it_back(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    approved = (await decide(alex, card)).json()
    held = (await alex.get(f"/actions/{card['action_id']}")).json()
    undone = await alex.post(f"/actions/{card['action_id']}/undo", headers={"Idempotency-Key": "k-2"})
    assert (approved["status"], held["state"], held["undo"]["state"]) == ("approved", "approved", "offered")
    assert (undone.status_code, undone.json()["state"]) == (200, "cancelled")


async def test_undo_after_the_hold_answers_410_and_says_so(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    await decide(alex, card)
    await desk.after_hold()
    late = await alex.post(f"/actions/{card['action_id']}/undo", headers={"Idempotency-Key": "k-2"})
    assert (late.status_code, late.json()["code"]) == (410, "undo_over")


async def test_send_now_ends_the_hold(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    await decide(alex, card)
    sent = await alex.post(f"/actions/{card['action_id']}/send-now", headers={"Idempotency-Key": "k-2"})
    late = await alex.post(f"/actions/{card['action_id']}/undo", headers={"Idempotency-Key": "k-3"})
    assert (sent.status_code, late.status_code) == (200, 410)


async def test_the_same_decision_with_the_same_key_answers_the_first_result_again(
    desk: Desk, alex: Person
) -> None:
    card = await desk.propose()
    first, second = await decide(alex, card), await decide(alex, card)
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(await desk.database.as_owner("SELECT 1 FROM decisions")) == 1


async def test_ten_clicks_at_once_are_one_decision(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    answers = await asyncio.gather(*(decide(alex, card) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(await desk.database.as_owner("SELECT 1 FROM decisions")) == 1


async def test_a_decision_needs_an_idempotency_key(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    answer = await alex.post(f"/approvals/{card['id']}/decide", approval_of(card))
    assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, "header/Idempotency-Key")
    assert await desk.state(card) == "proposed"


async def test_a_draft_can_be_sent_instead_and_nothing_else_can(desk: Desk, alex: Person) -> None:
    draft, reply = await desk.propose(1, kind="mail.draft.create"), await desk.propose(2)

    sending = await alex.post(f"/approvals/{draft['id']}/send-instead", {"version": 1})
    refused = await alex.post(f"/approvals/{reply['id']}/send-instead", {"version": 1})

    assert (sending.status_code, sending.json()["kind"], sending.json()["version"]) == (200, "mail.reply", 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_an_edit_makes_the_next_version_and_the_old_one_can_no_longer_be_approved(
    desk: Desk, alex: Person
) -> None:
    card = await desk.propose()
    edited = await alex.post(
        f"/approvals/{card['id']}/edit", {"version": 1, "changes": {"/body_text": "Thursday is better."}}
    )
    stale = await decide(alex, card)
    versions = (await alex.get(f"/approvals/{card['id']}/versions")).json()["versions"]
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_card")
    assert stale.json()["details"]["card"]["version"] == 2
    assert [(version["version"], version["made_by"]) for version in versions] == [(1, "plan"), (2, "edit")]
    assert (await decide(alex, edited.json(), key="k-2")).json()["status"] == "approved"


@pytest.mark.parametrize(
    "changes", [{"/nothing": "x"}, {"/body_text": 5}, {"/to": "not a list"}, {"/body_text": None}, {"": "x"}]
)
async def test_an_impossible_edit_names_its_field_and_changes_nothing(
    desk: Desk, alex: Person, changes: dict[str, Any]
) -> None:
    card = await desk.propose()
    answer = await alex.post(f"/approvals/{card['id']}/edit", {"version": 1, "changes": changes})
    assert answer.status_code == 422
    assert (await alex.get(f"/approvals/{card['id']}")).json() == card


@pytest.mark.parametrize(
    "changes",
    [{"verb": "send"}, {"version": 0}, {"digest": "sha256:short"}, {"extra": True}, {"acknowledged": "all"}],
)
async def test_a_decision_of_the_wrong_shape_is_refused_and_decides_nothing(
    desk: Desk, alex: Person, changes: dict[str, Any]
) -> None:
    card = await desk.propose()
    assert (await decide(alex, card, **changes)).status_code == 422
    assert await desk.state(card) == "proposed"


async def test_a_late_decision_answers_that_it_expired_and_the_card_can_be_dismissed(
    desk: Desk, alex: Person
) -> None:
    card = await desk.propose()
    await desk.database.advance_clock(timedelta(minutes=30, seconds=1))
    late = await decide(alex, card)
    assert (late.status_code, late.json()["code"]) == (410, "approval_expired")
    assert await desk.state(card) in {"proposed", "expired"}


async def test_an_idle_session_ends_and_its_pending_card_stays(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    await desk.database.advance_clock(timedelta(hours=12))
    answer = await alex.get("/approvals")
    (row,) = await desk.database.as_owner("SELECT state FROM actions")
    assert (answer.status_code, row["state"]) == (401, "proposed")
    assert card["status"] == "pending"
