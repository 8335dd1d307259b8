"""A sentence of a mail as a sentence of the answer: who says it, in reported or in their own words, days resolved.

Must not report in other words what could change its meaning: then the mail's own words stand in quotation marks.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.telling.listing import called
from countersign.understanding.telling.mail import Cited, CitedKind, MailText
from countersign.understanding.telling.reading.addressing import Readers, called_names, without_vocative
from countersign.understanding.telling.reading.days import told_days, with_days
from countersign.understanding.words.text import word_set

_FIRST_PERSON = Pattern(
    r"\b(?:i|me|my|mine|myself|we|us|our|ours|ourselves|i'[a-z]+|we'[a-z]+)\b", re.IGNORECASE
)
_SECOND_HALF = Pattern(r"[?!;:“”\"()]|\b(?:so\s+that|or|because|if|please)\b|\s[-–—]\s", re.IGNORECASE)
_ASKED_TO = (
    Pattern(
        r"^(?:can|could|would|will)\s+you\s+(?:please\s+|pls\s+|kindly\s+"
        r"|also\s+)*(?P<wish>.+?)(?:,?\s+please)?\s*\?$",
        re.I,
    ),
    Pattern(r"^(?:please|pls|kindly)\s+(?:also\s+)?(?P<wish>.+?)[.!]?$", re.I),
    Pattern(
        r"^i(?:'d|\s+would)?\s+(?:need|want|like|ask)\s+you\s+to\s+(?P<wish>.+?)(?:,?\s+please)?[.!]?$", re.I
    ),
)
# Verbs that ask for a deed whatever stands before them; "can you come" may only ask whether one is able to.
_DEEDS = word_set(
    "confirm send review check sign approve forward share update prepare complete fill provide return pay"
    " book reserve call"
    " reply respond answer tell submit upload add remove change order arrange schedule finish finalise"
    " finalize draft write"
    " contact email mail cancel resend verify fix correct deliver print copy invite register proofread"
    " translate"
)


@dataclass(frozen=True)
class Frame:
    """What a sentence is told with.

    Attributes:
        mail: where it stands.
        readers: whom that mail addresses.
        now: aware reference time.
        zone: the person's zone, IANA.
    """

    mail: MailText
    readers: Readers
    now: datetime
    zone: str

    def asked(self, sentence: str, *, is_open: bool) -> Cited:
        """What somebody asks for: "Dana Reyes asks you to confirm the slot by Friday (27 November)."."""
        wish = self._wish(sentence)
        verb = ("ask" if self.mail.is_own else "asks") if is_open else "asked"
        if wish is None:
            return self._quoted(f"{self._who} {verb}", sentence, "asked")
        told = with_days(wish, sentence, self.mail, self.now, self.zone)
        return self._cited(f"{self._who} {verb} you to {told}.", sentence, "asked")

    def question(self, sentence: str, *, is_open: bool) -> Cited:
        """A question in its own words."""
        verb = ("ask" if self.mail.is_own else "asks") if is_open else "asked"
        return self._quoted(f"{self._who} {verb}", sentence, "question")

    def decided(self, sentence: str) -> Cited:
        """A decision in its own words."""
        return self._quoted(f"Decision, in a mail from {self._whom}", sentence, "decided")

    def promised(self, sentence: str) -> Cited:
        """What somebody said they will do, in their own words."""
        return self._quoted(f"{self._who} promised", sentence, "asked")

    def dated(self, sentence: str) -> Cited:
        """A sentence that names a day, in its own words."""
        return self._quoted(f"{self._who} wrote", sentence, "date")

    def said(self, sentence: str) -> Cited:
        """Any sentence in its own words."""
        return self._quoted(f"{self._who} wrote", sentence, "said")

    @property
    def _who(self) -> str:
        return "You" if self.mail.is_own else called(self.mail)

    @property
    def _whom(self) -> str:
        return "you" if self.mail.is_own else called(self.mail)

    def _quoted(self, opening: str, sentence: str, kind: CitedKind) -> Cited:
        days = told_days(sentence, self.mail, self.now, self.zone)
        meaning = f" ({'; '.join(f'{words}: {day}' for words, day in days)})" if days else ""
        return self._cited(f"{opening}: “{_plain_marks(sentence)}”{meaning}", sentence, kind)

    def _cited(self, text: str, sentence: str, kind: CitedKind) -> Cited:
        return Cited(text, (self.mail.key,), sentence, kind)

    def _wish(self, sentence: str) -> str | None:
        """The deed asked of the account's owner alone, None when the words had better stay as they are."""
        if self.mail.is_own or not self._asks_owner_alone(sentence):
            return None
        words = without_vocative(sentence)
        for pattern in _ASKED_TO:
            found = pattern.match(words)
            if found:
                wish = found["wish"].strip()
                is_deed = wish.split()[0].lower() in _DEEDS and wish[0].isalpha()
                is_safe = not _FIRST_PERSON.search(wish.replace("’", "'")) and not _SECOND_HALF.search(wish)
                return wish[0].lower() + wish[1:] if is_deed and is_safe else None
        return None

    def _asks_owner_alone(self, sentence: str) -> bool:
        if called_names(sentence):
            return self.readers.calls_owner(sentence)
        return self.readers.is_for_owner_alone


def _plain_marks(sentence: str) -> str:
    """The sentence with its own quotation marks single, so that they nest."""
    return re.sub(r"[“”„\"]", "'", sentence)
