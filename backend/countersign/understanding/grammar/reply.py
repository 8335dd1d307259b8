"""The plan of one reply: asks for the one fact that is missing, else lays out the steps.

Must not fill a gap by itself: who, what to say and which account come from the person or are asked for.
"""

import re
from dataclasses import dataclass, replace

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.commands import ReplyReading
from countersign.understanding.grammar.refusals import TRANSLATE
from countersign.understanding.grammar.saying import Saying, said_as_answer
from countersign.understanding.grammar.selecting.accounts import accounts_called
from countersign.understanding.grammar.selecting.search import which_shown
from countersign.understanding.grammar.selecting.shown import number_named, numbers_meant
from countersign.understanding.grammar.steps import StepList
from countersign.understanding.grammar.target import Target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import Clarification, Plan, Slot, Unsupported
from countersign.understanding.planned.steps import (
    DraftReply,
    Pronoun,
    Propose,
    ReadThread,
    ReplyInstruction,
    Say,
    SearchMail,
)
from countersign.understanding.words import pronouns
from countersign.understanding.words.text import RequestText, read_text

_ANSWER_LEAD = Pattern(r"(?:(?:it'?s|i\s+mean|from|to|the\s+one\s+from|that\s+of|reply\s+to)\s+)*")
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
_ASKED_LANGUAGE = Pattern(rf"\bin\s+({'|'.join(_LANGUAGES)})\b")


@dataclass(frozen=True)
class MailToAnswer:
    """The mail a reply answers, settled: its words with the person in them, and the accounts to look in."""

    target: Target
    account_ids: tuple[str, ...]
    shown: tuple[int, ...] = ()

    @property
    def described(self) -> str:
        """The person or the mail, in words for a question."""
        target = self.target
        if self.shown:
            return "that mail"
        if target.person:
            return target.person
        topic = " ".join(target.topic_words)
        return f"the mail about {topic}" if topic else f"“{target.subject}”"


def plan_reply(
    reading: ReplyReading, text: RequestText, context: RequestContext
) -> Plan | Clarification | Unsupported:
    """The plan of the reply; a question when who, which account, what or which person a pronoun means is open.

    At most one question is asked at a time, in this order.
    """
    mail = mail_to_answer(reading, context)
    if isinstance(mail, Clarification):
        return mail
    instruction = reply_instruction(reading, text, mail, context)
    if not isinstance(instruction, ReplyInstruction):
        return instruction
    steps = StepList()
    read = add_reading(steps, mail, context)
    draft = steps.add(
        DraftReply(
            id=steps.next_id,
            needs=(read,),
            label="Write the reply",
            thread_step=read,
            instruction=instruction,
        )
    )
    steps.add(
        Propose(
            id=steps.next_id,
            needs=(draft,),
            label="Put the reply before you for approval",
            action_kind="mail.reply",
            draft_step=draft,
        )
    )
    return Plan(
        workflow="email",
        intent="mail.reply",
        confidence_percent=reading.confidence_percent,
        steps=steps.steps,
        context_digest=context.digest,
    )


def mail_to_answer(reading: ReplyReading, context: RequestContext) -> MailToAnswer | Clarification:
    """The mail the reply answers; a question when nothing names it or its account is unknown."""
    target = replace(reading.target, person=_person(reading, context))
    shown = _shown(target, context)
    if target.reference and context.shown and not shown:
        return which_shown(context, "reply to")
    if target.is_empty and not shown:
        return ask("person", "Whose mail should I reply to?", context)
    accounts = accounts_called(target.account_words, context)
    return accounts if isinstance(accounts, Clarification) else MailToAnswer(target, accounts, shown)


def reply_instruction(
    reading: ReplyReading, text: RequestText, mail: MailToAnswer, context: RequestContext
) -> ReplyInstruction | Clarification | Unsupported:
    """What the reply has to say; a question when that is missing, no when it would have to be translated."""
    question = f"What should the reply to {mail.described} say?"
    pronoun = reading.target.pronoun
    return instruction_of(reading.saying, text, (mail.target.person or "", pronoun), question, context)


def instruction_of(
    saying: Saying | None,
    text: RequestText,
    recipient: tuple[str, Pronoun | None],
    question: str,
    context: RequestContext,
) -> ReplyInstruction | Clarification | Unsupported:
    """The words as an instruction.

    Args:
        saying: what the request said; None or empty asks `question`, whose answer then counts.
        text: the request the saying was read from.
        recipient: the words that name the reader, and the pronoun the request used for them.
        question: what to ask when there are no words.
        context: holds the answers given before.
    """
    parts = _parts(saying, context)
    if not parts:
        return ask("body", question, context)
    language = _asked_language(text, saying)
    if language not in {None, "en"} and any(part.kind not in {"verbatim", "direct"} for part in parts):
        return Unsupported(
            asked=TRANSLATE.asked, message=f"I can't {TRANSLATE.words} yet.", context_digest=context.digest
        )
    name, known = recipient
    pronoun = known or (saying.pronoun if saying else None)
    meant = pronouns.recipient_pronoun(parts, pronoun, name, context.answer("pronoun"))
    if isinstance(meant, pronouns.UnclearPronoun):
        return ask("pronoun", meant.question, context, meant.options)
    return ReplyInstruction(parts=parts, recipient=name, recipient_pronoun=meant, language=language)


def add_reading(steps: StepList, mail: MailToAnswer, context: RequestContext) -> str:
    """Lay out the search for the mail and the reading of its conversation; the id of the latter."""
    search = steps.add(_search(steps, mail, context))
    return steps.add(
        ReadThread(id=steps.next_id, needs=(search,), label="Read that conversation", search_step=search)
    )


def _search(steps: StepList, mail: MailToAnswer, context: RequestContext) -> SearchMail:
    if not mail.shown:
        return steps.search(mail.target, mail.account_ids, context)
    label = "Take the mail of the last answer"
    return SearchMail(
        id=steps.next_id, label=label, person_step=None, shown=mail.shown, account_ids=mail.account_ids
    )


def _shown(target: Target, context: RequestContext) -> tuple[int, ...]:
    """The one mail of the last answer that is meant; empty when none is, or it is open which."""
    if target.reference is None:
        return ()
    return numbers_meant(target.reference, context) or number_named(context.answer("mail") or "", context)


def ask(slot: Slot, question: str, context: RequestContext, options: tuple[str, ...] = ()) -> Clarification:
    """The one question, bound to its context."""
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
    return said_as_answer(answer) if answer is not None else ()


def _asked_language(text: RequestText, saying: Saying | None) -> str | None:
    head = text.folded[: saying.body_start] if saying else text.folded
    match = _ASKED_LANGUAGE.search(head)
    return _LANGUAGES[match.group(1)] if match else None
