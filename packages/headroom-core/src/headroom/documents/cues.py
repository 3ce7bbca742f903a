"""Cues: the words by which a sentence tells that it needs another one.

A sentence limits the one before it if it opens with a word of contrast, condition or
exception, or if it is short and denies something: then its position says the rest, in
any language whose word for "not" is known.
"""

import re
from functools import lru_cache

__all__ = [
    "announces",
    "asks",
    "asks_how",
    "conditions",
    "contrasts",
    "goes_on",
    "has_cues",
    "leans_back",
    "limits",
    "measures",
    "points_back",
    "refers_back",
    "reports",
    "turns",
]

# What may stand before the first word of a sentence, and after its end mark.
_OPENING = r"[\"'“‘«(\[>*_~\s]*(?:\(?\d{1,3}[.)\]]\s*)?"
CLOSING = "~*_\"'”’»」』)）]"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _opening(*spaced: str, dense: str = "(?!)") -> re.Pattern[str]:
    """Return a pattern for sentences that open with one of these phrases.

    `dense` holds those of scripts without spaces: no word boundary ends them.
    """
    words = "|".join(spaced)
    return re.compile(rf"{_OPENING}(?:(?:{words})\b|(?:{dense}))", re.IGNORECASE)


# Words that deny or limit what they stand beside, by language.
_DENYING = _words(
    """
    no not never none nothing wrong false untrue only solely except
    nicht nie kein keine keinem keinen keiner keines falsch nur lediglich außer
    pas jamais aucun aucune faux seulement uniquement sauf
    nunca falso sólo solo solamente únicamente salvo
    non mai soltanto não apenas somente niet geen alleen
    не нет никогда только лишь tylko nie inte ikke ne değil yalnızca sadece endast kun
    pouze không فقط ليس לא
    """
)
_DENYING_DENSE = re.compile(
    r"n[’']t\b|\bn(?:e |['’])\w+ plus\b|"
    r"不|没|無|ない|ません|仅|僅|只|のみ|だけ|에만|만 |않|없"
)
# After one of these a list goes on the other way round.
_EXCLUDING = _DENYING | _words(
    """
    excluding excludes excluded unless without ausgenommen ohne hormis sans excepto sin
    excluyendo eccetto escluso tranne senza exceto sem behalve zonder кроме
    """
)
_EXCLUSION = re.compile(
    r"\b(?:except for|exception of|other than|not include|l['’]exclusion de)$"
)
# An exception, wherever it stands in the first words of a sentence. What is looked for
# everywhere in a text is looked for in small letters, three times as fast.
_EXCEPTION = re.compile(
    r"\b(?:except(?:ions?|ing)?|unless|ausnahmen?|ausgenommen|außer|excepci\w+|excepto|"
    r"eccezion\w+|eccetto|exce[çt]\w+|uitzonder\w+|behalve|tenzij|sauf|salvo|кроме|"
    r"исключ\w+|wyjąt\w+|istisna\w*|undantag\w*|undta\w+|výjimk\w*|excepți\w+|kivéve|"
    r"trừ|εκτός|(?:ال)?استثناء|باستثناء|إلا)\b|例外|예외|除外|除き|除く|제외|不适用|"
    r"不在此限|不受此限|この限りで",
)
# What calls the sentence before untrue, or what it tells undone.
_UNDONE = _words(
    """
    wrong false untrue incorrect mistaken misleading inaccurate outdated myth rumour
    rumor hoax lie refuted disproved debunked denied retracted withdrawn lifted reversed
    cancelled canceled revoked suspended repealed overturned postponed reinstated
    falsch unwahr überholt widerlegt aufgehoben widerrufen zurückgezogen verschoben
    ausgesetzt storniert dementiert faux fausse inexact démenti levé levée levés levées
    retiré retirée annulé annulée suspendu suspendue reporté reportée falso falsa
    incorrecto desmentido levantado levantada retirado retirada anulado anulada
    suspendido suspendida aplazado aplazada smentito revocato annullato sospeso
    desmentido revogado cancelado suspenso onjuist ingetrokken geschorst неверно ложь
    опровергнуто отменено отменён отложено
    expired obsolete superseded abgelaufen veraltet expiré expirée périmé caducado
    scaduto expirado verlopen
    """
)
_UNDONE_DENSE = re.compile(
    "谣言|错误|有误|假的|撤回|取消|誤り|間違い|嘘|虚偽|撤回|中止|거짓|틀렸|취소|철회"
)
_UNDONE_CHARACTERS = 160  # a longer sentence tells something of its own
_DENIAL_WORDS, _DENIAL_CHARACTERS = 8, 60
_LABELS = _words(
    """
    note notes nb caveat update correction corrigendum erratum limitation condition
    important attention hinweis achtung wichtig bedingung korrektur aktualisierung
    remarque nota importante actualización corrección condición aggiornamento correzione
    condizione attenzione atualização correção condição atenção opmerking correctie
    примечание важно обновление исправление условие uwaga not dikkat ملاحظة 注 注意
    备注 更新 更正 注記 訂正 참고 주의
    """
)
_LABEL = re.compile(rf"{_OPENING}(?:[\w'’]+\s)?([\w'’]+)\s?[:：]")

