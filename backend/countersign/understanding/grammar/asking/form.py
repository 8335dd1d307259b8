"""One way to ask for something from mail, and the word classes that several ways share.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from dataclasses import dataclass
from typing import Literal

from countersign.understanding.grammar import terms
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import TellForm

Behind = Literal["mails", "mails_or_topic", "mails_or_sent", "topic", "scope", "clause", "nothing"]

WHO = rf"(?:(?P<pronoun>{terms.PRONOUN})|(?P<person>{terms.PERSON}))"
GIVE = (
    r"(?:show|list|display|give|get|fetch|find|pull(?:\s+(?:up|out))?|bring\s+up|extract|collect|gather"
    r"|compile|name|tell|provide|need|want|see|have"
    # "Write an overview of the roof to Dana" asks for a mail, not for an answer.
    r"|(?:make|write|prepare|create|produce|send)(?!.*\s(?:to|for)\s+(?!me\b|us\b|the\b)\S+(?:\s\S+)?$))"
)
A = (
    r"(?:(?:an?|the|all|all\s+the|every|my|our|any|some|full|complete|whole|list\s+of|out|up|me|us"
    r"|current|open|outstanding|pending|remaining|new|quick|short|brief|little|concise|one-?line"
    r"|one\s+paragraph)\s+)*"
)
WROTE = (
    r"(?:wrote|written|write|sent|send|e-?mail(?:ed)?|mail(?:ed)?|messaged?|contact(?:ed)?"
    r"|repl(?:y|ied)|answer(?:ed)?|respond(?:ed)?|get\s+back|got\s+back|gotten\s+back"
    r"|reach(?:ed)?\s+out|been\s+in\s+touch)"
)


@dataclass(frozen=True)
class Form:
    """One way to ask: what is told, how it begins, and what must follow; `is_last` when only the newest counts."""

    tells: TellForm
    pattern: Pattern
    behind: Behind
    is_last: bool = False


def form(tells: TellForm, pattern: str, behind: Behind, *, is_last: bool = False) -> Form:
    """The form of a pattern over folded words."""
    return Form(tells, Pattern(pattern), behind, is_last)
