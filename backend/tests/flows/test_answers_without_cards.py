"""A message that changes nothing is answered once and at once: from mail, or with what cannot be done yet."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.flows.installation import Installation
from tests.flows.story import Json, Story
from workspace_sandbox.worlds import demo

pytestmark = pytest.mark.xdist_group("installation")

OUTSIDE = "Book me a table for two"


async def last_words(alex: Story, run: Json) -> Json:
    """The newest message of the run, as the page gets it."""
    page = await alex.accepted(await alex.person.get(f"/conversations/{run['conversation_id']}/messages"))
    found: Json = next(one for one in page["items"] if one["run_id"] == run["id"])
    return found


async def test_a_request_nobody_can_do_yet_is_answered_in_two_steps(maya: Story) -> None:
    asked = await maya.ask(OUTSIDE)
    answer = await maya.answer(asked["run_id"])
    assert "can't" in answer
    run = await maya.run(asked["run_id"])
    assert len(run["steps"]) == 2
    assert {step["status"] for step in run["steps"]} == {"done"}
    seqs = [event["seq"] for event in await maya.events()]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_worker_killed_in_the_middle_leaves_one_answer(
    maya: Story, installation: Installation
) -> None:
    asked = [await maya.ask(f"{OUTSIDE}, number {number}") for number in range(6)]
    installation.kill("worker")
    installation.start_worker()
    for one in asked:
        run = await maya.run_in(one["run_id"], "succeeded")
        assert len(await maya.answers(run)) == 1


async def test_two_messages_sent_at_once_each_get_one_answer(maya: Story) -> None:
    first = await maya.ask(OUTSIDE)
    asked = await asyncio.gather(*(maya.ask(OUTSIDE, first["conversation_id"]) for _ in range(2)))
    runs = [await maya.run_in(one["run_id"], "succeeded") for one in asked]
    assert runs[0]["id"] != runs[1]["id"]
    assert [len(await maya.answers(run)) for run in runs] == [1, 1]


async def test_a_question_is_answered_with_sources_and_the_second_one_is_told_on(
    maya: Story, installation: Installation
) -> None:
    installation.sandbox.seed(**demo.build(demo.SEED, datetime.now(UTC)))
    account_id = await maya.connect(demo.WORK_EMAIL)
    asked = await maya.ask("List the mails from Sarah Chen")
    listed = await last_words(maya, await maya.run_in(asked["run_id"], "succeeded"))
    titles = [source["title"] for source in listed["citations"]]
    assert len(titles) == len(listed["text"].splitlines()) - 1
    assert {source["account_id"] for source in listed["citations"]} == {account_id}

    follow_up = await maya.ask("Summarise the second one", asked["conversation_id"])
    told = await last_words(maya, await maya.run_in(follow_up["run_id"], "succeeded"))
    assert [source["title"] for source in told["citations"]] == titles[1:2]
    assert (await maya.person.get("/approvals")).json()["items"] == []
    assert installation.sandbox.ledger(method="gmail.*") == []


async def test_what_could_not_be_read_is_flagged_and_trying_again_reads_it(
    maya: Story, installation: Installation
) -> None:
    installation.sandbox.seed(**demo.build(demo.SEED, datetime.now(UTC)))
    accounts = {await maya.connect(demo.WORK_EMAIL), await maya.connect(demo.HOME_EMAIL)}
    installation.sandbox.fault("gmail.users.messages.list", status=403, reason="forbidden", count=1)
    asked = await maya.ask("List my unread mails")
    partial = await maya.run_in(asked["run_id"], "partial", "succeeded", "failed")
    [missing] = partial["missing"]
    assert (missing["account_id"] in accounts, missing["retry_helps"]) == (True, True)
    assert missing["text"] in (await last_words(maya, partial))["text"]
    await maya.accepted(await maya.person.post(f"/runs/{partial['id']}/retry"))
    whole = await maya.run_in(partial["id"], "succeeded", "partial", "failed")
    cited = {source["account_id"] for source in (await last_words(maya, whole))["citations"]}
    assert (whole["missing"], cited) == ([], accounts)