# Pronouns that point at the sentence before.
_PRONOUN = _opening(
    "he|she|it|they|this|these|those|his|her|its|their|such|the (?:former|latter|same)",
    "él|ella|ellos|ellas|est[aeo]|estos|estas|es[aeo]|esos|esas",
    "il|elle|ils|elles|cela|celui-ci|celle-ci|ce dernier|cette dernière",
    "er|sie|dies|diese[rs]?|egli|essa|essi|questo|questa|questi",
    "ele|ela|eles|elas|isso|isto|hij|zij|deze|dit|он|она|оно|они|это|эти",
    "sus?|ses|leurs?|(?:sein|ihr)(?:e[nmrs]?)?|suo|sua|suoi|sue|seus?|suas|его|её|их",
    dense="他|她|它|这|這|该|該|此|上述|彼|彼女|これ|それ",
)
# What speaks of a statement or clause: "This" or "Paragraph 1 shall not apply".
_STATEMENT = _opening(
    "it|this|these|that|those|they|the (?:above|foregoing|same)|das|dies|es|ce|cela|"
    "c['’]est|esto|eso|ciò|questo|isso|isto|dat|dit|это",
    r"(?:paragraph|subsection|section|clause|sentence|article|rule|absatz|satz|artikel|"
    r"alinéa|apartado|comma)s? [\d(]\S*",
    dense="那|这|這|これ|それ",
)
_STATEMENT_CHARACTERS = 48  # of a sentence in which it must be denied
# Words that say nothing without the sentence before.
_REFERENCE = _opening(
    "therefore|thus|hence|consequently|accordingly|as a result|for "
    "(?:this|that) reason|(?:that|this|which) is (?:why|because|how)|because of "
    "(?:this|that)|so far|both|neither|either (?:one|of them)|the (?:two|three)|"
    "(?:all|each) (?:three|four|of (?:them|these))|most of them|an?(?:other| new) one|"
    "likewise|"
    "similarly",
    "(?:in|on|at) (?:the same|that) (?:year|month|week|place|case|day|time)|"
    r"(?:\w+ ){1,3}(?:later|earlier|afterwards|(?:after|before) (?:that|this)|danach|"
    r"darauf|später|plus tard|después|más tarde|dopo|depois)|since then|after that|"
    r"afterwards|then|there|here|(?:un)?like (?:it|this|that|them|these)",
    r"the (?:remaining|others?|rest|(?:last|first) (?:one|\d+))|die letzten \d+|"
    "die (?:restlichen|übrigen)|der rest|les autres|le reste|los demás|el resto",
    "else|in (?:this|such) (?:case|event)|if (?:so|not|it (?:does|is) not|none)|"
    "(?:wenn|falls) nicht|si non|si no|se (?:non|não)|in caso contrario|zo niet|"
    "если нет|jeśli nie",
    "that (?:claim|statement|report|rule|figure|number|decision|limit|amount|date)",
    "daher|deshalb|deswegen|darum|folglich|somit|demnach|beides?|alle (?:drei|vier)|"
    "aus diesem grund|"
    "im (?:gleichen|selben) (?:jahr|monat)|am (?:gleichen|selben) tag|in diesem fall|"
    "danach|seitdem|dort|ansonsten|sonst|stattdessen",
    "c['’]est pourquoi|par conséquent|donc|ainsi|(?:tous|toutes) (?:les )?(?:deux|"
    "trois)|les deux|ensuite|"
    "depuis lors|la même année|le même jour|dans ce cas|sinon|pour cette raison",
    "por (?:eso|ello|lo tanto|esta razón)|así que|ambos|ambas|[lt]?[oa]s (?:dos|tres)|"
    "el mismo (?:año|día)|"
    "en (?:ese|este|tal) caso|de lo contrario|en caso contrario|desde entonces|después",
    "perciò|pertanto|quindi|per questo|entramb[ie]|tutt[ie] e (?:due|tre)|"
    "nello stesso anno|altrimenti",
    "portanto|por isso|assim|ambos|ambas|[oa]s (?:dois|duas|três)|no mesmo ano|"
    "caso contrário|nesse caso",
    "daarom|dus|beiden?|oboje|obaj|obie|in hetzelfde jaar|anders|in dat geval",
    "(?:именно |вот )?поэтому|вот почему|следовательно|оба|обе|в том же году|иначе|"
    "в противном случае|dlatego|zatem|bu yüzden|bu nedenle|därför|derfor|proto|vì vậy|"
    "ezért|siksi|de aceea|тому|γι' αυτό|عندئذ|ولهذا|لذلك|इसलिए",
    dense="因此|所以|如果(?:没有|不行|不是)?[，,]|两者|同年|否则|那时|当时|两人|そのため|したがって|両者|二人とも|それ以来|さもな|"
    "そうでない|そうでなければ",
)
# Openings that limit, correct or go on with what was said before, as conditions do.
_CONTRAST = _opening(
    "however|but|yet|nevertheless|nonetheless|still,|though|although this|even so|"
    "on the other hand|(?:in|by) contrast|(?:having )?said that|that said|in practice|"
    "in (?:reality|truth)|conversely|instead|rather|in fact|otherwise|"
    "with the exception|notwithstanding|not|no longer|only|this (?:has )?changed",
    "provided|providing|(?:as|so) long as|on condition|subject to|(?:scratch|strike|"
    "ignore|forget) (?:that|this)|make that|on second thoughts?|actually,|edit|sorry,|"
    "wait,|(?:above|below|beyond|over|up to|under|after|before) (?:that|this|these)|"
    "(?:for )?(?:all|any|every|the) others?|in (?:all )?other cases|(?:every|any|"
    "no) ?(?:one|"
    "body|thing) else",
    "voraussetzung|bedingung|voorwaarde|es sei denn|jedoch|aber|allerdings|dennoch|"
    "trotzdem|doch|hingegen|dagegen|nicht|"
    "vielmehr|nur|andernfalls|sofern|vorausgesetzt|unter der (?:voraussetzung|"
    "bedingung)|"
    "darüber|darunter|alle anderen|(?:alle|die) (?:anderen|übrigen)|in allen anderen "
    "fällen|im übrigen",
    "mais|cependant|toutefois|néanmoins|pourtant|en revanche|à moins que|or,|"
    "à condition|pourvu que|seulement|uniquement|au-delà|(?:tous )?les autres|"
    "dans les autres cas",
    "pero|sin embargo|no obstante|a menos que|en cambio|aunque|siempre (?:que|y "
    "cuando)|a condición|s[oó]lo|solamente|únicamente|por encima de (?:eso|esto)|no|"
    "(?:todos )?los demás|en los demás casos",
    "ma|però|tuttavia|a meno che|a condizione|purché|soltanto|solamente|gli altri|"
    "negli altri casi|oltre|mas|porém|contudo|no entanto|todavia|a menos que|desde que|"
    "contanto que|apenas|somente|os demais|nos outros casos",
    "maar|echter|mits|alleen|op voorwaarde|alle anderen|in andere gevallen|но|однако|"
    "если не|при условии|только|лишь|(?:все )?остальные|в остальных случаях",
    "jednak|jednakże|ale|lecz|chyba że|tylko|pod warunkiem|tuy nhiên|nhưng|mutta|"
    "kuitenkin|azonban|viszont|însă|dar|але|όμως|ωστόσο|ancak|fakat|ama|yalnızca|"
    "sadece|men|dock|endast|kun|avšak|pouze|و?لكن|غير أن|ما عدا|فقط|بشرط",
    dense="但是|但|然而|不过|除非|其实|事实上|实际上|ただし|しかし|だが|でも|実は|実際|"
    "前提|条件是|但须|须经|其他|其余|それ以外|その他|なお|사실은|실제로|仅限|"
    "僅限|只限|唯一|단[,， ]|다만|그러나|하지만",
)
# A contrast word that stands a little later: "Students, however, pay nothing."
_CONTRAST_INSIDE = re.compile(
    r"[^.;:]{1,40}?(?:,\s*(?:however|though|on the other hand|by contrast|en revanche|"
    r"toutefois|cependant|sin embargo|en cambio|invece|tuttavia|porém|contudo|echter|"
    r"однако)\s*,|\s(?:jedoch|allerdings|hingegen|dagegen|aber|natomiast|zaś|jednak|"
    r"dock|však|ise|"
    r"ancak|fakat|όμως)\s|"
    r"\s(?:however),)",
    re.IGNORECASE,
)
_FIRST_CHARACTERS = 60  # of a sentence, which say what it is about
_WORD = re.compile(r"[^\W\d_]+")


