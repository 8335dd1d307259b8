"""Google's error envelope, raised by handlers and by the kernel's own checks.

Must not know any service: a reason and a status are all it carries.
"""

from __future__ import annotations

from typing import Any

# Source: google.rpc.Code and its HTTP mapping, https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
_RPC_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class GoogleError(Exception):
    """A refusal in Google's words; raising it rolls the request's transaction back.

    Attributes:
        status: the HTTP status, 400 to 599.
        reason: Google's machine-readable reason, for example `notFound` or `invalidArgument`.
        message: the sentence for people.
        headers: extra response headers, for example `WWW-Authenticate` or `Retry-After`.
        location: the parameter or header that was wrong, or None.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        location: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = headers or {}
        self.location = location

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the response: `{"error": {code, message, errors: [...], status}}`.

        Source: https://developers.google.com/workspace/gmail/api/guides/handle-errors
        """
        entry = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location is not None:
            entry["location"] = self.location
            entry["locationType"] = "header" if self.location == "Authorization" else "parameter"
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [entry]}
        if self.status in _RPC_STATUS:
            error["status"] = _RPC_STATUS[self.status]
        return {"error": error}


def not_found(message: str = "Requested entity was not found.") -> GoogleError:
    """The 404 that Gmail gives for an id that does not exist in this mailbox.

    Source: https://developers.google.com/workspace/gmail/api/guides/handle-errors
    """
    return GoogleError(404, "notFound", message)


def invalid_argument(message: str, *, location: str | None = None) -> GoogleError:
    """The 400 for a value that is well-formed JSON and still makes no sense."""
    return GoogleError(400, "invalidArgument", message, location=location)
