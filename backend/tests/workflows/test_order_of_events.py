"""The event stream tells what happened in the order in which it happened, in words that are true at that moment."""

from __future__ import annotations

import json

from countersign.runs.models import Run
from tests.workflows.mailroom import MailDesk


async def _told(alex: MailDesk, run: Run) -> list[str]:
    """The run's events, each as one line; those of steps with step and status."""
    lines = []
    for event in await alex.events(run.id):
        data = json.loads(event["data"])
        is_step = event["type"] == "step.updated"
        lines.append(f"{data['node']} {data['status']}" if is_step else event["type"])
    return lines


async def test_a_card_and_an_answer_come_after_the_step_that_makes_them_began(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("reject")
    await alex.drive(run)

    told = await _told(alex, run)
    opened = told.index("approval.requested")
    assert (
        told.index("draft done")
        < told.index("gate.preview running")
        < opened
        < told.index("gate.preview done")
    )
    answered = len(told) - 1 - told[::-1].index("message.created")
    assert (
        told.index("gate.settle done") < told.index("report running") < answered < told.index("report done")
    )


async def test_after_a_decision_nothing_claims_to_wait_for_it(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    before = len(await alex.events(run.id))
    await alex.decide("reject")
    await alex.drive(run)

    details = [
        json.loads(event["data"])["detail"]
        for event in (await alex.events(run.id))[before:]
        if event["type"] == "step.updated"
    ]
    assert not [detail for detail in details if "Waiting" in detail]
    assert details[0] == "You decided, or something changed."


async def test_every_step_of_a_run_is_told_once_in_each_status(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("reject")
    await alex.drive(run)

    steps = [line for line in await _told(alex, run) if " " in line]
    assert len(steps) == len(set(steps))
    assert {step.status for step in await alex.steps(run.id)} == {"done"}


async def test_a_run_looked_at_during_the_hold_does_not_wait_for_a_decision(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("approve")
    await alex.resume(run)

    assert (await alex.run(run.id)).state == "waiting"
    assert (await alex.said(run))[
        "gate.wait"
    ] == "You approved one card; it goes out when its time for undo is over."
