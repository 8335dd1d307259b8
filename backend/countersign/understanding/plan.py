"""What understanding answers: a typed, hashed plan of steps, or one question, or an honest no.

Must not hold anything a second process could compute differently: no clock reading, no random id, no float.
"""

import hashlib
from typing import Annotated, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, computed_field

PLAN_VERSION = 1

SayKind = Literal[
    "state",
    "ask_if",
    "ask_what",
    "ask_to",
    "ask_for",
    "ask_about",
    "thank",
    "apologise",
    "confirm",
    "direct",
    "verbatim",
]
Pronoun = Literal["she", "he", "they"]
Slot = Literal["person", "body", "meaning", "pronoun", "account"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Say(_Frozen):
    """One thing to say: how it was reported, and the person's own words for it."""

    kind: SayKind
    text: str


class ReplyInstruction(_Frozen):
    """What a reply has to say, as the person said it; nothing here was invented.

    Attributes:
        parts: the speech acts in the order they were said.
        recipient: the words that name the recipient ("Dana"), or "" when only the conversation names them.
        recipient_pronoun: the pronoun that stands for the recipient in `parts`, None when none does.
        language: ISO 639-1 code the person asked for, None when they named none.
    """

    parts: tuple[Say, ...]
    recipient: str = ""
    recipient_pronoun: Pronoun | None = None
    language: str | None = None


class _Step(_Frozen):
    id: str
    needs: tuple[str, ...] = ()
    label: str


class ResolvePerson(_Step):
    """Find out who the words mean; `query` is a name, an address or a description such as "Dana from Acme"."""

    kind: Literal["resolve_person"] = "resolve_person"
    query: str


class SearchMail(_Step):
    """Find received mail by typed criteria, newest first.

    Attributes:
        person_step: id of the step whose person must be the sender, None for any sender.
        topic_words: words the conversation is about, all of them wanted, in the person's spelling.
        subject: the subject as the person quoted it, None when none was quoted.
        folder: "received" is every folder but sent, drafts, spam and trash.
        unread_only: True only when the person said unread.
        received_from: first day wanted, YYYY-MM-DD in the person's zone, inclusive; None for no limit.
        received_to: last day wanted, inclusive; None for no limit.
        account_ids: accounts to look in, the default first; a named account stands alone; empty for every account.
    """

    kind: Literal["search_mail"] = "search_mail"
    person_step: str | None
    topic_words: tuple[str, ...] = ()
    subject: str | None = None
    folder: Literal["received", "inbox"] = "received"
    order: Literal["newest_first"] = "newest_first"
    unread_only: bool = False
    received_from: str | None = None
    received_to: str | None = None
    account_ids: tuple[str, ...] = ()


class ReadThread(_Step):
    """Read the conversation of the newest mail that the search step found."""

    kind: Literal["read_thread"] = "read_thread"
    search_step: str


class DraftReply(_Step):
    """Write the text of the reply from the instruction and the facts of the conversation."""

    kind: Literal["draft_reply"] = "draft_reply"
    thread_step: str
    instruction: ReplyInstruction


class Propose(_Step):
    """Put the written reply before the person as a card; nothing leaves without their decision."""

    kind: Literal["propose"] = "propose"
    action_kind: Literal["mail.reply"]
    draft_step: str


Step = Annotated[
    ResolvePerson | SearchMail | ReadThread | DraftReply | Propose,
    Field(discriminator="kind"),
]


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
    intent: Literal["mail.reply"]
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
