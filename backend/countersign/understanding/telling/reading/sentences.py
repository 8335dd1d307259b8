"""The sentences a sender newly wrote: without quote, signature, disclaimer, greeting, closing and hidden characters.

Must not change words: a sentence is a stretch of the mail with its line ends made spaces.
"""

import re
import unicodedata
from dataclasses import dataclass

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.quoting import is_closing, new_words
from countersign.understanding.telling.mail import MailText

_LONGEST_TEXT = 60_000
"""Characters of a mail that are read; a person's own words are shorter, logs and dumps are not told."""

_MOST = 250
"""Sentences of a mail that are read; a minute's worth of reading aloud has about ten."""

_LONGEST_SENTENCE = 400
_FEWEST_LETTERS = 2
_WRAPPED_FROM = 45
"""A line at least this long that ends without a stop goes on in the next one (mail is wrapped near 70)."""

_LINES_BELOW_CLOSING = 8
_BULLET = Pattern(r"^\s*(?:(?:[-*•·–—o►▪]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+)+(?=\S)")
_GREETING = Pattern(
    r"^(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|greetings|hallo|liebe[rs]?"
    r"|guten\s+(?:tag|morgen)"
    r"|sehr\s+geehrte[rs]?|bonjour|salut|ch[eè]re?s?|hola|buenos\s+d[ií]as|estimad[oa]s?|querid[oa]s?|ciao"
    r"|buongiorno"
    r"|gentile|caro|cara|ol[aá]|prezad[oa]s?|bom\s+dia|beste|geachte|hej|k[æa]re|cze[śs][ćc]|dzie[ńn]\s+dobry"
    r"|merhaba)\b"
    r"(?:\s+[^\W\d_][\w.'’-]*)?(?:\s*(?:,|and\b|&|und\b|et\b|y\b"
    r"|e\b)?\s+(?-i:[A-ZÀ-Þ])[\w.'’-]*){0,4}\s*[,!:–-]+|"
    r"(?:hi|hello|hey|dear|hallo|hola|ciao|bonjour|salut)(?:\s+(?-i:[A-ZÀ-Þ])[\w.'’-]*){0,2}(?:\s+(?:all|team"
    r"|everyone))?|"
    r"[A-Z][^\W\d_]+(?:\s*(?:,|and|&|/)\s*[A-Z][^\W\d_]+)*\s*,)\s*$",
    re.IGNORECASE,
)
_GREETING_BEFORE = Pattern(
    r"^(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|good\s+(?:morning|afternoon|evening))"
    r"(?:\s+(?-i:[A-Z])[\w.'’-]*(?:\s+(?:and|&)\s+(?-i:[A-Z])[\w.'’-]*)?(?:\s+(?-i:[A-Z])[\w.'’-]*)?|\s+all"
    r"|\s+team|\s+everyone"
    r"|\s+both|\s+there|\s+folks|\s+guys)?\s*(?:,\s*|[!–—-]\s+)",
    re.IGNORECASE,
)
_GREETING_WORD = Pattern(
    r"^(?:hi|hello|hey|dear|good\s+\w+|greetings|hallo|liebe[rs]?|guten\s+\w+|sehr\s+geehrte[rs]?|bonjour"
    r"|salut|ch[eè]re?s?"
    r"|hola|buenos\s+d[ií]as|estimad[oa]s?|querid[oa]s?|ciao|buongiorno|gentile|car[oa]|ol[aá]|prezad[oa]s?"
    r"|bom\s+dia|beste"
    r"|geachte|hej|k[æa]re|cze[śs][ćc]|dzie[ńn]\s+dobry|merhaba)\b",
    re.IGNORECASE,
)
_ABBREVIATION = Pattern(
    r"\b(?:(?i:mr|mrs|ms|dr|prof|st|approx|vs|e\.g|i\.e|bzw|z\.b|ca|evtl|ggf)|(?<![\w.])[A-Z])\.$"
)
_BEFORE_NUMBER = Pattern(
    r"\b(?:no|nr|fig|tel|ext|p|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thurs?|fri|sat"
    r"|sun)\.$",
    re.IGNORECASE,
)
_ORDINAL = Pattern(r"(?<![\w.])\d{1,2}\.$")
_MONTH_AFTER_DAY = Pattern(
    r"(?:jan|feb|m[aä]r|apr|ma[ij]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zäéû]*\b", re.IGNORECASE
)
_STOP = Pattern(r"[.!?…。！？]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[^\s])")
_TABLE = Pattern(r"[|\t]|\s{4,}\S|[=_~*#-]{4,}|<[a-z/][^>]*>|[{};\\]\s*$")
_INVISIBLE_KEPT = frozenset("\n\t ")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a mail, and whether it is an item of a list."""

    text: str
    is_item: bool = False

    @property
    def is_question(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip("\"'”’)] ").endswith(("?", "？"))


def sentences_of(mail: MailText) -> tuple[Sentence, ...]:
    """What the sender newly wrote, in order; tables, code and lines without words are left out."""
    return sentences_in(mail.body_text, mail.sender_name)


def sentences_in(text: str, sender_name: str = "") -> tuple[Sentence, ...]:
    """The same for a bare text; what a cut quotation tore apart is no sentence of the mail and left out."""
    found: list[Sentence] = []
    shown = visible(text[:_LONGEST_TEXT])
    as_it_stands = " ".join(shown.split())
    for paragraph, is_item in _paragraphs(_own_lines(new_words(shown), sender_name)):
        for piece in _split(paragraph):
            words = " ".join(_GREETING_BEFORE.sub("", piece).split())
            if _is_prose(words) and words in as_it_stands:
                found.append(Sentence(words, is_item))
                if len(found) == _MOST:
                    return tuple(found)
    return tuple(found)


def visible(text: str) -> str:
    """The text with LF line ends and without characters nobody sees: zero width, bidirectional marks, tags."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if plain.isascii() and plain.isprintable():
        return plain
    shown = (char for char in plain if char in _INVISIBLE_KEPT or unicodedata.category(char)[0] != "C")
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in shown)


