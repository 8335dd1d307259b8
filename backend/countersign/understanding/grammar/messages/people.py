"""The people a mail goes to: "Bob, Eva and my landlord" as single words for each.

Must not take a verb for a name: of words without a capital only those are people that nothing else can be.
"""

import re

from countersign.understanding.grammar import terms
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText, word_set

_PERSON = Pattern(terms.PERSON)
_NEXT = Pattern(
    r"[ ]*(?:,[ ]*(?:(?:and|plus)[ ]+)?|;[ ]*|&[ ]*|\+[ ]*|[ ](?:and|plus"
    r"|as[ ]+well[ ]+as)[ ]+(?:also[ ]+)?)(?:to[ ]+)?"
)
_AT_ADDRESS = Pattern(rf"[ ]*,?[ ]+(?:at|under|via)[ ]+<?(?P<address>{terms.ADDRESS})>?")
_BOTH = Pattern(r"both[ ]+(?=\S)")
_PARTICLES = word_set("van von de der den da di la le del du bin al el af ter zu dos und y e ibn")
# Words that begin something else than a person behind "and" or a comma.
_NO_PERSON = Pattern(
    r"(?:subject|body|content|title|heading|text|attach\w*|enclos\w+|b?cc\w*|copy\w*|drafts?|save|keep|leave|store"
    r"|send|forward|mention|include|add|put|make|use|do|don't|dont|let|let's|explain|wish|invite|offer|propose"
    r"|suggest"
    r"|label|tag|star|flag|snooze|unsubscribe|block|mute|move|print|pin|share|upload|translate|remind|reschedule|rsvp|plan|count"
    r"|list|show|decline|accept|agree|cancel|postpone|give|mark|archive|delete|schedule|book|set|see|find|check|get|call|hold"
    r"|regards?|cheers|best|hi|hello|hey|dear|thank\w*|congratulat\w+|request\w*|want\w*|need\w*|order|pay|ship"
    r"|repl(?:y|ies)|responses?|answers?|another|everyone|everybody|all|anybody|nobody|people|file|files"
    r"|attachment|attachments|re|fyi|asap|urgent|one|quick"
    r"|short|brief|long|friendly|polite|formal|new|first|second|third|number|no|myself|yourself|summari[sz]\w+"
    r"|down|up|out|off|over|code|merge|details?|info"
    r"|information|addresses|list|what|who|which|whatever|how|why|where|nothing|something|anything|everything"
    r"|here|there"
    r"|(?:the|my|our)[ ]+(?:files?|documents?|docs?|page|wiki|notebook|list|spreadsheet|sheet|calendar|folder"
    r"|database|log"
    r"|blog|website|mails?|e-?mails?|messages?|thread|reply|draft|card))"
    r"(?![\w'@.])"
)
_AFTER_SMALL_NAME = Pattern(
    rf"{terms.SAYING_AHEAD}|[ ]+(?:an?|the|about|re|with|from|via|by|in|to)\b|[ ]*[,;&+]"
)


def read_people(text: RequestText, start: int) -> tuple[tuple[str, ...], int] | None:
    """The people named from `start` on and the offset behind the last of them; None when none is.

    "my accountant, Ms. Okafor, ..." is one person, known by the name.
    """
    both = _BOTH.match(text.folded, start)
    start = both.end() if both else start
    first = read_person(text, start)
    if first is None:
        return None
    people, end = [first[0]], first[1]
    joined_by_and = False
    first_is_small = _is_small(text, start)
    while following := _NEXT.match(text.folded, end):
        begin = following.end()
        person = read_person(text, begin)
        if person is None:
            break
        is_sure = not _is_small(text, begin) or "@" in person[0]
        if not is_sure and not (
            (first_is_small or _has_article(text, begin)) and _AFTER_SMALL_NAME.match(text.folded, person[1])
        ):
            break
        people.append(person[0])
        end = person[1]
        joined_by_and = joined_by_and or "," not in following.group()
    is_apposed = (
        len(people) == 2
        and not joined_by_and
        and _has_article(text, start)
        and "," in text.folded[end : end + 1]
    )
    return (tuple(people[1:]) if is_apposed else tuple(people)), end


def read_person(text: RequestText, start: int) -> tuple[str, int] | None:
    """One person named at `start`; a capitalised name ends before the first word that has no capital."""
    match = _PERSON.match(text.folded, start)
    if match is None or _NO_PERSON.match(text.folded, start):
        return None
    end = _end_of_name(text, start, match.end())
    if text.folded.startswith("'s", end):
        return None
    address = _AT_ADDRESS.match(text.folded, end)
    if address is not None and "@" not in text.words[start:end]:
        return text.slice(*address.span("address")), address.end()
    words = text.slice(start, end).strip(". ")
    return (words[1:-1] if words.startswith("<") and words.endswith(">") else words), end


def is_among(person: str, people: tuple[str, ...]) -> bool:
    """Whether the words may name one of the people: a name of theirs is in them."""
    return bool(set(person.lower().split()) & {word for one in people for word in one.lower().split()})


def _end_of_name(text: RequestText, start: int, end: int) -> int:
    words = text.words[start:end]
    if "@" in words or _is_small(text, start) or re.search(r"[ ](?:from|at)[ ]", words.lower()):
        return end
    for word in re.finditer(r"[^ ]+", words):
        if word.group()[:1].islower() and word.group() not in _PARTICLES:
            return start + len(words[: word.start()].rstrip())
    return end


def _is_small(text: RequestText, start: int) -> bool:
    return text.words[start : start + 1].islower()


def _has_article(text: RequestText, start: int) -> bool:
    return re.match(r"(?:the|my|our)[ ]", text.folded[start : start + 4]) is not None
