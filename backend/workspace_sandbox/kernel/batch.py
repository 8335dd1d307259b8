"""The batch endpoint: many calls in one multipart/mixed request, each with its own answer.

Must not make the parts one transaction: each commits or fails alone, as at Google.

Source: https://developers.google.com/workspace/gmail/api/guides/batch
"""

from __future__ import annotations

import http
import secrets
from collections.abc import Mapping
from dataclasses import replace

from workspace_sandbox.kernel.dispatch import Kernel
from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.kernel.exchange import Reply, Request, error_reply
from workspace_sandbox.kernel.uploads.media import strip_prefix
from workspace_sandbox.kernel.uploads.multipart import Part, split_head, split_parts

MAX_PARTS = 100

# Only these of the outer headers count for the parts that do not bring their own.
_INHERITED = ("authorization",)


def is_batch(path: str) -> bool:
    """Whether a path is the batch endpoint: `/batch`, `/batch/gmail/v1`, `/batch/calendar/v3`, ..."""
    return path == "/batch" or path.startswith("/batch/")


async def answer_batch(kernel: Kernel, request: Request) -> Reply | None:
    """A multipart/mixed reply with one `application/http` part for each part asked, in the same order.

    The whole connection is cut (None) when a fault cuts one part: a part has no connection of its own.
    """
    try:
        parts = _parts(request)
    except ValueError as error:
        return error_reply(GoogleError(400, "badRequest", f"Failed to parse batch request: {error}"))
    if len(parts) > MAX_PARTS:
        return error_reply(GoogleError(400, "badRequest", f"A batch may have {MAX_PARTS} calls at most."))
    answers: list[bytes] = []
    boundary = f"batch_{secrets.token_hex(12)}"
    for part in parts:
        reply = await _answer_part(kernel, request, part)
        if reply is None:
            return None
        answers.append(_encode(boundary, part.headers.get("content-id"), reply))
    body = b"".join(answers) + f"--{boundary}--\r\n".encode()
    return Reply(200, body, {"Content-Type": f"multipart/mixed; boundary={boundary}"})


def _parts(request: Request) -> list[Part]:
    if request.method != "POST" or request.content_type() != "multipart/mixed":
        raise ValueError("expected a POST of multipart/mixed")
    parts = split_parts(request.headers["content-type"], request.body)
    if not parts:
        raise ValueError("no parts")
    if any(part.content_type() != "application/http" for part in parts):
        raise ValueError("every part must be application/http")
    return parts


async def _answer_part(kernel: Kernel, outer: Request, part: Part) -> Reply | None:
    try:
        request = _inner_request(outer, part.content)
    except ValueError as error:
        return error_reply(GoogleError(400, "badRequest", f"Failed to parse batch part: {error}"))
    if strip_prefix(request.path) is not None or is_batch(request.path):
        return error_reply(GoogleError(400, "badRequest", "Uploads and batches cannot be part of a batch."))
    return await kernel.answer(request)


def _inner_request(outer: Request, content: bytes) -> Request:
    line, _, rest = content.lstrip(b"\r\n").partition(b"\n")
    words = line.decode("ascii").split()
    if len(words) < 2 or not words[1].startswith("/"):
        raise ValueError("no request line")
    path, _, query = words[1].partition("?")
    head = split_head(rest)
    inherited = {name: outer.headers[name] for name in _INHERITED if name in outer.headers}
    headers: Mapping[str, str] = {**inherited, **head.headers}
    return replace(outer, method=words[0], path=path, query=query, headers=headers, body=head.content)


def _encode(boundary: str, content_id: str | None, reply: Reply) -> bytes:
    identity = f"Content-ID: <response-{content_id.strip('<>')}>\r\n" if content_id else ""
    reason = http.HTTPStatus(reply.status).phrase
    lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    head = (
        f"--{boundary}\r\nContent-Type: application/http\r\n{identity}\r\n"
        f"HTTP/1.1 {reply.status} {reason}\r\n{lines}Content-Length: {len(reply.body)}\r\n\r\n"
    )
    return head.encode() + reply.body + b"\r\n"
