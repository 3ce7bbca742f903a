"""Cues: the words by which a sentence tells that it needs another one.

English, German, French, Spanish, Italian, Portuguese, Dutch, Russian, Chinese and
Japanese, and the commonest of others. A cue is looked for at the opening or at the end
of a sentence only, where it says something about the sentence as a whole.
"""

import re
from functools import lru_cache

__all__ = [
    "announces",
    "asks",
    "contrasts",
    "leans_back",
    "limits",
    "measures",
    "refers_back",
    "turns",
]

# What may stand before the first word of a sentence, and after its end mark.
_OPENING = r"[\"'“‘«(\[>*_~\s]*(?:\(?\d{1,3}[.)\]]\s*)?"
CLOSING = "~*_\"'”’»」』)）]"


def _opening(*spaced: str, dense: str = "(?!)") -> re.Pattern[str]:
    """Return a pattern for sentences that open with one of these phrases.

    `dense` holds those of scripts without spaces: no word boundary ends them.
    """
    words = "|".join(spaced) or "(?!)"
    return re.compile(rf"{_OPENING}(?:(?:{words})\b|(?:{dense}))", re.IGNORECASE)


# Pronouns that point at the sentence before.
_PRONOUN = _opening(
    "he|she|it|they|this|these|those|his|her|its|their|such",
    "the (?:former|latter|same)",
    "él|ella|ellos|ellas|esto|este|esta|estos|estas",
    "il|elle|ils|elles|cela|celui-ci|celle-ci|ce dernier|cette dernière",
    "er|sie|dies|diese[rs]?",
    "egli|essa|essi|questo|questa|questi",
    "ele|ela|eles|elas|isso|isto",
    "hij|zij|deze|dit",
    "он|она|оно|они|это|эти",
    dense="他|她|它|这|這|彼|彼女|これ|それ",
)
# Words that say nothing without the sentence before.
_REFERENCE = _opening(
    "therefore|thus|hence|consequently|accordingly|as a result|for "
    "(?:this|that) reason",
    "(?:that|this|which) is (?:why|because|how)|because of (?:this|that)|so far",
    "both|neither|either (?:one|of them)|all (?:three|four|of them)|the (?:two|three)",
    "in (?:the same|that) (?:year|month|week|place|case)|(?:on|at) (?:the same|that) "
    "(?:day|time)|(?:two|three|four|five|ten|some|a few|many) \\w+ (?:later|earlier)",
    "at that time|since then|after that|afterwards|then|there|here|likewise|similarly",
    "the (?:remaining|others?|rest|last one|first one)|a new one|another one|most of "
    "them",
    "die (?:restlichen|übrigen)|der rest|les autres|le reste|los demás|el resto",
    "otherwise|else|instead|in (?:that|this|such) (?:case|event)|if so|if not",
    "that (?:claim|statement|report|rule|figure|number|decision|limit|amount|date)",
    "daher|deshalb|deswegen|darum|folglich|somit|demnach|beide|beides|"
    "keiner von beiden",
    "im (?:gleichen|selben) (?:jahr|monat)|am (?:gleichen|selben) tag|in diesem fall",
    "danach|seitdem|dort|ansonsten|andernfalls|sonst|stattdessen|aus diesem grund",
    "c'est pourquoi|c’est pourquoi|par conséquent|donc|ainsi|tous (?:les "
    ")?deux|les deux",
    "la même année|le même jour|dans ce cas|sinon|ensuite|depuis lors|"
    "pour cette raison",
    "por (?:eso|ello|lo tanto|esta razón)|así que|ambos|ambas|el mismo (?:año|día)",
    "en (?:ese|este|tal) caso|de lo contrario|en caso contrario|desde entonces|después",
    "perciò|pertanto|quindi|per questo|entrambi|entrambe|nello stesso anno|altrimenti",
    "portanto|por isso|assim|no mesmo ano|caso contrário|nesse caso",
    "daarom|dus|beide|in hetzelfde jaar|anders|in dat geval",
    "(?:именно |вот )?поэтому|вот почему|следовательно|оба|обе|в том же году|иначе|"
    "в противном случае|dlatego|zatem|bu yüzden|bu nedenle|därför|derfor|proto|vì vậy|"
    "ezért|siksi|de aceea|тому|γι' αυτό|ولهذا|لذلك|इसलिए",
    dense="因此|所以|两者|同年|否则|那时|当时|そのため|したがって|両者|同年|それ以来|さもなければ",
)
# Openings that limit, correct or except what was said before.
_CONTRAST = _opening(
    "however|but|yet|nevertheless|nonetheless|still,|though|although this|even so",
    "on the other hand|in contrast|by contrast|conversely|instead|rather|in fact",
    "except|exceptions?|with the exception|unless|otherwise|notwithstanding|only if",
    "not (?:in|on|for|if|any|all)|no longer|this changed|this has changed|correction",
    "(?:this|these|that|it|the (?:above|foregoing|same)|(?:paragraph|subsection|"
    "section|clause|sentence|article|rule)s? [\\d(]\\S*)(?: \\w+)? (?:do|does|shall|"
    "will|is|are|may|must|can)(?: not|n[o']t|n’t) (?:appl\\w+|include\\w*|cover\\w*|"
    "hold\\w*|count\\w*)",
    "(?:that|this|the|his|her|their|its) (?:claim|statement|report|"
    "rumou?r|story|figure|"
    "assertion|information|account|allegation|number|view|belief) (?:is|was|has been|"
    "turned out|proved|are|were) (?:\\w+ )?(?:wrong|false|untrue|not|incorrect|"
    "withdrawn|outdated|refuted|misleading|a (?:myth|mistake|lie|hoax)|inaccurate)",
    "(?:that|this|it)['’]s (?:a (?:myth|lie|mistake|rumou?r)|not|wrong|false|untrue)",
    "(?:that|this|it) (?:is|was|isn't|isn’t|wasn't) (?:not |no longer |now )?(?:wrong|"
    "false|true|untrue|incorrect|correct|outdated|a myth|the case|valid)",
    "ausnahmen?|ausgenommen|es sei denn|jedoch|aber|allerdings|dennoch|trotzdem|doch|"
    "hingegen|dagegen|vielmehr|nicht aber|außer|andernfalls",
    "(?:dies|das|absatz \\d+|satz \\d+) gilt nicht|(?:das|dies|diese \\w+|die "
    "(?:behauptung|meldung)) (?:ist|stimmt|war) (?:nicht|falsch|unwahr|überholt)",
    "mais|cependant|toutefois|néanmoins|pourtant|sauf|en revanche|à moins que|or,",
    "c'est faux|c’est faux|ce n'est pas|cette (?:affirmation|information) est fausse",
    "pero|sin embargo|no obstante|excepto|salvo|a menos que|en cambio|aunque",
    "(?:esto|eso) (?:no|es falso)|no es cierto",
    "ma|però|tuttavia|eccetto|salvo|a meno che|(?:questo|ciò) non",
    "mas|porém|contudo|no entanto|todavia|exceto|a menos que|isso não",
    "maar|echter|behalve|tenzij|dit geldt niet|dat klopt niet",
    "но|однако|кроме|если не|это не|за исключением",
    dense="但是|但|然而|不过|例外|除非|除外|ただし|しかし|だが|でも|例外",
)
# Conditions, and what a speaker takes back.
_LIMIT = _opening(
    "(?:above|below|beyond|over|up to|under|after|before) (?:that|this|these)\\b|"
    "(?:all|any|every) others?|the others?|in (?:all )?other cases|everyone else|"
    "everything else|anything else|nobody else|no one else",
    "darüber|darunter|alle (?:anderen|übrigen)|(?:die )?(?:anderen|übrigen)|in allen "
    "anderen fällen|im übrigen|au-delà|(?:tous )?les autres|dans les autres cas|"
    "por encima de (?:eso|esto)|(?:todos )?los demás|en los demás casos|gli altri|"
    "negli altri casi|oltre|os demais|nos outros casos|alle anderen|in andere gevallen|"
    "(?:все )?остальные|в остальных случаях",
    "provided|providing|(?:as|so) long as|on condition|subject to|only|"
    "(?:scratch|strike|ignore|forget) (?:that|this)|make that|on second thoughts?|"
    "actually,|edit|sorry,|wait,",
    "sofern|vorausgesetzt|unter der (?:voraussetzung|bedingung)|nur|vielmehr",
    "à condition|pourvu que|seulement|uniquement",
    "siempre (?:que|y cuando)|a condición|s[oó]lo|solamente|únicamente",
    "a condizione|purché|soltanto|solamente|desde que|contanto que|apenas|somente",
    "mits|alleen|op voorwaarde|при условии|только|лишь",
    "jednak|jednakże|ale|lecz|chyba że|tylko|z wyjątkiem|pod warunkiem|tuy nhiên|nhưng|"
    "trừ|mutta|kuitenkin|azonban|viszont|kivéve|însă|dar|cu excepția|однак|але|крім|"
    "όμως|ωστόσο|εκτός",
    "ancak|fakat|ama|yalnızca|sadece|men|dock|utom|undtagen|endast|kun|avšak|pouze",
    "و?لكن|إلا|باستثناء|غير أن|ما عدا|فقط|بشرط",
    dense="其他|其余|それ以外|その他|"
    "なお|仅限|僅限|只限|唯一|단[,， ]|다만|그러나|하지만|예외",
)
# "One exception: ...", "Eine Ausnahme bildet ...": a word or two may stand before.
_EXCEPTION = _opening(
    r"(?:[\w'’]+\s){0,2}(?:exceptions?|ausnahmen?|excepci(?:ón|ones)|eccezion[ei]|"
    r"exceç(?:ão|ões)|uitzondering(?:en)?|исключени[еяй]\w*|wyjątk\w*|wyjątek|"
    r"istisna\w*|undantag\w*|undtagelse\w*|výjimk\w*|(?:ال)?استثناء\w*)",
)
_LABEL = _opening(
    dense=r"(?:[\w'’]+\s){0,2}(?:note|nb|n\.b\.|caveat|update|correction|"
    r"corrigendum|erratum|limitation|condition|important|attention|hinweis|achtung|"
    r"wichtig|bedingung|korrektur|aktualisierung|remarque|mise à jour|"
    r"nota|importante|actualización|corrección|condición|aggiornamento|"
    r"correzione|condizione|attenzione|atualização|correção|condição|atenção|"
    r"let op|opmerking|correctie|примечание|важно|обновление|исправление|условие|"
    r"uwaga|not|dikkat|ملاحظة|注意?|备注|更新|更正|注記|訂正|참고|주의)\s?[:：]",
)
_EXCEPTED = re.compile(
    r".{1,60}(?:不适用(?:本|此|该|上述|以上|前款).{0,6}|不在此限|不受此限|"
    r"この限りで(?:は)?ない|除きます|を除く|除外(?:します|されます)?|제외(?:됩니다|합니다))\W*$"
)
# A contrast word that stands a little later: "Students, however, pay nothing."
_CONTRAST_INSIDE = re.compile(
    r"[^.;:]{1,40}?(?:,\s*(?:however|though|on the other hand|by contrast)\s*,"
    r"|\s(?:jedoch|allerdings|hingegen|dagegen|aber|natomiast|zaś|ise)\s"
    r"|,\s*(?:en revanche|toutefois|cependant|sin embargo|en cambio|invece|tuttavia|"
    r"porém|contudo|echter|однако)\s*,|\s(?:however),)",
    re.IGNORECASE,
)
# A sentence of few words with one of these denies or limits what was said before.
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|wrong|false|untrue|nicht|nie|kein\w*|falsch|"
    r"only|solely|except|nur|lediglich|außer|seulement|uniquement|sauf|s[oó]lo|"
    r"solamente|únicamente|salvo|soltanto|apenas|somente|alleen|только|лишь|tylko|"
    r"pas|jamais|aucun\w*|faux|nunca|falso|non|mai|não|niet|geen|не|нет|никогда)\b"
    r"|n[’']t\b|不|没|無|ない|ません|仅|僅|只|のみ|だけ|에만|만 ",
    re.IGNORECASE,
)
_DENIAL_WORDS = 7
# A sentence that calls what was said untrue, whoever does so.
_REFUTED = re.compile(
    r"\b(?:this|that|it|these|they)\b.{1,40}\b(?:untrue|false|wrong|incorrect|mistaken|"
    r"a myth|outdated|withdrawn|refuted|disproved|debunked)\W*$|"
    r"\b(?:was|were|been|is|are)\s(?:\w+\s)?(?:lifted|withdrawn|cancelled|canceled|"
    r"revoked|suspended|reversed|repealed|overturned|retracted|postponed)\b|"
    r"\b(?:wurden?|ist|sind)\b.{1,60}\b(?:aufgehoben|widerrufen|zurückgezogen|"
    r"verschoben|ausgesetzt|storniert)\b|\bchanged (?:his|her|their|its|my) mind\b|"
    r"\b(?:a été|ont été|fue|fueron|ha sido)\s(?:\w+\s)?(?:levée?s?|retirée?s?|"
    r"annulée?s?|suspendue?s?|levantad[oa]s?|retirad[oa]s?|anulad[oa]s?|suspendid[oa]s?)\b|"
    r"\b(?:das|dies|es)\b.{1,40}\b(?:falsch|unwahr|überholt|widerlegt)\W*$|"
    r"\b(?:c'est|cela|ceci)\b.{1,40}\b(?:faux|inexact|démenti)\W*$|"
    r"\b(?:esto|eso|lo)\b.{1,40}\b(?:falso|incorrecto|desmentido)\W*$",
    re.IGNORECASE,
)
_DENIAL_OPENING = _opening(
    "that|this|it|they|these|those|not|no longer|das|dies|es|ce|cela|c'est|c’est",
    "eso|esto|no es|ciò|questo|non è|isso|isto|não é|dat|dit|это|to|bu",
    "in|im|on|for|from|until|during|between|applies|valid|für|ab|bis|gilt|en|à|pour|para|per|"
    "voor|geldt|для|в",
    dense="那|这|これ|それ",
)
# An ending after which a list goes on the other way round.
_TURN = re.compile(
    r"\b(?:exclud(?:ing|es|ed)|except(?: for)?|with the exception of|not|"
    r"unless|without|"
    r"other than|not include|ausgenommen|außer|nicht|ohne|sauf|hormis|à l'exclusion de|"
    r"sans|excepto|salvo|sin|excluyendo|eccetto|escluso|tranne|senza|"
    r"exceto|sem|behalve|"
    r"niet|zonder|кроме|не)\s*[:,;]?\s*$",
    re.IGNORECASE,
)
# A sentence that announces what comes next: "the following terms apply to guests".
_NEXT = (
    r"the following|folgende\w*|suivante?s?|siguientes?|seguenti?|seguintes?|"
    r"volgende|следующ\w+"
)
_ANNOUNCEMENT = re.compile(
    rf"\b(?:{_NEXT}|as follows|what follows|follow(?:ing)? (?:these|the)(?: \w+)? "
    r"(?:steps|instructions)|below\W*$|(?:these|the) (?:\w+ )?(?:terms|conditions|"
    r"rules?|points|steps|exceptions|limits?|fees|list|table) below|"
    r"(?:these|the) (?:steps|instructions|points|rules|exceptions)(?: apply)?\W*$|"
    r"(?:listed|described|given|shown|set out|stated) below|"
    r"wie folgt|im folgenden|(?:nachstehend|nachfolgend)\w*|diese schritte\W*$|"
    r"comme suit|ce qui suit|ci-(?:dessous|après)|ces étapes\W*$|"
    r"a continuación|estos pasos\W*$|como sigue|come segue|quanto segue|di seguito|"
    r"a seguir|abaixo|estes passos\W*$|als volgt|hieronder|onderstaande|"
    r"как указано ниже|ниже\W*$)"
    r"(?:\b|(?<=\W))[^:：]*$|(?:如下|下列|下記|(?<![\d岁歳人名元円個个%％])以下|次の)"
    r"(?:.{0,6}$|[条规規情内项項事步の通と条場][^:：]*$)",
    re.IGNORECASE,
)
# "The following day": what comes next in time, not in the text.
_TIME = (
    r"\b(?:day|night|morning|afternoon|evening|week|weekend|month|quarter|year|"
    r"season|century|decade|tag|woche|monat|jahr|morgen|abend|jour|nuit|matin|"
    r"semaine|mois|an|année|saison|día|noche|mañana|semana|mes|año|giorno|notte|"
    r"mattina|settimana|mese|anno|dia|noite|manhã|mês|ano|dag|nacht|ochtend|maand|"
    r"jaar|seizoen|день|дня|ночь|утро|недел|месяц|год)\w{0,3}\b"
)
_LATER = re.compile(rf"{_TIME} (?:{_NEXT})\b|\b(?:{_NEXT}) {_TIME}", re.IGNORECASE)
_ANNOUNCEMENT_CHARACTERS = 160
_ASKING = ("?", "？", "؟")
_QUESTION = re.compile(
    r"[\s>*_]*(?:q\d{0,3}|question|frage|pregunta|domanda|pergunta|问|問)"
    r"\s?(?:[:：]|\.(?=\s))",
    re.IGNORECASE,
)


