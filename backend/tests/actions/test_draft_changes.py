"""A draft the mailbox has is given other content once, and put back only while it is as Countersign left it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from countersign.actions import proposals
from countersign.actions.catalogue import kind_of
from countersign.actions.decisions import terms_of
from countersign.actions.executor.work import door_of
from countersign.actions.mail.kinds import drafting
from countersign.actions.types import AlteredTokenError, Door, Token
from tests.actions.desk import DANA, WORDS, Desk, action_id
from tests.actions.test_drafts import edit_by_hand, undone
from tests.actions.test_leftovers import gmail, own_draft

UPDATE = "gmail.users.drafts.update"


def own_draft_now(desk: Desk, draft_id: str) -> bytes:
    """The bytes of that draft."""
    raw = gmail(desk, "GET", f"drafts/{draft_id}?format=raw")["message"]["raw"]
    return base64.urlsafe_b64decode(raw + "==")


async def updating(desk: Desk, draft_id: str, **changes: Any) -> dict[str, Any]:
    """The card of a change to that draft."""
    draft = gmail(desk, "GET", f"drafts/{draft_id}")
    source = await desk.source()
    resolved = proposals.resolve_new_mail(
        source, proposals.NewMail(to=(proposals.Recipient(DANA),), body_text=WORDS, subject="Delivery")
    )
    named = {"draft_id": draft_id, "draft_message_id": draft["message"]["id"], **changes}
    return await desk.propose(
        kind="mail.draft.update", payload={**resolved.payload, **named}, facts=resolved.facts
    )


async def test_a_draft_is_changed_and_put_back_byte_for_byte(desk: Desk) -> None:
    draft_id = own_draft(desk)
    before = own_draft_now(desk, draft_id)
    card = await desk.decide(await updating(desk, draft_id))

    await desk.execute(card)

    assert (await desk.state(card), WORDS.encode() in own_draft_now(desk, draft_id)) == ("done", True)
    assert card["title"] == f"Change your draft to {DANA}"
    assert await undone(desk, card) == "done"
    assert own_draft_now(desk, draft_id) == before
    assert desk.sends() == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 503, "commit": True}])
async def test_a_change_without_an_answer_happens_once(desk: Desk, fault: dict[str, Any]) -> None:
    draft_id = own_draft(desk)
    card = await desk.decide(await updating(desk, draft_id))
    desk.sandbox.fault(UPDATE, count=1, **fault)

    await desk.execute(card)
    await desk.advance(20)
    await desk.execute(card)

    assert await desk.state(card) == "done"
    assert len([one for one in desk.sandbox.ledger(method=UPDATE) if one["ok"]]) == 1


async def test_a_change_google_refuses_changed_nothing(desk: Desk) -> None:
    draft_id = own_draft(desk)
    card = await desk.decide(await updating(desk, draft_id))
    desk.sandbox.fault(UPDATE, status=400, reason="invalidArgument", count=1)

    await desk.execute(card)

    row = await desk.row(card)
    assert row["state"] == "failed"
    assert row["outcome"]["problem"]["message"].endswith("no draft was changed.")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("changed", "You have changed this draft in your mailbox meanwhile."),
        ("deleted", "The draft is no longer in your mailbox."),
    ],
)
async def test_a_draft_that_moved_since_comes_back_to_the_person(desk: Desk, what: str, reason: str) -> None:
    draft_id = own_draft(desk)
    card = await desk.decide(await updating(desk, draft_id))
    if what == "changed":
        edit_by_hand(desk, draft_id, "mine")
    else:
        gmail(desk, "DELETE", f"drafts/{draft_id}")

    await desk.execute(card)

    again = await desk.card(card["id"])
    assert (await desk.state(card), again["stale_reason"]) == ("proposed", reason)
    assert desk.sandbox.ledger(method=UPDATE, after=0) == [] or what == "changed"


async def test_a_draft_too_large_to_be_kept_is_not_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "MAX_PREVIOUS_BYTES", 10)
    draft_id = own_draft(desk)
    card = await desk.decide(await updating(desk, draft_id))

    await desk.execute(card)

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["code"]) == ("refused", "own_refusal")


async def test_an_undo_of_a_change_whose_answer_is_lost_is_seen_to_have_happened(desk: Desk) -> None:
    draft_id = own_draft(desk)
    before = own_draft_now(desk, draft_id)
    card = await desk.decide(await updating(desk, draft_id))
    await desk.execute(card)
    desk.sandbox.fault(UPDATE, drop=True, count=1)

    assert await undone(desk, card) == "done"
    assert own_draft_now(desk, draft_id) == before


async def test_what_became_of_a_changed_draft_is_never_guessed(desk: Desk) -> None:
    draft_id = own_draft(desk)
    card = await updating(desk, draft_id)
    async with desk.services.db.session(desk.user_id) as session:
        action = await proposals.one(session, action_id(card))
    door, kind, terms = await door_of(desk.services, action), kind_of(action.kind), terms_of(action)
    token = await kind.obtain(door, terms, Token(marker="m"))
    undo = kind.compensation(terms, token, {})
    assert undo is not None
    back = replace(terms, payload=undo.payload, undo_mode="none")

    edit_by_hand(desk, draft_id, "mine")
    with pytest.raises(AlteredTokenError):
        await kind.obtain(door, terms, token)
    changed = [(await kind.reconcile(door, one, token)).status for one in (terms, back)]
    gmail(desk, "DELETE", f"drafts/{draft_id}")
    with pytest.raises(AlteredTokenError):
        await kind.obtain(door, back, token)
    gone = [(await kind.reconcile(door, one, token)).status for one in (terms, back)]

    assert (changed, gone) == (["altered", "altered"], ["missing", "missing"])


async def test_a_draft_is_not_changed_to_other_files_than_approved(desk: Desk) -> None:
    card = await updating(desk, own_draft(desk))
    async with desk.services.db.session(desk.user_id) as session:
        action = await proposals.one(session, action_id(card))
    file = proposals.file_from_upload("att_gone", "a.txt", "text/plain", b"x").model_dump()
    terms = replace(terms_of(action), payload={**action.payload, "attachments": [file]})
    door = replace(await door_of(desk.services, action), upload=Door.upload)

    attempted = await kind_of(action.kind).attempt(door, terms, Token(marker="m", handle={"draft_id": "r1"}))

    assert (attempted.status, attempted.reason) == ("refused", "changed_file")
