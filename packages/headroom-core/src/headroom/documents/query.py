"""The query: its words, where they are, and what only repeats them."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from headroom.documents.corpus import Corpus
from headroom.documents.cues import announces, asks
from headroom.documents.quantities import is_number
from headroom.scorers.bm25 import idf
from headroom.scorers.stop_words import ALL_STOP_WORDS
from headroom.scorers.words import content_terms, stem, words

__all__ = ["Asked"]


# The first cell of a row that is not empty.
_TAG = re.compile(r"<[^<>]*>")
_CELL = re.compile(r"[^|\t;,<>\s](?:[^|\t;,<>\s]|[ ](?! ))*")
# A title holds most of the question, and at most so many words more.
_ECHOED, _MORE_WORDS = 0.6, 4
# The least share of that which a text holds, and a score that needs no words.
_TOLD, _SURE = 0.5, 0.5
_ANSWERED = re.compile(r"[?？؟]\s[^?？؟]+$")
_LABEL = re.compile(r"[^:：.!?]{2,40}[:：]")
_PARTS = re.compile("[,;，；、]")
_SMALL_WORDS = frozenset(map(stem, ALL_STOP_WORDS))


class Asked:
    """The terms of a query in the units of a corpus.

    Attributes:
        query: The query.
        corpus: The units.
        terms: The terms of the query, stop words left out; in order.
        held: Which of them each distinct text of the corpus holds, sorted; by its
            position in `corpus.sentences`.
    """

    def __init__(self, query: str, corpus: Corpus) -> None:
        self.terms = content_terms(query)
        self.query = query
        self.corpus = corpus
        spelled, places = corpus.sentences.matched(frozenset(self.terms))
        self.held: list[list[str]] = [[]] * len(corpus.sentences)
        for i, words_held in places.items():
            self.held[i] = sorted({spelled[word] for word in words_held})

    def is_echo(self, i: int) -> bool:
        """Tell whether unit `i` only repeats the question or announces an answer.

        A question without an answer, a line of a table of contents, and a title or
        label all of whose words are the query's. What stands alone above other text is
        a title with a word or two more, too, if none of them is a number.
        """
        corpus = self.corpus
        text, kind = corpus.texts[i], corpus.units[i].kind
        if kind == "contents" or announces(text):
            return True
        if asks(text):
            # Behind a label there may be the answer, too.
            return _ANSWERED.search(text) is None
        if not self.held[corpus.which[i]] or kind not in {"sentence", "lines", "field"}:
            return False
        if text[-1:] not in ".!。！" and self._repeats(text, 0):
            return True
        if text.find("?") > 0 and self._repeats(text[: text.find("?")], 0):
            return True
        # Behind a label, each part of a list may have a word more.
        label = _LABEL.match(text)
        parts = len(_PARTS.findall(text))
        if label and self._repeats(text[label.end() :], min(parts, _MORE_WORDS)):
            return True
        return corpus.stands_above(i) and self._repeats(text, _MORE_WORDS)

    def is_told(
        self, telling: Sequence[int], echoes: Collection[int], own: Sequence[float]
    ) -> bool:
        """Tell whether texts hold about as much of the query as what repeats it does.

        Args:
            telling: Units that tell something.
            echoes: Units that only repeat the question.
            own: The scorer's score of each unit.
        """
        if not echoes:
            return True
        weights = idf(Counter(chain.from_iterable(self.held)), len(self.held))

        def weight(units: Iterable[int]) -> float:
            held = chain.from_iterable(self.held[self.corpus.which[i]] for i in units)
            return sum(weights[term] for term in sorted(set(held)))

        most = _TOLD * max(weight([i]) for i in echoes)
        return any(
            own[i] >= _SURE or weight(self.corpus.known_with(i)) > most for i in telling
        )

    def _repeats(self, text: str, most: int) -> bool:
        """Tell whether `text` says the query's words and at most so many others.

        Where others are allowed, most of the query must be there, and no number more.
        """
        said = {stem(word) for word in words(text)}
        more = said.difference(self.terms) - _SMALL_WORDS
        held = len(said.intersection(self.terms))
        if not most:
            return held > 0 and not more
        return (
            held >= _ECHOED * len(self.terms)
            and len(more) <= most
            and not any(map(is_number, more))
        )

    def is_labelled(self, i: int) -> bool:
        """Tell whether the first cell of row `i` holds a word of the query."""
        if not self.held[self.corpus.which[i]]:
            return False
        cell = _CELL.search(_TAG.sub("|", self.corpus.texts[i]))
        said = {stem(word) for word in words(cell.group())} if cell else set()
        return not said.isdisjoint(self.terms)

    def only_ones(self, top: int, own: Sequence[float]) -> set[int]:
        """Return units of the document of `top` that alone hold some word asked for.

        Args:
            top: The best unit.
            own: The scorer's score of each unit.
        """
        holders: dict[str, list[int]] = {}
        for i, position in enumerate(self.corpus.which):
            for term in self.held[position]:
                holders.setdefault(term, []).append(i)
        document = self.corpus.units[top].document
        return {
            places[0]
            for places in holders.values()
            if len(places) == 1
            and own[places[0]] > 0
            and self.corpus.units[places[0]].document == document
        }

    def covered(self) -> dict[int, float]:
        """Return the share of the query, by weight, that each document holds.

        A document that holds none is left out, and one of a single unit: of that
        the scorer has read everything.
        """
        found = self.corpus.by_document(self.held)
        units = Counter(unit.document for unit in self.corpus.units)
        often = Counter(chain.from_iterable(found.values()))
        weights = idf(often, len(self.corpus.documents))
        whole = sum(weights[term] for term in sorted(weights))
        return {
            # Sorted, because the last digit of a sum depends on the order.
            document: sum(weights[term] for term in sorted(terms)) / whole
            for document, terms in found.items()
            if units[document] > 1
        }
