"""What stands behind the noun of a selection: "from Dana", "older than 30 days", "that are unread", "in my inbox".

Must not skip a word: what none of these readers takes is left over, and then the selection is not understood.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.selecting import topics
from countersign.understanding.grammar.selecting.limits.states import BEHIND
from countersign.understanding.grammar.selecting.periods import MONTH_NAMES_OF_PEOPLE, read_period
from countersign.understanding.grammar.selecting.selection import Folder, Selection, UnclearDay
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Pronoun
from countersign.understanding.words.text import RequestText, word_set

Limit = tuple[Selection, int]
Reader = Callable[[RequestText, int, Selection], Limit | None]

PRONOUNS: dict[str, Pronoun] = {
    "her": "she",
    "she": "she",
    "his": "he",
    "him": "he",
    "he": "he",
    "their": "they",
    "them": "they",
    "they": "they",
}
# Words that stand where a name could; with such a word it names no sender ...
_NEVER_NAMES = word_set(
    "people strangers senders anybody nobody unknown one ones first second third fourth fifth it number newsletters"
    " next coming following"
)
# ... and made of nothing but these it names a place or a time ("Home Depot" names a sender, "home" does not).
_NO_NAMES = word_set(
    "spam junk trash bin drafts draft archive inbox newsletter promotions mailbox mail home work somewhere there here"
    " scratch outside abroad google gmail yesterday week weeks weekend month months year years day days morning"
    " afternoon evening hours quarter house place list the my"
)
_THAT = r"(?:(?:that|which)\s+)?"
_ACCOUNT = Pattern(
    r"(?:from|in|of|on|to|at|using|via|through|for)\s+(?:my|the)\s+(?P<account>(?!own\b|whole\b"
    r"|entire\b|google\b|e-?mail\b|mail\b|last\b|this\b)[\w.@+\-]+)\s+"
    r"(?:e-?mail\s+|mail\s+|google\s+|gmail\s+)?(?:account|address|mailbox|e-?mail|mail|(?P<inbox>inbox))\b"
)
_FOLDER: tuple[tuple[Folder, Pattern], ...] = (
    (
        "inbox",
        Pattern(
            r"(?:(?:that|which)\s+(?:are|is)\s+)?(?:still\s+)?(?:in|from|inside|within|of|out\s+of|at"
            r"|through)\s+(?:my|the)\s+(?:(?:whole|entire|main)\s+)?inbox\b"
        ),
    ),
    (
        "sent",
        Pattern(
            r"(?:in|from|inside)\s+(?:my|the)\s+sent(?:\s+(?:mail|e-?mails?|folder|items|box|messages))?\b"
            r"|among\s+my\s+sent\s+\w+\b"
        ),
    ),
    ("anywhere", Pattern(r"in\s+(?:all|any)(?:\s+(?:of\s+)?my)?\s+folders?\b|anywhere\b|everywhere\b")),
)
_LABEL_NAME = rf"(?:\"(?P<quoted>[^\"\n]{{1,60}})\"|(?P<name>{terms.NAME}))"
_IN_LABEL = (
    Pattern(
        r"(?:in|from|under|with|inside|carrying|that\s+have|having)\s+(?:my\s+|the\s+|an?\s+)?(?:label"
        rf"|folder|tag)\s+(?:called\s+|named\s+)?{_LABEL_NAME}"
    ),
    Pattern(
        rf"(?:in|from|under|with|inside)\s+(?:my\s+|the\s+)?{_LABEL_NAME}(?<=\w|\")\s+(?:label|folder|tag)\b"
    ),
    Pattern(
        r"(?:in|from|under|with|inside)\s+(?:my|the)\s+(?P<name>[\w&/\-]+(?:\s+[\w&/\-]+)?)\s+(?:label|folder|tag)\b"
    ),
    Pattern(
        rf"{_THAT}(?:(?:are|is)\s+)?(?:labell?ed|tagged|filed)\s+(?:(?:as|with|under|in)\s+)?{_LABEL_NAME}"
    ),
)
_NO_LABELS = word_set("spam junk trash bin drafts draft archive sent")
_NOTHING_MORE = Pattern(
    r"(?:say|says|about|(?:give|gives|contain|contains|mention|mentions|hold|holds)(?:\s+(?:me|us))?)$"
    rf"|{_THAT}(?:(?:do|did|have|had|has)\s+(?:i|we)\s+(?:have|got|gotten|get|received|receive)|(?:i"
    r"|we)(?:'ve|\s+have|\s+had)?\s*(?:just\s+|recently\s+)?"
    r"(?:got(?:ten)?|received|have|get|had)|(?:have\s+|has\s+)?(?:come|came|arrived)(?:\s+in)?"
    r"|(?:are|is)\s+there|(?:are|is)\s+in"
    r"|(?:are|is|was|were)(?=\s+(?:from|sent|about|in|by|with|on)\b)|sitting|lying)\b"
    r"|(?:so\s+far|already|currently|yet|again|at\s+all|to\s+(?:me|us)|addressed\s+to\s+(?:me|us)"
    r"|in\s+(?:my|the)\s+(?:mailbox|mail|e-?mails?|account|gmail))\b"
)
_SENT = r"(?:sent|wrote|written|mailed|e-?mailed|forwarded|messaged|send|write|mail|e-?mail)"
_SENT_BY_ME = Pattern(
    rf"{_THAT}(?:(?:did|have)\s+)?(?:i|we)(?:'ve|\s+have)?\s+(?:last\s+|recently\s+"
    rf"|already\s+)?{_SENT}\b(?:\s+(?:to\s+)?(?!me\b|us\b)(?P<to>{terms.PERSON}))?"
)
_RECIPIENT = Pattern(
    r"(?:(?:that\s+(?:were|went)\s+)?(?:sent\s+|addressed\s+|written\s+)?to)\s+(?!me\b|us\b"
    rf"|my\b)(?P<to>{terms.PERSON})"
)
_WHO = rf"(?:(?P<pronoun>{terms.PRONOUN})|(?P<person>{terms.PERSON}))"
_SENDER = (
    Pattern(
        rf"{_THAT}(?:(?:have\s+|has\s+)?(?:are|is|were|was|came|come|coming|arrived|received"
        r"|got)\s+)?(?:(?:only\s+)?from|by|of|with|between\s+(?:me|us)\s+and"
        rf"|(?:sent|written)\s+(?:to\s+(?:me|us)\s+)?by)\s+{_WHO}"
    ),
    Pattern(
        rf"{_THAT}(?:(?:did|has|have)\s+)?{_WHO}\s+(?:has\s+|have\s+)?(?:just\s+|last\s+|recently\s+"
        rf"|ever\s+)?{_SENT}\b(?:\s+(?:to\s+)?(?:me|us)\b)?"
    ),
)
_SENDER_IN_CLAUSE = Pattern(
    rf"(?:where|in\s+which)\s+{_WHO}\s+(?:(?:talk|writ|ask|tell|explain|complain|speak|repl|announc)\w*\b"
    r"|says\s+something\b|(?=mention))"
)
# Inside a topic "the launch of the site" and "lunch with Ann" go on; "from Ann" and "that Ann sent" end it.
_SENDER_AFTER_TOPIC = Pattern(
    rf"{_THAT}(?:(?:are|is|were|was|came|come|coming|arrived)\s+)?(?:from|(?:sent|written)\s+by)\s+{_WHO}"
    rf"|(?P<that>(?:that|which)\s+)?(?P<writer>{terms.NAME})\s+(?:has\s+|have\s+)?(?:just\s+|last\s+)?{_SENT}\b"
)
# Days behind a topic said with one of these tell when the mail came; others may belong to the topic.
_SURE_OF_DAYS = word_set(
    "from since older newer that which received sent dated i starting arrived more less over came written within"
)
_WITH_A_THING = Pattern(r"with\s+(?:the|an?|my|our)\s")
_SUBJECT = Pattern(
    r"(?:(?:with|under|having)\s+)?(?:(?:the|a|as)\s+)*(?:subject(?:\s+line)?|title|titled|called"
    r"|named|entitled)\s*:?\s*(?:is\s+|of\s+|contains\s+)?(?=\")"
)
_GAP = Pattern(r"[ ,]*(?:\band\s+(?=(?:that|which|from|about|with|older|newer|in)\b)(?!from\s+now))?")


def names_nobody(folded: str) -> bool:
    """Whether words that stand where a name could name no sender."""
    words = set(re.findall(r"[\w@.'-]+", folded))
    return bool(words & _NEVER_NAMES) or words <= _NO_NAMES


def read_behind(text: RequestText, start: int, selection: Selection, *, is_set: bool) -> Selection | None:
    """The selection limited by everything from `start` to the end; None when a word is left over."""
    position = start
    while position < len(text.folded):
        limit = read_limit(text, position, selection, is_set=is_set)
        if limit is None or limit[1] <= position:
            return None
        selection, position = limit
    return selection


def read_limit(text: RequestText, start: int, selection: Selection, *, is_set: bool) -> Limit | None:
    """The selection with the one limit that begins at `start`, and the offset behind it."""
    gap = _GAP.match(text.folded, start)
    position = gap.end() if gap else start
    if position == start and start > 0 and text.folded[start - 1].isalnum():
        return None
    for reader in _READERS:
        if limit := reader(text, position, selection):
            return limit
    return _topic(text, position, selection, is_set=is_set)


def begins_limit(text: RequestText, start: int) -> bool:
    """Whether a limit other than a topic begins at `start`, so that a topic ends there."""
    gap = Pattern(r"\s+").match(text.folded, start)
    if gap is None:
        return False
    if any(
        reader(text, gap.end(), Selection()) for reader in _READERS if reader not in {_recipient, _sender}
    ):
        return True
    if _SENT_BY_ME.match(text.folded, gap.end()):
        return True
    sender = _SENDER_AFTER_TOPIC.match(text.folded, gap.end())
    if sender is None:
        return False
    is_clause = sender["writer"] is not None and sender["that"] is None
    return not is_clause or text.words[sender.start("writer")].isupper()


def _period(text: RequestText, start: int, selection: Selection) -> Limit | None:
    found = read_period(text.words, text.folded, start)
    if found is None:
        return None
    period, end = found
    said = text.folded[start:end].split()
    unclear = selection.unclear
    if said[0] == "from" and len(said) == 2 and said[1] in MONTH_NAMES_OF_PEOPLE:
        unclear = unclear or UnclearDay(text.slice(start + 5, end), "person")
    elif selection.topic and said[0] not in _SURE_OF_DAYS:
        unclear = unclear or UnclearDay(text.slice(start, end), "topic")
    return replace(selection, periods=(*selection.periods, period), unclear=unclear), end


def _flags(text: RequestText, start: int, selection: Selection) -> Limit | None:
    for flag, pattern in BEHIND:
        match = pattern.match(text.folded, start)
        if match and match.end() > start:
            return selection.flagged(flag), match.end()
    return None


def _account(text: RequestText, start: int, selection: Selection) -> Limit | None:
    match = _ACCOUNT.match(text.folded, start)
    if match is None or selection.account_words:
        return None
    folder: Folder | None = "inbox" if match["inbox"] else selection.folder
    return replace(selection, account_words=match["account"], folder=folder), match.end()


def _place(text: RequestText, start: int, selection: Selection) -> Limit | None:
    for folder, pattern in _FOLDER:
        match = pattern.match(text.folded, start)
        if match and selection.folder in {None, folder}:
            return replace(selection, folder=folder), match.end()
    for pattern in _IN_LABEL:
        match = pattern.match(text.folded, start)
        group = "quoted" if match and match.groupdict().get("quoted") else "name"
        if match and not selection.in_label and match[group] not in _NO_LABELS:
            return replace(selection, in_label=text.slice(*match.span(group))), match.end()
    return None


def _recipient(text: RequestText, start: int, selection: Selection) -> Limit | None:
    match = _SENT_BY_ME.match(text.folded, start) or _RECIPIENT.match(text.folded, start)
    if match is None or selection.recipient or selection.person:
        return None
    recipient = text.slice(*match.span("to")).strip("<>. ") if match["to"] else None
    return replace(selection, recipient=recipient, folder="sent"), match.end()


def _sender(text: RequestText, start: int, selection: Selection) -> Limit | None:
    if selection.person or selection.pronoun:
        return None
    for pattern in (*_SENDER, _SENDER_IN_CLAUSE):
        match = pattern.match(text.folded, start)
        if match is None:
            continue
        if match["pronoun"]:
            return replace(selection, pronoun=PRONOUNS[match["pronoun"]]), match.end()
        if names_nobody(match["person"]) or (selection.is_single and _brings(match.group(), selection)):
            return None
        return replace(selection, person=text.slice(*match.span("person")).strip("<>. ")), match.end()
    return None


def _brings(folded: str, selection: Selection) -> bool:
    """Whether "the mail with the tickets" speaks of what it brings, not of who it was exchanged with."""
    return not selection.is_thread and _WITH_A_THING.match(folded) is not None


def _subject(text: RequestText, start: int, selection: Selection) -> Limit | None:
    match = _SUBJECT.match(text.folded, start)
    quoted = topics.read_quoted(text, match.end()) if match else None
    return (replace(selection, subject=quoted[0]), quoted[1]) if quoted and not selection.subject else None


def _nothing_more(text: RequestText, start: int, selection: Selection) -> Limit | None:
    match = _NOTHING_MORE.match(text.folded, start)
    return (selection, match.end()) if match and match.end() > start else None


def _topic(text: RequestText, start: int, selection: Selection, *, is_set: bool) -> Limit | None:
    if selection.topic:
        return None
    behind = topics.begins_topic(text, start, is_set=is_set)
    if behind is None and not is_set and selection.is_single and _brings(text.folded[start:], selection):
        behind = start + len("with ")
    if behind is None:
        return None
    if quoted := topics.read_quoted(text, behind):
        words, end = quoted
        if text.folded.startswith(("about", "re", "regarding", "concerning"), start):
            return replace(selection, subject=words, topic=words), end
        return replace(selection, topic=words, topic_words=topics.topic_words(words)), end
    return with_topic(text, behind, selection)


def with_topic(text: RequestText, start: int, selection: Selection) -> Limit | None:
    """The selection about what the words from `start` on name."""
    found = topics.read_topic(text, start, begins_limit)
    if found is None:
        return None
    words, end = found
    together = (*selection.topic_words, *topics.topic_words(words))
    return replace(selection, topic=f"{selection.topic} {words}".strip(), topic_words=together), end


_READERS: tuple[Reader, ...] = (
    _period,
    _flags,
    _account,
    _place,
    _recipient,
    _subject,
    _sender,
    _nothing_more,
)
