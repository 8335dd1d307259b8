"""Drafts: kept for the person to finish, never sent, taken back only while nobody touched them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from countersign.actions import execute, proposals
from countersign.actions.catalogue import kind_of
from countersign.actions.decisions import terms_of
from countersign.actions.types import Token
from countersign.approvals import deciding
from countersign.errors import ConflictError, InvalidError
from tests.actions.desk import ALEX, DANA, WORDS, Desk, action_id, uuid_of
from tests.actions.test_leftovers import CREATE, due, gmail, own_draft

KIND = "mail.draft.create"


async def saved(desk: Desk) -> dict[str, Any]:
    """A draft that was approved and made."""
    card = await desk.decide(await desk.propose(kind=KIND))
    await desk.execute(card)
    assert (await desk.state(card), len(desk.drafts())) == ("done", 1)
    return card


async def undone(desk: Desk, card: dict[str, Any]) -> str:
    """How the action that takes it back ended."""
    view = await desk.undo(card)
    assert view["undo"]["state"] == "running"
    (row,) = await desk.database.as_owner(
        "SELECT id FROM actions WHERE undoes = $1 ORDER BY created_at DESC LIMIT 1", action_id(card)
    )
    await execute.run(desk.services, desk.user_id, row["id"])
    (row,) = await desk.database.as_owner("SELECT state FROM actions WHERE id = $1", row["id"])
    return str(row["state"])


def edit_by_hand(desk: Desk, draft_id: str, text: str) -> None:
    """The person writes into the draft."""
    raw = base64.urlsafe_b64encode(f"To: x@y.test\r\nSubject: mine\r\n\r\n{text}\r\n".encode()).decode()
    gmail(desk, "PUT", f"drafts/{draft_id}", message={"raw": raw})


async def test_a_request_for_a_draft_delivers_nothing(desk: Desk) -> None:
    card = await desk.propose(kind=KIND)
    assert (card["undo"]["mode"], card["undo"]["hold_seconds"]) == ("reversible", 0)
    assert card["title"] == "Save a draft to Dana Ito"

    approved = await desk.decide(card)
    for _ in range(3):
        await desk.execute(approved)
        await desk.advance(600)

    (draft,) = desk.raw_mails_of(ALEX, "DRAFT")
    assert (WORDS.encode() in draft, await desk.state(card)) == (True, "done")
    assert desk.sandbox.ledger(method="gmail.users.*.send") == []
    assert desk.mails_of(DANA) == []


async def test_a_draft_is_deleted_by_undo_while_nobody_touched_it(desk: Desk) -> None:
    mine = own_draft(desk)
    card = await desk.decide(await desk.propose(kind=KIND))
    await desk.execute(card)

    assert await undone(desk, card) == "done"

    assert [draft["id"] for draft in gmail(desk, "GET", "drafts")["drafts"]] == [mine]
    assert desk.sends() == []


@pytest.mark.parametrize("what", ["changed", "deleted"])
async def test_a_draft_the_person_took_over_is_left_alone_by_undo(desk: Desk, what: str) -> None:
    card = await saved(desk)
    (draft,) = gmail(desk, "GET", "drafts")["drafts"]
    if what == "changed":
        edit_by_hand(desk, draft["id"], "my own words")
    else:
        gmail(desk, "DELETE", f"drafts/{draft['id']}")
    before = desk.drafts()

    assert await undone(desk, card) == "needs_review"

    assert desk.drafts() == before


async def test_undo_whose_answer_is_lost_is_seen_to_have_happened(desk: Desk) -> None:
    card = await saved(desk)
    desk.sandbox.fault("gmail.users.drafts.delete", drop=True, count=1)

    assert await undone(desk, card) == "done"
    assert desk.drafts() == []


async def test_a_twin_from_a_lost_answer_is_removed_and_the_draft_stays(desk: Desk) -> None:
    card = await desk.decide(await desk.propose(kind=KIND))
    desk.sandbox.fault(CREATE, drop=True, count=1)
    await desk.execute(card)
    await desk.advance(20)
    await desk.execute(card)
    row = await desk.row(card)
    assert (row["state"], len(desk.sandbox.ledger(method=CREATE))) == ("done", 1)
    (raw,) = desk.raw_mails_of(ALEX, "DRAFT")
    gmail(desk, "POST", "drafts", message={"raw": base64.urlsafe_b64encode(raw).decode()})
    await desk.advance(60)
    assert await due(desk)

    await desk.execute(card)

    (kept,) = gmail(desk, "GET", "drafts")["drafts"]
    assert kept["id"] == row["provider_token"]["handle"]["draft_id"]


@pytest.mark.parametrize(("what", "state"), [("deleted", "needs_review"), ("changed", "needs_review")])
async def test_a_draft_that_vanishes_before_its_receipt_is_not_called_saved(
    desk: Desk, what: str, state: str
) -> None:
    card = await desk.decide(await desk.propose(kind=KIND))
    desk.sandbox.fault("gmail.users.drafts.get", status=500, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "armed"
    (draft,) = gmail(desk, "GET", "drafts")["drafts"]
    if what == "deleted":
        gmail(desk, "DELETE", f"drafts/{draft['id']}")
    else:
        edit_by_hand(desk, draft["id"], "mine now")

    for _ in range(6):
        await desk.advance(20)
        await desk.execute(card)

    assert await desk.state(card) == state


async def test_a_draft_can_be_sent_instead_on_a_decision_of_its_own(desk: Desk) -> None:
    card = await desk.propose(kind=KIND)
    assert "send_instead" in card["allowed"]

    async with desk.services.db.session(desk.user_id) as session:
        sending = await deciding.send_instead(
            session, desk.services, uuid_of(card["id"], "apr"), card["version"]
        )

    assert (sending["kind"], sending["version"], sending["undo"]["mode"]) == ("mail.reply", 2, "held")
    assert sending["undo"]["hold_seconds"] == desk.services.settings.hold_seconds
    assert sending["title"] == "Send reply to Dana Ito"
    assert "send_instead" not in sending["allowed"]
    assert sending["digest"] != card["digest"]
    await desk.execute(card)
    assert desk.sandbox.ledger(method="gmail.users.drafts.*") == []
    approved = await desk.decide(sending)
    await desk.after_hold()
    await desk.execute(approved)
    assert (await desk.state(card), len(desk.sends()), desk.drafts()) == ("done", 1, [])


async def test_only_a_draft_that_could_be_sent_is_sent_instead(desk: Desk) -> None:
    reply, draft = await desk.propose(1), await desk.propose(2, kind=KIND)
    nobody = await desk.edit(draft, to=[])
    assert nobody["title"] == "Save a draft to nobody yet"

    async with desk.services.db.session(desk.user_id) as session:
        with pytest.raises(ConflictError):
            await deciding.send_instead(session, desk.services, uuid_of(reply["id"], "apr"), 1)
        with pytest.raises(InvalidError):
            await deciding.send_instead(session, desk.services, uuid_of(draft["id"], "apr"), 2)


async def test_the_kind_of_an_action_cannot_be_changed_otherwise(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(Exception, match="may not become another kind"):
        await desk.database.as_owner(
            "UPDATE actions SET kind = 'mail.send', version = 2 WHERE id = $1", action_id(card)
        )


async def test_what_takes_back_cannot_be_proposed_or_sent(desk: Desk) -> None:
    card = await saved(desk)
    row = await desk.row(card)
    back = {"draft_id": "r1", "action_id": str(row["id"]), "marker": "m"}

    for kind in (KIND, "mail.reply"):
        with pytest.raises(InvalidError):
            await desk.propose(2, kind=kind, payload={**row["payload"], "takes_back": back})


async def test_a_kept_draft_has_nothing_to_attempt_or_to_revoke(desk: Desk) -> None:
    card = await saved(desk)
    async with desk.services.db.session(desk.user_id) as session:
        action = await proposals.one(session, action_id(card))
    kind, token = kind_of(KIND), Token(marker="m")

    attempted = await kind.attempt(None, terms_of(action), token)  # type: ignore[arg-type]  # no door is needed

    assert (attempted.status, attempted.reason) == ("unknown", "already_made")
    assert await kind.revoke(None, token) is False  # type: ignore[arg-type]  # same
    assert kind_of("mail.reply").compensation(terms_of(action), token, {}) is None
    assert await kind_of("mail.draft.update").sweep(None, ["m"], None) == 0  # type: ignore[arg-type]  # same
