"""What an agent's queries cost a day, plain and with minified tool results.

    python benchmarks/economics.py --price 2.5 [--fixed 1500] [--queries 1000]

The shares come from `headroom bench examples/payloads --json`; put your own payloads
in their place with --payloads FOLDER.
"""

import argparse
import sys

from headroom import JSONMinifier
from headroom.cli.measure import BASELINES, measure, payload_files
from headroom.cli.screen import loaded_counter

# What a cached token costs of a new one. Source: list prices of large vendors have
# been 0.1 to 0.5; Anthropic's, 0.1 to read and 1.25 to write.
CACHE_READ, CACHE_WRITE = 0.1, 1.25


def query(fixed: float, result: float, calls: int = 4) -> tuple[float, float]:
    """Return the input tokens of one query, and what they are worth with a cache.

    Each call adds a result, and each request sends all before it again.
    """
    fresh = fixed + calls * result
    again = calls * fixed + sum(range(calls)) * result
    return fresh + again, fresh * CACHE_WRITE + again * CACHE_READ


def result_tokens(total: float, fixed: float, calls: int = 4) -> float:
    """Return the size of one tool result, if a query sends `total` tokens in all."""
    return (total - (calls + 1) * fixed) / (calls + sum(range(calls)))


def table(arguments: argparse.Namespace) -> str:
    """Return the page's table."""
    fixed, total = arguments.fixed, arguments.tokens
    size = result_tokens(total, fixed)
    per_day = arguments.price * arguments.queries / 1e6
    plain, cached = query(fixed, size)
    lines = [
        f"{total:,} input tokens a query: {fixed:,} of prompt and schemas sent 5 times,",
        f"4 results of {size:,.0f} tokens sent 10 times in all. {arguments.queries:,} "
        f"queries a day at {arguments.price:g}",
        f"per million: {plain * per_day:,.2f} a day, {cached * per_day:,.2f} with a "
        "prompt cache.",
        "",
        "tool results like        saved of them   tokens a query   money a day   cached",
    ]
    at = BASELINES.index(arguments.baseline)
    files = [
        measure(*each, JSONMinifier()) for each in payload_files((arguments.payloads,))
    ]
    shares = [(one.name, one.saved[at]) for one in files if not one.broken]
    for name, share in [*shares, ("prose, logs, code", 0)]:
        tokens, cheap = query(fixed, size * (1 - share))
        lines.append(
            f"{name:24} {share:13.0%} {tokens:16,.0f} "
            f"{tokens * per_day:13,.2f} {cheap * per_day:8,.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--price", type=float, default=2.5)
    parser.add_argument("--fixed", type=int, default=1500)
    parser.add_argument("--tokens", type=int, default=30_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--payloads", default="examples/payloads")
    parser.add_argument("--baseline", default="json.dumps")
    arguments = parser.parse_args()
    if loaded_counter().estimated:
        sys.exit("Tokens are estimated here: set TIKTOKEN_CACHE_DIR first.")
    sys.stdout.reconfigure(encoding="utf-8")
    print(table(arguments))


if __name__ == "__main__":
    main()
