"""The plan of a mail to write: asks for the one fact that is missing, else lays out the steps.

Must not send what was called a draft, and must not fill a gap by itself: people, words, mail and file come from the
person or are asked for.
"""

import re
from dataclasses import replace

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.commands import ReplyReading
from countersign.understanding.grammar.messages.beside.attaching import add_files
from countersign.understanding.grammar.messages.reading import (
    ForwardReading,
    MessageReading,
    NewMailReading,
    UndictatedReading,
)
from countersign.understanding.grammar.messages.settling import (
    addressed,
    instruction_for,
    listed,
    people_named,
    subject_of,
)
from countersign.understanding.grammar.reply import (
    add_reading,
    ask,
    mail_to_answer,
    reply_instruction,
)
from countersign.understanding.grammar.selecting.accounts import accounts_called
from countersign.understanding.grammar.steps import StepList
from countersign.understanding.grammar.target import Target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import Clarification, Plan, Unsupported
from countersign.understanding.planned.steps import (
    DraftForward,
    DraftMail,
    DraftReply,
    MessageKind,
    Propose,
    ReadThread,
    ReadThreads,
    ReplyInstruction,
    SearchMail,
)

_ARTICLE = Pattern(r"^(?:the|my|our|an?|this|that)[ ]+", re.IGNORECASE)
_WORDS_FOR: dict[MessageKind, str] = {
    "mail.reply": "reply",
    "mail.reply_all": "reply to everybody",
    "mail.send": "mail",
    "mail.forward": "forwarded mail",
    "mail.draft.create": "draft",
}
_Answer = Plan | Clarification | Unsupported


def plan_message(reading: MessageReading, context: RequestContext) -> _Answer:
    """The plan of the mail, or the first question it needs: who, which mail or account, which file, what to say."""
    match reading.core:
        case NewMailReading():
            return _plan_new(reading, reading.core, context)
        case ForwardReading():
            return _plan_forward(reading, reading.core, context)
        case UndictatedReading():
            return _plan_undictated(reading.core, context)
        case ReplyReading():
            return _plan_reply(reading, reading.core, context)


def _plan_new(reading: MessageReading, core: NewMailReading, context: RequestContext) -> _Answer:
    extras = reading.extras
    people = people_named(core.people, context)
    if not people:
        return ask("person", "Who should the mail go to?", context)
    accounts = accounts_called(core.account_words, context)
    if isinstance(accounts, Clarification):
        return accounts
    steps = StepList()
    to_steps, cc_steps, bcc_steps = (
        steps.people(addressed(group, context)) for group in (people, extras.cc, extras.bcc)
    )
    files = add_files(steps, extras.files, accounts, context)
    if isinstance(files, Clarification):
        return files
    instruction = instruction_for(core.saying, reading, people, "mail", context)
    if not isinstance(instruction, ReplyInstruction):
        return instruction
    kind: MessageKind = "mail.draft.create" if extras.is_draft else "mail.send"
    draft = steps.add(
        DraftMail(
            id=steps.next_id,
            needs=steps.ids,
            label=f"Write the mail to {listed(people)}",
            to_steps=to_steps,
            cc_steps=cc_steps,
            bcc_steps=bcc_steps,
            subject=extras.subject or subject_of(core.topic),
            instruction=instruction,
            account_ids=accounts,
            attachments=files,
        )
    )
    return _proposed(steps, kind, draft, core.confidence_percent, context)


def _plan_forward(reading: MessageReading, core: ForwardReading, context: RequestContext) -> _Answer:
    people = people_named(core.people, context)
    if not people:
        return ask("person", "Who should I forward it to?", context)
    steps = StepList()
    search = _forwarded(core, steps, context)
    if isinstance(search, Clarification):
        return search
    note: ReplyInstruction | None = None
    if core.saying is not None:
        said = instruction_for(core.saying, reading, people, "note", context)
        if not isinstance(said, ReplyInstruction):
            return said
        note = said
    found = steps.add(search)
    read = steps.add(
        ReadThread(id=steps.next_id, needs=(found,), label="Read that conversation", search_step=found)
    )
    to_steps = steps.people(addressed(people, context))
    draft = steps.add(
        DraftForward(
            id=steps.next_id,
            needs=(read, *to_steps),
            label=f"Prepare the mail to pass on to {listed(people)}",
            thread_step=read,
            to_steps=to_steps,
            note=note,
        )
    )
    return _proposed(steps, "mail.forward", draft, core.confidence_percent, context)


