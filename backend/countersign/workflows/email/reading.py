"""Reading the conversations that were found, and keeping the few facts a writer may know of them; no body is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from countersign.actions.proposals import is_no_reply
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MailMessage, MailThread
from countersign.errors import ProviderError
from countersign.understanding.planned.steps import DraftReply, ReadThread, ReadThreads, TellAbout
from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.open_questions import waiting_for_me
from countersign.understanding.writing import facts_of_mail
from countersign.workflows import ask
from countersign.workflows.context import RunContext
from countersign.workflows.email.answers import same_name
from countersign.workflows.email.answers.same_name import Namesake
from countersign.workflows.email.mailboxes.looking import Account, Looking
from countersign.workflows.email.mailboxes.opened import count_of, opened
from countersign.workflows.email.mailboxes.texts import conversation_of, key_of, mail_of, named_by
from countersign.workflows.email.state import EmailState, consequence, plan_of, search_step, steps_of
from countersign.workflows.engine import Runtime

MOST_CONVERSATIONS = 20
"""So many of the newest conversations are read for one answer; how many were left unread is said."""

MOST_OPTIONS = 5

_ABOUT_ONE_THING = frozenset({"mail.summary", "mail.action_items", "mail.draft.create"})
"""Requests that two things of one name would mix up; the others name each mail by its own subject."""

Mail = dict[str, str]


@dataclass(frozen=True)
class _Read:
    """A conversation with the mail of it that was found."""

    found: Mail
    thread: MailThread


@dataclass(frozen=True)
class _History:
    """Conversations that were read, newest first, and how many more were found."""

    read: list[_Read]
    left: int


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
            named = await _titled(state, context, step, mails)
            mail = _titled_mail(state, step, named, mails)
            if mail is None:
                return _which(state, step, named)
            conversation = await _one(context, mail)
            kept[step.id] = _kept([conversation], [_with_facts(conversation, conversation.found)], 0)
            said.append(_read_one(conversation))
            if _is_unanswerable(state, step, conversation):
                return _no_reader(conversation, said)
            continue
        history = await _several(context, looking, mails)
        meant = _meant(state, step, history)
        if meant is None:
            return _which(state, step, _things(state, step, history))
        kept[step.id], words = _chosen(state, step, meant)
        said.append(words)
    return looking.told("read", {"read": kept, "said": {"read": " ".join(said)}})


async def _one(context: RunContext, mail: Mail) -> _Read:
    box = await opened(context, mail["account_id"])
    return _Read(mail, await box.thread(mail["thread_id"]))


async def _several(context: RunContext, looking: Looking, mails: list[Mail]) -> _History:
    """The newest conversations of these mails; what could not be read is noted."""
    newest = _newest_of_each(mails)
    wanted = newest[:MOST_CONVERSATIONS]
    read_ones, n_failed = await _threads(context, looking, wanted)
    if n_failed:
        missed = count_of(n_failed, "conversation").capitalize()
        looking.miss(f"{missed} could not be read just now.", ProviderError.code)
    return _History(read_ones, len(newest) - len(wanted))


async def _titled(
    state: EmailState, context: RunContext, step: ReadThread, mails: list[Mail]
) -> list[Namesake]:
    """The conversations that are called as the request says ("the budget thread"); empty when it names none."""
    plan = plan_of(state)
    wanted = search_step(plan, step.search_step)
    is_told = any(tell.source_step == step.id for tell in steps_of(plan, TellAbout))
    if not is_told or not wanted.topic_words or wanted.most or wanted.shown:
        return []

    async def named(mail: Mail) -> MailText:
        box = await opened(context, mail["account_id"])
        return named_by(mail["account_id"], await box.head(mail["message_id"]), [])

    heads = await asyncio.gather(*(named(mail) for mail in _newest_of_each(mails)))
    return same_name.titled(heads, wanted.topic_words, state["zone"])


def _titled_mail(
    state: EmailState, step: ReadThread, named: list[Namesake], mails: list[Mail]
) -> Mail | None:
    """The mail whose conversation is meant; None when several are called so and nobody said which."""
    if not named:
        return mails[0]
    keys = named[0].thread_keys if len(named) == 1 else _answered(state, step, named)
    if keys is None or len(keys) > 1:
        return None
    return next(mail for mail in mails if key_of(mail["account_id"], mail["thread_id"]) in keys)


def _answered(
    state: EmailState, step: ReadThread | ReadThreads, things: list[Namesake]
) -> frozenset[str] | None:
    given = [answer["text"] for answer in state["answers"] if answer["slot"] == _slot(step)]
    return same_name.chosen(things, given[-1]) if given else None


def _meant(state: EmailState, step: ReadThreads, history: _History) -> _History | None:
    """The conversations the request is about; None when its name stands for several things and nobody said which."""
    things = _things(state, step, history)
    if len(things) < 2:
        return history
    keys = _answered(state, step, things)
    if keys is None:
        return None
    about_it = [one for one in history.read if any(mail.thread_key in keys for mail in _told(state, one))]
    return _History(about_it, history.left)


def _things(state: EmailState, step: ReadThreads, history: _History) -> list[Namesake]:
    plan = plan_of(state)
    wanted = search_step(plan, step.search_step)
    if plan.intent not in _ABOUT_ONE_THING or wanted.person_step or not same_name.is_name(wanted.topic_words):
        return []
    return same_name.namesakes([_told(state, one) for one in history.read], wanted.topic_words)


def _which(state: EmailState, step: ReadThread | ReadThreads, things: list[Namesake]) -> dict[str, Any]:
    name = " ".join(search_step(plan_of(state), step.search_step).topic_words)
    all_of_them = (same_name.ALL,) if isinstance(step, ReadThreads) else ()
    options = (*(thing.label for thing in things[:MOST_OPTIONS]), *all_of_them)
    question = (
        f"Which {name} do you mean?" if all_of_them else f"Which conversation about {name} do you mean?"
    )
    said = f"{len(things)} fit “{name}”; I have to ask which."
    return {**ask.asking(_slot(step), question, options, "read"), "said": {"read": said}}


def _slot(step: ReadThread | ReadThreads) -> str:
    return f"which_topic.{step.id}"


def _chosen(state: EmailState, step: ReadThreads, history: _History) -> tuple[dict[str, Any], str]:
    """What is kept of the history, and a sentence on what was read."""
    n_messages = sum(len(one.thread.messages) for one in history.read)
    said = f"Read {count_of(n_messages, 'message')} in {count_of(len(history.read), 'conversation')}"
    said += f"; {count_of(history.left, 'older conversation')} left unread." if history.left else "."
    found = history.read
    if step.unanswered_only:
        found = [one for one in history.read if waiting_for_me(_told(state, one)) is not None]
        verb = "waits" if len(found) == 1 else "wait"
        said += f" {count_of(len(found), 'conversation').capitalize()} {verb} for you."
    kept = [_with_facts(one, _newest_from_others(state, one)) for one in found]
    return _kept(history.read, kept, history.left), said


async def _threads(context: RunContext, looking: Looking, wanted: list[Mail]) -> tuple[list[_Read], int]:
    """Those that could be read, in the order wanted, and how many could not; one that fails does not sink the rest.

    Raises:
        CountersignError: not one could be read.
    """

    async def of_account(account: Account) -> list[_Read | ProviderError]:
        box = await opened(context, account["id"])

        async def one(mail: Mail) -> _Read | ProviderError:
            try:
                found = _Read(mail, await box.thread(mail["thread_id"]))
                _message(found.thread, mail["message_id"])
            except ProviderError as error:
                return error
            return found

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


def _told(state: EmailState, one: _Read) -> tuple[MailText, ...]:
    own = [account["email"] for account in state["accounts"]]
    return conversation_of(one.found["account_id"], one.thread, [state["user_name"]], own)


def _newest_from_others(state: EmailState, one: _Read) -> Mail:
    """The mail an answer to this conversation goes to: the newest that somebody else wrote, else the one found."""
    others = [mail.key for mail in _told(state, one) if not mail.is_own]
    return {**one.found, "message_id": mail_of(others[-1])[1]} if others else one.found


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
    """That mail of the conversation.

    Raises:
        ProviderMissing: it was deleted since it was found.
    """
    found = next((message for message in thread.messages if message.id == message_id), None)
    if found is None:
        raise ProviderMissing(None, "notFound")
    return found
