"""Promotions of a mailbox are archived on one card and taken back by one click: what we changed, and only that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.flows.installation import Installation
from tests.flows.story import Story
from workspace_sandbox.worlds import demo

pytestmark = pytest.mark.xdist_group("installation")


def labels_of(installation: Installation) -> dict[str, list[str]]:
    """The labels of every mail of the work account."""
    messages = installation.sandbox.state(demo.WORK_EMAIL)["messages"]
    return {message["id"]: sorted(message["labels"]) for message in messages}


async def test_45_promotional_mails_are_archived_on_one_card_and_come_back(
    maya: Story, installation: Installation
) -> None:
    installation.sandbox.seed(**demo.build(demo.SEED, datetime.now(UTC)))
    await maya.connect(demo.WORK_EMAIL, "organise_mail")
    before = labels_of(installation)
    asked = await maya.ask("Archive all promotional mails older than 30 days")
    run = await maya.run_in(asked["run_id"], "waiting", "failed", "succeeded")
    assert run["waiting_for"] == "approval", run
    [card] = await maya.cards(asked["run_id"])
    assert card["preview"]["mails"]["count"] == 45
    assert labels_of(installation) == before

    await maya.approve(card)
    await maya.action_in(card["action_id"], "done")
    after = labels_of(installation)
    changed = {message_id for message_id in before if before[message_id] != after[message_id]}
    assert changed == set(card["change"]["changes"][0]["message_ids"])
    assert all("INBOX" not in after[message_id] for message_id in changed)

    await maya.accepted(await maya.keyed(f"/actions/{card['action_id']}/undo"))
    await maya.until(lambda: maya.action(card["action_id"]), lambda now: now["undo"]["state"] == "undone")
    assert labels_of(installation) == before
