"""The main job on one mail: proposed, edited, approved, undone; again, approved, sent once as approved."""

from __future__ import annotations

import base64
import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.api.person import Person
from tests.flows.installation import Installation
from tests.flows.story import Json, Story
from workspace_sandbox.worlds import demo

pytestmark = pytest.mark.xdist_group("installation")

ALEX = demo.WORK_EMAIL
DANA = "dana.whitfield@harborline.example"
REQUEST = "Reply to the last mail from Dana Whitfield saying we can take delivery on Wednesday"
HOLD = timedelta(minutes=5)


@pytest.fixture
async def alex(maya: Story, installation: Installation) -> Story:
    """A person whose work account of the demo world is connected."""
    installation.sandbox.seed(**demo.build(demo.SEED, datetime.now(UTC)))
    await maya.connect(ALEX)
    return maya


async def test_a_reply_is_proposed_edited_approved_undone_and_the_second_time_sent_once(
    alex: Story, installation: Installation
) -> None:
    first = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    assert [one["email"] for one in first["recipients"]] == [DANA]
    assert "We can take delivery on Wednesday" in first["preview"]["text"]["after"]
    reasons = {reason["code"]: reason["text"] for reason in first["risk"]["reasons"]}
    assert reasons["promises_date"].startswith("The reply promises Wednesday ")
    edited = await alex.edit(first, body_text="Hi Dana,\n\nWednesday morning works: Dock 2, from 8.")
    assert edited["version"] == first["version"] + 1
    assert edited["digest"] != first["digest"]
    await alex.approve(edited)
    undone = await alex.keyed(f"/actions/{edited['action_id']}/undo")
    assert undone.json()["state"] == "cancelled"
    await installation.advance(HOLD + timedelta(seconds=5))
    await alex.run_in(first["run_id"], "succeeded")
    assert installation.sends() == []

    second = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    approved = await alex.edit(second, body_text="Hi Dana,\n\nWednesday morning works: Dock 2, from 8.")
    await alex.approve(approved)
    held = await alex.action(approved["action_id"])
    assert held["state"] == "approved"
    assert installation.sends() == []
    await installation.advance(HOLD + timedelta(seconds=5))
    done = await alex.action_in(approved["action_id"], "done", "failed", "refused", "needs_review")
    assert done["state"] == "done", done
    answer = await alex.answer(approved["run_id"])
    assert done["result"]["provider_id"] in answer
    assert "Dana Whitfield" in answer

    [sent] = installation.sends()
    assert sent["method_id"] == "gmail.users.drafts.send"
    mail = parsed(sent["notes"]["raw"])
    assert body_of(mail).startswith("Hi Dana,\n\nWednesday morning works: Dock 2, from 8.")
    assert body_of(mail) == approved["preview"]["text"]["after"]
    arrived = newest_in(installation, DANA)
    assert "INBOX" in arrived["labels"]
    earlier = [one for one in mailbox(installation, DANA) if one["thread_id"] == arrived["thread_id"]]
    assert len(earlier) >= 5


