"""A user's event log: a page at once as JSON, or a live stream for clients that accept `text/event-stream`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from countersign.api.live.event_stream import EventList, ListenerDep, list_after, stream_after
from countersign.api.signed_in import ServicesDep
from countersign.events.log import MAX_PAGE

_MAX_SEQ = 2**63 - 1
_STREAM = "text/event-stream"
_UNBUFFERED = {"X-Accel-Buffering": "no"}
"""nginx would keep events back. Source: nginx, ngx_http_proxy_module, proxy_buffering."""

router = APIRouter(prefix="/events", tags=["events"])

Position = Annotated[int, Query(ge=0, le=_MAX_SEQ, description="Events after this `seq`.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="For JSON only.")]
LastEventId = Annotated[
    int | None,
    Header(alias="Last-Event-ID", ge=0, le=_MAX_SEQ, description="`seq` last seen; wins over `after`."),
]
Accept = Annotated[str, Header(include_in_schema=False)]


@router.get(
    "",
    response_model=EventList,
    responses={
        200: {"content": {_STREAM: {"schema": {"type": "string"}}}, "description": "A page, or the stream."}
    },
)
async def list_events(
    listener: ListenerDep,
    services: ServicesDep,
    accept: Accept = "*/*",
    after: Position = 0,
    limit: Limit = MAX_PAGE,
    last_event_id: LastEventId = None,
) -> EventList | Response:
    """Events after `after`, gap-free; as a stream each has its `seq` as `id:`, silence is broken every 15 s."""
    if _STREAM in accept:
        after = after if last_event_id is None else last_event_id
        return StreamingResponse(
            stream_after(services, listener, after), media_type=_STREAM, headers=_UNBUFFERED
        )
    return await list_after(services, listener.user_id, after, limit)
