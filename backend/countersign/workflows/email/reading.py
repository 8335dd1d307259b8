"""Reading the conversations that were found, and keeping the few facts a writer may know of them; no body is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from countersign.actions.proposals import is_no_reply
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MailMessage, MailThread
from countersign.errors import ProviderError
from countersign.understanding.planned.steps import DraftReply, ReadThread, ReadThreads
from countersign.understanding.telling.open_questions import waiting_for_me
from countersign.understanding.writing import facts_of_mail
from countersign.workflows.context import RunContext
from countersign.workflows.email.answers.words import Extent, left_unread
from countersign.workflows.email.mailboxes.looking import Account, Looking
from countersign.workflows.email.mailboxes.opened import count_of, opened
from countersign.workflows.email.mailboxes.texts import mail_of
from countersign.workflows.email.meant.choosing import (
    asking_which,
    conversations_called,
    mail_called,
    things_of,
    what_is_meant,
)
from countersign.workflows.email.meant.history import History, Mail, Read, newest_of_each, told_of
from countersign.workflows.email.state import EmailState, consequence, plan_of, steps_of
from countersign.workflows.engine import Runtime

MOST_CONVERSATIONS = 20
"""So many of the newest conversations are read for one answer; how many were left unread is said."""


async def read(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Read the conversations of every read step and keep what the writer may know of them."""
    plan, context = plan_of(state), runtime.context
    looking = Looking(state["accounts"], state["unread"], state["missing"], consequence(plan))
    kept: dict[str, Any] = {}
    said: list[str] = []
    readers: list[ReadThread | ReadThreads] = steps_of(plan, ReadThread, ReadThreads)
    for step in readers:
        found = state["found"][step.search_step]
        mails = found["mails"]
        if isinstance(step, ReadThread):
            named = await conversations_called(state, context, step, mails)
            mail = mail_called(state, step, named, mails)
            if mail is None:
                return asking_which(state, step, named)
            conversation = await _one(context, mail)
            facts = _with_facts(conversation, conversation.found)
            kept[step.id] = _kept(History([conversation]), [facts])
            said.append(_read_one(conversation))
            if _is_unanswerable(state, step, conversation):
                return _no_reader(conversation, said)
            continue
        history = await _several(context, looking, mails)
        history = replace(history, has_older=found["total"] > len(mails))
        meant = what_is_meant(state, step, history)
        if meant is None:
            return asking_which(state, step, things_of(state, step, history))
        kept[step.id], words = _chosen(state, step, meant)
        said.append(words)
    return looking.told("read", {"read": kept, "said": {"read": " ".join(said)}})


async def _one(context: RunContext, mail: Mail) -> Read:
    box = await opened(context, mail["account_id"])
    return Read(mail, await box.thread(mail["thread_id"]))


async def _several(context: RunContext, looking: Looking, mails: list[Mail]) -> History:
    """The newest conversations of these mails; what could not be read is noted."""
    newest = newest_of_each(mails)
    wanted = newest[:MOST_CONVERSATIONS]
    read_ones, n_failed = await _threads(context, looking, wanted)
    if n_failed:
        missed = count_of(n_failed, "conversation").capitalize()
        looking.miss(f"{missed} could not be read just now.", ProviderError.code)
    return History(read_ones, len(newest) - len(wanted))


def _chosen(state: EmailState, step: ReadThreads, history: History) -> tuple[dict[str, Any], str]:
    """What is kept of the history, and a sentence on what was read."""
    n_messages = sum(len(one.thread.messages) for one in history.read)
    said = f"Read {count_of(n_messages, 'message')} in {count_of(len(history.read), 'conversation')}"
    left = left_unread(Extent(n_messages, len(history.read), history.left, history.has_older))
    said += f"; {left} left unread." if left else "."
    found = history.read
    if step.unanswered_only:
        found = [one for one in history.read if waiting_for_me(told_of(state, one)) is not None]
        verb = "waits" if len(found) == 1 else "wait"
        said += f" {count_of(len(found), 'conversation').capitalize()} {verb} for you."
    kept = [_with_facts(one, _newest_from_others(state, one)) for one in found]
    return _kept(history, kept), said


async def _threads(context: RunContext, looking: Looking, wanted: list[Mail]) -> tuple[list[Read], int]:
    """Those that could be read, in the order wanted, and how many could not; one that fails does not sink the rest.

    Raises:
        CountersignError: not one could be read.
    """

    async def of_account(account: Account) -> list[Read | ProviderError]:
        box = await opened(context, account["id"])

        async def one(mail: Mail) -> Read | ProviderError:
            try:
                found = Read(mail, await box.thread(mail["thread_id"]))
                _message(found.thread, mail["message_id"])
            except ProviderError as error:
                return error
            return found

        mine = [mail for mail in wanted if mail["account_id"] == account["id"]]
        return list(await asyncio.gather(*(one(mail) for mail in mine)))

    by_account = await looking.in_each(of_account, only={mail["account_id"] for mail in wanted})
    results = [one for _, found in by_account for one in found]
    read_ones = [one for one in results if isinstance(one, Read)]
    failed = [one for one in results if isinstance(one, ProviderError)]
    if failed and not read_ones:
        raise failed[0]
    place = {mail["message_id"]: number for number, mail in enumerate(wanted)}
    return sorted(read_ones, key=lambda one: place[one.found["message_id"]]), len(failed)


def _kept(history: History, conversations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "conversations": conversations,
        "n_messages": sum(len(one.thread.messages) for one in history.read),
        "n_conversations": len(history.read),
        "left": history.left,
        "has_older": history.has_older,
    }


def _newest_from_others(state: EmailState, one: Read) -> Mail:
    """The mail an answer to this conversation goes to: the newest that somebody else wrote, else the one found."""
    others = [mail.key for mail in told_of(state, one) if not mail.is_own]
    return {**one.found, "message_id": mail_of(others[-1])[1]} if others else one.found


def _with_facts(one: Read, answered: Mail) -> dict[str, Any]:
    message = _message(one.thread, answered["message_id"])
    sender = message.from_.name if message.from_ else ""
    facts = facts_of_mail(sender, message.text).model_dump(mode="json")
    return {**answered, "facts": facts, "is_answerable": _is_read(message)}


def _is_read(message: MailMessage) -> bool:
    """Whether answers to it reach an address that reads them."""
    asked = message.reply_to or ((message.from_,) if message.from_ else ())
    return not (asked and all(is_no_reply(address.email) for address in asked))


def _is_unanswerable(state: EmailState, step: ReadThread, one: Read) -> bool:
    is_answered = any(draft.thread_step == step.id for draft in steps_of(plan_of(state), DraftReply))
    return is_answered and not _is_read(_message(one.thread, one.found["message_id"]))


def _no_reader(one: Read, said: list[str]) -> dict[str, Any]:
    subject = _message(one.thread, one.found["message_id"]).subject
    ending = (
        f"The mail “{subject}” comes from an address that does not read answers, so I wrote no reply. "
        "Name another address to write to. Nothing was changed."
    )
    return {"ending": ending, "said": {"read": " ".join(said)}}


def _read_one(one: Read) -> str:
    subject = _message(one.thread, one.found["message_id"]).subject or "(no subject)"
    return f"Read {count_of(len(one.thread.messages), 'message')} in “{subject}”."


def _message(thread: MailThread, message_id: str) -> MailMessage:
    """That mail of the conversation.

    Raises:
        ProviderMissing: it was deleted since it was found.
    """
    found = next((message for message in thread.messages if message.id == message_id), None)
    if found is None:
        raise ProviderMissing(None, "notFound")
    return found
