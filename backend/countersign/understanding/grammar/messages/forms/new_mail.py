"""New mails: "email Bob and Eva that ...", "send Bob a note saying ...", "write a mail to bob@x.org: ...".

Must not read a mail that exists ("send Dana's mail to Ralph") or anything that is no mail (an invitation, a text
message) as a new one.
"""

from dataclasses import dataclass

from countersign.understanding.grammar import refusals, terms
from countersign.understanding.grammar.commands import is_over
from countersign.understanding.grammar.messages.forms.words import (
    ABOUT,
    file_instead,
    read_topic,
    words_of_mail,
)
from countersign.understanding.grammar.messages.people import read_people
from countersign.understanding.grammar.messages.reading import FileWords, NewMailReading
from countersign.understanding.grammar.messages.rewording import MAIL_NOUN, REPLY_NOUN
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.saying import read_saying
from countersign.understanding.grammar.target import skip_account
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_WITH_NOUN_PERCENT = 95
_VERB_ONLY_PERCENT = 90
_ADJECTIVES = r"(?:(?!(?:to|for|that|about)\b)[\w-]+[ ]+){0,3}?"
_TO = r"(?:[ ]*[:,]?[ ]+(?:addressed[ ]+|out[ ]+|off[ ]+|over[ ]+)?(?:to|for)[ ]*:?[ ]+)"
_WRITE = (
    r"(?:send(?:ing)?|writ(?:e|ing)|shoot(?:ing)?|drop(?:ping)?|fire|post|compose|creat(?:e|ing)|prepare"
    r"|mak(?:e|ing)|do|type"
    r"|put[ ]+together|get|(?:i(?:'d)?[ ]+)?(?:need|want|would[ ]+like|like))[ ]+(?:off[ ]+|out[ ]+|up[ ]+)?"
)
_NOUN_TO = Pattern(
    rf"(?:{_WRITE})?(?:(?:an?|one|another|my)[ ]+|the[ ]+following[ ]+|(?=new[ ]|e-?mail[ ]+to|mail[ ]+to"
    rf"|message[ ]+to)){_ADJECTIVES}"
    rf"{MAIL_NOUN}(?P<about>[ ]+{ABOUT}[ ]+(?P<topic>[^.;:\n\"]{{1,60}}?))?{_TO}"
)
_NOUN_ONLY = Pattern(
    rf"{_WRITE}(?:(?:an?|another)[ ]+|new[ ]+){_ADJECTIVES}{MAIL_NOUN}(?![ ]+(?:from|of|in|by)\b)"
)
_PERSON_NOUN = Pattern(
    r"(?:send(?:ing)?|writ(?:e|ing)|shoot(?:ing)?|drop(?:ping)?|get|mail|fire|give|hand)[ ]+(?:off[ ]+)?(?=\S)"
)
_THEN_NOUN = Pattern(rf"[ ]+(?:an?|another|the[ ]+following)[ ]+{_ADJECTIVES}{MAIL_NOUN}")
_VERB = Pattern(
    r"(?:e-?mail(?:ing)?|mail(?:ing)?|messag(?:e|ing)|writ(?:e|ing)(?:[ ]+to)?|contact(?:ing)?"
    r"|reach[ ]+out[ ]+to|ping(?:ing)?)[ ]+(?=\S)"
)
_BY_MAIL = Pattern(rf"(?P<verb>{terms.TELL}|{terms.ASK}|{terms.THANK}|congratulate\b)[ ]+(?=\S)")
_KNOW = Pattern(r"[ ]+know\b")
_CHANNEL = Pattern(
    r"[ ]*,?[ ]+(?:(?:by|via|per|over|through)[ ]+(?:an?[ ]+)?(?:new[ ]+)?(?:e-?mail|mail)"
    r"|(?:in|with|using)[ ]+an?[ ]+(?:new[ ]+|separate[ ]+|short[ ]+)*(?:e-?mail|mail|message)|(?:a"
    r"|in)[ ]+new[ ]+mail)\b"
)
_QUOTED_TO = Pattern(r"(?:send|e-?mail|mail|write)[ ]+(?P<words>\"[^\"\n]{1,2000}\")[ ]+(?:over[ ]+)?to[ ]+")
_ASIDE = Pattern(
    r"(?:[ ]*,?[ ]+(?:for[ ]+me|right[ ]+(?:away|now)|now|asap|quickly|immediately|politely|briefly|please"
    r"|today|kindly|directly"
    r"|a[ ]+quick[ ]+one|only|to))+(?=[ ]*(?:[,:.\n\"]|$)|[ ]+(?:saying|that|and|to|with|about)\b)"
)
_LANGUAGE = Pattern(
    r"[ ]*,?[ ]*\bin[ ]+(?:english|german|french|spanish|italian|dutch|portuguese|polish|swedish|danish"
    r"|norwegian|turkish|czech)\b"
)
_REPLIED = Pattern(rf"[ ]+(?:back|again|(?:an?|my|the)[ ]+(?:\w+[ ]+)?{REPLY_NOUN})\b")
_LATER = Pattern(
    rf"[ ,]*(?:tomorrow|tonight|later|(?:at|by|after|before)[ ]+\d|(?:on|next|this)[ ]+(?:{terms.WEEKDAY}|week"
    r"|month|evening|afternoon)"
    r"|in[ ]+(?:an?|\d+|two|three|five|ten)[ ]+(?:minutes?|hours?|days?|weeks?)|every\b|(?:once|twice)\b"
    r"|when(?:ever)?\b|if\b)\b"
)


