"""Seeded fuzz: generated transcripts in every shape and eight languages break no law.

    python tests/fuzz/fuzz_conversations.py [--count 10000] [--seed 0] [--shape NAME]

Makes transcripts with parallel calls, interleaved and missing results, orphans,
empty and multimodal content, thinking, server tools, compaction, pinned and late system
messages, compresses each with random settings down to tiny budgets, and checks the
result with the format's checker in `wire_formats.py`. Prints each broken law with its
seed, and one line per format; exits with 1 if any law is broken. Formats whose package
is not installed are skipped.
"""

import argparse
import copy
import random
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from headroom import BudgetError, ConversationCompressor
from headroom.conversations import units
from headroom.tokens import messages_tokens

sys.path.insert(0, str(Path(__file__).parent))
from wire_formats import FORMATS, Row, events, pair_faults


def tail_start(rows: list[Row], keep_turns: int) -> int:
    """Return where the last turns start, by their user messages.

    What stands in one message with results belongs to the turn of their calls.
    """
    starts = [
        at for at, row in enumerate(rows) if row.role == "user" and not row.results
    ]
    return starts[-keep_turns] if len(starts) >= keep_turns else 0


def count_words(text: str) -> int:
    """Count like a tokenizer would, cheaply: a token per four characters."""
    return (len(text) + 3) // 4


def check(shape: str, seed: int) -> str:
    """Compress one generated transcript; return its outcome.

    Raises:
        AssertionError: A law is broken.
    """
    rng = random.Random(f"{shape}-{seed}")
    format_ = FORMATS[shape]
    messages = format_.build(events(rng))
    if messages and rng.random() < 0.2:
        pin(messages[min(rng.randrange(12), len(messages) - 1)])
    before = copy.deepcopy(messages)
    total = messages_tokens(messages, count_words)
    trigger = rng.choice([0.5, 0.85, 1.0])
    compressor = ConversationCompressor(
        max_tokens=max(1, int(total * rng.choice([0.05, 0.2, 0.4, 0.6, 0.9, 1.2]))),
        keep_turns=rng.randint(1, 4),
        compact_turns=rng.choice([1, 2, 10]),
        trigger=trigger,
        target=trigger * rng.choice([0.5, 0.8, 1.0]),
        overflow=rng.choice(["error", "relax"]),
        count_tokens=count_words,
    )
    rows = format_.rows(messages)
    cut = tail_start(rows, compressor.keep_turns)
    stays = [
        m
        for at, m in enumerate(messages)
        if at >= cut or rows[at].role == "system" or is_pinned(m)
    ]
    try:
        result = compressor.explain(messages)
    except BudgetError:
        assert messages == before, "input mutated by a failure"
        if compressor.overflow == "error" and not odd(rows, messages):
            needed = messages_tokens(stays, count_words)
            assert needed > compressor.max_tokens, f"{needed} tokens would have fitted"
        return "budget"
    out, after = result.content, result.tokens_after
    assert messages == before, "input mutated"
    assert after <= compressor.max_tokens, "over budget"
    assert after <= total, "grew"
    new = format_.faults(format_.rows(out)) - format_.faults(rows)
    assert not new, f"new faults: {dict(new)}"
    known = {id(m): at for at, m in enumerate(messages)}
    places = [known[id(m)] for m in out if id(m) in known]
    made = [m for m in out if id(m) not in known]
    assert places == sorted(places), "reordered"
    digests = [m for m in made if "<conversation_digest" in str(m)]
    assert len(digests) == bool(result.digest and made), "not one digest"
    covered = set(range(len(messages))) - set(places)
    assert tuple(sorted(covered)) == result.covered, "covered is not what is missing"
    assert covered <= {d.path[0] for d in result.dropped} or (result.digest), (
        "gone without an account"
    )
    for at, m in enumerate(messages):
        if rows[at].role == "system" or is_pinned(m):
            assert at not in covered, "a system or pinned message is gone"
        if at >= cut and compressor.overflow == "error":
            assert at not in covered, "part of the last turns is gone"
    if asked := [at for at, row in enumerate(rows) if row.role == "user"]:
        assert asked[-1] not in covered, "the last request is gone"
    assert not messages or len(messages) - 1 not in covered, "the newest is gone"
    again = compressor.compress(out)
    assert again == out, "not idempotent"
    last = rows[-1] if rows else None
    if last and not (last.results or last.summary or is_pinned(messages[-1])):
        check_hysteresis(compressor, messages, out)
    session, split = compressor.session(), rng.randint(0, len(messages))
    try:
        session.compress(messages[:split])
        session = compressor.session(session.to_json())
    except BudgetError:
        pass
    assert session.compress(messages) == out, "another run, by a session, differs"
    return "digest" if digests else "whole" if len(out) == len(messages) else "cut"


