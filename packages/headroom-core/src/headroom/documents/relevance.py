"""Relevance: a sentence's own score, lifted by its surroundings and by names."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from headroom.documents.corpus import Corpus
from headroom.documents.cues import asks, limits
from headroom.documents.quantities import fitting
from headroom.documents.query import Asked
from headroom.documents.structure.lines import is_field
from headroom.scorers.bm25 import idf
from headroom.scorers.stop_words import ALL_STOP_WORDS
from headroom.scorers.words import stem

__all__ = ["inherited", "relevance", "with_answers"]

# Source of all: measured, docs/documents.md "Multi-hop"; the plateau is wide.
_DOCUMENT = 0.2  # what a sentence gains from the best one of its document
_COVERED = 0.15  # and from all words of the query that its document holds, at most
_NEIGHBOUR = 0.2  # what it gains from the better one of its neighbours
_HEADING = 0.6  # what a heading's score counts for the units below it
_SECTION = 0.1  # what a heading adds to a unit that has a score of its own
_INTRODUCTION = 0.6  # and a list's introduction or a question for what follows
_HEADER = 0.3  # what a table's header counts for each of its rows
_RANKED = 0.3  # the share of its own score that a unit below a heading keeps
_STRANGER = 0.5  # how much of that, where it has no score and no pronoun of its own
_OWN = 0.05  # a score of its own; half of one counts half
_OTHER_SECTION = 0.5  # what is left of a score where another section is asked for
_LABELLED = 1.3  # a row gains where its first cell is asked for
_QUOTED = 0.8  # what is left of a quoted sentence for each mark
_DENIED = 1.15  # what is denied gains where the question asks for that ("may not")
_NAMED = 0.2  # the least score of a section that is asked for
_UNNAMED = 0.5  # the share of that section's score up to which one is not asked for
_EXCEPTION = 0.6  # what a rule's score counts for the exception after it
_BRIDGE = 1.3  # what it gains at most from names it shares with the best sentences
_HALF_GAIN = 1.5  # the shared idf that gives half of that
_ABOUT = 0.5  # the share of it that a document has from the name that it is about
_FIRST_CHARACTERS = 30  # in which that name stands
_SOURCES = 12  # how many best sentences lend their names
_COMMON = 0.3  # names in a larger share of the documents connect nothing
_LEAST_DOCUMENTS = 4  # among fewer, every name is common, and every document is meant


def relevance(asked: Asked, scores: Sequence[float], corpus: Corpus) -> list[float]:
    """Return the relevance of each unit, same order; 0 is irrelevant, 1 is plenty.

    A sentence is worth more beside a good one, in a good document, in one that holds
    all words of the query, below a good heading. And a question often needs a second
    fact that shares no word with it, only a name with the first fact: names in the
    best sentences lift the sentences of other documents that hold them too.

    Args:
        asked: The words of the query in `corpus`.
        scores: What `inherited` gives: one in [0, 1] per unit of `corpus`.
        corpus: The units.
    """
    lifted = _with_surroundings(asked, scores, corpus)
    gains = _bridges(asked, lifted, corpus)
    best = max(lifted, default=0.0)
    return [
        own + _BRIDGE * best * gain for own, gain in zip(lifted, gains, strict=True)
    ]


def inherited(asked: Asked, scores: Sequence[float]) -> list[float]:
    """Return calibrated scores in [0, 1], with what the structure says about them.

    An item, row or answer often shares no word with the query, only what stands
    above it does. And an exception matters as the rule does that it limits.
    """
    corpus = asked.corpus
    found = list(scores)
    above = list(scores)  # with what stands above, for what stands below
    meant = _sections(scores, corpus)
    within = fitting(asked.query, corpus.units, corpus.texts)
    denied = _denied(corpus) if limits(asked.query) else set()
    for i, unit in enumerate(corpus.units):
        score = scores[i]
        given = _HEADER if _is_header(unit.intro, corpus) else _INTRODUCTION
        given *= 0.0 if unit.intro is None else above[unit.intro]
        for at in unit.needs:
            if corpus.units[at].kind != "header":
                given = max(given, _INTRODUCTION * above[at])
        # An equal share to all, so their own scores still rank them.
        score += given * (1.0 - score)
        if unit.heading is not None:
            heading = above[unit.heading]
            # Of equal rows in two sections, the one whose section is asked for.
            own = _SECTION * heading * (1.0 - score) if score > 0 else 0.0
            lifted = _HEADING * heading
            # Below one heading the better score of its own stays the better one.
            score = max(score, lifted + _RANKED * score * (1.0 - lifted)) + own
        for asking in (unit.intro, unit.heading):
            if asking is None or not asks(corpus.texts[asking]):
                continue
            # Beside a title with a label stands what else is known of the text.
            beside = unit.kind in {"field", "lines"} and asking == unit.heading
            if not (beside and is_field(corpus.texts[asking])):
                # An answer is asked for as much as its question is.
                score = max(score, above[asking])
        if i and found[i - 1] > score and corpus.qualifies(i):
            score = max(score, _EXCEPTION * found[i - 1])
        found[i] = min(1.0, score) * meant[i] * within[i]
        if unit.kind == "row" and asked.is_labelled(i):
            found[i] *= _LABELLED
        if i in denied:
            found[i] *= _DENIED
        if corpus.texts[i][:1] == ">" and not asks(corpus.texts[i]):
            # Deeper quotes are older.
            found[i] *= _QUOTED ** (1 + (corpus.texts[i][1:2] == ">"))
        if unit.kind != "sentence":
            above[i] = found[i]
    return found


def _denied(corpus: Corpus) -> set[int]:
    """Return the units that deny or limit something, or stand below one that does."""
    found: set[int] = set()
    for i, unit in enumerate(corpus.units):
        above = {unit.heading, unit.intro, *unit.needs}
        if limits(corpus.texts[i]) or not found.isdisjoint(above):
            found.add(i)
    return found


def _sections(scores: Sequence[float], corpus: Corpus) -> list[float]:
    """Return 1 for each unit, less where the question names another section.

    A section is all that stands below one heading, parent item, key or section row. If
    the query names one of several ("winter"), the others are not meant.
    """
    above = [_section(i, corpus) for i in range(len(corpus.units))]
    best: dict[tuple[int, int | None], float] = {}
    for section in {at for at in above if at is not None}:
        key = corpus.units[section].document, above[section]
        best[key] = max(best.get(key, 0.0), scores[section])
    factors: list[float] = []
    for at in above:
        factor = 1.0 if at is None else factors[at]
        if at is not None:
            named = best[corpus.units[at].document, above[at]]
            if named > _NAMED and scores[at] < _UNNAMED * named:
                factor *= _OTHER_SECTION
        factors.append(factor)
    return factors


def _section(i: int, corpus: Corpus) -> int | None:
    """Return what unit `i` stands below, or None; it comes before the unit."""
    unit = corpus.units[i]
    below = [at for at in unit.needs if at < i and not _is_header(at, corpus)]
    if unit.kind in {"sentence", "lines", "piece"}:
        # The sender of a mail and the start of a quote are no sections.
        below = [at for at in below if corpus.units[at].kind == "item"]
    return below[-1] if below else unit.heading


def _is_header(position: int | None, corpus: Corpus) -> bool:
    return position is not None and corpus.units[position].kind == "header"


def with_answers(scores: Sequence[float], corpus: Corpus) -> list[float]:
    """Return scores of any scale, each answer's as high as its question's.

    A question is kept only with its answer, which would go without this.
    """
    return [
        max(score, scores[unit.intro])
        if unit.intro is not None and asks(corpus.texts[unit.intro])
        else score
        for score, unit in zip(scores, corpus.units, strict=True)
    ]


def _with_surroundings(
    asked: Asked, scores: Sequence[float], corpus: Corpus
) -> list[float]:
    """Return the scores, each lifted by its neighbours and its document."""
    units = corpus.units
    # What is carried has given its share to all that is below it.
    lent = list(scores)
    for i in corpus.carried:
        lent[i] = 0.0
    best: dict[int, float] = {}
    for score, unit in zip(lent, units, strict=True):
        if score > best.get(unit.document, 0.0):
            best[unit.document] = score
    # Among few documents it does not tell which one is about the question.
    few = len(corpus.documents) < _LEAST_DOCUMENTS
    covered = {} if few else asked.covered()
    most = max(best.values(), default=0.0)
    given = {
        document: _DOCUMENT * score + _COVERED * most * covered.get(document, 0.0)
        for document, score in best.items()
    }
    lifted = []
    last = len(scores) - 1
    for i, (score, unit) in enumerate(zip(scores, units, strict=True)):
        document = unit.document
        beside = lent[i - 1] if i and units[i - 1].document == document else 0.0
        if i < last and lent[i + 1] > beside and units[i + 1].document == document:
            beside = lent[i + 1]
        # Beside a good sentence there may stand anything.
        if beside and score < _OWN and corpus.leans_on(i) is None:
            beside *= _STRANGER + (1 - _STRANGER) * max(0.0, score) / _OWN
        lifted.append(score + given.get(document, 0.0) + _NEIGHBOUR * beside)
    return lifted


def _bridges(asked: Asked, scores: Sequence[float], corpus: Corpus) -> list[float]:
    """Return each unit's connection to the best ones by shared names, in [0, 1)."""
    units, which = corpus.units, corpus.which
    gains = [0.0] * len(scores)
    ranking = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
    # What repeats the question names other things at random.
    sources = [i for i in ranking[:_SOURCES] if not asked.is_echo(i)]
    best = scores[sources[0]] if sources else 0.0
    if best <= 0 or len(corpus.documents) < _LEAST_DOCUMENTS:
        return gains
    sentences = corpus.sentences
    told = frozenset(asked.terms)
    capitalised = {
        word
        for source in sources
        for word in sentences.words[which[source]]
        # The first comparison is quick and sorts out nearly all words.
        if (word < "a" or word > "{") and word[0].isupper() and len(word) > 1
    }
    # A name is capitalised, nowhere written small, and not in the question.
    names = {
        word
        for word in capitalised
        if (low := word.lower()) not in sentences.vocabulary
        and low not in ALL_STOP_WORDS
        and stem(word) not in told
    }
    held: list[list[str]] = [[]] * len(sentences)
    for i, found in sentences.holding(names).items():
        held[i] = sorted(set(found))
    # Names connect that are in some documents but not in most.
    often = Counter(chain.from_iterable(corpus.by_document(held).values()))
    weights = idf(often, len(corpus.documents))
    most = max(2.0, _COMMON * len(corpus.documents))
    weights = {name: weights[name] for name in weights if 2 <= often[name] <= most}
    # What each document lends to the others by a name: its best source counts.
    lent: dict[str, dict[int, float]] = {}
    for source in sources:
        share = (scores[source] / best) ** 2
        for name in held[which[source]]:
            if name in weights:
                by = lent.setdefault(name, {})
                document = units[source].document
                by[document] = max(by.get(document, 0.0), share * weights[name])
    about: dict[int, float] = {}  # what the name that a document begins with lends it
    for i, unit in enumerate(units):
        opens = unit.document not in about
        gain = subject = 0.0
        for name in held[which[i]]:
            if name in lent:
                others = (v for d, v in lent[name].items() if d != unit.document)
                shared = max(others, default=0.0)
                gain += shared
                if opens and corpus.texts[i].find(name, 0, _FIRST_CHARACTERS) >= 0:
                    subject += shared
        # The name that a document begins with is what it is about, whatever pronoun
        # its other sentences have for it.
        if opens:
            about[unit.document] = subject
            gain += _ABOUT * subject
        elif asked.held[which[i]]:
            gain = max(gain, _ABOUT * about[unit.document])
        if gain:
            gains[i] = gain / (gain + _HALF_GAIN)
    return gains
