"""The search of a plan: a selection against the context, or the one question that is open about it.

Must not search for more than was described: what stays unclear is asked about or refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.selecting.accounts import accounts_called
from countersign.understanding.grammar.selecting.limits.behind import read_behind
from countersign.understanding.grammar.selecting.periods import Days, days_of, is_part_of_day
from countersign.understanding.grammar.selecting.phrase import read_about, read_mails
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.selecting.shown import number_named, numbers_meant
from countersign.understanding.grammar.selecting.topics import read_name, topic_words
from countersign.understanding.plan import Clarification, Slot, Unsupported
from countersign.understanding.planned.steps import ResolvePerson, SearchMail, Step
from countersign.understanding.words.text import RequestText, read_text

Narrowing = Callable[[Selection], Selection]
Purpose = Literal["read", "change", "discard"]
_MOST_OPTIONS = 8
_ANY_MAIL = ("notif", "alert", "digest", "update", "reminder", "notice", "announcement", "offer")
_THEY_CAME = "the day the mail came"
_IN_TOPIC = "a part of what it is about"
_A_PERSON = "the name of the sender"


@dataclass(frozen=True)
class Search:
    """The first steps of a plan, the last of them the search, and the selection as it was understood."""

    steps: tuple[Step, ...]
    search: SearchMail
    mails: Selection


def search_for(
    mails: Selection,
    context: RequestContext,
    purpose: Purpose,
    verb: str,
    narrowed: Narrowing = lambda mails: mails,
) -> Search | Clarification | Unsupported:
    """The steps that find the mails; a question or a no when the description leaves them open.

    `verb` is what is wanted with them, to stand in "Which mail should I ...?"; `narrowed`
    adds what the wish itself says of the mails, once they are settled.
    """
    meant = _settled(mails, context, purpose, verb)
    if not isinstance(meant, Selection):
        return meant
    if meant.pronoun:
        person = (context.answer("person") or "").strip(" .!?")
        if not person:
            return _ask("person", "Whose mail do you mean?", context)
        meant = replace(meant, person=person, pronoun=None)
    meant = narrowed(meant)
    accounts = accounts_called(meant.account_words, context)
    if isinstance(accounts, Clarification):
        return accounts
    numbers = numbers_meant(meant.reference, context) if meant.reference else _of_shown(meant, context)
    if (meant.reference and not numbers) or (meant.is_single and len(numbers) > 1):
        return which_shown(context, verb)
    days = days_of(meant.periods, now=context.now, zone=context.zone)
    if days is None or (purpose != "read" and any(is_part_of_day(period) for period in meant.periods)):
        return _no_days(meant, context)
    return _steps(meant, numbers, accounts, days, purpose)


def _settled(
    mails: Selection, context: RequestContext, purpose: Purpose, verb: str
) -> Selection | Clarification | Unsupported:
    """The selection with what was answered about it; else the question that is open."""
    answer = context.answer("mail")
    if mails.reference and numbers_meant(mails.reference, context):
        return mails
    if answer and (mails.reference or _is_open(mails, purpose)):
        answered = _answered(mails, read_text(answer), context, purpose)
        if answered is not None and not _is_open(answered, purpose):
            return answered
    if mails.reference:
        return which_shown(context, verb)
    if mails.is_vague or _is_open(mails, purpose):
        question = f"Which mails should I {verb}? Name the sender, what they are about, or how old they are."
        return _ask("mail", question, context)
    if mails.unclear and (purpose != "read" or mails.unclear.instead == "person"):
        return _clear_days(mails, context)
    return mails


def _is_open(mails: Selection, purpose: Purpose) -> bool:
    """Whether the description does not tell which mails are meant."""
    if purpose == "read":
        return mails.is_vague
    may_be_all = purpose == "change" and mails.is_whole and mails.folder == "inbox"
    return mails.is_vague or mails.is_loose or not (mails.is_limited or may_be_all)


def _answered(
    mails: Selection, answer: RequestText, context: RequestContext, purpose: Purpose
) -> Selection | None:
    """The mails as the answer describes them: a number shown, a limit to the first words, or a whole description."""
    numbers = number_named(answer.words, context)
    if numbers:
        shown = read_mails(read_text(f"number {numbers[0]}"), 0, is_set=True)
        return replace(shown, is_single=True) if shown else None
    is_set = purpose != "read"
    plain = RequestText(answer.words.rstrip(" .!?"), answer.folded.rstrip(" .!?"))
    limited = read_behind(
        plain, 0, replace(mails, is_vague=False, is_loose=False, reference=None), is_set=is_set
    )
    described = limited or read_mails(plain, 0, is_set=is_set)
    if described is not None:
        return described
    name = read_name(plain, 0)
    if name and name[1] == len(plain.folded):
        return Selection(person=name[0], names_mail=True)
    return None if is_set else read_about(plain, 0)


def _clear_days(mails: Selection, context: RequestContext) -> Selection | Clarification:
    """The selection with the words placed where the person said; else the question where they belong."""
    unclear = mails.unclear
    if unclear is None:
        return mails
    answer = (context.answer("meaning") or "").lower()
    other = _A_PERSON if unclear.instead == "person" else _IN_TOPIC
    if "name" in answer or "person" in answer or "sender" in answer:
        return replace(mails, person=unclear.words, periods=mails.periods[:-1], unclear=None)
    if "about" in answer or "part" in answer:
        words = (*mails.topic_words, *topic_words(unclear.words))
        topic = f"{mails.topic} {unclear.words}"
        return replace(mails, topic=topic, topic_words=words, periods=mails.periods[:-1], unclear=None)
    if "day" in answer or "came" in answer or "month" in answer or "when" in answer:
        return replace(mails, unclear=None)
    return _ask("meaning", f"Is “{unclear.words}” {_THEY_CAME} or {other}?", context, (_THEY_CAME, other))


def which_shown(context: RequestContext, verb: str) -> Clarification:
    """The question which mail of the last answer is meant."""
    options = tuple(
        f"{mail.number}: {mail.subject} ({mail.sender})" for mail in context.shown[:_MOST_OPTIONS]
    )
    return _ask("mail", f"Which mail should I {verb}?", context, options)


def _no_days(mails: Selection, context: RequestContext) -> Unsupported:
    words = " and ".join(" to ".join(filter(None, (one.words, one.to_words))) for one in mails.periods)
    message = (
        f"I can't tell which days mail came by “{words}”. Name past days, such as “since 1 October” or "
        "“older than 30 days”. Nothing was done."
    )
    return Unsupported(asked="days", message=message, context_digest=context.digest)


def _ask(slot: Slot, question: str, context: RequestContext, options: tuple[str, ...] = ()) -> Clarification:
    return Clarification(slot=slot, question=question, options=options, context_digest=context.digest)


def _steps(
    mails: Selection, numbers: tuple[int, ...], accounts: tuple[str, ...], days: Days, purpose: Purpose
) -> Search:
    """The steps in their only order; ids count up so that equal requests give equal ids."""
    if numbers:
        mails = Selection(topic=mails.topic, is_single=len(numbers) == 1)
    steps: list[Step] = []
    for name in (mails.person, mails.recipient):
        if name:
            label = f"Find out who “{name}” is"
            steps.append(ResolvePerson(id=f"s{len(steps) + 1}", label=label, query=name))
    most = 1 if mails.is_single and purpose != "read" and not mails.most else mails.most
    search = SearchMail(
        id=f"s{len(steps) + 1}",
        needs=tuple(step.id for step in steps),
        label=_label(mails, numbers),
        person_step="s1" if mails.person else None,
        recipient_step=steps[-1].id if mails.recipient else None,
        topic_words=_words(mails),
        subject=mails.subject,
        folder=mails.folder or "received",
        in_label=mails.in_label,
        category=mails.category,
        unread_only=mails.unread_only,
        starred_only=mails.starred_only,
        has_attachment=mails.has_attachment,
        received_from=days.first,
        received_to=days.last,
        most=None if numbers else most,
        shown=numbers,
        account_ids=accounts,
    )
    return Search((*steps, search), search, mails)


def _of_shown(mails: Selection, context: RequestContext) -> tuple[int, ...]:
    """Those of the last answer that "the one from Dana" fits; empty when it fits none of them."""
    wanted = {*(mails.person or "").lower().split(), *(word.lower() for word in mails.topic_words)}
    if not mails.is_of_shown or not wanted or mails.periods:
        return ()
    return tuple(
        mail.number
        for mail in context.shown
        if wanted <= set(re.findall(r"\w+", f"{mail.sender} {mail.subject}".lower()))
    )


def _words(mails: Selection) -> tuple[str, ...]:
    """The words to search for; from a named sender any mail is a notification, but not any an invoice."""
    if mails.paper is None:
        return mails.topic_words
    is_told_otherwise = bool(mails.person or mails.category) and mails.paper.startswith(_ANY_MAIL)
    return mails.topic_words if is_told_otherwise else (*mails.topic_words, mails.paper)


def _label(mails: Selection, numbers: tuple[int, ...]) -> str:
    """The search in words, such as "Look for unread mail from Dana about the window"."""
    if numbers:
        return f"Take the mail{'s' if len(numbers) > 1 else ''} of the last answer"
    which = ["unread"] if mails.unread_only else []
    which += ["starred"] if mails.starred_only else []
    noun = mails.paper or mails.category or "mail"
    behind = [f"from {mails.person}"] if mails.person else []
    behind += [f"to {mails.recipient}"] if mails.recipient else []
    behind += [f"about {mails.topic}"] if mails.topic else []
    behind += [f"with the label {mails.in_label}"] if mails.in_label else []
    return " ".join(["Look for", *which, noun, *behind])
