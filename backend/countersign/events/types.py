"""Every durable event as one union, discriminated by `type`: the contract of `GET /events`, SSE and the page.

It shapes what rooms append; it writes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from countersign.events import shapes as said
from countersign.events.cards import ApprovalCard
from countersign.kit.ids import EventId, RunId


class Envelope(BaseModel):
    """What every event carries; `seq` is gap-free per user."""

    seq: int
    id: EventId
    ts: datetime
    run_id: RunId | None


class RunStartedEvent(Envelope):
    """`run.started`."""

    type: Literal["run.started"]
    data: said.RunStarted


class StepUpdatedEvent(Envelope):
    """`step.updated`."""

    type: Literal["step.updated"]
    data: said.StepUpdated


class RunUpdatedEvent(Envelope):
    """`run.updated`."""

    type: Literal["run.updated"]
    data: said.RunUpdated


class MessageCreatedEvent(Envelope):
    """`message.created`."""

    type: Literal["message.created"]
    data: said.MessageCreated


class MessageCompletedEvent(Envelope):
    """`message.completed`."""

    type: Literal["message.completed"]
    data: said.MessageCompleted


class QuestionAskedEvent(Envelope):
    """`question.asked`."""

    type: Literal["question.asked"]
    data: said.QuestionAsked


class ApprovalRequestedEvent(Envelope):
    """`approval.requested`: the full card."""

    type: Literal["approval.requested"]
    data: ApprovalCard


class ApprovalUpdatedEvent(Envelope):
    """`approval.updated`."""

    type: Literal["approval.updated"]
    data: said.ApprovalUpdated


class ActionUpdatedEvent(Envelope):
    """`action.updated`."""

    type: Literal["action.updated"]
    data: said.ActionUpdated


class BatchProgressEvent(Envelope):
    """`batch.progress`."""

    type: Literal["batch.progress"]
    data: said.BatchProgress


class AccountStatusEvent(Envelope):
    """`account.status`."""

    type: Literal["account.status"]
    data: said.AccountStatus


class JobUpdatedEvent(Envelope):
    """`job.updated`."""

    type: Literal["job.updated"]
    data: said.JobUpdated


class SessionRevokedEvent(Envelope):
    """`session.revoked`."""

    type: Literal["session.revoked"]
    data: said.SessionRevoked


class NoticeEvent(Envelope):
    """`notice`."""

    type: Literal["notice"]
    data: said.Notice


AnyEvent = Annotated[
    RunStartedEvent
    | StepUpdatedEvent
    | RunUpdatedEvent
    | MessageCreatedEvent
    | MessageCompletedEvent
    | QuestionAskedEvent
    | ApprovalRequestedEvent
    | ApprovalUpdatedEvent
    | ActionUpdatedEvent
    | BatchProgressEvent
    | AccountStatusEvent
    | JobUpdatedEvent
    | SessionRevokedEvent
    | NoticeEvent,
    Field(discriminator="type"),
]
"""One event; narrows on `type`."""

DATA_MODELS: dict[str, type[BaseModel]] = {
    "run.started": said.RunStarted,
    "step.updated": said.StepUpdated,
    "run.updated": said.RunUpdated,
    "message.created": said.MessageCreated,
    "message.completed": said.MessageCompleted,
    "question.asked": said.QuestionAsked,
    "approval.requested": ApprovalCard,
    "approval.updated": said.ApprovalUpdated,
    "action.updated": said.ActionUpdated,
    "batch.progress": said.BatchProgress,
    "account.status": said.AccountStatus,
    "job.updated": said.JobUpdated,
    "session.revoked": said.SessionRevoked,
    "notice": said.Notice,
}
