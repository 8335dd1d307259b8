"""What an unfinished execution left in the mailbox is removed by its marker, and nothing else ever is."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from countersign.actions import execute
from countersign.approvals import review
from countersign.errors import ConflictError, NotFoundError
from tests.actions.desk import ALEX, SCOPES, Desk, action_id
from tests.actions.test_sent_back import arrive

CREATE = "gmail.users.drafts.create"
SEND = "gmail.users.drafts.send"


def gmail(desk: Desk, verb: str, path: str, **body: Any) -> Any:
    """The person acting in their mailbox by hand."""
    token = desk.sandbox.token(ALEX, *SCOPES)
    answer = desk.sandbox.http.request(
        verb, f"/gmail/v1/users/me/{path}", json=body or None, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def own_draft(desk: Desk, headers: str = "") -> str:
    """A draft the person wrote; its id."""
    raw = base64.urlsafe_b64encode(f"To: x@y.test\r\n{headers}Subject: mine\r\n\r\nHi\r\n".encode()).decode()
    return str(gmail(desk, "POST", "drafts", message={"raw": raw})["id"])


async def left_a_draft(desk: Desk) -> dict[str, Any]:
    """A reply whose draft was made but whose answer got lost."""
    card = await desk.approved()
    desk.sandbox.fault(CREATE, drop=True, count=1)
    await desk.execute(card)
    assert (await desk.state(card), len(desk.drafts())) == ("staging", 1)
    await desk.advance(20)
    return card


async def test_a_draft_made_before_a_crash_is_adopted_not_made_again(desk: Desk) -> None:
    card = await left_a_draft(desk)

    await desk.execute(card)

    assert (await desk.state(card), len(desk.sends())) == ("done", 1)
    assert len(desk.sandbox.ledger(method=CREATE)) == 1


async def test_a_stale_card_leaves_no_draft_behind_and_none_of_the_persons_is_touched(desk: Desk) -> None:
    card = await left_a_draft(desk)
    mine, foreign = own_draft(desk), own_draft(desk, "X-Countersign-Action: somebody-elses\r\n")
    arrive(desk, "Wait.")

    await desk.execute(card)

    assert await desk.state(card) == "proposed"
    kept = {draft["id"] for draft in gmail(desk, "GET", "drafts")["drafts"]}
    assert kept == {mine, foreign}


async def test_leftovers_of_an_earlier_version_go_when_the_next_is_staged(desk: Desk) -> None:
    card = await left_a_draft(desk)
    arrive(desk, "Wait.")
    desk.sandbox.fault("gmail.users.drafts.list", status=501, reason="notImplemented", count=1)
    await desk.execute(card)
    assert len(desk.drafts()) == 1
    again = await desk.decide(await desk.card(card["id"]))
    await desk.after_hold()

    await desk.execute(again)

    assert (await desk.state(card), len(desk.sends()), desk.drafts()) == ("done", 1, [])


async def test_leftovers_of_a_card_that_is_then_rejected_go_too(desk: Desk) -> None:
    card = await left_a_draft(desk)
    arrive(desk, "Wait.")
    desk.sandbox.fault("gmail.users.drafts.list", status=501, reason="notImplemented", count=1)
    await desk.execute(card)
    await desk.decide(await desk.card(card["id"]), "reject")
    assert await due(desk)

    await desk.execute(card)

    assert desk.drafts() == []
    assert not await due(desk)


async def test_a_draft_that_appears_after_the_end_is_removed_later(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE, stall_seconds=4, count=1)
    await desk.execute(card)
    await desk.advance(20)
    await desk.execute(card)
    assert await desk.state(card) == "done"
    await asyncio.sleep(1.5)  # the sandbox commits the stalled request 4 s after it came
    assert len(desk.drafts()) == 1
    await desk.advance(60)
    assert await due(desk)

    await desk.execute(card)

    assert (desk.drafts(), len(desk.sends()), await due(desk)) == ([], 1, [])


async def test_while_leftovers_cannot_be_read_they_stay_due(desk: Desk) -> None:
    card = await left_a_draft(desk)
    arrive(desk, "Wait.")
    desk.sandbox.fault("gmail.users.drafts.*", status=501, reason="notImplemented")
    await desk.execute(card)
    desk.sandbox.clear_faults()
    assert len(desk.drafts()) == 1
    await desk.execute(card)
    assert len(desk.drafts()) == 1
    await desk.advance(61)

    await desk.execute(card)

    assert desk.drafts() == []


async def test_without_a_genuine_approval_not_even_leftovers_are_touched(desk: Desk) -> None:
    card = await left_a_draft(desk)
    await desk.tamper("UPDATE decisions SET mac = '\\x00'")

    await desk.execute(card)
    await desk.execute(card)

    assert (await desk.state(card), len(desk.drafts()), await due(desk)) == ("refused", 1, [])


async def due(desk: Desk) -> list[Any]:
    """What the scan would pick up."""
    return await desk.database.as_owner("SELECT action_id FROM due_actions")


async def unknown(desk: Desk) -> dict[str, Any]:
    """A reply whose prepared draft the person deleted before it could be sent: nobody knows what happened."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=500, count=1)
    await desk.execute(card)
    gmail(desk, "DELETE", f"drafts/{(await desk.row(card))['provider_token']['handle']['draft_id']}")
    for _ in range(4):
        await desk.advance(20)
        await desk.execute(card)
    assert await desk.state(card) == "needs_review"
    return card


