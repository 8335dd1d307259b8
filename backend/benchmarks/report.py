"""Results as a table for the terminal and as sections of docs/benchmarks.md; it measures nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.figures import Result, busy, machine, markdown_table, table
from benchmarks.mailboxes import REQUEST

INTRODUCTION = """\
# Benchmarks

`make bench` runs everything below; `python -m benchmarks --list` in `backend/` names the parts. Each section is written
by `python -m benchmarks --write` and carries the machine, the moment and the load it was measured under: figures from
a machine that does other work at the same time are too slow by as much as that work takes.

- **Stock** is LangGraph with its own `AsyncPostgresSaver`, a graph of ten nodes that do nothing and one interrupt,
  `durability="sync"`, on the same Postgres with production's durability (`fsync` on). It reads no mail, keeps no steps,
  events or audit, and has one user: it is the yardstick, not a rival.
- **Ours** is a whole installation: api, worker, sandbox Google and Postgres as processes, people as HTTP clients with
  their event stream open. The request is "{request}".
  Of a conversation of sixteen mails it reads all heads, Dana's eight mails whole in a call each, and the conversation
  as it stands twice. It proposes one mail; the request with three previews, on which the lines were set, comes with a
  later issue.
- `request to first card` ends when the event with the card reaches the client. A mail is held for five minutes, so
  the line for "approve to executed" is put to the click that executes it: send now, until the event says done, the
  sandbox's own processor time taken off. Both clicks together are shown too.
- A line that is missed says MISSED.
"""


def for_terminal(results: Sequence[Result]) -> list[str]:
    """Every figure, grouped by benchmark, under the machine and the date."""
    lines = [machine()]
    for result in results:
        lines += ["", f"{result.name}: {result.says} ({busy(result)})", *table(result.figures)]
    return lines


def as_document(before: str, results: Sequence[Result]) -> str:
    """The document with the sections of these results replaced or added; the others stay as measured before."""
    sections = dict(re.findall(r"^<!-- (\w+) -->\n(.*?)(?=^<!-- |\Z)", before, re.MULTILINE | re.DOTALL))
    for result in results:
        said = "\n".join([f"Measured {machine()}; {busy(result)}.", "", *markdown_table(result.figures)])
        sections[result.name] = (
            f"## {result.says[0].upper()}{result.says[1:]} (`{result.name}`)\n\n{said}\n\n"
        )
    parts = [f"<!-- {name} -->\n{text.rstrip()}\n" for name, text in sections.items()]
    return "\n".join([INTRODUCTION.format(request=REQUEST), *parts])
