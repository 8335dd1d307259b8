"""The life of an action: its states, the allowed transitions, and the small values every kind speaks in.

Transitions stand here once; the database holds the same list and a test compares both with the contract.
Nothing here reads the database or a provider.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.transport import GoogleClient
from countersign.connectors.grant import Grant
from countersign.errors import ConflictError, NotFoundError
from countersign.settings import Settings

State = Literal[
    "proposed",
    "approved",
    "staging",
    "armed",
    "done",
    "expired",
    "rejected",
    "cancelled",
    "failed",
    "refused",
    "needs_review",
]
UndoMode = Literal["held", "reversible", "none"]
"""`none` is a compensation: the undo of an executed action, which has no undo of its own."""

MadeBy = Literal["plan", "edit", "revision", "stale", "reopen", "switch", "undo"]
Verb = Literal["approve", "reject", "respond", "send_now", "undo"]
Payload = dict[str, Any]
Facts = dict[str, Any]

TRANSITIONS: Mapping[State, frozenset[State]] = {
    "proposed": frozenset({"approved", "rejected", "expired", "cancelled"}),
    "approved": frozenset({"staging", "cancelled", "proposed", "refused", "needs_review"}),
    "staging": frozenset({"armed", "proposed", "refused", "failed", "needs_review"}),
    "armed": frozenset({"done", "failed", "refused", "needs_review"}),
    "expired": frozenset({"proposed", "cancelled"}),
    "needs_review": frozenset({"done", "failed", "proposed"}),
    "done": frozenset(),
    "rejected": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset(),
    "refused": frozenset(),
}
OPEN_STATES: frozenset[State] = frozenset({"proposed", "approved", "staging", "armed", "expired"})
"""While one of a run's actions is in one of these, the run has something to wait for."""

CLOSED_STATES: frozenset[State] = frozenset(TRANSITIONS) - OPEN_STATES


@dataclass(frozen=True)
class ProposedAction:
    """One change a run proposes, resolved to the last detail; plain JSON inside so that a checkpoint can hold it.

    Attributes:
        target: what the action touches (a message or thread id): with run, attempt and plan step it makes the id.
        payload: what will be done, in the kind's own shape.
        facts: what is known about it (provenance, contacts, promises); shown, never executed.
    """

    run_id: UUID
    run_attempt: int
    plan_step: str
    target: str
    account_id: UUID
    kind: str
    payload: Payload
    facts: Facts
    group_key: str
    group_label: str
    depends_on: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What an action is, apart from its place in the database: everything its digest is made of."""

    action_id: UUID
    version: int
    kind: str
    account_id: UUID
    payload: Payload
    hold_seconds: int
    undo_mode: UndoMode


@dataclass(frozen=True)
class Change:
    """The target moved since the person saw it: why in words, and the payload and facts of the next version."""

    reason: str
    payload: Payload
    facts: Facts


@dataclass(frozen=True)
class Token:
    """What a kind needs to act once: its marker and, when obtained, the provider's single-use handle.

    Attributes:
        marker: random, stored before anything is created at the provider.
        old_markers: markers of earlier versions of the same action, whose leftovers are to be removed.
        is_fresh: nobody can have made anything under this marker yet, so there is nothing to look for.
        handle: provider ids; empty until obtained.
        cursor: where the provider's own log stood before the handle was made.
        pre_image: how the target was before the first attempt, as plain JSON; what an undo goes back to.
    """

    marker: str
    old_markers: tuple[str, ...] = ()
    is_fresh: bool = False
    handle: Mapping[str, str] = field(default_factory=dict)
    cursor: Mapping[str, str] = field(default_factory=dict)
    pre_image: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Compensation:
    """What takes an executed action back, complete before the click; its kind is that of the action it undoes."""

    payload: Payload
    facts: Facts


@dataclass(frozen=True)
class Words:
    """How the executor speaks of a kind in what it tells a person; each starts inside or at the head of a sentence."""

    unknown: str = "We don't know whether it was sent"
    nothing: str = "nothing was sent"
    refused: str = "Google refused it"


@dataclass(frozen=True)
class Evidence:
    """What the provider's own records say about an armed action.

    `happened`: it took effect and `result` proves it. `unused`: the token is still there, so it did not.
    `partial`: a part of it took effect, `result` says how much, and trying again does only the rest.
    `altered`: the token is there, but no longer as we made it. `missing`: the token is gone and nothing proves why.
    """

    status: Literal["happened", "unused", "partial", "altered", "missing"]
    found_by: str
    result: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempted:
    """What came back from the one call: `done` with the provider's ids, `refused` for good, or `unknown`."""

    status: Literal["done", "refused", "unknown"]
    result: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    retry_after_seconds: int | None = None