async def test_a_draft_that_vanished_is_looked_for_several_times_and_then_said_to_be_unknown(
    desk: Desk,
) -> None:
    card = await unknown(desk)
    problem = (await desk.row(card))["outcome"]["problem"]

    assert problem["message"].startswith("We don't know")
    assert (problem["code"], problem["changed"], desk.sends()) == ("no_evidence", "unknown", [])
    assert len(await desk.attempts(card)) == 5
    assert await desk.wakes() == 1


async def test_checking_again_without_news_leaves_it_unknown(desk: Desk) -> None:
    card = await unknown(desk)

    view = await review.check(desk.services, desk.user_id, action_id(card))

    assert (view["state"], view["undo"]["state"]) == ("needs_review", "over")


async def test_saying_that_it_did_not_happen_proposes_it_anew(desk: Desk) -> None:
    card = await unknown(desk)

    await review.try_again(desk.services, desk.user_id, action_id(card))
    again = await desk.card(card["id"])
    await desk.decide(again)
    await desk.after_hold()
    await desk.execute(again)

    assert (again["version"], again["status"]) == (2, "pending")
    assert again["stale_reason"] == "You said that this did not happen; it is proposed again."
    assert (await desk.state(card), len(desk.sends())) == ("done", 1)


async def in_review(desk: Desk) -> dict[str, Any]:
    """An armed reply whose approval became too old."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=500, count=1)
    await desk.execute(card)
    await desk.advance(24 * 3600)
    await desk.execute(card)
    assert await desk.state(card) == "needs_review"
    return card


@pytest.mark.parametrize("ask", [review.check, review.try_again])
async def test_evidence_found_later_wins_whatever_the_person_believes(desk: Desk, ask: Any) -> None:
    card = await in_review(desk)
    gmail(desk, "POST", "drafts/send", id=(await desk.row(card))["provider_token"]["handle"]["draft_id"])

    assert (await ask(desk.services, desk.user_id, action_id(card)))["state"] == "done"
    assert (await desk.row(card))["outcome"]["found_by"] == "history"


async def test_checking_a_draft_that_is_still_there_says_it_was_not_sent_and_removes_it(desk: Desk) -> None:
    card = await in_review(desk)

    await review.check(desk.services, desk.user_id, action_id(card))
    await desk.execute(card)

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["code"]) == ("failed", "not_sent")
    assert (desk.drafts(), desk.sends()) == ([], [])


async def test_what_was_never_armed_cannot_be_looked_for(desk: Desk) -> None:
    card = await desk.approved()
    await desk.database.as_owner("SELECT mark_restored()")

    assert (await review.check(desk.services, desk.user_id, action_id(card)))["state"] == "needs_review"
    assert (await review.try_again(desk.services, desk.user_id, action_id(card)))["state"] == "proposed"


async def test_only_what_is_unknown_can_be_checked(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(ConflictError):
        await review.check(desk.services, desk.user_id, action_id(card))
    with pytest.raises(NotFoundError):
        await review.check(desk.services, desk.user_id, desk.run_id)


@pytest.mark.parametrize("when", ["staging", "armed"])
async def test_a_draft_changed_by_hand_is_never_sent_by_us(desk: Desk, when: str) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE if when == "staging" else SEND, status=503, commit=when == "staging", count=1)
    await desk.execute(card)
    assert await desk.state(card) == when
    (draft,) = gmail(desk, "GET", "drafts")["drafts"]
    marker = (await desk.row(card))["provider_token"]["marker"]
    raw = f"To: eve@evil.test\r\nX-Countersign-Action: {marker}\r\nSubject: x\r\n\r\nchanged\r\n"
    gmail(
        desk, "PUT", f"drafts/{draft['id']}", message={"raw": base64.urlsafe_b64encode(raw.encode()).decode()}
    )
    await desk.advance(20)

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("needs_review", [])
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "altered_token"


async def test_an_action_of_somebody_else_is_not_executed(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        await execute.run(desk.services, desk.user_id, desk.run_id)
