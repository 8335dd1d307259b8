"""One answer per `Idempotency-Key`: the first is stored with what it changed, and given again for the same request.

The record is part of the request's own transaction, so it exists exactly when its effects do.
Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.api.signed_in import HumanDep, SessionDep
from countersign.errors import ConflictError, InvalidError

_KEPT = timedelta(days=7)
_KEY_PATTERN = r"^[\x21-\x7e]{1,200}$"

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:user_id AS text) || :key, 1))")
_FIND = text("""
    SELECT body_hash, response FROM idempotency_keys
    WHERE user_id = :user_id AND key = :key AND created_at > app_now() - CAST(:kept AS interval)
""")
_STORE = text("""
    INSERT INTO idempotency_keys AS k (user_id, key, route, body_hash, status, response)
    VALUES (:user_id, :key, :route, :body_hash, :status, CAST(:response AS jsonb))
    ON CONFLICT (user_id, key) DO UPDATE SET route = excluded.route, body_hash = excluded.body_hash,
        status = excluded.status, response = excluded.response, created_at = app_now()
""")

Shape = TypeVar("Shape", bound=BaseModel)


class RequestInFlightError(ConflictError):
    """The first request with this key has not ended yet."""

    code = "request_in_flight"
    action = "Wait a moment and send the same request again; it gets the first one's answer."


class KeyReusedError(InvalidError):
    """This key belongs to another request."""

    code = "idempotency_key_reused"
    action = "Use a fresh key for a new request, and the same key only to repeat the same one."


class Once:
    """Answers one request at most once per key; without a key it simply answers."""

    def __init__(self, session: AsyncSession, request: Request, key: str | None, body: bytes) -> None:
        """Bind to the request and its transaction."""
        self.session = session
        self._route = f"{request.method} {request.url.path}"
        self.key = key
        self._body_hash = hashlib.sha256(self._route.encode() + b"\x00" + body).digest()

    @property
    def nonce(self) -> str:
        """The key, for routes that demand one."""
        if self.key is None:
            msg = "This needs an Idempotency-Key."
            raise InvalidError(msg)
        return self.key

    async def answer(
        self, shape: type[Shape], work: Callable[[], Awaitable[Any]], *, status: int = 200
    ) -> Shape:
        """What `work` returns, as `shape`; for a repeated request the first answer, without working again.

        Raises:
            RequestInFlightError: the first request with this key is still running.
            KeyReusedError: the key was used for another address or body in the last 7 days.
        """
        if self.key is None:
            return shape.model_validate(await work(), from_attributes=True)
        owner = {"user_id": self.session.info["user_id"], "key": self.key}
        if not await self.session.scalar(_LOCK, {"user_id": str(owner["user_id"]), "key": self.key}):
            msg = "A request with this Idempotency-Key is being answered right now."
            raise RequestInFlightError(msg)
        first = (await self.session.execute(_FIND, {**owner, "kept": _KEPT})).one_or_none()
        if first is not None:
            return shape.model_validate(self._same(bytes(first.body_hash), first.response))
        result = shape.model_validate(await work(), from_attributes=True)
        stored = {"route": self._route, "body_hash": self._body_hash, "status": status}
        await self.session.execute(
            _STORE, {**owner, **stored, "response": json.dumps(result.model_dump(mode="json"))}
        )
        return result

    def _same(self, body_hash: bytes, response: object) -> object:
        if body_hash != self._body_hash:
            msg = "This Idempotency-Key was used for another request."
            raise KeyReusedError(msg)
        return response


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=_KEY_PATTERN,
        description="Repeating it with the same body repeats the answer.",
    ),
]

OptionalKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=_KEY_PATTERN,
        description="Repeating it with the same body repeats the answer.",
    ),
]


async def once(
    request: Request,
    session: SessionDep,
    _human: HumanDep,
    idempotency_key: OptionalKey = None,
) -> Once:
    """For POSTs that create: the key is welcome."""
    return Once(session, request, idempotency_key, await request.body())


async def once_required(
    request: Request, session: SessionDep, _human: HumanDep, idempotency_key: IdempotencyKey
) -> Once:
    """For decisions: the key is demanded, since it is also the decision's nonce."""
    return Once(session, request, idempotency_key, await request.body())


OnceDep = Annotated[Once, Depends(once)]
RequiredOnceDep = Annotated[Once, Depends(once_required)]
