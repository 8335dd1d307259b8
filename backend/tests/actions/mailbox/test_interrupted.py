"""Sets whose calls are cut off or refused: every mail ends as wanted, or a person is told how far it came."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from countersign.actions.executor import review
from tests.actions.desk import Desk, action_id
from tests.actions.mailbox.tidying import BATCH_MODIFY, PLACES, done, id_of, places, propose
from tests.actions.test_executing import until_closed

TRASH = "gmail.users.messages.trash"


@pytest.mark.parametrize(
    ("kind", "method"),
    [("mail.archive", BATCH_MODIFY), ("mail.trash", TRASH)],
    ids=["one call", "one a mail"],
)
@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"status": 503}, {"status": 429, "retry_after": 1}], ids=str
)
async def test_a_call_without_an_answer_is_looked_at_and_the_rest_done(
    desk: Desk, kind: str, method: str, fault: dict[str, Any]
) -> None:
    desk.sandbox.fault(method, count=2, **fault)

    card = await done(desk, kind)

    assert await until_closed(desk, card) == "done"
    assert all("INBOX" not in labels for labels in places(desk).values())


async def test_a_refusal_after_a_part_was_done_says_how_much_and_offers_the_rest(desk: Desk) -> None:
    desk.sandbox.fault(TRASH, status=400, reason="invalidArgument", count=2)
    card = await done(desk, "mail.trash")
    problem = (await desk.row(card))["outcome"]["problem"]

    await review.look(desk.services, desk.user_id, action_id(card))
    looked = await desk.state(card)
    await review.again(desk.services, desk.user_id, action_id(card))
    await desk.execute(card)
    again = await desk.decide(await desk.card(card["id"]))
    await desk.execute(again)

    assert (problem["code"], problem["changed"]) == ("partly_done", "unknown")
    assert "4 of 6 mails were changed" in problem["message"]
    assert (looked, await desk.state(card)) == ("needs_review", "done")
    assert all("TRASH" in labels for labels in places(desk).values())


async def test_a_refused_set_changed_nothing_and_failed(desk: Desk) -> None:
    before = places(desk)
    desk.sandbox.fault(TRASH, status=403, reason="insufficientPermissions")

    card = await done(desk, "mail.trash")

    problem = (await desk.row(card))["outcome"]["problem"]
    assert (await desk.state(card), problem["changed"]) == ("failed", "no")
    assert problem["message"] == "Google refused it (insufficientPermissions); nothing was changed."
    assert places(desk) == before


async def test_a_refusal_after_a_try_without_an_answer_is_not_called_nothing(desk: Desk) -> None:
    desk.sandbox.fault(BATCH_MODIFY, status=500, count=1)
    card = await done(desk, "mail.archive", "new")
    desk.sandbox.fault(BATCH_MODIFY, status=400, reason="invalidArgument", count=1)
    await desk.advance(20)

    await desk.execute(card)

    assert await desk.state(card) == "needs_review"
    await review.look(desk.services, desk.user_id, action_id(card))
    await desk.execute(card)
    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["code"]) == ("failed", "not_sent")


async def test_a_label_google_does_not_make_fails_the_set(desk: Desk) -> None:
    desk.sandbox.fault("gmail.users.labels.create", status=400, reason="invalidArgument", count=1)

    card = await done(desk, "mail.label", "new", label_name="Later")

    assert (await desk.row(card))["outcome"]["problem"]["message"].endswith("nothing was changed.")


async def test_a_mail_google_does_not_find_for_a_moment_is_tried_again(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.trash", "new", "read"))
    desk.sandbox.fault(TRASH, status=404, reason="notFound", count=1)

    await desk.execute(card)

    assert await until_closed(desk, card) == "done"
    assert [places(desk)[name][0] for name in ("new", "read")] == ["TRASH", "TRASH"]


async def test_ten_executors_of_one_set_end_in_one_receipt(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.trash"))

    await asyncio.gather(*(desk.execute(card) for _ in range(10)))

    calls = [entry["params"]["id"] for entry in desk.sandbox.ledger(method=TRASH)]
    verbs = await desk.database.as_owner("SELECT 1 FROM audit WHERE verb = 'action.done'")
    assert sorted(calls) == sorted(id_of(name) for name in PLACES)
    assert (len(verbs), await desk.state(card)) == (1, "done")
