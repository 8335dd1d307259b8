"""The other ways a proposed reply goes: dismissed, woken for nothing, tried again, asked again, refused with words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.installation import Installation
from tests.flows.story import Story
from tests.flows.test_one_reply import ALEX, HOLD
from tests.flows.test_one_reply import REQUEST as DEFAULT_REQUEST
from workspace_sandbox.worlds import demo
from workspace_sandbox.worlds.vocabulary import Vocabulary

pytestmark = pytest.mark.xdist_group("installation")

SEED = 11
WORDS = Vocabulary(SEED)
REQUEST = WORDS.say(DEFAULT_REQUEST)


@pytest.fixture
async def alex(maya: Story, installation: Installation) -> Story:
    """A person whose work account of a demo world from another seed is connected."""
    installation.sandbox.seed(**demo.build(SEED, datetime.now(UTC)))
    await maya.connect(ALEX)
    return maya


async def test_a_dismissed_expired_card_lets_the_run_end_and_nothing_leaves(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await installation.advance(timedelta(minutes=31))
    await alex.until(lambda: alex.card(card["id"]), lambda seen: seen["status"] == "expired")
    closed = await alex.accepted(await alex.person.post(f"/approvals/{card['id']}/dismiss"))
    assert closed["status"] == "cancelled"
    await alex.run_in(card["run_id"], "succeeded")
    assert installation.sends() == []


async def test_waking_a_waiting_run_many_times_changes_nothing(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    for _ in range(3):
        await alex.accepted(await alex.person.post(f"/runs/{card['run_id']}/resume"))
    await alex.approve(card)
    await installation.advance(HOLD + timedelta(seconds=5))
    done = await alex.action_in(card["action_id"], "done")
    run = await alex.run_in(card["run_id"], "succeeded")
    card_waits, receipt = await alex.answers(run)
    assert card["title"] in card_waits
    assert done["result"]["provider_id"] in receipt
    assert len(installation.sends()) == 1


async def test_a_cancelled_run_tried_again_proposes_anew_and_sends_once(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    await alex.accepted(await alex.person.post(f"/runs/{card['run_id']}/cancel"))
    await alex.run_in(card["run_id"], "cancelled")
    await alex.accepted(await alex.person.post(f"/runs/{card['run_id']}/retry"))
    await alex.run_in(card["run_id"], "waiting")
    [again] = await alex.cards(card["run_id"], "pending")
    assert again["id"] != card["id"]
    await alex.approve(again)
    await alex.accepted(await alex.keyed(f"/actions/{again['action_id']}/send-now"))
    await alex.action_in(again["action_id"], "done")
    assert len(installation.sends()) == 1


async def test_google_failing_while_reading_leaves_a_readable_run_that_can_be_tried_again(
    alex: Story, installation: Installation
) -> None:
    installation.sandbox.fault("gmail.users.threads.get", status=403, reason="forbidden")
    asked = await alex.ask(REQUEST)
    failed = await alex.run_in(asked["run_id"], "failed", "partial", "waiting", "succeeded")
    assert failed["state"] == "failed", failed
    assert failed["problem"]["changed"] == "no"
    assert failed["problem"]["action"]
    installation.sandbox.clear_faults()
    await alex.accepted(await alex.person.post(f"/runs/{asked['run_id']}/retry"))
    card = await alex.card_of(asked["run_id"])
    assert card["status"] == "pending"


async def test_an_answer_lost_after_google_sent_the_mail_is_found_and_never_sent_again(
    alex: Story, installation: Installation
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    installation.sandbox.fault("gmail.users.drafts.send", drop=True, commit=True, count=1)
    await alex.approve(card)
    await alex.accepted(await alex.keyed(f"/actions/{card['action_id']}/send-now"))
    done = await alex.action_in(card["action_id"], "done", "needs_review", "failed")
    assert done["state"] == "done", done
    assert len(installation.sends()) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": [{"email": "not an address", "name": ""}]}, "to"),
        ({"to": []}, "to"),
        ({"subject": "Hello\r\nBcc: spy@evil.example"}, "subject"),
        ({"body_text": "a\x00b"}, ""),
        ({"thread_id": "other"}, "thread_id"),
    ],
)
async def test_an_impossible_edit_is_refused_with_words_and_changes_nothing(
    alex: Story, installation: Installation, changes: dict[str, object], field: str
) -> None:
    card = await alex.card_of((await alex.ask(REQUEST))["run_id"])
    body = {"version": card["version"], "changes": {f"/{name}": value for name, value in changes.items()}}
    refused = await alex.person.post(f"/approvals/{card['id']}/edit", body)
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert problem["changed"] == "no"
    assert problem["action"]
    assert field in refused.text
    same = await alex.card(card["id"])
    assert (same["version"], same["digest"]) == (card["version"], card["digest"])


async def test_a_request_without_a_connected_account_says_what_to_do(maya: Story) -> None:
    asked = await maya.ask(REQUEST)
    answer = await maya.answer(asked["run_id"], "succeeded", "failed", "partial")
    assert "connect" in answer.lower()


async def test_two_people_named_tom_bring_one_precise_question_whose_answer_goes_on(alex: Story) -> None:
    asked = await alex.ask(WORDS.say("Reply to the last mail from Tom saying the samples arrived"))
    run = await alex.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert run["waiting_for"] == "clarification"
    assert WORDS.say("Tom Becker") in str(run["question"])
    meant = WORDS.say("tom.becker@alderway.example")
    await alex.accepted(await alex.person.post(f"/runs/{asked['run_id']}/resume", {"text": meant}))
    await alex.until(
        lambda: alex.run(asked["run_id"]),
        lambda seen: seen["waiting_for"] == "approval" or seen["state"] in {"failed", "succeeded"},
    )
    [asked_card] = await alex.cards(asked["run_id"])
    assert asked_card["recipients"][0]["email"] == meant
