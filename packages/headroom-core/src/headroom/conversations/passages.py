"""Passages: a rule with the sentences that limit, condition or withdraw it.

A rule without them says something else. So they are one unit: kept together, in
order, or left out together.
"""

import re

__all__ = ["conditions", "goes_on"]

_FLAGS = re.IGNORECASE

# How a sentence opens that limits or turns the one before it.
_GOES_ON = re.compile(
    r"\W*(?:(?:but|except\w*|unless|only|nur|seulement|s[oó]lo|solo|apenas|alleen|bara|только|tylko|otherwise|however|though|although|aber|außer|jedoch|sonst|allerdings|es sei denn"
    r"|mais|sauf|sinon|toutefois|cependant|pero|excepto|salvo|sino|ma|però|tranne|altrimenti|mas|exceto|senão|porém|maar"
    r"|behalve|tenzij|men|utom|undtagen|unntatt|но|кроме|иначе|однако|ale|chyba że|oprócz|kromě|ama|fakat|ancak|hariç|kecuali|tapi|tetapi"
    r"|nhưng|trừ|ngoại trừ)\b|但|不过|除非|除了|否则|ただし|でも|しかし|하지만|그러나|다만|단[, ]|إلا|لكن|ولكن|ما عدا|אבל|חוץ|אלא|लेकिन|मगर|सिवाय"
    r"|แต่|ยกเว้น|เว้นแต่)",
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
_MOST_SCOPE_CHARACTERS = 200


def goes_on(sentence: str) -> bool:
    """Whether a sentence opens like one that limits or turns the one before it."""
    return not sentence.endswith(_ASKS) and _GOES_ON.match(sentence) is not None


def conditions(before: str, rule: str) -> bool:
    """Whether a rule needs the sentence before it: its scope, or what it points to."""
    if len(before) > _MOST_SCOPE_CHARACTERS:
        return False
    return bool(
        before.endswith((":", "："))
        or goes_on(rule)
        or _SETS_SCOPE.match(before)
        or _POINTS_BACK.match(rule)
    )
