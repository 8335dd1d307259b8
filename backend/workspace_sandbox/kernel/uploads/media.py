"""Uploads: simple, multipart and resumable, for every method whose document allows them.

Must not look into the uploaded bytes.

Source: https://developers.google.com/workspace/drive/api/guides/manage-uploads
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from workspace_sandbox.kernel.documents.discovery import Method
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument
from workspace_sandbox.kernel.exchange import Reply, Request
from workspace_sandbox.kernel.uploads.multipart import split_parts
from workspace_sandbox.store import Store

PREFIXES = ("/resumable/upload/", "/upload/")

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Upload:
    """What arrived: the metadata JSON as bytes (may be empty), the media and its type without parameters."""

    metadata: bytes
    media: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Session:
    """A resumable upload that has begun; `params` and `body` are checked already."""

    id: str
    method_id: str
    account: str
    scopes: frozenset[str]
    params: dict[str, Any]
    body: dict[str, Any] | None
    media_type: str
    received: bytes


def strip_prefix(path: str) -> str | None:
    """The method's own path when `path` is an upload path, else None."""
    for prefix in PREFIXES:
        if path.startswith(prefix):
            return "/" + path[len(prefix) :]
    return None


def read_whole(method: Method, request: Request, upload_type: str) -> Upload:
    """The upload of a `uploadType=media` or `uploadType=multipart` request.

    Raises:
        GoogleError: 400 for another upload type, a broken multipart body or a media type the method does not take;
            413 when it is too large.
    """
    if upload_type == "multipart":
        upload = _read_multipart(request)
    elif upload_type in {"media", "raw"}:
        upload = Upload(b"", request.body, request.content_type())
    else:
        raise invalid_argument(f"Invalid upload type: {upload_type!r}", location="uploadType")
    check_media(method, upload.media_type, len(upload.media))
    return upload


def check_media(method: Method, media_type: str, size: int) -> None:
    """Refuse a media type (400) or a size in bytes (413) that the method's document does not allow."""
    rules = method.media
    if rules is None:
        raise invalid_argument(f"{method.id} takes no upload.", location="uploadType")
    if not any(fnmatchcase(media_type, pattern) for pattern in rules.accept):
        valid = ", ".join(rules.accept)
        message = f"Media type '{media_type}' is not supported. Valid media types: [{valid}]"
        raise GoogleError(400, "badContent", message)
    if rules.max_bytes is not None and size > rules.max_bytes:
        message = f"Media larger than the limit of {rules.max_bytes} bytes"
        raise GoogleError(413, "uploadTooLarge", message)


def begin_session(store: Store, request: Request, session: Session) -> Reply:
    """The answer to the first request of a resumable upload: no body, the session's address in Location."""
    store.execute(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.method_id,
            session.account,
            " ".join(sorted(session.scopes)),
            json.dumps(session.params),
            None if session.body is None else json.dumps(session.body),
            session.media_type,
            b"",
        ),
    )
    location = f"{request.origin}{request.path}?uploadType=resumable&upload_id={session.id}"
    return Reply(200, b"", {"Location": location, "X-GUploader-UploadID": session.id})


def new_session_id() -> str:
    """An unguessable id: whoever has it may go on with the upload."""
    return secrets.token_urlsafe(24)


def find_session(store: Store, upload_id: str) -> Session | None:
    """The session of that id, or None when it never began, was cancelled or is finished."""
    row = store.one("SELECT * FROM uploads WHERE id = ?", (upload_id,))
    if row is None:
        return None
    return Session(
        id=row["id"],
        method_id=row["method_id"],
        account=row["account"],
        scopes=frozenset(row["scopes"].split()),
        params=json.loads(row["params"]),
        body=None if row["body"] is None else json.loads(row["body"]),
        media_type=row["media_type"],
        received=row["received"],
    )


def continue_session(store: Store, session: Session, request: Request) -> bytes | Reply:
    """The whole media once the last byte is there (the session is then over), before that the 308 that says how far.

    Raises:
        GoogleError: 400 for a Content-Range that does not go on where the last chunk ended.
    """
    if request.method == "DELETE":
        end_session(store, session.id)
        return Reply(499, b"")
    first, last, total = _range(request, len(session.received))
    chunk = request.body if last is not None else b""
    if last is not None and (first != len(session.received) or last - first + 1 != len(chunk)):
        raise invalid_argument("Content-Range does not continue the upload.", location="Content-Range")
    received = session.received + chunk
    if total is not None and len(received) == total:
        end_session(store, session.id)
        return received
    store.execute("UPDATE uploads SET received = ? WHERE id = ?", (received, session.id))
    headers = {"Range": f"bytes=0-{len(received) - 1}"} if received else {}
    return Reply(308, b"", headers)


def end_session(store: Store, upload_id: str) -> None:
    """Forget a session and the bytes received so far."""
    store.execute("DELETE FROM uploads WHERE id = ?", (upload_id,))


def _range(request: Request, received: int) -> tuple[int, int | None, int | None]:
    """First byte, last byte (None for a status query) and total (None while unknown) of this chunk."""
    header = request.headers.get("content-range")
    if header is None:
        return received, received + len(request.body) - 1, received + len(request.body)
    match = _CONTENT_RANGE.fullmatch(header.strip())
    if match is None:
        raise invalid_argument("Content-Range cannot be read.", location="Content-Range")
    total = None if match[3] == "*" else int(match[3])
    if match[1] is None:
        return 0, None, total
    return int(match[1]), int(match[2]), total


def _read_multipart(request: Request) -> Upload:
    try:
        parts = split_parts(request.headers.get("content-type", ""), request.body)
    except ValueError as error:
        raise GoogleError(400, "badContent", str(error)) from error
    if len(parts) != 2:
        message = "A multipart upload has exactly two parts: metadata and media."
        raise GoogleError(400, "badContent", message)
    return Upload(parts[0].content, parts[1].content, parts[1].content_type())
