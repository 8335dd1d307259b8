"""Ask for changes without a model: applies what the instructions state word for word, or says why it cannot.

Must not change anything the instructions do not name: a text is revised wholly as asked, or comes back as it was.
"""

import re
from dataclasses import dataclass

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Pronoun
from countersign.understanding.speech.changes import NotChanged, Outcome, apply_wish
from countersign.understanding.speech.outline import parts_of
from countersign.understanding.words.text import RequestText, read_text


@dataclass(frozen=True)
class RevisedText:
    """The new text and, in plain words, each change made."""

    body_text: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class CannotRevise:
    """Why nothing was changed, in one plain sentence for the card."""

    reason: str


_POLITE = Pattern(
    r"(?:[\s,;.!]*(?:please|pls|can\s+you|could\s+you|would\s+you|ok|okay|yes|no|but|and"
    r"|then|also|actually|just|now|sorry|hmm|well"
    r"|i\s+meant|i\s+mean|better|rather)\b)*[\s,;:.!]*"
)
_NEXT = Pattern(
    r"(?:\s*[;\n]\s*|\s*[,.]?\s+(?:and|then)\s+(?:then\s+|also\s+|please\s+)*|[.,]\s+)"
    r"(?=(?:please\s+|also\s+)*(?:add|remove|delete|drop|change|replace|start|begin|end"
    r"|mention|make\s+it|call|address|say\s+\S+\s+instead|use\s+\S+\s+instead)\b)"
)


def revise_reply(
    previous_body: str, instructions: str, pronoun: Pronoun | None = None
) -> RevisedText | CannotRevise:
    """The text changed as instructed, or the reason why it stays as it is; never half of the instructions.

    Args:
        previous_body: the text on the card, plain with LF line ends; edits made by hand are kept.
        instructions: the person's words, such as 'say Thursday instead of Wednesday'.
        pronoun: which pronoun means the recipient, when the request told.
    """
    body = previous_body
    changes: list[str] = []
    wishes = _wishes(instructions)
    if not wishes:
        return CannotRevise("The instructions are empty: say what to replace, add or remove.")
    for wish in wishes:
        outcome = _apply(body, wish, pronoun)
        if isinstance(outcome, NotChanged):
            return CannotRevise(outcome.reason)
        body, change = outcome
        changes.append(change)
    if body.strip() == previous_body.strip():
        return CannotRevise("The text already says so; nothing to change.")
    if not parts_of(body)[1].strip():
        return CannotRevise("Nothing would be left of the text; reject the card instead.")
    return RevisedText(body, tuple(changes))


def _wishes(instructions: str) -> list[RequestText]:
    """The single wishes; words in quotes are never cut."""
    text = read_text(instructions)
    if '"' in text.folded or ":" in text.folded:
        return [text] if text.words else []
    ends = [0, *[match.end() for match in _NEXT.finditer(text.folded)]]
    starts = [*[match.start() for match in _NEXT.finditer(text.folded)], len(text.words)]
    return [
        read_text(text.words[begin:stop])
        for begin, stop in zip(ends, starts, strict=True)
        if text.words[begin:stop].strip()
    ]


def _apply(body: str, wish: RequestText, pronoun: Pronoun | None) -> Outcome:
    polite = _POLITE.match(wish.folded)
    start = polite.end() if polite else 0
    end = len(re.sub(r"[\s,]*\b(?:please|pls|thanks)[\s.!]*$", "", wish.folded))
    return apply_wish(body, RequestText(wish.words[start:end], wish.folded[start:end]), pronoun)