# Words that point at something said before, wherever they stand in a sentence.
_POINTING = _words(
    """
    it they them this these those such so he she him her his its their one ones
    sie ihn ihm ihnen dies diese dieser diesem diesen dieses das dabei dafür damit daran
    darauf davon dazu seine seinen seiner ihre ihren ihrer cela ça celui celle ceux
    cette ces elle ils elles sa ses eso esto ello ellos ellas lo su sus esso essa essi
    questo questa questi ciò suo sua suoi isso isto ele ela eles elas seu seus suas dit
    dat deze hij zij zijn haar hun он она оно они это этот эта эти его её их им
    """
)
_POINTING_DENSE = re.compile("其|它|他|她|该|此|这|這|これ|それ|この|その|彼|이|그")
# A claim of somebody's, which the next sentence may deny.
_REPORTING = _words(
    """
    according claim claims claimed alleges alleged allegedly reported reportedly rumour
    rumours rumor rumors myth say says said think thought believe believes believed
    write writes wrote laut angeblich behauptet behaupten behauptete schrieb schrieben
    sagt sagen sagte sagten selon affirme affirment prétend prétendent según dice dicen
    asegura aseguran secondo dicono sostiene sostengono segundo dizem volgens beweert
    beweren утверждает утверждают говорят
    """
)
_REPORTING_DENSE = re.compile(
    "据说|声称|常说|有人说|认为|と書い|と言われ|によると|という"
)
# How something is done takes several sentences to tell.
_HOW = re.compile(
    r"\W*(?:how (?:do|does|did|to|can|could|should|is|are|would)\b|what (?:do|should) "
    r"\w+ do\b|(?:is there )?(?:a|any|the) way to\b|wie (?:\w+ )?(?:ich|man|wir|kann|"
    r"geht|funktioniert)\b|comment\b|cómo\b|como (?:eu |se )?\w+[aeio]\b|"
    r"come (?:si|posso|faccio)\b|hoe (?:kan|moet|\w+ (?:ik|je|men))\b|как\b|"
    r".*(?:如何|怎么|怎样|方法|どうやって|どのように|どうすれば|어떻게))",
    re.IGNORECASE,
)

