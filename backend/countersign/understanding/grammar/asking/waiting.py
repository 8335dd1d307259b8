"""Questions for the conversations that wait for the person: "who am I keeping waiting?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar.asking.form import GIVE, form

_BE = r"(?:is|are|was|were|has|have|had|'s|'re)"
_FROM_ME = r"(?:\s+(?:from|by)\s+(?:me|us))?"
_WAIT = (
    r"(?:waiting\s+(?:for|on)|expecting|awaiting|in\s+need\s+of|missing)\s+(?:an?\s+|my\s+"
    r"|some\s+)?(?:answers?|repl(?:y|ies)|response|reaction|me\b|word|feedback)"
)
_ANSWER = (
    r"(?:answer(?:ed)?|repl(?:y|ied)(?:\s+to)?|respond(?:ed)?(?:\s+to)?|g[eo]t(?:ten)?\s+back\s+to"
    r"|write\s+back\s+to|written\s+back\s+to)"
)
_NOT_YET = r"(?:have(?:n't|\s+not)|did(?:n't|\s+not))"
WAITING_FORMS = (
    form(
        "unanswered",
        rf"who(?:m|\s+all)?(?:{_BE}|\s+{_BE}|\s+am\s+i)?\s+(?:still\s+|currently\s+|all\s+)?{_WAIT}{_FROM_ME}",
        "scope",
    ),
    form("unanswered", r"who(?:m)?\s+(?:am\s+i|are\s+we)\s+(?:still\s+)?keeping\s+waiting", "scope"),
    form("unanswered", rf"(?:which|what)\s+people\s+are\s+(?:still\s+)?{_WAIT}{_FROM_ME}", "scope"),
    form(
        "unanswered",
        r"who(?:m)?\s+(?:do|must|should|have)\s+(?:i|we)\s+(?:still\s+)?(?:(?:need|have|ought"
        rf"|got)\s+to\s+)?(?:still\s+)?{_ANSWER}(?:\s+to)?",
        "scope",
    ),
    form(
        "unanswered",
        r"(?:who(?:m)?|what)\s+do\s+(?:i|we)\s+(?:still\s+)?owe(?:\s+(?:an?|any)\s+(?:answer|reply"
        r"|response)s?)?(?:\s+to)?",
        "scope",
    ),
    form(
        "unanswered",
        r"do\s+(?:i|we)\s+(?:still\s+)?owe\s+(?:any(?:one|body)|some(?:one"
        r"|body))\s+(?:an?\s+)?(?:answer|reply|response)s?",
        "scope",
    ),
    form(
        "unanswered",
        r"who\s+(?:still\s+)?(?:needs|expects|wants|awaits|deserves|requires)\s+(?:an?\s+"
        r"|my\s+)?(?:answer|reply|response)" + _FROM_ME,
        "scope",
    ),
    form(
        "unanswered",
        rf"who(?:m)?\s+(?:{_NOT_YET}\s+(?:i|we)|(?:have|did)\s+(?:i|we)\s+not)\s+(?:yet\s+)?{_ANSWER}(?:\s+yet)?",
        "scope",
    ),
    form(
        "unanswered",
        rf"what\s+(?:{_NOT_YET}\s+(?:i|we)|(?:have|did)\s+(?:i|we)\s+not)\s+(?:yet\s+)?{_ANSWER}(?:\s+yet)?",
        "scope",
    ),
    form(
        "unanswered",
        rf"what\s+(?:do|must|should)\s+(?:i|we)\s+(?:still\s+)?(?:(?:need|have)\s+to\s+)?{_ANSWER}",
        "scope",
    ),
    form(
        "unanswered",
        r"what(?:'s|\s+is)?\s+(?:still\s+)?(?:unanswered|(?:needs|awaits|requires|wants)\s+(?:an?\s+"
        r"|my\s+)?(?:answer|reply|response)|waiting\s+(?:for|on)\s+(?:my\s+|an?\s+)?(?:answer|reply"
        r"|response|me))" + _FROM_ME,
        "scope",
    ),
    form(
        "unanswered",
        r"(?:have|did)\s+(?:i|we)\s+(?:forg[eo]t(?:ten)?|fail(?:ed)?"
        rf"|miss(?:ed)?)\s+(?:to\s+)?{_ANSWER}(?:\s+to)?\s+(?:any(?:one|body|thing)|some(?:one|body"
        r"|thing))",
        "scope",
    ),
    form(
        "unanswered",
        r"(?:is|are)\s+(?:any(?:one|body)|some(?:one|body)|there\s+(?:any(?:one|body)"
        rf"|people))\s+(?:still\s+)?{_WAIT}{_FROM_ME}",
        "scope",
    ),
    form(
        "unanswered",
        r"does\s+(?:any(?:one|body))\s+(?:still\s+)?(?:need|expect|await|want)\s+(?:an?\s+"
        r"|my\s+)?(?:answer|reply|response)" + _FROM_ME,
        "scope",
    ),
    form(
        "unanswered",
        rf"(?:(?:{GIVE}|is\s+there|are\s+there)\s+)?(?:me\s+)?(?:everyone|everybody|anyone|anybody"
        r"|someone|people|the\s+people"
        r"|everything|anything|what"
        r"|who)\s+(?:i\s+(?:still\s+)?(?:have(?:n't|\s+not)|did(?:n't|\s+not)|need\s+to"
        rf"|have\s+to)\s+(?:yet\s+)?{_ANSWER}(?:\s+yet)?|(?:is|are|who\s+is|who\s+are"
        rf"|that\s+is)\s+(?:still\s+)?{_WAIT}|(?:still\s+)?(?:needs|awaits)\s+(?:an?\s+"
        r"|my\s+)?(?:answer|reply|response))" + _FROM_ME,
        "scope",
    ),
)
