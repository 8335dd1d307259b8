"""Choosing among what was found: the one conversation, or the one thing of a name; two that fit are asked about."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from countersign.connectors.errors import ProviderMissing
from countersign.understanding.planned.steps import ReadThread, ReadThreads, TellAbout
from countersign.understanding.telling.mail import MailText
from countersign.workflows import ask
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.opened import opened
from countersign.workflows.email.mailboxes.texts import key_of, named_by
from countersign.workflows.email.meant import same_name
from countersign.workflows.email.meant.history import History, Mail, newest_of_each, told_of
from countersign.workflows.email.meant.same_name import Namesake
from countersign.workflows.email.state import EmailState, plan_of, search_step, steps_of

MOST_OPTIONS = 5

_ABOUT_ONE_THING = frozenset({"mail.summary", "mail.action_items", "mail.draft.create"})
"""Requests that two things of one name would mix up; the others name each mail by its own subject."""


async def conversations_called(
    state: EmailState, context: RunContext, step: ReadThread, mails: list[Mail]
) -> list[Namesake]:
    """The conversations that are called as the request says ("the budget thread"); empty when it names none."""
    plan = plan_of(state)
    wanted = search_step(plan, step.search_step)
    is_told = any(tell.source_step == step.id for tell in steps_of(plan, TellAbout))
    if not is_told or not wanted.topic_words or wanted.most or wanted.shown:
        return []

    async def named(mail: Mail) -> MailText | None:
        box = await opened(context, mail["account_id"])
        try:
            return named_by(mail["account_id"], await box.head(mail["message_id"]), [])
        except ProviderMissing:
            return None

    heads = await asyncio.gather(*(named(mail) for mail in newest_of_each(mails)))
    there = [head for head in heads if head is not None]
    return same_name.titled(there, wanted.topic_words, state["zone"])


def mail_called(state: EmailState, step: ReadThread, named: list[Namesake], mails: list[Mail]) -> Mail | None:
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


def what_is_meant(state: EmailState, step: ReadThreads, history: History) -> History | None:
    """The conversations the request is about; None when its name stands for several things and nobody said which."""
    things = things_of(state, step, history)
    if len(things) < 2:
        return history
    keys = _answered(state, step, things)
    if keys is None:
        return None
    about_it = [one for one in history.read if any(mail.thread_key in keys for mail in told_of(state, one))]
    return replace(history, read=about_it)


def things_of(state: EmailState, step: ReadThreads, history: History) -> list[Namesake]:
    """The things the request's name stands for in this history; empty when it names no single thing."""
    plan = plan_of(state)
    wanted = search_step(plan, step.search_step)
    if plan.intent not in _ABOUT_ONE_THING or wanted.person_step or not same_name.is_name(wanted.topic_words):
        return []
    return same_name.namesakes([told_of(state, one) for one in history.read], wanted.topic_words)


def asking_which(state: EmailState, step: ReadThread | ReadThreads, things: list[Namesake]) -> dict[str, Any]:
    """What the reading step returns to ask which of them is meant."""
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