def greeting_of(text: str) -> str:
    """The names the mail greets ("Bob and Carol"), "" when it greets nobody by name."""
    first = next((line.strip() for line in visible(text[:_LONGEST_TEXT]).split("\n") if line.strip()), "")
    alone = _GREETING.match(first)
    before = None if alone else _GREETING_BEFORE.match(first)
    found = alone or before
    return _GREETING_WORD.sub("", found.group()).strip(" ,!.:–—-") if found else ""


def _own_lines(text: str, sender_name: str) -> list[str]:
    """The lines without the greeting above, and without the closing or the sender's name with what stands below."""
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[first:]
    if lines and _GREETING.match(lines[0].strip()):
        lines = lines[1:]
    for index in range(max(0, len(lines) - 2 * _LINES_BELOW_CLOSING), len(lines)):
        below = [line for line in lines[index + 1 :] if line.strip()]
        if len(below) > _LINES_BELOW_CLOSING:
            continue
        if is_closing(lines[index]) or (index and _is_signed(lines[index], sender_name, below)):
            return lines[:index]
    return lines


def _is_signed(line: str, sender_name: str, below: list[str]) -> bool:
    """Whether the line is only the sender's name, and nothing but short lines follow."""
    words = set(re.findall(r"[^\W\d_]+", line.casefold()))
    name = set(re.findall(r"[^\W\d_]+", sender_name.casefold()))
    return bool(words) and words <= name and all(len(other) < _WRAPPED_FROM + 15 for other in below)


def _paragraphs(lines: list[str]) -> list[tuple[str, bool]]:
    """Lines joined to paragraphs, each with whether it is an item of a list."""
    found: list[tuple[str, bool]] = []
    goes_on = False
    for line in lines:
        words = line.strip()
        bullet = _BULLET.match(line)
        if not words:
            goes_on = False
            continue
        if _TABLE.search(line.strip()):
            goes_on = False
            continue
        if goes_on and not bullet:
            text, is_item = found[-1]
            found[-1] = (f"{text} {words}", is_item)
        else:
            found.append((line[bullet.end() :].strip() if bullet else words, bullet is not None))
        goes_on = len(words) >= _WRAPPED_FROM or words[-1] == ","
    return found


def _split(paragraph: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for stop in _STOP.finditer(paragraph):
        following = paragraph[stop.end() : stop.end() + 20].lstrip(" \"'“‘([")
        if paragraph[stop.end() - 1] == "." and _goes_on(paragraph[start : stop.end()][-12:], following):
            continue
        pieces.append(paragraph[start : stop.end()].strip())
        start = stop.end()
    return [*pieces, paragraph[start:].strip()]


def _goes_on(before: str, following: str) -> bool:
    """Whether the full stop belongs to a word or a number and ends no sentence."""
    if following[:1].islower() or _ABBREVIATION.search(before):
        return True
    if _ORDINAL.search(before):
        return _MONTH_AFTER_DAY.match(following) is not None
    return following[:1].isdigit() and _BEFORE_NUMBER.search(before) is not None


def _is_prose(words: str) -> bool:
    """Whether it reads as a sentence: words in it, not endless, mostly letters."""
    letters = sum(char.isalpha() for char in words)
    if letters < _FEWEST_LETTERS or len(words) > _LONGEST_SENTENCE:
        return False
    return letters * 2 >= len(words.replace(" ", ""))
