"""Candidates: which units may be kept, and which first."""

from collections.abc import Iterable, Sequence

from headroom.documents.corpus import Corpus

__all__ = ["best_first", "openings_first"]

# Shorter openings and endings are shared by chance ("On the other hand").
_LEAST_WORDS = 4
_EDGE_MARKS = " .,;:!?…\"'“”‘’«»。！？，；"


def best_first(corpus: Corpus, scores: Sequence[float], floor: float) -> list[int]:
    """Return the units that reach `floor`, best first, no saying twice.

    Equal scores stand in input order.
    """
    able = [i for i, score in enumerate(scores) if score >= floor]
    able.sort(key=scores.__getitem__, reverse=True)
    return _distinct(corpus, able)


def openings_first(corpus: Corpus) -> list[int]:
    """Return the first units of all documents, then the second ones, and so on."""
    places: list[tuple[int, int]] = []
    for i, unit in enumerate(corpus.units):
        new = not i or corpus.units[i - 1].document != unit.document
        places.append((0 if new else places[-1][0] + 1, i))
    return _distinct(corpus, [i for _, i in sorted(places)])


def _distinct(corpus: Corpus, order: Sequence[int]) -> list[int]:
    """Return `order` without what only comes along and what is said before."""
    halves = _halves(corpus, order)
    said: set[str] = set()
    found: list[int] = []
    for i in order:
        # Nothing more is folded than spacing, case and end marks: one word, sign
        # or digit can turn the meaning round.
        saying = " ".join(corpus.texts[i].split()).strip(_EDGE_MARKS).casefold()
        if saying not in said and i not in halves and i not in corpus.carried:
            said.add(saying)
            found.append(i)
    return found


def _halves(corpus: Corpus, order: Sequence[int]) -> set[int]:
    """Return which units of `order` are half of a sentence that is whole elsewhere.

    Chunkers that cut by length leave half a sentence at the edge of a chunk, and
    its whole in the overlapping one. Only edges are looked at, so a sentence in
    the middle of a chunk is never taken for a piece of another.
    """
    units, words = corpus.units, corpus.sentences.words
    last = len(units) - 1
    openers = [i for i in order if not i or units[i - 1].document != units[i].document]
    closers = [
        i for i in order if i == last or units[i + 1].document != units[i].document
    ]
    halves = _parts(
        openers,
        [words[corpus.which[i]][::-1] for i in openers],
        (found[::-1] for found in words),
    )
    return halves | _parts(closers, [words[corpus.which[i]] for i in closers], words)


def _parts(
    edges: Sequence[int], openings: Sequence[list[str]], wholes: Iterable[list[str]]
) -> set[int]:
    """Return the `edges` whose words, `openings`, begin a longer one of `wholes`."""
    waiting: dict[tuple[str, ...], list[int]] = {}
    lengths: dict[tuple[str, ...], set[int]] = {}
    for edge, opening in zip(edges, openings, strict=True):
        if len(opening) >= _LEAST_WORDS:
            waiting.setdefault(tuple(opening), []).append(edge)
            lengths.setdefault(tuple(opening[:_LEAST_WORDS]), set()).add(len(opening))
    found: set[int] = set()
    if waiting:
        for whole in wholes:
            for length in lengths.get(tuple(whole[:_LEAST_WORDS]), ()):
                if length < len(whole):
                    found.update(waiting.get(tuple(whole[:length]), ()))
    return found
