"""Passages: a rule with the sentences that limit, condition or withdraw it.

A rule without them says something else. So they are one unit: kept together, in
order, or left out together.
"""

import re

__all__ = ["conditions", "goes_on", "limits", "speaks_of_self"]

_FLAGS = re.IGNORECASE

# How a sentence opens that limits or turns the one before it.
_GOES_ON = re.compile(
    r"\W*(?:(?:but|except\w*|unless|only if|otherwise|however|though|although|aber|außer|jedoch|sonst|allerdings|es sei denn"
    r"|mais|sauf|sinon|toutefois|cependant|pero|excepto|salvo|sino|ma|però|tranne|altrimenti|mas|exceto|senão|porém|maar"
    r"|behalve|tenzij|men|utom|undtagen|unntatt|но|кроме|иначе|однако|ale|chyba że|oprócz|kromě|ama|fakat|ancak|hariç|kecuali|tapi|tetapi"
    r"|nhưng|trừ|ngoại trừ)\b|但|不过|除非|除了|否则|ただし|でも|しかし|하지만|그러나|다만|단[, ]|إلا|لكن|ولكن|ما عدا|אבל|חוץ|אלא|लेकिन|मगर|सिवाय"
    r"|แต่|ยกเว้น|เว้นแต่)",
    _FLAGS,
)
# What else opens one that limits a rule before it, or speaks of that rule.
_LIMITS = re.compile(
    r"\W*(?:(?:nein|moment|no|wait|non|attend\w*|espera|нет|sorry|sí, pero|oui, mais|ja, aber|only|even|that (?:said|applies|holds|goes|means)|this (?:rule|applies|holds|goes|means|is|does)|these (?:rules|apply)|it (?:applies"
    r"|holds|only|does)|apart from|other than|with the exception|save for|if|when|until|till|as long as|provided|in (?:that|this|such) case|the same"
    r"|(?:and|or|also) (?:not|no|never|only|if|when)|nor|not|neither|at (?:least|most)|else|in an emergency|emergencies|exceptions?|ausnahme\w*"
    r"|ausgenommen|nur|wenn|falls|bis|solange|(?:das|dies) gilt|(?:und|auch) (?:nicht|nur|nie|kein\w*)|nicht|excepté|exception|seulement|uniquement"
    r"|si|quand|jusqu\w*|tant que|cela|ça|ni|excepción|s[oó]lo|solamente|cuando|hasta|mientras|esto|eso|eccezione|soltanto|quando|finché|fino"
    r"|questo|né|exceção|apenas|somente|até|enquanto|isso|isto|nem|uitzondering|alleen|als|tot|(?:dat|dit) geldt|bare|bara|kun|исключение|только"
    r"|если|когда|пока|это|wyjątek|tylko|jeśli|gdy|dopóki|pouze|pokud|sadece|hanya|kalau|chỉ|nếu)\b|いや|やっぱり|不对|等等|아니|只有|仅|如果|例外|而且|也|直到|这条|此规则|例外|もし"
    r"|それ以外|また|のみ|예외|만약|또|فقط|إذا|רק|אם|केवल|अगर|ถ้า)",
    _FLAGS,
)
# What somebody says of themselves limits nothing.
_SELF = re.compile(
    r"\W*(?:i|we|my|our|ich|wir|mein\w*|je|j|nous|yo|io|eu|ik|wij|jag|jeg|я|мы|ja|ben)\b|我|私",
    _FLAGS,
)
# What says anywhere in a short sentence that something is exempt, allowed or enough.
_EXEMPTS = re.compile(
    r"\b(?:exempt\w*|exceptions?|except\w*|excluded|(?:doesn't|don't|does not|do not|only|also) (?:apply|applies|count|matter)|applies"
    r"|apply|allowed|permitted|okay|ok|fine|unless|no problem|acceptable|welcome|may|can|could"
    r"|ausnahme\w*|ausgenommen|erlaubt|gilt|gelten|zulässig|in ordnung|darf|dürfen|kann|können|sauf|permis\w*|autorisé\w*|s'appliqu\w+"
    r"|peu(?:t|vent)|permitid[oa]s?|se aplica\w*|vale[ns]?|puede[ns]?|bien|ammess\w+|permess\w+|si applica|può|possono|va bene|aplica-se"
    r"|pode[m]?|tudo bem|toegestaan|geldt|mag|mogen|tillåt\w*|tilladt|tillatt|gäller|gælder|gjelder|får|må|kan|можно|разреш\w*"
    r"|допуска\w*|исключени\w*|относится|может|wolno|można|dozwolon\w+|dotyczy|może|platí|může|smí|olur|olabilir|geçerli|boleh"
    r"|được|áp dụng)\b"
    r"|可以|允许|除外|例外|不适用|适用|没关系|没问题|也行|構いません|かまいません|大丈夫|除く|除き|適用|可能|いいです|してもいい"
    r"|예외|제외|괜찮|가능|돼요|됩니다|해도 |적용|يمكن|مسموح|يجوز|מותר|אפשר|अनुमति|सकते|छूट|ठीक|ได้|อนุญาต",
    _FLAGS,
)
# A word that points back, early in a sentence.
_POINTS_BACK = re.compile(
    r"(?:\S+\s+){0,4}?\W*(?:there(?!['’]?s| is| are| was)|then|that|those|them|these|this|it|such|otherwise|elsewhere|him|her|their|his|its|meanwhile"
    r"|dort|dann|das|dies\w*|sie|ihn|ihm|sonst|da|dabei|davon|damit|deren|dessen|là|cela|ça|ceux|celles|alors|y|eux|eso|esto|esos|esas"
    r"|allí|ahí|entonces|ellos|ellas|quello|questo|quelli|lì|allora|isso|isto|ali|então|deles|daar|dan|deze|die|dit|hen|där|då|det"
    r"|den|der|там|тогда|это|этого|его|её|их|им|tam|wtedy|to|je|ich|orada|bunu|onu|itu|di sana)\b(?!\s+(?:rule|is\b))"
    r"|^.{0,6}(?:那|这|它|他们|她们|该|其|此|そこ|それ|これ|その|この|あれ|그것|그곳|거기|그때|이것)",
    _FLAGS,
)
# A sentence that says when, where or for whom the next one holds.
_SETS_SCOPE = re.compile(
    r"\W*(?:if|when\w*|while|once|until|unless|after|before|during|for|on|in|at|with|as long as|as soon as|suppose|assum\w+|provided"
    r"|the following|wenn|falls|sobald|solange|während|für|bei|im|in|am|an|auf|nach|vor|angenommen|si|quand|lorsque|pendant|pour|dans"
    r"|sur|tant que|dès que|cuando|mientras|para|durante|en|con|se|quando|mentre|durante|per|nel\w*|sul\w*|con|enquanto|no|na|nos|nas"
    r"|em|com|als|wanneer|zolang|voor|bij|op|när|om|för|på|når|hvis|для|если|когда|пока|при|на|в|jeśli|gdy|kiedy|dla|podczas|przy|na|w"
    r"|když|pokud|eğer|kalau|jika|untuk|nếu|khi|cho|với)\b"
    r"|\W*(?:如果|当|若|对于?|在|只要|每当|もし|場合|만약|إذا|عندما|אם|כש|अगर|जब|ถ้า|เมื่อ)|.*(?:的时候|时，|場合|とき|때|경우)"
    r"|.*\b(?:following|below|only|nur|seulement|solo|sólo|apenas|alleen|только|tylko)\b.{0,60}[.:。]?$",
    _FLAGS,
)
_ASKS = ("?", "？", "؟")
_SHORT_CHARACTERS = 160
_MOST_SCOPE_CHARACTERS = 200


def goes_on(sentence: str) -> bool:
    """Whether a sentence opens like one that limits or turns the one before it."""
    return not sentence.endswith(_ASKS) and _GOES_ON.match(sentence) is not None


def limits(sentence: str, *, is_rule: bool = False) -> bool:
    """Whether a sentence behind a rule limits it or goes on with it.

    Args:
        sentence: What stands behind the rule.
        is_rule: It is one itself, so what it allows or forbids may be another thing.
    """
    if len(sentence) > _SHORT_CHARACTERS or sentence.endswith(_ASKS):
        return False
    if _GOES_ON.match(sentence) or _LIMITS.match(sentence) or sentence[:1].islower():
        return True
    if is_rule or speaks_of_self(sentence):
        return False
    return _EXEMPTS.search(sentence) is not None


def conditions(before: str, rule: str) -> bool:
    """Whether a rule needs the sentence before it: its scope, or what it points to."""
    if len(before) > _MOST_SCOPE_CHARACTERS:
        return False
    return bool(
        before.endswith((":", "："))
        or _SETS_SCOPE.match(before)
        or _POINTS_BACK.match(rule)
    )


def speaks_of_self(sentence: str) -> bool:
    """Whether somebody says something of themselves."""
    return _SELF.match(sentence) is not None