# Languages whose contrasts are known well enough not to look at the position.
_KNOWN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "ru"})
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TELLING_WORDS = 20  # of which a text in a known language has some small one


def has_cues(language: str, text: str) -> bool:
    """Tell whether the cues here know the language of `text`; "?" is unknown."""
    if text.isascii() and len(text.split(None, _TELLING_WORDS)) <= _TELLING_WORDS:
        return True
    return language in _KNOWN or _HAN_OR_KANA.search(text) is not None


_MOST_IDLE = 2


_AND = _opening(
    "and|und|et|y|e|en|i|и|och|og|ve|ja|şi|και", dense="そして|また|以及|和|및|그리고"
)


def goes_on(text: str) -> bool:
    """Tell whether a line opens with "and", in any language."""
    return _AND.match(text) is not None


def points_back(text: str) -> bool:
    """Tell whether a sentence speaks of something that was said before.

    In two words "it" names nothing.

    >>> points_back("Please note that it is closed."), points_back("It rains.")
    (True, False)
    """
    if len(text.split(None, 2)) == _MOST_IDLE:
        return False
    return _holds(text, _POINTING) or _POINTING_DENSE.search(text) is not None


def reports(text: str) -> bool:
    """Tell whether a sentence reports what somebody claims.

    >>> reports("Many believe that it is safe."), reports("It is safe.")
    (True, False)
    """
    return _holds(text, _REPORTING) or _REPORTING_DENSE.search(text) is not None