async def test_sending_now_ends_the_hold_and_undo_says_it_is_over(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.approve(card)
    await alex.accepted(await alex.keyed(f"/actions/{card['action_id']}/send-now"))
    assert (await alex.action_in(card["action_id"], "done"))["state"] == "done"
    refused = await alex.keyed(f"/actions/{card['action_id']}/undo")
    assert refused.status_code == 410
    assert refused.json()["changed"] == "no"
    assert len(installation.sends()) == 1


async def test_a_rejected_card_ends_with_its_reason_and_nothing_leaves(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.accepted(await alex.decide(card, "reject", words="wrong day"))
    await alex.run_in(card["run_id"], "succeeded")
    await installation.advance(timedelta(hours=2))
    assert (await alex.card(card["id"]))["status"] == "rejected"
    assert installation.sends() == []


async def test_asking_for_changes_revises_the_card_and_only_the_new_version_can_be_approved(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.accepted(await alex.decide(card, "respond", words="Say Thursday instead of Wednesday"))
    revised = await alex.until(
        lambda: alex.card(card["id"]),
        lambda seen: seen["version"] > card["version"] and not seen["being_revised"],
    )
    assert "Thursday" in revised["preview"]["text"]["after"]
    assert "Wednesday" not in revised["preview"]["text"]["after"].split("wrote:")[0].split("\n>")[0]
    stale = await alex.decide(card, "approve")
    assert stale.status_code == 409
    await alex.approve(revised)
    assert installation.sends() == []


async def test_a_new_mail_in_the_thread_turns_an_approved_reply_stale(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.approve(card)
    source = newest_in(installation, ALEX, sender=DANA)
    message_id = header_of(source, "Message-ID")
    installation.sandbox.deliver(
        **{
            "from": f"Dana Whitfield <{DANA}>",
            "to": [ALEX],
            "subject": "Re: Delivery window",
            "text": "Hi Alex, forget it, the lorry broke down.",
            "in_reply_to": message_id,
            "references": message_id,
        }
    )
    await installation.advance(HOLD + timedelta(seconds=5))
    back = await alex.until(lambda: alex.card(card["id"]), lambda seen: seen["version"] > card["version"])
    assert back["status"] == "pending"
    assert back["stale_reason"]
    assert installation.sends() == []


async def test_an_expired_card_is_refused_late_and_asked_again_from_fresh_data(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await installation.advance(timedelta(minutes=31))
    expired = await alex.until(lambda: alex.card(card["id"]), lambda seen: seen["status"] == "expired")
    late = await alex.decide(card, "approve")
    assert late.status_code == 410
    assert (await alex.run(card["run_id"]))["state"] == "waiting"
    await alex.accepted(await alex.person.post(f"/approvals/{expired['id']}/reopen"))
    again = await alex.until(
        lambda: alex.card(card["id"]),
        lambda seen: seen["status"] == "pending" and seen["version"] > card["version"],
    )
    assert again["digest"] != card["digest"]
    await alex.approve(again)
    await installation.advance(HOLD + timedelta(seconds=5))
    await alex.action_in(card["action_id"], "done")
    assert len(installation.sends()) == 1


async def test_a_yes_in_the_chat_decides_nothing_and_points_at_the_card(
    alex: Story, installation: Installation
) -> None:
    asked = await alex.ask(REQUEST)
    card = await alex.card_of(asked["run_id"])
    said = await alex.ask("yes, send it", asked["conversation_id"])
    answer = await alex.answer(said["run_id"])
    assert card["title"] in answer
    assert (await alex.card(card["id"]))["status"] == "pending"
    await installation.advance(timedelta(minutes=20))
    assert installation.sends() == []


async def test_the_same_decision_sent_twice_answers_the_first_result_and_sends_once(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    first = await alex.decide(card, "approve", key="the-same-key")
    second = await alex.decide(card, "approve", key="the-same-key")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    other = await alex.decide(card, "reject", key="the-same-key")
    assert other.status_code == 422
    await installation.advance(HOLD + timedelta(seconds=5))
    await alex.action_in(card["action_id"], "done")
    assert len(installation.sends()) == 1


async def test_cancelling_the_run_takes_back_a_held_mail(alex: Story, installation: Installation) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.approve(card)
    await alex.accepted(await alex.person.post(f"/runs/{card['run_id']}/cancel"))
    await alex.run_in(card["run_id"], "cancelled")
    await installation.advance(HOLD + timedelta(minutes=1))
    assert (await alex.action_in(card["action_id"], "cancelled"))["state"] == "cancelled"
    assert installation.sends() == []


async def test_history_shows_any_past_state_of_the_run(alex: Story) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    states = (await alex.accepted(await alex.person.get(f"/runs/{card['run_id']}/history")))["states"]
    assert states[0]["is_waiting"]
    first = await alex.accepted(
        await alex.person.get(f"/runs/{card['run_id']}/states/{states[-1]['checkpoint_id']}")
    )
    assert first["checkpoint_id"] == states[-1]["checkpoint_id"]


async def test_connecting_and_sending_leave_audit_entries_whose_chain_verifies(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.approve(card)
    await installation.advance(HOLD + timedelta(seconds=5))
    done = await alex.action_in(card["action_id"], "done")
    entries = (await alex.accepted(await alex.person.get("/audit", params={"limit": 200})))["entries"]
    told = {entry["verb"]: entry for entry in entries}
    assert {"account.connected", "action.done"} <= set(told)
    assert done["result"]["provider_id"] in str(told["action.done"]["details"])
    assert (await alex.accepted(await alex.person.get("/audit/verify")))["is_whole"]
    stored = await installation.database.as_owner("SELECT encode(details, 'escape') AS text FROM audit")
    assert not any(done["result"]["provider_id"] in row["text"] for row in stored)


async def test_nobody_else_sees_or_decides_the_card(alex: Story, installation: Installation) -> None:

    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    async with Person(installation.origin, "lee@other.example") as lee:
        stranger = Story(await lee.arrive(), installation)
        assert (await lee.get("/approvals")).json()["items"] == []
        assert (await lee.get(f"/approvals/{card['id']}")).status_code == 404
        assert (await stranger.decide(card, "approve")).status_code == 404
    assert (await alex.card(card["id"]))["status"] == "pending"


def mailbox(installation: Installation, address: str) -> list[Json]:
    """The messages of one mailbox of the sandbox, as its state shows them."""
    state = installation.sandbox.state(address)
    accounts = state.get("accounts", [state])
    found: list[Json] = next(one for one in accounts if one["email"] == address)["messages"]
    return found


def newest_in(installation: Installation, address: str, *, sender: str = "") -> Json:
    """The newest message of a mailbox, optionally of one sender."""
    messages = [
        one for one in mailbox(installation, address) if not sender or sender in header_of(one, "From")
    ]
    return max(messages, key=lambda one: str(one["date"]))


def header_of(message: Json, name: str) -> str:
    """A header of a message as the sandbox holds it."""
    return str(parsed(message["raw"])[name])


def parsed(raw: str) -> EmailMessage:
    """The mail behind base64url bytes."""
    data = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def body_of(mail: EmailMessage) -> str:
    """The plain text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")
