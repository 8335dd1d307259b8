"""Questions for what somebody wrote: "what did Dana say about the window?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar.asking.form import GIVE, WHO, form

_ME = r"(?:\s+(?:to\s+)?(?:me|us)\b)?"
_SAID = (
    r"(?:say|says|said|write|writes|wrote|written|mention(?:s|ed)?|tell|tells|told|think|thinks"
    r"|thought|answer(?:s|ed)?|repl(?:y|ies|ied)|respond(?:s|ed)?|report(?:s|ed)?|propose[sd]?"
    r"|suggest(?:s|ed)?|announce[sd]?|decide[sd]?|promise[sd]?|explain(?:s|ed)?|claim(?:s|ed)?"
    r"|comment(?:s|ed)?|recommend(?:s|ed)?|have\s+to\s+say|has\s+to\s+say|had\s+to\s+say|offer(?:s"
    r"|ed)?|confirm(?:s|ed)?|state[sd]?|ask(?:s|ed)?|advise[sd]?|conclude[sd]?"
    r"|complain(?:s|ed)?|argue[sd]?|feel|feels)"
)
_OPINION = (
    r"(?:answer|opinion|view|views|take|position|response|reply|feedback|comments?|thoughts?"
    r"|stance|verdict|reaction|suggestions?|proposal|advice|objections?|concerns?|input|words?"
    r"|explanation|reasons?)"
)
SAID_FORMS = (
    form(
        "said",
        r"(?:what|which\s+\w+)(?:\s+(?:exactly|else|all))?\s+(?:did|does|has|have"
        rf"|do)\s+{WHO}\s+(?:just\s+|last\s+|recently\s+|already\s+|ever\s+"
        rf"|actually\s+)?{_SAID}{_ME}(?:\s+back)?(?=\s|$)",
        "clause",
    ),
    form(
        "said",
        r"(?:(?:tell|show|give|remind|send)\s+(?:me|us)|find(?:\s+out)?|check|look\s+up|summari[sz]e"
        r"|list|recap|(?:do\s+you\s+)?know)\s+(?:exactly\s+)?(?:what|everything(?:\s+that)?"
        rf"|all\s+that)\s+{WHO}\s+(?:has\s+|have\s+|had\s+)?(?:just\s+|last\s+|recently\s+|already\s+"
        rf"|ever\s+)?{_SAID}{_ME}(?=\s|$)",
        "clause",
    ),
    form(
        "said",
        rf"(?:what|everything)\s+{WHO}\s+(?:has\s+|have\s+|had\s+)?(?:said|wrote|written|mentioned"
        r"|told\s+me|writes|says|thinks)(?:\s+(?:to\s+)?(?:me|us))?(?=\s|$)",
        "scope",
    ),
    form(
        "said",
        rf"(?:did|has|does|have|had)\s+{WHO}\s+(?:ever\s+|already\s+|perhaps\s+)?(?:say|said"
        r"|mention(?:ed)?|write|written|tell|told|comment(?:ed)?|report(?:ed)?|confirm(?:ed)?"
        r"|decide[d]?|ask(?:ed)?|explain(?:ed)?|answer(?:ed)?)(?:\s+(?:to\s+)?(?:me"
        r"|us))?(?:\s+(?:anything|something|more))(?=\s)",
        "clause",
    ),
    form(
        "said",
        rf"(?:did|has|does|have|had)\s+{WHO}\s+(?:ever\s+|already\s+)?(?:mention(?:ed)?|confirm(?:ed)?"
        r"|announce[d]?|explain(?:ed)?|agree[d]?\s+(?:to|on|with)|approve[d]?|accept(?:ed)?"
        r"|reject(?:ed)?)\s+(?!(?:if|whether|when|that|me|us|anything|something)\b)",
        "topic",
    ),
    form(
        "said",
        rf"(?:did|has|does|have|had)\s+{WHO}\s+(?:ever\s+|already\s+)?(?:say|said|mention(?:ed)?|write"
        rf"|written|tell|told|confirm(?:ed)?|decide[d]?|know|explain(?:ed)?){_ME}(?=\s+(?:if|whether"
        r"|when|where|why|how|that|which)\b)",
        "clause",
    ),
    form(
        "said",
        rf"(?:what|how)(?:'s|\s+is|\s+was|\s+were|\s+are)\s+(?:(?:{WHO}'s)|(?P<her>her|his"
        rf"|their))\s+(?:latest\s+|last\s+|current\s+)?{_OPINION}(?=\s|$)(?:\s+(?:on|about|to|regarding"
        r"|concerning|of)(?=\s))?",
        "topic",
    ),
    form(
        "said",
        rf"(?:{GIVE}\s+)?(?:me\s+)?{WHO}'s\s+(?:latest\s+|last\s+|current\s+)?{_OPINION}\s+(?=(?:on"
        r"|about|regarding|concerning)\s)",
        "scope",
    ),
    form(
        "said",
        rf"what\s+(?:did|does|do|has)\s+{WHO}\s+(?:think|thought|make|made|say|said|write"
        r"|written)\s+(?:of|to)\s+(?!me\b|us\b)",
        "topic",
    ),
    form(
        "said",
        rf"how\s+(?:does|did|do|has)\s+{WHO}\s+(?:feel|felt|think|thought|respond(?:ed)?|react(?:ed)?"
        r"|repl(?:y|ied)|answer(?:ed)?)\s+(?:about|of|to|on|regarding)\s+",
        "topic",
    ),
    form(
        "said",
        rf"(?:when|where|why|who|how\s+(?:much|many|long|often))\s+(?:did|does|has)\s+{WHO}\s+(?:say"
        rf"|said|write|think|mention|tell{_ME}|want|promise|propose|suggest)\s+(?:that\s+)?",
        "topic",
    ),
)