def asks_how(query: str) -> bool:
    """Tell whether a query asks how something is done.

    >>> asks_how("How do I reset it?"), asks_how("How much is it?")
    (True, False)
    """
    return _HOW.match(query) is not None


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


@lru_cache(maxsize=2048)  # each unit is asked about several times
def contrasts(text: str) -> bool:
    """Tell whether a sentence limits, corrects or denies the one before.

    >>> contrasts("However, it is late."), contrasts("That claim is wrong.")
    (True, True)
    >>> contrasts("(2) Paragraph 1 shall not apply to guests."), contrasts("We go.")
    (True, False)
    """
    if _CONTRAST.match(text) or _CONTRAST_INSIDE.match(text):
        return True
    if _EXCEPTION.search(text[:_FIRST_CHARACTERS].lower()):
        return True
    label = _LABEL.match(text)
    if label and label[1].casefold() in _LABELS:
        return True
    # A character of a script without spaces says as much as three letters.
    size = len(text) * (3 if text[:1] > "\u2e80" else 1)
    short = size < _DENIAL_CHARACTERS and len(text.split()) <= _DENIAL_WORDS
    if short and limits(text):
        return True
    if size < _UNDONE_CHARACTERS and (
        _holds(text, _UNDONE) or _UNDONE_DENSE.search(text)
    ):
        return True
    return _STATEMENT.match(text) is not None and limits(text[:_STATEMENT_CHARACTERS])


