"""Every error a person can meet, as one closed tree; it knows nothing of HTTP frameworks or the database.

An error says what happened, what to do, and whether anything was changed (RFC 9457 fields are filled from it).
"""

from __future__ import annotations

from typing import Any, Literal

type_of_change = Literal["no", "yes", "unknown"]


class CountersignError(Exception):
    """A refusal with a stable code and words for a person.

    Attributes:
        code: stable slug, listed in docs/errors.md.
        message: what happened, one sentence.
        action: what the person can do now, one sentence.
        status: HTTP status it becomes.
        changed: whether anything was changed before the error: `no`, `yes` or `unknown`.
        retry_after_seconds: how long to wait before trying again, when known.
        details: ids and field errors safe to show; never contents of mail, tokens or addresses.
    """

    code = "internal"
    status = 500
    action = "Try again. If it happens again, tell the administrator the id of this error."

    def __init__(
        self,
        message: str,
        *,
        action: str | None = None,
        changed: type_of_change = "no",
        retry_after_seconds: int | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.action = action or type(self).action
        self.changed = changed
        self.retry_after_seconds = retry_after_seconds
        self.details = details


class NotFoundError(CountersignError):
    """The thing does not exist, or belongs to somebody else: the two are never told apart."""

    code = "not_found"
    status = 404
    action = "Check the address, or open the list it came from."


class NotSignedInError(CountersignError):
    """No live session came with the request."""

    code = "not_signed_in"
    status = 401
    action = "Sign in and try again."


class NotAllowedError(CountersignError):
    """The session is live but may not do this (role, CSRF token, Origin, or a key where a person is needed)."""

    code = "not_allowed"
    status = 403
    action = "Use a signed-in browser session with the needed role."


class ConflictError(CountersignError):
    """The thing moved on since it was read: stale version, wrong state, or already existing."""

    code = "conflict"
    status = 409
    action = "Read it again and decide on what it says now."


class GoneError(CountersignError):
    """The time for this is over (undo window, expired approval)."""

    code = "gone"
    status = 410
    action = "Ask for it again; it will be prepared from fresh data."


class TooLargeError(CountersignError):
    """The body or attachment is over the size limit."""

    code = "too_large"
    status = 413
    action = "Send less at once."


class InvalidError(CountersignError):
    """The request has the wrong shape or an impossible value."""

    code = "invalid"
    status = 422
    action = "Correct the named fields and send it again."


class TooManyError(CountersignError):
    """A limit was reached; `retry_after_seconds` says how long it lasts."""

    code = "too_many"
    status = 429
    action = "Wait and try again."


class ProviderError(CountersignError):
    """Google (or another provider) refused or failed; the message is ours, never the provider's text."""

    code = "provider_failed"
    status = 502
    action = "Try again in a moment."


class UnavailableError(CountersignError):
    """Something Countersign needs is not reachable now."""

    code = "unavailable"
    status = 503
    action = "Try again in a moment."


class ConfigurationError(CountersignError):
    """A setting or a file of this installation is wrong; the process refuses to start."""

    code = "configuration"
    status = 500
    action = "Correct the setting and start again."
