"""One uploaded file taken from a multipart body: streamed to a spool, never past the limit; it stores nothing.

The person is known before the first byte is read, and no transaction is open while the body arrives.
Source: RFC 7578 (multipart/form-data); a body over the limit is cut off by `api.edge` while it arrives.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from countersign.api.idempotency import Once, OptionalKey
from countersign.api.signed_in import HumanDep, SessionDep
from countersign.conversations.attachments import NewFile, new_file
from countersign.errors import InvalidError

OVERHEAD_BYTES: Final = 64_000
"""What a multipart body may hold beside the file: boundaries and headers."""

_FIELD: Final = "file"
_MEDIA_TYPE: Final = "multipart/form-data"

REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": [_FIELD],
                    "properties": {_FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""The route's body for the contract: FastAPI would read it before anybody is known."""


async def uploaded(request: Request, _human: HumanDep) -> NewFile:
    """The one file of the body.

    Raises:
        InvalidError: the body is no form with exactly one file, or the file is empty.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise _not_one_file()
    try:
        form = await MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=0).parse()
    except MultiPartException as exc:
        raise _not_one_file() from exc
    try:
        part = form.get(_FIELD)
        if not isinstance(part, UploadFile):
            raise _not_one_file()
        content = await part.read()
        return await asyncio.to_thread(new_file, part.filename or "", content)
    finally:
        await form.close()


UploadedDep = Annotated[NewFile, Depends(uploaded)]


async def once_uploaded(
    request: Request, file: UploadedDep, session: SessionDep, idempotency_key: OptionalKey = None
) -> Once:
    """As `idempotency.once`, for the same file under the same name: a repeated form has other boundaries."""
    return Once(session, request, idempotency_key, file.name.encode() + b"\x00" + file.sha256)


OnceUploadedDep = Annotated[Once, Depends(once_uploaded)]


def _not_one_file() -> InvalidError:
    msg = "This is not a form with one file."
    fields = [{"path": f"/{_FIELD}", "text": msg}]
    return InvalidError(msg, action=f"Send one file as `{_FIELD}` in multipart/form-data.", fields=fields)
