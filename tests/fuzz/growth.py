"""How processor time grows with hostile texts, for each compressor.

    python tests/fuzz/growth.py

Measures each compressor on texts that make a careless pattern quadratic, at 3,000
characters and at four times as many, and prints those that take more than eight times
as long. Exits with 1 if there are any. Times
are no tests, because other programs on the machine change them.
"""

import sys
import time
from collections.abc import Callable, Iterator

from headroom import (
    ConversationCompressor,
    JSONMinifier,
    RAGContext,
    SemanticCompressor,
    ToolOutputCompressor,
)

LENGTH, FACTOR, MOST = 3_000, 4, 8
# Below so many seconds a ratio is noise.
LEAST = 0.02
PIECES = """1|a|**a |*|__a |_|< |/|a/|a.|a@|. | —|-|:,|$ |(<[{|."|? |error.|<think>|
,|; |# |`|" |\t|{"a":|[|]|\\|=|& |https://a/|2026-01-01 |0x|%|~~~\n|| |- \n|\n|我想|é"""


def texts(length: int) -> Iterator[str]:
    """Yield hostile texts of about `length` characters."""
    for piece in PIECES.split("|"):
        for end in ("", "x", "\x00"):
            yield f"Yes {(piece or '|') * (length // max(1, len(piece)))}{end}"


def works() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Yield each compressor's name, and what it does with a text."""
    semantic = SemanticCompressor(0.5, scorer="bm25", count_tokens=len)
    chat = ConversationCompressor(2_000, keep_turns=1, count_tokens=len)
    yield "JSONMinifier", JSONMinifier(count_tokens=len).compress
    yield "ToolOutputCompressor", ToolOutputCompressor(count_tokens=len).compress
    yield (
        "SemanticCompressor",
        lambda text: semantic.compress(RAGContext("Yes or no?", [text])),
    )
    yield (
        "ConversationCompressor",
        lambda text: chat.compress(
            [
                {"role": role, "content": said}
                for said in (text, "next")
                for role in ("user", "assistant")
            ]
        ),
    )


def seconds(work: Callable[[str], object], text: str) -> float:
    """Return the processor time of one run."""
    started = time.process_time()
    work(text)
    return time.process_time() - started


def main() -> None:
    """Measure, print, exit."""
    slow = 0
    for name, work in works():
        for short, long in zip(texts(LENGTH), texts(FACTOR * LENGTH), strict=True):
            took = seconds(work, long)
            ratio = took / max(seconds(work, short), 1e-6) if took > LEAST else 0
            if ratio > MOST:
                slow += 1
                print(f"{name} on {short[4:12]!r}: {1000 * took:.0f} ms, × {ratio:.1f}")
    sys.exit(f"{slow} grow faster than the text" if slow else None)


if __name__ == "__main__":
    main()
