"""What somebody wants to unsubscribe from: mails as described, a list without a name, or the name of its sender."""

import re
from dataclasses import replace

from countersign.understanding.grammar.selecting.limits.behind import names_nobody
from countersign.understanding.grammar.selecting.phrase import read_mails
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.selecting.topics import read_name
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_LISTS = Pattern(
    r"(?:the\s+|this\s+|that\s+|my\s+|all\s+)?(?P<name>.+?)(?:'s)?\s+(?:(?:mailing\s+)?lists?"
    r"|newsletters?|e-?mails?|mails?|mailings?|updates?|digests?|notifications?|alerts?"
    r"|promotions?|subscriptions?|marketing)$"
)
_LIST_NOUN = Pattern(
    r"(?:the\s+|this\s+|that\s+|all\s+(?:of\s+)?(?:the\s+|my\s+|these\s+)?|my\s+|every\s+|these\s+"
    r"|those\s+)?(?:(?:mailing\s+|marketing\s+|distribution\s+)?lists?|mailings?|e-?mail\s+lists?)\b"
)


def read_subscription(text: RequestText, start: int, *, needs_list: bool) -> Selection | None:
    """What to unsubscribe from: mails as described, or the list or sender that is named.

    With `needs_list` a word for mail must be there: "take me off the team" is no wish about mail.
    """
    mails = read_mails(text, start, is_set=True)
    if mails is not None:
        return _as_sender(mails)
    rest = RequestText(text.words[start:], text.folded[start:])
    generic = _LIST_NOUN.match(rest.folded)
    if generic:
        changed = RequestText(
            "newsletters" + rest.words[generic.end() :], "newsletters" + rest.folded[generic.end() :]
        )
        listed = read_mails(changed, 0, is_set=True)
        is_single = not re.match(
            r"all|every|my|these|those", generic.group()
        ) and not generic.group().endswith("s")
        return replace(listed, is_single=is_single) if listed else None
    named = _LISTS.fullmatch(rest.folded)
    if needs_list and named is None:
        return None
    begin, end = named.span("name") if named else (0, len(rest.folded))
    article = Pattern(r"(?:the|this|that|my)\s+").match(rest.folded, begin)
    begin = article.end() if article else begin
    cut = RequestText(rest.words[:end], rest.folded[:end])
    name = read_name(cut, begin)
    if name is None or name[1] != end or names_nobody(name[0].lower()):
        return None
    return Selection(
        person=name[0], category="newsletters" if named else None, names_mail=True, is_single=True
    )


def _as_sender(mails: Selection) -> Selection:
    """A newsletter's name names its sender: "the Morning Brew newsletter" is not one about morning and brew."""
    if mails.is_whole or mails.reference or mails.most:
        return mails
    if mails.person:
        return replace(mails, is_single=True)
    if mails.pronoun or not mails.topic:
        return mails
    return replace(mails, person=mails.topic, topic="", topic_words=(), paper=None, is_single=True)
