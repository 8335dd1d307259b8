"""Postgres stopped at once, three times, also while it recovers: approved replies leave once and none is lost."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from countersign.accounts.services import opened_services
from countersign.kit import embedded_postgres
from countersign.kit.embedded.home import data_root
from countersign.settings import Settings
from tests import cluster
from tests.actions.people import mailboxes, sit_down
from tests.crash.test_kills import markers, sent_markers
from tests.crash.workers import nursery, watching
from tests.sandbox.server import Sandbox

N_ACTIONS = 12
STOPS = 3


@pytest.fixture
def server() -> Iterator[embedded_postgres.ServerHandle]:
    """A Postgres of this test's own, migrated, with its ordinary durability."""
    folder = data_root(cluster.ROOT) / "tests" / uuid4().hex[:12]
    handle = embedded_postgres.start(folder / "postgres", max_connections=100)
    cluster.migrate(handle.owner_url)
    yield handle
    handle.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def own_database(server: embedded_postgres.ServerHandle) -> AsyncIterator[cluster.ProductDatabase]:
    """Its database."""
    async with cluster.opened(server.addresses) as opened:
        yield opened


async def test_replies_survive_three_immediate_stops_of_the_database(
    server: embedded_postgres.ServerHandle,
    own_database: cluster.ProductDatabase,
    settings: Settings,
    google_sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    google_sandbox.seed(*mailboxes(N_ACTIONS))
    kept = ("google_base_url", "action_lease_seconds", "provider_call_timeout_seconds", "hold_seconds")
    own = own_database.settings(settings.keys_dir, **{name: getattr(settings, name) for name in kept})
    async with opened_services(own) as services:
        desk = await sit_down(services, own_database, google_sandbox)
        await own_database.as_owner("UPDATE runs SET state = 'cancelled'")
        cards = [await desk.propose(number) for number in range(1, N_ACTIONS + 1)]
        for card in cards:
            await desk.decide(card)
        google_sandbox.fault("gmail.users.drafts.send", latency_seconds=0.3)
        with nursery(own, tmp_path) as children:
            children.start("worker")
            children.start("worker")
            for stop in range(STOPS):
                await asyncio.sleep(1.0)
                server.stop_immediately()
                server.relaunch()
                if stop == 1:  # once more before it has settled
                    server.stop_immediately()
                    server.relaunch()
            async with watching(server.superuser_url) as watch:
                await watch.until_all_ended(60)
                assert await watch.states() == {"done": N_ACTIONS}
        assert sent_markers(desk) == Counter(await markers(desk))
