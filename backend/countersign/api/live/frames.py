"""What is said over the live socket, both ways, as the page's types know it. It sends nothing.

Nothing that changes state goes over the socket: decisions are REST with an `Idempotency-Key`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from countersign.events.types import AnyEvent

PROTOCOL = "countersign.v1"
VERSION = 1
HEARTBEAT_SECONDS = 15
"""Below the 30 to 60 s after which proxies usually close a silent connection."""

MAX_SEQ = 2**63 - 1


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Hello(_Said):
    """The client's first word: where it stopped."""

    op: Literal["hello"]
    v: Literal[1]
    last_seq: Annotated[int, Field(ge=0, le=MAX_SEQ)]


class Pong(_Said):
    """The answer to a ping."""

    op: Literal["pong"]


ClientWord = Annotated[Hello | Pong, Field(discriminator="op")]
client_word = TypeAdapter[ClientWord](ClientWord)


class Welcome(_Said):
    """The connection stands; `server_time` corrects countdowns of a wrong local clock.

    Attributes:
        head_seq: newest event of this user.
        tail_seq: oldest event that can still be replayed.
    """

    op: Literal["welcome"] = "welcome"
    v: Literal[1] = 1
    head_seq: int
    tail_seq: int
    heartbeat_s: int = HEARTBEAT_SECONDS
    server_time: datetime


class EventFrame(_Said):
    """One durable event, in rising `seq` without gap."""

    op: Literal["event"] = "event"
    event: AnyEvent


class ReplayDone(_Said):
    """Everything up to `seq` has been sent; what follows is live."""

    op: Literal["replay_done"] = "replay_done"
    seq: int


class ResyncFrame(_Said):
    """The position cannot be continued from: read the lists again, then go on after `head_seq`."""

    op: Literal["resync_required"] = "resync_required"
    reason: str
    head_seq: int


class Ping(_Said):
    """A heartbeat; answered by `pong`."""

    op: Literal["ping"] = "ping"
    t: datetime


class ErrorFrame(_Said):
    """What the client said could not be understood; nothing was changed."""

    op: Literal["error"] = "error"
    code: str
    message: str


ServerWord = Annotated[
    Welcome | EventFrame | ReplayDone | ResyncFrame | Ping | ErrorFrame, Field(discriminator="op")
]
"""Any frame the server sends."""
