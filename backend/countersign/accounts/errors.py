"""Every way connecting or using an account can fail, with words of our own; nothing of Google's text is in them.

The API may redirect with `code` only: the page looks the words up here, so no text from a URL is ever shown.
"""

from __future__ import annotations

from countersign.errors import ConflictError, CountersignError

_AGAIN = "Choose Connect again."


class ConnectError(CountersignError):
    """Connecting an account did not succeed; nothing was stored.

    Every subclass has fixed words, so it is raised without arguments (or with ids and waits only).
    """

    code = "connect_failed"
    status = 502
    words = "Google could not finish connecting the account."
    action = _AGAIN

    def __init__(self, *, retry_after_seconds: int | None = None, **details: object) -> None:
        super().__init__(
            type(self).words,
            retry_after_seconds=retry_after_seconds,
            **details,  # type: ignore[arg-type]  # details are free-form ids
        )


class ConsentDeniedError(ConnectError):
    """The person chose Cancel at Google."""

    code = "connect_denied"
    status = 403
    words = "You did not give the permission, so nothing was connected."
    action = "If that was a mistake, choose Connect again and then Allow."


class NothingGrantedError(ConnectError):
    """The person allowed signing in but unticked every ability."""

    code = "connect_nothing_granted"
    status = 403
    words = "No permission was ticked at Google, so there is nothing the account could be used for."
    action = "Choose Connect again and leave at least one permission ticked."


class CodeMissingError(ConnectError):
    """The browser came back with neither a code nor an error."""

    code = "connect_code_missing"
    status = 422
    words = "Google sent the browser back without the code that finishes connecting."


class StateMissingError(ConnectError):
    """The browser came back without the state this installation had given it."""

    code = "connect_state_missing"
    status = 422
    words = "This page was opened without the mark that shows you started connecting here."
    action = "Do not use links from elsewhere; choose Connect again in your own browser."


class StateMismatchError(ConnectError):
    """The state is unknown, or belongs to another session or user."""

    code = "connect_state_mismatch"
    status = 409
    words = "This answer from Google belongs to another browser session."
    action = "Choose Connect again in the browser in which you are signed in."


class StateUsedError(ConnectError):
    """The same answer was delivered a second time."""

    code = "connect_state_used"
    status = 409
    words = "This answer from Google was used already."
    action = "Look under Accounts; if the account is not there, choose Connect again."


class StateExpiredError(ConnectError):
    """The person took longer than ten minutes."""

    code = "connect_state_expired"
    status = 410
    words = "Connecting took longer than ten minutes and has ended."


class CodeExpiredError(ConnectError):
    """Google no longer accepts the code."""

    code = "connect_code_expired"
    status = 410
    words = "The code from Google is no longer good."


class ClientRefusedError(ConnectError):
    """Google does not accept this installation's client id or secret."""

    code = "connect_client_refused"
    status = 502
    words = "Google does not accept this installation's own credentials."
    action = "Ask the administrator to check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET."


class UnknownAnswerError(ConnectError):
    """Google answered with an error this version does not know."""

    code = "connect_provider_error"
    words = "Google ended connecting with an error of its own."
    action = "Choose Connect again; if it happens again, ask the administrator."


class ConnectLimitedError(ConnectError):
    """Google limits how often this may be asked."""

    code = "connect_rate_limited"
    status = 429
    words = "Google asks to wait before connecting again."
    action = "Wait a moment, then choose Connect again."


class GoogleUnreachableError(ConnectError):
    """No clear answer came while the code was exchanged."""

    code = "connect_unreachable"
    status = 503
    words = "Google did not answer while the account was being connected."


class NotLastingError(ConnectError):
    """Google gave no refresh token, so the account would stop within the hour."""

    code = "connect_not_lasting"
    words = "Google gave a permission that ends within the hour, which is not enough to work with."
    action = "Remove Countersign under myaccount.google.com/permissions, then choose Connect again."


class IdentityUnknownError(ConnectError):
    """Google did not tell a verified address for the account."""

    code = "connect_identity_unknown"
    words = "Google did not say which address this account has."


class AccountPausedError(ConflictError):
    """The account is paused by its owner."""

    code = "account_paused"
    action = "Resume it under Accounts."


class NoAccountError(ConflictError):
    """The request needs an account and there is none that fits."""

    code = "no_account"
    action = "Connect an account under Accounts."


class AmbiguousAccountError(ConflictError):
    """More than one account fits what was said; `details` has their ids."""

    code = "ambiguous_account"
    action = "Say which account, by its address or label."
