"""From "Reply to the last mail from Dana ..." to a card, and from the decision to the receipt."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from countersign.identity.preferences import set_time_zone
from tests.runs.desk import worker_running
from tests.workflows.mailroom import DANA, REQUEST, MailDesk


async def test_a_request_becomes_one_card_that_is_resolved_to_the_last_field(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    card = await alex.card()
    assert (run.state, run.workflow, run.intent) == ("waiting", "email", "mail.reply")
    assert card["title"].startswith("Send reply to Dana Ito")
    assert [recipient["email"] for recipient in card["recipients"]] == [DANA]
    assert card["change"]["subject"] == "Re: Delivery window"
    assert "We can take delivery on Wednesday." in card["change"]["body_text"]
    assert alex.sent() == []


async def test_the_newest_mail_of_that_person_is_answered_not_trash_spam_or_a_list(alex: MailDesk) -> None:
    await alex.ask_and_drive()

    # Mails 3 (list in her name), 7 (trash) and 8 (spam) are newer than mail 2.
    assert (await alex.card())["change"]["source_message_id"] == "18c0000000000002"


async def test_topic_words_narrow_which_mail_is_meant(alex: MailDesk) -> None:
    await alex.ask_and_drive("Reply to Dana's mail about the contract saying it is fine")

    assert (await alex.card())["change"]["subject"] == "Re: Contract"


async def test_every_step_says_one_sentence_with_real_counts(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    said = await alex.said(run)
    assert said["context"] == "One account connected."
    assert said["search"].startswith(
        "Found 2 mails from Dana Ito <dana@client.test>; the last is “Delivery window”"
    )
    assert said["read"] == "Read one message in “Delivery window”."
    assert said["estimate"] == "This costs nothing: no model is used."
    assert said["gate.preview"] == "One card waiting for you."


async def test_the_plan_is_stored_with_its_digest(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    assert run.plan is not None
    assert run.plan_digest == run.plan["digest"]


async def test_an_approved_reply_is_sent_once_and_the_receipt_says_so(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("approve")
    await alex.execute()

    await alex.drive(run)

    ended = await alex.run(run.id)
    (answer,) = await alex.answers(run.id)
    assert (ended.state, len(alex.sent())) == ("succeeded", 1)
    assert answer.startswith("Sent “Re: Delivery window” to Dana Ito <dana@client.test> on ")
    assert "Google's id of the mail: " in answer


@pytest.mark.parametrize(("zone", "written_at"), [(None, "09:00"), ("Asia/Kathmandu", "14:45")])
async def test_quote_and_receipt_are_in_the_persons_zone_and_in_utc_without_one(
    alex: MailDesk, zone: str | None, written_at: str
) -> None:
    async with alex.database.db.session(alex.user_id) as session:
        await set_time_zone(session, alex.services.keys, zone)
    run = await alex.ask_and_drive()
    quoted = (await alex.card())["preview"]["text"]["after"]
    await alex.decide("approve")
    await alex.execute()
    await alex.drive(run)

    (row,) = await alex.database.as_owner("SELECT closed_at FROM actions")
    local = row["closed_at"].astimezone(ZoneInfo(zone or "UTC"))
    (answer,) = await alex.answers(run.id)
    assert f"at {local:%H:%M} ({zone or 'UTC'})." in answer
    assert f"On 2 Mar 2026 at {written_at}, " in quoted


async def test_a_rejected_reply_ends_the_run_and_sends_nothing(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("reject", "wrong time")

    await alex.drive(run)

    (answer,) = await alex.answers(run.id)
    assert (await alex.run(run.id)).state == "succeeded"
    assert "nothing was sent" in answer
    assert alex.sent() == []


async def test_asking_for_changes_makes_the_next_version_of_the_same_card(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("respond", "say Thursday instead of Wednesday")

    await alex.drive(run)

    card = await alex.card()
    assert (card["version"], card["status"], card["being_revised"]) == (2, "pending", False)
    assert "delivery on Thursday" in card["change"]["body_text"]
    assert (await alex.run(run.id)).state == "waiting"


async def test_a_change_that_cannot_be_made_leaves_the_card_with_the_reason(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("respond", "make it rhyme like a sonnet")

    await alex.drive(run)

    card = await alex.card()
    assert (card["version"], card["being_revised"]) == (1, False)
    assert card["stale_reason"]


async def test_an_expired_card_asked_again_is_read_and_resolved_again(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.expire()
    assert (await alex.run(run.id)).state == "waiting"
    await alex.reopen()

    await alex.drive(run)

    card = await alex.card()
    assert (card["version"], card["status"]) == (2, "pending")


async def test_the_checkpoint_holds_ids_of_cards_and_no_payload(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    stored = await alex.checkpoint_text(run)
    assert (await alex.card())["id"] in stored or "actions" in stored
    assert "We can take delivery" not in stored.replace(REQUEST, "").split('"plan"')[0]
    assert '"payload"' not in stored


async def test_worker_processes_carry_a_reply_from_request_to_receipt(alex: MailDesk) -> None:
    with worker_running(alex.services):
        run = await alex.ask_for_a_reply()
        await alex.until(run.id, frozenset({"waiting"}))
        await alex.decide("approve")
        await alex.database.advance_clock(timedelta(seconds=alex.services.settings.hold_seconds + 1))
        ended = await alex.until_ended(run.id)

    assert (ended.state, len(alex.sent())) == ("succeeded", 1)
    assert (await alex.answers(run.id))[0].startswith("Sent “Re: Delivery window”")
