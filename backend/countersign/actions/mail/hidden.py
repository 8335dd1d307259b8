"""Characters that a person cannot see: finding them, showing them, and refusing them where they have no business.

It judges no risk; it only makes the invisible visible (docs/security.md).
Source: Unicode 16 general category Cf (format), UAX #9 (bidirectional controls), UTS #39 (default ignorables).
"""

from __future__ import annotations

import unicodedata

_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")
_TEXT_CONTROLS = frozenset("\n\t")


def is_hidden(character: str) -> bool:
    """Whether this character is drawn as nothing, or changes how its neighbours are drawn."""
    return character in _FILLERS or unicodedata.category(character) in {"Cf", "Cc", "Co", "Cn"}


def visible(text: str) -> str:
    """The text with every hidden character written as `⟦U+202E⟧`; newlines and tabs stay as they are."""
    return "".join(
        f"⟦U+{ord(character):04X}⟧" if character not in _TEXT_CONTROLS and is_hidden(character) else character
        for character in text
    )


def suspicious(text: str) -> int:
    """How many hidden characters no ordinary writing needs.

    A joiner between two letters or signs beyond ASCII shapes Persian, Indic and emoji writing and is not counted.
    """
    padded = f" {text} "
    return sum(
        1
        for before, character, after in zip(padded, text, padded[2:], strict=False)
        if character not in _TEXT_CONTROLS
        and is_hidden(character)
        and not (character in _JOINERS and before > "\x7f" and after > "\x7f")
    )


def without_hidden(text: str) -> str:
    """One line without hidden characters and without runs of spaces; for names, which are decoration only."""
    return " ".join(
        "".join(" " if c.isspace() else c for c in text if c.isspace() or not is_hidden(c)).split()
    )


def has_forbidden_control(text: str) -> bool:
    """Whether it holds a control character other than newline and tab (carriage return included)."""
    return any(unicodedata.category(c) == "Cc" and c not in _TEXT_CONTROLS for c in text)