class OwnRefusalError(ConflictError):
    """Our own check stopped an approved action before the provider was asked for anything: it ends `refused`."""

    code = "own_refusal"


class AlteredTokenError(ConflictError):
    """What was prepared at the provider no longer says what was approved; only a person can say what happened."""

    code = "altered_token"


async def _no_upload(upload_id: str) -> bytes:
    msg = "There is no uploaded file with this id."
    raise NotFoundError(msg)


@dataclass(frozen=True)
class Door:
    """The way to the provider for one action: reading always, writing only with a grant.

    `upload` answers the bytes of a file its owner uploaded, by its public id; NotFoundError when there is none.
    """

    google: GoogleClient
    credentials: Credentials
    grant: Grant | None = None
    upload: Callable[[str], Awaitable[bytes]] = _no_upload


class Kind(Protocol):
    """What one kind of action is: its checks, its preview, how it happens once, and what takes it back.

    A compensation is an action of the same kind whose payload says so; it goes through the same methods.

    Attributes:
        single_use: whether the handle is consumed by the act. If not, doing it again changes nothing more, and a call
            that hangs can be neither revoked nor repeated in effect.
    """

    undo_mode: UndoMode
    residue: tuple[str, ...]
    words: Words
    single_use: bool

    def hold_seconds(self, settings: Settings) -> int:
        """How long an approved action waits; zero for reversible kinds."""
        ...

    def checked(self, payload: Payload) -> Payload:
        """The payload with every check done, in its one normal form; raises InvalidError naming the field."""
        ...

    def edited(self, payload: Payload, changes: Mapping[str, Any]) -> Payload:
        """The payload with a person's changes and every check done again."""
        ...

    def preview(self, payload: Payload, facts: Facts, before: Payload | None) -> dict[str, Any]:
        """What the person sees: a pure function of its arguments."""
        ...

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """The target read again: None when it is as the person saw it."""
        ...

    def touches(self, payload: Payload) -> frozenset[str]:
        """Ids of the mails and conversations whose change may make it stale; pure."""
        ...

    async def done_elsewhere(self, door: Door, payload: Payload) -> str | None:
        """Why there is nothing left to do, in words: the person did it by other means; else None."""
        ...

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with its handle: one that bears our marker is adopted, else one is made."""
        ...

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """What the provider's records say, looked at in the contract's order; reads only."""
        ...

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """The one call, never repeated here; of a kind that is not `single_use`, what is not yet as wanted."""
        ...

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """What takes this executed action back, or None when nothing was changed by it; pure."""
        ...

    async def revoke(self, door: Door, token: Token) -> bool:
        """Whether this call destroyed the unused handle, so that no call made with it before can take effect any more.

        False: it was gone already, and only another look can tell why. No answer (ProviderUnknown): look again, too.
        Asked of `single_use` kinds only.
        """
        ...

    async def sweep(self, door: Door, markers: Sequence[str], kept: Token | None) -> int:
        """How many leftovers that bear one of these markers were removed; what `kept`, a done action's, names stays."""
        ...
