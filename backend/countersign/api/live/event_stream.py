"""A user's event log as a live stream of server-sent events: every event once, in order, across reconnects.

Notifications only say "look again": what is sent is always read from the log after the last `seq` sent, so a lost,
doubled or reordered notification changes nothing. No transaction is open while waiting.
Source: WHATWG HTML Living Standard, section 9.2 (server-sent events).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, TypeAdapter

from countersign.accounts.services import Services
from countersign.api.live.hints import Hints
from countersign.api.signed_in import CookieToken, SignedInDep
from countersign.events import log as events
from countersign.events.models import Event
from countersign.events.types import AnyEvent
from countersign.identity.sessions import is_live
from countersign.identity.watching import note_watching

REPLAY_LIMIT = 10_000
"""A client further behind than this reads the lists again instead of replaying."""

HEARTBEAT_SECONDS = 15.0
"""Below the 30 to 60 s after which proxies usually close a silent connection; also how often the session is checked."""

_PAGE = 500

_event = TypeAdapter[AnyEvent](AnyEvent)


class EventList(BaseModel):
    """Events in rising `seq`; `head_seq` is the newest there is, so `events` may be continued after its last."""

    events: list[AnyEvent]
    head_seq: int


class ResyncRequired(BaseModel):
    """The position asked for cannot be continued from: read the lists again, then go on after `head_seq`."""

    reason: str
    head_seq: int


@dataclass(frozen=True)
class Listener:
    """Who listens; the token is looked up again while the stream lives, so it ends when the session does.

    An open stream is no use of the session: a forgotten tab does not keep it from running out.
    """

    user_id: UUID
    token: str


def listener_of(who: SignedInDep, token: CookieToken) -> Listener:
    """The signed-in person as a listener."""
    return Listener(who.user_id, token or "")


ListenerDep = Annotated[Listener, Depends(listener_of)]


async def list_after(services: Services, user_id: UUID, seq: int, limit: int) -> EventList:
    """At most `limit` of the user's events after `seq`, read in a short transaction of their own."""
    async with services.db.session(user_id) as session:
        page = await events.after(session, seq, limit=limit)
    return EventList(events=as_events(page.events), head_seq=page.head_seq)


def as_events(rows: Sequence[Event]) -> list[AnyEvent]:
    """Rows of the log in their published shape."""
    return [_event.validate_python(row, from_attributes=True) for row in rows]


async def stream_after(services: Services, listener: Listener, seq: int) -> AsyncGenerator[bytes, None]:
    """The bytes of the stream from after `seq` on, until the client leaves or its session ends.

    The first frame comes at once: events, `resync_required`, or a comment.
    """
    async with services.bus.listen(events.CHANNEL) as hints:
        wait = Hints(hints, str(listener.user_id))
        try:
            yield KEEPALIVE_COMMENT
            first = await list_after(services, listener.user_id, seq, limit=1)
            if seq > first.head_seq or first.head_seq - seq > REPLAY_LIMIT:
                seq = first.head_seq
                yield _resync(seq)
            while await is_live(services.db, services.settings, listener.token, listener.user_id):
                await note_watching(services.db, listener.user_id)
                async for frame, sent in _new_frames(services, listener.user_id, seq):
                    seq = sent
                    yield frame
                if not await wait.for_hint(HEARTBEAT_SECONDS):
                    yield KEEPALIVE_COMMENT
        finally:
            await wait.close()


async def _new_frames(services: Services, user_id: UUID, seq: int) -> AsyncIterator[tuple[bytes, int]]:
    while True:
        page = await list_after(services, user_id, seq, _PAGE)
        for event in page.events:
            seq = event.seq
            yield format_sse_event(data_str=_event.dump_json(event).decode(), id=str(seq)), seq
        if len(page.events) < _PAGE:
            return


def _resync(head_seq: int) -> bytes:
    data = ResyncRequired(
        reason="The position is not within the last events kept for replay.", head_seq=head_seq
    )
    return format_sse_event(event="resync_required", data_str=data.model_dump_json(), id=str(head_seq))
