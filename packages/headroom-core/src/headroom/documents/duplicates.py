"""Duplicates: what overlapping chunks say more than once."""

from collections.abc import Sequence

__all__ = ["fragments", "same_saying"]

# Shorter openings and endings are shared by chance ("On the other hand").
_LEAST_WORDS = 4
_EDGE_MARKS = " .,;:!?…\"'“”‘’«»。！？，；"


def same_saying(sentence: str) -> str:
    """Return what two sentences share when they differ in spacing, case, end marks.

    Nothing more is folded: one word, sign or digit can turn the meaning round.
    """
    return " ".join(sentence.split()).strip(_EDGE_MARKS).casefold()


def fragments(
    words: Sequence[Sequence[str]], openers: Sequence[int], closers: Sequence[int]
) -> set[int]:
    """Return which sentences are a half of another one, left by cutting chunks.

    Chunkers that cut by length leave half a sentence at the edge of a chunk, and
    its whole in the overlapping one. Only edges are looked at, so a sentence in
    the middle of a chunk is never taken for a piece of another.

    Args:
        words: The words of each distinct sentence.
        openers: Positions in `words` of the documents' first sentences; one is a
            fragment if a longer sentence ends with it.
        closers: Positions of the last ones; a longer sentence begins with them.
    """
    endings: dict[tuple[str, ...], list[int]] = {}
    openings: dict[tuple[str, ...], list[int]] = {}
    for edges, known, cut in (
        (openers, endings, slice(-_LEAST_WORDS, None)),
        (closers, openings, slice(_LEAST_WORDS)),
    ):
        for edge in dict.fromkeys(edges):
            if len(words[edge]) >= _LEAST_WORDS:
                known.setdefault(tuple(words[edge][cut]), []).append(edge)
    pieces: set[int] = set()
    for whole in words:
        size = len(whole)
        for edge in endings.get(tuple(whole[-_LEAST_WORDS:]), ()):
            part = words[edge]
            if len(part) < size and whole[size - len(part) :] == part:
                pieces.add(edge)
        for edge in openings.get(tuple(whole[:_LEAST_WORDS]), ()):
            part = words[edge]
            if len(part) < size and whole[: len(part)] == part:
                pieces.add(edge)
    return pieces
