"""Whether words said while a question is open are a new request, or its answer. Must not read what the question was."""

import re

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import Plan, Understanding

_ASKS_OR_COMMANDS = Pattern(
    r"\s*(?:please\s+|pls\s+|now\s+|and\s+)*(?:show|list|find|search|give|get|look|check|tell|read|open|see|bring|fetch"
    r"|what|whats|what's|which|who|when|where|how|do|does|did|are|is|am|have|has|any|can|could|will|would|i\s+want|i\s+need)\b",
    re.IGNORECASE,
)


def stands_alone(words: str, understood: Understanding) -> bool:
    """Whether the words are a whole request by themselves.

    Words that only name mails ("the invoice", "the one about costs") would be a request to list them; said while
    something is asked they answer it. They list mails only when they ask or command.
    """
    if not isinstance(understood, Plan):
        return False
    return understood.intent != "mail.list" or _ASKS_OR_COMMANDS.match(words) is not None
