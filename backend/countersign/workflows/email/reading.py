"""Reading the conversations that were found, and keeping the few facts a writer may know of them; no body is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from countersign.actions.proposals import is_no_reply
from countersign.connectors.google.mail_types import MailMessage, MailThread
from countersign.errors import ProviderError
from countersign.understanding.planned.steps import DraftReply, ReadThread, ReadThreads
from countersign.understanding.telling.open_questions import waiting_for_me
from countersign.understanding.writing import facts_of_mail
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.looking import Account, Looking
from countersign.workflows.email.mailboxes.opened import count_of, opened
from countersign.workflows.email.mailboxes.texts import conversation_of
from countersign.workflows.email.state import EmailState, consequence, plan_of, steps_of
from countersign.workflows.engine import Runtime

MOST_CONVERSATIONS = 20
"""So many of the newest conversations are read for one answer; how many were left unread is said."""

Mail = dict[str, str]


@dataclass(frozen=True)
class _Read:
    """A conversation with the mail of it that was found."""

    found: Mail
    thread: MailThread


async def read(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Read the conversations of every read step and keep what the writer may know of them."""
    plan, context = plan_of(state), runtime.context
    looking = Looking(state["accounts"], state["unread"], state["missing"], consequence(plan))
    kept: dict[str, Any] = {}
    said: list[str] = []
    readers: list[ReadThread | ReadThreads] = steps_of(plan, ReadThread, ReadThreads)
    for step in readers:
        mails = state["found"][step.search_step]["mails"]
        if isinstance(step, ReadThread):
            conversation = await _one(context, mails[0])
            kept[step.id] = _kept([conversation], [_with_facts(conversation, conversation.found)], 0)
            said.append(_read_one(conversation))
            if _is_unanswerable(state, step, conversation):
                return _no_reader(conversation, said)
        else:
            kept[step.id], words = await _several(state, context, looking, step, mails)
            said.append(words)
    return looking.told("read", {"read": kept, "said": {"read": " ".join(said)}})


async def _one(context: RunContext, mail: Mail) -> _Read:
    box = await opened(context, mail["account_id"])
    return _Read(mail, await box.thread(mail["thread_id"]))


async def _several(
    state: EmailState, context: RunContext, looking: Looking, step: ReadThreads, mails: list[Mail]
) -> tuple[dict[str, Any], str]:
    newest = _newest_of_each(mails)
    wanted = newest[:MOST_CONVERSATIONS]
    everything, n_failed = await _threads(context, looking, wanted)
    n_messages = sum(len(one.thread.messages) for one in everything)
    said = f"Read {count_of(n_messages, 'message')} in {count_of(len(everything), 'conversation')}"
    left = len(newest) - len(wanted)
    said += f"; {count_of(left, 'older conversation')} left unread." if left else "."
    if n_failed:
        sentence = f"{count_of(n_failed, 'conversation')} could not be read just now.".capitalize()
        looking.miss(sentence, ProviderError.code)
    found = everything
    if step.unanswered_only:
        found = [one for one in everything if _waits(state, one)]
        verb = "waits" if len(found) == 1 else "wait"
        said += f" {count_of(len(found), 'conversation').capitalize()} {verb} for you."
    kept = [_with_facts(one, _newest_from_others(state, one)) for one in found]
    return _kept(everything, kept, left), said


async def _threads(context: RunContext, looking: Looking, wanted: list[Mail]) -> tuple[list[_Read], int]:
    """Those that could be read, in the order wanted, and how many could not; one that fails does not sink the rest.

    Raises:
        CountersignError: not one could be read.
    """

    async def of_account(account: Account) -> list[_Read | ProviderError]:
        box = await opened(context, account["id"])

        async def one(mail: Mail) -> _Read | ProviderError:
            try:
                return _Read(mail, await box.thread(mail["thread_id"]))
            except ProviderError as error:
                return error

        mine = [mail for mail in wanted if mail["account_id"] == account["id"]]
        return list(await asyncio.gather(*(one(mail) for mail in mine)))

    by_account = await looking.in_each(of_account, only={mail["account_id"] for mail in wanted})
    results = [one for _, found in by_account for one in found]
    read_ones = [one for one in results if isinstance(one, _Read)]
    failed = [one for one in results if isinstance(one, ProviderError)]
    if failed and not read_ones:
        raise failed[0]
    place = {mail["message_id"]: number for number, mail in enumerate(wanted)}
    return sorted(read_ones, key=lambda one: place[one.found["message_id"]]), len(failed)


def _kept(everything: list[_Read], conversations: list[dict[str, Any]], left: int) -> dict[str, Any]:
    return {
        "conversations": conversations,
        "n_messages": sum(len(one.thread.messages) for one in everything),
        "n_conversations": len(everything),
        "left": left,
    }


def _newest_of_each(mails: list[Mail]) -> list[Mail]:
    """The newest found mail of each conversation, newest first."""
    seen: dict[tuple[str, str], Mail] = {}
    for mail in mails:
        seen.setdefault((mail["account_id"], mail["thread_id"]), mail)
    return list(seen.values())


def _waits(state: EmailState, one: _Read) -> bool:
    own = [account["email"] for account in state["accounts"]]
    told = conversation_of(one.found["account_id"], one.thread, [state["user_name"]], own)
    return waiting_for_me(told) is not None


def _newest_from_others(state: EmailState, one: _Read) -> Mail:
    """The mail an answer to this conversation goes to: the newest that somebody else wrote, else the one found."""
    own = [account["email"] for account in state["accounts"]]
    told = conversation_of(one.found["account_id"], one.thread, [], own)
    others = [mail.key for mail in told if not mail.is_own]
    return {**one.found, "message_id": others[-1].partition("/")[2]} if others else one.found


def _with_facts(one: _Read, answered: Mail) -> dict[str, Any]:
    message = _message(one.thread, answered["message_id"])
    sender = message.from_.name if message.from_ else ""
    facts = facts_of_mail(sender, message.text).model_dump(mode="json")
    return {**answered, "facts": facts, "is_answerable": _is_read(message)}


def _is_read(message: MailMessage) -> bool:
    """Whether answers to it reach an address that reads them."""
    asked = message.reply_to or ((message.from_,) if message.from_ else ())
    return not (asked and all(is_no_reply(address.email) for address in asked))


def _is_unanswerable(state: EmailState, step: ReadThread, one: _Read) -> bool:
    is_answered = any(draft.thread_step == step.id for draft in steps_of(plan_of(state), DraftReply))
    return is_answered and not _is_read(_message(one.thread, one.found["message_id"]))


def _no_reader(one: _Read, said: list[str]) -> dict[str, Any]:
    subject = _message(one.thread, one.found["message_id"]).subject
    ending = (
        f"The mail “{subject}” comes from an address that does not read answers, so I wrote no reply. "
        "Name another address to write to. Nothing was changed."
    )
    return {"ending": ending, "said": {"read": " ".join(said)}}


def _read_one(one: _Read) -> str:
    subject = _message(one.thread, one.found["message_id"]).subject or "(no subject)"
    return f"Read {count_of(len(one.thread.messages), 'message')} in “{subject}”."


def _message(thread: MailThread, message_id: str) -> MailMessage:
    return next(message for message in thread.messages if message.id == message_id)
