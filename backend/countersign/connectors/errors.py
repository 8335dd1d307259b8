"""What a provider can answer besides a result; third-party exceptions and texts never pass this line.

Only the provider's status and its machine-readable reason are kept: its sentences may quote mail or addresses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from countersign.errors import CountersignError, NotAllowedError, ProviderError


class ProviderRefusal(ProviderError):  # noqa: N818 - the contract's word for "definite refusal"
    """The provider said no in its own envelope: nothing was changed by this call.

    Attributes:
        provider_status: 400, 413, or 403 that is no rate limit.
        reason: the provider's machine-readable reason (`insufficientPermissions`), letters only.
    """

    code = "provider_refused"
    action = "Check the account's permissions under Accounts, or change the request."

    def __init__(self, provider_status: int, reason: str) -> None:
        super().__init__(
            "Google refused this request; nothing was changed.",
            provider_status=provider_status,
            reason=reason,
        )
        self.provider_status = provider_status
        self.reason = reason


class ProviderUnknown(ProviderError):  # noqa: N818 - the contract's word: the outcome is not known
    """No definite answer: for a write, it may have happened; for a read, nothing was read.

    Attributes:
        provider_status: HTTP status when one arrived, else None (timeout, reset, unreadable answer).
        reason: the provider's machine-readable reason, or ours: `timeout`, `unreachable`, `unreadable`.
        retry_after_seconds: what the provider's Retry-After asks for, when it came.
        may_retry: whether the same read may be tried again soon (429, 5xx, network).
    """

    code = "provider_unknown"

    def __init__(
        self,
        provider_status: int | None,
        reason: str,
        *,
        retry_after_seconds: int | None = None,
        may_retry: bool = False,
    ) -> None:
        super().__init__(
            "Google gave no clear answer.",
            changed="unknown",
            retry_after_seconds=retry_after_seconds,
            provider_status=provider_status,
            reason=reason,
        )
        self.provider_status = provider_status
        self.reason = reason
        self.may_retry = may_retry


class ProviderMissing(ProviderUnknown):
    """404 or 410: what was asked for is not there (any more).

    A kind of `ProviderUnknown` because after a write it proves nothing: an earlier attempt may have consumed it.
    """

    code = "provider_missing"
    action = "Refresh; it may have been moved or deleted at Google."


class ReadsHeldBack(ProviderUnknown):
    """Countersign itself does not ask Google now: calls of this account kept failing, or its quota has no room.

    Nothing was asked and nothing changed. `reason` is `breaker_open` or `quota_full`.
    """

    code = "reads_held_back"
    status = 503
    action = "Wait as long as it says, then try again; Countersign tries carefully by itself."

    def __init__(
        self, reason: Literal["breaker_open", "quota_full"], *, retry_after_seconds: int | None
    ) -> None:
        super().__init__(None, reason, retry_after_seconds=retry_after_seconds)
        self.message = {
            "breaker_open": "Google kept failing for this account, so Countersign lets it rest for a moment.",
            "quota_full": "This account has used what Google allows for the moment.",
        }[reason]
        self.changed = "no"


class DailyQuotaUsed(ProviderUnknown):
    """Google answers no more reads of this service today; it is not asked again before the quota begins anew.

    Attributes:
        until: when Google's day ends (midnight in California), aware, UTC.
    """

    code = "daily_quota_used"
    status = 503
    action = "Try again after the time it says; nothing else helps until then."

    def __init__(
        self, provider_status: int | None, reason: str, *, until: datetime, retry_after_seconds: int
    ) -> None:
        super().__init__(provider_status, reason, retry_after_seconds=retry_after_seconds)
        self.message = f"Google's daily quota is used up until {until:%Y-%m-%d %H:%M} UTC."
        self.changed = "no"
        self.until = until
        self.details["until"] = until.isoformat()


class NeedsReconnect(CountersignError):  # noqa: N818 - named like the account state it leads to
    """Google no longer accepts this account's grant; only its owner can renew it."""

    code = "needs_reconnect"
    status = 409
    action = "Open Accounts and choose Reconnect; waiting approvals are kept."

    def __init__(
        self, message: str = "Google no longer accepts this account's permission.", **details: object
    ) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]  # details are free-form ids


class TokenRefused(ProviderError):  # noqa: N818 - named after what happened, like its siblings
    """The token endpoint answered no; nothing was issued and nothing stored.

    Attributes:
        reason: `invalid_grant` (code or refresh token no longer good), `invalid_client` (our client id or secret),
            or `other`; never the provider's own text.
    """

    code = "token_refused"

    def __init__(self, reason: Literal["invalid_grant", "invalid_client", "other"]) -> None:
        super().__init__("Google refused to issue a token.", reason=reason)
        self.reason = reason


class GrantError(NotAllowedError):
    """A write was attempted without a live grant for it; nothing left this process."""

    code = "no_grant"
    action = "Approve the action first; if it was approved, tell the administrator."
