"""The live socket of a page and the ticket that opens it; it serves the user's own log and takes no decision."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel

from countersign.accounts.services import Services
from countersign.api.live.event_stream import Listener
from countersign.api.live.frames import PROTOCOL
from countersign.api.live.socket import Close, LiveSocket
from countersign.api.signed_in import COOKIE, HumanDep, SessionDep
from countersign.identity import tickets
from countersign.identity.sessions import SignedIn, session_of
from countersign.kit.ids import to_public

MOST_SOCKETS = 8
"""Of one user in one process: a page needs one; what exceeds it is a loop gone wild."""

_TICKET = "ticket."

router = APIRouter(tags=["events"])


class TicketShape(BaseModel):
    """Leave to open one socket, for so many seconds."""

    ticket: str
    expires_in: int


@router.post("/ws-ticket", status_code=201)
async def make_ticket(person: HumanDep, session: SessionDep) -> TicketShape:
    """A ticket for `new WebSocket("/api/v1/ws", ["countersign.v1", "ticket." + ticket])`, good for one socket."""
    return TicketShape(ticket=await tickets.issue(session, person), expires_in=tickets.TICKET_SECONDS)


@router.websocket("/ws")
async def live(socket: WebSocket) -> None:
    """The user's whole event log after `last_seq`, then live; see `api.live.frames` for what is said.

    Another origin is refused before the handshake; a bad ticket closes with 4401, a ninth socket with 4429.
    """
    services: Services = socket.app.state.services
    if socket.headers.get("origin") != services.settings.origin:
        await socket.close()
        return
    offered = socket.scope.get("subprotocols", [])
    person = await _bearer(services, offered, token := socket.cookies.get(COOKIE, ""))
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    if person is None:
        await socket.close(Close.BAD_TICKET)
        return
    counted: Counter[UUID] = socket.app.state.sockets
    if counted[person.user_id] >= MOST_SOCKETS:
        await socket.close(Close.TOO_MANY)
        return
    counted[person.user_id] += 1
    try:
        session_id = to_public("ses", person.session_id)
        await LiveSocket(socket, services, Listener(person.user_id, token), session_id).serve()
    finally:
        counted[person.user_id] -= 1


async def _bearer(services: Services, offered: list[str], token: str) -> SignedIn | None:
    ticket = next((name.removeprefix(_TICKET) for name in offered if name.startswith(_TICKET)), "")
    bearer = await tickets.redeem_and_commit(services.db, ticket) if ticket else None
    if bearer is None or not token:
        return None
    person = await session_of(services.db, services.settings, token)
    is_same = person is not None and (person.user_id, person.session_id) == (
        bearer.user_id,
        bearer.session_id,
    )
    return person if is_same else None
