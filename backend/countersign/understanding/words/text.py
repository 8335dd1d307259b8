"""A request as it is read: the person's own characters, and a folded copy of the same length to match against.

Must not change what the person wrote: every slice that ends in a mail is taken from `words`, never from `folded`.
"""

from dataclasses import dataclass

from countersign.understanding.matching.pattern import Pattern

# Typographic characters people paste, each folded to one ASCII character so that offsets stay equal.
_FOLDED = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u201f": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\t": " ",
        "\u200b": " ",
        "\u2060": " ",
        "\ufeff": " ",
    }
)
_UNREADABLE = Pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class RequestText:
    """The request: `words` is cleaned but verbatim, `folded` is lower case and plain, character by character."""

    words: str
    folded: str

    def slice(self, start: int, end: int | None = None) -> str:
        """The person's own characters between two offsets, without the white space around them."""
        return self.words[start:end].strip()


def read_text(request: str) -> RequestText:
    """The request ready to be matched: one kind of line end, without control characters that cannot be stored."""
    words = _UNREADABLE.sub("", request.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return RequestText(words=words, folded=fold(words))


def fold(words: str) -> str:
    """Lower case with plain quotes, dashes and spaces; exactly as long as `words`."""
    lowered = words.lower()
    if len(lowered) != len(words):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in words)
    return lowered.translate(_FOLDED)


def word_set(words: str) -> frozenset[str]:
    """The words of a list written as one line of text."""
    return frozenset(words.split())
