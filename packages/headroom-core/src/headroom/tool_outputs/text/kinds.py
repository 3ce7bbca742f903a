"""Texts folded by their kind, where that pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headroom.tool_outputs.error_lines import failures
from headroom.tool_outputs.text.folding import fold_lines
from headroom.tool_outputs.text.notation import Written, is_folded, read
from headroom.tool_outputs.text.recognition import VERBATIM, kind_of
from headroom.tool_outputs.text.words import words_of

__all__ = ["Folded", "fold", "unfold"]

# A fold must spare this share of the tokens, or the text stays as it is.
_LEAST_SAVED = 0.03
# A shorter text has less to fold than the legend takes.
_SHORTEST = 400
# Texts up to this length are counted whole. Of longer ones about so many characters
# are, in runs of so many lines, and more where those say that a fold spares between
# _SURELY_NOT and _SURELY_SAVED.
_COUNTED_CHARACTERS = 2_000
_SAMPLE_CHARACTERS = 4_000
_RUN = 4
_SURELY_SAVED = 0.1
_SURELY_NOT = -0.02


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, shorter where its kind folds.

    Attributes:
        kind: The kind that the content shows, such as `"log"` or `"text"`.
        text: The folded text, or the very text that came in.
        skipped: Why the text is unchanged, or None if it was folded.
    """

    kind: str
    text: str
    skipped: str | None = None


def fold(text: str, count_tokens: Callable[[str], int]) -> Folded:
    """Return the text folded by its kind, or unchanged where that does not pay.

    Args:
        text: Any text.
        count_tokens: Tokens of a text.
    """
    if is_folded(text):
        return Folded("folded", text, "already folded")
    end = "\r" if "\n" not in text and "\r" in text else "\n"
    lines = text.split(end)
    kind = kind_of(text, lines)
    if kind in VERBATIM:
        return Folded(kind, text, f"{kind} is not folded")
    if len(text) < _SHORTEST:
        return Folded(kind, text, "too short to fold")
    words = words_of(lines, kind)
    kept = _code_of_diff(lines) if kind == "diff" else failures(lines)
    written = fold_lines(text, lines, words, kept, end)
    if written is None:
        return Folded(kind, text, "no lines that are alike")
    folded = written.text()
    if not _pays(written, folded, lines, text, count_tokens):
        return Folded(kind, text, "folding would spare less than 3 % of the tokens")
    if unfold(folded) != text:
        return Folded(kind, text, "folding would not be exact")
    return Folded(kind, folded)


def unfold(text: str) -> str:
    """Return the text that `fold` was given; a text that is not folded, as it is.

    Raises:
        DecodeError: For a folded text that was changed since.
    """
    return read(text) if is_folded(text) else text


def _code_of_diff(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the lines of files, which stay as they are."""
    return {
        number
        for number, line in enumerate(lines)
        if line[:1] in ("+", "-", " ") and line[:4] not in ("+++ ", "--- ")
    }


def _pays(
    written: Written,
    folded: str,
    lines: Sequence[str],
    text: str,
    count_tokens: Callable[[str], int],
) -> bool:
    """Tell whether folded text has enough fewer tokens.

    In a long text only lines that differ are counted: first some of them, and all of
    them where those do not decide.
    """
    if len(text) <= _COUNTED_CHARACTERS:
        return count_tokens(folded) <= (1 - _LEAST_SAVED) * count_tokens(text)
    pairs = zip(lines, written.lines, strict=True)
    changed = [at for at, (old, new) in enumerate(pairs) if new is not old]
    size = sum([len(lines[at]) + 1 for at in changed])
    every = max(1, size // _SAMPLE_CHARACTERS)
    for step in {every: None, 1: None}:
        some = [at for at in changed if at // _RUN % step == 0] or changed
        before = "\n".join([lines[at] for at in some])
        new = [line for at in some if (line := written.lines[at]) is not None]
        tokens = max(1, count_tokens(before))
        spared = size / len(before) * (tokens - count_tokens("\n".join(new)))
        spared -= count_tokens(written.legend)
        saved = spared / (tokens / len(before) * len(text))
        if step == 1 or not _SURELY_NOT <= saved < _SURELY_SAVED:
            break
    return saved >= _LEAST_SAVED
