"""Greetings of mail by language: which word to greet with, and whether a text already greets.

Must not greet a text that does: two greetings are worse than none.
"""

import re

from countersign.understanding.matching.pattern import Pattern

# One greeting a language, informal enough for a first name and polite enough for a stranger.
GREETINGS = {
    "en": "Hi",
    "de": "Hallo",
    "fr": "Bonjour",
    "es": "Hola",
    "it": "Ciao",
    "pt": "Olá",
    "nl": "Hallo",
    "sv": "Hej",
    "da": "Hej",
    "no": "Hei",
    "pl": "Cześć",
    "tr": "Merhaba",
    "cs": "Dobrý den",
}
_GREETED = Pattern(
    r"^\s*(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|greetings|hallo"
    r"|liebe[rs]?|sehr\s+geehrte[rs]?|guten\s+(?:tag|morgen|abend)"
    r"|moin|bonjour|bonsoir|salut|cher|chère|madame|monsieur|hola|buenos\s+días"
    r"|buenas\s+tardes|estimad[oa]|querid[oa]|ciao|buongiorno"
    r"|buonasera|gentile|car[oa]|olá|oi|bom\s+dia|boa\s+tarde|prezad[oa]|beste|geachte|dag"
    r"|goedemorgen|hej|hejsan|kære|merhaba|selam"
    r"|sayın|cześć|dzień\s+dobry|szanown[ya]|dobrý\s+den|ahoj)\b[^\n]{0,60}?(?:[,!:.]|\n|$)",
    re.IGNORECASE,
)


def is_greeted(text: str) -> bool:
    """Whether the text begins with a greeting of its own."""
    return _GREETED.match(text) is not None
