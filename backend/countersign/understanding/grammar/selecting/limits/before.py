"""What stands before the noun of a set of mails: "all my unread promotional", "Dana's last three"."""

import re
from collections.abc import Callable
from dataclasses import replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.selecting.limits.behind import PRONOUNS, names_nobody
from countersign.understanding.grammar.selecting.limits.nouns import (
    HEAD,
    JUST_LAST,
    MAIL,
    SURE_HEAD,
    Article,
    noun_at,
    with_noun,
)
from countersign.understanding.grammar.selecting.limits.states import BEFORE
from countersign.understanding.grammar.selecting.periods import read_possessive
from countersign.understanding.grammar.selecting.selection import Category, Selection
from countersign.understanding.grammar.selecting.topics import topic_words
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twenty": 20,
}
_CATEGORIES: dict[str, Category] = {
    "promotion": "promotions",
    "promotional": "promotions",
    "promo": "promotions",
    "advert": "promotions",
    "advertisement": "promotions",
    "advertising": "promotions",
    "marketing": "promotions",
    "newsletter": "newsletters",
    "mailing list": "newsletters",
    "mailing-list": "newsletters",
    "social": "social",
    "social media": "social",
    "social network": "social",
    "forum": "forums",
}
_DETERMINER = Pattern(
    r"(?P<all>(?:all|any)(?:\s+of)?(?:\s+(?:the|my|our|these|those))?|every\s+single|every|each"
    r"|the\s+(?:whole|entire)|(?:my|the)\s+(?:whole|entire))\b"
    r"|(?P<one>the|this|that|an?)\b|(?P<mine>my|our)\b|(?P<several>these|those|some|both)\b"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_LAST = Pattern(rf"(?:very\s+)?(?:last|latest|newest|most\s+recent)(?:\s+{_COUNT})?\b")
_COUNTED = Pattern(rf"{_COUNT}\s+(?P<last>(?:last|latest|newest|most\s+recent)\b)?")
_CATEGORY = Pattern(rf"(?P<category>{'|'.join(sorted(_CATEGORIES, key=len, reverse=True))})s?\b(?=[\s-]+\w)")
# "new mails" may be listed by when they came; what should change must be named more sharply.
_NEW = Pattern(rf"(?:brand\s+)?new\b(?=\s+(?:unread\s+)?(?:{MAIL}|newsletters?\b|notifications?\b))")
_LOOSE = Pattern(r"(?:recent|several|many|few|long|short|big|large|other)\b")
_PLAIN = Pattern(r"(?:incoming|received|existing|individual)\b")
_VAGUE = Pattern(
    r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|old|older|oldest|first"
    r"|earliest|important|unimportant|boring|useless|unwanted|unneeded"
    r"|unnecessary|urgent|relevant"
    r"|irrelevant|interesting|annoying|stupid|silly|good|bad|remaining|certain|read|similar|same|duplicate"
    r"|next|previous|earlier|own|external|internal|personal\s+looking|suspicious|spammy|junk|spam"
    r"|deleted|archived|outdated|obsolete|pending)\b"
)
_ACCOUNT = Pattern(
    r"(?P<account>work|personal|private|business)\b(?=[ -]+(?:e-?mails?|mails?|messages?|inbox"
    r"|newsletters?|promotions?)\b)"
)
_WHOSE = Pattern(
    rf"(?:(?P<pronoun>{terms.POSSESSIVE})|(?P<person>{terms.PERSON})'s?"
    rf"|(?P<bare>[^\W\d_][\w\-]+s)(?=\s+(?:(?:last|latest|newest|unread)\s+)?{MAIL}))\s+"
)
_OPEN_WORD = Pattern(
    r"(?!(?:from|by|that|of|to|saying|about|and|or|for|with|in|on|at|an?|the|we|i|you|he|she|it"
    r"|they|her|his|their|our|my|your|is|are|was|were|will"
    r"|can|could|should|would|has|have|had|do|does|did|not|no|yes|what|which|who|if|whether|tell"
    r"|ask|me|us|them|except|but|without|nothing|none"
    r"|never|don't|please|all|everything|when|how|why|where|than|since|before|after|until|as|also"
    r"|then|there|here|every|each)\b)\"?[^\W_][\w\-.'&]*\"?"
)
_GAP = Pattern(r"\s*")
_MOST_BEFORE = 8
_MOST_OPEN = 6


def read_to_noun(text: RequestText, start: int, *, is_set: bool) -> tuple[Selection, int] | None:
    """Everything up to the noun, and the offset behind it; None when no noun follows."""
    selection, position, article = Selection(), _skip_gap(text, start), Article()
    head = SURE_HEAD if is_set else HEAD
    for _ in range(_MOST_BEFORE):
        if noun := noun_at(text, position, head):
            return with_noun(selection, noun, article), noun.end()
        said_when = read_possessive(text.words, text.folded, position)
        found = None if said_when else _determiner(text, position)
        limited = None if found else _one_before(text, position, selection)
        if found:
            article, position = _joined(article, found[0]), found[1]
        elif limited:
            is_whose = limited[0].person != selection.person or limited[0].pronoun != selection.pronoun
            article = replace(article, is_one=article.is_one or is_whose)
            selection, position = limited
        else:
            break
        position = _skip_gap(text, position)
    return _over_open_words(text, position, selection, article, head)


def _over_open_words(
    text: RequestText, start: int, selection: Selection, article: Article, head: Pattern
) -> tuple[Selection, int] | None:
    """The noun behind words of the person's own ("the Lisbon trip mails"), which say what the mails are about."""
    position = start
    for _ in range(_MOST_OPEN):
        word = _OPEN_WORD.match(text.folded, position)
        if word is None:
            return None
        position = _skip_gap(text, word.end())
        if (noun := noun_at(text, position, head)) and noun.group() not in {"one", "ones"}:
            phrase = text.slice(start, position).replace('"', "")
            about = replace(selection, topic=phrase, topic_words=topic_words(phrase))
            return with_noun(about, noun, article), noun.end()
    return None


def _skip_gap(text: RequestText, position: int) -> int:
    match = _GAP.match(text.folded, position)
    return match.end() if match else position


def _joined(one: Article, other: Article) -> Article:
    return Article(one.is_all or other.is_all, one.is_one or other.is_one)


def _determiner(text: RequestText, position: int) -> tuple[Article, int] | None:
    match = _DETERMINER.match(text.folded, position)
    return (Article(match["all"] is not None, match["one"] is not None), match.end()) if match else None


def _one_before(text: RequestText, position: int, selection: Selection) -> tuple[Selection, int] | None:
    """The selection with the one limit that stands before the noun at `position`."""
    for flag, mark in BEFORE:
        if match := mark.match(text.folded, position):
            return selection.flagged(flag), match.end()
    for pattern, limited in _LIMITS:
        if match := pattern.match(text.folded, position):
            return limited(selection, match), match.end()
    if period := read_possessive(text.words, text.folded, position):
        return replace(selection, periods=(*selection.periods, period[0])), period[1]
    return _whose(text, position, selection)


def _counted(selection: Selection, match: re.Match[str]) -> Selection:
    """So many mails; which ones is only sure when the words say the newest."""
    is_loose = selection.is_loose or match["last"] is None
    return replace(selection, most=_count(match["count"]), is_loose=is_loose)


def _last(selection: Selection, match: re.Match[str]) -> Selection:
    return replace(selection, most=_count(match["count"]) if match["count"] else JUST_LAST)


def _whose(text: RequestText, position: int, selection: Selection) -> tuple[Selection, int] | None:
    match = _WHOSE.match(text.folded, position)
    if match is None or selection.person or selection.pronoun:
        return None
    if match["pronoun"]:
        return replace(selection, pronoun=PRONOUNS[match["pronoun"]]), match.end()
    group = "person" if match["person"] else "bare"
    is_of_many = text.folded[match.end(group) : match.end(group) + 2] == "' "
    if is_of_many and not text.words[match.start(group)].isupper():
        # "The tenants' meeting" is of no person.
        return None
    if names_nobody(match[group]) or topic_words(match[group]) == ():
        return None
    return replace(selection, person=text.slice(*match.span(group)).strip("<>. ")), match.end()


def _count(words: str) -> int:
    return _NUMBERS.get(words) or int(words)


_LIMITS: tuple[tuple[Pattern, Callable[[Selection, re.Match[str]], Selection]], ...] = (
    (_COUNTED, _counted),
    (_LAST, _last),
    (_CATEGORY, lambda selection, match: replace(selection, category=_CATEGORIES[match["category"]])),
    (_PLAIN, lambda selection, _: selection),
    (Pattern(r"sent\b"), lambda selection, _: replace(selection, folder="sent")),
    (Pattern(r"inbox\b(?=\s+\w)"), lambda selection, _: replace(selection, folder="inbox")),
    (_ACCOUNT, lambda selection, match: replace(selection, account_words=match["account"])),
    (_NEW, lambda selection, _: replace(selection, is_loose=True, unread_only=True)),
    (_LOOSE, lambda selection, _: replace(selection, is_loose=True)),
    (_VAGUE, lambda selection, _: replace(selection, is_vague=True)),
)
