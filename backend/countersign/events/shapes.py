"""What each kind of event says: one model per type; it writes nothing and knows no order.

Times are RFC 3339 UTC, money decimal strings in US dollars, ids public ids.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from countersign.events.cards import ApprovalStatus, Risk, UndoMode
from countersign.kit.ids import AccountId, ActionId, ApprovalId, BatchId, JobId, MessageId, RunId

RunState = Literal["queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled"]
StepStatus = Literal["running", "done", "waiting", "failed", "skipped"]
JobState = Literal["queued", "running", "retrying", "failed", "replayed", "succeeded"]
WaitingFor = Literal["approval", "clarification", "hold"]


class EventData(BaseModel):
    """Base of every event's data; unknown fields are refused so that a typo cannot go unseen."""

    model_config = ConfigDict(extra="forbid")


class GraphNode(EventData):
    """One box of the drawn graph."""

    id: str
    label: str
    kind: str


class Graph(EventData):
    """The compiled graph as drawn: boxes and arrows between their ids."""

    nodes: list[GraphNode]
    edges: list[tuple[str, str]]


class RunStarted(EventData):
    """A run began its first or a further attempt."""

    run_id: RunId
    workflow: str
    title: str
    account_ids: list[AccountId]
    graph: Graph


class StepUpdated(EventData):
    """A step began, ended, waits or failed; `detail` is one plain sentence."""

    run_id: RunId
    step_id: str
    node: str
    status: StepStatus
    attempt: int
    detail: str
    started_at: datetime
    ms: int | None = None
    cost_usd: str | None = None
    model: str | None = None
    cached: bool | None = None


class Problem(EventData):
    """What went wrong, what to do, and whether anything was changed."""

    code: str
    message: str
    action: str
    changed: Literal["no", "yes", "unknown"]


class Missing(EventData):
    """Something a partial answer could not look at; `retry_helps` says whether it may succeed when tried again now."""

    service: Literal["mail"]
    account_id: AccountId | None = None
    code: str
    text: str
    retry_helps: bool


class Totals(EventData):
    """What a run has used."""

    cost_usd: str
    tokens_in: int
    tokens_out: int
    ms: int


class RunUpdated(EventData):
    """A run changed its state."""

    run_id: RunId
    state: RunState
    waiting_for: WaitingFor | None = None
    approval_ids: list[ApprovalId] | None = None
    question_id: str | None = None
    checkpoint_id: str | None = None
    summary: str | None = None
    problem: Problem | None = None
    missing: list[Missing] | None = None
    totals: Totals | None = None


class MessageCreated(EventData):
    """A message was added to a conversation."""

    message_id: MessageId
    role: Literal["user", "assistant"]
    run_id: RunId | None


class Citation(EventData):
    """A source of an answer."""

    id: str
    kind: str
    account_id: AccountId | None = None
    title: str


class MessageCompleted(EventData):
    """An answer is whole."""

    message_id: MessageId
    text: str
    citations: list[Citation]
    chunks: int


class QuestionAsked(EventData):
    """A run needs one fact from the person."""

    question_id: str
    run_id: RunId
    text: str
    options: list[str] | None = None
    expires_at: datetime | None = None


class CardClock(EventData):
    """Until when a card can be decided and, while it is put off, until when it stays out of the way."""

    asked_at: datetime
    expires_at: datetime
    remind_at: datetime | None
    snoozed_until: datetime | None


class ApprovalUpdated(EventData):
    """A card changed: decided, expired, edited, revised, stale, put off, or close to its end; `clock` if that moved."""

    id: ApprovalId
    version: int
    status: ApprovalStatus
    risk: Risk | None = None
    digest: str
    by: str
    reason: str | None = None
    clock: CardClock | None = None


class BatchProgress(EventData):
    """How far the approved actions of a batch are; `failed` includes what nobody knows the end of."""

    batch_id: BatchId
    done: int
    failed: int
    total: int


class ActionResult(EventData):
    """The provider's evidence that an action took effect; `changed` is how many of a set's mails it changed."""

    provider_id: str
    link: str | None = None
    changed: int | None = None


class ActionUndo(EventData):
    """Whether and until when an action can be taken back."""

    mode: UndoMode
    until: datetime | None
    residue: list[str]
    state: Literal["none", "offered", "running", "undone", "failed", "over"]


class ActionUpdated(EventData):
    """An action moved to another state."""

    action_id: ActionId
    approval_id: ApprovalId
    state: str
    hold_until: datetime | None = None
    stale_reason: str | None = None
    result: ActionResult | None = None
    problem: Problem | None = None
    undo: ActionUndo


class AccountStatus(EventData):
    """A connected account changed its health or its scopes."""

    account_id: AccountId
    state: Literal["healthy", "syncing", "needs_reconnect", "rate_limited", "paused", "disconnected"]
    scopes: list[str]


class JobUpdated(EventData):
    """A background job that failed once or is a replay moved on; `progress` is 0 to 100 where a job tells it."""

    job_id: JobId
    state: JobState
    progress: int | None = None


class SessionRevoked(EventData):
    """A session ended; its sockets and streams close."""

    session_id: str


class Notice(EventData):
    """A sentence for the person outside any run."""

    text: str
