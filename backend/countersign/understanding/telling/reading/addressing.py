"""Whom a mail and its sentences address: the account's owner, others by name, or everybody.

Must not guess: a name that could be the owner's counts as the owner's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.people import fold_name
from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.reading.sentences import greeting_of
from countersign.understanding.words.text import word_set

_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]+)?"
_VOCATIVE = Pattern(
    rf"^@?(?P<names>{_NAME}(?:(?:\s*,\s*|\s*/\s*|\s+(?:and|&|und|et|y|e)\s+)@?{_NAME}){{0,3}})\s*(?:,|:|\s[-–—])\s+(?=\S)"
)
_MENTION = Pattern(rf"@(?P<name>{_NAME})")
_LATER_NAME = Pattern(rf",\s*(?P<name>{_NAME})\s*[?!.]*$")
# Words that begin a sentence with a capital and a comma, and are nobody's name.
_NO_NAME = word_set(
    "also and anyway apart as at because before but by first finally for from further furthermore however hi"
    " hello hey if"
    " in instead last lastly meanwhile moreover next no note now ok okay on once one otherwise please ps"
    " second secondly"
    " since so sorry still thank thanks that then therefore third this today tomorrow unfortunately until"
    " well when while"
    " with yes yesterday regarding again alternatively additionally basically actually hopefully perhaps"
    " maybe sure great"
    " perfect monday tuesday wednesday thursday friday saturday sunday january february march april may june"
    " july august"
    " september october november december question update reminder action todo fyi asap also ideally"
)
_EVERYBODY = word_set("all team everyone everybody both folks guys there colleagues friends alle team")


@dataclass(frozen=True)
class Readers:
    """Whom a mail is for, as far as it can be told.

    Attributes:
        owner_words: folded words of the names and addresses the account's owner goes by; empty when not known.
        is_for_others: whether its greeting names only others and the owner is one of several recipients.
        is_for_owner_alone: whether the owner is its only recipient.
    """

    owner_words: frozenset[str]
    is_for_others: bool
    is_for_owner_alone: bool

    def sentence_is_for_others(self, sentence: str) -> bool:
        """Whether the sentence asks somebody else by name, or stands in a mail that does."""
        names = called_names(sentence)
        if names:
            return not any(self._is_owner(name) for name in names) and not self.is_for_owner_alone
        return self.is_for_others

    def calls_owner(self, sentence: str) -> bool:
        """Whether the sentence calls the owner, and nobody else, by a name they are known to go by."""
        names = called_names(sentence)
        return bool(names) and all(self.owner_words & set(fold_name(name).split()) for name in names)

    def _is_owner(self, name: str) -> bool:
        return not self.owner_words or any(
            word in self.owner_words or any(_short_for(word, own) for own in self.owner_words)
            for word in fold_name(name).split()
        )


def readers_of(mail: MailText, conversation: Sequence[MailText]) -> Readers:
    """Whom this mail of the conversation addresses."""
    known = [*mail.owner, *(other.sender_name for other in conversation if other.is_own)]
    words = frozenset(word for name in known for word in _name_words(name))
    addresses = {name.casefold() for name in known if "@" in name}
    addresses |= {
        other.sender_email.casefold() for other in conversation if other.is_own and other.sender_email
    }
    recipients = {address.casefold() for address in mail.to}
    is_alone = len(recipients) == 1 and bool(recipients & addresses)
    readers = Readers(words, is_for_others=False, is_for_owner_alone=is_alone)
    greeted = [name for name in _greeted(mail.body_text) if fold_name(name) not in _EVERYBODY]
    names_everybody = len(greeted) != len(_greeted(mail.body_text))
    is_for_others = (
        bool(greeted)
        and bool(words)
        and not names_everybody
        and not is_alone
        and not any(readers._is_owner(name) for name in greeted)
    )
    return Readers(words, is_for_others, is_alone)


def called_names(sentence: str) -> list[str]:
    """The names a sentence calls ("Bob, can you ...", "@Bob", "... , Bob?"); empty when it calls nobody."""
    names = [found["name"] for found in _MENTION.finditer(sentence)]
    vocative = _VOCATIVE.match(sentence)
    if vocative:
        names += re.split(r"\s*,\s*|\s*/\s*|\s+(?:and|&|und|et|y|e)\s+", vocative["names"])
    later = _LATER_NAME.search(sentence)
    if later and "?" in sentence[-3:]:
        names.append(later["name"])
    clean = [name.strip("@ ") for name in names]
    return [name for name in clean if fold_name(name.split()[0]) not in _NO_NAME | _EVERYBODY]


def without_vocative(sentence: str) -> str:
    """The sentence without the name it begins with ("Bob, can you ..." becomes "can you ...")."""
    vocative = _VOCATIVE.match(sentence)
    return sentence[vocative.end() :] if vocative and called_names(sentence) else sentence


def _greeted(text: str) -> list[str]:
    return re.findall(r"[^\W\d_][\w'’-]*", greeting_of(text))


def _name_words(name: str) -> list[str]:
    local = name.partition("@")[0]
    return [word for word in re.findall(r"[^\W\d_]+", fold_name(local)) if len(word) > 1]


def _short_for(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and long.startswith(short)
