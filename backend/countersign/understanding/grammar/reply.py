"""The plan of one reply: asks for the one fact that is missing, else lays out the steps.

Must not fill a gap by itself: who, what to say and which account come from the person or are asked for.
"""

import re
from datetime import date

from countersign.understanding.context import ContextAccount, RequestContext
from countersign.understanding.dates import find_dates
from countersign.understanding.grammar.commands import ReplyReading
from countersign.understanding.grammar.refusals import TRANSLATE
from countersign.understanding.grammar.saying import Saying, said_as_answer
from countersign.understanding.grammar.target import Target
from countersign.understanding.plan import Clarification, Plan, Slot, Unsupported
from countersign.understanding.planned.steps import (
    DraftReply,
    Propose,
    ReadThread,
    ReplyInstruction,
    ResolvePerson,
    Say,
    SearchMail,
    Step,
)
from countersign.understanding.words import pronouns
from countersign.understanding.words.text import RequestText, read_text

_ANSWER_LEAD = re.compile(r"(?:(?:it'?s|i\s+mean|from|to|the\s+one\s+from|that\s+of|reply\s+to)\s+)*")
_LANGUAGES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "dutch": "nl",
    "portuguese": "pt",
    "polish": "pl",
    "swedish": "sv",
    "danish": "da",
    "norwegian": "no",
    "turkish": "tr",
    "czech": "cs",
}
_ASKED_LANGUAGE = re.compile(rf"\bin\s+({'|'.join(_LANGUAGES)})\b")


def plan_reply(
    reading: ReplyReading, text: RequestText, context: RequestContext
) -> Plan | Clarification | Unsupported:
    """The plan of the reply; a question when who, what, which account or which person a pronoun means is open.

    At most one question is asked at a time, in the order who, what, account, pronoun.
    """
    target, saying = reading.target, reading.saying
    person = _person(reading, context)
    if not (person or target.topic_words or target.subject):
        return _ask("person", "Whose mail should I reply to?", context)
    parts = _parts(saying, context)
    if not parts:
        return _ask("body", f"What should the reply to {_described(person, target)} say?", context)
    accounts = _accounts(target, context)
    if accounts is None:
        options = tuple(account.email for account in context.accounts)
        return _ask(
            "account",
            f"I know no account called “{target.account_words}”. Which one do you mean?",
            context,
            options,
        )
    language = _asked_language(text, saying)
    if language not in {None, "en"} and any(part.kind not in {"verbatim", "direct"} for part in parts):
        return Unsupported(
            asked=TRANSLATE.asked, message=f"I can't {TRANSLATE.words} yet.", context_digest=context.digest
        )
    pronoun = target.pronoun or (saying.pronoun if saying else None)
    meant = pronouns.recipient_pronoun(parts, pronoun, person or "", context.answer("pronoun"))
    if isinstance(meant, pronouns.UnclearPronoun):
        return _ask("pronoun", meant.question, context, meant.options)
    instruction = ReplyInstruction(
        parts=parts, recipient=person or "", recipient_pronoun=meant, language=language
    )
    return Plan(
        workflow="email",
        intent="mail.reply",
        confidence_percent=reading.confidence_percent,
        steps=_steps(person, target, accounts, instruction, context),
        context_digest=context.digest,
    )


def _ask(slot: Slot, question: str, context: RequestContext, options: tuple[str, ...] = ()) -> Clarification:
    return Clarification(slot=slot, question=question, options=options, context_digest=context.digest)


def _person(reading: ReplyReading, context: RequestContext) -> str | None:
    named = reading.target.person or (reading.saying.person if reading.saying else None)
    if named:
        return named
    answer = context.answer("person")
    if answer is None:
        return None
    words = read_text(answer)
    lead = _ANSWER_LEAD.match(words.folded)
    rest = words.words[lead.end() if lead else 0 :]
    return re.sub(r"['’]s(?:\s.*)?$", "", rest).strip(" .!?") or None


def _parts(saying: Saying | None, context: RequestContext) -> tuple[Say, ...]:
    if saying is not None and not saying.is_empty:
        return saying.parts
    answer = context.answer("body")
    if answer is None:
        return ()
    return said_as_answer(answer)


def _accounts(target: Target, context: RequestContext) -> tuple[str, ...] | None:
    """Ids of the accounts to look in, the default first; None when the named one is not among them."""
    ordered = sorted(context.accounts, key=lambda account: not account.is_default)
    wanted = target.account_words
    if wanted is None:
        return tuple(account.id for account in ordered)
    answer = (context.answer("account") or "").lower()
    named = [
        account.id
        for account in ordered
        if _is_called(account, wanted) or (answer and _is_called(account, answer))
    ]
    return tuple(named) or None


def _is_called(account: ContextAccount, words: str) -> bool:
    email = account.email.lower()
    return words in {
        account.label.lower(),
        email,
        email.partition("@")[2],
        email.partition("@")[2].partition(".")[0],
    }


def _asked_language(text: RequestText, saying: Saying | None) -> str | None:
    head = text.folded[: saying.body_start] if saying else text.folded
    match = _ASKED_LANGUAGE.search(head)
    return _LANGUAGES[match.group(1)] if match else None


def _described(person: str | None, target: Target) -> str:
    if person:
        return person
    return f"the mail about {' '.join(target.topic_words)}" if target.topic_words else f"“{target.subject}”"


def _steps(
    person: str | None,
    target: Target,
    account_ids: tuple[str, ...],
    instruction: ReplyInstruction,
    context: RequestContext,
) -> tuple[Step, ...]:
    """The steps in their only order; ids count up so that equal requests give equal ids."""
    steps: list[Step] = []
    if person:
        steps.append(ResolvePerson(id="s1", label=f"Find out who “{person}” is", query=person))
    first = len(steps) + 1
    search, read, draft = (f"s{first + offset}" for offset in range(3))
    received_from, received_to = _received(target, context)
    steps.append(
        SearchMail(
            id=search,
            needs=("s1",) if person else (),
            label=f"Look for the last mail {_search_label(person, target)}",
            person_step="s1" if person else None,
            topic_words=target.topic_words,
            subject=target.subject,
            unread_only=target.unread_only,
            received_from=received_from,
            received_to=received_to,
            account_ids=account_ids,
        )
    )
    steps.append(ReadThread(id=read, needs=(search,), label="Read that conversation", search_step=search))
    steps.append(
        DraftReply(
            id=draft, needs=(read,), label="Write the reply", thread_step=read, instruction=instruction
        )
    )
    steps.append(
        Propose(
            id=f"s{first + 3}",
            needs=(draft,),
            label="Put the reply before you for approval",
            action_kind="mail.reply",
            draft_step=draft,
        )
    )
    return tuple(steps)


def _search_label(person: str | None, target: Target) -> str:
    words = [f"from {person}"] if person else []
    if target.topic_words:
        words.append(f"about {' '.join(target.topic_words)}")
    if target.subject:
        words.append(f"with the subject “{target.subject}”")
    if target.when_words:
        words.append(target.when_words.lower())
    return " ".join(words)


def _received(target: Target, context: RequestContext) -> tuple[str | None, str | None]:
    """First and last day a mail "from Monday" was received, ISO dates; both None when no day was named."""
    if target.when_words is None:
        return None, None
    today = context.now.astimezone(context.timezone()).date()
    found = find_dates(target.when_words, now=context.now, zone=context.zone, looks_back=True)
    first, last = (found[0].first, found[0].last) if found else (today, today)
    return first.isoformat(), _not_after(last, today).isoformat()


def _not_after(day: date, limit: date) -> date:
    return min(day, limit)