# Languages whose contrasts are known well enough not to look at the position.
_KNOWN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "ru"})
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def has_cues(language: str, text: str) -> bool:
    """Tell whether the cues here know the language of `text`."""
    known = language in _KNOWN or text.isascii()
    return known or _HAN_OR_KANA.search(text) is not None


def leans_back(text: str) -> bool:
    """Tell whether a sentence opens with a pronoun for something said before.

    >>> leans_back("It rises to 15% after 60 days."), leans_back("Itemise it.")
    (True, False)
    """
    return _PRONOUN.match(text) is not None


def refers_back(text: str) -> bool:
    """Tell whether a sentence says nothing certain without the one before.

    >>> refers_back("Both received it."), refers_back("Bothersome it was.")
    (True, False)
    """
    return _REFERENCE.match(text) is not None or contrasts(text)


def contrasts(text: str) -> bool:
    """Tell whether a sentence limits, corrects or denies the one before.

    >>> contrasts("However, it is late."), contrasts("That claim is wrong.")
    (True, True)
    >>> contrasts("(2) Paragraph 1 shall not apply to guests."), contrasts("We go.")
    (True, False)
    """
    openings = (_CONTRAST, _LIMIT, _EXCEPTION, _LABEL, _CONTRAST_INSIDE)
    if any(pattern.match(text) for pattern in openings) or _EXCEPTED.match(text):
        return True
    if len(text) < _ANNOUNCEMENT_CHARACTERS and _REFUTED.search(text):
        return True
    return (
        len(text) < 60
        and _DENIAL_OPENING.match(text) is not None
        and _NEGATION.search(text) is not None
        and len(text.split()) <= _DENIAL_WORDS
    )


