"""The traits of a sentence that tell a request from a statement: words in order, word classes, ideas that meet.

Must stay in step with `weights`: a changed trait asks for newly trained weights.
"""

import zlib
from collections.abc import Iterator
from itertools import combinations

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import word_set

BUCKETS = 1 << 24
"""Traits are named by a hash of 24 bits: among a hundred thousand few collide, and a name takes three bytes."""

_LONGEST = 60
_NEAR = 4
_TOKEN = Pattern(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|\$LINK|https?://\S+|[^\w\s]")
_DAYS = word_set(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun today"
    " tomorrow tonight"
)
_MONTHS = word_set(
    "january february march april june july august september october november december jan feb mar apr jun jul aug"
    " sep sept oct nov dec"
)
_TIMES = word_set("am pm morning afternoon evening week month noon night weekend lunch")
_MODALS = word_set("can could would will shall should may might must need")
_VERBS = word_set(
    "call send let check review give get forward confirm advise discuss meet contact provide schedule join visit click"
    " email mail fax tell ask find make take see look come help prepare update attend talk speak follow return respond"
    " reply read complete fill sign print submit arrange set put add include keep note feel try use go download enter"
    " log register start stop open wait bring pick copy explain show change remove delete buy order apply consider"
    " ensure verify work share invite remind notify handle coordinate resend do be have know think want like hesitate"
    " refer save attach write leave plan finalize approve draft revise pull"
)
_AS_THEY_ARE = word_set(
    "i you we me us my your our please if to not do be let and or for the a when what how any know would"
)
_IDEAS: dict[str, frozenset[str]] = {
    "meet": word_set(
        "meet meeting meetings lunch dinner coffee breakfast drink drinks call conference conf together visit session"
        " appointment reschedule schedule scheduled scheduling calendar interview"
    ),
    "comm": word_set(
        "call email mail phone contact talk discuss speak chat reply respond answer tell ask inform advise notify know"
        " hear touch word ring voicemail message"
    ),
    "give": word_set("send forward provide give get fax resend copy share submit bring return"),
    "doc": word_set(
        "attached attachment file document documents report list copy form agreement contract draft memo letter"
        " information info numbers spreadsheet resume schedule presentation comments questions"
    ),
    "avail": word_set(
        "available availability free works work open convenient time chance convenience slot able possible attend join"
        " participate"
    ),
    "want": word_set(
        "want wanted like love need needs hope hoping wish appreciate glad happy pleased interested suggest recommend"
        " propose recommendation"
    ),
    "act": word_set(
        "review check look see update confirm verify complete fill sign print fix revise prepare approve follow handle"
        " change add remove include make arrange set ensure consider help"
    ),
    "sale": word_set(
        "free offer save sale deal deals shop click subscribe unsubscribe account app website online download premium"
        " visit buy discount order today coupon register sign"
    ),
    "day": _DAYS | _MONTHS | word_set("week month morning afternoon evening weekend noon am pm asap soon"),
    "me": word_set("me us my our"),
    "you": word_set("you your yours u"),
    "first": word_set("i we i'll we'll i'd we'd i'm we're"),
    "third": word_set("he she they his her their him them"),
    "may": word_set("can could would will may might"),
    "must": word_set("must should need have ought"),
    "please": word_set("please pls kindly"),
    "past": word_set("was were had did been went got said told asked received sent made called discussed"),
    "not": word_set("not no never don't can't won't cannot didn't isn't unable unfortunately"),
    "if": word_set("if when once unless whether"),
    "?": word_set("?"),
    "!": word_set("!"),
    "link": word_set("$link"),
    "let": word_set("let let's lets"),
    "thank": word_set("thanks thank appreciate"),
    "which": word_set("what where when who which how why"),
    "wonder": word_set("wondering wonder curious mind"),
    "any": word_set("any anyone anything"),
}
_CLAUSE_MARKS = word_set(", . : ; ! ? - and or so but then")


def traits(sentence: str) -> list[int]:
    """The buckets of the sentence's traits, each once, in ascending order; never empty."""
    return sorted({zlib.crc32(name.encode()) % BUCKETS for name in _names(sentence)})


def _names(sentence: str) -> Iterator[str]:
    words, classes = _read(sentence)
    yield from _runs(words)
    yield from _mixed(words, classes)
    yield from _clauses(words, classes)
    yield from _ideas(words)
    yield from _marks(words, classes)


def _read(sentence: str) -> tuple[list[str], list[str]]:
    raw = [found.group() for found in _TOKEN.finditer(sentence.replace("’", "'"))][:_LONGEST]
    raw = ["$LINK" if word.startswith("http") and "://" in word else word for word in raw]
    words = ["#" if word.isdigit() else word.lower() for word in raw]
    classes = [
        _class(word, lowered, index) for index, (word, lowered) in enumerate(zip(raw, words, strict=True))
    ]
    return words, classes


def _class(word: str, lowered: str, index: int) -> str:
    for name, members in (("<day>", _DAYS), ("<month>", _MONTHS), ("<modal>", _MODALS), ("<verb>", _VERBS)):
        if lowered in members:
            return name
    if lowered in _AS_THEY_ARE or not word[0].isalpha():
        return lowered
    if index and word[0].isupper():
        return "<name>"
    for name, ending, longer in (("<ing>", "ing", 5), ("<ed>", "ed", 4), ("<ly>", "ly", 4)):
        if lowered.endswith(ending) and len(lowered) > longer:
            return name
    return "<word>"


def _runs(words: list[str]) -> Iterator[str]:
    padded = ["^", *words, "$"]
    for index, word in enumerate(padded):
        after = padded[index + 1 : index + 3]
        yield f"1 {word}"
        if after:
            yield f"2 {word} {after[0]}"
        if len(after) == 2:
            yield f"3 {word} {after[0]} {after[1]}"
            yield f"s {word} {after[1]}"
    for index, word in enumerate(words[:4]):
        yield f"p {index} {word}"


def _mixed(words: list[str], classes: list[str]) -> Iterator[str]:
    padded, kinds = ["^", *words, "$"], ["^", *classes, "$"]
    for index in range(len(padded) - 1):
        yield f"m {padded[index]} {kinds[index + 1]}"
        yield f"n {kinds[index]} {padded[index + 1]}"


def _clauses(words: list[str], classes: list[str]) -> Iterator[str]:
    starts = [0, *(index + 1 for index, word in enumerate(words[:-1]) if word in _CLAUSE_MARKS)]
    for start in starts:
        kinds = classes[start : start + 3]
        if not kinds:
            continue
        yield f"q {' '.join(kinds[:2])}"
        yield f"q {' '.join(kinds)}"
        yield f"q {words[start]}"
        if words[start] == "please" and len(kinds) > 1:
            yield f"imp {words[start + 1]}"
        if kinds[0] == "<verb>":
            yield "IMP"


def _ideas(words: list[str]) -> Iterator[str]:
    placed = [
        (at, idea) for at, word in enumerate(words) for idea, members in _IDEAS.items() if word in members
    ]
    present = sorted({idea for _, idea in placed})
    yield from (f"C {idea}" for idea in present)
    yield from (f"C {one} {two}" for one, two in combinations(present, 2))
    for at, one in placed:
        yield from (f"O {one} {two}" for place, two in placed if 0 < place - at <= _NEAR)
    order = [idea for _, idea in placed]
    yield f"F {' '.join(order[:1])}"
    yield f"F2 {' '.join(order[:2])}"
    yield f"F3 {' '.join(order[:3])}"


def _marks(words: list[str], classes: list[str]) -> Iterator[str]:
    have, kinds = set(words), set(classes)
    checks = {
        "?": "?" in have,
        "!": "!" in have,
        "link": "$link" in have,
        "you": bool({"you", "your"} & have),
        "me": bool({"me", "us"} & have),
        "I": bool({"i", "we"} & have),
        "please": "please" in have,
        "if": "if" in have,
        "modal": "<modal>" in kinds,
        "day": bool({"<day>", "<month>"} & kinds or _TIMES & have),
        "past": "<ed>" in kinds or bool({"was", "were", "had", "did"} & have),
        "not": bool({"not", "don't", "didn't", "cannot"} & have),
        "long": len(words) > 25,
        "short": len(words) < 6,
    }
    true = [name for name, holds in checks.items() if holds]
    yield from (f"f {name}" for name in true)
    yield from (f"f {one} {two}" for one, two in combinations(true, 2))
