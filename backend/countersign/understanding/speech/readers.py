"""The line a mail begins with: a greeting in the language of its text, with the names its readers go by.

Must not let other text than a name through: a display name is the sender's own claim.
"""

from collections.abc import Sequence

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.speech.greeting import GREETINGS

_SAFE_NAME = Pattern(r"[^\W\d_]+(?:[-'’. ]+[^\W\d_]+){0,3}\.?")
_LONGEST_NAME = 40
_MOST_NAMES = 3
"""Readers greeted by name; more of them are greeted together, as people do."""

_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "herr", "frau"})
_AND = {
    "en": "and",
    "de": "und",
    "fr": "et",
    "es": "y",
    "it": "e",
    "pt": "e",
    "nl": "en",
    "sv": "och",
    "da": "og",
    "no": "og",
    "pl": "i",
    "tr": "ve",
    "cs": "a",
}
_TOGETHER = {
    "en": "Hi all",
    "de": "Hallo zusammen",
    "fr": "Bonjour à tous",
    "es": "Hola a todos",
    "it": "Ciao a tutti",
    "pt": "Olá a todos",
    "nl": "Hallo allemaal",
    "sv": "Hej alla",
    "da": "Hej alle",
    "no": "Hei alle",
    "pl": "Cześć wszystkim",
    "tr": "Herkese merhaba",
    "cs": "Dobrý den všem",
}


def greeting_line(language: str, names: Sequence[str]) -> str:
    """`Hi Dana,` or `Hallo Bob und Eva,` in the language, English when it is unknown here; "" stands for no name.

    One reader without a name is greeted without one; several are greeted together as soon as one name is missing.
    """
    greeting = GREETINGS.get(language, GREETINGS["en"])
    if len(names) > _MOST_NAMES or (len(names) > 1 and not all(names)):
        return f"{_TOGETHER.get(language, _TOGETHER['en'])},"
    known = [name for name in names if name]
    if not known:
        return f"{greeting},"
    if len(known) == 1:
        return f"{greeting} {known[0]},"
    return f"{greeting} {', '.join(known[:-1])} {_AND.get(language, _AND['en'])} {known[-1]},"


def together_line(language: str) -> str:
    """The greeting of everybody at once: `Hi all,`."""
    return f"{_TOGETHER.get(language, _TOGETHER['en'])},"


def first_name(display_name: str) -> str:
    """The given name of "Dana Reyes" or "Reyes, Dana"; "" for an address, a company form or anything odd.

    A name with a title stays whole.
    """
    name = display_name.strip().strip("\"'")
    if "@" in name or not name:
        return ""
    if name.count(",") == 1:
        name = name.partition(",")[2].strip() or name.partition(",")[0]
    words = name.split()
    if words and words[0].lower().rstrip(".") in _TITLES:
        return name if is_name(name) else ""
    first = words[0] if words else ""
    return first if is_name(first) and len(first.rstrip(".")) > 1 else ""


def is_name(text: str) -> bool:
    """Whether the text is nothing but up to four words of letters."""
    return len(text) <= _LONGEST_NAME and _SAFE_NAME.fullmatch(text.strip()) is not None
