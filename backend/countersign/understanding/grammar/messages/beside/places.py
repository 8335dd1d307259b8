"""Whose words a place in the request holds: the assistant's, or the mail's own.

Must not decide what they ask for.
"""

import re
from collections.abc import Iterator

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_SAID = Pattern(
    r"\b(?:say(?:ing)?|that|tell(?:ing)?|ask(?:ing)?|writ(?:e|ing)[ ]+that|know|inform(?:ing)?|stat(?:e|ing)"
    r"|thank(?:ing)?)\b"
)
_TURN = Pattern(
    r"[ ]*[,;.(!\n-]|[ ]+(?:and|but|though|then|plus|also|just)\b|[ ]+(?:with|under)[ ]+(?:the[ ]+|an?[ ]+"
    r"|my[ ]+)*(?:e-?mail[ ]+)?"
    r"(?:subject|attached|uploaded|b?cc\b)"
)
# More places than this are not looked at; what they hold stays in the request and is asked about or refused.
_MOST_HITS = 150
# Somebody who may go on with a verb in its base form; "it is and attach the plan" cannot be one sentence.
_SPEAKS = Pattern(
    r"\b(?:(?:we|i|you|they)(?:'(?:ll|d|ve|re|m))?[ ]+(?:\w+[ ]+){0,2}?"
    r"(?:will|can|could|shall|should|must|would|may|might|have|need|want|plan|going|am|are|to)"
    r"|(?:he|she|it)[ ]+(?:\w+[ ]+){0,2}?(?:will|can|could|shall|should|must|would|may|might|to))\b"
    r"|\b(?:we|i|you|he|she|they|it)'(?:ll|d)\b|\bto[ ]+\w+"
)
_COLON = Pattern(
    r"(?<!subject)(?<!\bcc)(?<!bcc)(?<!line)(?<!title)(?<!\bre)(?<!draft)(?<!heading):(?!//)(?!\d\d\b)"
)
_HEADER_LINE = Pattern(r"\n[ ]*(?:subject|b?cc|betreff)[ ]*:")


def without(text: RequestText, begin: int, end: int) -> RequestText:
    """The text without the characters between two offsets."""
    gap = " " if text.folded[begin - 1 : begin].isalnum() and text.folded[end : end + 1].isalnum() else ""
    return RequestText(
        text.words[:begin] + gap + text.words[end:], text.folded[:begin] + gap + text.folded[end:]
    )


def hits(pattern: Pattern, text: RequestText, start: int) -> Iterator[re.Match[str]]:
    """Every place the pattern matches at, also inside an earlier match that came to nothing."""
    position = start
    for _ in range(_MOST_HITS):
        match = pattern.search(text.folded, position)
        if match is None:
            return
        yield match
        position = match.start() + 1


def said_before(text: RequestText, start: int, position: int) -> bool:
    """Whether it was already told what to say."""
    return _SAID.search(text.folded, start, position) is not None


def may_be_said(text: RequestText, start: int, position: int) -> bool:
    """Whether the words before are a sentence of the mail that these may go on: "that we will sign it and cc Tom"."""
    said = _SAID.search(text.folded, start, position)
    if said is None:
        return False
    sentence = max(text.folded.rfind(mark, said.end(), position) for mark in ".!?;\n") + 1
    before = text.folded[max(said.end(), sentence) : position]
    same = text.folded[position : position + 1] not in {".", "!", "?", "\n", ";"}
    return same and _SPEAKS.search(before) is not None


def in_quotes(text: RequestText, start: int, position: int) -> bool:
    """Whether an opened quotation mark is not closed yet."""
    return text.folded.count('"', start, position) % 2 == 1


def turns_to_us(text: RequestText, start: int, match: re.Match[str]) -> bool:
    """Whether a clause speaks to the assistant: before any words of the mail, or set off from them by a mark or "and".

    "saying ok, cc Eva" and "saying ok and cc Eva" do; "ask her to cc Eva" is the mail's own.
    """
    return not said_before(text, start, match.start()) or _TURN.match(text.folded, match.start()) is not None


def is_block(text: RequestText, start: int, position: int) -> bool:
    """Whether the position is inside quotation marks or on a new line, where nothing speaks to the assistant."""
    return in_quotes(text, start, position) or "\n" in text.folded[start:position]


def is_set_apart(text: RequestText, start: int, position: int) -> bool:
    """Whether the position is inside quotation marks, behind a colon or on a new line: the mail's own words."""
    if in_quotes(text, start, position):
        return True
    plain = re.sub(r'"[^"]*"', lambda quote: " " * len(quote.group()), text.folded[start:position])
    plain = _HEADER_LINE.sub(lambda line: " " * len(line.group()), plain)
    return _COLON.search(plain) is not None or "\n" in plain