def _plan_undictated(core: UndictatedReading, context: RequestContext) -> _Answer:
    accounts = accounts_called(core.mails.account_words, context)
    if isinstance(accounts, Clarification):
        return accounts
    steps = StepList()
    search = steps.search(core.mails, accounts, context)
    found = steps.add(search.model_copy(update={"label": search.label.replace("the last mail", "the mails")}))
    read = steps.add(
        ReadThreads(
            id=steps.next_id,
            needs=(found,),
            label="Read those conversations",
            search_step=found,
            unanswered_only=core.is_unanswered,
        )
    )
    draft = steps.add(
        DraftReply(
            id=steps.next_id,
            needs=(read,),
            label="Write a reply to each that needs one",
            thread_step=read,
            instruction=None,
        )
    )
    return _proposed(steps, "mail.draft.create", draft, core.confidence_percent, context)


def _plan_reply(reading: MessageReading, core: ReplyReading, context: RequestContext) -> _Answer:
    extras = reading.extras
    mail = mail_to_answer(core, context)
    if isinstance(mail, Clarification):
        return mail
    instruction: ReplyInstruction | None = None
    has_words = core.saying is not None or context.answer("body") is not None
    if has_words or not extras.is_draft:
        said = reply_instruction(core, reading.text, mail, context)
        if not isinstance(said, ReplyInstruction):
            return said
        instruction = said
    steps = StepList()
    read = add_reading(steps, mail, context)
    files = add_files(steps, extras.files, mail.account_ids, context)
    if isinstance(files, Clarification):
        return files
    draft = steps.add(
        DraftReply(
            id=steps.next_id,
            needs=(read, *(file.search_step for file in files if file.search_step)),
            label="Write the reply to everybody" if extras.to_all else "Write the reply",
            thread_step=read,
            instruction=instruction,
            to_all=extras.to_all,
            attachments=files,
        )
    )
    kind: MessageKind = "mail.reply_all" if extras.to_all else "mail.reply"
    return _proposed(
        steps, "mail.draft.create" if extras.is_draft else kind, draft, core.confidence_percent, context
    )


def _proposed(
    steps: StepList, kind: MessageKind, draft: str, confidence_percent: int, context: RequestContext
) -> Plan:
    words = _WORDS_FOR[kind]
    steps.add(
        Propose(
            id=steps.next_id,
            needs=(draft,),
            label=f"Put the {words} before you for approval",
            action_kind=kind,
            draft_step=draft,
        )
    )
    return Plan(
        workflow="email",
        intent=kind,
        confidence_percent=confidence_percent,
        steps=steps.steps,
        context_digest=context.digest,
    )


def _forwarded(core: ForwardReading, steps: StepList, context: RequestContext) -> SearchMail | Clarification:
    """The search for the mail to pass on; a question when only "it" names one and nothing was shown."""
    if core.mail is not None and core.shown is None:
        target = core.mail
        if target.person is None and target.pronoun is not None and (answer := context.answer("mail")):
            target = replace(target, person=answer.strip(" .!?"))
        if not target.is_empty:
            accounts = accounts_called(target.account_words, context)
            return (
                accounts if isinstance(accounts, Clarification) else steps.search(target, accounts, context)
            )
    shown = {mail.number for mail in context.shown}
    number = core.shown if isinstance(core.shown, int) else None
    if core.shown == "it" and len(shown) == 1:
        number = min(shown)
    accounts_all = tuple(
        account.id for account in sorted(context.accounts, key=lambda one: not one.is_default)
    )
    if number in shown and number is not None:
        return SearchMail(
            id=steps.next_id,
            label=f"Take mail {number} of the last answer",
            person_step=None,
            shown=(number,),
            account_ids=accounts_all,
        )
    answer = context.answer("mail")
    if answer:
        return steps.search(
            Target(end=0, person=_ARTICLE.sub("", answer.strip(" .!?")), names_mail=True),
            accounts_all,
            context,
        )
    return ask(
        "mail",
        "Whose mail should I forward?",
        context,
        tuple(f"{one.sender}: {one.subject}" for one in context.shown),
    )
