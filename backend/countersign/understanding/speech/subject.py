"""The subject of a new mail, taken from what it says. Must not hold a word that the mail does not."""

import re

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.speech.greeting import is_greeted
from countersign.understanding.speech.outline import parts_of, sentence_spans

_LONGEST = 70
_FEWEST_WORDS = 2
_OPENING = Pattern(
    r"^(?:(?:hi|hello|hey|dear)\b[^,!.\n]{0,40}[,!.]\s*|(?:please|just|also|so|well)[,!.]?\s+(?=\S+\s+\S))+",
    re.IGNORECASE,
)
_BREAK = Pattern(r"[,;:]\s|\s-+\s|\s\(")


def subject_from(said: str) -> str:
    """The first sentence that says something, shortened at a word to 70 characters; never empty for words.

    A greeting is passed over when more follows it.
    """
    sentences = [said[start:end].strip() for start, end in sentence_spans(parts_of(said)[1])]
    opened = [_OPENING.sub("", one) for one in sentences]
    telling = [one for one in opened if len(one.split()) >= _FEWEST_WORDS and not is_greeted(one)]
    chosen = (telling or sentences or [said.strip()])[0]
    plain = " ".join(chosen.split())
    short = _shortened(plain).rstrip(" .,;:!-")
    return short[:1].upper() + short[1:]


def _shortened(words: str) -> str:
    if len(words) <= _LONGEST:
        return words
    breaks = [hit.start() for hit in _BREAK.finditer(words[:_LONGEST]) if hit.start() >= _LONGEST // 3]
    if breaks:
        return words[: breaks[-1]]
    return words[:_LONGEST].rsplit(" ", 1)[0]
