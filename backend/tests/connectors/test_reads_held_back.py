"""Reads against a Google that fails: the mailbox rests, is tried once and comes back; bursts stay under the quota."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from countersign.connectors.errors import DailyQuotaUsed, ProviderUnknown, ReadsHeldBack
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.transport import GoogleClient
from countersign.settings import ServiceQuota, Settings
from tests.connectors.conftest import ALEX, SHORT_WAITS, NewCredentials
from tests.sandbox.server import Sandbox

PROFILE = "gmail.users.getProfile"


@pytest.fixture
def tried_once(google_settings: Settings) -> Iterator[GoogleClient]:
    """A way to the sandbox that tries a read once and rests half a second."""
    changed = {"google_read_retry_waits_seconds": (), "breaker_open_seconds": 0.5}
    client = GoogleClient(google_settings.model_copy(update=changed))
    yield client
    client.close()


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_mailbox_that_keeps_failing_rests_is_tried_once_and_comes_back(
    two_people: None,
    tried_once: GoogleClient,
    as_account: NewCredentials,
    account_id: UUID,
    google_sandbox: Sandbox,
) -> None:
    reader = MailReader(tried_once, as_account())
    google_sandbox.fault(PROFILE, status=503, count=6)
    held_back = metric("countersign_google_reads_total", service="gmail", outcome="held_back")

    for _ in range(5):
        with pytest.raises(ProviderUnknown):
            await reader.profile()
    with pytest.raises(ReadsHeldBack) as refused:
        await reader.profile()
    asked = google_sandbox.faults()[0]["fired"]
    opened = metric("countersign_google_breakers", service="gmail", state="open")
    looked = MailReader(tried_once, as_account(), waits_seconds=())
    message = await looked.get_message("18c0000000000001")

    await half_open(tried_once, account_id)
    with pytest.raises(ProviderUnknown) as trial:
        await reader.profile()
    after_trial = tried_once.breaker_state("gmail", account_id)
    await half_open(tried_once, account_id)
    profile = await reader.profile()

    assert asked == 5
    assert opened >= 1
    assert refused.value.retry_after_seconds == 1
    assert refused.value.code == "reads_held_back"
    assert metric("countersign_google_reads_total", service="gmail", outcome="held_back") == held_back + 1
    assert message.id == "18c0000000000001"
    assert trial.value.provider_status == 503
    assert after_trial == "open"
    assert profile.email == ALEX
    assert tried_once.breaker_state("gmail", account_id) == "closed"


async def half_open(client: GoogleClient, account_id: UUID) -> None:
    while client.breaker_state("gmail", account_id) != "half_open":  # noqa: ASYNC110 - time alone changes it
        await asyncio.sleep(0.02)


async def test_a_used_up_day_is_learned_by_one_call(
    two_people: None, google: GoogleClient, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    reader = MailReader(google, as_account())
    google_sandbox.fault(PROFILE, status=403, reason="dailyLimitExceeded")

    for _ in range(3):
        with pytest.raises(DailyQuotaUsed):
            await reader.profile()

    assert google_sandbox.faults()[0]["fired"] == 1


async def test_many_reads_at_once_are_all_answered_under_the_quota(
    two_people: None, google_settings: Settings, as_account: NewCredentials, account_id: UUID
) -> None:
    quotas = {"gmail": ServiceQuota(units=50, window_seconds=1, read_units=5)}
    client = GoogleClient(google_settings.model_copy(update={"google_quotas": quotas}))
    reader = MailReader(client, as_account())
    started = time.monotonic()

    messages = await reader.get_messages(["18c0000000000001"] * 12)
    took = time.monotonic() - started
    used = await client.quota_used_percent("gmail", account_id)
    client.close()

    # Ten reads fill the second; the other two wait for the next one, and are 20 % of it.
    assert len(messages) == 12
    assert took >= 1
    assert 20 <= used <= 100


async def test_retries_are_counted(mailbox: MailReader, google_sandbox: Sandbox) -> None:
    google_sandbox.fault(PROFILE, status=502)
    before = metric("countersign_google_read_retries_total", service="gmail")

    with pytest.raises(ProviderUnknown):
        await mailbox.profile()

    assert metric("countersign_google_read_retries_total", service="gmail") == before + len(SHORT_WAITS)
