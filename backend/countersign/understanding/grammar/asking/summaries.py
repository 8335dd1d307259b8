"""Questions for the state of a matter: "summarise ...", "where do we stand with ...?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar.asking.form import GIVE, A, form

_SUMMARY = (
    r"(?:summary|summaries|overview|recap|digest|run-?down|gist|synopsis|key\s+points"
    r"|main\s+points|highlights|essentials|briefing|status(?:\s+(?:update|report))?"
    r"|short\s+version|tl;?dr|bullet\s+points)"
)
SUMMARY_FORMS = (
    form(
        "summary",
        r"(?:summari[sz]e|sum\s+up|recap|condense|outline|boil\s+down|digest)(?:\s+(?:for\s+)?(?:me"
        rf"|us))?(?:\s+{A}(?:contents?\s+of|main\s+points\s+of))?\s+(?:up\s+)?(?:(?:of|on)\s+)?"
        r"(?:what\s+(?:has\s+)?happened\s+(?:with|in|to|on)\s+)?",
        "mails_or_topic",
    ),
    form("summary", r"tl;?\s?dr(?:\s*:|\s+(?:of|for|on|about))?\s+", "mails_or_topic"),
    form(
        "summary",
        rf"(?:(?:{GIVE}|what(?:'s|\s+is|\s+are)|(?:do\s+a|i'd\s+like))\s+)?{A}{_SUMMARY}\s+(?:of|on|for"
        r"|about|from|regarding|in|with)\s+(?:what\s+happened\s+(?:in|with)\s+|what(?:'s|\s+is)\s+in\s+)?",
        "mails_or_topic",
    ),
    form(
        "summary",
        r"(?:brief\s+(?:me|us)\s+(?:on|about)|(?:catch|get)\s+(?:me|us)\s+up\s+(?:on|with"
        r"|to\s+speed\s+(?:on|with))|bring\s+(?:me|us)\s+up\s+to\s+(?:speed|date)\s+(?:on|with|about)"
        r"|fill\s+(?:me|us)\s+in\s+(?:on|about)|update\s+me\s+(?:on|about)|walk\s+me\s+through"
        r"|get\s+me\s+up\s+to\s+(?:speed|date)\s+(?:on|with))\s+",
        "mails_or_topic",
    ),
    form(
        "summary",
        r"what(?:'s|\s+is)\s+(?:the\s+)?(?:(?:current|latest|newest)\s+)?(?:status"
        r"|state(?:\s+of\s+play)?|story|situation|latest(?:\s+news)?|news|progress|word|gist|upshot"
        r"|outcome|result)\s+(?:of|on|with|about|regarding|in)\s+",
        "mails_or_topic",
    ),
    form("summary", r"what(?:'s|\s+is)\s+(?:the\s+)?(?:latest(?:\s+news)?|news|new)(?=\s+from\s)", "scope"),
    form(
        "summary",
        r"what(?:'s|\s+is|\s+has\s+been|\s+was)\s+(?:new|going\s+on|happening|been\s+happening|up"
        r"|the\s+matter)\s+(?:with|on|about|in|at|regarding)\s+",
        "mails_or_topic",
    ),
    form(
        "summary",
        r"what\s+(?:has\s+been|was|is|have\s+we|did\s+we|did\s+they|have\s+they"
        r"|had\s+been)\s+(?:being\s+)?(?:decid|agre|discuss|said|say|settl|conclud|written)(?:e|ed"
        r"|ing)?\s+(?:about|on|regarding|for|in|with|upon)\s+",
        "mails_or_topic",
    ),
    form(
        "summary",
        r"what\s+(?:do|did|have|has)\s+(?:everyone|everybody|people|they\s+all|the\s+others"
        r"|all\s+of\s+them|anyone|we)\s+(?:say|said|write|written|think|agree[d]?|decide[d]?"
        r"|discuss(?:ed)?)\s+(?:about|on|regarding|in)\s+",
        "mails_or_topic",
    ),
    form(
        "summary",
        r"where\s+(?:do\s+(?:we|things)\s+stand|are\s+(?:we|things)|did\s+we\s+leave\s+(?:it|things"
        r"|off))\s+(?:on|with|regarding|about|in)\s+",
        "mails_or_topic",
    ),
    form("summary", r"what\s+(?:has\s+)?happened\s+(?:with|in|to|on|regarding)\s+", "mails_or_topic"),
    form("summary", r"what\s+did\s+(?:i|we)\s+miss(?:\s+(?:in|from|on|about|over))?\s*", "scope"),
    form(
        "summary",
        r"(?:is\s+there\s+|are\s+there\s+|do\s+we\s+have\s+)?any(?:\s+more)?\s+(?:news|updates?"
        r"|progress|word|developments?)\s+(?:on|about|regarding|concerning|with)\s+",
        "topic",
    ),
    form(
        "summary",
        r"what(?:'s|\s+is|\s+are|\s+was|\s+were)\s+(?:in\s+)?(?=.*(?:mail|message|thread|conversation"
        r"|letter|newsletter|one|it\b|that\b))",
        "mails",
    ),
    form(
        "summary",
        r"what\s+(?:does|do|did)\s+(?=.*(?:mail|message|thread|conversation|letter|newsletter|one\b|it\b))",
        "mails",
    ),
    form("summary", r"(?:read|explain|go\s+through)(?:\s+(?:me|us|out|through|over))*\s+", "mails"),
    form(
        "summary",
        r"(?:what\s+about|how\s+about|and)\s+(?=(?:the\s+)?(?:number|first|second|third|fourth|fifth|sixth|last|\d))",
        "mails",
    ),
)
