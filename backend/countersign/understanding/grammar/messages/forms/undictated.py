"""Drafts for many mails at once, left to what their conversations hold: "draft replies to the unread mails".

Must not read words for them: what is to be said belongs to a reply of its own.
"""

from countersign.understanding.grammar.commands import is_over
from countersign.understanding.grammar.messages.reading import UndictatedReading
from countersign.understanding.grammar.target import Target, read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_MANY_REPLIES = Pattern(
    r"(?:write|prepare|make|do)[ ]+(?:(?:my|the|some|all|possible|suitable|short)[ ]+)*(?:replies|responses"
    r"|answers)\b(?:[ ]+(?:to|for)[ ]+(?=\S))?"
)
_UNANSWERED = Pattern(
    r"(?:all|every|the|any|my|each)?[ ]*(?:of[ ]+(?:the|my)[ ]+)?(?:still[ ]+)?(?P<what>unanswered|open)[ ]+"
)
_ALL_THE = Pattern(
    r"(?:all|every|each|any)[ ]+(?:of[ ]+)?(?=(?:the|my|unread|new|e-?mails?|mails?|messages?|threads?"
    r"|conversations?)\b)"
)
_EVERYTHING = Pattern(
    r"(?:everything|anything|whatever[ ]+(?:came|arrived))(?=[ ]+(?:from|about|regarding|on)\b)"
)


def read_undictated(text: RequestText, start: int) -> UndictatedReading | None:
    """'Write replies to the unread mails about the launch', with no word of what they should say."""
    match = _MANY_REPLIES.match(text.folded, start)
    if match is None:
        return None
    position = match.end()
    unanswered = _UNANSWERED.match(text.folded, position)
    position = unanswered.end() if unanswered else position
    every = _ALL_THE.match(text.folded, position)
    position = every.end() if every else position
    if unanswered and is_over(text, _plural(text, position)):
        return UndictatedReading(Target(end=_plural(text, position), is_several=True), is_unanswered=True)
    whatever = _EVERYTHING.match(text.folded, position)
    if whatever is not None:
        begin, end = whatever.span()
        words, folded = text.words, text.folded
        text = RequestText(
            f"{words[:begin]}the mails{words[end:]}", f"{folded[:begin]}the mails{folded[end:]}"
        )
    target = read_target(text, position)
    if target is None or not is_over(text, target.end) or target.other_order:
        return None
    if not (target.person or target.topic_words or target.subject or target.unread_only or unanswered):
        return None
    return UndictatedReading(target, is_unanswered=unanswered is not None)


def _plural(text: RequestText, position: int) -> int:
    match = Pattern(r"(?:e-?mails|mails|messages|threads|conversations|questions)\b").match(
        text.folded, position
    )
    return match.end() if match else position