def _holds(text: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(_said(text))


@lru_cache(maxsize=2048)  # each unit is asked about several times
def _said(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


# What the numbers of a section are in: "Figures in million euros."
_MEASURED = re.compile(
    r"\b(?:in|en|em)\s(?:\w+\s){0,2}(?:thousands?|millions?|billions?|tausend|"
    r"millionen|milliers|millions|miles|millones|migliaia|milioni|milhares|milhões)\b|"
    r"单位[:：]|単位[:：]|\b(?:unless|sofern nicht|sauf|salvo)\b.{1,40}$",
)


def limits(text: str) -> bool:
    """Tell whether a sentence has a word that denies or limits.

    >>> limits("This part is only for guests."), limits("This part is for guests.")
    (True, False)
    """
    return _holds(text, _DENYING) or _DENYING_DENSE.search(text) is not None


# How a text ends that gives the conditions of a rule below it, which hold together.
_CONDITIONAL = re.compile(
    r"(?:\b(?:provided(?: that)?|if|unless|on condition that|wenn|sofern|falls|"
    r"vorausgesetzt(?:,? dass)?|es sei denn|si|à condition que|pourvu que|siempre que|"
    r"a condición de que|se|purché|a condizione che|desde que|mits|indien|если|"
    r"при условии,? что|jeśli)|如果|若|条件|場合)[\s,:：—–-]*$"
)


def conditions(text: str) -> bool:
    """Tell whether a text ends where the conditions of its rule begin.

    >>> conditions("You may, provided that:"), conditions("You may bring:")
    (True, False)
    """
    return _CONDITIONAL.search(text[-40:].casefold()) is not None


def measures(text: str) -> bool:
    """Tell whether a sentence says what the numbers of a section are in.

    >>> measures("Figures in million euros."), measures("We sold a million.")
    (True, False)
    """
    return _MEASURED.search(text.lower()) is not None


# A sentence that announces what comes next: "the following terms apply to guests".
# What follows in time is one thing, and terms are several: "the following day". The
# phrases stand by a part that each of them has, in small letters: to look for the parts
# takes a tenth of the time.
_ANNOUNCING = {
    part: re.compile(rf"\b(?:{phrases})(?:\b|(?<=\W))[^:：]*$")
    for part, phrases in {
        "follow": r"the following (?:\w+s|statement|claim|passage|text|rule)|"
        r"as follows|what follows|"
        r"follow(?:ing)? (?:these|the)(?: \w+)? (?:steps|instructions)",
        "below": r"below\W*$|(?:these|the) (?:\w+ )?(?:terms|conditions|rules?|points|"
        r"steps|exceptions|limits?|fees|list|table) below|"
        r"(?:listed|described|given|shown|set out|stated) below",
        **{
            noun: rf"(?:these|the) {noun}(?: apply)?\W*$"
            for noun in ("steps", "instructions", "points", "rules", "exceptions")
        },
        "folg": r"folgende|wie folgt|im folgenden|nachfolgend\w*",
        "nachstehend": r"nachstehend\w*",
        "diese schritte": r"diese schritte\W*$",
        "suiv": "suivante?s",
        "suit": "comme suit|ce qui suit",
        "ci-": "ci-(?:dessous|après)",
        "ces étapes": r"ces étapes\W*$",
        "siguientes": "siguientes",
        "a continuación": "a continuación",
        "estos pasos": r"estos pasos\W*$",
        "sigue": "como sigue",
        "segu": "seguenti|come segue|quanto segue|di seguito|seguintes|a seguir",
        "abaixo": "abaixo",
        "estes passos": r"estes passos\W*$",
        "volg": r"volgende \w+(?:en|s)|als volgt",
        "hieronder": "hieronder",
        "onderstaande": "onderstaande",
        "следующи": "следующи[ех]",
        "ниже": r"как указано ниже|ниже\W*$",
    }.items()
}
_ANNOUNCING_DENSE = re.compile(
    r"(?:如下|下列|下記|(?<![\d岁歳人名元円個个%％])以下|次の)"
    r"(?:.{0,6}$|[条规規情内项項事步の通と条場][^:：]*$)"
)
_ANNOUNCEMENT_CHARACTERS = 160
# In Chinese, Japanese and Korean a question may end with a particle and a full stop.
_ASKING = re.compile(r"[?？؟]$|(?:か|吗|嗎|呢)。$|니까\.$")
_QUESTION = re.compile(
    r"[\s>*_]*(?:q\d{0,3}|question|frage|pregunta|domanda|pergunta|问|問)"
    r"\s?(?:[:：]|\.(?=\s))",
    re.IGNORECASE,
)


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
    if len(text) >= _ANNOUNCEMENT_CHARACTERS:
        return False
    low = text.lower()
    return any(part in low and p.search(low) for part, p in _ANNOUNCING.items()) or (
        _ANNOUNCING_DENSE.search(low) is not None
    )


def turns(text: str) -> bool:
    """Tell whether what follows `text` is excluded by it.

    >>> turns("(b) price lists, but excluding"), turns("(b) price lists;")
    (True, False)
    """
    end = text[-40:].casefold().rstrip(" \t\n:,;")
    last = end.split()[-1:]
    return not _EXCLUDING.isdisjoint(last) or _EXCLUSION.search(end) is not None


def asks(text: str) -> bool:
    """Tell whether a unit is a question, by its end mark or its label.

    >>> asks("**May I cancel?**"), asks("Q: Cancelling"), asks("Yes.")
    (True, True, False)
    """
    ends = _ASKING.search(text.rstrip(CLOSING)[-3:])
    return ends is not None or _QUESTION.match(text) is not None
