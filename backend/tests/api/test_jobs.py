"""Background jobs: tried again with growing waits, given up with the error's name, done again once by their owner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from procrastinate import App, PsycopgConnector

from countersign.actions import execute
from countersign.jobs import tasks
from countersign.kit.crypto import Keys
from tests.actions.desk import Desk
from tests.api.person import Person

TRIES = 4
REPLAY = {"Idempotency-Key": "again-1"}


async def work(desk: Desk) -> None:
    """Take what the queue has to take now, and wait for no try that is to come later."""

    async def do(kind: str, user_id: UUID, row_id: UUID) -> None:
        if kind == "action":
            await execute.run(desk.services, user_id, row_id)

    queue = App(connector=PsycopgConnector(conninfo=desk.database.system_url))
    tasks.register(queue, desk.services.db, do)
    async with queue.open_async():
        await queue.run_worker_async(wait=False, delete_jobs="successful", install_signal_handlers=False)


async def fail(keyless: Desk) -> list[int]:
    """Seconds until the next try of each job that failed now; that wait is then over."""
    await work(keyless)
    rows = await keyless.database.as_owner("""
        SELECT round(extract(epoch FROM j.scheduled_at - max(e.at)))::int AS seconds
        FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred_for_retry'
        WHERE j.status = 'todo' GROUP BY j.id
    """)
    await keyless.database.as_owner(
        "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"
    )
    return [row["seconds"] for row in rows]


@pytest.fixture
def keyless(desk: Desk, tmp_path: Path) -> Desk:
    """The same installation on a machine where its master key is missing."""
    return replace(desk, services=replace(desk.services, keys=Keys.create(tmp_path)))


@pytest.fixture
async def given_up(desk: Desk, keyless: Desk) -> dict[str, Any]:
    """The card of an approved mail whose job failed every time."""
    card = await desk.approved()
    for _ in range(TRIES):
        await fail(keyless)
    return card


async def letters_of(person: Person) -> list[dict[str, Any]]:
    """The person's dead letters."""
    found: list[dict[str, Any]] = (await person.get("/jobs/dead-letters")).json()["items"]
    return found


async def told(person: Person) -> list[tuple[str, str]]:
    """Job and state of every `job.updated`, in order."""
    events = (await person.get("/events")).json()["events"]
    return [
        (event["data"]["job_id"], event["data"]["state"])
        for event in events
        if event["type"] == "job.updated"
    ]


async def test_a_job_that_failed_waits_for_its_next_try_and_names_the_error(
    alex: Person, desk: Desk, keyless: Desk
) -> None:
    card = await desk.approved()
    (queued,) = (await alex.get("/jobs")).json()["items"]
    await work(keyless)
    (job,) = (await alex.get("/jobs")).json()["items"]
    assert (queued["state"], queued["attempts"], queued["action_id"]) == ("queued", 0, card["action_id"])
    assert (job["state"], job["attempts"], job["error_code"]) == ("retrying", 1, "unavailable")
    assert job["next_try_at"] > job["queued_at"]
    assert await letters_of(alex) == []


async def test_after_three_retries_with_growing_waits_it_is_a_dead_letter(
    alex: Person, desk: Desk, keyless: Desk
) -> None:
    card = await desk.approved()
    waits = [await fail(keyless) for _ in range(TRIES)]
    (letter,) = await letters_of(alex)
    # 2 seconds to the power of the number of the retry; nothing is planned after the last.
    assert waits == [[2], [4], [8], []]
    assert (letter["state"], letter["attempts"], letter["next_try_at"]) == ("failed", TRIES, None)
    assert (letter["error_type"], letter["error_code"]) == ("UnavailableError", "unavailable")
    assert letter["action_id"] == card["action_id"]
    assert await told(alex) == [(letter["id"], "retrying")] * 3 + [(letter["id"], "failed")]
    assert desk.sends() == []


async def test_a_dead_letter_is_replayed_once_and_its_mail_leaves_once(
    alex: Person, desk: Desk, given_up: dict[str, Any]
) -> None:
    (letter,) = await letters_of(alex)
    answer = await alex.post(f"/jobs/{letter['id']}/replay", headers=REPLAY)
    same = await alex.post(f"/jobs/{letter['id']}/replay", headers=REPLAY)
    again = await alex.post(f"/jobs/{letter['id']}/replay")
    await work(desk)
    assert (answer.status_code, answer.json()["state"], answer.json()["replay_of"]) == (
        202,
        "queued",
        letter["id"],
    )
    assert (same.json(), again.status_code, again.json()["code"]) == (answer.json(), 409, "job_replayed")
    assert (await desk.state(given_up), len(desk.sends())) == ("done", 1)
    assert await letters_of(alex) == []
    new = answer.json()["id"]
    assert (await told(alex))[-3:] == [(letter["id"], "replayed"), (new, "queued"), (new, "succeeded")]
    assert [entry["verb"] for entry in (await alex.get("/audit")).json()["entries"]].count("job.replay") == 1


async def test_a_replay_of_what_was_done_meanwhile_does_nothing_more(
    alex: Person, desk: Desk, given_up: dict[str, Any]
) -> None:
    await desk.execute(given_up)
    (letter,) = await letters_of(alex)
    answer = await alex.post(f"/jobs/{letter['id']}/replay")
    await work(desk)
    assert (answer.status_code, len(desk.sends())) == (202, 1)
    assert (await told(alex))[-1] == (answer.json()["id"], "succeeded")


async def test_what_is_still_tried_by_itself_is_not_replayed(alex: Person, desk: Desk, keyless: Desk) -> None:
    await desk.approved()
    await work(keyless)
    (job,) = (await alex.get("/jobs")).json()["items"]
    answer = await alex.post(f"/jobs/{job['id']}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_failed")


async def test_nobody_sees_the_jobs_of_another(
    alex: Person, lee: Person, desk: Desk, given_up: dict[str, Any]
) -> None:
    (letter,) = await letters_of(alex)
    assert (await lee.get("/jobs")).json()["items"] == []
    assert await letters_of(lee) == []
    assert (await lee.post(f"/jobs/{letter['id']}/replay")).status_code == 404


async def test_jobs_come_in_pages(maya: Person) -> None:
    for _ in range(3):
        await maya.post("/messages", {"text": "Water the plants"})
    first = (await maya.get("/jobs", params={"limit": 2})).json()
    rest = (await maya.get("/jobs", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    runs = [job["run_id"] for job in first["items"] + rest["items"]]
    assert (len(first["items"]), len(rest["items"]), len(set(runs))) == (2, 1, 3)
    assert rest["next_cursor"] is None
