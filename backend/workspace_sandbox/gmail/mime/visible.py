"""What a person would read in a mail: plain text, its snippet, its file names.

It is for search and snippets only; it never produces HTML to show.
"""

import re
from html import escape, unescape

from workspace_sandbox.gmail.mime.tree import Part, walk

_HIDDEN_BLOCKS = re.compile(r"<(style|script|head|title)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAKING_TAGS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?td|/?blockquote)\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[a-zA-Z/!][^>]*>")
_SPACE = re.compile(r"[\s ]+")
# Gmail shows about this much; the exact length is assumed from published answers.
SNIPPET_LETTERS = 200


def html_to_text(html: str) -> str:
    """The text of an HTML part with tags, styles and scripts removed and entities decoded."""
    without = _HIDDEN_BLOCKS.sub(" ", html) if "<" in html else html
    return unescape(_TAGS.sub("", _BREAKING_TAGS.sub("\n", without)))


def visible_text(root: Part) -> str:
    """The readable text: all inline plain parts, or the HTML parts when there is no plain one."""
    inline = [part for part in walk(root) if part.mime_type.startswith("text/") and not part.is_attachment]
    plain = "\n".join(part.text() for part in inline if part.mime_type != "text/html")
    if plain.strip():
        return plain
    return "\n".join(html_to_text(part.text()) for part in inline if part.mime_type == "text/html")


def snippet(text: str) -> str:
    """The first letters of the text on one line, HTML-escaped as Gmail answers them."""
    start = _SPACE.sub(" ", text[: SNIPPET_LETTERS * 4]).strip()
    if len(start) > SNIPPET_LETTERS:
        start = start[:SNIPPET_LETTERS].rsplit(" ", 1)[0]
    return escape(start, quote=True).replace("&#x27;", "&#39;")


def file_names(root: Part) -> list[str]:
    """Names of the attached files, in order."""
    return [part.filename for part in walk(root) if part.filename]


def has_attachment(root: Part) -> bool:
    """True when ``has:attachment`` finds the mail.

    Assumed: a named part counts unless it is an inline picture of the HTML text.
    """
    return any(
        part.filename and not (part.disposition == "inline" and part.mime_type.startswith("image/"))
        for part in walk(root)
    )
