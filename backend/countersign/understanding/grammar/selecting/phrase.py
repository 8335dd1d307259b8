"""A set of mails as a noun phrase: "all unread newsletters from Figma older than a week" becomes a selection.

Must not guess: every word is taken by a reader, or the whole phrase is not understood.
"""

from dataclasses import replace

from countersign.understanding.grammar.selecting.limits.before import read_to_noun
from countersign.understanding.grammar.selecting.limits.behind import read_behind, with_topic
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.selecting.shown import read_reference
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_EVERYTHING = Pattern(
    r"(?:everything|anything|all\s+(?:of\s+)?(?:it|my\s+(?:mail|e-?mails?|messages)|mail|mails"
    r"|e-?mails)|(?:my|the)\s+(?:whole|entire|complete|full)\s+(?:mailbox|e-?mails?|mails?)"
    r"|my\s+(?:mailbox|e-?mails?|mails?|messages))\b"
)
_INBOX = Pattern(
    r"(?:all\s+of\s+|everything\s+in\s+)?(?:my|the)\s+(?:(?:whole|entire|(?P<account>work|personal"
    r"|private|business))\s+)?inbox\b"
)

# "What does the second one say" limits the second one by nothing.
_NO_LIMIT = Pattern(r"\s+(?:say|says|about|again)")


def read_mails(text: RequestText, start: int, *, is_set: bool) -> Selection | None:
    """The mails that the words from `start` to the end describe; None when a word of them is not understood."""
    return (
        _referred(text, start)
        or _everything(text, start, is_set=is_set)
        or _noun_phrase(text, start, is_set=is_set)
    )


def read_about(text: RequestText, start: int) -> Selection | None:
    """The mails about what the words from `start` to the end name ("Project X since Monday")."""
    begun = with_topic(text, start, Selection())
    return read_behind(text, begun[1], begun[0], is_set=False) if begun else None


def read_scope(text: RequestText, start: int) -> Selection | None:
    """The mails behind a linking word ("from the mails about the roof", "since Monday"); all mail without one."""
    link = Pattern(
        r"\s*(?:(?:in|from|of|for|out\s+of|across|based\s+on|according\s+to|within|through|on|to|over|inside)\s+)?"
    ).match(text.folded, start)
    if link and link.group().strip() and (mails := read_mails(text, link.end(), is_set=False)):
        return mails
    if start >= len(text.folded):
        return Selection()
    return read_behind(text, start, Selection(), is_set=False)


def _referred(text: RequestText, start: int) -> Selection | None:
    found = read_reference(text.folded, start)
    if found is None:
        return None
    reference, end = found
    is_all = end >= len(text.folded) or _NO_LIMIT.fullmatch(text.folded, end) is not None
    return Selection(reference=reference, names_mail=True) if is_all else None


def _everything(text: RequestText, start: int, *, is_set: bool) -> Selection | None:
    match = _INBOX.match(text.folded, start)
    if match:
        begun = Selection(folder="inbox", is_whole=True, names_mail=True, account_words=match["account"])
        return read_behind(text, match.end(), begun, is_set=is_set)
    match = _EVERYTHING.match(text.folded, start)
    if match is None:
        return None
    return read_behind(text, match.end(), Selection(is_whole=True, names_mail=True), is_set=is_set)


def _noun_phrase(text: RequestText, start: int, *, is_set: bool) -> Selection | None:
    begun = read_to_noun(text, start, is_set=is_set)
    if begun is None:
        return None
    selection, end = begun
    whole = read_behind(text, end, selection, is_set=is_set)
    if whole is None or (whole.may_be_other and not (whole.person or whole.pronoun or whole.is_unanswered)):
        return None
    return replace(whole, is_single=False) if whole.is_whole else whole
