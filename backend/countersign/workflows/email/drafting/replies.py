"""Answers to conversations that were read: one when the person said what to say, else one for each that waits.

A fact that the conversation does not hold is asked for, one question at a time, and never made up.
"""

from __future__ import annotations

import re
from typing import Any

from countersign.actions import proposals
from countersign.actions.proposals import AttachedFile, ReplySource
from countersign.connectors.google.mail_types import MailThread
from countersign.errors import InvalidError, NotFoundError, TooLargeError
from countersign.understanding.composing.conversation import Question, reply_from_conversation
from countersign.understanding.planned.steps import DraftReply
from countersign.understanding.writing import DraftText, ThreadFacts, compose_reply
from countersign.workflows.email.drafting.desk import Desk, Mailbox
from countersign.workflows.email.drafting.files import wanted_files
from countersign.workflows.email.drafting.results import Asked, Left, Outcome, Written
from countersign.workflows.email.mailboxes.texts import conversation_of

LEAVE_OUT = "Leave this one out"
LEAVE_REST = "Leave out the rest"
_LEFT_OUT = re.compile(r"\s*(?:skip|leave|no (?:reply|answer)|none|nothing)\b", re.IGNORECASE)
_REST = re.compile(r"\b(?:rest|others|all)\b", re.IGNORECASE)


async def write_replies(desk: Desk, step: DraftReply) -> list[Outcome]:
    """What comes of each conversation of the step, newest first; a question ends the list."""
    outcomes: list[Outcome] = []
    conversations: list[dict[str, Any]] = desk.state["read"][step.thread_step]["conversations"]
    for mail in conversations:
        outcome = await _one(desk, step, mail)
        outcomes.append(outcome)
        if isinstance(outcome, Asked):
            break
        if _leaves_rest(desk.answer(_slot(mail))):
            n_left = len(conversations) - len(outcomes)
            outcomes += [Left(f"The other {n_left} were left out.")] if n_left else []
            break
    return outcomes


async def _one(desk: Desk, step: DraftReply, mail: dict[str, Any]) -> Outcome:
    mailbox = await desk.mailbox(mail["account_id"])
    thread = await mailbox.reader.get_thread(mail["thread_id"])
    if not mail["is_answerable"]:
        return Left(f"“{_subject(thread)}” comes from an address that does not read answers.")
    attached = await wanted_files(desk, step.attachments, step.id, mail["account_id"])
    if isinstance(attached, Asked | Left):
        return attached
    text = _text(desk, step, mail, mailbox, thread)
    if isinstance(text, Asked | Left):
        return text
    source = await desk.reply_source(mailbox, thread, mail["message_id"], text.body_text)
    try:
        return _resolved(step, mail, source, text, attached)
    except (InvalidError, NotFoundError, TooLargeError) as exc:
        return Left(f"{exc.message} {exc.action}")


def _text(
    desk: Desk, step: DraftReply, mail: dict[str, Any], mailbox: Mailbox, thread: MailThread
) -> DraftText | Asked | Left:
    if step.instruction is not None:
        return compose_reply(step.instruction, ThreadFacts.model_validate(mail["facts"]))
    answer = desk.answer(_slot(mail))
    if answer is not None and _LEFT_OUT.match(answer):
        return Left(f"“{_subject(thread)}” was left out.")
    told = conversation_of(mail["account_id"], thread, [desk.state["user_name"]], mailbox.own_addresses)
    text = reply_from_conversation(told, answer=answer)
    if text is None:
        return Left(f"Nobody waits for your answer in “{_subject(thread)}”.")
    if isinstance(text, Question):
        return Asked(_slot(mail), text.question, (LEAVE_OUT, LEAVE_REST))
    return text


def _resolved(
    step: DraftReply, mail: dict[str, Any], source: ReplySource, text: DraftText, attached: list[AttachedFile]
) -> Written:
    resolved = proposals.resolve_reply(source, text.body_text, to_all=step.to_all, attachments=attached)
    readers = [*resolved.payload["to"], *resolved.payload["cc"]]
    if step.instruction is not None and len(readers) > 1:
        facts = ThreadFacts.model_validate({**mail["facts"], "to_several": True})
        text = compose_reply(step.instruction, facts)
        resolved = proposals.resolve_reply(source, text.body_text, to_all=step.to_all, attachments=attached)
    return Written(mail["account_id"], resolved, text.notes)


def _slot(mail: dict[str, Any]) -> str:
    return f"reply:{mail['message_id']}"


def _leaves_rest(answer: str | None) -> bool:
    return answer is not None and _LEFT_OUT.match(answer) is not None and _REST.search(answer) is not None


def _subject(thread: MailThread) -> str:
    return thread.messages[-1].subject or "(no subject)"
