"""Which language a text is in: a small offline reading by the words that every sentence of a language needs.

Must not guess: a text with too few such words, or with two languages level, has no language here.
"""

from countersign.understanding.matching.pattern import Pattern

# Closed-class words (articles, pronouns, prepositions, auxiliaries). They carry a quarter to a half of running text,
# so that even one short sentence holds some. Words shared by several languages count for each of them.
_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and to of is are was were be been have has had will would can could should i you he she it we they"
        " my your his her our their this that these those with for from at by not but if when what which who how do"
        " does did don't there here about please thanks thank yes us me him them an as or so on in",
        "de": "der die das und ist sind war waren ich du er sie es wir ihr mich dich uns euch mein dein unser nicht"
        " ein eine einen einem einer den dem des mit f\u00fcr von zu zum zur auf aus bei "
        "nach \u00fcber auch aber wenn dass"
        " k\u00f6nnen kann k\u00f6nnte haben hat habe wird werden wurde m\u00f6chte bitte "
        "danke vielen sich noch schon nur wie was"
        " wann wo am im ihnen ihre ihren gr\u00fc\u00dfe gr\u00fc\u00dfen hallo liebe lieber geehrte",
        "fr": "le la les et est sont je tu il elle nous vous ils elles mon ma mes votre vos notre "
        "nos un une des du de"
        " au aux avec pour dans sur par ne pas que qui mais si ce cette ces \u00eatre avoir "
        "avons avez peux pouvez pouvons"
        " merci bonjour cordialement c'est j'ai \u00e0 \u00e7a o\u00f9 y en leur se sera serait",
        "es": "el la los las y es son est\u00e1 est\u00e1n yo t\u00fa \u00e9l ella nosotros "
        "ustedes mi su sus nuestro un una unos de del"
        " con para por en que no pero si este esta esto muy gracias hola podemos puede puedo tiene tengo hay como"
        " cuando lo se al nos usted saludos ser",
        "it": "il lo la i gli le e \u00e8 sono io tu lui lei noi voi loro mio tuo suo nostro un "
        "una di del della dei delle"
        " con per che non ma se questo questa molto grazie ciao possiamo pu\u00f2 posso ho "
        "ha abbiamo anche come quando"
        " al alla nel nella ci si saluti buongiorno",
        "pt": "o a os as e \u00e9 s\u00e3o est\u00e1 eu voc\u00ea ele ela n\u00f3s meu minha seu "
        "sua nosso um uma de do da dos das com para"
        " por em no na que n\u00e3o mas se este esta isso muito obrigado obrigada ol\u00e1 "
        "podemos pode posso tem tenho"
        " como quando ao \u00e0 nos",
        "nl": "de het een en is zijn was waren ik jij je hij zij wij we jullie mijn jouw uw ons "
        "onze niet met voor van"
        " naar op uit bij over ook maar als dat die dit kunnen kan hebben heeft heb wordt worden graag dank bedankt"
        " nog wel te om aan hoe wat wanneer er hallo groeten",
        "sv": "och \u00e4r det att jag du han hon vi ni de en ett den med f\u00f6r p\u00e5 av till "
        "fr\u00e5n om inte som har hade kan kunde"
        " ska skulle var min din v\u00e5r er tack hej men n\u00e4r vad hur s\u00e5 mig dig oss h\u00e4lsningar",
        "da": "og er det at jeg du han hun vi de en et den med for p\u00e5 af til fra om ikke som "
        "har havde kan kunne skal"
        " skulle var min din vores jer tak hej men n\u00e5r hvad hvordan s\u00e5 mig dig os hilsen",
        "pl": "i w na jest s\u0105 nie si\u0119 to \u017ce z do ja ty on ona my wy m\u00f3j "
        "tw\u00f3j nasz dla od po przy ale je\u015bli kiedy"
        " co jak mo\u017cemy mo\u017ce mog\u0119 mam masz b\u0119dzie prosz\u0119 "
        "dzi\u0119kuj\u0119 cze\u015b\u0107 dzie\u0144 dobry pozdrawiam o za",
        "tr": "ve bir bu \u015fu o i\u00e7in ile de da mi m\u0131 ben sen biz siz onlar benim "
        "senin bizim sizin de\u011fil var yok ama"
        " \u00e7ok evet hay\u0131r te\u015fekk\u00fcrler te\u015fekk\u00fcr merhaba olarak "
        "gibi ne nas\u0131l zaman l\u00fctfen selam g\u00fcn sayg\u0131lar\u0131mla",
        "cs": "a je jsou v na se to \u017ee s z do j\u00e1 ty on ona my vy m\u016fj tv\u016fj "
        "n\u00e1\u0161 pro od po p\u0159i ale kdy\u017e co jak m\u016f\u017eeme"
        " m\u016f\u017ee mohu m\u00e1m m\u00e1te bude pros\u00edm d\u011bkuji dobr\u00fd den ahoj s pozdravem",
    }.items()
}
# Letters that only some of these languages write; one is worth as much as one word.
_LETTERS: tuple[tuple[str, str], ...] = (
    ("\u00df", "de"),
    ("\u00f1\u00bf\u00a1", "es"),
    ("\u00e3\u00f5", "pt"),
    ("\u0142\u0105\u0119\u015b\u017c\u017a\u0107\u0144", "pl"),
    ("\u0131\u011f\u015f", "tr"),
    ("\u0159\u011b\u016f", "cs"),
    ("\u00e6\u00f8", "da"),
    ("\u0153", "fr"),
)
_WORD = Pattern(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_WORDS_READ = 400
LANGUAGES: tuple[str, ...] = tuple(_WORDS)


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of the language most of the text is in; None when it is too short or not clear.

    Reads the first 400 words. Two function words must be found (one in a text of at most three words), and the
    best language must lead the next by one word.
    """
    words = [
        match.group().lower().replace("\u2019", "'") for match in _WORD.finditer(text[: _WORDS_READ * 12])
    ][:_WORDS_READ]
    if not words:
        return None
    scores = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    lowered = text[: _WORDS_READ * 12].lower()
    for letters, language in _LETTERS:
        scores[language] += sum(letter in lowered for letter in letters)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    (best, most), (_, second) = ranked[0], ranked[1]
    needed = 1 if len(words) <= 3 else 2
    return best if most >= needed and most > second else None
