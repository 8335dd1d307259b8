"""What a fault at Google becomes, how often a read is tried."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import pytest

from countersign.connectors.errors import ProviderRefusal, ProviderUnknown
from countersign.connectors.google.failures import (
    ReadBackoff,
    reason_in,
    retry_after,
)
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.transport import GoogleClient, is_loopback_http
from countersign.errors import ConfigurationError
from countersign.settings import Settings
from tests.connectors.conftest import ALEX, SHORT_WAITS, NewCredentials
from tests.sandbox.server import Sandbox

PROFILE = "gmail.users.getProfile"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_passing_fault_is_tried_again_until_it_works(
    mailbox: MailReader, google_sandbox: Sandbox, status: int
) -> None:
    google_sandbox.fault(PROFILE, status=status, count=2)

    profile = await mailbox.profile()

    assert profile.email == ALEX
    assert google_sandbox.faults()[0]["fired"] == 2


async def test_a_lasting_fault_ends_after_all_tries_and_says_so(
    mailbox: MailReader, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault(PROFILE, status=500)

    with pytest.raises(ProviderUnknown) as unknown:
        await mailbox.profile()

    assert unknown.value.provider_status == 500
    assert google_sandbox.faults()[0]["fired"] == len(SHORT_WAITS) + 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "badRequest"),
        (403, "insufficientPermissions"),
        (404, "notFound"),
        (403, "dailyLimitExceeded"),
        (429, "dailyLimitExceeded"),
    ],
)
async def test_what_trying_again_cannot_help_is_asked_once(
    mailbox: MailReader, google_sandbox: Sandbox, status: int, reason: str
) -> None:
    google_sandbox.fault(PROFILE, status=status, reason=reason)

    with pytest.raises((ProviderRefusal, ProviderUnknown)) as failure:
        await mailbox.profile()

    assert failure.value.details["reason"] == reason
    assert google_sandbox.faults()[0]["fired"] == 1


async def test_whoever_holds_a_lease_asks_once_and_loops_itself(
    google: GoogleClient, two_people: None, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault(PROFILE, status=503)

    with pytest.raises(ProviderUnknown):
        await MailReader(google, as_account(), waits_seconds=()).profile()

    assert google_sandbox.faults()[0]["fired"] == 1


async def test_a_rate_limit_in_a_403_is_no_definite_refusal(
    mailbox: MailReader, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault(PROFILE, status=403, reason="userRateLimitExceeded")

    with pytest.raises(ProviderUnknown):
        await mailbox.profile()


async def test_a_long_retry_after_is_handed_to_the_caller_at_once(
    mailbox: MailReader, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault(PROFILE, status=429, retry_after=120)

    with pytest.raises(ProviderUnknown) as unknown:
        await mailbox.profile()

    assert unknown.value.retry_after_seconds == 120
    assert google_sandbox.faults()[0]["fired"] == 1


async def test_a_short_retry_after_is_waited_for(mailbox: MailReader, google_sandbox: Sandbox) -> None:
    google_sandbox.fault(PROFILE, status=429, retry_after=1, count=1)
    started = time.monotonic()

    await mailbox.profile()

    assert time.monotonic() - started >= 1


async def test_a_cut_connection_is_read_again(mailbox: MailReader, google_sandbox: Sandbox) -> None:
    google_sandbox.fault(PROFILE, drop=True, count=3)

    assert (await mailbox.profile()).email == ALEX


async def test_a_stalled_read_times_out_and_its_late_answer_reaches_nobody_else(
    google_settings: Settings, two_people: None, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    settings = google_settings.model_copy(update={"provider_call_timeout_seconds": 1, "google_threads": 1})
    client = GoogleClient(settings)
    reader = MailReader(client, as_account(), waits_seconds=())
    google_sandbox.fault(PROFILE, latency_seconds=1.5, count=1)

    with pytest.raises(ProviderUnknown) as unknown:
        await reader.profile()
    message = await reader.get_message("18c0000000000001")
    client.close()

    assert unknown.value.reason == "timeout"
    assert message.id == "18c0000000000001"


async def test_giving_up_on_a_call_frees_its_thread(
    google_settings: Settings, two_people: None, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    settings = google_settings.model_copy(update={"provider_call_timeout_seconds": 20, "google_threads": 1})
    client = GoogleClient(settings)
    reader = MailReader(client, as_account(), waits_seconds=())
    google_sandbox.fault(PROFILE, latency_seconds=15, count=1)
    stuck = asyncio.create_task(reader.profile())
    while not google_sandbox.faults()[0]["fired"]:  # noqa: ASYNC110 - another process: nothing to wait on
        await asyncio.sleep(0.01)

    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    started = time.monotonic()
    message = await reader.get_message("18c0000000000001")
    client.close()

    assert message.id == "18c0000000000001"
    assert time.monotonic() - started < 5


async def test_no_failure_carries_googles_text_the_token_or_the_query(
    mailbox: MailReader,
    google_sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    google_sandbox.fault("gmail.users.messages.list", status=403, reason="canaryReason")

    with pytest.raises(ProviderRefusal) as refusal:
        await mailbox.search("subject:canary-query")

    said = "".join([caplog.text, *capsys.readouterr(), str(refusal.value), repr(refusal.value.details)])
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None
    assert "canary-query" not in said
    assert "told to fail" not in said
    assert "ya29" not in said


def test_reads_wait_one_two_four_eight_sixteen_seconds_give_or_take_a_quarter(tmp_path: Path) -> None:
    backoff = ReadBackoff(Settings(_env_file=None, keys_dir=tmp_path).google_read_retry_waits_seconds)
    failure = ProviderUnknown(503, "backendError", may_retry=True)

    waits = [float(backoff(failure)) for _ in range(5)]

    assert all(
        planned * 0.75 <= wait <= planned * 1.25
        for planned, wait in zip((1, 2, 4, 8, 16), waits, strict=True)
    )
    assert backoff(failure) is False


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (None, None), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: int | None) -> None:
    assert retry_after(value) == seconds


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"error":{"code":403,"message":"m","errors":[{"reason":"forbidden"}]}}', "forbidden"),
        (b'{"error":{"code":403,"status":"PERMISSION_DENIED"}}', "PERMISSION_DENIED"),
        (
            b'{"error":{"code":403,"details":[{"reason":"RATE_LIMIT_EXCEEDED"}],"errors":[{"reason":"forbidden"}]}}',
            "RATE_LIMIT_EXCEEDED",
        ),
        (b'{"error":{"code":400,"errors":[{"reason":"mail for bob@x.y <script>"}]}}', "unnamed"),
        (b'{"error":"invalid_grant"}', None),
        (b"<html>403</html>", None),
        (b"[]", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_only_a_machine_readable_reason_is_taken_from_an_answer(content: bytes, reason: str | None) -> None:
    assert reason_in(content) == reason


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        ("http://127.0.0.1:4010", True),
        ("http://localhost:4010", True),
        ("http://[::1]:4010", True),
        ("http://127.0.0.1.evil.test", False),
        ("http://10.0.0.1", False),
        ("https://127.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_lookalikes(address: str, is_loopback: bool) -> None:
    assert is_loopback_http(address) is is_loopback


def test_plain_http_elsewhere_is_refused_at_the_start(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, keys_dir=tmp_path, google_base_url="http://google.example")

    with pytest.raises(ConfigurationError):
        GoogleClient(settings)
