"""The life of one reply: proposed, approved, held, sent once, with a receipt."""

from __future__ import annotations

from tests.actions.desk import DANA, WORDS, Desk


async def test_an_approved_reply_leaves_once_after_the_hold(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.execute(card)
    assert await desk.state(card) == "approved"
    await desk.after_hold()

    await desk.execute(card)

    assert await desk.state(card) == "done"
    assert len(desk.sends()) == 1
    (received,) = desk.mails_of(DANA)
    assert WORDS in str(received)
