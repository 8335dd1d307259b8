"""Traps that bit others, each a test of its own."""

from __future__ import annotations

from tests.actions.desk import Desk
from tests.actions.mailbox.tidying import BATCH_MODIFY, done, execute_undo, places, undo


async def test_undo_does_not_assume_that_the_inverse_of_to_inbox_is_archive(desk: Desk) -> None:
    card = await done(desk, "mail.label", "archived", "read", label_name="INBOX")
    both = places(desk)

    await undo(desk, card)
    await execute_undo(desk, card)

    assert (both["archived"], both["read"]) == (("INBOX",), ("INBOX",))
    assert (places(desk)["archived"], places(desk)["read"]) == ((), ("INBOX",))


async def test_an_old_timer_that_still_fires_after_undo_changes_nothing(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    await execute_undo(desk, card)

    await desk.advance(3600)
    await desk.execute(card)

    assert places(desk)["new"] == ("INBOX", "UNREAD")
    assert len(desk.sandbox.ledger(method=BATCH_MODIFY)) == 2
