"""A batch of changes is decided in one submit and taken back as one; the mailbox is as it was before."""

from __future__ import annotations

from countersign.approvals import listing
from countersign.approvals.batches import ending, showing
from countersign.approvals.listing import Filter
from tests.actions.desk import Desk, uuid_of
from tests.actions.mailbox.tidying import change, execute_undo, id_of, places
from tests.approvals.piles import opened, saying, submit


async def test_two_changes_decided_together_are_undone_together(desk: Desk) -> None:
    before = places(desk)
    changes = [
        await change(desk, "mail.archive", [id_of("new"), id_of("read")]),
        await change(desk, "mail.star", [id_of("archived")]),
    ]
    cards = await opened(desk, changes)
    batch_id = uuid_of(cards[0]["batch_id"], "bat")
    await submit(desk, *(saying(card) for card in cards))
    for card in cards:
        await desk.execute(card)
    after = places(desk)

    async with desk.services.db.session(desk.user_id) as session:
        view = await showing.batch(session, batch_id)
    async with desk.services.db.session(desk.user_id) as session:
        undone = await ending.undo(session, desk.services, batch_id, nonce=desk.nonce(), decider=desk.decider)
    for card in cards:
        await execute_undo(desk, card)
    async with desk.services.db.session(desk.user_id) as session:
        done = await listing.some_cards(session, Filter(tab="done"))
        views = await listing.views(session, done)
        counts = await listing.counts(session)

    assert (after["new"], view.operations, view.hold_seconds) == (("UNREAD",), 3, 0)
    assert [(one.action["undo"]["state"], one.refusal) for one in undone] == [("running", None)] * 2
    assert places(desk) == before != after
    assert sorted(one.card["id"] for one in done) == sorted(card["id"] for card in cards)
    assert [one["undo"]["state"] for one in views.values()] == ["undone"] * 2
    assert (counts["done"], counts["held"]) == (2, 0)
