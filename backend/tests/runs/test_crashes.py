"""kill -9 of workers anywhere in a run: one answer, within the promised minute, without an operator."""

from __future__ import annotations

import random
import time

import pytest
from pydantic import SecretStr

from countersign.accounts.services import Services
from countersign.settings import SAFE_PASSWORD_MEMORY_MIB, Settings
from tests.runs.desk import OUTSIDE_REQUEST, Desk, start_worker, worker_running
from tests.runs.trouble import locked, until_blocked

# Where a run of two steps writes: its worker is killed while it waits to write there.
PLACES = ["runs", "checkpoints", "checkpoint_writes", "messages", "events"]
PROMISED_SECONDS = 60


def test_the_settings_add_up_to_less_than_the_promised_minute() -> None:
    settings = Settings(_env_file=None)
    # A dead worker is noticed (heartbeat + stalled + reaper), its lease ends, one reconcile takes one call.
    worst_action = (
        settings.worker_heartbeat_seconds
        + settings.worker_stalled_seconds
        + settings.reaper_interval_seconds
        + settings.action_lease_seconds
    )
    worst_run = settings.run_lease_seconds + settings.scan_interval_seconds

    assert worst_action < PROMISED_SECONDS
    assert worst_run < PROMISED_SECONDS
    assert settings.run_lease_renew_seconds * 2 < settings.run_lease_seconds
    assert settings.provider_call_timeout_seconds < settings.action_lease_seconds


@pytest.mark.parametrize("place", PLACES)
async def test_a_run_whose_worker_is_killed_is_answered_once(
    maya: Desk, services: Services, place: str
) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with locked(maya.database, place):
        worker = start_worker(services)
        await until_blocked(maya.database)
        worker.kill()
        worker.communicate()
    killed_at = time.monotonic()
    await _let_the_lease_end(maya)

    with worker_running(services):
        ended = await maya.until_ended(run.id)

    assert time.monotonic() - killed_at < PROMISED_SECONDS
    assert (ended.state, len(await maya.answers(run.id))) == ("succeeded", 1)


async def test_a_default_lease_ends_by_itself_within_the_minute(maya: Desk, services: Services) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with locked(maya.database, "messages"):
        worker = start_worker(services)
        await until_blocked(maya.database)
        worker.kill()
        worker.communicate()
    killed_at = time.monotonic()

    with worker_running(services):
        ended = await maya.until_ended(run.id)

    assert time.monotonic() - killed_at < PROMISED_SECONDS
    assert (ended.state, len(await maya.answers(run.id))) == ("succeeded", 1)


async def test_random_kills_lose_no_message_and_answer_none_twice(maya: Desk, services: Services) -> None:
    chance = random.Random(20260302)
    runs = [await maya.ask(OUTSIDE_REQUEST) for _ in range(30)]
    for _ in range(3):
        worker = start_worker(services)
        await maya.until_some_ended(runs, at_least=chance.randint(2, 8))
        worker.kill()
        worker.communicate()
        await _let_the_lease_end(maya)

    with worker_running(services):
        ended = [await maya.until_ended(run.id) for run in runs]

    assert [run.problem for run in ended] == [None] * len(runs)
    assert [len(await maya.answers(run.id)) for run in runs] == [1] * len(runs)


async def test_a_worker_asked_to_stop_ends_within_seconds_and_loses_nothing(
    maya: Desk, services: Services
) -> None:
    runs = [await maya.ask(OUTSIDE_REQUEST) for _ in range(10)]
    worker = start_worker(services)
    await maya.until_some_ended(runs, at_least=1)
    worker.terminate()
    asked_at = time.monotonic()

    output = worker.communicate(timeout=20)[0]

    assert time.monotonic() - asked_at < 8, output
    assert worker.returncode == 0, output
    with worker_running(services):
        for run in runs:
            await maya.until_ended(run.id)
    assert [len(await maya.answers(run.id)) for run in runs] == [1] * len(runs)


async def test_a_worker_refuses_a_moved_clock_in_production(maya: Desk, services: Services) -> None:
    await maya.database.as_owner("UPDATE clock_offset SET offset_by = interval '1 hour'")
    production = {
        "environment": "production",
        "google_client_secret": SecretStr("our own"),
        "google_base_url": "",
        "password_memory_mib": SAFE_PASSWORD_MEMORY_MIB,
    }
    settings = services.settings.model_copy(update=production)

    with worker_running(maya.with_settings(settings)) as worker:
        output = worker.communicate(timeout=30)[0].decode()

    assert worker.returncode != 0
    assert "clock of this installation is moved" in output


async def _let_the_lease_end(maya: Desk) -> None:
    # What waiting 15 s would do; the worker that held the lease is dead.
    await maya.database.as_owner("UPDATE runs SET lease_until = app_now() WHERE state = 'running'")
