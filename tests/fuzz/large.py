"""How processor time and memory grow with very large tool outputs.

    python tests/fuzz/large.py [--megabytes 100]

Folds and caps a text in one line and a text of many lines, at a tenth of the size and
at the whole of it, each in a process of its own. Prints seconds of processor time and
the most memory above the text's own. Exits with 1 where ten times the text takes more
than 15 times as much.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable

from headroom import ToolOutputCompressor
from headroom.tokens import estimate_tokens

FACTOR, MOST = 10, 15
TEXTS: dict[str, Callable[[int], str]] = {
    "one line": lambda n: f"{n * n % 9973} item-{n % 977}; ",
    "lines": lambda n: (
        f"2026-01-01 10:{n % 60:02} INFO job {n} took {n * 37 % 991} ms\n"
    ),
}
# Counting is left out: tiktoken's time is its own.
WORKS = {
    "fold": ToolOutputCompressor(count_tokens=estimate_tokens),
    "cap": ToolOutputCompressor(max_tokens=2_000, count_tokens=estimate_tokens),
}


def text_of(kind: str, size: int) -> str:
    """Return a text of about `size` characters."""
    make = TEXTS[kind]
    return "".join([make(n) for n in range(size // len(make(size // 40)))])


def measure(job: tuple[str, str, int]) -> tuple[float, float]:
    """Return the seconds that a text takes, and the megabytes above its own."""
    work, kind, size = job
    text = text_of(kind, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    WORKS[work].compress(text, query="Which job took 990 ms?")
    seconds = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, (after - before) / 1024


def main() -> None:
    """Measure, print, exit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    size = 1_000_000 * parser.parse_args().megabytes
    slow = 0
    for work in WORKS:
        for kind in TEXTS:
            found = []
            for length in (size // FACTOR, size):
                with multiprocessing.Pool(1) as pool:
                    found.append(pool.apply(measure, ((work, kind, length),)))
                seconds, megabytes = found[-1]
                print(
                    f"{work} {kind}, {length / 1e6:g} MB: {seconds:.1f} s, "
                    f"{megabytes:,.0f} MB of memory",
                    flush=True,
                )
            (small_s, small_m), (large_s, large_m) = found
            slow += large_s > MOST * small_s or large_m > MOST * max(1, small_m)
    sys.exit(f"{slow} grow faster than the text" if slow else None)


if __name__ == "__main__":
    main()