def check_hysteresis(
    compressor: ConversationCompressor, messages: list[Any], out: list[Any]
) -> None:
    """Check that the last message changed nothing if it left all below the trigger.

    A late result may, which tells that turns belong together, and a compaction, which
    stands for an earlier one, too.

    Raises:
        AssertionError: It did.
    """
    if compressor.target == compressor.trigger:
        return
    try:
        earlier = compressor.compress(messages[:-1])
    except BudgetError:
        return
    there = {id(m) for m in earlier}
    went = any(id(m) not in there for m in messages[:-1])
    if went and "<conversation_digest" not in str(earlier):
        # No digest had room beside the last turns: what went is told when there is.
        return
    grown = [*earlier, messages[-1]]
    if (
        messages_tokens(grown, count_words)
        <= compressor.trigger * compressor.max_tokens
    ):
        assert out == grown, "rewritten below the trigger"


def pin(message: Any) -> None:
    """Mark a message of any kind, a call or a result too, as one that must stay.

    One of a type that has no place for a mark stays unmarked.
    """
    if isinstance(message, dict):
        message["pinned"] = True
    elif hasattr(message, "additional_kwargs"):
        message.additional_kwargs["pinned"] = True


def is_pinned(message: Any) -> bool:
    """Whether the generator pinned a message."""
    if isinstance(message, dict):
        return bool(message.get("pinned"))
    return bool(getattr(message, "additional_kwargs", {}).get("pinned"))


def odd(rows: list[Row], messages: list[Any]) -> bool:
    """Whether more than the last turns has to stay: fused turns, pinned calls."""
    late = any(row.summary for row in rows) or bool(pair_faults(rows))
    late = late or any(row.role == "system" for row in rows[1:])
    return late or any(is_pinned(m) for m in messages)


def split_once() -> None:
    """Remember the parts of texts: the generator says the same ones all the time."""
    for name in ("said_parts", "result_parts"):
        split = getattr(units, name)

        def parts(text: str, _split: Any = split, **options: bool) -> tuple[Any, ...]:
            return tuple(_split(text, **options))

        setattr(units, name, cache(parts))


def main() -> int:
    """Run the fuzz; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shape", choices=list(FORMATS))
    options = parser.parse_args()
    split_once()
    faults = 0
    for shape in [options.shape] if options.shape else FORMATS:
        if not FORMATS[shape].is_installed:
            print(f"{shape}: skipped, {FORMATS[shape].package} is not installed")
            continue
        started = time.process_time()
        outcomes: Counter[str] = Counter()
        for seed in range(options.seed, options.seed + options.count):
            try:
                outcomes[check(shape, seed)] += 1
            except (AssertionError, BudgetError) as error:
                print(f"{shape}: seed {seed} breaks a law: {error!r}", flush=True)
                outcomes["fault"] += 1
        faults += outcomes["fault"]
        seconds = time.process_time() - started
        print(f"{shape}: {dict(outcomes)} in {seconds:.0f} s", flush=True)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