@dataclass(frozen=True)
class NewMail:
    """A reading with the file that stood in the place of words ("email Bob the file I uploaded")."""

    reading: NewMailReading
    file: FileWords | None = None


def read_new_mail(text: RequestText, start: int) -> NewMail | Refusal | None:
    """The new mail asked for from `start` on; a refusal when it is one but not understood; None when it is none."""
    for reader in (
        _with_noun,
        _with_person_first,
        _with_file,
        _with_channel,
        _quoted_to,
        _with_verb,
        _without_person,
    ):
        reading = reader(text, start)
        if reading is not None:
            return reading
    return None


def _with_noun(text: RequestText, start: int) -> NewMail | Refusal | None:
    match = _NOUN_TO.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    if match is None or found is None:
        return None
    topic = text.slice(*match.span("topic")) if match.group("topic") else None
    return _after_people(text, *found, _WITH_NOUN_PERCENT, topic)


def _with_person_first(text: RequestText, start: int) -> NewMail | Refusal | None:
    match = _PERSON_NOUN.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    noun = _THEN_NOUN.match(text.folded, found[1]) if found else None
    if found is None or noun is None:
        return None
    return _after_people(text, found[0], noun.end(), _WITH_NOUN_PERCENT)


def _with_file(text: RequestText, start: int) -> NewMail | Refusal | None:
    """'Send Bob the invoice from Sarah's mail'."""
    match = _PERSON_NOUN.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    file = file_instead(text, found[1]) if found else None
    if found is None or file is None:
        return None
    return NewMail(NewMailReading(found[0], file[1], _WITH_NOUN_PERCENT), file[0])


def _with_channel(text: RequestText, start: int) -> NewMail | Refusal | None:
    """'Tell Bob by mail that ...': the way it is sent makes it a new mail and no reply."""
    match = _BY_MAIL.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    known = _KNOW.match(text.folded, found[1]) if found else None
    behind = known.end() if known else (found[1] if found else start)
    channel = _CHANNEL.match(text.folded, behind) if found else None
    if match is None or found is None or channel is None:
        return None
    told = RequestText(
        text.words[:behind] + text.words[channel.end() :],
        text.folded[:behind] + text.folded[channel.end() :],
    )
    saying = read_saying(told, start)
    return NewMail(NewMailReading(found[0], saying, _WITH_NOUN_PERCENT)) if saying else None


def _quoted_to(text: RequestText, start: int) -> NewMail | Refusal | None:
    match = _QUOTED_TO.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    if match is None or found is None or not is_over(text, found[1]) or "@" not in "".join(found[0]):
        return None
    saying = read_saying(text, match.start("words"), match.end("words"))
    return NewMail(NewMailReading(found[0], saying, _VERB_ONLY_PERCENT))


def _with_verb(text: RequestText, start: int) -> NewMail | Refusal | None:
    match = _VERB.match(text.folded, start)
    found = read_people(text, match.end()) if match else None
    if match is None or found is None or _REPLIED.match(text.folded, found[1]):
        return None
    return _after_people(text, *found, _VERB_ONLY_PERCENT)


def _without_person(text: RequestText, start: int) -> NewMail | None:
    """'Write a mail saying we moved': nobody is named, or an address at the end."""
    match = _NOUN_ONLY.match(text.folded, start)
    if match is None:
        return None
    position = match.end()
    topic, position = read_topic(text, position)
    saying = read_saying(text, position)
    if saying is None and not is_over(text, position):
        return None
    last = Pattern(
        rf"[ ]+to[ ]+(?P<people>{terms.ADDRESS}(?:(?:[ ]*,[ ]*|[ ]+and[ ]+){terms.ADDRESS})*)[ .!]*$"
    ).search(text.folded, position)
    if saying is not None and last is not None and (shorter := read_saying(text, position, last.start())):
        people = read_people(text, last.start("people"))
        return NewMail(NewMailReading(people[0] if people else (), shorter, _WITH_NOUN_PERCENT, topic))
    return NewMail(NewMailReading((), saying, _WITH_NOUN_PERCENT, topic))


def _after_people(
    text: RequestText,
    people: tuple[str, ...],
    position: int,
    confidence_percent: int,
    topic: str | None = None,
) -> NewMail | Refusal | None:
    """The reading of what follows the recipients: account, topic, words or a file; never with words left over."""
    account: str | None = None
    named = skip_account(text, position)
    if named is not None:
        account, position = named
    language = _LANGUAGE.match(text.folded, position)
    position = language.end() if language else position
    aside = _ASIDE.match(text.folded, position)
    position = aside.end() if aside else position
    if topic is None:
        topic, position = read_topic(text, position)
    if _LATER.match(text.folded, position):
        return refusals.LATER
    reading = NewMailReading(people, None, confidence_percent, topic, account)
    if is_over(text, position):
        return NewMail(reading)
    file = file_instead(text, position)
    if file is not None:
        return NewMail(NewMailReading(people, file[1], confidence_percent, topic, account), file[0])
    saying = words_of_mail(text, position)
    if saying is None:
        return refusals.NEW_MAIL
    return NewMail(NewMailReading(people, saying, confidence_percent, topic, account))
