"""What every mail to write has to settle before it is planned: its people, its words, its subject.

Must not lay out steps.
"""

import re
from typing import Literal

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.messages.people import read_people
from countersign.understanding.grammar.messages.reading import MessageReading
from countersign.understanding.grammar.reply import instruction_of
from countersign.understanding.grammar.saying import Saying
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import Clarification, Unsupported
from countersign.understanding.planned.steps import Pronoun, ReplyInstruction
from countersign.understanding.words.text import read_text

_TO_LEAD = Pattern(r"(?:(?:it'?s|i[ ]mean|send[ ]it|to|for|the[ ]one[ ]to)[ ]+)*")
_OWN_ACCOUNT = Pattern(
    r"my[ ]+(?P<label>[\w.\-]+)[ ]+(?:(?:e-?mail|mail)[ ]+)?(?:account|address|e-?mail|mail|mailbox|inbox)"
)
_ARTICLE = Pattern(r"^(?:the|my|our|an?|this|that)[ ]+", re.IGNORECASE)


def people_named(named: tuple[str, ...], context: RequestContext) -> tuple[str, ...]:
    """Those named, else those of the answer to "who?"."""
    answer = context.answer("person")
    if named or answer is None:
        return named
    words = read_text(answer)
    lead = _TO_LEAD.match(words.folded)
    found = read_people(words, lead.end() if lead else 0)
    return found[0] if found else (words.words.strip(" .!"),)


def addressed(people: tuple[str, ...], context: RequestContext) -> tuple[str, ...]:
    """The people, with the person's own account ("my private address") as its address."""
    own = {account.label.lower(): account.email for account in context.accounts}
    found = [(_OWN_ACCOUNT.fullmatch(person.lower()), person) for person in people]
    return tuple(own.get(match.group("label"), person) if match else person for match, person in found)


def instruction_for(
    saying: Saying | None,
    reading: MessageReading,
    people: tuple[str, ...],
    what: Literal["mail", "note"],
    context: RequestContext,
) -> ReplyInstruction | Clarification | Unsupported:
    """The words as an instruction to one reader, or to several, who are "they"."""
    known: Pronoun | None = "they" if len(people) > 1 else None
    if saying is not None and saying.pronoun:
        known = saying.pronoun
    question = f"What should the {what} to {listed(people)} say?"
    return instruction_of(saying, reading.text, (listed(people), known), question, context)


def subject_of(topic: str | None) -> str | None:
    """The topic as a subject: without its article, with a capital; None without a topic."""
    words = _ARTICLE.sub("", topic.strip()) if topic else ""
    return words[:1].upper() + words[1:] if words else None


def listed(people: tuple[str, ...]) -> str:
    """The people as one phrase."""
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
