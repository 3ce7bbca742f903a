"""Deduplication: what overlapping chunks repeat, and nothing that only looks alike.

Two units are duplicates if they say the same about the same: units of two chunks of one
text. An equal line of another record, table or product is none.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from headroom.documents.corpus import Corpus

__all__ = ["best_first", "openings_first", "without_duplicates"]

# A sentence of so many words is not equal to another one by chance.
_LONG_WORDS = 8
# Shorter openings and endings are shared by chance ("On the other hand").
_LEAST_WORDS = 4
_EDGE_MARKS = " .,;:!?…\"'“”‘’«»。！？，；"
_END_MARKS = ".!?…。！？؟।:;"


def best_first(
    corpus: Corpus, scores: Sequence[float], able: Iterable[int]
) -> list[int]:
    """Return the units of `able`, best first, without duplicates.

    What only comes along is left out too. Equal scores stand in input order.
    """
    order = sorted(able, key=lambda i: (-scores[i], i))
    return without_duplicates(corpus, order)


def openings_first(corpus: Corpus) -> list[int]:
    """Return the first units of all documents, then the second ones, and so on."""
    places: list[tuple[int, int]] = []
    count: dict[int, int] = {}
    for i, unit in enumerate(corpus.units):
        if i not in corpus.carried:
            count[unit.document] = count.get(unit.document, 0) + 1
            places.append((count[unit.document], i))
    return without_duplicates(corpus, [i for _, i in sorted(places)])


def without_duplicates(corpus: Corpus, order: Sequence[int]) -> list[int]:
    """Return `order` without what only comes along and what an earlier one says."""
    gone = _halves(corpus, order) | _copies(corpus)
    found: list[int] = []
    said: dict[str, list[int]] = {}
    overlap = _overlaps(corpus)
    for i in order:
        if i in gone or i in corpus.carried:
            continue
        saying = _saying(corpus, i)
        others = said.setdefault(saying, [])
        if any(_same(corpus, i, other, overlap) for other in others[:_LONG_WORDS]):
            continue
        others.append(i)
        found.append(i)
    return found


def _saying(corpus: Corpus, i: int) -> str:
    # Nothing more is folded than spacing, case and end marks: one word, sign or digit
    # can turn the meaning round.
    return " ".join(corpus.texts[i].split()).strip(_EDGE_MARKS).casefold()


def _same(corpus: Corpus, i: int, other: int, overlap: set[int]) -> bool:
    """Tell whether two units that read alike also speak of the same."""
    one, two = corpus.units[i], corpus.units[other]
    if one.document == two.document or one.kind not in {"sentence", "piece"}:
        return False
    above, beside = corpus.context(i), corpus.context(other)
    if above and beside and above != beside:
        return False
    if i in overlap and other in overlap:
        return True
    # Words of a script without spaces are pairs of characters.
    least = _LONG_WORDS if " " in corpus.texts[i] else 3 * _LONG_WORDS
    long = len(corpus.sentences.words[corpus.which[i]]) >= least
    return long and _overlapping(corpus, i, other)


def _overlapping(corpus: Corpus, i: int, other: int) -> bool:
    """Tell whether two equal sentences are one place of a text that was cut.

    The sentence beside them is equal too, or one chunk ends where the other begins.
    Equal sentences between other neighbours tell of two things: the opening hours of
    two shops.
    """
    (before, after), (last, next_) = (_beside(corpus, at) for at in (i, other))
    return (
        before == last is not None
        or after == next_ is not None
        or (before is None and next_ is None)
        or (after is None and last is None)
        or before is after is None
        or last is next_ is None
    )


def _beside(corpus: Corpus, i: int) -> tuple[int | None, int | None]:
    """Return the texts before and after unit `i` in its document."""
    units = corpus.units
    return tuple(  # type: ignore[return-value]
        corpus.which[at]
        if 0 <= at < len(units) and units[at].document == units[i].document
        else None
        for at in (i - 1, i + 1)
    )


def _copies(corpus: Corpus) -> set[int]:
    """Return the units of documents that are equal to an earlier document."""
    seen: dict[str, int] = {}
    copies = {
        place
        for place, text in enumerate(corpus.documents)
        if seen.setdefault(text, place) != place
    }
    if not copies:
        return set()
    return {i for i, unit in enumerate(corpus.units) if unit.document in copies}


def _overlaps(corpus: Corpus) -> set[int]:
    """Return units at the end of one document that another one begins with.

    At least two in a row; chunks that overlap share such a run.
    """
    rows = corpus.rows(range(len(corpus.units)))
    starts: dict[tuple[int, int], list[list[int]]] = {}
    for row in rows.values():
        if len(row) > 1:
            starts.setdefault((corpus.which[row[0]], corpus.which[row[1]]), []).append(
                row
            )
    found: set[int] = set()
    for document, row in rows.items():
        for at in range(max(0, len(row) - _LEAST_RUN_REACH), len(row) - 1):
            key = (corpus.which[row[at]], corpus.which[row[at + 1]])
            tail = row[at:]
            for head in starts.get(key, ())[:_LONG_WORDS]:
                other = corpus.units[head[0]].document
                if other != document and len(head) >= len(tail):
                    pairs = zip(tail, head, strict=False)
                    if all(corpus.which[a] == corpus.which[b] for a, b in pairs):
                        found.update(tail, head[: len(tail)])
    return found


# An overlap is looked for in so many last units of a document.
_LEAST_RUN_REACH = 12


def _halves(corpus: Corpus, order: Sequence[int]) -> set[int]:
    """Return which units of `order` are half of a sentence that is whole elsewhere.

    Chunkers that cut by length leave half a sentence at the edge of a chunk, and
    its whole in the overlapping one. A half at the end lacks its end mark, one at the
    start its capital. Only edges are looked at, so a sentence in the middle of a chunk
    is never taken for a piece of another.
    """
    texts = corpus.texts
    rows = corpus.rows(range(len(texts))).values()
    firsts, lasts = {row[0] for row in rows}, {row[-1] for row in rows}
    running = [i for i in order if corpus.units[i].kind == "sentence"]
    openers = [i for i in running if i in firsts and not texts[i][:1].isupper()]
    closers = [
        i
        for i in running
        if i in lasts and texts[i].rstrip("\"'”’)")[-1:] not in _END_MARKS
    ]
    return _beginnings(corpus, closers, 1) | _beginnings(corpus, openers, -1)


def _beginnings(corpus: Corpus, halves: Sequence[int], step: int) -> set[int]:
    """Return which units of `halves` begin a longer text; backwards if `step` is -1."""
    if not halves:
        return set()
    said = [words[::step] for words in corpus.sentences.words]
    ordered = sorted(said)
    found: set[int] = set()
    for i in halves:
        half = said[corpus.which[i]]
        # Of all that is greater, what begins alike comes first.
        after = bisect_right(ordered, half)
        longer = ordered[after] if after < len(ordered) else []
        if len(half) >= _LEAST_WORDS and longer[: len(half)] == half:
            found.add(i)
    return found
