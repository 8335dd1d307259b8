"""Runs over HTTP: where one stands, what it said, any past state, and asking it to go on, stop or try again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from countersign.accounts.services import opened_services
from countersign.kit.ids import from_public
from countersign.runs.driver import drive
from countersign.runs.saver import Checkpoints
from tests.actions.desk import Desk
from tests.api.person import Person
from tests.api.serving import Served

OUTSIDE = "Book me a table for two"
_TITLE = "Send reply to Dana Ito"

Drive = Callable[[Person, str], Awaitable[None]]


@pytest.fixture
async def worked(served: Served) -> AsyncIterator[Drive]:
    """What a worker does: drives a person's run as far as it goes."""
    url = served.settings.database_url.get_secret_value()
    async with opened_services(served.settings) as services, Checkpoints(url, pool_size=2) as checkpoints:

        async def work(person: Person, run_id: str) -> None:
            user_id = from_public("usr", (await person.get("/auth/session")).json()["user"]["id"])
            await drive(services, checkpoints, user_id, from_public("run", run_id))

        yield work


async def asked(person: Person, text: str = OUTSIDE) -> str:
    """The id of the run that this message starts."""
    return str((await person.post("/messages", {"text": text})).json()["run_id"])


async def test_a_run_shows_its_request_steps_and_answer(maya: Person, worked: Drive) -> None:
    run_id = await asked(maya)
    queued = (await maya.get(f"/runs/{run_id}")).json()
    await worked(maya, run_id)
    ended = (await maya.get(f"/runs/{run_id}")).json()
    said = (await maya.get(f"/conversations/{ended['conversation_id']}/messages")).json()["items"]
    assert (queued["state"], queued["request"], queued["steps"]) == ("queued", OUTSIDE, [])
    assert (ended["state"], {step["status"] for step in ended["steps"]}) == ("succeeded", {"done"})
    assert [(message["role"], message["run_id"]) for message in said] == [
        ("assistant", run_id),
        ("user", run_id),
    ]


async def test_every_state_in_the_history_can_be_read_again_by_its_id(maya: Person, worked: Drive) -> None:
    run_id = await asked(maya)
    await worked(maya, run_id)
    states = (await maya.get(f"/runs/{run_id}/history")).json()["states"]
    again = [(await maya.get(f"/runs/{run_id}/states/{state['checkpoint_id']}")).json() for state in states]
    assert len(states) >= 3
    assert again == states
    assert states[0]["next"] == []


async def test_a_run_that_was_not_driven_has_no_history(maya: Person) -> None:
    assert (await maya.get(f"/runs/{await asked(maya)}/history")).json() == {"states": []}


@pytest.mark.parametrize("checkpoint", ["1f0b5e6e-0000-6000-8000-000000000000", "nonsense", "%00", "a" * 65])
async def test_a_state_that_does_not_exist_is_404(maya: Person, worked: Drive, checkpoint: str) -> None:
    run_id = await asked(maya)
    await worked(maya, run_id)
    assert (await maya.get(f"/runs/{run_id}/states/{checkpoint}")).status_code == 404


async def test_the_events_of_a_run_are_its_part_of_the_log(maya: Person, worked: Drive) -> None:
    first, second = await asked(maya), await asked(maya)
    await worked(maya, first)
    await worked(maya, second)
    log = (await maya.get("/events")).json()
    part = (await maya.get(f"/runs/{first}/events")).json()
    assert part["events"] == [event for event in log["events"] if event["run_id"] == first]
    assert part["head_seq"] == log["head_seq"]
    assert {"run.started", "step.updated", "run.updated", "message.completed"} <= {
        event["type"] for event in part["events"]
    }


async def test_runs_are_listed_newest_first_over_pages(maya: Person, lee: Person) -> None:
    runs = [await asked(maya, f"Book table {n}") for n in range(3)]
    await asked(lee)
    first = (await maya.get("/runs", params={"limit": 2})).json()
    second = (await maya.get("/runs", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [run["id"] for run in first["items"] + second["items"]] == runs[::-1]


async def test_a_cancelled_run_can_be_tried_again(maya: Person, worked: Drive) -> None:
    run_id = await asked(maya)
    cancelled = await maya.post(f"/runs/{run_id}/cancel")
    retried = await maya.post(f"/runs/{run_id}/retry")
    await worked(maya, run_id)
    ended = (await maya.get(f"/runs/{run_id}")).json()
    assert [(answer.status_code, answer.json()["state"]) for answer in (cancelled, retried)] == [
        (202, "cancelled"),
        (202, "queued"),
    ]
    assert (ended["state"], ended["attempt"]) == ("succeeded", 2)


async def test_a_run_that_has_ended_is_neither_cancelled_resumed_nor_tried_again(
    maya: Person, worked: Drive
) -> None:
    run_id = await asked(maya)
    await worked(maya, run_id)
    answers = [await maya.post(f"/runs/{run_id}/{verb}") for verb in ("cancel", "resume", "retry")]
    assert [answer.status_code for answer in answers] == [409, 409, 409]


async def test_the_same_retry_twice_is_one_attempt(maya: Person) -> None:
    run_id = await asked(maya)
    await maya.post(f"/runs/{run_id}/cancel")
    key = {"Idempotency-Key": "retry-1"}
    answers = [await maya.post(f"/runs/{run_id}/retry", headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await maya.get(f"/runs/{run_id}")).json()["attempt"] == 2


async def test_a_waiting_run_shows_what_it_waits_for_and_its_actions(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    run = (await alex.get(f"/runs/{card['run_id']}")).json()
    assert (run["state"], run["waiting_for"]) == ("waiting", "approval")
    assert [(action["approval_id"], action["state"], action["title"]) for action in run["actions"]] == [
        (card["id"], "proposed", _TITLE)
    ]


async def test_cancelling_a_waiting_run_closes_its_cards(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    await alex.post(f"/runs/{card['run_id']}/cancel")
    assert (await alex.get(f"/approvals/{card['id']}")).json()["status"] == "cancelled"


async def test_an_action_whose_end_is_known_needs_no_check(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    answers = [await alex.post(f"/actions/{card['action_id']}/{verb}") for verb in ("check", "try-again")]
    assert [answer.status_code for answer in answers] == [409, 409]


async def test_every_workflow_is_drawn(maya: Person) -> None:
    workflows = (await maya.get("/workflows")).json()["workflows"]
    drawn = {workflow["name"]: workflow["graph"] for workflow in workflows}
    ids = {node["id"] for node in drawn["email"]["nodes"]}
    assert {"outside", "email"} <= drawn.keys()
    assert {end for edge in drawn["email"]["edges"] for end in edge} <= ids
    assert (await maya.get("/workflows/email")).json() == {"name": "email", "graph": drawn["email"]}
    assert (await maya.get("/workflows/none")).status_code == 404
