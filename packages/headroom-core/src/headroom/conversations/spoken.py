"""Spoken: the parts of what somebody said: sentences, rules, lines of code.

A rule of the user's is one part with the sentences that limit or condition it, with the
introductions it stands under, and with the list or code that it ends in.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from headroom.conversations.parts import MAX_SENTENCE_CHARACTERS, Part, pieces
from headroom.conversations.passed_on import own_characters
from headroom.conversations.rules import announces_rules, binding_of
from headroom.scorers.stop_words import STOP_WORDS
from headroom.scorers.words import words

__all__ = ["goes_on", "said_parts"]

_BULLET = re.compile(r"(?:[-*+•·]|#{1,6})\s+")
_ITEM = re.compile(r"(?:[-*+•·]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_RULER = re.compile(r"[\s|:=_*~+`-]*")
_FENCES = ("```", "~~~")
_COLONS = (":", "：")
# A block of code up to this length is kept whole or not at all.
_WHOLE_CODE_LINES = 12
# A rule takes so many sentences before and behind it, and so long a list or code.
_MOST_BEFORE, _MOST_BEHIND = 2, 2
_MOST_CARRIED_CHARACTERS = 1_500
_SHORT_CHARACTERS, _SHORT_RULES_CHARACTERS = 80, 120
_ASKS = ("?", "？", "؟")


class _Piece(NamedTuple):
    """A sentence, a line of code or a fence, with where it stands."""

    kind: str
    text: str
    line: int
    raw: str
    block: int  # The paragraph, counted by empty lines.
    depth: int = 0
    item: bool = False
    own: bool = False
    binds: int = 0
    intros: tuple[str, ...] = ()
    head: str = ""
    spaced: bool = True  # Whether space stands before it in its line.


def said_parts(text: str, *, is_user: bool) -> list[Part]:
    """Return the parts of what somebody said, in order; `[]` for none."""
    language = _language(text)
    found = list(_pieces(text, language, is_user=is_user))
    rules = list(_passages(found))
    in_rule = {n for rule in rules for n in rule}
    starts = {rule[0]: rule for rule in rules}
    parts: list[Part] = []
    before: _Piece | None = None
    code: list[str] = []
    used = {intro for rule in rules for intro in found[rule[0]].intros}
    used -= {piece.head for n, piece in enumerate(found) if n not in in_rule}
    for n, piece in enumerate(found):
        if piece.kind == "fence" or n in in_rule:
            if code and len(code) <= _WHOLE_CODE_LINES:
                parts[-len(code) :] = _tied_code(code)
            code = []
        if n in starts:
            parts.append(_rule_part([found[at] for at in starts[n]]))
        if n in in_rule or piece.kind == "fence":
            before = None
            continue
        if piece.kind == "code":
            parts.append(Part("code", piece.text))
            code.append(piece.text)
            continue
        if piece.text in used:
            continue
        same = before is not None and before.line == piece.line
        if before is not None and same and goes_on(piece.text):
            parts.append(Part("said", piece.text, head=before.text, joined=True))
        else:
            parts += [
                Part("said", clause, rank, piece.head)
                for rank, clause in enumerate(_clauses(piece.text, language))
            ]
        before = piece
    if code and len(code) <= _WHOLE_CODE_LINES:
        parts[-len(code) :] = _tied_code(code)
    return parts


def _tied_code(lines: list[str]) -> list[Part]:
    """Return the lines of a block of code, each with the one before it."""
    return [
        Part("code", line, head=head, joined=bool(head))
        for line, head in zip(lines, ["", *lines], strict=False)
    ]


def _rule_part(passage: list[_Piece]) -> Part:
    """Return a rule with all that belongs to it."""
    text, line = passage[0].text, passage[0].line
    for piece in passage[1:]:
        same = f" {piece.text}" if piece.spaced else piece.text
        text += same if piece.line == line else f"\n{piece.raw}"
        line = piece.line
    binds = max(piece.binds for piece in passage)
    return Part("rule", text, binds, "\n".join(passage[0].intros))


def _pieces(text: str, language: str, *, is_user: bool) -> Iterator[_Piece]:
    """Yield the sentences and lines of code of a text, each with where it stands."""
    lines = text.splitlines()
    own = own_characters(lines) if is_user else [0] * len(lines)
    intros: list[tuple[int, str, bool]] = []  # depth, text, whether it announces rules
    block, code = 0, False
    for n, (line, own_until) in enumerate(zip(lines, own, strict=True)):
        bare = line.strip()
        if bare.startswith(_FENCES):
            code = not code
            yield _Piece("fence", bare, n, line.rstrip(), block)
        elif code and bare:
            for piece in pieces(line.rstrip()):
                yield _Piece("code", piece, n, piece, block)
        elif not bare:
            block += 1
        if code or not bare or bare.startswith(_FENCES) or _RULER.fullmatch(bare):
            continue
        numbered = _ITEM.match(bare)
        item = numbered is not None
        title = len(bare) - len(bare.lstrip("#"))
        at = len(line) - len(line.lstrip())
        depth = title - 8 if title else 2 * at + item
        while intros and intros[-1][0] >= depth:
            intros.pop()
        if mark := _BULLET.match(bare):
            at += mark.end()
        above = tuple(intro for _, intro, _ in intros)
        head = above[-1] if intros and intros[-1][0] >= 0 else ""
        listed = any(announced for _, _, announced in intros)
        last = None
        number = bare[: numbered.end()] if numbered and not mark else ""
        for sentence in _sentences(line[at + len(number) :].rstrip(), language):
            if last is None:
                sentence = number + sentence
            else:
                number = ""
            place = max(at, line.find(sentence, at))
            spaced, at = line[at:place].isspace(), place
            mine = sentence[: max(0, own_until - at)].strip()
            bare_words = mine.removeprefix(number)
            binds = binding_of(bare_words, listed=listed) if bare_words else 0
            raw = line.rstrip() if last is None else sentence
            last = _Piece(
                *("said", sentence, n, raw, block, depth, item),
                *(bool(mine), binds, above, head, spaced),
            )
            at += len(sentence)
            yield last
        if last and (title or last.text.endswith(_COLONS)):
            announced = last.own and announces_rules(last.text)
            intros.append((depth, " ".join(last.text.split()), announced))


def _passages(found: list[_Piece]) -> Iterator[range]:
    """Yield the positions of each rule with what belongs to it."""
    start = 0
    while start < len(found):
        end = start + 1
        rules = found[start].binds > 0
        while end < len(found) and _belongs(found[end - 1], found[end], ruled=rules):
            rules = rules or found[end].binds > 0
            end += 1
        binding = [n for n in range(start, end) if found[n].binds]
        if binding:
            first = max(start, binding[0] - _MOST_BEFORE)
            end = min(end, binding[-1] + 1 + _MOST_BEHIND)
            end = _carried(found, end)
            yield range(first, end)
        start = end


def _belongs(before: _Piece, piece: _Piece, *, ruled: bool) -> bool:
    """Whether a sentence belongs to the one before it: it limits the rule it is behind.

    Or it is a rule itself that needs the one before it.
    """
    if not (before.own and piece.own) or before.text in piece.intros:
        return False
    if piece.binds and piece.block == before.block:
        apart = piece.item and piece.line != before.line
        if not apart and _conditions(before.text, piece.text):
            return True
    if not ruled:
        return False
    if piece.block != before.block or (piece.item and piece.line != before.line):
        return goes_on(piece.text)
    # Whatever the language, what is said shortly behind a rule may limit it.
    if goes_on(piece.text):
        return True
    if piece.binds and len(before.text) + len(piece.text) > _SHORT_RULES_CHARACTERS:
        return False
    return len(piece.text) <= _SHORT_CHARACTERS and not piece.text.endswith(_ASKS)


def _carried(found: list[_Piece], end: int) -> int:
    """Return where a passage ends that may end in a colon: behind what that opens.

    That is the code, the list or the paragraph behind it. A list of further rules is
    none: each is one of its own.
    """
    opening = found[end - 1]
    if end == len(found) or not (opening.binds and opening.text.endswith(_COLONS)):
        return end
    after = end + 1
    first = found[end]
    if first.kind == "fence":
        while after < len(found) and found[after - 1].kind != "said":
            after += 1
            if found[after - 1].kind == "fence":
                break
    elif first.depth > opening.depth:
        if any(opening.text in piece.intros and piece.binds for piece in found[end:]):
            return end
        while after < len(found) and found[after].depth > opening.depth:
            after += 1
    else:
        while after < len(found) and found[after].block == first.block:
            after += 1
    size = sum(len(piece.text) for piece in found[end:after])
    return after if size <= _MOST_CARRIED_CHARACTERS else end


# The languages in which a word is a stop word, by the word.
_LANGUAGES_OF: dict[str, list[str]] = {}
for _name, _stop in STOP_WORDS.items():
    for _word in _stop:
        _LANGUAGES_OF.setdefault(_word, []).append(_name)


def _language(text: str) -> str:
    """Return the language of a message, for where its sentences end."""
    found = dict.fromkeys(STOP_WORDS, 0)
    for word in words(text[:500]):
        for name in _LANGUAGES_OF.get(word.casefold(), ()):
            found[name] += 1
    return max(found, key=found.__getitem__)


_SURROGATES = re.compile("[\ud800-\udfff]")


def _sentences(line: str, language: str) -> Iterator[str]:
    """Yield the sentences of a line, very long ones in pieces."""
    # It takes a while to load, and one sentence alone needs no help.
    from sentencex import segment

    if len(line) < 12:
        yield line
        return
    found = segment(language, line if line.isascii() else _SURROGATES.sub("?", line))
    start = 0
    for piece in found:
        sentence = line[start : start + len(piece)].strip()
        start += len(piece)
        if len(sentence) > MAX_SENTENCE_CHARACTERS:
            yield from pieces(sentence, MAX_SENTENCE_CHARACTERS)
        elif sentence:
            yield sentence


# A sentence of several clauses may be cut between them if it says what is so: not where
# a word denies, limits or supposes something, which may reach over a comma.
_LONG_CHARACTERS = 80
_SCOPE = {
    "en": re.compile(
        r"\b(?:not?|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|if|unless|until"
        r"|only|except|instead|rather|than|would|could|should|might|may|must|almost|nearly|hardly"
        r"|barely|yet|used to|whether|supposed|wish|hope|said|says|think|thought|\w+n['’]t"
        r"|[\w’']+['’]d)\b",
        re.IGNORECASE,
    ),
}
_CLAUSE = re.compile(
    r"(?<=;) | [—–]+ ?|(?<=[^\W\d])—(?=\w)|(?<=,) (?=(?:and|so|because|since|which|while|where|especially|like"
    r"|including|plus|then|as|with|who)\b)"
)
_CLAUSE_CHARACTERS = 25


def _clauses(sentence: str, language: str) -> Iterator[str]:
    """Yield a sentence, or its clauses where each may stand without the others.

    A clause shows by "…" that the sentence goes on before or after it.
    """
    scope = _SCOPE.get(language)
    if len(sentence) <= _LONG_CHARACTERS or not scope or scope.search(sentence):
        yield sentence
        return
    starts = [0]
    for match in _CLAUSE.finditer(sentence):
        at = match.end()
        if at - starts[-1] >= _CLAUSE_CHARACTERS <= len(sentence) - at:
            starts.append(at)
    for start, end in zip(starts, [*starts[1:], len(sentence)], strict=True):
        before, after = "… " if start else "", " …" if end < len(sentence) else ""
        yield f"{before}{sentence[start:end].strip()}{after}"


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
_MOST_SCOPE_CHARACTERS = 200


def goes_on(sentence: str) -> bool:
    """Whether a sentence opens like one that limits or turns the one before it."""
    return not sentence.endswith(_ASKS) and _GOES_ON.match(sentence) is not None


def _conditions(before: str, rule: str) -> bool:
    """Whether a rule needs the sentence before it: its scope, or what it points to."""
    if len(before) > _MOST_SCOPE_CHARACTERS:
        return False
    return bool(
        before.endswith((":", "："))
        or goes_on(rule)
        or _SETS_SCOPE.match(before)
        or _POINTS_BACK.match(rule)
    )
