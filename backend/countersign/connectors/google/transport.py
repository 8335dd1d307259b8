"""Every call to Google goes through here: bounded threads, hard timeout, one translation of errors, reads retried.

Writes are sent at most once (the executor reconciles before any further attempt). Nothing of Google's text, of the
address called or of the token leaves this file: failures are turned into our errors inside the thread.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import stamina
import structlog
from google.auth.exceptions import GoogleAuthError
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import Resource
from googleapiclient.errors import Error as GoogleClientError
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest
from httplib2 import HttpLib2Error
from prometheus_client import Counter, Histogram

from countersign.connectors.errors import ProviderUnknown
from countersign.connectors.google.credentials import AccessToken, Credentials
from countersign.connectors.google.discovery import Api, service_of
from countersign.connectors.google.failures import (
    LONGEST_WAIT_SECONDS,
    ReadBackoff,
    translate_http,
    translate_transport,
)
from countersign.connectors.google.reads.breaker import State
from countersign.connectors.google.reads.guarding import ReadGuard
from countersign.connectors.google.sessions import Sessions, abort
from countersign.errors import ConfigurationError, CountersignError
from countersign.settings import Settings

T = TypeVar("T")
Json = dict[str, Any]
Build = Callable[[Resource], HttpRequest]

_log = structlog.get_logger()
_SECONDS = Histogram("countersign_google_call_seconds", "Time of one call to Google.", ["method"])
_FAILURES = Counter(
    "countersign_google_call_failures_total", "Calls Google did not answer well.", ["method", "reason"]
)

# These write response texts, query strings or tokens into their logs below this level.
_TALKATIVE: Final = (
    "googleapiclient",
    "google",
    "google_auth_httplib2",
    "requests_oauthlib",
    "oauthlib",
    "urllib3",
)
_UNAUTHORISED: Final = 401
_NETWORK_FAILURES: Final = (
    GoogleClientError,
    GoogleAuthError,
    HttpLib2Error,
    HTTPException,
    OSError,
    ValueError,
)


class GoogleClient:
    """The process's way to Google (or the sandbox); share one, close it at the end."""

    def __init__(self, settings: Settings) -> None:
        """Prepare threads and sessions; no call is made.

        Raises:
            ConfigurationError: the base URL is plain http and not loopback.
        """
        self.base_url = settings.google_base_url.rstrip("/")
        self.is_loopback = is_loopback_http(self.base_url)
        if self.base_url.startswith("http:") and not self.is_loopback:
            raise ConfigurationError("GOOGLE_BASE_URL is plain http on a host that is not loopback.")
        self._timeout_seconds = settings.provider_call_timeout_seconds
        self._waits_seconds = settings.google_read_retry_waits_seconds
        self._reads = ReadGuard(settings)
        self._sessions = Sessions(self._timeout_seconds, direct=self.is_loopback)
        self._threads = ThreadPoolExecutor(settings.google_threads, thread_name_prefix="google")
        self._running: set[_Call] = set()
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)

    async def read(
        self,
        api: Api,
        credentials: Credentials,
        build: Build,
        *,
        waits_seconds: Sequence[float] | None = None,
    ) -> Json:
        """Google's answer to a request that changes nothing; tried again after 429, 5xx and network faults.

        It waits for room in the account's quota. `waits_seconds` replaces the installation's waits: whoever holds a
        lease passes `()` and loops itself; such a look is asked once, at once, past pace and breaker.

        Raises:
            ProviderRefusal, ProviderMissing, ProviderUnknown: see `connectors.errors`.
            ReadsHeldBack, DailyQuotaUsed: nothing was asked.
            NeedsReconnect: the account's grant is gone.
        """
        if waits_seconds is not None and not waits_seconds:
            await self._reads.pace.note_read(api, credentials.account_id)
            return await self._read_once(api, credentials, build)
        waits = self._waits_seconds if waits_seconds is None else waits_seconds
        with self._reads.entered(api, credentials.account_id) as admitted:
            return await self.tried_again(
                lambda: admitted.once(lambda: self._read_once(api, credentials, build)), waits
            )

    async def quota_used_percent(self, api: Api, account_id: UUID) -> float:
        """How much of that account's quota this process has used in its window, 0 to 100."""
        return await self._reads.pace.used_percent(api, account_id)

    def breaker_state(self, api: Api, account_id: UUID) -> State:
        """Whether this process reads that service for that account: `closed`, `open` or `half_open`."""
        return self._reads.state_of(api, account_id)

    async def tried_again(self, once: Callable[[], Awaitable[T]], waits_seconds: Sequence[float]) -> T:
        """The first good answer of `once`, tried again after those waits; only for calls that are safe to repeat.

        Raises:
            CountersignError: the last failure, or the first that no repetition helps.
        """
        async for attempt in stamina.retry_context(
            on=ReadBackoff(waits_seconds), attempts=None, timeout=None, wait_max=LONGEST_WAIT_SECONDS
        ):
            with attempt:
                return await once()
        raise AssertionError("stamina ends by an answer or an error")

    async def write(self, api: Api, credentials: Credentials, build: Build) -> Json:
        """Google's answer to a request that is sent at most once.

        A 401 renews the token for the next attempt and is then raised as unknown: the caller reconciles first.

        Raises:
            ProviderRefusal: definite, nothing changed.
            ProviderUnknown: it may have happened.
            NeedsReconnect: the account's grant is gone; nothing changed by this call.
        """
        await self._reads.pace.note_write(api, credentials.account_id)
        token = credentials.token
        try:
            return await self._call(api, token, build, self._sessions.for_write)
        except ProviderUnknown as error:
            if error.provider_status == _UNAUTHORISED:
                await credentials.renewed(token)
            raise

    async def in_thread(self, work: Callable[[], Json | CountersignError]) -> Json:
        """The result of blocking work that translates its own errors (token endpoints), under the same timeout.

        Raises:
            CountersignError: what `work` answered, or `ProviderUnknown` on timeout.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError as error:
            answer = translate_transport(error)
        if isinstance(answer, CountersignError):
            raise answer
        return answer

    def close(self) -> None:
        """Cut off what still runs, end the threads, close the connections; safe to call twice."""
        for call in tuple(self._running):
            call.abandon()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._sessions.close()

    @property
    def timeout_seconds(self) -> int:
        """The hard limit of one call."""
        return self._timeout_seconds

    async def _read_once(self, api: Api, credentials: Credentials, build: Build) -> Json:
        token = credentials.token
        try:
            return await self._call(api, token, build, self._sessions.for_read)
        except ProviderUnknown as error:
            if error.provider_status != _UNAUTHORISED:
                raise
        return await self._call(api, await credentials.renewed(token), build, self._sessions.for_read)

    async def _call(
        self, api: Api, token: AccessToken, build: Build, open_session: Callable[[str], AuthorizedHttp]
    ) -> Json:
        call = _Call(api, self.base_url, build, lambda: open_session(token.value))
        self._running.add(call)
        try:
            return await self.in_thread(call.run)
        finally:
            self._running.discard(call)
            call.abandon()


class _Call:
    """One blocking request, run in a thread, which another thread may cut off."""

    def __init__(
        self, api: Api, base_url: str, build: Build, open_session: Callable[[], AuthorizedHttp]
    ) -> None:
        self._api = api
        self._base_url = base_url
        self._build = build
        self._open_session = open_session
        self._session: AuthorizedHttp | None = None
        self._is_over = False

    def run(self) -> Json | CountersignError:
        """Google's answer, or the one error it means; never raises for what Google or the network did."""
        request = self._build(service_of(self._api, self._base_url))
        self._session = self._open_session()
        if self._is_over:
            return ProviderUnknown(None, "timeout", may_retry=True)
        started = time.monotonic()
        is_clean = False
        try:
            answer: Json = request.execute(http=self._session, num_retries=0) or {}
            is_clean = True
        except HttpError as error:
            is_clean = True
            return _noted(request.methodId, translate_http(error))
        except _NETWORK_FAILURES as error:
            return _noted(request.methodId, translate_transport(error))
        finally:
            _SECONDS.labels(request.methodId).observe(time.monotonic() - started)
            # After a fault httplib2 may hand the late answer of this call to the next one on the same connection.
            if not is_clean or self._is_over or request.method != "GET":
                self._session.close()
            self._is_over = True
        return answer

    def abandon(self) -> None:
        """Cut the connection if the call still runs: nobody waits for it any more."""
        if not self._is_over:
            self._is_over = True
            if self._session is not None:
                abort(self._session)


def is_loopback_http(base_url: str) -> bool:
    """Whether this is a plain http address of this very machine."""
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.hostname is None:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _noted(method: str, error: CountersignError) -> CountersignError:
    reason = str(error.details.get("reason"))
    _FAILURES.labels(method, reason).inc()
    _log.warning(
        "google.call_failed", method=method, status=error.details.get("provider_status"), reason=reason
    )
    return error
