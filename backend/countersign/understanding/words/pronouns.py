"""Who "she" is in what is to be said: the recipient (and so "you"), somebody else, or a question.

Must not guess between two people: a wrong "you" puts words into a mail that nobody meant.
"""

import re
from dataclasses import dataclass

from countersign.understanding.language import detect_language
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Pronoun, Say
from countersign.understanding.words.text import word_set

_FORMS: dict[Pronoun, Pattern] = {
    "she": Pattern(r"\b(?:she|her|hers|herself)\b(?!\s*/)", re.IGNORECASE),
    "he": Pattern(r"\b(?:he|him|his|himself)\b(?!\s*/)", re.IGNORECASE),
    "they": Pattern(r"\b(?:they|(?<!of )them|their|theirs|themselves)\b", re.IGNORECASE),
}
_PERSON_NOUN = Pattern(
    r"\b(?:boss|manager|driver|colleagues?|coworkers?|assistant|wife|husband|partner|son"
    r"|daughter|mother|father|mom|mum|dad"
    r"|brother|sister|customers?|clients?|doctor|lawyer|accountant|landlord|supplier|suppliers|friends?|neighbou?rs?"
    r"|teacher|someone|somebody|everyone|team|people|guys|kids|children|parents|engineers?|guests?|drivers|carrier)\b"
)
_CAPITALISED = Pattern(r"(?<![.!?:]\s)\b[A-Z][^\W\d_]+\b")
_NOT_A_PERSON = word_set(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August"
    " We The He She They It Our My Your Please Yes No Ok Okay OK If When That This There "
    "Thanks Thank You Sorry And But"
    " September October November December Mon Tue Wed Thu Fri Sat Sun English German French Spanish Christmas Easter"
)
SOMEBODY_ELSE = "somebody else"


@dataclass(frozen=True)
class UnclearPronoun:
    """The question to ask about a pronoun, with its answers; the first means the recipient."""

    question: str
    options: tuple[str, ...]


def recipient_pronoun(
    parts: tuple[Say, ...], known: Pronoun | None, recipient: str, answer: str | None
) -> Pronoun | UnclearPronoun | None:
    """The pronoun that stands for the recipient in the reported parts; None when none does.

    `known` is the pronoun the request itself used for the recipient ("tell her"), `answer` what the person said when
    asked. Words set apart by the person are never rewritten, so their pronouns do not count.
    """
    reported = " ".join(part.text for part in parts if part.kind not in {"verbatim", "direct"})
    if detect_language(reported) not in {None, "en"}:
        return None
    used: list[Pronoun] = [form for form in _FORMS if _FORMS[form].search(reported)]
    candidates = [form for form in used if form == known] if known else used
    if not candidates:
        return known
    if answer:
        return None if SOMEBODY_ELSE in answer.lower() or "else" in answer.lower() else candidates[0]
    singular = [form for form in candidates if form != "they"]
    chosen = (singular or candidates)[0]
    is_clear = known == chosen or (len(singular) == 1 and chosen != "they")
    if is_clear and not _somebody_else_before(reported, chosen, recipient):
        return chosen
    return _question(reported, chosen, recipient)


def _somebody_else_before(reported: str, pronoun: Pronoun, recipient: str) -> bool:
    first_use = _FORMS[pronoun].search(reported)
    before = reported[: first_use.start()] if first_use else ""
    own = {word.lower() for word in re.findall(r"\w+", recipient)}
    names = [
        word for word in _CAPITALISED.findall(before) if word not in _NOT_A_PERSON and word.lower() not in own
    ]
    return bool(names) or _PERSON_NOUN.search(before.lower()) is not None


def _question(reported: str, pronoun: Pronoun, recipient: str) -> UnclearPronoun:
    first_use = _FORMS[pronoun].search(reported)
    word = first_use.group() if first_use else pronoun
    who = recipient or "the recipient"
    return UnclearPronoun(f"Does “{word}” mean {who}, or somebody else?", (who, SOMEBODY_ELSE))
