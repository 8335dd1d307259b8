"""The gate: rows decide, the interrupt only wakes; nobody can say yes through the graph."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from countersign.runs import resume
from countersign.runs.models import Run
from countersign.workflows import gate
from countersign.workflows.context import RunContext
from countersign.workflows.engine import Command, RunnableConfig, Runtime
from countersign.workflows.registry import WORKFLOWS
from countersign.workflows.steps import Graph
from tests.runs.trouble import paused_after, until_blocked
from tests.workflows.mailroom import MailDesk


async def _graph(alex: MailDesk, run: Run) -> tuple[Graph, RunnableConfig, RunContext]:
    """The run's graph as somebody with the process in hands would use it, under the current fence."""
    current = await alex.run(run.id)
    saver = alex.checkpoints.for_drive(alex.user_id, run.id, current.fence)
    context = RunContext(
        alex.services, alex.user_id, run.id, run.conversation_id, current.attempt, current.fence, run.request
    )
    graph = WORKFLOWS["email"].graph.copy({"checkpointer": saver})
    return graph, {"configurable": {"thread_id": str(run.id)}}, context


async def _interrupt_id(alex: MailDesk, run: Run) -> str:
    graph, config, _ = await _graph(alex, run)
    (found,) = (await graph.aget_state(config)).interrupts
    return found.id


async def _resume_with(alex: MailDesk, run: Run, payload: Any) -> None:
    graph, config, context = await _graph(alex, run)
    await graph.ainvoke(Command(resume=payload), config, context=context, durability="sync")


async def test_a_yes_in_a_resume_payload_approves_nothing(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    yes = {"verb": "approve", "approved": True}

    await _resume_with(alex, run, {await _interrupt_id(alex, run): yes})

    card = await alex.card()
    assert (card["status"], alex.sent()) == ("pending", [])
    assert await _interrupt_id(alex, run)


async def test_an_old_wake_cannot_answer_a_later_wait(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    old = await _interrupt_id(alex, run)
    await alex.decide("respond", "say Thursday instead of Wednesday")
    await alex.drive(run)
    new = await _interrupt_id(alex, run)

    await _resume_with(alex, run, {old: 1})

    assert old != new
    assert await _interrupt_id(alex, run) == new
    assert (await alex.card())["status"] == "pending"


async def test_five_resumes_at_once_drive_the_run_once(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("reject")

    async def wake() -> None:
        async with alex.services.db.session(alex.user_id) as session:
            await resume.resume(session, alex.services, run.id)

    await asyncio.gather(*(wake() for _ in range(5)))
    await asyncio.gather(*(alex.drive(run) for _ in range(5)))

    ended = await alex.run(run.id)
    assert (ended.state, ended.fence) == ("succeeded", run.fence + 1)
    assert len(await alex.answers(run.id)) == 1


async def test_no_wake_is_lost_while_the_run_is_at_work(alex: MailDesk) -> None:
    run = await alex.ask_for_a_reply()
    driving = asyncio.create_task(alex.drive(run))
    await alex.until(run.id, frozenset({"running"}))
    async with alex.services.db.session(alex.user_id) as session:
        await resume.resume(session, alex.services, run.id)
    await driving

    waiting = await alex.run(run.id)
    assert (waiting.state, waiting.wake_seen) == ("waiting", waiting.wake_wanted)


async def test_cancelling_a_waiting_run_closes_its_card(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    await alex.cancel(run)

    assert (await alex.run(run.id)).state == "cancelled"
    assert (await alex.card())["status"] == "cancelled"


async def test_cancelling_a_run_at_work_leaves_no_open_card(alex: MailDesk) -> None:
    run = await alex.ask_for_a_reply()
    async with paused_after(alex.database, "search"):
        driving = asyncio.create_task(alex.drive(run))
        await until_blocked(alex.database)
        cancelling = asyncio.create_task(alex.cancel(run))
    await asyncio.gather(driving, cancelling)

    assert (await alex.run(run.id)).state == "cancelled"
    assert [card["status"] for card in await alex.cards() if card["status"] == "pending"] == []


async def test_a_cancelled_run_tried_again_makes_a_new_card(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.cancel(run)

    again = await alex.retry(run)

    assert (again.state, again.attempt) == ("waiting", 2)
    assert sorted(card["status"] for card in await alex.cards()) == ["cancelled", "pending"]


async def test_a_held_reply_shows_the_run_waiting_for_the_hold(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    before = await alex.waiting_for(run)
    await alex.decide("approve")

    assert (before, await alex.waiting_for(run)) == ("approval", "hold")


async def test_a_card_approved_before_its_step_is_done_again_is_not_announced_as_waiting(
    alex: MailDesk,
) -> None:
    run = await alex.ask_and_drive()
    graph, config, context = await _graph(alex, run)
    drafted = [
        state.values async for state in graph.aget_state_history(config) if state.values.get("proposed")
    ]
    await alex.decide("approve")
    said_before = await alex.answers(run.id)

    await gate.preview(cast(gate.GateState, drafted[0]), Runtime(context=context))

    assert await alex.waiting_for(run) == "hold"
    assert len(await alex.cards()) == 1
    assert await alex.answers(run.id) == said_before
