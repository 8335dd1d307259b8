"""Answering from what was found and read: each sentence with the mails it rests on; it changes nothing.

A request that only reads gets its answer here; one that also proposes is told first and gets its cards after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from countersign.conversations.messages import add_answer, add_notice
from countersign.kit import clock
from countersign.understanding.planned.steps import ReadThread, ReadThreads, TellAbout
from countersign.understanding.telling.listing import subject_of
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.tell import tell as tell_of
from countersign.workflows.context import RunContext
from countersign.workflows.email.answers import words
from countersign.workflows.email.answers.cited import Sources
from countersign.workflows.email.answers.words import Extent
from countersign.workflows.email.mailboxes.looking import unread_note
from countersign.workflows.email.mailboxes.opened import count_of, opened
from countersign.workflows.email.mailboxes.texts import conversation_of, mail_of, named_by
from countersign.workflows.email.state import (
    EmailState,
    changes_something,
    plan_of,
    search_step,
    steps_of,
)
from countersign.workflows.engine import Runtime

LISTED = 20
"""Mails named in one answer; how many more there are is said."""


@dataclass(frozen=True)
class _Told:
    """One told part: the line above, the sentences, the mails they rest on, and what is left to say."""

    lead: str
    sentences: tuple[Cited, ...] = ()
    mails: Mapping[str, MailText] = field(default_factory=dict)
    rest: str = ""

    def text(self, sources: Sources) -> str:
        """The part as text, its mails numbered in `sources`."""
        lines = [f"• {sources.line(sentence, self.mails)}" for sentence in self.sentences]
        return "\n".join([self.lead, *lines, *([self.rest] if self.rest else [])])


async def tell(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Tell what every tell step asks for: the answer of a request that only reads, a word before the cards else."""
    context, plan = runtime.context, plan_of(state)
    async with context.reading() as session:
        now = await clock.now(session)
    sources = Sources()
    parts = []
    for step in steps_of(plan, TellAbout):
        told = await (_listed if step.form == "list" else _from_bodies)(state, context, step, now)
        parts.append(told.text(sources))
    is_answer = not changes_something(plan)
    note = unread_note(state["accounts"], state["missing"]) if is_answer else ""
    text = "\n\n".join([*parts, note] if note else parts)
    async with context.writing() as session:
        if is_answer:
            await add_answer(
                session,
                context.conversation_id,
                context.run_id,
                text,
                sources.citations,
                attempt=context.attempt,
            )
        else:
            about = ("told", str(context.attempt))
            await add_notice(
                session, context.conversation_id, context.run_id, text, sources.citations, about=about
            )
    n_mails = len(sources.citations)
    said = (
        f"Answered from {count_of(n_mails, 'mail')}."
        if n_mails
        else "Found nothing of the kind, and said so."
    )
    return {"summary": text.partition("\n")[0], "said": {"tell": said}}


async def _listed(state: EmailState, context: RunContext, step: TellAbout, now: datetime) -> _Told:
    """The found mails by name, newest first."""
    found = state["found"][step.source_step]
    shown = await asyncio.gather(*(_named(state, context, mail) for mail in found["mails"][:LISTED]))
    telling = tell_of(
        "list", [[mail] for mail in shown], topic=step.topic, person="", now=now, zone=state["zone"]
    )
    wanted = search_step(plan_of(state), step.source_step)
    counted = words.mails(found["total"], wanted, state["people"], has_more=found["has_more"])
    is_cut = found["total"] > len(shown)
    lead = f"The newest {len(shown)} of {counted}:" if is_cut else f"{words.begun(counted)}:"
    return _Told(lead, telling.sentences, {mail.key: mail for mail in shown})


async def _from_bodies(state: EmailState, context: RunContext, step: TellAbout, now: datetime) -> _Told:
    """What the conversations say, in the form asked for."""
    source = state["read"][step.source_step]
    extent = Extent(source["n_messages"], source["n_conversations"], source["left"], source["has_older"])
    told = await asyncio.gather(*(_conversation(state, context, one) for one in source["conversations"]))
    if _is_about_one_mail(state, step):
        only = source["conversations"][0]["message_id"]
        told = [tuple(mail for mail in told[0] if mail_of(mail.key)[1] == only)]
        extent = replace(extent, n_messages=1)
    if isinstance(_reader(state, step), ReadThread) and told[0]:
        extent = replace(extent, subject=subject_of(told[0][0]))
    person = _person(state, step)
    telling = tell_of(
        step.form, told, topic=step.topic, person=person.get("email", ""), now=now, zone=state["zone"]
    )
    rest = words.unread_rest(extent)
    name = person.get("name") or person.get("email", "")
    if not telling.sentences:
        return _Told(words.nothing(step, extent, name), rest=rest)
    lead = words.heading(step, extent, name, len(telling.sentences))
    return _Told(lead, telling.sentences, {mail.key: mail for one in told for mail in one}, rest)


async def _conversation(state: EmailState, context: RunContext, one: dict[str, Any]) -> tuple[MailText, ...]:
    box = await opened(context, one["account_id"])
    thread = await box.thread(one["thread_id"])
    own = [account["email"] for account in state["accounts"]]
    return conversation_of(one["account_id"], thread, [state["user_name"]], own)


async def _named(state: EmailState, context: RunContext, mail: dict[str, str]) -> MailText:
    """A found mail as far as its headers tell of it."""
    box = await opened(context, mail["account_id"])
    own = [account["email"] for account in state["accounts"]]
    return named_by(mail["account_id"], await box.head(mail["message_id"]), own)


def _is_about_one_mail(state: EmailState, step: TellAbout) -> bool:
    """Whether one mail was meant ("the last mail from Tom", "the second one") and not the conversation it is in."""
    reader = _reader(state, step)
    wanted = search_step(plan_of(state), reader.search_step)
    return isinstance(reader, ReadThread) and (wanted.most == 1 or len(wanted.shown) == 1)


def _reader(state: EmailState, step: TellAbout) -> ReadThread | ReadThreads:
    readers: list[ReadThread | ReadThreads] = steps_of(plan_of(state), ReadThread, ReadThreads)
    return next(one for one in readers if one.id == step.source_step)


def _person(state: EmailState, step: TellAbout) -> dict[str, str]:
    """Whose words are wanted: the sender the search behind this step was for; empty for anybody."""
    asked = search_step(plan_of(state), _reader(state, step).search_step).person_step
    return state["people"][asked] if asked else {}
