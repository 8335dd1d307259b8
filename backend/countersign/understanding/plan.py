"""What understanding answers: a typed, hashed plan of steps, or one question, or an honest no.

Must not hold anything a second process could compute differently: no clock reading, no random id, no float.
"""

import hashlib
from typing import Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, computed_field

from countersign.understanding.planned.steps import MessageKind, SetKind, Step

PLAN_VERSION = 2

Slot = Literal["person", "body", "meaning", "pronoun", "account", "topic", "mail", "file", "label", "subject"]
Intent = Literal[
    "mail.list",
    "mail.said",
    "mail.summary",
    "mail.unanswered",
    "mail.contacts",
    "mail.action_items",
    MessageKind,
    SetKind,
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Plan(_Frozen):
    """A request as steps. Equal request and equal context give an equal plan, byte for byte.

    Attributes:
        version: of this schema and grammar; raised when the same request may give another plan.
        confidence_percent: 0 to 100, how sure the grammar is that this is what was asked.
        context_digest: of the context the plan was made in; no part of `digest`, which names what will be done.
        source: which planner made it.
    """

    version: int = PLAN_VERSION
    workflow: Literal["email"]
    intent: Intent
    confidence_percent: int
    source: Literal["grammar"] = "grammar"
    steps: tuple[Step, ...]
    context_digest: str

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order; mypy cannot type it
    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical JSON of version, workflow, intent, confidence and steps.

        Source: RFC 8785 (JSON Canonicalization Scheme), through the rfc8785 package.
        """
        return canonical_digest(self.model_dump(mode="json", exclude={"digest", "context_digest"}))

    def canonical_json(self) -> bytes:
        """The whole plan with its digest as RFC 8785 bytes: what is stored and compared."""
        return rfc8785.dumps(self.model_dump(mode="json"))


def canonical_digest(content: dict[str, object]) -> str:
    """SHA-256 in hex over the RFC 8785 form of plain JSON content without floats."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()  # type: ignore[arg-type]  # plain JSON by contract


class Clarification(_Frozen):
    """The one question that must be answered before the request can be planned.

    Attributes:
        slot: what the question is about; the answer comes back in the context under the same slot.
        question: one plain sentence that ends in a question mark.
        options: answers to choose from, in order; empty when any words will do.
    """

    slot: Slot
    question: str
    options: tuple[str, ...] = ()
    context_digest: str


class ChatConsent(_Frozen):
    """A chat message that sounds like a decision. It decides nothing; `message` points at the cards.

    Attributes:
        verb: what it sounds like, for the wording only.
        approval_ids: the open cards, newest first.
    """

    verb: Literal["approve", "reject", "undo"]
    approval_ids: tuple[str, ...]
    message: str
    context_digest: str


class CardReference(_Frozen):
    """A message that asks for a change of something already written.

    Attributes:
        approval_ids: the cards it may mean, newest first; exactly one when it is clear.
        instructions: the person's words, unchanged.
    """

    approval_ids: tuple[str, ...]
    instructions: str
    message: str
    context_digest: str


class Unsupported(_Frozen):
    """A request that cannot be done yet; nothing of it was done.

    Attributes:
        asked: stable code of what was recognised ("mail.forward"), "unknown" when nothing was.
        message: the whole answer in plain words.
    """

    asked: str
    message: str
    context_digest: str


Understanding = Plan | Clarification | ChatConsent | CardReference | Unsupported
