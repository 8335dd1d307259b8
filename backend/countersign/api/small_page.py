"""A few plain sentences for whoever opens an address in a browser; no script, no style, nothing from the request.

Without a style sheet it needs no exception from the Content-Security-Policy; the browser's own colours are used.
Source: HTML Living Standard, section 4.2.5.1 (`color-scheme`); RFC 9110 section 12.5.1 (Accept).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Annotated

from fastapi import Header, Response

Accept = Annotated[str, Header(include_in_schema=False)]

_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
{paragraphs}
</main>
</body>
</html>
"""


def small_page(accept: str, title: str, sentences: Sequence[str], *, status: int = 200) -> Response:
    """The sentences as HTML for browsers (`Accept` names text/html), else as plain text; everything is escaped."""
    if "text/html" not in accept:
        text = "".join(f"{line}\n" for line in (title, "", *sentences))
        return Response(text, status, media_type="text/plain", headers={"Vary": "Accept"})
    paragraphs = "\n".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    html = _HTML.format(title=escape(title), paragraphs=paragraphs)
    return Response(html, status, media_type="text/html", headers={"Vary": "Accept"})
