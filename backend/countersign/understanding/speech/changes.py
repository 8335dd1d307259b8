"""The single changes "ask for changes" can make to a text: replace, add, remove, begin, end.

Must not touch a word the wish does not name, and must not judge a tone: that takes a language model.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from countersign.understanding.grammar.saying import read_saying
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Pronoun
from countersign.understanding.speech.alike import (
    DAY_LIKE,
    RELATIVE_DAY,
    REPLACEABLE,
    WEEKDAY,
    cased_like,
    needs_on,
)
from countersign.understanding.speech.direct import direct
from countersign.understanding.speech.greeting import is_greeted
from countersign.understanding.speech.outline import joined, parts_of, sentence_spans
from countersign.understanding.words.text import RequestText

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


@dataclass(frozen=True)
class Wish:
    """One wish for a change: the text as it is, the words of the wish and how they were matched."""

    body: str
    text: RequestText
    match: re.Match[str]
    pronoun: Pronoun | None


@dataclass(frozen=True)
class NotChanged:
    """Why the wish could not be met, in one plain sentence."""

    reason: str


Change = tuple[str, str]
Outcome = Change | NotChanged


def apply_wish(body: str, text: RequestText, pronoun: Pronoun | None) -> Outcome:
    """The new text and the change in plain words, or why nothing was changed."""
    for pattern, rule in _RULES:
        match = pattern.match(text.folded)
        if match:
            return rule(Wish(body, text, match, pronoun))
    return NotChanged(f"I don't understand “{text.words}”. Say which words to replace, add or remove.")


def _group(wish: Wish, name: str) -> str:
    return wish.text.slice(*wish.match.span(name)).strip().strip('"“”„«»').rstrip(",").strip()


def _replace(wish: Wish) -> Outcome:
    old, new = _group(wish, "old"), _group(wish, "new").rstrip(".")
    found = Pattern(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    if not old or not new:
        return NotChanged("Say which words to replace, and by which.")
    if not found.search(wish.body):
        return NotChanged(f"“{old}” is not in the text.")
    return found.sub(lambda hit: cased_like(hit.group(), new), wish.body), f"“{old}” became “{new}”"


def _instead(wish: Wish) -> Outcome:
    """The text for 'say Thursday instead': replaces the only word of the same sort, such as the only weekday."""
    new = re.sub(r"^(?:on|at|by|to)\s+", "", _group(wish, "new").rstrip("."))
    sort = next((pattern for pattern in REPLACEABLE if pattern.fullmatch(new)), None)
    if sort is None:
        return NotChanged(f"Which words should “{new}” replace? Write: replace … with {new}.")
    sorts = DAY_LIKE if sort in DAY_LIKE else (sort,)
    hits = [hit for pattern in sorts for hit in pattern.finditer(wish.body)]
    different = {hit.group().lower() for hit in hits}
    if len(different) != 1:
        problem = (
            "There is nothing like it in the text."
            if not different
            else "There are several such words in the text."
        )
        return NotChanged(f"Which words should “{new}” replace? {problem}")
    word = new[:1].upper() + new[1:] if WEEKDAY.fullmatch(new) else new
    changed = wish.body
    for hit in sorted(hits, key=lambda one: -one.start()):
        begin = hit.start()
        if RELATIVE_DAY.fullmatch(new) and changed[:begin].endswith("on "):
            begin -= 3
        changed = (
            changed[:begin] + ("on " if needs_on(changed, hit, new) else "") + word + changed[hit.end() :]
        )
    return changed, f"“{hits[0].group()}” became “{word}”"


def _add(wish: Wish) -> Outcome:
    """Adds a sentence behind the text, or at its beginning when told so."""
    said = RequestText(wish.text.words[: wish.match.end("what")], wish.text.folded[: wish.match.end("what")])
    saying = read_saying(said, wish.match.start("what"))
    words = _group(wish, "what")
    if saying is not None and not saying.is_empty:
        sentence = " ".join(direct(part, saying.pronoun or wish.pronoun) for part in saying.parts)
    else:
        sentence = words if words.endswith((".", "!", "?")) else f"{words[:1].upper()}{words[1:]}."
    if not words:
        return NotChanged("Say what to add.")
    is_first = (wish.match.groupdict().get("where") or "").startswith(("start", "begin", "top", "front"))
    greeting, main = parts_of(wish.body)
    together = f"{sentence} {main}" if is_first else f"{main.rstrip()} {sentence}"
    return greeting + together.strip(), f"added “{sentence}”"


def _remove_sentence(wish: Wish) -> Outcome:
    greeting, main = parts_of(wish.body)
    sentences = sentence_spans(main)
    position = _ORDINALS[wish.match.group("which")]
    if position >= len(sentences) or len(sentences) < 2:
        return NotChanged(f"The text has {len(sentences)} sentence{'s' if len(sentences) != 1 else ''}.")
    begin, end = sentences[position]
    return greeting + joined(main[:begin], main[end:]), f"removed “{main[begin:end].strip()}”"


def _remove_words(wish: Wish) -> Outcome:
    words = _group(wish, "what").rstrip(".")
    found = Pattern(rf"[ ]*(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE).search(wish.body)
    if not words or found is None:
        return NotChanged(f"“{words}” is not in the text.")
    return wish.body[: found.start()] + wish.body[found.end() :], f"removed “{words}”"


def _remove_about(wish: Wish) -> Outcome:
    words = re.sub(r"^(?:the|my|our|his|her|their)\s+", "", _group(wish, "what").rstrip("."))
    greeting, main = parts_of(wish.body)
    sentences = sentence_spans(main)
    holding = [span for span in sentences if words.lower() in main[span[0] : span[1]].lower()]
    if len(holding) != 1 or len(sentences) < 2:
        return NotChanged(
            f"{len(holding)} of {len(sentences)} sentences speak of “{words}”; quote the words to remove."
        )
    begin, end = holding[0]
    return greeting + joined(main[:begin], main[end:]), f"removed “{main[begin:end].strip()}”"


def _rewrite(wish: Wish) -> Outcome:
    words = wish.text.slice(*wish.match.span("what"))
    if words[:1] in '"“„«' and words[-1:] in '"”“»':
        words = words[1:-1].strip()
    greeting, _ = parts_of(wish.body)
    return (words if is_greeted(words) else greeting + words), "the whole text was replaced by your words"


def _start_with(wish: Wish) -> Outcome:
    words = _group(wish, "what")
    greeting, main = parts_of(wish.body)
    if not is_greeted(words):
        return f"{greeting}{words} {main}", f"it begins with “{words}”"
    name = " ".join(greeting.strip().rstrip(",").split()[1:])
    is_only_greeting = len(words.rstrip(",").split()) == 1 and name
    line = f"{words.rstrip(',')} {name}" if is_only_greeting else words.rstrip(",")
    return f"{line},\n\n{main}", f"it begins with “{line},”"


def _end_with(wish: Wish) -> Outcome:
    words = _group(wish, "what")
    return f"{wish.body.rstrip()}\n\n{words}", f"it ends with “{words}”"


def _address_as(wish: Wish) -> Outcome:
    name = _group(wish, "what").rstrip(".")
    greeting, main = parts_of(wish.body)
    if not greeting:
        return NotChanged("The text has no greeting to change.")
    return f"{greeting.split()[0].rstrip(',')} {name},\n\n{main}", f"the greeting names “{name}”"


def _without_greeting(wish: Wish) -> Outcome:
    greeting, main = parts_of(wish.body)
    return (main, "removed the greeting") if greeting else NotChanged("The text has no greeting.")


def _tone(wish: Wish) -> Outcome:
    return NotChanged(
        f"I can't judge “{wish.text.words}” without a language model. Write the words you want, or "
        "edit the text."
    )


def _moved(wish: Wish) -> Outcome:
    """The text for a move: 'make it Thursday' replaces the day, 'make it shorter' asks for a tone."""
    new = re.sub(r"^(?:on|at)\s+", "", _group(wish, "new").rstrip("."))
    if any(pattern.fullmatch(new) for pattern in REPLACEABLE):
        return _instead(wish)
    return _tone(wish)


_IT = r"(?:it|this|that|the\s+(?:text|mail|e-?mail|message|reply|whole\s+text|body))"
_RULES: tuple[tuple[Pattern, Callable[[Wish], Outcome]], ...] = tuple(
    (Pattern(pattern, re.DOTALL), rule)
    for pattern, rule in (
        (
            (
                rf"(?:make|rewrite|re-?phrase|change|let)\s+{_IT}\s*(?:to|as|read|say)?\s*(?::"
                r"|(?=\"))\s*(?P<what>\S.*)$"
            ),
            _rewrite,
        ),
        (
            (
                r"(?:say|write|the\s+text\s+should\s+(?:be|read)|it\s+should\s+(?:say"
                r"|read))\s*:\s*(?P<what>\S.*)$"
            ),
            _rewrite,
        ),
        (
            (
                r"(?:say|write|use|put|make\s+it)\s+(?P<new>.+?)\s+(?:instead\s+of|rather\s+than"
                r"|and\s+not|not)\s+(?P<old>.+)$"
            ),
            _replace,
        ),
        (r"(?:instead\s+of|rather\s+than)\s+(?P<old>.+?),?\s+(?:say|write|use|put)\s+(?P<new>.+)$", _replace),
        (r"(?:replace|swap|exchange)\s+(?P<old>.+?)\s+(?:with|by|for)\s+(?P<new>.+)$", _replace),
        (
            r"(?:change|correct|fix|turn)\s+(?!it\b|this\b|that\b)(?P<old>.+?)\s+(?:in)?to\s+(?P<new>.+)$",
            _replace,
        ),
        (r"(?P<old>\"[^\"]+\"|\S+)\s+should\s+(?:be|read|say)\s+(?P<new>.+)$", _replace),
        (r"not\s+(?P<old>[^,]+?),?\s+but\s+(?P<new>.+)$", _replace),
        (r"(?P<new>\"[^\"]+\"|[^,\s]+(?:\s[^,\s]+)?)(?:\s+instead\s+of|,?\s+not)\s+(?P<old>.+)$", _replace),
        (r"(?:say|write|use|put)\s+(?P<new>.+?)\s+instead$", _instead),
        (r"(?:(?:make|change|move|shift|set)\s+(?:it|that)\s+(?:to\s+|on\s+|for\s+)?)(?P<new>.+)$", _moved),
        (r"(?P<new>\S+(?:\s\S+)?)\s+instead$", _instead),
        (
            (
                r"(?:remove|delete|drop|cut|strike|omit|skip|leave\s+out"
                r"|take\s+out)\s+the\s+(?P<which>first|second|third|fourth|last)\s+sentence$"
            ),
            _remove_sentence,
        ),
        (
            r"(?:remove|delete|drop|cut|omit|skip|leave\s+out|without|no)\s+(?:the\s+)?greeting$",
            _without_greeting,
        ),
        (
            (
                r"(?:remove|delete|drop|cut|omit|leave\s+out|take\s+out)\s+(?:the\s+)?(?:part|bit"
                r"|sentence|line|words?)\s+(?:about|on|with|regarding)\s+(?P<what>.+)$"
            ),
            _remove_about,
        ),
        (r"(?:don't|do\s+not)\s+(?:mention|speak\s+of|talk\s+about)\s+(?P<what>.+)$", _remove_about),
        (
            (
                r"(?:remove|delete|drop|cut|strike|omit|leave\s+out"
                r"|take\s+out)\s+(?:the\s+words?\s+)?(?P<what>.+)$"
            ),
            _remove_words,
        ),
        (r"(?:start|begin|open)\s+(?:it\s+)?with:?\s+(?P<what>.+)$", _start_with),
        (r"(?:end|close|finish|sign(?:\s+off)?)\s+(?:it\s+)?(?:with|as):?\s+(?P<what>.+)$", _end_with),
        (r"(?:call|address|greet)\s+(?:her|him|them)\s+(?:as\s+|with\s+)?(?P<what>.+)$", _address_as),
        (
            (
                r"(?:add|insert|put)\s+(?:at\s+the\s+(?P<where>end|bottom|beginning|start|top"
                r"|front)\s*:?\s*)(?P<what>.+)$"
            ),
            _add,
        ),
        (
            (
                r"(?:add|insert|append)\s+(?:an?\s+|another\s+|one\s+more\s+)?(?:(?:sentence|line|note"
                r"|remark)\s+)?:?\s*(?P<what>.+?)(?:\s+(?:at|to|in)\s+the\s+(?P<where>end|bottom"
                r"|beginning|start|top|front))?$"
            ),
            _add,
        ),
        (r"(?P<what>(?:mention|say|tell|ask|thank|apologi[sz]e|confirm|let)\b.+)$", _add),
        (
            (
                r".*\b(?:shorter|longer|formal|informal|friendlier|friendly|polite|politer|nicer"
                r"|warmer|softer|concise|brief|tone|rephrase|rewrite|improve|polish|shorten|translate"
                r"|simpler|german|french|spanish)\b.*$"
            ),
            _tone,
        ),
    )
)
