"""One request becomes a summary and three drafts; some become replies, and exactly what was approved leaves, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.flows import project_world
from tests.flows.installation import Installation
from tests.flows.project_world import ME, Project
from tests.flows.story import Json, Story
from tests.flows.test_one_reply import parsed

pytestmark = pytest.mark.xdist_group("installation")

HOLD = timedelta(minutes=5)


async def at_work(maya: Story, installation: Installation, project: Project) -> Story:
    """The person with the project's mailbox connected."""
    installation.sandbox.seed(*project.accounts)
    await maya.connect(ME)
    return maya


async def drafts_of(alex: Story, project: Project) -> dict[str, Json]:
    """The three drafts by their recipient, once the one question is answered."""
    asked = await alex.ask(f"Summarize emails about Project {project.name} and draft responses")
    run = await alex.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert run["waiting_for"] == "clarification", run
    said = await alex.answers(run)
    assert project.question in said[-1]
    await alex.ask(project.answer, asked["conversation_id"])
    await alex.until(lambda: alex.run(asked["run_id"]), lambda now: now["waiting_for"] == "approval")
    return {card["recipients"][0]["email"]: card for card in await alex.cards(asked["run_id"])}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_of_three_drafts_one_is_edited_one_rejected_two_sent_instead_and_one_of_those_taken_back(
    maya: Story, installation: Installation, seed: int
) -> None:
    project = project_world.build(seed, datetime.now(UTC))
    alex = await at_work(maya, installation, project)
    cards = await drafts_of(alex, project)
    assert {card["change"]["kind"] for card in cards.values()} == {"mail.draft.create"}
    assert project.wish in cards[project.wisher]["preview"]["text"]["after"]
    assert project.told in cards[project.teller]["preview"]["text"]["after"]
    assert project.answer in cards[project.asker]["preview"]["text"]["after"]
    run = await alex.run(cards[project.asker]["run_id"])
    [summary] = [text for text in await alex.answers(run) if text.startswith("Summary about")]
    assert project.wish.split(" by ")[0].split("the ")[-1] in summary

    edited = await alex.edit(cards[project.wisher], body_text="Hi,\n\nConfirmed, we are ready.")
    sending = [await send_instead(alex, card) for card in (edited, cards[project.asker])]
    assert [card["change"]["kind"] for card in sending] == ["mail.reply", "mail.reply"]
    assert [card["undo"]["mode"] for card in sending] == ["held", "held"]
    results = await approve_together(alex, sending)
    assert [one["ok"] for one in results] == [True, True]
    assert (await alex.card(cards[project.teller]["id"]))["status"] == "pending"
    assert installation.sends() == []

    await alex.accepted(await alex.keyed(f"/actions/{sending[1]['action_id']}/undo"))
    await alex.accepted(await alex.decide(cards[project.teller], "reject", words="not needed"))
    await installation.advance(HOLD + timedelta(seconds=5))
    done = await alex.action_in(sending[0]["action_id"], "done", "failed", "refused", "needs_review")
    assert done["state"] == "done", done
    await alex.run_in(run["id"], "succeeded")

    [sent] = installation.sends()
    mail = parsed(sent["notes"]["raw"])
    assert sent["method_id"] == "gmail.users.drafts.send"
    assert str(mail["To"]).endswith(f"<{project.wisher}>")
    assert first_lines_of(mail) == "Hi,\n\nConfirmed, we are ready."


async def test_nothing_is_drafted_about_a_project_that_no_mail_names(
    maya: Story, installation: Installation
) -> None:
    alex = await at_work(maya, installation, project_world.build(4, datetime.now(UTC)))
    asked = await alex.ask("Summarize emails about Project Zeppelin and draft responses")
    answer = await alex.answer(asked["run_id"])
    assert "I found no mail about Project Zeppelin" in answer
    assert await alex.cards(asked["run_id"]) == []


async def test_it_is_asked_which_project_is_meant_when_strangers_use_the_same_name(
    maya: Story, installation: Installation
) -> None:
    project = project_world.build(5, datetime.now(UTC), is_one=False)
    alex = await at_work(maya, installation, project)
    asked = await alex.ask(f"Summarize emails about Project {project.name} and draft responses")
    run = await alex.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert f"Which Project {project.name} do you mean?" in (await alex.answers(run))[-1]
    await alex.ask("the one about costs", asked["conversation_id"])
    await alex.until(lambda: alex.run(asked["run_id"]), lambda now: now["waiting_for"] == "approval")
    [card] = await alex.cards(asked["run_id"])
    assert [one["email"] for one in card["recipients"]] == [project.teller]


async def send_instead(alex: Story, card: Json) -> Json:
    """The draft's next version, which sends it."""
    path = f"/approvals/{card['id']}/send-instead"
    return await alex.accepted(await alex.person.post(path, {"version": card["version"]}))


async def approve_together(alex: Story, cards: list[Json]) -> list[Json]:
    """The results of approving exactly these in one submit."""
    items = [
        {
            "id": card["id"],
            "verb": "approve",
            "version": card["version"],
            "digest": card["digest"],
            "acknowledged": card["requires"],
        }
        for card in cards
    ]
    answer = await alex.accepted(await alex.keyed("/approvals/decide", {"items": items}))
    results: list[Json] = answer["items"]
    return results


def first_lines_of(mail: EmailMessage) -> str:
    """The person's own words of a mail, without signature and quote."""
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return "\n".join(text.replace("\r\n", "\n").split("\n")[:3])
