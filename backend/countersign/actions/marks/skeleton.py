"""How a name or address looks to a hurried reader, as text to compare; never shown, never stored, never sent.

Two texts with one skeleton can be taken for each other. Source: UTS #39 section 4 (confusable skeletons) and its
confusables.txt, reduced to the letters met in mail; RFC 5891 (punycode labels, through `idna`).
"""

from __future__ import annotations

import re
import unicodedata

import idna

# Letters of other alphabets and odd Latin ones beside the Latin letter they are drawn like: Cyrillic, Greek, Armenian,
# Latin with strokes, small capitals. Escaped, because on a screen both columns look the same.
_DRAWN_LIKE = str.maketrans(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u043a\u043e\u0440\u0455\u051b\u0442\u0443"
    "\u0445\u051d\u0432\u044c\u043f\u0433\u04cf\u043c\u043d\u03b1\u03b2\u03b3\u03b5\u03b9"
    "\u03ba\u03bd\u03bf\u03c1\u03c3\u03c4\u03c5\u03c7\u03c9\u03b7\u03b6\u03bc\u0585\u057d"
    "\u0570\u0578\u0581\u0566\u0575\u0131\u0142\u00f8\u0111\u0127\u0167\u0251\u0261\u0269"
    "\u0253\u0257\u025b\u0199\u014b\u028b\u00fe\u00f0\u01b6\u027e\u1d00\u0299\u1d04\u1d05"
    "\u1d07\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b"
    "\u1d1c\u1d20\u1d21\u028f\u1d22",
    "acdehijkopsqtyxwbbnrlmhabyeikvopotuxwnzuouhngqjilodhtagibdeknvpdzrabcdeghijklmnoprstuvwyz",
)
# Single signs first: what they leave may be half of a pair.
_LOOK_ALIKE = (
    ("0", "o"),
    ("1", "l"),
    ("i", "l"),
    ("5", "s"),
    ("-", ""),
    ("rn", "m"),
    ("vv", "w"),
    ("cl", "d"),
)


def plain(text: str) -> str:
    """The text in lower case without accents, every letter as the Latin one it is drawn like."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_DRAWN_LIKE)


def plain_domain(domain: str) -> str:
    """The domain as `plain` text, its punycode labels as the letters they stand for."""
    return plain(".".join(_letters(label) for label in domain.lower().split(".")))


def skeleton(email: str) -> str:
    """The address (or a bare domain) with everything told apart only by a close look made equal."""
    local, at, domain = email.rpartition("@")
    text = f"{plain(local)}{at}{plain_domain(domain)}"
    for written, seen in _LOOK_ALIKE:
        text = text.replace(written, seen)
    return text


def words_of(name: str) -> frozenset[str]:
    """The words of a person's name, in no order, as `plain` text."""
    return frozenset(re.findall(r"[^\W_]+", plain(name)))


def _letters(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.ulabel(label)
    except idna.IDNAError:
        # Such a label stands for no letters; a mail may still carry it.
        return label