# What the numbers of a section are in: "Figures in million euros."
_MEASURED = re.compile(
    r"\b(?:in|en|em)\s(?:\w+\s){0,2}(?:thousands?|millions?|billions?|tausend|"
    r"millionen|milliers|millions|miles|millones|migliaia|milioni|milhares|milhões)\b|"
    r"单位[:：]|単位[:：]|\b(?:unless|sofern nicht|sauf|salvo)\b.{1,40}$",
    re.IGNORECASE,
)


def limits(text: str) -> bool:
    """Tell whether a sentence has a word that denies or limits.

    >>> limits("This part is only for guests."), limits("This part is for guests.")
    (True, False)
    """
    return _NEGATION.search(text) is not None


def measures(text: str) -> bool:
    """Tell whether a sentence says what the numbers of a section are in.

    >>> measures("Figures in million euros."), measures("We sold a million.")
    (True, False)
    """
    return _MEASURED.search(text) is not None


@lru_cache(maxsize=2048)  # each unit is asked about several times
def announces(text: str) -> bool:
    """Tell whether a sentence says that something comes next in the text.

    >>> announces("Follow these steps."), announces("The fees are:"), announces("No.")
    (True, True, False)
    >>> announces("For guests the following terms apply."), announces(
    ...     "The following day it rained."
    ... )
    (True, False)
    """
    if text.rstrip(CLOSING)[-1:] in {":", "："}:
        return True
    return (
        len(text) < _ANNOUNCEMENT_CHARACTERS
        and _ANNOUNCEMENT.search(_LATER.sub("", text)) is not None
    )


def turns(text: str) -> bool:
    """Tell whether what follows `text` is excluded by it.

    >>> turns("(b) price lists, but excluding"), turns("(b) price lists;")
    (True, False)
    """
    return _TURN.search(text, max(0, len(text) - 40)) is not None


def asks(text: str) -> bool:
    """Tell whether a unit is a question, by its end mark or its label.

    >>> asks("**May I cancel?**"), asks("Q: Cancelling"), asks("Yes.")
    (True, True, False)
    """
    return text.rstrip(CLOSING)[-1:] in _ASKING or _QUESTION.match(text) is not None
