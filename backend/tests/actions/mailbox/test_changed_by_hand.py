"""What the person does to the mails of a waiting set by other means shows on the card, or closes it."""

from __future__ import annotations

from countersign.actions.types import ProposedAction
from countersign.approvals import gate
from tests.actions.desk import Desk
from tests.actions.mailbox.test_unsubscribing import leaving
from tests.actions.mailbox.tidying import gmail, id_of, modify, propose
from tests.approvals.mailbox import probe


async def test_mails_archived_by_hand_close_the_card_that_would_archive_them(desk: Desk) -> None:
    card = await propose(desk, "mail.archive", "new", "read")
    await probe(desk)
    modify(desk, "new", remove=("INBOX",))
    await probe(desk)
    assert (await desk.card(card["id"]))["status"] == "pending"

    modify(desk, "read", remove=("INBOX",))
    await probe(desk)

    assert ((await desk.card(card["id"]))["status"], await desk.wakes()) == ("cancelled", 1)


async def test_a_mail_thrown_away_by_hand_leaves_the_set(desk: Desk) -> None:
    card = await propose(desk, "mail.star", "new", "read")
    gmail(desk, "POST", f"messages/{id_of('new')}/trash")

    await probe(desk)

    again = await desk.card(card["id"])
    assert (again["version"], again["stale_reason"]) == (
        2,
        "One of the mails was moved to the bin, to spam or deleted meanwhile.",
    )


async def test_a_newsletter_deleted_by_hand_shows_on_the_card_that_would_leave_its_list(desk: Desk) -> None:
    resolved = await leaving(desk)
    proposed = ProposedAction(
        run_id=desk.run_id, run_attempt=1, plan_step="leave", account_id=desk.account_id, **vars(resolved)
    )
    async with desk.services.db.session(desk.user_id) as session:
        (approval_id,) = await gate.open(session, desk.services, [proposed])
    await probe(desk)
    assert (await desk.card(approval_id))["version"] == 1
    gmail(desk, "DELETE", f"messages/{resolved.payload['source_message_id']}")

    await probe(desk)

    again = await desk.card(approval_id)
    assert (again["version"], again["stale_reason"]) == (
        2,
        "The mail that offers this is no longer in your mailbox.",
    )
