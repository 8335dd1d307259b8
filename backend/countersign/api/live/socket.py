"""One live socket: greeted, replayed, kept up to date from the log, closed with its session; it changes nothing.

Everything sent is read from the user's log after the last `seq` sent, so `seq` never skips and never repeats. No
transaction is open while waiting or sending.
Source: RFC 6455; close codes 4400 to 4499 are ours.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from enum import IntEnum

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from countersign.accounts.services import Services
from countersign.api.live import frames
from countersign.api.live.event_stream import REPLAY_LIMIT, Listener, list_after
from countersign.api.live.hints import Hints
from countersign.events import log as events
from countersign.identity.sessions import is_live
from countersign.identity.watching import note_watching
from countersign.kit import clock

log = structlog.get_logger()

HELLO_SECONDS = 5.0
SEND_SECONDS = 30.0
"""A client that takes nothing for so long is let go; it comes back and is replayed."""

CHECK_SESSION_SECONDS = 60.0
MAX_WORD_CHARACTERS = 4_096
MISSED_HEARTBEATS = 3
_PAGE = 500


class Close(IntEnum):
    """Why the server closes; 4409 sends the client to sign in, every other lets it come back."""

    BAD_TICKET = 4401
    NO_HELLO = 4408
    SESSION_ENDED = 4409
    TOO_MANY = 4429
    UNREADABLE = 1008
    TOO_BIG = 1009
    TOO_SLOW = 1013
    SILENT = 1001


class _Closed(Exception):  # noqa: N818 - control flow inside this module, shown to nobody
    def __init__(self, code: Close) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass
class LiveSocket:
    """One accepted socket of one signed-in session."""

    socket: WebSocket
    services: Services
    listener: Listener
    session_id: str
    _seq: int = 0
    _heard_at: float = 0.0

    async def serve(self) -> None:
        """Returns when the client has left or was closed."""
        try:
            async with asyncio.TaskGroup() as group:
                first = await self._first_word()
                self._seq = first.last_seq
                group.create_task(self._hear())
                group.create_task(self._tell())
        except* _Closed as closed:
            code = next(error.code for error in closed.exceptions if isinstance(error, _Closed))
            await self._close(code)
        except* WebSocketDisconnect:
            log.debug("live.left")

    async def _first_word(self) -> frames.Hello:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                word = await self._next_word()
        except TimeoutError:
            raise _Closed(Close.NO_HELLO) from None
        if not isinstance(word, frames.Hello):
            raise _Closed(Close.NO_HELLO)
        return word

    async def _hear(self) -> None:
        while True:
            await self._next_word()

    async def _next_word(self) -> frames.Hello | frames.Pong:
        text = await self.socket.receive_text()
        self._heard_at = asyncio.get_running_loop().time()
        if len(text) > MAX_WORD_CHARACTERS:
            raise _Closed(Close.TOO_BIG)
        try:
            return frames.client_word.validate_json(text)
        except ValidationError:
            await self._send(
                frames.ErrorFrame(code="unknown_op", message="Only hello and pong are understood here.")
            )
            raise _Closed(Close.UNREADABLE) from None

    async def _tell(self) -> None:
        async with self.services.bus.listen(events.CHANNEL) as hints:
            wait = Hints(hints, str(self.listener.user_id))
            try:
                await self._welcome()
                await self._send_new()
                await self._send(frames.ReplayDone(seq=self._seq))
                await self._keep_up(wait)
            finally:
                await wait.close()

    async def _keep_up(self, wait: Hints) -> None:
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while True:
            if await wait.for_hint(frames.HEARTBEAT_SECONDS):
                await self._send_new()
            else:
                await self._beat(loop.time())
            if loop.time() - checked_at >= CHECK_SESSION_SECONDS:
                checked_at = loop.time()
                await self._check_session()

    async def _beat(self, now: float) -> None:
        if now - self._heard_at > MISSED_HEARTBEATS * frames.HEARTBEAT_SECONDS:
            raise _Closed(Close.SILENT)
        async with self.services.db.session(None) as session:
            t = await clock.now(session)
        await self._send(frames.Ping(t=t))

    async def _welcome(self) -> None:
        await self._check_session()
        async with self.services.db.session(self.listener.user_id) as session:
            now = await clock.now(session)
            tail, head = await events.span(session)
        tail = max(tail, head - REPLAY_LIMIT + 1)
        await self._send(frames.Welcome(head_seq=head, tail_seq=tail, server_time=now))
        if self._seq > head or self._seq + 1 < tail:
            self._seq = head
            reason = "The position is not within the last events kept for replay."
            await self._send(frames.ResyncFrame(reason=reason, head_seq=head))

    async def _send_new(self) -> None:
        while True:
            page = await list_after(self.services, self.listener.user_id, self._seq, _PAGE)
            for event in page.events:
                await self._send(frames.EventFrame(event=event))
                self._seq = event.seq
                if event.type == "session.revoked" and event.data.session_id == self.session_id:
                    raise _Closed(Close.SESSION_ENDED)
            if len(page.events) < _PAGE:
                return

    async def _check_session(self) -> None:
        listener = self.listener
        if not await is_live(self.services.db, self.services.settings, listener.token, listener.user_id):
            raise _Closed(Close.SESSION_ENDED)
        await note_watching(self.services.db, listener.user_id)

    async def _send(self, frame: BaseModel) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.send_text(frame.model_dump_json())
        except TimeoutError:
            raise _Closed(Close.TOO_SLOW) from None

    async def _close(self, code: Close) -> None:
        # The client may have gone first.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self.socket.close(code)
