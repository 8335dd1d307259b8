"""The plan of a request that reads: find the mails, read their conversations, tell about them; drafts when asked.

Must not propose anything but drafts, and those only when the words asked for them.
"""

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.asking.reading import AskReading
from countersign.understanding.grammar.selecting.search import Search, search_for
from countersign.understanding.plan import Clarification, Plan, Unsupported
from countersign.understanding.planned.steps import (
    DraftReply,
    Propose,
    ReadThread,
    ReadThreads,
    Step,
    TellAbout,
    TellForm,
)

_SURE_PERCENT = 95
_VERBS: dict[TellForm, str] = {
    "list": "list",
    "said": "look into",
    "summary": "summarise",
    "unanswered": "look through",
    "contacts": "look through",
    "action_items": "look through",
}
_TELLS: dict[TellForm, str] = {
    "list": "List the mails",
    "said": "Tell what was said",
    "summary": "Summarise them",
    "unanswered": "Tell which wait for your answer",
    "contacts": "Tell who is in them",
    "action_items": "Tell what is asked",
}


def plan_asking(reading: AskReading, context: RequestContext) -> Plan | Clarification | Unsupported:
    """The plan of the reading; a question when who or which mails are meant is open."""
    found = search_for(reading.mails, context, "read", _VERBS[reading.form])
    if not isinstance(found, Search):
        return found
    return Plan(
        workflow="email",
        intent="mail.draft.create" if reading.wants_drafts else f"mail.{reading.form}",
        confidence_percent=_SURE_PERCENT,
        steps=_steps(reading, found),
        context_digest=context.digest,
    )


def _steps(reading: AskReading, found: Search) -> tuple[Step, ...]:
    if reading.form == "list" and not reading.wants_drafts:
        return (*found.steps, _tell(reading, found, found.search.id, len(found.steps)))
    read = _read(reading, found, f"s{len(found.steps) + 1}")
    source = found.search.id if reading.form == "list" else read.id
    tell = _tell(reading, found, source, len(found.steps) + 1)
    drafts = _drafts(read.id, len(found.steps) + 2) if reading.wants_drafts else ()
    return (*found.steps, read, tell, *drafts)


def _tell(reading: AskReading, found: Search, source: str, before: int) -> TellAbout:
    return TellAbout(
        id=f"s{before + 1}",
        needs=(source,),
        label=_TELLS[reading.form],
        source_step=source,
        form=reading.form,
        topic=found.mails.topic,
    )


def _read(reading: AskReading, found: Search, step_id: str) -> ReadThread | ReadThreads:
    """The step that reads: one conversation when one mail is meant, else all of them."""
    mails, search = found.mails, found.search
    is_one = mails.is_single or search.most == 1 or len(search.shown) == 1
    if is_one and not reading.wants_drafts and reading.form != "unanswered":
        return ReadThread(
            id=step_id, needs=(search.id,), label="Read that conversation", search_step=search.id
        )
    return ReadThreads(
        id=step_id,
        needs=(search.id,),
        label="Read their conversations",
        search_step=search.id,
        unanswered_only=reading.form == "unanswered",
    )


def _drafts(read: str, before: int) -> tuple[Step, ...]:
    draft = f"s{before + 1}"
    return (
        DraftReply(
            id=draft, needs=(read,), label="Write a draft of each reply", thread_step=read, instruction=None
        ),
        Propose(
            id=f"s{before + 2}",
            needs=(draft,),
            label="Put the drafts before you for approval",
            action_kind="mail.draft.create",
            draft_step=draft,
        ),
    )
