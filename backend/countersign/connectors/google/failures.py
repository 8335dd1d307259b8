"""Google's failures translated once, and which reads may be tried again; provider text goes no further than here.

Source: https://developers.google.com/workspace/gmail/api/guides/handle-errors and
https://cloud.google.com/apis/design/errors (error envelope); RFC 9110 section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from googleapiclient.errors import HttpError

from countersign.connectors.errors import ProviderMissing, ProviderRefusal, ProviderUnknown
from countersign.errors import CountersignError

# How far a wait may differ from the planned one (setting `google_read_retry_waits_seconds`), and the longest.
# The spread keeps many clients that failed together from asking again together.
JITTER: Final = 0.25
LONGEST_WAIT_SECONDS: Final = 60

DAILY_QUOTA_REASONS: Final = frozenset({"dailyLimitExceeded", "dailyLimitExceededUnreg", "quotaExceeded"})
_RATE_LIMIT_REASONS: Final = DAILY_QUOTA_REASONS | {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
}
_DEFINITE: Final = (400, 403, 413)
_MISSING: Final = (404, 410)
_REASON: Final = re.compile(r"[A-Za-z_]{1,64}")


def translate_http(error: HttpError) -> CountersignError:
    """The one meaning of an answered failure: `ProviderRefusal`, `ProviderMissing` or `ProviderUnknown`.

    A refusal counts as definite only inside Google's own envelope: a proxy's page proves nothing.
    """
    status = int(error.resp.status)
    reason = reason_in(error.content)
    wait = retry_after(error.resp.get("retry-after"))
    if reason is not None and status in _DEFINITE and reason not in _RATE_LIMIT_REASONS:
        return ProviderRefusal(status, reason)
    if status in _MISSING:
        return ProviderMissing(status, reason or "notFound")
    exhausted = reason in DAILY_QUOTA_REASONS
    return ProviderUnknown(
        status,
        reason or "unreadable",
        retry_after_seconds=wait,
        may_retry=(status == 429 or status >= 500) and not exhausted,
    )


def translate_transport(error: Exception) -> ProviderUnknown:
    """The meaning of a failure without an answer: timeout, reset, unreachable, or an unreadable answer."""
    if isinstance(error, TimeoutError):
        return ProviderUnknown(None, "timeout", may_retry=True)
    if isinstance(error, ValueError):
        return ProviderUnknown(None, "unreadable")
    return ProviderUnknown(None, "unreachable", may_retry=True)


def reason_in(content: bytes | str) -> str | None:
    """The machine-readable reason of Google's error envelope, or None when this is no such envelope."""
    try:
        envelope = json.loads(content)
    except (ValueError, RecursionError):
        return None
    error = envelope.get("error") if isinstance(envelope, Mapping) else None
    if not isinstance(error, Mapping) or not isinstance(error.get("code"), int):
        return None
    found = (str(item["reason"]) for item in _items(error) if item.get("reason"))
    reason = next(found, str(error.get("status") or "unnamed"))
    return reason if _REASON.fullmatch(reason) else "unnamed"


def retry_after(value: str | None) -> int | None:
    """Seconds a Retry-After header asks for (number or date form), never negative; None when absent or odd."""
    if not value:
        return None
    if value.strip().isdigit():
        return int(value.strip())
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.now(UTC)).total_seconds()))


class ReadBackoff:
    """Decides for one read whether and how long to wait before the next try; used as stamina's hook.

    A Retry-After up to 60 s is waited for; a longer one ends the tries and stays on the error for the caller.
    """

    def __init__(self, waits_seconds: Sequence[float]) -> None:
        """`waits_seconds` are the waits before the second, third, ... try."""
        self._waits = iter(waits_seconds)

    def __call__(self, error: Exception) -> float | bool:
        """Seconds to wait, or False to give up."""
        if not isinstance(error, ProviderUnknown) or not error.may_retry:
            return False
        planned = next(self._waits, None)
        if planned is None:
            return False
        if error.retry_after_seconds is not None:
            return (
                float(error.retry_after_seconds)
                if error.retry_after_seconds <= LONGEST_WAIT_SECONDS
                else False
            )
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        return min(planned * spread, LONGEST_WAIT_SECONDS)


def _items(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Reasons of the newer form (`details`) first: they are finer than the older `errors`."""
    details = error.get("details")
    older = error.get("errors")
    both = (details if isinstance(details, list) else []) + (older if isinstance(older, list) else [])
    return [item for item in both if isinstance(item, Mapping)]
