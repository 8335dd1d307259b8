"""The noun of a set of mails: a word for mail, a kind of bulk mail, or a paper that comes as mail."""

import re
from dataclasses import dataclass, replace

from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText, word_set

MAIL = r"(?:e-?mails?|mails?|messages?|threads?|conversations?|letters?|correspondence)\b"
_MOREMAIL = (
    r"(?:repl(?:y|ies)|responses?|answers?|notes?|questions?|enquir(?:y|ies)|inquir(?:y|ies)"
    r"|requests?|ones?|exchanges?|discussions?|things?|stuff)\b"
)
_BULK = r"(?P<bulk>newsletters?|promotions?|promos?|adverts?|advertisements?|ads)\b"
# Things that come as mail: their name is a word to search for.
_PAPERS = (
    r"(?P<paper>invoices?|receipts?|bills?|notifications?|reminders?|alerts?|digests?"
    r"|confirmations?|statements?|notices?|announcements?|coupons?|offers?|updates?)\b"
)
HEAD = Pattern(rf"(?P<mail>{MAIL})|(?P<more>{_MOREMAIL})|{_BULK}|{_PAPERS}")
SURE_HEAD = Pattern(rf"(?P<mail>{MAIL})|(?P<more>ones?\b)|{_BULK}|{_PAPERS}")
_SINGULAR = word_set(
    "email e-mail mail message thread conversation letter reply response answer note question enquiry inquiry request"
    " one newsletter exchange discussion"
)
_THREAD = Pattern(r"(?:threads?|conversations?|exchanges?|discussions?|correspondence)")
# In `most`, "the last mail" before its noun tells whether one or several are meant.
JUST_LAST = -1


@dataclass(frozen=True)
class Article:
    """What stood before the noun: "all" or "every"; "the", "my" or a name, so that a single noun means one mail."""

    is_all: bool = False
    is_one: bool = False


def noun_at(text: RequestText, position: int, head: Pattern) -> re.Match[str] | None:
    """The noun at `position`, unless another noun follows it directly ("email threads", "invoice mails")."""
    match = head.match(text.folded, position)
    if match is None:
        return None
    following = Pattern(rf"\s+(?:{MAIL}|{_BULK})").match(text.folded, match.end())
    return None if following else match


def with_noun(selection: Selection, noun: re.Match[str], article: Article) -> Selection:
    """The selection with what its noun says: a category, a word to search for, one mail or many."""
    bulk, paper = noun["bulk"], noun.groupdict().get("paper")
    is_singular = noun.group() in _SINGULAR and not article.is_all
    most = selection.most
    if most == JUST_LAST:
        most = 1 if is_singular or paper else None
        selection = replace(selection, is_loose=selection.is_loose or most is None)
    selection = replace(
        selection,
        most=most,
        names_mail=True,
        is_thread=_THREAD.fullmatch(noun.group()) is not None,
        is_single=is_singular and (article.is_one or most == 1),
        is_whole=article.is_all,
        may_be_other=noun.groupdict().get("more") not in {None, "one", "ones"},
        is_of_shown=noun.group() in {"one", "ones"},
    )
    if bulk:
        is_list = bulk.startswith("newsletter")
        return replace(selection, category=selection.category or ("newsletters" if is_list else "promotions"))
    if paper:
        return replace(selection, paper=paper)
    return selection
