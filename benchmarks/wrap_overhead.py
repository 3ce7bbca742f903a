"""What `wrap` costs beside counting: its CPU time over tiktoken's, side by side.

    python benchmarks/wrap_overhead.py [FOLDER] [--tokens 30000] [--rounds 9]

A request of an agent is made of tool results of 1,000 to 3,000 tokens, cut from the
payloads in FOLDER (examples/payloads). Three ways to meet it: all at once, every
result new (as a table where that is shorter, or as JSON); one result more with each request, as an agent's loop sends it; and again,
nothing new. Each is the median of so many rounds, wrap and count by turns.
"""

import argparse
import gc
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from headroom import Headroom
from headroom.compressors import JSONMinifier
from headroom.tokens import default_counter, messages_tokens

ROOT = Path(__file__).resolve().parent.parent
LEAST_TOKENS, MOST_TOKENS = 1_000, 3_000
SYSTEM = "You are an agent. Answer from what the tools return, and name your source. "


def results(folder: Path) -> list[str]:
    """Return texts of tool results: rows of the folder's payloads, by turns."""
    count = default_counter()
    of_files = []
    for path in sorted(folder.rglob("*.json")):
        rows = longest_list(json.loads(path.read_bytes()))
        step = max(1, MOST_TOKENS * len(rows) // count(json.dumps(rows)))
        texts = [json.dumps(rows[at : at + step]) for at in range(0, len(rows), step)]
        of_files.append([one for one in texts if count(one) >= LEAST_TOKENS])
    by_turns = itertools.zip_longest(*of_files)
    return [text for turn in by_turns for text in turn if text]


def longest_list(value: Any) -> list[Any]:
    """Return the list of most members in a value, [] where there is none."""
    if isinstance(value, dict):
        return max(map(longest_list, value.values()), key=len, default=[])
    return value if isinstance(value, list) else []


def conversation(texts: list[str], tokens: int) -> list[dict[str, Any]]:
    """Return an agent's messages of about so many tokens, each result once."""
    count = default_counter()
    messages = [
        {"role": "system", "content": SYSTEM * 20},
        {"role": "user", "content": "Which of these need my attention today, and why?"},
    ]
    total = messages_tokens(messages, count)
    for at, text in enumerate(texts):
        if total > tokens:
            break
        function = {"name": "search", "arguments": json.dumps({"page": at})}
        call = {"id": f"call_{at}", "type": "function", "function": function}
        step = [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": text},
        ]
        total += messages_tokens(step, count) - 3
        messages += step
    return messages


def seconds(work: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Return the CPU time of calls with one input after the other."""
    gc.collect()
    start = time.process_time()
    for one in inputs:
        work(one)
    return time.process_time() - start


def wrapper(**options: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Return a function that wraps a request, as a program that sends it would."""
    room = Headroom(**options)

    def wrap(messages: list[dict[str, Any]]) -> None:
        with room.wrap({"model": "m", "messages": messages}):
            pass

    return wrap


def times(messages: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return for each way the seconds of wrapping and of counting, once."""
    growing = [messages[:at] for at in range(2, len(messages) + 1, 2)]
    texts = [one["content"] for one in messages if one["role"] == "tool"]
    room, same = wrapper(), [messages]
    idle = wrapper(tool_outputs=lambda text: text)
    as_json = wrapper(tool_outputs=JSONMinifier(format="json"))
    count = partial(messages_tokens, count_tokens=default_counter())
    whole, parts = seconds(count, same), seconds(count, growing)
    return {
        "every result new": (seconds(room, same), whole),
        "  JSONMinifier alone": (seconds(JSONMinifier().compress, texts), whole),
        "  all but JSONMinifier": (seconds(idle, same), whole),
        '  format="json"': (seconds(as_json, same), whole),
        "one new each time": (seconds(wrapper(), growing), parts),
        "nothing new": (seconds(room, same), whole),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT / "examples" / "payloads"
    )
    parser.add_argument("--tokens", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    count = default_counter()
    count("load the table")
    if count.estimated:
        sys.exit("tiktoken's table can't be loaded here: set TIKTOKEN_CACHE_DIR first.")
    messages = conversation(results(options.folder), options.tokens)
    sizes = [count(one["content"]) for one in messages if one["role"] == "tool"]
    if not sizes:
        sys.exit(f"{options.folder} has no JSON to cut results from")
    times(messages)  # loads the modules
    rounds = [times(messages) for _ in range(options.rounds)]
    print(
        f"{messages_tokens(messages, count):,} tokens, {len(sizes)} tool results of "
        f"{min(sizes):,} to {max(sizes):,} tokens"
    )
    print(f"{'':22} {'wrap':>9} {'count':>9} {'wrap / count':>13}")
    for way in rounds[0]:
        wrap, plain = zip(*(each[way] for each in rounds), strict=True)
        ratio = statistics.median(a / b for a, b in zip(wrap, plain, strict=True))
        wrap_ms, count_ms = (1000 * statistics.median(one) for one in (wrap, plain))
        print(f"{way:22} {wrap_ms:6.1f} ms {count_ms:6.1f} ms {ratio:13.2f}")


if __name__ == "__main__":
    main()
