"""The project of the demo world: three drafts from one request in any world that has it, a word or a question else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.flows.installation import Installation
from tests.flows.story import Story
from workspace_sandbox.worlds import demo
from workspace_sandbox.worlds.vocabulary import Vocabulary

pytestmark = pytest.mark.xdist_group("installation")

REQUEST = "Summarize emails about Project X and draft responses"
OTHER_SEED = 8
WRITERS = ("marcus.reid@alderway.example", "greta.holm@nordlys.example", "priya.raman@alderway.example")


async def at_work(maya: Story, installation: Installation, seed: int, projects: int = 1) -> Vocabulary:
    """The words of the world whose work account is connected now."""
    installation.sandbox.seed(**demo.build(seed, datetime.now(UTC), projects=projects))
    await maya.connect(demo.WORK_EMAIL)
    return Vocabulary(seed)


@pytest.mark.parametrize("seed", [demo.SEED, OTHER_SEED])
async def test_a_project_of_three_people_is_told_and_answered_with_three_drafts(
    maya: Story, installation: Installation, seed: int
) -> None:
    words = await at_work(maya, installation, seed)
    asked = await maya.ask(words.say(REQUEST))
    run = await maya.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert run["waiting_for"] == "approval", run
    cards = await maya.cards(asked["run_id"])
    assert {card["change"]["kind"] for card in cards} == {"mail.draft.create"}
    assert {card["recipients"][0]["email"] for card in cards} == {words.say(one) for one in WRITERS}
    told = "\n".join(await maya.answers(run))
    assert "Please send me the final delivery plan for the twenty prototypes" in told
    assert installation.sandbox.ledger(method="gmail.*") == []


async def test_a_world_without_the_project_is_said_to_have_none(
    maya: Story, installation: Installation
) -> None:
    words = await at_work(maya, installation, OTHER_SEED, projects=0)
    asked = await maya.ask(words.say(REQUEST))
    assert words.say("I found no mail about Project X") in await maya.answer(asked["run_id"])
    assert await maya.cards(asked["run_id"]) == []


async def test_two_projects_of_one_name_bring_one_question(maya: Story, installation: Installation) -> None:
    words = await at_work(maya, installation, demo.SEED, projects=2)
    asked = await maya.ask(words.say(REQUEST))
    run = await maya.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert run["waiting_for"] == "clarification", run
    assert "Which Project X do you mean?" in (await maya.answers(run))[-1]
    await maya.ask("the Lisbon showroom", asked["conversation_id"])
    await maya.until(lambda: maya.run(asked["run_id"]), lambda now: now["waiting_for"] == "approval")
    [card] = await maya.cards(asked["run_id"])
    assert card["recipients"][0]["email"] == "ines.carvalho@casalumen.example"
