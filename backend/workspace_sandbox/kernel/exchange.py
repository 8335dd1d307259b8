"""One HTTP request and its answer as plain values, so that a part of a batch is the same as a whole request.

Must not know ASGI or any meaning of the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from workspace_sandbox.kernel.errors import GoogleError

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has arrived whole.

    Attributes:
        method: the verb, upper case.
        path: still percent-encoded, beginning with a slash.
        query: the raw query string without the question mark.
        headers: names in lower case; of a repeated header the last one counts.
        body: the bytes.
        origin: the address of the sandbox as the caller wrote it, for example `http://127.0.0.1:4010`.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    origin: str

    def query_pairs(self) -> list[tuple[str, str]]:
        """The decoded query parameters in order, repeated and empty ones included."""
        return parse_qsl(self.query, keep_blank_values=True)

    def form(self) -> dict[str, str]:
        """The fields of an `application/x-www-form-urlencoded` body; of a repeated field the last one counts.

        Raises:
            ValueError: when the body is not UTF-8.
        """
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def content_type(self) -> str:
        """The media type of the body in lower case without parameters, or an empty string."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is ready to be sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply whose body is `value` as JSON in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": JSON_TYPE, **(headers or {})})


def error_reply(error: GoogleError) -> Reply:
    """Google's error envelope as a reply."""
    return json_reply(error.envelope(), status=error.status, headers=error.headers)
