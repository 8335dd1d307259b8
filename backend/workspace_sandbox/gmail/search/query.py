"""Gmail's search language as a tree: words, operators, OR, braces, parentheses, negation.

It knows nothing of storage. It never refuses text: what cannot be read as an operator is read as words.
"""

import re
from dataclasses import dataclass

_OPERATORS = (
    "from|to|cc|bcc|subject|label|in|is|has|filename|category|list|rfc822msgid|larger|smaller|size|"
    "after|before|newer|older|newer_than|older_than|deliveredto"
)
# Our own bounds against hostile text; Gmail's are not published.
_DEEPEST = 40
MOST_TERMS = 500

_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<open>[({{]) | (?P<close>[)}}])
      | (?P<minus>-)(?=[^\s\-])
      | (?P<operator>{_OPERATORS}):
      | (?P<phrase>\+?"[^"]*"?)
      | (?P<word>[^\s(){{}}"]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: ``operator`` is empty for words in the mail; ``exact`` when the text was quoted."""

    operator: str
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two words at most ``distance`` words apart."""

    left: str
    right: str
    distance: int


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds; without children everything matches."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child holds."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: "Node"


Node = Term | Near | All | AnyOf | Not


class QueryTooComplexError(Exception):
    """The query holds more than ``MOST_TERMS`` conditions."""


def parse_query(text: str) -> Node:
    """The tree of a search; an empty search matches everything.

    Source: https://support.google.com/mail/answer/7190 (operators, ``OR``, ``{}``, ``()``, ``-``, quotes, AROUND).
    Assumed: OR joins only its two neighbours; unknown operators, unbalanced brackets and an open quote are read
    as words.

    Raises:
        QueryTooComplexError: more than ``MOST_TERMS`` conditions.
    """
    return _Parser(text).parse()


def terms(node: Node, *, negated: bool = False) -> list[Term]:
    """The operator and word conditions that are asked for (not those asked to be absent)."""
    match node:
        case Term():
            return [] if negated else [node]
        case Not(child):
            return terms(child, negated=not negated)
        case All(children) | AnyOf(children):
            return [term for child in children for term in terms(child, negated=negated)]
        case Near():
            return []


class _Parser:
    """A recursive descent over the token list; brackets beyond ``_DEEPEST`` are dropped."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(text)
        ]
        self._at = 0
        self._count = 0

    def parse(self) -> Node:
        nodes: list[Node] = []
        while self._at < len(self._tokens):
            nodes.extend(self._sequence("", 0))
            self._at += 1
        return _all(nodes)

    def _sequence(self, operator: str, depth: int) -> list[Node]:
        """Conditions up to the closing bracket; OR ties its two neighbours into one."""
        found: list[list[Node]] = []
        joining = False
        while (kind := self._kind()) not in ("", "close"):
            if kind == "word" and self._value() in ("OR", "AND"):
                joining = self._value() == "OR" and bool(found)
                self._at += 1
                continue
            node = self._condition(operator, depth)
            if node is None:
                continue
            if joining:
                found[-1].append(node)
            else:
                found.append([node])
            joining = False
        return [_any(group) for group in found]

    def _condition(self, operator: str, depth: int) -> Node | None:
        kind, value = self._tokens[self._at]
        self._at += 1
        if kind == "minus":
            if self._kind() in ("", "close", "minus"):
                return None
            child = self._condition(operator, depth)
            return None if child is None else Not(child)
        if kind == "open":
            return self._group(value, operator, depth)
        if kind == "operator":
            return self._operator_condition(value, depth)
        return self._words(operator, value, quoted=kind == "phrase")

    def _group(self, bracket: str, operator: str, depth: int) -> Node | None:
        if depth >= _DEEPEST:
            return None
        nodes = self._sequence(operator, depth + 1)
        self._at += 1
        if not nodes:
            return None
        return _any(nodes) if bracket == "{" else _all(nodes)

    def _operator_condition(self, name: str, depth: int) -> Node | None:
        kind = self._kind()
        if kind == "open":
            return self._group(self._take(), name.lower(), depth)
        if kind in ("word", "phrase"):
            return self._words(name.lower(), self._take(), quoted=kind == "phrase")
        return None

    def _words(self, operator: str, value: str, *, quoted: bool) -> Node | None:
        self._count += 1
        if self._count > MOST_TERMS:
            raise QueryTooComplexError
        text = value.lstrip("+").strip('"').strip()
        if not text:
            return None
        near = None if operator else self._around(text)
        return near or Term(operator, text, quoted)

    def _around(self, left: str) -> Node | None:
        following = self._tokens[self._at : self._at + 3]
        if [kind for kind, _ in following[1:]] not in (["word", "word"], ["word", "phrase"]):
            return None
        (_, keyword), (_, distance), (_, right) = following
        if keyword != "AROUND" or not (distance.isascii() and distance.isdecimal()):
            return None
        self._at += 3
        return Near(left, right.strip('"'), min(int(distance), 1000))

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _value(self) -> str:
        return self._tokens[self._at][1]


def _all(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else All(tuple(nodes))


def _any(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))
